"""Every reason against an order at one moment: rules, who holds the group, what has lapsed since, the ladder, disk and ledger."""

from __future__ import annotations

import dataclasses

import pytest

from control.messages import LedgerState, SignedGrant, SignedRoster
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import Order
from tests.control_rig import UTC_NS, YEAR_NS, Rig, signed_grant, signed_roster
from tests.unit.test_control_engineering import PUMP2, take_engineering
from tests.unit.test_control_phases import with_phases

HEADING: dict[str, Plain] = {"heading_deg": 90.0}


def under_way(level: str = "setpoint") -> Rig:
    """Return a ship that Ann has."""
    ship = Rig()
    ship.take("ann", level)
    return ship


def reasons(ship: Rig, order: Order) -> list[Reason]:
    """Return what is against an order now, whatever its signature, sequence or deadline."""
    return ship.supervisor._judge.reasons(order, ship.supervisor.situation, ship.now_s)


def against(
    ship: Rig, kind: str, args: dict[str, Plain] | None = None, person: str = "ann", **changes: object
) -> list[str]:
    """Return the names of what is against an order of this kind now."""
    return [one.name for one in reasons(ship, ship.order(kind, args, person, **changes))]


def at_the_stick(ship: Rig) -> list[tuple[str, str]]:
    """Return (name, rule) of what is against a stick that asks for what she does."""
    found = ship.supervisor._judge.direct({"rudder_deg": 0.0, "propulsion_pct": 50.0}, ship.supervisor.situation)
    return [(one.name, one.rule) for one in found]


def test_an_order_that_nothing_speaks_against_is_allowed_and_all_that_does_is_told_at_once() -> None:
    """Proves CMD-07: one answer with every reason of rule, holder, grant, ladder, disk and ledger."""
    ship = under_way()
    assert against(ship, "conn.heading", HEADING) == []
    ship.values["STG_PMP1"] = False
    ship.beating = None
    ship.forward(4.0)
    ship.bridge("revoke_access")
    ship.supervisor._judge.journal_problem, ship.supervisor._judge.ledger_problem = "disk full", "read-only"
    found = reasons(ship, ship.order("conn.heading", HEADING, "bob"))
    assert [(one.name, one.rule) for one in found] == [
        ("not_in_control", "INT-01"), ("steering_pump", "INT-03"), ("no_grant", "AUT-07"), ("ladder", "FBK-01"),
        ("ledger", "LED-04"), ("journal", "CMD-13"),
    ]  # fmt: skip
    assert "disk full" in found[-1].text


def test_a_controlled_stop_asks_neither_for_a_grant_nor_for_the_ladder_nor_for_the_ledger() -> None:
    """Proves INT-02, LED-04, AUT-07: who has the conn may always stop her; a damaged journal alone is against it."""
    ship = under_way()
    ship.beating = None
    ship.forward(4.0)
    ship.bridge("revoke_access")
    ship.supervisor._judge.ledger_problem = "read-only"
    assert ship.step == "L2"
    assert against(ship, "conn.controlled_stop") == []
    assert against(ship, "conn.heading", HEADING) == ["no_grant", "ladder", "ledger"]
    ship.supervisor._judge.journal_problem = "disk full"
    assert against(ship, "conn.controlled_stop") == ["journal"]


def test_what_lapses_after_the_conn_was_taken_counts_at_once() -> None:
    """Proves AUT-07, AUT-11, CMD-12: the grant's time and words, and the holder's key, at the moment of the order."""
    ship = under_way("direct")
    # The grant names other levels now; then other times.
    ship.feed(SignedGrant(signed_grant(levels=("setpoint",), version=2)))
    assert against(ship, "conn.heading", HEADING) == ["grant_level"]
    assert at_the_stick(ship) == [("grant_level", "AUT-07")]
    ship.feed(SignedGrant(signed_grant(version=3)))
    assert (against(ship, "conn.heading", HEADING), at_the_stick(ship)) == ([], [])
    # Her key is out of the roster: it is said so that she understands it, with what else is against her.
    ship.feed(SignedRoster(signed_roster(2, ("bob", "sue"))))
    (gone,) = reasons(ship, ship.order("conn.heading", HEADING))
    assert (gone.name, gone.rule) == ("holder_key_gone", "CMD-12")
    assert gone.text.startswith("The key with which control was taken is no longer in the ship's roster")
    assert at_the_stick(ship) == [("holder_key_gone", "CMD-12")]
    ship.bridge("revoke_access")
    assert against(ship, "conn.heading", HEADING) == ["holder_key_gone", "no_grant"]
    # A key whose time is over is another thing than one that is gone.
    old = under_way()
    in_a_year = dataclasses.replace(old.supervisor.situation, utc_ns=UTC_NS + YEAR_NS)
    found = old.supervisor._judge.reasons(old.order("conn.heading", HEADING), in_a_year, old.now_s)
    assert [one.name for one in found] == ["key_not_valid_now", "no_current_master"]


