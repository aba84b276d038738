"""S-57 cells by pyogrio (GDAL): depth areas, land and obstructions; updates beside the cell are applied by GDAL."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import shapely
from shapely.geometry.base import BaseGeometry

from control.depths import Feature, Kind

LAYERS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("DEPARE", "depth", "DRVAL1"), ("DRGARE", "depth", "DRVAL1"), ("UNSARE", "obstruction", ""),
    ("LNDARE", "land", ""), ("OBSTRN", "obstruction", "VALSOU"), ("WRECKS", "obstruction", "VALSOU"),
    ("UWTROC", "obstruction", "VALSOU"), ("PONTON", "obstruction", ""), ("SLCONS", "obstruction", ""),
)  # fmt: skip
"""(object class, what it is for us, its least depth); a depth that is not charted is unknown, which is never deep enough."""


def read_cell(path: Path) -> tuple[list[Feature], BaseGeometry]:
    """Return the features of a cell and the area it covers; raise OSError or ValueError when it cannot be read."""
    pyogrio: Any = import_module("pyogrio")
    raw: Any = import_module("pyogrio.raw")
    names = {str(row[0]) for row in pyogrio.list_layers(path)}
    features: list[Feature] = []
    for layer, kind, attribute in LAYERS:
        if layer in names:
            features += [Feature(kind, depth, shape) for shape, depth in _rows(raw, path, layer, attribute)]
    if "M_COVR" not in names:
        raise ValueError(f"{path}: no coverage (M_COVR): is it an S-57 cell?")
    covered = [shape for shape, category in _rows(raw, path, "M_COVR", "CATCOV") if category == 1.0]
    return features, shapely.union_all(covered)


def _rows(raw: Any, path: Path, layer: str, attribute: str) -> list[tuple[BaseGeometry, float | None]]:
    meta, _, shapes, values = raw.read(path, layer=layer)
    names = [str(name) for name in meta["fields"]]
    column: list[Any] = list(values[names.index(attribute)]) if attribute in names else [None] * len(shapes)
    made: list[tuple[BaseGeometry, float | None]] = []
    for encoded, value in zip(shapes, column, strict=True):
        if encoded is not None:
            number = math.nan if value is None else float(value)
            shape = cast("BaseGeometry", shapely.from_wkb(encoded))  # pyright: ignore[reportUnknownMemberType]
            made.append((shape, number if math.isfinite(number) else None))
    return made
