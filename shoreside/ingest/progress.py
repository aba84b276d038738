"""Which sequences of a stream are committed: a short list of ranges, and what the vessel is told about them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Ranges:
    """A set of whole numbers as ascending (first, last) ranges that neither touch nor overlap."""

    __slots__ = ("_ranges",)

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        """Start with `ranges` in any order."""
        self._ranges: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            self.add(first, last)

    def add(self, first: int, last: int | None = None) -> None:
        """Add `first`, or all of first..last."""
        last = first if last is None else last
        low = bisect_right(self._ranges, (first,)) if self._ranges else 0
        if low and self._ranges[low - 1][1] >= first - 1:
            low -= 1
        high = low
        while high < len(self._ranges) and self._ranges[high][0] <= last + 1:
            first, last = min(first, self._ranges[high][0]), max(last, self._ranges[high][1])
            high += 1
        self._ranges[low:high] = [(first, last)]

    def __contains__(self, value: int) -> bool:
        """Return True when `value` is in the set."""
        index = bisect_right(self._ranges, (value, float("inf")))
        return index > 0 and self._ranges[index - 1][0] <= value <= self._ranges[index - 1][1]

    @property
    def through(self) -> int:
        """The last number of an unbroken row from 1; 0 when 1 is missing."""
        return self._ranges[0][1] if self._ranges and self._ranges[0][0] <= 1 else 0

    @property
    def first_gap(self) -> tuple[int, int] | None:
        """The lowest missing range below the highest known number; None when nothing is missing."""
        if self._ranges and self._ranges[0][0] > 1:
            return 1, self._ranges[0][0] - 1
        return (self._ranges[0][1] + 1, self._ranges[1][0] - 1) if len(self._ranges) > 1 else None

    def spans(self) -> tuple[tuple[int, int], ...]:
        """Return the ranges, ascending."""
        return tuple(self._ranges)
