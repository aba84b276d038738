"""Whether a ship of the demo has the sea room that a journey needs, wherever she has got to, however slow the machine was."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

from control.geometry import Plane
from simulators.fleet import FLEET
from simulators.seabed import BANKS
from simulators.waters import ALLOWED, no_go
from tests.demo_rig import Demo

CLEAR_M = 350.0
"""To an area's edge: her margin of 50 m, a leg's cross-track limit of 200 m, and 100 m for what she wanders meanwhile."""
STEP_M = 100.0
STEADY_DEG_MIN = 2.0
DRIFT_M = 1500.0
"""What she goes in five minutes at 9 kn."""

Marks = tuple[tuple[float, float], ...]
"""Metres ahead of her and to starboard of her course."""
BEND: Final[Marks] = ((-500.0, 0.0), (1200.0, 0.0), (3200.0, 2000.0))
"""A route to sail: from astern of her on her own course, and a bend of 45 deg to starboard, announced as soon as it is active."""
NEAR_BEND: Final[Marks] = ((-700.0, 0.0), (480.0, 0.0), (2480.0, 2000.0))
"""One whose wheel-over is 300 m before the bend, which at 9 kn is 40 s ahead: half of them go for sending and activating it."""
MEETING: Final[Marks] = ((0.0, 0.0), (500.0, 0.0), (2500.0, 2400.0))
"""A turn of 50 deg to starboard, and what the ship looks ahead after it."""


@dataclass(frozen=True)
class Place:
    """A place of the sea, and a course from it."""

    latitude_deg: float
    longitude_deg: float
    course_deg: float
    swing_deg_min: float = 0.0

    def at(self, ahead_m: float, right_m: float) -> tuple[float, float]:
        """Return latitude and longitude so many metres ahead and to starboard."""
        course = math.radians(self.course_deg)
        north_m = ahead_m * math.cos(course) - right_m * math.sin(course)
        east_m = ahead_m * math.sin(course) + right_m * math.cos(course)
        longitude_deg, latitude_deg = Plane(self.latitude_deg, self.longitude_deg).position(east_m, north_m)
        return latitude_deg, longitude_deg


def place_of(demo: Demo, vessel: str) -> Place:
    """Return where she really is, with her heading for a course: a slow ship's track has none."""
    now = demo.play(do="state")["vessels"][vessel]
    return Place(now["latitude_deg"], now["longitude_deg"], now["heading_deg"], abs(now["rate_degpmin"]))


def is_open(latitude_deg: float, longitude_deg: float, vessel: str) -> bool:
    """Return whether a place is clear of her no-go area, of the rim of her sea and of every bank."""
    (spec,) = (one for one in FLEET if one.slug == vessel)
    ring = no_go(spec)
    west, south, east, north = ALLOWED
    beside_deg, above_deg = Plane(latitude_deg, longitude_deg).position(CLEAR_M, CLEAR_M)
    lat_deg, lon_deg = above_deg - latitude_deg, beside_deg - longitude_deg
    within = west + lon_deg < longitude_deg < east - lon_deg and south + lat_deg < latitude_deg < north - lat_deg
    barred = (
        ring[0][0] - lon_deg < longitude_deg < ring[1][0] + lon_deg
        and ring[0][1] - lat_deg < latitude_deg < ring[2][1] + lat_deg
    )
    return within and not barred and all(bank.rise_m(latitude_deg, longitude_deg) < 1.0 for bank in BANKS)


def is_clear(place: Place, marks: Marks, vessel: str) -> bool:
    """Return whether the way along the marks is open all along."""
    for (ahead_m, right_m), (far_m, wide_m) in itertools.pairwise(marks):
        count = max(1, math.ceil(math.hypot(far_m - ahead_m, wide_m - right_m) / STEP_M))
        for number in range(count + 1):
            part = number / count
            if not is_open(*place.at(ahead_m + (far_m - ahead_m) * part, right_m + (wide_m - right_m) * part), vessel):
                return False
    return True


def has_room(demo: Demo, vessel: str, marks: Marks) -> bool:
    """Return whether she is steady on a course along which the marks are clear, now and so much further on as a test lasts."""
    now = place_of(demo, vessel)
    return now.swing_deg_min < STEADY_DEG_MIN and all(
        is_clear(Place(*now.at(on_m, 0.0), now.course_deg), marks, vessel) for on_m in (0.0, DRIFT_M)
    )
