"""Orders that move something, told one by one without a ship: journal, deadline, channels, what is kept, what ends."""

from __future__ import annotations

from typing import Any

import pytest

from control.command import KnownOrders, Record, restore
from control.context import Setpoints
from control.execution import ACCEPTED_MAX, Execution, in_force_after, setpoint_of
from control.messages import Actuate, Emit, Journal, Setpoint
from control.situation import Fact, Situation
from control.translate import asked
from control.verifier import STEADY_S
from protocols.link.events import Reason
from protocols.link.orders import ORDER_KINDS, Order
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
NOW_S = 100.0
FAULT = Reason("allowed_area", "INT-06", "It would leave the trial area.")


def seen(**values: float) -> Situation:
    """Return what is known now, all of it just measured."""
    return Situation({name: Fact(value, Quality.GOOD, 0.0) for name, value in values.items()}, UTC_NS, True)


class Desk:
    """An execution without a ship, and what came out of it."""

    def __init__(self) -> None:
        """Begin with nothing in force."""
        self.known = KnownOrders()
        self.execution = Execution(CONFIG, self.known)
        self.situation = seen(NAV_HDG=80.0, NAV_COG=80.0, NAV_SOG=7.0, ME_RPM=102.0)
        self.execution.translate = self._translate

    def _translate(self, order: Order) -> tuple[str, dict[str, Any]]:
        wish = asked(order.kind, order.args, CONFIG, self.situation)
        return wish.kind, wish.args

    def order(self, name: str, kind: str, args: dict[str, Any], deadline_s: float = 1000.0) -> Record:
        """Make an order of ann, known aboard and not yet accepted."""
        made = Order(name, "petrel", "conn", kind, args, "ann", "console", "session", 1, 1, "boot",
                     round(deadline_s * 1000), UTC_NS)  # fmt: skip
        record = Record(name, "digest", made)
        self.known.add(record)
        return record

    def accept(self, name: str, kind: str, **args: float | str) -> Record:
        """Have an order accepted whose record is not on disk yet."""
        record = self.order(name, kind, args)
        self.execution.accept(record)
        return record

    def carry_out(self, name: str, kind: str, now_s: float = NOW_S, **args: float | str) -> Record:
        """Have an order accepted, written down and carried out."""
        record = self.accept(name, kind, **args)
        self.execution.journaled(self.journals()[-1].number, lambda _: [], now_s)
        return record

    def journals(self) -> list[Journal]:
        """Return what was given to the journal."""
        return [one for one in self.execution.outbox if isinstance(one, Journal)]

    def moves(self) -> list[tuple[str, float | None, str]]:
        """Return (kind, value, cause) of what was moved."""
        return [(one.setpoint.kind, one.setpoint.value, one.cause)
                for one in self.execution.outbox if isinstance(one, Actuate)]  # fmt: skip

    def told(self, kind: str = "order") -> list[tuple[str, str]]:
        """Return (order, state) of each event told of an order."""
        return [(str(one.body["order_id"]), str(one.body["state"]))
                for one in self.execution.outbox if isinstance(one, Emit) and one.kind == kind]  # fmt: skip


def test_records_are_numbered_from_one_and_what_stands_is_named() -> None:
    """Proves CMD-13: the answer of the disk is for exactly one record; none has the number of another."""
    desk = Desk()
    assert [desk.execution.journal(b"a"), desk.execution.journal(b"b", "time"), desk.execution.next_number()] == [
        1,
        2,
        3,
    ]
    assert desk.journals() == [Journal(1, b"a", ""), Journal(2, b"b", "time")]


def test_an_order_moves_nothing_before_it_is_on_disk_and_is_judged_again_then() -> None:
    """Proves CMD-13, CMD-04: accepted is written down first; what the rules say at that moment counts."""
    desk = Desk()
    # Accepted: a record, no movement.
    first = desk.accept("one", "conn.heading", heading_deg=90.0)
    assert (first.state, len(desk.journals()), desk.moves()) == ("accepted", 1, [])
    # Another's record is on disk: that moves nothing of this one.
    desk.execution.journaled(99, lambda _: [], NOW_S)
    assert first.state == "accepted"
    # It is on disk, and by now a rule has something against it.
    desk.execution.journaled(1, lambda _: [FAULT], NOW_S)
    assert (first.state, first.reasons, first.detail) == ("REJECTED", [FAULT], "at the moment of actuation")
    assert desk.moves() == []
    # Negative control: the same order that nothing speaks against moves her, once.
    second = desk.carry_out("two", "conn.heading", heading_deg=90.0)
    desk.execution.journaled(desk.journals()[-1].number, lambda _: [], NOW_S)
    assert (second.state, desk.moves()) == ("executing", [("heading", 90.0, "two")])


