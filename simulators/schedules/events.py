"""What happens when: a heap of things to do, and the ship's clocks beside the world's true time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

EVENTS_MAX: Final = 200_000
"""Things done in one schedule; a hundred times what one needs. More is a fault of the schedule, not of the ship."""


class Agenda:
    """Things to do in the order of their time, those of one time in the order in which they were put there."""

    def __init__(self, seed: int) -> None:
        """Begin at time 0 with the dice of `seed`."""
        self.dice = random.Random(seed)
        self.now_s = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, when_s: float, do: Callable[[], None]) -> None:
        """Do something at `when_s`, or at once where that is past."""
        self._count += 1
        heapq.heappush(self._heap, (max(when_s, self.now_s), self._count, do))

    def after(self, pause_s: float, do: Callable[[], None]) -> None:
        """Do something `pause_s` from now."""
        self.at(self.now_s + pause_s, do)

    def run(self, until_s: float, is_over: Callable[[], bool]) -> None:
        """Do everything up to `until_s`, or until it is over; raise RuntimeError where it never would be."""
        while self._heap and self._heap[0][0] <= until_s and not is_over():
            self.now_s, number, do = heapq.heappop(self._heap)
            if number > EVENTS_MAX:
                raise RuntimeError("the schedule does not come to an end")
            do()
        self.now_s = self.now_s if is_over() else until_s

    def chance(self, share: float) -> bool:
        """Return True with this probability."""
        return self.dice.random() < share


@dataclass(slots=True)
class ShipClock:
    """The clocks of one boot of the ship."""

    zero_s: float
    """True time when the monotonic clock stood at `begin_s`."""
    begin_s: float
    rate: float
    """Ship's seconds in a true second."""
    utc_off_ns: int = 0
    """How far the wall clock is wrong."""

    def mono_s(self, now_s: float) -> float:
        """Return the ship's monotonic seconds at true time `now_s`."""
        return self.begin_s + (now_s - self.zero_s) * self.rate

    def true_s(self, mono_s: float) -> float:
        """Return the true time at which the ship's monotonic clock shows `mono_s`."""
        return self.zero_s + (mono_s - self.begin_s) / self.rate
