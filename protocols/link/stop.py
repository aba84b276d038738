"""The emergency stop: a message of its own, because it must not depend on anything an order depends on (EST-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.errors import MalformedError
from protocols.link import cbor, fields

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class StopRequest:
    """One press of the emergency stop. It needs no deadline: stopping late is still stopping."""

    vessel: str
    person: str
    console: str
    id: str
    """ULID, for the record; the same press arrives on several paths."""
    issued_utc_ns: int

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this request: the bytes that are signed (domain STOP)."""
        return cbor.encode({
            "v": VERSION, "vessel": self.vessel, "person": self.person, "console": self.console, "id": self.id,
            "issued_utc_ns": self.issued_utc_ns,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, body: bytes) -> StopRequest:
        """Return the request in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError("stop request of another version")
        return cls(
            fields.text(source, "vessel", 32), fields.text(source, "person", 64), fields.text(source, "console", 64),
            fields.text(source, "id", 26), fields.integer(source, "issued_utc_ns"),
        )  # fmt: skip
