"""Damage to the files of the spool: no wrong value, every loss told, no sequence given twice, a start in time (R6)."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import apsw
import pytest

from protocols.aio.clock import SystemClock
from shipside.storage.durable import Storage
from shipside.storage.losses import UNREADABLE
from shipside.storage.spool import CLASSES, Dropped, Spool
from tests.damage import damage

SPOOL_FILES = ("", "-wal", ".mark")
BATCHES, EVENTS, DAMAGES, SOAK_DAMAGES = 250, 20, 300, 5_000
STORAGE = Storage(steps_bytes=(65_536, 16_384))
START_S_MAX = 10.0
LOSS_DAMAGES = 100
UNWRITTEN = tuple(range(60, 240, 6))
"""Sequences whose batch the disk never took: each is a loss on the list."""
REASON = "the disk could not be written at {}"


def _made(folder: Path) -> dict[int, bytes]:
    """Make a spool that was killed while it held batches, some of them in its WAL; return what it held."""
    rng, spool = random.Random(5), Spool(folder / "live.db", 10_000_000, 7, STORAGE)
    held: dict[int, bytes] = {}
    for seq in range(1, BATCHES + 1):
        if seq in UNWRITTEN:
            continue
        held[seq] = rng.randbytes(rng.choice((30, 200, 900, 5000)))
        if seq == BATCHES - 60:  # the rest stays in the WAL
            spool._db.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        spool.add(seq, held[seq], CLASSES[seq % 5 == 0])
    for seq in range(1, EVENTS + 1):
        spool.keep_event("boot", seq, b"event %d" % seq)
    for seq in UNWRITTEN:
        spool.lose(Dropped(seq, seq, CLASSES[seq % 2], REASON.format(seq)))
    spool.delete(40, (50, 51))
    for part in SPOOL_FILES:
        shutil.copy(folder / f"live.db{part}", folder / f"made{part}")
    spool.close()
    return {seq: encoded for seq, encoded in held.items() if seq > 40 and seq not in (50, 51)}


def _told(spool: Spool) -> list[Dropped]:
    """Return all losses, as the uplink tells them."""
    told: list[Dropped] = []
    while some := spool.lost():
        told += some
        spool.told()
    return told


def _judge_unwritten(told: list[Dropped], why: str) -> None:
    """Each loss of the list is told with its class, by itself or within a wider range; none is made up."""
    for seq in UNWRITTEN:
        covers = [each for each in told if each.first <= seq <= each.last and each.batch_class == CLASSES[seq % 2]]
        assert covers, f"{why}: the loss of {seq} is not told"
    known = {Dropped(seq, seq, CLASSES[seq % 2], REASON.format(seq)) for seq in UNWRITTEN}
    made_up = [each for each in told if each.reason.startswith(REASON[:20]) and each not in known]
    assert made_up == [], why


def _judge(spool: Spool, held: dict[int, bytes], why: str) -> int:
    """Hold what the damaged spool gives against what it held; return how many batches are lost, all of them told."""
    while spool.rescue() is not None:
        pass
    found: dict[int, bytes] = {}
    for each in CLASSES:
        for seq in spool.after(0, 10_000, each):
            encoded = spool.get(seq)
            if encoded is not None:
                found[seq] = encoded
    wrong = [seq for seq, encoded in found.items() if held.get(seq, encoded) != encoded]
    assert wrong == [], why
    told = _told(spool)
    lost = set(held) - set(found)
    untold = [seq for seq in lost if not any(each.first <= seq <= each.last for each in told)]
    assert untold == [], why
    _judge_unwritten(told, why)
    assert spool.last_seq >= BATCHES, why
    spool.add(spool.last_seq + 1, b"goes on")
    return len(lost)


def _damages(folder: Path, count: int, seed: int) -> None:
    held, rng, clock = _made(folder), random.Random(seed), SystemClock()
    lost = hurt = 0
    for number in range(count):
        for old in folder.glob("spool.db*"):
            old.unlink()
        for part in SPOOL_FILES:
            shutil.copy(folder / f"made{part}", folder / f"spool.db{part}")
        part = rng.choice(SPOOL_FILES)
        why = f"seed {seed}, case {number}: {damage(folder / f'spool.db{part}', rng)} in {part or 'the file'}"
        begun_s = clock.now_s()
        spool = Spool(folder / "spool.db", 10_000_000, 8, STORAGE)
        assert clock.now_s() - begun_s < START_S_MAX, why
        missing = _judge(spool, held, why)
        lost, hurt = lost + missing, hurt + (missing > 0)
        spool.close()
    assert hurt > count // 20, "the damage did none: this proves nothing"
    assert lost < hurt * len(held), "nothing was ever rescued"


def test_a_damaged_spool_gives_no_wrong_value_and_tells_every_loss(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the spool: bit flips, cut ends and zeroed pages."""
    _damages(tmp_path, DAMAGES, seed=11)


