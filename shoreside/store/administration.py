"""What an administrator looks at and does: people, their ways in, the station's processes, and the audit of what was done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias, cast

from shoreside.store.accounts import Session
from shoreside.store.connection import Readers, Row

Figure: TypeAlias = tuple[str, str, float]
"""(name, label, value) of something that is counted."""
PEOPLE_MAX: Final = 500
"""As many as a roster has entries: the people of one operations centre."""
SESSIONS_MAX: Final = 1000
"""Sessions listed: each ends after 12 h, so this is two a person; the latest come first."""
ACTS_MAX: Final = 200
"""Acts of one answer; a person reads no more, and the table keeps them for ever: a few a day."""
FORGOTTEN: Final = timedelta(days=1)
"""A process that was silent for a day was replaced: it is listed no longer; nor is one that spoke last on a day to come."""
BY_HAND: Final = "station"
"""Role of an act done at the station's own computer, by a command or by the people file."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who did what to whom."""

    person: str
    role: str
    what: str
    whom: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A person as an administrator sees him; no secret is in it."""

    name: str
    role: str
    roc: str
    active: bool
    has_password: bool
    password_is_own: bool
    authenticator: bool
    passkeys: int
    tokens: tuple[str, ...]
    """Names of the programs that act in this person's name."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the station as it last spoke."""

    name: str
    role: str
    version: str
    started: datetime
    seen: datetime
    faults: list[str]
    figures: list[Figure]


_PEOPLE: Final = """
SELECT p.name, p.role, p.roc, p.active, p.password_hash IS NOT NULL, p.password_own, p.totp_secret IS NOT NULL,
  (SELECT count(*) FROM passkey k WHERE k.person = p.name),
  ARRAY(SELECT t.name FROM api_token t WHERE t.person = p.name ORDER BY t.name)
FROM person p ORDER BY p.active DESC, p.name LIMIT %s
"""
_SESSIONS: Final = """
SELECT person, token_hash, created, seen, address, device FROM session WHERE expires > %s ORDER BY created DESC LIMIT %s
"""
_END: Final = """
WITH ended AS (DELETE FROM session WHERE person = %s AND (%s::bytea IS NULL OR token_hash = %s) RETURNING token_hash),
noted AS (INSERT INTO admin_act (time, person, role, what, whom, detail)
  SELECT %s::timestamptz, %s, %s, %s, %s, %s || count(*) FROM ended HAVING count(*) > 0)
SELECT token_hash FROM ended
"""
_ABOARD: Final = """
SELECT DISTINCT ON (v.slug, e.body ->> 'what') v.slug, e.body ->> 'what', e.body ->> 'version', e.body ->> 'result',
  e.body ->> 'detail', e.time
FROM event e JOIN vessel v ON v.id = e.vessel_id WHERE e.kind = 'roster' ORDER BY v.slug, e.body ->> 'what', e.time DESC
"""
_LOST: Final = """
SELECT v.slug, count(*), max(e.time) FROM event e JOIN vessel v ON v.id = e.vessel_id WHERE e.kind = 'dropped' GROUP BY v.slug
"""
_REPORT: Final = """
INSERT INTO station_process AS p (name, role, version, started, seen, faults, figures) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET role = excluded.role, version = excluded.version, started = excluded.started,
  seen = excluded.seen, faults = excluded.faults, figures = excluded.figures
"""


class Administration:
    """The tables behind the admin view; every call raises StoreDownError when the database is not there."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers

    async def people(self) -> list[Known]:
        """Return the people, those who may enter first; PEOPLE_MAX at most."""
        return [
            Known(str(name), str(role), str(roc), bool(active), bool(has), bool(own), bool(totp), int(str(keys)),
                  tuple(str(token) for token in cast("list[object]", tokens)))
            for name, role, roc, active, has, own, totp, keys, tokens in await self._readers.all(_PEOPLE, PEOPLE_MAX)
        ]  # fmt: skip

    async def sessions(self) -> dict[str, list[Session]]:
        """Return where everybody is logged in, by person, the latest first; SESSIONS_MAX at most."""
        found: dict[str, list[Session]] = {}
        rows = await self._readers.all(_SESSIONS, self._readers.now(), SESSIONS_MAX)
        for person, token, created, seen, address, device in rows:
            if isinstance(token, bytes) and isinstance(created, datetime) and isinstance(seen, datetime):
                found.setdefault(str(person), []).append(Session(token, created, seen, str(address), str(device)))
        return found

    async def end_sessions(self, act: Act, only: bytes | None = None) -> list[bytes]:
        """End the sessions of `act.whom`, or `only` one; return those that ended, noted as `act` in the same statement."""
        rows = await self._readers.all(
            _END, act.whom, only, only, self._readers.now(), act.person, act.role, act.what, act.whom, "sessions ended: "
        )  # fmt: skip
        return [row[0] for row in rows if isinstance(row[0], bytes)]

    async def note(self, act: Act) -> None:
        """Keep that something was done."""
        await self._readers.all(
            "INSERT INTO admin_act (time, person, role, what, whom, detail) VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            self._readers.now(), act.person, act.role, act.what, act.whom, act.detail,
        )  # fmt: skip

    async def acts(self) -> list[tuple[datetime, Act]]:
        """Return what was done, the latest first; ACTS_MAX at most."""
        rows = await self._readers.all(
            "SELECT time, person, role, what, whom, detail FROM admin_act ORDER BY id DESC LIMIT %s", ACTS_MAX
        )
        return [(row[0], Act(*(str(each) for each in row[1:]))) for row in rows if isinstance(row[0], datetime)]

    async def words_aboard(self) -> dict[tuple[str, str], Row]:
        """Return, by (vessel, roster or grant), the ship's last word on it: version, result, detail, time."""
        return {(str(slug), str(what)): tuple(rest) for slug, what, *rest in await self._readers.all(_ABOARD)}

    async def lost_aboard(self) -> dict[str, tuple[int, datetime]]:
        """Return how often each vessel has told that data was lost aboard, and when she did so last."""
        rows = await self._readers.all(_LOST)
        return {str(slug): (int(str(count)), last) for slug, count, last in rows if isinstance(last, datetime)}

    async def report(self, process: Process) -> None:
        """Say that a process is there; those of a day ago are forgotten."""
        now = self._readers.now()
        async with self._readers.connection() as connection:
            await connection.execute(
                _REPORT.encode(),
                (process.name, process.role, process.version, process.started, now, json.dumps(process.faults),
                 json.dumps(process.figures)),
            )  # fmt: skip
            await connection.execute(
                b"DELETE FROM station_process WHERE seen NOT BETWEEN %s AND %s", (now - FORGOTTEN, now + FORGOTTEN)
            )

    async def processes(self) -> list[tuple[Process, float]]:
        """Return the processes with the seconds since each last spoke; below 0 where its clock was ahead of ours."""
        rows = await self._readers.all(
            "SELECT name, role, version, started, seen, faults, figures, extract(epoch FROM %s::timestamptz - seen)::float8"
            " FROM station_process ORDER BY role, name", self._readers.now(),
        )  # fmt: skip
        return [
            (Process(str(name), str(role), str(version), started, seen, cast("list[str]", faults), cast("list[Figure]", figures)),
             float(str(age_s)))
            for name, role, version, started, seen, faults, figures, age_s in rows
            if isinstance(started, datetime) and isinstance(seen, datetime)
        ]  # fmt: skip
