"""The order to keep her station: by whom, where, how wide; what ends it, and what she does while it is kept."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from control.keeping import Spot
from control.limits import ControlConfig
from control.messages import Setpoint
from control.situation import Fact, Situation
from control.verifier import Expectation, Station, Verifier
from protocols.link.cbor import Plain
from protocols.link.orders import Order
from protocols.link.passage import Mark, Passage, hash_of
from protocols.reading import Quality
from tests.control_rig import UTC_NS, Rig
from tests.unit.test_control_collision import EAST_M, NORTH_M
from tests.unit.test_control_direct import Stick
from tests.unit.test_control_phases import entries, with_phases

KEEP = {"radius_m": 60.0, "approach_pct": 15.0, "radius_m_max": 200.0}
KIND = "conn.station_keep"
OFF_91_M, OFF_180_M = 129.051, 129.05197
"""Longitudes so far to the east of where the rig's ship lies."""


def able(**coastal: Any) -> ControlConfig:
    """Return a hull that keeps stations in coastal waters, and not at berth."""
    config = with_phases(hull={"keeps_station": True}, coastal={"keep": KEEP, **coastal})
    phases = {**config.phases, "berth": dataclasses.replace(config.phases["berth"], keep=None)}
    return dataclasses.replace(config, phases=phases)


def under_way(config: ControlConfig | None = None, level: str = "setpoint") -> Rig:
    """Return a ship that Ann has."""
    ship = Rig(config=config or able())
    ship.take("ann", level)
    return ship


def lies_still(ship: Rig, seconds: float = 6.0) -> None:
    """Let her come to rest where she is."""
    ship.values.update(NAV_SOG=0.4, ME_RPM=0.0)
    ship.forward(seconds)


def kept(ship: Rig, args: dict[str, Plain] | None = None) -> Order:
    """Return the order that keeps her station; she lies within it."""
    order = ship.say(KIND, args or {})
    lies_still(ship)
    assert ship.state(order) == "SUCCEEDED"
    return order


def in_force(ship: Rig) -> dict[str, float]:
    """Return what the heartbeat tells to be in force."""
    return ship.supervisor.facts(ship.now_s).setpoints


def test_she_stops_where_she_is_then_lies_there_and_comes_back_whenever_she_is_set_off() -> None:
    """Proves CMD-06, CMD-13: journaled, executing, SUCCEEDED when she has lain in the circle for 5 s; held from then on."""
    ship = under_way()
    before = len(ship.moves)
    order = ship.say(KIND)
    assert ship.state(order) == "executing"
    moves = [(move[1], move[2]) for move in ship.moves[before:]]
    assert moves == [(Setpoint("heading", 80.0), order.id), (Setpoint("propulsion", 0.0), order.id)]
    assert in_force(ship) == {
        "heading_deg": 80.0, "propulsion_pct": 0.0, "station_radius_m": 60.0, "station_latitude_deg": 34.93,
        "station_longitude_deg": 129.05,
    }  # fmt: skip
    # Her way carries her out of the circle: she is called back, and is not there yet.
    ship.values["NAV_LON"] = OFF_91_M
    ship.forward(1.0)
    assert [(move[1], move[2]) for move in ship.moves[-2:]] == [
        (Setpoint("heading", 270.0), order.id), (Setpoint("propulsion", 15.0), order.id)
    ]  # fmt: skip
    # Back within 0.6 of the radius the engine stops; she is there when she has been still for 5 s, no sooner.
    ship.values.update(NAV_LON=129.0503, NAV_SOG=0.4)
    ship.forward(4.8)
    assert in_force(ship)["propulsion_pct"] == 0.0
    assert ship.state(order) == "executing"
    ship.forward(0.6)
    assert ship.state(order) == "SUCCEEDED"
    assert entries(ship) == [("station_keep", "begun"), ("station_keep", "entered")]
    # It is held: within the circle nothing moves, beyond its edge she comes back; ten minutes later as well.
    still = len(ship.moves)
    ship.values["NAV_LON"] = 129.0506  # 55 m
    ship.forward(30.0)
    assert len(ship.moves) == still
    for _ in range(2):
        ship.values["NAV_LON"] = OFF_91_M
        ship.forward(2.0)
        assert in_force(ship)["propulsion_pct"] == 15.0
        ship.values["NAV_LON"] = 129.05
        ship.forward(60.0)
        assert in_force(ship)["propulsion_pct"] == 0.0
    assert ship.step == "L0"


