"""The route aboard, told by what its guidance says: when she steers, what ends the following, what is announced (CMD-09)."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest

from control.alerts import Alerts
from control.command import KnownOrders, restore
from control.execution import Execution
from control.geometry import KNOT_MPS
from control.limits import ControlConfig
from control.messages import Actuate, Emit, Journal, Setpoint
from control.navigator import Navigator, route_record
from control.situation import Fact, Situation
from control.tracking import Follower, Guidance
from control.voyage import Voyage
from protocols.link.orders import Order
from protocols.link.passage import Mark, Passage, hash_of
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
"""A turn is announced 180 s before, and is an alarm where nobody has acknowledged it 30 s after."""
AT_SEA: dict[str, float] = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_COG": 80.0, "NAV_SOG": 9.0}
ON_LEG = Guidance(1, 80.0, None, 0.0, 50_000.0, 30.0, is_turning=False, is_last_leg=False, is_over=False, width_m=150.0)


def mark(latitude: float, longitude: float, *, continues: bool = False) -> Mark:
    """Return a waypoint 150 m wide."""
    return Mark("", latitude, longitude, 600.0, 150.0, 150.0, False, 12.0, 0, continues)


EAST = Passage("east", 3, (mark(34.929, 129.040), mark(34.938, 129.110), mark(34.915, 129.160)))
ENCODED = EAST.to_bytes()


class Line:
    """A follower whose guidance is the test's."""

    def __init__(self) -> None:
        """Follow the first leg."""
        self.guidance = ON_LEG
        self.leg = 1
        self.mark = mark(0.0, 0.0)
        self.next_leg = 1

    def look(self, latitude_deg: float, longitude_deg: float, speed_kn: float) -> Guidance:
        """Return the guidance; the leg changes with the look."""
        del latitude_deg, longitude_deg, speed_kn
        self.leg = self.next_leg
        return self.guidance


class Wheel:
    """A navigator with nothing around it."""

    def __init__(self, config: ControlConfig = CONFIG, kept: bytes = b"") -> None:
        """Begin at 100 s."""
        self.voyage = Voyage(config)
        self.execution = Execution(config, KnownOrders())
        self.alerts = Alerts(config.alerts)
        self.navigator = Navigator(self.voyage, self.execution, self.alerts, kept)
        self.line = Line()
        self.values = dict(AT_SEA)
        self.now_s = 100.0

    @property
    def situation(self) -> Situation:
        """What she knows, all of it just measured."""
        return Situation({name: Fact(value, Quality.GOOD, 0.0) for name, value in self.values.items()}, UTC_NS, True)

    def order(self, kind: str, **args: Any) -> Order:
        """Return an order of ann's about a route."""
        return Order("order", "petrel", "conn", kind, args, "ann", "c", "s", 1, 1, "boot", 10**9, UTC_NS)

    def do(self, kind: str, **args: Any) -> None:
        """Have an order carried out."""
        self.navigator.deeds()[kind](self.order(kind, **args))

    def follow(self) -> Wheel:
        """Load the route and follow the test's guidance."""
        self.do("route.load", route=ENCODED)
        self.do("route.activate", route_hash=hash_of(ENCODED))
        self.navigator._follower = cast("Follower", self.line)
        return self

    def look(self, after_s: float = 1.0, *, is_held: bool = False, **guidance: Any) -> list[tuple[Setpoint, str]]:
        """Let time pass and look, with the guidance changed; return what was moved by it."""
        self.line.guidance = dataclasses.replace(self.line.guidance, **guidance)
        self.now_s = round(self.now_s + after_s, 6)
        self.execution.outbox.clear()
        self.navigator.look(self.situation, self.now_s, is_held=is_held)
        return self.moves()

    def moves(self) -> list[tuple[Setpoint, str]]:
        """Return (setpoint, cause) of what was moved."""
        return [(one.setpoint, one.cause) for one in self.execution.outbox if isinstance(one, Actuate)]

    def told(self) -> list[dict[str, Any]]:
        """Return the bodies told of routes."""
        return [dict(one.body) for one in self.execution.outbox if isinstance(one, Emit) and one.kind == "route"]

    def why(self) -> list[tuple[str, str]]:
        """Return (what, why) of each."""
        return [(one["what"], one["why"]) for one in self.told()]


