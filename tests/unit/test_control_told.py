"""What the ship tells of each happening, field by field: the ledger keeps it, and every console reads it by these names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control_rig import UTC_NS, Rig

BACK = "heartbeats without a break, then the operator takes or resumes the conn"


def bodies(ship: Rig, kind: str) -> list[dict[str, Any]]:
    """Return what was told of a kind, in order."""
    return [dict(event.body) for event in ship.events if event.kind == kind]


def reason(name: str, rule: str, text: str) -> dict[str, Any]:
    """Return a reason without a value, as it is told."""
    return {"name": name, "rule": rule, "text": text, "value": None, "limit": None, "unit": "", "age_s": None}


def test_an_order_is_told_with_who_asked_for_what_and_how_it_stands() -> None:
    """Proves CMD-02, LED-04: each state of one order carries the whole of it; the ship vouches for the signature."""
    ship = Rig()
    ship.take("ann")
    before = len(bodies(ship, "order"))
    order = ship.say("conn.heading", {"heading_deg": 95})
    told = bodies(ship, "order")[before:]
    assert [body.pop("state") for body in told] == ["received", "accepted", "executing"]
    digest = {body.pop("hash") for body in told}
    assert len(digest) == 1
    assert all(len(one) == 16 for one in digest)
    whole = {
        "order_id": order.id, "detail": "", "kind": "conn.heading", "person": "ann", "console": "console-ann",
        "args": {"heading_deg": 95}, "reasons": [], "authentic": True, "group": "conn", "issued_utc_ns": UTC_NS,
    }  # fmt: skip
    assert told == [whole] * 3


def test_an_order_of_before_a_restart_is_told_by_its_id_alone() -> None:
    """Proves CMD-02, CMD-13: what only the journal knows of it is told, and nothing is made up."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    digest = ship.told(order)["hash"]
    again = Rig(now_s=2000.0, journal=ship.journal)
    record = again.supervisor._known.get(order.id)
    assert record is not None
    assert record.body() == {
        "order_id": order.id, "hash": digest, "state": "UNKNOWN",
        "detail": "the ship restarted while this order was in progress", "kind": "", "person": "", "console": "",
        "args": {}, "reasons": [], "authentic": True, "group": "", "issued_utc_ns": 0,
    }  # fmt: skip


def test_each_change_of_the_conn_is_told_with_holder_and_request() -> None:
    """Proves AUT-03, AUT-06: who has it, at which number, who waits, and why it changed."""
    ship = Rig()
    ship.take("ann")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ann = {
        "group": "conn", "station": "remote", "person": "ann", "roc": "Busan", "console": "console-ann",
        "session": "session-ann", "role": "operator", "level": "setpoint", "fencing": 1,
    }  # fmt: skip
    waiting = {"pending_id": request.id, "pending_person": "bob"}
    assert bodies(ship, "authority")[-1] == {**ann, **waiting, "cause": "control requested", "phase": "requested"}
    assert ship.told(request)["detail"] == "asking ann"
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"})
    assert bodies(ship, "authority")[-1] == {**ann, **waiting, "cause": "request granted by ann", "phase": "granted"}
    ship.say("authority.confirm", {}, "bob")
    nobody = {"pending_id": "", "pending_person": ""}
    bob = {**ann, "person": "bob", "console": "console-bob", "session": "session-bob", "fencing": 2}
    assert bodies(ship, "authority")[-1] == {**bob, **nobody, "cause": "control confirmed", "phase": "held"}
    ship.say("authority.release", {}, "bob")
    assert bodies(ship, "authority")[-1]["cause"] == "control released"
    assert bodies(ship, "authority")[-1]["station"] == "none"
    ship.bridge("take", person="mate")
    taken = bodies(ship, "authority")[-2]
    assert (taken["cause"], taken["station"], taken["person"]) == ("local control taken", "local", "mate")
    request = ship.say("authority.request", {"level": "setpoint"})
    assert ship.told(request)["detail"] == "asking the bridge"
    ship.bridge("deny", id=request.id)
    assert bodies(ship, "authority")[-1]["cause"] == "request denied by the bridge"
    ship.bridge("release")
    assert {body["cause"] for body in bodies(ship, "authority")[-2:]} == {"local control released"}


