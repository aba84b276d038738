"""INT-08 as figures, dense at each limit, without a ship around it: motions, passings, reasons, and the watch for danger."""

from __future__ import annotations

import dataclasses
import math

import pytest

from control import collision
from control.collision import CollisionWatch, Own, clear_of_traffic, dangers, motions, own_ship, passings, straight
from control.context import Context, Setpoints
from control.encounter import Mover
from control.geometry import KNOT_MPS, Plane
from control.limits import ControlConfig
from control.prediction import Leg
from control.situation import Fact, Situation
from control.surroundings import Surroundings, Target, Targets
from protocols.link.cbor import Plain
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
"""500 m and 900 s; unheard for 60 s is stale; nobody heard for 60 s keeps no lookout; 14 kn at 100 %."""
HERE = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 0.0, "NAV_SOG": 10.0, "NAV_COG": 0.0}
KN10 = 10.0 * KNOT_MPS


def ship(
    name: str = "she", east_m: float = 0.0, north_m: float = 2000.0, course: float | None = 0.0, knots: float | None = 0.0,
    age_s: float = 0.0, doubt: str = "",
) -> Target:  # fmt: skip
    """Return another ship so far from ours."""
    longitude, latitude = Plane(34.93, 129.05).position(east_m, north_m)
    return Target(name, "ais", latitude, longitude, knots, course, None, age_s, doubt)


def seen(*others: Target, heard_s: float | None = 1.0, since_s: float = 0.0, **changes: float | None) -> Situation:
    """Return what is known; a channel that is None is absent."""
    values = {name: value for name, value in (HERE | changes).items() if value is not None}
    facts = {name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()}
    return Situation(facts, UTC_NS, surroundings=Surroundings(Targets(others), heard_s, since_s))


def order(kind: str, situation: Situation, config: ControlConfig = CONFIG, **args: Plain) -> Context:
    """Return an order as the rule sees it."""
    return Context(kind, dict(args), situation, config, Setpoints(), None, False)


def refused(kind: str, situation: Situation, config: ControlConfig = CONFIG, **args: Plain) -> list[str]:
    """Return the names of what the rule has against an order."""
    return [one.name for one in clear_of_traffic(order(kind, situation, config, **args))]


def own(course: float | None = 0.0, heading: float = 0.0, knots: float = 10.0) -> Own:
    """Return our ship on her plane."""
    return Own(Plane(34.93, 129.05), heading, knots, course)


def test_our_own_ship_is_known_by_position_heading_and_speed() -> None:
    """Proves INT-08, INT-02: without any of the four there is no judgement; her course over ground is more than her heading."""
    found = own_ship(seen())
    assert found is not None
    assert (found.heading_deg, found.speed_kn, found.course_deg) == (0.0, 10.0, 0.0)
    for channel in ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"):
        assert own_ship(seen(**{channel: None})) is None
    assert own(course=20.0, heading=10.0).mover == Mover(0.0, 0.0, 20.0, 10.0)
    assert own(course=None, heading=10.0).mover == Mover(0.0, 0.0, 10.0, 10.0)


def test_what_she_may_do_for_an_order() -> None:
    """Proves INT-08: on at her speed, and at the one that is ordered; at a station she lies still, held against the drift."""
    still = motions(order("conn.station_keep", seen(), radius_m=60.0), own(), 900.0)
    assert still == [[Leg(0.0, 900.0, 0.0, 0.0, 0.0, 0.0)]]
    ((only,),) = motions(order("conn.heading", seen(), heading_deg=0.0), own(), 100.0)
    assert (only.run_s, only.north_mps) == (pytest.approx(100.0), pytest.approx(KN10))
    for percent in (50.0, -50.0):
        now, then = motions(order("conn.propulsion", seen(), propulsion_pct=percent), own(), 100.0)
        assert [now[0].north_mps, then[0].north_mps] == pytest.approx([KN10, 7.0 * KNOT_MPS])
        assert [now[0].run_s, then[0].run_s] == pytest.approx([100.0, 100.0])
    (drifting,) = motions(order("conn.heading", seen(), heading_deg=0.0), own(course=90.0), 100.0)
    assert [drifting[0].east_mps, drifting[0].north_mps] == pytest.approx([KN10, 0.0])
    (astern,) = motions(order("conn.heading", seen(), heading_deg=0.0), own(knots=-10.0, course=None), 100.0)
    assert astern[0].run_s == pytest.approx(100.0)


def test_when_nothing_is_ordered_she_goes_on_as_she_goes() -> None:
    """Proves INT-08: along her heading, set by east and north of the drift each by its own."""
    (leg,) = straight(own(heading=90.0), 900.0, (1.0, 0.25))
    assert (leg.start_s, leg.run_s, leg.east_m, leg.north_m) == (0.0, 900.0, 0.0, 0.0)
    assert [leg.east_mps, leg.north_mps] == pytest.approx([KN10 + 1.0, 0.25])


