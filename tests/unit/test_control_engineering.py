"""The group `engineering`: its own authority, and discrete orders one after the other, each verified by its read-back."""

from __future__ import annotations

import dataclasses

import pytest

from control.limits import ConfigError, ControlConfig
from control.machinery import QUEUE_MAX
from control.messages import Journaled
from protocols.link.cbor import Plain
from protocols.reading import Quality
from tests.control_rig import VESSEL, Rig, example_table

PUMP2: dict[str, Plain] = {"machine": "steering pump 2"}
PUMP1: dict[str, Plain] = {"machine": "steering pump 1"}


def take_engineering(ship: Rig, person: str = "mia") -> None:
    """Give the group `engineering` to `person`, who beats for it once."""
    request = ship.say("authority.request", {"level": "setpoint"}, person, group="engineering")
    assert ship.state(request) == "SUCCEEDED", ship.told(request)["reasons"]
    confirm = ship.say("authority.confirm", {}, person, group="engineering")
    assert ship.state(confirm) == "SUCCEEDED", ship.told(confirm)["reasons"]
    ship.beat(person, group="engineering")


def with_pumps(count: int) -> ControlConfig:
    """Return the example with `count` more pumps, all read back by the second steering pump's channel."""
    table = example_table()
    row = table["machinery"][1]
    table["machinery"] += [row | {"name": f"pump {number}", "register": f"pump_{number}"} for number in range(count)]
    return ControlConfig.from_mapping(VESSEL, table)


def test_a_pump_is_started_through_its_register_and_succeeds_by_its_read_back() -> None:
    """Proves AUT-01, CMD-06, CMD-13: journal, register, and telemetry newer than the order that shows it running."""
    ship = Rig()
    take_engineering(ship)
    before = len(ship.journal)
    order = ship.say("pump.start", PUMP2, "mia")
    assert ship.state(order) == "executing"
    assert len(ship.journal) == before + 1
    setpoint = ship.moves[-1][1]
    assert (setpoint.kind, setpoint.register, setpoint.value) == ("machine", "pump_2_order", 1.0)
    ship.forward(2.0)
    assert ship.state(order) == "executing"
    ship.values["STG_PMP2"] = True
    ship.forward(0.2)
    assert ship.state(order) == "SUCCEEDED"
    # The setpoints of the conn were not touched.
    assert ship.supervisor.execution.setpoints.heading_deg is None


def test_a_machine_that_does_not_answer_ends_the_order_as_failed_and_an_old_read_back_proves_nothing() -> None:
    """Proves CMD-06: pump 1 runs already, but what says so was measured before the order."""
    ship = Rig()
    take_engineering(ship)
    order = ship.say("pump.start", PUMP2, "mia")
    for _ in range(11):
        ship.beat("mia", group="engineering")
        ship.forward(1.0)
    assert ship.state(order) == "FAILED"
    assert ship.reasons(order) == [("no_effect", "CMD-06")]
    ship.ages_s["STG_PMP1"] = 2.9
    ship.look()
    old = ship.say("pump.start", PUMP1, "mia")
    ship.look()
    assert ship.state(old) == "executing"
    ship.ages_s["STG_PMP1"] = 0.05
    ship.forward(0.2)
    assert ship.state(old) == "SUCCEEDED"


def test_the_groups_have_an_authority_each() -> None:
    """Proves AUT-01, AUT-08, INT-01: Ann has the conn, Mia the machines; neither orders what the other has."""
    ship = Rig()
    ship.take("ann")
    take_engineering(ship)
    facts = ship.supervisor.facts(ship.now_s)
    assert facts.engineering is not None
    assert (facts.authority.person, facts.engineering.person) == ("ann", "mia")
    assert facts.authority.fencing != facts.engineering.fencing
    assert ship.reasons(ship.say("pump.start", PUMP2, "ann")) == [("not_in_control", "INT-01")]
    assert ("not_in_control", "INT-01") in ship.reasons(ship.say("conn.heading", {"heading_deg": 95}, "mia"))
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95}, "ann")) == "executing"
    assert {e.body["group"] for e in ship.events if e.kind == "authority"} == {"conn", "engineering"}


def test_heartbeats_of_one_group_keep_no_other_alive() -> None:
    """Proves AUT-05, FBK-04: Ann has both; she beats for the machines only, and the ladder is climbed all the same."""
    ship = Rig()
    ship.take("ann")
    take_engineering(ship, "ann")
    ship.beating = None
    for _ in range(14):
        ship.beat("ann", group="engineering")
        ship.forward(1.0)
    assert ship.step == "L3"
    assert ship.supervisor.groups["engineering"].authority.has_lease(ship.now_s)
    # The machines obey still: the ladder is the conn's.
    assert ship.state(ship.say("pump.start", PUMP2, "ann")) == "executing"


