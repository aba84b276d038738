"""A chart as control knows it: depth areas, land and obstructions of one draught, looked up along a track (INT-07).

The file is written by `farhelm chart import`; here its bytes become shapes, in a tree that is made once.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from control.geometry import Plane, Track, shape_of

VERSION: Final = 1
BYTES_MAX: Final = 32 * 1024 * 1024
"""Largest chart file; a harbour cell makes 1 MB."""
DEGREE_M: Final = 110_500.0
"""Less than the shortest degree there is, 110,574 m of latitude at the equator: the first search in degrees misses nothing."""
MAP: Final = shapely.box(-180.0, -90.0, 180.0, 90.0)
"""Where the longitudes and latitudes of a chart lie."""
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

    @property
    def words(self) -> str:
        """What lies there, in words."""
        if self.kind == "land":
            return "land"
        if self.kind == "depth":
            return f"a charted depth of {self.depth_m or 0.0:.1f} m"
        return "an obstruction" + (" of unknown depth" if self.depth_m is None else f" at {self.depth_m:.1f} m")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing of the chart."""

    kind: Kind
    depth_m: float | None
    shape: BaseGeometry
    """In degrees, (longitude, latitude)."""


class DepthChart:
    """Charts of one area, for a ship that needs `needed_m` of water (draught and least under-keel clearance)."""

    def __init__(self, features: list[Feature], coverage: BaseGeometry, needed_m: float, name: str = "") -> None:
        """Keep what is too shallow; what is deep enough is no hazard. `name` is its file's `name_of`; empty: of no file."""
        self.name = name
        self.hazards = tuple(one for one in features if one.depth_m is None or one.depth_m < needed_m)
        self.needed_m = needed_m
        self.coverage = coverage
        shapely.prepare(coverage)
        self._shapes = np.array([one.shape for one in self.hazards], dtype=object)
        self._tree = shapely.STRtree(self._shapes)

    def covers(self, plane: Plane, track: Track) -> bool:
        """Return whether the whole track lies on the chart."""
        return all(bool(self.coverage.covers(part)) for part in _on_the_map(_places(plane, track)))

    def first_shoal(self, plane: Plane, track: Track, width_m: float) -> Shoal | None:
        """Return the first hazard within `width_m` of the track; None where there is water enough."""
        places = _places(plane, track)
        narrowest = math.cos(math.radians(max(abs(latitude) for _, latitude in places)))
        wide_deg = width_m / DEGREE_M / narrowest  # a metre to the east has more degrees than one to the north
        _, found = self._tree.query(_turned(shape_of(places)), predicate="dwithin", distance=wide_deg)
        if not len(found):
            return None
        line = shape_of(track)
        shapes = _laid(self._shapes[found], plane)
        met = np.flatnonzero(shapely.dwithin(shapes, line, width_m))
        if not len(met):
            return None
        along_m = _first_along(shapes[met], line, width_m)
        first = int(np.argmin(along_m))
        hazard = self.hazards[int(found[met[first]])]
        return Shoal(hazard.kind, hazard.depth_m, float(along_m[first]))


def _places(plane: Plane, track: Track) -> Track:
    """Return a track as (longitude_deg, latitude_deg); over the antimeridian its longitudes run on beyond 180."""
    places = [plane.position(*point) for point in track]
    first_deg = places[0][0]
    return [(first_deg + math.remainder(longitude - first_deg, 360.0), latitude) for longitude, latitude in places]


def _turned(shape: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry, BaseGeometry]:
    """Return a shape in degrees where it lies, and once round the Earth to either side: a chart ends at 180 and begins there."""
    return shape, translate(shape, 360.0), translate(shape, -360.0)


def _on_the_map(places: Track) -> list[BaseGeometry]:
    """Return a track in degrees in its parts on either side of the antimeridian; mostly it is one."""
    shape = shape_of(places)
    if all(abs(longitude) <= 180.0 for longitude, _ in places):  # noqa: PLR2004 - degrees
        return [shape]
    parts = [shapely.intersection(one, MAP) for one in _turned(shape)]
    return [part for part in parts if not part.is_empty]


