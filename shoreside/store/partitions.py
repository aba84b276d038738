"""Partitions by time, made on demand and dropped when they are past keeping; what was made and dropped is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import psycopg
from psycopg import sql

from shoreside.store.connection import Connection
from shoreside.store.hypertables import is_hypertable

Step = Literal["day", "month", "year"]
STEPS: Final[dict[str, Step]] = {
    "sample": "day", "text_sample": "day", "position": "day", "ais_report": "day",
    "rollup_1s": "day", "rollup_1min": "month", "rollup_1h": "year",
}  # fmt: skip
"""Each partitioned table and the length of its partitions: few enough to plan over, small enough to drop one by one."""
_NAMES: Final[dict[Step, str]] = {"day": "%Y%m%d", "month": "%Y%m", "year": "%Y"}
_LAST_YEAR: Final = 9998
"""The end of a partition must still be a date."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition: from `first` (included) to `until` (excluded)."""

    parent: str
    first: datetime
    until: datetime

    @property
    def name(self) -> str:
        """Name of its table, e.g. sample_20261126."""
        return f"{self.parent}_{self.first.strftime(_NAMES[STEPS[self.parent]])}"


def partition_of(parent: str, time: datetime) -> Partition:
    """Return the partition of `parent` that holds `time`."""
    day = time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match STEPS[parent]:
        case "day":
            return Partition(parent, day, day + timedelta(days=1))
        case "month":
            first = day.replace(day=1)
            return Partition(parent, first, (first + timedelta(days=32)).replace(day=1))
        case "year":
            first = day.replace(month=1, day=1)
            return Partition(parent, first, first.replace(year=min(first.year, _LAST_YEAR) + 1))


async def ensure(connection: Connection, partition: Partition, now: datetime) -> None:
    """Make `partition` where it is missing and record it as made at `now`.

    Where the default partition holds rows of its time already, it is not made: the others join them there. A hypertable
    makes its chunk itself; only that the day came is recorded.
    """
    create = sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
        sql.Identifier(partition.name), sql.Identifier(partition.parent),
        sql.Literal(partition.first), sql.Literal(partition.until),
    )  # fmt: skip
    try:
        async with connection.transaction():
            if not await is_hypertable(connection, partition.parent):
                await connection.execute(create)
            await connection.execute(
                "INSERT INTO partition_record (name, parent, first, until, made) VALUES (%s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (partition.name, partition.parent, partition.first, partition.until, now),
            )
    except psycopg.errors.CheckViolation:
        return