@pytest.mark.parametrize(
    ("now_s", "state"), [(99.999, "executing"), (100.0, "executing"), (100.0004, "executing"), (100.001, "EXPIRED")]
)
def test_an_order_expires_with_the_first_millisecond_after_its_deadline(now_s: float, state: str) -> None:
    """Proves CMD-04: dense about a deadline of 100 s; what is too late moves nothing."""
    desk = Desk()
    record = desk.order("one", "conn.propulsion", {"propulsion_pct": 40.0}, deadline_s=100.0)
    desk.execution.accept(record)
    desk.execution.journaled(1, lambda _: [], now_s)
    assert record.state == state
    assert len(desk.moves()) == (state == "executing")
    assert [(reason.name, reason.rule) for reason in record.reasons] == [("deadline", "CMD-04")] * (state == "EXPIRED")


def test_a_ninth_order_that_waits_for_the_disk_is_refused() -> None:
    """Proves CMD-08: eight wait; a record on disk makes room for one."""
    desk = Desk()
    waiting = [desk.accept(f"order {number}", "conn.heading", heading_deg=90.0) for number in range(ACCEPTED_MAX)]
    assert {record.state for record in waiting} == {"accepted"}
    ninth = desk.accept("ninth", "conn.heading", heading_deg=91.0)
    assert [(one.name, one.rule, one.value, one.limit) for one in ninth.reasons] == [("busy", "CMD-08", 8, 8)]
    assert (ninth.state, len(desk.journals())) == ("REJECTED", ACCEPTED_MAX + 1)  # its end is written down too
    desk.execution.journaled(1, lambda _: [], NOW_S)
    assert desk.accept("tenth", "conn.heading", heading_deg=91.0).state == "accepted"


def test_a_disk_that_fails_ends_the_order_and_moves_nothing() -> None:
    """Proves CMD-13: the reason is told; the answer to an unknown record changes nothing."""
    desk = Desk()
    record = desk.accept("one", "conn.heading", heading_deg=90.0)
    desk.execution.journal_failed(2, "disk full")
    assert record.state == "accepted"
    desk.execution.journal_failed(1, "disk full")
    assert (record.state, [(one.name, one.rule) for one in record.reasons]) == ("FAILED", [("journal", "CMD-13")])
    desk.execution.journaled(1, lambda _: [], NOW_S)
    assert (record.state, desk.moves()) == ("FAILED", [])


def test_an_end_is_written_down_before_it_is_told_and_comes_once() -> None:
    """Proves CMD-02: a ship that dies in between knows the end; a window that ends later tells nothing more."""
    desk = Desk()
    record = desk.carry_out("one", "conn.heading", heading_deg=170.0)
    desk.execution.outbox.clear()
    assert desk.execution.cancel("one")
    first, second = desk.execution.outbox
    assert isinstance(first, Journal)
    assert [(known.order_id, known.state) for known in restore([first.record]).records] == [("one", "CANCELLED")]
    assert isinstance(second, Emit)
    assert second.body["state"] == "CANCELLED"
    # It has ended: not again, and nobody watches it any more.
    assert not desk.execution.cancel("one")
    assert desk.execution.deadline() is None
    desk.execution.verify(desk.situation, NOW_S + 10_000.0)
    assert (len(desk.execution.outbox), record.state) == (2, "CANCELLED")


