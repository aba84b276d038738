"""The other ships as the rules see them: each with its age and its doubts, and whether anybody listens at all."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from control.geometry import KNOT_MPS

Numbers = NDArray[np.float64]
TARGETS_MAX: Final = 2_000
"""Most targets looked at, as many as the table aboard keeps; the first ones count."""


@dataclass(frozen=True, slots=True)
class Target:
    """One other ship as last heard; None means not told."""

    name: str
    """As an operator knows her: name and MMSI, or the radar's number."""
    source: Literal["ais", "radar"]
    latitude_deg: float
    longitude_deg: float
    sog_kn: float | None
    cog_deg: float | None
    heading_deg: float | None
    age_s: float
    doubt: str = ""
    """Why her report cannot be true, in words; empty when nothing speaks against it."""

    @property
    def course_deg(self) -> float | None:
        """Course over ground, or the heading where it is not told."""
        return self.cog_deg if self.cog_deg is not None else self.heading_deg

    @property
    def velocity_mps(self) -> tuple[float, float]:
        """East and north parts of the speed over ground; (0, 0) where speed or course is not told."""
        course_deg = self.course_deg
        if self.sog_kn is None or course_deg is None:
            return 0.0, 0.0
        angle, speed = math.radians(course_deg), self.sog_kn * KNOT_MPS
        return speed * math.sin(angle), speed * math.cos(angle)


class Targets:
    """A set of targets, with their numbers laid out once for all the judgements made on them."""

    __slots__ = ("age_s", "east_mps", "latitude_deg", "listed", "longitude_deg", "north_mps")

    def __init__(self, listed: Iterable[Target] = ()) -> None:
        """Lay out at most TARGETS_MAX targets."""
        self.listed = tuple(listed)[:TARGETS_MAX]
        rows = [(one.latitude_deg, one.longitude_deg, *one.velocity_mps, one.age_s) for one in self.listed]
        table: Numbers = np.array(rows, dtype=np.float64).reshape(-1, 5)
        self.latitude_deg, self.longitude_deg, self.east_mps, self.north_mps, self.age_s = table.T.copy()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of other ships at one moment."""

    targets: Targets = field(default_factory=Targets)
    heard_age_s: float | None = None
    """Since AIS or radar last said anything, of whomever; None when they never did. No target is not no lookout."""
    since_s: float = 0.0
    """Seconds since the ages in `targets` and `heard_age_s` were right."""


NOBODY_LISTENS: Final = Surroundings()
"""No AIS and no radar: that nobody is near is not known."""


def named(name: str | None, number: str) -> str:
    """Return a target as an operator knows her, by her name and her MMSI or a radar's number for her."""
    if name and name != number:
        return f"{name} ({number})"
    return f"MMSI {number}" if number.isdigit() else number
