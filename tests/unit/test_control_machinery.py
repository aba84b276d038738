"""One machine after the other, order by order, without a ship around it: begun, proven, late (CMD-04, CMD-06, CMD-08)."""

from __future__ import annotations

import dataclasses

import pytest

from control.command import KnownOrders, Record
from control.execution import Execution
from control.limits import Machine
from control.machinery import QUEUE_MAX, Machinery, is_running
from control.messages import Actuate, Emit, Setpoint
from control.situation import Fact, Situation
from protocols.link.events import Reason
from protocols.link.orders import Order
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

GENERATOR = Machine("generator 1", "generator", "generator_1_order", "GEN1_RPM", 600.0, 30.0)
PUMPS = tuple(Machine(f"pump {number}", "pump", f"pump_{number}", "STG_PMP2", 0.5, 10.0) for number in range(12))
CONFIG = dataclasses.replace(example_config(), machinery=(GENERATOR, *PUMPS))


class Plant:
    """Machines, what they show, and what was told of their orders."""

    def __init__(self) -> None:
        """Begin at 1000 s with everything stopped."""
        self.now_s, self.known = 1000.0, KnownOrders()
        self.execution = Execution(CONFIG, self.known)
        self.machinery = Machinery(CONFIG, self.execution)
        self.values: dict[str, float | None] = {"GEN1_RPM": 0.0, "STG_PMP2": 0.0}
        self.age_s = 0.0
        self.refusal: list[Reason] = []
        self.count = 0

    def order(self, kind: str, machine: str, life_s: float = 60.0) -> Record:
        """Accept an order whose record is written down at once."""
        self.count += 1
        deadline_ms = round((self.now_s + life_s) * 1000)
        order = Order(f"id-{self.count}", "petrel", "engineering", kind, {"machine": machine}, "mia", "c", "s", 1, self.count,
                      "boot", deadline_ms, UTC_NS)  # fmt: skip
        record = Record(order.id, "digest", order)
        self.known.add(record)
        self.machinery.accept(record, order)
        if not record.is_ended:
            self.machinery.journaled(self.execution._journal_number)
        return record

    def look(self, after_s: float = 0.0) -> None:
        """Look at the machines so much later."""
        self.now_s += after_s
        facts = {
            name: Fact(value, Quality.GOOD, self.age_s) for name, value in self.values.items() if value is not None
        }
        self.machinery.look(Situation(facts, UTC_NS), lambda _: self.refusal, self.now_s)

    @property
    def moved(self) -> list[Setpoint]:
        """What was written to the plant."""
        return [one.setpoint for one in self.execution.outbox if isinstance(one, Actuate)]


def why(record: Record) -> list[tuple[object, ...]]:
    """Return (name, rule, value, limit) of each reason of a record."""
    return [(one.name, one.rule, one.value, one.limit) for one in record.reasons]


@pytest.mark.parametrize(("rpm", "runs"), [(600.0, False), (600.1, True), (0.0, False), (None, None)])
def test_a_machine_runs_above_its_threshold(rpm: float | None, *, runs: bool | None) -> None:
    """Proves CMD-06: dense; a read-back that is not known is neither."""
    facts = {} if rpm is None else {"GEN1_RPM": Fact(rpm, Quality.GOOD, 0.1)}
    assert is_running(GENERATOR, Situation(facts, UTC_NS)) is runs


@pytest.mark.parametrize(
    ("kind", "before", "after", "register"), [("generator.start", 0.0, 720.0, 1.0), ("generator.stop", 720.0, 0.0, 0.0)]
)
def test_start_and_stop_write_one_and_nought_and_are_proven_by_the_machine(
    kind: str, before: float, after: float, register: float
) -> None:
    """Proves CMD-06, CMD-13: nothing is written before the record is; the read-back must be younger than the order."""
    plant = Plant()
    plant.values["GEN1_RPM"] = before
    assert plant.machinery.deadline() is None
    record = plant.order(kind, "generator 1")
    assert (record.state, plant.moved) == ("accepted", [])
    plant.look()
    assert plant.moved == [Setpoint("machine", register, register="generator_1_order")]
    assert (record.state, plant.machinery.deadline()) == ("executing", 1030.0)
    # What shows the wanted state and was measured at the very moment of the order, or before it, proves nothing.
    plant.values["GEN1_RPM"], plant.age_s = after, 1.0
    plant.look(1.0)
    assert record.state == "executing"
    plant.age_s = 1.9
    plant.look(0.5)
    assert record.state == "executing"
    plant.age_s = 0.4
    plant.look()
    assert (record.state, plant.machinery.deadline()) == ("SUCCEEDED", None)
    assert len(plant.moved) == 1


@pytest.mark.parametrize(
    ("kind", "shows", "word", "wanted"),
    [
        ("generator.start", 0.0, "still shows stopped", "running"), ("generator.stop", 720.0, "still shows running", "stopped"),
        ("generator.start", None, "is not known", "running"), ("generator.stop", None, "is not known", "stopped"),
    ],
)  # fmt: skip
def test_a_machine_that_does_not_follow_in_its_time_has_failed(
    kind: str, shows: float | None, word: str, wanted: str
) -> None:
    """Proves CMD-06, CMD-07: dense at 30 s; what it still shows is told, and not known is neither running nor stopped."""
    plant = Plant()
    plant.values["GEN1_RPM"] = shows
    record = plant.order(kind, "generator 1")
    plant.look()
    plant.look(29.9)
    assert record.state == "executing"
    plant.now_s = 1030.0
    plant.look()
    assert record.state == "FAILED"
    assert why(record) == [("no_effect", "CMD-06", word, wanted)]
    assert word in record.reasons[0].text
    assert plant.machinery.deadline() is None


