"""How long what the ships sent is kept: old partitions are dropped whole, which costs milliseconds, never row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import psycopg
from psycopg import sql

from shoreside.store.connection import Connection
from shoreside.store.hypertables import drop_chunks, is_hypertable

LOCK_TIMEOUT_MS: Final = 2000
"""A drop needs the table for a moment; where a reader holds it longer, it is tried again at the next run."""


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
_IS_DUE: Final = "SELECT EXISTS (SELECT FROM rollup_due WHERE minute >= %s AND minute < %s)"


async def drop_old(connection: Connection, keep: Retention, now: datetime) -> list[str]:
    """Drop the partitions that are past keeping at `now`; return their names.

    One whose samples are not in the roll-ups yet, or that somebody reads, stays until the next run.
    """
    dropped: list[str] = []
    for parent, days in keep.days_of().items():
        if days is None:
            continue
        before = now - timedelta(days=days)
        old = _OLD_CHUNKS if await is_hypertable(connection, parent) else _OLD
        cursor = await connection.execute(old, (parent, before, before))
        for name, first, until in await cursor.fetchall():
            if await _drop(connection, parent, str(name), (first, until)):
                dropped.append(str(name))
    return dropped


async def _drop(connection: Connection, parent: str, name: str, span: tuple[object, object]) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}".encode())
            # The parent first: a commit holds it before it takes the partition, so nobody waits for the other.
            await connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(parent)))
            cursor = await connection.execute(_IS_DUE, span)
            if parent == "sample" and await cursor.fetchone() == (True,):
                return False
            if await is_hypertable(connection, parent):
                await drop_chunks(connection, parent, span)
            else:
                await connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
            await connection.execute("UPDATE partition_record SET dropped = now() WHERE name = %s", (name,))
    except psycopg.errors.LockNotAvailable:
        return False
    return True
