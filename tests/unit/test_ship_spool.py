"""The spool over kills, damage and full disks; real files, no waiting."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import apsw
import pytest

from shipside.storage.durable import close_as_it_is
from shipside.storage.spool import DROP_AT_ONCE, Dropped, Spool, SpoolError


def test_what_was_added_is_there_after_a_kill(tmp_path: Path) -> None:
    # Ten batches are written; the program dies without closing (a second connection opens what the first left).
    spool = Spool(tmp_path / "spool.db", 1_000_000, 7)
    for seq in range(1, 11):
        spool.add(seq, b"batch %d" % seq)
    again = Spool(tmp_path / "spool.db", 1_000_000, 8)
    assert (again.epoch, again.last_seq, again.count) == (7, 10, 10)
    assert again.get(3) == b"batch 3"

    # The shore acknowledges all: the next sequence still goes on from there, also after another start.
    again.delete(10, ())
    again.close()
    third = Spool(tmp_path / "spool.db", 1_000_000, 9)
    assert (third.last_seq, third.count, third.bytes_held) == (10, 0, 0)


def test_a_spool_that_was_let_go_leaves_no_file_open(tmp_path: Path) -> None:
    """One that could not be opened to its end is closed by nobody; a program that tries again has 1,024 descriptors."""
    spool = Spool(tmp_path / "spool.db", 1_000_000, 7)
    spool.add(1, b"batch")

    def open_files() -> set[str]:
        return {one.resolve().name for one in Path("/proc/self/fd").iterdir() if os.path.lexists(one)}

    assert "spool.db.mark" in open_files()
    close_as_it_is(spool._db)
    del spool
    gc.collect()
    assert "spool.db.mark" not in open_files()


def test_only_what_is_acknowledged_is_deleted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 1_000_000, 1)
    for seq in range(1, 8):
        spool.add(seq, b"x" * 10)
    spool.delete(2, (5, 7))
    assert spool.after(0, 100) == [3, 4, 6]
    assert spool.bytes_held == 30


def test_the_oldest_go_when_the_limit_is_reached_and_the_range_is_told(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 100_000, 1)
    for seq in range(1, 302):
        spool.add(seq, bytes(1000))
        assert spool.bytes_held <= 100_000
    assert spool.after(0, 1)[0] > 1
    # Losses that touch are one, and are remembered until they are told, also over a restart.
    kept = spool.after(0, 1000)
    assert spool.lost() == [Dropped(1, kept[0] - 1, "samples", "the spool is full")]
    assert (kept[0] - 1) % DROP_AT_ONCE == 0
    assert kept == list(range(kept[0], 302))
    spool.close()
    again = Spool(tmp_path / "spool.db", 100_000, 1)
    assert again.lost() == [Dropped(1, kept[0] - 1, "samples", "the spool is full")]
    again.told()
    assert again.lost() == []


def test_the_lowest_class_goes_first_and_samples_only_when_nothing_less_is_left(tmp_path: Path) -> None:
    """Proves reliability goal R5: only the oldest of the lowest class go, and each range is told with its class."""
    spool = Spool(tmp_path / "spool.db", 200_000, 1)
    for seq in range(1, 401):
        spool.add(seq, bytes(1000), "ais" if seq % 2 else "samples")
    assert spool.after(0, 1000) == list(range(2, 401, 2))
    assert [each.batch_class for each in spool.lost()] == ["ais"]
    assert spool.after(0, 1000, "ais") == []
    for seq in range(401, 465):
        spool.add(seq, bytes(1000))
    assert [(each.first, each.batch_class) for each in spool.lost()] == [(1, "ais"), (2, "samples")]


def test_events_outlive_a_restart_and_stand_above_all_batches(tmp_path: Path) -> None:
    # The spool is full to its limit and its file may not grow: batches go for events, events never for batches.
    spool = Spool(tmp_path / "spool.db", 100_000, 1)
    for seq in range(1, 200):
        spool.add(seq, bytes(1000))
    for number in range(1, 601):
        spool.keep_event("boot-1", number, bytes(10_000))
    assert spool.count == 0
    assert len(spool.events(5000)) == 600 - spool.dropped_events_count
    kept = [seq for _, seq, _ in spool.events(5000)]
    assert kept == list(range(kept[0], 601))
    spool.close()
    again = Spool(tmp_path / "spool.db", 100_000, 1)
    assert [seq for _, seq, _ in again.events(5000)] == kept
    again.acknowledged("boot-1", 600)
    assert again.events(10) == []


def test_an_event_damaged_on_the_disk_is_let_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 1_000_000, 1)
    for number in (1, 2):
        spool.keep_event("boot-1", number, b"signed %d" % number)
    other = apsw.Connection(str(tmp_path / "spool.db"))
    other.execute("UPDATE event SET bytes = ? WHERE seq = 1", (b"forged 1",))
    other.close()
    assert spool.events(10) == [("boot-1", 2, b"signed 2")]
    assert spool.events(10) == [("boot-1", 2, b"signed 2")]


def test_a_damaged_record_is_a_gap_and_never_a_wrong_value(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 1_000_000, 1)
    spool.add(1, b"one")
    spool.add(2, b"two")
    other = apsw.Connection(str(tmp_path / "spool.db"))
    other.execute("UPDATE batch SET bytes = ? WHERE seq = 1", (b"onf",))
    other.close()
    assert spool.get(1) is None
    assert spool.get(2) == b"two"
    assert (spool.damaged_count, spool.lost()) == (1, [Dropped(1, 1, "samples", "damaged on the disk")])
    assert spool.after(0, 10) == [2]


def test_a_file_that_is_no_spool_is_set_aside_and_a_new_epoch_begins(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    spool = Spool(path, 1_000_000, 42)
    assert (spool.epoch, spool.count) == (42, 0)
    assert [file.name for file in tmp_path.glob("spool.db.damaged*")]


def test_a_spool_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="cannot be opened"):
        Spool(tmp_path / "file" / "spool.db", 1_000_000, 1)


def test_a_full_file_refuses_with_a_word_and_recovers(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 1_000_000, 1)
    with pytest.raises(SpoolError, match="cannot be written"):
        spool.add(1, bytes(8_000_000))
    spool.add(1, b"small")
    assert spool.get(1) == b"small"
