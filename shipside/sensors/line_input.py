"""What all inputs of lines share: their name, their counts, and how each comes back by itself."""

from __future__ import annotations

import asyncio
from typing import Final

from protocols.nmea0183.framing import LineSplitter
from shipside.config.inputs import InputConfig
from shipside.ports import Clock, InputFacts, TakeLines

RETRY_FIRST_S: Final = 0.5
RETRY_MAX_S: Final = 10.0
"""Longest pause before an input is opened again: a plug that is put back is noticed within this."""


class LineInput:
    """What all inputs share: their name, their counts, and the way from bytes to lines."""

    def __init__(self, config: InputConfig, clock: Clock) -> None:
        """Prepare the input; nothing is opened before `run`."""
        self.config = config
        self.clock = clock
        self.splitter = LineSplitter()
        self.take: TakeLines = _ignore
        self.is_open = False
        self.problem = "not opened yet"
        self._lines = 0
        self._rejected = 0
        self._lost = 0
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
            self.name, self.is_open, self._lines, rejected, self._reconnects, self._last_s, self.problem, self._lost
        )  # fmt: skip

    def pass_on(self, lines: list[bytes]) -> None:
        """Give the whole lines of one read to whoever takes them, all at once: they came at the same moment."""
        if lines:
            self._lines += len(lines)
            self._last_s = self.clock.now_s()
            self.take(lines)

    def reject(self) -> None:
        """Count a piece that was no line."""
        self._rejected += 1

    def lose(self, count: int) -> None:
        """Count what came as far as the kernel, and no further."""
        self._lost += count

    def opened(self) -> None:
        """Note that the input stands."""
        self.is_open, self.problem = True, ""

    async def run(self, take: TakeLines) -> None:
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


def _ignore(_lines: list[bytes]) -> None:
    """Take lines before anybody asked for them."""
