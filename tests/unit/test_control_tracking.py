"""What to steer on a route, place by place: on the leg and beside it, at the wheel-over, on the arc, at the end (CMD-09)."""

from __future__ import annotations

import dataclasses
import math

import pytest

from control.geometry import Plane
from control.limits import Tracking
from control.tracking import Follower, Guidance, drifting
from protocols.link.passage import Mark, Passage

TRACKING = Tracking(200.0, 500.0, 100.0, 45.0, 60.0, 30.0)
CORNER = (35.05, 129.0)
"""The mark at which she turns; she comes from the south."""


def mark(latitude_deg: float, longitude_deg: float, radius_m: float = 500.0) -> Mark:
    """Return a mark whose leg is 100 m wide to port and 200 m to starboard."""
    return Mark("m", latitude_deg, longitude_deg, radius_m, 100.0, 200.0, False, 0.0, 0, False)


def route(to_deg: float = 129.1, radius_m: float = 500.0, from_deg: float = 35.01) -> Follower:
    """Return who follows a route north to the corner and then along its parallel to a longitude."""
    marks = (mark(from_deg, 129.0), mark(*CORNER, radius_m), mark(35.05, to_deg))
    return Follower(Passage("r", 1, marks), TRACKING, 1)


def at(follower: Follower, east_m: float, north_m: float, speed_kn: float = 10.0) -> Guidance:
    """Return what is steered so far from the corner."""
    longitude, latitude = Plane(*CORNER).position(east_m, north_m)
    return follower.look(latitude, longitude, speed_kn)


@pytest.mark.parametrize(
    ("east_m", "width_m"), [(0.0, 100.0), (50.0, 200.0), (-50.0, 100.0), (400.0, 200.0), (-400.0, 100.0)]
)
def test_on_a_leg_she_steers_back_to_it_the_harder_the_nearer_to_its_edge(east_m: float, width_m: float) -> None:
    """Proves CMD-09: line of sight, the look-ahead from five lengths on the leg to two at the edge of its width."""
    found = at(route(), east_m, -2000.0)
    ahead_m = 200.0 + 300.0 * math.exp(-3.0 * abs(east_m) / width_m)
    assert found.course_deg == pytest.approx(-math.degrees(math.atan2(east_m, ahead_m)) % 360.0, abs=0.05)
    assert found.cross_track_m == pytest.approx(east_m, abs=0.5)
    assert found.width_m == width_m
    assert (found.leg, found.rate_deg_min, found.is_turning, found.is_over) == (1, None, False, False)
    assert found.to_wheel_over_m == pytest.approx(2000.0 - 500.0 - 100.0, abs=1.0)
    assert found.next_turn_deg == pytest.approx(90.0, abs=0.1)


def test_on_a_leg_of_several_pieces_the_wheel_goes_over_before_its_mark_and_nowhere_else() -> None:
    """Proves CMD-09: 13 km to the corner are three pieces; where one ends and the next begins she goes straight on."""
    follower = route(from_deg=34.933)
    for north_m in range(-12900, -600, 50):
        found = at(follower, 0.0, float(north_m))
        assert (found.leg, found.is_turning, found.is_last_leg) == (1, False, False)
        assert found.to_wheel_over_m == pytest.approx(-north_m - 600.0, abs=3.0)
    turning = at(follower, 0.0, -590.0)
    assert (turning.leg, turning.is_turning, turning.is_last_leg, turning.to_wheel_over_m) == (2, True, False, 0.0)
    assert at(follower, 700.0, 0.0).is_last_leg


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["starboard", "port"])
@pytest.mark.parametrize("course_deg", [40.0, 160.0, 250.0])
def test_an_arc_lies_where_the_legs_do_whatever_way_she_comes(course_deg: float, side: float) -> None:
    """Proves CMD-09: turned as a whole, the same wheel-over, the same arc and the same way out."""
    bow = math.radians(course_deg)

    def turned(right_m: float, ahead_m: float) -> tuple[float, float]:
        return (right_m * math.cos(bow) + ahead_m * math.sin(bow), ahead_m * math.cos(bow) - right_m * math.sin(bow))

    plane = Plane(*CORNER)
    ends = [plane.position(*turned(0.0, -3000.0)), plane.position(*turned(side * 3000.0, 0.0))]
    marks = (mark(ends[0][1], ends[0][0]), mark(*CORNER), mark(ends[1][1], ends[1][0]))
    follower = Follower(Passage("r", 1, marks), TRACKING, 1)
    assert not at(follower, *turned(0.0, -606.0)).is_turning
    assert at(follower, *turned(0.0, -594.0)).is_turning
    for round_deg in (20.0, 45.0, 70.0):
        swung = math.radians(round_deg)
        place = turned(side * 500.0 * (1.0 - math.cos(swung)), -500.0 + 500.0 * math.sin(swung))
        found = at(follower, *place)
        assert found.cross_track_m == pytest.approx(0.0, abs=1.0)
        assert found.next_turn_deg == pytest.approx(side * (90.0 - round_deg), abs=0.3)
        ahead_deg = min(math.degrees(0.2), 90.0 - round_deg)
        assert math.remainder(found.course_deg - course_deg - side * (round_deg + ahead_deg), 360.0) == pytest.approx(
            0.0, abs=0.4
        )
    place = turned(side * (500.0 - 500.0 * math.sin(math.radians(0.7))), -500.0 + 500.0 * math.cos(math.radians(0.7)))
    assert at(follower, *place).is_turning


