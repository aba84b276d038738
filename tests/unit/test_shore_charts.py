"""Charts for the consoles: what is sent of one, how its size is bounded, and the demo's own against the sea it is made of."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely

from control.depths import ChartError, Feature, Sheet, chart_bytes, chart_of, sheet_of
from control.geometry import Plane
from farhelm.demo import seachart
from shoreside.charts import Drawn, drawn, read_all
from simulators import fleet, waters
from simulators.seabed import depth_m

SEA = shapely.box(128.9, 34.8, 129.5, 35.1)
RAGGED = shapely.Point(129.1, 34.9).buffer(0.05, quad_segs=400)
DEEP = SEA.difference(RAGGED)
ISLET = shapely.box(129.3, 34.9, 129.4, 35.0)
SHEET = Sheet("two cells", [
    Feature("depth", 1.8, RAGGED), Feature("depth", 20.0, DEEP), Feature("land", None, ISLET),
    Feature("obstruction", None, shapely.Point(129.2, 34.85)),
], SEA, is_made_up=False)  # fmt: skip


def told(one: Drawn) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(gzip.decompress(one.packed))["features"]
    return features


def test_a_chart_is_told_as_it_was_imported() -> None:
    """Kind, least depth and shape of each, a depth that nobody knows left out; the coverage last."""
    made = drawn(SHEET)
    assert (made.source, made.is_made_up, made.bounds, made.tolerance_m) == (
        "two cells",
        False,
        (128.9, 34.8, 129.5, 35.1),
        0,
    )
    assert [one["properties"] for one in told(made)] == [
        {"kind": "depth", "depth_m": 1.8}, {"kind": "depth", "depth_m": 20.0}, {"kind": "land"}, {"kind": "obstruction"},
        {"kind": "coverage"},
    ]  # fmt: skip
    shape = shapely.from_geojson(json.dumps(told(made)[0]["geometry"]))
    assert shapely.hausdorff_distance(shape, RAGGED) < 2e-6


def test_a_chart_that_is_too_large_is_drawn_coarser_with_its_borders_shared_and_says_so() -> None:
    """Shoal and deep water still meet without a gap; what does not fit at all is a fault, not half a chart."""
    made = drawn(SHEET, 30_000)
    shoal, deep = (shapely.from_geojson(json.dumps(one["geometry"])) for one in told(made)[:2])
    assert made.tolerance_m > 0
    assert shapely.get_num_coordinates(shoal) < shapely.get_num_coordinates(RAGGED) / 2
    assert shapely.union(shoal, deep).symmetric_difference(SEA).area < 1e-9
    assert shapely.intersection(shoal, deep).area < 1e-9
    with pytest.raises(ChartError, match="import fewer cells"):
        drawn(SHEET, 300)


def test_a_file_that_is_no_chart_costs_only_itself(tmp_path: Path) -> None:
    """One broken, one missing, one good: the good one is drawn, the others are named with why."""
    (tmp_path / "good.chart").write_bytes(chart_bytes("good", SHEET.features, SEA))
    (tmp_path / "broken.chart").write_bytes(b'{"v":1}')
    found, faults = read_all(tmp_path / f"{name}.chart" for name in ("good", "broken", "missing"))
    assert [one.source for one in found.values()] == ["good"]
    assert [fault.partition(":")[0] for fault in faults] == ["broken.chart", "missing.chart"]


@pytest.mark.filterwarnings("ignore:invalid value encountered")
@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("is_coverage", [True, False])
def test_a_place_that_is_no_place_is_refused_aboard_and_ashore(tmp_path: Path, x: float, *, is_coverage: bool) -> None:
    """In the coverage as in a feature: no ship holds her track against it, and no console is told of it."""
    nowhere = shapely.to_wkb(shapely.LineString([(129.0, 34.9), (x, 35.0)]), hex=True)
    body = json.loads(chart_bytes("nowhere", SHEET.features, SEA))
    if is_coverage:
        body["coverage"] = nowhere
    else:
        body["features"][0][2] = nowhere
    content = json.dumps(body).encode()
    with pytest.raises(ChartError, match="no place"):
        chart_of(content, 5.0)
    (tmp_path / "nowhere.chart").write_bytes(content)
    found, faults = read_all([tmp_path / "nowhere.chart"])
    assert (found, len(faults)) == ({}, 1)


def test_a_shape_that_cannot_be_drawn_coarser_is_a_fault_of_its_chart() -> None:
    """A hole that encloses nothing is let be while it is drawn as it is, and told where it would have to be simplified."""
    hollow = shapely.Polygon(
        [(129, 34.9), (129.1, 34.9), (129.1, 35), (129, 35)], [[(129, 34.9), (129, 34.95), (129, 34.9)]]
    )
    sheet = Sheet("hollow", [Feature("depth", 5.0, hollow)], SEA, is_made_up=False)
    assert len(told(drawn(sheet))) == 2
    with pytest.raises(ChartError, match="cannot be drawn"):
        drawn(sheet, 300)


def test_the_demo_s_chart_is_the_simulated_sea_and_says_that_it_is_made_up() -> None:
    """Each place of the sea lies in the area of its depth, within what the grid rounds; the ships begin in deep water."""
    content = seachart.content()
    sheet = sheet_of(content)
    assert sheet.is_made_up
    skin = [one for one in sheet.features if one.kind != "obstruction"]
    assert shapely.union_all([one.shape for one in skin]).symmetric_difference(sheet.coverage).area < 1e-12
    tree = shapely.STRtree([one.shape for one in skin])
    west, south, east, north = waters.ALLOWED
    seen: set[str] = set()
    for step in range(400):
        x, y = west + (east - west) * ((step * 0.6180339887) % 1.0), south + (north - south) * (step + 0.5) / 400
        area = skin[int(tree.query(shapely.Point(x, y), predicate="intersects")[0])]
        low_m = -100.0 if area.depth_m is None else area.depth_m
        assert depth_m(y, x) >= low_m - 6.0, (x, y)
        assert depth_m(y, x) < 6.0 + next(high for high in seachart.CONTOURS_M if high > low_m)
        seen.add(f"{area.kind} {area.depth_m}")
    assert len(seen) >= 4
    for spec in fleet.FLEET:
        needed_m = spec.identity.draught_m + waters.ukc_m(spec)
        plane = Plane(spec.start.latitude_deg, spec.start.longitude_deg)
        assert chart_of(content, needed_m).first_shoal(plane, [(0.0, 0.0), (3000.0, 0.0)], 500.0) is None