def test_a_holder_who_is_not_heard_loses_the_machines_and_they_stay_as_they_are() -> None:
    """Proves AUT-05, AUT-01: after the lease orders are refused, after the link's lost time the group is nobody's."""
    ship = Rig()
    take_engineering(ship)
    ship.forward(ship.config.authority.lease_s + 0.5)
    assert ship.reasons(ship.say("pump.start", PUMP2, "mia")) == [("lease_lapsed", "AUT-05")]
    moves = len(ship.moves)
    ship.forward(ship.config.link.lost_s)
    facts = ship.supervisor.facts(ship.now_s)
    assert facts.engineering is not None
    assert facts.engineering.station == "none"
    assert [move for move in ship.moves[moves:] if move[1].kind == "machine"] == []


def test_the_bridge_takes_every_group_in_one_action() -> None:
    """Proves AUT-06, AUT-01: orders for machines that wait are cancelled, what runs goes on running."""
    ship = Rig()
    ship.take("ann")
    take_engineering(ship)
    order = ship.say("pump.start", PUMP2, "mia")
    ship.bridge("take", person="mate")
    facts = ship.supervisor.facts(ship.now_s)
    assert facts.engineering is not None
    assert (facts.authority.station, facts.engineering.station) == ("local", "local")
    assert ship.state(order) == "CANCELLED"
    # A request for the machines is put to the bridge; she answers it by its id.
    request = ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    assert ship.state(request) == "executing"
    ship.bridge("grant", id=request.id)
    assert ship.state(request) == "SUCCEEDED"


def test_one_order_outstanding_for_a_machine_and_eight_waiting_for_their_turn() -> None:
    """Proves CMD-08, CMD-14: a second one for the same machine is refused, the ninth that waits is `busy`."""
    ship = Rig(config=with_pumps(9))
    take_engineering(ship)
    running = ship.say("pump.start", PUMP2, "mia")
    assert ship.reasons(ship.say("pump.stop", PUMP2, "mia")) == [("outstanding", "CMD-14")]
    waiting = []
    for number in range(QUEUE_MAX):
        if number == 4:
            ship.forward(1.1)  # at most ten orders a second
        waiting.append(ship.say("pump.start", {"machine": f"pump {number}"}, "mia"))
    assert {ship.state(order) for order in waiting} == {"accepted"}
    assert ship.reasons(ship.say("pump.start", {"machine": "pump 8"}, "mia")) == [("busy", "CMD-08")]
    # One at a time: when the first has ended the next begins.
    moves = len(ship.moves)
    ship.values["STG_PMP2"] = True
    ship.look()
    assert ship.state(running) == "SUCCEEDED"
    assert [move[1].register for move in ship.moves[moves:]] == ["pump_0"]
    # One that waits can be cancelled; it never begins.
    cancel = ship.say("order.cancel", {"order_id": waiting[3].id}, "mia", group="engineering")
    assert ship.state(cancel) == "SUCCEEDED"
    ship.forward(3.0)
    assert [ship.state(order) for order in waiting].count("SUCCEEDED") == QUEUE_MAX - 1
    assert "pump_3" not in [move[1].register for move in ship.moves]


def test_an_order_is_judged_again_when_its_turn_comes() -> None:
    """Proves CMD-04, INT-03, CMD-13: its deadline passes in the queue, or the engine room takes the machines to local."""
    for change, state in (("late", "EXPIRED"), ("local", "REJECTED")):
        ship = Rig(config=with_pumps(1))
        take_engineering(ship)
        ship.say("pump.start", PUMP2, "mia")
        waiting = ship.say("pump.start", {"machine": "pump 0"}, "mia")
        assert ship.state(waiting) == "accepted"
        if change == "late":
            ship.now_s += 61.0
        else:
            ship.values["ME_RDY"] = False
        ship.now_s += 1.0
        ship.values["STG_PMP2"] = True
        ship.look()
        assert ship.state(waiting) == state
        assert "pump_0" not in [move[1].register for move in ship.moves]


def test_a_journal_that_fails_starts_no_machine() -> None:
    """Proves CMD-13: the record first; without it FAILED, and nothing was written to the PLC."""
    ship = Rig()
    take_engineering(ship)
    ship.journal_works = False
    order = ship.say("pump.start", PUMP2, "mia")
    assert ship.reasons(order) == [("journal", "CMD-13")]
    assert [move for move in ship.moves if move[1].kind == "machine"] == []
    ship.feed(Journaled(10_000))
    assert ship.state(order) == "FAILED"


def test_the_last_steering_pump_is_not_stopped_while_she_makes_way() -> None:
    """Proves INT-03: refused at nine knots and while the speed is not known; allowed when she lies still."""
    ship = Rig()
    take_engineering(ship)
    assert ship.reasons(ship.say("pump.stop", PUMP1, "mia")) == [("last_pump", "INT-03")]
    del ship.values["NAV_SOG"]
    ship.look()
    assert ship.reasons(ship.say("pump.stop", PUMP1, "mia")) == [("last_pump", "INT-03")]
    ship.values.update(NAV_SOG=0.5)
    ship.look()
    assert ship.state(ship.say("pump.stop", PUMP1, "mia")) == "executing"
    # With the other one running she may stop it at any speed.
    ship = Rig()
    ship.values["STG_PMP2"] = True
    ship.look()
    take_engineering(ship)
    assert ship.state(ship.say("pump.stop", PUMP1, "mia")) == "executing"