@pytest.mark.parametrize(("late_ms", "state"), [(0, "executing"), (1, "EXPIRED")])
def test_an_order_whose_time_is_over_when_its_turn_comes_moves_nothing(late_ms: int, state: str) -> None:
    """Proves CMD-04: dense at its last millisecond, which is of the ship's own clock."""
    plant = Plant()
    record = plant.order("generator.start", "generator 1", life_s=5.0)
    plant.now_s = 1005.0 + late_ms / 1000.0
    plant.look()
    assert record.state == state
    assert len(plant.moved) == (0 if late_ms else 1)
    assert why(record) == ([("deadline", "CMD-04", None, None)] if late_ms else [])


def test_an_order_is_judged_again_when_its_turn_comes() -> None:
    """Proves CMD-13: what is so then counts; it is refused with the reason of then, and the next one begins."""
    plant = Plant()
    refused, next_one = plant.order("pump.start", "pump 1"), plant.order("pump.start", "pump 2")
    plant.refusal = [Reason("remote_control_off", "INT-03", "On local.", 0.0, 1.0)]
    plant.look()
    assert (refused.state, next_one.state, plant.moved) == ("REJECTED", "REJECTED", [])
    assert why(refused) == [("remote_control_off", "INT-03", 0.0, 1.0)]
    assert refused.detail == "at the moment of actuation"
    plant.refusal = []
    third = plant.order("pump.start", "pump 1")
    plant.look()
    assert third.state == "executing"


def test_a_second_order_for_a_machine_is_refused_with_the_first_s_name() -> None:
    """Proves CMD-14: while it is written down, while it waits, while it runs; one outstanding is the limit."""
    plant = Plant()
    first = plant.order("pump.start", "pump 1")
    assert why(plant.order("pump.stop", "pump 1")) == [("outstanding", "CMD-14", first.order_id, 1)]
    plant.look()
    assert why(plant.order("pump.stop", "pump 1")) == [("outstanding", "CMD-14", first.order_id, 1)]
    other = plant.order("pump.start", "pump 2")
    assert other.state == "accepted"
    plant.values["STG_PMP2"] = 1.0
    plant.look(0.5)
    assert (first.state, other.state) == ("SUCCEEDED", "executing")
    assert plant.order("pump.stop", "pump 1").state == "accepted"


def test_eight_wait_for_their_turn_and_a_ninth_is_refused_with_how_many_do() -> None:
    """Proves CMD-08: beside the one that is carried out; one that was cancelled makes room."""
    assert QUEUE_MAX == 8
    plant = Plant()
    plant.order("pump.start", "pump 0")
    plant.look()
    waiting = [plant.order("pump.start", f"pump {number}") for number in range(1, 9)]
    assert {one.state for one in waiting} == {"accepted"}
    assert why(plant.order("pump.start", "pump 9")) == [("busy", "CMD-08", 8, 8)]
    assert [name for name, *_ in why(plant.order("pump.start", "pump 1"))] == ["busy", "outstanding"]
    assert plant.machinery.cancel(waiting[0].order_id)
    assert not plant.machinery.cancel(waiting[0].order_id)
    assert not plant.machinery.cancel("id-none")
    assert plant.order("pump.start", "pump 9").state == "accepted"


def test_all_orders_of_the_group_end_and_what_runs_goes_on() -> None:
    """Proves AUT-06, CMD-02: the one in progress, those that wait and those that are being written down; nothing moves."""
    plant = Plant()
    running = plant.order("pump.start", "pump 1")
    plant.look()
    waits = plant.order("pump.start", "pump 2")
    moved = list(plant.moved)
    plant.machinery.end_all("CANCELLED", Reason("local", "AUT-06", "The bridge has taken her."))
    assert [why(one) for one in (running, waits)] == [[("local", "AUT-06", None, None)]] * 2
    plant.look(1.0)
    plant.look(60.0)
    assert (plant.moved, plant.machinery.deadline()) == (moved, None)
    assert (running.state, waits.state) == ("CANCELLED", "CANCELLED")


def test_a_record_that_cannot_be_written_ends_its_order_and_no_other() -> None:
    """Proves CMD-13: it never begins, told once; a number of somebody else's record is nobody's here."""
    plant = Plant()
    made = plant.order("pump.start", "pump 3").order
    assert made is not None
    order = dataclasses.replace(made, id="id-x", args={"machine": "pump 4"})
    record = Record("id-x", "digest", order)
    plant.known.add(record)
    plant.machinery.accept(record, order)
    number = plant.execution._journal_number
    plant.machinery.journal_failed(number + 7, "disk full")
    assert record.state == "accepted"
    plant.machinery.journal_failed(number, "disk full")
    assert why(record) == [("journal", "CMD-13", None, None)]
    plant.machinery.journaled(number)
    plant.look()
    assert [one.register for one in plant.moved] == ["pump_3"]
    told = [
        one.body["state"]
        for one in plant.execution.outbox
        if isinstance(one, Emit) and one.body.get("order_id") == "id-x"
    ]
    assert told == ["accepted", "FAILED"]
