"""Words about alerts, orders and machines that cannot be carried out are refused by name and rule, and change nothing."""

from __future__ import annotations

import pytest

from control import bam, command
from control.messages import BridgeLine, JournalFailed, SignedGrant
from protocols.nmea0183.typed import make_sentence
from tests.control_rig import Rig, signed_grant

UNKNOWN = "01JD8Z6T5Y9K3B7M2N4P6Q9999"
POSITION = "position-input"


def blind(ship: Rig) -> None:
    """Let the ship's position be absent for so long that it is alerted."""
    del ship.values["NAV_LAT"]
    ship.forward(3.0)


def machines(ship: Rig, person: str = "mia") -> None:
    """Give the machines to `person`."""
    ship.say("authority.request", {"level": "setpoint"}, person, group="engineering")
    ship.say("authority.confirm", {}, person, group="engineering")


def test_what_is_over_or_was_never_ordered_is_not_cancelled() -> None:
    """Proves CMD-02: an unknown order, one that has ended, and one of another group; what runs goes on."""
    ship = Rig()
    ship.take("ann")
    machines(ship)
    runs = ship.say("conn.heading", {"heading_deg": 95})
    begun = ship.say("pump.start", {"machine": "steering pump 2"}, "mia")
    ship.values["GEN1_RPM"] = 0.0
    ship.look()
    waits = ship.say("generator.start", {"machine": "generator 1"}, "mia")
    for order_id, person, group in (
        (UNKNOWN, "ann", "conn"), (UNKNOWN, "mia", "engineering"), (waits.id, "ann", "conn"), (runs.id, "mia", "engineering"),
        (begun.id, "mia", "engineering"),
    ):  # fmt: skip
        refused = ship.say("order.cancel", {"order_id": order_id}, person, group=group)
        assert ship.reasons(refused) == [("nothing_to_cancel", "CMD-02")]
    assert (ship.state(runs), ship.state(begun), ship.state(waits)) == ("executing", "executing", "accepted")
    ship.forward(1.1)  # ten orders a second are taken, not more
    for order, person, group in ((runs, "ann", "conn"), (waits, "mia", "engineering")):
        done = ship.say("order.cancel", {"order_id": order.id}, person, group=group)
        again = ship.say("order.cancel", {"order_id": order.id}, person, group=group)
        assert (ship.state(done), ship.state(order)) == ("SUCCEEDED", "CANCELLED")
        assert ship.reasons(again) == [("nothing_to_cancel", "CMD-02")]
    # What was cancelled is not outstanding any more: the machine may be ordered anew.
    assert ship.state(ship.say("generator.start", {"machine": "generator 1"}, "mia")) == "accepted"


def test_only_who_has_the_conn_cancels_what_is_ordered_with_it() -> None:
    """Proves INT-01: another's cancellation is refused, and the order goes on."""
    ship = Rig()
    ship.take("ann")
    runs = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.reasons(ship.say("order.cancel", {"order_id": runs.id}, "bob")) == [("not_in_control", "INT-01")]
    assert ship.state(runs) == "executing"


@pytest.mark.parametrize(
    ("kind", "name", "rule"),
    [("alert.acknowledge", "nothing_to_acknowledge", "ALT-02"), ("alert.silence", "nothing_to_silence", "ALT-03"),
     ("alert.take", "nothing_to_take", "ALT-08")],
)  # fmt: skip
def test_an_alert_that_is_normal_or_unknown_is_neither_acknowledged_nor_silenced_nor_taken(
    kind: str, name: str, rule: str
) -> None:
    """Proves ALT-02, ALT-03, ALT-08: each with its reason; raised, the same words do their work once."""
    ship = Rig()
    ship.take("ann")
    for alert in (POSITION, "no-such-alert"):
        assert ship.reasons(ship.say(kind, {"alert_id": alert})) == [(name, rule)]
    blind(ship)
    assert ship.state(ship.say(kind, {"alert_id": POSITION})) == "SUCCEEDED"
    state = {
        "alert.acknowledge": "acknowledged",
        "alert.silence": "silenced",
        "alert.take": "responsibility-transferred",
    }
    assert ship.supervisor.alerts.state_of(POSITION) == state[kind]
    assert ship.reasons(ship.say(kind, {"alert_id": POSITION})) == [(name, rule)]


