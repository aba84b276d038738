"""Who asks: passwords, sessions, tickets, tokens. Nothing here can move a ship; the signing key never comes ashore."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, Literal

from starlette.requests import HTTPConnection

from protocols.aio.clock import Clock
from shoreside.api.problems import Problem
from shoreside.api.second_factor import Proof, SecondFactor
from shoreside.people import HASHER, matches
from shoreside.ports import StoreDownError
from shoreside.rates import Rates
from shoreside.store.people import ASKED, IN, SESSION_HOURS, People, Person, Ticket, digest, secret

LOGINS_PER_MINUTE: Final = 5
TICKET_LIFE_S: Final = 30.0
TICKETS_MAX: Final = 1000
"""Tickets out at one time; the oldest is void when full."""
RECHECK_S: Final = 2.5
"""A session or token is looked up again after this; while the database is away the last answer stands, so that an
outage of the history does not lock out the operators."""
KNOWN_MAX: Final = 2000
VIEW_ONLY: Final = "/problems/view-only"
_VIEW_ONLY: Final = "Nobody has acted at this console for a while, so it only shows. Give your password to act again."
_WRONG: Final = "Name or password is wrong."
_HASHES_AT_ONCE: Final = 2
"""argon2 takes 64 MiB each; more would let strangers fill the memory."""

Right = Literal["read", "order", "enrol", "enrolments", "roster", "admin"]
RIGHTS: Final[dict[Right, frozenset[str]]] = {
    "read": frozenset(("viewer", "analyst", "operator", "supervisor", "maintainer", "master")),
    "order": frozenset(("operator", "supervisor", "master")),
    "enrol": frozenset(("operator", "supervisor", "master")),
    "enrolments": frozenset(("supervisor", "maintainer", "master")),
    "roster": frozenset(("supervisor", "master")),
    "admin": frozenset(("supervisor", "maintainer", "master")),
}
"""Which roles may do what at the shore (AUT-11). The ship judges every order again, by its own roster."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody known."""

    person: str
    role: str
    roc: str
    kind: Literal["session", "token"]
    """A person's browser, or a program with an API token."""
    secret_hash: bytes
    """Names the session or token, without being able to open it."""
    is_view_only: bool = False
    """True while a person's session only looks, because nobody has acted at it for a while."""

    @property
    def session(self) -> str:
        """Name of the session, for ending its sockets."""
        return self.secret_hash.hex()

    def require(self, right: Right) -> None:
        """Raise a 403 Problem unless the role has `right`, and the session may do more than look."""
        self.require_role(right)
        if self.is_view_only and right != "read":
            raise Problem(HTTPStatus.FORBIDDEN, _VIEW_ONLY, members={"type": VIEW_ONLY})

    def require_role(self, right: Right) -> None:
        """Raise a 403 Problem unless the role has `right`, whether or not anybody is there."""
        if self.role not in RIGHTS[right]:
            raise Problem(HTTPStatus.FORBIDDEN, f"The role {self.role} may not do this.")


