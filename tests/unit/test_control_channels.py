"""Steering and propulsion as channels: what a speed or course is kept by, which order ends which, and who has ordered last."""

from __future__ import annotations

import pytest

from control.messages import Actuate, HeartbeatNow, Setpoint
from control.translate import TRIM_S
from control.verifier import Expectation
from tests.unit.test_control_execution import CONFIG, NOW_S, Desk, seen


def keeping() -> Desk:
    """Return a desk that keeps a speed of 7 kn and a course of 80 deg."""
    desk = Desk()
    desk.carry_out("speed", "conn.speed", speed_kn=7.0)
    desk.carry_out("course", "conn.course", course_deg=80.0)
    assert desk.execution.in_force() == {
        "heading_deg": 80.0,
        "propulsion_pct": 50.0,
        "speed_kn": 7.0,
        "course_deg": 80.0,
    }
    return desk


@pytest.mark.parametrize(
    ("setpoint", "still_kept"),
    [
        (Setpoint("heading", 90.0), {"speed_kn"}),
        (Setpoint("rudder", 5.0), {"speed_kn"}),
        (Setpoint("propulsion", 30.0), {"course_deg"}),
        (Setpoint("controlled_stop", 0.0), {"course_deg"}),
        (Setpoint("neutral"), set()),
        (Setpoint("emergency_stop", 0.0), set()),
    ],
    ids=lambda value: value.kind if isinstance(value, Setpoint) else "",
)
def test_what_is_kept_ends_with_another_order_of_its_channel_alone(setpoint: Setpoint, still_kept: set[str]) -> None:
    """Proves CMD-08: a turn does not end a speed, nor the engine a course; a stop of everything ends both."""
    desk = keeping()
    desk.execution.actuate(setpoint, "another")
    assert {"speed_kn", "course_deg"} & set(desk.execution.in_force()) == still_kept
    # What has ended is not trimmed back in by the current that sets her off.
    desk.execution.outbox.clear()
    desk.execution.trim(seen(NAV_HDG=80.0, NAV_COG=90.0, NAV_SOG=5.0), CONFIG, NOW_S + TRIM_S)
    trimmed = {kind for kind, _, _ in desk.moves()}
    assert trimmed == {{"speed_kn": "propulsion", "course_deg": "heading"}[name] for name in still_kept}


def test_a_trim_of_what_is_kept_does_not_end_it_and_comes_each_ten_seconds() -> None:
    """Proves CMD-08: due to the second, again ten seconds later; what is not due does not hold back what is."""
    desk = keeping()
    slow = seen(NAV_HDG=80.0, NAV_COG=80.0, NAV_SOG=5.0)
    desk.execution.outbox.clear()
    desk.execution.trim(slow, CONFIG, NOW_S + TRIM_S - 0.1)
    assert desk.moves() == []
    desk.execution.trim(slow, CONFIG, NOW_S + TRIM_S)
    assert desk.moves() == [("propulsion", 54.3, "speed")]
    desk.execution.trim(slow, CONFIG, NOW_S + 2 * TRIM_S - 0.1)
    assert len(desk.moves()) == 1
    desk.execution.trim(slow, CONFIG, NOW_S + 2 * TRIM_S)
    assert desk.moves()[1:] == [("propulsion", 58.6, "speed")]
    # A look came late, so the speed is due later than the course that was ordered after it: neither waits for the other.
    desk = Desk()
    desk.carry_out("speed", "conn.speed", now_s=100.0, speed_kn=7.0)
    desk.carry_out("course", "conn.course", now_s=113.0, course_deg=80.0)
    desk.execution.trim(desk.situation, CONFIG, 114.0)
    desk.execution.outbox.clear()
    drifting = seen(NAV_HDG=80.0, NAV_COG=86.0, NAV_SOG=5.0)
    desk.execution.trim(drifting, CONFIG, 123.0)
    assert desk.moves() == [("heading", 74.0, "course")]
    desk.execution.trim(drifting, CONFIG, 124.0)
    assert desk.moves()[1:] == [("propulsion", 54.3, "speed")]
    assert desk.execution.in_force()["course_deg"] == 80.0


def test_a_state_that_takes_the_ship_ends_what_is_kept_and_a_route_ends_the_course() -> None:
    """Proves FBK-01, CMD-09: what was ordered stays in force; the current trims her heading for nobody who is not there."""
    setting_off = seen(NAV_HDG=80.0, NAV_COG=90.0, NAV_SOG=5.0)
    held = keeping()
    held.execution.claim("ladder L3")
    assert held.execution.in_force() == {"heading_deg": 80.0, "propulsion_pct": 50.0}
    held.execution.outbox.clear()
    held.execution.trim(setting_off, CONFIG, NOW_S + TRIM_S)
    assert held.moves() == []
    routed = keeping()
    routed.execution.supersede_steering("route")
    assert routed.execution.in_force() == {"heading_deg": 80.0, "propulsion_pct": 50.0, "speed_kn": 7.0}
    routed.execution.outbox.clear()
    routed.execution.trim(setting_off, CONFIG, NOW_S + TRIM_S)
    assert [kind for kind, _, _ in routed.moves()] == ["propulsion"]
    # With no course kept, a route takes up the steering all the same.
    bare = Desk()
    bare.execution.supersede_steering("route")
    assert bare.execution.is_claimed_by("route", ("steering",))


