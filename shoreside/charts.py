"""Imported charts as the consoles draw them: GeoJSON, small enough for a page, made once and kept compressed.

The files are those that ships carry (`farhelm chart import`). They are read when somebody first asks, in a thread of its own: a
chart is nothing that a station at work may wait for.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from control.depths import ChartError, Feature, Sheet, sheet_of

PAGE_BYTES_MAX: Final = 4 * 1024 * 1024
"""Largest GeoJSON of one file, before compression: a harbour cell with all its piers (Tacoma) takes 2.2 MB, 0.5 MB compressed."""
TOLERANCES_M: Final = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""A file that is too large is drawn coarser, step by step; past the last it is told and not drawn."""
CHARTS_MAX: Final = 32
"""More files than a station has ports to call at; with each at its largest, some 30 MB compressed."""
_DECIMALS: Final = 6
"""Of a degree: 0.1 m."""
_METRES_PER_DEG: Final = 111_195.0
_AREAS: Final = (Polygon, MultiPolygon)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One chart, ready to be sent."""

    hash: str
    """Of the GeoJSON; it is the chart's name."""
    source: str
    is_made_up: bool
    bounds: tuple[float, float, float, float]
    """West, south, east, north, degrees."""
    tolerance_m: float
    """How far a border may lie off the chart's own, because it was drawn coarser; 0: as imported."""
    features: int
    packed: bytes
    """GeoJSON, gzip."""


class Charts:
    """The station's charts; each file is read once, and costs only itself where it cannot be."""

    def __init__(self, paths: tuple[Path, ...] = ()) -> None:
        """Know where the charts lie; nothing is read yet."""
        self.paths = paths
        self._reading = asyncio.Lock()
        self._read: tuple[dict[str, Drawn], list[str]] | None = None

    async def all(self) -> tuple[dict[str, Drawn], list[str]]:
        """Return the charts by their hash, and a sentence for each file that cannot be drawn; the first call reads them."""
        async with self._reading:
            if self._read is None:
                self._read = await asyncio.to_thread(read_all, self.paths)
            return self._read


def read_all(paths: Iterable[Path]) -> tuple[dict[str, Drawn], list[str]]:
    """Return the charts of `paths` by their hash, and a sentence for each that cannot be drawn."""
    found: dict[str, Drawn] = {}
    faults: list[str] = []
    for path in paths:
        try:
            made = drawn(sheet_of(path.read_bytes()))
        except (OSError, ChartError) as error:
            faults.append(f"{path.name}: {error}")
        else:
            found[made.hash] = made
    return found, faults


def drawn(sheet: Sheet, bytes_max: int = PAGE_BYTES_MAX) -> Drawn:
    """Return a chart as it is sent, as fine as `bytes_max` allow; raise ChartError where that cannot be done."""
    if shapely.is_empty(sheet.coverage):
        raise ChartError("the chart covers nothing")
    size = 0
    for tolerance_m in TOLERANCES_M:
        try:
            body = _geojson(sheet, tolerance_m)
        except shapely.errors.ShapelyError as error:
            raise ChartError(f"a shape of the chart cannot be drawn: {error}") from error
        size = len(body)
        if size <= bytes_max:
            west, south, east, north = (float(value) for value in shapely.bounds(sheet.coverage))
            return Drawn(
                hashlib.sha256(body).hexdigest()[:16], sheet.source, sheet.is_made_up, (west, south, east, north),
                tolerance_m, len(sheet.features), gzip.compress(body, 6, mtime=0),
            )  # fmt: skip
    raise ChartError(f"{size} bytes to draw, {bytes_max} at most: import fewer cells into one file")


def _geojson(sheet: Sheet, tolerance_m: float) -> bytes:
    """Return the chart's features and its coverage; borders that two areas share stay shared when they are drawn coarser."""
    shapes = _coarser(sheet.features, tolerance_m) if tolerance_m else [one.shape for one in sheet.features]
    rows = [_feature(_properties(one), shape) for one, shape in zip(sheet.features, shapes, strict=True)]
    rows.append(_feature('{"kind":"coverage"}', sheet.coverage))
    return ('{"type":"FeatureCollection","features":[' + ",".join(rows) + "]}").encode()


def _coarser(features: list[Feature], tolerance_m: float) -> list[BaseGeometry]:
    """Return the shapes with fewer corners: land and depth areas as the one skin that they are, the rest each by itself."""
    tolerance_deg = tolerance_m / _METRES_PER_DEG
    shapes = [one.shape for one in features]
    skin = [at for at, one in enumerate(features) if one.kind != "obstruction" and isinstance(one.shape, _AREAS)]
    for at, shape in zip(skin, shapely.coverage_simplify([shapes[at] for at in skin], tolerance_deg), strict=True):
        shapes[at] = shape
    for at in set(range(len(shapes))) - set(skin):
        shapes[at] = shapes[at].simplify(tolerance_deg)
    return shapes


def _properties(feature: Feature) -> str:
    """Return what is told of a feature; a depth that is not known is left out, never a number."""
    depth = {} if feature.depth_m is None else {"depth_m": feature.depth_m}
    return json.dumps({"kind": feature.kind, **depth}, separators=(",", ":"))


def _feature(properties: str, shape: BaseGeometry) -> str:
    rounded = shapely.transform(shape, lambda places: places.round(_DECIMALS))
    return f'{{"type":"Feature","properties":{properties},"geometry":{shapely.to_geojson(rounded)}}}'
