"""The bridge's own panel and the latch behind its red button: what each action does, writes down and tells (AUT-06, EST-02)."""

from __future__ import annotations

import dataclasses

import pytest

from control.charge import ConnCharge, EngineeringCharge
from control.emergency import EmergencyStop, Press
from control.limits import ControlConfig
from control.messages import Journal, Setpoint, SignedGrant, SignedRoster
from control.situation import Fact, Situation
from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.reading import Quality
from tests.control_rig import Rig, example_config, key_of, signed_grant, signed_roster


def told(ship: Rig, kind: str) -> list[dict[str, Plain]]:
    """Return the bodies of all events of a kind."""
    return [event.body for event in ship.events if event.kind == kind]


def standing(ship: Rig, act: object) -> list[tuple[str, dict[str, Plain]]]:
    """Do something; return (name under which it stands, what it is) of each record that is written for it."""
    assert callable(act)
    seen: list[Journal] = []
    write = ship.write
    ship.write = lambda output: (seen.append(output), write(output))[1]  # type: ignore[method-assign]
    act()
    return [(one.standing, cbor.decode_map(one.record)) for one in seen]


def with_stop_pct(stop_pct: float) -> ControlConfig:
    """Return the example, whose emergency stop means this propulsion."""
    base = example_config()
    coastal = dataclasses.replace(base.phases["coastal"], stop_pct=stop_pct)
    return dataclasses.replace(base, phases={"coastal": coastal})


def test_a_press_moves_first_and_then_is_written_down_and_told() -> None:
    """Proves EST-01, EST-02, EST-03: what stop means in this phase, the orders that end of it, the record under its own name."""
    ship = Rig(config=with_stop_pct(12.5))
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    ship.log.clear()
    kept = standing(ship, lambda: ship.bridge("emergency_stop", person="mate"))
    assert ship.moves[-1][1:] == (Setpoint("emergency_stop", 12.5), "EST-01")
    assert "Actuate" in ship.log[0]
    assert [name for name, _ in kept] == ["stop", ""]  # the latch, and the order that ended
    assert kept[0][1] == {"t": "stop", "number": 1, "is_latched": True, "person": "mate", "console": "bridge", "id": ""}
    assert (ship.state(order), ship.reasons(order)) == ("FAILED", [("emergency_stop", "INT-11")])
    assert told(ship, "stop") == [{
        "state": "latched", "person": "mate", "console": "bridge", "id": "", "meaning": "propulsion to 12.5 %", "reasons": [],
    }]  # fmt: skip
    assert any("HeartbeatNow" in line for line in ship.log)
    assert ship.supervisor.execution.is_stopped
    # A second press, of the bridge or of anybody ashore, changes nothing and says nothing.
    before = len(ship.log)
    ship.bridge("emergency_stop", person="master")
    ship.stop("sue")
    assert len(ship.log) == before


def test_a_reset_is_written_down_told_and_moves_nothing_by_itself() -> None:
    """Proves EST-02: nothing to reset says nothing; after it propulsion may be ordered again, and not before."""
    ship = Rig()
    before = len(ship.log)
    ship.bridge("reset_stop", person="mate")
    assert len(ship.log) == before
    ship.stop("sue")
    assert told(ship, "stop")[-1]["id"] == "01JD8Z6T5Y9K3B7M2N4P6Q8R0S"
    kept = standing(ship, lambda: ship.bridge("reset_stop", person="mate"))
    assert kept == [("stop", {"t": "stop", "number": 2, "is_latched": False, "person": "", "console": "", "id": ""})]
    assert ship.moves[-1][1:] == (Setpoint("reset_stop"), "EST-02")
    assert told(ship, "stop")[-1] == {
        "state": "reset", "person": "mate", "console": "bridge", "id": "", "meaning": "propulsion to 0 %", "reasons": [],
    }  # fmt: skip
    assert not ship.supervisor.execution.is_stopped


def test_a_reset_from_ashore_is_told_with_who_asked_and_from_where() -> None:
    """Proves EST-02, CMD-10: the Master ashore and a second person; it is a reset like the bridge's."""
    ship = Rig()
    ship.take("kim")
    ship.stop("sue")
    order = ship.order("stop.reset", {}, "kim")
    assert ship.send_approved(order, "sue") == "SUCCEEDED"
    assert ship.supervisor.emergency.latched is None
    found = told(ship, "stop")[-1]
    assert (found["state"], found["person"], found["console"]) == ("reset", "kim", "console-kim")
    assert Setpoint("reset_stop") in [move[1] for move in ship.moves]


def test_a_reset_says_whether_there_was_anything_to_reset() -> None:
    """Proves EST-02: for whoever shows it."""
    ship = Rig()
    stopping = ship.supervisor._stopping
    assert stopping.reset("mate") is False
    stopping.press("mate")
    assert stopping.reset("mate") is True
    assert stopping.reset("mate") is False


