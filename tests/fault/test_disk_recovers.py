"""Room on the disk returns: within ten seconds all is kept again, and the alert ends (R5). Time is simulated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from shipside import config
from shipside.collector import Collector
from shipside.storage.durable import Storage
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, agent_toml
from tests.fault.test_bad_input_disk import Disk, disk, filled
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

RECOVERED_S = 10.0
DISK_MB = 16
STEPS = Storage(steps_bytes=(1024 * 1024, 256 * 1024))
FILL_S = 400
"""80 kB a second: the spool needs more than it has long before."""
__all__ = ["disk"]


class _Aboard:
    """A collector without a link on a small disk, its loop turned by hand."""

    def __init__(self, folder: Path, place: Path) -> None:
        loaded = config.load(agent_toml(folder, 1883, TCP.format("mux", 1)), {})
        self.clock, self.said = SetClock(), list[dict[str, object]]()
        self.spool = Spool(place / "spool.db", 40_000_000, 1, STEPS)
        self.collector = Collector(
            loaded, self.clock, MemoryPort(connected=False), [], [], self.spool, OPERATOR, "boot", self._say
        )

    def _say(self, event: str, **fields: object) -> None:
        self.said.append({"event": event, **fields})

    def second(self) -> None:
        """Collect for a second; nobody acknowledges, so all of it must be kept."""
        for _ in range(5):
            self.clock.s += 0.2
            noise = int.from_bytes(os.urandom(2), "big") % 3600 / 10
            self.collector.listening.take_line("mux", framed(f"HEHDT,{noise:.1f},T"))
            self.collector._scan(self.clock.s + 1e-6)

    def busy_second(self, pad: bytes) -> None:
        """Collect for a second, and keep padding as a busy ship would."""
        self.second()
        for _ in range(20):
            self.spool.add(self.collector.uplink.next_seq, pad)
            self.collector.uplink._seq += 1

    def lost(self) -> int:
        """Return how many batches are lost to date, kept losses and unwritten ones."""
        return sum(each.last - each.first + 1 for each in self.spool.lost()) + self.collector.uplink.unspooled_count


def _until_lost(ship: _Aboard, pad: bytes) -> None:
    """Sail until the disk costs batches."""
    for _ in range(FILL_S):
        ship.busy_second(pad)
        if ship.lost():
            return
    pytest.fail("the disk never cost a batch: this proves nothing")


def test_within_ten_seconds_of_room_everything_is_kept_again(disk: Disk, tmp_path: Path) -> None:
    """Proves reliability goal R5: recovery within 10 s after space returns, told before and after."""
    place = disk(DISK_MB)
    ship = _Aboard(tmp_path, place)
    ship.second()
    pad = os.urandom(4000)
    with filled(place):
        _until_lost(ship, pad)
        assert "disk-95" in ship.collector.alerts.active()
        during = ship.lost()
        assert during > 0
    returned_s = ship.clock.s
    recovered_s = None
    for _ in range(40):
        before = ship.lost()
        ship.busy_second(pad)
        is_kept = ship.lost() == before
        if is_kept and recovered_s is None:
            recovered_s = ship.clock.s - returned_s
        assert is_kept or recovered_s is None, "it was not for good"
    assert recovered_s is not None
    assert recovered_s <= RECOVERED_S
    assert "disk-95" not in ship.collector.alerts.active()


def test_a_disk_that_stays_full_does_not_recover(disk: Disk, tmp_path: Path) -> None:
    """Negative control: without room the same ship goes on losing her oldest, and says so all the time."""
    place = disk(DISK_MB)
    ship = _Aboard(tmp_path, place)
    with filled(place):
        pad = os.urandom(4000)
        _until_lost(ship, pad)
        before = ship.lost()
        for _ in range(int(RECOVERED_S)):
            ship.busy_second(pad)
        assert ship.lost() > before
        assert "disk-95" in ship.collector.alerts.active()
