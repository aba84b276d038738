"""How the conn changes hands, case by case: who is refused and why, what becomes of orders, and which numbers are kept."""

from __future__ import annotations

import math
from typing import Any

import pytest

from control import command
from protocols.link import cbor
from tests.control_rig import Rig


def numbers_on_disk(ship: Rig) -> list[int]:
    """Return the fencing numbers that the journal has, in order."""
    rows = [cbor.decode_map(record) for record in ship.journal]
    return [int(str(row["number"])) for row in rows if row.get("t") == "fencing"]


def whole(ship: Rig, order: Any) -> dict[str, Any]:
    """Return the one reason told of an order."""
    reasons = ship.told(order)["reasons"]
    assert isinstance(reasons, list)
    (one,) = reasons
    assert isinstance(one, dict)
    return dict(one)


def test_who_has_the_conn_already_is_told_so_and_keeps_it() -> None:
    """Proves AUT-03: a second request of the holder changes nothing."""
    ship = Rig()
    ship.take("ann")
    again = ship.say("authority.request", {"level": "setpoint"})
    assert ship.reasons(again) == [("already_in_control", "AUT-03")]
    assert whole(ship, again)["value"] == "ann"
    assert (ship.station, ship.supervisor.authority.phase) == ("remote", "held")


def test_while_one_waits_another_is_refused_and_the_first_goes_on_waiting() -> None:
    """Proves AUT-03: one request at a time."""
    ship = Rig()
    ship.take("ann")
    first = ship.say("authority.request", {"level": "setpoint"}, "bob")
    second = ship.say("authority.request", {"level": "setpoint"}, "sue")
    assert ship.reasons(second) == [("request_pending", "AUT-03")]
    assert ship.state(first) == "executing"
    pending = ship.supervisor.authority.pending
    assert pending is not None
    assert pending.order_id == first.id


def test_every_number_that_is_given_is_on_disk_before_it_is_used() -> None:
    """Proves AUT-08: granted at once, by an answer, by force, at a release, and to the bridge."""
    ship = Rig()
    ship.take("ann")
    assert numbers_on_disk(ship) == [1]
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    assert numbers_on_disk(ship) == [1]
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"})
    assert numbers_on_disk(ship) == [1, 2]
    ship.say("authority.confirm", {}, "bob")
    ship.say("authority.force", {"level": "setpoint", "reason": "test"}, "sue")
    assert numbers_on_disk(ship) == [1, 2, 3]
    ship.say("authority.confirm", {}, "sue")
    ship.say("authority.request", {"level": "setpoint"}, "ann")
    ship.say("authority.release", {}, "sue")
    assert numbers_on_disk(ship) == [1, 2, 3, 4]
    ship.bridge("take", person="mate")
    assert numbers_on_disk(ship)[4:] == [5, 6]  # one for the conn, one for the engineering
    assert command.restore(ship.journal).fencing == 6


def test_a_released_conn_goes_to_who_waits_and_what_ran_is_cancelled() -> None:
    """Proves AUT-03: nobody stays in between; the link's silence counts from the release."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.beating = None
    ship.forward(2.0)
    ship.say("authority.release")
    assert ship.reasons(order) == [("released", "AUT-03")]
    assert ship.state(request) == "SUCCEEDED"
    assert (ship.station, ship.supervisor.authority.phase) == ("none", "granted")
    assert ship.supervisor.watch.silence_s(ship.now_s) == 0.0


def test_only_the_holder_releases_resumes_and_answers() -> None:
    """Proves INT-01: another's word about the conn is refused and names who has it; the bridge is named as such."""
    ship = Rig()
    ship.take("ann")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    for kind, args in (
        ("authority.release", {}), ("authority.resume", {}), ("authority.answer", {"request_id": request.id, "answer": "grant"}),
    ):  # fmt: skip
        refused = ship.say(kind, dict(args), "sue")
        told = whole(ship, refused)
        assert (told["name"], told["rule"], told["value"], told["limit"]) == ("not_in_control", "INT-01", "sue", "ann")
        assert told["text"] == "The conn is held by ann."
    assert ship.supervisor.authority.holder.person == "ann"
    ship.bridge("take", person="mate")
    assert whole(ship, ship.say("authority.release"))["text"] == "The conn is held by the bridge."
    ship.bridge("release")
    assert whole(ship, ship.say("authority.release"))["text"] == "The conn is held by nobody."


