"""What is past keeping goes, what came late or is not rolled up yet stays, and nobody's commit breaks over it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shoreside import config
from shoreside.ports import Work
from shoreside.store.connection import Connection, connect
from shoreside.store.postgres import PostgresStore
from shoreside.store.retention import Retention, drop_old, empty_undated
from shoreside.store.rollup import roll
from shoreside.store.upkeep import Upkeep
from tests.postgres_rig import TIMESCALE
from tests.shore_kit import SetClock
from tests.store_kit import NOON_NS, Point, asked, batch_of

NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
DAY_MS = 86_400_000
KEEP = Retention(raw_days=7, rollup_1s_days=7, rollup_1min_days=60, rollup_1h_days=None)
DAYS = "SELECT name FROM partition_record WHERE parent = %s AND dropped IS NULL ORDER BY 1"


def point(day: int) -> Point:
    return Point("NAV_HDG", day * DAY_MS, 90.0 + day, 0)


@asynccontextmanager
async def kept(url: str) -> AsyncIterator[tuple[PostgresStore, Connection]]:
    """Ten days, a sample each, rolled up, as if each day had been made on that day."""
    store = PostgresStore(url)
    await store.load()
    connection = await connect(url)
    await store.commit(Work(batches=tuple(batch_of([point(day)], day + 1) for day in range(10))))
    await roll(connection, NOON + timedelta(days=11))
    await connection.execute("UPDATE partition_record SET made = first")
    try:
        yield store, connection
    finally:
        await connection.close()
        await store.close()


async def test_old_days_are_dropped_and_the_rollups_stay(database_url: str) -> None:
    """Nine days after noon of the first day, with seven days to keep, two have gone; their minutes and hours have not."""
    async with kept(database_url) as (_, connection):
        before = asked(database_url, "SELECT start, sum FROM bucket_1min ORDER BY 1")
        dropped = await drop_old(connection, KEEP, NOON + timedelta(days=9))
        assert [name for name in dropped if name.startswith("sample")] == ["sample_20260921", "sample_20260922"]
        assert "rollup_1s_20260921" in dropped
        assert asked(database_url, "SELECT count(*) FROM sample") == [(8,)]
        assert asked(database_url, "SELECT start, sum FROM bucket_1min ORDER BY 1") == before
        assert len(before) == 10
        assert await drop_old(connection, KEEP, NOON + timedelta(days=9)) == []


async def test_what_came_late_is_kept_as_long_as_what_came_in_time(database_url: str) -> None:
    """A month of outage brought today, or a clock that says 1980, is not gone tomorrow."""
    async with kept(database_url) as (store, connection):
        await store.commit(Work(batches=(batch_of([point(-30), point(-17_000)], 99, historical=True),)))
        await roll(connection, NOON + timedelta(days=11))
        await connection.execute(
            "UPDATE partition_record SET made = %s WHERE first < %s", (NOON, NOON - timedelta(days=2))
        )
        await drop_old(connection, KEEP, NOON + timedelta(days=6))
        assert asked(database_url, "SELECT count(*) FROM sample WHERE time < '2026-09-01'") == [(2,)]
        await drop_old(connection, KEEP, NOON + timedelta(days=8))
        assert asked(database_url, "SELECT count(*) FROM sample WHERE time < '2026-09-01'") == [(0,)]


@pytest.mark.sessions
async def test_a_day_that_is_not_rolled_up_or_is_being_read_stays(database_url: str) -> None:
    """The next run takes it; a commit after the drop goes through, and its sample into the roll-ups."""
    late, at = NOON + timedelta(days=9), NOON + timedelta(days=20)
    async with kept(database_url) as (store, connection):
        await store.commit(Work(batches=(batch_of([Point("NAV_HDG", 500, 1.0, 0)], 50),)))
        assert "sample_20260921" not in await drop_old(connection, KEEP, late)
        await roll(connection, at)
        reader = await connect(database_url)
        async with reader.transaction():
            await reader.execute("SELECT count(*) FROM sample")
            assert not [name for name in await drop_old(connection, KEEP, late) if name.startswith("sample_")]
        await reader.close()
        assert "sample_20260921" in await drop_old(connection, KEEP, late)
        assert await store.commit(Work(batches=(batch_of([Point("NAV_HDG", 700, 5.0, 0)], 51),))) == 1
        await roll(connection, at)
        assert asked(database_url, "SELECT count, low, high FROM bucket_1h ORDER BY start LIMIT 1") == [(3, 1.0, 90.0)]


@pytest.mark.skipif(TIMESCALE is not None, reason="a hypertable has no default partition: it makes every chunk")
async def test_what_has_no_day_goes_when_nothing_joined_it_for_as_long_as_it_is_kept(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows without a partition stay while others join them, and until their roll-ups stand; then they go, and roll-ups stay.

    What comes later still of such a day is added to its roll-ups, not put in their place.
    """
    monkeypatch.setattr("shoreside.store.batches.DAYS_PER_COMMIT", 0)
    store = PostgresStore(database_url)
    await store.load()
    connection = await connect(database_url)

    async def left(day: int) -> int:
        emptied = await empty_undated(connection, KEEP, NOON + timedelta(days=day))
        assert set(emptied) <= {"sample_undated", "text_sample_undated", "rollup_1s_undated"}
        ((count,),) = asked(database_url, "SELECT count(*) FROM sample")
        return int(count)

    await store.commit(Work(batches=(batch_of([point(-400), point(-300)], 1),)))
    assert await left(0) == 2
    assert await left(6) == 2
    await store.commit(Work(batches=(batch_of([point(-200)], 2),)))
    assert await left(7) == 3  # one joined: the week begins anew
    assert await left(13) == 3
    assert await left(14) == 3  # not in the roll-ups yet
    await roll(connection, NOON + timedelta(days=14))
    assert await left(14) == 0
    assert asked(database_url, "SELECT count(*) FROM sample_undated") == [(0,)]
    hours = "SELECT start, count FROM bucket_1h ORDER BY 1"
    before = asked(database_url, hours)
    assert [count for _, count in before] == [1, 1, 1]
    await store.commit(Work(batches=(batch_of([Point("NAV_HDG", -400 * DAY_MS + 500, 1.0, 0)], 3),)))
    await roll(connection, NOON + timedelta(days=15))
    assert [count for _, count in asked(database_url, hours)] == [2, 1, 1]
    await connection.close()
    await store.close()


