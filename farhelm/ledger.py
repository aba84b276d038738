"""`farhelm ledger verify`: is every entry what was written, is none missing, and do ship and shore hold the same? (LED-03)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from protocols.link.ledger import EMPTY, Entry, Head, faults

app = typer.Typer(no_args_is_help=True, help="Look at the ledgers of a ship and of the shore.")
SHOWN_MAX: Final = 20
"""Faults printed; the first tells where to look, the rest follow from it as often as not."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger as it was read, with the heads of it that the other side has signed, or holds."""

    entries: tuple[Entry, ...]
    start: Head
    heads: tuple[Head, ...]
    of_other: dict[str, tuple[Head, ...]]
    """Heads of the other side's ledgers that are kept here, by vessel; the ship's file has no name for the shore: ""."""


@app.command()
def verify(
    journal: Annotated[Path | None, typer.Option("--journal", help="The ship's journal file, e.g. journal.db.")] = None,
    database: Annotated[str, typer.Option("--database", help="URL of the shore's database.")] = "",
    vessel: Annotated[str, typer.Option("--vessel", help="Which vessel's file it is, where both are given.")] = "",
) -> None:
    """Look at every entry of a ledger; with both sides' given, hold each against the heads that the other keeps.

    Ends with 0 where all is whole, with 1 where one entry was changed, removed, moved or cut off.

    Examples:
      farhelm ledger verify --journal /var/lib/farhelm/journal.db

      farhelm ledger verify --journal journal.db --database postgresql://farhelm@127.0.0.1/farhelm --vessel otter
    """
    if journal is None and not database:
        raise typer.BadParameter("name a --journal, a --database, or both")
    aboard = None if journal is None else read_aboard(journal)
    ashore = read_ashore(database) if database else None
    found: list[str] = []
    if aboard is not None:
        theirs = () if ashore is None else ashore.of_other.get(vessel, ())
        found += report(f"aboard ({journal})", aboard, (*aboard.heads, *theirs))
    if ashore is not None:
        theirs = () if aboard is None else aboard.of_other.get("", ())
        found += report("ashore", ashore, (*ashore.heads, *theirs))
    raise typer.Exit(1 if found else 0)


def report(where: str, ledger: Ledger, heads: Iterable[Head]) -> list[str]:
    """Print what is to be said of one ledger; return its faults."""
    known = {head.count: head for head in heads}
    found = faults(ledger.entries, [head for head in known.values() if head.count > ledger.start.count], ledger.start)
    end = Head(ledger.entries[-1].number, ledger.entries[-1].hash) if ledger.entries else ledger.start
    typer.echo(f"{where}: {len(ledger.entries)} entries, the last is {end.count}, hash {end.hash.hex()[:16]}")
    typer.echo(f"  held against {len(known)} heads that the other side has signed for or keeps")
    for fault in found[:SHOWN_MAX]:
        typer.echo(f"  FAULT: {fault}")
    typer.echo(f"  {len(found)} faults" if found else "  whole")
    return found


def read_aboard(path: Path) -> Ledger:
    """Return the ledger in a ship's journal file; raise BadParameter where it is none, or cannot be read."""
    import apsw

    from protocols.errors import ProtocolError
    from protocols.link import signing
    from protocols.link.ledger import Witness
    from shipside.storage.durable import rows_of
    from shipside.storage.ledger import Ledger as Aboard

    if not path.is_file():
        raise typer.BadParameter(f"{path} is not there", param_hint="--journal")
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        rows = list(rows_of(connection, "SELECT signed FROM ledger_witness ORDER BY count"))
        kept = Aboard(connection, is_read_only=True)
        entries, start, heads = tuple(kept.entries()), kept.start(), tuple(kept.heads())
    except apsw.Error as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}", param_hint="--journal") from error
    shore: list[Head] = []
    for (signed,) in rows:
        try:
            shore.append(
                Witness.from_bytes(signing.open_envelope(signed if isinstance(signed, bytes) else b"").body).shore
            )
        except ProtocolError as error:
            typer.echo(f"a word of the shore in {path} cannot be read: {error}")
    return Ledger(entries, start, heads, {"": tuple(shore)})


def read_ashore(url: str) -> Ledger:
    """Return the ledger in the shore's database; raise BadParameter where it cannot be read."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            rows = connection.execute("SELECT id, cause, signed, hash FROM ledger ORDER BY id").fetchall()
            own = connection.execute("SELECT shore_count, shore_hash FROM ledger_head").fetchall()
            theirs = connection.execute(
                "SELECT slug, count, hash FROM ledger_head JOIN vessel ON id = vessel_id ORDER BY count"
            ).fetchall()
    except psycopg.Error as error:
        raise typer.BadParameter(f"the database cannot be read: {error}", param_hint="--database") from error
    held: dict[str, list[Head]] = {}
    for slug, count, digest in theirs:
        held.setdefault(slug, []).append(Head(count, digest))
    old = [row for row in rows if row[1] is None]
    entries = tuple(Entry(*row) for row in rows[len(old) :])
    start = _old_head([(number, signed, digest) for number, _, signed, digest in old])
    of_other = {slug: tuple(heads) for slug, heads in held.items()}
    return Ledger(entries, start, tuple(Head(count, digest) for count, digest in own), of_other)


def _old_head(rows: list[tuple[int, bytes, bytes]]) -> Head:
    """Return the head of entries from before migration 0070, whose hash is SHA-256(previous hash, signed bytes)."""
    head = EMPTY
    for number, signed, digest in rows:
        if number != head.count + 1 or hashlib.sha256(head.hash + signed).digest() != digest:
            typer.echo(f"FAULT: entry {number} of the first version is not what was written")
            raise typer.Exit(1)
        head = Head(number, digest)
    return head
