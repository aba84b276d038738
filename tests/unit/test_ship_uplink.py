"""From spool to shore: events before batches, losses told, a sequence never given twice. A port in memory, no waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import numpy as np
import pytest

from protocols.link import codec, signing, topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.batch import Batch
from protocols.link.events import Event
from protocols.link.legend import Legend
from shipside.config.link import LinkConfig
from shipside.sending.budget import Meter
from shipside.sending.chaining import Chain
from shipside.sending.dispatch import Dispatch
from shipside.sending.uplink import EVENTS_AT_ONCE, Uplink
from shipside.storage.spool import Spool
from telemetry.catalogue import standard_catalogue
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

VESSEL = "kestrel"
LEGEND = Legend.from_wire(standard_catalogue().hash, standard_catalogue().to_wire())


def _batch(seq: int) -> Batch:
    return Batch(VESSEL, 1, seq, LEGEND.catalogue_hash, False, np.zeros(0, np.int64), (), ())


LINK = LinkConfig("lte", is_adaptive=False, budget_bytes=0)


class _Ship:
    """An uplink over a port in memory."""

    def __init__(self, spool: Spool, link: LinkConfig = LINK) -> None:
        self.spool, self.port, self.clock = spool, MemoryPort(connected=False), SetClock()
        dispatch = Dispatch(VESSEL, "boot-1", self.clock, self.port, spool, OPERATOR, EVENTS_AT_ONCE)
        self.uplink = Uplink(
            VESSEL, self.clock, self.port, spool, dispatch, Chain(LEGEND, 0.0), link, lambda *_, **__: None
        )

    def keep(self, count: int) -> None:
        for _ in range(count):
            self.uplink.keep(_batch(self.uplink.next_seq), "samples")

    @asynccontextmanager
    async def joined(self) -> AsyncGenerator[asyncio.TaskGroup]:
        """Let the link stand and the events be sent until the end of the block."""
        async with asyncio.TaskGroup() as group:
            self.port.connected = True
            sending = group.create_task(self.uplink.dispatch.send_events())
            self.uplink.connected()
            yield group
            sending.cancel()

    def events(self) -> list[Event]:
        return [Event.from_bytes(signing.open_envelope(each).body) for each in self.port.of(topics.EVENT)]


async def test_after_an_outage_events_go_before_all_history() -> None:
    ship = _Ship(Spool(":memory:", 1_000_000, 1))
    ship.keep(3)
    ship.uplink.dispatch.record("alert", {"alert_id": "limit-high.ME_CWT"}, 1.0)
    async with ship.joined() as group:
        ship.uplink.send(group, 100.0)
        await ship.port.wait_for(topics.EVENT)
        assert ship.port.of(topics.BATCH) == []
        while ship.uplink.dispatch.is_waiting:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        ship.uplink.send(group, 100.0)
        await ship.port.wait_for(topics.BATCH, 3)


async def test_what_was_dropped_is_told_once_and_only_when_somebody_hears() -> None:
    """Proves reliability goal R5 on the link: the shore is told each range with its class and reason."""
    ship = _Ship(Spool(":memory:", 20_000, 1))
    ship.keep(1000)
    ship.uplink.tell_losses()
    assert ship.spool.events(10) == []
    async with ship.joined():
        ship.uplink.tell_losses()
        ship.uplink.tell_losses()
        await ship.port.wait_for(topics.EVENT)
    (event,) = ship.events()
    kept = ship.spool.after(0, 1)[0]
    assert event.kind == "dropped"
    assert event.body == {
        "epoch": 1, "first": 1, "last": kept - 1, "reason": "the spool is full", "class": "samples"
    }  # fmt: skip
    # The shore commits the event: only then it goes.
    assert len(ship.spool.events(10)) == 1
    ship.uplink.receive(topics.EVENT_ACK, EventAck("boot-1", 1).to_bytes())
    assert ship.spool.events(10) == []


async def test_a_batch_the_disk_refuses_is_told_and_its_sequence_never_given_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 1_000_000, 1)
    ship = _Ship(spool)
    ship.keep(2)
    other = apsw.Connection(str(tmp_path / "spool.db"))
    spool._db.set_busy_timeout(1)
    with other:
        other.execute("DELETE FROM about WHERE 0")
        other.execute("INSERT INTO about VALUES ('held', 1)")  # another program holds the file: nothing can be written
        ship.keep(2)
    assert (ship.uplink.unspooled_count, ship.uplink.next_seq) == (2, 5)
    ship.keep(1)
    assert spool.after(0, 10) == [1, 2, 5]
    async with ship.joined():
        ship.uplink.tell_losses()
        await ship.port.wait_for(topics.EVENT, 2)
    assert [(each.body["first"], each.body["last"]) for each in ship.events()] == [(3, 3), (4, 4)]
    # The shore's word deletes what it has, and a damaged one nothing.
    ship.uplink.receive(topics.ACK, b"garbage")
    ship.uplink.receive(topics.ACK, BatchAck(1, 2, (5,)).to_bytes())
    assert spool.after(0, 10) == []


async def test_a_used_up_budget_holds_back_ais_then_history_then_samples() -> None:
    ship = _Ship(Spool(":memory:", 1_000_000, 1), LinkConfig("lte", is_adaptive=False, budget_bytes=100_000))
    ship.keep(1)
    async with ship.joined() as group:
        for pct, expected in ((0, [True, True, True]), (80, [True, True, False]), (95, [True, False, False]),
                              (100, [False, False, False])):  # fmt: skip
            ship.uplink.meter = Meter([("2026-09", "lte", "samples", pct * 1000)], 100_000)
            ship.port.sent.clear()
            ship.uplink.disconnected()
            ship.uplink.connected()
            ship.uplink.keep(_batch(ship.uplink.next_seq), "samples")
            ship.uplink.keep(_batch(ship.uplink.next_seq), "ais")
            live = [ship.uplink.next_seq - 2, ship.uplink.next_seq - 1]
            while ship.uplink.dispatch.is_waiting:  # noqa: ASYNC110 - a few turns of the loop
                await asyncio.sleep(0)
            ship.uplink.send(group, 100.0)
            for _ in range(5):
                await asyncio.sleep(0)
            named = [codec.name_of(each) for each in ship.port.of(topics.BATCH)]
            sent = [name[1] for name in named if name is not None]
            assert [live[0] in sent, 1 in sent, live[1] in sent] == expected, pct


@pytest.mark.parametrize(("bytes_s", "at_most"), [({}, 250 * 2), ({"narrow": 1000.0}, 1000 * 1.2)])
async def test_history_goes_no_faster_than_the_bearer_carries(bytes_s: dict[str, float], at_most: float) -> None:
    """What is under way: two seconds of the profile, or twice a satellite's round trip of what the contract says."""
    link = LinkConfig("narrow", is_adaptive=False, budget_bytes=0, bytes_s=bytes_s)
    ship = _Ship(Spool(":memory:", 10_000_000, 1), link)
    ship.keep(60)
    hold = asyncio.Event()

    async def slow(topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        ship.port.sent.append((topic, payload, retain))
        await hold.wait()
        return True

    ship.port.publish = slow  # type: ignore[method-assign] # a broker that answers late
    async with ship.joined() as group:
        await asyncio.sleep(0)
        ship.uplink.send(group, 100.0)
        await asyncio.sleep(0)
        sent = sum(len(payload) for payload in ship.port.of(topics.BATCH))
        assert at_most - 200 < sent <= at_most + 200
        hold.set()


async def test_a_change_of_bearer_tells_how_much_may_be_sent() -> None:
    """Under `auto` the contract of the bearer in use counts; of one without a contract nobody knows."""
    link = LinkConfig("lte", is_adaptive=True, budget_bytes=0, bytes_s={"geo": 32_000.0})
    ship, told = _Ship(Spool(":memory:", 1_000_000, 1), link), list[float | None]()
    ship.uplink.spread = told.append
    async with ship.joined() as group:
        for second in range(100):
            ship.uplink.choice.acknowledged(30.0)  # far too slow for any of them
            ship.uplink.send(group, 100.0 + second)
    assert told == [None, 0.95 * 32_000, None]
    assert ship.uplink.choice.name == "narrow"
