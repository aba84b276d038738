"""What the store costs beside the bare binary COPY of the same rows, and how soon the history answers."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from protocols.aio.clock import SystemClock
from protocols.link import codec
from protocols.link.batch import Batch, Column
from protocols.link.legend import Legend, step_number
from shoreside.ingest.intake import Intake
from shoreside.ports import Ledger, Work
from shoreside.roles import ALL
from shoreside.store import rollup, rows
from shoreside.store.connection import Readers
from shoreside.store.history import History, Span
from shoreside.store.partitions import ensure, partition_of
from shoreside.store.postgres import PostgresStore
from shoreside.store.rollup import roll
from tests.bench.figures import Figure, report, report_ratio
from tests.postgres_rig import Server, running_server

CLOCK = SystemClock()
CHANNELS, SCANS, BATCHES, COMMIT = 200, 10, 40, 20
"""200 channels at 1 Hz in batches of 10 s, 20 of them a commit: 40,000 rows, as after an outage."""
NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
NOON_NS = 1_789_992_000_000_000_000
ROUNDS = 5
STEPS = np.full(CHANNELS, step_number(0.1), np.int64)
LEGEND = Legend("h", tuple(f"C{channel:03d}" for channel in range(CHANNELS)), STEPS, STEPS)
"""What the birth of the vessel says: with it a batch names no channels, as those of every ship at sea."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with room for its write-ahead log, fsync on, like the demo's."""
    with running_server(max_wal_size="1GB", shared_buffers="128MB") as made:
        yield made


def encoded(round_number: int) -> list[bytes]:
    """Return the batches of a round as they come from the broker; each round has hours of its own."""
    chance, scan = np.random.default_rng(round_number), np.arange(SCANS, dtype=np.int32)
    made = []
    for number in range(BATCHES):
        first_ns = NOON_NS + (round_number * BATCHES + number) * SCANS * 1_000_000_000
        times = first_ns + np.arange(SCANS, dtype=np.int64) * 1_000_000_000
        columns = tuple(
            Column(f"C{channel:03d}", scan, np.round(chance.normal(100, 1, SCANS), 1), np.zeros(SCANS, np.uint8))
            for channel in range(CHANNELS)
        )
        batch = Batch("kestrel", 1, round_number * BATCHES + number + 1, "h", False, times, columns, ())
        made.append(codec.encode(batch, LEGEND))
    return made


