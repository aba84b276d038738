"""What the store tells a station at its start."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from protocols.console.alerts import AlertJson
from protocols.console.messages import ReasonJson, ValueRow
from protocols.link.batch import TargetReport
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from shoreside.live import fleet
from shoreside.live.answering import answered_by
from shoreside.ports import OrderNote, Remembered, Word
from shoreside.store.connection import Connection, Row
from shoreside.store.rows import utc_ns

LATEST_DAYS: Final = 7
"""Older latest values are not shown again; the history has them."""
ORDERS_MAX: Final = 500
SOURCES_MAX: Final = 500
"""Events about sources read of each vessel: the telling after her birth and the changes since. Of one with more of them, the
channels that did not change in these are not told until her next birth."""

_LATEST: Final = """
SELECT v.slug, c.short_id, s.value, s.quality, s.time FROM vessel v CROSS JOIN channel c CROSS JOIN LATERAL (
  SELECT value, quality, time FROM sample
  WHERE vessel_id = v.id AND channel_id = c.id AND time > %s::timestamptz - make_interval(days => %s)
  ORDER BY time DESC LIMIT 1) s
"""
_TRACK: Final = """
SELECT slug, longitude_deg, latitude_deg, time FROM (
  SELECT DISTINCT ON (vessel_id, date_bin('10 s', time, '2000-01-01')) vessel_id, longitude_deg, latitude_deg, time
  FROM position WHERE time > %s::timestamptz - interval '3 hours'
  ORDER BY vessel_id, date_bin('10 s', time, '2000-01-01'), time) p JOIN vessel ON vessel.id = vessel_id
ORDER BY time
"""
_SOURCES: Final = """
SELECT slug, time, body FROM vessel CROSS JOIN LATERAL (
  SELECT time, seq, body FROM event WHERE vessel_id = vessel.id AND kind = 'source' ORDER BY time DESC LIMIT %s) e