def test_with_nobody_ashore_the_grant_alone_is_asked_for() -> None:
    """Proves AUT-07, INT-01: no holder's key is looked for where there is none."""
    ship = Rig()
    assert against(ship, "conn.heading", HEADING) == ["not_in_control"]
    ship.bridge("revoke_access")
    assert against(ship, "conn.heading", HEADING) == ["not_in_control", "no_grant"]
    ship.bridge("take", person="mate")
    assert against(ship, "conn.heading", HEADING) == ["not_in_control", "no_grant"]


def test_a_stop_is_reset_only_where_one_is_latched() -> None:
    """Proves EST-02, LED-04: nothing else is asked for, but that ledger and journal can keep it."""
    ship = Rig()
    (nothing,) = reasons(ship, ship.order("stop.reset"))
    assert (nothing.name, nothing.rule) == ("nothing_latched", "EST-02")
    ship.stop("sue")
    assert against(ship, "stop.reset") == []
    ship.supervisor._judge.ledger_problem, ship.supervisor._judge.journal_problem = "read-only", "disk full"
    assert against(ship, "stop.reset") == ["ledger", "journal"]


def test_a_drill_is_judged_by_the_drills_own_desk_and_by_what_can_be_kept() -> None:
    """Proves INT-03, LED-04: real actuators; no rule about a heading is asked."""
    ship = Rig()
    ship.take("ann")
    ship.supervisor._judge.journal_problem = "disk full"
    order = ship.order("drill.begin", {"exercise": "takeover"})
    assert [one.name for one in reasons(ship, order)] == ["real_actuators", "journal"]
    ship.supervisor._judge.further = lambda asked: [Reason(asked.kind, "INT-03", "told by the desk")]
    assert against(ship, "drill.end") == ["drill.end", "journal"]


def test_a_phase_is_judged_by_what_is_in_force_under_it() -> None:
    """Proves FBK-02, INT-04: 70 % is too much at berth; a heading order is never judged so."""
    ship = Rig(config=with_phases())
    ship.take("ann")
    assert against(ship, "conn.phase", {"phase": "berth"}) == [
        "propulsion_range"
    ]  # half ahead was loaded with the conn
    ship.say("conn.propulsion", {"propulsion_pct": 20.0})
    assert against(ship, "conn.phase", {"phase": "berth"}) == []
    assert against(ship, "conn.phase", {"phase": "port_approach"}) == ["phase_unknown"]


def test_a_wish_that_cannot_be_translated_is_refused_for_it() -> None:
    """Proves INT-02, INT-04: a course without a course over ground; what is in force tells how far the engine may jump."""
    ship = under_way()
    ship.values.pop("NAV_COG")
    ship.look()
    assert against(ship, "conn.course", {"course_deg": 90.0}) == ["input_absent"]


def test_the_round_trip_counts_for_direct_control_alone() -> None:
    """Proves INT-09: two seconds to and fro are too many for a rudder and a stick, and no matter for a heading."""
    ship = under_way("direct")
    for trip_ms, refused in ((2000.0, False), (2000.1, True)):
        ship.supervisor.link.round_trip_ms = trip_ms
        found = against(ship, "conn.rudder", {"rudder_deg": 5.0})
        assert bool(found) is refused
        assert [rule for _, rule in at_the_stick(ship)] == ["INT-09"] * refused
        assert against(ship, "conn.heading", HEADING) == []


def test_a_latched_stop_is_against_everything_that_moves_her() -> None:
    """Proves INT-11: orders and stick."""
    ship = under_way("direct")
    ship.stop("sue")
    assert "emergency_stop" in against(ship, "conn.heading", HEADING)
    assert ("emergency_stop", "INT-11") in at_the_stick(ship)


def test_a_stick_is_held_against_ladder_journal_and_ledger() -> None:
    """Proves DMN-01, FBK-01, CMD-13: each by its own name and rule, with why it cannot be written."""
    ship = under_way("direct")
    assert at_the_stick(ship) == []
    ship.beating = None
    ship.forward(4.0)
    ship.feed(LedgerState("read-only"))
    ship.supervisor._judge.journal_problem = "disk full"
    assert at_the_stick(ship) == [("ladder", "FBK-01"), ("journal", "CMD-13"), ("ledger", "CMD-13")]
    found = ship.supervisor._judge.direct({"rudder_deg": 0.0}, ship.supervisor.situation)
    assert [one.text for one in found[-2:]] == [
        "The journal cannot be written (disk full).", "The ledger cannot be written (read-only).",
    ]  # fmt: skip


