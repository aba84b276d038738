"""Schedules of delivery: batches come twice, out of order, with gaps, in new epochs, to two ingest processes that crash.

The database under them fails before or after its commit (reliability.md R8).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np

from protocols.link.acks import BatchAck
from protocols.link.batch import Batch, Column
from shoreside.ingest.intake import Intake
from shoreside.ports import Ledger, Work
from shoreside.roles import ALL
from tests.store_kit import NOON_NS

_T = TypeVar("_T")
Key = tuple[int, int]
"""(epoch, seq)."""


class Table(Protocol):
    """A store under test, and what lies in it afterwards."""

    async def commit(self, work: Work) -> int:
        """Make work durable."""
        ...

    async def known(self, vessel: str, epochs: int) -> Ledger:
        """Return what is held of the first `epochs` epochs."""
        ...

    async def kept(self, vessel: str) -> Counter[Key]:
        """Return how often each batch's sample lies in the store."""
        ...


@dataclass
class ModelTable:
    """The database as it should be, in memory: rows, and a ledger that keeps a second delivery from adding any."""

    dedupes: bool = True
    rows: list[tuple[str, Key]] = field(default_factory=list[tuple[str, Key]])
    ledger: set[tuple[str, Key]] = field(default_factory=set[tuple[str, Key]])

    async def commit(self, work: Work) -> int:
        """Add the rows of each batch that the ledger does not have."""
        for batch in work.batches:
            key = (batch.vessel, (batch.epoch, batch.seq))
            if not self.dedupes or key not in self.ledger:
                self.rows.append(key)
            self.ledger.add(key)
        return len(work.batches)

    async def known(self, vessel: str, epochs: int) -> Ledger:
        """Return the ledger as single sequences."""
        del epochs
        held: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for name, (epoch, seq) in self.ledger:
            if name == vessel:
                held.setdefault((vessel, epoch), []).append((seq, seq))
        return Ledger({stream: tuple(spans) for stream, spans in held.items()}, {})

    async def kept(self, vessel: str) -> Counter[Key]:
        """Count the rows."""
        return Counter(key for name, key in self.rows if name == vessel)


_ONE = np.zeros(1, dtype=np.int32)
_GOOD = np.zeros(1, dtype=np.uint8)


def batch(vessel: str, key: Key, *, historical: bool) -> Batch:
    """Return a batch of one sample, whose value says which batch it was."""
    epoch, seq = key
    time = np.array([NOON_NS + (epoch * 1000 + seq) * 1_000_000_000], dtype=np.int64)
    column = Column("NAV_SOG", _ONE, np.array([epoch * 1000.0 + seq]), _GOOD)
    return Batch(vessel, epoch, seq, "hash", historical, time, (column,), ())


@dataclass
class Voyage:
    """One schedule as it goes."""

    chance: random.Random
    table: Table
    vessel: str
    intakes: list[Intake] = field(default_factory=list[Intake])
    spool: list[Key] = field(default_factory=list[Key])
    """Batches the ship holds: sent until acknowledged."""
    sent: set[Key] = field(default_factory=set[Key])
    acknowledged: set[Key] = field(default_factory=set[Key])
    epoch: int = 1
    seq: int = 0
    faults: list[str] = field(default_factory=list[str])

    async def start(self) -> Intake:
        """Return a process that has just read the store."""
        intake = Intake(ALL)
        intake.learn(await self.table.known(self.vessel, self.epoch))
        return intake

    def measure(self) -> None:
        """Let the ship take up to five scans; now and then her spool is made anew, and she begins at 1 again."""
        if self.chance.random() < 0.1:  # what the old spool still held is gone with it
            self.epoch, self.seq, self.spool = self.epoch + 1, 0, []
        for _ in range(self.chance.randint(1, 5)):
            self.seq += 1
            self.spool.append((self.epoch, self.seq))

    def deliver(self) -> None:
        """Bring some batches: waiting ones in any order with gaps between them, and some that came before, again."""
        window = self.spool[: self.chance.choice((3, 8, 32))]
        coming = self.chance.sample(window, self.chance.randint(0, len(window)))
        if self.sent:
            listed = sorted(self.sent)
            coming += self.chance.choices(listed, k=self.chance.randint(0, 3))
        self.chance.shuffle(coming)
        for key in coming:
            self.sent.add(key)
            self.chance.choice(self.intakes).batch(batch(self.vessel, key, historical=self.chance.random() < 0.3))

    async def commit(self, *, may_fail: bool = True) -> None:
        """Let a process commit what waits; the commit may fail before or after it is durable, then it is done again."""
        intake = self.chance.choice(self.intakes)
        work = intake.pending.take()
        if work is None:
            return
        while not await self._commits(work, self.chance.random() if may_fail else 1.0):
            if self.chance.random() < 0.3:  # the process dies with its doubt; the ship sends again
                self.intakes[self.intakes.index(intake)] = await self.start()
                return
        streams = Ledger() if self.chance.random() < 0.5 else await self.table.known(self.vessel, self.epoch)
        intake.committed(work, streams)

    async def _commits(self, work: Work, fate: float) -> bool:
        """Return whether the process hears that its commit stands: it may fail unmade, or stand and not be heard of."""
        if fate < 0.15:
            return False
        await self.table.commit(work)
        return fate >= 0.3

    def hear(self) -> None:
        """Bring the acknowledgements to the ship, some of them not; nothing may be acknowledged that is not durable."""
        for intake in self.intakes:
            for _, payload in intake.take_acks():
                ack = BatchAck.from_bytes(payload)
                if self.chance.random() < 0.2:
                    continue
                for key in [key for key in self.spool if key[0] == ack.epoch]:
                    if key[1] <= ack.through_seq or key[1] in ack.selected:
                        self.spool.remove(key)
                        self.acknowledged.add(key)

    async def run(self) -> list[str]:
        """Play the schedule to its end and return what is wrong; empty when the store holds the ledger, each batch once."""
        self.intakes = [await self.start(), await self.start()]
        for _ in range(self.chance.randint(3, 12)):
            self.measure()
            self.deliver()
            if self.chance.random() < 0.7:
                await self.commit()
            self.hear()
            if self.chance.random() < 0.1:
                self.intakes[self.chance.randrange(2)] = await self.start()
            if self.acknowledged - set(await self.table.kept(self.vessel)) and not self.faults:
                self.faults.append(f"acknowledged and not there, seen at {self.epoch}/{self.seq}")
        await self.settle()
        return self.faults

    async def settle(self) -> None:
        """All is well again: what the ship still holds is sent until it is acknowledged."""
        for _ in range(200):
            for intake in self.intakes:
                for key in self.spool:
                    self.sent.add(key)
                    intake.batch(batch(self.vessel, key, historical=True))
            for _ in range(4):
                await self.commit(may_fail=False)
            self.hear()
            if not self.spool:
                break
        kept = await self.table.kept(self.vessel)
        if self.spool:
            self.faults.append(f"never acknowledged: {self.spool[:5]}")
        ledger = {key for key in self.sent if key in self.acknowledged or key in kept}
        self.faults += [f"lost {key}" for key in sorted(self.acknowledged - set(kept))]
        self.faults += [f"never sent {key}" for key in sorted(set(kept) - self.sent)]
        self.faults += [f"{key} is there {count} times" for key, count in sorted(kept.items()) if count != 1]
        if set(kept) != ledger:
            self.faults.append("the store does not hold the ledger")


def at_once(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("it waits for something")