@pytest.mark.parametrize(
    ("how", "seconds", "expected"),
    [
        ("heard", 20.0, "responsibility-transferred"),
        ("silent", 3.0, "responsibility-transferred"),
        ("silent", 3.7, "unacknowledged"),
        ("released", 0.2, "unacknowledged"),
        ("bridge", 0.2, "unacknowledged"),
    ],
)
def test_an_alert_taken_ashore_comes_back_when_who_took_it_is_not_heard_or_has_her_no_more(
    how: str, seconds: float, expected: str
) -> None:
    """Proves ALT-08: at L2, at a release, and when the bridge takes her; not a moment sooner."""
    ship = Rig()
    ship.take("ann")
    ship.feed(JournalFailed(0, "disk full"))
    ship.forward(0.2)
    ship.beat("ann")
    ship.say("alert.take", {"alert_id": "journal"})
    if how != "heard":
        ship.beating = None
    if how == "released":
        ship.say("authority.release")
    elif how == "bridge":
        ship.bridge("take")
    ship.forward(seconds)
    assert ship.supervisor.alerts.state_of("journal") == expected


def test_what_is_said_on_the_bridge_carries_the_ship_s_time_of_day() -> None:
    """Proves ALT-08: of a change that she tells by herself, and of a refusal; nine times ten to the eighth is no second."""
    ship = Rig()
    blind(ship)
    ship.bridge("acknowledge", id=POSITION)
    number = bam.IDS[POSITION]
    ship.feed(BridgeLine(make_sentence("CA", "ACN", {
        "utc": "12:00:00.00", "maker": "FHM", "alert": number, "instance": 1, "command": "S", "sentence_status": "C",
    }, 0)))  # fmt: skip
    lines = [line for line in ship.spoken if line[3:6] in (b"ALF", b"ARC") and b",141320.00," in line]
    assert {line[3:6] for line in lines} == {b"ALF", b"ARC"}


def test_a_journal_that_is_re_armed_is_told_which_grants_were_taken_and_revoked() -> None:
    """Proves AUT-07, CMD-13: what was damaged is written anew, so that a restart knows it."""
    ship = Rig()
    ship.bridge("revoke_access", person="mate")
    ship.feed(JournalFailed(0, "disk full"))
    ship.journal.clear()
    ship.bridge("rearm")
    found = command.restore(ship.journal)
    assert (found.grant_taken, found.grant_revoked) == (1, 1)
    again = Rig(now_s=2000.0, journal=ship.journal)
    assert ("no_grant", "AUT-07") in again.reasons(again.say("authority.request", {"level": "setpoint"}))


def test_a_grant_that_comes_while_the_journal_has_failed_is_not_written() -> None:
    """Proves CMD-13, AUT-07: a journal that has failed is left alone until it is re-armed; one that works keeps the number."""
    for failed in (False, True):
        ship = Rig()
        if failed:
            ship.feed(JournalFailed(0, "disk full"))
        ship.feed(SignedGrant(signed_grant(version=2)))
        assert command.restore(ship.journal).grant_taken == (1 if failed else 2)


def test_the_bridge_silences_and_acknowledges_the_alert_it_names() -> None:
    """Proves ALT-02, ALT-03: silenced is not acknowledged; a word about another alert changes nothing of this one."""
    ship = Rig()
    blind(ship)
    ship.bridge("silence", id="heading-input")
    ship.bridge("acknowledge", id="heading-input")
    assert ship.supervisor.alerts.state_of(POSITION) == "unacknowledged"
    ship.bridge("silence", id=POSITION)
    assert ship.supervisor.alerts.state_of(POSITION) == "silenced"
    ship.bridge("acknowledge", id=POSITION)
    assert ship.supervisor.alerts.state_of(POSITION) == "acknowledged"


def test_orders_for_machines_end_when_their_operator_is_not_heard_and_who_takes_them_begins_anew() -> None:
    """Proves AUT-05, AUT-03: lapsed by the name of who was not heard; handed over by the name of who has them now."""
    for how, name, rule in (("lapsed", "lapsed", "AUT-05"), ("forced", "handed_over", "AUT-03")):
        ship = Rig()
        machines(ship)
        ship.values["GEN1_RPM"] = 0.0
        ship.look()
        waits = [ship.say("generator.start", {"machine": "generator 1"}, "mia")]
        if how == "lapsed":
            ship.forward(ship.config.authority.lease_s + ship.config.link.lost_s + 0.1)
        else:
            waits.append(ship.say("pump.start", {"machine": "steering pump 2"}, "mia"))
            ship.say("authority.force", {"level": "setpoint", "reason": "test"}, "kim", group="engineering")
            ship.say("authority.confirm", {}, "kim", group="engineering")
        assert {ship.state(order) for order in waits} == {"CANCELLED"}
        told = [reason for order in waits for reason in ship.reasons(order)]
        assert set(told) == {(name, rule)}