def test_beside_a_leg_of_no_width_she_steers_back_with_the_shortest_look_ahead() -> None:
    """Proves CMD-09: nothing is divided by the width; half a metre off she is on that side already."""
    narrow = [
        dataclasses.replace(mark(*place), port_xtd_m=0.0, starboard_xtd_m=0.5) for place in ((35.01, 129.0), CORNER)
    ]
    follower = Follower(Passage("r", 1, tuple(narrow)), TRACKING, 1)
    assert at(follower, -10.0, -2000.0).course_deg == pytest.approx(math.degrees(math.atan2(10.0, 200.0)), abs=0.05)
    shrink = math.exp(-3.0 * 0.4 / 0.5)
    found = at(follower, 0.4, -2000.0)
    assert found.course_deg == pytest.approx(360.0 - math.degrees(math.atan2(0.4, 200.0 + 300.0 * shrink)), abs=0.01)
    assert found.width_m == 0.5


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["starboard", "port"])
def test_the_wheel_goes_over_before_the_corner_and_she_comes_round_on_her_arc(side: float) -> None:
    """Proves CMD-09: not a metre sooner; on the arc along its tangent and a little ahead, outside it inwards; then straight."""
    follower = route(129.0 + 0.1 * side)
    assert not at(follower, 0.0, -605.0).is_turning
    found = at(follower, 0.0, -595.0)
    outside_m = math.hypot(500.0, 95.0) - 500.0
    tangent = math.degrees(math.atan2(-500.0, -95.0)) + 90.0
    ahead = math.degrees(100.0 / 500.0) + math.degrees(math.atan2(outside_m, 200.0))
    assert (found.leg, found.is_turning, found.is_over, found.to_wheel_over_m) == (2, True, False, 0.0)
    assert found.course_deg == pytest.approx(side * (tangent + ahead) % 360.0, abs=0.1)
    assert found.cross_track_m == pytest.approx(-side * outside_m, abs=0.2)
    assert found.width_m == (100.0 if side > 0.0 else 200.0)
    assert found.next_turn_deg == pytest.approx(side * (90.0 - tangent), abs=0.1)
    assert found.rate_deg_min == pytest.approx(math.degrees(10.0 * 1852.0 / 3600.0 / 500.0) * 60.0 * 1.3, rel=0.001)
    middle = 500.0 * math.sqrt(0.5)
    found = at(follower, side * (500.0 - middle), -500.0 + middle)
    assert found.course_deg == pytest.approx(side * (45.0 + math.degrees(0.2)) % 360.0, abs=0.1)
    inside = at(
        follower, side * (500.0 - 0.8 * middle), -500.0 + 0.8 * middle
    )  # 100 m inside: straight on, never outwards
    assert inside.course_deg == pytest.approx(side * 45.0 % 360.0, abs=0.1)
    assert inside.cross_track_m == pytest.approx(side * 100.0, abs=0.2)
    near = at(
        follower, side * (500.0 - 500.0 * math.sin(math.radians(5.0))), -500.0 + 500.0 * math.cos(math.radians(5.0))
    )
    assert near.course_deg == pytest.approx(side * 90.0 % 360.0, abs=0.1)
    assert near.is_turning
    after = at(follower, side * 510.0, 0.0)
    assert (after.is_turning, after.leg, after.rate_deg_min) == (False, 2, None)
    assert after.course_deg == pytest.approx(side * 90.0 % 360.0, abs=0.1)


def test_a_ship_that_hardly_moves_is_asked_for_some_rate_all_the_same() -> None:
    """Proves CMD-09: an autopilot that may not turn would not."""
    follower = route()
    assert at(follower, 0.0, -595.0, speed_kn=0.0).rate_deg_min == 1.0


def test_a_corner_without_a_radius_is_turned_at_its_reach_and_a_bend_of_less_than_a_degree_at_its_mark() -> None:
    """Proves CMD-09: no arc for either; the line of sight takes them."""
    follower = route(radius_m=0.0)
    assert at(follower, 0.0, -105.0).leg == 1
    found = at(follower, 0.0, -95.0)
    assert (found.leg, found.is_turning, found.rate_deg_min) == (2, False, None)
    assert at(follower, 0.0, -95.0).course_deg == pytest.approx(90.0 - math.degrees(math.atan2(
        95.0, 200.0 + 300.0 * math.exp(-3.0 * 95.0 / 200.0))), abs=0.2)  # fmt: skip
    bend = 129.0 + 0.05 * math.tan(math.radians(0.9)) / math.cos(math.radians(35.05))
    gentle = Follower(Passage("r", 1, (mark(35.01, 129.0), mark(*CORNER), mark(35.1, bend))), TRACKING, 1)
    found = at(gentle, 0.0, -5.0)
    assert found.leg == 1
    assert found.to_wheel_over_m == pytest.approx(5.0, abs=0.3)
    found = at(gentle, 0.0, 5.0)
    assert (found.leg, found.is_turning) == (2, False)


