"""Setpoint orders from acceptance to their end: judged, journaled, judged again, actuated, watched (CMD-04, 06, 08, 13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from control import command
from control.command import KnownOrders, Record
from control.context import Setpoints
from control.limits import ControlConfig
from control.messages import Actuate, Emit, HeartbeatNow, Journal, Output, Setpoint
from control.situation import Situation
from control.translate import KEPT, KEPT_AS, TRIM_S, trim
from control.verifier import Expectation, Verifier
from protocols.link.cbor import Plain
from protocols.link.events import OrderState, Reason
from protocols.link.orders import ORDER_KINDS, Order

ACCEPTED_MAX: Final = 8
"""Orders accepted and not yet on disk: at 10 orders/s a disk that takes 0.8 s. More are REJECTED `busy` (CMD-08)."""

CHANNELS: Final = {
    "heading": "steering", "rudder": "steering", "propulsion": "propulsion", "controlled_stop": "propulsion",
}  # fmt: skip
"""{setpoint: the channel on which it ends what was kept}"""
BOTH: Final = ("steering", "propulsion")
REPLACES: Final = {
    "steering": ("steering", "station"), "propulsion": ("propulsion", "station"), "station": (*BOTH, "station"),
}  # fmt: skip
"""{channel of an order: the channels whose orders it ends (CMD-08)}"""
ALL_CHANNELS: Final = frozenset(("neutral", "emergency_stop"))
Judge = Callable[[Order], list[Reason]]


@dataclass(slots=True)
class Kept:
    """One speed or course that is kept."""

    order_id: str
    kind: str
    target: float
    due_s: float


class Execution:
    """Orders that move something."""

    def __init__(self, config: ControlConfig, known: KnownOrders) -> None:
        """Begin with nothing in force."""
        self._config = config
        self._known = known
        self._waiting: dict[int, Record] = {}
        self._verifiers: dict[str, tuple[Record, Verifier]] = {}
        self._journal_number = 0
        self.is_stopped = False
        """A stop is latched: nothing orders propulsion, be it the ladder or a new holder's loaded setpoint (EST-02)."""
        self.setpoints = Setpoints()
        self.outbox: list[Output] = []
        self.translate: Callable[[Order], tuple[str, dict[str, Plain]]] = lambda order: (order.kind, order.args)
        """What an order asks of the equipment (translate.py)."""
        self._kept: dict[str, Kept] = {}
        """By channel, the speed or course that is trimmed until another order of the channel."""
        self._causes: dict[str, str] = {}
        """By channel, on whose account it was last ordered; empty while nothing of ours is in force."""
        self.deeds: dict[str, Callable[[Order], None]] = {}
        """What orders do that move no actuator, by kind: done once they are on disk, and succeeded at once."""
        self.begins: dict[str, Callable[[Order, float], Expectation]] = {}
        """What begins for orders that are more than one setpoint, by kind; it returns what must show."""

    def accept(self, record: Record) -> None:
        """Take an order that every rule allows: it goes to the journal first, nothing moves before (CMD-13)."""
        if len(self._waiting) >= ACCEPTED_MAX:
            text = f"{ACCEPTED_MAX} orders are waiting for the journal; try again."
            self.end(record, "REJECTED", [Reason("busy", "CMD-08", text, len(self._waiting), ACCEPTED_MAX)])
            return
        self.tell(record, "accepted")
        self._waiting[self.journal(command.begun_record(record))] = record

    def journal(self, record: bytes, standing: str = "") -> int:
        """Put `record` into the journal, in the place of the one called `standing` if so named; return its number."""
        self.outbox.append(Journal(self.next_number(), record, standing))
        return self._journal_number

    def next_number(self) -> int:
        """Return the number of the next journal record."""
        self._journal_number += 1
        return self._journal_number

    def journaled(self, number: int, judge: Judge, now_s: float) -> None:
        """Go on with the order whose record is on disk: judge it again on this moment's facts, then move."""
        record = self._waiting.pop(number, None)
        if record is None or record.is_ended or record.order is None:
            return
        if round(now_s * 1000) > record.order.deadline_ms:
            text = "The order's deadline passed before it could be carried out; nothing was moved."
            self.end(record, "EXPIRED", [Reason("deadline", "CMD-04", text)])
            return
        reasons = judge(record.order)
        if reasons:
            self.end(record, "REJECTED", reasons, "at the moment of actuation")
            return
        self._start(record, record.order, now_s)

    def journal_failed(self, number: int, problem: str) -> None:
        """End the order whose record could not be written; it moved nothing."""
        record = self._waiting.pop(number, None)
        if record is not None:
            self.end(record, "FAILED", [Reason("journal", "CMD-13", f"The journal could not be written: {problem}.")])

    def _start(self, record: Record, order: Order, now_s: float) -> None:
        deed = self.deeds.get(order.kind)
        if deed is not None:
            deed(order)
            self.end(record, "SUCCEEDED")
            return
        self._supersede(record.order_id, ORDER_KINDS[order.kind].channel)
        self.tell(record, "executing")
        expected = self.begins.get(order.kind, self._set)(order, now_s)
        self._verifiers[record.order_id] = (record, Verifier(expected, self._config))

    def _set(self, order: Order, now_s: float) -> Expectation:
        """Put the one setpoint of an order in force."""
        kind, args = self.translate(order)
        setpoint = setpoint_of(kind, args)
        self.actuate(setpoint, order.id)
        self._keep(order, now_s)
        wish = order.args.get(KEPT_AS.get(order.kind, ""))
        target = float(wish) if isinstance(wish, int | float) else setpoint.value or 0.0
        return Expectation(order.kind, target, now_s)

    def _supersede(self, order_id: str, channel: str) -> None:
        for other, _ in list(self._verifiers.values()):
            if other.order is not None and ORDER_KINDS[other.order.kind].channel in REPLACES[channel]:
                self.end(other, "SUPERSEDED", detail=f"by order {order_id}")

    def supersede_steering(self, order_id: str) -> None:
        """End the orders that steer, and what keeps her station: a route does so from now on."""
        self._supersede(order_id, "steering")
        self._kept.pop("steering", None)
        self._causes["steering"] = order_id

    def actuate(self, setpoint: Setpoint, cause: str) -> None:
        """Move something and remember what is in force; what another had to be kept on that channel ends."""
        if self.is_stopped and setpoint.kind == "propulsion":
            return
        kept = self._kept.get(CHANNELS.get(setpoint.kind, ""))
        if setpoint.kind in ALL_CHANNELS:
            self._kept.clear()
        elif kept is not None and kept.order_id != cause:
            del self._kept[CHANNELS[setpoint.kind]]
        touched = CHANNELS.get(setpoint.kind)
        self._causes |= dict.fromkeys(BOTH if touched is None else (touched,), cause)
        self.setpoints = in_force_after(self.setpoints, setpoint)
        self.outbox += [Actuate(setpoint, cause), HeartbeatNow()]

    def claim(self, cause: str) -> None:
        """Make steering and propulsion `cause`'s: what was ordered stays in force, and nobody's wish is trimmed any more."""
        self._kept.clear()
        self._causes = dict.fromkeys(BOTH, cause)

    def is_claimed_by(self, cause: str, channels: tuple[str, ...] = BOTH) -> bool:
        """Return whether nothing but `cause` has ordered anything on `channels` since it claimed them."""
        return all(self._causes.get(channel) == cause for channel in channels)

    def load_actual(self, heading_deg: float | None, propulsion_pct: float | None) -> None:
        """Load the receiver's setpoints from what the ship does now, so that a transfer moves nothing (AUT-04)."""
        if heading_deg is not None:
            self.actuate(Setpoint("heading", round(heading_deg, 1) % 360.0), "AUT-04")
        if propulsion_pct is not None:
            self.actuate(Setpoint("propulsion", round(max(-100.0, min(100.0, propulsion_pct)), 1)), "AUT-04")

    def verify(self, situation: Situation, now_s: float) -> None:
        """End the orders whose effect shows, or whose window is over."""
        for record, verifier in list(self._verifiers.values()):
            outcome, reasons = verifier.receive(situation, now_s)
            if outcome != "waiting":
                self.end(record, outcome, reasons)

    def _keep(self, order: Order, now_s: float) -> None:
        """Have a speed or course kept from now on."""
        channel, wish = KEPT.get(order.kind), order.args.get(KEPT_AS.get(order.kind, ""))
        if channel is not None and isinstance(wish, int | float):
            self._kept[channel] = Kept(order.id, order.kind, float(wish), now_s + TRIM_S)

    def trim(self, situation: Situation, config: ControlConfig, now_s: float) -> None:
        """Trim what is kept, where it is due: nothing is trimmed on what is not known."""
        for kept in list(self._kept.values()):
            if now_s < kept.due_s:
                continue
            kept.due_s = now_s + TRIM_S
            setpoint = trim(kept.kind, kept.target, self.setpoints, situation, config)
            if setpoint is not None:
                self.actuate(setpoint, kept.order_id)

    def in_force(self) -> dict[str, float]:
        """Return what is ordered and in force, by name with its unit; a kept course or speed beside what it became."""
        found = {"heading_deg": self.setpoints.heading_deg, "rudder_deg": self.setpoints.rudder_deg,
                 "propulsion_pct": self.setpoints.propulsion_pct}  # fmt: skip
        found |= {KEPT_AS[kept.kind]: kept.target for kept in self._kept.values()}
        return {name: value for name, value in found.items() if value is not None}

    def cancel(self, order_id: str) -> bool:
        """End an order that has not ended; False when there is none of that id. What it set stays in force."""
        record = self._known.get(order_id)
        if record is None or record.order is None or not record.order.kind.startswith("conn."):
            return False
        return self.end(record, "CANCELLED")

    def end_all(self, state: OrderState, reason: Reason) -> None:
        """End every order that moves something: the authority or the ladder has taken over."""
        for record in self._known.active():
            if record.order is not None and record.order.kind.startswith("conn."):
                self.end(record, state, [reason])

    def release(self) -> None:
        """Let go of the equipment: nothing of ours is in force any more."""
        self._kept.clear()
        self._causes.clear()
        self.setpoints = Setpoints()
        self.outbox += [Actuate(Setpoint("release"), "release"), HeartbeatNow()]

    def end(self, record: Record, state: OrderState, reasons: list[Reason] | None = None, detail: str = "") -> bool:
        """End an order: written down, then told to the shore; False where it had ended already.

        In this order: a ship that dies in between knows the end when she is asked again, and tells no other (CMD-02).
        """
        if not self._known.move(record, state, reasons, detail):
            return False
        self._verifiers.pop(record.order_id, None)
        self.journal(command.ended_record(record))
        self.outbox.append(Emit("order", record.body()))
        return True

    def deadline(self) -> float | None:
        """Return when the next window ends; None when nothing is being watched."""
        return min((verifier.ends_s for _, verifier in self._verifiers.values()), default=None)

    def tell_event(self, kind: str, body: dict[str, Plain]) -> None:
        """Tell the shore of an event that is no order's state."""
        self.outbox += [Emit(kind, body), HeartbeatNow()]

    def tell(self, record: Record, state: OrderState, detail: str = "") -> None:
        """Move an order and tell the shore of it, where it can have that state; an end is told by `end`."""
        if self._known.move(record, state, None, detail):
            self.outbox.append(Emit("order", record.body()))