def test_a_forced_takeover_is_told_with_whom_it_was_forced_from_and_why() -> None:
    """Proves AUT-09: the record names both people and the reason, apart from the sentence."""
    ship = Rig()
    ship.take("ann")
    ship.say("authority.force", {"level": "setpoint", "reason": "Ann is unwell"}, "sue")
    told = bodies(ship, "authority")[-1]
    assert (told["forced_from"], told["reason"], told["pending_person"]) == ("ann", "Ann is unwell", "sue")
    assert told["cause"] == "takeover forced by sue: Ann is unwell"


@pytest.mark.parametrize(
    ("waits_s", "cause"), [(10.0, "request was not answered in time"), (9.9, "")], ids=["over the time", "within it"]
)
def test_what_lapses_is_told_with_its_cause(waits_s: float, cause: str) -> None:
    """Proves AUT-03: a request that nobody answers, at the second it lapses and not before."""
    ship = Rig()
    ship.take("ann")
    ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.forward(waits_s)
    told = bodies(ship, "authority")[-1]["cause"]
    assert told == (cause or "control requested")
    other = Rig()
    other.say("authority.request", {"level": "setpoint"})
    other.forward(11.0)
    assert bodies(other, "authority")[-1]["cause"] == "confirmation did not come in time"


def test_a_step_of_the_ladder_is_told_with_its_reasons_and_what_the_ship_does() -> None:
    """Proves FBK-03, FBK-06: from, to, since when, what clears it; the state entered is told with its limit."""
    ship = Rig()
    ship.take("ann")
    ship.beating = None
    ship.forward(12.0)
    silent: dict[str, Any] = {
        "name": "link_silent", "clears": BACK,
        "text": "No heartbeat of the operator, or he hears none of hers; she holds her last safe setpoint.",
    }  # fmt: skip
    lost: dict[str, Any] = {
        "name": "link_lost", "clears": BACK,
        "text": "The operator is lost; the ship goes to the hold state of her phase.",
    }  # fmt: skip
    first, second = bodies(ship, "ladder")
    silent["since_ms"], lost["since_ms"] = first["reasons"][0]["since_ms"], second["reasons"][0]["since_ms"]
    assert 3_400 <= silent["since_ms"] - 1_000_100 <= 4_500
    assert lost["since_ms"] - silent["since_ms"] == pytest.approx(6_500, abs=100)
    assert first == {
        "from": "L0", "to": "L2", "reasons": [silent], "action": "holding the last safe setpoint", "why": "", "failing": [],
    }  # fmt: skip
    assert second == {
        "from": "L2", "to": "L3", "reasons": [lost, silent], "action": "slowing down on heading", "why": "", "failing": [],
    }  # fmt: skip
    assert bodies(ship, "entry") == [
        {"state": "slow_down_on_heading", "phase": "coastal", "cause": "ladder L3", "result": "begun", "why": "",
         "took_s": 0.0, "limit_s": 120.0, "reasons": []},
    ]  # fmt: skip
    ship.bridge("take", person="mate")
    assert bodies(ship, "ladder")[-1] == {
        "from": "L3", "to": "L0", "reasons": [], "action": "", "why": "the bridge has the conn", "failing": [],
    }  # fmt: skip
    left = bodies(ship, "entry")[-1]
    assert (left["result"], left["why"]) == ("left", "the bridge has the conn")