def test_the_last_leg_ends_at_its_mark() -> None:
    """Proves CMD-09: how far it is, and that it is over there and not before; nothing turns at the end."""
    follower = Follower(Passage("r", 1, (mark(35.01, 129.0), mark(*CORNER))), TRACKING, 1)
    found = at(follower, 0.0, -1000.0)
    assert found.to_wheel_over_m == pytest.approx(1000.0, abs=0.4)
    assert not at(follower, 0.0, -0.6).is_over
    assert (found.next_turn_deg, found.is_over) == (0.0, False)
    assert not at(follower, 0.0, -2.0).is_over
    found = at(follower, 0.0, 2.0)
    assert (found.is_over, found.to_wheel_over_m) == (True, 0.0)


def test_a_long_leg_is_one_leg_whatever_pieces_it_is_reckoned_in() -> None:
    """Proves CMD-09: 17 km in four pieces; the wheel-over is told from the first on, and nothing turns between."""
    follower = route(from_deg=34.9)
    found = at(follower, 0.0, -16_000.0)
    assert (found.leg, found.is_turning) == (1, False)
    assert found.to_wheel_over_m == pytest.approx(16_000.0 - 600.0, abs=15.0)
    for north_m in (-12_000.0, -8_000.0, -4_000.0, -700.0):
        found = at(follower, 20.0, north_m)
        assert (found.leg, found.is_turning, found.is_over) == (1, False, False)
        assert found.to_wheel_over_m == pytest.approx(-north_m - 600.0, abs=15.0)
    assert follower.mark.latitude_deg == CORNER[0]


def test_the_leg_that_is_named_is_the_leg_she_begins_with() -> None:
    """Proves CMD-09: taken up on the second leg she does not sail back."""
    follower = Follower(Passage("r", 1, (mark(35.01, 129.0), mark(*CORNER), mark(35.05, 129.1))), TRACKING, 2)
    found = at(follower, 2000.0, 0.0)
    assert found.leg == 2
    assert found.course_deg == pytest.approx(90.0, abs=0.2)


ON_A_LEG = Guidance(1, 80.0, None, 0.0, 1000.0, 0.0, False, False, False, 100.0)
TURNING = Guidance(1, 80.0, 30.0, 0.0, 0.0, 40.0, True, False, False, 100.0)


@pytest.mark.parametrize(
    ("before", "speed_kn", "course_deg", "found", "after"),
    [
        (0.0, 9.0, 90.0, ON_A_LEG, 10.0 / 30.0), (0.0, 9.0, 70.0, ON_A_LEG, -10.0 / 30.0),
        (4.0, 9.0, 90.0, ON_A_LEG, 4.0 + 6.0 / 30.0), (0.0, 9.0, 130.0, ON_A_LEG, 20.0 / 30.0),
        (0.0, 9.0, 30.0, ON_A_LEG, -20.0 / 30.0), (4.0, 0.9, 90.0, ON_A_LEG, 4.0), (4.0, 1.0, 90.0, ON_A_LEG, 4.2),
        (4.0, 9.0, None, ON_A_LEG, 4.0), (4.0, 9.0, 90.0, None, 4.0), (4.0, 9.0, 90.0, TURNING, 4.0),
    ],
)  # fmt: skip
def test_the_drift_is_smoothed_bounded_and_left_alone_while_it_cannot_be_seen(
    before: float, speed_kn: float, course_deg: float | None, found: Guidance | None, after: float
) -> None:
    """Proves CMD-09: half a minute to follow it, 20 deg at most; turning, slow or without a course it stays."""
    assert drifting(before, speed_kn, course_deg, 80.0, found) == pytest.approx(after)


def test_a_drift_across_north_is_a_small_one() -> None:
    """Proves CMD-09: heading 355, made good 005."""
    assert drifting(0.0, 9.0, 5.0, 355.0, ON_A_LEG) == pytest.approx(10.0 / 30.0)


def test_a_bend_of_a_degree_and_a_half_is_a_turn() -> None:
    """Proves CMD-09: with its wheel-over before the mark."""
    bend = 129.0 + 0.05 * math.tan(math.radians(1.5)) / math.cos(math.radians(35.05))
    follower = Follower(Passage("r", 1, (mark(35.01, 129.0), mark(*CORNER), mark(35.1, bend))), TRACKING, 1)
    early_m = 100.0 + 500.0 * math.tan(math.radians(0.75))
    assert at(follower, 0.0, -1000.0).to_wheel_over_m == pytest.approx(1000.0 - early_m, abs=1.0)
    assert at(follower, 0.0, 2.0 - early_m).is_turning
