"""How long what the ships sent is kept: old partitions are dropped whole, which costs milliseconds, never row by row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import psycopg
from psycopg import sql

from shoreside.store.connection import Connection
from shoreside.store.hypertables import drop_chunks, is_hypertable, note_chunks

LOCK_TIMEOUT_MS: Final = 2000
"""A drop needs the table for a moment; where a reader holds it longer, it is tried again at the next run."""
LOCK_PATIENCE_S: Final = 5.0
"""We give up by our own clock too: the server holds its limit against its wall clock, and set back an hour it waits an hour, with
all commits behind it."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that each kind is kept, counted from the later of the day itself and the day it came; None: for ever."""

    raw_days: int | None = 35
    """Samples, texts, positions, AIS reports: an outage of 30 days and some days to look at it."""
    rollup_1s_days: int | None = 35
    rollup_1min_days: int | None = 730
    rollup_1h_days: int | None = None

    def faults(self) -> list[str]:
        """Return what cannot be: a roll-up is computed from the finer one below, so none may go before that."""
        lasting = [
            ("raw_days", self.raw_days), ("rollup_1s_days", self.rollup_1s_days),
            ("rollup_1min_days", self.rollup_1min_days), ("rollup_1h_days", self.rollup_1h_days),
        ]  # fmt: skip
        faults: list[str] = []
        for (finer, kept), (coarser, days) in pairwise(lasting):
            if days is not None and (kept is None or days < kept):
                faults.append(f"{coarser} must not be less than {finer}")
        return faults

    def days_of(self) -> dict[str, int | None]:
        """Return the days by partitioned table."""
        return {
            "sample": self.raw_days, "text_sample": self.raw_days, "position": self.raw_days,
            "ais_report": self.raw_days, "rollup_1s": self.rollup_1s_days, "rollup_1min": self.rollup_1min_days,
            "rollup_1h": self.rollup_1h_days,
        }  # fmt: skip


_OLD: Final = """
SELECT name, first, until FROM partition_record
WHERE parent = %s AND until <= %s AND made <= %s AND to_regclass(quote_ident(name)) IS NOT NULL ORDER BY first
"""
_OLD_CHUNKS: Final = """
SELECT name, first, until FROM partition_record
WHERE parent = %s AND until <= %s AND made <= %s
  AND EXISTS (SELECT FROM show_chunks(parent::regclass, older_than => until, newer_than => first)) ORDER BY first
"""
_MADE_AHEAD: Final = "UPDATE partition_record SET made = %s WHERE made > %s::timestamptz + interval '1 day'"
"""Made by a clock that stood wrong: kept from now on, and not from the year that it said."""
_IS_DUE: Final = "SELECT EXISTS (SELECT FROM rollup_due WHERE minute >= %s AND minute < %s)"


async def drop_old(connection: Connection, keep: Retention, now: datetime) -> list[str]:
    """Drop the partitions that are past keeping at `now`; return their names.

    One whose samples are not in the roll-ups yet, or that somebody reads, stays until the next run.
    """
    dropped: list[str] = []
    await connection.execute(_MADE_AHEAD, (now, now))
    for parent, days in keep.days_of().items():
        if days is None:
            continue
        before = now - timedelta(days=days)
        old = _OLD
        if await is_hypertable(connection, parent):
            await note_chunks(connection, parent, now)
            old = _OLD_CHUNKS
        cursor = await connection.execute(old, (parent, before, before))
        for name, first, until in await cursor.fetchall():
            if await _drop(connection, parent, str(name), (first, until), now):
                dropped.append(str(name))
    return dropped


_COUNTED: Final = """
INSERT INTO undated AS u VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE SET rows = excluded.rows,
  since = CASE WHEN u.rows = excluded.rows THEN u.since ELSE excluded.since END RETURNING since
"""
_UNDATED_DUE: Final = """
SELECT EXISTS (SELECT FROM rollup_due d JOIN sample_undated s ON s.vessel_id = d.vessel_id AND s.time >= d.minute
  AND s.time < d.minute + interval '1 minute')
"""
_DAYS_GONE: Final = """
INSERT INTO partition_record (name, parent, first, until, dropped)
SELECT 'sample_' || to_char(day, 'YYYYMMDD'), 'sample', day, day + interval '1 day', %s::timestamptz
FROM (SELECT DISTINCT date_trunc('day', time) AS day FROM sample_undated) days ON CONFLICT DO NOTHING
"""
"""So that samples of such a day that come later still are added to its roll-ups, which cannot be computed anew."""


async def empty_undated(connection: Connection, keep: Retention, now: datetime) -> list[str]:
    """Empty the default partitions that nothing has joined for as long as their kind is kept; return their names.

    A row there does not say when it came. So all of them wait for the last one, as those of a day do for their day.
    """
    emptied: list[str] = []
    for parent, days in keep.days_of().items():
        if days is None or await is_hypertable(connection, parent):
            continue
        name = f"{parent}_undated"
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
        (rows,) = await (await connection.execute(count)).fetchone() or (0,)
        (since,) = await (await connection.execute(_COUNTED, (name, rows, now))).fetchone() or (now,)
        if (
            rows
            and isinstance(since, datetime)
            and since <= now - timedelta(days=days)
            and await _empty(connection, parent, now)
        ):
            emptied.append(name)
    return emptied


async def _lock(connection: Connection, table: str) -> None:
    """Have a table for oneself within the caller's transaction; raise LockNotAvailable or TimeoutError where others have it."""
    await connection.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}".encode())
    async with asyncio.timeout(LOCK_PATIENCE_S):
        await connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))


async def _empty(connection: Connection, parent: str, now: datetime) -> bool:
    name = sql.Identifier(f"{parent}_undated")
    try:
        async with connection.transaction():
            await _lock(connection, parent)
            if parent == "sample":
                if await (await connection.execute(_UNDATED_DUE)).fetchone() == (True,):
                    return False
                await connection.execute(_DAYS_GONE, (now,))
            await connection.execute(sql.SQL("TRUNCATE {}").format(name))
    except (psycopg.errors.LockNotAvailable, TimeoutError):
        return False
    return True


async def _drop(connection: Connection, parent: str, name: str, span: tuple[object, object], now: datetime) -> bool:
    try:
        async with connection.transaction():
            # The parent first: a commit holds it before it takes the partition, so nobody waits for the other.
            await _lock(connection, parent)
            cursor = await connection.execute(_IS_DUE, span)
            if parent == "sample" and await cursor.fetchone() == (True,):
                return False
            if await is_hypertable(connection, parent):
                await drop_chunks(connection, parent, span)
            else:
                await connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
            await connection.execute("UPDATE partition_record SET dropped = %s WHERE name = %s", (now, name))
    except (psycopg.errors.LockNotAvailable, TimeoutError):
        return False
    return True
