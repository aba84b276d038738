"""INT-07: water under the keel now and along the predicted track, from a real cell of Puget Sound with its updates."""

from __future__ import annotations

import dataclasses
import gzip
import shutil
from pathlib import Path

import pytest
import shapely
from typer.testing import CliRunner

from control.depths import ChartError, DepthChart, Feature, chart_bytes, chart_of
from control.geometry import Plane
from control.limits import ControlConfig, Grounding
from control.limits.records import Loiter
from control.passage import faults
from farhelm.chart.cli import app
from protocols.link.passage import Mark, Passage
from tests.control_rig import Rig, example_config, under_way
from tests.shared_folder import shared

NEEDED_M = 6.2 + 1.5
SEA = shapely.box(128.9, 34.8, 129.5, 35.1)
SHOAL = Feature("depth", 1.8, shapely.box(129.063, 34.92, 129.08, 34.94))
DEEP = Feature("depth", 20.0, shapely.box(129.02, 34.90, 129.20, 34.95))
WRECK = Feature("obstruction", None, shapely.box(129.052, 34.92, 129.06, 34.926))
LAND = Feature("land", None, shapely.box(129.04, 34.935, 129.06, 34.94))


def chart(*features: Feature) -> DepthChart:
    return chart_of(chart_bytes("test", [DEEP, *features], SEA), NEEDED_M)


def config(without: str = "allow", found: DepthChart | None = None) -> ControlConfig:
    limits = Grounding(6.2, 1.5, without)  # type: ignore[arg-type] # one of its words, given by the test
    free = {
        name: dataclasses.replace(phase, without_lookout="allow") for name, phase in example_config().phases.items()
    }
    return dataclasses.replace(example_config(), grounding=limits, chart=found, phases=free)


def test_a_ship_that_lies_still_stands_on_the_chart_and_on_what_is_charted_there() -> None:
    """Proves INT-07: a track of no length is a point; as a line it would be on no chart, and over no shoal."""
    plane, still = Plane(34.93, 129.07), [(0.0, 0.0), (0.0, 0.0)]
    found = chart(SHOAL).first_shoal(plane, still, 10.0)
    assert chart(SHOAL).covers(plane, still)
    assert found is not None
    assert (found.kind, found.depth_m, found.distance_m) == ("depth", 1.8, 0.0)


SMALL = shapely.box(129.0, 34.9, 129.06, 35.0)
WAYS: dict[str, tuple[str, DepthChart | None, str]] = {
    "deep all the way": ("sounder", chart(), ""),
    "a shoal on the way": ("sounder", chart(SHOAL), "a charted depth of 1.8 m; 7.7 m are needed"),
    "a wreck on the way": ("sounder", chart(Feature("obstruction", None, shapely.box(129.07, 34.929, 129.071, 34.9295))),
                           "an obstruction of unknown depth; 7.7 m"),
    "land in the circle": ("sounder", chart(Feature("land", None, shapely.box(129.094, 34.9314, 129.1, 34.94))), "land; 7.7 m"),
    "land clear of it": ("sounder", chart(Feature("land", None, shapely.box(129.094, 34.9315, 129.1, 34.94))), ""),
    "no chart, by sounder": ("sounder", None, ""),
    "no chart, and not without": ("refuse", None, "No chart is loaded for all of the way"),
    "off the chart, and not without": (
        "refuse", chart_of(chart_bytes("test", [DEEP], SMALL), NEEDED_M), "No chart is loaded for all of the way",
    ),
}  # fmt: skip
"""{what lies between her and the point 4 km east: (without_chart, chart, what she tells)}.

Margin and half her beam are 61 m, the circle's radius 100 m; 34.9314 N is 156 m north of the point, 34.9315 N 167 m.
"""


@pytest.mark.parametrize("name", WAYS)
def test_she_goes_to_no_loiter_point_over_a_shoal(name: str) -> None:
    """Proves FBK-02: way and circle are held against the chart, and she stops instead; deep water is gone through."""
    without, found, told = WAYS[name]
    limits = config(without, found)
    coastal = dataclasses.replace(
        limits.phases["coastal"], fallback="loiter", loiter=Loiter(34.93, 129.095, 100.0, 30.0)
    )
    ship = Rig(config=dataclasses.replace(limits, phases={"coastal": coastal}))
    ship.values["NAV_DPTK"] = 20.0
    ship.take("ann")
    ship.beating = None
    ship.forward(62.0)
    entries = [event.body for event in ship.events if event.kind == "entry" and event.body["cause"] == "ladder L5"]
    assert told in str(entries[0]["reasons"])
    assert entries[0]["result"] == ("replaced" if told else "begun")
    assert ship.supervisor.watch.safe.words == ("stopping on heading" if told else "going to the loiter point")


