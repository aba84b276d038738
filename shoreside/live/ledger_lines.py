"""A ledger entry as a person reads it: who, what, when, why, and what came of it (LED-01). Pure."""

from __future__ import annotations

from typing import Final, TypedDict

from protocols.errors import ProtocolError
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.events import Event
from shoreside.live.event_lines import event_text

HASH_SHOWN: Final = 16
"""Hexadecimal digits of a hash that a person compares."""
_ARGUMENTS_MAX: Final = 200
_NS_PER_MS: Final = 1_000_000


class LedgerLine(TypedDict):
    """One entry, made readable; what it does not say is empty, a time that it does not hold is null."""

    number: int
    source: str
    """ship: an event she signed; shore: an act of the station."""
    kind: str
    utc_ms: int | None
    person: str
    what: str
    result: str
    why: str
    """Its cause, as it is chained."""
    reasons: list[str]
    hash: str


def line_of(number: int, kind: str, cause: str, signed: bytes, digest: bytes, *, is_act: bool) -> LedgerLine:
    """Return an entry as it is shown; bytes that are none of ours are told as such."""
    made = _act(kind, signed) if is_act else _event(signed)
    return {
        "number": number, "source": "shore" if is_act else "ship", "kind": kind, "utc_ms": made["utc_ms"],
        "person": made["person"], "what": made["what"], "result": made["result"], "why": cause, "reasons": made["reasons"],
        "hash": digest.hex()[:HASH_SHOWN],
    }  # fmt: skip


class _Said(TypedDict):
    utc_ms: int | None
    person: str
    what: str
    result: str
    reasons: list[str]


def _event(signed: bytes) -> _Said:
    try:
        event = Event.from_bytes(signing.open_envelope(signed).body)
    except ProtocolError:
        return {"utc_ms": None, "person": "", "what": "unreadable", "result": "", "reasons": []}
    body = event.body
    return {
        "utc_ms": event.utc_ns // _NS_PER_MS, "person": _text(body, "person"), "what": _what(event),
        "result": _text(body, "state") or _text(body, "result"), "reasons": _reasons(body.get("reasons")),
    }  # fmt: skip


def _what(event: Event) -> str:
    body = event.body
    if event.kind == "order":
        return f"{_text(body, 'kind')} {_arguments(body.get('args'))}".strip()
    return event_text(event) or _text(body, "what") or event.kind


def _act(kind: str, signed: bytes) -> _Said:
    try:
        body = cbor.decode_map(signed)
    except ProtocolError:  # the Master's word is a signed envelope, told by its cause
        return {"utc_ms": None, "person": "", "what": kind, "result": "", "reasons": []}
    utc_ns = body.get("utc_ns")
    what = _text(body, "kind") or _text(body, "text") or _text(body, "id") or kind
    return {
        "utc_ms": utc_ns // _NS_PER_MS if isinstance(utc_ns, int) else None, "person": _text(body, "person"), "what": what,
        "result": _text(body, "state"), "reasons": _reasons(body.get("reasons")),
    }  # fmt: skip


def _arguments(args: Plain) -> str:
    told = args if isinstance(args, dict) else {}
    listed = (f"{name}={'...' if isinstance(value, bytes) else value}" for name, value in told.items())
    return ", ".join(listed)[:_ARGUMENTS_MAX]


def _reasons(reasons: Plain) -> list[str]:
    rows = [row for row in reasons if isinstance(row, dict)] if isinstance(reasons, list) else []
    return [_text(row, "text") or _text(row, "name") for row in rows]


def _text(body: dict[str, Plain], name: str) -> str:
    value = body.get(name)
    return str(value) if isinstance(value, str | int) else ""
