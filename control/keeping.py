"""How a point is kept or come to by heading and propulsion orders alone: one small law, for station-keep and loiter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from control.geometry import Plane
from control.limits import Keep
from control.situation import Situation

LEAVE_SHARE: Final = 0.6
"""She stops approaching at this share of the radius, so that she does not start again at its edge at once."""


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


def pull(now: Spot, point: Spot, keep: Keep, *, was_pulling: bool) -> Pull:
    """Return how to come to `point` from `now`; inside the radius she lies still unless she was still approaching."""
    east_m, north_m = Plane(now.latitude_deg, now.longitude_deg).xy(point.longitude_deg, point.latitude_deg)
    distance_m = math.hypot(east_m, north_m)
    bearing_deg = math.degrees(math.atan2(east_m, north_m)) % 360.0
    is_there = distance_m <= keep.radius_m * (LEAVE_SHARE if was_pulling else 1.0)
    return Pull(distance_m, bearing_deg, 0.0 if is_there else keep.approach_pct)