def test_a_wider_circle_is_hers_to_drift_in() -> None:
    """Proves INT-04: the radius of the order is that of the law; negative control: the phase's own pulls at 91 m."""
    cases: tuple[tuple[dict[str, Plain], float], ...] = (({"radius_m": 200.0}, 0.0), ({}, 15.0))
    for args, percent in cases:
        ship = under_way()
        kept(ship, args)
        ship.values["NAV_LON"] = OFF_91_M
        ship.forward(2.0)
        assert in_force(ship)["propulsion_pct"] == percent


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"NAV_LON": OFF_180_M, "NAV_SOG": 0.2}, "it is 120.0 m off the order"),
        ({"NAV_SOG": 2.1}, "it is 2.1 kn off the order"),
    ],
)
def test_a_station_that_is_not_reached_in_its_time_has_failed_and_is_still_steered_for(
    change: dict[str, float], text: str
) -> None:
    """Proves CMD-06, FBK-02: FAILED after the phase's hold_entry_s with what is missing, told as late; the law goes on."""
    ship = under_way(able(hold_entry_s=40.0))
    order = ship.say(KIND)
    ship.values.update(change)
    ship.forward(39.5)
    assert ship.state(order) == "executing"
    ship.forward(1.0)
    assert ship.state(order) == "FAILED"
    assert ship.reasons(order) == [("no_effect", "CMD-06")]
    assert text in str(ship.told(order)["reasons"])
    assert entries(ship)[-1] == ("station_keep", "late")
    assert "entry-late" in ship.supervisor.alerts.active()
    assert "station_radius_m" in in_force(ship)


def test_only_facts_newer_than_the_order_show_that_she_lies_there() -> None:
    """Proves CMD-06: what was measured before the order proves nothing; the circle's edge and the speed are exact."""
    limits = able().limits
    watched = Expectation(KIND, 60.0, 100.0, Station(Spot(34.93, 129.05), limits.stopped_kn, 40.0))
    there = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_SOG": limits.stopped_kn}

    def outcome(values: dict[str, float], old: str = "", now_s: float = 139.0) -> str:
        facts = {name: Fact(value, Quality.GOOD, 40.0 if name == old else 0.1) for name, value in values.items()}
        verifier = Verifier(watched, able())
        verifier.receive(Situation(facts, UTC_NS, True), 110.0)
        return verifier.receive(Situation(facts, UTC_NS, True), now_s)[0]

    assert outcome(there) == "SUCCEEDED"
    assert outcome(there | {"NAV_SOG": -limits.stopped_kn}) == "SUCCEEDED"
    for name in there:
        assert outcome(there, old=name) == "waiting", name
        assert outcome({other: value for other, value in there.items() if other != name}) == "waiting", name
    assert outcome(there | {"NAV_SOG": limits.stopped_kn + 0.1}) == "waiting"
    assert outcome(there | {"NAV_SOG": -limits.stopped_kn - 0.1}) == "waiting"
    assert outcome(there | {"NAV_LON": 129.05 + 59.9 / EAST_M}) == "SUCCEEDED"
    assert outcome(there | {"NAV_LAT": 34.93 - 60.2 / NORTH_M}) == "waiting"
    # At the end of its time it has failed, whatever is not known; on the very edge of a circle she lies in it.
    assert outcome({"NAV_SOG": 0.0}, now_s=140.0) == "FAILED"
    nowhere = Verifier(watched, able()).receive(Situation({}, UTC_NS, True), 140.0)[1]
    assert [(one.name, one.value, one.unit) for one in nowhere] == [("no_effect", None, "m")]
    point = dataclasses.replace(watched, target=0.0)
    on_it = Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in there.items()}, UTC_NS, True)
    still = Verifier(point, able())
    still.receive(on_it, 110.0)
    assert still.receive(on_it, 115.0)[0] == "SUCCEEDED"


ENDS: list[tuple[str, dict[str, Plain], dict[str, float]]] = [
    ("conn.heading", {"heading_deg": 60.0}, {"heading_deg": 60.0, "propulsion_pct": 0.0}),
    ("conn.course", {"course_deg": 60.0}, {"heading_deg": 60.0, "course_deg": 60.0, "propulsion_pct": 0.0}),
    ("conn.rudder", {"rudder_deg": 5.0}, {"rudder_deg": 5.0, "propulsion_pct": 0.0}),
    ("conn.propulsion", {"propulsion_pct": 15.0}, {"heading_deg": 270.0, "propulsion_pct": 15.0}),
    ("conn.telegraph", {"step": "stop"}, {"heading_deg": 270.0, "propulsion_pct": 0.0}),
    ("conn.speed", {"speed_kn": 0.0}, {"heading_deg": 270.0, "propulsion_pct": 0.0, "speed_kn": 0.0}),
    ("conn.controlled_stop", {}, {"heading_deg": 270.0, "propulsion_pct": 0.0}),
]