def test_the_nearest_of_all_motions_is_told_and_the_class_is_that_of_now() -> None:
    """Proves INT-08: the slower of two speeds may be the nearer; who passes clear is safe, whatever her bearing."""
    ahead, beside = ship("ahead", 100.0, 1500.0), ship("beside", 4000.0, 0.0)
    moves = order("conn.heading", seen(ahead, beside), heading_deg=0.0)
    near, clear = passings(moves, own())
    assert (near.target.name, near.cpa_m, near.is_within_limits) == ("ahead", pytest.approx(100.0, abs=0.5), True)
    assert near.tcpa_s == pytest.approx(1500.0 / KN10, abs=0.5)
    assert (clear.encounter, clear.is_within_limits) == ("safe", False)
    crossing = ship("crossing", 1500.0, 1500.0, 270.0, 10.0, age_s=4.0)
    (both,) = passings(order("conn.propulsion", seen(crossing, since_s=2.0), propulsion_pct=100.0), own())
    assert (both.encounter, both.age_s) == ("crossing_give_way", 6.0)
    assert both.cpa_m == pytest.approx(6.0 * KN10 / math.sqrt(2.0), abs=2.0)
    # She is taken to head north where she tells nothing: half a degree further aft she would be overtaken.
    bow = ship("dark", 450.0 * math.sin(math.radians(67.7)), 450.0 * math.cos(math.radians(67.7)), None, None)
    assert passings(order("conn.heading", seen(bow), heading_deg=0.0), own())[0].encounter == "crossing_give_way"
    (unknown,) = passings(order("conn.heading", seen(ship("dark", 100.0, 1500.0, None, 9.0)), heading_deg=0.0), own())
    assert unknown.encounter == "overtaking"


@pytest.mark.parametrize(("east_m", "is_near"), [(499.0, True), (501.0, False)])
def test_the_limit_is_the_configured_distance(east_m: float, *, is_near: bool) -> None:
    """Proves INT-08: nearer than 500 m or not."""
    moves = order("conn.heading", seen(ship("she", east_m, 1500.0)), heading_deg=0.0)
    assert passings(moves, own())[0].is_within_limits is is_near


MEETING = ship("she", 0.0, 2500.0)
EASTWARD = {"NAV_HDG": 90.0, "NAV_COG": 90.0}


@pytest.mark.parametrize(
    ("kind", "args", "is_judged"),
    [
        ("conn.heading", {"heading_deg": 350.0}, True),
        ("conn.course", {"heading_deg": 350.0}, True),
        ("route.activate", {"heading_deg": 350.0}, True),
        ("route.load", {"heading_deg": 350.0}, False),
        ("conn.rudder", {"heading_deg": 350.0}, False),
        ("conn.direct", {"heading_deg": 350.0}, False),
        ("conn.phase", {"heading_deg": 350.0}, False),
        ("conn.controlled_stop", {"heading_deg": 350.0}, False),
        ("conn.heading", {"heading_deg": 350.0, "collision_reason": "agreed"}, False),
        ("conn.heading", {"heading_deg": 350.0, "collision_reason": " "}, True),
    ],
)
def test_what_moves_her_is_judged_and_what_stops_or_steers_her_by_hand_is_not(
    kind: str, args: dict[str, Plain], *, is_judged: bool
) -> None:
    """Proves INT-08: with the operator's reason it goes through."""
    assert (refused(kind, seen(MEETING, **EASTWARD), **args) == ["close_quarters"]) is is_judged


def test_a_lookout_of_a_minute_is_one_and_a_longer_silence_is_told_with_its_age() -> None:
    """Proves INT-08: to the second, the picture's own age with it; where nobody must listen nothing is said."""
    assert refused("conn.heading", seen(heard_s=58.0, since_s=2.0), heading_deg=0.0) == []
    (reason,) = clear_of_traffic(order("conn.heading", seen(heard_s=58.0, since_s=2.06), heading_deg=0.0))
    found = (reason.name, reason.rule, reason.value, reason.limit, reason.unit)
    assert found == ("lookout_silent", "INT-08", 60.1, 60.0, "s")
    assert reason.age_s == pytest.approx(60.06)
    (never,) = clear_of_traffic(order("conn.heading", seen(heard_s=None), heading_deg=0.0))
    assert (never.name, never.value, never.age_s) == ("lookout_silent", None, None)
    limits = dataclasses.replace(CONFIG.limits, without_lookout="allow")
    alone = dataclasses.replace(CONFIG, phases=CONFIG.phases | {CONFIG.phase: limits})
    assert refused("conn.heading", seen(heard_s=None), alone, heading_deg=0.0) == []


def test_what_makes_it_better_by_ten_metres_is_not_refused() -> None:
    """Proves INT-08: she would pass 300 m to starboard as we go; a small turn to port is better, one to starboard worse."""
    there = seen(ship("she", 300.0, 4000.0), NAV_COG=None)
    assert refused("conn.heading", there, heading_deg=0.0) == ["close_quarters"]
    nearer_by_m = {degrees: 4000.0 * math.sin(math.radians(degrees)) for degrees in (0.05, 0.2)}
    assert nearer_by_m[0.05] < 9.0
    assert nearer_by_m[0.2] > 12.0
    assert refused("conn.heading", there, heading_deg=359.95) == ["close_quarters"]
    assert refused("conn.heading", there, heading_deg=359.8) == []
    assert refused("conn.heading", there, heading_deg=0.2) == ["close_quarters"]
    assert collision.BETTER_M == 10.0