@pytest.mark.soak
def test_five_thousand_damages_give_no_wrong_value(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the spool at its full number."""
    _damages(tmp_path, SOAK_DAMAGES, seed=12)


def test_a_batch_under_the_name_of_one_of_the_other_class_is_told_and_hides_nothing(tmp_path: Path) -> None:
    """Part of R6, found by case 2718 of seed 12: one bit of a name, and the class below had two of a sequence."""
    spool = Spool(tmp_path / "spool.db", 1_000_000, 7, STORAGE)
    for seq in range(1, 9):
        spool.add(seq, b"batch %d" % seq, CLASSES[seq % 3 == 0])
    spool._db.execute("UPDATE bulk SET seq = 4 WHERE seq = 3")
    assert spool.after(0, 10, "ais") == [4, 6]
    assert spool.get(4) == b"batch 4"
    assert spool.after(0, 10, "ais") == [6]
    assert any(each.first <= 3 <= each.last and each.batch_class == "ais" for each in _told(spool))
    assert [spool.get(seq) for seq in (4, 6)] == [b"batch 4", b"batch 6"]
    spool.close()


def _loss_damages(folder: Path, count: int, seed: int) -> int:
    """Damage the list of losses alone, bit by bit, where SQLite does not see it; return how often a row was found so."""
    spool = Spool(folder / "made.db", 1_000_000, 7, STORAGE)
    for seq in range(1, 250):
        if seq not in UNWRITTEN:
            spool.add(seq, b"batch")
    for seq in UNWRITTEN:
        spool.lose(Dropped(seq, seq, CLASSES[seq % 2], REASON.format(seq)))
    spool.close()
    whole, rng, found = (folder / "made.db").read_bytes(), random.Random(seed), 0
    rows = [match.start() for match in re.finditer(REASON[:20].encode(), whole)]
    for number in range(count):
        content = bytearray(whole)
        content[rng.choice(rows) - rng.randrange(16) + rng.randrange(48)] ^= 1 << rng.randrange(8)
        for old in folder.glob("spool.db*"):
            old.unlink()
        (folder / "spool.db").write_bytes(content)
        shutil.copy(folder / "made.db.mark", folder / "spool.db.mark")
        spool = Spool(folder / "spool.db", 1_000_000, 8, STORAGE)
        told = _told(spool)
        _judge_unwritten(told, f"seed {seed}, case {number}")
        found += any(each.reason == UNREADABLE for each in told)
        spool.close()
    return found


def test_a_damaged_list_of_losses_is_told_as_all_that_may_be_lost(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the list of losses: no range that is wrong, and none that is not told."""
    assert _loss_damages(tmp_path, LOSS_DAMAGES, seed=13) > LOSS_DAMAGES // 2


@pytest.mark.soak
def test_five_thousand_damages_of_the_list_of_losses(tmp_path: Path) -> None:
    """Proves reliability goal R6 for the list of losses at its full number."""
    assert _loss_damages(tmp_path, SOAK_DAMAGES, seed=14) > SOAK_DAMAGES // 2


def test_without_its_checksum_a_wrong_range_would_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of R6 for the list of losses: with a checksum that is always right damage passes for a loss."""
    monkeypatch.setattr("shipside.storage.losses._crc", lambda *_: 0)
    with pytest.raises(AssertionError, match="case"):
        _loss_damages(tmp_path, LOSS_DAMAGES, seed=13)


def test_losses_of_a_former_version_are_told_as_they_were(tmp_path: Path) -> None:
    old = apsw.Connection(str(tmp_path / "spool.db"))
    old.execute(
        "CREATE TABLE lost (first INTEGER NOT NULL, last INTEGER NOT NULL, class TEXT NOT NULL, reason TEXT NOT NULL)"
    )
    old.execute("INSERT INTO lost VALUES (3, 9, 'ais', 'the spool is full')")
    old.execute(
        "CREATE TABLE meter (month TEXT NOT NULL, bearer TEXT NOT NULL, class TEXT NOT NULL, bytes INTEGER NOT NULL)"
    )
    old.execute("INSERT INTO meter VALUES ('2026-11', 'geo', 'samples', 1234)")
    old.execute("CREATE TABLE standing (alert_id TEXT PRIMARY KEY) WITHOUT ROWID")
    old.execute("INSERT INTO standing VALUES ('disk-80')")
    old.close()
    spool = Spool(tmp_path / "spool.db", 1_000_000, 8, STORAGE)
    assert spool.lost() == [Dropped(3, 9, "ais", "the spool is full")]
    assert spool.metered() == [("2026-11", "geo", "samples", 1234)]
    assert spool.standing_alerts() == ["disk-80"]


def test_a_damaged_small_record_is_none_and_is_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 1_000_000, 8, STORAGE)
    spool.keep_metered([("2026-11", "geo", "samples", 1234)])
    spool._db.execute("UPDATE small SET record = replace(record, x'1904d2', x'1904d3')")
    assert spool.metered() == []
    assert spool.damages["records"] == 1


def test_a_blob_that_became_text_is_read_as_the_bytes_it_is(tmp_path: Path) -> None:
    """Proves reliability goal R6: one flipped bit of a row's head makes a text of a blob, which may be no UTF-8."""
    spool = Spool(tmp_path / "spool.db", 1_000_000, 7, STORAGE)
    spool.add(1, b"\xf4 one")
    spool.keep_event("boot", 1, b"\xf4 event")
    spool._db.execute("UPDATE batch SET bytes = CAST(bytes AS TEXT)")
    spool._db.execute("UPDATE event SET bytes = CAST(bytes AS TEXT)")
    assert spool.get(1) == b"\xf4 one"
    assert spool.events(10) == [("boot", 1, b"\xf4 event")]
