"""Is the position of a satellite receiver plausible: held against dead reckoning and its own clock (reliability.md D1).

One `PositionWatch` per receiver. It keeps the residual, fix minus dead reckoning, which for a good receiver moves only with
the current. A step of it is a jump; a drift other than the current's is a drag-off; a fix that repeats itself while the ship
moves is frozen; a clock that leaves the monotonic one is shifted in time. A doubted receiver is believed again when the
dead reckoning can no longer contradict it.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from telemetry.clockwatch import ClockWatch
from telemetry.plane import offset_m
from telemetry.reckoning import DeadReckoning

Doubt = Literal["", "position-jump", "position-frozen", "position-drag", "gnss-time"]

WINDOW: Final = 30
"""Residuals, one a second, over which a drift is measured: noise of 3 m becomes 0.06 m/s."""
SETTLED: Final = 60
"""The latest residuals take no part in learning the current: a drag-off must not teach it what it does."""
HISTORY: Final = 600
"""Residuals kept: 10 minutes, in which a tidal current changes little."""
EDGE: Final = 10
"""Residuals averaged at each end when the current is learned, and for the place from which a jump is measured."""
EDGE_UNKNOWN: Final = 3
"""As EDGE while the current is not known: a longer mean would lag behind it."""
ENTRY_S: Final = 0.9
"""Least time between two residuals kept: several sentences of one second are one fix."""
REPEATS: Final = 3
"""GGA, RMC and GLL may round the same fix in three ways; a fix that is among the last three is a repetition."""


@dataclass(frozen=True, slots=True)
class PlausibilityLimits:
    """What a position may do."""

    jump_m: float = 30.0
    """Ten times the noise of a good receiver."""
    drag_mps: float = 0.6
    """Change of drift against the current of the last ten minutes."""
    drag_s: float = 5.0
    """How long the drift must be beyond."""
    current_mps_max: float = 3.0
    """Fastest current; a greater drift is a failed log or gyro, and no drag-off is judged by them."""
    growth_mps: float = 0.3
    """How fast dead reckoning with a known current becomes unsure."""
    frozen_s: float = 3.0
    frozen_m: float = 5.0
    """A repeated fix is frozen when the ship has run this far through water and current meanwhile."""
    clock_s: float = 2.5
    """How far the receiver's clock may leave the monotonic one at once; a leap second and a stalled program are within."""
    back_s: float = 10.0
    """How long everything must be plausible before a doubted receiver is believed again."""


@dataclass(frozen=True, slots=True)
class _Residual:
    at_s: float
    north_m: float
    east_m: float
    unsure_m: float