@pytest.mark.parametrize(("under_m", "is_refused"), [(1.49, True), (1.5, False)])
def test_too_little_water_now_refuses_all_but_a_stop(under_m: float, *, is_refused: bool) -> None:
    """Proves INT-07: dense at the limit of the clearance; stopping is always allowed."""
    ship = under_way(config(), under_m)
    order = ship.say("conn.heading", {"heading_deg": 85})
    assert (("under_keel", "INT-07") in ship.reasons(order)) is is_refused
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"


@pytest.mark.parametrize(
    ("feature", "heading_deg", "words"),
    [(SHOAL, 80, "a charted depth of 1.8 m"), (WRECK, 140, "an obstruction of unknown depth"), (LAND, 0, "land")],
)
def test_the_chart_is_looked_at_along_the_predicted_track(feature: Feature, heading_deg: int, words: str) -> None:
    """Proves INT-07, CMD-07: shoal, wreck and land, with depth and distance; the same order on deep water is taken."""
    ship = under_way(config(found=chart(feature)))
    order = ship.say("conn.heading", {"heading_deg": heading_deg})
    assert ship.reasons(order) == [("shoal", "INT-07")]
    assert words in str(ship.told(order)["reasons"])
    free = under_way(config(found=chart()))
    assert free.state(free.say("conn.heading", {"heading_deg": heading_deg})) == "executing"


def test_without_a_chart_the_setting_says_what_is_allowed() -> None:
    """Proves INT-07: refuse, sounder (which must then be heard), allow; off the chart's edge counts as without one."""
    refused = under_way(config("refuse"))
    assert refused.reasons(refused.say("conn.heading", {"heading_deg": 85})) == [("no_chart", "INT-07")]
    sounder = under_way(config("sounder"))
    assert sounder.state(sounder.say("conn.heading", {"heading_deg": 85})) == "executing"
    deaf = under_way(config("sounder"), None)
    assert deaf.reasons(deaf.say("conn.heading", {"heading_deg": 85})) == [("depth_unknown", "INT-07")]
    assert deaf.state(deaf.say("conn.controlled_stop")) == "executing"
    allowed = under_way(config("allow"), None)
    assert allowed.state(allowed.say("conn.heading", {"heading_deg": 85})) == "executing"
    small = chart_of(chart_bytes("test", [DEEP], shapely.box(129.0, 34.9, 129.06, 35.0)), NEEDED_M)
    edge = under_way(config("refuse", small))
    assert edge.reasons(edge.say("conn.heading", {"heading_deg": 85})) == [("no_chart", "INT-07")]


def test_a_route_is_held_against_the_chart() -> None:
    """Proves INT-07, CMD-09: a leg over the shoal is a fault with its depth; beside it there is none."""

    def mark(latitude: float, longitude: float) -> Mark:
        return Mark("", latitude, longitude, 600.0, 150.0, 150.0, False, 12.0, 0, False)

    over = Passage("over", 1, (mark(34.93, 129.04), mark(34.93, 129.12)))
    beside = Passage("beside", 1, (mark(34.915, 129.04), mark(34.915, 129.12)))
    made = config(found=chart(SHOAL))
    assert [(reason.name, reason.value) for reason in faults(over, made)] == [("shoal", 1.8)]
    assert faults(beside, made) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"v":2}', b'{"v":1,"coverage":"zz","features":[]}'])
def test_a_file_that_is_no_chart_is_refused(content: bytes) -> None:
    """With a word, never half of it."""
    with pytest.raises(ChartError):
        chart_of(content, NEEDED_M)


def test_a_real_cell_with_its_updates(tmp_path: Path) -> None:
    """Proves INT-07: Tacoma, US5WA22M with four updates: deep in the bay, land at the shore, shoal at its edge."""
    folder = shared("data/charts")
    cell, out = tmp_path / "US5WA22M.000", tmp_path / "tacoma.chart"
    cell.write_bytes(gzip.decompress((folder / "US5WA22M.000.gz").read_bytes()))
    for number in range(1, 5):
        shutil.copy(folder / f"US5WA22M.00{number}", tmp_path)
    said = CliRunner().invoke(app, ["import", str(cell), "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "385 depth areas, 67 land areas" in said.output
    found = chart_of(out.read_bytes(), NEEDED_M)
    bay, shore = Plane(47.285, -122.46), Plane(47.262, -122.44)
    assert found.covers(bay, [(0.0, 0.0), (500.0, 0.0)])
    assert found.first_shoal(bay, [(0.0, 0.0), (500.0, 0.0)], 50.0) is None
    met = found.first_shoal(bay, [(0.0, 0.0), (0.0, -6000.0)], 50.0)
    assert met is not None
    assert met.distance_m > 500.0
    assert found.first_shoal(shore, [(0.0, 0.0), (10.0, 0.0)], 50.0) is not None
    assert not found.covers(Plane(47.5, -122.46), [(0.0, 0.0)])
