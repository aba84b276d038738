"""Batches in an open database, each under its sequence and with the CRC of both: damaged ones are told apart (R6)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import apsw

from shipside.storage.durable import rows_of
from shipside.storage.losses import TABLES, BatchClass, Dropped
from shipside.storage.rescue import Rescued, checksum

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS batch (seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bulk (seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
"""
Chosen = tuple[str, int]
"""Which records: a condition with one `?`, a literal of ours, and its value."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that is there and not whole, and what may be lost with it."""

    loss: Dropped


class Records:
    """The tables of batches, and how many bytes they hold; what it cannot do it raises as apsw.Error."""

    def __init__(self, database: apsw.Connection) -> None:
        """Read what `database` holds; its tables are there."""
        self._db = database
        self.plain_through = 0
        """Highest sequence of a former version, whose records are checked by their bytes alone."""
        self._bytes = {
            each: number(database, f"SELECT coalesce(sum(length(bytes)), 0) FROM {table}")  # noqa: S608 - two literals
            for each, table in TABLES.items()
        }

    @property
    def count(self) -> int:
        """Batches held."""
        return sum(number(self._db, f"SELECT count(*) FROM {table}") for table in TABLES.values())  # noqa: S608 - two literals

    @property
    def bytes_held(self) -> int:
        """Bytes of all batches held."""
        return sum(self._bytes.values())

    def write(self, seq: int, encoded: bytes, batch_class: BatchClass) -> None:
        """Write a batch, over what a write that failed may have left of it; `hold` it once it is there."""
        row = (seq, checksum(seq, encoded), encoded)
        self._db.execute(f"INSERT OR REPLACE INTO {TABLES[batch_class]} VALUES (?, ?, ?)", row)  # noqa: S608 - two literals

    def hold(self, batch_class: BatchClass, count: int) -> None:
        """Count bytes that were written."""
        self._bytes[batch_class] += count

    def take_over(self, found: Sequence[Rescued]) -> None:
        """Write batches that were read of a damaged file, where there is none of that sequence."""
        with self._db:
            for each in found:
                row = (each.seq, checksum(each.seq, each.encoded), each.encoded)
                self._db.execute(f"INSERT OR IGNORE INTO {each.table} VALUES (?, ?, ?)", row)  # noqa: S608 - two literals

    def after(self, seq: int, count: int, batch_class: BatchClass) -> list[int]:
        """Return up to `count` sequences of a class above `seq`, ascending."""
        query = f"SELECT seq FROM {TABLES[batch_class]} WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - two literals
        return [row[0] for row in rows_of(self._db, query, (seq, count)) if isinstance(row[0], int)]

    def get(self, seq: int) -> bytes | Damaged | None:
        """Return batch `seq`, or that it is damaged; None when it is not there.

        A sequence is of one class: where the other has it too, a batch stands there under a damaged name, and is told first.
        """
        whole: bytes | None = None
        for batch_class, table in TABLES.items():
            row = self._db.execute(f"SELECT crc, CAST(bytes AS BLOB) FROM {table} WHERE seq = ?", (seq,)).fetchone()  # noqa: S608 - two literals
            if row is None:
                continue
            encoded = row[1]
            if not isinstance(encoded, bytes) or not self._is_whole(seq, encoded, row[0]):
                return Damaged(self._around(seq, batch_class))
            whole = encoded if whole is None else whole
        return whole

    def _is_whole(self, seq: int, encoded: bytes, crc: object) -> bool:
        return checksum(seq, encoded) == crc or (seq <= self.plain_through and zlib.crc32(encoded) == crc)

    def _around(self, seq: int, batch_class: BatchClass) -> Dropped:
        """Return the loss of a damaged record: its name may be damaged too, so it is any between its neighbours', or the ends."""
        table, end = TABLES[batch_class], max(self.last_seq, seq) + 1
        below = number(self._db, f"SELECT coalesce(max(seq), 0) FROM {table} WHERE seq < ?", (seq,))  # noqa: S608 - two literals
        above = number(self._db, f"SELECT coalesce(min(seq), ?) FROM {table} WHERE seq > ?", (end, seq))  # noqa: S608 - two literals
        return Dropped(below + 1, above - 1, batch_class, "damaged on the disk")

    def class_of(self, seq: int) -> BatchClass:
        """Return the class of a batch that is held."""
        return "ais" if number(self._db, "SELECT count(*) FROM bulk WHERE seq = ?", (seq,)) else "samples"

    def delete(self, wanted: dict[BatchClass, Sequence[Chosen]]) -> dict[BatchClass, int]:
        """Delete within a transaction of the caller's; return the bytes, which the caller tells `hold` once it is done."""
        return {each: -self._deleted(TABLES[each], chosen) for each, chosen in wanted.items()}

    def _deleted(self, table: str, wanted: Sequence[Chosen]) -> int:
        """Delete from a table; return the bytes. Sizes are read of what goes only: a scan of a month would stall us."""
        freed = 0
        for query, seq in wanted:
            size = f"SELECT coalesce(sum(length(bytes)), 0) FROM {table} WHERE {query}"  # noqa: S608 - literals
            freed += number(self._db, size, (seq,))
            self._db.execute(f"DELETE FROM {table} WHERE {query}", (seq,))  # noqa: S608 - literals
        return freed

    @property
    def last_seq(self) -> int:
        """Sequence of the newest batch ever made; 0 before the first."""
        queries = ("sqlite_sequence WHERE name IN ('batch', 'bulk')", *TABLES.values())
        return max(number(self._db, f"SELECT coalesce(max(seq), 0) FROM {query}") for query in queries)  # noqa: S608 - literals

    def leap_to(self, last: int) -> None:
        """Take all sequences up to `last` as used."""
        self._db.execute("DELETE FROM sqlite_sequence WHERE name = 'batch'")
        self._db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('batch', ?)", (last,))


def number(database: apsw.Connection, query: str, values: tuple[int, ...] = ()) -> int:
    """Return the whole number that a query gives; 0 where it gives none."""
    row = database.execute(query, values).fetchone()
    return row[0] if row is not None and isinstance(row[0], int) else 0