def test_a_route_is_kept_over_restarts_told_in_full_and_moves_nothing() -> None:
    """Proves CMD-09: its very bytes, in a place of their own in the journal; none is followed after a restart."""
    ship = Wheel()
    assert ship.navigator.aboard is None
    ship.do("route.load", route=ENCODED)
    (kept,) = [one for one in ship.execution.outbox if isinstance(one, Journal)]
    assert (kept.record, kept.standing) == (route_record(ENCODED), "route")
    assert ship.told() == [{
        "what": "loaded", "why": "by ann", "hash": hash_of(ENCODED), "id": "east", "revision": 3, "leg": 0,
    }]  # fmt: skip
    again = Wheel(kept=restore([kept.record]).route)
    for one in (ship, again):
        assert one.navigator.aboard is not None
        assert (one.navigator.aboard.hash, one.navigator.aboard.leg) == (hash_of(ENCODED), 0)
        assert not one.navigator.is_following
        assert one.look() == []


def test_what_is_told_before_any_route_is_loaded_names_none() -> None:
    """Proves CMD-09: activating nothing follows nothing; a ship that follows no routes follows none."""
    ship = Wheel()
    ship.do("route.activate", route_hash="0" * 64)
    assert (ship.navigator.is_following, ship.execution.outbox) == (False, [])
    ship.navigator._tell("nothing", "")
    assert ship.told() == [{"what": "nothing", "why": "", "hash": "", "id": "", "revision": 0, "leg": 0}]
    other = Wheel(dataclasses.replace(CONFIG, tracking=None))
    other.do("route.load", route=ENCODED)
    other.do("route.activate", route_hash=hash_of(ENCODED))
    assert not other.navigator.is_following


def test_activating_takes_the_steering_and_begins_on_the_leg_that_is_ordered() -> None:
    """Proves CMD-09, CMD-08: a course that was kept is not any more trimmed against the route; the next look steers."""
    ship = Wheel()
    ship.do("route.load", route=ENCODED)
    ship.execution.outbox.clear()
    ship.do("route.activate", route_hash=hash_of(ENCODED), leg=2)
    assert [(one["what"], one["why"], one["leg"]) for one in ship.told()] == [("activated", "by ann", 2)]
    assert ship.navigator.aboard is not None
    assert (ship.navigator.is_following, ship.navigator.aboard.leg) == (True, 2)
    assert ship.execution.is_claimed_by("order", ("steering",))
    assert ship.look(0.0) != []


def test_she_steers_once_a_second_and_only_what_has_changed() -> None:
    """Proves CMD-09: at once, then each second; half a degree is ordered, four tenths are not; rounded, north is nought."""
    ship = Wheel().follow()
    ship.now_s = 0.5  # in the first second of the machine as well
    assert ship.look(0.0) == [(Setpoint("heading", 80.0), "route")]
    assert ship.look(0.9, course_deg=85.0) == []
    assert ship.look(0.1) == [(Setpoint("heading", 85.0), "route")]
    for course_deg, ordered in ((85.4, None), (84.6, None), (85.5, 85.5), (85.0, 85.0), (84.54, 84.5), (359.97, 0.0)):
        moved = ship.look(1.0, course_deg=course_deg)
        assert moved == ([] if ordered is None else [(Setpoint("heading", ordered), "route")]), course_deg
    assert ship.look(1.0, course_deg=359.6) == []
    assert ship.look(1.0, course_deg=359.5) == [(Setpoint("heading", 359.5), "route")]


