"""Following a route: line-of-sight guidance on its legs, arcs of the planned radius at its marks. Pure.

Line of sight with a look-ahead that shortens with the cross-track error: Fossen, Handbook of Marine Craft Hydrodynamics and
Motion Control, 12.3 (2nd ed.); the adaptive look-ahead after Lekkas and Fossen, IFAC MCMC 2012. Wheel-over as in IEC 62065.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from control.geometry import KNOT_MPS, Plane
from control.limits import Tracking
from control.passage import Piece, cut_m, pieces, turn_deg
from protocols.link.passage import Mark, Passage

TURN_DEG_MIN: Final = 1.0
"""A smaller change of course needs no arc: the line of sight takes it."""
DECAY: Final = 3.0
"""At the edge of the leg's width the look-ahead has come to its least but for exp(-3) = 5 % of the difference."""
DRIFT_S: Final = 30.0
"""The drift angle is smoothed over this: longer than her yawing, shorter than the tide's turning."""
DRIFT_DEG_MAX: Final = 20.0
"""More is no drift but a wrong instrument."""
RATE_SPARE: Final = 1.3
"""The autopilot may turn this much faster than the arc asks, to come back to it."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to steer, and where she is on her route."""

    leg: int
    """Index of the mark she is bound for; while turning the one after the turn's."""
    course_deg: float
    """Course over ground to make good."""
    rate_deg_min: float | None
    """Highest rate of turn to ask for; None on a straight leg."""
    cross_track_m: float
    """From leg or arc, positive to starboard."""
    to_wheel_over_m: float
    """To the next wheel-over, or to the last mark; 0 while turning."""
    next_turn_deg: float
    """Change of course at the next wheel-over, to starboard positive; 0 on the last leg, and before a mark in a straight line."""
    is_turning: bool
    is_last_leg: bool
    """She is bound for the last mark, and has come round to it."""
    is_over: bool
    """The last mark is reached or passed."""
    width_m: float
    """How far she may be on the side on which she is."""


@dataclass(frozen=True, slots=True)
class _Arc:
    """A turn on the plane at its mark."""

    plane: Plane
    radius_m: float
    centre: tuple[float, float]
    sign: float
    """1 to starboard, -1 to port."""
    out_deg: float


