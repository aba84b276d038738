"""From spool to shore and its word back: what is kept, what goes next, what may be deleted, and what is lost and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from protocols.errors import ProtocolError
from protocols.link import codec, topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.batch import Batch
from protocols.link.cbor import Plain
from shipside.config.link import LinkConfig
from shipside.ports import Clock, MessagePort
from shipside.sending.bearer import BearerChoice
from shipside.sending.budget import AIS_HELD_PCT, HISTORY_HELD_PCT, SAMPLES_HELD_PCT, Meter, month_of
from shipside.sending.chaining import Chain
from shipside.sending.dispatch import Dispatch
from shipside.sending.oldest import Oldest
from shipside.sending.window import Send, Window
from shipside.starting import new_epoch
from shipside.storage.spool import CLASSES, BatchClass, Dropped, Spool, SpoolError
from telemetry.link_channels import LinkCounts

EVENTS_AT_ONCE: Final = 32
"""Events handed to the broker before its first answer: after a day without a link they do not wait a round trip each."""
PACE_S: Final = 2.0
"""History under way at most, in seconds of what the bearer carries: an event waits no longer behind it."""
CONTRACT_PACE_S: Final = 1.2
"""The same where the contract is known and the kernel spreads what is sent: twice the round trip over a geostationary
satellite, so that the repair of a lost packet leaves no pause, and a live value waits half a second behind it."""
METER_S: Final = 60.0
"""How often counts are written and told; a kill loses this long of them."""
UNKEPT_EVERY: Final = 100
"""Every so many batches that could not be written one line goes into the log."""
BEHIND: Final = "the spool is older than what the shore has of it"
Say = Callable[..., None]
"""Writes one line to the program's log: an event name and its fields."""


