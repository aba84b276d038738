"""Frames of direct control: 10 Hz from a stick or held keys, each with the proof that a human moved it (DMN-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.errors import MalformedError
from protocols.link import cbor, fields

VERSION: Final = 1
RUDDER_DEG_MAX: Final = 45.0
PROPULSION_PCT_MAX: Final = 100.0
_FIELDS: Final = frozenset((
    "v", "vessel", "person", "console", "session", "fencing", "seq", "boot_id", "made_ms", "inputs", "moved_ms", "held",
    "rudder_deg", "propulsion_pct",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class DirectFrame:
    """Where the stick is now, and when a human last moved it."""

    vessel: str
    person: str
    console: str
    session: str
    fencing: int
    seq: int
    """Grows with each frame of this session."""
    boot_id: str
    made_ms: int
    """Vessel's monotonic milliseconds when it was made, learnt from her heartbeats; it lives for one second (CMD-04)."""
    inputs: int
    """Samples that the device itself has delivered: a frozen one delivers none, whatever is sent on its behalf."""
    moved_ms: int
    """Vessel's monotonic milliseconds of the last movement by a human."""
    held: bool
    """True while a human holds the enabling switch."""
    rudder_deg: float
    """Degrees, positive to starboard."""
    propulsion_pct: float
    """Per cent of full, negative astern."""

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this frame: the bytes that are signed (domain FRAME)."""
        return cbor.encode({name: getattr(self, name) for name in DirectFrame.__slots__} | {"v": VERSION})

    @classmethod
    def from_bytes(cls, body: bytes) -> DirectFrame:
        """Return the frame in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        fields.only(source, _FIELDS)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError("direct frame of another version")
        rudder_deg, propulsion_pct = fields.number(source, "rudder_deg"), fields.number(source, "propulsion_pct")
        if abs(rudder_deg) > RUDDER_DEG_MAX or abs(propulsion_pct) > PROPULSION_PCT_MAX:
            raise MalformedError("a deflection outside what a stick can say")
        return cls(
            fields.text(source, "vessel", 32), fields.text(source, "person", 64), fields.text(source, "console", 64),
            fields.text(source, "session", 64), fields.integer(source, "fencing"), fields.integer(source, "seq"),
            fields.text(source, "boot_id", 64), fields.integer(source, "made_ms"), fields.integer(source, "inputs"),
            fields.integer(source, "moved_ms"), fields.flag(source, "held"), rudder_deg, propulsion_pct,
        )  # fmt: skip
