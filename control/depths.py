"""A chart as control knows it: depth areas, land and obstructions of one draught, looked up along a track (INT-07).

The file is written by `farhelm chart import`; here its bytes become shapes, in a tree that is made once.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from control.geometry import Plane, Track

VERSION: Final = 1
BYTES_MAX: Final = 32 * 1024 * 1024
"""Largest chart file; a harbour cell makes 1 MB."""
Kind = Literal["depth", "land", "obstruction"]
KINDS: Final[tuple[Kind, ...]] = ("depth", "land", "obstruction")


class ChartError(ValueError):
    """A chart file that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Shoal:
    """Where a track meets too little water, or land."""

    kind: Kind
    depth_m: float | None
    """Charted least depth; None: land, or an obstruction of unknown depth."""
    distance_m: float
    """Along the track; 0 when she is there."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing of the chart."""

    kind: Kind
    depth_m: float | None
    shape: BaseGeometry
    """In degrees, (longitude, latitude)."""


class DepthChart:
    """Charts of one area, for a ship that needs `needed_m` of water (draught and least under-keel clearance)."""

    def __init__(self, features: list[Feature], coverage: BaseGeometry, needed_m: float) -> None:
        """Keep what is too shallow; what is deep enough is no hazard."""
        self.hazards = tuple(one for one in features if one.depth_m is None or one.depth_m < needed_m)
        self.needed_m = needed_m
        self.coverage = coverage
        shapely.prepare(coverage)
        self._tree = shapely.STRtree([one.shape for one in self.hazards])

    def covers(self, plane: Plane, track: Track) -> bool:
        """Return whether the whole track lies on the chart."""
        places = [plane.position(*point) for point in track]
        line = LineString(places) if len(places) > 1 else Point(places[0])
        return bool(self.coverage.covers(line))

    def first_shoal(self, plane: Plane, track: Track, width_m: float) -> Shoal | None:
        """Return the first hazard within `width_m` of the track; None where there is water enough."""
        places = [plane.position(*point) for point in track]
        latitudes = [place[1] for place in places]
        reach_deg = width_m / 111_000.0
        wide_deg = reach_deg / max(0.05, math.cos(math.radians(max(map(abs, latitudes)))))
        near = LineString(places) if len(places) > 1 else Point(places[0])
        found = self._tree.query(near.buffer(max(wide_deg, reach_deg)), predicate="intersects")
        if not len(found):
            return None
        line: BaseGeometry = LineString(track) if len(track) > 1 else Point(track[0])
        corridor = line.buffer(width_m)
        shoals = [self._met(self.hazards[int(index)], plane, line, corridor) for index in found]
        return min((one for one in shoals if one is not None), key=lambda one: one.distance_m, default=None)

    @staticmethod
    def _met(hazard: Feature, plane: Plane, line: BaseGeometry, corridor: BaseGeometry) -> Shoal | None:
        def laid(
            places: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
        ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
            return np.column_stack(plane.xy_of_many(places[:, 0], places[:, 1]))

        met = shapely.transform(hazard.shape, laid).intersection(corridor)
        if met.is_empty:
            return None
        corners = shapely.get_coordinates(met)
        first = min(line.project(Point(corner)) for corner in corners) if isinstance(line, LineString) else 0.0
        return Shoal(hazard.kind, hazard.depth_m, first)


def chart_bytes(source: str, features: list[Feature], coverage: BaseGeometry) -> bytes:
    """Return a chart file: JSON of WKT-free rings, seven decimals (1 cm)."""
    rows = [
        [one.kind, one.depth_m, shapely.to_wkb(shapely.set_precision(one.shape, 1e-7), hex=True)] for one in features
    ]
    body = {"v": VERSION, "source": source, "coverage": shapely.to_wkb(coverage, hex=True), "features": rows}
    return json.dumps(body, separators=(",", ":")).encode()


def chart_of(content: bytes, needed_m: float) -> DepthChart:
    """Return the chart in a file for a ship that needs `needed_m`; raise ChartError when it cannot be read."""
    if len(content) > BYTES_MAX:
        raise ChartError(f"the chart has {len(content)} bytes; {BYTES_MAX} at most")
    try:
        body = cast("dict[str, object]", json.loads(content))
        if body["v"] != VERSION:
            raise ChartError(f"the chart is of version {body['v']!r}, not {VERSION}")
        coverage = shapely.from_wkb(str(body["coverage"]))
        features = [_feature(row) for row in cast("list[list[object]]", body["features"])]
    except (ValueError, KeyError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise ChartError(f"the chart cannot be read: {error}") from error
    return DepthChart(features, coverage, needed_m)


def _feature(row: list[object]) -> Feature:
    named, depth, shape = row
    kind: Kind | None = next((one for one in KINDS if one == named), None)
    if kind is None or not (depth is None or (isinstance(depth, int | float) and math.isfinite(depth))):
        raise ChartError(f"the chart has a feature of kind {named!r} and depth {depth!r}")
    made: BaseGeometry = shapely.from_wkb(str(shape))
    return Feature(kind, None if depth is None else float(depth), made)
