"""How a point is kept or come to by heading and propulsion orders alone: one small law, for station-keep and loiter."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from control.geometry import KNOT_MPS, Plane
from control.limits import Keep
from control.situation import Situation

LEAVE_SHARE: Final = 0.6
"""She stops approaching at this share of the radius, so that she does not start again at its edge at once."""
BEGIN_SHARE, STILL_SHARE = 0.7, 0.4
"""Where her pull grows with the distance she is pulled from the one share of the radius on, to within the other: with wind and
current against her she lies between them, inside the circle (the simulated Otter, 12 kn of wind and 0.8 kn of current)."""
BOW_DEG: Final = 45.0
"""With her bow this near the bearing of the point most of the push goes there."""
COAST_S: Final = 12.0
"""She is not pulled while her speed over ground brings her there within this: the Otter loses her way in about that time."""
STEP_PCT: Final = 2.0
"""A pull changed by less is not ordered: the engine would be ordered anew with each fix."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on the sea."""

    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class Pull:
    """What the law asks of her now."""

    distance_m: float
    """From the point."""
    heading_deg: float
    """True bearing of the point."""
    propulsion_pct: float
    """0 while she is there."""


def here(situation: Situation) -> Spot | None:
    """Return where she is; None without a usable position, also where two receivers disagree about it."""
    if any(found.quantity == "position" for found in situation.disagreements):
        return None
    latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
    return None if latitude is None or longitude is None else Spot(latitude, longitude)


def closing_mps(situation: Situation, bearing_deg: float) -> float:
    """Return her speed over ground towards `bearing_deg`; 0 where course or speed is not known."""
    speed_kn, course = situation.number("NAV_SOG"), situation.number("NAV_COG")
    if speed_kn is None or course is None:
        return 0.0
    return speed_kn * KNOT_MPS * math.cos(math.radians(course - bearing_deg))


def eased(wanted: Pull, keep: Keep, situation: Situation) -> Pull:
    """Return the pull as her heading and way leave it, where it grows with the distance.

    None while her way carries her to the point by itself: she would run through it. Until her bow points there none within the
    circle and no more than `approach_pct` outside it: she would drive off on the heading that she has.
    """
    if keep.strongest_pct <= keep.approach_pct or wanted.propulsion_pct == 0.0:
        return wanted
    heading = situation.number("NAV_HDG")
    if closing_mps(situation, wanted.heading_deg) * COAST_S > wanted.distance_m:
        return replace(wanted, propulsion_pct=0.0)
    if heading is None or abs(math.remainder(heading - wanted.heading_deg, 360.0)) > BOW_DEG:
        return replace(wanted, propulsion_pct=0.0 if wanted.distance_m <= keep.radius_m else keep.approach_pct)
    return wanted


def way_m(now: Spot, point: Spot) -> tuple[float, float]:
    """Return how far `point` lies from `now`, in metres east and north."""
    return Plane(now.latitude_deg, now.longitude_deg).xy(point.longitude_deg, point.latitude_deg)


def pull(now: Spot, point: Spot, keep: Keep, *, was_pulling: bool) -> Pull:
    """Return how to come to `point` from `now`; inside the radius she lies still unless she was still approaching."""
    east_m, north_m = way_m(now, point)
    distance_m = math.hypot(east_m, north_m)
    bearing_deg = math.degrees(math.atan2(east_m, north_m)) % 360.0
    grows = keep.strongest_pct > keep.approach_pct
    shares = (STILL_SHARE, BEGIN_SHARE) if grows else (LEAVE_SHARE, 1.0)
    is_there = distance_m <= keep.radius_m * shares[0 if was_pulling else 1]
    return Pull(distance_m, bearing_deg, 0.0 if is_there else _pull_pct(distance_m / keep.radius_m, keep))


def _pull_pct(share: float, keep: Keep) -> float:
    """Return the propulsion at this share of the radius: from the weakest at STILL_SHARE to the strongest at the edge."""
    growth = min(1.0, max(0.0, (share - STILL_SHARE) / (1.0 - STILL_SHARE)))
    return round(keep.approach_pct + growth * (keep.strongest_pct - keep.approach_pct), 1)


def differs(ordered_pct: float | None, wanted_pct: float) -> bool:
    """Return whether the propulsion is to be ordered anew: it begins, it ends, or it has changed by STEP_PCT."""
    if ordered_pct is None or (ordered_pct == 0.0) != (wanted_pct == 0.0):
        return True
    return abs(wanted_pct - ordered_pct) >= STEP_PCT
