"""Command journal, ledger, events not yet acknowledged: small, durable, and damaged means no remote control (CMD-13).

Each record has its CRC, which covers its place too: its number, or the name it stands under. A mark beside the file counts
the writes that were committed: records that a damaged file, its WAL or a deletion took without a trace are missed by it (R6).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import apsw

from protocols.link.ledger import Witness
from shipside.storage.durable import SpoolError, Storage, close_as_it_is, open_whole, rows_of, text_of
from shipside.storage.kept_events import KeptEvents, Waiting
from shipside.storage.ledger import Ledger
from shipside.storage.mark import Mark
from shipside.storage.records import number as number_of
from shipside.storage.reserve import Reserve
from shipside.storage.small_records import named_crc

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS standing (name TEXT PRIMARY KEY, crc INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS written (count INTEGER NOT NULL);
"""
TABLES: Final = ("journal", "standing", "written")
"""Tables that are looked at in every start, however large the events beside them have made the file."""
RECORDS_MAX: Final = 20_000
"""Journal records kept: two for each of the orders that `control` remembers. Older ones are let go."""
BYTES_MAX: Final = 256 * 1024 * 1024
"""Most of the file: all records and events, at over 2 kB each."""
NO_CRC: Final = -1
"""What no record has: this one says that others are missing."""
MARKED: Final = 1
"""The mark's epoch: a journal has only one."""


class Journal:
    """One file, one writer, `synchronous=FULL`."""

    def __init__(self, path: Path | str, storage: Storage | None = None) -> None:
        """Open or make the journal (":memory:" for tests); raise SpoolError. `storage`: how it reaches its disk."""
        storage = storage or Storage()
        self._db, aside = open_whole(path, SCHEMA, storage, TABLES)
        self._mark = Mark(None if path == ":memory:" else Path(f"{path}.mark"))
        try:
            self._reserve = Reserve(self._db, path, BYTES_MAX, storage.steps_bytes)
            self._events = KeptEvents(self._db, self._make_room)
            self.ledger = Ledger(self._db)
            self._seal_former()
            self._written = number_of(self._db, "SELECT max(count) FROM written")
            self._look()
            if aside is not None:
                self._damaged("damaged journal set aside")
            elif self._written < self._mark.used:
                self._damaged(f"{self._mark.used - self._written} writes are not in the journal any more")
        except apsw.Error as error:
            close_as_it_is(self._db)
            raise SpoolError(f"the journal {path} cannot be opened: {error}; make room on the disk") from error

    def _damaged(self, why: str) -> None:
        """Note, as a damaged record, that something is missing: a restart does not forget it before the bridge re-arms."""
        self._written = max(self._written, self._mark.used)
        with self._db:
            self._db.execute("INSERT INTO journal VALUES (?, ?, ?)", (self._last + 1, NO_CRC, why.encode()))
            self._count(self._written)
        self._look()

    def _look(self) -> None:
        """Read how many records there are and the highest number among them: what SQLite remembers of it may be damaged."""
        self._last = number_of(self._db, "SELECT max(number) FROM journal")
        self._held = number_of(self._db, "SELECT count(*) FROM journal")

    def _seal_former(self) -> None:
        """Give records of a former version, whose CRC was of their bytes alone, one that covers their place."""
        if number_of(self._db, "PRAGMA user_version"):
            return
        with self._db:
            for number, crc, record in rows_of(self._db, "SELECT number, crc, record FROM journal"):
                if isinstance(number, int) and isinstance(record, bytes) and zlib.crc32(record) == crc:
                    self._db.execute(
                        "UPDATE journal SET crc = ? WHERE number = ?", (named_crc(str(number), record), number)
                    )
            for name, crc, record in rows_of(self._db, "SELECT name, crc, record FROM standing"):
                if isinstance(name, str) and isinstance(record, bytes) and zlib.crc32(record) == crc:
                    self._db.execute("UPDATE standing SET crc = ? WHERE name = ?", (named_crc(name, record), name))
        self._db.execute("PRAGMA user_version = 1")

    def _rows(self, table: str, place: str) -> Iterator[tuple[int | bytes, bytes | None]]:
        """Yield (place, record) of a table in order; None for a record that is damaged."""
        at_once = "number" if place == "number" else "CAST(name AS BLOB)"
        query = f"SELECT {at_once}, crc, CAST(record AS BLOB) FROM {table} ORDER BY {place}"  # noqa: S608 - ours
        for at, crc, record in rows_of(self._db, query):
            if isinstance(at, int | bytes):
                is_whole = isinstance(record, bytes) and named_crc(text_of(at), record) == crc
                yield at, record if is_whole and isinstance(record, bytes) else None

    def records(self) -> tuple[list[bytes], int]:
        """Return the records of former boots, standing ones first, then oldest first, and how many are damaged."""
        found = [record for _, record in (*self._rows("standing", "name"), *self._rows("journal", "number"))]
        good = [record for record in found if record is not None]
        return good, len(found) - len(good)

    def rearm(self) -> None:
        """Forget damaged records: the bridge has re-armed (CMD-13); raise SpoolError when it cannot be written."""
        try:
            numbers = [(at,) for at, record in self._rows("journal", "number") if record is None]
            names = [(at,) for at, record in self._rows("standing", "name") if record is None]
            with self._db:
                self._db.executemany("DELETE FROM journal WHERE number = ?", numbers)
                self._db.executemany("DELETE FROM standing WHERE CAST(name AS BLOB) = ?", names)
            self._look()
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
        with self._db:
            self._enter(record, standing)
            self._count(self._written + 1)
        self._written += 1
        if not standing:
            self._last, self._held = self._last + 1, min(self._held + 1, RECORDS_MAX)
        self._mark.use(MARKED, self._written)  # after the commit: what it counts is there

    def _enter(self, record: bytes, standing: str) -> None:
        if standing:
            row = (standing, named_crc(standing, record), record)
            self._db.execute("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", row)
            return
        number, surplus = self._last + 1, max(0, self._held + 1 - RECORDS_MAX)
        self._db.execute("INSERT INTO journal VALUES (?, ?, ?)", (number, named_crc(str(number), record), record))
        if surplus:
            oldest = "SELECT number FROM journal ORDER BY number LIMIT ?"
            self._db.execute(f"DELETE FROM journal WHERE number IN ({oldest})", (surplus,))  # noqa: S608 - a literal

    def _count(self, written: int) -> None:
        self._db.execute("DELETE FROM written")
        self._db.execute("INSERT INTO written VALUES (?)", (written,))

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
        self.ledger.grown(entry)  # pyright: ignore[reportPossiblyUnboundVariable] - apsw's `with` swallows nothing

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
        self._mark.close()
        self._db.close()
