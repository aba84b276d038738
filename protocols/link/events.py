"""Events: what happened aboard, in order, each kept until the shore has committed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.errors import MalformedError
from protocols.link import cbor, fields
from protocols.link.cbor import Plain

VERSION: Final = 1

OrderState = Literal[
    "drafted", "awaiting approval", "signed", "sent", "received", "accepted", "executing",
    "SUCCEEDED", "REFUSED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED", "UNKNOWN",
]  # fmt: skip
"""Life cycle of an order (control.md 2). Capitals are terminal; REFUSED and UNKNOWN are the shore's words only."""

TERMINAL: Final[frozenset[str]] = frozenset(
    ("SUCCEEDED", "REFUSED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED", "UNKNOWN")
)

EVENT_KINDS: Final[dict[str, str]] = {
    "order": "an order changed state; body: order_id, kind, state, person, console, args, reasons, detail",
    "authority": "the authority of a group changed; body: group, cause, and the fields of AuthorityState",
    "clocks": "the clocks of ship and shore parted or met; body: state, apart_s, limit_s, ship_utc_ns, shore_utc_ns, console",
    "direct": "direct control; body: state (begun, refused, neutral, hold, back, ended), person, reasons, refused (count)",
    "phase": "the voyage phase in force changed; body: from, to, person, console",
    "entry": "a hold or fallback state; body: state, phase, cause, took_s, reasons, ... and result (begun, entered, late, "
    "replaced, left; prepared: judged before it is needed)",
    "route": "the route aboard; body: what (loaded, activated, leg, suspended), why, id, revision, hash, leg",
    "drill": "a rehearsal; body: id, exercise, state (begun, ready, ended), person, console, by, took_s, ...",
    "ladder": "the ladder changed step; body: from, to, reasons, action",
    "alert": "an alert changed state; body: alert_id, text, priority, category, state, value, limit",
    "alerts": "every alert of the safety process as it stands, after a reconnect; body: alerts, each as in `alert`",
    "stop": "the emergency stop was latched or reset; body: state, person, console, meaning",
    "source": "the source of channels; body: channel, from, to of a change, of a value by hand also value, unit, until, person; "
    "or now ({source: its channels} as they are taken)",
    "roster": "a roster or grant was taken or refused; body: what, version, result, detail",
    "dropped": "batches that will never come; body: epoch, first, last (sequences, 0 and 0: not known), reason, class",
    "bearer": "the link's profile changed; body: from, to, reason",
    "ledger": "the ledger aboard; body: what (head, witnessed, damaged), count, and the fields of protocols.link.ledger",
}
"""Every kind of event and what its body holds."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a refusal, complete enough to act on (CMD-07)."""

    name: str
    """Short name for programs, e.g. `no_go_area`."""
    rule: str
    """Rule id, e.g. INT-06."""
    text: str
    """One sentence an operator can act on."""
    value: float | str | None = None
    limit: float | str | None = None
    unit: str = ""
    age_s: float | None = None
    """Age of the value that decided, seconds; None where no measurement was used."""

    def plain(self) -> dict[str, Plain]:
        """Return this reason as a map."""
        return {name: getattr(self, name) for name in Reason.__slots__}

    @classmethod
    def from_plain(cls, source: Plain) -> Reason:
        """Return the reason in a decoded map; raise MalformedError with the field that is wrong."""
        if not isinstance(source, dict):
            raise MalformedError("a reason is not a map")
        value, limit = source.get("value"), source.get("limit")
        return cls(
            fields.text(source, "name", 60), fields.text(source, "rule", 12), fields.text(source, "text"),
            value if isinstance(value, str | int | float) else None,
            limit if isinstance(limit, str | int | float) else None,
            fields.text(source, "unit", 20), fields.optional_number(source, "age_s"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One event aboard; (boot_id, seq) names it for ever."""

    vessel: str
    boot_id: str
    seq: int
    """Grows by one with each event of this boot, from 1; a gap is a loss and is shown."""
    mono_ms: int
    utc_ns: int
    kind: str
    """One of EVENT_KINDS."""
    body: dict[str, Plain]

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this event: the bytes that are signed (domain VESSEL)."""
        return cbor.encode({
            "v": VERSION, "vessel": self.vessel, "boot_id": self.boot_id, "seq": self.seq, "mono_ms": self.mono_ms,
            "utc_ns": self.utc_ns, "kind": self.kind, "body": self.body,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, body: bytes) -> Event:
        """Return the event in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        kind = fields.text(source, "kind", 20)
        if fields.integer(source, "v") != VERSION or kind not in EVENT_KINDS:
            raise MalformedError(f"event of another version or of unknown kind {kind!r}")
        return cls(
            fields.text(source, "vessel", 32), fields.text(source, "boot_id", 64), fields.integer(source, "seq"),
            fields.integer(source, "mono_ms"), fields.integer(source, "utc_ns"), kind, fields.submap(source, "body"),
        )  # fmt: skip
