"""A spool that was set back, by an image of the disk or a copy: what is made since is not taken for what the shore has."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from protocols.link import codec, signing, topics
from protocols.link.acks import BatchAck
from protocols.link.batch import Batch
from protocols.link.events import Event
from protocols.link.legend import Legend
from shipside.config.link import LinkConfig
from shipside.sending.chaining import Chain
from shipside.sending.dispatch import Dispatch
from shipside.sending.uplink import EVENTS_AT_ONCE, Uplink
from shipside.storage.spool import Spool, SpoolError
from shoreside.ingest.intake import Intake
from shoreside.ports import Ledger
from shoreside.roles import ROLES
from telemetry.catalogue import standard_catalogue
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

VESSEL = "kestrel"
LEGEND = Legend.from_wire(standard_catalogue().hash, standard_catalogue().to_wire())
PARTS = ("", "-wal", "-shm", ".mark")


class _Ship:
    """An uplink over a spool in a folder, started as often as one likes."""

    def __init__(self, folder: Path) -> None:
        self.path, self.clock, self.starts = folder / "spool.db", SetClock(), 0
        self.start()

    def start(self) -> None:
        self.starts += 1
        self.spool = Spool(self.path, 10**8, 1_000 + self.starts)
        port = MemoryPort()
        dispatch = Dispatch(VESSEL, f"boot-{self.starts}", self.clock, port, self.spool, OPERATOR, EVENTS_AT_ONCE)
        self.uplink = Uplink(VESSEL, self.clock, port, self.spool, dispatch, Chain(LEGEND, 0.0),
                             LinkConfig("lte", is_adaptive=False, budget_bytes=0), lambda *_, **__: None)  # fmt: skip

    def stop(self) -> None:
        self.spool.close()

    def keep(self, count: int) -> None:
        for _ in range(count):
            name = (VESSEL, self.spool.epoch, self.uplink.next_seq, LEGEND.catalogue_hash)
            batch = Batch(*name, historical=False, scan_utc_ns=np.zeros(0, np.int64), columns=(), targets=())
            self.uplink.keep(batch, "samples")

    def dropped(self) -> list[dict[str, object]]:
        """Return the losses that wait to be told."""
        events = [Event.from_bytes(signing.open_envelope(signed).body) for _, _, signed in self.spool.events(100)]
        return [dict(event.body) for event in events if event.kind == "dropped"]


def image_of(ship: _Ship, folder: Path) -> None:
    """Copy the spool of a stopped ship."""
    folder.mkdir()
    for part in PARTS:
        if Path(f"{ship.path}{part}").exists():
            shutil.copy(f"{ship.path}{part}", folder)


def put_back(ship: _Ship, folder: Path) -> None:
    """Put a copy of the spool in the place of the present one, as who restores the ship's computer does."""
    for part in PARTS:
        Path(f"{ship.path}{part}").unlink(missing_ok=True)
    for file in folder.iterdir():
        shutil.copy(file, ship.path.parent)


def restored(tmp_path: Path) -> tuple[_Ship, int]:
    """Return a ship whose disk was set back to ten batches of fifty, and who has made five more since; and her epoch."""
    ship = _Ship(tmp_path)
    ship.keep(10)
    ship.stop()
    image_of(ship, tmp_path / "image")
    ship.start()
    ship.keep(40)
    epoch = ship.spool.epoch
    ship.stop()
    put_back(ship, tmp_path / "image")
    ship.start()
    assert (ship.spool.epoch, ship.spool.last_seq) == (epoch, 10)
    ship.keep(5)
    return ship, epoch


@pytest.mark.parametrize("ack", [(50, ()), (0, (50,)), (3, (11, 50))])
def test_a_spool_that_was_set_back_begins_anew_and_loses_nothing_unread(
    tmp_path: Path, ack: tuple[int, tuple[int, ...]]
) -> None:
    """The shore says more than this spool ever made: it is set aside whole, told, and another begun, of another epoch."""
    ship, epoch = restored(tmp_path)
    with pytest.raises(SpoolError, match="older than what the shore has"):
        ship.uplink.receive(topics.ACK, BatchAck(epoch, *ack).to_bytes())
    ship.stop()
    ship.start()
    assert ship.spool.epoch != epoch
    assert (ship.spool.last_seq, ship.spool.count) == (0, 0)
    assert [(each["epoch"], each["first"], each["last"]) for each in ship.dropped()] == [(epoch, 1, 15)]
    (aside,) = (path for path in tmp_path.glob("*.damaged-*") if path.suffix.startswith(".damaged"))
    whole = Spool(aside, 10**8, 1)
    assert whole.count == 15
    whole.close()
    ship.keep(3)
    assert [codec.name_of(ship.spool.get(seq) or b"") for seq in ship.spool.after(0, 9)] == [
        (ship.spool.epoch, seq) for seq in (1, 2, 3)
    ]


def test_what_a_shore_says_in_the_ordinary_way_sets_nothing_aside(tmp_path: Path) -> None:
    """The negative control: all that was made, an old epoch, and the word of a shore that knows less."""
    ship, epoch = restored(tmp_path)
    for ack in (
        BatchAck(epoch, 4, (9, 15)),
        BatchAck(epoch, 15, ()),
        BatchAck(epoch - 1, 10_000, ()),
        BatchAck(epoch, 0, ()),
    ):
        ship.uplink.receive(topics.ACK, ack.to_bytes())
    assert ship.spool.epoch == epoch
    assert list(tmp_path.glob("*.damaged-*")) == []


def test_the_shore_says_how_far_it_has_a_spool_with_each_word(tmp_path: Path) -> None:
    """Also where its row has a hole, and the batch that it acknowledges again lies above it: else the ship could not know."""
    ship, epoch = restored(tmp_path)
    intake = Intake(ROLES["all"])
    intake.learn(Ledger({(VESSEL, epoch): ((1, 5), (8, 50))}))
    assert intake.read(VESSEL, ship.spool.get(11) or b"", 0.0) is None
    ((_, said),) = intake.take_acks()
    assert BatchAck.from_bytes(said) == BatchAck(epoch, 5, (11, 50))
    with pytest.raises(SpoolError):
        ship.uplink.receive(topics.ACK, said)
