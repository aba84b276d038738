"""TimescaleDB itself, by `make test-timescale`: what it made of our files, which days it compresses and drops, what late rows do.

Without a folder that is 2.23.0-dev on PostgreSQL 17.5 as WebAssembly (`wasm_rig.py`): the extension's own SQL, rules and errors.
It shows nothing of background workers, which it lacks, of PostgreSQL 18, of waiting for locks, of speed, nor of sizes on a disk.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import psycopg
import pytest

from farhelm.doctor import services
from shoreside.ports import Work
from shoreside.store import migrate as migrate_files
from shoreside.store.connection import Connection, Readers, connect
from shoreside.store.history import History, Span
from shoreside.store.hypertables import TABLES, Timescale, Use
from shoreside.store.migrate import SchemaError, migrate
from shoreside.store.postgres import PostgresStore
from shoreside.store.retention import Retention, drop_old
from shoreside.store.rollup import roll
from tests.integration import test_shore_store
from tests.postgres_rig import PLAYED, TIMESCALE, running_server, with_timescale
from tests.store_kit import NOON_NS, Point, asked, batch_of

pytestmark = pytest.mark.skipif(TIMESCALE is None, reason="needs TimescaleDB: make test-timescale")
NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
MIDNIGHT = NOON.replace(hour=0)
DAY = timedelta(days=1)
DAY_MS = 86_400_000
DAYS = 4
A_DAY = 4000
"""Samples of each of the days: one a second around noon."""
COUNTED = "SELECT time::date::text, count(*), sum(value) FROM sample GROUP BY 1 ORDER BY 1"
CHUNKS = ("SELECT range_start, range_end, is_compressed FROM timescaledb_information.chunks WHERE hypertable_name = 'sample'"
          " ORDER BY 1")  # fmt: skip
COMPRESS = (
    "SELECT compress_chunk(chunk)::text FROM show_chunks('sample'::regclass, older_than => %s::timestamptz) AS chunk"
)
JOBS = ("SELECT hypertable_name::text, job_id, config ->> 'compress_after' FROM timescaledb_information.jobs"
        " WHERE proc_name = 'policy_compression' ORDER BY job_id")  # fmt: skip


async def start(url: str, use: Use = "require", days: int = 35) -> list[str]:
    """Bring a database to its schema as a starting shore does; return the files applied."""
    async with await connect(url) as connection:
        return await migrate(connection, NOON, Timescale(use, days))


def day(number: int) -> list[Point]:
    """Return the samples of a day."""
    return [Point("NAV_HDG", number * DAY_MS + second * 1000, second % 360, 0) for second in range(-2000, 2000)]


@asynccontextmanager
async def filled(url: str) -> AsyncIterator[tuple[PostgresStore, Connection]]:
    """Four days, rolled up, as if each had been made on that day."""
    store = PostgresStore(url, Timescale("require"))
    await store.load()
    for number in range(DAYS):
        assert await store.commit(Work(batches=(batch_of(day(number), number + 1),))) == A_DAY
    connection = await connect(url)
    await roll(connection, NOON + 11 * DAY, 10_000)
    await connection.execute("UPDATE partition_record SET made = first")
    try:
        yield store, connection
    finally:
        await connection.close()
        await store.close()


async def test_our_files_are_taken_and_make_what_they_say(database_url: str) -> None:
    """Four hypertables with a chunk a day, our indexes and no others, compressed as the file says; off is refused afterwards."""
    assert (await start(database_url))[-2:] == ["timescale/0001_hypertables.sql", "timescale/0002_compression.sql"]
    made = asked(database_url, "SELECT hypertable_name::text, column_name::text, time_interval FROM"
                 " timescaledb_information.dimensions ORDER BY 1")  # fmt: skip
    assert made == [(table, "time", DAY) for table in sorted(TABLES)]
    indexes = asked(
        database_url, "SELECT indexname::text FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1", list(TABLES)
    )
    assert indexes == [
        ("ais_report_by_target",),
        ("position_by_time",),
        ("sample_by_channel",),
        ("text_sample_by_channel",),
    ]
    settings = asked(database_url, "SELECT trim('\"' FROM hypertable::text), segmentby, orderby FROM"
                     " timescaledb_information.hypertable_compression_settings ORDER BY 1")  # fmt: skip
    assert settings == [
        ("ais_report", "vessel_id,mmsi", '"time"'), ("position", "vessel_id", '"time"'),
        ("sample", "vessel_id,channel_id", '"time"'), ("text_sample", "vessel_id,channel_id", '"time"'),
    ]  # fmt: skip
    seen = services.database(database_url)
    assert seen.is_timescale
    assert seen.applied == seen.build
    assert await start(database_url) == []
    with pytest.raises(SchemaError, match="cannot undo"):
        await start(database_url, "off")


async def test_each_table_has_one_job_that_a_second_start_leaves_alone(database_url: str) -> None:
    """Its days are those of the setting; only where that changed is it made anew, for making it anew ends it where it is."""
    await start(database_url)
    first = asked(database_url, JOBS)
    assert [(table, days) for table, _, days in first] == [(table, "35 days") for table in TABLES]
    await start(database_url)
    assert asked(database_url, JOBS) == first
    await start(database_url, days=50)
    changed = asked(database_url, JOBS)
    assert [(table, days) for table, _, days in changed] == [(table, "50 days") for table in TABLES]
    assert not {job for _, job, _ in first} & {job for _, job, _ in changed}


async def test_a_compressed_day_has_the_rows_it_had_and_takes_late_ones(database_url: str) -> None:
    """Three of four days compressed: same rows by day, same history. A late sample joins once, also brought twice."""
    async with filled(database_url) as (store, _):
        before = asked(database_url, COUNTED)
        assert [count for _, count, _ in before] == [A_DAY] * DAYS
        history = await read(database_url)
        assert len(history) == DAYS * A_DAY
        assert len(asked(database_url, COMPRESS, MIDNIGHT + 3 * DAY)) == 3
        assert asked(database_url, CHUNKS) == [
            (MIDNIGHT + n * DAY, MIDNIGHT + (n + 1) * DAY, n < 3) for n in range(DAYS)
        ]  # fmt: skip
        kept = asked(database_url, "SELECT sum(numrows_pre_compression)::int, sum(numrows_post_compression)::int"
                     " FROM _timescaledb_catalog.compression_chunk_size")  # fmt: skip
        assert kept == [(3 * A_DAY, 3 * A_DAY // 1000)]
        assert asked(database_url, COUNTED) == before
        assert await read(database_url) == history
        late = Work(batches=(batch_of([Point("NAV_HDG", 500, 1.0, 0)], 50, historical=True),))
        assert [await store.commit(late), await store.commit(late)] == [1, 0]
        assert asked(database_url, COUNTED) == [(before[0][0], A_DAY + 1, before[0][2] + 1), *before[1:]]


async def read(url: str) -> list[tuple[object, ...]]:
    """Return all that the history says of the channel."""
    readers = Readers(url)
    span = Span("kestrel", ("NAV_HDG",), MIDNIGHT, MIDNIGHT + DAYS * DAY)
    rows = [tuple(row) for row in (await History(readers).samples(span, 50_000, None)).rows()]
    await readers.close()
    return rows


async def test_each_of_the_four_tables_says_the_same_compressed(database_url: str) -> None:
    """Numbers, none among them, texts, positions and targets: row by row; what comes late of each kind joins them once."""
    store = PostgresStore(database_url, Timescale("require"))
    await store.load()
    await store.commit(Work(batches=tuple(test_shore_store.batch(seq) for seq in (1, 2, 3))))

    def rows() -> dict[str, list[str]]:
        return {table: sorted(map(str, asked(database_url, f"SELECT * FROM {table}"))) for table in TABLES}  # noqa: S608

    before = rows()
    assert {table: len(found) for table, found in before.items()} == {
        "sample": 18, "text_sample": 3, "position": 6, "ais_report": 3,
    }  # fmt: skip
    for table in TABLES:
        assert len(asked(database_url, "SELECT compress_chunk(show_chunks(%s::regclass))", table)) == 1
    assert rows() == before
    late = Work(batches=(test_shore_store.batch(4),))
    assert [await store.commit(late), await store.commit(late)] == [7, 0]
    await store.close()
    after = rows()
    assert {table: len(found) for table, found in after.items()} == {
        "sample": 24, "text_sample": 4, "position": 8, "ais_report": 4,
    }  # fmt: skip
    assert all(set(before[table]) < set(after[table]) for table in TABLES)


async def test_the_job_compresses_what_is_as_old_as_the_setting_says(database_url: str) -> None:
    """Run by hand, by the server's clock: of four days the two that are old enough. That it runs by itself is not seen."""
    async with filled(database_url) as (_, connection):
        ((days,),) = asked(database_url, "SELECT (now()::date - %s::date)", MIDNIGHT + 2 * DAY)
        assert await start(database_url, days=days) == []
        ((job,),) = asked(
            database_url, "SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_name = 'sample'"
        )
        before = asked(database_url, COUNTED)
        await connection.execute(f"CALL run_job({int(job)})".encode())
        assert [compressed for _, _, compressed in asked(database_url, CHUNKS)] == [True, True, False, False]
        assert asked(database_url, COUNTED) == before


