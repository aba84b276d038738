"""Batches written: their row in the ledger, which makes a second delivery add nothing, and what they hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from psycopg import sql

from protocols.link.batch import Batch, TargetReport
from shoreside.ports import BatchKey
from shoreside.store import catalogues, coverage, rows
from shoreside.store.connection import Connection
from shoreside.store.numbers import Numbers
from shoreside.store.rows import moment

DAYS_PER_COMMIT: Final = 40
"""New day partitions in one transaction; days beyond go to the default partition (a clock gone mad)."""
_T = TypeVar("_T")
_ENTER: Final = b"""
INSERT INTO batch_ledger (vessel_id, epoch, seq, samples, historical, first_time, last_time, received)
SELECT v, e, s, n, h, f, l, coalesce(r, %s::timestamptz) FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::integer[],
  %s::boolean[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[]) AS b(v, e, s, n, h, f, l, r)
ON CONFLICT DO NOTHING RETURNING vessel_id, epoch, seq
"""


async def write(numbers: Numbers, batches: tuple[Batch, ...], arrived: Mapping[BatchKey, int]) -> tuple[Batch, ...]:
    """Write what is new of `batches`, within the caller's transaction; return it."""
    fresh = await enter(numbers, batches, arrived)
    await _samples(numbers, fresh)
    await note_minutes(numbers, fresh)
    numbered = [(await numbers.vessel(batch.vessel), batch) for batch in fresh]
    await catalogues.note(numbers.connection, numbered)
    await coverage.note(numbers.connection, numbered, numbers.channels)
    await _positions(numbers, fresh)
    await _targets(numbers, fresh)
    return fresh


def _came(arrived: Mapping[BatchKey, int], batch: Batch) -> datetime | None:
    utc_ns = arrived.get((batch.vessel, batch.epoch, batch.seq))
    return None if utc_ns is None else moment(utc_ns)


async def enter(numbers: Numbers, batches: tuple[Batch, ...], arrived: Mapping[BatchKey, int]) -> tuple[Batch, ...]:
    """Enter the batches into the ledger, each with when it came; return those that were not in it."""
    if not batches:
        return ()
    keyed = {(await numbers.vessel(b.vessel), b.epoch, b.seq): b for b in batches}
    by_key = dict(sorted(keyed.items()))  # two writers that meet wait for each other in one order: no deadlock
    counts = [batch.sample_count for batch in by_key.values()]
    cursor = await numbers.connection.execute(
        _ENTER,
        (numbers.now(), *_columns(by_key), counts, [batch.historical for batch in by_key.values()],
         *_columns(rows.extent(batch) for batch in by_key.values()), [_came(arrived, b) for b in by_key.values()]),
    )  # fmt: skip
    fresh = [(int(str(a)), int(str(b)), int(str(c))) for a, b, c in await cursor.fetchall()]
    if fresh:
        await numbers.connection.execute(
            "INSERT INTO batch_progress SELECT v, e, range_agg(int8range(s, s, '[]'))"
            " FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS f(v, e, s) GROUP BY v, e ORDER BY v, e"
            " ON CONFLICT (vessel_id, epoch) DO UPDATE SET seqs = batch_progress.seqs + excluded.seqs",
            _columns(fresh),
        )  # fmt: skip
    return tuple(by_key[key] for key in fresh)


async def _samples(numbers: Numbers, batches: tuple[Batch, ...]) -> None:
    for day in rows.days(batches)[:DAYS_PER_COMMIT]:
        await numbers.ensure_day(day)
    blocks: list[rows.Block] = []
    texts: list[tuple[object, ...]] = []
    for batch in batches:
        vessel_id, samples = await numbers.vessel(batch.vessel), batch.numbers
        blocks.append(rows.Block(vessel_id, await numbers.all_channels(samples.channels), batch.scan_utc_ns, samples))
        for column in batch.texts:
            channel_id = await numbers.channel(column.channel)
            times = [moment(int(batch.scan_utc_ns[scan])) for scan in column.scan]
            clean = [str(value).replace("\0", "\ufffd") for value in column.values]
            qualities = [int(quality) for quality in column.quality]
            texts.extend((vessel_id, channel_id, *row) for row in zip(times, clean, qualities, strict=True))
    copying = "COPY sample (vessel_id, channel_id, time, value, quality) FROM STDIN (FORMAT BINARY)"
    if any(block.channel_ids for block in blocks):
        async with numbers.connection.cursor().copy(copying) as copy:
            await copy.write(rows.HEADER)
            for group in rows.groups(blocks):
                for piece in rows.pack(group):
                    await copy.write(piece)
            await copy.write(rows.TRAILER)
    await _copy(numbers.connection, "text_sample", texts)


