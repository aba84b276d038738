"""What consoles showed and were told, and when what was measured came: the tables behind a replay as it was seen."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final, cast

import psycopg

from protocols.console.screens import HeardJson, ShownJson, SourcedJson
from protocols.link.cbor import Plain
from shoreside.live.recording import AGAIN_MS, RUN_MS, Heard, Screen
from shoreside.live.sources import sourced
from shoreside.store.connection import Connection, Readers
from shoreside.store.rows import moment, utc_ns

ROWS_MAX: Final = 5000
"""Rows of one kind in one answer."""
SOURCES_MAX: Final = 1000
"""Events about sources read for one answer, the latest: the telling after her start and the changes since. Of one with more of
them, the channels that did not change in these are not told."""
STEPS: Final = 2000
"""Parts of a span within which batches are told as one: 1.3 s of the fastest replay's 42 min, 0.1 s where it plays as it was."""
_NS_PER_MS: Final = 1_000_000
_SLACK: Final = timedelta(milliseconds=AGAIN_MS + 10_000)
"""How long before a moment a screen was told at the latest, if it still stood."""
_RUN: Final = timedelta(milliseconds=RUN_MS + 2_000)

_SCREENS: Final = """
SELECT time, socket, person, console, session, vessel, view, palette, language, hidden, look FROM screen
WHERE time >= %s AND time <= %s ORDER BY time, socket LIMIT %s
"""
_HEARD: Final = """
SELECT since, through, last, gap_ms, status, figures FROM heard
WHERE vessel = %s AND since >= %s AND since <= %s ORDER BY since LIMIT %s
"""
_SOURCES: Final = """
SELECT time, boot_id, body FROM (
  SELECT time, boot_id, seq, body FROM event
  WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND kind = 'source' AND time <= %s ORDER BY time DESC LIMIT %s) e
ORDER BY time, seq
"""
_RECEIVED: Final = """
SELECT min(first_time), max(last_time), max(received), historical FROM batch_ledger
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND last_time >= %s AND last_time <= %s AND first_time <= %s
GROUP BY date_bin(make_interval(secs => %s), first_time, '2000-01-01 00:00:00+00'), historical ORDER BY 1, 3 LIMIT %s
"""
LONGEST: Final = timedelta(hours=1)
"""Longest batch looked for: ships make them of 60 s at most."""


class UnkeptError(Exception):
    """Rows that the database will never take."""


class Seen:
    """The tables of what was seen; every call raises StoreDownError when the database is not there."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers

    async def keep(self, rows: list[Screen | Heard]) -> None:
        """Keep rows; one that is there already adds nothing. Raise UnkeptError where the database will not take them."""
        screens = [row for row in rows if isinstance(row, Screen)]
        heard = [row for row in rows if isinstance(row, Heard)]
        try:
            await self._keep(screens, heard)
        except (psycopg.DataError, ValueError, OverflowError) as error:  # a clock gone mad, a number that is none
            raise UnkeptError(str(error)) from error

    async def _keep(self, screens: list[Screen], heard: list[Heard]) -> None:
        async with self._readers.connection() as connection, connection.transaction(), connection.cursor() as cursor:
            if screens:
                await cursor.executemany(
                    b"INSERT INTO screen VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    [(_time(row.utc_ms), row.socket, row.person, row.console, row.session, row.vessel, row.view,
                      row.palette, row.language, row.hidden, row.look) for row in screens],
                )  # fmt: skip
            if heard:
                await cursor.executemany(
                    b"INSERT INTO heard VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    [(row.vessel, _time(row.since_ms), _time(row.through_ms), _time(row.last_ms), row.gap_ms,
                      json.dumps(row.status).replace("\\u0000", "\\ufffd"), json.dumps(row.figures)) for row in heard],
                )  # fmt: skip

    async def screens(self, start: datetime, end: datetime) -> list[ShownJson]:
        """Return what consoles showed from some minutes before `start`, so that it holds what stood then, to `end`."""
        rows = await self._readers.all(_SCREENS, start - _SLACK, end, ROWS_MAX)
        return [
            {"utc_ms": _ms(time), "socket": str(socket), "person": str(person), "console": str(name),
             "session": str(session), "vessel": None if vessel is None else str(vessel), "view": str(view),
             "palette": str(palette), "language": str(language), "hidden": bool(hidden),
             "look": str(look)}
            for time, socket, person, name, session, vessel, view, palette, language, hidden, look in rows
        ]  # fmt: skip

    async def heard(self, vessel: str, start: datetime, end: datetime) -> list[HeardJson]:
        """Return what consoles were told of a vessel's heartbeat; the first row is that in force at `start`."""
        rows = await self._readers.all(_HEARD, vessel, start - _RUN, end, ROWS_MAX)
        return [
            {"since_utc_ms": _ms(since), "through_utc_ms": _ms(through), "last_utc_ms": _ms(last),
             "gap_ms": int(str(gap_ms)), "status": status if isinstance(status, dict) else {},
             "figures": figures if isinstance(figures, list) else []}
            for since, through, last, gap_ms, status, figures in rows
        ]  # fmt: skip

    async def sources(self, vessel: str, start: datetime, end: datetime) -> list[SourcedJson]:
        """Return the sources of the vessel's values as they stood at `start`, then each change up to `end`."""
        rows = await self._readers.all(_SOURCES, vessel, end, SOURCES_MAX)
        told = [(_ms(time), str(boot_id), cast("dict[str, Plain]", body)) for time, boot_id, body in rows]
        return sourced(told, _ms(start))

    async def received(self, vessel: str, start: datetime, end: datetime) -> list[tuple[int, int, int, bool]]:
        """Return, of what was measured in a span: first and last scan, when the last of it came, and whether that was late."""
        step_s = max((end - start).total_seconds() / STEPS, 0.01)
        rows = await self._readers.all(_RECEIVED, vessel, start, end + LONGEST, end, step_s, ROWS_MAX)
        return [(_ms(first), _ms(last), _ms(came), bool(late)) for first, last, came, late in rows]


async def drop_seen(connection: Connection, days: int | None, now: datetime) -> int:
    """Delete what is older than the samples that were seen are kept; return the rows. None: nothing is deleted."""
    if days is None:
        return 0
    before = now - timedelta(days=days)
    count = 0
    for statement in (b"DELETE FROM screen WHERE time < %s", b"DELETE FROM heard WHERE since < %s"):
        count += (await connection.execute(statement, (before,))).rowcount
    return count


def _time(utc_ms: int) -> datetime:
    return moment(utc_ms * _NS_PER_MS)


def _ms(time: object) -> int:
    assert isinstance(time, datetime)  # noqa: S101 - no column of these tables is without a time
    return utc_ns(time) // _NS_PER_MS
