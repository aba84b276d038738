"""A month without a link: what 200 channels a second come to on the disk, and that the spool's own size holds it (R1).

Time is compressed: ten minutes are made by batcher and codec as the collector makes them, and written with `synchronous=FULL`
again and again under new sequences; the spool does not look into a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from protocols.link.legend import Legend
from protocols.reading import Quality
from shipside.config import SPOOL_MB_MAX
from shipside.config.link import BEARERS, Bearer
from shipside.sending.bearer import OUTAGE_BATCH_S, Outage
from shipside.sending.chaining import Chain
from shipside.storage.spool import Spool
from telemetry.batching import Batcher
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.picture import Latest
from telemetry.scan import Scan
from tests.bench.figures import MB
from tests.bench.signals import SIGNALS, START_NS, Signals, ship

DAY_S, DAYS = 86_400, 30
LIVE_S: Final = 61
"""Seconds of the ship coded scan by scan: 305 batches."""
MADE_S: Final = 600
"""Seconds of the ship that are really coded, each profile."""
WRITTEN_S: Final = 4 * 3600
"""Seconds written in the short run: four hours."""


def catalogue(signals: Signals) -> Catalogue:
    """Return a catalogue of 200 numbers a second: records of the standard one, with the signals' resolutions."""
    known = [channel for channel in standard_catalogue() if channel.kind == "number"]
    return Catalogue(tuple(
        replace(known[n % len(known)], short_id=f"SIG_{n:03d}", resolution=float(step), accuracy=None, cycle_s=1.0)
        for n, step in enumerate(signals.resolution)
    ))  # fmt: skip


def scans(signals: Signals, scan_s: float, seconds: int) -> Iterator[tuple[float, Scan]]:
    """Give the scans of some seconds: each channel speaks once a second, spread over the scans of that second."""
    values, per_s = signals.values, max(1, round(1.0 / scan_s))
    for beat in range(round(seconds / scan_s)):
        second, part = int(beat * scan_s + 1e-6), beat % per_s
        now_s, utc_ns = beat * scan_s, START_NS + beat * round(scan_s * 1e9)
        yield now_s, Scan(utc_ns, tuple(
            Latest(f"SIG_{n:03d}", float(values[n, second]), Quality.GOOD, now_s, utc_ns, "plc")
            for n in range(part, SIGNALS, per_s)
        ))  # fmt: skip


def made(bearer: Bearer, batch_s: float, seconds: int = MADE_S, seed: int = 11) -> list[bytes]:
    """Return what the collector writes of some seconds at a profile, in batches of `batch_s`."""
    signals = ship(seconds, seed)
    known = catalogue(signals)
    batcher = Batcher("kestrel", known.by_id, known.hash, batch_s)
    chain, written = Chain(Legend.from_wire(known.hash, known.to_wire()), bearer.batch_s), list[bytes]()
    for now_s, scan in scans(signals, bearer.scan_s, seconds):
        batcher.receive(scan, now_s)
        if batcher.is_due(now_s):
            written.append(chain.whole(batcher.cut(1, len(written) + 1, ())))
    return written


def outage_batch_s(bearer: Bearer) -> float:
    """Return how long batches are when the link has been away for an hour."""
    outage = Outage()
    outage.batch_s(bearer, 0.0, is_connected=False)
    return outage.batch_s(bearer, 3600.0, is_connected=False)


@dataclass(frozen=True)
class Filled:
    """What a spool holds after some time."""

    seconds: float
    count: int
    held_bytes: int
    file_bytes: int
    lost: int

    def day_mb(self) -> float:
        """Return the MB of batches a day."""
        return self.held_bytes / self.seconds * DAY_S / MB

    def told(self, what: str) -> str:
        """Return a line for the reader."""
        return (
            f"{what}: {self.seconds / 3600:.0f} h, {self.count} batches, {self.held_bytes / MB:.1f} MB held, file "
            f"{self.file_bytes / MB:.1f} MB; {self.day_mb():.1f} MB a day, {self.day_mb() * DAYS:.0f} MB in 30 days"
        )


def filled(path: Path, minutes: list[bytes], seconds: float, mb_max: float = SPOOL_MB_MAX) -> Filled:
    """Write `seconds` of batches, MADE_S of which are `minutes`, with nobody who takes them."""
    spool = Spool(path, int(mb_max * MB), 1)
    count = int(len(minutes) * seconds / MADE_S)
    for seq in range(1, count + 1):
        spool.add(seq, minutes[seq % len(minutes)])
    lost = sum(dropped.last - dropped.first + 1 for dropped in spool.lost())
    files = sum(Path(f"{path}{part}").stat().st_size for part in ("", "-wal"))
    found = Filled(seconds, spool.count, spool.bytes_held, files, lost)
    spool.close()
    return found


@pytest.mark.parametrize("name", ["lte", "leo", "geo", "narrow"])
def test_thirty_days_of_each_profile_fit_by_four_hours_written(name: str, tmp_path: Path) -> None:
    """Proves the 30 days of R1 by extrapolation, for the profile that the ship has when the link is lost."""
    bearer = BEARERS[name]
    found = filled(tmp_path / "spool.db", made(bearer, outage_batch_s(bearer)), WRITTEN_S)
    print("\n" + found.told(f"spool at {SIGNALS} channels/s, {name}, link away"))
    assert found.lost == 0
    assert 0.0 < found.day_mb() * DAYS < SPOOL_MB_MAX


def test_scans_sent_one_by_one_would_not_fit() -> None:
    """The negative control: what LTE cuts for people who watch is several times what the spool holds in 30 days."""
    lte = BEARERS["lte"]
    live, away = (sum(map(len, made(lte, batch_s, LIVE_S))) for batch_s in (lte.batch_s, OUTAGE_BATCH_S))
    month_mb = live / LIVE_S * DAY_S * DAYS / MB
    print(f"\nlte cut scan by scan: {month_mb:.0f} MB in 30 days, {live / away:.1f} times the outage's batches")
    assert month_mb > SPOOL_MB_MAX


def test_a_spool_too_small_lets_the_oldest_go_and_says_so(tmp_path: Path) -> None:
    """The negative control of `lost == 0` above."""
    bearer = BEARERS["geo"]
    found = filled(tmp_path / "spool.db", made(bearer, bearer.batch_s), 3600.0, mb_max=0.3)
    assert found.lost > 0
    assert found.held_bytes <= 0.3 * MB


@pytest.mark.soak
@pytest.mark.parametrize("name", ["lte", "geo"])
def test_thirty_days_written_batch_by_batch(name: str, tmp_path: Path) -> None:
    """Proves the 30 days of R1: every batch of them is on the disk, none was let go."""
    bearer = BEARERS[name]
    minutes = made(bearer, outage_batch_s(bearer))
    found = filled(tmp_path / "spool.db", minutes, DAYS * DAY_S)
    print("\n" + found.told(f"spool at {SIGNALS} channels/s, {name}, 30 days"))
    assert found.lost == 0
    assert found.count == len(minutes) * DAYS * DAY_S // MADE_S
    assert found.held_bytes < SPOOL_MB_MAX * MB
