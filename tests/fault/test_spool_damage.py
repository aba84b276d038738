"""Damage to the files of the spool: no wrong value, every loss told, no sequence given twice, a start in time (R6)."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from protocols.aio.clock import SystemClock
from shipside.storage.durable import Storage
from shipside.storage.spool import CLASSES, Spool

SPOOL_FILES = ("", "-wal", ".mark")
BATCHES, EVENTS, DAMAGES, SOAK_DAMAGES = 250, 20, 600, 5_000
STORAGE = Storage(steps_bytes=(65_536, 16_384))
START_S_MAX = 10.0


def _made(folder: Path) -> dict[int, bytes]:
    """Make a spool that was killed while it held batches, some of them in its WAL; return what it held."""
    rng, spool = random.Random(5), Spool(folder / "live.db", 10_000_000, 7, STORAGE)
    held: dict[int, bytes] = {}
    for seq in range(1, BATCHES + 1):
        held[seq] = rng.randbytes(rng.choice((30, 200, 900, 5000)))
        if seq == BATCHES - 60:  # the rest stays in the WAL
            spool._db.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        spool.add(seq, held[seq], CLASSES[seq % 5 == 0])
    for seq in range(1, EVENTS + 1):
        spool.keep_event("boot", seq, b"event %d" % seq)
    spool.delete(40, (50, 51))
    for part in SPOOL_FILES:
        shutil.copy(folder / f"live.db{part}", folder / f"made{part}")
    spool.close()
    return {seq: encoded for seq, encoded in held.items() if seq > 40 and seq not in (50, 51)}


def _damaged(path: Path, rng: random.Random) -> str:
    """Damage a file as disks do: flipped bits, a cut end, a page of zeros; return what was done."""
    content = bytearray(path.read_bytes())
    what = rng.choice(("bits", "bits", "cut", "zeros"))
    if what == "bits":
        for _ in range(rng.randrange(1, 5)):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif what == "cut":
        del content[rng.randrange(len(content)) :]
    else:
        first = rng.randrange(len(content)) // 4096 * 4096
        content[first : first + 4096] = bytes(len(content[first : first + 4096]))
    path.write_bytes(content)
    return what


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
    told = spool.lost()
    lost = set(held) - set(found)
    untold = [seq for seq in lost if not any(each.first <= seq <= each.last for each in told)]
    assert untold == [], why
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
        why = f"seed {seed}, case {number}: {_damaged(folder / f'spool.db{part}', rng)} in {part or 'the file'}"
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
