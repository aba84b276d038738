"""The demo's own chart: depth areas of the simulated sea's bottom, made up like it, for the ships' rules and the consoles."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from control.depths import Feature, chart_bytes
from simulators.seabed import depth_m
from simulators.waters import ALLOWED

SOURCE: Final = "Farhelm demo, the simulated sea"
CONTOURS_M: Final = (-math.inf, 0.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, math.inf)
"""Contours as nautical charts have them; below 0 is land."""
STEP_DEG: Final = 0.004
"""Between the places at which the bottom is looked at: 370 to 440 m; a bank has a radius of 3 km."""
ROUND_DEG: Final = 1e-6
WRECKS: Final = ((34.8995, 129.2255, 14.0), (35.005, 129.245, None))
"""(latitude_deg, longitude_deg, least depth in metres or None where it is not known): on the chart only, no ship meets them."""
Corner = tuple[float, float, float]
"""Longitude, latitude, depth in metres."""


def write(path: Path) -> Path:
    """Write the chart into `path` and return it."""
    path.write_bytes(content())
    return path


def content() -> bytes:
    """Return the chart file of the sea that the demo's ships may be in."""
    west, south, east, north = ALLOWED
    features = [
        Feature("depth" if low_m >= 0.0 else "land", low_m if low_m >= 0.0 else None, shape)
        for low_m, shape in areas(*ALLOWED)
    ]
    features += [Feature("obstruction", depth, Point(longitude, latitude)) for latitude, longitude, depth in WRECKS]
    return chart_bytes(SOURCE, features, shapely.box(west, south, east, north), is_made_up=True)


def areas(west: float, south: float, east: float, north: float) -> list[tuple[float, BaseGeometry]]:
    """Return (least depth, shape) of each area between two contours; least depth is -inf for land."""
    pieces: dict[float, list[BaseGeometry]] = {}
    for below, above in pairwise(_grid(west, south, east, north)):
        begun: tuple[float, Corner] | None = None
        for (a, b), (c, d) in zip(pairwise(below), pairwise(above), strict=True):
            bands = {_band(corner[2]) for corner in (a, b, c, d)}
            if len(bands) == 1:  # the whole box: it makes one with those beside it
                low_m = bands.pop()
                if begun is not None and begun[0] == low_m:
                    pieces[low_m].pop()
                else:
                    begun = (low_m, a)
                pieces.setdefault(low_m, []).append(shapely.box(*begun[1][:2], *d[:2]))
            else:
                begun = None
                for low_m, piece in [*_cut((a, b, d)), *_cut((a, d, c))]:
                    pieces.setdefault(low_m, []).append(piece)
    joined = ((low_m, shapely.union_all(found, grid_size=ROUND_DEG)) for low_m, found in sorted(pieces.items()))
    return [(low_m, one) for low_m, all_of in joined for one in shapely.get_parts(all_of) if isinstance(one, Polygon)]


def _grid(west: float, south: float, east: float, north: float) -> list[list[Corner]]:
    """Return places of the sea row by row, each with its depth."""
    across = np.linspace(west, east, round((east - west) / STEP_DEG) + 1).tolist()
    up = np.linspace(south, north, round((north - south) / STEP_DEG) + 1).tolist()
    return [[(x, y, depth_m(y, x)) for x in across] for y in up]


def _band(depth: float) -> float:
    return max(low_m for low_m in CONTOURS_M if low_m <= depth)


def _cut(triangle: tuple[Corner, Corner, Corner]) -> list[tuple[float, Polygon]]:
    """Return the pieces of a triangle between contours, each with its least depth."""
    made: list[tuple[float, Polygon]] = []
    for low_m, high_m in pairwise(CONTOURS_M):
        ring = _beyond(_beyond(list(triangle), low_m, 1.0), high_m, -1.0)
        if len(ring) > 2:  # noqa: PLR2004 - a polygon has three corners
            made.append((low_m, Polygon([corner[:2] for corner in ring])))
    return made


def _beyond(ring: list[Corner], limit_m: float, sign: float) -> list[Corner]:
    """Return the part of a ring that is deeper than `limit_m` (`sign` 1) or shallower (-1), cut along straight lines."""
    if math.isinf(limit_m):
        return ring
    kept: list[Corner] = []
    for here, after in zip(ring, ring[1:] + ring[:1], strict=True):
        inside, next_inside = sign * (here[2] - limit_m) >= 0.0, sign * (after[2] - limit_m) >= 0.0
        if inside:
            kept.append(here)
        if inside != next_inside:
            share = (limit_m - here[2]) / (after[2] - here[2])
            kept.append((here[0] + share * (after[0] - here[0]), here[1] + share * (after[1] - here[1]), limit_m))
    return kept
