"""A bad link: a TCP proxy between an agent and the broker with delay, jitter, loss and cuts, set while it runs.

Over TCP a lost packet is not lost data: it comes late. So loss here delays a piece by a retransmission time, and holds
up everything behind it, as TCP does.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from simulators.devices.line_port import HOST

_CHUNK_BYTES = 1400
"""About one segment, so that loss strikes as often as it would on the wire."""
_RETRANSMIT_S = 0.2
"""Linux's shortest retransmission time-out; doubled for each loss in a row."""
_IN_FLIGHT = 256
"""Pieces waiting out their delay in one direction (350 kB); then the sender is held back, as by a full window."""
_POLL_S = 0.05
"""How often a cut line looks whether it is mended."""

Cut = Literal["", "silent", "reset"]
"""silent: nothing passes and nobody is told; reset: connections are broken and refused."""


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """How bad the link is, each direction alike."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Uniform, added to the delay."""
    loss: float = 0.0
    """Part of the pieces lost and sent again, 0..0.95."""
    cut: Cut = ""


def lateness_s(quality: LinkQuality, dice: random.Random) -> float:
    """Return how late the next piece is: delay, jitter, and a retransmission for each time it is lost."""
    late = quality.delay_s + dice.uniform(0.0, quality.jitter_s)
    again = _RETRANSMIT_S
    for _ in range(8):  # eight losses in a row: 51 s, past every time-out above
        if dice.random() >= quality.loss:
            break
        late += again
        again *= 2
    return late


class BadLink:
    """One proxied link; set `quality` at any time."""

    def __init__(self, name: str, port: int, target: tuple[str, int], seed: int) -> None:
        """Listen on loopback `port` (0: a free one) and pass on to `target`."""
        self.name = name
        self.port = port
        self.quality = LinkQuality()
        self.passed_bytes = 0
        self._target = target
        self._dice = random.Random(f"{seed}/link/{name}")
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._next = 0

    def set_quality(self, quality: LinkQuality) -> None:
        """Change the link; a reset breaks what is open."""
        self.quality = quality
        if quality.cut == "reset":
            for writer in tuple(self._writers.values()):
                _reset(writer)

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; raise OSError when the port is taken."""
        server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for writer in tuple(self._writers.values()):
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.quality.cut == "reset":
            _reset(writer)
            return
        await self._mended()
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:  # the broker is down: the agent sees its connection end
            writer.close()
            return
        number, self._next = self._next, self._next + 2
        self._writers[number], self._writers[number + 1] = writer, far_writer
        try:
            async with asyncio.TaskGroup() as group:
                for label, source, sink in (("out", reader, far_writer), ("in", far_reader, writer)):
                    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_IN_FLIGHT)
                    group.create_task(self._take(source, waiting), name=f"link-{self.name}-{label}-take")
                    group.create_task(self._give(waiting, sink), name=f"link-{self.name}-{label}-give")
        except* (OSError, EOFError):
            pass  # either end broke off; both are closed below
        finally:
            del self._writers[number], self._writers[number + 1]
            for end in (writer, far_writer):
                end.close()

    async def _mended(self) -> None:
        while self.quality.cut == "silent":  # noqa: ASYNC110  the quality is a value anyone may set, not an event
            await asyncio.sleep(_POLL_S)  # a cut lasts seconds; its end may be seen a twentieth late

    async def _take(self, reader: asyncio.StreamReader, waiting: asyncio.Queue[tuple[float, bytes]]) -> None:
        loop = asyncio.get_running_loop()
        while chunk := await reader.read(_CHUNK_BYTES):
            await waiting.put((loop.time() + lateness_s(self.quality, self._dice), chunk))
        raise EOFError

    async def _give(self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s, chunk = await waiting.get()
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            await self._mended()
            writer.write(chunk)
            self.passed_bytes += len(chunk)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection with a TCP reset, as a failed router does; without the option it would end politely."""
    made = cast("socket.socket | None", writer.get_extra_info("socket"))
    if made is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
