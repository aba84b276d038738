"""Chained batches reach the database exactly, whatever is lost, doubled, reordered or restarted on their way."""

from __future__ import annotations

import random
from collections.abc import Coroutine, Iterator
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.link import topics
from protocols.link.acks import BatchAck
from protocols.link.batch import Batch, Column
from protocols.link.closing import Closing
from protocols.link.legend import Legend
from shipside.sending.chaining import Chain
from shipside.sending.window import Window
from shoreside.config import AlertLimits
from shoreside.downlink import Downlink
from shoreside.ingest.missing import BaseWanted, LegendWanted
from shoreside.live.feeds import Hub
from shoreside.store.memory import MemoryStore
from tests.shore_kit import Ship

SHIP = Ship()
LEGEND = Legend.from_wire(SHIP.catalogue.hash, SHIP.catalogue.to_wire())
NUMERIC = [channel for channel in SHIP.catalogue if channel.kind == "number"][:8]
SCANS = 10
_T = TypeVar("_T")


def at_once(coroutine: Coroutine[object, object, _T]) -> _T:
    """Return the answer of a store in memory, which never waits."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("the store waited")


def made(seq: int) -> Batch:
    """Return batch `seq`: slow, noisy and standing channels that go on from the batch before."""
    rng = np.random.default_rng(seq)
    scan = np.arange(SCANS, dtype=np.int32)
    time = seq * SCANS + scan.astype(np.int64)
    columns = tuple(
        Column(channel.short_id, scan, np.round(
            (10.0 + place + channel.resolution * np.rint(place * time / 3 + rng.integers(0, place + 1, SCANS))), 7),
            np.zeros(SCANS, np.uint8))
        for place, channel in enumerate(NUMERIC)
    )  # fmt: skip
    return Batch(SHIP.vessel, 1, seq, LEGEND.catalogue_hash, False, (1_790_000_000 + time) * 10**9, columns, ())


class Aboard:
    """The ship's end: spool, window and chain."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.spool: dict[int, bytes] = {}
        self.seq = 0
        self.start()

    def start(self) -> None:
        """Start, or start again: only the spool is left."""
        self.window, self.chain = Window(1, self.seq, 5.0), Chain(LEGEND, SCANS)

    def make(self) -> None:
        """Spool a batch."""
        self.seq += 1
        self.spool[self.seq] = self.chain.whole(made(self.seq))
        self.window.made(self.seq)

    def sends(self, now_s: float) -> Iterator[bytes]:
        """Give what goes out now."""
        for _ in range(200):
            wanted = self.window.wanted()
            if wanted is not None:
                held = [] if wanted.rank else sorted(self.spool)  # all of one class
                self.window.offer(wanted, [seq for seq in held if seq > wanted.after][: wanted.count])
            send = self.window.take(now_s)
            if send is None and wanted is None:
                return
            if send is not None and send.seq in self.spool:
                yield self.chain.payload(send.seq, self.spool[send.seq], historical=send.historical)
            elif send is not None:
                self.window.gone(send.seq)

    def hear(self, ack: BatchAck) -> None:
        """Take an acknowledgement, as the collector does."""
        through, selected = self.window.receive(ack)
        self.chain.receive(ack)
        for seq in ack.again:
            self.window.failed(seq)
        for seq in [seq for seq in self.spool if seq <= through or seq in selected]:
            del self.spool[seq]


