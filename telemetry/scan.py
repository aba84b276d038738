"""The shared scan clock: all channels are looked at on one beat, so a batch needs one time per scan, not per value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telemetry.picture import Latest, Picture

NS_PER_S: Final = 1_000_000_000
GRID_SHARE: Final = 0.02
"""A scan this share of a period early or late keeps its place in the grid: 20 ms at 1 Hz, less than any sensor's delay."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What was new at one beat."""

    utc_ns: int
    news: tuple[Latest, ...]
    """Channels that spoke, or became stale, since the scan before; possibly none."""


class Scanner:
    """Takes a scan of a picture each period."""

    def __init__(self, picture: Picture, period_s: float, now_s: float) -> None:
        """Scan `picture` each `period_s` seconds, first one period after `now_s`."""
        self._picture = picture
        self._period_s = period_s
        self._due_s = now_s + period_s
        self._missed_count = 0
        self._grid_utc_ns: int | None = None

    @property
    def missed_count(self) -> int:
        """Beats that came too late to be taken: the program was held up for more than a period."""
        return self._missed_count

    def deadline(self) -> float:
        """Return when the next scan is due, monotonic seconds."""
        return self._due_s

    def tick(self, now_s: float, utc_ns: int) -> Scan | None:
        """Return the scan that is due at `now_s`, or None before its time."""
        if now_s < self._due_s:
            return None
        missed = int((now_s - self._due_s) / self._period_s)
        self._missed_count += missed
        self._due_s += (missed + 1) * self._period_s
        return Scan(self._on_grid(utc_ns, missed), self._picture.take_news(now_s))

    def _on_grid(self, utc_ns: int, missed: int) -> int:
        """Return the time of a scan: one period after the last where it is near that, so that times cost next to nothing."""
        period_ns = round(self._period_s * NS_PER_S)
        if self._grid_utc_ns is not None:
            due_ns = self._grid_utc_ns + (missed + 1) * period_ns
            if abs(utc_ns - due_ns) <= period_ns * GRID_SHARE:
                utc_ns = due_ns
        self._grid_utc_ns = utc_ns
        return utc_ns