ORDER BY time, seq
"""


async def load(connection: Connection, at: datetime) -> Remembered:
    """Return what the database holds for a station that starts at `at`."""
    vessels = await _all(connection, "SELECT slug, birth, public_key FROM vessel")
    return Remembered(
        births={str(slug): birth for slug, birth, _ in vessels if isinstance(birth, bytes)},
        keys={str(slug): key for slug, _, key in vessels if isinstance(key, bytes)},
        batches=await _batches(connection), events=await _events(connection), latest=await _latest(connection, at),
        tracks=await _tracks(connection, at), targets=await _targets(connection, at), orders=await _orders(connection),
        alerts=await _alerts(connection), sources=await _sources(connection), words=await words(connection),
    )  # fmt: skip


async def now(connection: Connection, at: datetime) -> Remembered:
    """Return what changes by the second, as it is at `at`: latest values, targets, orders, and alerts that are not normal."""
    return Remembered(
        latest=await _latest(connection, at), targets=await _targets(connection, at), orders=await _orders(connection),
        alerts=await _alerts(connection),
    )  # fmt: skip


async def _all(connection: Connection, query: str, *arguments: object) -> list[Row]:
    cursor = await connection.execute(query.encode(), arguments)
    return await cursor.fetchall()


def _int(value: object) -> int:
    return int(str(value))


async def _batches(connection: Connection) -> dict[tuple[str, int], tuple[tuple[int, int], ...]]:
    found: dict[tuple[str, int], list[tuple[int, int]]] = {}
    query = (
        "SELECT slug, epoch, lower(r), upper(r) - 1 FROM batch_progress JOIN vessel ON vessel.id = vessel_id,"
        " unnest(seqs) AS r ORDER BY 1, 2, 3"
    )
    for slug, epoch, first, last in await _all(connection, query):
        found.setdefault((str(slug), _int(epoch)), []).append((_int(first), _int(last)))
    return {key: tuple(spans) for key, spans in found.items()}


async def _events(connection: Connection) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    query = (
        "SELECT slug, boot_id, lower(r), upper(r) - 1 FROM (SELECT vessel_id, boot_id,"
        " range_agg(int8range(seq, seq, '[]')) AS seqs FROM event GROUP BY 1, 2) e"
        " JOIN vessel ON vessel.id = vessel_id, unnest(seqs) AS r ORDER BY 1, 2, 3"
    )
    gaps = (
        "SELECT slug, substr(stream, 7), first_seq, last_seq FROM gap JOIN vessel ON vessel.id = vessel_id"
        " WHERE starts_with(stream, 'event ')"
    )
    for slug, boot_id, first, last in [*await _all(connection, query), *await _all(connection, gaps)]:
        found.setdefault((str(slug), str(boot_id)), []).append((_int(first), _int(last)))
    return {key: tuple(spans) for key, spans in found.items()}


async def _latest(connection: Connection, at: datetime) -> dict[str, tuple[ValueRow, ...]]:
    found: dict[str, list[ValueRow]] = {}
    for slug, short_id, value, quality, time in await _all(connection, _LATEST, at, LATEST_DAYS):
        number = float(str(value)) if value is not None else None
        found.setdefault(str(slug), []).append((str(short_id), number, _int(quality), _utc_ms(time)))
    return {slug: tuple(rows) for slug, rows in found.items()}


async def _tracks(connection: Connection, at: datetime) -> dict[str, tuple[tuple[float, float, int], ...]]:
    found: dict[str, list[tuple[float, float, int]]] = {}
    for slug, longitude, latitude, time in await _all(connection, _TRACK, at):
        found.setdefault(str(slug), []).append((float(str(longitude)), float(str(latitude)), _utc_ms(time)))
    return {slug: tuple(points) for slug, points in found.items()}


async def _targets(connection: Connection, at: datetime) -> dict[str, tuple[TargetReport, ...]]:
    found: dict[str, list[TargetReport]] = {}
    query = (
        "SELECT slug, report FROM ais_target JOIN vessel ON vessel.id = vessel_id"
        " WHERE time > %s::timestamptz - interval '10 minutes' ORDER BY time"
    )
    for slug, report in await _all(connection, query, at):
        fields = cast("dict[str, object]", report)
        fields["doubt"] = fields.get("doubt") or None  # kept as an empty text, so that a doubt that is over goes
        made = TargetReport(**{name: fields.get(name) for name in TargetReport._fields})  # type: ignore[arg-type]  # our own row
        found.setdefault(str(slug), []).append(made)
    return {slug: tuple(reports) for slug, reports in found.items()}


async def _sources(connection: Connection) -> dict[str, tuple[tuple[int, dict[str, Plain]], ...]]:
    found: dict[str, list[tuple[int, dict[str, Plain]]]] = {}
    for slug, time, body in await _all(connection, _SOURCES, SOURCES_MAX):
        found.setdefault(str(slug), []).append((_utc_ns(time), cast("dict[str, Plain]", body)))
    return {slug: tuple(told) for slug, told in found.items()}


async def _orders(connection: Connection) -> tuple[OrderNote, ...]:
    query = (
        "SELECT id, vessel, kind, args, person, console, signed, state, reasons, detail, time"
        " FROM order_record ORDER BY time DESC LIMIT %s"
    )
    return tuple(_order(row) for row in reversed(await _all(connection, query, ORDERS_MAX)))


def _order(row: Row) -> OrderNote:
    identity, vessel, kind, args, person, console, signed, state, reasons, detail, time = row
    return OrderNote(
        str(identity), str(vessel), str(kind), cast("dict[str, float | str]", args), str(person), str(console),
        signed if isinstance(signed, bytes) else None, str(state),
        tuple(Reason(**reason) for reason in cast("list[ReasonJson]", reasons)), str(detail), _utc_ns(time), "shore",
    )  # fmt: skip


async def _alerts(connection: Connection) -> tuple[tuple[str, AlertJson], ...]:
    query = (
        "SELECT vessel, alert_id, text, priority, category, state, since, source, advice, sounds, is_escalated, person FROM alert"
        " WHERE state <> 'normal' ORDER BY since"
    )
    names = (
        "alert_id", "text", "priority", "category", "state", "since_utc_ms", "source", "advice", "sounds", "is_escalated",
        "person", "answered",
    )  # fmt: skip
    return tuple(
        (str(row[0]), cast("AlertJson", dict(zip(names, _alert_row(row), strict=True))))
        for row in await _all(connection, query)
    )


def _alert_row(row: Row) -> tuple[object, ...]:
    return (*row[1:6], _utc_ms(row[6]), *row[7:], answered_by(str(row[7]), str(row[1])))


async def words(connection: Connection) -> dict[tuple[str, Word], bytes]:
    """Return the latest signed roster and grant of each vessel."""
    query = (
        "SELECT DISTINCT ON (vessel, what) vessel, what, signed FROM master_word ORDER BY vessel, what, version DESC"
    )
    found: dict[tuple[str, Word], bytes] = {}
    for vessel, what, signed in await _all(connection, query):
        if isinstance(signed, bytes):
            found[str(vessel), "roster" if what == "roster" else "grant"] = signed
    return found


def _utc_ns(time: object) -> int:
    return utc_ns(time) if isinstance(time, datetime) else 0


def _utc_ms(time: object) -> int:
    return _utc_ns(time) // fleet.NS_PER_MS