class Ashore:
    """The shore's end: some processes that share a subscription and a store."""

    def __init__(self, processes: int) -> None:
        """Start `processes` of them."""
        self.store = MemoryStore()
        self.now_s = 0.0
        self.processes = [self.fresh() for _ in range(processes)]

    def fresh(self) -> Downlink:
        """Start a process."""
        downlink = Downlink((SHIP.config(),), AlertLimits(3.5, 10.0, 2.0), Hub())
        downlink.recall(at_once(self.store.load()))
        return downlink

    def hear(self, number: int, topic: str, payload: bytes) -> None:
        """Give a message to one process."""
        self.processes[number].receive(topic, payload, self.now_s, 0)

    def work(self, number: int) -> list[BatchAck]:
        """Let one process fetch, commit and say what it has to say."""
        process = self.processes[number]
        for wanted in process.intake.reading.missing.ask(self.now_s):
            answer: bytes | Closing | None
            if isinstance(wanted, LegendWanted):
                answer = at_once(self.store.birth(wanted.vessel, wanted.catalogue_hash))
            else:
                answer = at_once(self.store.closing(wanted.vessel, wanted.epoch, wanted.seq))
            process.found(wanted, answer, self.now_s, 0)
        while (work := process.pending.take()) is not None:
            at_once(self.store.commit(work))
            process.intake.committed(work)
        return [
            BatchAck.from_bytes(payload) for topic, payload in process.intake.take_acks() if topic.endswith(topics.ACK)
        ]


class Sea:
    """Both ends, and what is between them."""

    def __init__(self, seed: int, processes: int = 2) -> None:
        """Join both ends."""
        self.rng = random.Random(seed)
        self.ship, self.shore = Aboard(), Ashore(processes)
        self.on_the_way: list[bytes] = []
        self.acks: list[BatchAck] = []
        self.join()

    def join(self) -> None:
        """The link stands: birth first, to one of the processes."""
        self.shore.hear(self.rng.randrange(len(self.shore.processes)), *SHIP.birth())
        self.ship.window.connected()

    def step(self, what: str) -> None:
        """Let one thing happen."""
        number = self.rng.randrange(len(self.shore.processes))
        if what == "make":
            self.ship.make()
        elif what == "send":
            self.on_the_way += self.ship.sends(self.shore.now_s)
        elif what == "arrive" and self.on_the_way:
            place = self.rng.randrange(min(3, len(self.on_the_way)))
            payload = self.on_the_way[place] if self.rng.random() < 0.2 else self.on_the_way.pop(place)
            self.shore.hear(number, SHIP.topic(topics.BATCH), payload)
        elif what == "lose" and self.on_the_way:
            self.on_the_way.pop(self.rng.randrange(len(self.on_the_way)))
        elif what == "work":
            self.acks += self.shore.work(number)
        elif what == "ack" and self.acks:
            self.ship.hear(self.acks.pop(self.rng.randrange(len(self.acks))))
        elif what == "wait":
            self.shore.now_s += 6.0
            self.ship.window.tick(self.shore.now_s)
        else:
            self._break(what, number)

    def _break(self, what: str, number: int) -> None:
        if what == "ship":
            self.ship.start()
            self.join()
        elif what == "shore":
            self.shore.processes[number] = self.shore.fresh()
            self.shore.hear(number, *SHIP.birth())  # retained by the broker
        elif what == "forget":
            self.shore.store.closings.clear()
        elif what == "cut":
            self.ship.window.disconnected()
            self.ship.chain.reset()
            self.join()

    def settle(self) -> None:
        """Let everything arrive."""
        for _ in range(30):
            self.step("wait")
            self.step("send")
            for payload in self.on_the_way:
                self.shore.hear(0, SHIP.topic(topics.BATCH), payload)
            self.on_the_way.clear()
            for number in range(len(self.shore.processes)):
                for ack in self.shore.work(number):
                    self.ship.hear(ack)


def same(one: Batch, other: Batch) -> bool:
    """Return True for the same samples."""
    mine, theirs = ({column.channel: column for column in batch.columns} for batch in (one, other))
    return np.array_equal(one.scan_utc_ns, other.scan_utc_ns) and all(
        np.array_equal(np.asarray(mine[name].values), np.asarray(theirs[name].values)) for name in mine | theirs
    )


STEPS = st.lists(
    st.sampled_from((
        "make", "make", "send", "send", "arrive", "arrive", "arrive", "work", "work", "ack", "ack", "wait", "lose", "ship",
        "shore", "forget", "cut",
    )), max_size=60,
)  # fmt: skip


