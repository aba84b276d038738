"""Distance and fuel outlive the collector: kept each few seconds, gone on from, and a restart counts no gap as distance."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from shipside import config
from shipside.collector import COUNTERS, KEEP_S, Collector
from shipside.config import AgentConfig
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, agent_toml
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

SPEED_KN = 18.0


class _Aboard:
    """One life of a collector on a ship that makes 18 kn; the disk outlives it."""

    def __init__(self, loaded: AgentConfig, spool: Spool, clock: SetClock) -> None:
        self.clock = clock
        self.collector = Collector(
            loaded, clock, MemoryPort(connected=True), [], [], spool, OPERATOR, "boot", lambda *_, **__: None
        )

    def sail(self, seconds: int) -> float:
        """Return the distance run that the picture has after so many seconds."""
        listening = self.collector.listening
        for _ in range(seconds):
            self.clock.s += 1.0
            listening.take_line("gps", framed(f"GPVTG,090.0,T,,M,{SPEED_KN:.1f},N,{SPEED_KN * 1.852:.1f},K,A"))
            self.collector._scan(self.clock.s)
        latest = listening.picture.latest("DIST_RUN", self.clock.s)
        assert latest is not None
        assert isinstance(latest.value, float)
        return latest.value


@pytest.fixture
def loaded(tmp_path: Path) -> AgentConfig:
    path = agent_toml(tmp_path, 1883, TCP.format("gps", 1))
    path.write_text(path.read_text() + '\n[channels]\nonly = ["NAV_SOG", "NAV_COG", "DIST_RUN"]\n')
    return config.load(path, {})


def test_a_kill_loses_seconds_of_distance_and_the_time_away_adds_none(loaded: AgentConfig, tmp_path: Path) -> None:
    spool, clock = Spool(tmp_path / "spool.db", 10**8, 1), SetClock()
    run = _Aboard(loaded, spool, clock).sail(1000)
    assert run == pytest.approx(5.0, abs=0.01)
    # Killed without a word; six hours later it is started again, at 18 kn 108 miles away.
    spool.close()
    clock.s += 6 * 3600.0
    spool = Spool(tmp_path / "spool.db", 10**8, 1)
    again = _Aboard(loaded, spool, clock)
    resumed = again.sail(2)
    assert run - SPEED_KN * (KEEP_S + 2) / 3600.0 <= resumed <= run + SPEED_KN * 2 / 3600.0
    assert again.sail(1000) == pytest.approx(resumed + 5.0, abs=0.01)


def test_an_orderly_end_loses_nothing(loaded: AgentConfig, tmp_path: Path) -> None:
    spool, clock = Spool(tmp_path / "spool.db", 10**8, 1), SetClock()
    first = _Aboard(loaded, spool, clock)
    run = first.sail(KEEP_S.__ceil__() * 3 + 5)
    first.collector._keep_counters()
    assert _Aboard(loaded, spool, clock).sail(1) == pytest.approx(run, abs=1e-9)


def test_a_damaged_record_begins_at_nothing_and_is_counted(loaded: AgentConfig, tmp_path: Path) -> None:
    spool, clock = Spool(tmp_path / "spool.db", 10**8, 1), SetClock()
    _Aboard(loaded, spool, clock).sail(100)
    spool._db.execute("UPDATE small SET crc = crc + 1 WHERE name = ?", (COUNTERS,))
    assert _Aboard(loaded, spool, clock).sail(1) == 0.0
    assert spool.damages["records"] == 1
