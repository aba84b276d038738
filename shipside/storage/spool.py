"""What must not be lost, on disk: batches until the shore has committed them (architecture.md 4; reliability.md R1, R5, R6).

One writer, `synchronous=FULL`: a batch that `add` has returned survives a power cut. Each record has its CRC; a damaged one
is a reported gap, never a wrong value. A full disk does not lock us out (`reserve`): then the oldest of the lowest class
make room. The collector's own events are kept in the same database, above all classes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import apsw

from protocols.link.cbor import Plain
from shipside.sending.budget import Row
from shipside.storage import losses, records
from shipside.storage.durable import SpoolError, Storage, close_as_it_is, open_whole, set_aside
from shipside.storage.kept_events import KeptEvents, Waiting
from shipside.storage.losses import CLASSES, TABLES, BatchClass, Dropped, Losses
from shipside.storage.mark import Mark
from shipside.storage.records import Chosen, Damaged, Records, number
from shipside.storage.rescue import Rescue
from shipside.storage.reserve import Reserve
from shipside.storage.small_records import METER, STANDING, SmallRecords

__all__ = ["CLASSES", "BatchClass", "Dropped", "Spool", "SpoolError"]

DROP_AT_ONCE: Final = 64
"""Batches dropped together: 13 s at 5 Hz, so that a full spool is not searched for each new batch."""
RESCUED_AT_ONCE: Final = 32
"""Batches taken over from a damaged file at a time: 50 ms of work, so that nothing else waits for it."""
ROOM_BYTES: Final = 4 * 1024 * 1024
"""Left free above the limit for deletions, which need pages too, and for events."""
SCHEMA: Final = f"""{records.SCHEMA}{losses.SCHEMA}
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
ALWAYS_CHECKED: Final = ("about", "lost", "small", "sqlite_sequence")
"""Tables whose rows are few and each worth much: looked at in every start, however large the file."""
_T = TypeVar("_T")


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
        self._db, aside = open_whole(self._path, SCHEMA, self._storage, ALWAYS_CHECKED)
        try:
            self._reserve = Reserve(self._db, self._path, self._bytes_max + ROOM_BYTES, self._storage.steps_bytes)
            self._records, self._losses, self._small = Records(self._db), Losses(self._db), SmallRecords(self._db)
            self._know(epoch)
            self._events = KeptEvents(self._db, self._make_room_for_event)
        except apsw.Error as error:
            close_as_it_is(self._db)
            raise SpoolError(f"the spool {self._path} cannot be opened: {error}; make room on the disk") from error
        self._is_open = True
        if aside is not None:
            self._begin_rescue(aside)

    def _begin_rescue(self, aside: Path) -> None:
        """Take the events of a damaged file over at once, its batches little by little."""
        self._rescue = Rescue(aside, tuple(TABLES.values()))
        with contextlib.suppress(apsw.Error):
            for event in self._rescue.events():
                self._events.keep(*event)
            for name, record in self._rescue.small():
                self._small.put(name, record)

    def _know(self, epoch: int) -> None:
        """Read, or settle, epoch and sequences; where the file is a new one, the mark knows what the old one had used."""
        known = number(self._db, "SELECT count(*) FROM about WHERE name = 'epoch'")
        marked = self._mark.epoch
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('epoch', ?)", (epoch,))
            if marked:
                self._db.execute("UPDATE about SET value = ? WHERE name = 'epoch'", (marked,))
            plain_through = self.last_seq if number(self._db, "PRAGMA user_version") == 0 else 0
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('plain_through', ?)", (plain_through,))
            has_forgotten = self._losses.noted_count < self._mark.noted
            if has_forgotten:
                self._db.execute("INSERT OR REPLACE INTO about VALUES ('noted', ?)", (self._mark.noted,))
            if self.last_seq < self._mark.used:
                first = self.last_seq + 1 if known else 1
                self._records.leap_to(self._mark.used)
                self._lost_all(first, "the spool, or its end, could not be read")
            if known and has_forgotten:
                self._lost_all(1, losses.UNREADABLE)
        self._db.execute("PRAGMA user_version = 1")
        self.epoch = number(self._db, "SELECT value FROM about WHERE name='epoch'")
        self._records.plain_through = number(self._db, "SELECT value FROM about WHERE name='plain_through'")

    def _lost_all(self, first: int, reason: str) -> None:
        """Note all from `first` on as lost where the shore does not have it."""
        for each in CLASSES:
            self._losses.note(Dropped(first, max(first, self._mark.used), each, reason))

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

    def begin_anew(self, epoch: int) -> Path | None:
        """Set the file aside, whole as it is, and go on with an empty one of `epoch`; events and small records come along.

        Return where it lies now; None for a spool in memory, which is gone. Raise SpoolError.
        """
        close_as_it_is(self._db)
        self._is_open = False
        aside: Path | None = None
        if self._path != ":memory:":
            try:
                aside = set_aside(Path(self._path))
            except OSError as error:
                raise SpoolError(f"the spool cannot be set aside: {error}; look at the disk") from error
        self._mark.begin_anew()
        self._open(epoch)
        if aside is not None:
            self._begin_rescue(aside)
        self._rescue = None
        return aside

    def rescue(self) -> int | None:
        """Take over some of what a damaged file still holds; return how many batches, None when there is no more."""
        if self._rescue is None or self._rescue.is_done:
            self._rescue = None
            return None
        found = self._rescue.take(RESCUED_AT_ONCE)
        with contextlib.suppress(apsw.Error):
            self._records.take_over(found)
        return len(found)

    @property
    def last_seq(self) -> int:
        """Sequence of the newest batch ever made; 0 before the first."""
        return self._records.last_seq

    @property
    def count(self) -> int:
        """Batches that the shore has not acknowledged."""
        return self._records.count

    @property
    def bytes_held(self) -> int:
        """Bytes of all batches held."""
        return self._records.bytes_held

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
        self._records.hold(batch_class, len(encoded))

    def _insert(self, seq: int, encoded: bytes, batch_class: BatchClass) -> None:
        """Write a batch; raise apsw.FullError when nothing can go for it."""
        while True:
            try:
                self._records.write(seq, encoded, batch_class)
            except apsw.FullError:
                if not self._reserve.grow() and not self._drop_oldest("the disk is full"):
                    raise
            else:
                return

    def after(self, seq: int, count: int, batch_class: BatchClass = "samples") -> list[int]:
        """Return up to `count` sequences of a class above `seq`, ascending."""
        return self._try(lambda: self._records.after(seq, count, batch_class), "the spool cannot be read")

    def oldest_seq(self) -> int | None:
        """Return the lowest sequence held, None where no batch is; 0 while a damaged file may still give some back."""
        if self._rescue is not None:
            return 0
        return min((seq for each in CLASSES for seq in self.after(0, 1, each)), default=None)

    def get(self, seq: int) -> bytes | None:
        """Return batch `seq`; None when it is gone, or damaged: then it is deleted, counted and told."""
        return self._try(lambda: self._get(seq), "the spool cannot be read")

    def _get(self, seq: int) -> bytes | None:
        found = self._records.get(seq)
        if not isinstance(found, Damaged):
            return found
        self.damaged_count += 1
        self._let_go(found.loss, ("seq = ?", seq))
        return self._get(seq)

    def lost(self) -> list[Dropped]:
        """Return what was let go, found damaged or never written, and is not yet told to the shore; oldest first."""
        return self._try(lambda: self._losses.first(self.last_seq), "the spool cannot be read")

    def lose(self, dropped: Dropped) -> None:
        """Note batches that will never come, durably; raise SpoolError when it cannot be written."""
        self._try(lambda: self._noted(dropped), "a loss cannot be written")

    def _noted(self, dropped: Dropped) -> None:
        with self._db:
            self._losses.note(dropped)
        self._mark.note(self.epoch, self._losses.noted_count)

    def told(self) -> None:
        """Forget what `lost` returned; raise SpoolError when that cannot be written."""
        self._try(self._losses.forget_first, "a loss that was told cannot be forgotten")

    def _let_go(self, dropped: Dropped, which: Chosen) -> None:
        """Delete batches for good and note the loss, both or neither."""
        with self._db:
            freed = self._records.delete({dropped.batch_class: [which]})
            self._losses.note(dropped)
        self._hold(freed)  # pyright: ignore[reportPossiblyUnboundVariable] - apsw's `with` swallows nothing
        self._mark.note(self.epoch, self._losses.noted_count)

    def _hold(self, counts: dict[BatchClass, int]) -> None:
        for each, count in counts.items():
            self._records.hold(each, count)

    def delete(self, through: int, selected: Sequence[int]) -> None:
        """Delete what the shore has committed: everything up to `through`, and `selected`."""
        wanted: list[Chosen] = [("seq <= ?", through), *(("seq = ?", seq) for seq in selected)]
        self._hold(self._try(lambda: self._deleted(wanted), "acknowledged batches cannot be deleted"))

    def _deleted(self, wanted: Sequence[Chosen]) -> dict[BatchClass, int]:
        freed: dict[BatchClass, int] = {}
        with self._db:
            freed |= self._records.delete(dict.fromkeys(CLASSES, wanted))
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
        return self._records.class_of(seq)

    def kept(self, name: str) -> dict[str, Plain]:
        """Return the small record `name`; an empty one where there is none, or it was damaged."""
        return self._try(lambda: self._small.get(name), "the spool cannot be read")

    def keep(self, name: str, record: dict[str, Plain]) -> None:
        """Keep a small record in the place of the former one; raise SpoolError when it cannot be written."""
        self._try(lambda: self._small.put(name, record), f"the record {name} cannot be written")

    def metered(self) -> list[Row]:
        """Return the counts of bytes sent that were last kept."""
        return self._try(self._small.metered, "the spool cannot be read")

    def keep_metered(self, rows: Sequence[Row]) -> None:
        """Keep counts of bytes sent in the place of the former; raise SpoolError when they cannot be written."""
        self.keep(METER, {"rows": [[*row] for row in rows]})

    def standing_alerts(self) -> list[str]:
        """Return the ids of the alerts that were active when they were last told."""
        return self._try(self._small.standing, "the spool cannot be read")

    def keep_standing(self, alert_id: str, *, is_active: bool) -> None:
        """Remember, or forget, an active alert; where the disk takes nothing, it is not remembered over a restart."""
        with contextlib.suppress(SpoolError):
            ids = {*self.standing_alerts()} - {alert_id} | ({alert_id} if is_active else set[str]())
            self.keep(STANDING, {"ids": [*sorted(ids)]})

    @property
    def damages(self) -> dict[str, int]:
        """Return what was found damaged since the start, by what it was: batches, losses, events, small records."""
        return {
            "batches": self.damaged_count, "losses": self._losses.damaged_count,
            "events": self._events.damaged_count, "records": len(self._small.damaged),
        }  # fmt: skip

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
            oldest = self._records.after(0, DROP_AT_ONCE, batch_class)
            if oldest:
                self._let_go(Dropped(oldest[0], oldest[-1], batch_class, reason), ("seq <= ?", oldest[-1]))
                return True
        return False