class PositionWatch:
    """Watches the fixes of one receiver."""

    def __init__(self, reckoning: DeadReckoning, limits: PlausibilityLimits) -> None:
        """Hold fixes against `reckoning`, which others keep up to date."""
        self._reckoning, self._limits = reckoning, limits
        self._origin: tuple[float, float] | None = None
        self._history: deque[_Residual] = deque(maxlen=HISTORY)
        self._trusted: _Residual | None = None
        """Where the residual was when the receiver was last believed."""
        self._current: tuple[float, float] | None = None
        self._recent: deque[tuple[float, float]] = deque(maxlen=REPEATS)
        self._moved = _Residual(0.0, 0.0, 0.0, 0.0)
        """When the fix last changed, and the dead reckoning then."""
        self._leg = reckoning.leg
        self._drag_since_s: float | None = None
        self._back_since_s: float | None = None
        self._clock = ClockWatch(limits.clock_s)
        self.doubt: Doubt = ""
        """Why the position is not believed; empty: it is."""
        self.detail = ""

    def clock(self, utc_s: float, now_s: float) -> Doubt:
        """Take the receiver's own time; return the doubt in force."""
        if self._clock.receive(utc_s, now_s) and not self.doubt:
            self._doubt("gnss-time", f"{self._clock.off_s:+.1f} s", now_s)
        return self.doubt

    def receive(self, latitude_deg: float, longitude_deg: float, now_s: float) -> Doubt:
        """Take a fix; return the doubt in force, which holds for this fix too."""
        if self._origin is None:
            self._origin = (latitude_deg, longitude_deg)
        if self._reckoning.leg != self._leg:
            self._leg, self._current, self._drag_since_s = self._reckoning.leg, None, None
            self._history.clear()
        residual = self._residual(latitude_deg, longitude_deg, now_s)
        is_repeat = (latitude_deg, longitude_deg) in self._recent
        if not is_repeat:
            self._recent.append((latitude_deg, longitude_deg))
            self._moved = _Residual(now_s, self._reckoning.north_m, self._reckoning.east_m, 0.0)
        found = self._judge(residual, now_s, is_repeat=is_repeat)
        if self.doubt:
            self._look_back(residual, found, now_s)
        elif found[0]:
            self._doubt(*found, now_s)
        elif not is_repeat and (not self._history or now_s - self._history[-1].at_s >= ENTRY_S):
            self._keep(residual)
        return self.doubt

    def _residual(self, latitude_deg: float, longitude_deg: float, now_s: float) -> _Residual:
        origin = self._origin or (latitude_deg, longitude_deg)
        north_m, east_m = offset_m(latitude_deg, longitude_deg, *origin)
        dead = self._reckoning
        return _Residual(now_s, north_m - dead.north_m, east_m - dead.east_m, dead.unsure_m)

    def _judge(self, residual: _Residual, now_s: float, *, is_repeat: bool) -> tuple[Doubt, str]:
        """Return what is wrong with this fix, and its measure."""
        if self._clock.is_shifted:
            return "gnss-time", f"{self._clock.off_s:+.1f} s"
        if is_repeat:
            run_m = self._run_m(now_s)
            is_frozen = now_s - self._moved.at_s >= self._limits.frozen_s and run_m >= self._limits.frozen_m
            return ("position-frozen", f"{run_m:.0f} m run") if is_frozen else ("", "")
        off_m, limit_m = self._off_m(residual)
        if off_m > limit_m:
            return "position-jump", f"{off_m:.0f} m"
        drag_mps = self._drag_mps(residual)
        if drag_mps is None:
            self._drag_since_s = None
            return "", ""
        self._drag_since_s = now_s if self._drag_since_s is None else self._drag_since_s
        is_dragged = now_s - self._drag_since_s >= self._limits.drag_s
        return ("position-drag", f"{drag_mps:.1f} m/s") if is_dragged else ("", "")

    def _run_m(self, now_s: float) -> float:
        """Return how far the ship has run over ground since the fix last changed."""
        north, east = self._current or (0.0, 0.0)
        step_s = now_s - self._moved.at_s
        return math.hypot(
            self._reckoning.north_m - self._moved.north_m + north * step_s,
            self._reckoning.east_m - self._moved.east_m + east * step_s,
        )

    def _off_m(self, residual: _Residual) -> tuple[float, float]:
        """Return how far the fix lies from where dead reckoning expects it, and how far it may."""
        known = self._trusted
        if known is None:
            return 0.0, 0.0
        step_s = residual.at_s - known.at_s
        north, east = self._current or (0.0, 0.0)
        growth = self._limits.growth_mps if self._current else self._limits.current_mps_max
        limit_m = self._limits.jump_m + growth * step_s + residual.unsure_m - known.unsure_m
        return math.hypot(
            residual.north_m - known.north_m - north * step_s, residual.east_m - known.east_m - east * step_s
        ), limit_m

    def _drag_mps(self, residual: _Residual) -> float | None:
        """Return the drift against the current where it is beyond its limit; None where it is not, or nobody can say."""
        if self._current is None or len(self._history) < WINDOW:
            return None
        window = [self._history[index] for index in range(-WINDOW, 0)]
        span_s = window[-1].at_s - window[0].at_s
        north, east = _slope(window)
        drag = math.hypot(north - self._current[0], east - self._current[1])
        unsure = (residual.unsure_m - window[0].unsure_m) / max(span_s, 1.0)
        return drag if drag > self._limits.drag_mps + unsure else None

    def _keep(self, residual: _Residual) -> None:
        """Learn from a fix that is believed."""
        self._history.append(residual)
        count = EDGE if self._current else EDGE_UNKNOWN
        last = [self._history[-1 - index] for index in range(min(count, len(self._history)))]
        self._trusted = _mean(last, self._current or (0.0, 0.0), residual)
        if len(self._history) < 2 * SETTLED or self._drag_since_s is not None:
            return
        settled = len(self._history) - SETTLED
        early = _mean([self._history[index] for index in range(EDGE)])
        late = _mean([self._history[settled - 1 - index] for index in range(EDGE)])
        span_s = late.at_s - early.at_s
        learned = ((late.north_m - early.north_m) / span_s, (late.east_m - early.east_m) / span_s)
        self._current = learned if math.hypot(*learned) <= self._limits.current_mps_max else None

    def _doubt(self, doubt: Doubt, detail: str, now_s: float) -> None:
        """Doubt the receiver; a drag-off has been going on, so what is trusted is the place before it."""
        self.doubt, self.detail, self._back_since_s = doubt, detail, None
        if doubt == "position-drag" and len(self._history) > SETTLED:
            end = len(self._history) - SETTLED
            self._trusted = _mean([self._history[index] for index in range(max(0, end - EDGE), end)])
        self._drag_since_s = now_s if doubt == "position-drag" else None
        self._history.clear()

    def _look_back(self, residual: _Residual, found: tuple[Doubt, str], now_s: float) -> None:
        """Believe a doubted receiver again once nothing has been wrong for long enough."""
        off_m, limit_m = self._off_m(residual)
        if (found[0] and found[0] != "position-drag") or off_m > limit_m:
            self._back_since_s = None
        elif self._back_since_s is None:
            self._back_since_s = now_s
        elif now_s - self._back_since_s >= self._limits.back_s:
            self.doubt, self.detail, self._drag_since_s = "", "", None
            self._history.clear()
            self._keep(residual)


def _mean(
    residuals: list[_Residual], drift: tuple[float, float] = (0.0, 0.0), at: _Residual | None = None
) -> _Residual:
    """Return the mean of residuals, each carried on with `drift` to the moment of `at` where that is given."""
    count = len(residuals)
    at_s = at.at_s if at else sum(residual.at_s for residual in residuals) / count
    carried = [(residual, at_s - residual.at_s if at else 0.0) for residual in residuals]
    return _Residual(
        at_s,
        sum(residual.north_m + drift[0] * step_s for residual, step_s in carried) / count,
        sum(residual.east_m + drift[1] * step_s for residual, step_s in carried) / count,
        at.unsure_m if at else residuals[-1].unsure_m,
    )


def _slope(residuals: list[_Residual]) -> tuple[float, float]:
    """Return the drift of residuals in m/s, by least squares."""
    count = len(residuals)
    mean_s = sum(residual.at_s for residual in residuals) / count
    square = sum((residual.at_s - mean_s) ** 2 for residual in residuals)
    north = sum((residual.at_s - mean_s) * residual.north_m for residual in residuals)
    east = sum((residual.at_s - mean_s) * residual.east_m for residual in residuals)
    return north / square, east / square
