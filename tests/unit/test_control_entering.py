"""When a hold or fallback state is reached, dense at each limit, and when a loiter point cannot be made for (FBK-02)."""

from __future__ import annotations

import dataclasses

import pytest
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry import box

from control.depths import DepthChart, Feature
from control.entering import REACHED, WORDS, Entry, actual_pct, blocked
from control.geometry import Plane
from control.keeping import Spot
from control.limits import ControlConfig, Keep
from control.messages import Setpoint
from control.situation import Fact, Situation
from protocols.link.events import Reason
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

BASE = example_config()
CONFIG = dataclasses.replace(BASE, hull=dataclasses.replace(BASE.hull, rpm_full=200.0))
"""Stopped at 2 kn, a hold of 20 %."""
HERE = Spot(34.93, 129.05)
STATES = ("slow_down_on_heading", "station_keep", "stop", "loiter", "anchor_readiness", "safe_harbour")


class Way:
    """A way home whose end is reached, or not."""

    def __init__(self, *, is_there: bool) -> None:
        """Say whether she has arrived."""
        self._is_there = is_there

    def begin(self, situation: Situation, now_s: float) -> list[Reason]:
        del situation, now_s
        return []

    def steer(self, situation: Situation, now_s: float) -> list[Setpoint]:
        del situation, now_s
        return []

    def objections(self, situation: Situation, now_s: float) -> list[Reason]:
        del situation, now_s
        return []

    def has_arrived(self, situation: Situation) -> bool:
        del situation
        return self._is_there


def seen(**values: float) -> Situation:
    """Return a situation of these measurements alone."""
    return Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()}, UTC_NS)


def reached(entry: Entry, **values: float) -> set[str]:
    """Return the states that would be reached by what is measured."""
    return {name for name in STATES if REACHED[name](entry, seen(**values), CONFIG)}


def entered(**changes: object) -> Entry:
    """Return a state at a point of 60 m, with a way home that is not at its end."""
    made = Entry("any", "ladder L5", 0.0, 60.0, HERE, Keep(60.0, 15.0), harbour=Way(is_there=False))
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type] # fields of an entry, given by the test


def test_each_state_is_reached_by_its_own_measure_and_by_no_other() -> None:
    """Proves FBK-02: a slow engine, no way over ground, the point, both of these, the route's end."""
    assert set(REACHED) == set(WORDS) == set(STATES)
    there = {"NAV_LAT": 34.93, "NAV_LON": 129.05}
    assert reached(entered()) == set()
    assert reached(entered(), ME_RPM=50.0) == {"slow_down_on_heading"}
    assert reached(entered(), NAV_SOG=2.0) == {"stop", "anchor_readiness"}
    assert reached(entered(), **there) == {"loiter"}
    assert reached(entered(), NAV_SOG=2.0, **there) == {"stop", "anchor_readiness", "loiter", "station_keep"}
    assert reached(entered(harbour=Way(is_there=True))) == {"safe_harbour"}
    assert reached(entered(harbour=None)) == set()


@pytest.mark.parametrize(("rpm", "is_slow"), [(50.0, True), (50.1, False), (0.0, True), (-40.0, True), (200.0, False)])
def test_she_has_slowed_down_within_five_per_cent_of_the_hold(rpm: float, *, is_slow: bool) -> None:
    """Proves FBK-02: 20 % of 200 rpm and five beside; an engine whose speed is not known has not slowed down."""
    assert ("slow_down_on_heading" in reached(entered(), ME_RPM=rpm)) is is_slow
    assert actual_pct(seen(ME_RPM=rpm), CONFIG) == rpm / 2.0
    assert actual_pct(seen(), CONFIG) is None


@pytest.mark.parametrize(("speed", "is_still"), [(2.0, True), (-2.0, True), (2.1, False), (-2.1, False)])
def test_she_has_stopped_at_the_phases_own_speed(speed: float, *, is_still: bool) -> None:
    """Proves FBK-02: over ground, ahead or astern."""
    assert ("stop" in reached(entered(), NAV_SOG=speed)) is is_still