async def note_minutes(numbers: Numbers, batches: tuple[Batch, ...]) -> None:
    """Leave word for the roll-ups, in the same transaction, of the minutes that got samples."""
    due: dict[tuple[int, datetime], None] = {}
    for batch in batches:
        vessel_id = await numbers.vessel(batch.vessel)
        due.update({(vessel_id, minute): None for minute in rows.minutes(batch)})
    if due:
        await numbers.connection.execute(
            "INSERT INTO rollup_due SELECT * FROM unnest(%s::smallint[], %s::timestamptz[])", _columns(due)
        )


async def _positions(numbers: Numbers, batches: tuple[Batch, ...]) -> None:
    made: list[tuple[object, ...]] = []
    for batch in batches:
        vessel_id = await numbers.vessel(batch.vessel)
        made.extend((vessel_id, p.time, p.latitude_deg, p.longitude_deg) for p in rows.positions(batch))
    await _copy(numbers.connection, "position", made)


async def _targets(numbers: Numbers, batches: tuple[Batch, ...]) -> None:
    reports: list[tuple[object, ...]] = []
    latest: dict[tuple[int, int], TargetReport] = {}
    for batch in batches:
        vessel_id = await numbers.vessel(batch.vessel)
        for report in batch.targets:
            reports.append(_report_row(vessel_id, report))
            latest[vessel_id, report.mmsi] = _merged(latest.get((vessel_id, report.mmsi)), report)
    await _copy(numbers.connection, "ais_report", reports)
    if latest:
        await numbers.connection.execute(
            "INSERT INTO ais_target SELECT * FROM"
            " unnest(%s::smallint[], %s::integer[], %s::timestamptz[], %s::jsonb[])"
            " ON CONFLICT (vessel_id, mmsi) DO UPDATE SET time = excluded.time,"
            " report = ais_target.report || jsonb_strip_nulls(excluded.report)"
            " WHERE excluded.time >= ais_target.time",
            (*_columns(latest), [moment(report.utc_ns) for report in latest.values()],
             [_report_json(report) for report in latest.values()]),
        )  # fmt: skip


def _columns(made: Iterable[Sequence[_T]]) -> tuple[list[_T], ...]:
    return tuple(list(column) for column in zip(*made, strict=True))


async def _copy(connection: Connection, table: str, made: list[tuple[object, ...]]) -> None:
    if not made:
        return
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    async with connection.cursor().copy(statement) as copy:
        for row in made:
            await copy.write_row(row)


def _merged(known: TargetReport | None, report: TargetReport) -> TargetReport:
    """Return the later of two reports of one target, its missing fields filled from the earlier."""
    if known is None:
        return report
    earlier, later = sorted((known, report), key=lambda one: one.utc_ns)
    names = [name for name in TargetReport._fields if name != "doubt"]  # a doubt is of its report, and does not linger
    return later._replace(**{name: getattr(earlier, name) for name in names if getattr(later, name) is None})


def _report_row(vessel_id: int, report: TargetReport) -> tuple[object, ...]:
    return (
        vessel_id, report.mmsi, moment(report.utc_ns), report.latitude_deg, report.longitude_deg, report.sog_kn,
        report.cog_deg, report.heading_deg, report.nav_status, report.doubt, report.track,
    )  # fmt: skip


def _report_json(report: TargetReport) -> str:
    fields = {name: getattr(report, name) for name in TargetReport._fields} | {"doubt": report.doubt or ""}
    return json.dumps(fields).replace("\\u0000", "\\ufffd")
