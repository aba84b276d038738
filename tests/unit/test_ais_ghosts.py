"""AIS targets that cannot be what they say are told within three reports; real traffic is left alone."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.aio.recorded import lines_of
from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from protocols.nmea0183.sentence import Sentence, parse_line, readings
from telemetry.ghosts import GhostLimits, GhostReason, GhostWatch, TargetFix
from tests.shared_folder import shared

OWN, OWN_MMSI = (34.9, 128.5), 440234567
METRE_DEG = 1.0 / 111_320.0


def sailing(seed: int, *, start_m: float = 5_000.0, speed_kn: float = 12.0, rate: float = 0.0) -> Iterator[TargetFix]:
    """Report each 10 s as an honest ship does, with the noise of its receiver."""
    dice = random.Random(seed)
    heading, angle = dice.uniform(0, 360), dice.uniform(0, 2 * math.pi)
    north, east = start_m * math.cos(angle), start_m * math.sin(angle)
    while True:
        run_m = speed_kn * 1852 / 3600 * 10
        north += run_m * math.cos(math.radians(heading)) + dice.gauss(0, 5)
        east += run_m * math.sin(math.radians(heading)) + dice.gauss(0, 5)
        heading = (heading + rate / 6.0) % 360.0
        longitude = OWN[1] + east * METRE_DEG / math.cos(math.radians(OWN[0]))
        yield TargetFix(
            1, 440_000_000 + seed, False, OWN[0] + north * METRE_DEG, longitude, speed_kn + dice.gauss(0, 0.2),
            round(heading), rate,
        )  # fmt: skip


def _fast(seed: int) -> Iterator[TargetFix]:
    return sailing(seed, speed_kn=90.0 + seed)


def _leaps(seed: int) -> Iterator[TargetFix]:
    """It says 10 kn and goes 150."""
    for real, runs in zip(sailing(seed, speed_kn=10.0), sailing(seed, speed_kn=150.0), strict=True):
        yield TargetFix(1, runs.mmsi, False, runs.latitude_deg, runs.longitude_deg, real.sog_kn)


def _two_places(seed: int) -> Iterator[TargetFix]:
    """Two ships of one number, 20 km apart, by turns."""
    one, other = sailing(seed, start_m=10_000.0), sailing(seed, start_m=-10_000.0)
    while True:
        yield next(one)
        yield next(other)


def _far(seed: int) -> Iterator[TargetFix]:
    return sailing(seed, start_m=200_000.0 + 20_000 * seed)


def _own(seed: int) -> Iterator[TargetFix]:
    for real in sailing(seed):
        yield TargetFix(1, OWN_MMSI, False, real.latitude_deg, real.longitude_deg, real.sog_kn)


def _spins(seed: int) -> Iterator[TargetFix]:
    return sailing(seed, rate=400.0 + 10 * seed)


def _lies(seed: int) -> Iterator[TargetFix]:
    """It says that it turns at 5 deg/s and keeps its heading."""
    for real in sailing(seed):
        yield TargetFix(
            1, real.mmsi, False, real.latitude_deg, real.longitude_deg, real.sog_kn, real.heading_deg, 300.0
        )


GHOSTS = {
    "speed": (_fast, _leaps), "two-places": (_two_places,), "range": (_far,), "own-number": (_own,),
    "turn-rate": (_spins, _lies),
}  # fmt: skip


@pytest.mark.parametrize("reason", list(GHOSTS))
def test_a_ghost_is_found_within_three_reports(reason: GhostReason) -> None:
    """Reliability D2: of 20 ghosts of each kind at least 95 % are flagged, with the right word."""
    found: list[GhostReason | None] = []
    for ghost in GHOSTS[reason]:
        for seed in range(20):
            watch = GhostWatch(OWN_MMSI, GhostLimits())
            said = [watch.receive(fix, OWN, 10.0 * n) for n, fix in zip(range(3), ghost(seed), strict=False)]
            found.append(said[-1] if said[-1] == reason else next((word for word in said if word), None))
    assert sum(word is not None for word in found) / len(found) >= 0.95
    assert sum(word == reason for word in found) / len(found) >= 0.95


def test_an_honest_fleet_is_left_alone_and_so_are_aircraft_and_repeated_base_stations() -> None:
    watch = GhostWatch(OWN_MMSI, GhostLimits())
    fleet = [sailing(seed, rate=(seed % 5) * 20.0) for seed in range(50)]
    for second in range(0, 1200, 10):
        for ship in fleet:
            assert watch.receive(next(ship), OWN, float(second)) is None
    assert watch.receive(TargetFix(9, 111_440_001, False, 37.0, 128.5, 180.0), OWN, 0.0) is None
    assert watch.receive(TargetFix(4, 4_401_001, False, 10.0, 128.5), OWN, 0.0) is None
    assert watch.receive(TargetFix(1, OWN_MMSI, True, *OWN, 10.0), OWN, 0.0) is None


def test_what_is_not_available_condemns_nobody() -> None:
    watch = GhostWatch(0, GhostLimits())
    for second in range(5):
        assert watch.receive(TargetFix(1, 0, False), None, float(second)) is None
        assert watch.receive(TargetFix(1, 440_000_001, False, sog_kn=12.0), OWN, float(second)) is None


RECORDINGS = ("ais/nais400-merrimac.log", "nmea0183/nais300-merrimac.log", "nmea0183/gofree-merrimac.log")
"""Those with a receiver's clock among the AIS; without one nobody can say how fast a target has moved."""


def recorded(path: Path) -> Iterator[tuple[float, AisReport, tuple[float, float] | None]]:
    """Go through the AIS of a recording: receiver's time, report, own position. Between two times a line takes 50 ms."""
    reader, own, now_s, clock_s = AisReader(), None, 0.0, None
    for line in lines_of(path):
        now_s += 0.05
        sentence = parse_line(line)
        if not isinstance(sentence, Sentence):
            continue
        if sentence.formatter in ("VDM", "VDO"):
            report = reader.receive("file", sentence.formatter, sentence.fields)
            if isinstance(report, AisReport):
                yield now_s, report, own
            continue
        found = readings(sentence)
        values = {} if isinstance(found, str) else {reading.channel: reading.value for reading in found}
        if isinstance(values.get("NAV_LAT"), float) and isinstance(values.get("NAV_LON"), float):
            own = (float(values["NAV_LAT"] or 0), float(values["NAV_LON"] or 0))
        when = values.get("NAV_UTC")
        if isinstance(when, str):
            day_s = int(when[11:13]) * 3600 + int(when[14:16]) * 60 + float(when[17:].rstrip("Z"))
            now_s = day_s if clock_s is None or day_s > clock_s else now_s
            clock_s = day_s


def test_at_most_one_in_a_hundred_real_targets_is_flagged() -> None:
    """Reliability D2: three recordings of real traffic, 378 targets, held against the receiver's time."""
    heard, flagged, words = set[tuple[str, int]](), set[tuple[str, int]](), list[tuple[str, int, str]]()
    for name in RECORDINGS:
        watch = GhostWatch(0, GhostLimits())
        for now_s, report, own in recorded(shared(f"data/{name}")):
            fix = TargetFix(
                report.type, report.mmsi, report.is_own_ship, report.latitude_deg, report.longitude_deg, report.sog_kn,
                report.heading_deg, report.rot_deg_min,
            )  # fmt: skip
            heard.add((name, report.mmsi))
            reason = watch.receive(fix, own, now_s)
            if reason is not None:
                flagged.add((name, report.mmsi))
                words.append((name, report.mmsi, reason))
    assert len(heard) > 370
    assert len(flagged) <= len(heard) / 100, words
