"""How the fleet handles and where it may sail: what an installer would find out at sea trials and from the chart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from simulators.fleet import VesselSpec


@dataclass(frozen=True, slots=True)
class Handling:
    """How a vessel handles, for predicted tracks and the windows of orders; from the simulators' own trials."""

    turn_radius_m: float
    reach_m: float
    stop_reach_m: float
    speed_full_kn: float
    look_ahead_s: float
    margin_m: float
    heading_s: float
    propulsion_s: float
    steady_deg_min: float
    heading_rate_deg_min_max: float
    cpa_m: float
    tcpa_s: float
    lookahead_m: float
    """Longest look-ahead on a route; the shortest is 0.4 of it."""
    wheel_reach_m: float
    no_go_from_m: float
    """Distance of the no-go area's southern edge to the north of the start."""


HANDLING: Final[dict[str, Handling]] = {
    "kestrel": Handling(
        700.0, 500.0, 4300.0, 15.3, 600.0, 100.0, 600.0, 600.0, 4.0, 20.0, 400.0, 720.0, 1600.0, 400.0, 1100.0
    ),
    "otter": Handling(12.0, 4.0, 10.0, 6.2, 360.0, 5.0, 90.0, 30.0, 60.0, 400.0, 30.0, 120.0, 12.0, 3.0, 170.0),
    "petrel": Handling(
        360.0, 190.0, 1600.0, 13.0, 360.0, 50.0, 300.0, 240.0, 6.0, 45.0, 250.0, 480.0, 600.0, 150.0, 1000.0
    ),
}
"""The demo's and the world's alike, so that a voyage in the world is a voyage of the demo."""
ALLOWED: Final = (129.00, 34.84, 129.42, 35.06)
"""West, south, east, north of the sea the ships may be in."""

Ring = list[tuple[float, float]]
"""Corners of an area, (longitude_deg, latitude_deg)."""


def ukc_m(spec: VesselSpec) -> float:
    """Return the least water under the keel: a fifth of the draught, half a metre at least."""
    return round(max(0.5, 0.2 * spec.identity.draught_m), 1)


def allowed() -> Ring:
    """Return the sea the ships may be in."""
    return _box(*ALLOWED)


def no_go(spec: VesselSpec) -> Ring:
    """Return a box to the north of the start, wide enough that a ship on an easterly course keeps it abeam for long."""
    south = spec.start.latitude_deg + HANDLING[spec.slug].no_go_from_m / 111_200.0
    per_degree_m = 111_320.0 * math.cos(math.radians(south))
    west, east = spec.start.longitude_deg - 2000.0 / per_degree_m, spec.start.longitude_deg + 9000.0 / per_degree_m
    return _box(west, south, east, min(south + 0.02, ALLOWED[3] - 0.002))


def _box(west: float, south: float, east: float, north: float) -> Ring:
    return [(west, south), (east, south), (east, north), (west, north)]