def test_a_turn_is_ordered_with_its_rate() -> None:
    """Proves CMD-09: to a tenth of a degree a minute; on a leg the autopilot has its own."""
    ship = Wheel().follow()
    assert ship.look(course_deg=90.0, rate_deg_min=23.46, is_turning=True) == [
        (Setpoint("heading", 90.0, 23.5), "route")
    ]
    assert ship.look(course_deg=100.0, rate_deg_min=None, is_turning=False) == [(Setpoint("heading", 100.0), "route")]


def test_a_rudder_that_was_in_force_is_replaced_though_the_heading_fits() -> None:
    """Proves CMD-09, CMD-08: taken up from a stick, the first look orders the course."""
    ship = Wheel()
    ship.execution.actuate(Setpoint("rudder", 5.0), "stick")
    ship.follow()
    assert ship.look() == [(Setpoint("heading", 80.0), "route")]
    assert ship.look() == []
    other = Wheel()  # a heading that was in force and fits is left alone
    other.execution.actuate(Setpoint("heading", 80.0), "ann's order")
    other.follow()
    assert other.look() == []


def test_she_steers_against_the_drift_that_she_has() -> None:
    """Proves CMD-09: set six degrees to starboard she comes to head six to port of the course, and forgets it when activated."""
    ship = Wheel().follow()
    ship.values["NAV_COG"] = 86.0
    for _ in range(200):
        ship.look()
    assert ship.execution.setpoints.heading_deg == pytest.approx(74.3, abs=0.4)
    ship.follow()
    assert ship.look(0.0, course_deg=120.0) == [(Setpoint("heading", 119.8), "route")]


@pytest.mark.parametrize(
    "other", [Setpoint("heading", 81.0), Setpoint("rudder", 0.0), Setpoint("neutral"), Setpoint("emergency_stop", 0.0)]
)
def test_whatever_else_steers_ends_the_following(other: Setpoint) -> None:
    """Proves CMD-09: told once; only a new activation begins it again, though the setpoint comes back."""
    ship = Wheel().follow()
    ship.look()
    ship.execution.actuate(other, "another")
    assert ship.look() == []
    assert ship.why() == [("suspended", "something else steers")]
    assert ship.told()[0]["leg"] == 0
    assert (ship.navigator.is_following, ship.navigator.guidance) == (False, None)
    ship.execution.actuate(Setpoint("heading", 80.0), "another")
    assert (ship.look(), ship.told()) == ([], [])


def test_an_order_of_the_engine_does_not_end_it_and_a_hold_does() -> None:
    """Proves CMD-09, FBK-01: speed is the operator's on a route; the ladder, the bridge and a station take her whole."""
    ship = Wheel().follow()
    ship.look()
    ship.execution.actuate(Setpoint("propulsion", 30.0), "ann's order")
    assert (ship.look(), ship.told(), ship.navigator.is_following) == ([], [], True)
    assert ship.look(is_held=True) == []
    assert ship.why() == [("suspended", "the ladder, the bridge or a station that is kept has taken over")]
    ship.look(is_held=True)
    assert ship.told() == []


def test_an_operator_suspends_it_and_the_last_waypoint_ends_it() -> None:
    """Proves CMD-09: the heading last ordered stays in force; there is nothing to suspend twice."""
    ship = Wheel().follow()
    ship.look()
    ship.execution.outbox.clear()
    ship.do("route.suspend")
    ship.do("route.suspend")
    assert (ship.why(), ship.moves()) == ([("suspended", "by ann")], [])
    assert ship.execution.setpoints.heading_deg == 80.0
    ship = Wheel().follow()
    assert ship.look(is_over=True, course_deg=200.0) == []
    assert ship.why() == [("suspended", "the last waypoint is reached")]