def test_the_holder_answers_the_request_that_waits_and_no_other() -> None:
    """Proves AUT-03: an answer names its request; a denial leaves him the conn, and says who denied."""
    ship = Rig()
    ship.take("ann")
    early = ship.say("authority.answer", {"request_id": "01JD8Z6T5Y9K3B7M2N4P6Q9999", "answer": "grant"})
    assert ship.reasons(early) == [("nothing_pending", "AUT-03")]
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    wrong = ship.say("authority.answer", {"request_id": "01JD8Z6T5Y9K3B7M2N4P6Q9999", "answer": "grant"})
    assert ship.reasons(wrong) == [("nothing_pending", "AUT-03")]
    assert ship.state(request) == "executing"
    denied = ship.say("authority.answer", {"request_id": request.id, "answer": "deny"})
    assert ship.state(denied) == "SUCCEEDED"
    assert whole(ship, request)["text"] == "Denied by ann."
    assert ship.reasons(request) == [("denied", "AUT-03")]
    assert (ship.station, ship.supervisor.authority.phase) == ("remote", "held")
    assert numbers_on_disk(ship) == [1]


def test_the_bridge_answers_only_while_it_has_her_and_only_what_waits() -> None:
    """Proves AUT-06: with another's id nothing happens; while somebody ashore has her the holder answers, not the bridge."""
    ship = Rig()
    ship.bridge("take", person="mate")
    request = ship.say("authority.request", {"level": "setpoint"})
    ship.bridge("grant", id="01JD8Z6T5Y9K3B7M2N4P6Q9999")
    assert ship.supervisor.authority.phase == "requested"
    ship.bridge("grant")
    assert (ship.supervisor.authority.phase, ship.state(request)) == ("granted", "SUCCEEDED")
    other = Rig()
    other.take("ann")
    request = other.say("authority.request", {"level": "setpoint"}, "bob")
    other.bridge("grant", id=request.id)
    other.bridge("grant")
    other.bridge("deny")
    assert (other.supervisor.authority.phase, other.state(request)) == ("requested", "executing")


def test_the_bridge_releases_what_it_has_and_nothing_else() -> None:
    """Proves AUT-06: without local control a release is nothing; after it the silence counts anew and nobody has her."""
    ship = Rig()
    ship.take("ann")
    before = len(ship.events)
    ship.bridge("release")
    assert (ship.station, len(ship.events)) == ("remote", before)
    ship.bridge("take", person="mate")
    ship.forward(30.0)
    ship.bridge("release")
    assert ship.station == "none"
    assert ship.supervisor.watch.silence_s(ship.now_s) == 0.0
    assert ship.step == "L0"