def test_a_new_holder_s_link_begins_with_his_confirmation() -> None:
    """Proves AUT-03, FBK-01: the beats of the one before him count for nothing, and his silence counts from then."""
    ship = Rig()
    ship.take("ann")
    ship.forward(8.0)
    assert ship.supervisor.link.run_s(ship.now_s) > 7.0
    ship.beating = None
    ship.forward(1.0)
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"})
    ship.forward(0.5)
    ship.say("authority.confirm", {}, "bob")
    assert ship.supervisor.watch.silence_s(ship.now_s) == 0.0
    assert ship.supervisor.link.run_s(ship.now_s) == 0.0
    ship.forward(3.3)
    assert ship.step == "L0"
    ship.forward(0.3)
    assert ship.step == "L2"


def test_a_machine_is_stopped_by_a_nought_and_started_by_a_one() -> None:
    """Proves CMD-06: what is written to the register is what was ordered, and its read-back is looked for the same way."""
    ship = Rig()
    machines(ship)
    ship.values["STG_PMP2"] = True
    ship.look()
    stop = ship.say("pump.stop", {"machine": "steering pump 2"}, "mia")
    assert (ship.moves[-1][1].register, ship.moves[-1][1].value) == ("pump_2_order", 0.0)
    ship.forward(0.5)
    assert ship.state(stop) == "executing"
    ship.values["STG_PMP2"] = False
    ship.forward(0.2)
    assert ship.state(stop) == "SUCCEEDED"
    start = ship.say("pump.start", {"machine": "steering pump 2"}, "mia")
    assert (ship.moves[-1][1].value, ship.state(start)) == (1.0, "executing")


@pytest.mark.parametrize(
    ("age_s", "state"), [(0.1, "executing"), (0.0625, "SUCCEEDED")], ids=["at the order", "after it"]
)
def test_a_read_back_of_the_moment_of_the_order_proves_nothing(age_s: float, state: str) -> None:
    """Proves CMD-06: it must be newer than the order."""
    ship = Rig()
    machines(ship)
    ship.values["STG_PMP2"] = True
    order = ship.say("pump.start", {"machine": "steering pump 2"}, "mia")
    ship.now_s += 0.125
    ship.ages_s["STG_PMP2"] = 0.125 if state == "executing" else age_s
    ship.look()
    assert ship.state(order) == state


def test_what_runs_at_its_limit_does_not_run() -> None:
    """Proves CMD-06: a generator runs above 600 rpm, not at it."""
    ship = Rig()
    machines(ship)
    ship.values["GEN1_RPM"] = 600.0
    ship.look()
    order = ship.say("generator.start", {"machine": "generator 1"}, "mia")
    ship.forward(0.5)
    assert ship.state(order) == "executing"
    ship.values["GEN1_RPM"] = 600.5
    ship.forward(0.2)
    assert ship.state(order) == "SUCCEEDED"


@pytest.mark.parametrize(("late_s", "state"), [(0.0, "executing"), (0.001, "EXPIRED")])
def test_an_order_in_the_queue_is_begun_up_to_its_deadline(late_s: float, state: str) -> None:
    """Proves CMD-04: to the millisecond; what is over is told as such."""
    ship = Rig()
    machines(ship)
    ship.values["GEN1_RPM"] = 0.0
    ship.look()
    ship.say("pump.start", {"machine": "steering pump 2"}, "mia")
    until_ms = round(ship.now_s * 1000) + 2000
    waits = ship.say("generator.start", {"machine": "generator 1"}, "mia", deadline_ms=until_ms)
    assert ship.state(waits) == "accepted"
    ship.values["STG_PMP2"] = True
    ship.now_s = until_ms / 1000 + late_s
    ship.look()
    assert ship.state(waits) == state
    if state == "EXPIRED":
        assert ship.reasons(waits) == [("deadline", "CMD-04")]
