"""How two ships meet: closest point of approach, and who gives way by the COLREG (Rules 13 to 17).

The classes and the order in which they are tried are those of DNV's traffic generator (dnv-opensource/trafficgen,
`encounter.py`); its angles are settings here, for other authors draw the head-on sector wider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from control.geometry import KNOT_MPS, Plane
from control.limits import EncounterAngles

EncounterClass = Literal["head_on", "crossing_give_way", "crossing_stand_on", "overtaking", "overtaken", "safe"]
DUTIES: Final[dict[EncounterClass, str]] = {
    "head_on": "head-on: both alter to starboard (Rule 14)",
    "crossing_give_way": "crossing from starboard: we give way (Rule 15)",
    "crossing_stand_on": "crossing from port: she gives way, we stand on (Rules 15, 17)",
    "overtaking": "we overtake: we keep clear (Rule 13)",
    "overtaken": "she overtakes us: she keeps clear, we stand on (Rules 13, 17)",
    "safe": "no risk of collision as things are",
}
"""What each class asks of us, in words."""
STILL_MPS: Final = 0.005
"""Two ships that move apart or together by less than this (0.01 kn) keep their distance: TCPA has no meaning."""


@dataclass(frozen=True, slots=True)
class Mover:
    """One ship at one moment, on a plane."""

    east_m: float
    north_m: float
    course_deg: float
    """Course over ground, or the heading where that is not known; true."""
    speed_kn: float

    @property
    def velocity_mps(self) -> tuple[float, float]:
        """East and north parts of the speed over ground."""
        angle, speed = math.radians(self.course_deg), self.speed_kn * KNOT_MPS
        return speed * math.sin(angle), speed * math.cos(angle)


@dataclass(frozen=True, slots=True)
class Approach:
    """How near two ships come when both go on as they do."""

    cpa_m: float
    tcpa_s: float | None
    """Negative when the closest point is past; None when their distance does not change."""


def mover(plane: Plane, latitude_deg: float, longitude_deg: float, course_deg: float, speed_kn: float) -> Mover:
    """Return a ship on `plane`, which lies at our own position."""
    east_m, north_m = plane.xy(longitude_deg, latitude_deg)
    return Mover(east_m, north_m, course_deg, speed_kn)


def approach(own: Mover, other: Mover) -> Approach:
    """Return the closest point of approach: TCPA = -(r.v)/|v|2, CPA = |r + v TCPA|."""
    east_m, north_m = other.east_m - own.east_m, other.north_m - own.north_m
    (own_east, own_north), (other_east, other_north) = own.velocity_mps, other.velocity_mps
    east_mps, north_mps = other_east - own_east, other_north - own_north
    closing = math.hypot(east_mps, north_mps)
    if closing < STILL_MPS:
        return Approach(math.hypot(east_m, north_m), None)
    tcpa_s = -(east_m * east_mps + north_m * north_mps) / closing**2
    return Approach(math.hypot(east_m + east_mps * tcpa_s, north_m + north_mps * tcpa_s), tcpa_s)


def is_dangerous(found: Approach, cpa_m_max: float, tcpa_s_max: float) -> bool:
    """Return whether the closest point is nearer than the limit and no later than the limit; 0 m switches it off."""
    if found.cpa_m >= cpa_m_max:
        return False
    return found.tcpa_s is None or 0.0 <= found.tcpa_s <= tcpa_s_max


def sector_class(own: Mover, other: Mover, angles: EncounterAngles) -> EncounterClass:
    """Return the class by the angles alone, however far the other is; "safe" where no class fits."""
    bearing_deg = math.degrees(math.atan2(other.east_m - own.east_m, other.north_m - own.north_m))
    seen_deg = math.remainder(bearing_deg - own.course_deg, 360.0)
    """beta: where she lies, from our bow, -180..180."""
    shown_deg = math.remainder(bearing_deg + 180.0 - other.course_deg, 360.0)
    """alpha: where we lie, from her bow, -180..180."""
    bow, abaft, over = angles.overtaking_bow_deg, angles.abaft_deg, angles.crossing_deg
    if abs(seen_deg) > abaft and abs(shown_deg) <= bow:
        return "overtaken"
    if abs(shown_deg) > abaft and abs(seen_deg) <= bow:
        return "overtaking"
    if abs(shown_deg) <= angles.head_on_deg and abs(seen_deg) <= angles.head_on_deg:
        return "head_on"
    if 0.0 < seen_deg < abaft and -abaft < shown_deg <= over:
        return "crossing_give_way"
    if 0.0 < shown_deg < abaft and -abaft < seen_deg <= over:
        return "crossing_stand_on"
    if abs(seen_deg) <= bow and abs(shown_deg) <= bow:
        return "head_on"  # starboard to starboard on nearly opposite courses: in doubt it is head-on (Rule 14 c)
    return "safe"


def classify(
    own: Mover, other: Mover, angles: EncounterAngles, cpa_m_max: float, tcpa_s_max: float
) -> tuple[EncounterClass, Approach]:  # fmt: skip
    """Return how the two meet: "safe" unless she comes nearer than the limits, else the class by the angles."""
    found = approach(own, other)
    if not is_dangerous(found, cpa_m_max, tcpa_s_max):
        return "safe", found
    return sector_class(own, other, angles), found
