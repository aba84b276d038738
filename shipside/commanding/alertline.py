"""The line to the bridge's alert management: ALF, ALC and HBT go out, ACN and ACK come in (ALT-08)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from shipside.actuators.autopilot import AutopilotLink

LINES_MAX: Final = 200
"""Lines waiting for the bridge: every alert told four times. The oldest goes first: ALC repeats what is not normal."""
RETRY_S: Final = 1.0
"""How long to wait for a bridge that does not take a line; it is sent again."""


class AlertPort(Protocol):
    """Where the ship's alerts are said aboard."""

    def say(self, line: bytes) -> None:
        """Send a line as soon as may be; never waits."""
        ...

    async def run(self, take: Callable[[bytes], None]) -> None:
        """Send and receive until cancelled; what comes goes to `take`."""
        ...


class AlertLine:
    """Both directions over one connection."""

    def __init__(self, link: AutopilotLink) -> None:
        """Speak over `link`, which comes back by itself."""
        self._link = link
        self._lines: deque[bytes] = deque(maxlen=LINES_MAX)
        self._wake = asyncio.Event()

    def say(self, line: bytes) -> None:
        """Send a line as soon as may be."""
        self._lines.append(line)
        self._wake.set()

    async def run(self, take: Callable[[bytes], None]) -> None:
        """Send and receive until cancelled."""

        def take_all(lines: list[bytes]) -> None:
            for line in lines:
                take(line)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._link.run(take_all), name="bridge alerts in")
            group.create_task(self._send(), name="bridge alerts out")

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._lines:
                if not await self._link.send(self._lines[0]):
                    await asyncio.sleep(RETRY_S)
                    continue
                self._lines.popleft()
