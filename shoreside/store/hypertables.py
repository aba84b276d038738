"""TimescaleDB, where it is at hand and wanted: what is asked of it beyond PostgreSQL, and when it is used.

All that is its own lies here and in `timescale/`: tables, views, queries and answers are the same without it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from psycopg import sql

from shoreside.store.connection import Connection

Use = Literal["auto", "off", "require"]
USES: Final[tuple[Use, ...]] = get_args(Use)
TABLES: Final = ("sample", "text_sample", "position", "ais_report")
PREFIX: Final = "timescale/"
"""Its schema files are recorded under their folder's name."""


@dataclass(frozen=True, slots=True)
class Timescale:
    """What the configuration says of TimescaleDB."""

    use: Use = "auto"
    """auto: on a database that is empty and where the extension can be had; require: a fault where that is not so."""
    compress_after_days: int = 35
    """Past the longest outage (30 days): what comes late should find rows, not compressed chunks (a third of the rate)."""


async def is_wanted(connection: Connection, wish: Timescale, applied: Collection[str]) -> str | bool:
    """Return whether the hypertables' files belong to this database, or a sentence that says why that cannot be."""
    has_them = any(name.startswith(PREFIX) for name in applied)
    if has_them and wish.use == "off":
        return 'the database keeps its samples in hypertables already: [store] timescale = "off" cannot undo that'
    if has_them or wish.use == "off":
        return has_them
    cursor = await connection.execute("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')")
    is_there = await cursor.fetchone() == (True,)
    if wish.use == "require" and not is_there:
        return '[store] timescale = "require", and the database server does not have the extension timescaledb'
    if wish.use == "require" and applied:
        return (
            '[store] timescale = "require", and the database keeps its samples in PostgreSQL\'s own partitions already:'
            " hypertables can be made on an empty database only"
        )
    return is_there and not applied


_STANDS: Final = """
SELECT EXISTS (SELECT FROM timescaledb_information.jobs WHERE hypertable_schema = current_schema() AND hypertable_name = %s
  AND (config ->> 'compress_after')::interval = make_interval(days => %s))
"""


async def set_policies(connection: Connection, wish: Timescale) -> None:
    """Let chunks be compressed when they are as old as `wish` says; nothing in the Apache edition, which cannot.

    A policy that says so already is left alone: to remove it ends its job in the middle of a chunk, at every start of a shore.
    """
    cursor = await connection.execute("SELECT current_setting('timescaledb.license', true)")
    if await cursor.fetchone() != ("timescale",):
        return
    for table in TABLES:
        cursor = await connection.execute(_STANDS, (table, wish.compress_after_days))
        if await cursor.fetchone() == (True,):
            continue
        await connection.execute("SELECT remove_compression_policy(%s::regclass, if_exists => true)", (table,))
        await connection.execute(
            "SELECT add_compression_policy(%s::regclass, make_interval(days => %s))", (table, wish.compress_after_days)
        )


async def is_hypertable(connection: Connection, table: str) -> bool:
    """Return whether `table` makes its chunks itself: one of ours that PostgreSQL does not partition."""
    cursor = await connection.execute("SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)", (table,))
    return await cursor.fetchone() == ("r",)


_NOTE: Final = """
INSERT INTO partition_record (name, parent, first, until, made)
SELECT hypertable_name || '_' || to_char(range_start AT TIME ZONE 'UTC', 'YYYYMMDD'), hypertable_name, range_start, range_end, %s
FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema() AND hypertable_name = %s ON CONFLICT DO NOTHING
"""


async def note_chunks(connection: Connection, table: str, now: datetime) -> None:
    """Record the chunks of `table` that no commit has, as made at `now`: of the many days of a clock gone mad, for one."""
    await connection.execute(_NOTE, (now, table))


async def drop_chunks(connection: Connection, table: str, span: tuple[object, object]) -> None:
    """Drop the chunks that lie wholly within `span`: from the first (included) to the second (excluded)."""
    query = sql.SQL("SELECT drop_chunks({}::regclass, older_than => {}, newer_than => {})").format(
        sql.Literal(table), sql.Literal(span[1]), sql.Literal(span[0])
    )
    await connection.execute(query)
