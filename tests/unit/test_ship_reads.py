"""All lines of a read at once say what they say one by one: the same picture, targets, counts and alerts, at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocols.nmea0183.batch import FEW
from protocols.nmea0183.framing import framed
from shipside.config import from_mapping
from shipside.traffic import Traffic
from telemetry.alerts import DataAlert
from telemetry.picture import Latest
from tests.bench.ship_second import lines
from tests.unit.test_line_injection import SOURCE

SECONDS = 20
"""Long enough for alerts about what was said too often."""
BAD = (b"noise", b"$HEHDT,095.3,T*00", b"$HEHDT*31", framed("HEHDT,nan,T"), b"", framed("XXABC,1"))
TAGGED = b"\\s:HE0001,n:7*40\\" + framed("HEHDT,95.3,T")


class Standing:
    """A clock that stands until it is moved: what one read brings came at one moment."""

    s = 1000.0

    def now_s(self) -> float:
        return self.s

    def utc_ns(self) -> int:
        return 1_795_694_400_000_000_000 + round(self.s * 1e9)

    def cpu_s(self) -> float:
        return 0.0


def heard(reads: list[list[bytes]], at_once: bool) -> tuple[dict[str, Latest], object, object, list[DataAlert]]:
    """Return what a ship makes of reads, one each tenth of a second."""
    clock = Standing()
    traffic = Traffic(from_mapping(SOURCE, Path(), {}), clock)
    take, told = traffic.listening.lines_taker("open"), list[DataAlert]()
    for read in reads:
        clock.s += 0.1
        if at_once:
            take(read)
        else:
            for line in read:
                take([line])
        told += traffic.listening.data_alerts(clock.s)
    facts = traffic.listening.picture.facts(clock.s)
    counts = {name: dict(reasons) for name, reasons in traffic.listening.rejected.items()}
    return facts, traffic.take_news(clock.s), (counts, traffic.listening.lost, traffic.ais.faults), told


@pytest.mark.parametrize("size", [2, FEW - 1, FEW, 63, 500])
def test_a_read_says_what_its_lines_say(size: int) -> None:
    spoken = [*lines(SECONDS), *BAD, TAGGED] * 2
    for place, line in enumerate(BAD):
        spoken.insert(97 * place, line)
    reads = [spoken[start : start + size] for start in range(0, len(spoken), size)]
    at_once, one_by_one = heard(reads, at_once=True), heard(reads, at_once=False)
    assert at_once == one_by_one
    facts, targets, _, told = at_once
    assert {"NAV_LAT", "NAV_HDG", "NAV_UTC", "STG_RUD_S"} <= set(facts)
    assert targets
    assert told
