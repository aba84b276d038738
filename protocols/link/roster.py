"""The roster (who may act, with which key) and the remote-access grant, both signed by the Master (CMD-12, AUT-07)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.errors import MalformedError
from protocols.link import cbor, fields
from protocols.link.cbor import Plain
from protocols.link.signing import PUBLIC_KEY_BYTES, key_id_of

VERSION: Final = 1
ROLES: Final = ("viewer", "analyst", "operator", "supervisor", "maintainer", "master")
ENTRIES_MAX: Final = 500
"""People of one operations centre times a few consoles each; a roster of this size takes about 60 kB."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One key of one person and what it may do."""

    person: str
    role: str
    """One of ROLES (AUT-11)."""
    roc: str
    console: str
    """Console whose key this is; empty for a key file of a program."""
    public_key: bytes
    """Raw Ed25519 public key, 32 bytes."""
    rights: tuple[str, ...]
    """What the key may sign: `observe`, `setpoint`, `direct`, `stop`, `supervise`."""
    valid_from_utc_ns: int
    valid_to_utc_ns: int

    @property
    def key_id(self) -> bytes:
        """First 8 bytes of the key's SHA-256."""
        return key_id_of(self.public_key)


@dataclass(frozen=True, slots=True)
class Roster:
    """All keys a vessel believes; a vessel takes a roster only with a higher version (CMD-12)."""

    vessel: str
    version: int
    entries: tuple[RosterEntry, ...]

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this roster: the bytes the Master signs (domain ROSTER)."""
        entries: list[Plain] = [
            {
                "person": e.person, "role": e.role, "roc": e.roc, "console": e.console, "public_key": e.public_key,
                "rights": list(e.rights), "from": e.valid_from_utc_ns, "to": e.valid_to_utc_ns,
            }
            for e in self.entries
        ]  # fmt: skip
        return cbor.encode({"v": VERSION, "vessel": self.vessel, "version": self.version, "entries": entries})

    @classmethod
    def from_bytes(cls, body: bytes) -> Roster:
        """Return the roster in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError("roster of another version")
        entries = tuple(_entry(item) for item in fields.items(source, "entries", ENTRIES_MAX))
        return cls(fields.text(source, "vessel", 32), fields.integer(source, "version", 1), entries)


def _entry(item: Plain) -> RosterEntry:
    if not isinstance(item, dict):
        raise MalformedError("a roster entry is not a map")
    role = fields.text(item, "role", 20)
    if role not in ROLES:
        raise MalformedError(f"role {role!r} is not known")
    return RosterEntry(
        fields.text(item, "person", 64), role, fields.text(item, "roc", 64), fields.text(item, "console", 64),
        fields.octets(item, "public_key", PUBLIC_KEY_BYTES), fields.texts(item, "rights"),
        fields.integer(item, "from"), fields.integer(item, "to"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grant:
    """The Master's leave for remote control: which centres, groups and levels, from when to when (AUT-07)."""

    vessel: str
    id: str
    master: str
    """Person who is the vessel's current Master (AUT-12)."""
    rocs: tuple[str, ...]
    groups: tuple[str, ...]
    levels: tuple[str, ...]
    valid_from_utc_ns: int
    valid_to_utc_ns: int
    version: int = 1
    """Grows with each grant of the vessel: what was revoked aboard returns only with a higher one (AUT-07)."""

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this grant: the bytes the Master signs (domain GRANT)."""
        return cbor.encode({
            "v": VERSION, "vessel": self.vessel, "id": self.id, "master": self.master, "rocs": list(self.rocs),
            "groups": list(self.groups), "levels": list(self.levels), "from": self.valid_from_utc_ns,
            "to": self.valid_to_utc_ns, "version": self.version,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, body: bytes) -> Grant:
        """Return the grant in verified bytes; raise MalformedError with the field that is wrong.

        A grant signed before grants had versions counts as version 1.
        """
        source = cbor.decode_map(body)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError("grant of another version")
        return cls(
            fields.text(source, "vessel", 32), fields.text(source, "id", 64), fields.text(source, "master", 64),
            fields.texts(source, "rocs"), fields.texts(source, "groups"), fields.texts(source, "levels"),
            fields.integer(source, "from"), fields.integer(source, "to"),
            fields.integer(source, "version", 1) if "version" in source else 1,
        )  # fmt: skip