@pytest.mark.parametrize("lost", ["NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"])
def test_ten_seconds_without_a_fix_end_it_and_each_fix_begins_them_anew(lost: str) -> None:
    """Proves CMD-09, INT-02: meanwhile the heading stands; position, heading and speed alike."""
    ship = Wheel().follow()
    ship.look()
    del ship.values[lost]
    for _ in range(9):
        assert ship.look(1.0, course_deg=100.0) == []
    ship.values[lost] = AT_SEA[lost]
    assert ship.look(1.0) != []
    del ship.values[lost]
    ship.look(1.0)
    ship.look(9.0)
    assert (ship.told(), ship.navigator.is_following) == ([], True)
    ship.look(1.0)
    assert ship.why() == [("suspended", "no position, heading or speed")]
    ship.follow()  # what was lost under a former following is not held against a new one
    ship.look(1.0)
    assert ship.navigator.is_following


def test_a_new_leg_is_told_and_may_be_one_to_be_sailed_on() -> None:
    """Proves CMD-09, FBK-01: by the number of its waypoint; it continues only where that was declared, and while followed."""
    ship = Wheel().follow()
    ship.look()
    seen = [ship.navigator.continues]
    ship.line.next_leg, ship.line.mark = 2, mark(0.0, 0.0, continues=True)
    ship.look(leg=2)
    assert ship.why() == [("leg", "bound for waypoint 3")]
    assert ship.told()[0]["leg"] == 2
    seen.append(ship.navigator.continues)
    ship.look()
    assert ship.told() == []
    ship.navigator.suspend("test")
    assert [*seen, ship.navigator.continues] == [False, True, False]


def active(ship: Wheel, name: str) -> bool:
    """Return whether an alert is up."""
    return name in ship.alerts.active()


def test_off_track_is_an_alarm_beyond_the_width_of_her_side() -> None:
    """Proves CMD-09, ALT-09: to port as to starboard, at the width not yet; it ends with the following."""
    for sign in (1.0, -1.0):
        ship = Wheel().follow()
        for _ in range(5):
            ship.look(cross_track_m=sign * 150.0)
        assert not active(ship, "off-track")
        for _ in range(5):
            ship.look(cross_track_m=sign * 150.1)
        assert active(ship, "off-track")
        ship.navigator.suspend("test")
        ship.look(6.0)
        ship.look(6.0)
        assert ship.alerts.state_of("off-track") in ("normal", "rectified-unacknowledged")


AHEAD_M = 9.0 * KNOT_MPS * 180.0


@pytest.mark.parametrize(
    ("guidance", "name"),
    [
        ({"to_wheel_over_m": AHEAD_M}, "course-change"),
        ({"to_wheel_over_m": AHEAD_M + 0.1}, ""),
        ({"to_wheel_over_m": 10.0, "next_turn_deg": 1.0}, "course-change"),
        ({"to_wheel_over_m": 10.0, "next_turn_deg": -1.0}, "course-change"),
        ({"to_wheel_over_m": 10.0, "next_turn_deg": 0.9}, ""),
        ({"to_wheel_over_m": 10.0, "next_turn_deg": 0.0}, ""),
        ({"to_wheel_over_m": 0.0, "next_turn_deg": 0.4, "is_turning": True}, "course-change"),
        ({"to_wheel_over_m": AHEAD_M - 0.1, "next_turn_deg": 0.0, "is_last_leg": True}, "route-end"),
        ({"to_wheel_over_m": AHEAD_M + 0.1, "next_turn_deg": 0.0, "is_last_leg": True}, ""),
    ],
)
def test_a_turn_and_the_end_are_announced_three_minutes_before(guidance: dict[str, Any], name: str) -> None:
    """Proves CMD-09: by her speed; a waypoint in a straight line is neither a change of course nor the end of the route."""
    ship = Wheel().follow()
    ship.line.next_leg = 2
    ship.look(**guidance)
    assert [one for one in ("course-change", "route-end") if active(ship, one)] == ([name] if name else [])
    assert not active(ship, "turn-unconfirmed")


