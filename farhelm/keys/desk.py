"""What the Master is about to sign: the next roster or grant from the last, and in words what changes. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from farhelm.keys.rights import RIGHTS
from protocols.errors import MalformedError
from protocols.link.roster import ENTRIES_MAX, Grant, Roster, RosterEntry
from protocols.link.signing import PUBLIC_KEY_BYTES

DAY_NS = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, UTC ns."""

    begin_ns: int
    end_ns: int


def entry_of(row: Mapping[str, object], span: Span) -> RosterEntry:
    """Return the entry for a key whose enrolment was asked for; raise MalformedError with what is wrong in the row."""
    words = {name: row.get(name) for name in ("person", "role", "roc", "console", "public_key")}
    missing = [name for name, value in words.items() if not isinstance(value, str)]
    if missing:
        raise MalformedError(f"an enrolment without {', '.join(missing)}")
    person, role, roc, console, encoded = (str(value) for value in words.values())
    if role not in RIGHTS:
        raise MalformedError(f"{person}: the role {role!r} signs nothing; only {', '.join(RIGHTS)} have keys")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise MalformedError(f"{person}: the public key is not base64") from error
    if len(key) != PUBLIC_KEY_BYTES:
        raise MalformedError(f"{person}: the public key has {len(key)} bytes, not {PUBLIC_KEY_BYTES}")
    return RosterEntry(person, role, roc, console, key, RIGHTS[role], span.begin_ns, span.end_ns)


def enrolled(roster: Roster, new: Iterable[RosterEntry], *, replaces: bool) -> Roster:
    """Return the next roster with `new` in it; a key that is there already is renewed.

    `replaces`: the other keys of the same person at the same console go (rotation). Raise MalformedError when it is full.
    """
    added = tuple(new)
    keys = {entry.public_key for entry in added}
    rotated = {(entry.person, entry.console) for entry in added} if replaces else set[tuple[str, str]]()
    kept = tuple(
        one for one in roster.entries if one.public_key not in keys and (one.person, one.console) not in rotated
    )
    if len(kept) + len(added) > ENTRIES_MAX:
        raise MalformedError(f"a roster holds {ENTRIES_MAX} keys at most; revoke some that are not used")
    return replace(roster, version=roster.version + 1, entries=kept + added)


def revoked(roster: Roster, person: str, console: str | None, key_id: bytes | None) -> Roster:
    """Return the next roster without the keys of `person`; None means at any console, any key.

    Raise MalformedError when no key is meant: a misspelt name must not pass for a revocation.
    """
    kept = tuple(
        one
        for one in roster.entries
        if one.person != person
        or (console is not None and one.console != console)
        or (key_id is not None and one.key_id != key_id)
    )
    if len(kept) == len(roster.entries):
        people = ", ".join(sorted({one.person for one in roster.entries})) or "nobody"
        raise MalformedError(f"no key of {person!r} is meant by that; in the roster: {people}")
    return replace(roster, version=roster.version + 1, entries=kept)


def next_grant(last: Grant | None, wanted: Grant) -> Grant:
    """Return the grant to be signed: a version above the last one's."""
    version = (last.version if last is not None else 0) + 1
    return replace(wanted, version=version, id=f"{wanted.vessel}-{version}")


def changes(before: Roster, after: Roster) -> list[str]:
    """Return in words what the new roster changes, one line a key."""
    old, new = ({entry.public_key: entry for entry in roster.entries} for roster in (before, after))
    words = [f"+ {line(new[key])}" for key in new if key not in old]
    words += [f"- {line(old[key])}" for key in old if key not in new]
    words += [f"~ {line(new[key])}" for key in new if key in old and old[key] != new[key]]
    return words


def line(entry: RosterEntry) -> str:
    """Return one key of a roster in a line."""
    where = entry.console or "key file"
    return (
        f"{entry.person}, {entry.role}, {entry.roc or 'no ROC'}, {where}, key {entry.key_id.hex()}: "
        f"{', '.join(entry.rights)}"
    )


def standing(begin_ns: int, end_ns: int, utc_ns: int) -> str:
    """Return in words whether something is valid now."""
    if utc_ns < begin_ns:
        return f"not before {round((begin_ns - utc_ns) / DAY_NS, 1)} days from now"
    if utc_ns > end_ns:
        return f"EXPIRED {round((utc_ns - end_ns) / DAY_NS, 1)} days ago"
    return f"valid for {round((end_ns - utc_ns) / DAY_NS, 1)} days"