@pytest.mark.parametrize(("kind", "args", "expected"), ENDS)
@pytest.mark.parametrize("is_reached", [True, False])
def test_any_other_order_that_moves_her_ends_it(
    kind: str, args: dict[str, Plain], expected: dict[str, float], *, is_reached: bool
) -> None:
    """Proves CMD-08: what pulled her to her station ends with it; one in progress is SUPERSEDED, one that is done stays so."""
    ship = under_way(level="direct")
    ship.supervisor.link.round_trip_ms = 80.0
    order = ship.say(KIND)
    if is_reached:
        lies_still(ship)
    ship.values["NAV_LON"] = OFF_91_M
    ship.forward(1.0)
    assert in_force(ship)["propulsion_pct"] == 15.0
    other = ship.say(kind, args)
    assert ship.state(other) == "executing", ship.reasons(other)
    assert ship.state(order) == ("SUCCEEDED" if is_reached else "SUPERSEDED")
    ship.values["NAV_LON"] = OFF_180_M
    ship.forward(3.0)
    assert in_force(ship) == pytest.approx(expected)
    assert entries(ship)[-1] == ("station_keep", "left")


def test_it_takes_the_place_of_what_steered_and_pushed_her() -> None:
    """Proves CMD-08: a heading, a propulsion and a kept speed end with it; another station is kept from where she is then."""
    ship = under_way()
    heading, speed = ship.say("conn.heading", {"heading_deg": 60.0}), ship.say("conn.speed", {"speed_kn": 6.0})
    first = ship.say(KIND)
    assert [ship.state(order) for order in (heading, speed, first)] == ["SUPERSEDED", "SUPERSEDED", "executing"]
    assert "speed_kn" not in in_force(ship)
    ship.values["NAV_LON"] = OFF_180_M
    ship.look()
    second = ship.say(KIND, {"radius_m": 100.0})
    assert [ship.state(order) for order in (first, second)] == ["SUPERSEDED", "executing"]
    ship.forward(15.0)
    assert in_force(ship) == {
        "heading_deg": 80.0, "propulsion_pct": 0.0, "station_radius_m": 100.0, "station_latitude_deg": 34.93,
        "station_longitude_deg": OFF_180_M,
    }  # fmt: skip


def test_a_route_and_a_station_end_each_other() -> None:
    """Proves CMD-09, CMD-08: she follows no route while she lies at her station, though it ask for the heading she has."""
    config = able()
    route = Passage("east", 1, tuple(
        Mark("", latitude, longitude, 600.0, 150.0, 150.0, False, 12.0, 0, False)
        for latitude, longitude in ((34.93, 129.049), (34.94, 129.12))
    )).to_bytes()  # fmt: skip
    ship = under_way(config)
    assert ship.state(ship.say("route.load", {"route": route})) == "SUCCEEDED"
    activate: dict[str, Plain] = {"route_hash": hash_of(route)}
    assert ship.state(ship.say("route.activate", activate)) == "SUCCEEDED"
    ship.forward(2.0)
    assert ship.supervisor.navigator.is_following
    ship.values["NAV_HDG"] = ship.supervisor.execution.setpoints.heading_deg or 0.0
    order = ship.say(KIND)
    ship.forward(2.0)
    assert not ship.supervisor.navigator.is_following
    assert ship.supervisor.watch.safe.keeps_station
    assert ship.state(ship.say("route.activate", activate)) == "SUCCEEDED"
    assert ship.state(order) == "SUPERSEDED"
    ship.forward(2.0)
    assert ship.supervisor.navigator.is_following
    assert not ship.supervisor.watch.safe.keeps_station


def test_a_stick_a_stop_the_bridge_and_a_new_holder_end_it() -> None:
    """Proves DMN-01, EST-01, AUT-04, AUT-06: whoever moves her otherwise has her; at the bridge nothing of ours moves."""
    ship = under_way(level="direct")
    ship.supervisor.link.round_trip_ms = 80.0
    kept(ship)
    Stick(ship).work(1.0)
    assert in_force(ship) == {"rudder_deg": 10.0, "propulsion_pct": 50.0}
    for end in ("stop", "bridge", "bob"):
        ship = under_way()
        kept(ship)
        ship.values["NAV_LON"] = OFF_91_M
        ship.forward(1.0)
        if end == "stop":
            ship.stop("sue")
        elif end == "bridge":
            ship.bridge("take", person="mate")
        else:
            request = ship.say("authority.request", {"level": "setpoint"}, "bob")
            ship.say("authority.answer", {"request_id": request.id, "answer": "grant"})
            assert ship.state(ship.say("authority.confirm", {}, "bob")) == "SUCCEEDED"
            ship.beating = "bob"
        moves = len(ship.moves)
        ship.values["NAV_LON"] = OFF_180_M
        ship.forward(3.0)
        assert ship.moves[moves:] == [], end
        assert "station_radius_m" not in in_force(ship), end
        assert in_force(ship).get("propulsion_pct", 0.0) == 0.0, end