Shapes = np.ndarray[tuple[int, ...], np.dtype[np.object_]]
Metres = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _laid(shapes: Shapes, plane: Plane) -> Shapes:
    """Return shapes in degrees as they lie on a plane, all in one go."""
    places = shapely.get_coordinates(shapes)
    return shapely.set_coordinates(shapes.copy(), np.column_stack(plane.xy_of_many(places[:, 0], places[:, 1])))


def _first_along(shapes: Shapes, line: BaseGeometry, width_m: float) -> Metres:
    """Return for each shape how far along `line` it is first met within `width_m`; 0 where the line is a point."""
    first = np.zeros(len(shapes))
    if not isinstance(line, LineString):
        return first
    # The corridor's round ends are polygons, so that a shape may touch the true one and not this: then its nearest point.
    met = shapely.intersection(shapes, line.buffer(width_m))
    met = np.where(shapely.is_empty(met), shapely.shortest_line(shapes, line), met)
    corners, of = shapely.get_coordinates(met, return_index=True)
    first[:] = np.inf
    np.minimum.at(first, of, shapely.line_locate_point(line, shapely.points(corners)))
    return first


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a chart file holds, whatever the draught of who reads it."""

    source: str
    """The cells it was made of, or who made it up."""
    features: list[Feature]
    coverage: BaseGeometry
    is_made_up: bool
    """True: nobody surveyed it; whoever shows it says so."""


def chart_bytes(source: str, features: list[Feature], coverage: BaseGeometry, *, is_made_up: bool = False) -> bytes:
    """Return a chart file: JSON of WKT-free rings, seven decimals (1 cm)."""
    rows = [
        [one.kind, one.depth_m, shapely.to_wkb(shapely.set_precision(_mended(one.shape), 1e-7), hex=True)]
        for one in features
    ]
    body = {"v": VERSION, "source": source, "coverage": shapely.to_wkb(coverage, hex=True), "features": rows}
    made_up = {"made_up": True} if is_made_up else {}
    return json.dumps({**body, **made_up}, separators=(",", ":")).encode()


def name_of(content: bytes) -> str:
    """Return what a chart file is called on the link: the SHA-256 of its bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sheet_of(content: bytes) -> Sheet:
    """Return what is in a chart file; raise ChartError when it cannot be read."""
    if len(content) > BYTES_MAX:
        raise ChartError(f"the chart has {len(content)} bytes; {BYTES_MAX} at most")
    try:
        body = cast("dict[str, object]", json.loads(content))
        if body["v"] != VERSION:
            raise ChartError(f"the chart is of version {body['v']!r}, not {VERSION}")
        coverage = _shape(body["coverage"])
        features = [_feature(row) for row in cast("list[list[object]]", body["features"])]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, shapely.errors.ShapelyError) as error:
        raise ChartError(f"the chart cannot be read: {error}") from error
    return Sheet(str(body.get("source", "")), features, coverage, body.get("made_up") is True)


def chart_of(content: bytes, needed_m: float) -> DepthChart:
    """Return the chart in a file for a ship that needs `needed_m`; raise ChartError when it cannot be read."""
    sheet = sheet_of(content)
    return DepthChart(sheet.features, sheet.coverage, needed_m, name_of(content))


def unseen(needed_m: float) -> DepthChart:
    """Return the stand-in for a chart that only the ship has: it covers all and holds nothing, so it can only be silent."""
    return DepthChart([], shapely.box(-360.0, -90.0, 360.0, 90.0), needed_m)


def _feature(row: list[object]) -> Feature:
    named, depth, shape = row
    kind: Kind | None = next((one for one in KINDS if one == named), None)
    if kind is None or not (depth is None or (isinstance(depth, int | float) and math.isfinite(depth))):
        raise ChartError(f"the chart has a feature of kind {named!r} and depth {depth!r}")
    return Feature(kind, None if depth is None else float(depth), _shape(shape))


def _shape(encoded: object) -> BaseGeometry:
    shape: BaseGeometry = shapely.from_wkb(str(encoded))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ChartError("the chart has a place that is no place")
    return _mended(shape)


def _mended(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape that can be reckoned with: a ring that crosses itself is all that it encloses, a collapsed one its line."""
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=True)
