"""The ship's UTC as far as it may decide anything: whether keys and grants are valid (CMD-05, CMD-12).

Decision, 2026-11-26: validity is judged by the last trusted UTC, carried forward on the monotonic clock. A clock that jumps by
years, forwards or back, takes the conn from nobody, keeps no expired key alive, and touches no emergency stop. Nothing else
aboard is decided by UTC.
"""

from __future__ import annotations

from typing import Final

from protocols.link import cbor

NS_PER_S: Final = 1_000_000_000
SLACK_NS: Final = 2 * NS_PER_S
"""A trusted clock this near the one carried is followed at once: it is being slewed, or was held up."""
ADOPT_S: Final = 30.0
"""A clock further off is followed after it has been trusted without a break for this long: it was set right."""
KEEP_S: Final = 3600.0
"""How often the journal keeps the time: after a restart nothing is judged by an earlier one."""


class ShipTime:
    """UTC for the validity of keys and grants."""

    def __init__(self, kept_ns: int = 0) -> None:
        """Begin knowing only that it is not before `kept_ns`, of the journal; 0 on a new ship."""
        self._floor_ns = kept_ns
        self._base: tuple[int, float] | None = None
        """(UTC ns, monotonic s) of the last clock that was followed."""
        self._off_since_s: float | None = None
        self._keep_due_s: float | None = None

    def judged(self, utc_ns: int, now_s: float, *, is_trusted: bool) -> int:
        """Return the UTC by which validity is judged at monotonic `now_s`, given what the clock says."""
        if self._base is None:
            if utc_ns <= 0:
                return self._floor_ns
            self._base = (max(utc_ns, self._floor_ns), now_s)
        carried_ns = self._base[0] + round((now_s - self._base[1]) * NS_PER_S)
        if not is_trusted:
            self._off_since_s = None
            return carried_ns
        if abs(utc_ns - carried_ns) <= SLACK_NS:
            self._off_since_s = None
        elif self._off_since_s is None:
            self._off_since_s = now_s
        if self._off_since_s is not None and now_s - self._off_since_s < ADOPT_S:
            return carried_ns
        self._base, self._off_since_s = (max(utc_ns, self._floor_ns), now_s), None
        return self._base[0]

    def record_due(self, now_s: float) -> bytes | None:
        """Return what the journal is to keep of the time now; None while it is not due."""
        if self._base is None or (self._keep_due_s is not None and now_s < self._keep_due_s):
            return None
        self._keep_due_s = now_s + KEEP_S
        return cbor.encode({"t": "time", "utc_ns": self._base[0] + round((now_s - self._base[1]) * NS_PER_S)})