def test_what_the_bridge_takes_is_let_go_of_and_its_silence_counts_anew() -> None:
    """Proves AUT-06: orders end with the bridge's reason, the equipment is released, heartbeats of before count no more."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    ship.forward(3.0)
    assert ship.supervisor.link.run_s(ship.now_s) > 0.0
    ship.bridge("take", person="mate")
    assert ship.reasons(order) == [("local_control", "AUT-06")]
    assert ship.moves[-1][1].kind == "release"
    assert ship.supervisor.link.run_s(ship.now_s) == 0.0


def test_machines_whose_operator_is_not_heard_are_let_go_of_and_their_orders_end() -> None:
    """Proves AUT-05: at the end of the lease and the link's lost time, not a tenth of a second sooner; the conn is another's."""
    ship = Rig()
    ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    ship.say("authority.confirm", {}, "mia", group="engineering")
    engineering = ship.supervisor.groups["engineering"].authority
    limit_s = ship.config.authority.lease_s + ship.config.link.lost_s
    began_s = engineering.lease_ends_s() - ship.config.authority.lease_s
    ship.forward(limit_s - (ship.now_s - began_s) - 0.1)
    assert engineering.facts(ship.now_s).station == "remote"
    ship.forward(0.1)
    assert engineering.facts(ship.now_s).station == "none"
    told = [e.body for e in ship.events if e.kind == "authority"][-1]
    assert (told["group"], told["cause"]) == ("engineering", "the operator was not heard any more")


def test_a_ship_that_is_not_ready_is_handed_to_nobody() -> None:
    """Proves AUT-03, INT-03: an input that is missing, and an engine on local, each with its reason and age."""
    for kind, person in (("authority.request", "ann"), ("authority.force", "sue")):
        ship = Rig()
        args: dict[str, Any] = {"level": "setpoint"} | ({"reason": "test"} if kind == "authority.force" else {})
        if kind == "authority.force":
            ship.take("ann")
        ship.values["ME_RDY"] = False
        ship.look()
        told = whole(ship, ship.say(kind, dict(args), person))
        assert (told["name"], told["rule"], told["value"], told["limit"], told["age_s"]) == (
            "remote_control_off", "INT-03", 0.0, 1.0, 0.05,
        )  # fmt: skip
        ship.values["ME_RDY"] = True
        del ship.values["NAV_HDG"]
        ship.look()
        assert ("input_absent", "INT-02") in ship.reasons(ship.say(kind, dict(args), person))


def test_what_was_granted_may_not_be_confirmed_when_the_ship_is_not_ready_any_more() -> None:
    """Proves AUT-03: the confirmation is judged anew; nobody has her, and the grant stands until its time is over."""
    ship = Rig()
    ship.say("authority.request", {"level": "setpoint"})
    ship.values["ME_RDY"] = False
    ship.look()
    assert ship.reasons(ship.say("authority.confirm")) == [("remote_control_off", "INT-03")]
    assert (ship.station, ship.supervisor.authority.phase) == ("none", "granted")


def test_a_confirmation_of_what_was_granted_to_another_names_the_number_that_was() -> None:
    """Proves AUT-03, AUT-08: his number and the one that was given stand in the reason."""
    ship = Rig()
    nothing = ship.say("authority.confirm")
    assert (whole(ship, nothing)["name"], whole(ship, nothing)["value"], whole(ship, nothing)["limit"]) == (
        "nothing_granted", 0, None,
    )  # fmt: skip
    ship.say("authority.request", {"level": "setpoint"})
    told = whole(ship, ship.say("authority.confirm", {}, "bob"))
    assert (told["name"], told["rule"], told["limit"]) == ("nothing_granted", "AUT-03", 1)
    assert ship.station == "none"


def test_a_takeover_is_forced_from_operators_only_and_by_supervisors_only() -> None:
    """Proves AUT-09: the refusals say what the person has, and where the authority lies."""
    ship = Rig()
    ship.take("ann")
    told = whole(ship, ship.say("authority.force", {"level": "setpoint", "reason": "mine"}, "bob"))
    assert (told["name"], told["rule"], told["value"], told["limit"]) == (
        "no_right",
        "AUT-09",
        "observe, setpoint",
        "supervise",
    )
    ship.bridge("take", person="mate")
    told = whole(ship, ship.say("authority.force", {"level": "setpoint", "reason": "test"}, "sue"))
    assert (told["name"], told["rule"], told["value"]) == ("cannot_force", "AUT-09", "local")


@pytest.mark.parametrize(
    ("name", "channel", "actual", "loaded", "off", "limit", "unit"),
    [
        ("heading_deg", "NAV_HDG", 359.0, 2.0, 3.0, 2.0, "deg"),
        ("heading_deg", "NAV_HDG", 1.0, 358.0, 3.0, 2.0, "deg"),
        ("rudder_deg", "STG_RUD_S", 4.0, -2.0, 6.0, 5.0, "deg"),
        ("propulsion_pct", "ME_RPM", 20.45, 20.0, 10.0, 5.0, "%"),
    ],
)
def test_a_loaded_setpoint_that_would_jolt_her_is_refused_with_how_far_it_is_off(
    name: str, channel: str, actual: float, loaded: float, off: float, limit: float, unit: str
) -> None:
    """Proves AUT-04: across north too, and to both sides; the reason carries the distance, the limit and the age."""
    ship = Rig()
    ship.values[channel] = actual
    ship.look()
    ship.say("authority.request", {"level": "setpoint"})
    told = whole(ship, ship.say("authority.confirm", {name: loaded}))
    assert (told["name"], told["rule"], told["value"], told["limit"], told["unit"], told["age_s"]) == (
        "bump", "AUT-04", pytest.approx(off), limit, unit, 0.05,
    )  # fmt: skip
    assert not math.isnan(off)
    assert ship.station == "none"


def test_a_loaded_setpoint_that_cannot_be_compared_is_refused() -> None:
    """Proves AUT-04, INT-02: without the engine's speed nobody knows whether a propulsion would jolt her."""
    ship = Rig()
    ship.say("authority.request", {"level": "setpoint"})
    del ship.values["STG_RUD_S"]
    ship.look()
    refused = ship.say("authority.confirm", {"rudder_deg": 0.0})
    assert ("bump", "AUT-04") in ship.reasons(refused)
    assert "STG_RUD_S is not known" in str(ship.told(refused)["reasons"])
    assert ship.station == "none"