def backend_cpu_s(pids: set[int]) -> float:
    """Return the CPU seconds that the backends have used, to the microsecond (ticks of 10 ms are a tenth of a round)."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9


def read(payload: bytes) -> Batch:
    """Return a batch as the station reads it."""
    return codec.decode(payload, lambda _: LEGEND)


class Both:
    """Our store and a bare connection that copies the same rows into a table of the same shape and index."""

    def __init__(self, url: str) -> None:
        """Use the database at `url`."""
        self.url, self.store, self.wall_s = url, PostgresStore(url), 0.0
        self.bare: psycopg.Connection[Any] | None = None

    async def measured(self, work: Callable[[], Coroutine[Any, Any, None]]) -> float:
        """Return the CPU seconds of this process and of all backends that `work` takes."""
        with psycopg.connect(self.url, autocommit=True) as seer:
            query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            pids = {int(row[0]) for row in seer.execute(query)}
        before_s, begun, begun_s = time.process_time(), backend_cpu_s(pids), CLOCK.now_s()
        await work()
        self.wall_s, used_s = CLOCK.now_s() - begun_s, time.process_time() - before_s
        return used_s + backend_cpu_s(pids) - begun

    async def ours(self, payloads: list[bytes]) -> None:
        """Decode and commit as the station does: one task reads what comes while another commits what was read."""
        committing: asyncio.Task[Any] | None = None
        for start in range(0, len(payloads), COMMIT):
            part: list[Batch] = []
            for payload in payloads[start : start + COMMIT]:
                part.append(read(payload))
                await asyncio.sleep(0)  # between two arrivals the other task has its turn
            if committing is not None:
                await committing
            committing = asyncio.create_task(self.store.commit(Work(batches=tuple(part))))
        if committing is not None:
            await committing

    async def alone(self, payloads: list[Batch]) -> None:
        """Commit batches that were decoded before."""
        for start in range(0, len(payloads), COMMIT):
            await self.store.commit(Work(batches=tuple(payloads[start : start + COMMIT])))

    async def again(self, payloads: list[bytes]) -> None:
        """Bring payloads to a process that has committed them, as the station does: known by their heads, acknowledged."""
        intake = Intake(ALL)
        intake.learn(Ledger({("kestrel", 1): ((1, 1_000_000),)}, {}))
        for payload in payloads:
            assert intake.read("kestrel", payload, 0.0) is None
        assert len(intake.take_acks()) >= len(payloads)

    async def theirs(self, buffers: list[bytes]) -> None:
        """Copy rows that were packed before."""
        assert self.bare is not None
        for buffer in buffers:
            with self.bare.transaction(), self.bare.cursor().copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(buffer)


def packed(payloads: list[bytes], *, in_order: bool = False) -> list[bytes]:
    """Return the rows of each commit as one COPY buffer, made before the clock starts; `in_order`: in that of the index."""
    found = []
    for start in range(0, len(payloads), COMMIT):
        batches = [read(payload) for payload in payloads[start : start + COMMIT]]
        blocks = [rows.Block(1, range(1, CHANNELS + 1), batch.scan_utc_ns, batch.numbers) for batch in batches]
        parts = rows.pack(blocks) if in_order else (part for block in blocks for part in rows.pack([block]))
        found.append(b"".join((rows.HEADER, *parts, rows.TRAILER)))
    return found


async def prepared(url: str) -> Both:
    """Return both sides ready: schema, partitions, and the bare table keyed and partitioned as ours is."""
    both = Both(url)
    await both.store.load()
    both.bare = psycopg.connect(url, autocommit=True)
    both.bare.execute("CREATE TABLE bare (LIKE sample) PARTITION BY RANGE (time)")
    both.bare.execute("CREATE TABLE bare_day PARTITION OF bare FOR VALUES FROM ('2026-09-01') TO ('2026-10-01')")
    both.bare.execute("CREATE INDEX ON bare (vessel_id, channel_id, time)")
    await both.ours(encoded(ROUNDS)[:1])  # channels, partition and plans are there before the clock starts
    await both.theirs(packed(encoded(ROUNDS)[:1]))
    return both


async def one_round(both: Both, number: int) -> dict[str, float]:
    """Return what a round found, ours beside theirs; the sides come in turn, each round begins at the other end."""
    payloads, others = encoded(number), encoded(100 + number)
    plain, ordered, decoded = packed(payloads), packed(others, in_order=True), [read(payload) for payload in others]
    used, wall = dict[str, float](), dict[str, float]()
    sides: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "as they came": lambda: both.theirs(plain),
        "in order": lambda: both.theirs(ordered),
        "ours": lambda: both.ours(payloads),
        "alone": lambda: both.alone(decoded),
    }
    for side in list(sides) if number % 2 else reversed(list(sides)):
        used[side] = await both.measured(sides[side])
        wall[side] = both.wall_s
    again = await both.measured(lambda: both.again(payloads))
    return {
        "cpu": used["as they came"] / used["ours"], "cpu in order": used["in order"] / used["ours"],
        "cpu alone": used["as they came"] / used["alone"], "wall": wall["as they came"] / wall["ours"],
        "again": again / used["ours"],
    }  # fmt: skip


TOLD = {
    "cpu": ("rows per CPU s to bare COPY, keyed", "at least 0.70", "decode included; the rows as they came"),
    "cpu in order": ("the same, COPY in our order", "", "bare COPY of rows put in order beforehand"),
    "cpu alone": ("the same from decoded batches", "at least 0.70", "the store's own part"),
    "wall": ("rows per second to bare COPY, keyed", "", "one reads while another commits"),
    "again": ("CPU of a second delivery to the first", "at most 0.10", "known by its head"),
}


def test_batches_to_committed_rows_beside_the_bare_copy(server: Server) -> None:
    """Decoded from the broker's payload, deduplicated, noted for roll-ups and completeness, committed: CPU seconds of both.

    Bare COPY is given its rows packed: as they came, and in the order in which the store writes them.
    """

    async def run() -> list[dict[str, float]]:
        both = await prepared(f"{server.url}/postgres")
        found = [await one_round(both, number) for number in range(ROUNDS)]
        assert both.bare is not None
        counted = [both.bare.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("sample", "bare")]  # noqa: S608
        assert counted == [(2 * ROUNDS * BATCHES * SCANS * CHANNELS + SCANS * CHANNELS,)] * 2
        both.bare.close()
        await both.store.close()
        return found

    found = asyncio.run(run())
    for name, (what, goal, notes) in TOLD.items():
        report_ratio(f"store: {what}", goal, [each[name] for each in found], notes)


async def filled(url: str, channels: int, step_s: int, days: int) -> None:
    """Put samples of so many days in, and all of them into the roll-ups at once."""
    store = PostgresStore(url)
    await store.load()
    await store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO vessel (slug) VALUES ('month') ON CONFLICT DO NOTHING")
        connection.execute("INSERT INTO channel (short_id) SELECT 'M' || n FROM generate_series(1, %s) n", (channels,))
    readers = Readers(url)
    async with readers.connection() as connection:
        for day in range(days):
            first = NOON + timedelta(days=day)
            for table in ("sample", "rollup_1s", "rollup_1min", "rollup_1h"):
                await ensure(connection, partition_of(table, first), first)
                await ensure(connection, partition_of(table, first + timedelta(days=1)), first)
            await connection.execute("SET statement_timeout = 0")
            await connection.execute(
                "INSERT INTO sample SELECT v.id, c.id, t, sin(extract(epoch FROM t)::float / 900 + c.id), 0 FROM vessel v,"
                " channel c, generate_series(%s, %s, make_interval(secs => %s)) t WHERE slug = 'month'"
                " AND short_id LIKE 'M%%' ORDER BY t",
                (first, first + timedelta(days=1, microseconds=-1), step_s),
            )  # fmt: skip
    await readers.close()


DUE = """
INSERT INTO rollup_due SELECT DISTINCT vessel_id, date_bin('1 minute', time, '2000-01-01 00:00+00') FROM sample
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = 'month') AND time >= %s AND time < %s
"""


async def rolled(url: str, days: int) -> float:
    """Roll the first day up as the worker does, the others at once; return the worker's CPU seconds."""
    both, first_day = Both(url), NOON + timedelta(days=1)
    worker = await psycopg.AsyncConnection.connect(url, autocommit=True, options="-c timezone=UTC")
    await worker.execute(DUE, (NOON, first_day))

    async def work() -> None:
        while await roll(worker, NOON + timedelta(days=400), 60):
            pass

    used_s = await both.measured(work)
    await worker.execute(DUE, (first_day, NOON + timedelta(days=days)))
    listed = ", ".join(rollup._COLUMNS)
    await worker.execute(f"INSERT INTO rollup_1min ({listed}) SELECT {listed} FROM unrolled_1min".encode())  # noqa: S608
    await worker.execute("DELETE FROM rollup_due")
    await worker.execute("VACUUM ANALYZE")
    await worker.close()
    return used_s


