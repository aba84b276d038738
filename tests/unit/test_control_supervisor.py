"""What the supervisor hands to whom, one arrival and one look at a time: each part is reached, in its order, and told of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from control.messages import (
    Actuate,
    Setpoint,
)  # fmt: skip
from control.supervisor import REVIEW_S, Supervisor
from protocols.link.heartbeats import Disagreed
from protocols.link.passage import hash_of
from protocols.link.signing import public_bytes
from tests.control_rig import MASTER, UTC_NS, Rig, signed_roster
from tests.property.test_preview_is_the_verdict import ROUTES
from tests.unit.test_control_direct import at_the_stick
from tests.unit.test_control_drill import config as simulated
from tests.unit.test_control_engineering import PUMP1, PUMP2, take_engineering
from tests.unit.test_control_phases import with_phases
from tests.unit.test_control_station import able

GOOD = ROUTES["good"]


def under_way(level: str = "setpoint", **rig: Any) -> Rig:
    """Return a ship that Ann has."""
    ship = Rig(**rig)
    ship.take("ann", level)
    return ship


def look(ship: Rig, after_s: float = 0.1) -> None:
    """Let time pass and look once, nothing measured meanwhile."""
    ship.now_s = round(ship.now_s + after_s, 6)
    ship.supervisor.tick(ship.now_s)
    ship.drain()


def told(ship: Rig, kind: str) -> list[dict[str, Any]]:
    """Return what was told of a kind."""
    return [dict(one.body) for one in ship.events if one.kind == kind]


def test_a_new_ship_begins_with_nothing_and_her_first_number_is_one() -> None:
    """Proves AUT-08, EST-02: no number was ever given, nothing is latched, no drill, no route, nobody has her."""
    ship = Rig()
    facts = ship.supervisor.facts(ship.now_s)
    assert (facts.authority.station, facts.authority.fencing, facts.step, facts.stop_latched) == (
        "none",
        0,
        "L0",
        False,
    )
    assert (facts.setpoints, facts.route, facts.alerts, facts.action, facts.roster_version) == ({}, None, (), "", 1)
    ship.take("ann")
    assert ship.supervisor.facts(ship.now_s).authority.fencing == 1
    newest = Supervisor(ship.config, public_bytes(MASTER), "boot", 0.0)  # no journal at all
    assert (newest.authority.fencing_top, newest.voyage.phase) == (0, "coastal")


def test_the_heartbeat_tells_what_comes_next_and_nothing_while_the_bridge_has_her() -> None:
    """Proves AUT-02, FBK-06: the next step and in how many seconds; station beside setpoints; engineering where she has it."""
    ship = under_way(config=able())
    ship.say("conn.station_keep")
    facts = ship.supervisor.facts(ship.now_s)
    assert facts.next_step == "L2"
    assert facts.next_step_in_s == pytest.approx(3.5 - ship.supervisor.watch.silence_s(ship.now_s))
    assert {"heading_deg", "propulsion_pct", "station_radius_m"} <= facts.setpoints.keys()
    assert facts.phase == "coastal"
    assert facts.engineering is not None
    assert facts.round_trip_ms is not None
    assert facts.echo[:2] == ("session-ann", ship.beat_seqs["ann"])
    ship.bridge("take", person="mate")
    facts = ship.supervisor.facts(ship.now_s)
    assert (facts.next_step, facts.next_step_in_s, facts.authority.station) == ("", None, "local")
    none = Rig(config=dataclasses.replace(able(), machinery=()))
    assert none.supervisor.facts(none.now_s).engineering is None
    many = Rig()
    many.disagreements = tuple(Disagreed("position", float(number), "m", "a", "b") for number in range(8))
    many.look()
    assert many.supervisor.facts(many.now_s).disagreed == many.disagreements


def test_a_restart_knows_number_phase_alerts_stop_and_route() -> None:
    """Proves AUT-08, FBK-02, ALT-07, EST-02, CMD-09: each from its own record; orders of before are known."""
    ship = under_way(config=with_phases())
    order = ship.say("conn.heading", {"heading_deg": 90})
    assert ship.state(ship.say("route.load", {"route": GOOD})) == "SUCCEEDED"
    ship.stop("sue")
    look(ship)
    assert ship.supervisor.alerts.acknowledge("emergency-stop", ship.now_s)
    ship.drain()
    ship.bridge("take")
    ship.bridge("phase", phase="berth", person="mate")
    number = ship.supervisor.authority.fencing
    again = Rig(now_s=5000.0, journal=ship.journal, config=with_phases())
    facts = again.supervisor.facts(again.now_s)
    assert (facts.phase, facts.stop_latched) == ("berth", True)
    assert facts.route is not None
    assert facts.route.hash == hash_of(GOOD)
    assert again.supervisor.alerts.state_of("emergency-stop") == "acknowledged"
    assert (
        again.supervisor.taking.known.get(order.id) is not None if hasattr(again.supervisor.taking, "known") else True
    )
    assert again.supervisor._known.get(order.id) is not None
    again.bridge("take")
    assert again.supervisor.authority.fencing > number


def test_a_stop_is_reset_and_a_phase_changed_by_orders_that_two_parts_carry_out() -> None:
    """Proves EST-02, FBK-02: each deed is done by its own part, once, and succeeds."""
    ship = under_way(config=with_phases())
    ship.say("conn.propulsion", {"propulsion_pct": 20.0})
    assert ship.state(ship.say("conn.phase", {"phase": "berth"})) == "SUCCEEDED"
    (change,) = told(ship, "phase")
    assert (change["from"], change["to"], change["person"], change["console"]) == (
        "coastal",
        "berth",
        "ann",
        "console-ann",
    )
    ship.stop("sue")
    assert ship.send_approved(ship.order("stop.reset", person="sue"), "kim") == "SUCCEEDED"
    assert ship.supervisor.emergency.latched is None


def test_what_a_stick_says_moves_her_and_its_silence_is_looked_for_with_each_look() -> None:
    """Proves DMN-01, DMN-02, CMD-13: frames, the record that comes first, and the dead man without any arrival."""
    ship, stick = at_the_stick()
    stick.work(1.0)
    assert ("rudder", 10.0) in [(move[1].kind, move[1].value) for move in ship.moves]
    for _ in range(12):
        look(ship)
    assert [(move[1].kind, move[1].value) for move in ship.moves][-2:] != [("rudder", 10.0), ("propulsion", 50.0)]
    assert ship.supervisor.execution.setpoints.rudder_deg != 10.0


def test_each_look_moves_on_what_goes_by_time() -> None:
    """Proves AUT-03, CMD-06, CMD-08, ALT-04, ALT-08: requests, windows, trims, alerts and the bridge's line, with no arrival."""
    ship = under_way()
    # A speed that is not made is trimmed ten seconds later.
    speed = ship.say("conn.speed", {"speed_kn": 10.0})
    ship.spoken.clear()
    before = len(ship.moves)
    for _ in range(6):
        ship.beat("ann")
        look(ship, 1.0)
        ship.beat("ann")
        look(ship, 1.0)
    assert ("propulsion", speed.id) in [(move[1].kind, move[2]) for move in ship.moves[before:]]
    # A request that nobody answers lapses.
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    for _ in range(11):
        ship.beat("ann")
        look(ship, 1.0)
    assert ship.state(request) == "REJECTED"
    # A window that ends, ends its order; nobody has measured anything since.
    engine = ship.say("conn.propulsion", {"propulsion_pct": 60.0})
    ship.supervisor.execution._verifiers[engine.id][1].ends_s = ship.now_s + 1.0
    ship.beat("ann")
    look(ship, 1.0)
    assert ship.state(engine) == "FAILED"
    # The bridge is told each half minute that her alerts are there to be heard.
    for _ in range(3):
        look(ship, 5.0)
    assert any(b"HBT" in line for line in ship.spoken)


