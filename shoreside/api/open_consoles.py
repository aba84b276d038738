"""The consoles of this process, looked after all together: whose session is over, and who takes nothing any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from shoreside.ports import StoreDownError

if TYPE_CHECKING:
    from protocols.aio.clock import Clock
    from shoreside.api.auth import Auth, Who
    from shoreside.live.feeds import Feed, Hub

CHECK_S: Final = 2.5
"""With the question's own time: a session that ended in another process closes its sockets within 5 s."""
SEND_DEADLINE_S: Final = 6.0
"""A browser that has not taken a frame by then is gone; its console starts anew. Seen within 2.5 s more: 8.5 s in all."""


class OpenConsole:
    """One console whose socket is open."""

    def __init__(self, who: Who, feed: Feed) -> None:
        """Take who sits at it and what it is sent."""
        self.who = who
        self.feed = feed
        self.sending_since_s: float | None = None
        """When the frame on its way was handed to the socket, monotonic; None when none is on its way."""
        self.over = asyncio.Event()
        """Set when the socket is to be closed, whatever still waits."""

    async def ended(self) -> None:
        """Wait for that."""
        await self.over.wait()

    def end(self, reason: str) -> None:
        """Have the socket closed with `reason`."""
        self.feed.end(reason)
        self.over.set()


class OpenConsoles:
    """All of them; one task and one question to the database look after two hundred as after one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._all: set[OpenConsole] = set()

    def join(self, console: OpenConsole) -> None:
        """Look after a console from now on."""
        self._all.add(console)

    def leave(self, console: OpenConsole) -> None:
        """Look after it no more."""
        self._all.discard(console)

    async def run(self, auth: Auth, clock: Clock, hub: Hub) -> None:
        """Look after them until cancelled."""
        while True:
            await asyncio.sleep(CHECK_S)
            if self._all:
                await self.check(auth, clock.now_s(), hub)

    async def check(self, auth: Auth, now_s: float, hub: Hub) -> None:
        """End whoever has taken nothing for 6 s, and whose session or token is no more; while the database is away, nobody."""
        for console in self._all:
            if console.sending_since_s is not None and now_s - console.sending_since_s > SEND_DEADLINE_S:
                hub.stalled_count += 1
                console.end("nothing was taken for 6 s")
        try:
            ended = await auth.ended({console.who for console in self._all})
        except StoreDownError:
            return
        for console in self._all:  # those of now: some came and went while the database was asked
            if console.who in ended:
                console.end("the session has ended")