def test_the_drift_counts_in_what_she_does_without_the_order_too() -> None:
    """Proves INT-08: a current to the east sets her clear of one ahead; to hold her heading is no worse and no better."""
    there = seen(ship("she", 300.0, 3000.0), NAV_COG=5.0)
    assert refused("conn.heading", there, heading_deg=0.0) == ["close_quarters"]
    assert refused("conn.heading", there, heading_deg=358.0) == []
    southward = seen(ship("she", 3000.0, 300.0), NAV_HDG=90.0, NAV_COG=85.0)
    assert refused("conn.heading", southward, heading_deg=90.0) == ["close_quarters"]
    assert refused("conn.heading", southward, heading_deg=92.0) == []


def test_five_are_told_of_and_the_others_counted() -> None:
    """Proves INT-08: the first to be met first; the nearest moment of each counts, not the last."""
    for count, expected in ((5, []), (6, ["more_targets"]), (8, ["more_targets"])):
        crowd = [ship(f"{number}", 0.0, 4200.0 - 250.0 * number) for number in range(count)]
        reasons = clear_of_traffic(order("conn.heading", seen(*crowd, **EASTWARD), heading_deg=0.0))
        assert [one.name for one in reasons] == 5 * ["close_quarters"] + expected
        assert [one.text.split()[0] for one in reasons[:5]] == [f"{count - 1 - place}" for place in range(5)]
        if expected:
            assert (reasons[5].rule, reasons[5].value, reasons[5].limit) == ("INT-08", count, 0)


def test_a_refusal_tells_the_nearest_of_all_that_she_may_do() -> None:
    """Proves INT-08: at the speed she has she would meet her, at the one that is ordered pass some hundred metres ahead."""
    crossing = ship("crossing", 1500.0, 1500.0, 270.0, 10.0)
    (reason,) = clear_of_traffic(order("conn.propulsion", seen(crossing), propulsion_pct=85.0))
    assert reason.value == 0
    assert collision.NM_M == 1852.0


@pytest.mark.parametrize(
    ("other", "name", "age_s"),
    [
        (ship(age_s=60.0), "close_quarters", 60.0),
        (ship(age_s=60.5), "stale_target", 60.5),
        (ship(doubt="she jumped"), "doubted_target", 0.0),
        (ship(doubt="she jumped", age_s=90.0), "doubted_target", 90.0),
        (ship(knots=None), "motion_unknown", 0.0),
        (ship(course=None), "motion_unknown", 0.0),
    ],
)
def test_what_is_stale_doubted_or_untold_has_its_own_name(other: Target, name: str, age_s: float) -> None:
    """Proves INT-08: with distance, limit, unit and age."""
    (reason,) = clear_of_traffic(order("conn.propulsion", seen(other), propulsion_pct=70.0))
    assert (reason.name, reason.rule, reason.limit, reason.unit, reason.age_s) == (name, "INT-08", 500.0, "m", age_s)
    assert isinstance(reason.value, int)
    assert "at 0.00 NM" in reason.text
    assert "limit is 0.27 NM" in reason.text


def test_danger_is_fresh_undoubted_and_in_the_order_of_meeting() -> None:
    """Proves INT-08: as things are, ours and theirs; nobody is in danger who is not known to be."""
    late, soon = ship("late", 0.0, 3000.0, age_s=60.0), ship("soon", 499.0, 1000.0)
    clear, old, doubted = ship("clear", 501.0, 1000.0), ship("old", age_s=60.5), ship("doubted", doubt="she jumped")
    found = dangers(seen(late, soon, clear, old, doubted), CONFIG)
    assert [one.target.name for one in found] == ["soon", "late"]
    assert [one.target.name for one in dangers(seen(ship(age_s=58.0), since_s=2.0), CONFIG)] == ["she"]
    assert dangers(seen(ship(age_s=58.0), since_s=2.5), CONFIG) == ()
    assert dangers(seen(), CONFIG) == ()
    assert dangers(seen(late, NAV_LAT=None), CONFIG) == ()
    (set_east,) = dangers(seen(ship("east", 2000.0, 0.0), NAV_COG=90.0), CONFIG)
    assert (set_east.cpa_m, set_east.tcpa_s) == (pytest.approx(0.0, abs=1.0), pytest.approx(2000.0 / KN10, abs=0.5))
    assert set_east.target.name == "east"


def test_the_watch_looks_once_a_second() -> None:
    """Proves INT-08: from the first moment on, at the second itself and not before."""
    watch, near, nobody = CollisionWatch(), seen(ship()), seen()
    assert watch.look(near, CONFIG, 0.0)
    assert watch.look(nobody, CONFIG, 0.99)
    assert not watch.look(nobody, CONFIG, 1.0)
    assert not watch.look(near, CONFIG, 1.5)
    assert watch.look(near, CONFIG, 2.0)
    assert CollisionWatch.EVERY_S == 1.0
