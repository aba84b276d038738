"""Short distances on the globe: north and east in metres on the WGS84 ellipsoid, good to 0.1 % within 50 km."""

from __future__ import annotations

import math
from typing import Final

_A_M: Final = 6_378_137.0
_E2: Final = 0.00669437999014
"""Semi-major axis and first eccentricity squared of WGS84."""
DEGREE_M_MIN, DEGREE_M_MAX = 110_574.0, 111_695.0
"""A degree of latitude at the equator and at a pole, rounded outwards; one of longitude is never longer than the latter."""
KNOT_MPS: Final = 1852.0 / 3600.0
NM_M: Final = 1852.0


def offset_m(latitude_deg: float, longitude_deg: float, from_latitude_deg: float, from_longitude_deg: float
             ) -> tuple[float, float]:  # fmt: skip
    """Return (north, east) in metres from the second place to the first; the short way over the date line."""
    mid = math.radians((latitude_deg + from_latitude_deg) / 2.0)
    w = 1.0 - _E2 * math.sin(mid) ** 2
    meridian_m, normal_m = _A_M * (1.0 - _E2) / w**1.5, _A_M / math.sqrt(w)
    dlon_deg = difference_deg(longitude_deg, from_longitude_deg)
    north_m = math.radians(latitude_deg - from_latitude_deg) * meridian_m
    return north_m, math.radians(dlon_deg) * normal_m * math.cos(mid)


def distance_m(latitude_deg: float, longitude_deg: float, from_latitude_deg: float, from_longitude_deg: float) -> float:
    """Return the distance between two places in metres."""
    return math.hypot(*offset_m(latitude_deg, longitude_deg, from_latitude_deg, from_longitude_deg))


def is_within(place: tuple[float, float], other: tuple[float, float], limit_m: float) -> bool:
    """Return whether two places (latitude, longitude) are at most `limit_m` apart, reckoned only where that is not plain."""
    north_deg, east_deg = abs(place[0] - other[0]), abs(place[1] - other[1])
    if (north_deg + east_deg) * DEGREE_M_MAX <= limit_m:
        return True
    return north_deg * DEGREE_M_MIN <= limit_m and distance_m(*place, *other) <= limit_m


def difference_deg(angle_deg: float, from_deg: float) -> float:
    """Return the turn from the second angle to the first, -180..180, over north where that is shorter."""
    return (angle_deg - from_deg + 180.0) % 360.0 - 180.0


def vector(direction_deg: float, length: float) -> tuple[float, float]:
    """Return (north, east) of a length in a direction."""
    angle = math.radians(direction_deg)
    return length * math.cos(angle), length * math.sin(angle)


def direction_deg(north: float, east: float) -> float:
    """Return the direction of a vector, 0 up to but not 360."""
    return math.degrees(math.atan2(east, north)) % 360.0 % 360.0  # twice: -1e-17 % 360 is 360


def place_at(latitude_deg: float, longitude_deg: float, north_m: float, east_m: float) -> tuple[float, float]:
    """Return the place north and east of another, the inverse of `offset_m`; longitude -180..180."""
    found = latitude_deg, longitude_deg
    for _ in range(3):  # the scale is that of the mean latitude, which the first look does not know
        north, east = offset_m(*found, latitude_deg, longitude_deg)
        mid = math.radians((found[0] + latitude_deg) / 2.0)
        w = 1.0 - _E2 * math.sin(mid) ** 2
        meridian_m, normal_m = _A_M * (1.0 - _E2) / w**1.5, _A_M / math.sqrt(w)
        found = (
            found[0] + math.degrees((north_m - north) / meridian_m),
            (found[1] + math.degrees((east_m - east) / (normal_m * max(math.cos(mid), 1e-6))) + 180.0) % 360.0 - 180.0,
        )
    return found