@pytest.mark.parametrize(
    ("what", "name", "rule"),
    [("unknown", "machine_unknown", "CMD-01"), ("other kind", "machine_unknown", "CMD-01"), ("absent", "input_absent", "INT-02"),
     ("stale", "input_stale", "INT-02"), ("invalid", "input_invalid", "INT-02"), ("local", "remote_control_off", "INT-03"),
     ("stopped", "emergency_stop", "INT-11")],
)  # fmt: skip
def test_an_order_for_a_machine_has_its_interlocks(what: str, name: str, rule: str) -> None:
    """Proves INT-02, INT-03, INT-11, CMD-07: each refusal with its reason, and nothing is written."""
    ship = Rig()
    take_engineering(ship)
    args = {"unknown": {"machine": "ballast pump"}, "other kind": {"machine": "generator 1"}}.get(what, PUMP2)
    if what == "absent":
        del ship.values["STG_PMP2"]
    elif what == "stale":
        ship.ages_s["STG_PMP2"] = 4.0
    elif what == "invalid":
        ship.qualities["STG_PMP2"] = Quality.INVALID
    elif what == "local":
        ship.values["ME_RDY"] = False
    elif what == "stopped":
        ship.stop("sue")
    ship.look()
    order = ship.say("pump.start", args, "mia")  # type: ignore[arg-type] # both maps hold plain values
    assert (name, rule) in ship.reasons(order)
    assert [move for move in ship.moves if move[1].kind == "machine"] == []


def test_stopping_a_generator_takes_two_people() -> None:
    """Proves CMD-10: a blackout is critical; starting one is not."""
    ship = Rig()
    take_engineering(ship)
    alone = ship.say("generator.stop", {"machine": "generator 1"}, "mia")
    assert ship.reasons(alone) == [("approval_missing", "CMD-10")]
    order = ship.order("generator.stop", {"machine": "generator 1"}, "mia")
    assert ship.send_approved(order, "sue") == "executing"
    ship.values["GEN1_RPM"] = 0.0
    ship.forward(0.2)
    assert ship.state(order) == "SUCCEEDED"
    assert ship.state(ship.say("generator.start", {"machine": "generator 1"}, "mia")) == "executing"


def test_a_vessel_without_machinery_has_no_such_group() -> None:
    """Proves AUT-01: nothing to order, nothing to hold; the heartbeat does not name the group."""
    table = example_table()
    del table["machinery"]
    ship = Rig(config=ControlConfig.from_mapping(VESSEL, table))
    request = ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    assert ship.reasons(request) == [("no_such_group", "AUT-01")]
    assert ship.reasons(ship.say("pump.start", PUMP2, "mia"))[0] == ("no_such_group", "AUT-01")
    assert ship.supervisor.facts(ship.now_s).engineering is None


@pytest.mark.parametrize(
    ("person", "group", "level", "name"),
    [("mia", "conn", "setpoint", "no_right"), ("mia", "engineering", "direct", "no_right"),
     ("vic", "engineering", "setpoint", "no_right"), ("bob", "engineering", "direct", "no_right")],
)  # fmt: skip
def test_rights_are_per_group_and_level(person: str, group: str, level: str, name: str) -> None:
    """Proves AUT-11: a maintainer has machines and never the conn; a viewer has neither."""
    ship = Rig()
    order = ship.say("authority.request", {"level": level}, person, group=group)
    assert (name, "AUT-11") in ship.reasons(order)


def test_a_role_is_never_given_more_than_it_may_have_whatever_its_key_says() -> None:
    """Proves AUT-11: the Master has signed every right for a viewer; the role still bounds it."""
    from control.believed import rights

    ship = Rig()
    keys = ship.supervisor.believed._keys.values()
    vic = dataclasses.replace(
        next(entry for entry in keys if entry.person == "vic"), rights=("observe", "setpoint", "direct")
    )
    assert [reason.name for reason in rights(vic, "conn", "setpoint")] == ["role_too_low"]
    mia = dataclasses.replace(vic, role="maintainer")
    assert [reason.name for reason in rights(mia, "conn", "setpoint")] == ["role_too_low"]
    assert rights(mia, "engineering", "setpoint") == []


def test_two_machines_of_one_name_do_not_start() -> None:
    """Proves CMD-01: an order must name one machine and no other."""
    table = example_table()
    table["machinery"][1]["name"] = "steering pump 1"
    with pytest.raises(ConfigError, match="two machines are called 'steering pump 1'"):
        ControlConfig.from_mapping(VESSEL, table)