def test_letting_go_leaves_nothing_in_force_and_nothing_kept() -> None:
    """Proves AUT-06: the bridge has her; no trim reaches into her hands, and nobody of ours claims her."""
    desk = keeping()
    assert desk.execution.is_claimed_by("course", ("steering",))
    desk.execution.outbox.clear()
    desk.execution.release()
    assert desk.execution.outbox == [Actuate(Setpoint("release"), "release"), HeartbeatNow()]
    assert desk.execution.in_force() == {}
    assert not desk.execution.is_claimed_by("course", ("steering",))
    # A course and a speed of before do not come back when there are setpoints again.
    desk.execution.actuate(Setpoint("heading", 80.0), "AUT-04")
    assert desk.execution.in_force() == {"heading_deg": 80.0}
    desk.execution.actuate(Setpoint("rudder", -5.0), "stick")
    assert desk.execution.in_force() == {"rudder_deg": -5.0}


def test_who_ordered_last_on_a_channel_is_who_has_it() -> None:
    """Proves FBK-02, DMN-02: a state that yields sees who has taken which channel from it."""
    desk = Desk()
    assert not desk.execution.is_claimed_by("hold")
    desk.execution.claim("hold")
    assert desk.execution.is_claimed_by("hold")
    desk.execution.actuate(Setpoint("rudder", 5.0), "ann's order")
    assert not desk.execution.is_claimed_by("hold")
    assert desk.execution.is_claimed_by("hold", ("propulsion",))
    assert desk.execution.is_claimed_by("ann's order", ("steering",))
    desk.execution.actuate(Setpoint("neutral"), "ladder L6")
    assert desk.execution.is_claimed_by("ladder L6")
    desk.execution.supersede_steering("route")
    assert desk.execution.is_claimed_by("route", ("steering",))
    assert desk.execution.is_claimed_by("ladder L6", ("propulsion",))


@pytest.mark.parametrize(
    ("after", "kind", "args", "ended"),
    [
        ("conn.heading", "conn.rudder", {"rudder_deg": 5.0}, True),
        ("conn.course", "conn.heading", {"heading_deg": 90.0}, True),
        ("conn.speed", "conn.controlled_stop", {}, True),
        ("conn.speed", "conn.heading", {"heading_deg": 90.0}, False),
        ("conn.heading", "conn.propulsion", {"propulsion_pct": 30.0}, False),
    ],
)
def test_an_order_supersedes_those_of_its_channel_and_no_others(
    after: str, kind: str, args: dict[str, float], ended: bool
) -> None:
    """Proves CMD-08: the newest of a channel is in force; who gave the older one is told by which it was replaced."""
    desk = Desk()
    first = {
        "conn.heading": {"heading_deg": 170.0},
        "conn.course": {"course_deg": 170.0},
        "conn.speed": {"speed_kn": 9.0},
    }
    older = desk.carry_out("older", after, **first[after])
    newer = desk.carry_out("newer", kind, **args)
    assert (older.state, older.detail) == (("SUPERSEDED", "by order newer") if ended else ("executing", ""))
    assert newer.state == "executing"


@pytest.mark.parametrize(
    ("kind", "args"), [("conn.heading", {"heading_deg": 90.0}), ("conn.propulsion", {"propulsion_pct": 30.0})]
)
def test_a_station_ends_what_steers_and_drives_her_and_either_ends_the_station(
    kind: str, args: dict[str, float]
) -> None:
    """Proves CMD-08: it takes both channels; the bow alone, or the engine alone, ordered otherwise is no station any more."""
    desk = Desk()
    desk.execution.begins["conn.station_keep"] = lambda order, now_s: Expectation(order.kind, 60.0, now_s)
    before = desk.carry_out("before", kind, **args)
    station = desk.carry_out("station", "conn.station_keep")
    assert (before.state, station.state) == ("SUPERSEDED", "executing")
    wider = desk.carry_out("wider", "conn.station_keep")
    assert (station.state, wider.state) == ("SUPERSEDED", "executing")
    desk.carry_out("after", kind, **args)
    assert (wider.state, wider.detail) == ("SUPERSEDED", "by order after")


def test_a_route_ends_the_orders_that_steer_and_leaves_the_engine() -> None:
    """Proves CMD-08, CMD-09: the course that is in progress ends, the speed that is kept does not."""
    desk = Desk()
    course = desk.carry_out("course", "conn.course", course_deg=170.0)
    speed = desk.carry_out("speed", "conn.speed", speed_kn=9.0)
    desk.execution.supersede_steering("route")
    assert (course.state, course.detail) == ("SUPERSEDED", "by order route")
    assert speed.state == "executing"
