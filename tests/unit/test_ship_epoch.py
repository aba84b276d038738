"""A spool that is made anew has an epoch of its own, whatever the clock says: else the shore takes its batches for old ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from protocols.link.batch import Batch, Column
from shipside.reprocess import EPOCH_BASE, epoch_of
from shipside.starting import EPOCH_BITS, new_epoch
from shoreside.ports import Work
from shoreside.store.memory import MemoryStore
from tests.shore_kit import SetClock

BATCH = Batch(
    "kestrel", 0, 1, "aa", historical=False, scan_utc_ns=np.zeros(1, np.int64),
    columns=(Column("NAV_HDG", np.zeros(1, np.int32), np.zeros(1), np.zeros(1, np.uint8)),), targets=(),
)  # fmt: skip


async def kept_of(first: int, second: int) -> int:
    """Return the samples that a shore keeps of two spools of one ship, each with one batch."""
    store = MemoryStore()
    return sum([await store.commit(Work(batches=(replace(BATCH, epoch=epoch),))) for epoch in (first, second)])


async def test_two_spools_of_one_second_are_two() -> None:
    """A computer that wakes in 1980 each time, and whose disk was changed: the second spool's batches are new ashore."""
    clock = SetClock()
    epochs = {new_epoch(clock) for _ in range(40)}
    assert len(epochs) >= 39  # two of forty may meet once in a hundred runs
    first, second, *_ = epochs
    assert await kept_of(first, second) == 2
    # The negative control: the second of the clock alone, as it was. The second spool is lost, and acknowledged.
    second_of_clock = clock.utc_ns() // 1_000_000_000
    assert await kept_of(second_of_clock, second_of_clock) == 1


def test_epochs_grow_with_the_clock_lie_apart_from_those_of_re_processing_and_are_safe_numbers() -> None:
    """What sorts by (epoch, seq) goes on to do so, former spools before new ones; browsers and JSON keep them exactly."""
    clock = SetClock()
    earlier = new_epoch(clock)
    clock.s += 1.0
    assert clock.utc_ns() // 1_000_000_000 < earlier < new_epoch(clock) < 1 << 53
    assert earlier >> EPOCH_BITS == clock.utc_ns() // 1_000_000_000 - 1
    assert EPOCH_BASE <= epoch_of("kestrel", 1, 2, "aa", "x") < earlier
