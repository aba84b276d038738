"""The demo's people, their keys and tokens, and what her Master has signed for each vessel."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from farhelm.keys.rights import RIGHTS
from protocols.errors import MalformedError
from protocols.link import signing
from protocols.link.keyfile import key_of_pem
from protocols.link.orders import GROUPS
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain

ROC: Final = "Busan ROC"
OTHER_ROC: Final = "Ulsan ROC"
"""A second centre, to which the conn can be handed over."""
PEOPLE: Final = (
    ("ann", "operator", ROC), ("bob", "operator", OTHER_ROC), ("sue", "supervisor", ROC), ("max", "maintainer", ROC),
    ("ida", "analyst", ROC), ("vic", "viewer", ROC), ("kim", "master", ROC),
)  # fmt: skip
"""Who works here, by name, role (AUT-11) and centre."""
YEAR_NS: Final = 365 * 24 * 3600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the demo."""

    person: str
    role: str
    password: str
    token: str
    roc: str = ROC
    """Their centre; an earlier demo had one."""


def keep_secret(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def people_of(folder: Path) -> list[Person]:
    """Return the people of this demo; made with random passwords and tokens at the first start."""
    path = folder / "people-secrets.json"
    if path.exists():
        return [Person(**row) for row in json.loads(path.read_text())]
    made = [Person(name, role, secrets.token_urlsafe(9), secrets.token_urlsafe(32), roc) for name, role, roc in PEOPLE]
    keep_secret(path, json.dumps([asdict(person) for person in made]).encode())
    return made


def write_seed(folder: Path, people: list[Person]) -> Path:
    """Write the file from which the shore learns its people."""
    path = folder / "people.json"
    rows = [
        {
            "name": person.person, "role": person.role, "roc": person.roc, "password": person.password,
            "tokens": [{"name": f"{person.person}-demo", "token": person.token, "role": person.role}],
        }
        for person in people
    ]  # fmt: skip
    keep_secret(path, json.dumps({"people": rows}, indent=1).encode())
    return path


def key_of(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file; made at the first start, 0600. Raise MalformedError when the file holds none to be used."""
    if path.exists():
        try:
            return key_of_pem(path.read_bytes())
        except MalformedError as error:
            raise MalformedError(f"the key {path} cannot be used: {error}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate()
    keep_secret(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def program_entries(folder: Path, people: list[Person], utc_ns: int) -> tuple[RosterEntry, ...]:
    """Return roster entries for the key files with which programs sign as these people."""
    return tuple(
        RosterEntry(person.person, person.role, person.roc, "", signing.public_bytes(key_of(key_path(folder, person.person))),
                    RIGHTS[person.role], utc_ns - YEAR_NS, utc_ns + YEAR_NS)
        for person in people
        if person.role in RIGHTS
    )  # fmt: skip


def key_path(folder: Path, person: str) -> Path:
    """Return where the key file of a person lies."""
    return folder / "keys" / f"{person}.pem"


def write_beliefs(folder: Path, vessel: str, people: list[Person], utc_ns: int) -> None:
    """Write roster and grant of a vessel as her Master signs them, where there are none yet."""
    master = key_of(key_path(folder, "master"))
    beliefs = folder / "beliefs"
    beliefs.mkdir(exist_ok=True)
    roster_path, grant_path = beliefs / f"{vessel}.roster", beliefs / f"{vessel}.grant"
    if not roster_path.exists():
        roster = Roster(vessel, 1, program_entries(folder, people, utc_ns))
        roster_path.write_bytes(signing.sign(Domain.ROSTER, roster.to_bytes(), master))
    former = _grant_in(grant_path) if grant_path.exists() else None
    rocs = tuple(sorted({ROC} | {person.roc for person in people}))
    is_enough = former is not None and set(GROUPS) <= set(former.groups) and set(rocs) <= set(former.rocs)
    if not is_enough:  # an earlier demo's grant named the conn alone, and one centre
        version = 1 if former is None else former.version + 1
        grant = Grant(vessel, f"{vessel}-demo", "kim", rocs, GROUPS, ("setpoint", "direct"), utc_ns - YEAR_NS,
                      utc_ns + YEAR_NS, version)  # fmt: skip
        grant_path.write_bytes(signing.sign(Domain.GRANT, grant.to_bytes(), master))


def _grant_in(path: Path) -> Grant:
    return Grant.from_bytes(signing.open_envelope(path.read_bytes()).body)
