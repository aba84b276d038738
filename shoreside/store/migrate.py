"""Schema: plain SQL files, forward only, applied once each under an advisory lock."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from shoreside.store import hypertables
from shoreside.store.connection import Connection
from shoreside.store.hypertables import Timescale

FOLDER: Final = Path(__file__).with_name("migrations")
TIMESCALE: Final = Path(__file__).with_name("timescale")
LOCK: Final = 0x6661_7268
"""Advisory lock key ('farh'), so that two programs starting at once do not both migrate."""


class SchemaError(Exception):
    """The database's schema is not one this build can bring forward; the message says which file differs."""


def files_of_build() -> dict[str, str]:
    """Return the names of this build's schema files, each with the SHA-256 under which it is recorded when applied."""
    return {name: _hash(content) for name, content in _files(FOLDER).items()}


def files_of_timescale() -> dict[str, str]:
    """Return the same of the files that only a database with hypertables has."""
    return {name: _hash(content) for name, content in _files(TIMESCALE, hypertables.PREFIX).items()}


async def migrate(connection: Connection, now: datetime, timescale: Timescale | None = None) -> list[str]:
    """Apply at `now` the files not yet applied, all in one transaction, and return their names; those of TimescaleDB last.

    Raise SchemaError when an applied file has changed since, or is not known to this build (a newer one ran before), or when
    the hypertables that are wanted cannot be had.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL,"
            " applied timestamptz NOT NULL DEFAULT now())"
        )
        cursor = await connection.execute("SELECT name, sha256 FROM migration")
        applied = {str(row[0]): str(row[1]) for row in await cursor.fetchall()}
        extra = _files(TIMESCALE, hypertables.PREFIX)
        files = _files(FOLDER)
        _check(applied, {**files, **extra})
        wish = timescale or Timescale()
        wanted = await hypertables.is_wanted(connection, wish, applied)
        if isinstance(wanted, str):
            raise SchemaError(wanted)
        files |= extra if wanted else {}
        fresh = [name for name in files if name not in applied]
        for name in fresh:
            await connection.execute(files[name])
            entered = (name, _hash(files[name]), now)
            await connection.execute("INSERT INTO migration (name, sha256, applied) VALUES (%s, %s, %s)", entered)
        if wanted:
            await hypertables.set_policies(connection, wish)
    return fresh


def _check(applied: dict[str, str], files: dict[str, bytes]) -> None:
    for name, digest in applied.items():
        if name not in files:
            raise SchemaError(f"the database was made by a newer build: it has {name}")
        if _hash(files[name]) != digest:
            raise SchemaError(f"{name} has changed since it was applied; migrations are never edited")


def _files(folder: Path, prefix: str = "") -> dict[str, bytes]:
    return {prefix + path.name: path.read_bytes() for path in sorted(folder.glob("*.sql"))}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