def test_a_stop_and_its_reset_are_told_with_the_person_and_what_it_means() -> None:
    """Proves EST-02, EST-03: the press by its id, the meaning by the phase in force."""
    ship = Rig()
    ship.stop("sue")
    ship.bridge("reset_stop", person="mate")
    ship.bridge("emergency_stop", person="mate")
    first = {
        "state": "latched", "person": "sue", "console": "console-sue", "id": "01JD8Z6T5Y9K3B7M2N4P6Q8R0S",
        "meaning": "propulsion to 0 %", "reasons": [],
    }  # fmt: skip
    by_the_bridge = {**first, "person": "mate", "console": "bridge", "id": ""}
    assert bodies(ship, "stop") == [first, {**by_the_bridge, "state": "reset"}, by_the_bridge]


def test_an_order_that_is_ended_for_another_s_sake_says_by_what() -> None:
    """Proves CMD-02: taken over, released, stopped, superseded: each with its rule, and the reason names who."""
    for act, state, because in (
        (lambda ship: ship.bridge("take", person="mate"), "CANCELLED",
         reason("local_control", "AUT-06", "The bridge has taken local control.")),
        (lambda ship: ship.say("authority.release"), "CANCELLED",
         reason("released", "AUT-03", "ann released the conn.")),
        (lambda ship: ship.stop("sue"), "FAILED",
         reason("emergency_stop", "INT-11", "Emergency stop by sue.")),
    ):  # fmt: skip
        ship = Rig()
        ship.take("ann")
        order = ship.say("conn.heading", {"heading_deg": 95})
        act(ship)
        assert (ship.state(order), ship.told(order)["reasons"]) == (state, [because])
    ship = Rig()
    ship.take("ann")
    order, newer = ship.say("conn.heading", {"heading_deg": 95}), ship.say("conn.heading", {"heading_deg": 90})
    assert (ship.state(order), ship.told(order)["detail"]) == ("SUPERSEDED", f"by order {newer.id}")


def test_the_heartbeat_tells_how_she_stands() -> None:
    """Proves FBK-03, AUT-03: what is in force, who has her, what comes next and in how many seconds."""
    ship = Rig()
    ship.take("ann")
    ship.say("conn.heading", {"heading_deg": 95})
    facts = ship.supervisor.facts(ship.now_s)
    assert facts.setpoints == {"heading_deg": 95.0, "propulsion_pct": pytest.approx(49.9)}
    assert (facts.step, facts.next_step, facts.phase, facts.roster_version) == ("L0", "L2", "coastal", 1)
    assert facts.next_step_in_s == pytest.approx(3.5 - (ship.now_s - ship.supervisor.link.heard_at_s), abs=0.02)
    assert facts.echo[:2] == ("session-ann", 1)
    assert (facts.authority.person, facts.engineering is not None) == ("ann", True)
    ship.bridge("take", person="mate")
    facts = ship.supervisor.facts(ship.now_s)
    assert (facts.setpoints, facts.next_step, facts.next_step_in_s) == ({}, "", None)
    assert (facts.authority.person, facts.stop_latched) == ("mate", False)


def test_whoever_waits_for_an_answer_gets_one_when_the_bridge_takes_her() -> None:
    """Proves AUT-03, AUT-06: the request ends with the bridge's reason, not with the silence of a time that runs out."""
    ship = Rig()
    ship.take("ann")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    assert ship.state(request) == "executing"
    ship.bridge("take", person="mate")
    assert ship.reasons(request) == [("local_control", "AUT-06")]
    # Asked of the bridge, it is answered when the bridge lets go.
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.bridge("release")
    assert ship.state(request) == "SUCCEEDED"
    assert ship.supervisor.authority.phase == "granted"


def test_a_request_that_lapses_is_answered_with_the_time_it_had() -> None:
    """Proves AUT-03: the reason carries the limit; whoever did not confirm in time has had his answer before."""
    ship = Rig()
    ship.take("ann")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.forward(11.0)
    text = "The request was not answered in time; the holder stays."
    assert ship.told(request)["reasons"] == [{**reason("not_answered", "AUT-03", text), "limit": 10.0, "unit": "s"}]
    free = Rig()
    request = free.say("authority.request", {"level": "setpoint"})
    free.forward(11.0)
    assert free.state(request) == "SUCCEEDED"
