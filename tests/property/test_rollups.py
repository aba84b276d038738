"""Roll-ups say what the samples say, whatever came late, twice or in another order, rolled up already or not yet."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from protocols.link.batch import Batch
from shoreside.ports import Work
from shoreside.store import batches, rollup
from shoreside.store.connection import Connection, connect
from shoreside.store.numbers import Numbers
from shoreside.store.postgres import PostgresStore
from shoreside.store.retention import Retention, drop_old
from shoreside.store.turn import UPKEEP
from tests.store_kit import NOON_NS, WIDTHS_S, Point, asked, batch_of, differences, rolled, stored

LONG_AFTER = datetime(2026, 9, 22, tzinfo=UTC)
NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
SEEDS = range(12)


def points_of(chance: random.Random, hours: int = 3) -> list[Point]:
    """Return samples of some channels: dense, sparse, void, at the edges of seconds, minutes and hours."""
    made: dict[tuple[str, int], Point] = {}
    for channel in ("NAV_HDG", "NAV_SOG", "ENG_RPM")[: chance.randint(1, 3)]:
        for _ in range(chance.randint(1, 60)):
            edge = chance.choice((1000, 60_000, 3_600_000))
            ms = chance.choice((chance.randrange(hours * 3_600_000), chance.randrange(1, hours) * 3_600_000,
                                chance.randrange(hours * 3_600_000) // edge * edge + chance.choice((-1, 0, 1))))  # fmt: skip
            quality = chance.choice((0, 0, 0, 1, 2, 3, 4, 5))
            value = math.nan if quality in (2, 3) else chance.choice((0.0, 359.9, 0.1, chance.uniform(-180, 360)))
            made[channel, ms] = Point(channel, max(ms, 0), value, quality)
    return list(made.values())


def schedule(chance: random.Random, vessel: str) -> tuple[list[Batch], dict[int, list[Point]]]:
    """Return batches in the order in which they come, some twice, and the points of each sequence."""
    points = list({(p.channel, p.ms): p for p in points_of(chance)}.values())
    chance.shuffle(points)
    parts: dict[int, list[Point]] = {}
    while points:
        size = chance.randint(1, 25)
        parts[len(parts) + 1] = [points.pop() for _ in range(min(size, len(points)))]
    batches = [batch_of(part, seq, vessel=vessel, historical=chance.random() < 0.3) for seq, part in parts.items()]
    batches += chance.sample(batches, len(batches) // 3)
    chance.shuffle(batches)
    return batches, parts


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[PostgresStore, Connection]]:
    """Lend a store and the connection of a worker."""
    store = PostgresStore(url)
    await store.load()
    connection = await connect(url)
    try:
        yield store, connection
    finally:
        await connection.close()
        await store.close()


async def play(url: str, store: PostgresStore, connection: Connection, seed: int) -> list[str]:
    """Deliver one schedule, rolling up in between; return every difference of views and tables from the samples."""
    chance, vessel = random.Random(seed), f"v{seed}"
    batches, parts = schedule(chance, vessel)
    came: dict[int, list[Point]] = {}
    said: list[str] = []
    for batch in batches:
        await store.commit(Work(batches=(batch,)))
        came[batch.seq] = parts[batch.seq]
        if chance.random() < 0.3:
            now = NOON + timedelta(seconds=chance.choice((60, 1800, 7200, 86_400)))
            await rollup.roll(connection, now, chance.choice((1, 5, 1000)))
        if chance.random() < 0.1:
            said += judged(url, "bucket", vessel, came)
    said += judged(url, "bucket", vessel, came)
    while await rollup.roll(connection, LONG_AFTER):
        pass
    return said + judged(url, "bucket", vessel, came) + judged(url, "rollup", vessel, came)


def judged(url: str, kind: str, vessel: str, came: dict[int, list[Point]]) -> list[str]:
    """Return the differences of all three widths of a kind of relation from the points that came."""
    points = [point for part in came.values() for point in part]
    return [
        f"{vessel} {kind}_{name} {text}"
        for name, width_s in WIDTHS_S.items()
        for text in differences(stored(url, f"{kind}_{name}", vessel), rolled(points, width_s))
    ]


async def test_rollups_are_what_the_samples_say_after_any_schedule(database_url: str) -> None:
    """Views before, between and after the worker's runs, tables after them; nothing is left to do at the end."""
    async with opened(database_url) as (store, connection):
        for seed in SEEDS:
            assert await play(database_url, store, connection, seed) == [], f"seed {seed}"
    assert asked(database_url, "SELECT count(*) FROM rollup_due") == [(0,)]
    assert asked(database_url, "SELECT count(*) FROM rollup_1s")[0][0] > 300


async def test_a_store_that_does_not_note_late_samples_is_found_out(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the planted fault is the usual one, that late data is taken for already rolled up."""
    note = batches.note_minutes

    async def forgetful(numbers: Numbers, given: tuple[Batch, ...]) -> None:
        await note(numbers, tuple(batch for batch in given if not batch.historical))

    monkeypatch.setattr(batches, "note_minutes", forgetful)
    async with opened(database_url) as (store, connection):
        found = [text for seed in range(3) for text in await play(database_url, store, connection, seed)]
    assert found


async def test_late_samples_of_a_dropped_day_are_added_to_what_is_kept(database_url: str) -> None:
    """The roll-ups grow by exactly the late ones, and their rows do not stay behind to be counted again."""
    chance = random.Random(5)
    early = list({(p.channel, p.ms): p for p in points_of(chance)}.values())
    known = {(point.channel, point.ms) for point in early}
    late = [p for p in {(p.channel, p.ms): p for p in points_of(chance)}.values() if (p.channel, p.ms) not in known]
    async with opened(database_url) as (store, connection):
        await store.commit(Work(batches=(batch_of(early, 1),)))
        while await rollup.roll(connection, LONG_AFTER):
            pass
        await connection.execute("UPDATE partition_record SET made = first")
        dropped = await drop_old(connection, Retention(1, None, None), LONG_AFTER + timedelta(days=2))
        assert "sample_20260921" in dropped
        for seq, part in enumerate((late[::2], late[1::2]), 2):
            await store.commit(Work(batches=(batch_of(part, seq, historical=True),)))
            while await rollup.roll(connection, LONG_AFTER):
                pass
    assert len(late) > 10
    assert judged(database_url, "bucket", "kestrel", {1: early, 2: late}) == []
    assert asked(database_url, "SELECT count(*) FROM sample") == [(0,)]


@pytest.mark.sessions
async def test_only_one_worker_rolls_up_at_a_time(database_url: str) -> None:
    """A second one goes away empty-handed instead of waiting or failing."""
    async with opened(database_url) as (store, connection):
        await store.commit(Work(batches=(batch_of([Point("NAV_HDG", 0, 1.0, 0)], 1),)))
        other = await connect(database_url)
        await other.execute("SELECT pg_advisory_lock(%s)", (UPKEEP,))
        assert await rollup.roll(connection, LONG_AFTER) == 0
        await other.execute("SELECT pg_advisory_unlock(%s)", (UPKEEP,))
        await other.close()
        assert await rollup.roll(connection, LONG_AFTER) == 1
