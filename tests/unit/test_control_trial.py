"""The trial manoeuvre: the track of an order and who passes how near, before it is given (INT-08)."""

from __future__ import annotations

import dataclasses
import math

import pytest

from control.context import Context, Setpoints
from control.geometry import KNOT_MPS, Plane
from control.situation import Fact, Situation
from control.surroundings import Surroundings, Target, Targets
from control.trial import PASSINGS_MAX, TRIED, trial
from protocols.link.cbor import Plain
from protocols.link.orders import ORDER_KINDS
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
"""900 s ahead, 500 m; 14 kn at 100 %."""
PLANE = Plane(34.93, 129.05)
HERE = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 90.0, "NAV_SOG": 10.0, "NAV_COG": 90.0}
KN10 = 10.0 * KNOT_MPS


def ship(name: str, east_m: float, north_m: float) -> Target:
    """Return another ship that lies so far from ours."""
    longitude, latitude = PLANE.position(east_m, north_m)
    return Target(name, "ais", latitude, longitude, 0.0, 0.0, None, 1.0)


def order(
    kind: str, *others: Target, missing: str = "", args: dict[str, Plain] | None = None, **changes: float
) -> Context:
    """Return an order among these other ships."""
    facts = {
        name: Fact(value, Quality.GOOD, 0.1) for name, value in (HERE | changes).items() if name != missing
    }  # fmt: skip
    situation = Situation(facts, UTC_NS, surroundings=Surroundings(Targets(others), 1.0))
    return Context(kind, args or {}, situation, CONFIG, Setpoints(), None, is_stop_latched=False)


def track(context: Context) -> list[tuple[float, float, float]]:
    """Return (east, north, seconds) of each mark of the trial, rounded to a metre and a second."""
    found = trial(context)
    assert found is not None
    places = [(*PLANE.xy(mark.longitude_deg, mark.latitude_deg), mark.in_s) for mark in found.track]
    return [(round(east_m), round(north_m), round(in_s)) for east_m, north_m, in_s in places]


def test_what_moves_her_is_tried_and_nothing_else() -> None:
    """Proves INT-08: the four kinds with a predicted track; none while she does not know where she is."""
    assert {"conn.heading", "conn.rudder", "conn.propulsion", "conn.station_keep"} == TRIED
    for kind in ORDER_KINDS:
        assert (trial(order(kind)) is not None) is (kind in TRIED), kind
    for missing in ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"):
        assert trial(order("conn.heading", missing=missing)) is None


def test_the_track_runs_to_its_end_from_where_she_is() -> None:
    """Proves INT-08: straight on at 10 kn is 4,630 m in a quarter of an hour; set across by a current it is beside."""
    ahead_m = round(KN10 * 900.0)
    along = track(order("conn.heading", args={"heading_deg": 90.0}))
    assert (along[0], along[-1]) == ((0, 0, 0), (ahead_m, 0, 900))
    aside = track(order("conn.heading", args={"heading_deg": 90.0}, NAV_COG=96.0))
    bow = math.radians(96.0)
    assert aside[-1] == (
        pytest.approx(ahead_m * math.sin(bow), abs=2), pytest.approx(ahead_m * math.cos(bow), abs=2), 900,
    )  # fmt: skip


def test_where_a_speed_is_ordered_the_track_is_run_at_that() -> None:
    """Proves INT-08: half of 14 kn; the last of the motions she may make, not the first."""
    half_m = round(7.0 * KNOT_MPS * 900.0)
    assert track(order("conn.propulsion", args={"propulsion_pct": 50.0}))[-1] == (half_m, 0, 900)


def test_a_turn_has_its_marks_in_the_order_of_time() -> None:
    """Proves INT-08: reach, arc and the way after it; the end is north of her and later than all."""
    found = track(order("conn.heading", args={"heading_deg": 0.0}))
    assert [one[2] for one in found] == sorted(one[2] for one in found)
    assert (found[0], found[-1][2]) == ((0, 0, 0), 900)
    assert found[-1][0] == pytest.approx(180.0 + 260.0, abs=25.0)  # reach and radius east
    assert found[-1][1] > 3500.0
    assert len(found) > 5
    east = track(order("conn.heading", args={"heading_deg": 90.0}, NAV_HDG=0.0, NAV_COG=0.0))
    assert east[-1][0] > 3500.0


def test_at_a_station_she_lies_where_she_is() -> None:
    """Proves INT-08: two marks of one place."""
    assert track(order("conn.station_keep", args={"radius_m": 60.0})) == [(0, 0, 0), (0, 0, 900)]


def test_those_within_the_limits_come_first_and_then_by_distance() -> None:
    """Proves INT-08: twenty at most; the nearest of the others after the farthest within the limits."""
    others = [
        ship("far", 2000.0, 900.0),
        ship("near", 2000.0, 400.0),
        ship("nearer", 3000.0, 100.0),
        ship("off", 1000.0, 600.0),
    ]
    found = trial(order("conn.heading", *others, args={"heading_deg": 90.0}))
    assert found is not None
    assert [one.target.name for one in found.passings] == ["nearer", "near", "off", "far"]
    assert [one.is_within_limits for one in found.passings] == [True, True, False, False]
    # One that is nearer and past the limits of time is none within them.
    many = [ship(str(number), 1000.0, 501.0 + 10.0 * number) for number in range(PASSINGS_MAX + 3)]
    more = trial(order("conn.heading", *reversed(many), args={"heading_deg": 90.0}))
    assert more is not None
    assert [one.target.name for one in more.passings] == [str(number) for number in range(20)]


def test_with_her_engine_stopped_she_goes_where_the_current_sets_her() -> None:
    """Proves INT-08: from here, for as long as is looked ahead; the current is what she has now across and along."""
    bow = math.radians(96.0)
    set_m = (KN10 * 900.0 * (math.sin(bow) - 1.0), KN10 * 900.0 * math.cos(bow))
    found = track(order("conn.propulsion", args={"propulsion_pct": 0.0}, NAV_COG=96.0))
    assert found == [(0, 0, 0), (pytest.approx(set_m[0], abs=1), pytest.approx(set_m[1], abs=1), 900)]


def test_a_ship_that_lies_still_has_a_track_of_one_place() -> None:
    """Proves INT-08: she stays where she is for as long as is looked ahead."""
    still = order("conn.heading", args={"heading_deg": 90.0}, NAV_SOG=0.0)
    assert track(still) == [(0, 0, 0), (0, 0, 900)]
    none = dataclasses.replace(CONFIG, phases={"coastal": dataclasses.replace(CONFIG.limits, tcpa_s=0.0)})
    found = trial(dataclasses.replace(still, config=none))
    assert found is not None
    assert found.track == ()
