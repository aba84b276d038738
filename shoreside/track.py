"""Tracks with fewer points: every point left out lies within a tolerance of the line that is kept. A gap stays one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

EARTH_RADIUS_M: Final = 6_378_137.0
"""Of the equator (WGS 84), the largest: distances are rather told too long than too short."""
GAP_S: Final = 60.0
"""Positions further apart than this have a gap between them: even the slowest bearer brings one a second."""
PART: Final = 5_000
"""Points simplified at a time; the ends of each part are kept. Bounds the worst case, which is quadratic."""


def gaps(time_us: NDArray[np.int64], step_s: float | None) -> NDArray[np.intp]:
    """Return the indices, ascending, of the points before which none came for longer than GAP_S.

    `step_s`: that positions were thinned to, if any; no pause of less than three of them is called a gap.
    """
    longest_us = max(GAP_S, 3.0 * (step_s or 0.0)) * 1e6
    return np.flatnonzero(np.diff(time_us) > longest_us) + 1


def simplified(
    longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64], tolerance_m: float, starts: Sequence[int] = ()
) -> NDArray[np.intp]:  # fmt: skip
    """Return the indices, ascending, of the points to keep (Douglas-Peucker); first and last are among them.

    No point left out is farther than `tolerance_m` from the kept line; a track over the date line stays whole. `starts`:
    points that begin anew after a gap, ascending; they and the points before them are kept, whatever the line.
    """
    count = len(longitude_deg)
    if count == 0:
        return np.arange(0)
    unwrapped = np.unwrap(longitude_deg, period=360.0)
    kept: list[NDArray[np.intp]] = []
    for first, end in pairwise((0, *starts, count)):
        kept.append(np.array([first, end - 1]))
        for start in range(first, end - 1, PART - 1):
            part = slice(start, min(start + PART, end))
            kept.append(start + _part(unwrapped[part], latitude_deg[part], tolerance_m))
    return np.unique(np.concatenate(kept))


def plane(
    longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points in metres east and north, scaled at the latitude nearest the equator: never too near together."""
    near = 0.0 if latitude_deg.min() < 0.0 < latitude_deg.max() else float(np.abs(latitude_deg).min())
    east = np.radians(longitude_deg - longitude_deg[0]) * EARTH_RADIUS_M * np.cos(np.radians(near))
    return east, np.radians(latitude_deg - latitude_deg[0]) * EARTH_RADIUS_M


def _part(
    longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64], tolerance_m: float
) -> NDArray[np.intp]:
    east, north = plane(longitude_deg, latitude_deg)
    numbered = np.column_stack(
        [east, north, np.arange(len(east), dtype=np.float64)]
    )  # the height tells which point it was
    line = shapely.simplify(shapely.linestrings(numbered), tolerance_m, preserve_topology=False)
    return shapely.get_coordinates(line, include_z=True)[:, 2].astype(np.intp)