def test_a_waypoint_due_ahead_on_a_straight_line_is_not_called_the_end() -> None:
    """Proves CMD-09: three waypoints due north; passing the second says nothing, coming to the third says that it is the last."""
    north = Passage("north", 1, tuple(mark(latitude, 129.05) for latitude in (34.90, 34.93, 34.96)))
    ship = Wheel()
    ship.do("route.load", route=north.to_bytes())
    ship.do("route.activate", route_hash=hash_of(north.to_bytes()))
    ship.values.update(NAV_HDG=0.0, NAV_COG=0.0)
    for latitude, names in ((34.925, []), (34.931, []), (34.958, ["route-end"])):
        ship.values["NAV_LAT"] = latitude
        ship.look()
        assert [one for one in ("course-change", "route-end") if active(ship, one)] == names, latitude


def test_without_a_speed_nothing_is_announced_and_without_a_route_neither() -> None:
    """Proves CMD-09, INT-02: what is not known is not nought metres to go."""
    ship = Wheel().follow()
    ship.look(to_wheel_over_m=10.0)
    assert active(ship, "course-change")
    other = Wheel().follow()
    other.values["NAV_SOG"] = 0.0
    other.look(to_wheel_over_m=50.0)
    del other.values["NAV_SOG"]
    other.look()
    assert not active(other, "course-change")
    assert (Wheel().look(), Wheel().alerts.active()) == ([], ())


def turning(acknowledged: str = "") -> Wheel:
    """Return a ship whose wheel has just gone over, at 102 s; the announcement acknowledged before or after, or not."""
    ship = Wheel().follow()
    ship.look(to_wheel_over_m=10.0)
    if acknowledged:
        assert getattr(ship.alerts, acknowledged)("course-change", ship.now_s)
    ship.line.next_leg = 2
    ship.look(is_turning=True, to_wheel_over_m=0.0, leg=2)
    return ship


@pytest.mark.parametrize(("acknowledged", "late"), [("", True), ("silence", True), ("acknowledge", False)])
def test_a_turn_that_nobody_has_acknowledged_is_an_alarm_half_a_minute_after_the_wheel(
    acknowledged: str, late: bool
) -> None:
    """Proves CMD-09, ALT-04: at thirty seconds and not before; silenced is not acknowledged; it ends with the turn."""
    ship = turning(acknowledged)
    ship.look(29.9)
    assert not active(ship, "turn-unconfirmed")
    ship.look(0.1)
    assert active(ship, "turn-unconfirmed") is late
    if late:
        ship.look(is_turning=False, to_wheel_over_m=50_000.0)
        ship.look(3.0)
        assert ship.alerts.state_of("turn-unconfirmed") == "rectified-unacknowledged"


def test_a_route_has_its_own_say_about_loading_and_activating_and_none_about_other_orders() -> None:
    """Proves CMD-09: another while one is followed; a hash that is not aboard; a heading is no business of a route's."""
    ship = Wheel()

    def against(kind: str, **args: Any) -> list[str]:
        return [one.name for one in ship.navigator.objections(ship.order(kind, **args), ship.situation)]

    assert against("route.load", route=ENCODED) == []
    assert against("route.load", route=b"\x00") == ["route_malformed"]
    assert against("route.activate", route_hash=hash_of(ENCODED)) == ["no_route"]
    ship.follow()
    assert against("route.load", route=ENCODED) == ["route_active"]
    assert against("route.activate", route_hash=hash_of(ENCODED)) == []
    assert against("route.activate", route_hash="0" * 64) == ["other_route"]
    assert against("route.suspend") == against("conn.heading", heading_deg=80.0) == []
    bound = ship.navigator.bound(ship.order("route.activate", route_hash=hash_of(ENCODED)), ship.situation)
    assert set(bound) == {"heading_deg"}
    assert bound["heading_deg"] == pytest.approx(77.0, abs=0.5)
    assert Wheel().navigator.bound(ship.order("route.activate", route_hash="x"), ship.situation) == {}
