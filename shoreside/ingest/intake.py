"""What is kept of what comes down: queued for the store once, acknowledged after its commit. Pure.

Of several processes that share a subscription each gets only part of a vessel's batches and events. What counts is then
the store's ledger: a second delivery adds no row there, and how far the row is unbroken is read back after each commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final, TypeVar

from protocols.link import codec, topics
from protocols.link.acks import SELECTED_MAX, BatchAck, EventAck
from protocols.link.batch import Batch
from protocols.link.birth import Birth
from protocols.link.closing import Closing, MissingBaseError
from protocols.link.events import Event
from shoreside.ingest.missing import BaseWanted, Wanted
from shoreside.ingest.pending import Pending
from shoreside.ingest.progress import Ranges
from shoreside.ingest.readable import Reading
from shoreside.ports import NOTHING_MORE, BatchStream, EventStream, Ledger, Spans, Work
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
        self.reading = Reading()
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

    def read(self, vessel: str, payload: bytes, now_s: float, utc_ns: int | None = None) -> Batch | None:
        """Return the batch in `payload` if it is new, whole and was taken; None otherwise.

        One that waits for its catalogue or its base comes again through `found`; one whose base is not to be had is asked
        for as a key frame. Raise ProtocolError for what is no batch of this vessel.
        """
        if not self.admits(vessel) or self._is_known(vessel, codec.name_of(payload)):
            return None
        try:
            read = self.reading.read(vessel, payload, now_s)
        except MissingBaseError as error:
            self._ask_again((vessel, error.epoch), error.seq)
            return None
        return read[0] if read is not None and self.batch(*read, utc_ns) else None

    def _is_known(self, vessel: str, name: tuple[int, int] | None) -> bool:
        """Return whether a batch, by what it says of itself, is committed, then acknowledging it again, or waits."""
        if name is None:
            return False
        if name[1] in self._batches.get((vessel, name[0]), ()):
            self._ack_batches((vessel, name[0]), [name[1]])
            return True
        return self.pending.has_batch((vessel, *name))

    def found(self, wanted: Wanted, answer: Birth | Closing | None, now_s: float) -> list[bytes]:
        """Return the batches that can be read with the store's answer; without one they are given up, or wait on."""
        if isinstance(answer, Birth):
            return self.reading.take_birth(answer)
        if isinstance(answer, Closing) and isinstance(wanted, BaseWanted):
            return self.reading.take_base(wanted, answer)
        for payload in self.reading.missing.absent(wanted, now_s):
            name = codec.name_of(payload)
            self.reading.refused[type(wanted).__name__] += 1
            if name is not None and isinstance(wanted, BaseWanted):
                self._ask_again((wanted.vessel, name[0]), name[1])
        return []

    def _ask_again(self, stream: BatchStream, seq: int) -> None:
        """Ask for a key frame of a batch whose base is not to be had; nothing is acknowledged by it."""
        if self._role.keeps:
            ack = BatchAck(stream[1], 0, (), (seq,))
            self._acks.append((topics.topic(stream[0], topics.ACK), ack.to_bytes()))

    def batch(self, batch: Batch, closing: Closing | None = None, utc_ns: int | None = None) -> bool:
        """Take a batch; return whether it is new and was taken. One that is committed already is acknowledged again."""
        stream = (batch.vessel, batch.epoch)
        if batch.seq in self._batches.get(stream, ()):
            self._ack_batches(stream, [batch.seq])
            return False
        if not self._role.keeps:
            _see(self._batches, stream, batch.seq)
            return True
        return not self.pending.has_batch((*stream, batch.seq)) and self.pending.batch(batch, closing, utc_ns)

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
        known = self._batches[stream]
        through = known.through
        # The highest of all is always said: a spool that never made it was set back to an older state, and its ship must know.
        above = sorted({seq for seq in (*seqs, known.spans()[-1][1]) if seq > through})
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
