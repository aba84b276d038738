"""The shore's record of orders: sent, answered by the ship, or UNKNOWN when nobody answered. Pure.

The shore's word never overrules the ship's: a terminal state of the ship stands for ever, UNKNOWN gives way to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL, Event, Reason
from protocols.link.orders import ORDER_KINDS, Order
from shoreside.ports import OrderNote

ANSWER_DUE_S: Final = 3.0
"""`received` is due in 3 s (CMD-11)."""
SLOW_DUE_S: Final = 30.0
SLOW_TRIES_MAX: Final = 2
"""On a high-latency link, discrete orders and setpoints only: an order of direct control is never sent again (CMD-11)."""
SLOW_TRIP_MS: Final = 600.0
"""A link with a longer round trip is one: over a geostationary satellite it is at least this."""
TRIES_MAX: Final = 3
"""Sendings of one order, the first included (CMD-11); the ship executes at most one of them (CMD-03)."""
OPEN_MAX: Final = 1000
"""Orders without a final word at one time; the oldest is dropped from the watch (its record stays)."""
KEPT_MAX: Final = 2000
"""Order ids whose last state is remembered here; older ones are in the store."""
_RANK: Final = {
    "drafted": 0, "signed": 1, "awaiting approval": 1, "sent": 2, "UNKNOWN": 3, "received": 4, "accepted": 5, "executing": 6,
}  # fmt: skip
_FINAL_RANK: Final = 9


@dataclass(slots=True)
class _Open:
    note: OrderNote
    sent_s: float
    life_s: float
    tries: int
    due_s: float
    tries_max: int


def unread(signed: bytes) -> Order | None:
    """Return the order inside an envelope without believing it; None where it cannot be read.

    The ship judges it either way: what the shore cannot read is passed on and refused there, with the ship's reason.
    """
    try:
        return Order.from_bytes(signing.open_envelope(signed, approvable=True).body)
    except ProtocolError:
        return None


def args_json(args: dict[str, Plain]) -> dict[str, float | str]:
    """Return the arguments as the console shows them."""
    return {name: value for name, value in args.items() if isinstance(value, float | int | str)}


def note_of(order: Order, signed: bytes, state: str, utc_ns: int, *reasons: Reason) -> OrderNote:
    """Return the shore's own word on an order."""
    return OrderNote(
        order.id, order.vessel, order.kind, args_json(order.args), order.person, order.console, signed, state,
        reasons, "", utc_ns, "shore",
    )  # fmt: skip


class OrderBook:
    """Orders and their last states, and those still waiting for the ship's first answer."""

    def __init__(self) -> None:
        """Start empty."""
        self._last: dict[str, OrderNote] = {}
        self._waiting: dict[str, _Open] = {}

    @property
    def waiting_count(self) -> int:
        """Orders sent to which the ship has not said anything yet."""
        return len(self._waiting)

    def recall(self, note: OrderNote) -> bool:
        """Take the last state of an order from the store; return False when something newer is known of it."""
        if note.order_id in self._last:
            return False
        self._keep(note)
        return True

    def sent(self, note: OrderNote, now_s: float, round_trip_ms: float | None = None) -> bool:
        """Take an order just sent over a link of that round trip; return False when it was known already (sent again)."""
        known = self._last.get(note.order_id)
        if known is not None and known.state != "awaiting approval":
            return False
        self._keep(note)
        kind = ORDER_KINDS.get(note.kind)
        is_slow = round_trip_ms is not None and round_trip_ms >= SLOW_TRIP_MS
        tries = TRIES_MAX if not is_slow else 1 if kind is not None and kind.level == "direct" else SLOW_TRIES_MAX
        due_s = SLOW_DUE_S if is_slow else ANSWER_DUE_S
        self._waiting[note.order_id] = _Open(note, now_s, kind.life_s if kind else 0.0, 1, due_s, tries)
        if len(self._waiting) > OPEN_MAX:
            del self._waiting[next(iter(self._waiting))]
        return True

    def say(self, note: OrderNote) -> bool:
        """Take a state; return False for one that is older than, or overruled by, what is known."""
        self._waiting.pop(note.order_id, None)
        known = self._last.get(note.order_id)
        if known is not None and _rank(note.state) <= _rank(known.state):
            return False
        self._keep(note)
        return True

    def from_event(self, event: Event) -> OrderNote | None:
        """Return the state that an event of kind `order` tells; None for one that names no order."""
        body = event.body
        order_id, state = body.get("order_id"), body.get("state")
        if not isinstance(order_id, str) or not isinstance(state, str) or not order_id:
            return None
        known = self._last.get(order_id)
        args, reasons = body.get("args"), body.get("reasons")
        return OrderNote(
            order_id, event.vessel, _text(body, "kind") or (known.kind if known else ""),
            args_json(args) if isinstance(args, dict) else (known.args if known else {}),
            _text(body, "person") or (known.person if known else ""),
            _text(body, "console") or (known.console if known else ""), known.signed if known else None, state,
            tuple(_reasons(reasons)), _text(body, "detail"), event.utc_ns, "ship",
        )  # fmt: skip

    def tick(self, now_s: float, utc_ns: int) -> tuple[list[OrderNote], list[OrderNote]]:
        """Return (orders to send again, orders that have become UNKNOWN)."""
        again: list[OrderNote] = []
        unknown: list[OrderNote] = []
        for order_id, waiting in list(self._waiting.items()):
            if now_s - waiting.sent_s < waiting.due_s * waiting.tries:
                continue
            if waiting.tries < waiting.tries_max and now_s - waiting.sent_s < waiting.life_s:
                waiting.tries += 1
                again.append(waiting.note)
                continue
            note = replace(
                waiting.note, state="UNKNOWN", utc_ns=utc_ns, detail=f"no answer after {waiting.tries} sendings"
            )
            del self._waiting[order_id]
            self._keep(note)
            unknown.append(note)
        return again, unknown

    def _keep(self, note: OrderNote) -> None:
        self._last.pop(note.order_id, None)
        self._last[note.order_id] = note
        if len(self._last) > KEPT_MAX:
            del self._last[next(iter(self._last))]


def _rank(state: str) -> int:
    return _RANK.get(state, _FINAL_RANK if state in TERMINAL else 0)


def _text(body: dict[str, Plain], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _reasons(listed: Plain) -> list[Reason]:
    made: list[Reason] = []
    for item in listed if isinstance(listed, list) else []:
        try:
            made.append(Reason.from_plain(item))
        except ProtocolError:
            made.append(Reason("unreadable", "", "The ship gave a reason that could not be read."))
    return made
