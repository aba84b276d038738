"""Inputs that give lines: TCP client and server, UDP, 61162-450 multicast, serial, CAN, recordings. Each comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from protocols.aio import recorded
from protocols.nmea0183.field import clock
from protocols.nmea0183.framing import LineSplitter
from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea2000 import text as n2k
from shipside.config.inputs import InputConfig
from shipside.ports import Clock, LineSource
from shipside.sensors.can import CanBus
from shipside.sensors.datagrams import MulticastInput, UdpInput
from shipside.sensors.keepalive import keep_alive
from shipside.sensors.line_input import RETRY_MAX_S, LineInput
from shipside.sensors.serial_port import SerialPort

SILENT_S: Final = 30.0
"""A TCP line silent for this long is opened anew: a half-dead socket gives no error (the slowest real line speaks each
10 s)."""
CLIENTS_MAX: Final = 4
"""Senders of a TCP server input; a multiplexer and its spare, twice."""
CHUNK_BYTES: Final = 4096


async def read_stream(source: LineInput, reader: asyncio.StreamReader, splitter: LineSplitter) -> None:
    """Read a stream to its end; raise TimeoutError when it falls silent."""
    while True:
        async with asyncio.timeout(SILENT_S):
            chunk = await reader.read(CHUNK_BYTES)
        if not chunk:
            return
        source.pass_on(splitter.feed(chunk))


class TcpClientInput(LineInput):
    """Connects to a device or multiplexer."""

    async def once(self) -> bool:
        """Read one connection to its end."""
        async with asyncio.timeout(RETRY_MAX_S):
            reader, writer = await asyncio.open_connection(self.config.host, self.config.port)
        keep_alive(writer.get_extra_info("socket"))
        self.splitter.feed(b"\n")  # half a line of the connection before is none
        try:
            self.opened()
            await read_stream(self, reader, self.splitter)
        finally:
            writer.close()
        return False


class TcpServerInput(LineInput):
    """Lets devices connect."""

    bound_port = 0
    """Port listened on."""

    async def once(self) -> bool:
        """Serve until cancelled; raise OSError when the port is taken."""
        self._clients = 0
        server = await asyncio.start_server(self._serve, self.config.host, self.config.port)
        self.bound_port = server.sockets[0].getsockname()[1]
        self.opened()
        async with server:
            await asyncio.Event().wait()
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._clients >= CLIENTS_MAX:
            writer.close()
            return
        self._clients += 1
        keep_alive(writer.get_extra_info("socket"))
        splitter = LineSplitter()
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):  # 3.11 logs a cancelled handler
                await read_stream(self, reader, splitter)
        finally:
            self._clients -= 1
            self._rejected += splitter.overlong_count
            writer.close()


class SerialInput(LineInput):
    """Reads a serial line."""

    async def once(self) -> bool:
        """Read until the device is lost; one that is put back, under the same name, is opened again."""
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.splitter.feed(b"\n")  # half a line from before the plug was pulled is none

        def take(chunk: bytes) -> None:
            self.pass_on(self.splitter.feed(chunk))

        def lost(problem: str) -> None:
            if not ended.done():
                ended.set_exception(OSError(problem))

        port = SerialPort(self.config.path, self.config.baud, "none", 1, take, lost)
        self.opened()
        try:
            return await ended
        finally:
            port.close()


SHUT_OFF: Final = "{} was shut off by its bus (bus-off), and is silent until it is restarted"


class CanInput(LineInput):
    """Listens on a CAN interface; frames become the lines of candump."""

    async def once(self) -> bool:
        """Read until the interface is lost."""
        bus = CanBus(self.config.interface)
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def ready() -> None:
            self.pass_on(bus.drain(self.clock.utc_ns()))
            self.lose(bus.newly_dropped())
            self.problem = SHUT_OFF.format(bus.interface) if bus.is_shut_off else ""
            if bus.problem and not ended.done():
                ended.set_exception(OSError(bus.problem))

        asyncio.get_running_loop().add_reader(bus.socket.fileno(), ready)
        self.opened()
        try:
            await ended
        finally:
            asyncio.get_running_loop().remove_reader(bus.socket.fileno())
            bus.close()
        return False


class ReplayInput(LineInput):
    """Plays a recording: with the time its lines tell, times `speed`; without times at ten lines a second."""

    UNTIMED_S: Final = 0.1
    YIELD_LINES: Final = 50
    GAP_MAX_S: Final = 5.0
    """A longer pause in the recording is shortened to this: nobody waits for a ship that lay in port."""

    async def once(self) -> bool:
        """Play to the end; again from the start where the configuration says so."""
        self.opened()
        while True:
            await self._play()
            if not self.config.is_loop:
                self.is_open, self.problem = False, "the recording is at its end"
                return True

    async def _play(self) -> None:
        now: str | None = None
        for number, raw in enumerate(recorded.lines_of(Path(self.config.path))):
            is_line, told = self._judged(raw)
            if not is_line:
                self.reject()
                continue
            self.pass_on([raw.strip()])
            if self.config.speed > 0.0 and told is not None and told != now:
                pause_s = 1.0 if now is None else min(max(_seconds(told) - _seconds(now), 0.0), self.GAP_MAX_S)
                now = told
                await asyncio.sleep(pause_s / self.config.speed)
            elif self.config.speed > 0.0 and now is None:
                await asyncio.sleep(self.UNTIMED_S / self.config.speed)
            elif number % self.YIELD_LINES == 0:
                await asyncio.sleep(0)  # lets the others work while a long recording plays as fast as it can

    def _judged(self, raw: bytes) -> tuple[bool, str | None]:
        """Return whether this is a line of the input's protocol, and the time of day that it tells."""
        if self.config.protocol == "nmea2000":
            frame = n2k.parse_line(raw)
            if isinstance(frame, str):
                return False, None
            return True, frame.utc.rpartition("T")[2].removesuffix("Z") or None
        sentence = parse_line(raw)
        return (True, _told(sentence)) if isinstance(sentence, Sentence) else (False, None)


def _told(sentence: Sentence) -> str | None:
    """Return the UTC that a sentence tells, None when it tells none; plaka-like logs tell it without a date."""
    if sentence.formatter in ("ZDA", "GLL", "GGA", "RMC"):
        field = sentence.fields[4] if sentence.formatter == "GLL" and len(sentence.fields) > 4 else sentence.fields[0]  # noqa: PLR2004
        return clock(field)
    return None


def _seconds(told: str) -> float:
    """Return seconds of the day of `hh:mm:ss[.sss]`."""
    hours, minutes, seconds = told.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds)


KINDS: Final[dict[str, Callable[[InputConfig, Clock], LineInput]]] = {
    "tcp_client": TcpClientInput,
    "tcp_server": TcpServerInput,
    "udp": UdpInput,
    "multicast450": MulticastInput,
    "serial": SerialInput,
    "replay": ReplayInput,
    "socketcan": CanInput,
}


def open_input(config: InputConfig, clock: Clock) -> LineSource:
    """Return the input of a configuration."""
    return KINDS[config.kind](config, clock)
