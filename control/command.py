"""The life of an order aboard: one table, exactly one terminal state, executed at most once (CMD-02, CMD-03)."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from protocols.link import cbor, fields
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL, OrderState, Reason
from protocols.link.orders import Order

LIFE: Final[dict[str, frozenset[str]]] = {
    "received": frozenset(("accepted", "executing", "SUCCEEDED", "REJECTED", "EXPIRED")),
    "accepted": frozenset(("executing", "SUCCEEDED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED")),
    "executing": frozenset(("SUCCEEDED", "REJECTED", "FAILED", "CANCELLED", "SUPERSEDED")),
    "SUCCEEDED": frozenset(),
    "REJECTED": frozenset(),
    "EXPIRED": frozenset(),
    "FAILED": frozenset(),
    "CANCELLED": frozenset(),
    "SUPERSEDED": frozenset(),
    "UNKNOWN": frozenset(),
}
"""{state: states that may follow}; a terminal state is followed by nothing. An authority request may be executing (the
bridge is asked) and then be REJECTED (the bridge said no)."""

KNOWN_MAX: Final = 10_000
"""Orders remembered: 16 min at the full rate of 10/s, longer than any deadline lives; the oldest ended one goes first."""


@dataclass(slots=True)
class Record:
    """One order that this vessel knows."""

    order_id: str
    digest: str
    """First 16 hexadecimal digits of the SHA-256 of the signed body: tells two orders of one id apart."""
    order: Order | None
    """None for an order known from before a restart only."""
    state: str = "received"
    reasons: list[Reason] = field(default_factory=list[Reason])
    detail: str = ""

    @property
    def is_ended(self) -> bool:
        """True in a terminal state."""
        return self.state in TERMINAL

    def body(self) -> dict[str, Plain]:
        """Return the body of an `order` event that tells the present state."""
        order = self.order
        args: dict[str, Plain] = {} if order is None else told_args(order.args)
        return {
            "order_id": self.order_id, "hash": self.digest, "state": self.state, "detail": self.detail,
            "kind": order.kind if order else "", "person": order.person if order else "",
            "console": order.console if order else "", "args": args,
            "reasons": [reason.plain() for reason in self.reasons], "authentic": True,
            "group": order.group if order else "", "issued_utc_ns": order.issued_utc_ns if order else 0,
        }  # fmt: skip


def told_args(args: dict[str, Plain]) -> dict[str, Plain]:
    """Return arguments as events tell them: a route by its hash, for its bytes are in the order and in the journal."""
    return {
        f"{name}_hash" if isinstance(value, bytes) else name:
        hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
        for name, value in args.items()
    }  # fmt: skip


def digest_of(body: bytes) -> str:
    """Return the name of exactly these signed bytes."""
    return hashlib.sha256(body).hexdigest()[:16]


class KnownOrders:
    """Every order this vessel has taken, with its state; survives restarts through the journal."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._records: OrderedDict[str, Record] = OrderedDict()

    def get(self, order_id: str) -> Record | None:
        """Return the record of an order, None when it is not known."""
        return self._records.get(order_id)

    def add(self, record: Record) -> None:
        """Remember an order; the oldest ended one is forgotten when there are too many."""
        self._records[record.order_id] = record
        if len(self._records) > KNOWN_MAX:
            oldest = next((known for known in self._records.values() if known.is_ended), record)
            del self._records[oldest.order_id]

    def move(self, record: Record, state: OrderState, reasons: list[Reason] | None = None, detail: str = "") -> bool:
        """Change the state of an order; False, and no change, where the table forbids it (CMD-02)."""
        if state not in LIFE[record.state]:
            return False
        record.state, record.reasons, record.detail = state, reasons or [], detail
        return True

    def active(self) -> list[Record]:
        """Return the orders that have not ended, oldest first."""
        return [record for record in self._records.values() if not record.is_ended]


def begun_record(record: Record) -> bytes:
    """Return what the journal keeps before anything moves for an order."""
    return cbor.encode({"t": "begun", "id": record.order_id, "hash": record.digest})


def ended_record(record: Record) -> bytes:
    """Return what the journal keeps when an order has ended."""
    return cbor.encode({"t": "ended", "id": record.order_id, "hash": record.digest, "state": record.state})


def fencing_record(number: int) -> bytes:
    """Return what the journal keeps of a fencing number: it never comes again (AUT-08)."""
    return cbor.encode({"t": "fencing", "number": number})


def grant_record(taken: int, revoked: int) -> bytes:
    """Return what the journal keeps of grants: the highest version taken, and the highest revoked aboard (AUT-07)."""
    return cbor.encode({"t": "grant", "taken": taken, "revoked": revoked})


@dataclass(frozen=True, slots=True)
class Restored:
    """What the journal of former boots tells."""

    fencing: int
    """Highest fencing number ever given."""
    records: tuple[Record, ...]
    """Orders begun; one without an end is UNKNOWN: it may have moved something, and is never tried again (CMD-13)."""
    grant_taken: int = 0
    """Highest version of a grant ever taken."""
    grant_revoked: int = 0
    """Highest version of a grant revoked aboard."""
    phase: str = ""
    """Voyage phase in force; empty: none was ever put in force but the file's."""
    utc_ns: int = 0
    """Latest time kept; 0: none."""
    alerts: bytes = b""
    """The alerts that were not normal, as `Alerts.record` wrote them; empty: none."""
    route: bytes = b""
    """The route loaded; empty: none."""
    stop: bytes = b""
    """The emergency stop's latch, as `EmergencyStop.record` wrote it; empty: never pressed."""


def _restore_order(row: dict[str, Plain], found: dict[str, Record]) -> None:
    """Add the order that a row of the journal begins or ends, if it is one."""
    kind, identity, state = row.get("t"), str(row.get("id")), str(row.get("state", "UNKNOWN"))
    # A disk may write in another order: an end is an end.
    if kind == "ended" or (kind == "begun" and identity not in found):
        detail = "the ship restarted while this order was in progress" if state == "UNKNOWN" else ""
        found[identity] = Record(identity, str(row.get("hash")), None, state, detail=detail)


def restore(journal: list[bytes]) -> Restored:
    """Return what the records of the journal, oldest first, tell; raise MalformedError when one cannot be read."""
    fencing, taken, revoked, phase, utc_ns, alerts, route = 0, 0, 0, "", 0, b"", b""
    found: dict[str, Record] = {}
    stops: dict[int, bytes] = {}
    for encoded in journal:
        row = cbor.decode_map(encoded)
        number = row.get("number")
        if row.get("t") == "fencing" and isinstance(number, int):
            fencing = max(fencing, number)
        elif row.get("t") == "grant":
            taken, revoked = max(taken, fields.integer(row, "taken")), max(revoked, fields.integer(row, "revoked"))
        elif row.get("t") == "phase":
            phase = fields.text(row, "name", 20)
        elif row.get("t") == "alerts":
            alerts = encoded
        elif row.get("t") == "route":
            route = fields.octets(row, "route")
        elif row.get("t") == "time":
            utc_ns = max(utc_ns, fields.integer(row, "utc_ns"))
        elif row.get("t") == "stop":
            stops[fields.integer(row, "number")] = encoded
        else:
            _restore_order(row, found)
    stop = stops[max(stops)] if stops else b""
    return Restored(fencing, tuple(found.values()), taken, revoked, phase, utc_ns, alerts, route, stop)