class Follower:
    """One ship on one route; `look` moves it on."""

    def __init__(self, passage: Passage, tracking: Tracking, leg: int) -> None:
        """Begin on the leg that leads to mark `leg` (1 is the first leg)."""
        self._passage, self._tracking = passage, tracking
        self._way = pieces(passage)
        self._at = next(number for number, piece in enumerate(self._way) if piece.leg == leg)
        self._arc: _Arc | None = None

    @property
    def leg(self) -> int:
        """Index of the mark she is bound for."""
        return self._way[self._at].leg

    @property
    def mark(self) -> Mark:
        """The mark she is bound for, with her leg's own limits."""
        return self._passage.marks[self.leg]

    def look(self, latitude_deg: float, longitude_deg: float, speed_kn: float) -> Guidance:
        """Return what to steer at this position and speed over ground."""
        along_m, cross_m = _on(self._way[self._at], latitude_deg, longitude_deg)
        while self._arc is None and self._at + 1 < len(self._way) and along_m >= self._end_m():
            self._pass()
            along_m, cross_m = _on(self._way[self._at], latitude_deg, longitude_deg)
        if self._arc is not None:
            turning = self._turn(self._arc, latitude_deg, longitude_deg, speed_kn)
            if turning is not None:
                return turning
            self._arc = None
        return self._straight(along_m, cross_m)

    def _end_m(self) -> float:
        """Return how far along the piece the next begins: at a turn that is its wheel-over."""
        piece = self._way[self._at]
        return piece.length_m - self._early_m() if self._is_last_of_leg() else piece.length_m

    def _is_last_of_leg(self) -> bool:
        """Return whether the next piece belongs to another leg; nobody asks on the route's last piece."""
        return self._way[self._at + 1].leg != self.leg

    def _early_m(self) -> float:
        """Return how far before its mark the wheel goes over; 0 where there is no turn."""
        angle = turn_deg(self._way, self.leg)
        if abs(angle) < TURN_DEG_MIN:
            return 0.0
        return cut_m(self.mark.radius_m, angle) + self._tracking.wheel_reach_m

    def _pass(self) -> None:
        """Go on to the next piece; through an arc where the course changes at a mark."""
        angle, radius_m = turn_deg(self._way, self.leg), self.mark.radius_m
        is_turn = self._is_last_of_leg() and abs(angle) >= TURN_DEG_MIN and radius_m > 0.0
        into, place = self._way[self._at], self._way[self._at].end
        self._at += 1
        if is_turn:
            sign = math.copysign(1.0, angle)
            course, cut = math.radians(into.course_deg), cut_m(radius_m, angle)
            side = course + sign * math.pi / 2.0
            centre = (
                -cut * math.sin(course) + radius_m * math.sin(side), -cut * math.cos(course) + radius_m * math.cos(side),
            )  # fmt: skip
            plane = Plane(place[1], place[0])
            self._arc = _Arc(plane, radius_m, centre, sign, self._way[self._at].course_deg)

    def _turn(self, arc: _Arc, latitude_deg: float, longitude_deg: float, speed_kn: float) -> Guidance | None:
        """Return what to steer on an arc; None when she has come round."""
        east_m, north_m = arc.plane.xy(longitude_deg, latitude_deg)
        east_m, north_m = east_m - arc.centre[0], north_m - arc.centre[1]
        outside_m = math.hypot(east_m, north_m) - arc.radius_m
        tangent_deg = math.degrees(math.atan2(east_m, north_m)) + arc.sign * 90.0
        lead_deg = math.degrees(self._tracking.wheel_reach_m / arc.radius_m)
        inward_deg = math.degrees(math.atan2(outside_m, self._tracking.lookahead_min_m))
        left_deg = arc.sign * math.remainder(arc.out_deg - tangent_deg, 360.0)
        if left_deg <= 0.0:
            return None
        ahead_deg = min(max(lead_deg + inward_deg, 0.0), left_deg)
        cross_m = -arc.sign * outside_m
        rate = math.degrees(speed_kn * KNOT_MPS / arc.radius_m) * 60.0 * RATE_SPARE
        return Guidance(
            self.leg, (tangent_deg + arc.sign * ahead_deg) % 360.0, max(rate, 1.0), cross_m, 0.0, arc.sign * left_deg,
            is_turning=True, is_last_leg=False, is_over=False, width_m=self._width_m(cross_m),
        )  # fmt: skip

    def _width_m(self, cross_m: float) -> float:
        return self.mark.starboard_xtd_m if cross_m > 0.0 else self.mark.port_xtd_m

    def _straight(self, along_m: float, cross_m: float) -> Guidance:
        piece, width_m, limits = self._way[self._at], self._width_m(cross_m), self._tracking
        shrink = math.exp(-DECAY * abs(cross_m) / width_m) if width_m > 0.0 else 0.0
        ahead_m = limits.lookahead_min_m + (limits.lookahead_max_m - limits.lookahead_min_m) * shrink
        course_deg = piece.course_deg - math.degrees(math.atan2(cross_m, ahead_m))
        rest_m = sum(other.length_m for other in self._way[self._at + 1 :] if other.leg == self.leg)
        is_last = self.leg == len(self._passage.marks) - 1
        to_end_m = piece.length_m - along_m + rest_m
        return Guidance(
            self.leg, course_deg % 360.0, None, cross_m, max(0.0, to_end_m - (0.0 if is_last else self._early_m())),
            turn_deg(self._way, self.leg), is_turning=False, is_last_leg=is_last, is_over=is_last and to_end_m <= 0.0,
            width_m=width_m,
        )  # fmt: skip


def drifting(
    before_deg: float, speed_kn: float, course_deg: float | None, heading_deg: float, found: Guidance | None
) -> float:  # fmt: skip
    """Return the drift angle, smoothed, a second after it was `before_deg`; it stays while she turns or hardly moves."""
    if course_deg is None or speed_kn < 1.0 or found is None or found.is_turning:
        return before_deg
    seen = max(-DRIFT_DEG_MAX, min(DRIFT_DEG_MAX, math.remainder(course_deg - heading_deg, 360.0)))
    return before_deg + (seen - before_deg) / DRIFT_S


def _on(piece: Piece, latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """Return (along, cross) in metres of a position on a piece; across to starboard is positive."""
    east_m, north_m = Plane(piece.start[1], piece.start[0]).xy(longitude_deg, latitude_deg)
    course = math.radians(piece.course_deg)
    along_m = east_m * math.sin(course) + north_m * math.cos(course)
    return along_m, east_m * math.cos(course) - north_m * math.sin(course)