def setpoint_of(kind: str, args: dict[str, Plain]) -> Setpoint:
    """Return what a translated order asks of the actuators."""
    values = {name: float(value) for name, value in args.items() if isinstance(value, int | float)}
    if kind == "conn.heading":
        return Setpoint("heading", values["heading_deg"] % 360.0, values.get("rate_deg_min"))
    if kind == "conn.rudder":
        return Setpoint("rudder", values["rudder_deg"])
    if kind == "conn.propulsion":
        return Setpoint("propulsion", values["propulsion_pct"])
    return Setpoint("controlled_stop", 0.0)


def in_force_after(before: Setpoints, setpoint: Setpoint) -> Setpoints:
    """Return the setpoints in force after `setpoint`: heading and rudder replace each other."""
    if setpoint.kind == "heading":
        return replace(before, heading_deg=setpoint.value, rudder_deg=None)
    if setpoint.kind == "rudder":
        return replace(before, heading_deg=None, rudder_deg=setpoint.value)
    if setpoint.kind in ("propulsion", "controlled_stop"):
        return replace(before, propulsion_pct=setpoint.value)
    if setpoint.kind in ("neutral", "emergency_stop"):
        return Setpoints(None, 0.0 if setpoint.kind == "neutral" else before.rudder_deg, setpoint.value or 0.0)
    return Setpoints()
