"""What people keep about their own account: password, authenticator, passkeys, and where they are logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from shoreside.passkeys import Passkey
from shoreside.store.connection import Readers, Row

CHALLENGE_LIFE: Final = timedelta(seconds=300)
"""Long enough to fetch a phone and scan; what runs out is asked for anew."""
PASSKEYS_MAX: Final = 10
"""A person has a few devices; more would be somebody filling the table."""

Purpose = Literal["login", "passkey", "totp"]


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has beside the password."""

    totp_secret: bytes | None = None
    """None: no authenticator."""
    totp_step: int = 0
    """Step of the last code used."""
    passkeys: tuple[Passkey, ...] = ()

    @property
    def any(self) -> bool:
        """True when a password alone does not let this person in."""
        return self.totp_secret is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Session:
    """One place where a person is logged in."""

    token_hash: bytes
    created: datetime
    seen: datetime
    """To the minute."""
    address: str
    device: str
    """What the browser says it is; nobody checked it."""


class Accounts:
    """The tables of accounts; every call raises StoreDownError when the database is not there."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers

    async def set_password(self, person: str, password_hash: str) -> None:
        """Set a person's own password; a people file no longer sets it."""
        await self._do(
            "UPDATE person SET password_hash = %s, password_own = true WHERE name = %s", password_hash, person
        )

    async def factors(self, person: str) -> Factors:
        """Return what `person` has beside the password; nothing for nobody."""
        rows = await self._do("SELECT totp_secret, totp_step FROM person WHERE name = %s", person)
        keys = await self._do(
            "SELECT credential_id, public_key, sign_count, name FROM passkey WHERE person = %s ORDER BY created", person
        )
        found = tuple(
            Passkey(key, public, int(str(count)), str(name))
            for key, public, count, name in keys
            if isinstance(key, bytes) and isinstance(public, bytes)
        )
        secret, step = rows[0] if rows else (None, 0)
        return Factors(secret if isinstance(secret, bytes) else None, int(str(step)), found)

    async def set_totp(self, person: str, secret: bytes | None, step: int = 0) -> None:
        """Set the authenticator and the step of its first code; None takes it away."""
        await self._do("UPDATE person SET totp_secret = %s, totp_step = %s WHERE name = %s", secret, step, person)

    async def use_step(self, person: str, step: int) -> bool:
        """Use up a code; return False when it, or a later one, was used meanwhile."""
        return bool(await self._do(
            "UPDATE person SET totp_step = %s WHERE name = %s AND totp_step < %s RETURNING name", step, person, step
        ))  # fmt: skip

    async def add_passkey(self, person: str, passkey: Passkey) -> bool:
        """Keep a passkey; return False when the person has PASSKEYS_MAX, or when it is known already."""
        return bool(await self._do(
            "INSERT INTO passkey (credential_id, person, name, public_key, sign_count, created) SELECT %s, %s, %s, %s, %s, %s"
            " WHERE (SELECT count(*) FROM passkey WHERE person = %s) < %s ON CONFLICT DO NOTHING RETURNING person",
            passkey.credential_id, person, passkey.name, passkey.public_key, passkey.sign_count, self._readers.now(),
            person, PASSKEYS_MAX,
        ))  # fmt: skip

    async def use_passkey(self, passkey: Passkey) -> None:
        """Keep the count of a passkey that has signed."""
        await self._do(
            "UPDATE passkey SET sign_count = %s, used = %s WHERE credential_id = %s",
            passkey.sign_count, self._readers.now(), passkey.credential_id,
        )  # fmt: skip

    async def drop_passkey(self, person: str, credential_id: bytes) -> bool:
        """Forget a passkey; return False when this person has none of that id."""
        return bool(await self._do(
            "DELETE FROM passkey WHERE person = %s AND credential_id = %s RETURNING person", person, credential_id
        ))  # fmt: skip

    async def save_challenge(
        self, person: str, purpose: Purpose, challenge: bytes, secret: bytes | None = None
    ) -> None:
        """Keep what has to be answered, and forget what has run out."""
        now = self._readers.now()
        await self._do("DELETE FROM challenge WHERE expires NOT BETWEEN %s AND %s", now, now + 2 * CHALLENGE_LIFE)
        kept = (challenge, person, purpose, secret, now + CHALLENGE_LIFE)
        await self._do("INSERT INTO challenge VALUES (%s, %s, %s, %s, %s)", *kept)

    async def take_challenge(self, person: str, purpose: Purpose, challenge: bytes) -> tuple[bytes | None] | None:
        """Return the secret kept with a challenge, which is thereby used up; None when it is not good."""
        now = self._readers.now()
        rows = await self._do(
            "DELETE FROM challenge WHERE challenge = %s AND person = %s AND purpose = %s AND expires BETWEEN %s AND %s"
            " RETURNING secret", challenge, person, purpose, now, now + 2 * CHALLENGE_LIFE,
        )  # fmt: skip
        return (rows[0][0] if isinstance(rows[0][0], bytes) else None,) if rows else None

    async def sessions(self, person: str) -> list[Session]:
        """Return where `person` is logged in, the latest first; 100 at most."""
        rows = await self._do(
            "SELECT token_hash, created, seen, address, device FROM session WHERE person = %s AND expires > %s"
            " ORDER BY created DESC LIMIT 100", person, self._readers.now(),
        )  # fmt: skip
        return [
            Session(token, created, seen, str(address), str(device))
            for token, created, seen, address, device in rows
            if isinstance(token, bytes) and isinstance(created, datetime) and isinstance(seen, datetime)
        ]

    async def end_sessions(self, person: str, *, only: bytes | None = None, keep: bytes | None = None) -> list[bytes]:
        """End the sessions of `person`: all, `only` one, or all that are not `keep`; return those that ended."""
        rows = await self._do(
            "DELETE FROM session WHERE person = %s AND (%s::bytea IS NULL OR token_hash = %s)"
            " AND (%s::bytea IS NULL OR token_hash <> %s) RETURNING token_hash", person, only, only, keep, keep,
        )  # fmt: skip
        return [row[0] for row in rows if isinstance(row[0], bytes)]

    async def reset(self, person: str) -> None:
        """Take away authenticator and passkeys and end all sessions: for who has lost the phone."""
        await self.set_totp(person, None)
        await self._do("DELETE FROM passkey WHERE person = %s", person)
        await self.end_sessions(person)

    async def _do(self, query: str, *arguments: object) -> list[Row]:
        async with self._readers.connection() as connection:
            cursor = await connection.execute(query.encode(), arguments)
            return await cursor.fetchall() if cursor.description else []
