"""The ledger aboard: every signed event of the safety process in a chain of hashes, written with the event (LED-01).

It lies in the journal's database, so that an event and its entry are one transaction: neither can be without the other, and
a power cut leaves both or none. Entries are let go only when nothing else makes room, and then only old ones whose head the
shore has signed for.
"""

from __future__ import annotations

from typing import Final

import apsw

from protocols.link import ledger
from protocols.link.ledger import EMPTY, RUNS_MAX, Entry, Head, Witness
from shipside.storage.durable import rows_of, text_of

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS ledger (number INTEGER PRIMARY KEY, boot_id TEXT NOT NULL, seq INTEGER NOT NULL,
  cause TEXT NOT NULL, signed BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_start (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_witness (count INTEGER PRIMARY KEY, hash BLOB NOT NULL, signed BLOB NOT NULL);
"""
KEPT_MIN: Final = 10_000
"""Entries that stay however full the disk is: a fortnight of a busy ship."""
WITNESSES_MAX: Final = 1000
"""The shore's signed words kept: 16 hours at one a minute. The newest stands for all before it."""
TAIL: Final = 200
"""Entries looked at when the ledger is opened; `farhelm ledger verify` looks at all."""


class Ledger:
    """The ledger's tables in an open database; what cannot be done is raised as apsw.Error."""

    def __init__(self, database: apsw.Connection, *, is_read_only: bool = False) -> None:
        """Go on where the ledger in `database` ends; one that is only read is made no tables."""
        self._db = database
        if not is_read_only:
            database.execute(SCHEMA)
        self.head = self._last()
        """The end of the ledger as it is on the disk."""
        self.problem = self._tail_problem()
        """What is wrong with the last entries; empty where they are whole."""

    def _last(self) -> Head:
        for query in (
            "SELECT number, hash FROM ledger ORDER BY number DESC LIMIT 1",
            "SELECT count, hash FROM ledger_start",
        ):
            for number, digest in rows_of(self._db, query):
                if isinstance(number, int) and isinstance(digest, bytes):
                    return Head(number, digest)
        return EMPTY

    def _tail_problem(self) -> str:
        first = max(self.start().count, self.head.count - TAIL)
        found = ledger.faults(self.entries(first), (), self._head_at(first))
        return found[0] if found else ""

    def _head_at(self, count: int) -> Head:
        """Return the head after `count` entries; the start where that entry is not kept any more."""
        rows = rows_of(self._db, "SELECT number, hash FROM ledger WHERE number = ?", (count,))
        for number, digest in rows:
            if isinstance(number, int) and isinstance(digest, bytes):
                return Head(number, digest)
        return self.start()

    def start(self) -> Head:
        """Return the head before the first entry that is kept."""
        for count, digest in rows_of(self._db, "SELECT count, hash FROM ledger_start"):
            if isinstance(count, int) and isinstance(digest, bytes):
                return Head(count, digest)
        return EMPTY

    def put(self, boot_id: str, seq: int, signed: bytes) -> Entry:
        """Write the entry of an event, inside the caller's transaction; `grown` must follow once that stands."""
        entry = ledger.entry_after(self.head, ledger.cause_of(signed), signed)
        self._db.execute(
            "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)",
            (entry.number, boot_id, seq, entry.cause, entry.signed, entry.hash),
        )
        return entry

    def grown(self, entry: Entry) -> None:
        """Note that `entry` is on the disk."""
        self.head = Head(entry.number, entry.hash)

    def entries(self, after: int = 0) -> list[Entry]:
        """Return the entries above number `after`, in order."""
        query = "SELECT number, CAST(cause AS BLOB), CAST(signed AS BLOB), hash FROM ledger WHERE number > ? ORDER BY number"
        found: list[Entry] = []
        for number, cause, signed, digest in rows_of(self._db, query, (after,)):
            kept = signed if isinstance(signed, bytes) else b""
            found.append(
                Entry(number if isinstance(number, int) else 0, text_of(cause), kept,
                      digest if isinstance(digest, bytes) else b"")
            )  # fmt: skip
        return found

    def runs(self, after: int) -> tuple[tuple[str, int, int], ...]:
        """Return the events that are the entries above `after` as (boot id, first and last sequence), at most RUNS_MAX."""
        found: list[tuple[str, int, int]] = []
        query = "SELECT CAST(boot_id AS BLOB), seq FROM ledger WHERE number > ? ORDER BY number"
        for name, seq in rows_of(self._db, query, (after,)):
            boot_id = text_of(name)
            if not isinstance(seq, int):
                continue
            if found and found[-1][0] == boot_id and found[-1][2] == seq - 1:
                found[-1] = (boot_id, found[-1][1], seq)
            elif len(found) < RUNS_MAX:
                found.append((boot_id, seq, seq))
            else:
                break
        return tuple(found)

    def witnessed(self) -> int:
        """Return up to which entry the shore has signed that it holds the same; 0 where it has not."""
        row = self._db.execute("SELECT max(count) FROM ledger_witness").fetchone()
        return row[0] if row is not None and isinstance(row[0], int) else 0

    def witness(self, word: Witness, signed: bytes) -> str:
        """Keep the shore's signed word; return an empty text, or how it differs from what stands here (LED-02)."""
        if word.head.count > self.head.count:
            return f"the shore holds {word.head.count} entries, this ledger {self.head.count}"
        held = self._head_at(word.head.count)
        if held.count == word.head.count and held.hash != word.head.hash:
            return f"entry {word.head.count} ashore is not the one aboard"
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO ledger_witness VALUES (?, ?, ?)", (word.head.count, word.head.hash, signed)
            )
            self._db.execute(
                "DELETE FROM ledger_witness WHERE count NOT IN (SELECT count FROM ledger_witness ORDER BY count DESC LIMIT ?)",
                (WITNESSES_MAX,),
            )
        return ""

    def heads(self) -> list[Head]:
        """Return the heads that the shore has signed for."""
        rows = rows_of(self._db, "SELECT count, hash FROM ledger_witness ORDER BY count")
        return [Head(count, digest) for count, digest in rows if isinstance(count, int) and isinstance(digest, bytes)]

    def let_go(self) -> bool:
        """Let the older half of what the shore has signed for go; False where that is little, or nothing."""
        start, last = self.start(), min(self.witnessed(), self.head.count - KEPT_MIN)
        if last - start.count < TAIL:
            return False
        anchor = self._head_at(start.count + (last - start.count) // 2)
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO ledger_start VALUES (1, ?, ?)", (anchor.count, anchor.hash))
            self._db.execute("DELETE FROM ledger WHERE number <= ?", (anchor.count,))
        return True
