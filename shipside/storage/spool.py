"""What must not be lost, on disk: batches until the shore has committed them (architecture.md 4; reliability.md R1, R5, R6).

One writer, `synchronous=FULL`: a batch that `add` has returned survives a power cut. Each record has its CRC; a damaged one
is a reported gap, never a wrong value. A full disk does not lock us out (`reserve`): then the oldest of the lowest class
make room. The collector's own events are kept in the same database, above all classes.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import apsw

from shipside.sending.budget import Row
from shipside.storage.durable import SpoolError, Storage, close_as_it_is, open_whole, rows_of, set_aside
from shipside.storage.kept_events import KeptEvents, Waiting
from shipside.storage.mark import Mark
from shipside.storage.rescue import Rescue, checksum
from shipside.storage.reserve import Reserve

__all__ = ["CLASSES", "BatchClass", "Dropped", "Spool", "SpoolError"]

BatchClass = Literal["samples", "ais"]
CLASSES: Final[tuple[BatchClass, ...]] = ("samples", "ais")
"""Classes of batches, the most worth first: what is in bulk and will be said again anyway comes last."""
_TABLES: Final[dict[BatchClass, str]] = {"samples": "batch", "ais": "bulk"}
DROP_AT_ONCE: Final = 64
"""Batches dropped together: 13 s at 5 Hz, so that a full spool is not searched for each new batch."""
RESCUED_AT_ONCE: Final = 32
"""Batches taken over from a damaged file at a time: 50 ms of work, so that nothing else waits for it."""
LOST_AT_ONCE: Final = 32
"""Losses told together; there are few, for those that touch are one."""
ROOM_BYTES: Final = 4 * 1024 * 1024
"""Left free above the limit for deletions, which need pages too, and for events."""
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS batch (seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS bulk (seq INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS lost (first INTEGER NOT NULL, last INTEGER NOT NULL, class TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS meter (month TEXT NOT NULL, bearer TEXT NOT NULL, class TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS standing (alert_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Batches that will never come: those of the class from `first` to `last` that the shore does not have."""

    first: int
    last: int
    batch_class: BatchClass
    reason: str


