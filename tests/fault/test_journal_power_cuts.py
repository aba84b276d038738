"""Power cuts under the command journal and the ledger, on a disk in memory; a crash between journal and act (C2, R1)."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from control import command
from control.command import Record
from control.messages import Actuate, Emit, SignedOrder
from control.messages import Journal as JournalRecord
from protocols.link import signing
from protocols.link.ledger import faults
from protocols.link.signing import Domain
from shipside.storage.durable import SpoolError, Storage, close_as_it_is
from shipside.storage.journal import Journal
from tests.control_rig import KEYS, Rig
from tests.power_cut import PowerDisk

ROUNDS = 1_000
SOAK_ROUNDS = 10_000
CONTROL_ROUNDS = 60
STEPS = (65_536, 16_384)
"""Small steps: each start writes one."""


@dataclass
class _Promised:
    """What the journal has said is on the disk."""

    records: list[bytes] = field(default_factory=list[bytes])
    fencing: int = 0
    entries: int = 0
    doubtful: bytes = b""
    doubtful_fencing: int = 0
    lost: int = 0
    number: int = 0


def _act(journal: Journal, promised: _Promised, dice: random.Random) -> None:
    """Write one thing, and enter the promise once it was made."""
    promised.number += 1
    luck = dice.random()
    if luck < 0.5:
        make = command.begun_record if dice.random() < 0.5 else command.ended_record
        promised.doubtful = make(Record(f"01JD{promised.number:022d}", "digest", None, "SUCCEEDED"))
        journal.write(promised.doubtful)
        promised.records.append(promised.doubtful)
    elif luck < 0.65:
        promised.doubtful_fencing = promised.fencing + 1
        journal.write(command.fencing_record(promised.doubtful_fencing), "fencing")
        promised.fencing = promised.doubtful_fencing
    else:
        journal.keep_event("boot", promised.number, dice.randbytes(dice.choice((60, 300, 1500))))
        promised.entries = journal.ledger.head.count
        if luck > 0.9:
            journal.acknowledged("boot", promised.number)


def _judge(journal: Journal, promised: _Promised) -> None:
    """Hold what is found against what was promised."""
    records, damaged = journal.records()
    assert damaged == 0
    promised.lost += len(set(promised.records) - set(records))
    assert set(records) - set(promised.records) <= {promised.doubtful} | {
        command.fencing_record(number) for number in (promised.fencing, promised.doubtful_fencing)
    }
    promised.records = [record for record in records if b"fencing" not in record]
    restored = command.restore(records)
    promised.lost += restored.fencing < promised.fencing
    promised.fencing = restored.fencing
    assert journal.ledger.problem == ""
    assert faults(journal.ledger.entries()) == []
    promised.lost += journal.ledger.head.count < promised.entries
    promised.entries = journal.ledger.head.count


def _rounds(folder: Path, count: int, *, seed: int, lies: bool = False) -> int:
    """Cut the power `count` times under a working journal; return how many promises were not kept."""
    disk, dice, promised = PowerDisk(f"journal-{folder.name}", lies=lies), random.Random(seed), _Promised()
    storage, destroyed = Storage(disk.vfs_name, STEPS, lambda _: None), 0
    mark = folder / "journal.db.mark"
    for number in range(count):
        if number % 40 == 39:  # a new ship now and then, so that judging stays quick
            disk.files.clear()
            mark.unlink(missing_ok=True)
            promised = _Promised(lost=promised.lost, number=promised.number)
        disk.steps_left = dice.randrange(1, 60) if dice.random() < 0.2 else None
        journal: Journal | None = None
        with suppress(SpoolError):
            journal = Journal(folder / "journal.db", storage)
            disk.steps_left = dice.randrange(1, 60)
            while True:
                _act(journal, promised, dice)
        if journal is not None:
            close_as_it_is(journal._db)
        disk.restart(dice)
        if lies:  # such a disk loses the mark too
            mark.unlink(missing_ok=True)
        try:
            journal = Journal(folder / "journal.db", storage)
        except SpoolError:
            destroyed += 1
            disk.files.clear()
            mark.unlink(missing_ok=True)
            promised = _Promised(lost=promised.lost + 1, number=promised.number)
            continue
        _judge(journal, promised)
        journal.close()
    return promised.lost + destroyed


def test_journal_and_ledger_survive_a_thousand_power_cuts(tmp_path: Path) -> None:
    """Proves CMD-13, LED-04: 1,000 seeded power cuts, no record, number or entry lost that was promised, every chain whole."""
    assert _rounds(tmp_path, ROUNDS, seed=1) == 0


@pytest.mark.soak
def test_journal_and_ledger_survive_ten_thousand_power_cuts(tmp_path: Path) -> None:
    """C2 and R1 for the safety process, at the full number."""
    assert _rounds(tmp_path, SOAK_ROUNDS, seed=2) == 0


def test_a_disk_that_lies_about_its_syncs_is_found_out(tmp_path: Path) -> None:
    """Negative control: such a disk must lose, and is seen to."""
    assert _rounds(tmp_path, CONTROL_ROUNDS, seed=3, lies=True) > 0


class _Dying(Rig):
    """A ship whose program dies after so many of its outputs were carried out; what is on disk then stays."""

    outputs_left: int | None = None
    begun = False
    """Whether a record of the order is on the disk."""

    def drain(self) -> None:
        """Carry out what is left to this life."""
        if self.outputs_left is None:
            super().drain()
            return
        while self.outputs_left > 0 and (outputs := self.supervisor.outbox()):
            for output in outputs[: self.outputs_left]:
                self.outputs_left -= 1
                if isinstance(output, JournalRecord):
                    self.begun = self.begun or b"begun" in output.record
                    self.write(output)
                elif isinstance(output, Actuate):
                    self.moves.append((self.now_s, output.setpoint, output.cause))
                elif isinstance(output, Emit):
                    self.events.append(output)


@pytest.mark.parametrize("outputs", range(12))
def test_a_crash_between_journal_and_act_ends_as_unknown_and_is_never_tried_again(outputs: int) -> None:
    """Proves CMD-13, CMD-03: reliability goal C2, 12 orders at each of 12 cut points: nothing is tried again silently."""
    moved_and_unknown = 0
    for heading_deg in range(80, 92):
        journal: list[bytes] = []
        ship = _Dying(journal=journal)
        ship.take("ann")
        order = ship.order("conn.heading", {"heading_deg": heading_deg})
        ship.outputs_left = outputs
        ship.feed(SignedOrder(signing.sign(Domain.ORDER, order.to_bytes(), KEYS["ann"])))
        # She starts again and is sent the same bytes: they move nothing, whatever was done before.
        again = Rig(now_s=ship.now_s + 5.0, journal=journal)
        again.take("ann")
        assert again.send(order) == ("UNKNOWN" if ship.begun else "EXPIRED")
        first, second = ([move[2] for move in each.moves].count(order.id) for each in (ship, again))
        assert (first <= 1, second) == (True, 0)
        assert not first or ship.begun, "it moved before it was on disk"
        moved_and_unknown += first and ship.begun
    assert moved_and_unknown in (0, 12)
    assert bool(moved_and_unknown) == (outputs >= 5)