async def test_a_later_schema_goes_onto_compressed_hypertables(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database of a build without doubts of AIS reports: the new columns join a compressed chunk, which keeps its row."""
    early = [name for name in migrate_files.files_of_build() if name < "0032"]
    for name in early:
        shutil.copy(migrate_files.FOLDER / name, tmp_path)
    monkeypatch.setattr(migrate_files, "FOLDER", tmp_path)
    assert len(await start(database_url)) == len(early) + 2
    report = "INSERT INTO ais_report (vessel_id, mmsi, time, latitude_deg) VALUES (1, 440000000, %s, 35.1) RETURNING 1"
    asked(database_url, report, NOON)
    assert len(asked(database_url, "SELECT compress_chunk(show_chunks('ais_report'))")) == 1
    monkeypatch.undo()
    assert (await start(database_url))[0] == "0032_doubts_and_tracks.sql"
    asked(database_url, report, NOON + timedelta(hours=1))
    found = asked(database_url, "SELECT mmsi, time, latitude_deg, doubt, track FROM ais_report ORDER BY time")
    assert found == [(440_000_000, NOON + timedelta(hours=after), pytest.approx(35.1), None, None) for after in (0, 1)]


async def test_past_keeping_whole_days_go_compressed_or_not_and_the_rollups_stay(database_url: str) -> None:
    """Of four days, two compressed, the first and the third go by their records; minutes and hours say what they said."""
    async with filled(database_url) as (_, connection):
        assert len(asked(database_url, COMPRESS, MIDNIGHT + 2 * DAY)) == 2
        before = asked(database_url, "SELECT start, count, sum FROM bucket_1min ORDER BY 1")
        await connection.execute(
            "UPDATE partition_record SET made = %s WHERE first = %s", (NOON + 8 * DAY, MIDNIGHT + DAY)
        )
        keep = Retention(raw_days=5, rollup_1s_days=5, rollup_1min_days=60)
        dropped = await drop_old(connection, keep, NOON + 8 * DAY)
        assert [name for name in dropped if name.startswith("sample")] == ["sample_20260921", "sample_20260923"]
        assert [found for found, _, _ in asked(database_url, COUNTED)] == ["2026-09-22", "2026-09-24"]
        assert asked(database_url, "SELECT start, count, sum FROM bucket_1min ORDER BY 1") == before
        assert await drop_old(connection, keep, NOON + 8 * DAY) == []


async def test_the_days_of_a_clock_gone_mad_are_dropped_when_they_have_been_kept(database_url: str) -> None:
    """Sixty in one commit are more than a commit records; the next look notes the others, and none outlives its keeping."""
    store = PostgresStore(database_url, Timescale("require"))
    await store.load()
    mad = tuple(batch_of([Point("NAV_HDG", -n * 10 * DAY_MS, 1.0, 0)], n) for n in range(1, 61))
    assert await store.commit(Work(batches=mad)) == 60
    await store.close()
    keep = Retention(raw_days=7, rollup_1s_days=7, rollup_1min_days=None, rollup_1h_days=None)
    days = "SELECT count(*) FROM partition_record WHERE parent = 'sample' AND dropped IS NULL"
    async with await connect(database_url) as connection:
        await roll(connection, NOON, 10_000)
        await connection.execute("UPDATE partition_record SET made = %s", (NOON,))
        assert asked(database_url, days) == [(40,)]
        assert await drop_old(connection, keep, NOON + DAY) == []
        assert asked(database_url, days) == [(60,)]
        left = [len([name for name in await drop_old(connection, keep, NOON + after * DAY) if name.startswith("sample_")])
                for after in (6, 7, 8)]  # fmt: skip
        assert left == [0, 40, 20]
    assert asked(database_url, CHUNKS) == []


SPANS = (
    (0.0, 1.0), (0.000001, 1.0), (0.0, 0.999999), (-0.5, 2.5), (0.5, 0.6), (1.0, 0.0), (1.0, 1.0), (-100.0, 100.0), (7.0, 9.0),
)  # fmt: skip
"""From and to in days after the first midnight: whole days, not quite, some, part of one, reversed, none, all, none there."""
BOUNDS = "SELECT count(*) FROM CALL('TABLE'::regclass, older_than => %s::timestamptz, newer_than => %s::timestamptz)"
CALLS = (
    "SELECT remove_compression_policy('sample'::regclass)",
    "SELECT remove_compression_policy('sample'::regclass, if_exists => true)",
    "SELECT add_compression_policy('sample'::regclass, make_interval(days => 9)) > 0",
    "SELECT add_compression_policy('sample'::regclass, make_interval(days => 9))",
    "SELECT config ->> 'compress_after' FROM timescaledb_information.jobs WHERE hypertable_name = 'sample'",
    "SELECT remove_compression_policy('sample'::regclass)",
    "SELECT add_compression_policy('rollup_1s'::regclass, make_interval(days => 9))",
    "SELECT created FROM create_hypertable('sample'::regclass, 'time'::name, chunk_time_interval => interval '1 day')",
    "SELECT created FROM create_hypertable('rollup_1s'::regclass, 'start'::name, chunk_time_interval => interval '1 day')",
    "SELECT created FROM create_hypertable('batch_ledger'::regclass, 'received'::name, chunk_time_interval => interval '1 day')",
    "SELECT range_start, range_end FROM timescaledb_information.chunks WHERE hypertable_name = 'sample' ORDER BY 1",
)  # fmt: skip


def answer(url: str, call: str, *arguments: object) -> object:
    """Return what a server answers, or the code of its error."""
    try:
        return asked(url, call, *arguments)
    except psycopg.Error as error:
        return error.sqlstate


def answers(url: str) -> list[tuple[str, object]]:
    """Return what a server answers to each call, in their order: what is dropped is gone for the next."""
    asked(url, "SELECT remove_compression_policy('sample'::regclass, if_exists => true)")
    said: list[tuple[str, object]] = []
    for table, (since, until), call in product(("sample", "rollup_1s"), SPANS, ("show_chunks", "drop_chunks")):
        query = BOUNDS.replace("CALL", call).replace("TABLE", table)
        said.append(
            (f"{call} {table} {since} {until}", answer(url, query, MIDNIGHT + until * DAY, MIDNIGHT + since * DAY))
        )
    return said + [(call, answer(url, call)) for call in CALLS]


async def test_the_stand_in_answers_as_the_extension_does(database_url: str) -> None:
    """The functions played in `make test` take the same calls, drop the same days and refuse with the same codes."""
    async with filled(database_url):
        real = answers(database_url)
    with running_server(fsync="off", **with_timescale(PLAYED)) as server:
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        async with filled(f"{server.url}/{name}"):
            played = answers(f"{server.url}/{name}")
    assert played == real
    said = {str(answered) for _, answered in real}
    assert {"[(2,)]", "[(1,)]", "[(0,)]", "[('9 days',)]", "22023", "42704", "42710"} <= said
