"""The shared scan clock: all channels are looked at on one beat, so a batch needs one time per scan, not per value."""

from __future__ import annotations

from dataclasses import dataclass

from telemetry.picture import Latest, Picture


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
        return Scan(utc_ns, self._picture.take_news(now_s))
