"""A way between two ends that a test may close, in one direction or both, slow down, or break off altogether."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Carries the bytes of every connection to a port of this machine."""

    delay_s: float = 0.0
    """What comes is carried on after so long."""
    is_broken: bool = False
    """Connections are ended as they come."""
    target: int = 0
    _open: dict[str, asyncio.Event] = field(default_factory=lambda: {"up": asyncio.Event(), "down": asyncio.Event()})
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def lead_to(self, target: int) -> int:
        """Listen for who wants to `target`; return the port."""
        self.target = target
        self.mend()
        self._server = server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    async def end(self) -> None:
        """Listen no more, and end every connection."""
        self.break_off()
        self.mend()
        if self._server is not None:
            self._server.close()
        await asyncio.sleep(0.1)  # those that carried come to their ends

    def close(self, *ways: str) -> None:
        """Let nothing through `up` or `down` any more; the connections stay, as on a link that is dead."""
        for way in ways:
            self._open[way].clear()

    def break_off(self) -> None:
        """End every connection, and each that is tried."""
        self.is_broken = True
        for writer in tuple(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        """Carry everything again; what was held back goes on."""
        self.delay_s, self.is_broken = 0.0, False
        for event in self._open.values():
            event.set()

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.is_broken:
            back.transport.abort()
            return
        far, forth = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers |= {back, forth}
        try:
            await asyncio.gather(self._carry("up", near, forth), self._carry("down", far, back))
        finally:
            self._writers -= {back, forth}
            back.close()
            forth.close()

    async def _carry(self, way: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._open[way].wait()
                sink.write(data)
                await sink.drain()
            sink.close()
