"""What of the station's own doing goes into the ledger: orders it passed or refused, its alerts, the Master's words (LED-01)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from protocols.link import cbor
from protocols.link.cbor import Plain
from shoreside.ports import Word, Work


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the shore."""

    vessel: str
    kind: str
    """As EVENT_KINDS name events: order, alert, roster."""
    cause: str
    encoded: bytes
    """Deterministic CBOR of what was done."""


def of_work(work: Work) -> list[Act]:
    """Return the acts of the shore in what is committed together; what the ship said is an event and no act."""
    acts: list[Act] = []
    for note in work.orders:
        if note.source != "shore":
            continue
        told: dict[str, Plain] = {
            "id": note.order_id, "state": note.state, "kind": note.kind, "person": note.person, "console": note.console,
            "utc_ns": note.utc_ns, "reasons": [reason.plain() for reason in note.reasons],
            "sha256": hashlib.sha256(note.signed or b"").digest(),
        }  # fmt: skip
        acts.append(
            Act(note.vessel, "order", f"order {note.order_id} of {note.person} {note.state}", cbor.encode(told))
        )
    for vessel, alert in work.alerts:
        if alert["source"] == "shore" or alert["person"]:
            said: dict[str, Plain] = {"id": alert["alert_id"], "state": alert["state"], "text": alert["text"],
                                      "since_utc_ms": alert["since_utc_ms"], "person": alert["person"]}  # fmt: skip
            by = f" by {alert['person']}" if alert["person"] else ""
            acts.append(Act(vessel, "alert", f"alert {alert['alert_id']} {alert['state']}{by}", cbor.encode(said)))
    return acts


def of_word(what: Word, vessel: str, version: int, signed: bytes) -> Act:
    """Return the act of taking a roster or grant: a change of keys or of who may act."""
    return Act(vessel, "roster", f"{what} {version} taken ashore", signed)
