"""What Modbus frames travel over: a TCP connection or a serial line. Opened anew by the bus, whenever it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from shipside.config.modbus import Parity
from shipside.sensors.keepalive import keep_alive
from shipside.sensors.serial_port import SerialPort

CHARACTER_BITS: Final = 11
"""Start, eight, parity or a second stop, stop (Modbus over serial line V1.02, 2.5.1)."""
QUIET_CHARACTERS: Final = 3.5
QUIET_S_MIN: Final = 0.00175
"""Silence between frames above 19,200 baud, where 3.5 characters would be too short to be kept (the same, 2.5.1.1)."""
Take = Callable[[bytes], None]
Lost = Callable[[str], None]


class Line(Protocol):
    """A way for frames, closed until `open`."""

    quiet_s: float
    """Silence that must be kept before each request, seconds."""
    is_renewed: bool
    """Whether silence is a reason to open it anew."""

    async def open(self, take: Take, lost: Lost) -> None:
        """Open it: bytes go to `take`, its end to `lost` in words. Raise OSError or ValueError when it cannot be."""
        ...

    def send(self, octets: bytes) -> None:
        """Send a frame; never waits. Raise OSError when it cannot be sent."""
        ...

    def close(self) -> None:
        """Let it go; `lost` is not told."""
        ...


class TcpLine:
    """A TCP connection."""

    quiet_s = 0.0
    is_renewed = True

    def __init__(self, host: str, port: int) -> None:
        """Go to `host`."""
        self._host, self._port = host, port
        self._transport: asyncio.Transport | None = None
        self._take: Take = _nothing
        self._lost: Lost = _nothing

    async def open(self, take: Take, lost: Lost) -> None:
        """Connect."""
        self._take, self._lost = take, lost
        opened, _ = await asyncio.get_running_loop().create_connection(
            lambda: _Connection(self._received, self._ended), self._host, self._port
        )
        self._transport = opened
        keep_alive(opened.get_extra_info("socket"))

    def send(self, octets: bytes) -> None:
        """Send a frame; one request is outstanding, so that no more than its 260 bytes can ever wait."""
        if self._transport is None:
            raise OSError("the connection is closed")
        self._transport.write(octets)

    def close(self) -> None:
        """Close the connection; what it still has in flight is not heard."""
        if self._transport is not None:
            self._transport.abort()
        self._transport = None

    def _received(self, transport: asyncio.BaseTransport | None, chunk: bytes) -> None:
        if transport is self._transport:  # whatever comes late belongs to a connection that is gone
            self._take(chunk)

    def _ended(self, transport: asyncio.BaseTransport | None, problem: str) -> None:
        if transport is self._transport:
            self._transport = None
            self._lost(problem)


class _Connection(asyncio.Protocol):
    """One connection, from its beginning to its end."""

    def __init__(
        self, received: Callable[[asyncio.BaseTransport | None, bytes], None],
        ended: Callable[[asyncio.BaseTransport | None, str], None],
    ) -> None:  # fmt: skip
        self._received, self._ended = received, ended
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received(self._transport, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended(self._transport, str(exc) if exc else "closed by the other side")


class SerialLine:
    """A serial line with one or more units."""

    is_renewed = False

    def __init__(self, path: str, baud: int, parity: Parity, stop_bits: int) -> None:
        """Speak over `path`."""
        self._path, self._baud, self._stop_bits = path, baud, stop_bits
        self._parity: Parity = parity
        self.quiet_s = max(QUIET_S_MIN, QUIET_CHARACTERS * CHARACTER_BITS / baud)
        self._port: SerialPort | None = None

    async def open(self, take: Take, lost: Lost) -> None:
        """Open the device."""
        self._port = SerialPort(self._path, self._baud, self._parity, self._stop_bits, take, lost)

    def send(self, octets: bytes) -> None:
        """Send a frame."""
        if self._port is None:
            raise OSError(f"{self._path} is closed")
        self._port.send(octets)

    def close(self) -> None:
        """Close the device."""
        if self._port is not None:
            self._port.close()
        self._port = None


def _nothing(_what: object) -> None:
    """Take what comes before anybody asked for it."""
