"""The store on PostgreSQL: one writer connection, group commits, binary COPY, a ledger row per batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, LiteralString, TypeVar

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from protocols.link.batch import Batch, Column, TargetReport
from protocols.link.closing import Closing
from protocols.link.events import Event
from protocols.link.ledger import cause_of
from shoreside.live import fleet, views
from shoreside.ports import OrderNote, Remembered, StoreDownError, Word, Work
from shoreside.store import acts, catalogues, closings, coverage, ledger, loading, rows
from shoreside.store.connection import Connection, connect
from shoreside.store.hypertables import Timescale
from shoreside.store.migrate import migrate
from shoreside.store.partitions import ensure, partition_of
from shoreside.store.rows import moment

DAYS_PER_COMMIT: Final = 40
"""New day partitions in one transaction; days beyond go to the default partition (a clock gone mad)."""
DAY_TABLES: Final = ("sample", "text_sample", "position", "ais_report")
_T = TypeVar("_T")
_ORDER: Final = """
INSERT INTO order_record AS o VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET
  kind = coalesce(nullif(o.kind, ''), excluded.kind), args = coalesce(nullif(o.args, '{}'), excluded.args),
  person = coalesce(nullif(o.person, ''), excluded.person), console = coalesce(nullif(o.console, ''), excluded.console),
  signed = coalesce(o.signed, excluded.signed), (state, detail, reasons, time) = (
    SELECT * FROM (VALUES (excluded.state, excluded.detail, excluded.reasons, excluded.time),
                          (o.state, o.detail, o.reasons, o.time)) AS said(state, detail, reasons, time)
    ORDER BY order_rank(said.state) DESC, said.state = o.state DESC LIMIT 1)
"""
"""What of an order is known already stays: another process may have heard the ship's word before ours was written."""


