"""Where the channels of a vessel stood at the end of a batch: what a batch chained to it need not say again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from protocols.errors import MalformedError, ProtocolError
from protocols.link import bits, cbor, series, vectors
from protocols.link import fields as wire
from protocols.link.bits import Whole
from protocols.link.columns import Source
from protocols.link.legend import CHANNELS_MAX
from protocols.link.series import DENSE, SPARSE, Guess

NEVER: Final = -1
"""In place of a step: the channel has not spoken yet."""
MEMORY: Final = 128
"""Differences that a channel's statistics remember before they are halved: 2 min at 1 Hz, so that they follow the sea."""
_PARTS: Final = ("shape", "step", "last", "count", "still", "total", "drift")


class MissingBaseError(ProtocolError):
    """A batch is chained to one whose closing is not at hand, or to another form of it: ask for a key frame."""

    def __init__(self, epoch: int, seq: int, base_seq: int) -> None:
        """Name the batch and the one it is chained to."""
        super().__init__(f"batch {seq} is chained to batch {base_seq}, which is not known here")
        self.epoch, self.seq, self.base_seq = epoch, seq, base_seq


@dataclass(frozen=True, slots=True)
class Closing:
    """The state after one batch and all it is chained to; each array has a place per channel of the catalogue."""

    vessel: str
    catalogue_hash: str
    epoch: int
    seq: int
    """Of the batch; 0 before the first."""
    checksum: int
    """Of the batch's bytes: whatever is chained to it is only read with this very form of it."""
    utc_ns: int
    """Last scan."""
    period_ns: int
    """Between scans."""
    shape: Whole
    """How the channel spoke in the batch: 0 not, 1 in every scan, 2 in some."""
    step: Whole
    """Number of the step in which `last` counts; NEVER where it has not spoken."""
    last: Whole
    """Last value, in steps."""
    count: Whole
    """Differences remembered."""
    still: Whole
    """Of these, how many were 0."""
    total: Whole
    """Sum of their zigzags, drift taken away."""
    drift: Whole
    """Sum of the differences themselves."""

    @classmethod
    def blank(cls, channels: int) -> Closing:
        """Return the state of `channels` channels that have not spoken."""
        nothing = np.zeros(channels, np.int64)
        never = np.full(channels, NEVER, np.int64)
        return cls("", "", 0, 0, 0, 0, 0, nothing, never, nothing, nothing, nothing, nothing, nothing)

    def guess(self) -> Guess:
        """Return how each channel will behave."""
        if not self.count.any():
            return series.uninformed(len(self.count))
        is_still = still_most(self.still, self.count)
        changes = np.maximum(self.count - self.still, 1)
        return Guess(
            np.where(is_still, SPARSE, DENSE), mean_drift(self.drift, self.count, is_still),
            series.parameter(self.total, np.maximum(self.count, 1)),
            series.parameter(np.maximum(self.total - changes, 0), changes), is_informed=True,
        )  # fmt: skip

    def to_bytes(self) -> bytes:
        """Return the closing as bytes, for a store; no part of the wire format."""
        head = cbor.encode({
            "vessel": self.vessel, "catalogue": self.catalogue_hash, "epoch": self.epoch,
            "seq": self.seq, "checksum": self.checksum, "utc_ns": self.utc_ns,
            "period_ns": self.period_ns, "channels": len(self.last),
        })  # fmt: skip
        parts = (vectors.write(cast("Whole", getattr(self, name))) for name in _PARTS)
        return b"".join((bits.varint(len(head)), head, *parts))

    @classmethod
    def from_bytes(cls, encoded: bytes) -> Closing:
        """Return the closing that `to_bytes` gave; raise MalformedError when it is none."""
        source = Source(encoded, 0)
        head = cbor.decode_map(source.take(bits.read_varint(source, cbor.SIZE_MAX_BYTES)))
        count = wire.integer(head, "channels", 0, CHANNELS_MAX)
        parts = [vectors.read(source, count) for _ in _PARTS]
        if source.left:
            raise MalformedError("a closing has bytes after its end")
        return cls(
            wire.text(head, "vessel", 32), wire.text(head, "catalogue", 64), wire.integer(head, "epoch"),
            wire.integer(head, "seq"), wire.integer(head, "checksum"),
            wire.integer(head, "utc_ns", -(2**63)), wire.integer(head, "period_ns", -(2**63)), *parts,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        """Return True for the same state."""
        return isinstance(other, Closing) and all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(Closing)
        )

    __hash__ = None  # type: ignore[assignment] # holds arrays


def still_most(still: Whole, count: Whole) -> NDArray[np.bool_]:
    """Return which channels stand still in more than 5 of 9 samples: from there on gaps are cheaper than zeros."""
    return still * 9 > count * 5


def mean_drift(drift: Whole, count: Whole, is_still: NDArray[np.bool_]) -> Whole:
    """Return the drift per sample, 0 for what mostly stands still."""
    return np.where(is_still, 0, series.rounded_ratio(drift, count))