@pytest.mark.sessions
async def test_the_upkeep_outlives_its_database_connection(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It rolls up what is over, and goes on when the server ends its connection."""
    monkeypatch.setattr("shoreside.store.upkeep.RETRY_S", 0.05)
    monkeypatch.setattr("shoreside.store.upkeep.PAUSE_S", 0.05)
    said: list[str] = []
    store = PostgresStore(database_url)
    await store.load()
    upkeep = Upkeep(database_url, SetClock(), KEEP, lambda event, _: said.append(event))
    running = asyncio.create_task(upkeep.run())
    async with asyncio.timeout(20):
        for seq in (1, 2):
            await store.commit(Work(batches=(batch_of([Point("NAV_HDG", -3_600_000 * seq, 1.0, 0)], seq),)))
            while upkeep.minutes_rolled < seq:  # noqa: ASYNC110 - the worker tells nobody
                await asyncio.sleep(0.02)
            asked(database_url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                  " AND datname = current_database()")  # fmt: skip
            await store.close()
            await asyncio.sleep(0.1)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert "the store's upkeep waits" in said


@asynccontextmanager
async def at_work(workers: list[Upkeep]) -> AsyncIterator[None]:
    """Let several processes' upkeep run at once."""
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


OLD_PARTITIONS = 4 * 22
"""Of samples, texts, positions and AIS reports: days that had ended a week before the last of thirty."""


async def two_at_work(url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Upkeep], list[str], int]:
    """Let two processes look after a month of days, half of them past keeping; return them, what they said, the minutes."""
    monkeypatch.setattr("shoreside.store.upkeep.RETRY_S", 0.02)
    monkeypatch.setattr("shoreside.store.upkeep.PAUSE_S", 0.02)
    monkeypatch.setattr("shoreside.store.upkeep.BUSY_PAUSE_S", 0.0)
    said: list[str] = []
    store = PostgresStore(url)
    await store.load()
    await store.commit(Work(batches=tuple(batch_of([point(-day)], day + 1) for day in range(30))))
    asked(url, "UPDATE partition_record SET made = first RETURNING 1")
    workers = [Upkeep(url, SetClock(), KEEP, lambda event, _: said.append(event)) for _ in range(2)]
    async with at_work(workers), asyncio.timeout(60):
        while (  # noqa: ASYNC110 - the workers tell nobody
            "the store's upkeep waits" not in said
            and sum(worker.partitions_dropped for worker in workers) < OLD_PARTITIONS
        ):
            await asyncio.sleep(0.05)
    await store.close()
    return workers, said, 30


@pytest.mark.sessions
async def test_of_two_processes_one_at_a_time_does_the_upkeep(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Each minute is rolled up once, each old day dropped once, by whichever process; neither stumbles over the other."""
    workers, said, minutes = await two_at_work(database_url, monkeypatch)
    assert [word for word in said if word != "past keeping, dropped"] == []
    assert sum(worker.minutes_rolled for worker in workers) == minutes
    dropped = asked(database_url, "SELECT count(*) FROM partition_record WHERE dropped IS NOT NULL")
    assert dropped == [(OLD_PARTITIONS,)]
    assert sum(worker.partitions_dropped for worker in workers) == OLD_PARTITIONS
    assert asked(database_url, "SELECT count(*), sum(count) FROM rollup_1h") == [(30, 30)]


@pytest.mark.sessions
async def test_without_the_lock_two_processes_stumble_over_each_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The negative control: where each believes that it is alone, one fails over what the other has just done."""

    @asynccontextmanager
    async def believed(connection: Connection) -> AsyncIterator[bool]:
        yield True

    monkeypatch.setattr("shoreside.store.upkeep.alone", believed)
    monkeypatch.setattr("shoreside.store.rollup.alone", believed)
    workers, said, minutes = await two_at_work(database_url, monkeypatch)
    assert "the store's upkeep waits" in said or sum(worker.minutes_rolled for worker in workers) > minutes


def test_retention_that_cannot_be_is_a_fault() -> None:
    """A roll-up must outlast the finer one that it is computed from; a misspelt or negative setting is named."""
    text = "[retention]\nraw_days = 30\nrollup_1s_days = 5\nrollup_1min_days = -1\nrollup_1m_days = 3\n"
    with pytest.raises(config.ConfigError) as told:
        config.parse(text, {}, Path())
    faults = [fault for fault in told.value.faults if fault.startswith("retention")]
    assert faults == [
        "retention.rollup_1m_days is not known", "retention.rollup_1min_days must be whole days, 0 for ever",
        "retention.rollup_1s_days must not be less than raw_days",
    ]  # fmt: skip
