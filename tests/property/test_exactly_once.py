"""Duplicate, reordered, gapped and re-epoched input: the store holds the ledger, each batch once (R8)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shoreside.ports import Ledger, Work
from shoreside.store.connection import Readers
from shoreside.store.postgres import PostgresStore
from shoreside.store.shared import SharedPostgres
from tests.schedule_kit import Key, ModelTable, Voyage, at_once

SEED = 20_261_126


def played(number: int, *, dedupes: bool = True) -> list[str]:
    """Return what is wrong after the schedule `number` on the model."""
    return at_once(Voyage(random.Random(SEED + number), ModelTable(dedupes), "kestrel").run())


def test_the_store_holds_the_ledger_after_thousands_of_schedules() -> None:
    """Proves R8 on the model of the database, with two ingest processes; each schedule replays from its number."""
    assert {number: faults for number in range(4_000) if (faults := played(number))} == {}


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_store_holds_the_ledger_after_a_hundred_thousand_schedules() -> None:
    """Proves R8 at its full number."""
    assert {number: faults for number in range(4_000, 104_000) if (faults := played(number))} == {}


def test_without_the_ledger_row_batches_are_doubled() -> None:
    """The negative control: the same schedules on a store that does not know what it has fail, nearly all of them."""
    doubled = [number for number in range(200) if any("times" in fault for fault in played(number, dedupes=False))]
    assert len(doubled) > 100


def test_a_schedule_replays_from_its_number() -> None:
    """Same seed, same rows in the same order (R16)."""

    def rows() -> list[tuple[str, Key]]:
        table = ModelTable()
        at_once(Voyage(random.Random(SEED), table, "kestrel").run())
        return table.rows

    assert rows() == rows()
    assert len(rows()) > 5


class PostgresTable:
    """The real store."""

    def __init__(self, url: str) -> None:
        """Use a store and readers of their own."""
        self.store, self.readers = PostgresStore(url), Readers(url)

    async def commit(self, work: Work) -> int:
        """Commit."""
        return await self.store.commit(work)

    async def known(self, vessel: str, epochs: int) -> Ledger:
        """Ask the ledger as a starting process does."""
        return await SharedPostgres(self.readers).ledger({(vessel, epoch) for epoch in range(1, epochs + 1)}, {})

    async def kept(self, vessel: str) -> Counter[Key]:
        """Count the samples by the value that names their batch."""
        async with self.readers.connection() as connection:
            cursor = await connection.execute(
                "SELECT value::integer FROM sample WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s)", (vessel,)
            )
            return Counter(divmod(int(str(value)), 1000) for (value,) in await cursor.fetchall())


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[PostgresTable]:
    """Lend a table on a database brought to its schema."""
    table = PostgresTable(url)
    await table.store.load()
    try:
        yield table
    finally:
        await table.readers.close()
        await table.store.close()


async def real(url: str, numbers: range) -> dict[int, list[str]]:
    """Play schedules on PostgreSQL, a vessel each, and return those that went wrong."""
    async with opened(url) as table:
        found = {number: await Voyage(random.Random(SEED + number), table, f"v{number}").run() for number in numbers}
    return {number: faults for number, faults in found.items() if faults}


async def test_the_store_holds_the_ledger_on_postgres(database_url: str) -> None:
    """Proves R8 on the real store: sixty schedules here, the two thousand in the long run."""
    assert await real(database_url, range(60)) == {}


async def test_on_postgres_too_a_ledger_that_is_passed_over_is_found_out(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: every batch is taken for fresh."""

    async def all_fresh(numbers: object, given: tuple[object, ...], arrived: object) -> tuple[object, ...]:
        return given

    monkeypatch.setattr("shoreside.store.batches.enter", all_fresh)
    assert await real(database_url, range(10))


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_the_store_holds_the_ledger_on_postgres_after_two_thousand_schedules(database_url: str) -> None:
    """Proves R8 on the real store at its full number."""
    assert await real(database_url, range(1000, 3000)) == {}