def test_a_press_that_nobody_believes_is_told_with_why_and_moves_nothing() -> None:
    """Proves EST-01: no name, no latch, no record."""
    ship = Rig()
    assert standing(ship, lambda: ship.stop("bob")) == []
    (found,) = told(ship, "stop")
    assert (found["state"], found["person"], found["console"], found["id"]) == ("refused", "", "", "")
    reasons = found["reasons"]
    assert isinstance(reasons, list)
    assert len(reasons) == 1
    assert ship.moves == []


@pytest.mark.parametrize("do", ["take", "grant", "deny", "release", "emergency_stop", "reset_stop", "revoke_access"])
def test_every_action_of_the_panel_does_what_it_says_and_nothing_of_the_others(do: str) -> None:
    """Proves AUT-03, AUT-06, AUT-07, EST-02: one ship that is held from ashore, stopped, and asked for by somebody else."""
    ship = Rig()
    ship.take("ann")
    ship.stop("sue")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.bridge(do, person="mate")
    assert (ship.station == "local") is (do == "take")
    assert (ship.supervisor.emergency.latched is None) is (do == "reset_stop")
    assert (ship.supervisor.believed.grant is None) is (do == "revoke_access")
    # What is asked of the holder ashore is not the bridge's to answer; it ends with her taking the ship.
    assert (ship.state(request) == "executing") is (do != "take")


def test_the_bridge_takes_and_gives_back_every_group_at_once() -> None:
    """Proves AUT-06: one action takes conn and machines; one releases both."""
    ship = Rig()
    stations = [group.authority for group in ship.supervisor.groups.values()]
    ship.bridge("take", person="mate")
    assert [(one.station, one.holder.person) for one in stations] == [("local", "mate"), ("local", "mate")]
    ship.bridge("release", person="mate")
    assert [one.station for one in stations] == ["none", "none"]


def test_the_bridge_answers_the_request_that_it_names() -> None:
    """Proves AUT-03: two groups are asked for at once; the one that is named gets the answer, the other waits."""
    ship = Rig()
    ship.bridge("take", person="mate")
    conn = ship.say("authority.request", {"level": "setpoint"}, "ann")
    machines = ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    assert (ship.state(conn), ship.state(machines)) == ("executing", "executing")
    ship.bridge("grant", id=machines.id)
    assert (ship.state(conn), ship.state(machines)) == ("executing", "SUCCEEDED")
    ship.bridge("deny")  # the one that is left
    assert (ship.state(conn), ship.state(machines)) == ("REJECTED", "SUCCEEDED")
    other = ship.say("authority.request", {"level": "setpoint"}, "ann")
    ship.bridge("grant", id="01JD8Z6T5Y9K3B7M2N4P6QNONE")
    assert ship.state(other) == "executing"


def test_access_that_is_revoked_is_written_down_and_told_once() -> None:
    """Proves AUT-07: taken and revoked stand in one record of its own name; a second time there is nothing to revoke."""
    ship = Rig()
    ship.feed(SignedGrant(signed_grant(version=4)))
    kept = standing(ship, lambda: ship.bridge("revoke_access", person="mate"))
    assert kept == [("grant", {"t": "grant", "taken": 4, "revoked": 4})]
    assert told(ship, "roster")[-1] == {"what": "grant", "version": 4, "result": "revoked", "detail": "aboard by mate"}
    assert "HeartbeatNow" in ship.log[-1]
    before = len(ship.log)
    ship.bridge("revoke_access", person="mate")
    assert len(ship.log) == before


def test_rosters_and_grants_are_told_by_what_became_of_them() -> None:
    """Proves CMD-12, AUT-07: taken once, the same again in silence, another one refused with why; grants are written down."""
    ship = Rig()
    assert told(ship, "roster") == [
        {"what": "roster", "version": 1, "result": "taken", "detail": ""},
        {"what": "grant", "version": 1, "result": "taken", "detail": ""},
    ]
    assert standing(ship, lambda: ship.feed(SignedRoster(signed_roster()))) == []
    assert standing(ship, lambda: ship.feed(SignedGrant(signed_grant()))) == []
    assert len(told(ship, "roster")) == 2
    for arrival in (SignedRoster(signed_roster(9, master=key_of(77))), SignedRoster(b"noise"), SignedGrant(b"noise")):
        assert standing(ship, lambda arrival=arrival: ship.feed(arrival)) == []
        found = told(ship, "roster")[-1]
        assert (found["result"], found["version"]) == ("refused", 1)
        assert found["what"] == ("roster" if isinstance(arrival, SignedRoster) else "grant")
        assert found["detail"]
    assert standing(ship, lambda: ship.feed(SignedRoster(signed_roster(2)))) == []
    assert told(ship, "roster")[-1] == {"what": "roster", "version": 2, "result": "taken", "detail": ""}
    kept = standing(ship, lambda: ship.feed(SignedGrant(signed_grant(version=3))))
    assert kept == [("grant", {"t": "grant", "taken": 3, "revoked": 0})]
    assert told(ship, "roster")[-1] == {"what": "grant", "version": 3, "result": "taken", "detail": ""}
    assert "HeartbeatNow" in ship.log[-1]


