"""Batches while nobody can be watching: longer after a minute without a link, cut live again when it is back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from protocols.link import codec
from protocols.link.legend import Legend
from protocols.nmea0183.framing import framed
from shipside import config
from shipside.collector import Collector
from shipside.config.link import BEARERS
from shipside.sending.bearer import OUTAGE_BATCH_S, OUTAGE_S, Outage
from shipside.sending.window import Send
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, agent_toml
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

LTE, NARROW = BEARERS["lte"], BEARERS["narrow"]
SCANS_LONG = round(OUTAGE_BATCH_S / LTE.scan_s)


class _Aboard:
    """A collector whose loop is turned by hand, with a gyro that speaks before each scan."""

    def __init__(self, folder: Path, bearer: str = "lte") -> None:
        link = f'[link]\nbearer = "{bearer}"\n'
        loaded = config.load(agent_toml(folder, 1883, TCP.format("gyro", 1) + link), {})
        self.clock, self.port, self.spool = SetClock(), MemoryPort(connected=True), Spool(":memory:", 10**8, 1)
        self.legend = Legend.from_wire(loaded.catalogue.hash, loaded.catalogue.to_wire())
        self.collector = Collector(
            loaded, self.clock, self.port, [], [], self.spool, OPERATOR, "boot-1", lambda *_, **__: None
        )

    def sail(self, seconds: float) -> list[int]:
        """Collect for some time; return how many scans each batch that was kept in it has."""
        before = self.spool.last_seq
        for _ in range(round(seconds / LTE.scan_s)):
            self.clock.s += LTE.scan_s
            self.collector.listening.take_line("gyro", framed(f"HEHDT,{self.clock.s % 360:.1f},T"))
            self.collector._scan(self.clock.s + 1e-6)
        return [len(batch.scan_utc_ns) for batch in self.kept(before)]

    def kept(self, after: int = 0) -> list[codec.Batch]:
        """Return the batches above a sequence."""
        held = [self.spool.get(seq) for seq in self.spool.after(after, 100_000)]
        return [codec.decode(each, lambda _: self.legend) for each in held if each is not None]


def test_batches_are_long_after_a_minute_away_and_live_at_once_when_the_link_is_back() -> None:
    outage = Outage()
    assert outage.batch_s(LTE, 5.0, is_connected=False) == LTE.batch_s
    assert outage.batch_s(LTE, 5.0 + OUTAGE_S - 0.1, is_connected=False) == LTE.batch_s
    assert outage.batch_s(LTE, 5.0 + OUTAGE_S, is_connected=False) == OUTAGE_BATCH_S
    assert outage.batch_s(NARROW, 5.0 + OUTAGE_S, is_connected=False) == NARROW.batch_s  # longer as it is
    assert outage.batch_s(LTE, 70.0, is_connected=True) == LTE.batch_s
    assert outage.batch_s(LTE, 70.2, is_connected=False) == LTE.batch_s  # each outage has its own minute


def test_a_collector_keeps_an_outage_in_long_batches_and_cuts_live_from_the_first_scan_after_it(tmp_path: Path) -> None:
    """Every scan is kept once, whatever the length; the batch that was growing goes with the first scan after the return."""
    aboard = _Aboard(tmp_path)
    assert set(aboard.sail(10)) == {1}
    aboard.port.connected = False
    assert set(aboard.sail(OUTAGE_S - 1)) == {1}, "a short cut changes nothing"
    aboard.sail(2)
    assert all(SCANS_LONG <= scans <= SCANS_LONG + 2 for scans in aboard.sail(100))
    aboard.port.connected = True
    first, *then = aboard.sail(10)
    assert 1 <= first <= SCANS_LONG + 2
    assert set(then) == {1}
    assert len(then) == 10 / LTE.scan_s - 1
    times = np.concatenate([batch.scan_utc_ns for batch in aboard.kept()])
    assert len(times) == len(set(times.tolist()))
    assert float(np.abs(np.diff(times) / 1e9 - LTE.scan_s).max()) < 0.001, "a scan is missing"


async def test_on_a_dear_bearer_too_what_was_collected_goes_live_once_the_shore_can_read_it(tmp_path: Path) -> None:
    """R4: not as soon as the connection stands, for until the birth has been taken a batch would go last, as history."""
    aboard = _Aboard(tmp_path, "geo")
    window = aboard.collector.uplink.window
    aboard.port.connected = False
    aboard.sail(14)  # in the middle of a batch of ten seconds
    aboard.port.connected = True
    assert aboard.sail(2) == []
    await aboard.collector._announce()
    assert len(aboard.sail(1)) == 1
    assert window.take(aboard.clock.s) == Send(aboard.spool.last_seq, historical=False)
    assert aboard.sail(5) == []  # from then on batches are as long as the bearer has them
