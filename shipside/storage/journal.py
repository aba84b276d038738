"""Command journal, ledger, events not yet acknowledged: small, durable, and damaged means no remote control (CMD-13)."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

import apsw

from protocols.link.ledger import Witness
from shipside.storage.durable import SpoolError, Storage, close_as_it_is, open_whole
from shipside.storage.kept_events import KeptEvents, Waiting
from shipside.storage.ledger import Ledger
from shipside.storage.reserve import Reserve

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS standing (name TEXT PRIMARY KEY, crc INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
"""
RECORDS_MAX: Final = 20_000
"""Journal records kept: two for each of the orders that `control` remembers. Older ones are let go."""
BYTES_MAX: Final = 256 * 1024 * 1024
"""Most of the file: all records and events, at over 2 kB each."""


class Journal:
    """One file, one writer, `synchronous=FULL`."""

    def __init__(self, path: Path | str, storage: Storage | None = None) -> None:
        """Open or make the journal (":memory:" for tests); raise SpoolError. `storage`: how it reaches its disk."""
        storage = storage or Storage()
        self._db, aside = open_whole(path, SCHEMA, storage)
        try:
            self._reserve = Reserve(self._db, path, BYTES_MAX, storage.steps_bytes)
            self._events = KeptEvents(self._db, self._make_room)
            self.ledger = Ledger(self._db)
            if (
                aside is not None
            ):  # kept as a damaged record, so that a restart does not forget it before the bridge re-arms
                self._db.execute("INSERT INTO journal (crc, record) VALUES (?, ?)", (0, b"damaged journal set aside"))
        except apsw.Error as error:
            close_as_it_is(self._db)
            raise SpoolError(f"the journal {path} cannot be opened: {error}; make room on the disk") from error

    def records(self) -> tuple[list[bytes], int]:
        """Return the records of former boots, standing ones first, then oldest first, and how many are damaged."""
        good: list[bytes] = []
        damaged = 0
        rows = [*self._db.execute("SELECT crc, record FROM standing ORDER BY name"),
                *self._db.execute("SELECT crc, record FROM journal ORDER BY number")]  # fmt: skip
        for crc, record in rows:
            if isinstance(record, bytes) and zlib.crc32(record) == crc:
                good.append(record)
            else:
                damaged += 1
        return good, damaged

    def rearm(self) -> None:
        """Forget damaged records: the bridge has re-armed (CMD-13); raise SpoolError when it cannot be written."""
        numbers = [
            number
            for number, crc, record in self._db.execute("SELECT number, crc, record FROM journal")
            if not isinstance(record, bytes) or zlib.crc32(record) != crc
        ]
        names = [
            name
            for name, crc, record in self._db.execute("SELECT name, crc, record FROM standing")
            if not isinstance(record, bytes) or zlib.crc32(record) != crc
        ]
        try:
            with self._db:
                self._db.executemany("DELETE FROM journal WHERE number = ?", [(number,) for number in numbers])
                self._db.executemany("DELETE FROM standing WHERE name = ?", [(name,) for name in names])
        except apsw.Error as error:
            raise SpoolError(f"the journal cannot be re-armed: {error}") from error

    def write(self, record: bytes, standing: str = "") -> None:
        """Write one record durably; raise SpoolError when it cannot be.

        One with a name in `standing` replaces the one of that name and is never let go for newer ones.
        """
        try:
            try:
                self._write(record, standing)
            except apsw.FullError:
                if not self._make_room():
                    self._events.drop_oldest()
                self._write(record, standing)
        except apsw.Error as error:
            raise SpoolError(f"the journal cannot be written: {error}") from error

    def _write(self, record: bytes, standing: str) -> None:
        crc = zlib.crc32(record)
        with self._db:
            if standing:
                self._db.execute("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", (standing, crc, record))
                return
            self._db.execute("INSERT INTO journal (crc, record) VALUES (?, ?)", (crc, record))
            self._db.execute(
                "DELETE FROM journal WHERE number <= (SELECT max(number) FROM journal) - ?", (RECORDS_MAX,)
            )

    @property
    def dropped_events_count(self) -> int:
        """Events that went for newer ones: their numbers are a gap ashore."""
        return self._events.dropped_count

    def keep_event(self, boot_id: str, seq: int, signed: bytes) -> None:
        """Keep a signed event until it is acknowledged, and its entry in the ledger for good, in one transaction (LED-01).

        Raise SpoolError when neither could be written.
        """
        try:
            self._events.keep_by(lambda: self._keep(boot_id, seq, signed))
        except apsw.Error as error:
            raise SpoolError(f"the event cannot be written: {error}") from error

    def _keep(self, boot_id: str, seq: int, signed: bytes) -> None:
        with self._db:
            self._events.put(boot_id, seq, signed)
            entry = self.ledger.put(boot_id, seq, signed)
        self.ledger.grown(entry)

    def _make_room(self) -> bool:
        """Make room by a step of the disk, else by letting old entries of the ledger go; False where there is neither."""
        return self._reserve.grow() or self.ledger.let_go()

    def witness(self, word: Witness, signed: bytes) -> str:
        """Keep the shore's word on the ledger; return how it differs, empty where it does not; raise SpoolError."""
        try:
            return self.ledger.witness(word, signed)
        except apsw.Error as error:
            raise SpoolError(f"the shore's word on the ledger cannot be written: {error}") from error

    def events(self, count: int) -> list[Waiting]:
        """Return up to `count` events that wait, in order."""
        return self._events.waiting(count)

    def acknowledged(self, boot_id: str, through_seq: int) -> None:
        """Let go of the events that the shore has committed; raise SpoolError when that cannot be written."""
        try:
            self._events.acknowledged(boot_id, through_seq)
        except apsw.Error as error:
            raise SpoolError(f"acknowledged events cannot be deleted: {error}; make room on the disk") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()
