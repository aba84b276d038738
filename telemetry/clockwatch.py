"""A receiver's clock against the monotonic one: old fixes told again, and a time that is set, both leave it."""

from __future__ import annotations

from typing import Final

CLOCK_GAP_S: Final = 60.0
"""A receiver whose clock was silent for longer has been started anew: its clock is learned again."""
CLOCK_FOLLOW: Final = 0.01
CLOCK_REBASE_S: Final = 600.0
"""A shifted clock that has run evenly for this long is taken as set right; the position is watched all the same."""


class ClockWatch:
    """Watches a receiver's clock against the monotonic one."""

    def __init__(self, off_s_max: float) -> None:
        """Call the clock shifted when it leaves the monotonic one by more than `off_s_max`."""
        self._off_s_max = off_s_max
        self._reference_s: float | None = None
        self._heard_s = 0.0
        self._even: tuple[float, float] = (0.0, 0.0)
        """(offset, since when) of a shifted clock that runs evenly."""
        self.is_shifted = False
        self.off_s = 0.0
        """How far the clock has left the monotonic one, seconds."""

    def receive(self, utc_s: float, now_s: float) -> bool:
        """Take the receiver's time; return whether it is shifted."""
        offset_s = utc_s - now_s
        if self._reference_s is None or now_s - self._heard_s > CLOCK_GAP_S:
            self._reference_s = offset_s
        self._heard_s = now_s
        self.off_s = offset_s - self._reference_s
        self.is_shifted = abs(self.off_s) > self._off_s_max
        if not self.is_shifted:
            self._reference_s += CLOCK_FOLLOW * self.off_s
            self._even = (offset_s, now_s)
        elif abs(offset_s - self._even[0]) > self._off_s_max:
            self._even = (offset_s, now_s)
        elif now_s - self._even[1] >= CLOCK_REBASE_S:
            self._reference_s, self.is_shifted = offset_s, False
        return self.is_shifted