def control(ship: Rig, order: Order) -> list[tuple[str, str]]:
    """Return (name, rule) of what is against whoever gives an order."""
    return [(one.name, one.rule) for one in ship.supervisor._judge.control(order, ship.now_s)]


def test_an_order_needs_the_level_of_its_kind() -> None:
    """Proves INT-01: the rudder takes direct control, a heading does not; direct control includes both."""
    ship = under_way()
    assert control(ship, ship.order("conn.heading", HEADING)) == []
    assert control(ship, ship.order("conn.rudder", {"rudder_deg": 5.0})) == [("level_too_low", "INT-01")]
    stick = under_way("direct")
    assert control(stick, stick.order("conn.rudder", {"rudder_deg": 5.0})) == []
    assert control(stick, stick.order("conn.heading", HEADING)) == []


@pytest.mark.parametrize("changes", [{"console": "other"}, {"session": "other"}, {"fencing": 0}, {"person": "bob"}])
def test_an_order_of_the_holder_is_of_his_console_session_and_number(changes: dict[str, object]) -> None:
    """Proves INT-01, AUT-08: each of the four alone is another's order."""
    ship = under_way()
    (name, rule), *_ = control(ship, ship.order("conn.heading", HEADING, **({"person": "ann"} | changes)))  # type: ignore[arg-type] # fields of Order
    assert (name, rule) == ("old_fencing_number" if "fencing" in changes else "not_in_control", "INT-01")


def test_while_the_conn_is_granted_to_another_the_holders_own_number_still_counts() -> None:
    """Proves AUT-03, AUT-08: until it is confirmed the old holder steers by the old number, and none below it."""
    ship = under_way()
    own = ship.supervisor.authority.fencing
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"})
    assert control(ship, ship.order("conn.heading", HEADING, fencing=own)) == []
    assert control(ship, ship.order("conn.heading", HEADING, fencing=own - 1)) == [("old_fencing_number", "INT-01")]


def test_a_group_that_she_has_not_is_nobodys_to_order() -> None:
    """Proves AUT-01: a vessel without machines under remote control has no engineering."""
    config = with_phases()
    ship = Rig(
        config=type(config)(**{name: getattr(config, name) for name in config.__dataclass_fields__} | {"machinery": ()})
    )
    ship.take("ann")
    order = ship.order("pump.start", PUMP2, group="engineering")
    (strange,) = ship.supervisor._judge.control(order, ship.now_s)
    assert (strange.name, strange.rule, strange.value) == ("no_such_group", "AUT-01", "engineering")


def test_machines_are_ordered_by_whoever_proves_that_he_is_there() -> None:
    """Proves AUT-05: without a ladder of its own a lapsed lease refuses; the conn's lapsed lease is the ladder's matter."""
    ship = Rig()
    take_engineering(ship)
    order = ship.order("pump.start", PUMP2, "mia")
    ship.forward(14.9)
    assert control(ship, order) == []
    ship.forward(0.3)
    (lapsed,) = ship.supervisor._judge.control(order, ship.now_s)
    assert (lapsed.name, lapsed.rule) == ("lease_lapsed", "AUT-05")
    assert lapsed.value == pytest.approx(15.2)
    # Of somebody else it is said that he has not got the group, and no more.
    assert control(ship, ship.order("pump.start", PUMP2, "bob")) == [("not_in_control", "INT-01")]
    conn = under_way()
    conn.beating = None
    conn.forward(16.0)
    assert control(conn, conn.order("conn.heading", HEADING)) == []
    # A ladder that holds her is against orders of the conn, and stops no pump.
    ship.supervisor.authority.renew(ship.now_s)
    ship.beat("mia", group="engineering")
    assert ship.step >= "L2"
    assert against(ship, "pump.start", PUMP2, "mia") == []


def test_taking_control_needs_a_journal_and_a_ledger_that_keep_it() -> None:
    """Proves CMD-13, LED-04, AUT-08: a number that is not on disk would be given again."""
    ship = Rig()
    judge = ship.supervisor._judge
    order = ship.order("authority.request", {"level": "setpoint"})
    assert judge.unrecorded(order) == []
    judge.journal_problem, judge.ledger_problem = "disk full", "read-only"
    assert [one.name for one in judge.unrecorded(order)] == ["ledger", "journal"]
    assert judge.unrecorded(ship.order("authority.release")) == []
