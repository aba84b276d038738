"""What was: samples raw and in buckets, positions. Reads only; memory is bounded by a page, however long the span."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import numpy as np

from shoreside.store.arrays import Arrays, fetch
from shoreside.store.connection import Readers, Row
from shoreside.store.rollup import LEVELS, Level

LIMIT_MAX: Final = 50_000
"""Rows of one page: about 3 MB of JSON."""
BUCKETS_MAX: Final = 5_000_000
"""Buckets of one channel and answer: 58 days at 1 s; they come in pages or as a stream."""
PAGE_ROWS: Final = 20_000
"""Rows read at a time for a stream: 1 MB, a few hundredths of a second of the database."""

RAW: Final = {"channel_id": "smallint", "time": "timestamptz", "value": "double precision", "quality": "smallint"}
WORDS: Final = {"channel_id": "smallint", "time": "timestamptz", "value": "text", "quality": "smallint"}
BUCKET: Final = {
    "channel_id": "smallint", "time": "timestamptz", "count": "bigint", "low": "double precision",
    "high": "double precision", "mean": "double precision", "last": "double precision", "good": "bigint",
    "stale": "bigint", "invalid": "bigint", "out_of_range": "bigint", "frozen": "bigint", "manual": "bigint",
}  # fmt: skip
_SENT: Final = {
    "time": "timestamptz", "counted": "bigint", "low": "double precision", "high": "double precision",
    "mean": "double precision", "last": "double precision", "stale": "bigint", "invalid": "bigint", "out_of_range": "bigint",
    "frozen": "bigint", "manual": "bigint",
}  # fmt: skip
"""BUCKET as it is sent: each column costs the server a kilobyte of memory a row, and eight are more than it has at hand. So
`counted` is count and good in one, and the channel is sent only where there are several."""
_COUNTED_BITS: Final = 32
_ZERO_MOSTLY: Final = ("stale", "invalid", "out_of_range", "frozen", "manual")
"""The last of them, zero wherever nothing was wrong."""
_POSITION: Final = {"time": "timestamptz", "longitude_deg": "double precision", "latitude_deg": "double precision"}


@dataclass(frozen=True, slots=True)
class Span:
    """Which channels of which vessel, from (included) and to (excluded) when."""

    vessel: str
    channels: tuple[str, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of an answer, by column."""

    names: dict[int, str]
    """Short id by channel number."""
    arrays: Arrays
    """Columns of RAW, WORDS or BUCKET; no value is NaN, times are UTC microseconds, words are Python's own."""

    def __len__(self) -> int:
        """Return the rows."""
        return len(self.arrays["time"])

    @property
    def last(self) -> tuple[datetime, str]:
        """Time and channel of the last row; raise IndexError where there is none."""
        time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(self.arrays["time"][-1]))
        return time, self.names[int(self.arrays["channel_id"][-1])]

    def in_order(self) -> Block:
        """Return the same rows in order of time and short id."""
        if len(self.names) == 1 and bool(np.all(self.arrays["time"][1:] > self.arrays["time"][:-1])):
            return self
        ranks = np.zeros(max(self.names, default=0) + 1, dtype=np.int64)
        ranks[sorted(self.names, key=self.names.__getitem__)] = range(len(self.names))
        order = np.lexsort((ranks[self.arrays["channel_id"]], self.arrays["time"]))
        return Block(self.names, {name: values[order] for name, values in self.arrays.items()})

    def parts(self, rows: int) -> Iterator[Block]:
        """Yield the same rows in blocks of so many, in their order."""
        for start in range(0, len(self), rows):
            yield Block(self.names, {name: values[start : start + rows] for name, values in self.arrays.items()})

    def rows(self) -> list[list[object]]:
        """Return the rows for JSON and CSV: short id, UTC ms, the other columns; None for no value."""
        columns: list[list[object]] = [[self.names[number] for number in self.arrays["channel_id"].tolist()]]
        columns.append((self.arrays["time"] // 1000).tolist())
        for name, values in self.arrays.items():
            if name in ("channel_id", "time"):
                continue
            listed = values.tolist()
            if values.dtype.kind == "f" and np.isnan(values).any():
                listed = [None if value != value else value for value in listed]  # noqa: PLR0124 - NaN alone is not itself
            columns.append(listed)
        return [list(row) for row in zip(*columns, strict=True)]


_RAW_PAGE: Final = """
SELECT c.id AS channel_id, s.time, coalesce(s.value, 'NaN') AS value, s.quality
FROM unnest(%(channels)s::smallint[]) AS c(id) CROSS JOIN LATERAL (
  SELECT time, value, quality FROM sample
  WHERE vessel_id = %(vessel)s AND channel_id = c.id AND time >= %(since)s AND time < %(end)s
    AND (time > %(since)s OR c.id > %(channel)s)
  ORDER BY time FETCH FIRST (%(limit)s) ROWS WITH TIES) s
ORDER BY s.time, c.id FETCH FIRST (%(limit)s) ROWS WITH TIES
"""
"""Samples of one channel and time (a spool made anew may send some again) stay on one page, so none is left out."""
_WORDS_PAGE: Final = _RAW_PAGE.replace("coalesce(s.value, 'NaN') AS value", "s.value").replace(
    "FROM sample", "FROM text_sample"
)
_HORIZON: Final = """
SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY coalesce(s.time, %(end)s::timestamptz))
FROM unnest(%(channels)s::smallint[]) AS c(id) LEFT JOIN LATERAL (
  SELECT time FROM {table} WHERE vessel_id = %(vessel)s AND channel_id = c.id AND time >= %(since)s AND time < %(end)s
    AND (time > %(since)s OR c.id > %(channel)s)
  ORDER BY time OFFSET %(each)s - 1 LIMIT 1) s ON true
"""
"""By when a quarter of the channels has said four times their share of a page: then the page is full, and nothing beyond is read.
Else as many rows as a page has would be read of each channel, of a hundred of them for three seconds.
"""
_MANY: Final = 4
"""From more channels than these on that is asked first."""
_SUMMED: Final = """
SELECT channel_id, date_bin(make_interval(secs => %(width)s), start, %(since)s) AS start, sum(count) AS count,
  min(low) AS low, max(high) AS high, sum(sum) AS sum, sum(sum_sin) AS sum_sin, sum(sum_cos) AS sum_cos,
  (array_agg(last ORDER BY last_time DESC) FILTER (WHERE last_time IS NOT NULL))[1] AS last, sum(good) AS good,
  sum(stale) AS stale, sum(invalid) AS invalid, sum(out_of_range) AS out_of_range, sum(frozen) AS frozen,
  sum(manual) AS manual
FROM {view} WHERE {where} GROUP BY 1, 2
"""
_AS_KEPT: Final = "SELECT * FROM {view} WHERE {where}"
_WHERE: Final = """
vessel_id = %(vessel)s AND channel_id = ANY(%(channels)s::smallint[]) AND start >= %(since)s AND start < %(end)s
"""
_WHERE_1S: Final = (
    _WHERE
    + """
AND minute >= %(since)s::timestamptz - interval '1 minute' AND minute < %(end)s
"""
)
_FROM_RAW: Final = """
SELECT channel_id, date_bin(make_interval(secs => %(width)s), time, %(since)s) AS start, count(value) AS count,
  min(value) AS low, max(value) AS high, sum(value) AS sum, sum(sind(value)) AS sum_sin, sum(cosd(value)) AS sum_cos,
  (array_agg(value ORDER BY time DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1] AS last,
  count(*) FILTER (WHERE quality = 0) AS good, count(*) FILTER (WHERE quality = 1) AS stale,
  count(*) FILTER (WHERE quality NOT IN (0, 1, 3, 4, 5)) AS invalid, count(*) FILTER (WHERE quality = 3) AS out_of_range,
  count(*) FILTER (WHERE quality = 4) AS frozen, count(*) FILTER (WHERE quality = 5) AS manual
FROM sample
WHERE vessel_id = %(vessel)s AND channel_id = ANY(%(channels)s::smallint[]) AND time >= %(since)s AND time < %(end)s
GROUP BY 1, 2
"""
_BUCKETS: Final = """
SELECT channel_id, start AS time, count::integer::bigint << 32 | good::integer AS counted,
  coalesce(low, 'NaN') AS low, coalesce(high, 'NaN') AS high,
  coalesce(CASE WHEN channel_id = ANY(%(circular)s::smallint[])
    THEN (CASE WHEN atan2d(sum_sin, sum_cos) < 0 THEN atan2d(sum_sin, sum_cos) + 360 ELSE atan2d(sum_sin, sum_cos) END)
    ELSE sum / nullif(count, 0) END, 'NaN') AS mean,
  coalesce(last, 'NaN') AS last, stale, invalid, out_of_range, frozen, manual
FROM ({inner}) b {part}
"""
_BY_NAME: Final = """JOIN channel ON channel.id = channel_id
WHERE (start, short_id) > (%(since)s, %(name)s) ORDER BY start, short_id LIMIT %(limit)s"""
_OF_ONE: Final = "WHERE start > %(since)s OR (start = %(since)s AND %(with_first)s) ORDER BY start LIMIT %(limit)s"
"""Of one channel there is no name to order by."""
_EXTENT: Final = """
SELECT min(start), max(start) + interval '1 hour' FROM bucket_1h
WHERE vessel_id = %s AND channel_id = %s AND start >= %s AND start < %s
"""
_WIDER: Final = 8
"""So many times as far it is looked where a page of buckets did not become full; not all of the span for each page."""
_CHANNELS: Final = "SELECT id, short_id FROM channel WHERE short_id = ANY(%s)"
_HERS: Final = """
SELECT c.short_id FROM channel c JOIN vessel v ON v.slug = %s WHERE c.short_id = ANY(%s) AND (
  EXISTS (SELECT FROM catalogue_channel k WHERE k.vessel_id = v.id AND k.channel_id = c.id)
  OR EXISTS (SELECT FROM rollup_1h r WHERE r.vessel_id = v.id AND r.channel_id = c.id)
  OR EXISTS (SELECT FROM sample s WHERE s.vessel_id = v.id AND s.channel_id = c.id)
  OR EXISTS (SELECT FROM text_sample t WHERE t.vessel_id = v.id AND t.channel_id = c.id))
"""
_VESSEL: Final = "SELECT id FROM vessel WHERE slug = %s"
_POSITIONS: Final = """
SELECT time, longitude_deg, latitude_deg FROM position
WHERE vessel_id = %(vessel)s AND time >= %(start)s AND time < %(end)s ORDER BY time
"""
_THINNED: Final = """
SELECT DISTINCT ON (date_bin(make_interval(secs => %(step)s), time, %(origin)s)) time, longitude_deg, latitude_deg
FROM position WHERE vessel_id = %(vessel)s AND time >= %(start)s AND time < %(end)s
ORDER BY date_bin(make_interval(secs => %(step)s), time, %(origin)s), time
"""
_HOUR: Final = timedelta(hours=1)


def level_for(bucket_s: float) -> Level | None:
    """Return the widest roll-up of which `bucket_s` is a multiple; None where only the samples will do."""
    return next((level for level in reversed(LEVELS) if bucket_s % level.width_s == 0), None)


def on_grid(span: Span, bucket_s: float) -> Span:
    """Return `span` widened to whole roll-ups of the level that serves `bucket_s`: they are not cut."""
    level = level_for(bucket_s)
    if level is None:
        return span
    origin = datetime(2000, 1, 1, tzinfo=UTC)
    start, end = (span.start - origin) // level.step, -((origin - span.end) // level.step)
    return Span(span.vessel, span.channels, origin + start * level.step, origin + end * level.step)


def bucket_query(bucket_s: float, channels_count: int) -> str:
    """Return the query for a page of buckets of `bucket_s` seconds of so many channels, over the widest roll-up that serves.

    The page is what lies behind `since` and `name`, in order of start and channel.
    """
    page = _OF_ONE if channels_count == 1 else _BY_NAME
    level = level_for(bucket_s)
    return _buckets(bucket_s, level, "" if level is None else level.view, page)


def whole_queries(bucket_s: float) -> tuple[str, ...]:
    """Return the queries for all buckets of a span, in no order; together they are what `bucket_query` pages through.

    Buckets that are as wide as a roll-up come from its two parts, each by itself: rows that pass through the view of both are
    copied twice on their way, which was a third of the time of a month of minutes.
    """
    level = level_for(bucket_s)
    if level is None:
        return (_buckets(bucket_s, None, "", ""),)
    return tuple(
        _buckets(bucket_s, level, view, "") for view in (level.parts if level.width_s == bucket_s else (level.view,))
    )


def _buckets(bucket_s: float, level: Level | None, view: str, page: str) -> str:
    query = _BUCKETS.replace("{part}", page)
    if level is None:
        return query.replace("{inner}", _FROM_RAW)
    inner = _AS_KEPT if level.width_s == bucket_s else _SUMMED
    where = _WHERE_1S if level.name == "1s" else _WHERE
    return query.replace("{inner}", inner.replace("{view}", view).replace("{where}", where))


class History:
    """Queries over the store; each raises StoreDownError when the database is not there."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers

    async def samples(
        self, span: Span, limit: int, after: tuple[datetime, str] | None, *, are_words: bool = False
    ) -> Block:
        """Return about `limit` samples in order of time and channel, those behind `after` (time, short id).

        Of numbers and booleans, or of words: they lie apart.
        """
        vessel, names = await self._numbers(span)
        numbers = {name: number for number, name in names.items()}
        since, channel = after if after is not None else (span.start, "")
        asked: dict[str, object] = {
            "vessel": vessel, "channels": list(names), "since": since, "end": span.end,
            "channel": numbers.get(channel, -1), "limit": limit,
        }  # fmt: skip
        if len(names) > _MANY:
            asked["end"] = await self._horizon(asked, limit, "text_sample" if are_words else "sample")
        if are_words:
            async with self._readers.connection() as connection:
                cursor = await connection.execute(_WORDS_PAGE.encode(), asked)
                return Block(names, _words(await cursor.fetchall()))
        return await self._block(_RAW_PAGE, RAW, names, asked)

    async def _horizon(self, asked: dict[str, object], limit: int, table: str) -> object:
        """Return a time before which a page of so many rows lies for certain, the end of the span at the latest."""
        each = -(-4 * limit // len(cast("list[int]", asked["channels"])))
        async with self._readers.connection() as connection:
            cursor = await connection.execute(_HORIZON.replace("{table}", table).encode(), {**asked, "each": each})
            (found,) = await cursor.fetchone() or (None,)
        end = asked["end"]
        return found + timedelta(microseconds=1) if isinstance(found, datetime) and found != end else end

    async def buckets(
        self, span: Span, bucket_s: float, limit: int, circular: frozenset[str], after: tuple[datetime, str] | None
    ) -> Block:
        """Return what each channel did in each span of `bucket_s` seconds, counted from the start of `span`.

        At most `limit`, in order of start and channel; those behind `after` (start, channel) where given, in which case
        buckets are counted from that start: the grid stays what it was. `span` must be `on_grid`.
        """
        vessel, names = await self._numbers(span)
        since, channel = after if after is not None else (span.start, "")
        step = timedelta(seconds=bucket_s)
        fits = len(names) * -((since - span.end) // step) <= limit
        is_whole = fits and after is None  # then it is ordered here: half the time of a month in minutes
        queries = whole_queries(bucket_s) if is_whole else (bucket_query(bucket_s, len(names)),)
        asked: dict[str, object] = {
            "vessel": vessel, "channels": list(names), "since": since, "end": span.end, "width": bucket_s,
            "name": channel, "with_first": channel < min(names.values(), default=""), "limit": limit,
            "circular": [n for n, name in names.items() if name in circular],
        }  # fmt: skip
        sent = _SENT if len(names) == 1 else {"channel_id": BUCKET["channel_id"], **_SENT}
        steps = 2 * -(-limit // max(len(names), 1))  # twice what fills a page where no bucket is missing
        while True:
            until = span.end if is_whole or span.end - since <= steps * step else since + steps * step
            async with self._readers.connection() as connection:
                found = await fetch(connection, queries, {**asked, "end": until}, sent, _ZERO_MOSTLY)
            block = Block(names, _as_told(names, found))
            if until == span.end or len(block) >= limit:
                return block.in_order() if is_whole else block
            steps *= _WIDER

    async def stream_samples(self, span: Span, *, are_words: bool = False) -> AsyncIterator[Block]:
        """Yield all samples of `span`, channel by channel, each in order of time; a page at a time."""
        for channel in span.channels:
            one, after = Span(span.vessel, (channel,), span.start, span.end), None
            while True:
                block = await self.samples(one, PAGE_ROWS, after, are_words=are_words)
                if len(block):
                    yield block
                if len(block) < PAGE_ROWS:
                    break
                after = block.last

    async def stream_buckets(self, span: Span, bucket_s: float, circular: frozenset[str]) -> AsyncIterator[Block]:
        """Yield all buckets of `span` (which must be `on_grid`), channel by channel, each in order of time."""
        wide = timedelta(seconds=bucket_s) * PAGE_ROWS
        for channel in span.channels:
            start, end = await self._extent(span, channel, timedelta(seconds=bucket_s))
            while start < end:
                until = min(start + wide, end)
                block = await self.buckets(
                    Span(span.vessel, (channel,), start, until), bucket_s, PAGE_ROWS, circular, None
                )
                if len(block):
                    yield block
                start = until

    async def positions(self, span: Span, step_s: float | None) -> Arrays:
        """Return time, longitude_deg and latitude_deg of own ship, one in `step_s` seconds where that is not None."""
        vessel, _ = await self._numbers(span)
        query = _POSITIONS if step_s is None else _THINNED
        arguments: dict[str, object] = {
            "vessel": vessel,
            "start": span.start,
            "end": span.end,
            "step": step_s,
            "origin": span.start,
        }
        async with self._readers.connection() as connection:
            return await fetch(connection, (query,), arguments, _POSITION)

    async def unknown(self, vessel: str, channels: frozenset[str]) -> frozenset[str]:
        """Return those of `channels` that no catalogue of the vessel had and of which she never gave a sample."""
        return channels - {str(row[0]) for row in await self.all(_HERS, vessel, sorted(channels))}

    async def all(self, query: str, *arguments: object) -> list[Row]:
        """Return the rows of a query."""
        return await self._readers.all(query, *arguments)

    async def _numbers(self, span: Span) -> tuple[int, dict[int, str]]:
        """Return the vessel's number (-1: none yet) and the short ids by channel number."""
        found = await self.all(_VESSEL, span.vessel)
        names = {int(str(number)): str(name) for number, name in await self.all(_CHANNELS, list(span.channels))}
        return int(str(found[0][0])) if found else -1, names

    async def _extent(self, span: Span, channel: str, step: timedelta) -> tuple[datetime, datetime]:
        """Return the part of `span` in which the channel has anything at all, on the grid of `step` from its start."""
        vessel, names = await self._numbers(Span(span.vessel, (channel,), span.start, span.end))
        number = next(iter(names), -1)
        (found,) = await self.all(_EXTENT, vessel, number, span.start - _HOUR, span.end)
        first, last = found
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return span.start, span.start
        skipped = max((first - span.start) // step, 0)
        return span.start + skipped * step, min(last, span.end)

    async def _block(
        self, query: str, kinds: dict[str, str], names: dict[int, str], arguments: dict[str, object]
    ) -> Block:
        async with self._readers.connection() as connection:
            return Block(names, await fetch(connection, (query,), arguments, kinds))


def _as_told(names: dict[int, str], sent: Arrays) -> Arrays:
    """Return the columns of BUCKET out of those that were sent."""
    if len(names) == 1:
        sent["channel_id"] = np.full(len(sent["time"]), next(iter(names)), np.int16)
    counted = sent["counted"]
    sent["count"], sent["good"] = counted >> _COUNTED_BITS, counted & ((1 << _COUNTED_BITS) - 1)
    return {name: sent[name] for name in BUCKET}


def _words(rows: Sequence[Row]) -> Arrays:
    """Return rows of WORDS by column."""
    microsecond, epoch = timedelta(microseconds=1), datetime(1970, 1, 1, tzinfo=UTC)
    channels, times, values, quality = zip(*rows, strict=True) if rows else ((), (), (), ())
    return {
        "channel_id": np.array(channels, dtype=np.int16),
        "time": np.array([(time - epoch) // microsecond for time in times], dtype=np.int64),
        "value": np.array(values, dtype=object), "quality": np.array(quality, dtype=np.int16),
    }  # fmt: skip
