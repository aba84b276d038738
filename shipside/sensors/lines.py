"""Inputs that give lines: TCP client and server, UDP, 61162-450 multicast, serial, recordings. Each comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from protocols.aio import recorded
from protocols.nmea0183.datagram import lines_of
from protocols.nmea0183.field import clock
from protocols.nmea0183.framing import LineSplitter
from protocols.nmea0183.sentence import Sentence, parse_line
from shipside.config.inputs import InputConfig
from shipside.ports import Clock, InputFacts, LineSource, TakeLine

RETRY_FIRST_S: Final = 0.5
RETRY_MAX_S: Final = 10.0
"""Longest pause before an input is opened again: a plug that is put back is noticed within this."""
SILENT_S: Final = 30.0
"""A TCP line silent for this long is opened anew: a half-dead socket gives no error (the slowest real line speaks each
10 s)."""
CLIENTS_MAX: Final = 4
"""Senders of a TCP server input; a multiplexer and its spare, twice."""
CHUNK_BYTES: Final = 4096
RECEIVE_BUFFER_BYTES: Final = 1 << 20
"""Kernel buffer of a UDP input: a second of the busiest network (1,000 datagrams of 1 kB)."""


class LineInput:
    """What all inputs share: their name, their counts, and the way from bytes to lines."""

    def __init__(self, config: InputConfig, clock: Clock) -> None:
        """Prepare the input; nothing is opened before `run`."""
        self.config = config
        self.clock = clock
        self.splitter = LineSplitter()
        self.take: TakeLine = _ignore
        self.is_open = False
        self.problem = "not opened yet"
        self._lines = 0
        self._rejected = 0
        self._reconnects = 0
        self._last_s: float | None = None

    @property
    def name(self) -> str:
        """Name of the input in the configuration."""
        return self.config.name

    def facts(self) -> InputFacts:
        """Return how the input is doing."""
        rejected = self._rejected + self.splitter.overlong_count
        return InputFacts(
            self.name, self.is_open, self._lines, rejected, self._reconnects, self._last_s, self.problem
        )  # fmt: skip

    def pass_on(self, lines: list[bytes]) -> None:
        """Give whole lines to whoever takes them."""
        for line in lines:
            self._lines += 1
            self._last_s = self.clock.now_s()
            self.take(line)

    def reject(self) -> None:
        """Count a piece that was no line."""
        self._rejected += 1

    def opened(self) -> None:
        """Note that the input stands."""
        self.is_open, self.problem = True, ""

    async def run(self, take: TakeLine) -> None:
        """Pass lines to `take` until cancelled; open the input again, more and more patiently, when it is lost."""
        self.take = take
        pause_s = RETRY_FIRST_S
        while True:
            before = self._lines
            try:
                if await self.once():
                    return
                self.problem = "closed by the other side"
            except (OSError, TimeoutError, ValueError, EOFError) as error:
                self.problem = str(error) or type(error).__name__
            self.is_open = False
            self._reconnects += 1
            pause_s = RETRY_FIRST_S if self._lines > before else min(pause_s * 2, RETRY_MAX_S)
            await asyncio.sleep(pause_s)

    async def once(self) -> bool:
        """Open the input and read it to its end; return True when there is no more to come, ever."""
        raise NotImplementedError


def _ignore(_line: bytes) -> None:
    """Take lines before anybody asked for them."""


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
        splitter = LineSplitter()
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):  # 3.11 logs a cancelled handler
                await read_stream(self, reader, splitter)
        finally:
            self._clients -= 1
            self._rejected += splitter.overlong_count
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None], ended: asyncio.Event) -> None:
        self._take = take
        self._ended = ended

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - the base class names it
        self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        self._ended.set()


class UdpInput(LineInput):
    """Listens for datagrams of whole lines."""

    bound_port = 0
    """Port listened on."""

    async def once(self) -> bool:
        """Read datagrams until the socket is lost."""
        ended = asyncio.Event()
        bound = self.bind()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self.receive, ended), sock=bound
        )
        self.bound_port = bound.getsockname()[1]
        self.opened()
        try:
            await ended.wait()
        finally:
            transport.close()
        return False

    def bind(self) -> socket.socket:
        """Return the bound socket; raise OSError when the port is taken."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            bound.setblocking(False)  # noqa: FBT003 - the standard library takes it so
            bound.bind((self.config.host, self.config.port))
        except OSError:
            bound.close()
            raise
        return bound

    def receive(self, datagram: bytes) -> None:
        """Pass the lines of one datagram on."""
        self.pass_on([line for line in datagram.replace(b"\r", b"\n").split(b"\n") if line])


class MulticastInput(UdpInput):
    """Joins a 61162-450 transmission group."""

    def bind(self) -> socket.socket:
        """Return a socket that has joined the group on the interface; raise OSError when it cannot."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            bound.setblocking(False)  # noqa: FBT003 - the standard library takes it so
            bound.bind((self.config.group, self.config.port))
            member = struct.pack("4s4s", socket.inet_aton(self.config.group), socket.inet_aton(self.config.interface))
            bound.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        except OSError:
            bound.close()
            raise
        return bound

    def receive(self, datagram: bytes) -> None:
        """Pass the sentences of one datagram on; one with a wrong token is dropped and counted."""
        lines = lines_of(datagram)
        if lines is None:
            self.reject()
            return
        self.pass_on(lines)


class SerialInput(LineInput):
    """Reads a serial line."""

    async def once(self) -> bool:
        """Read until the device is lost: an unplugged adapter reads as an error or as nothing at once."""
        import serial  # noqa: PLC0415 - only ships with serial lines pay for it

        device = serial.Serial(self.config.path, self.config.baud, timeout=0)
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        descriptor = device.fileno()

        def ready() -> None:
            try:
                chunk = device.read(CHUNK_BYTES)
            except OSError as error:
                if not ended.done():
                    ended.set_exception(OSError(f"{self.config.path} is gone: {error}"))
                return
            self.pass_on(self.splitter.feed(chunk))

        asyncio.get_running_loop().add_reader(descriptor, ready)
        self.opened()
        try:
            await ended
        finally:
            asyncio.get_running_loop().remove_reader(descriptor)
            device.close()
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
            sentence = parse_line(raw)
            if not isinstance(sentence, Sentence):
                self.reject()
                continue
            self.pass_on([raw.strip()])
            told = _told(sentence)
            if self.config.speed > 0.0 and told is not None and told != now:
                pause_s = 1.0 if now is None else min(max(_seconds(told) - _seconds(now), 0.0), self.GAP_MAX_S)
                now = told
                await asyncio.sleep(pause_s / self.config.speed)
            elif self.config.speed > 0.0 and now is None:
                await asyncio.sleep(self.UNTIMED_S / self.config.speed)
            elif number % self.YIELD_LINES == 0:
                await asyncio.sleep(0)  # lets the others work while a long recording plays as fast as it can


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
}


def open_input(config: InputConfig, clock: Clock) -> LineSource:
    """Return the input of a configuration."""
    return KINDS[config.kind](config, clock)
