"""Where an order takes the ship: her predicted track on a local plane, held against the areas (INT-06).

The plane is WGS84's, scaled at the ship's own latitude; over the 10 km of a prediction it is true to metres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely import make_valid
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from control.limits.records import Area

KNOT_MPS: Final = 1852.0 / 3600.0
_EQUATOR_M: Final = 6_378_137.0
_ECCENTRICITY_2: Final = 6.694379990141e-3
Track = list[tuple[float, float]]
"""Points of a track, (east, north) in metres of a plane."""
TURN_STEP_DEG: Final = 5.0
"""Chord of the predicted arc; at 1,000 m radius the chord is 1 m inside the arc."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The first boundary a predicted track meets."""

    area: Area
    distance_m: float
    """Along the track from the ship; 0 when she is there already."""


class Plane:
    """Metres east and north of a position."""

    def __init__(self, latitude_deg: float, longitude_deg: float) -> None:
        """Lay the plane at the position given."""
        sine = math.sin(math.radians(latitude_deg))
        root = 1.0 - _ECCENTRICITY_2 * sine * sine
        self._latitude_deg, self._longitude_deg = latitude_deg, longitude_deg
        self._north_m = math.radians(1.0) * _EQUATOR_M * (1.0 - _ECCENTRICITY_2) / root**1.5
        self._east_m = math.radians(1.0) * _EQUATOR_M / math.sqrt(root) * math.cos(math.radians(latitude_deg))

    def xy(self, longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
        """Return (east, north) in metres; the shorter way round the antimeridian."""
        east_deg = math.remainder(longitude_deg - self._longitude_deg, 360.0)
        return east_deg * self._east_m, (latitude_deg - self._latitude_deg) * self._north_m

    def position(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return (longitude_deg, latitude_deg) of a point; longitude within -180..180."""
        longitude_deg = math.remainder(self._longitude_deg + east_m / self._east_m, 360.0)
        return longitude_deg, self._latitude_deg + north_m / self._north_m

    def xy_of_many(
        self, longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (east, north) of many positions, as `xy` does of one."""
        east_deg = longitude_deg - self._longitude_deg
        east_deg -= 360.0 * np.round(east_deg / 360.0)
        return east_deg * self._east_m, (latitude_deg - self._latitude_deg) * self._north_m

    def polygon(self, area: Area) -> BaseGeometry:
        """Return an area on this plane; a ring that crosses itself is all that it encloses, a bow tie both its halves."""
        shape: BaseGeometry = Polygon([self.xy(longitude, latitude) for longitude, latitude in area.ring])
        return shape if shape.is_valid else make_valid(shape, method="structure", keep_collapsed=False)


def turn_track(heading_deg: float, target_deg: float, radius_m: float, reach_m: float, run_m: float) -> Track:
    """Return the points of: `reach_m` straight on, an arc of `radius_m` to `target_deg` the shorter way, straight on.

    All angles true degrees, distances metres; the whole is `run_m` long and begins at the origin.
    """
    turn_deg = math.remainder(target_deg - heading_deg, 360.0)
    legs: list[tuple[float, float]] = [(heading_deg, min(reach_m if abs(turn_deg) > 1.0 else 0.0, run_m))]
    left_m, course_deg = run_m - legs[0][1], heading_deg
    steps = math.ceil(abs(turn_deg) / TURN_STEP_DEG)
    for _ in range(steps):
        chord_m = min(abs(math.radians(turn_deg / steps)) * radius_m, left_m)
        legs.append((course_deg + turn_deg / steps / 2, chord_m))
        course_deg += turn_deg / steps
        left_m -= chord_m
    legs.append((course_deg, max(0.0, left_m)))
    return _points(legs)


def arc_track(heading_deg: float, radius_m: float, run_m: float) -> Track:
    """Return the points of a steady turn: positive radius to starboard, from the origin, `run_m` long."""
    total_deg = min(math.degrees(run_m / abs(radius_m)), 360.0)
    steps = max(1, math.ceil(total_deg / TURN_STEP_DEG))
    step_deg = math.copysign(total_deg / steps, radius_m)
    chord_m = math.radians(abs(step_deg)) * abs(radius_m)
    return _points([(heading_deg + step_deg * (number + 0.5), chord_m) for number in range(steps)])


def straight(plane: Plane, longitude_deg: float, latitude_deg: float) -> Track:
    """Return the points of a straight way from the plane's origin to a position."""
    return [(0.0, 0.0), plane.xy(longitude_deg, latitude_deg)]


def _points(legs: Sequence[tuple[float, float]]) -> Track:
    east_m = north_m = 0.0
    points = [(0.0, 0.0)]
    for course_deg, length_m in legs:
        east_m += length_m * math.sin(math.radians(course_deg))
        north_m += length_m * math.cos(math.radians(course_deg))
        points.append((east_m, north_m))
    return points


def shape_of(track: Sequence[tuple[float, float]]) -> BaseGeometry:
    """Return a track as a line; a point where the ship lies still, for a line of no length meets and covers nothing."""
    return LineString(track) if any(point != track[0] for point in track) else Point(track[0])


def first_crossing(plane: Plane, track: Track, areas: Sequence[Area], margin_m: float) -> Crossing | None:
    """Return the first boundary that `track`, kept `margin_m` clear, meets; None when it stays where it may."""
    line = shape_of(track)
    found = [crossing for area in areas if (crossing := _crossing(plane, line, area, margin_m)) is not None]
    return min(found, key=lambda crossing: crossing.distance_m, default=None)


def _crossing(plane: Plane, line: BaseGeometry, area: Area, margin_m: float) -> Crossing | None:
    shape = plane.polygon(area)
    if _is_well_clear(line, shape, area, margin_m):
        return None
    if area.kind == "no_go":
        forbidden = line.intersection(shape.buffer(margin_m))
    else:
        forbidden = line.difference(shape.buffer(-margin_m))
    if forbidden.is_empty:
        return None
    if not isinstance(line, LineString):
        return Crossing(area, 0.0)
    return Crossing(area, min(line.project(Point(xy)) for xy in _vertices(forbidden)))


def _is_well_clear(line: BaseGeometry, shape: BaseGeometry, area: Area, margin_m: float) -> bool:
    """Return whether a track is plainly further than the margin from where it may not be, without laying the margin round it.

    A margin that is laid has its arcs cut short by chords, so it reaches no further than this distance. NaN, the distance of
    an area that encloses nothing, is not clear.
    """
    if area.kind == "no_go":
        return line.distance(shape) > margin_m
    return line.distance(shape.boundary) > margin_m and shape.contains(line)


def _vertices(shape: BaseGeometry) -> list[tuple[float, float]]:
    parts = getattr(shape, "geoms", [shape])
    return [(float(xy[0]), float(xy[1])) for part in parts for xy in part.coords]


def is_beyond(latitude_deg: float, longitude_deg: float, areas: Sequence[Area], margin_m: float) -> Area | None:
    """Return the area whose boundary the position has passed by more than `margin_m`; None when it has not."""
    plane = Plane(latitude_deg, longitude_deg)
    here = Point(0.0, 0.0)
    for area in areas:
        shape = plane.polygon(area)
        outside_m = here.distance(shape) if area.kind == "allowed" else 0.0
        inside_m = here.distance(shape.boundary) if area.kind == "no_go" and shape.contains(here) else 0.0
        if outside_m > margin_m or inside_m > margin_m:
            return area
    return None
