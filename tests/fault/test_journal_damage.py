"""Damage to the files of the command journal: no wrong record is believed, and what is missing means no remote control (R6)."""

from __future__ import annotations

import random
import shutil
import zlib
from pathlib import Path

import apsw
import pytest

from shipside.storage.durable import Storage
from shipside.storage.journal import Journal
from tests.damage import damage

JOURNAL_FILES = ("", "-wal", ".mark")
RECORDS, EVENTS, DAMAGES, SOAK_DAMAGES = 120, 20, 200, 5_000
STORAGE = Storage(steps_bytes=(65_536, 16_384))
KEPT = 100
"""Records that the journal of the test goes round in."""


def _made(folder: Path) -> tuple[list[bytes], list[bytes]]:
    """Make a journal that was killed with some of its records in its WAL; return what it holds, and all ever written."""
    rng, journal = random.Random(5), Journal(folder / "live.db", STORAGE)
    records: list[bytes] = []
    for number in range(1, RECORDS + 1):
        if number == RECORDS - 15:  # the rest stays in the WAL
            journal._db.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        records.append(b"record %d " % number + rng.randbytes(rng.choice((20, 60, 300))))
        journal.write(records[-1])
        if number % 10 == 0:
            journal.write(b"grant revoked %d" % number, "grant")
    journal.write(b"fencing 9", "fencing")
    for seq in range(1, EVENTS + 1):
        journal.keep_event("boot", seq, b"event %d" % seq)
    for part in JOURNAL_FILES:
        shutil.copy(folder / f"live.db{part}", folder / f"made{part}")
    journal.close()
    revoked = [b"grant revoked %d" % number for number in range(10, RECORDS + 1, 10)]
    return [b"fencing 9", revoked[-1], *records[-KEPT:]], [b"fencing 9", *revoked, *records]


def _damages(folder: Path, count: int, seed: int, *, with_mark: bool = True) -> tuple[int, int]:
    """Damage a copy `count` times; return how often it was told, and how often something was missing or wrong untold."""
    (held, ever), rng = _made(folder), random.Random(seed)
    told = silent = 0
    for number in range(count):
        for old in folder.glob("journal.db*"):
            old.unlink()
        for part in JOURNAL_FILES if with_mark else JOURNAL_FILES[:2]:
            shutil.copy(folder / f"made{part}", folder / f"journal.db{part}")
        part = rng.choice(JOURNAL_FILES if with_mark else JOURNAL_FILES[:2])
        why = f"seed {seed}, case {number}: {damage(folder / f'journal.db{part}', rng)} in {part or 'the file'}"
        journal = Journal(folder / "journal.db", STORAGE)
        records, damaged = journal.records()
        assert records == [record for record in ever if record in records], f"{why}: wrong, twice or out of order"
        told += damaged > 0
        silent += records != held and not damaged
        _goes_on(folder, journal, why)
    return told, silent


def _goes_on(folder: Path, journal: Journal, why: str) -> None:
    """Damage outlives a restart until the bridge re-arms, and then the journal is good again."""
    before = journal.records()
    journal.close()
    journal = Journal(folder / "journal.db", STORAGE)
    assert journal.records() == before, why
    journal.rearm()
    journal.write(b"after")
    journal.close()
    journal = Journal(folder / "journal.db", STORAGE)
    records, damaged = journal.records()
    assert (records[-1], damaged) == (b"after", 0), why
    assert records[:-1] == [each for each in before[0] if each in records], why
    journal.close()


@pytest.fixture(autouse=True)
def _short_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shipside.storage.journal.RECORDS_MAX", KEPT)


def test_a_damaged_journal_gives_no_wrong_record_and_is_always_told(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the command journal: bit flips, cut ends and zeroed pages; CMD-13."""
    told, silent = _damages(tmp_path, DAMAGES, seed=21)
    assert silent == 0
    assert told > DAMAGES // 10, "the damage did none: this proves nothing"


@pytest.mark.soak
def test_five_thousand_damages_of_a_journal_are_told(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the command journal at its full number."""
    assert _damages(tmp_path, SOAK_DAMAGES, seed=22)[1] == 0


def test_without_its_mark_a_journal_forgets_in_silence(tmp_path: Path) -> None:
    """Negative control of R6: what the WAL loses is found by the mark alone."""
    assert _damages(tmp_path, DAMAGES // 2, seed=23, with_mark=False)[1] > 0


def test_a_record_under_another_number_or_name_is_damaged(tmp_path: Path) -> None:
    """Proves CMD-13: an older word that takes the place of a newer one is not believed."""
    journal = Journal(tmp_path / "journal.db")
    for record in (b"begun", b"ended"):
        journal.write(record)
    journal.write(b"revoked 2", "grant")
    journal._db.execute("UPDATE journal SET number = number + 5 WHERE number = 1")
    journal._db.execute("UPDATE standing SET name = 'other'")
    assert journal.records() == ([b"ended"], 2)


def test_a_journal_that_was_deleted_is_missed(tmp_path: Path) -> None:
    """Proves CMD-13: an empty journal where there had been one means no remote control."""
    journal = Journal(tmp_path / "journal.db")
    journal.write(b"revoked", "grant")
    journal.close()
    (tmp_path / "journal.db").unlink()
    assert Journal(tmp_path / "journal.db").records() == ([], 1)


def test_a_journal_of_a_former_version_is_taken_over(tmp_path: Path) -> None:
    old = apsw.Connection(str(tmp_path / "journal.db"))
    old.execute(
        "CREATE TABLE journal (number INTEGER PRIMARY KEY AUTOINCREMENT, crc INTEGER NOT NULL, record BLOB NOT NULL)"
    )
    old.execute(
        "CREATE TABLE standing (name TEXT PRIMARY KEY, crc INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID"
    )
    for record in (b"one", b"two"):
        old.execute("INSERT INTO journal (crc, record) VALUES (?, ?)", (zlib.crc32(record), record))
    old.execute("INSERT INTO standing VALUES ('grant', ?, ?)", (zlib.crc32(b"revoked"), b"revoked"))
    old.execute("INSERT INTO journal (crc, record) VALUES (5, ?)", (b"damaged",))
    old.close()
    journal = Journal(tmp_path / "journal.db")
    assert journal.records() == ([b"revoked", b"one", b"two"], 1)
