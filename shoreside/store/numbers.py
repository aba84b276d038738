"""What names are called in the database, which days have their partitions, and the time: known while a connection stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg import sql

from protocols.aio.clock import Clock, SystemClock
from shoreside.store.connection import Connection
from shoreside.store.partitions import ensure, partition_of
from shoreside.store.rows import moment

DAY_TABLES: Final = ("sample", "text_sample", "position", "ais_report")


class Numbers:
    """Numbers of vessels and channels on one connection; thrown away with a transaction that may not stand."""

    def __init__(self, connection: Connection, clock: Clock | None = None) -> None:
        """Know nothing yet. `clock`: whose time the database is told, the machine's if None."""
        self.connection, self._clock = connection, clock or SystemClock()
        self.channels: dict[str, int] = {}
        """Numbers of the channels met so far, by short id."""
        self._vessels: dict[str, int] = {}
        self._days: dict[datetime, None] = {}

    def now(self) -> datetime:
        """Return the time, UTC, which statements on this connection are told."""
        return moment(self._clock.utc_ns())

    async def vessel(self, slug: str) -> int:
        """Return the number of a vessel, a new one where she has none."""
        return await self._named(self._vessels, "vessel", "slug", slug)

    async def channel(self, short_id: str) -> int:
        """Return the number of a channel, a new one where it has none."""
        return await self._named(self.channels, "channel", "short_id", short_id)

    async def all_channels(self, short_ids: Sequence[str]) -> list[int]:
        """Return the number of each of these channels, new ones where they have none."""
        try:
            return [self.channels[short_id] for short_id in short_ids]
        except KeyError:
            return [await self.channel(short_id) for short_id in short_ids]

    async def ensure_day(self, day: datetime) -> None:
        """Make the partitions of a day where they are missing."""
        if day not in self._days:
            for table in DAY_TABLES:
                await ensure(self.connection, partition_of(table, day), self.now())
            self._days[day] = None

    async def _named(self, cache: dict[str, int], table: str, column: str, name: str) -> int:
        if name not in cache:
            parts = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            insert = "INSERT INTO {table} ({column}) VALUES (%s) ON CONFLICT DO NOTHING"
            await self.connection.execute(sql.SQL(insert).format(**parts), (name,))
            select = "SELECT id FROM {table} WHERE {column} = %s"
            cursor = await self.connection.execute(sql.SQL(select).format(**parts), (name,))
            found = await cursor.fetchone()
            cache[name] = int(str(found[0])) if found else 0
        return cache[name]
