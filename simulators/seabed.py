"""The simulated sea's bottom: a slope with undulations and a few banks, made up; not a survey of any water."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_NORTH_M: Final = 111_195.0
"""Metres in a degree of latitude."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A round bank: it rises by `height_m` in its middle, and is nothing from `radius_m` outwards."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float
    height_m: float

    def rise_m(self, latitude_deg: float, longitude_deg: float) -> float:
        """Return how far it rises at a place."""
        north_m = (latitude_deg - self.latitude_deg) * _NORTH_M
        east_m = (longitude_deg - self.longitude_deg) * _NORTH_M * math.cos(math.radians(self.latitude_deg))
        share = (north_m * north_m + east_m * east_m) / (self.radius_m * self.radius_m)
        return self.height_m * (1.0 - share) ** 2 if share < 1.0 else 0.0


BANKS: Final = (
    Bank(34.932, 129.043, 3600.0, 97.0), Bank(34.862, 129.13, 3200.0, 130.0), Bank(35.028, 129.285, 3000.0, 92.0),
    Bank(35.032, 129.062, 2400.0, 70.0),
)  # fmt: skip
"""Away from where the ships begin and from the courses they begin with; two are islets, whose tops are dry."""


def depth_m(latitude_deg: float, longitude_deg: float) -> float:
    """Return the depth: 60 m near 35.1 N, falling to 110 m at 34.9 N, with undulations; 0 or less on an islet."""
    slope_m = 85.0 - 250.0 * (latitude_deg - 35.0)
    waves_m = 6.0 * math.sin(longitude_deg * 400.0) * math.cos(latitude_deg * 300.0)
    return slope_m + waves_m - sum(bank.rise_m(latitude_deg, longitude_deg) for bank in BANKS)