def following(**rig: Any) -> Rig:
    """Return a ship that follows a route."""
    ship = under_way(**rig)
    assert ship.state(ship.say("route.load", {"route": GOOD})) == "SUCCEEDED"
    assert ship.state(ship.say("route.activate", {"route_hash": hash_of(GOOD)})) == "SUCCEEDED"
    ship.forward(1.5)
    assert ship.moves[-1][2] == "route"
    return ship


def test_a_route_is_followed_by_looks_and_ended_by_whoever_has_the_ship() -> None:
    """Proves CMD-09: the bridge, nobody, a station that is kept, and the ladder each take her from it."""

    def still_follows(act: Callable[[Rig], object], after_s: float = 0.2, **rig: Any) -> bool:
        ship = following(**rig)
        act(ship)
        ship.forward(after_s)
        return ship.supervisor.navigator.is_following

    assert still_follows(lambda _: None)
    assert not still_follows(lambda ship: ship.bridge("take"))
    assert not still_follows(lambda ship: ship.say("authority.release"))
    assert not still_follows(lambda ship: ship.say("conn.station_keep"), config=able())
    assert still_follows(lambda ship: setattr(ship, "beating", None), 9.0)
    assert not still_follows(lambda ship: setattr(ship, "beating", None), 11.0)


def test_a_drill_goes_on_by_looks() -> None:
    """Proves AUT-11: the bridge that the ship plays takes her with the next look."""
    ship = under_way(config=simulated())
    assert ship.state(ship.say("drill.begin", {"exercise": "takeover"})) == "SUCCEEDED"
    look(ship)
    assert ship.station == "local"
    assert "drill" in ship.supervisor.alerts.active()
    other = under_way(config=simulated())
    assert other.reasons(other.say("drill.begin", {"exercise": "takeover"}, "bob")) == [("no_right", "AUT-11")]
    look(other)
    assert (other.station, "drill" in other.supervisor.alerts.active()) == ("remote", False)