@pytest.mark.timeout(1500)
def test_a_month_of_minutes_from_the_rollups(server: Server) -> None:
    """30 days of one channel in 1-min buckets, 43,200 of them, in a store of ten channels; answers are timed, warm."""
    days, channels, step_s = 30, 10, 10
    url = f"{server.url}/month"
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE month")

    async def run() -> tuple[float, list[float], list[float]]:
        await filled(url, channels, step_s, days)
        used_s = await rolled(url, days)
        readers = Readers(url)
        history, span = History(readers), Span("month", ("M3",), NOON, NOON + timedelta(days=days))
        ours, raw = [], []
        for _ in range(7):
            begun_s = CLOCK.now_s()
            block = await history.buckets(span, 60, 50_000, frozenset(), None)
            ours.append(CLOCK.now_s() - begun_s)
            assert len(block) == days * 1440
        for _ in range(3):
            begun_s = CLOCK.now_s()
            minutes = "SELECT date_bin('1 minute', time, %s), min(value), max(value), avg(value), count(*) FROM sample"
            where = " WHERE vessel_id = (SELECT id FROM vessel WHERE slug = 'month') AND channel_id ="
            which = " (SELECT id FROM channel WHERE short_id = 'M3') GROUP BY 1 ORDER BY 1"
            assert len(await history.all(minutes + where + which, NOON)) == days * 1440
            raw.append(CLOCK.now_s() - begun_s)
        await readers.close()
        return used_s, ours, raw

    used_s, ours, raw = asyncio.run(run())
    samples = 86_400 // step_s * channels
    middle_ms, raw_ms = statistics.median(ours) * 1000, statistics.median(raw) * 1000
    notes, cost_us = f"from samples {raw_ms:.0f} ms", used_s / samples * 1e6
    report(
        Figure("store: 30 days of one channel in 1-min buckets", middle_ms, "ms", "at most 100", None, notes),
        raw=raw_ms,
    )
    report(Figure("store: roll-up worker, CPU a sample", cost_us, "us", notes="client and backend"))
