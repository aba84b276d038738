"""Inputs that only one process can hold: the safety process holds them and hands each line on to the collector.

A serial line, a TCP port and a unicast datagram reach one reader. The safety process must not depend on the collector, so it
is the one that reads; its lines go on as datagrams of a Unix socket that the collector binds. Sending never waits: what the
collector does not take in time is lost to it, counted and told.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from shipside.config.inputs import InputConfig
from shipside.lookout import Lookout
from shipside.ports import Clock, InputFacts, LineSource, TakeLines
from shipside.sensors.line_input import LineInput

WAITING_MAX: Final = 500
"""Lines that wait for the collector, per input: a second of the busiest network. The oldest is lost when full."""
FULL_PAUSE_S: Final = 0.01
"""Pause before a full socket is tried again; Linux holds as few as ten datagrams."""
LATE_S: Final = 2.0
"""A line older than this is not taken: it would be given the time of its coming, and read young."""
LOOK_S: Final = 1.0
DATAGRAMS_AT_ONCE: Final = 64
DATAGRAM_BYTES_MAX: Final = 65_536
HEADER: Final = struct.Struct(">dII")
"""Before each line: monotonic seconds of its arrival, as both processes read the same clock of the machine; and what the input
has rejected and what of it was lost so far, the lines not handed on included, which the collector cannot see itself."""
COUNT_MAX: Final = 0xFFFFFFFF
HANDED_ON: Final = "the safety process reads it and hands its lines on"


class SharedInput:
    """An input of the safety process whose lines go to the collector as well."""

    def __init__(self, source: LineSource, path: Path, clock: Clock, say: Callable[..., None]) -> None:
        """Hand the lines of `source` on to the socket at `path`; `say` tells how the input is doing."""
        self._source, self._path, self._clock, self._say = source, path, clock, say
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._lookout = Lookout()
        self._told = 0
        self._rejected = self._source_lost = 0
        self.lost_count = 0
        """Lines that the collector did not get."""

    @property
    def name(self) -> str:
        """Name of the input in the configuration."""
        return self._source.name

    @property
    def waiting_count(self) -> int:
        """Lines that wait for the collector."""
        return len(self._waiting)

    def facts(self) -> InputFacts:
        """Return how the input itself is doing."""
        return self._source.facts()

    async def run(self, take: TakeLines) -> None:
        """Pass lines to `take`, and on to the collector, until cancelled; the collector delays nothing here."""

        def both(lines: list[bytes]) -> None:
            take(lines)
            for line in lines:
                self._offer(line)

        handing = asyncio.create_task(self._hand_on(), name=f"hand on {self.name}")
        try:
            await self._source.run(both)
        finally:
            handing.cancel()

    def _offer(self, line: bytes) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
            self.lost_count += 1
        self._waiting.append(self._header() + line)
        self._wake.set()

    def _header(self) -> bytes:
        lost = self._source_lost + self.lost_count
        return HEADER.pack(self._clock.now_s(), min(self._rejected, COUNT_MAX), min(lost, COUNT_MAX))

    async def _hand_on(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)  # noqa: FBT003 - the standard library takes it so
            while True:
                self._look()
                with contextlib.suppress(OSError):  # a collector that is away or busy hears it the next time
                    out.sendto(self._header(), str(self._path))
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._wake.wait()
                while self._waiting:
                    if not self._send(out):
                        await asyncio.sleep(FULL_PAUSE_S)

    def _send(self, out: socket.socket) -> bool:
        """Send the line that waits longest; False where the collector must first read. Without one, all are lost."""
        try:
            out.sendto(self._waiting[0], str(self._path))
        except BlockingIOError:
            return False
        except OSError:  # no collector: none has bound the socket, or the one that had is gone
            self.lost_count += len(self._waiting)
            self._waiting.clear()
            return True
        self._waiting.popleft()
        return True

    def _look(self) -> None:
        """Say what the collector cannot see: whether the input stands, what it rejects, what was not handed on."""
        facts = [self._source.facts()]
        self._rejected, self._source_lost = facts[0].rejected_count, facts[0].lost_count
        for line in self._lookout.changes(facts):
            self._say("input", **line)
        for line in self._lookout.rejections(facts, {}, self._clock.now_s()):
            self._say("rejected", **line)
        if self.lost_count >= max(1, 2 * self._told):  # told at 1, and each time it has doubled
            self._told = self.lost_count
            self._say("unshared", input=self.name, lost=self.lost_count, why="the collector is away or too slow")


class HandedInput(LineInput):
    """The collector's end: takes the lines that the safety process hands on."""

    def __init__(self, config: InputConfig, clock: Clock, path: Path) -> None:
        """Prepare to listen at `path`; nothing is bound before `run`."""
        super().__init__(config, clock)
        self._path = path
        self._told = (0, 0)

    async def once(self) -> bool:
        """Take lines until cancelled; raise OSError when the socket cannot be bound."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
            bound.setblocking(False)  # noqa: FBT003 - the standard library takes it so
            self._path.unlink(missing_ok=True)  # of a collector that was killed
            bound.bind(str(self._path))
            os.chmod(self._path, 0o600)  # noqa: PTH101 - lines are believed: nobody else may speak here
            asyncio.get_running_loop().add_reader(bound.fileno(), self._ready, bound)
            self.opened()
            self.problem = HANDED_ON
            try:
                await asyncio.Event().wait()
            finally:
                asyncio.get_running_loop().remove_reader(bound.fileno())
                self._path.unlink(missing_ok=True)
        return True

    def _ready(self, bound: socket.socket) -> None:
        lines: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            for _ in range(DATAGRAMS_AT_ONCE):
                lines += self._line_in(bound.recv(DATAGRAM_BYTES_MAX))
        self.pass_on(lines)

    def facts(self) -> InputFacts:
        """Return how the input is doing, with what the safety process has told of it."""
        own = super().facts()
        rejected, lost = self._told
        return replace(own, rejected_count=own.rejected_count + rejected, lost_count=own.lost_count + lost)

    def receive(self, datagram: bytes) -> None:
        """Pass the line in a datagram on, if there is one; one that comes late is rejected, as is what is none."""
        self.pass_on(self._line_in(datagram))

    def _line_in(self, datagram: bytes) -> list[bytes]:
        if len(datagram) < HEADER.size:
            self.reject()
            return []
        arrived_s, rejected, lost = HEADER.unpack_from(datagram)
        self._told = (rejected, lost)
        if self.clock.now_s() - arrived_s > LATE_S:
            self.reject()
            return []
        return [datagram[HEADER.size :]] if len(datagram) > HEADER.size else []
