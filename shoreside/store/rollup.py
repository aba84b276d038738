"""Roll-ups of 1 s, 1 min and 1 h, made behind the commits: what the views compute for a minute is kept, once it is over.

The samples' own transaction notes the minutes that changed (`rollup_due`). The views of migration 0002 are right with or
without this worker: it only makes them fast. A minute is rolled up again whenever late samples reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg import IsolationLevel

from shoreside.store.connection import Connection
from shoreside.store.partitions import ensure, partition_of
from shoreside.store.turn import alone

CLOSED_AFTER_S: Final = 15.0
"""A minute is rolled up this long after its end, when what the ship sends live is in: once, not at every commit."""
AHEAD_S: Final = 300.0
"""A minute further ahead than this is of a clock gone mad and never ends: it is rolled up at once."""
MINUTES_PER_RUN: Final = 60
"""Vessel-minutes of one transaction: at 200 channels and 5 scans a second 3.6 million samples, some seconds of work."""

_SUMS: Final = ("count", "sum", "sum_sin", "sum_cos", "good", "stale", "invalid", "out_of_range", "frozen", "manual")
_COLUMNS: Final = (
    "vessel_id", "channel_id", "start", "count", "low", "high", "sum", "sum_sin", "sum_cos", "last", "last_time",
    "good", "stale", "invalid", "out_of_range", "frozen", "manual",
)  # fmt: skip
_LISTED: Final = ", ".join(_COLUMNS)
_REPLACED: Final = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])
_UPSERT: Final = "ON CONFLICT (vessel_id, channel_id, start) DO UPDATE SET"


@dataclass(frozen=True, slots=True)
class Level:
    """One width of roll-up."""

    name: str
    """Ending of its table and views."""
    width_s: int

    @property
    def table(self) -> str:
        """Table that holds what was rolled up."""
        return f"rollup_{self.name}"

    @property
    def view(self) -> str:
        """View that is right whether it was rolled up or not."""
        return f"bucket_{self.name}"

    @property
    def parts(self) -> tuple[str, str]:
        """Views of what is rolled up and stands, and of what is due: together `view`."""
        return f"kept_{self.name}", f"unrolled_{self.name}"

    @property
    def step(self) -> timedelta:
        """Width of a bucket."""
        return timedelta(seconds=self.width_s)


LEVELS: Final = (Level("1s", 1), Level("1min", 60), Level("1h", 3600))

_CHOSEN: Final = """
SELECT DISTINCT vessel_id, minute FROM rollup_due WHERE minute < %s OR minute > %s ORDER BY minute, vessel_id LIMIT %s
"""
_DROPPED: Final = """
SELECT EXISTS (SELECT FROM partition_record WHERE parent = 'sample' AND dropped IS NOT NULL AND first <= %s AND until > %s)
"""
_ROLL_1S: Final = f"""
INSERT INTO rollup_1s ({_LISTED}) SELECT {_LISTED} FROM unrolled_1s WHERE vessel_id = %s AND minute = %s
{_UPSERT} {_REPLACED}
"""  # noqa: S608 - made of the literals above
_ROLL_1MIN: Final = f"""
INSERT INTO rollup_1min ({_LISTED}) SELECT {_LISTED} FROM unrolled_1min WHERE vessel_id = %s AND start = %s
{_UPSERT} {_REPLACED}
"""  # noqa: S608 - made of the literals above
_ROLL_1H: Final = f"""
INSERT INTO rollup_1h ({_LISTED}) SELECT {_LISTED} FROM unrolled_1h WHERE vessel_id = %s AND start = %s
{_UPSERT} {_REPLACED}
"""  # noqa: S608 - made of the literals above
_DONE: Final = """
DELETE FROM rollup_due d USING unnest(%s::smallint[], %s::timestamptz[]) AS m(vessel_id, minute)
WHERE d.vessel_id = m.vessel_id AND d.minute = m.minute
"""


async def roll(connection: Connection, now: datetime, minutes_max: int = MINUTES_PER_RUN) -> int:
    """Roll up at most `minutes_max` vessel-minutes that are over at `now`; return how many, 0 when another is at it."""
    async with alone(connection) as is_ours:
        return await _roll(connection, now, minutes_max) if is_ours else 0


async def _roll(connection: Connection, now: datetime, minutes_max: int) -> int:
    over = now - timedelta(seconds=60 + CLOSED_AFTER_S)
    cursor = await connection.execute(_CHOSEN, (over, now + timedelta(seconds=AHEAD_S), minutes_max))
    minutes = [(int(str(v)), minute) for v, minute in await cursor.fetchall() if isinstance(minute, datetime)]
    if not minutes:
        return 0
    for partition in {partition_of(level.table, minute) for level in LEVELS for _, minute in minutes}:
        await ensure(connection, partition, now)
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    try:
        async with connection.transaction():  # one snapshot: no minute is struck off for samples that were not seen
            await _roll_minutes(connection, minutes)
            await connection.execute(_DONE, ([v for v, _ in minutes], [minute for _, minute in minutes]))
    finally:
        if not connection.closed:
            await connection.set_isolation_level(None)
    return len(minutes)


async def _roll_minutes(connection: Connection, minutes: Sequence[tuple[int, datetime]]) -> None:
    hours: dict[tuple[int, datetime], None] = {}
    for vessel_id, minute in minutes:
        cursor = await connection.execute(_DROPPED, (minute, minute))
        if await cursor.fetchone() == (True,):
            await connection.execute(_MERGE.encode(), {"vessel": vessel_id, "minute": minute})
            continue
        await connection.execute(_ROLL_1S, (vessel_id, minute))
        await connection.execute(_ROLL_1MIN, (vessel_id, minute))
        hours[vessel_id, minute.replace(minute=0)] = None
    for hour in hours:
        await connection.execute(_ROLL_1H, hour)


def _merged() -> str:
    added = ", ".join(f"{name} = coalesce(r.{name} + excluded.{name}, r.{name}, excluded.{name})" for name in _SUMS)
    return (
        f"{added}, low = least(r.low, excluded.low), high = greatest(r.high, excluded.high),"
        " last = CASE WHEN r.last_time > excluded.last_time THEN r.last ELSE coalesce(excluded.last, r.last) END,"
        " last_time = greatest(r.last_time, excluded.last_time)"
    )


def _merge_into(level: Level) -> str:
    return f"""
