"""May the agent's own UTC be believed: held against the monotonic clock and against a believed satellite receiver (R14).

Nothing is decided by UTC aboard; this watch says only whether the times in the record are true. A step, a stand-still and a
drift show against the monotonic clock; an error from the start shows against the receiver alone.
"""

from __future__ import annotations

from collections import deque
from typing import Final

UNEVEN_S: Final = 0.3
"""How far UTC may leave the monotonic clock within WINDOW_S: ten times what a busy machine puts between two readings. Slewing
by NTP moves both clocks alike and does not show; a clock that stands still shows after 0.3 s, 1 % of drift after 30 s."""
WINDOW_S: Final = 60.0
ENTRY_S: Final = 1.0
"""Least time between two offsets kept."""
OFF_S: Final = 2.0
"""How far UTC may be from what is known to be right: from there on the shore calls the clocks apart (CMD-05), and a sentence
that comes up to a second late is well within."""
TOLD_APART_S: Final = 0.5
"""A receiver's word counts when it and its last one differ by less: one bad sentence and a fix told again count for nothing."""
TOLD_GAP_S: Final = 10.0
"""Longest time between two words of a receiver that confirm each other."""
BACK_S: Final = 60.0
"""How long UTC must run evenly and rightly before it is believed again; as long as the window, so that a drift never is."""


class UtcWatch:
    """Judges the UTC of the machine it runs on; trusted until something speaks against it."""

    def __init__(self) -> None:
        """Begin trusting: with nothing to hold it against, a clock is as good as its owner set it."""
        self._right_s: float | None = None
        """UTC minus monotonic seconds of a right clock, as far as it is known."""
        self._told: tuple[float, float] | None = None
        """(offset, monotonic seconds) of the receiver's last word."""
        self._offsets: deque[tuple[float, float]] = deque(maxlen=round(WINDOW_S / ENTRY_S))
        """(offset, monotonic seconds) of the last WINDOW_S."""
        self._bad_s, self._was_odd = 0.0, False
        self.is_trusted = True
        self.detail = ""
        """Why it is not trusted; empty: it is."""

    def tick(self, utc_s: float, now_s: float) -> bool:
        """Look at UTC (seconds since 1970) beside monotonic seconds; return whether it is trusted: not after two odd looks."""
        offset_s = utc_s - now_s
        if self._right_s is None:
            self._right_s = offset_s
        left_s, off_s = self._left_s(offset_s, now_s), offset_s - self._right_s
        was_odd, self._was_odd = self._was_odd, abs(left_s) > UNEVEN_S or abs(off_s) > OFF_S
        if self._was_odd and not was_odd:
            return self.is_trusted  # a program held up between its two clocks looks like this, once
        if abs(left_s) > UNEVEN_S:
            self._distrust(f"{left_s:+.1f} s against the monotonic clock", now_s)
            self._offsets.clear()
        elif abs(off_s) > OFF_S:
            self._distrust(f"{off_s:+.1f} s off", now_s)
        elif not self.is_trusted and now_s - self._bad_s >= BACK_S:
            self.is_trusted, self.detail = True, ""
        if not self._offsets or now_s - self._offsets[-1][1] >= ENTRY_S:
            self._offsets.append((offset_s, now_s))
        return self.is_trusted

    def receive(self, receiver_utc_s: float, now_s: float) -> None:
        """Take the UTC of a receiver that is believed; it counts when its last word agrees."""
        told_s = receiver_utc_s - now_s
        last = self._told
        self._told = (told_s, now_s)
        if last is not None and abs(told_s - last[0]) < TOLD_APART_S and now_s - last[1] <= TOLD_GAP_S:
            self._right_s = told_s

    def _left_s(self, offset_s: float, now_s: float) -> float:
        """Return by how much UTC has left the monotonic clock within the window, by sign."""
        while self._offsets and now_s - self._offsets[0][1] > WINDOW_S:
            self._offsets.popleft()
        return max((offset_s - before for before, _ in self._offsets), key=abs, default=0.0)

    def _distrust(self, why: str, now_s: float) -> None:
        if self.is_trusted:
            self.detail = why
        self.is_trusted, self._bad_s = False, now_s