def test_she_is_at_her_point_within_its_radius_and_never_without_point_or_position() -> None:
    """Proves FBK-02: 60 m of it, the edge included."""
    assert "loiter" in reached(entered(), NAV_LAT=34.93 + 59.9 / 110_930.0, NAV_LON=129.05)
    assert "loiter" not in reached(entered(), NAV_LAT=34.93 + 60.2 / 110_930.0, NAV_LON=129.05)
    on_it = {"NAV_LAT": 34.93, "NAV_LON": 129.05}
    assert "loiter" in reached(entered(keep=Keep(0.0, 15.0)), **on_it)
    assert reached(entered(point=None), **on_it) == set()
    assert reached(entered(keep=None), **on_it) == set()
    assert reached(entered(), NAV_LAT=34.93) == set()


def test_a_state_that_begins_pulls_and_yields_to_nobody() -> None:
    """Proves FBK-02: not reached, not late; what the ladder has begun ends by the operator's word or the bridge alone."""
    made = Entry("stop", "ladder L5", 1.0, 60.0)
    assert (made.point, made.keep, made.entered_s, made.harbour) == (None, None, None, None)
    assert (made.is_late, made.is_pulling, made.yields) == (False, True, False)


def test_a_way_to_the_loiter_point_that_leaves_the_fence_says_where() -> None:
    """Proves FBK-02, INT-06: the anchorage lies between, 50 m kept clear of it; a clear way has no reason."""
    assert blocked(HERE, Spot(34.93, 129.10), 60.0, CONFIG) == []
    (reason,) = blocked(Spot(34.985, 129.15), Spot(34.985, 129.30), 60.0, CONFIG)
    assert (reason.name, reason.rule, reason.limit, reason.unit) == ("loiter_blocked", "FBK-02", "a clear way", "m")
    assert isinstance(reason.value, int)
    assert reason.value == pytest.approx(0.05 * 91_330.0 - 50.0, abs=15.0)
    assert "'anchorage'" in reason.text


def charted(without_chart: str, *shoals_at_m: tuple[float, float], west_deg: float = 129.0) -> ControlConfig:
    """Return a ship with a chart of 129.0 to 129.2 E, 34.9 to 35.0 N, on which shoals lie so far from the loiter point."""
    assert CONFIG.grounding is not None
    plane = Plane(POINT.latitude_deg, POINT.longitude_deg)
    shoals = [Feature("depth", 5.0, ShapelyPoint(plane.position(*shoal))) for shoal in shoals_at_m]
    chart = DepthChart(shoals, box(west_deg, 34.9, 129.2, 35.0), 7.7)
    grounding = dataclasses.replace(CONFIG.grounding, without_chart=without_chart)  # type: ignore[arg-type] # one of the three
    return dataclasses.replace(CONFIG, grounding=grounding, chart=chart)


POINT = Spot(34.93, 129.10)
KEPT_CLEAR_M = 50.0 + CONFIG.hull.beam_m / 2.0


@pytest.mark.parametrize("without_chart", ["allow", "sounder", "refuse"])
def test_a_way_to_the_loiter_point_is_held_against_the_chart(without_chart: str) -> None:
    """Proves FBK-02, INT-07: along the way to margin and half her beam, about the point by the circle's radius beside."""
    along, about = (-2000.0, KEPT_CLEAR_M - 2.0), (KEPT_CLEAR_M + 58.0, 0.0)
    for shoal in (along, about):
        (reason,) = blocked(HERE, POINT, 60.0, charted(without_chart, shoal))
        found = (reason.name, reason.rule, reason.value, reason.limit, reason.unit)
        assert found == ("loiter_blocked", "FBK-02", 5.0, 7.7, "m")
    clear = ((-2000.0, KEPT_CLEAR_M + 2.0), (KEPT_CLEAR_M + 62.0, 0.0))
    assert blocked(HERE, POINT, 60.0, charted(without_chart, *clear)) == []


def test_a_way_that_no_chart_shows_is_gone_only_where_that_is_allowed() -> None:
    """Proves FBK-02, INT-07: no chart at all, or one of a part of the way; a ship that is not judged by depth goes."""
    for config in (charted("refuse", west_deg=129.06), dataclasses.replace(charted("refuse"), chart=None)):
        (reason,) = blocked(HERE, POINT, 60.0, config)
        found = (reason.name, reason.rule, reason.value, reason.limit, reason.unit)
        assert found == ("loiter_blocked", "FBK-02", None, "a chart of the whole way", "")
    shoal = (-2000.0, 0.0)
    for config in (charted("allow", shoal, west_deg=129.06), charted("sounder", shoal, west_deg=129.06)):
        assert blocked(HERE, POINT, 60.0, config) == []
    assert blocked(HERE, POINT, 60.0, dataclasses.replace(charted("refuse", shoal), grounding=None)) == []