def test_a_cancelled_order_leaves_her_at_her_station_and_a_journal_that_fails_moves_nothing() -> None:
    """Proves CMD-02, CMD-13: cancelled like any setpoint, what it set stays in force; on a full disk it begins nothing."""
    ship = under_way()
    order = ship.say(KIND)
    assert ship.state(ship.say("order.cancel", {"order_id": order.id})) == "SUCCEEDED"
    assert ship.state(order) == "CANCELLED"
    ship.forward(1.0)
    assert ship.supervisor.watch.safe.keeps_station
    ship = under_way()
    ship.journal_works = False
    moves = len(ship.moves)
    order = ship.say(KIND)
    assert ship.state(order) == "FAILED"
    assert ship.moves[moves:] == []
    assert not ship.supervisor.watch.safe.keeps_station


@pytest.mark.parametrize("hold", ["slow_down_on_heading", "station_keep"])
def test_a_lost_link_finds_her_at_the_station_that_was_ordered(hold: str) -> None:
    """Proves FBK-01, FBK-02: on L3 she goes on keeping it, L5 is the phase's fallback; an order in progress has FAILED."""
    ship = under_way(able(hold=hold))
    order = ship.say(KIND)
    ship.beating = None
    ship.values["NAV_SOG"] = 3.0
    ship.forward(12.0)
    assert ship.step == "L3"
    assert ship.state(order) == "FAILED"
    assert ship.reasons(order) == [("ladder", "FBK-01")]
    assert ship.supervisor.facts(ship.now_s).action == "keeping her station"
    ship.values["NAV_LON"] = OFF_91_M
    ship.forward(1.0)
    assert in_force(ship)["propulsion_pct"] == 15.0
    # The ladder has it now: a stop that is pressed stops the engine, and she is still on L3's station.
    entry = ship.supervisor.watch.safe.entry
    assert entry is not None
    assert not entry.yields
    ship.forward(50.0)
    assert ship.step == "L5"
    assert ship.supervisor.facts(ship.now_s).action == "fallback: stopping on heading"


def test_the_word_resume_leaves_her_lying_still() -> None:
    """Proves FBK-01: what pulled her to the hold's station ends with it, it does not drive her on."""
    ship = under_way(able(hold="station_keep"))
    ship.beating = None
    ship.forward(12.0)
    ship.values["NAV_LON"] = OFF_91_M
    ship.beating = "ann"
    ship.forward(12.0)
    assert in_force(ship)["propulsion_pct"] == 15.0
    assert ship.state(ship.say("authority.resume")) == "SUCCEEDED"
    ship.forward(1.0)
    assert in_force(ship) == {"heading_deg": 270.0, "propulsion_pct": 0.0}


def test_without_a_position_she_stops_at_once_and_the_ladder_follows() -> None:
    """Proves INT-02, FBK-01: no station is kept without a fix; five seconds later it is L5."""
    ship = under_way()
    kept(ship)
    ship.values["NAV_LON"] = OFF_91_M
    ship.forward(1.0)
    del ship.values["NAV_LAT"]
    ship.forward(0.5)
    assert ship.moves[-1][1].kind == "controlled_stop"
    assert ("station_keep", "replaced") in entries(ship)
    assert "no-fix" in ship.supervisor.alerts.active()
    assert ship.step == "L0"
    ship.forward(6.0)
    assert ship.step == "L5"


def test_where_she_lies_is_reviewed_and_not_where_her_heading_leads() -> None:
    """Proves INT-06: pulled to her station at speed with the fence ahead of the heading she stays on L0; set over it, L5."""
    ship = under_way()
    ship.values.update(NAV_LAT=35.098, NAV_SOG=0.4)
    ship.look()
    kept(ship)
    ship.values.update(NAV_LAT=35.0975, NAV_SOG=1.9, NAV_HDG=0.0)
    ship.forward(20.0)
    assert ship.step == "L0"
    # Negative control: a heading order to there would be refused.
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 0.0})) == [("allowed_area", "INT-06")]
    ship.values["NAV_LAT"] = 35.0998
    ship.forward(7.0)
    assert ship.step == "L5"


def test_the_phase_does_not_change_to_one_in_which_she_keeps_no_station() -> None:
    """Proves FBK-02, INT-04: by order and at the bridge's panel; when the station is left it does."""
    ship = under_way()
    kept(ship)
    assert ship.reasons(ship.say("conn.phase", {"phase": "berth"})) == [("keeps_no_station", "INT-04")]
    ship.bridge("phase", phase="berth", person="mate")
    assert ship.supervisor.voyage.phase == "coastal"
    ship.say("conn.controlled_stop")
    ship.forward(1.0)
    assert ship.state(ship.say("conn.phase", {"phase": "berth"})) == "SUCCEEDED"
