"""Where an order takes her and when: tracks, legs and closest points as figures, without a ship around them (INT-06, INT-08)."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from control.context import Context, Setpoints
from control.geometry import KNOT_MPS, Plane, Track
from control.prediction import Leg, closest, drift_mps, predicted_track, timed, track_of_length
from control.situation import Situation
from control.surroundings import Surroundings, Target, Targets
from protocols.link.cbor import Plain
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
"""Turns on 260 m after 180 m straight on, stops within 1,400 m, 14 kn at 100 %; 35 deg of rudder when slow."""
HULL = CONFIG.hull


def asked(kind: str, in_force: float | None = None, **args: Plain) -> Context:
    """Return an order as the rules see it."""
    return Context(kind, dict(args), Situation({}, UTC_NS), CONFIG, Setpoints(heading_deg=in_force), None, False)


def length_m(track: Track) -> float:
    """Return how long a track is, point by point."""
    return sum(math.dist(one, other) for one, other in itertools.pairwise(track))


def end_course_deg(track: Track) -> float:
    """Return the course of the last part that has a length."""
    parts = [(one, other) for one, other in itertools.pairwise(track) if math.dist(one, other) > 0.01]
    (east, north), (to_east, to_north) = parts[-1]
    return math.degrees(math.atan2(to_east - east, to_north - north)) % 360.0


@pytest.mark.parametrize(
    ("order", "speed", "run_m"),
    [
        (asked("conn.heading", heading_deg=90.0), 9.0, 9.0 * KNOT_MPS * 360.0),
        (asked("conn.heading", heading_deg=90.0), -9.0, 9.0 * KNOT_MPS * 360.0),
        (asked("conn.propulsion", propulsion_pct=100.0), 9.0, 14.0 * KNOT_MPS * 360.0),
        (asked("conn.propulsion", propulsion_pct=-100.0), 9.0, 14.0 * KNOT_MPS * 360.0),
        (asked("conn.propulsion", propulsion_pct=50.0), 9.0, 9.0 * KNOT_MPS * 360.0),
        (asked("conn.heading", heading_deg=90.0), 0.0, 0.0),
        (asked("conn.station_keep"), 9.0, 1400.0),
        (asked("conn.station_keep"), 2.0, 0.0),
    ],
)
def test_the_track_is_as_long_as_she_runs_at_the_faster_of_her_speeds(
    order: Context, speed: float, run_m: float
) -> None:
    """Proves INT-06: six minutes of what she does or of what is ordered; a station is run out to within her stopping reach."""
    track = predicted_track(order, 0.0, speed, 360.0)
    assert track[0] == (0.0, 0.0)
    assert length_m(track) == pytest.approx(run_m, rel=0.002)


def test_a_rudder_turns_her_on_a_circle_that_shrinks_with_its_angle() -> None:
    """Proves INT-06: 35 deg on 260 m, 17.5 deg on 520 m, less than a degree steers straight on; port is port."""
    quarter_m = 260.0 * math.pi / 2.0
    full = track_of_length(asked("conn.rudder", rudder_deg=35.0), 0.0, 9.0, quarter_m)
    assert full[-1] == pytest.approx((260.0, 260.0), abs=1.0)
    half = track_of_length(asked("conn.rudder", rudder_deg=-17.5), 0.0, 9.0, 2.0 * quarter_m)
    assert half[-1] == pytest.approx((-520.0, 520.0), abs=1.0)
    least = track_of_length(asked("conn.rudder", rudder_deg=1.0), 0.0, 9.0, 1000.0)
    assert least[-1][0] == pytest.approx(1000.0**2 / (2.0 * 260.0 * 35.0), abs=1.0)
    assert track_of_length(asked("conn.rudder", rudder_deg=0.9), 0.0, 9.0, 1000.0)[-1] == pytest.approx((0.0, 1000.0))
    assert track_of_length(asked("conn.rudder", rudder_deg=-1.0), 0.0, 9.0, 1000.0)[-1][0] < -50.0


@pytest.mark.parametrize(
    ("percent", "speed", "course"),
    [(-50.0, 0.5, 180.0), (-50.0, -2.0, 180.0), (-50.0, 0.6, 0.0), (0.0, 0.0, 0.0), (50.0, 0.0, 0.0)],
)
def test_an_engine_astern_takes_a_ship_without_headway_astern(percent: float, speed: float, course: float) -> None:
    """Proves INT-06: at half a knot or less; with more she runs ahead first."""
    track = track_of_length(asked("conn.propulsion", propulsion_pct=percent), 0.0, speed, 500.0)
    assert end_course_deg(track) == pytest.approx(course, abs=0.01)
    assert length_m(track) == pytest.approx(500.0)


def test_she_turns_to_what_is_ordered_and_under_a_propulsion_order_to_what_is_in_force() -> None:
    """Proves INT-06: 180 m straight on, the arc, and straight on; a rudder or a stop looks at no heading in force."""
    turn = track_of_length(asked("conn.heading", 270.0, heading_deg=90.0), 0.0, 9.0, 3000.0)
    assert turn[1] == pytest.approx((0.0, 180.0))
    assert end_course_deg(turn) == pytest.approx(90.0)
    assert turn[-2] == pytest.approx((260.0, 440.0), abs=1.0)
    assert end_course_deg(track_of_length(asked("conn.propulsion", 90.0), 0.0, 9.0, 3000.0)) == pytest.approx(90.0)
    assert end_course_deg(track_of_length(asked("conn.propulsion"), 0.0, 9.0, 3000.0)) == pytest.approx(0.0)
    assert end_course_deg(track_of_length(asked("conn.rudder", 90.0), 0.0, 9.0, 3000.0)) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("rate", "speed", "radius_m"),
    [
        (None, 9.0, 260.0),
        (0.0, 9.0, 260.0),
        (60.0, 9.0, 265.3),
        (30.0, 9.0, 530.6),
        (30.0, -9.0, 530.6),
        (1.0, 0.5, 884.2),
        (60.0, 2.0, 260.0),
    ],
)
def test_an_ordered_rate_makes_the_turn_wider_and_never_narrower(
    rate: float | None, speed: float, radius_m: float
) -> None:
    """Proves INT-06: her speed over the rate, at least what her hull turns on."""
    args: dict[str, Plain] = {"heading_deg": 90.0} | ({} if rate is None else {"rate_deg_min": rate})
    track = track_of_length(asked("conn.heading", None, **args), 0.0, speed, 5000.0)
    assert track[-2] == pytest.approx((radius_m, 180.0 + radius_m), rel=0.003)


def test_a_motion_is_run_leg_by_leg_and_set_all_the_while() -> None:
    """Proves INT-08: 10 m/s, 100 m and 60 m, then she has run; a current of 1 m/s east sets her from the first second on."""
    knots = 10.0 / KNOT_MPS
    track: Track = [(0.0, 0.0), (0.0, 100.0), (0.0, 100.0), (60.0, 100.0)]
    first, second, last = timed(track, knots, 20.0, (1.0, 0.0))
    for leg, expected in (
        (first, (0.0, 10.0, 0.0, 0.0, 1.0, 10.0)),
        (second, (10.0, 6.0, 10.0, 100.0, 11.0, 0.0)),
        (last, (16.0, 4.0, 76.0, 100.0, 1.0, 0.0)),
    ):
        assert (leg.start_s, leg.run_s, leg.east_m, leg.north_m, leg.east_mps, leg.north_mps) == pytest.approx(expected)


def test_a_motion_ends_in_its_time_and_a_ship_that_lies_still_drifts() -> None:
    """Proves INT-08: cut within a leg; without way she is only set; sternway is way."""
    knots = 10.0 / KNOT_MPS
    (only,) = timed([(0.0, 0.0), (0.0, 100.0), (60.0, 100.0)], -knots, 5.0, (0.0, 0.5))
    assert (only.run_s, only.north_mps) == pytest.approx((5.0, 10.5))
    first, second, last = timed([(0.0, 0.0), (3.0, 4.0), (63.0, 84.0)], knots, 20.0, (1.0, 2.0))
    for leg, expected in (
        (first, (0.0, 0.5, 0.0, 0.0, 7.0, 10.0)),
        (second, (0.5, 10.0, 3.5, 5.0, 7.0, 10.0)),
        (last, (10.5, 9.5, 73.5, 105.0, 1.0, 2.0)),
    ):
        assert (leg.start_s, leg.run_s, leg.east_m, leg.north_m, leg.east_mps, leg.north_mps) == pytest.approx(expected)
    run, drift = timed([(0.0, 0.0), (5.0, 0.0)], 0.5 / KNOT_MPS, 20.0, (0.0, 0.0))
    assert (run.run_s, run.east_mps, drift.start_s, drift.east_m) == pytest.approx((10.0, 0.5, 10.0, 5.0))
    (still,) = timed([(0.0, 0.0), (0.0, 100.0)], 0.0, 8.0, (0.25, -0.5))
    assert still == Leg(0.0, 8.0, 0.0, 0.0, 0.25, -0.5)
    legs = timed([(0.0, 0.0), (30.0, 0.0), (30.0, 40.0)], knots, 7.0, (0.0, 0.0))
    assert [leg.start_s for leg in legs] == pytest.approx([0.0, 3.0])
    assert [leg.run_s for leg in legs] == pytest.approx([3.0, 4.0])


def test_the_drift_is_what_is_made_good_beside_the_heading() -> None:
    """Proves INT-08: from 1 kn over ground on; without a course there is none."""
    mps = 10.0 * KNOT_MPS
    assert drift_mps(0.0, 10.0, 90.0) == pytest.approx((mps, -mps))
    assert drift_mps(90.0, 10.0, 0.0) == pytest.approx((-mps, mps))
    assert drift_mps(30.0, 1.0, 30.0) == pytest.approx((0.0, 0.0))
    assert drift_mps(0.0, 1.0, 90.0) == pytest.approx((KNOT_MPS, -KNOT_MPS))
    assert drift_mps(0.0, -1.0, 90.0) == pytest.approx((-KNOT_MPS, KNOT_MPS))
    assert drift_mps(0.0, 0.99, 90.0) == (0.0, 0.0)
    assert drift_mps(0.0, 10.0, None) == (0.0, 0.0)


def plane() -> Plane:
    """Return the plane at our ship."""
    return Plane(35.0, 129.0)


def other(name: str, east_m: float, north_m: float, course: float, speed_kn: float, age_s: float = 0.0) -> Target:
    """Return a ship so far from ours when she was heard, `age_s` ago."""
    longitude, latitude = plane().position(east_m, north_m)
    return Target(name, "ais", latitude, longitude, speed_kn, course, None, age_s)


def passing(legs: list[Leg], *others: Target, within_m: float = 1e9, since_s: float = 0.0) -> list[tuple[float, float]]:
    """Return (CPA, TCPA) of each."""
    cpa_m, tcpa_s = closest(legs, plane(), Surroundings(Targets(others), None, since_s), within_m)
    return [(float(one), float(when)) for one, when in zip(cpa_m, tcpa_s, strict=True)]


def test_the_closest_point_is_that_of_the_whole_motion() -> None:
    """Proves INT-08: ahead, abeam, past, on the second leg, and where both keep their distance."""
    north = [Leg(0.0, 1000.0, 0.0, 0.0, 0.0, 5.0)]
    assert passing(north, other("ahead", 300.0, 2000.0, 0.0, 0.0)) == [pytest.approx((300.0, 400.0), abs=0.2)]
    assert passing(north, other("meets", 0.0, 2000.0, 180.0, 5.0 / KNOT_MPS)) == [pytest.approx((0.0, 200.0), abs=0.2)]
    assert passing(north, other("past", 300.0, -400.0, 180.0, 3.0)) == [pytest.approx((500.0, 0.0), abs=0.2)]
    assert passing(north, other("beside", 300.0, 400.0, 0.0, 5.0 / KNOT_MPS)) == [pytest.approx((500.0, 0.0), abs=0.2)]
    far = passing(north, other("beyond", 0.0, 9000.0, 0.0, 0.0))
    assert far == [pytest.approx((4000.0, 1000.0), abs=0.2)]
    turned = [Leg(0.0, 100.0, 0.0, 0.0, 0.0, 5.0), Leg(100.0, 100.0, 0.0, 500.0, 5.0, 0.0)]
    assert passing(turned, other("east", 300.0, 460.0, 0.0, 0.0)) == [pytest.approx((40.0, 160.0), abs=0.2)]
    moving = passing(turned, other("comes", 900.0, 500.0, 270.0, 2.0 / KNOT_MPS))
    assert moving == [pytest.approx((0.0, 100.0 + 700.0 / 7.0), abs=0.2)]
    # From 100 s on we go east from (200, 500) at 5 m/s; she is at (600, 600) by then, on her way to the south-east.
    bent = [Leg(0.0, 100.0, 0.0, 0.0, 2.0, 5.0), Leg(100.0, 200.0, 200.0, 500.0, 5.0, 0.0)]
    crossing = passing(bent, other("bent", 300.0, 900.0, 135.0, math.hypot(3.0, 3.0) / KNOT_MPS))
    when_s = 100.0 + (400.0 * 2.0 + 100.0 * 3.0) / (2.0**2 + 3.0**2)
    apart_m = math.hypot(400.0 - 2.0 * (when_s - 100.0), 100.0 - 3.0 * (when_s - 100.0))
    assert crossing == [pytest.approx((apart_m, when_s), abs=0.5)]
    slow = passing([Leg(0.0, 1000.0, 0.0, 0.0, 0.0, 0.0)], other("slow", 30.0, 200.0, 180.0, 0.5 / KNOT_MPS))
    assert slow == [pytest.approx((30.0, 400.0), abs=0.2)]
    both = passing(north, other("one", 100.0, 500.0, 0.0, 0.0), other("two", 50.0, 1000.0, 0.0, 0.0))
    assert both == [pytest.approx((100.0, 100.0), abs=0.2), pytest.approx((50.0, 200.0), abs=0.2)]


def test_a_ship_is_carried_on_from_when_she_was_heard_and_the_picture_was_made() -> None:
    """Proves INT-08: ten seconds and two, at 5 m/s to the north."""
    still = [Leg(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)]
    seen = other("she", 0.0, 1000.0, 0.0, 5.0 / KNOT_MPS, age_s=10.0)
    assert passing(still, seen, since_s=2.0) == [pytest.approx((1060.0, 0.0), abs=0.2)]
    eastward = other("she", 1000.0, 0.0, 90.0, 5.0 / KNOT_MPS, age_s=10.0)
    assert passing(still, eastward, since_s=2.0) == [pytest.approx((1060.0, 0.0), abs=0.2)]


def test_one_that_cannot_come_near_in_time_is_left_where_she_is() -> None:
    """Proves INT-08: both straight at each other for the whole time, and `within_m`: a metre more is too far."""
    run = [Leg(0.0, 60.0, 0.0, 0.0, 0.0, 5.0), Leg(60.0, 40.0, 0.0, 300.0, 5.0, 0.0)]
    # 500 m of ours, 400 m of hers at 4 m/s, and 600 m.
    near, far = other("near", 0.0, 1499.5, 180.0, 4.0 / KNOT_MPS), other("far", 0.0, 1500.5, 180.0, 4.0 / KNOT_MPS)
    (reckoned,), (left,) = passing(run, near, within_m=600.0), passing(run, far, within_m=600.0)
    assert reckoned[0] < 1000.0
    assert reckoned[1] > 0.0
    assert left == pytest.approx((1500.5, 0.0), abs=0.2)
    nobody = closest(run, plane(), Surroundings(Targets(())), 600.0)
    assert [len(np.atleast_1d(found)) for found in nobody] == [0, 0]
