"""Signed events on disk until the shore has committed them, in the database of whoever tells them: journal or spool."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import apsw

from shipside.storage.durable import rows_of, text_of

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS event (boot_id TEXT NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (boot_id, seq)) WITHOUT ROWID;
"""
DROP_AT_ONCE: Final = 32
"""Events let go together when there is no room for another."""
EVENTS_MAX: Final = 100_000
"""Events kept for the shore: a month of a busy ship without a link. The oldest goes first and is a gap ashore."""
Waiting = tuple[str, int, bytes]
"""(boot id, sequence, signed bytes)"""


class EventKeeper(Protocol):
    """Where events are kept; each verb that writes raises SpoolError when it cannot."""

    def keep_event(self, boot_id: str, seq: int, signed: bytes) -> None:
        """Keep a signed event until it is acknowledged."""
        ...

    def events(self, count: int) -> list[Waiting]:
        """Return up to `count` events that wait, in order."""
        ...

    def acknowledged(self, boot_id: str, through_seq: int) -> None:
        """Let go of the events that the shore has committed."""
        ...


class KeptEvents:
    """The table of events in an open database; what it cannot do it raises as apsw.Error."""

    def __init__(self, database: apsw.Connection, make_room: Callable[[], bool]) -> None:
        """Keep events in `database`; `make_room` returns False when nothing of less worth can go for them."""
        self._db, self._make_room = database, make_room
        self.dropped_count = 0
        """Events that went for newer ones: a gap ashore."""
        self.damaged_count = 0
        """Events whose bytes were no longer those that were written: a gap ashore."""
        database.execute(SCHEMA)
        if "crc" not in [row[1] for row in database.execute("PRAGMA table_info(event)")]:
            database.execute("ALTER TABLE event ADD COLUMN crc INTEGER")  # NULL: written before there was one
        row = database.execute("SELECT count(*) FROM event").fetchone()
        self._count = row[0] if row is not None and isinstance(row[0], int) else 0

    @property
    def count(self) -> int:
        """Events that wait."""
        return self._count

    def keep(self, boot_id: str, seq: int, signed: bytes) -> None:
        """Keep one event durably; the oldest events go where nothing else can make room."""
        self.keep_by(lambda: self.put(boot_id, seq, signed))

    def put(self, boot_id: str, seq: int, signed: bytes) -> None:
        """Write one event, inside a transaction of the caller's if there is one."""
        row = (boot_id, seq, signed, event_crc(boot_id, seq, signed))
        self._db.execute("INSERT OR REPLACE INTO event (boot_id, seq, bytes, crc) VALUES (?, ?, ?, ?)", row)

    def keep_by(self, write: Callable[[], None]) -> None:
        """Have `write` keep one event, and make room for it where there is none."""
        while True:
            try:
                write()
                break
            except apsw.FullError:
                if not self._make_room() and not self.drop_oldest():
                    raise
        self._count += 1
        if self._count > EVENTS_MAX:
            self.drop_oldest()

    def drop_oldest(self) -> bool:
        """Let the oldest events go, counted; return False when there are none."""
        gone = self._delete("(boot_id, seq) IN (SELECT boot_id, seq FROM event LIMIT ?)", (DROP_AT_ONCE,))
        self.dropped_count += gone
        return gone > 0

    def waiting(self, count: int) -> list[Waiting]:
        """Return up to `count` events in order; a damaged one is let go and counted."""
        found: list[Waiting] = []
        query = "SELECT CAST(boot_id AS BLOB), seq, CAST(bytes AS BLOB), crc FROM event ORDER BY boot_id, seq LIMIT ?"
        for name, seq, signed, crc in rows_of(self._db, query, (count,)):
            boot_id = text_of(name)
            if isinstance(seq, int) and isinstance(signed, bytes) and is_event_whole(boot_id, seq, signed, crc):
                found.append((boot_id, seq, signed))
            elif isinstance(name, bytes) and isinstance(seq, int):
                self.damaged_count += self._delete("CAST(boot_id AS BLOB) = ? AND seq = ?", (name, seq))
        return found

    def acknowledged(self, boot_id: str, through_seq: int) -> None:
        """Let go of the events of one boot up to `through_seq`."""
        self._delete("boot_id = ? AND seq <= ?", (boot_id, through_seq))

    def _delete(self, which: str, values: tuple[str | int | bytes, ...]) -> int:
        before = self._db.total_changes()
        with self._db:
            self._db.execute(f"DELETE FROM event WHERE {which}", values)  # noqa: S608 - four literals of this file
        gone = self._db.total_changes() - before
        self._count -= gone
        return gone


def event_crc(boot_id: str, seq: int, signed: bytes) -> int:
    """Return the CRC of an event and of its name."""
    return zlib.crc32(signed, zlib.crc32(f"{boot_id} {seq}".encode()))


def is_event_whole(boot_id: str, seq: int, signed: bytes, crc: object) -> bool:
    """Return whether an event is what was written; former versions had a CRC of its bytes alone, or none."""
    return crc is None or crc in (event_crc(boot_id, seq, signed), zlib.crc32(signed))
