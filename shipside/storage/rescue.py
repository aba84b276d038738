"""What can still be read of a damaged spool, little by little, so that the agent need not wait for it."""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw

from protocols.link.cbor import Plain
from shipside.storage.durable import close_as_it_is, rows_of, text_of
from shipside.storage.kept_events import is_event_whole
from shipside.storage.small_records import SmallRecords

LEAP_MAX: Final = 1 << 20
"""Farthest leap over what cannot be read; two days at 5 Hz. Beyond it nothing is expected."""


@dataclass(frozen=True, slots=True)
class Rescued:
    """One batch that was whole."""

    seq: int
    encoded: bytes
    table: str


class Rescue:
    """Reads the tables of a damaged file in order of sequence, leaping over what is broken."""

    def __init__(self, path: Path, tables: tuple[str, ...]) -> None:
        """Read the set-aside database at `path`; a file that is none gives nothing."""
        self._tables = list(tables)
        self._cursor = 0
        self._leap = 1
        self._db: apsw.Connection | None = None
        try:
            self._db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        except apsw.Error:
            self._tables = []

    @property
    def is_done(self) -> bool:
        """True when there is no more to come."""
        return not self._tables

    def events(self) -> list[tuple[str, int, bytes]]:
        """Return the events that are whole, as far as they can be read: (boot id, sequence, signed bytes)."""
        found: list[tuple[str, int, bytes]] = []
        with contextlib.suppress(apsw.Error):
            query = "SELECT CAST(boot_id AS BLOB), seq, CAST(bytes AS BLOB), crc FROM event"
            rows = rows_of(self._db, query) if self._db is not None else []
            for name, seq, signed, crc in rows:
                boot_id = text_of(name)
                if not isinstance(seq, int) or not isinstance(signed, bytes) or crc is None:
                    continue
                if is_event_whole(boot_id, seq, signed, crc):
                    found.append((boot_id, seq, signed))
        return found

    def small(self) -> list[tuple[str, dict[str, Plain]]]:
        """Return the small records that are whole, as far as they can be read."""
        found: list[tuple[str, dict[str, Plain]]] = []
        with contextlib.suppress(apsw.Error):
            held = SmallRecords(self._db) if self._db is not None else None
            rows = rows_of(self._db, "SELECT CAST(name AS BLOB) FROM small") if self._db is not None else []
            for name in [text_of(row[0]) for row in rows]:
                record = held.get(name) if held is not None else {}
                found += [(name, record)] if record else []
        return found

    def take(self, count: int) -> list[Rescued]:
        """Return up to `count` whole batches; possibly none though it is not done."""
        if self._db is None or not self._tables:
            return []
        table = self._tables[0]
        found: list[Rescued] = []
        try:
            query = f"SELECT seq, crc, CAST(bytes AS BLOB) FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - our tables
            rows = rows_of(self._db, query, (self._cursor, count))
        except apsw.Error:
            self._leap_on()
            return found
        for seq, crc, encoded in rows:
            if isinstance(seq, int) and isinstance(encoded, bytes) and checksum(seq, encoded) == crc:
                found.append(Rescued(seq, encoded, table))
        if found:
            self._cursor, self._leap = found[-1].seq, 1
        elif rows:
            self._leap_on()
        else:
            self._next_table()
        return found

    def _leap_on(self) -> None:
        """Go on behind what cannot be read: one sequence, then two, four, ..."""
        self._cursor += self._leap
        self._leap *= 2
        if self._leap > LEAP_MAX:
            self._next_table()

    def _next_table(self) -> None:
        self._tables.pop(0)
        self._cursor, self._leap = 0, 1
        if not self._tables and self._db is not None:
            close_as_it_is(self._db)


def checksum(seq: int, encoded: bytes) -> int:
    """Return the CRC of a record: of its bytes and of its sequence, so that a record under another's name is damaged."""
    return zlib.crc32(encoded, zlib.crc32(seq.to_bytes(8, "little")))
