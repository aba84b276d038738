"""The console sockets' end at the server: frames that were made once for all, and an end for whoever does not read.

uvicorn's own websocket protocol with three things added: it writes frames that are ready, all sockets' in one go; its pings
ride with them; and it does not wait for ever to be polite to a socket whose buffer is full.
"""

from __future__ import annotations

import random
import socket
import struct
from asyncio import BaseTransport
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, Final, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

FRAME: Final = "farhelm.frame"
"""Key of a `websocket.send` message: the same text as a frame that is ready; other servers take the text."""
OUTLET: Final = "farhelm.outlet"
"""Key of the scope's extensions: writes a ready frame without a task of the console's own being woken for it."""
SEND_BUFFER_BYTES: Final = 128 * 1024
"""Of the kernel, for each console: the picture of a vessel for some seconds. Left alone it grows to megabytes, and a reader
who stopped is noticed minutes later."""
WRITE_HIGH_BYTES: Final = 64 * 1024
"""Of the program: one frame of the longest kind; above this the console waits and its feed conflates."""
PING_WAITS_S: Final = 0.25
"""A ping waits so long for values to ride with: those of a ship at 4 Hz or more. Of the 6 s for its answer it is little."""
_PING: Final = struct.Struct("!BBI")
"""An unmasked ping of four bytes (RFC 6455, 5.5.2)."""


class Turn:
    """The sockets of one server that have something to write: written one after the other, in one call of the loop."""

    def __init__(self) -> None:
        """Begin with none."""
        self._soon: list[ConsoleProtocol] = []
        self._late: list[ConsoleProtocol] = []

    def soon(self, console: ConsoleProtocol) -> None:
        """Have `console` written before this turn of the loop is over."""
        if not self._soon:
            console.loop.call_soon(self._write, self._soon)
        self._soon.append(console)

    def late(self, console: ConsoleProtocol) -> None:
        """Have `console` written within `PING_WAITS_S`, where nothing else has until then."""
        if not self._late:
            console.loop.call_later(PING_WAITS_S, self._write, self._late)
        self._late.append(console)

    def _write(self, waiting: list[ConsoleProtocol]) -> None:
        consoles = waiting.copy()
        waiting.clear()
        for console in consoles:
            console.write_gathered()


class ConsoleProtocol(WebSocketsSansIOProtocol):
    """One socket; its server has a class of its own by `of_one_server`."""

    turn: ClassVar[Turn]
    """Of its server."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what may wait in this connection."""
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.transport.set_write_buffer_limits(high=WRITE_HIGH_BYTES)
        self._gathered: list[bytes] = []
        self._ping = b""
        """A ping that waits for something to ride with; empty: none does."""

    def handle_connect(self, event: Request) -> None:
        """Let the application have the outlet of this connection."""
        super().handle_connect(event)
        if self.response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            extensions = cast("dict[str, object]", self.scope.get("extensions"))
            extensions[OUTLET] = self.write_soon

    def write_soon(self, frame: bytes) -> bool:
        """Write a ready frame before this turn of the loop is over, together with what else comes in it.

        Return False, having taken nothing, where the buffer is full or the socket has ended.
        """
        if not self.writable.is_set() or not self.handshake_complete or self.close_sent or self.transport.is_closing():
            return False
        if not self._gathered:
            self.turn.soon(self)
        self._gathered.append(frame)
        return True

    async def send(self, message: ASGISendEvent) -> None:
        """Write a ready frame as it is; leave all else to uvicorn."""
        self.write_gathered()
        frame = cast("dict[str, object]", message).get(FRAME)
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.transport.abort()  # a close frame would wait behind what is not read
            return
        if not isinstance(frame, bytes) or not self.handshake_complete or self.close_sent:
            await super().send(message)
            return
        if not self.writable.is_set():
            await self.writable.wait()
        if self.disconnected or self.transport.is_closing():
            raise ClientDisconnected
        self.transport.write(frame)

    def write_gathered(self) -> None:
        """Write what was gathered, if anything was, and the ping that waits."""
        gathered = self._gathered
        if self._ping:
            gathered.append(self._ping)
            self._ping = b""
        if gathered and not self.close_sent and not self.transport.is_closing():
            self.transport.write(gathered[0] if len(gathered) == 1 else b"".join(gathered))
        gathered.clear()

    def schedule_ping(self) -> None:
        """Ping all consoles at the same moments, so that the loop is woken once for all of them."""
        interval_s = cast("float", self.ping_interval)
        self.ping_timer = self.loop.call_later(interval_s - self.loop.time() % interval_s, self.send_keepalive_ping)

    def send_keepalive_ping(self) -> None:
        """Send a ping with the values that come next."""
        self.ping_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        number = random.getrandbits(32)
        self.pending_ping_payload = number.to_bytes(4, "big")
        self.ping_sent_at = self.loop.time()
        self._ping = _PING.pack(0x89, 4, number)
        self.turn.late(self)
        if self.ping_timeout is not None:
            self.pong_timer = self.loop.call_later(self.ping_timeout, self.keepalive_timeout)

    def keepalive_timeout(self) -> None:
        """End a connection that answers no ping; nothing waits for a reader who is not there."""
        super().keepalive_timeout()
        if self.transport.get_write_buffer_size():
            self.transport.abort()


def of_one_server() -> type[ConsoleProtocol]:
    """Return the protocol of one server, to be given to `uvicorn.Config(ws=...)`: its sockets are written together."""

    class OfOneServer(ConsoleProtocol):
        turn = Turn()

    return OfOneServer