@given(st.integers(0, 2**32), STEPS)
@settings(max_examples=60, deadline=None)
def test_every_value_arrives_exactly_once_whatever_happens(seed: int, steps: list[str]) -> None:
    """Loss, duplicates, reordering, restarts of either end, two processes, lost bases: the database holds what was made."""
    sea = Sea(seed)
    for what in steps:
        sea.step(what)
    sea.settle()
    assert sea.ship.spool == {}
    assert sorted(seq for _, _, seq in sea.shore.store.batches) == list(range(1, sea.ship.seq + 1))
    assert all(same(batch, made(seq)) for (_, _, seq), batch in sea.shore.store.batches.items())


def rounds(sea: Sea, count: int) -> None:
    """Let `count` batches go through, each acknowledged before the next, taken by the processes in turn."""
    for number in range(count):
        sea.ship.make()
        for payload in sea.ship.sends(sea.shore.now_s):
            sea.shore.hear(number % len(sea.shore.processes), SHIP.topic(topics.BATCH), payload)
        for process in range(len(sea.shore.processes)):
            for ack in sea.shore.work(process):
                sea.ship.hear(ack)


def test_a_good_link_chains_all_but_the_first_and_any_process_can_read_on() -> None:
    """Two processes take turns: each reads what is chained to a batch that the other committed."""
    sea = Sea(1)
    rounds(sea, 30)
    assert sea.ship.chain.chained_count == 29
    assert len(sea.shore.store.batches) == 30
    assert sum(process.intake.reading.refused.total() for process in sea.shore.processes) == 0


def test_a_shore_that_has_lost_the_base_asks_for_a_key_frame_and_says_nothing_else() -> None:
    """It is not acknowledged, is asked for again, comes whole as history, and the chain begins anew."""
    sea = Sea(2, processes=1)
    rounds(sea, 3)
    sea.shore.store.closings.clear()
    sea.shore.processes[0] = sea.shore.fresh()
    sea.ship.make()
    (payload,) = sea.ship.sends(0.0)
    sea.shore.hear(0, SHIP.topic(topics.BATCH), payload)
    (ack,) = sea.shore.work(0)
    assert (ack.through_seq, ack.selected, ack.again) == (0, (), (4,))
    assert 4 in sea.ship.spool
    sea.ship.hear(ack)
    rounds(sea, 1)
    assert sea.ship.spool == {}
    assert sorted(seq for _, _, seq in sea.shore.store.batches) == [1, 2, 3, 4, 5]


def test_a_ship_that_chains_to_what_was_not_acknowledged_is_not_believed() -> None:
    """Negative control: were the base taken from what was sent, a lost base would leave a batch nobody can read."""
    sea = Sea(3, processes=1)
    rounds(sea, 2)
    sea.ship.make()
    list(sea.ship.sends(0.0))  # lost
    sea.ship.chain.receive(BatchAck(1, 3, ()))  # what no shore has said
    sea.ship.make()
    (payload,) = sea.ship.sends(0.0)
    sea.shore.hear(0, SHIP.topic(topics.BATCH), payload)
    (ack,) = sea.shore.work(0)
    assert ack.again == (4,)
    assert len(sea.shore.store.batches) == 2


def test_only_as_many_batches_wait_as_there_is_room_for() -> None:
    """A flood of batches whose base is unknown is bounded and counted; none is acknowledged."""
    sea = Sea(4, processes=1)
    rounds(sea, 2)
    sea.shore.processes[0] = sea.shore.fresh()
    sea.ship.make()
    (payload,) = sea.ship.sends(0.0)
    for _ in range(600):
        sea.shore.hear(0, SHIP.topic(topics.BATCH), payload)
    assert sea.shore.processes[0].intake.reading.missing.count == 500
    assert sea.shore.processes[0].intake.reading.refused["too many wait"] == 100
    assert sea.shore.processes[0].intake.reading.missing.ask(0.0) == [BaseWanted(SHIP.vessel, 1, 2)]


@pytest.mark.parametrize("batch_s", [0.0, 1.0])
def test_short_batches_are_not_chained(batch_s: float) -> None:
    """LTE and LEO send whole batches: their base would lie several batches back."""
    chain = Chain(LEGEND, batch_s)
    encoded = chain.whole(made(1))
    assert chain.payload(1, encoded, historical=False) == encoded
    assert not chain.is_active
