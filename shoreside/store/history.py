"""What was: samples raw and in buckets, tracks, targets, alerts, orders, events. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shoreside.store.connection import Readers, Row

LIMIT_MAX: Final = 50_000
"""Rows of one answer: about 3 MB of JSON."""
BUCKETS_MAX: Final = 20_000
"""Buckets of one channel and answer; more than any screen or desk plot shows."""
TRACK_MAX: Final = 5_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of the history."""

    channel: str
    channel_id: int
    time: datetime
    value: float | None
    quality: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a channel did in one span of time; None where it had no value in it."""

    channel: str
    start: datetime
    count: int
    low: float | None
    high: float | None
    mean: float | None
    """On the circle for channels that wrap at 360 deg."""
    last: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """Which channels of which vessel, from (included) and to (excluded) when."""

    vessel: str
    channels: tuple[str, ...]
    start: datetime
    end: datetime


_SAMPLES: Final = """
SELECT short_id, channel_id, time, value, quality FROM sample JOIN channel ON channel.id = channel_id
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s)
  AND channel_id = ANY(SELECT id FROM channel WHERE short_id = ANY(%s))
  AND time >= %s AND time < %s AND (time, channel_id) > (%s, %s)
ORDER BY time, channel_id LIMIT %s
"""
_BUCKETS: Final = """
SELECT short_id, start, count, low, high,
  CASE WHEN short_id = ANY(%s)
    THEN (CASE WHEN angle < 0 THEN angle + 360 ELSE angle END) ELSE mean END,
  last
FROM (
  SELECT channel_id, date_bin(make_interval(secs => %s), time, %s) AS start, count(value) AS count,
    min(value) AS low, max(value) AS high, avg(value) AS mean, atan2d(avg(sind(value)), avg(cosd(value))) AS angle,
    (array_agg(value ORDER BY time DESC) FILTER (WHERE value IS NOT NULL))[1] AS last
  FROM sample
  WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s)
    AND channel_id = ANY(SELECT id FROM channel WHERE short_id = ANY(%s)) AND time >= %s AND time < %s
  GROUP BY 1, 2) b JOIN channel ON channel.id = channel_id
WHERE (start, short_id) > (%s, %s)
ORDER BY start, short_id LIMIT %s
"""
_CHANNELS: Final = "SELECT short_id FROM channel WHERE short_id = ANY(%s)"
_TRACK: Final = """
SELECT DISTINCT ON (bin) longitude_deg, latitude_deg, time FROM (
  SELECT longitude_deg, latitude_deg, time, date_bin(make_interval(secs => %s), time, %s) AS bin FROM position
  WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND time >= %s AND time < %s) p
ORDER BY bin, time LIMIT %s
"""


class History:
    """Queries over the store; each raises StoreDownError when the database is not there."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers

    async def samples(self, span: Span, limit: int, after: tuple[datetime, int] | None) -> list[Sample]:
        """Return at most `limit` samples in order of time, those behind `after` (time, channel id) where given."""
        time, channel_id = after if after is not None else (span.start, -1)
        rows = await self.all(_SAMPLES, span.vessel, list(span.channels), span.start, span.end, time, channel_id, limit)
        return [
            Sample(str(channel), int(str(number)), time, _number(value), int(str(quality)))
            for channel, number, time, value, quality in rows
            if isinstance(time, datetime)
        ]

    async def buckets(
        self, span: Span, bucket_s: float, limit: int, circular: frozenset[str], after: tuple[datetime, str] | None
    ) -> list[Bucket]:
        """Return what each channel did in each span of `bucket_s` seconds, counted from the start of `span`.

        At most `limit`, in order of start and channel; those behind `after` (start, channel) where given, in which case
        buckets are counted from that start: the grid stays what it was.
        """
        since, channel = after if after is not None else (span.start, "")
        rows = await self.all(
            _BUCKETS, sorted(circular), bucket_s, since, span.vessel, list(span.channels), since, span.end, since,
            channel, limit,
        )  # fmt: skip
        return [
            Bucket(str(row[0]), row[1], int(str(row[2])), *(_number(value) for value in row[3:7]))
            for row in rows
            if isinstance(row[1], datetime)
        ]

    async def unknown(self, channels: frozenset[str]) -> frozenset[str]:
        """Return those of `channels` of which no vessel ever gave a sample."""
        return channels - {str(row[0]) for row in await self.all(_CHANNELS, sorted(channels))}

    async def track(self, vessel: str, start: datetime, end: datetime) -> list[tuple[float, float, datetime]]:
        """Return (longitude_deg, latitude_deg, time), at most 5,000 points evenly spread over the span."""
        step_s = max(1.0, (end - start).total_seconds() / TRACK_MAX)
        rows = await self.all(_TRACK, step_s, start, vessel, start, end, TRACK_MAX)
        return [
            (float(str(longitude)), float(str(latitude)), time)
            for longitude, latitude, time in rows
            if isinstance(time, datetime)
        ]

    async def all(self, query: str, *arguments: object) -> list[Row]:
        """Return the rows of a query."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(query.encode(), arguments)
            return await cursor.fetchall()


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
