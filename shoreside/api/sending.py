"""The console sockets' end at the server: frames that were made once for all, and an end for whoever does not read.

uvicorn's own websocket protocol with two things added: it writes a frame that is ready, and it does not wait for ever to be
polite to a socket whose buffer is full.
"""

from __future__ import annotations

import socket
from asyncio import BaseTransport
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

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


class ConsoleProtocol(WebSocketsSansIOProtocol):
    """Give it to `uvicorn.Config(ws=...)`."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what may wait in this connection."""
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.transport.set_write_buffer_limits(high=WRITE_HIGH_BYTES)
        self._gathered: list[bytes] = []

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
            self.loop.call_soon(self._write_gathered)
        self._gathered.append(frame)
        return True

    async def send(self, message: ASGISendEvent) -> None:
        """Write a ready frame as it is; leave all else to uvicorn."""
        self._write_gathered()
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

    def _write_gathered(self) -> None:
        if self._gathered and not self.transport.is_closing():
            self.transport.write(self._gathered[0] if len(self._gathered) == 1 else b"".join(self._gathered))
        self._gathered.clear()

    def keepalive_timeout(self) -> None:
        """End a connection that answers no ping; nothing waits for a reader who is not there."""
        super().keepalive_timeout()
        if self.transport.get_write_buffer_size():
            self.transport.abort()
