"""Where the shore is and as whom we speak: from a demo's `demo.json`, or from options."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.errors import MalformedError
from protocols.link.keyfile import key_of_pem

ROSTER_S: Final = 5.0
"""Longest wait for the roster that tells whose key it is."""


class AccessError(Exception):
    """There is no way in; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    vessel: str
    demo: Path | None
    url: str
    token: str
    key: Path | None
    person: str
    state: Path | None


@dataclass(frozen=True, slots=True)
class Access:
    """A way in."""

    vessel: str
    url: str
    token: str
    person: str
    """Empty when it has still to be found in the roster by the key."""
    key: Ed25519PrivateKey
    state: Path
    """Folder of the session file."""


def find(options: Options) -> Access:
    """Return the way in that `options` describe, the demo's for what they leave out; raise AccessError."""
    facts = _demo(options.demo) if options.demo is not None else {}
    if facts:
        _check_vessel(options.vessel, facts, options.demo)
    url = options.url or str(facts.get("console_url", ""))
    if not url.startswith(("http://", "https://")):
        raise AccessError("say where the shore is: --demo FOLDER, or --url http://HOST:PORT with --token and --key")
    person = options.person or ("" if options.key else _operator(facts))
    token = options.token or _texts(facts, "tokens").get(_role(facts, person) or "operator", "")
    if not token:
        raise AccessError("no API token: add --token, or set FARHELM_TOKEN")
    path = options.key or _key_path(facts, person)
    return Access(options.vessel, url.rstrip("/"), token, person, key_in(path), _state(options))


def way_in(demo: Path | None, url: str, token: str, role: str) -> tuple[str, str]:
    """Return URL and token as said, else those that a demo has for `role`; raise AccessError where one is missing."""
    facts = _demo(demo) if demo is not None else {}
    where = url or str(facts.get("console_url", ""))
    if not where.startswith(("http://", "https://")):
        raise AccessError("say where the shore is: --demo FOLDER, or --url http://HOST:PORT with --token")
    word = token or _texts(facts, "tokens").get(role, "")
    if not word:
        raise AccessError("no API token: add --token, or set FARHELM_TOKEN")
    return where.rstrip("/"), word


def person_of(access: Access) -> str:
    """Return whose key it is, by the ship's roster as the shore has it; raise AccessError with what to do."""
    import httpx

    from protocols.link.signing import public_bytes

    mine = base64.b64encode(public_bytes(access.key)).decode()
    address, headers = f"{access.url}/api/v1/roster", {"Authorization": f"Bearer {access.token}"}
    try:
        answer = httpx.get(address, params={"vessel": access.vessel}, headers=headers, timeout=ROSTER_S)
        found: dict[str, list[dict[str, str]]] = answer.json()
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        detail = cast("dict[str, object]", error.response.json()).get("detail", "")
        raise AccessError(f"the shore answers {error.response.status_code}: {detail}") from error
    except (httpx.HTTPError, ValueError) as error:
        raise AccessError(f"no connection to {access.url}: {error}") from error
    for entry in found["entries"]:
        if entry["public_key"] == mine:
            return entry["person"]
    raise AccessError(f"this key is not in the roster of {access.vessel}: have it enrolled, or say --as PERSON")


def _demo(folder: Path) -> dict[str, object]:
    path = folder / "demo.json"
    try:
        facts: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccessError(f"{path}: {error.strerror}; start the demo: farhelm demo --data {folder}") from error
    except ValueError as error:
        raise AccessError(f"{path} is not JSON: {error}") from error
    if not isinstance(facts, dict):
        raise AccessError(f"{path} holds no JSON object")
    return cast("dict[str, object]", facts)


def _rows(facts: dict[str, object], name: str) -> list[dict[str, object]]:
    rows = facts.get(name)
    return cast("list[dict[str, object]]", rows) if isinstance(rows, list) else []


def _texts(facts: dict[str, object], name: str) -> dict[str, str]:
    table = facts.get(name)
    return cast("dict[str, str]", table) if isinstance(table, dict) else {}


def _check_vessel(vessel: str, facts: dict[str, object], folder: Path | None) -> None:
    known = [str(row.get("vessel")) for row in _rows(facts, "vessels")]
    if vessel not in known:
        raise AccessError(f"the demo in {folder} has no vessel {vessel!r}; it has {', '.join(known) or 'none yet'}")


def _operator(facts: dict[str, object]) -> str:
    """Return the first operator who has a key file; empty where there is none."""
    keys = _texts(facts, "keys")
    people = [str(row["person"]) for row in _rows(facts, "people") if row["role"] == "operator"]
    return next((person for person in people if person in keys), "")


def _role(facts: dict[str, object], person: str) -> str:
    return next((str(row["role"]) for row in _rows(facts, "people") if row["person"] == person), "")


def _key_path(facts: dict[str, object], person: str) -> Path:
    keys = _texts(facts, "keys")
    if person not in keys:
        known = f"; key files are there for {', '.join(keys)}" if keys else ""
        raise AccessError(f"no key file{f' of {person}' if person else ''}: add --key{known}")
    return Path(keys[person])


def key_in(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file; raise AccessError with what is wrong and what to do."""
    try:
        return key_of_pem(path.read_bytes())
    except OSError as error:
        raise AccessError(f"the key file {path} cannot be read: {error.strerror}") from error
    except MalformedError as error:
        raise AccessError(f"the key file {path} cannot be used: {error}") from error


def _state(options: Options) -> Path:
    if options.state is not None:
        return options.state
    if options.demo is not None:
        return options.demo / "conn"
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "farhelm" / "conn"