class PostgresStore:
    """A Store; it owns its connection, opens it when needed and again after each failure."""

    def __init__(self, url: str, timescale: Timescale | None = None) -> None:
        """Prepare; nothing is opened before the first call."""
        self._url, self._timescale = url, timescale
        self._connection: Connection | None = None
        self._vessels: dict[str, int] = {}
        self._channels: dict[str, int] = {}
        self._days: dict[datetime, None] = {}
        self.refused_count = 0
        """Batches the database would not take for what they hold; recorded in `gap`, acknowledged, lost."""

    async def load(self) -> Remembered:
        """Bring the schema forward and return what is known; raise StoreDownError when it cannot be reached."""
        connection = await self._ready()
        try:
            await migrate(connection, self._timescale)
            return await loading.load(connection)
        except psycopg.OperationalError as error:
            raise await self._broken(error) from error

    async def commit(self, work: Work) -> int:
        """Make `work` durable in one transaction and return the samples that were new."""
        try:
            return await self._commit_once(work)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            await self._broken(error)
            return await self._commit_singly(work)
        except (psycopg.Error, OSError) as error:
            raise await self._broken(error) from error

    async def birth(self, vessel: str, catalogue_hash: str) -> bytes | None:
        """Return a birth message that carries that catalogue, if one is known; raise StoreDownError."""
        query = "SELECT c.birth FROM catalogue c JOIN vessel v ON v.id = c.vessel_id WHERE v.slug = %s AND c.hash = %s"
        return await self._bytes(query, vessel, catalogue_hash)

    async def closing(self, vessel: str, epoch: int, seq: int) -> Closing | None:
        """Return where a vessel's channels stood after a committed batch, if that is kept; raise StoreDownError."""
        encoded = await self._bytes(closings.QUERY, vessel, epoch, seq)
        return None if encoded is None else Closing.from_bytes(encoded)

    async def _bytes(self, query: LiteralString, *arguments: object) -> bytes | None:
        """Return the one value of a query, on a connection of its own: it must not step into a running COPY."""
        try:
            connection = await connect(self._url)
            async with connection:
                cursor = await connection.execute(query, arguments)
                row = await cursor.fetchone()
        except (psycopg.Error, OSError) as error:
            raise StoreDownError(str(error)) from error
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    async def save_word(self, what: Word, vessel: str, version: int, signed: bytes) -> None:
        """Keep signed bytes of the Master; raise StoreDownError when they were not kept."""
        try:
            connection = await connect(self._url)  # its own: it must not step into a running COPY
            async with connection, connection.transaction():
                cursor = await connection.execute(
                    "INSERT INTO master_word (vessel, what, version, signed) VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT DO NOTHING RETURNING version", (vessel, what, version, signed),
                )  # fmt: skip
                if await cursor.fetchone() is not None:
                    await self._act(connection, acts.of_word(what, vessel, version, signed))
        except psycopg.Error as error:
            raise StoreDownError(str(error)) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _ready(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._url)
        return self._connection

    async def _broken(self, error: Exception) -> StoreDownError:
        """Drop the connection and all that was learnt in a transaction that may not stand."""
        self._vessels, self._channels, self._days = {}, {}, {}
        await self.close()
        text = str(error).strip() or type(error).__name__
        return StoreDownError(text.splitlines()[0])

    async def _commit_once(self, work: Work) -> int:
        connection = await self._ready()
        async with connection.transaction():
            await self._births(connection, work)
            fresh = await self._ledger(connection, work.batches)
            await self._samples(connection, fresh)
            await self._note_minutes(connection, fresh)
            numbered = [(await self._vessel_id(connection, batch.vessel), batch) for batch in fresh]
            await catalogues.note(connection, numbered)
            await coverage.note(connection, numbered, self._channels)
            await self._positions(connection, fresh)
            await self._targets(connection, fresh)
            await self._events(connection, work.events)
            await self._orders(connection, work.orders)
            await self._rest(connection, work)
            for act in acts.of_work(work):
                await self._act(connection, act)
            await closings.keep(connection, [(await self._vessel_id(connection, c.vessel), c) for c in work.closings])
        return sum(len(column.scan) for batch in fresh for column in batch.columns)

    async def _commit_singly(self, work: Work) -> int:
        """Commit the parts one by one, so that one the database will not take costs itself only."""
        parts = [Work(births=work.births, keys=work.keys, gaps=work.gaps)]
        parts.extend(Work(batches=(batch,), closings=closings.of(batch, work.closings)) for batch in work.batches)
        parts.extend(Work(events=(event,)) for event in work.events)
        parts.extend(Work(orders=(order,)) for order in work.orders)
        parts.extend(Work(alerts=(alert,)) for alert in work.alerts)
        added = 0
        for part in parts:
            try:
                added += await self._commit_once(part)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                await self._broken(error)
                self.refused_count += 1
                gaps = [(b.vessel, f"refused batch {b.epoch}", b.seq, b.seq) for b in part.batches]
                gaps.extend((e.vessel, f"refused event {e.boot_id}", e.seq, e.seq) for e, _ in part.events)
                await self._commit_once(Work(gaps=tuple(gaps)))
            except (psycopg.Error, OSError) as error:
                raise await self._broken(error) from error
        return added

    async def _vessel_id(self, connection: Connection, vessel: str) -> int:
        return await self._named(connection, self._vessels, "vessel", "slug", vessel)

    async def _named(self, connection: Connection, cache: dict[str, int], table: str, column: str, name: str) -> int:
        if name not in cache:
            parts = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            insert = "INSERT INTO {table} ({column}) VALUES (%s) ON CONFLICT DO NOTHING"
            await connection.execute(sql.SQL(insert).format(**parts), (name,))
            select = "SELECT id FROM {table} WHERE {column} = %s"
            cursor = await connection.execute(sql.SQL(select).format(**parts), (name,))
            found = await cursor.fetchone()
            cache[name] = int(str(found[0])) if found else 0
        return cache[name]

    async def _births(self, connection: Connection, work: Work) -> None:
        for vessel, key in work.keys:
            vessel_id = await self._vessel_id(connection, vessel)
            await connection.execute(
                "UPDATE vessel SET public_key = coalesce(public_key, %s) WHERE id = %s", (key, vessel_id)
            )
        for vessel, digest, encoded in work.births:
            vessel_id = await self._vessel_id(connection, vessel)
            await connection.execute(
                "UPDATE vessel SET birth = %s, birth_time = now() WHERE id = %s", (encoded, vessel_id)
            )
            await connection.execute(
                "INSERT INTO catalogue VALUES (%s, %s, now(), %s) ON CONFLICT DO NOTHING", (vessel_id, digest, encoded)
            )
            for channel in coverage.channels_of(encoded):
                channel_id = await self._named(connection, self._channels, "channel", "short_id", channel.short_id)
                await coverage.note_channel(connection, vessel_id, channel_id, digest, channel)

    async def _ledger(self, connection: Connection, batches: tuple[Batch, ...]) -> tuple[Batch, ...]:
        """Enter the batches into the ledger; return those that were not in it."""
        if not batches:
            return ()
        keyed = {(await self._vessel_id(connection, b.vessel), b.epoch, b.seq): b for b in batches}
        by_key = dict(sorted(keyed.items()))  # two writers that meet wait for each other in one order: no deadlock
        counts = [sum(len(column.scan) for column in batch.columns) for batch in by_key.values()]
        cursor = await connection.execute(
            "INSERT INTO batch_ledger (vessel_id, epoch, seq, samples, historical, first_time, last_time)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[], %s::integer[], %s::boolean[],"
            " %s::timestamptz[], %s::timestamptz[]) ON CONFLICT DO NOTHING RETURNING vessel_id, epoch, seq",
            (*_columns(by_key), counts, [batch.historical for batch in by_key.values()],
             *_columns(rows.extent(batch) for batch in by_key.values())),
        )  # fmt: skip
        fresh = [(int(str(a)), int(str(b)), int(str(c))) for a, b, c in await cursor.fetchall()]
        if fresh:
            await connection.execute(
                "INSERT INTO batch_progress SELECT v, e, range_agg(int8range(s, s, '[]'))"
                " FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS f(v, e, s) GROUP BY v, e ORDER BY v, e"
                " ON CONFLICT (vessel_id, epoch) DO UPDATE SET seqs = batch_progress.seqs + excluded.seqs",
                _columns(fresh),
            )  # fmt: skip
        return tuple(by_key[key] for key in fresh)

    async def _samples(self, connection: Connection, batches: tuple[Batch, ...]) -> None:
        for day in rows.days(batches)[:DAYS_PER_COMMIT]:
            await self._day(connection, day)
        numbers: list[tuple[int, int, Batch, Column]] = []
        texts: list[tuple[object, ...]] = []
        for batch in batches:
            vessel_id = await self._vessel_id(connection, batch.vessel)
            for column in batch.columns:
                channel_id = await self._named(connection, self._channels, "channel", "short_id", column.channel)
                if not isinstance(column.values, tuple):
                    numbers.append((vessel_id, channel_id, batch, column))
                    continue
                times = [moment(int(batch.scan_utc_ns[scan])) for scan in column.scan]
                clean = [value.replace("\0", "\ufffd") for value in column.values]
                qualities = [int(quality) for quality in column.quality]
                texts.extend((vessel_id, channel_id, *row) for row in zip(times, clean, qualities, strict=True))
        if numbers:
            copying = "COPY sample (vessel_id, channel_id, time, value, quality) FROM STDIN (FORMAT BINARY)"
            async with connection.cursor().copy(copying) as copy:
                await copy.write(b"".join((rows.HEADER, rows.pack_all(numbers), rows.TRAILER)))
        await _copy(connection, "text_sample", texts)

    async def _day(self, connection: Connection, day: datetime) -> None:
        if day not in self._days:
            for table in DAY_TABLES:
                await ensure(connection, partition_of(table, day))
            self._days[day] = None

    async def _note_minutes(self, connection: Connection, batches: tuple[Batch, ...]) -> None:
        """Leave word for the roll-ups, in the same transaction, of the minutes that got samples."""
        due: dict[tuple[int, datetime], None] = {}
        for batch in batches:
            vessel_id = await self._vessel_id(connection, batch.vessel)
            due.update({(vessel_id, minute): None for minute in rows.minutes(batch)})
        if due:
            await connection.execute(
                "INSERT INTO rollup_due SELECT * FROM unnest(%s::smallint[], %s::timestamptz[])", _columns(due)
            )

    async def _positions(self, connection: Connection, batches: tuple[Batch, ...]) -> None:
        made: list[tuple[object, ...]] = []
        for batch in batches:
            vessel_id = await self._vessel_id(connection, batch.vessel)
            made.extend((vessel_id, p.time, p.latitude_deg, p.longitude_deg) for p in rows.positions(batch))
        await _copy(connection, "position", made)

    async def _targets(self, connection: Connection, batches: tuple[Batch, ...]) -> None:
        reports: list[tuple[object, ...]] = []
        latest: dict[tuple[int, int], TargetReport] = {}
        for batch in batches:
            vessel_id = await self._vessel_id(connection, batch.vessel)
            for report in batch.targets:
                reports.append(_report_row(vessel_id, report))
                latest[vessel_id, report.mmsi] = _merged(latest.get((vessel_id, report.mmsi)), report)
        await _copy(connection, "ais_report", reports)
        if latest:
            await connection.execute(
                "INSERT INTO ais_target SELECT * FROM"
                " unnest(%s::smallint[], %s::integer[], %s::timestamptz[], %s::jsonb[])"
                " ON CONFLICT (vessel_id, mmsi) DO UPDATE SET time = excluded.time,"
                " report = ais_target.report || jsonb_strip_nulls(excluded.report)"
                " WHERE excluded.time >= ais_target.time",
                (*_columns(latest), [moment(report.utc_ns) for report in latest.values()],
                 [_report_json(report) for report in latest.values()]),
            )  # fmt: skip

    async def _events(self, connection: Connection, events: tuple[tuple[Event, bytes], ...]) -> None:
        if not events:
            return
        for event, signed in events:
            vessel_id = await self._vessel_id(connection, event.vessel)
            cursor = await connection.execute(
                "INSERT INTO event (vessel_id, boot_id, seq, mono_ms, time, kind, body)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING seq",
                (vessel_id, event.boot_id, event.seq, event.mono_ms, moment(event.utc_ns), event.kind,
                 _clean(event.body)),
            )  # fmt: skip
            if await cursor.fetchone() is None:
                continue
            cause = cause_of(signed)
            await ledger.append(connection, vessel_id, event.kind, cause, signed, (event.boot_id, event.seq))

    async def _act(self, connection: Connection, act: acts.Act) -> None:
        """Enter an act of the shore into the ledger (LED-01)."""
        vessel_id = await self._vessel_id(connection, act.vessel)
        await ledger.append(connection, vessel_id, act.kind, act.cause, act.encoded)

    async def _orders(self, connection: Connection, notes: tuple[OrderNote, ...]) -> None:
        for note in notes:
            reasons = _clean([views.reason_json(reason) for reason in note.reasons])
            time = moment(note.utc_ns)
            await connection.execute(
                _ORDER,
                (note.order_id, note.vessel, note.kind, _clean(note.args), note.person, note.console, note.signed,
                 note.state, note.detail, reasons, time),
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO order_state VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (note.order_id, note.state, time, note.source, reasons, note.detail),
            )

    async def _rest(self, connection: Connection, work: Work) -> None:
        for vessel, alert in work.alerts:
            await connection.execute(
                "INSERT INTO alert VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (vessel, source, alert_id) DO UPDATE SET text = excluded.text,"
                " priority = excluded.priority, category = excluded.category, state = excluded.state,"
                " since = excluded.since",
                (vessel, alert["alert_id"], alert["source"], alert["text"], alert["priority"], alert["category"],
                 alert["state"], moment(alert["since_utc_ms"] * fleet.NS_PER_MS)),
            )  # fmt: skip
        for vessel, stream, first, last in work.gaps:
            await connection.execute(
                "INSERT INTO gap (vessel_id, stream, first_seq, last_seq) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING", (await self._vessel_id(connection, vessel), stream, first, last),
            )  # fmt: skip


def _columns(made: Iterable[Sequence[_T]]) -> tuple[list[_T], ...]:
    return tuple(list(column) for column in zip(*made, strict=True))


def _clean(value: object) -> Jsonb:
    """Return JSON without NUL characters, which PostgreSQL cannot hold, and with bytes as hexadecimal text."""
    return Jsonb(json.loads(json.dumps(value, default=_plain).replace("\\u0000", "\\ufffd")))


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


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
    filled = {name: getattr(earlier, name) for name in TargetReport.__slots__ if getattr(later, name) is None}
    return replace(later, **filled)


def _report_row(vessel_id: int, report: TargetReport) -> tuple[object, ...]:
    return (
        vessel_id, report.mmsi, moment(report.utc_ns), report.latitude_deg, report.longitude_deg, report.sog_kn,
        report.cog_deg, report.heading_deg, report.nav_status,
    )  # fmt: skip


def _report_json(report: TargetReport) -> str:
    fields = {name: getattr(report, name) for name in TargetReport.__slots__}
    return json.dumps(fields).replace("\\u0000", "\\ufffd")