def test_what_was_answered_is_answered_once() -> None:
    """Proves AUT-03: after the holder has said yes nobody says no, nor yes again; the grant stands."""
    ship = Rig()
    ship.take("ann")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"})
    for answer in ("deny", "grant"):
        again = ship.say("authority.answer", {"request_id": request.id, "answer": answer})
        assert ship.reasons(again) == [("nothing_pending", "AUT-03")]
    assert (ship.supervisor.authority.phase, numbers_on_disk(ship)) == ("granted", [1, 2])
    other = Rig()
    other.bridge("take", person="mate")
    request = other.say("authority.request", {"level": "setpoint"})
    other.bridge("grant")
    told = len(other.events)
    other.bridge("deny")
    other.bridge("grant", id=request.id)
    assert (other.supervisor.authority.phase, len(other.events)) == ("granted", told)


def test_every_loaded_setpoint_that_would_jolt_her_is_told() -> None:
    """Proves AUT-04: one that cannot be compared hides no other."""
    ship = Rig()
    ship.say("authority.request", {"level": "setpoint"})
    del ship.values["STG_RUD_S"]
    ship.look()
    refused = ship.say("authority.confirm", {"rudder_deg": 0.0, "propulsion_pct": 90.0})
    assert ship.reasons(refused) == [("bump", "AUT-04"), ("bump", "AUT-04")]


def test_machines_that_nobody_has_or_that_are_being_handed_over_do_not_lapse() -> None:
    """Proves AUT-05, AUT-03: nothing is told of what nobody has; who was granted them in the last moment may confirm."""
    ship = Rig()
    ship.forward(0.1)
    told = len(ship.events)
    ship.supervisor.tick(ship.now_s + 100.0)
    ship.drain()
    assert [e.body["cause"] for e in ship.events[told:] if e.kind == "authority"] == []
    ship = Rig()
    limit_s = ship.config.authority.lease_s + ship.config.link.lost_s
    ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    ship.say("authority.confirm", {}, "mia", group="engineering")
    ship.now_s += limit_s - 1.0
    ship.say("authority.request", {"level": "setpoint"}, "kim", group="engineering")
    ship.forward(2.0)
    ship.say("authority.confirm", {}, "kim", group="engineering")
    facts = ship.supervisor.groups["engineering"].authority.facts(ship.now_s)
    assert (facts.station, facts.person) == ("remote", "kim")


def test_one_word_of_the_bridge_answers_one_request() -> None:
    """Proves AUT-06: two wait, for the conn and for the machines; the first is answered, the other goes on waiting."""
    ship = Rig()
    ship.bridge("take", person="mate")
    conn = ship.say("authority.request", {"level": "setpoint"})
    machines = ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    ship.bridge("grant")
    assert (ship.state(conn), ship.state(machines)) == ("SUCCEEDED", "executing")
    ship.bridge("deny", id=machines.id)
    assert (ship.state(machines), ship.supervisor.authority.phase) == ("REJECTED", "granted")


def test_machines_lapse_at_the_very_moment_and_by_who_had_them() -> None:
    """Proves AUT-05: at the end of lease and lost time, not after it."""
    ship = Rig()
    ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    ship.say("authority.confirm", {}, "mia", group="engineering")
    engineering = ship.supervisor.groups["engineering"].authority
    ship.supervisor.tick(engineering.lease_ends_s() + ship.config.link.lost_s)
    assert engineering.facts(ship.now_s).station == "none"
