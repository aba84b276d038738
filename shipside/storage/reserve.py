"""Room that a database keeps for itself on the disk, so that a full disk cannot lock it out.

Measured: with a full disk a database in WAL mode can neither write nor delete, so it could never make room again. Here the
file grows only by steps that are written to the disk at once and emptied again, and its size is limited to what is written:
what is inside can then always be replaced, whoever fills the disk, and so can the WAL beside it, which grew by as much.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import apsw

from shipside.storage import room

STEPS_BYTES: Final = (4 * 1024 * 1024, 1024 * 1024, 256 * 1024)
"""What a database grows by, and what its WAL may hold: the largest that fits; 4 MB are 9 minutes of batches at 5 Hz."""
CHECKPOINT_PAGES: Final = 50
"""Pages in the WAL when it is written back: less than the smallest step, so that there is always room for a deletion."""
FREE_STEPS: Final = 4
"""Steps that must be free on the disk for one to be taken: its way leads through the WAL, and others write too."""
PAGE_BYTES: Final = 4096
SPARE_PAGES: Final = 8
"""What a step takes beside its own pages: the tree above them."""
CACHE_KB: Final = 256
"""Pages kept in memory: what is appended is not read again soon, and the default of 2 MB is 2 % of the agent."""
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS reserve (bytes BLOB NOT NULL)"


class Reserve:
    """Lets one database grow by steps."""

    def __init__(
        self, database: apsw.Connection, path: Path | str, bytes_max: int, steps: tuple[int, ...] = STEPS_BYTES
    ) -> None:  # fmt: skip
        """Keep room for `database` at `path` (":memory:" for tests), of at most `bytes_max`, by steps of `steps` bytes."""
        self._db, self._steps = database, steps
        self._folder = None if path == ":memory:" else Path(path).absolute().parent
        self._pages_max = bytes_max // PAGE_BYTES
        database.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}").fetchall()
        database.execute(f"PRAGMA cache_size=-{CACHE_KB}").fetchall()
        database.execute(_SCHEMA)
        database.execute("DELETE FROM reserve")
        if self._folder is not None:
            self._limit(self._pages())
            self._open_up()
        else:
            self._limit(self._pages_max)

    def grow(self) -> bool:
        """Take one step; return False where the limit or the disk has no room for it, and all stays as it was."""
        before = self._pages()
        try:
            step = self._fitting()
            if step == 0:
                return False
            self._limit(before + step // PAGE_BYTES + SPARE_PAGES)
            self._fill_and_empty(step)
        except (apsw.Error, OSError):
            return False
        finally:
            if self._folder is not None:
                self._limit(self._pages())
        return self._pages() > before

    def disk_used_pct(self) -> float | None:
        """Return how full the disk is, per cent; None where there is no disk, or it cannot be told."""
        if self._folder is None:
            return None
        try:
            return room.used_pct(self._folder)
        except OSError:
            return None

    def _fitting(self) -> int:
        """Return the bytes of the largest step for which there is room; 0 when there is none."""
        if self._folder is None:
            return 0
        free, left = room.free_bytes(self._folder), (self._pages_max - self._pages()) * PAGE_BYTES
        return next((step for step in self._steps if free >= FREE_STEPS * step and left >= step), 0)

    def _open_up(self) -> None:
        """Have a step of free pages and a WAL of its size from the first moment, as far as the disk has room."""
        free = self._number("PRAGMA freelist_count") * PAGE_BYTES
        step = next((step for step in self._steps if free >= step), 0)
        if step < self._steps[0] and self.grow():
            return
        with contextlib.suppress(apsw.Error):  # the disk is full: what is there must do
            self._fill_and_empty(step)

    def _fill_and_empty(self, step: int) -> None:
        """Write a step of pages, WAL and file, then free them: two transactions, or nothing would be written."""
        try:
            self._db.execute("INSERT INTO reserve VALUES (zeroblob(?))", (step - step // 64,))
            self._db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        finally:
            self._db.execute("DELETE FROM reserve")

    def _limit(self, pages: int) -> None:
        self._db.execute(f"PRAGMA max_page_count={max(1, pages)}").fetchall()

    def _pages(self) -> int:
        return self._number("PRAGMA page_count")

    def _number(self, query: str) -> int:
        row = self._db.execute(query).fetchone()
        return row[0] if row is not None and isinstance(row[0], int) else 0