def test_an_order_is_watched_until_its_effect_shows_or_its_window_ends() -> None:
    """Proves CMD-06: the next of two windows is the one that is due; each order has its own end."""
    desk = Desk()
    heading = desk.carry_out("turn", "conn.heading", heading_deg=90.0)
    engine = desk.carry_out("slow", "conn.propulsion", propulsion_pct=20.0)
    assert desk.execution.deadline() == NOW_S + min(CONFIG.verify.heading_s, CONFIG.verify.propulsion_s)
    # Neither shows yet: both wait.
    desk.execution.verify(desk.situation, NOW_S + 1.0)
    assert (heading.state, engine.state) == ("executing", "executing")
    # The engine has come down, and the bow is there for long enough.
    there = seen(NAV_HDG=90.0, NAV_ROT=0.0, ME_RPM=0.2 * CONFIG.hull.rpm_full)
    desk.execution.verify(there, NOW_S + 20.0)
    assert (heading.state, engine.state) == ("executing", "SUCCEEDED")
    desk.execution.verify(there, NOW_S + 20.0 + STEADY_S)
    assert heading.state == "SUCCEEDED"
    # One whose effect does not show fails with its reason.
    late = desk.carry_out("late", "conn.propulsion", propulsion_pct=80.0)
    desk.execution.verify(there, NOW_S + CONFIG.verify.propulsion_s)
    assert (late.state, [one.name for one in late.reasons]) == ("FAILED", ["no_effect"])


@pytest.mark.parametrize(
    ("percent", "state"), [(-4.9, "SUCCEEDED"), (4.9, "SUCCEEDED"), (-5.1, "executing"), (5.1, "executing")]
)
def test_a_controlled_stop_shows_in_an_engine_that_hardly_turns_either_way(percent: float, state: str) -> None:
    """Proves CMD-06: it aims at nought, so the engine's last revolutions ahead and astern count alike."""
    desk = Desk()
    stop = desk.carry_out("stop", "conn.controlled_stop")
    assert desk.moves() == [("controlled_stop", 0.0, "stop")]
    desk.execution.verify(seen(ME_RPM=percent / 100.0 * CONFIG.hull.rpm_full), NOW_S + 1.0)
    assert stop.state == state


def test_while_a_stop_is_latched_nothing_orders_propulsion_and_she_can_still_be_steered() -> None:
    """Proves EST-02: the ladder's hold and a loaded setpoint are swallowed; rudder, heading and a further stop are not."""
    desk = Desk()
    desk.execution.is_stopped = True
    desk.execution.actuate(Setpoint("propulsion", 20.0), "ladder L3")
    assert (desk.moves(), desk.execution.in_force()) == ([], {})
    for setpoint in (Setpoint("heading", 90.0), Setpoint("rudder", 5.0), Setpoint("controlled_stop", 0.0)):
        desk.execution.actuate(setpoint, "ladder L3")
        assert desk.moves()[-1] == (setpoint.kind, setpoint.value, "ladder L3")
    # Negative control: nothing is latched when she boots, and the engine answers.
    free = Desk()
    free.execution.actuate(Setpoint("propulsion", 20.0), "ladder L3")
    assert free.moves() == [("propulsion", 20.0, "ladder L3")]


@pytest.mark.parametrize(
    ("heading_deg", "propulsion_pct", "loaded"),
    [
        (80.04, 49.96, [("heading", 80.0), ("propulsion", 50.0)]),
        (359.96, None, [("heading", 0.0)]),
        (360.0, None, [("heading", 0.0)]),
        (0.0, 0.0, [("heading", 0.0), ("propulsion", 0.0)]),
        (None, -30.0, [("propulsion", -30.0)]),
        (None, 100.0, [("propulsion", 100.0)]),
        (None, 100.6, [("propulsion", 100.0)]),
        (None, -100.6, [("propulsion", -100.0)]),
        (None, None, []),
    ],
)
def test_a_receiver_is_given_what_she_does_now(
    heading_deg: float | None, propulsion_pct: float | None, loaded: list[tuple[str, float]]
) -> None:
    """Proves AUT-04: heading and engine as measured, within what can be ordered; what is not known is not loaded."""
    desk = Desk()
    desk.execution.load_actual(heading_deg, propulsion_pct)
    assert desk.moves() == [(kind, value, "AUT-04") for kind, value in loaded]


