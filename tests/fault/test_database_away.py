"""The database is killed, stopped and paused under a writer and readers: nothing is lost, nobody hangs, all comes back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from protocols.aio.clock import SystemClock
from shoreside.ports import StoreDownError, Work
from shoreside.store.connection import Readers
from shoreside.store.history import History
from shoreside.store.postgres import PostgresStore
from tests.postgres_rig import Server, running_server
from tests.schedule_kit import batch
from tests.store_kit import asked

BACK_S = 10.0
"""Longest time from the database's return until writer and readers are served again (R10)."""
HANG_S = 5.0
"""Longest that a reader waits for an answer or for the word that there is none (R10)."""
CLOCK = SystemClock()
RETRY_S = 0.2


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that this test alone ends."""
    with running_server() as made:
        yield made


@dataclass
class Traffic:
    """A writer that commits a batch after the other, and two readers; what they saw."""

    url: str
    committed: list[int] = field(default_factory=list[int])
    longest_s: float = 0.0
    refused: int = 0
    wrote_s: float = 0.0
    read_s: float = 0.0
    ended: bool = False
    """Said to all; a cancellation may be swallowed by the driver in the middle of a commit."""

    async def write(self) -> None:
        """Commit, each again until it stands, as the station does."""
        store = PostgresStore(self.url)
        try:
            await store.load()
            await self._commit_all(store)
        finally:
            await store.close()

    async def _commit_all(self, store: PostgresStore) -> None:
        seq = 0
        while not self.ended:
            seq += 1
            while not self.ended:
                try:
                    await store.commit(Work(batches=(batch("kestrel", (1, seq), historical=False),)))
                    self.committed.append(seq)
                    break
                except StoreDownError:
                    await asyncio.sleep(RETRY_S)
            self.wrote_s = CLOCK.now_s()
            await asyncio.sleep(0.005)

    async def read(self, readers: Readers) -> None:
        """Ask, again and again, and remember the longest wait."""
        history = History(readers)
        while not self.ended:
            begun_s = CLOCK.now_s()
            try:
                await history.all("SELECT count(*) FROM vessel")
                self.read_s = CLOCK.now_s()
            except StoreDownError:
                self.refused += 1
            self.longest_s = max(self.longest_s, CLOCK.now_s() - begun_s)
            await asyncio.sleep(0.05)

    async def served_after(self, moment_s: float) -> float:
        """Wait until both were served after `moment_s`; return how long that took from then."""
        async with asyncio.timeout(60):
            while min(self.wrote_s, self.read_s) <= moment_s:  # noqa: ASYNC110 - two programs, no common event
                await asyncio.sleep(0.02)
        return CLOCK.now_s() - moment_s


async def away(server: Server, how: str, length_s: float) -> None:
    """Take the database away for so long."""
    match how:
        case "kill":
            await asyncio.to_thread(server.kill)
        case "stop":
            await asyncio.to_thread(server.stop)
        case _:
            server.pause()
    await asyncio.sleep(length_s)
    if how == "pause":
        server.resume()
    else:
        await asyncio.to_thread(server.start)


async def ridden(server: Server, plan: list[tuple[str, float]]) -> list[str]:
    """Take the database away as planned, under traffic; return what was wrong."""
    traffic, readers = Traffic(f"{server.url}/postgres"), Readers(f"{server.url}/postgres")
    tasks = [asyncio.create_task(traffic.write())]
    said: list[str] = []
    try:
        async with asyncio.timeout(20):
            while not traffic.committed:  # noqa: ASYNC110 - the writer tells nobody
                await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(traffic.read(readers)) for _ in range(2)]
        for how, length_s in plan:
            await asyncio.sleep(random.Random(length_s).uniform(0.1, 0.5))
            traffic.longest_s, before = 0.0, traffic.refused
            await away(server, how, length_s)
            back_s = await traffic.served_after(CLOCK.now_s())
            print(f"{how} {length_s} s: served after {back_s:.2f} s, longest wait {traffic.longest_s:.2f} s,"
                  f" {traffic.refused - before} told so")  # fmt: skip
            if back_s > BACK_S:
                said.append(f"{how} {length_s} s: served again after {back_s:.1f} s")
            if traffic.longest_s > HANG_S:
                said.append(f"{how} {length_s} s: a reader hung for {traffic.longest_s:.1f} s")
    finally:
        traffic.ended = True
        await asyncio.gather(*tasks, return_exceptions=True)
        await readers.close()
    kept = [int(row[0]) for row in asked(traffic.url, "SELECT value::bigint - 1000 FROM sample ORDER BY 1")]
    if kept[: len(traffic.committed)] != traffic.committed or len(kept) > len(traffic.committed) + 1:
        said.append(f"{len(traffic.committed)} committed, {len(kept)} there")
    return said


async def test_a_database_away_for_a_moment_costs_no_sample_and_hangs_nobody(server: Server) -> None:
    """Proves R10 and R2 for short lengths: killed, stopped, paused long enough that connections must be cut."""
    assert await ridden(server, [("kill", 0.3), ("pause", 7.0), ("stop", 0.5)]) == []


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_the_database_is_killed_ten_times(server: Server) -> None:
    """Proves R2 for the database: seeded moments, back within 15 s (here 10), nothing lost, nothing doubled."""
    chance = random.Random(2)
    assert await ridden(server, [("kill", chance.uniform(0.0, 2.0)) for _ in range(10)]) == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_the_database_is_away_for_twenty_lengths(server: Server) -> None:
    """Proves R10 at its full number: 0.1 s to 10 min."""
    lengths = [0.1 * (6000 ** (n / 19)) for n in range(20)]
    plan = [(("kill", "stop", "pause")[n % 3], round(length, 2)) for n, length in enumerate(lengths)]
    assert await ridden(server, plan) == []