class Spool:
    """Batches by sequence within one epoch; the classes share the sequences."""

    def __init__(self, path: Path | str, bytes_max: int, epoch: int, storage: Storage | None = None) -> None:
        """Open the spool at `path` (":memory:" for tests), or make it with `epoch`; raise SpoolError."""
        self._path, self._bytes_max, self._storage = path, bytes_max, storage or Storage()
        self.damaged_count = 0
        self._rescue: Rescue | None = None
        self._mark = Mark(None if path == ":memory:" else Path(f"{path}.mark"))
        self._is_open = False
        self._open(epoch)

    def _open(self, epoch: int) -> None:
        self._db, aside = open_whole(self._path, SCHEMA, self._storage)
        try:
            self._reserve = Reserve(self._db, self._path, self._bytes_max + ROOM_BYTES, self._storage.steps_bytes)
            self._know(epoch)
            self._bytes = {
                each: self._number(f"SELECT coalesce(sum(length(bytes)), 0) FROM {table}")  # noqa: S608 - two literals
                for each, table in _TABLES.items()
            }
            self._events = KeptEvents(self._db, self._make_room_for_event)
        except apsw.Error as error:
            close_as_it_is(self._db)
            raise SpoolError(f"the spool {self._path} cannot be opened: {error}; make room on the disk") from error
        self._is_open = True
        if aside is not None:
            self._begin_rescue(aside)

    def _begin_rescue(self, aside: Path) -> None:
        """Take the events of a damaged file over at once, its batches little by little."""
        self._rescue = Rescue(aside, tuple(_TABLES.values()))
        with contextlib.suppress(apsw.Error):
            for event in self._rescue.events():
                self._events.keep(*event)

    def _know(self, epoch: int) -> None:
        """Read, or settle, epoch and sequences; where the file is a new one, the mark knows what the old one had used."""
        known = self._number("SELECT count(*) FROM about WHERE name = 'epoch'")
        marked = self._mark.epoch
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('epoch', ?)", (epoch,))
            if marked:
                self._db.execute("UPDATE about SET value = ? WHERE name = 'epoch'", (marked,))
            plain_through = self.last_seq if self._number("PRAGMA user_version") == 0 else 0
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('plain_through', ?)", (plain_through,))
            if self.last_seq < self._mark.used:
                first = self.last_seq + 1 if known else 1
                self._leap(first, self._mark.used, "the spool, or its end, could not be read")
        self._db.execute("PRAGMA user_version = 1")
        self.epoch = self._number("SELECT value FROM about WHERE name='epoch'")
        self._plain_through = self._number("SELECT value FROM about WHERE name='plain_through'")
        """Highest sequence of a former version, whose records are checked by their bytes alone."""

    def _leap(self, first: int, last: int, reason: str) -> None:
        """Take the sequences up to `last` as used, those from `first` on as lost where the shore does not have them."""
        self._db.execute("DELETE FROM sqlite_sequence WHERE name = 'batch'")
        self._db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('batch', ?)", (last,))
        for each in CLASSES:
            self._note(Dropped(first, last, each, reason))

    def _try(self, act: Callable[[], _T], what: str) -> _T:
        """Do something with the database, once more on a new one where it is damaged or has failed; raise SpoolError."""
        try:
            if not self._is_open:
                self._open(self.epoch)
            return act()
        except (apsw.CorruptError, apsw.NotADBError):
            self._start_anew()
        except apsw.IOError:
            self._reopen()
        except apsw.Error as error:
            raise SpoolError(f"{what}: {error}; make room on the disk") from error
        try:
            return act()
        except apsw.Error as error:
            raise SpoolError(f"{what}: {error}; look at the disk") from error

    def _start_anew(self) -> None:
        """Set a damaged file aside and go on with a new one; what can be read of the old one follows by `rescue`."""
        close_as_it_is(self._db)
        self._is_open = False
        try:
            aside = set_aside(Path(self._path))
        except OSError as error:
            raise SpoolError(f"the damaged spool cannot be set aside: {error}; look at the disk") from error
        self._open(self.epoch)
        self._begin_rescue(aside)

    def _reopen(self) -> None:
        """Go on with new descriptors after the disk has failed: what a failed sync left is written anew, never synced again."""
        close_as_it_is(self._db)
        self._is_open = False
        try:
            self._storage.renew(f"{self._path}-wal")
        except OSError as error:
            raise SpoolError(f"the disk has failed: {error}; look at the disk") from error
        self._open(self.epoch)

    def rescue(self) -> int | None:
        """Take over some of what a damaged file still holds; return how many batches, None when there is no more."""
        if self._rescue is None or self._rescue.is_done:
            self._rescue = None
            return None
        found = self._rescue.take(RESCUED_AT_ONCE)
        with contextlib.suppress(apsw.Error), self._db:
            for each in found:
                row = (each.seq, checksum(each.seq, each.encoded), each.encoded)
                self._db.execute(f"INSERT OR IGNORE INTO {each.table} VALUES (?, ?, ?)", row)  # noqa: S608 - two literals
        return len(found)

    @property
    def last_seq(self) -> int:
        """Sequence of the newest batch ever made; 0 before the first."""
        queries = ("sqlite_sequence WHERE name IN ('batch', 'bulk')", *_TABLES.values())
        return max(self._number(f"SELECT coalesce(max(seq), 0) FROM {query}") for query in queries)  # noqa: S608 - literals

    @property
    def count(self) -> int:
        """Batches that the shore has not acknowledged."""
        return sum(self._number(f"SELECT count(*) FROM {table}") for table in _TABLES.values())  # noqa: S608 - two literals

    @property
    def bytes_held(self) -> int:
        """Bytes of all batches held."""
        return sum(self._bytes.values())

    @property
    def bytes_max(self) -> int:
        """Bytes of batches that are held at most."""
        return self._bytes_max

    @property
    def dropped_events_count(self) -> int:
        """Events that went for newer ones: their numbers are a gap ashore."""
        return self._events.dropped_count

    def disk_used_pct(self) -> float | None:
        """Return how full the spool's disk is, per cent; None where it cannot be told."""
        return self._reserve.disk_used_pct()

    def add(self, seq: int, encoded: bytes, batch_class: BatchClass = "samples") -> None:
        """Write batch `seq` durably; drop the oldest where there is no room. Raise SpoolError when it cannot be written."""
        what = f"batch {seq} cannot be written"
        self._mark.use(self.epoch, seq)
        self._try(lambda: self._make_room(len(encoded)), what)
        self._try(lambda: self._insert(seq, encoded, batch_class), what)
        self._bytes[batch_class] += len(encoded)

    def _insert(self, seq: int, encoded: bytes, batch_class: BatchClass) -> None:
        """Write a batch, over what a write that failed may have left of it; raise apsw.FullError when nothing can go."""
        row = (seq, checksum(seq, encoded), encoded)
        while True:
            try:
                self._db.execute(f"INSERT OR REPLACE INTO {_TABLES[batch_class]} VALUES (?, ?, ?)", row)  # noqa: S608 - two literals
            except apsw.FullError:
                if not self._reserve.grow() and not self._drop_oldest("the disk is full"):
                    raise
            else:
                return

    def after(self, seq: int, count: int, batch_class: BatchClass = "samples") -> list[int]:
        """Return up to `count` sequences of a class above `seq`, ascending."""
        return self._try(lambda: self._after(seq, count, batch_class), "the spool cannot be read")

    def _after(self, seq: int, count: int, batch_class: BatchClass) -> list[int]:
        table = _TABLES[batch_class]
        query = f"SELECT seq FROM {table} WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - two literals
        return [row[0] for row in rows_of(self._db, query, (seq, count)) if isinstance(row[0], int)]

    def get(self, seq: int) -> bytes | None:
        """Return batch `seq`; None when it is gone, or damaged: then it is deleted, counted and told."""
        return self._try(lambda: self._get(seq), "the spool cannot be read")

    def _get(self, seq: int) -> bytes | None:
        for batch_class, table in _TABLES.items():
            row = self._db.execute(f"SELECT crc, bytes FROM {table} WHERE seq = ?", (seq,)).fetchone()  # noqa: S608 - two literals
            if row is None:
                continue
            encoded = row[1]
            if isinstance(encoded, bytes) and self._is_whole(seq, encoded, row[0]):
                return encoded
            self.damaged_count += 1
            self._let_go(self._around(seq, batch_class), ("seq = ?", seq))
        return None

    def _around(self, seq: int, batch_class: BatchClass) -> Dropped:
        """Return the loss of a damaged record: its name may be damaged too, so it is any between its neighbours'."""
        table = _TABLES[batch_class]
        below = self._number(f"SELECT coalesce(max(seq), ?) FROM {table} WHERE seq < ?", (seq - 1, seq))  # noqa: S608 - two literals
        above = self._number(f"SELECT coalesce(min(seq), ?) FROM {table} WHERE seq > ?", (seq + 1, seq))  # noqa: S608 - two literals
        return Dropped(below + 1, above - 1, batch_class, "damaged on the disk")

    def _is_whole(self, seq: int, encoded: bytes, crc: object) -> bool:
        return checksum(seq, encoded) == crc or (seq <= self._plain_through and zlib.crc32(encoded) == crc)

    def lost(self) -> list[Dropped]:
        """Return what was let go, found damaged or never written, and is not yet told to the shore; oldest first."""
        return self._try(self._lost, "the spool cannot be read")

    def _lost(self) -> list[Dropped]:
        query = "SELECT first, last, class, reason FROM lost ORDER BY rowid LIMIT ?"
        return [
            Dropped(first, last, "ais" if each == "ais" else "samples", str(reason))
            for first, last, each, reason in rows_of(self._db, query, (LOST_AT_ONCE,))
            if isinstance(first, int) and isinstance(last, int)
        ]

    def lose(self, dropped: Dropped) -> None:
        """Note batches that will never come, durably; raise SpoolError when it cannot be written."""
        self._try(lambda: self._noted(dropped), "a loss cannot be written")

    def _noted(self, dropped: Dropped) -> None:
        with self._db:
            self._note(dropped)

    def told(self, count: int) -> None:
        """Forget the first `count` of what `lost` returned; raise SpoolError when that cannot be written."""
        try:
            self._db.execute(
                "DELETE FROM lost WHERE rowid IN (SELECT rowid FROM lost ORDER BY rowid LIMIT ?)", (count,)
            )
        except apsw.Error as error:
            raise SpoolError(f"a loss that was told cannot be forgotten: {error}; make room on the disk") from error

    def _note(self, dropped: Dropped) -> None:
        """Enter a loss, joined to the one before where nothing of the class lies between."""
        before = self._db.total_changes()
        self._db.execute(
            f"UPDATE lost SET last = ?1 WHERE class = ?3 AND reason = ?4 AND last < ?2 AND NOT EXISTS"  # noqa: S608 - a literal
            f" (SELECT 1 FROM {_TABLES[dropped.batch_class]} WHERE seq > lost.last AND seq < ?2)",
            (dropped.last, dropped.first, dropped.batch_class, dropped.reason),
        )
        if self._db.total_changes() == before:
            row = (dropped.first, dropped.last, dropped.batch_class, dropped.reason)
            self._db.execute("INSERT INTO lost VALUES (?, ?, ?, ?)", row)

    def _let_go(self, dropped: Dropped, which: tuple[str, int]) -> None:
        """Delete batches for good and note the loss, both or neither."""
        freed = 0
        with self._db:
            freed += self._deleted(_TABLES[dropped.batch_class], [which])
            self._note(dropped)
        self._bytes[dropped.batch_class] -= freed

    def delete(self, through: int, selected: Sequence[int]) -> None:
        """Delete what the shore has committed: everything up to `through`, and `selected`."""
        wanted = [("seq <= ?", through), *(("seq = ?", seq) for seq in selected)]
        freed = self._try(lambda: self._deleted_of_all(wanted), "acknowledged batches cannot be deleted")
        for each, count in freed.items():
            self._bytes[each] -= count

    def _deleted_of_all(self, wanted: Sequence[tuple[str, int]]) -> dict[BatchClass, int]:
        freed: dict[BatchClass, int] = {}
        with self._db:
            freed |= {each: self._deleted(table, wanted) for each, table in _TABLES.items()}
        return freed

    def _deleted(self, table: str, wanted: Sequence[tuple[str, int]]) -> int:
        """Delete from a table; return the bytes. Sizes are read of what goes only: a scan of a month would stall us."""
        freed = 0
        for query, seq in wanted:
            row = self._db.execute(
                f"SELECT coalesce(sum(length(bytes)), 0) FROM {table} WHERE {query}",  # noqa: S608 - literals
                (seq,),
            ).fetchone()
            freed += row[0] if row is not None and isinstance(row[0], int) else 0
            self._db.execute(f"DELETE FROM {table} WHERE {query}", (seq,))  # noqa: S608 - literals
        return freed

    def keep_event(self, boot_id: str, seq: int, signed: bytes) -> None:
        """Keep a signed event until it is acknowledged; raise SpoolError when it cannot be written."""
        self._try(lambda: self._events.keep(boot_id, seq, signed), "the event cannot be written")

    def events(self, count: int) -> list[Waiting]:
        """Return up to `count` events that wait, in order."""
        return self._try(lambda: self._events.waiting(count), "the spool cannot be read")

    def acknowledged(self, boot_id: str, through_seq: int) -> None:
        """Let go of the events that the shore has committed; raise SpoolError when that cannot be written."""
        what = "acknowledged events cannot be deleted"
        self._try(lambda: self._events.acknowledged(boot_id, through_seq), what)

    def class_of(self, seq: int) -> BatchClass:
        """Return the class of a batch that is held."""
        held = self._number("SELECT count(*) FROM bulk WHERE seq = ?", (seq,))
        return "ais" if held else "samples"

    def metered(self) -> list[Row]:
        """Return the counts of bytes sent that were last kept."""
        found = rows_of(self._db, "SELECT month, bearer, class, bytes FROM meter")
        return [(str(a), str(b), str(c), count) for a, b, c, count in found if isinstance(count, int)]

    def keep_metered(self, rows: Sequence[Row]) -> None:
        """Keep counts of bytes sent in the place of the former; raise SpoolError when they cannot be written."""
        self._try(lambda: self._keep_metered(rows), "the counts of bytes sent cannot be written")

    def _keep_metered(self, rows: Sequence[Row]) -> None:
        with self._db:
            self._db.execute("DELETE FROM meter")
            self._db.executemany("INSERT INTO meter VALUES (?, ?, ?, ?)", rows)

    def standing_alerts(self) -> list[str]:
        """Return the ids of the alerts that were active when they were last told."""
        return [str(row[0]) for row in rows_of(self._db, "SELECT alert_id FROM standing ORDER BY alert_id")]

    def keep_standing(self, alert_id: str, *, is_active: bool) -> None:
        """Remember, or forget, an active alert; where the disk takes nothing, it is not remembered over a restart."""
        query = "INSERT OR IGNORE INTO standing VALUES (?)" if is_active else "DELETE FROM standing WHERE alert_id = ?"
        with contextlib.suppress(apsw.Error):
            self._db.execute(query, (alert_id,))

    def close(self) -> None:
        """Close the spool."""
        self._mark.close()
        self._db.close()

    def _make_room(self, needed: int) -> None:
        while self.bytes_held + needed > self._bytes_max:
            if not self._drop_oldest("the spool is full"):
                return

    def _make_room_for_event(self) -> bool:
        return self._reserve.grow() or self._drop_oldest("the disk is full")

    def _drop_oldest(self, reason: str) -> bool:
        """Let the oldest batches of the lowest class go and remember which; return False when there are none at all."""
        for batch_class in reversed(CLASSES):
            oldest = self._after(0, DROP_AT_ONCE, batch_class)
            if oldest:
                self._let_go(Dropped(oldest[0], oldest[-1], batch_class, reason), ("seq <= ?", oldest[-1]))
                return True
        return False

    def _number(self, query: str, values: tuple[int, ...] = ()) -> int:
        row = self._db.execute(query, values).fetchone()
        return row[0] if row is not None and isinstance(row[0], int) else 0
