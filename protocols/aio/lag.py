"""How late the event loop is: what a program that does too much between two waits does to everything else in it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from protocols.aio.clock import Clock

LOOK_S: Final = 0.5
KEPT: Final = 30
"""Looks remembered: the worst of 15 s, so that a scrape each 15 s misses none."""


class LoopLag:
    """Measures by sleeping; run it as a task beside the others."""

    def __init__(self, clock: Clock) -> None:
        """Start with no lag."""
        self._clock = clock
        self._late_s: deque[float] = deque([0.0], maxlen=KEPT)

    @property
    def worst_s(self) -> float:
        """Longest delay of the last 15 s, seconds."""
        return max(self._late_s)

    async def run(self) -> None:
        """Look twice a second until cancelled."""
        while True:
            due_s = self._clock.now_s() + LOOK_S
            await asyncio.sleep(LOOK_S)
            self._late_s.append(max(0.0, self._clock.now_s() - due_s))
