"""INT-07 as a rule, without a ship around it: which orders it judges, the sounder's limit, and the room beside her track."""

from __future__ import annotations

import dataclasses

import pytest
import shapely

from control.context import Context, Setpoints
from control.depths import DepthChart, Feature
from control.geometry import Plane
from control.grounding import is_judged, water_enough
from control.limits import ControlConfig, Grounding, Keep
from control.situation import Fact, Situation
from protocols.link.cbor import Plain
from protocols.link.orders import ORDER_KINDS
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

PLANE = Plane(34.93, 129.05)
HERE = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 90.0, "NAV_SOG": 9.0, "NAV_COG": 90.0, "NAV_DPTK": 20.0}
NEEDED_M = 7.7
LOOK_AHEAD_M = 9.0 * 1852.0 / 3600.0 * 360.0
"""1667 m: 9 kn for six minutes. Margin and half her beam are 50 m and 11 m."""


def chart(*boxes: tuple[float, float, float, float], depth_m: float | None = 2.0, half_m: float = 9000.0) -> DepthChart:
    """Return a chart so far to each side, with these rectangles on it."""
    features = [
        Feature("depth", depth_m, shapely.box(*PLANE.position(west, south), *PLANE.position(east, north)))
        for west, south, east, north in boxes
    ]  # fmt: skip
    return DepthChart(
        features, shapely.box(*PLANE.position(-half_m, -half_m), *PLANE.position(half_m, half_m)), NEEDED_M
    )


def config(without: str = "allow", found: DepthChart | None = None, *, keeps: bool = False) -> ControlConfig:
    """Return the example with this rule for where no chart is, and this chart."""
    base = example_config()
    coastal = dataclasses.replace(base.phases["coastal"], keep=Keep(50.0, 20.0, radius_m_max=200.0))
    limits = Grounding(6.2, 1.5, without)  # type: ignore[arg-type] # one of its words, given by the test
    hull = dataclasses.replace(base.hull, keeps_station=keeps, stop_reach_m=300.0)
    return dataclasses.replace(base, grounding=limits, chart=found, hull=hull, phases={"coastal": coastal})


def against(
    of: ControlConfig, kind: str = "conn.heading", args: dict[str, Plain] | None = None, **changes: float | None
) -> list[tuple[object, ...]]:
    """Return (name, rule, value, limit, unit) of each reason the rule has against the order."""
    values = {name: value for name, value in (HERE | changes).items() if value is not None}
    situation = Situation({name: Fact(value, Quality.GOOD, 0.4) for name, value in values.items()}, UTC_NS)
    asked = {"heading_deg": 90.0} if args is None and kind == "conn.heading" else args or {}
    context = Context(kind, dict(asked), situation, of, Setpoints(), None, is_stop_latched=False)
    found = water_enough(context)
    assert all(one.age_s in (0.4, None) for one in found)
    return [(one.name, one.rule, one.value, one.limit, one.unit) for one in found]


MOVES = {"conn.heading", "conn.rudder", "conn.propulsion", "conn.station_keep", "conn.telegraph", "conn.speed", "conn.course",
         "route.activate"}  # fmt: skip


@pytest.mark.parametrize("kind", ORDER_KINDS)
def test_every_order_that_moves_her_is_held_against_the_water_and_no_other(kind: str) -> None:
    """Proves INT-07: each kind there is, with a metre under the keel; a stop, a phase, a route only loaded are free."""
    assert is_judged(kind) is (kind in MOVES)
    shallow = [("under_keel", "INT-07", 1.0, 1.5, "m")]
    assert against(config(), kind, NAV_DPTK=1.0) == (shallow if kind in MOVES else [])
    assert against(dataclasses.replace(config(), grounding=None), kind, NAV_DPTK=1.0) == []
    assert is_judged("conn.direct")


@pytest.mark.parametrize(("under_m", "told"), [(1.5, None), (1.44, 1.4), (0.0, 0.0), (-0.5, -0.5), (90.0, None)])
def test_there_is_water_enough_under_the_keel_or_not(under_m: float, told: float | None) -> None:
    """Proves INT-07: dense at the clearance; aground is below nought."""
    assert against(config(), NAV_DPTK=under_m) == ([] if told is None else [("under_keel", "INT-07", told, 1.5, "m")])


@pytest.mark.parametrize("without", ["refuse", "sounder", "allow"])
@pytest.mark.parametrize("sounds", [True, False])
@pytest.mark.parametrize("where", ["no chart", "on the chart", "off its edge"])
def test_where_neither_chart_nor_sounder_can_tell_the_setting_does(without: str, where: str, *, sounds: bool) -> None:
    """Proves INT-07: all twelve of setting, sounder and chart; off the edge of a chart is as good as none."""
    found = {"no chart": None, "on the chart": chart(), "off its edge": chart(half_m=1000.0)}[where]
    reasons = [name for name, *_ in against(config(without, found), NAV_DPTK=20.0 if sounds else None)]
    expected: list[str] = []
    if without == "refuse" and where != "on the chart":
        expected = ["no_chart"]
    if without == "sounder" and where != "on the chart" and not sounds:
        expected = ["depth_unknown"]
    assert reasons == expected


