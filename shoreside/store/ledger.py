"""The ledger's rows in PostgreSQL: entries appended in the writer's transaction, heads reconciled on a connection of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import psycopg

from protocols.aio.clock import Clock, SystemClock
from protocols.link import ledger
from protocols.link.ledger import EMPTY, Entry, Head
from shoreside.ports import StoreDownError
from shoreside.store.connection import Connection, connect
from shoreside.store.rows import moment

LOCK: Final = 0x6C65_6467
"""Advisory lock of the chain: one process appends at a time."""
_LAST: Final = "SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1"
_KEY_BYTES: Final = 32


async def last(connection: Connection) -> Head:
    """Return the head of the shore's ledger; take the chain's lock first where entries are to follow it."""
    row = await (await connection.execute(_LAST)).fetchone()
    return Head(int(str(row[0])), row[1]) if row is not None and isinstance(row[1], bytes) else EMPTY


async def append(
    connection: Connection, now: datetime, vessel_id: int, what: str, cause: str, signed: bytes,
    event: tuple[str, int] | None = None,
) -> Entry:  # fmt: skip
    """Append an entry inside the caller's transaction; `event` is (boot id, sequence), None for an act of the shore."""
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    entry = ledger.entry_after(await last(connection), cause.replace("\0", "\ufffd"), signed)
    boot_id, seq = event or ("shore", entry.number)
    await connection.execute(
        "INSERT INTO ledger (id, vessel_id, boot_id, seq, signed, hash, kind, cause, kept)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (entry.number, vessel_id, boot_id, seq, signed, entry.hash, what, entry.cause, now),
    )
    return entry


class PostgresLedger:
    """What reconciling asks of the database (`shoreside.ingest.reconciling.LedgerStore`)."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Prepare; a connection is opened for each question, a few a minute. `clock`: the machine's if None."""
        self._url, self._clock = url, clock or SystemClock()

    async def station_key(self) -> bytes:
        """Return the station's private key, 32 raw bytes, made at the first call ever; raise StoreDownError."""
        async with self._asking() as connection:
            await connection.execute(
                "INSERT INTO station_key (private_key) VALUES (%s) ON CONFLICT DO NOTHING", (os.urandom(_KEY_BYTES),)
            )
            row = await (await connection.execute("SELECT private_key FROM station_key")).fetchone()
        return row[0] if row is not None and isinstance(row[0], bytes) else b""

    async def heads(self, vessel: str) -> list[Head]:
        """Return the heads of a vessel that were found right, oldest first; raise StoreDownError."""
        query = "SELECT count, hash FROM ledger_head JOIN vessel ON id = vessel_id WHERE slug = %s ORDER BY count DESC LIMIT 1000"
        async with self._asking() as connection:
            rows = await (await connection.execute(query, (vessel,))).fetchall()
        return [Head(int(str(row[0])), row[1]) for row in reversed(rows) if isinstance(row[1], bytes)]

    async def signed_events(self, vessel: str, runs: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Return the signed events of these runs that are here, in order; raise StoreDownError."""
        query = (
            "SELECT signed FROM ledger JOIN vessel v ON v.id = vessel_id"
            " WHERE slug = %s AND boot_id = %s AND seq BETWEEN %s AND %s ORDER BY seq"
        )
        found: list[bytes] = []
        async with self._asking() as connection:
            for boot_id, first, end in runs:
                rows = await (await connection.execute(query, (vessel, boot_id, first, end))).fetchall()
                found += [row[0] for row in rows if isinstance(row[0], bytes)]
        return found

    async def agree(self, vessel: str, head: Head) -> Head:
        """Keep that the events here come to `head`; return the shore's own head; raise StoreDownError."""
        async with self._asking() as connection:
            own = await last(connection)
            await connection.execute(
                "INSERT INTO ledger_head (vessel_id, count, hash, shore_count, shore_hash, time)"
                " SELECT id, %s, %s, %s, %s, %s FROM vessel WHERE slug = %s ON CONFLICT DO NOTHING",
                (head.count, head.hash, own.count, own.hash, moment(self._clock.utc_ns()), vessel),
            )
        return own

    @asynccontextmanager
    async def _asking(self) -> AsyncGenerator[Connection]:
        try:
            connection = await connect(self._url)
            async with connection:
                yield connection
        except (psycopg.Error, OSError) as error:
            raise StoreDownError(str(error)) from error