INSERT INTO {level.table} AS r ({_LISTED})
SELECT vessel_id, channel_id, date_bin('{level.width_s} seconds', time, '2000-01-01 00:00:00+00'), count(value),
  min(value), max(value), sum(value), sum(sind(value)), sum(cosd(value)),
  (array_agg(value ORDER BY time DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1],
  max(time) FILTER (WHERE value IS NOT NULL), count(*) FILTER (WHERE quality = 0), count(*) FILTER (WHERE quality = 1),
  count(*) FILTER (WHERE quality NOT IN (0, 1, 3, 4, 5)), count(*) FILTER (WHERE quality = 3),
  count(*) FILTER (WHERE quality = 4), count(*) FILTER (WHERE quality = 5)
FROM gone GROUP BY 1, 2, 3 {_UPSERT} {_merged()}
"""  # noqa: S608 - made of the literals above


_MERGE: Final = f"""
WITH gone AS (DELETE FROM sample WHERE vessel_id = %(vessel)s AND time >= %(minute)s
  AND time < %(minute)s + interval '1 minute' RETURNING *),
seconds AS ({_merge_into(LEVELS[0])}),
minutes AS ({_merge_into(LEVELS[1])})
{_merge_into(LEVELS[2])}
"""  # noqa: S608 - made of the literals above
"""Late samples of a day whose samples were dropped: added to what is kept of them, which cannot be computed anew."""