class Uplink:
    """The way of batches and events; events before samples, samples before what comes in bulk, live before history."""

    def __init__(self, vessel: str, clock: Clock, port: MessagePort, spool: Spool, dispatch: Dispatch, chain: Chain,
                 link: LinkConfig, say: Say) -> None:  # fmt: skip
        """Prepare; `link` says over which bearer, and what may be spent on it."""
        self._vessel, self._clock, self._port, self._spool, self._say = vessel, clock, port, spool, say
        self.dispatch, self.chain = dispatch, chain
        self._link = link
        self.choice = BearerChoice(link.bearer, is_fixed=not link.is_adaptive)
        self._oldest = Oldest()
        self.meter = Meter(spool.metered(), link.budget_bytes)
        self.window = Window(spool.epoch, spool.last_seq, self.choice.bearer.resend_s)
        self._sent_s: dict[int, float] = {}
        """When each live batch in flight was sent first."""
        self._resent_count = self._handing_bytes = self._events_bytes = 0
        self._metered_s = clock.now_s()
        self.wake: Callable[[], None] = lambda: None
        """Called when there is room for more."""
        self.commanded: Callable[[], Mapping[str, int]] = dict[str, int]
        """Gives what the safety process's connections carried since it was last asked, bytes by bearer; empty: the one in use."""
        self.spread: Callable[[float | None], None] = lambda _: None
        """Told how much a second may be sent at most, when the bearer changes; None: nobody knows."""
        self._seq = spool.last_seq
        self.unspooled_count = 0
        """Batches that could not be written: disk full or gone. They are lost, and told."""

    @property
    def next_seq(self) -> int:
        """Sequence of the next batch; never given twice, whatever becomes of the batch."""
        return self._seq + 1

    def keep(self, batch: Batch, batch_class: BatchClass) -> None:
        """Write the batch of `next_seq`; only what is on disk is sent. One that cannot be written is lost and told."""
        seq = self._seq = self.next_seq
        encoded = self.chain.whole(batch) if batch_class == "samples" else codec.encode(batch)
        try:
            self._spool.add(seq, encoded, batch_class)
        except SpoolError as error:
            self.unspooled_count += 1
            if self.unspooled_count % UNKEPT_EVERY == 1:
                self._say("spool", problem=str(error), lost=self.unspooled_count)
            self._lose(Dropped(seq, seq, batch_class, "the disk could not be written"))
            return
        self.window.made(seq, CLASSES.index(batch_class))

    def _lose(self, dropped: Dropped) -> None:
        try:
            self._spool.lose(dropped)
        except SpoolError:
            self.dispatch.record("dropped", self._told(dropped), self._clock.now_s())

    def _told(self, dropped: Dropped) -> dict[str, Plain]:
        return {
            "epoch": self._spool.epoch, "first": dropped.first, "last": dropped.last, "reason": dropped.reason,
            "class": dropped.batch_class,
        }  # fmt: skip

    def tell_losses(self) -> None:
        """Make events of what was lost, while there is somebody to hear them: until then losses that touch are one."""
        if not self._port.connected:
            return
        lost = self._spool.lost()
        for dropped in lost:
            self.dispatch.record("dropped", self._told(dropped), self._clock.now_s())
            self._say("dropped", first=dropped.first, last=dropped.last, why=dropped.reason, what=dropped.batch_class)
        if lost:
            self._careful(self._spool.told)

    def send(self, group: asyncio.TaskGroup, now_s: float) -> None:
        """Hand over what may go now."""
        self.window.tick(now_s)
        self._measure(now_s)
        if self._spool.rescue():
            self.window.refound()
        while (wanted := self.window.wanted()) is not None:
            found = self._spool.after(wanted.after, wanted.count, CLASSES[wanted.rank])
            self.window.offer(wanted, found)
            if found:
                break
        while (sending := self.window.take(now_s, is_history_held=self._is_history_held())) is not None:
            payload = self._payload(sending)
            if payload is not None:
                self._handing_bytes += len(payload)
                what = self._spool.class_of(sending.seq)
                group.create_task(self._publish(sending.seq, payload, what), name=f"batch {sending.seq}")
                if not sending.historical:
                    self._sent_s[sending.seq] = now_s

    def _is_history_held(self) -> bool:
        """History waits for events, for what is under way, and when the month's budget is nearly used up."""
        used_pct = self.used_pct()
        return (
            self.dispatch.is_waiting
            or self._handing_bytes > self._under_way_bytes_max()
            or (used_pct is not None and used_pct >= HISTORY_HELD_PCT)
        )

    def _under_way_bytes_max(self) -> float:
        carried = self._link.bytes_s.get(self.choice.name)
        return self.choice.bearer.bytes_s * PACE_S if carried is None else carried * CONTRACT_PACE_S

    def used_pct(self) -> float | None:
        """Return how much of the month's data budget is used, per cent; None where there is none."""
        return self.meter.used_pct(month_of(self._clock.utc_ns()))

    def cost(self) -> float:
        """Return what the month has cost so far, by the configured prices."""
        return self.meter.cost(month_of(self._clock.utc_ns()), self._link.price)

    def cost_pct(self) -> float | None:
        """Return how much of what a month may cost is spent, per cent; None where there is no such sum."""
        return 100.0 * self.cost() / self._link.budget_cost if self._link.budget_cost > 0 else None

    def counts(self) -> LinkCounts:
        """Return how the link does."""
        figures, utc_ns = self.choice.facts(), self._clock.utc_ns()
        return LinkCounts(
            figures.round_trip_s, figures.loss_pct, self.choice.name, self._spool.count, self._spool.bytes_held,
            self._oldest.age_s(self._spool, utc_ns), self.meter.month_rows(month_of(utc_ns)), self.cost(), self.used_pct(),
        )  # fmt: skip

    def _payload(self, sending: Send) -> bytes | None:
        encoded = self._spool.get(sending.seq)
        if encoded is None:
            self.window.gone(sending.seq)
            return None
        return self.chain.payload(sending.seq, encoded, historical=sending.historical)

    async def _publish(self, seq: int, payload: bytes, what: str) -> None:
        is_taken = await self._port.publish(topics.topic(self._vessel, topics.BATCH), payload)
        self._handing_bytes -= len(payload)
        if is_taken:
            self._count(what, len(payload))
        else:
            self.window.failed(seq)
        self.wake()

    def _count(self, what: str, payload_bytes: int) -> None:
        self.meter.add(month_of(self._clock.utc_ns()), self.choice.name, what, payload_bytes)

    def _measure(self, now_s: float) -> None:
        """Judge the link by what came back, count what was sent, hold back what bearer or budget do not allow."""
        self.choice.lost(self.window.resent_count - self._resent_count)
        self._resent_count = self.window.resent_count
        self.choice.tick(now_s, now_s - min(self._sent_s.values(), default=now_s))
        for change in self.choice.outbox():
            body: dict[str, Plain] = {"from": change.before, "to": change.after, "reason": change.reason}
            self.dispatch.record("bearer", body, now_s)
            self._say("bearer", **body)
            self.window.resend_after(self.choice.bearer.resend_s)
            self.spread(self._link.bulk_bytes_s(self.choice.name))
        if self.dispatch.sent_bytes > self._events_bytes:
            self._count("events", self.dispatch.sent_bytes - self._events_bytes)
            self._events_bytes = self.dispatch.sent_bytes
        used_pct = self.used_pct() or 0.0
        held = {0, 1} if used_pct >= SAMPLES_HELD_PCT else set[int]()
        held |= {1} if used_pct >= AIS_HELD_PCT or not self.choice.bearer.sends_ais else set[int]()
        self.window.hold(held)
        if now_s - self._metered_s >= METER_S:
            self._tell_meter(now_s)

    def _tell_meter(self, now_s: float) -> None:
        """Keep the counts over a restart, and tell how the link does."""
        self._metered_s = now_s
        self._settle()
        self._careful(lambda: self._spool.keep_metered(self.meter.rows()))
        figures, month = self.choice.facts(), month_of(self._clock.utc_ns())
        sent = {f"{bearer} {what}": count for (bearer, what), count in self.meter.month_rows(month).items()}
        self._say(
            "link", bearer=self.choice.name, round_trip_s=figures.round_trip_s, loss_pct=round(figures.loss_pct, 1),
            queue_s=round(figures.queue_s, 1), month=month, sent_bytes=sent, used_pct=self.used_pct(),
            cost=round(self.cost(), 2),
        )  # fmt: skip

    def _settle(self) -> None:
        """Count what the kernel has counted: of our connection beyond the messages, of the safety process's all."""
        month, bearer = month_of(self._clock.utc_ns()), self.choice.name
        self.meter.settle(month, bearer, self._port.carried_bytes)
        for over, carried_bytes in self.commanded().items():
            self.meter.hear(month, over or bearer, carried_bytes)

    def close(self) -> None:
        """Keep what was counted."""
        self._settle()
        self._careful(lambda: self._spool.keep_metered(self.meter.rows()))

    def connected(self) -> None:
        """The link stands and the shore knows the catalogue: everything not acknowledged is sent."""
        self.dispatch.connected()
        self.window.connected()

    def disconnected(self) -> None:
        """The link is gone."""
        self.window.disconnected()
        self.chain.reset()
        self._sent_s.clear()
        self.choice.disconnected()

    def receive(self, leaf: str, payload: bytes) -> None:
        """Take an acknowledgement of the shore; a bad one costs itself."""
        try:
            self._count("events" if leaf == topics.EVENT_ACK else "samples", len(payload))
            if leaf == topics.EVENT_ACK:
                self.dispatch.acknowledged(EventAck.from_bytes(payload))
                return
            ack = BatchAck.from_bytes(payload)
        except ProtocolError as error:
            self._say("bad-ack", problem=str(error))
            return
        if ack.epoch == self._spool.epoch and max(ack.through_seq, *ack.selected, 0) > self._seq:
            self._begin_anew()
        through, selected = self.window.receive(ack)
        for seq in [seq for seq in self._sent_s if seq <= through or seq in selected]:
            self.choice.acknowledged(self._clock.now_s() - self._sent_s.pop(seq))
        self.chain.receive(ack)
        for seq in ack.again if ack.epoch == self._spool.epoch else ():
            self.window.failed(seq)
        if through or selected:
            self._careful(lambda: self._spool.delete(through, selected))

    def _begin_anew(self) -> None:
        """The shore has batches that this spool never made: it was set back, as by an image of the disk. Raise SpoolError.

        Its sequences were given before, so the shore takes what is made now for what it has, and would acknowledge it unread.
        Everything begins anew with another epoch, in another start; what was made since is told as lost: the raw log has it.
        """
        epoch, first = self._spool.epoch, self._spool.oldest_seq()
        body: dict[str, Plain] = {"epoch": epoch, "first": first or self._seq, "last": self._seq, "class": "samples",
                                  "reason": BEHIND}  # fmt: skip
        aside = self._spool.begin_anew(new_epoch(self._clock))
        if first is not None:
            self.dispatch.record("dropped", body, self._clock.now_s())
        raise SpoolError(
            f"{BEHIND}: set aside as {aside}, another is begun; farhelm replay brings what the raw log has since"
        )

    def _careful(self, write: Callable[[], None]) -> None:
        try:
            write()
        except SpoolError as error:
            self._say("spool", problem=str(error), lost=0)