def test_a_stick_that_was_over_when_she_changed_hands_is_neutral_for_the_next() -> None:
    """Proves AUT-04, DMN-03: heading and propulsion are loaded from what she does; after a deflected stick no propulsion is."""
    for deflected in (False, True):
        ship = Rig()
        stick = [deflected]
        charge = ConnCharge(ship.config, ship.supervisor.execution, ship.supervisor.watch, lambda stick=stick: stick[0])
        ship.moves.clear()
        charge.taken(ship.situation())
        ship.drain()
        loaded = [(Setpoint("heading", 80.0), "AUT-04"), (Setpoint("propulsion", 49.9), "AUT-04")]
        assert [move[1:] for move in ship.moves] == loaded  # nobody has let go of a stick yet
        ship.moves.clear()
        charge.end_orders("FAILED", Reason("link", "FBK-01", "The link is lost."))
        charge.taken(ship.situation())
        ship.drain()
        assert [move[1:] for move in ship.moves] == (loaded[:1] if deflected else loaded)
        # What is not known is not loaded.
        ship.moves.clear()
        charge.taken(Situation({"ME_RPM": Fact(102.25, Quality.GOOD, 0.1)}))
        charge.taken(Situation({}))
        ship.drain()
        assert [move[1:] for move in ship.moves] == ([] if deflected else [(Setpoint("propulsion", 50.0), "AUT-04")])


def test_a_change_of_hands_ends_the_orders_of_its_group_and_leaves_the_other_s() -> None:
    """Proves AUT-01, AUT-06, CMD-02: conn and machines taken back by the bridge: each order ends, and what runs goes on."""
    ship = Rig()
    ship.take("ann")
    ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    ship.bridge("grant")
    ship.say("authority.confirm", {}, "mia", group="engineering")
    heading = ship.say("conn.heading", {"heading_deg": 95})
    pump = ship.say("pump.start", {"machine": "steering pump 2"}, "mia")
    assert (ship.state(heading), ship.state(pump)) == ("executing", "executing")
    charges = {name: group.charge for name, group in ship.supervisor.groups.items()}
    why = Reason("bridge", "AUT-06", "The bridge has taken her.")
    charges["engineering"].end_orders("CANCELLED", why)
    ship.drain()
    assert (ship.state(heading), ship.state(pump)) == ("executing", "CANCELLED")
    moves = len(ship.moves)
    charges["engineering"].let_go()
    charges["engineering"].taken(ship.situation())
    ship.drain()
    assert len(ship.moves) == moves
    charges["conn"].end_orders("CANCELLED", why)
    ship.drain()
    assert (ship.state(heading), ship.reasons(heading)) == ("CANCELLED", [("bridge", "AUT-06")])
    charges["conn"].let_go()
    ship.drain()
    assert [move[1:] for move in ship.moves[moves:]] == [(Setpoint("release"), "release")]


def test_what_must_be_known_before_a_group_is_handed_over() -> None:
    """Proves AUT-03: heading, engine speed and its remote control for the conn; remote control for the machines."""
    assert ConnCharge.ready_inputs == ("NAV_HDG", "ME_RPM", "ME_RDY")
    assert EngineeringCharge.ready_inputs == ("ME_RDY",)
    for missing in ConnCharge.ready_inputs:
        ship = Rig()
        del ship.values[missing]
        ship.look()
        assert ship.state(ship.say("authority.request", {"level": "setpoint"})) == "REJECTED", missing


def test_a_word_to_go_on_is_taken_by_the_conn_s_ladder_alone() -> None:
    """Proves FBK-05: while the link has not been good for long enough it is refused with why; machines have no ladder."""
    ship = Rig()
    ship.take("ann")
    ship.beating = None
    ship.forward(12.0)
    charges = {name: group.charge for name, group in ship.supervisor.groups.items()}
    assert ship.step == "L3"
    assert charges["conn"].resume(ship.now_s) != []
    assert charges["engineering"].resume(ship.now_s) == []


def test_who_does_something_aboard_without_giving_a_name_is_the_bridge() -> None:
    """Proves AUT-06, EST-02: what is told and broadcast has a word for it."""
    ship = Rig()
    ship.bridge("take")
    ship.bridge("emergency_stop")
    assert ship.supervisor.authority.holder.person == "bridge"
    assert told(ship, "stop")[-1]["person"] == "bridge"


@pytest.mark.parametrize(("length", "is_read"), [(64, True), (65, False)])
def test_a_kept_stop_is_read_with_names_as_long_as_the_panel_takes(length: int, *, is_read: bool) -> None:
    """Proves EST-02: dense at 64 characters; what is longer was not written by this ship, and is no stop that is quietly lost."""
    ship = Rig()
    stop = EmergencyStop("petrel", ship.supervisor.believed)
    stop.press(Press("p" * length, "c" * length, "i" * length))
    if is_read:
        assert EmergencyStop("petrel", ship.supervisor.believed, stop.record()).latched == stop.latched
    else:
        with pytest.raises(MalformedError):
            EmergencyStop("petrel", ship.supervisor.believed, stop.record())