@pytest.mark.parametrize("kind", ["conn.heading", "route.activate"])
def test_off_the_edge_of_her_chart_a_silent_sounder_leaves_her_the_stop(kind: str) -> None:
    """Proves INT-07: a chart that shows her place and not her way tells no more than none; one that shows both is enough."""
    order: dict[str, Plain] = {"heading_deg": 90.0}
    for half_m, is_refused in ((LOOK_AHEAD_M - 1.0, True), (LOOK_AHEAD_M + 1.0, False)):
        of = config("sounder", chart(half_m=half_m))
        found = [name for name, *_ in against(of, kind, order, NAV_DPTK=None)]
        assert found == (["depth_unknown"] if is_refused else [])
        assert against(of, kind, order) == []
        assert against(of, "conn.controlled_stop", {}, NAV_DPTK=None) == []
    # Where she is is not known either: no chart can tell.
    lost = config("sounder", chart())
    assert [name for name, *_ in against(lost, kind, order, NAV_DPTK=None, NAV_LAT=None)] == ["depth_unknown"]


def test_what_neither_can_tell_is_told_with_what_would_be_needed() -> None:
    """Proves CMD-07, INT-07: a depth that is not known is none, and not nought; a chart of all that she looks ahead."""
    assert against(config("sounder"), NAV_DPTK=None) == [("depth_unknown", "INT-07", None, 1.5, "m")]
    assert against(config("refuse")) == [("no_chart", "INT-07", None, "a chart of the whole look-ahead", "")]


@pytest.mark.parametrize(("beside_m", "is_met"), [(60.0, True), (62.0, False)])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_margin_and_half_her_beam_are_kept_clear_to_each_side(side: float, beside_m: float, *, is_met: bool) -> None:
    """Proves INT-07: 50 m and 11 m of the shoal's edge, dense."""
    low_m, high_m = sorted((side * beside_m, side * (beside_m + 20.0)))
    found = against(config(found=chart((500.0, low_m, 520.0, high_m))))
    assert found == ([("shoal", "INT-07", 2.0, 7.7, "m")] if is_met else [])


@pytest.mark.parametrize(("beyond_m", "is_met"), [(-20.0, True), (60.0, True), (62.0, False)])
def test_she_looks_ahead_for_the_time_of_the_phase(beyond_m: float, *, is_met: bool) -> None:
    """Proves INT-07: six minutes at 9 kn and the room beyond that, dense; a shoal behind her is past."""
    east_m = LOOK_AHEAD_M + beyond_m
    assert bool(against(config(found=chart((east_m, -10.0, east_m + 40.0, 10.0))))) is is_met
    assert against(config(found=chart((-200.0, -10.0, -100.0, 10.0)))) == []


def test_a_station_needs_the_room_of_its_circle_and_no_other_order_does() -> None:
    """Proves INT-07: 61 m and the radius of 150 m that is asked for, about where she comes to lie."""
    shoal = config(found=chart((300.0, 200.0, 320.0, 220.0)), keeps=True)
    clear = config(found=chart((300.0, 220.0, 320.0, 240.0)), keeps=True)
    for of, radius_m, is_met in ((shoal, 150.0, True), (shoal, 130.0, False), (clear, 150.0, False)):
        found = against(of, "conn.station_keep", {"radius_m": radius_m})
        assert [name for name, *_ in found] == (["shoal"] if is_met else [])
    assert against(shoal, "conn.heading", {"heading_deg": 90.0, "radius_m": 150.0}) == []


def test_a_route_is_not_looked_along_by_this_rule_and_where_she_is_must_be_known() -> None:
    """Proves INT-07, CMD-09: its legs are held against the chart as a whole; without a position INT-02 has its word."""
    ahead = config("refuse", chart((500.0, -10.0, 520.0, 10.0)))
    assert [name for name, *_ in against(ahead)] == ["shoal"]
    assert against(ahead, "route.activate", {"heading_deg": 90.0}) == []
    for missing in ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"):
        assert against(ahead, **{missing: None}) == []


@pytest.mark.parametrize(("west_m", "words"), [(-10.0, "is on it already"), (0.3, "0 m ahead"), (400.0, "400 m ahead")])
def test_how_far_ahead_it_is_met_is_said(west_m: float, words: str) -> None:
    """Proves CMD-07: on it already is nought metres and no less; a foot ahead is ahead."""
    of = config(found=chart((west_m, -10.0, west_m + 40.0, 10.0)))
    situation = Situation({name: Fact(value, Quality.GOOD, 0.4) for name, value in HERE.items()}, UTC_NS)
    (found,) = water_enough(
        Context("conn.heading", {"heading_deg": 90.0}, situation, of, Setpoints(), None, is_stop_latched=False)
    )
    assert f"({words})" in found.text
    assert "within 6 min; 7.7 m are needed" in found.text
