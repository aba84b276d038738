"""What will never come and the shore has not been told yet: a table of the spool, each row with its CRC (R5, R6).

A row that is damaged says nothing that can be believed, neither range nor class: then all that the shore does not have is
told as lost, of every class. What comes after all is stored and no longer missing ashore. How many were ever noted stands
in the spool's `about`, and beside the file in its mark, which misses what a lost end of the WAL took.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final, Literal

import apsw

from shipside.storage.durable import rows_of, text_of

BatchClass = Literal["samples", "ais"]
CLASSES: Final[tuple[BatchClass, ...]] = ("samples", "ais")
"""Classes of batches, the most worth first: what is in bulk and will be said again anyway comes last."""
TABLES: Final[dict[BatchClass, str]] = {"samples": "batch", "ais": "bulk"}
"""{class: the table of its batches}"""
AT_ONCE: Final = 32
"""Losses told together; there are few, for those that touch are one."""
UNREADABLE: Final = "the list of losses was damaged"
_ROW: Final = "first, last, CAST(class AS BLOB), CAST(reason AS BLOB), crc"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS lost (first INTEGER NOT NULL, last INTEGER NOT NULL, class TEXT NOT NULL, reason TEXT NOT NULL,
  crc INTEGER);
"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Batches that will never come: those of the class from `first` to `last` that the shore does not have."""

    first: int
    last: int
    batch_class: BatchClass
    reason: str


class Losses:
    """The list of losses in an open database; what it cannot do it raises as apsw.Error."""

    def __init__(self, database: apsw.Connection) -> None:
        """Keep losses in `database`; rows of a former version, which had no CRC, get theirs now."""
        self._db = database
        self.damaged_count = 0
        """Rows found damaged."""
        database.execute(SCHEMA)
        if "crc" not in [row[1] for row in database.execute("PRAGMA table_info(lost)")]:
            with database:
                database.execute("ALTER TABLE lost ADD COLUMN crc INTEGER")
                for row in rows_of(database, "SELECT rowid, first, last, class, reason FROM lost"):
                    crc = _crc(*row[1:])
                    database.execute("UPDATE lost SET crc = ? WHERE rowid = ?", (crc, _whole(row[0])))

    def first(self, last_seq: int) -> list[Dropped]:
        """Return the oldest losses, AT_ONCE rows of them; a damaged one as all up to `last_seq`, of every class."""
        found: list[Dropped] = []
        is_damaged = False
        for row in self._oldest():
            dropped = _read(row)
            is_damaged = is_damaged or dropped is None
            found += [] if dropped is None else [dropped]
        return [*found, *(Dropped(1, max(1, last_seq), each, UNREADABLE) for each in CLASSES)] if is_damaged else found

    def forget_first(self) -> None:
        """Forget the rows that `first` read."""
        self.damaged_count += sum(_read(row) is None for row in self._oldest())
        query = "DELETE FROM lost WHERE rowid IN (SELECT rowid FROM lost ORDER BY rowid LIMIT ?)"
        self._db.execute(query, (AT_ONCE,))

    def _oldest(self) -> list[tuple[object, ...]]:
        query = f"SELECT {_ROW} FROM lost ORDER BY rowid LIMIT ?"  # noqa: S608 - a literal
        return rows_of(self._db, query, (AT_ONCE,))

    @property
    def noted_count(self) -> int:
        """Losses ever entered; the mark beside the spool tells whether the list has lost some of them."""
        row = self._db.execute("SELECT value FROM about WHERE name = 'noted'").fetchone()
        return 0 if row is None else _whole(row[0])

    def note(self, dropped: Dropped) -> None:
        """Enter a loss, joined to the newest of its class and reason where nothing of the class lies between."""
        self._db.execute("INSERT OR REPLACE INTO about VALUES ('noted', ?)", (self.noted_count + 1,))
        query = (
            "SELECT rowid, first, last, class, reason, crc FROM lost WHERE class = ? AND reason = ? ORDER BY rowid DESC"
        )
        newest = self._db.execute(f"{query} LIMIT 1", (dropped.batch_class, dropped.reason)).fetchone()
        before = None if newest is None else _read(newest[1:])
        if newest is not None and before is not None and self._touches(before, dropped):
            row = (
                dropped.last,
                _crc(before.first, dropped.last, dropped.batch_class, dropped.reason),
                _whole(newest[0]),
            )
            self._db.execute("UPDATE lost SET last = ?, crc = ? WHERE rowid = ?", row)
            return
        values = (dropped.first, dropped.last, dropped.batch_class, dropped.reason)
        self._db.execute(
            "INSERT INTO lost (first, last, class, reason, crc) VALUES (?, ?, ?, ?, ?)", (*values, _crc(*values))
        )

    def _touches(self, before: Dropped, dropped: Dropped) -> bool:
        query = f"SELECT 1 FROM {TABLES[dropped.batch_class]} WHERE seq > ? AND seq < ? LIMIT 1"  # noqa: S608 - two literals
        return before.last < dropped.first and not rows_of(self._db, query, (before.last, dropped.first))


def _crc(*values: object) -> int:
    return zlib.crc32("\0".join(str(value) for value in values).encode())


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _read(row: tuple[object, ...]) -> Dropped | None:
    """Return the loss of a row (first, last, class, reason, crc); None where it is damaged."""
    first, last, crc = row[0], row[1], row[4]
    batch_class, reason = text_of(row[2]), text_of(row[3])
    if _crc(first, last, batch_class, reason) != crc or not isinstance(first, int) or not isinstance(last, int):
        return None
    return Dropped(first, last, "ais" if batch_class == "ais" else "samples", reason)
