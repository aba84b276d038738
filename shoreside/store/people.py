"""People, sessions, API tokens, keys and login attempts in PostgreSQL."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from shoreside.store.accounts import Accounts
from shoreside.store.administration import Administration
from shoreside.store.connection import Connection, Readers, Row

ASKED: Final = "asked for the second factor"
"""Result of a try with the right password and nothing else: it is not counted as one."""
IN: Final = "in"
"""Result of a try that let somebody in: it is not counted either."""
SESSION_HOURS: Final = 12
"""Longest life of a session: a watch and its hand-over; then a new login."""
LONGEST: Final = timedelta(hours=SESSION_HOURS + 1)
"""A session that has longer to live was opened while the clock stood wrong, and is none: it would live until that time comes.
The hour more is for a clock that is set back a little, which must throw nobody out who has a ship."""
SEEN_TO: Final = timedelta(minutes=1)
"""To this a session's last use is noted: not at every request."""
TRIES_WINDOW: Final = timedelta(minutes=1)
"""Tries in vain count so long; those that a wrong clock dates further ahead than this do not, or they would bar for years."""

_SESSIONS: Final = """
WITH noted AS (UPDATE session SET seen = %s WHERE token_hash = ANY(%s) AND seen NOT BETWEEN %s AND %s)
SELECT token_hash, p.name, p.role, p.roc, view_only FROM session JOIN person p ON p.name = person
WHERE token_hash = ANY(%s) AND expires > %s AND expires <= %s AND active"""
_TOKENS: Final = """
SELECT token_hash, p.name, t.role, p.roc, false FROM api_token t JOIN person p ON p.name = t.person
WHERE token_hash = ANY(%s) AND active AND (expires IS NULL OR expires > %s)"""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as the shore knows them."""

    name: str
    role: str
    """One of protocols.link.roster.ROLES (AUT-11)."""
    roc: str
    password_hash: str | None
    password_is_own: bool = False
    """True when the person has set it: a people file does not set it back."""
    is_view_only: bool = False
    """True for a session at which nobody has acted for a while: it looks, and does nothing else."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One console key whose enrolment was asked for."""

    person: str
    role: str
    roc: str
    console: str
    public_key: bytes
    requested: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """What opens one socket, once."""

    token_hash: bytes
    secret_hash: bytes
    """Names the session or token it was given to."""
    kind: Literal["session", "token"]
    public_key: bytes | None
    """The console's, where it said one."""


def secret() -> str:
    """Return 256 random bits as text, for a cookie, ticket or token."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what is stored of a secret: its SHA-256 (256 random bits need no slow hash)."""
    return hashlib.sha256(token.encode()).digest()


