"""What the shore says after it has committed: the only leave to delete aboard (architecture.md 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.link import cbor, fields
from protocols.link.cbor import Plain

SELECTED_MAX: Final = 256
"""Most single sequences one acknowledgement names; four times the vessel's window."""


@dataclass(frozen=True, slots=True)
class BatchAck:
    """Batches of one vessel and epoch that are committed ashore."""

    epoch: int
    through_seq: int
    """Everything up to and including this sequence is committed; 0 when nothing is known to be contiguous."""
    selected: tuple[int, ...]
    """Sequences above `through_seq` that are committed too."""
    again: tuple[int, ...] = ()
    """Sequences that could not be read for want of their base: to be sent again as key frames."""

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this acknowledgement."""
        selected: list[Plain] = list(self.selected)
        again: dict[str, Plain] = {"again": list(self.again)} if self.again else {}
        return cbor.encode({"epoch": self.epoch, "through": self.through_seq, "selected": selected, **again})

    @classmethod
    def from_bytes(cls, encoded: bytes) -> BatchAck:
        """Return the acknowledgement; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(encoded)
        return cls(
            fields.integer(source, "epoch"), fields.integer(source, "through"), _sequences(source, "selected"),
            _sequences(source, "again") if "again" in source else (),
        )  # fmt: skip


def _sequences(source: fields.Map, name: str) -> tuple[int, ...]:
    return tuple(fields.integer({"seq": seq}, "seq") for seq in fields.items(source, name, SELECTED_MAX))


@dataclass(frozen=True, slots=True)
class EventAck:
    """Events of one boot of a vessel that are committed ashore: all up to and including `through_seq`."""

    boot_id: str
    through_seq: int

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this acknowledgement."""
        return cbor.encode({"boot_id": self.boot_id, "through": self.through_seq})

    @classmethod
    def from_bytes(cls, encoded: bytes) -> EventAck:
        """Return the acknowledgement; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(encoded)
        return cls(fields.text(source, "boot_id", 64), fields.integer(source, "through"))
