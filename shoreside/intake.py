"""What is kept of what comes down: queued for the store once, acknowledged after its commit. Pure.

Of several processes that share a subscription each gets only part of a vessel's batches and events. What counts is then
the store's ledger: a second delivery adds no row there, and how far the row is unbroken is read back after each commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final, TypeVar

from protocols.link import topics
from protocols.link.acks import SELECTED_MAX, BatchAck, EventAck
from protocols.link.batch import Batch
from protocols.link.events import Event
from shoreside.pending import Pending
from shoreside.ports import NOTHING_MORE, BatchStream, EventStream, Ledger, Spans, Work
from shoreside.progress import Ranges
from shoreside.roles import Role

GAP_WAIT_S: Final = 60.0
"""An event missing this long while later ones came is lost: the ship sends again every few seconds what we lack."""
SEEN_STREAMS_MAX: Final = 2000
"""Streams whose seen sequences a process that keeps nothing remembers: ten of each vessel. Forgetting one means that its
next message, sent again, is looked at again; values no newer than those shown change nothing."""

Said = tuple[str, bytes]
"""(topic, payload) to publish."""
_Stream = TypeVar("_Stream")


class Intake:
    """Which batches and events are new, which wait for the store, and what the ships may be told."""

    def __init__(self, role: Role) -> None:
        """Take in what `role` keeps; a role that keeps nothing only tells new from seen."""
        self.pending = Pending()
        self._role = role
        self._batches: dict[BatchStream, Ranges] = {}
        self._events: dict[EventStream, Ranges] = {}
        self._gap_since_s: dict[EventStream, tuple[tuple[int, int], float]] = {}
        self._acks: deque[Said] = deque()

    def learn(self, known: Ledger) -> None:
        """Take over what the store holds; of no use to a process that keeps nothing."""
        if self._role.keeps:
            _extend(self._batches, known.batches)
            _extend(self._events, known.events)

    def admits(self, vessel: str) -> bool:
        """Return whether another batch of `vessel` has room; one that has none is not even decoded."""
        return not self._role.keeps or self.pending.admits(vessel)

    def batch(self, batch: Batch) -> bool:
        """Take a batch; return whether it is new and was taken. One that is committed already is acknowledged again."""
        stream = (batch.vessel, batch.epoch)
        if batch.seq in self._batches.get(stream, ()):
            self._ack_batches(stream, [batch.seq])
            return False
        if not self._role.keeps:
            _see(self._batches, stream, batch.seq)
            return True
        return not self.pending.has_batch((*stream, batch.seq)) and self.pending.batch(batch)

    def event(self, event: Event, signed: bytes) -> bool:
        """Take an event; return whether it is new and was taken. One that is committed already is acknowledged again."""
        stream = (event.vessel, event.boot_id)
        if event.seq in self._events.get(stream, ()):
            self._ack_events(stream)
            return False
        if not self._role.keeps:
            _see(self._events, stream, event.seq)
            return True
        return not self.pending.has_event((*stream, event.seq)) and self.pending.event(event, signed)

    def committed(self, work: Work, known: Ledger = NOTHING_MORE) -> None:
        """Acknowledge what the store has made durable; `known`: what it said of the same streams after the commit."""
        self.pending.settle()
        self.learn(known)
        done: dict[BatchStream, list[int]] = {}
        for batch in work.batches:
            self._batches.setdefault((batch.vessel, batch.epoch), Ranges()).add(batch.seq)
            done.setdefault((batch.vessel, batch.epoch), []).append(batch.seq)
        for stream, seqs in done.items():
            self._ack_batches(stream, seqs)
        for event, _ in work.events:
            self._events.setdefault((event.vessel, event.boot_id), Ranges()).add(event.seq)
        for boot in dict.fromkeys((event.vessel, event.boot_id) for event, _ in work.events):
            self._ack_events(boot)

    def take_acks(self) -> list[Said]:
        """Return and forget the acknowledgements to publish."""
        acks = list(self._acks)
        self._acks.clear()
        return acks

    def events_above(self, *streams: EventStream) -> dict[EventStream, int]:
        """Return, of `streams` or of all that have a gap, up to which sequence the row is known to be unbroken."""
        asked = streams or [stream for stream, ranges in self._events.items() if ranges.first_gap is not None]
        return {stream: self._events[stream].through if stream in self._events else 0 for stream in asked}

    def pass_lost_events(self, now_s: float) -> None:
        """Record and pass a gap that has stood for a minute, so that one lost event does not hold up all later ones.

        Where others commit too, only right after `learn`: what is missing here may lie in the store.
        """
        for stream, ranges in self._events.items():
            gap = ranges.first_gap
            if gap is None or not self._role.keeps:
                self._gap_since_s.pop(stream, None)
                continue
            known, since_s = self._gap_since_s.setdefault(stream, (gap, now_s))
            if known != gap:
                self._gap_since_s[stream] = (gap, now_s)
            elif now_s - since_s >= GAP_WAIT_S:
                ranges.add(*gap)
                vessel, boot_id = stream
                self.pending.gap(vessel, f"event {boot_id}", *gap)
                self._ack_events(stream)

    def _ack_batches(self, stream: BatchStream, seqs: list[int]) -> None:
        if not self._role.keeps:
            return
        vessel, epoch = stream
        through = self._batches[stream].through
        above = sorted(seq for seq in seqs if seq > through)
        for start in range(0, len(above) or 1, SELECTED_MAX):
            ack = BatchAck(epoch, through, tuple(above[start : start + SELECTED_MAX]))
            self._acks.append((topics.topic(vessel, topics.ACK), ack.to_bytes()))

    def _ack_events(self, stream: EventStream) -> None:
        vessel, boot_id = stream
        through = self._events[stream].through
        if through and self._role.keeps:
            self._acks.append((topics.topic(vessel, topics.EVENT_ACK), EventAck(boot_id, through).to_bytes()))


def _see(held: dict[_Stream, Ranges], stream: _Stream, seq: int) -> None:
    """Remember what was seen, in a bounded number of streams: the one longest known is forgotten first."""
    held.setdefault(stream, Ranges()).add(seq)
    if len(held) > SEEN_STREAMS_MAX:
        del held[next(iter(held))]


def _extend(held: dict[_Stream, Ranges], known: Mapping[_Stream, Spans]) -> None:
    for stream, spans in known.items():
        ranges = held.setdefault(stream, Ranges())
        for first, last in spans:
            ranges.add(first, last)