class People:
    """The tables of people; every call raises StoreDownError when the database is not there."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers
        self.accounts = Accounts(readers)
        self.administration = Administration(readers)

    async def person(self, name: str) -> Person | None:
        """Return an active person; None when there is none of that name."""
        row = await self._one(
            "SELECT name, role, roc, password_hash, password_own FROM person WHERE name = %s AND active", name
        )
        return _person(row) if row else None

    async def save(self, person: Person) -> None:
        """Add a person or change role, centre and password."""
        await self._do(
            "INSERT INTO person VALUES (%s, %s, %s, %s, true, %s) ON CONFLICT (name) DO UPDATE SET role = excluded.role,"
            " roc = excluded.roc, password_hash = excluded.password_hash, password_own = excluded.password_own,"
            " active = true", person.name, person.role, person.roc, person.password_hash, person.password_is_own,
        )  # fmt: skip

    async def disable(self, name: str) -> None:
        """Bar a person and end their sessions and tokens."""
        await self._do("UPDATE person SET active = false WHERE name = %s", name)
        await self._do("DELETE FROM session WHERE person = %s", name)
        await self._do("DELETE FROM api_token WHERE person = %s", name)

    async def open_session(self, person: str, address: str, device: str) -> str:
        """Return the secret of a new session; `device` is what the browser says it is."""
        token, now = secret(), self._readers.now()
        await self._do(
            "INSERT INTO session (token_hash, person, created, seen, expires, address, device)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            digest(token), person, now, now, now + timedelta(hours=SESSION_HOURS), address, device,
        )  # fmt: skip
        return token

    async def session(self, token_hash: bytes) -> Person | None:
        """Return whose session it is, and note to the minute that it is used; None when it has ended."""
        return (await self._holding(_SESSIONS, *self._sessions([token_hash]))).get(token_hash)

    async def set_view_only(self, token_hash: bytes, *, is_on: bool) -> None:
        """Let a session only look, or act again."""
        await self._do("UPDATE session SET view_only = %s WHERE token_hash = %s", is_on, token_hash)

    async def close_session(self, token_hash: bytes) -> None:
        """End a session, and forget those that have run out."""
        now = self._readers.now()
        await self._do(
            "DELETE FROM session WHERE token_hash = %s OR expires < %s OR expires > %s", token_hash, now, now + LONGEST
        )

    async def save_token(self, name: str, token: str, person: str, role: str) -> None:
        """Add or replace the API token called `name`."""
        await self._do(
            "INSERT INTO api_token (token_hash, name, person, role, created) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET token_hash = excluded.token_hash, person = excluded.person,"
            " role = excluded.role", digest(token), name, person, role, self._readers.now(),
        )  # fmt: skip

    async def token(self, token_hash: bytes) -> Person | None:
        """Return on whose behalf, and in which role, a program acts; None when the token is not valid."""
        return (await self._holding(_TOKENS, [token_hash], self._readers.now())).get(token_hash)

    async def holders(self, token_hashes: list[bytes]) -> dict[bytes, Person]:
        """Return whose sessions and tokens these are, of all that are still good; sessions are noted as used, to the minute."""
        asked = (*self._sessions(token_hashes), token_hashes, self._readers.now())
        return await self._holding(f"{_SESSIONS} UNION ALL {_TOKENS}", *asked)

    async def record_attempt(self, person: str, address: str, result: str) -> None:
        """Record a login attempt."""
        await self._do(
            "INSERT INTO login_attempt (time, person, address, result) VALUES (%s, %s, %s, %s)",
            self._readers.now(), person, address, result,
        )  # fmt: skip

    async def attempts(self, person: str, address: str) -> int:
        """Return how often within a minute this name, or this address, was tried in vain: the higher of the two."""
        now = self._readers.now()
        row = await self._one(
            "SELECT count(*) FILTER (WHERE person = %s), count(*) FILTER (WHERE address = %s) FROM login_attempt"
            " WHERE time > %s AND time < %s AND result NOT IN (%s, %s)",
            person, address, now - TRIES_WINDOW, now + TRIES_WINDOW, ASKED, IN,
        )  # fmt: skip
        return max(int(str(count)) for count in row) if row else 0

    async def save_ticket(self, ticket: Ticket, life_s: float) -> None:
        """Keep a ticket for `life_s`, and forget those that have run out."""
        now, life = self._readers.now(), timedelta(seconds=life_s)
        await self._do("DELETE FROM ticket WHERE expires NOT BETWEEN %s AND %s", now, now + LONGEST)
        await self._do(
            "INSERT INTO ticket VALUES (%s, %s, %s, %s, %s)",
            ticket.token_hash, ticket.secret_hash, ticket.kind, ticket.public_key, now + life,
        )  # fmt: skip

    async def take_ticket(self, token_hash: bytes) -> Ticket | None:
        """Return a ticket that is good, which is thereby used up; None for any other."""
        now = self._readers.now()
        row = await self._one(
            "DELETE FROM ticket WHERE token_hash = %s RETURNING secret_hash, kind, public_key, expires BETWEEN %s AND %s",
            token_hash, now, now + LONGEST,
        )  # fmt: skip
        if not row or not row[3] or not isinstance(row[0], bytes):
            return None
        public_key = row[2] if isinstance(row[2], bytes) else None
        return Ticket(token_hash, row[0], "token" if row[1] == "token" else "session", public_key)

    async def save_key(self, person: str, console: str, public_key: bytes) -> bool:
        """Record that `person` asks for a console key to be enrolled; return False when it is another person's."""
        row = await self._one(
            "INSERT INTO console_key (public_key, person, console, requested) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (public_key) DO UPDATE SET console = excluded.console WHERE console_key.person = %s"
            " RETURNING person", public_key, person, console, self._readers.now(), person,
        )  # fmt: skip
        return row is not None

    async def last_key(self, person: str) -> bytes | None:
        """Return the key whose enrolment `person` asked for last; None when none."""
        row = await self._one(
            "SELECT public_key FROM console_key WHERE person = %s ORDER BY requested DESC LIMIT 1", person
        )
        return row[0] if row and isinstance(row[0], bytes) else None

    async def enrolments(self) -> list[Enrolment]:
        """Return the latest 500 keys whose enrolment was asked for, oldest first."""
        rows = await self._readers.all(
            "SELECT k.person, p.role, p.roc, k.console, k.public_key, k.requested FROM console_key k"
            " JOIN person p ON p.name = k.person WHERE p.active ORDER BY k.requested DESC LIMIT 500"
        )
        return [
            Enrolment(str(person), str(role), str(roc), str(console), bytes(key), requested)
            for person, role, roc, console, key, requested in reversed(rows)
            if isinstance(key, bytes) and isinstance(requested, datetime)
        ]

    def _sessions(self, token_hashes: list[bytes]) -> tuple[object, ...]:
        now = self._readers.now()
        return now, token_hashes, now - SEEN_TO, now + SEEN_TO, token_hashes, now, now + LONGEST

    async def _holding(self, query: str, *arguments: object) -> dict[bytes, Person]:
        rows = await self._readers.all(query, *arguments)
        return {
            token_hash: Person(str(name), str(role), str(roc), None, is_view_only=bool(view_only))
            for token_hash, name, role, roc, view_only in rows
            if isinstance(token_hash, bytes)
        }

    async def _one(self, query: str, *arguments: object) -> Row | None:
        rows = await self._readers.all(query, *arguments)
        return rows[0] if rows else None

    async def _do(self, query: str, *arguments: object) -> None:
        async with self._readers.connection() as connection:
            await _execute(connection, query, arguments)


async def _execute(connection: Connection, query: str, arguments: tuple[object, ...]) -> None:
    await connection.execute(query.encode(), arguments)


def _person(row: Row) -> Person:
    name, role, roc, password_hash, is_own = row
    return Person(
        str(name), str(role), str(roc), password_hash if isinstance(password_hash, str) else None, bool(is_own)
    )
