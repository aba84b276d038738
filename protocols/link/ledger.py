"""The ledger: a chain of hashes over signed events, kept aboard and again ashore, each entry with its cause (LED-01, LED-03).

An entry's hash is SHA-256 over the hash before it, its number, its cause and its signed bytes: whoever changes, removes or
moves one entry must change all after it. What is cut off at the end is found by a head that the other side holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocols.errors import MalformedError, ProtocolError
from protocols.link import cbor, fields, signing
from protocols.link.cbor import Plain
from protocols.link.events import Event

PREFIX: Final = b"farhelm-ledger-v1\0"
NOTHING: Final = bytes(32)
"""The hash before the first entry."""
HASH_BYTES: Final = 32
CAUSE_MAX: Final = 200
RUNS_MAX: Final = 200
"""Runs of events that one head names: one for each start of the ship's control since the head before."""
HEAD_S: Final = 60.0
"""A head is signed this often while there are new entries."""
HEAD_ENTRIES: Final = 1000
"""A head is signed after this many new entries at the latest."""


_CAUSES: Final[dict[str, str]] = {
    "order": "order {order_id} of {person}",
    "authority": "{cause}",
    "ladder": "{names}{why}",
    "alert": "alert {alert_id}",
    "stop": "{state} by {person}",
    "roster": "{what} {version} {result}",
    "ledger": "{what} of {count} entries",
}
"""{kind of event: what made it happen, from the texts and numbers of its body; `names` are those of its reasons}"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger as it is kept."""

    number: int
    """From 1, without a gap."""
    cause: str
    signed: bytes
    """The event as the vessel signed it, or the act of the shore."""
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a ledger at one moment: it stands for every entry before it."""

    count: int
    hash: bytes


EMPTY: Final = Head(0, NOTHING)


def cause_of(signed: bytes) -> str:
    """Return what made a signed event happen, in words; "unreadable" where the bytes are no event of ours."""
    try:
        event = Event.from_bytes(signing.open_envelope(signed).body)
    except ProtocolError:
        return "unreadable"
    return _CAUSES.get(event.kind, event.kind).format_map(_Said(event.body))[:CAUSE_MAX]


class _Said(dict[str, str]):
    """The texts and numbers of a body; what it does not say is empty."""

    def __init__(self, body: dict[str, Plain]) -> None:
        super().__init__({name: str(value) for name, value in body.items() if isinstance(value, str | int)})
        reasons = body.get("reasons")
        listed = reasons if isinstance(reasons, list) else []
        self["names"] = ", ".join(str(reason.get("name")) for reason in listed if isinstance(reason, dict))

    def __missing__(self, key: str) -> str:
        return ""


def hash_of(before: bytes, number: int, cause: str, signed: bytes) -> bytes:
    """Return the hash of an entry that follows the hash `before`."""
    said = cause.encode()
    return hashlib.sha256(
        PREFIX + before + number.to_bytes(8, "big") + len(said).to_bytes(2, "big") + said + signed
    ).digest()


def entry_after(head: Head, cause: str, signed: bytes) -> Entry:
    """Return the entry that follows `head`."""
    number = head.count + 1
    return Entry(number, cause, signed, hash_of(head.hash, number, cause, signed))


def head_after(head: Head, events: Iterable[bytes]) -> Head:
    """Return the head after these signed events have followed `head`: what the other side must have come to."""
    count, before = head.count, head.hash
    for signed in events:
        count += 1
        before = hash_of(before, count, cause_of(signed), signed)
    return Head(count, before)


def faults(entries: Iterable[Entry], heads: Sequence[Head] = (), start: Head = EMPTY) -> list[str]:
    """Return every fault found, in words; empty where the ledger is whole.

    `heads` are those that somebody else holds: an entry that was cut off at the end is missed by them alone. `start` is the
    head before the first entry that is still kept.
    """
    found: list[str] = []
    held = {head.count: head.hash for head in heads}
    number, before = start.count, start.hash
    for entry in entries:
        number += 1
        if entry.number != number:
            found.append(f"entry {number} is missing or out of its place: {entry.number} stands there")
            number = entry.number
        if hash_of(before, entry.number, entry.cause, entry.signed) != entry.hash:
            found.append(f"entry {entry.number} is not what was written, or does not follow the one before it")
        if held.pop(number, entry.hash) != entry.hash:
            found.append(f"entry {number} is not the one that a head was signed for")
        before = entry.hash
    found += [
        f"the ledger ends at entry {number}, but a head of entry {count} was signed" for count in held if count > number
    ]
    return found


@dataclass(frozen=True, slots=True)
class HeadBody:
    """The body of the event with which a vessel tells the head of her ledger."""

    head: Head
    since: Head
    """The head told before: the entries in between are named by `runs`."""
    runs: tuple[tuple[str, int, int], ...]
    """(boot id, first and last sequence) of the events that are these entries, in the ledger's order."""

    def plain(self) -> dict[str, Plain]:
        """Return this as the body of an event of kind `ledger`."""
        return {
            "what": "head", "count": self.head.count, "hash": self.head.hash, "since": self.since.count,
            "since_hash": self.since.hash, "runs": [[boot, first, last] for boot, first, last in self.runs],
        }  # fmt: skip

    @classmethod
    def from_plain(cls, body: dict[str, Plain]) -> HeadBody:
        """Return the head in an event's body; raise MalformedError with the field that is wrong."""
        return cls(
            Head(fields.integer(body, "count"), fields.octets(body, "hash", HASH_BYTES)),
            Head(fields.integer(body, "since"), fields.octets(body, "since_hash", HASH_BYTES)),
            tuple(_run(item) for item in fields.items(body, "runs", RUNS_MAX)),
        )  # fmt: skip


def _run(item: Plain) -> tuple[str, int, int]:
    if not isinstance(item, list) or len(item) != 3:  # noqa: PLR2004 - boot id, first, last
        raise MalformedError("a run of events has three parts")
    row: dict[str, Plain] = {"boot": item[0], "first": item[1], "last": item[2]}
    first = fields.integer(row, "first", 1)
    return fields.text(row, "boot", 64), first, fields.integer(row, "last", first, first + HEAD_ENTRIES * 100)


@dataclass(frozen=True, slots=True)
class Witness:
    """What the shore signs when its own events come to the head that the vessel has told; with its own ledger's head."""

    vessel: str
    head: Head
    shore: Head
    """The shore's own ledger then: the vessel keeps it, and so witnesses it in turn."""
    utc_ns: int

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this witness: the bytes that are signed (domain LEDGER)."""
        return cbor.encode({
            "v": 1, "vessel": self.vessel, "count": self.head.count, "hash": self.head.hash,
            "shore_count": self.shore.count, "shore_hash": self.shore.hash, "utc_ns": self.utc_ns,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, body: bytes) -> Witness:
        """Return the witness in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        if fields.integer(source, "v") != 1:
            raise MalformedError("witness of another version")
        return cls(
            fields.text(source, "vessel", 32),
            Head(fields.integer(source, "count"), fields.octets(source, "hash", HASH_BYTES)),
            Head(fields.integer(source, "shore_count"), fields.octets(source, "shore_hash", HASH_BYTES)),
            fields.integer(source, "utc_ns"),
        )  # fmt: skip
