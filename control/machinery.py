"""Discrete orders of the group `engineering`: one after the other, at most eight waiting, each verified by its read-back.

Journal first as everywhere (CMD-13); judged at acceptance and again when its turn comes; one outstanding per machine (CMD-14),
at most QUEUE_MAX in all (CMD-08). One at a time: two generators that start together are one blackout.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from control import command
from control.command import Record
from control.execution import Execution, Judge
from control.limits import ControlConfig, Machine
from control.machinerules import STARTS, find
from control.messages import Actuate, HeartbeatNow, Setpoint
from control.situation import Situation
from protocols.link.events import OrderState, Reason
from protocols.link.orders import Order

QUEUE_MAX: Final = 8
"""Discrete orders accepted and not yet begun (CMD-08); one more is REJECTED `busy`."""


Running = tuple[Record, Machine, bool, float]
"""(record, machine, whether it is to run, when it was actuated)"""


def is_running(machine: Machine, situation: Situation) -> bool | None:
    """Return whether a machine runs by its read-back; None while that is not known."""
    value = situation.number(machine.channel)
    return None if value is None else value > machine.running_above


class Machinery:
    """The queue of discrete orders, and the one that is being carried out."""

    def __init__(self, config: ControlConfig, execution: Execution) -> None:
        """Begin with nothing ordered."""
        self._config = config
        self._execution = execution
        self._writing: dict[int, Record] = {}
        self._queue: deque[Record] = deque()
        self._current: Running | None = None

    def accept(self, record: Record, order: Order) -> None:
        """Take an order that every rule allows, or refuse it: busy, or the machine has one outstanding."""
        reasons = self._busy(order)
        if reasons:
            self._execution.end(record, "REJECTED", reasons)
            return
        self._execution.tell(record, "accepted")
        self._writing[self._execution.journal(command.begun_record(record))] = record

    def _busy(self, order: Order) -> list[Reason]:
        waiting = [record for record in [*self._writing.values(), *self._queue] if not record.is_ended]
        reasons: list[Reason] = []
        if len(waiting) >= QUEUE_MAX:
            text = f"{QUEUE_MAX} orders wait for their turn; try again when one has ended."
            reasons.append(Reason("busy", "CMD-08", text, len(waiting), QUEUE_MAX))
        outstanding = waiting if self._current is None else [self._current[0], *waiting]
        name = str(order.args["machine"])
        other = next((each for each in outstanding if _machine_name(each) == name), None)
        if other is not None:
            text = f"An order for {name} is in progress; wait for its end."
            reasons.append(Reason("outstanding", "CMD-14", text, other.order_id, 1))
        return reasons

    def journaled(self, number: int) -> None:
        """The record of an accepted order is on disk: it takes its place in the queue."""
        record = self._writing.pop(number, None)
        if record is not None and not record.is_ended:
            self._queue.append(record)

    def journal_failed(self, number: int, problem: str) -> None:
        """End the order whose record could not be written; it moved nothing."""
        record = self._writing.pop(number, None)
        if record is not None:
            text = f"The journal could not be written: {problem}."
            self._execution.end(record, "FAILED", [Reason("journal", "CMD-13", text)])

    def look(self, situation: Situation, judge: Judge, now_s: float) -> None:
        """Verify the order in progress, and begin the next when there is none."""
        if self._current is not None:
            self._verify(self._current, situation, now_s)
        while self._current is None and self._queue:
            record = self._queue.popleft()
            if not record.is_ended and record.order is not None:
                self._begin(record, record.order, judge, now_s)

    def _begin(self, record: Record, order: Order, judge: Judge, now_s: float) -> None:
        machine = find(order.kind, order.args["machine"], self._config.machinery)
        if round(now_s * 1000) > order.deadline_ms:
            text = "The order's deadline passed before its turn came; nothing was moved."
            self._execution.end(record, "EXPIRED", [Reason("deadline", "CMD-04", text)])
            return
        reasons = judge(order)
        if reasons or machine is None:
            self._execution.end(record, "REJECTED", reasons, "at the moment of actuation")
            return
        self._execution.tell(record, "executing")
        runs = STARTS[order.kind][1]
        setpoint = Setpoint("machine", 1.0 if runs else 0.0, register=machine.register)
        self._execution.outbox += [Actuate(setpoint, record.order_id), HeartbeatNow()]
        self._current = (record, machine, runs, now_s)

    def _verify(self, current: Running, situation: Situation, now_s: float) -> None:
        """End the order when its read-back, newer than the order, shows it; or when its window is over (CMD-06)."""
        record, machine, runs, since_s = current
        age_s = situation.age_s(machine.channel)
        is_newer = age_s is not None and now_s - age_s > since_s
        shown = is_running(machine, situation) if is_newer else None
        if shown is runs:
            self._current = None
            self._execution.end(record, "SUCCEEDED")
        elif now_s - since_s >= machine.confirm_s:
            self._current = None
            word = "is not known" if shown is None else f"still shows {'running' if shown else 'stopped'}"
            text = f"The read-back {machine.channel} {word} after {machine.confirm_s:g} s."
            self._execution.end(
                record, "FAILED", [Reason("no_effect", "CMD-06", text, word, "running" if runs else "stopped")]
            )

    def end_all(self, state: OrderState, reason: Reason) -> None:
        """End every order of the group; what has been actuated stays as it is."""
        current = [] if self._current is None else [self._current[0]]
        for record in [*current, *self._writing.values(), *self._queue]:
            self._execution.end(record, state, [reason])
        self._current = None

    def cancel(self, order_id: str) -> bool:
        """Cancel an order that has not begun; False when none of that id waits."""
        waiting = [*self._writing.values(), *self._queue]
        return any(record.order_id == order_id and self._execution.end(record, "CANCELLED") for record in waiting)

    def deadline(self) -> float | None:
        """Return when the window of the order in progress ends; None when nothing is in progress."""
        return None if self._current is None else self._current[3] + self._current[1].confirm_s


def _machine_name(record: Record) -> object:
    return None if record.order is None else record.order.args.get("machine")