def test_a_takeover_ends_the_orders_that_move_her_and_leaves_the_rest() -> None:
    """Proves FBK-01, AUT-06: executing and waiting ones of the conn; a request for control is none of them."""
    desk = Desk()
    turning = desk.carry_out("turn", "conn.heading", heading_deg=170.0)
    waiting = desk.accept("wait", "conn.propulsion", propulsion_pct=30.0)
    request = desk.order("ask", "authority.request", {"level": "setpoint"})
    desk.execution.tell(request, "executing", "asking the bridge")
    of_before = Record("before", "digest", None, "accepted")
    desk.known.add(of_before)
    why = Reason("ladder", "FBK-01", "The ship went to step L3.", "L3")
    desk.execution.end_all("FAILED", why)
    assert [(one.state, one.reasons) for one in (turning, waiting)] == [("FAILED", [why])] * 2
    assert (request.state, of_before.state) == ("executing", "accepted")
    # What waited for the disk does not move her when its record is written at last.
    moved = len(desk.moves())
    desk.execution.journaled(desk.journals()[1].number, lambda _: [], NOW_S)
    assert (waiting.state, len(desk.moves())) == ("FAILED", moved)
    # Neither is one of these cancelled by its id.
    assert not desk.execution.cancel("ask")
    assert not desk.execution.cancel("before")
    assert not desk.execution.cancel("nobody's")


def test_a_deed_is_done_once_its_order_is_on_disk_and_moves_no_actuator() -> None:
    """Proves CMD-13: a change of phase is done after its record, and has succeeded with it."""
    desk = Desk()
    done: list[str] = []
    desk.execution.deeds["conn.phase"] = lambda order: done.append(str(order.args["phase"]))
    record = desk.accept("phase", "conn.phase", phase="berth")
    assert done == []
    desk.execution.journaled(1, lambda _: [], NOW_S)
    assert (done, record.state, desk.moves()) == (["berth"], "SUCCEEDED", [])
    assert desk.told() == [("phase", "accepted"), ("phase", "SUCCEEDED")]


BEFORE = Setpoints(heading_deg=80.0, rudder_deg=None, propulsion_pct=50.0)
BY_HAND = Setpoints(heading_deg=None, rudder_deg=-7.0, propulsion_pct=50.0)


@pytest.mark.parametrize(
    ("before", "setpoint", "after"),
    [
        (BY_HAND, Setpoint("heading", 90.0), Setpoints(90.0, None, 50.0)),
        (BEFORE, Setpoint("rudder", 5.0), Setpoints(None, 5.0, 50.0)),
        (BEFORE, Setpoint("propulsion", -20.0), Setpoints(80.0, None, -20.0)),
        (BEFORE, Setpoint("controlled_stop", 0.0), Setpoints(80.0, None, 0.0)),
        (BY_HAND, Setpoint("neutral"), Setpoints(None, 0.0, 0.0)),
        (BY_HAND, Setpoint("emergency_stop", 25.0), Setpoints(None, -7.0, 25.0)),
        (BY_HAND, Setpoint("emergency_stop", 0.0), Setpoints(None, -7.0, 0.0)),
        (BEFORE, Setpoint("emergency_stop", 0.0), Setpoints(None, None, 0.0)),
        (BY_HAND, Setpoint("release"), Setpoints()),
        (BY_HAND, Setpoint("reset_stop"), Setpoints()),
    ],
    ids=lambda value: value.kind if isinstance(value, Setpoint) else "",
)
def test_what_is_in_force_after_each_movement(before: Setpoints, setpoint: Setpoint, after: Setpoints) -> None:
    """Proves EST-03, AUT-04: heading and rudder replace each other; an emergency stop leaves the rudder as it lies."""
    assert in_force_after(before, setpoint) == after


@pytest.mark.parametrize(
    ("kind", "args", "setpoint"),
    [
        ("conn.heading", {"heading_deg": 360, "rate_deg_min": 20}, Setpoint("heading", 0.0, 20.0)),
        ("conn.heading", {"heading_deg": 359.9}, Setpoint("heading", 359.9)),
        ("conn.rudder", {"rudder_deg": -12}, Setpoint("rudder", -12.0)),
        ("conn.propulsion", {"propulsion_pct": 30}, Setpoint("propulsion", 30.0)),
        ("conn.controlled_stop", {}, Setpoint("controlled_stop", 0.0)),
    ],
)
def test_what_each_order_asks_of_the_actuators(kind: str, args: dict[str, Any], setpoint: Setpoint) -> None:
    """Proves CMD-01: north by either name is nought; the rate goes with the heading."""
    assert setpoint_of(kind, args) == setpoint


def test_every_setpoint_order_has_a_channel_that_is_known_here() -> None:
    """Proves CMD-08: an order of a channel that replaces nothing would leave two in force."""
    channels = {kind.channel for name, kind in ORDER_KINDS.items() if name.startswith("conn.") and kind.channel}
    assert channels == {"steering", "propulsion", "station"}
