"""Live batches sent as what changed since one the shore has: which one that is, and what must be sent whole.

The spool holds every batch whole (self-contained); only the form that goes out live is chained. So a restart, a reconnect,
a sending as history or a shore that has lost the base costs a whole batch, never a value. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from protocols.link import codec
from protocols.link.acks import BatchAck
from protocols.link.batch import Batch
from protocols.link.closing import Closing
from protocols.link.legend import Legend

BATCH_S_MIN: Final = 5.0
"""Shorter batches are not chained: their base would lie several batches back, for an acknowledgement takes a round trip."""
BASE_AGE_NS_MAX: Final = 60_000_000_000
"""Oldest base, 60 s: from there on a first value in full is no dearer than the way since."""
SENT_MAX: Final = 64
"""Batches remembered that are sent and not acknowledged, as many as the window lets out; a forgotten one is no base."""


@dataclass(frozen=True, slots=True)
class _Made:
    batch: Batch
    closing: Closing


class Chain:
    """What of one epoch's batches the shore is known to have, and in which form."""

    def __init__(self, legend: Legend, batch_s: float) -> None:
        """Chain the batches of a catalogue when they are `batch_s` long at least BATCH_S_MIN."""
        self._legend = legend
        self.is_active = batch_s >= BATCH_S_MIN
        self._made: dict[int, _Made] = {}
        self._sent: dict[int, Closing] = {}
        self._base: Closing | None = None
        self.chained_count = 0
        """Batches sent chained."""

    def fit(self, batch_s: float) -> None:
        """Chain, or not, batches that are `batch_s` long from now on."""
        self.is_active = batch_s >= BATCH_S_MIN
        self._made.clear()
        self.reset()

    def whole(self, batch: Batch) -> bytes:
        """Return a new batch as bytes, whole, for the spool."""
        encoded, closing = codec.encode_with_closing(replace(batch, is_base=self.is_active), self._legend)
        if self.is_active:
            self._made[batch.seq] = _Made(batch, closing)
            _shorten(self._made)
        return encoded

    def payload(self, seq: int, encoded: bytes, *, historical: bool) -> bytes:
        """Return what to send of batch `seq`, which is `encoded` in the spool."""
        if historical:
            self._sent.pop(seq, None)  # the shore may now have either form: no base
            return codec.as_historical(encoded)
        made = self._made.pop(seq, None)
        if made is None:
            return encoded
        base, payload, closing = self._base_for(made.batch), encoded, made.closing
        if base is not None:
            chained, after = codec.encode_with_closing(replace(made.batch, is_base=True), self._legend, base)
            if len(chained) < len(encoded):
                payload, closing = chained, after
                self.chained_count += 1
        self._sent[seq] = closing
        _shorten(self._sent)
        return payload

    def receive(self, ack: BatchAck) -> None:
        """Take the shore's word: the newest batch it has is the base; a batch it could not read ends the chain."""
        if ack.again:
            self.reset()
            return
        had = [seq for seq in self._sent if seq <= ack.through_seq or seq in ack.selected]
        if had:
            newest = self._sent[max(had)]
            if self._base is None or newest.seq > self._base.seq:
                self._base = newest
            for seq in had:
                del self._sent[seq]

    def reset(self) -> None:
        """Begin anew with a whole batch: after a reconnect, or because the shore asked for one."""
        self._sent.clear()
        self._base = None

    def _base_for(self, batch: Batch) -> Closing | None:
        base = self._base
        if base is None or not len(batch.scan_utc_ns) or base.seq >= batch.seq or base.epoch != batch.epoch:
            return None
        return base if 0 <= int(batch.scan_utc_ns[0]) - base.utc_ns <= BASE_AGE_NS_MAX else None


def _shorten(held: dict[int, _Made] | dict[int, Closing]) -> None:
    while len(held) > SENT_MAX:
        del held[next(iter(held))]