def test_her_own_beats_are_noted_for_every_group() -> None:
    """Proves FBK-05: the echo of each tells that who has the machines hears her too."""
    ship = Rig()
    take_engineering(ship)
    link = ship.supervisor.groups["engineering"].link
    ship.now_s += 2.0
    ship.beat("mia", group="engineering")
    assert link.heard_at_s == pytest.approx(ship.now_s)


def test_she_wakes_for_the_earliest_of_what_is_due_and_at_least_twice_a_second() -> None:
    """Proves S6, FBK-01, AUT-03: half a second after a look at the latest; a request of any group at its moment."""
    ship = Rig()
    look(ship)
    assert ship.supervisor.deadline() == pytest.approx(ship.now_s + REVIEW_S)
    ship.bridge("take")
    look(ship)
    ship.now_s += 0.3
    ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    look(ship, 9.8)
    pending = ship.supervisor.groups["engineering"].authority.deadline()
    assert pending is not None
    assert pending - ship.now_s < REVIEW_S
    assert ship.supervisor.deadline() == pytest.approx(pending)


def test_orders_are_handed_to_whoever_carries_them_out() -> None:
    """Proves AUT-01, CMD-07: machines to theirs, alerts to theirs, words about control to the handover of their group."""
    ship = under_way()
    take_engineering(ship)
    pump = ship.say("pump.start", PUMP2, "mia")
    assert (ship.state(pump), ship.moves[-1][1].kind) == ("executing", "machine")
    waits = ship.say("pump.start", PUMP1, "mia")
    assert ship.state(ship.say("order.cancel", {"order_id": waits.id}, "mia", group="engineering")) == "SUCCEEDED"
    assert (ship.state(waits), ship.state(pump)) == ("CANCELLED", "executing")
    heading = ship.say("conn.heading", {"heading_deg": 90})
    assert ship.state(ship.say("order.cancel", {"order_id": heading.id})) == "SUCCEEDED"
    assert ship.state(heading) == "CANCELLED"
    again = ship.say("order.cancel", {"order_id": heading.id})
    assert ship.reasons(again) == [("nothing_to_cancel", "CMD-02")]
    assert ship.state(ship.say("authority.release", {}, "mia", group="engineering")) == "SUCCEEDED"
    assert (ship.supervisor.groups["engineering"].authority.station, ship.station) == ("none", "remote")


def test_a_word_about_a_group_that_she_has_not_is_refused() -> None:
    """Proves AUT-01: a request for machines on a vessel without any."""
    ship = Rig(config=dataclasses.replace(with_phases(), machinery=()))
    for revoke in (False, True):  # nothing else of it is judged
        if revoke:
            ship.bridge("revoke_access")
        request = ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
        assert ship.reasons(request) == [("no_such_group", "AUT-01")]


def test_her_clock_is_judged_before_anything_rests_on_it() -> None:
    """Proves CMD-05: a receiver that jumps by a year moves no key's time; what it said itself stands on the bridge's lines."""
    ship = Rig()
    ship.utc_ns += 400 * 86_400 * 1_000_000_000
    ship.now_s += 1.0
    ship.look()
    assert abs(ship.supervisor.situation.utc_ns - UTC_NS - 1_000_000_000) < 1_000_000_000
    assert ship.supervisor._clock_utc_ns == ship.utc_ns


def test_a_roster_that_takes_two_is_the_masters_and_a_second_persons() -> None:
    """Proves CMD-10: what the vessel's own table says of rosters and grants, each by itself."""
    base = with_phases()
    for roster, grant in (("master_and_second", "master"), ("master", "master_and_second"), ("master", "master")):
        approval = dataclasses.replace(base.approval, roster=roster, grant=grant)  # type: ignore[arg-type] # its words
        ship = Rig(config=dataclasses.replace(base, approval=approval))
        assert ship.supervisor.believed._two_sign == {
            name for name, who in (("roster", roster), ("grant", grant)) if who == "master_and_second"
        }
        assert ship.supervisor.believed.take_roster(signed_roster(2), UTC_NS) == (
            ""
            if roster == "master"
            else "This needs a second person, who signs exactly these bytes; only one signature came."
        )


def test_nothing_of_hers_moves_an_actuator_before_somebody_orders_it() -> None:
    """Negative control: a minute of looks with nobody ashore, and nothing was moved but by the ladder of a boot."""
    ship = Rig()
    for _ in range(100):
        look(ship, 0.1)
    assert [move for move in ship.moves if not move[2].startswith("ladder")] == []
    assert Actuate(Setpoint("heading", 80.0), "AUT-04") not in ship.supervisor.outbox()
