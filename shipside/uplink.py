"""From spool to shore and its word back: what is kept, what goes next, what may be deleted, and what is lost and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from protocols.errors import ProtocolError
from protocols.link import codec, topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.batch import Batch
from protocols.link.cbor import Plain
from shipside.chaining import Chain
from shipside.dispatch import Dispatch
from shipside.ports import Clock, MessagePort
from shipside.spool import CLASSES, BatchClass, Dropped, Spool, SpoolError
from shipside.window import Window

EVENTS_AT_ONCE: Final = 32
"""Events handed to the broker before its first answer: after a day without a link they do not wait a round trip each."""
UNKEPT_EVERY: Final = 100
"""Every so many batches that could not be written one line goes into the log."""
Say = Callable[..., None]
"""Writes one line to the program's log: an event name and its fields."""


class Uplink:
    """The way of batches and events; events before samples, samples before what comes in bulk, live before history."""

    def __init__(self, vessel: str, clock: Clock, port: MessagePort, spool: Spool, dispatch: Dispatch, chain: Chain,
                 resend_s: float, say: Say) -> None:  # fmt: skip
        """Prepare; `resend_s` is how long the shore's acknowledgement may take."""
        self._vessel, self._clock, self._port, self._spool, self._say = vessel, clock, port, spool, say
        self.dispatch, self.chain = dispatch, chain
        self.window = Window(spool.epoch, spool.last_seq, resend_s)
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
            self._careful(lambda: self._spool.told(len(lost)))

    def send(self, group: asyncio.TaskGroup, now_s: float) -> None:
        """Hand over what may go now."""
        self.window.tick(now_s)
        if self._spool.rescue():
            self.window.refound()
        while (wanted := self.window.wanted()) is not None:
            found = self._spool.after(wanted.after, wanted.count, CLASSES[wanted.rank])
            self.window.offer(wanted, found)
            if found:
                break
        is_held = self.dispatch.is_waiting
        while (sending := self.window.take(now_s, is_history_held=is_held)) is not None:
            group.create_task(self._send(sending.seq, historical=sending.historical), name=f"batch {sending.seq}")

    async def _send(self, seq: int, *, historical: bool) -> None:
        encoded = self._spool.get(seq)
        if encoded is None:
            self.window.gone(seq)
            return
        payload = self.chain.payload(seq, encoded, historical=historical)
        if not await self._port.publish(topics.topic(self._vessel, topics.BATCH), payload):
            self.window.failed(seq)

    def connected(self) -> None:
        """The link stands and the shore knows the catalogue: everything not acknowledged is sent."""
        self.dispatch.connected()
        self.window.connected()

    def disconnected(self) -> None:
        """The link is gone."""
        self.window.disconnected()
        self.chain.reset()

    def receive(self, leaf: str, payload: bytes) -> None:
        """Take an acknowledgement of the shore; a bad one costs itself."""
        try:
            if leaf == topics.EVENT_ACK:
                self.dispatch.acknowledged(EventAck.from_bytes(payload))
                return
            ack = BatchAck.from_bytes(payload)
        except ProtocolError as error:
            self._say("bad-ack", problem=str(error))
            return
        through, selected = self.window.receive(ack)
        self.chain.receive(ack)
        for seq in ack.again if ack.epoch == self._spool.epoch else ():
            self.window.failed(seq)
        if through or selected:
            self._careful(lambda: self._spool.delete(through, selected))

    def _careful(self, write: Callable[[], None]) -> None:
        try:
            write()
        except SpoolError as error:
            self._say("spool", problem=str(error), lost=0)
