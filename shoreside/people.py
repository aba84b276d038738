"""People at the start and by hand: `python -m shoreside.people add NAME --role operator --roc ROC --config FILE`.

`disable NAME` bars a person; `reset NAME` takes authenticator and passkeys away, for who has lost the phone; `add` for
somebody who is known sets the password anew. Each ends what that person had open.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import getpass
import json
import os
import re
import sys
from pathlib import Path
from typing import Final, cast

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from protocols.link.roster import ROLES
from shoreside import config
from shoreside.plain import as_list, as_map
from shoreside.ports import StoreDownError
from shoreside.store.administration import BY_HAND, Act
from shoreside.store.connection import Readers
from shoreside.store.people import People, Person
from shoreside.store.postgres import PostgresStore

TOKEN_LENGTH_MIN: Final = 32
PASSWORD_LENGTH_MIN: Final = 12
"""Characters of a password; length is what counts (NIST SP 800-63B, 5.1.1.2)."""
PUBLISHED: Final = frozenset(("change this one", "at least 32 random characters here"))
"""Passwords and tokens of the example, which everybody can read."""
HASH: Final = re.compile(r"\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}")
"""An argon2 hash as PHC strings have it: 8 bytes of salt and 12 of hash at least."""
HASHER: Final = PasswordHasher()
"""argon2id, 64 MiB, 3 passes (RFC 9106, second recommended option)."""


class SeedError(Exception):
    """The people file cannot be used; the message names every fault."""


def read_seed(path: Path) -> list[dict[str, object]]:
    """Return the people of a JSON file; raise SeedError with all its faults."""
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SeedError(f"{path}: {error}") from error
    people = as_list((as_map(content) or {}).get("people"))
    if people is None:
        raise SeedError(f'{path}: holds no list "people"')
    faults = [fault for index, entry in enumerate(people) for fault in _faults(index, entry)]
    if faults:
        raise SeedError("\n".join(f"{path}: {fault}" for fault in faults))
    return [as_map(entry) or {} for entry in people]


def _faults(index: int, given: object) -> list[str]:
    entry = as_map(given)
    if entry is None:
        return [f"people[{index}] is not an object"]
    where = f"people[{index}] ({entry.get('name')})"
    found = [f"{where}: {name} is missing" for name in ("name", "role", "roc") if not isinstance(entry.get(name), str)]
    if entry.get("role") not in ROLES:
        found.append(f"{where}: role is none of {', '.join(ROLES)}")
    hashed = entry.get("password_hash")
    if hashed is not None and not (isinstance(hashed, str) and HASH.fullmatch(hashed)):
        found.append(f"{where}: password_hash is no argon2 hash; with it nobody could log in as {entry.get('name')}")
    if "password" in entry:
        found += [f"{where}: {fault}" for fault in password_faults(str(entry["password"]))]
    for token in (as_map(one) for one in as_list(entry.get("tokens", [])) or []):
        if token is None or not isinstance(token.get("name"), str):
            found.append(f"{where}: a token has a name and a token")
        elif len(str(token.get("token", ""))) < TOKEN_LENGTH_MIN or token.get("role", entry.get("role")) not in ROLES:
            found.append(f"{where}: token {token['name']} is shorter than {TOKEN_LENGTH_MIN} or has no known role")
        elif token["token"] in PUBLISHED:
            found.append(
                f"{where}: token {token['name']} is the example's, which everybody can read; make one: openssl rand -hex 24"
            )
    return found


def password_faults(password: str) -> list[str]:
    """Return what is wrong with a password that somebody else chose; an empty list where nothing is."""
    if password in PUBLISHED:
        return ["the password is the example's, which everybody can read; choose another"]
    if len(password) < PASSWORD_LENGTH_MIN:
        return [f"the password has {len(password)} characters; {PASSWORD_LENGTH_MIN} at least"]
    return []


async def seed(people: People, entries: list[dict[str, object]]) -> int:
    """Bring the database's people in line with `entries`; return how many were added or changed."""
    changed = 0
    for entry in entries:
        name, role, roc = str(entry["name"]), str(entry["role"]), str(entry["roc"])
        known = await people.person(name)
        hashed = await _hash_for(entry, known)
        wanted = Person(name, role, roc, hashed, known is not None and known.password_is_own)
        if known != wanted:
            await people.save(wanted)
            await people.administration.note(Act("people file", BY_HAND, "person", name, f"{role}, {roc}"))
            changed += 1
        for token in cast("list[dict[str, str]]", entry.get("tokens", [])):
            await people.save_token(token["name"], token["token"], name, token.get("role", role))
    return changed


async def _hash_for(entry: dict[str, object], known: Person | None) -> str | None:
    if known is not None and known.password_is_own:
        return known.password_hash
    if "password" not in entry:
        given = entry.get("password_hash")
        return given if isinstance(given, str) else None
    password = str(entry["password"])
    if known is not None and known.password_hash is not None and await asyncio.to_thread(
        matches, known.password_hash, password
    ):  # fmt: skip
        return known.password_hash
    return await asyncio.to_thread(HASHER.hash, password)


def matches(password_hash: str, password: str) -> bool:
    """Return True when `password` is the one that was hashed."""
    try:
        return HASHER.verify(password_hash, password)
    except Argon2Error:
        return False


async def _run(arguments: argparse.Namespace) -> int:
    settings = config.load(arguments.config, os.environ)
    store = PostgresStore(settings.database, settings.timescale)
    await store.load()
    await store.close()
    readers = Readers(settings.database)
    people = People(readers)
    try:
        act = Act(getpass.getuser(), BY_HAND, arguments.action, arguments.name)
        if arguments.action == "disable":
            await people.disable(arguments.name)
            await people.administration.note(act)
            return 0
        if arguments.action == "reset":
            await people.accounts.reset(arguments.name)
            await people.administration.note(act)
            return 0
        password = await asyncio.to_thread(getpass.getpass, f"Password of {arguments.name}: ")
        if faults := password_faults(password):
            raise SeedError(f"{arguments.name}: {faults[0]}")
        hashed = await asyncio.to_thread(HASHER.hash, password)
        await people.save(Person(arguments.name, arguments.role, arguments.roc, hashed))
        await people.accounts.end_sessions(arguments.name)
        await people.administration.note(dataclasses.replace(act, detail=f"{arguments.role}, {arguments.roc}"))
    finally:
        await readers.close()
    return 0


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m shoreside.people", description=__doc__)
    parser.add_argument("action", choices=("add", "disable", "reset"))
    parser.add_argument("name")
    parser.add_argument("--role", choices=ROLES, default="viewer")
    parser.add_argument("--roc", default="")
    parser.add_argument("--config", type=Path, required=True)
    try:
        return asyncio.run(_run(parser.parse_args()))
    except (config.ConfigError, StoreDownError, SeedError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
