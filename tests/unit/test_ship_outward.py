"""Events that no disk takes: sent once all the same, and the reason kept for whoever tells it."""

from __future__ import annotations

import asyncio

from control.messages import Emit
from protocols.link import signing, topics
from protocols.link.acks import EventAck
from protocols.link.events import Event
from shipside.commanding.outward import UNKEPT_MAX, Outward
from shipside.commanding.ways import OneWay, Ways
from shipside.storage.journal import Journal
from shipside.storage.spool import SpoolError
from tests.shore_kit import OPERATOR, MemoryPort, SetClock


class _FullJournal(Journal):
    """A journal whose disk is full."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.is_full = True

    def keep_event(self, boot_id: str, seq: int, signed: bytes) -> None:
        if self.is_full:
            raise SpoolError("the event cannot be written: full")
        super().keep_event(boot_id, seq, signed)

    def acknowledged(self, boot_id: str, through_seq: int) -> None:
        if self.is_full:
            raise SpoolError("acknowledged events cannot be deleted: full")
        super().acknowledged(boot_id, through_seq)


async def test_events_go_out_though_no_disk_takes_them() -> None:
    port, journal = MemoryPort(connected=False), _FullJournal()
    clock = SetClock()
    ways = Ways([OneWay("first", clock, port, MemoryPort())], clock)
    outward = Outward("kestrel", "boot-1", clock, ways, journal, OPERATOR)
    sending = asyncio.create_task(outward.send_events())
    try:
        # No disk and no link: the newest are held, and the reason is there to be told.
        for number in range(UNKEPT_MAX + 6):
            outward.tell(Emit("source", {"number": number}), 1.0)
        assert outward.unkept_count == UNKEPT_MAX + 6
        assert "full" in outward.problem
        # The link comes: each is sent once, in order.
        port.connected = True
        outward.connected()
        await port.wait_for(topics.EVENT, UNKEPT_MAX)
        sent = [Event.from_bytes(signing.open_envelope(each).body).body["number"] for each in port.of(topics.EVENT)]
        assert sent == list(range(6, UNKEPT_MAX + 6))
        # An acknowledgement that cannot be carried out ends nothing.
        outward.acknowledged(EventAck("boot-1", 3))
        assert "cannot be deleted" in outward.problem
        # There is room again: kept, sent, acknowledged as ever.
        journal.is_full = False
        outward.tell(Emit("source", {"number": 99}), 2.0)
        assert outward.problem == ""
        await port.wait_for(topics.EVENT, UNKEPT_MAX + 1)
        outward.acknowledged(EventAck("boot-1", UNKEPT_MAX + 7))
        assert journal.events(10) == []
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
