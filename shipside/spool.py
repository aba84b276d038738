"""What must not be lost, on disk: batches until the shore has committed them (architecture.md 4; reliability.md R1, R5, R6).

One writer, `synchronous=FULL`: a batch that `add` has returned survives a power cut. Each record has its CRC; a damaged one
is a reported gap, never a wrong value. A full disk does not lock us out (`reserve`): then the oldest make room.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import apsw

from shipside.reserve import Reserve

DROP_AT_ONCE: Final = 64
"""Batches dropped together: 13 s at 5 Hz, so that a full spool is not searched for each new batch."""
ROOM_BYTES: Final = 4 * 1024 * 1024
"""Left free above the limit for deletions, which need pages too."""
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS batch (seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class SpoolError(Exception):
    """The spool cannot be opened or written; the message says what to do."""


def open_whole(path: Path | str, schema: str) -> tuple[apsw.Connection, bool]:
    """Return a durable database at `path` and True when a damaged one had to be set aside; raise SpoolError."""
    try:
        if path == ":memory:":
            return _opened(path, schema), False
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            return _opened(path, schema), False
        except (apsw.NotADBError, apsw.CorruptError):
            for suffix in ("", "-wal", "-shm"):
                part = Path(f"{path}{suffix}")
                if part.exists():
                    part.replace(_free_name(part))
            return _opened(path, schema), True
    except (apsw.Error, OSError) as error:
        raise SpoolError(f"{path} cannot be opened: {error}; check the folder, its owner and the disk") from error


def _opened(path: Path | str, schema: str) -> apsw.Connection:
    database = apsw.Connection(str(path))
    try:
        database.set_busy_timeout(2000)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise apsw.CorruptError("the file is damaged")  # noqa: TRY301 - closed below, like what SQLite itself raises
        database.execute(schema)
    except BaseException:
        database.close()
        raise
    return database


def _free_name(path: Path) -> Path:
    number = 1
    while (wanted := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    return wanted


class Spool:
    """Batches by sequence within one epoch."""

    def __init__(self, path: Path | str, bytes_max: int, epoch: int) -> None:
        """Open the spool at `path` (":memory:" for tests), or make it with `epoch`; raise SpoolError."""
        self._bytes_max = bytes_max
        self.dropped: list[tuple[int, int]] = []
        """(first, last) sequences dropped because the spool was full, oldest first; the shore is told."""
        self.damaged_count = 0
        self._db, self.was_damaged = open_whole(path, SCHEMA)
        try:
            self._reserve = Reserve(self._db, path, bytes_max + ROOM_BYTES)
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('epoch', ?)", (epoch,))
            self.epoch = self._number("SELECT value FROM about WHERE name='epoch'")
            self._bytes = self._number("SELECT coalesce(sum(length(bytes)), 0) FROM batch")
        except apsw.Error as error:
            raise SpoolError(f"the spool {path} cannot be opened: {error}; make room on the disk") from error

    @property
    def last_seq(self) -> int:
        """Sequence of the newest batch ever made; 0 before the first."""
        return self._number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name='batch'")

    @property
    def count(self) -> int:
        """Batches that the shore has not acknowledged."""
        return self._number("SELECT count(*) FROM batch")

    @property
    def bytes_held(self) -> int:
        """Bytes of all batches held."""
        return self._bytes

    def disk_used_pct(self) -> float | None:
        """Return how full the spool's disk is, per cent; None where it cannot be told."""
        return self._reserve.disk_used_pct()

    def add(self, seq: int, encoded: bytes) -> None:
        """Write batch `seq` durably; drop the oldest where there is no room. Raise SpoolError when it cannot be written."""
        self._make_room(len(encoded))
        try:
            while not self._inserted(seq, encoded):
                if not self._reserve.grow() and not self._drop_oldest():
                    raise SpoolError(f"batch {seq} cannot be written: the disk is full; make room on it")
        except apsw.Error as error:
            raise SpoolError(f"batch {seq} cannot be written: {error}; make room on the disk") from error
        self._bytes += len(encoded)

    def _inserted(self, seq: int, encoded: bytes) -> bool:
        """Write a batch; return False when there is no room for it."""
        try:
            self._db.execute("INSERT INTO batch VALUES (?, ?, ?)", (seq, zlib.crc32(encoded), encoded))
        except apsw.FullError:
            return False
        return True

    def after(self, seq: int, count: int) -> list[int]:
        """Return up to `count` sequences above `seq`, ascending."""
        rows = self._db.execute("SELECT seq FROM batch WHERE seq > ? ORDER BY seq LIMIT ?", (seq, count))
        return [row[0] for row in rows if isinstance(row[0], int)]

    def get(self, seq: int) -> bytes | None:
        """Return batch `seq`; None when it is gone, or damaged: then it is deleted and counted."""
        try:
            row = self._db.execute("SELECT crc, bytes FROM batch WHERE seq = ?", (seq,)).fetchone()
        except apsw.CorruptError:
            row = (None, None)
        if row is None:
            return None
        encoded = row[1]
        if isinstance(encoded, bytes) and zlib.crc32(encoded) == row[0]:
            return encoded
        self.damaged_count += 1
        self.dropped.append((seq, seq))
        with contextlib.suppress(SpoolError):  # it stays damaged, and is never sent
            self.delete(0, (seq,))
        return None

    def delete(self, through: int, selected: Sequence[int]) -> None:
        """Delete what the shore has committed: everything up to `through`, and `selected`."""
        freed = 0
        try:
            with (
                self._db
            ):  # sizes are read of what goes only: a scan of a month's spool per acknowledgement would stall us
                for query, seq in (("seq <= ?", through), *(("seq = ?", seq) for seq in selected)):
                    row = self._db.execute(
                        f"SELECT coalesce(sum(length(bytes)), 0) FROM batch WHERE {query}",  # noqa: S608 - two literals
                        (seq,),
                    ).fetchone()
                    freed += row[0] if row is not None and isinstance(row[0], int) else 0
                    self._db.execute(f"DELETE FROM batch WHERE {query}", (seq,))  # noqa: S608 - two literals
        except apsw.Error as error:
            raise SpoolError(f"acknowledged batches cannot be deleted: {error}; make room on the disk") from error
        self._bytes -= freed

    def close(self) -> None:
        """Close the spool."""
        self._db.close()

    def _make_room(self, needed: int) -> None:
        while self._bytes + needed > self._bytes_max:
            if not self._drop_oldest():
                return

    def _drop_oldest(self) -> bool:
        """Let the oldest batches go and remember which; return False when there are none."""
        oldest = self.after(0, DROP_AT_ONCE)
        if oldest:
            self.delete(oldest[-1], ())
            self.dropped.append((oldest[0], oldest[-1]))
        return bool(oldest)

    def _number(self, query: str) -> int:
        row = self._db.execute(query).fetchone()
        return row[0] if row is not None and isinstance(row[0], int) else 0