class Auth:
    """Sessions, tickets and tokens, with what was looked up a moment ago."""

    def __init__(self, people: People, clock: Clock, *, secure: bool, shared: bool = False) -> None:
        """Use `people`; `secure`: the console comes over https; `shared`: other processes let people in too.

        Tickets, and the tries of a minute, are then kept in the database, which everybody has in common. By itself a
        process keeps them in memory, so that consoles can come back while the database is away.
        """
        self._people = people
        self._clock = clock
        self.cookie = "__Host-farhelm" if secure else "farhelm"
        self.secure = secure
        self._by_account = Rates(LOGINS_PER_MINUTE / 60, LOGINS_PER_MINUTE)
        self._by_address = Rates(LOGINS_PER_MINUTE / 60, LOGINS_PER_MINUTE)
        self._by_session = Rates(LOGINS_PER_MINUTE / 60, LOGINS_PER_MINUTE)
        self._known: dict[bytes, tuple[Who, float]] = {}
        self._is_shared = shared
        self._tickets: dict[bytes, tuple[Ticket, float]] = {}
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        self._dummy = HASHER.hash(secret())
        self.second = SecondFactor(people.accounts, clock)

    async def login(self, name: str, password: str, proof: Proof, address: str, device: str) -> tuple[Who, str]:
        """Return who it is and the cookie's secret; raise a Problem 401, or 429 after five wrong tries in a minute.

        Whoever has a second factor is asked for it once the password is right; to be asked is no wrong try, a wrong code is.
        """
        await self._let_try(name, address)
        person = await self._by_password(name, password)
        if person is None:
            await self._people.record_attempt(name[:64], address, "wrong")
            raise Problem(HTTPStatus.UNAUTHORIZED, _WRONG)
        try:
            await self.second.check(name, proof)
        except Problem:
            if proof.is_empty:
                self._give_back(name, address)
            await self._people.record_attempt(name, address, ASKED if proof.is_empty else "wrong second factor")
            raise
        self._give_back(name, address)  # a shift that comes on watch behind one address is no attack
        await self._people.record_attempt(name, address, IN)
        token = await self._people.open_session(name, address, device)
        return self._remember(person, "session", digest(token)), token

    async def prove(self, who: Who, password: str) -> None:
        """Return when `password` is that of who is logged in; raise a Problem 403, or 429 after five tries in a minute."""
        now_s = self._clock.now_s()
        if not self._by_session.take(who.session, now_s):
            wait_s = self._by_session.wait_s(who.session)
            detail = f"Too many tries; wait {wait_s:.0f} s."
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": f"{wait_s:.0f}"})
        if await self._by_password(who.person, password) is None:
            raise Problem(HTTPStatus.FORBIDDEN, "The password is wrong.")

    async def rest(self, who: Who) -> None:
        """Let a session only look from now on, by its console's word that nobody is there; a program's token never rests."""
        await self._set_view_only(who, is_on=True)

    async def wake(self, who: Who, password: str) -> None:
        """Let a session act again; raise a Problem 403 for a wrong password, or 429 after five tries in a minute."""
        await self.prove(who, password)
        await self._set_view_only(who, is_on=False)

    async def _set_view_only(self, who: Who, *, is_on: bool) -> None:
        if who.kind == "token":
            raise Problem(HTTPStatus.FORBIDDEN, "A program has no seat that could be empty.")
        await self._people.set_view_only(who.secret_hash, is_on=is_on)
        self._known[who.secret_hash] = (replace(who, is_view_only=is_on), self._clock.now_s() + RECHECK_S)

    def latest(self, who: Who) -> Who:
        """Return `who` as last looked up: an open socket's session may rest, or act again."""
        return self._known.get(who.secret_hash, (who, 0.0))[0]

    async def hashed(self, password: str) -> str:
        """Return what is kept of a new password."""
        async with self._hashing:
            return await asyncio.to_thread(HASHER.hash, password)

    async def _let_try(self, name: str, address: str) -> None:
        """Count a try, which a right one gives back; raise a Problem 429 after five in a minute, by name or by address."""
        now_s = self._clock.now_s()
        account_free, address_free = self._by_account.take(name, now_s), self._by_address.take(address, now_s)
        if not (account_free and address_free):
            wait_s = max(self._by_account.wait_s(name), self._by_address.wait_s(address))
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS, f"Too many tries; wait {wait_s:.0f} s.", {"Retry-After": f"{wait_s:.0f}"}
            )
        if self._is_shared and await self._people.attempts(name[:64], address) >= LOGINS_PER_MINUTE:
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many tries; wait a minute.", {"Retry-After": "60"})

    def _give_back(self, name: str, address: str) -> None:
        self._by_account.give_back(name)
        self._by_address.give_back(address)

    async def _by_password(self, name: str, password: str) -> Person | None:
        person = await self._people.person(name)
        stored = person.password_hash if person is not None and person.password_hash else None
        async with self._hashing:  # an unknown name takes as long as a wrong password
            right = await asyncio.to_thread(matches, stored or self._dummy, password)
        return person if stored is not None and right else None

    async def logout(self, who: Who) -> None:
        """End the session."""
        self._known.pop(who.secret_hash, None)
        await self._people.close_session(who.secret_hash)

    def forget(self, secret_hashes: list[bytes]) -> None:
        """Let sessions that were ended be gone at once, and not only when they are next looked up."""
        for secret_hash in secret_hashes:
            self._known.pop(secret_hash, None)

    async def who(self, connection: HTTPConnection) -> Who:
        """Return who sends this request; raise a 401 Problem when nobody we know."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = await self._find(digest(token), "token")
        else:
            cookie = connection.cookies.get(self.cookie)
            found = await self._find(digest(cookie), "session") if cookie else None
        if found is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, "Log in first.", {"WWW-Authenticate": "Bearer"})
        return found

    async def ended(self, whos: set[Who]) -> set[Who]:
        """Return those whose session or token is no more, by one question for all; raise StoreDownError without an answer."""
        found = await self._people.holders([who.secret_hash for who in whos])
        for who in whos:
            person = found.get(who.secret_hash)
            if person is None:
                self._known.pop(who.secret_hash, None)
            else:
                self._remember(person, who.kind, who.secret_hash)
        return {who for who in whos if who.secret_hash not in found}

    async def ticket(self, who: Who, public_key: bytes | None) -> str:
        """Return a ticket for one socket, good once and for 30 s; raise StoreDownError where it cannot be kept."""
        token = secret()
        made = Ticket(digest(token), who.secret_hash, who.kind, public_key)
        if self._is_shared:
            await self._people.save_ticket(made, TICKET_LIFE_S)
            return token
        self._tickets[made.token_hash] = (made, self._clock.now_s() + TICKET_LIFE_S)
        while len(self._tickets) > TICKETS_MAX:
            del self._tickets[next(iter(self._tickets))]
        return token

    async def redeem(self, token: str) -> tuple[Who, bytes | None] | None:
        """Return who holds the ticket and the console's key; None when it was used, has run out or never was.

        Raise StoreDownError where the database has to say and is away.
        """
        if self._is_shared:
            ticket = await self._people.take_ticket(digest(token))
        else:
            ticket, until_s = self._tickets.pop(digest(token), (None, 0.0))
            ticket = ticket if until_s >= self._clock.now_s() else None
        who = await self._find(ticket.secret_hash, ticket.kind) if ticket is not None else None
        return (who, ticket.public_key) if ticket is not None and who is not None else None

    async def _find(self, secret_hash: bytes, kind: Literal["session", "token"]) -> Who | None:
        now_s = self._clock.now_s()
        known = self._known.get(secret_hash)
        if known is not None and now_s < known[1]:
            return known[0]
        try:
            look = self._people.session if kind == "session" else self._people.token
            person = await look(secret_hash)
        except StoreDownError:
            if known is None:
                raise
            return known[0]
        if person is None:
            self._known.pop(secret_hash, None)
            return None
        return self._remember(person, kind, secret_hash)

    def _remember(self, person: Person, kind: Literal["session", "token"], secret_hash: bytes) -> Who:
        who = Who(person.name, person.role, person.roc, kind, secret_hash, person.is_view_only)
        self._known[secret_hash] = (who, self._clock.now_s() + RECHECK_S)
        while len(self._known) > KNOWN_MAX:
            del self._known[next(iter(self._known))]
        return who


def cookie_header(auth: Auth, token: str, *, end: bool = False) -> str:
    """Return the Set-Cookie value: readable by no script, sent to nobody else's pages, over TLS only where secure."""
    life_s = 0 if end else SESSION_HOURS * 3600
    secure = "; Secure" if auth.secure else ""
    return f"{auth.cookie}={token}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Strict{secure}"
