"""A value that has gone stale keeps the time of its measurement, aboard and ashore: its age never reads young."""

from __future__ import annotations

import numpy as np

from protocols.link.batch import Batch, Column
from protocols.link.birth import Birth
from protocols.reading import Quality, Reading
from shoreside.live import fleet
from shoreside.live.fleet import VesselState
from telemetry.batching import Batcher
from telemetry.catalogue import standard_catalogue
from telemetry.picture import Picture
from telemetry.scan import Scanner
from telemetry.sources import SourceSelector
from tests.shore_kit import NOON_NS, Ship

CATALOGUE = standard_catalogue()
MAX_AGE_S = CATALOGUE["NAV_HDG"].max_age_s
NOON_MS = NOON_NS // 1_000_000
SCAN_S = 0.2


def at(*samples: tuple[float, Quality]) -> Batch:
    """Return a batch of headings, each (seconds after noon of its scan, quality)."""
    times = np.array([NOON_NS + round(at_s * 1e9) for at_s, _ in samples], np.int64)
    column = Column(
        "NAV_HDG", np.arange(len(samples), dtype=np.int32), np.full(len(samples), 95.5),
        np.array([int(quality) for _, quality in samples], np.uint8),
    )  # fmt: skip
    return Batch("kestrel", 1, 1, CATALOGUE.hash, historical=False, scan_utc_ns=times, columns=(column,), targets=())


def ashore() -> VesselState:
    """Return a state that knows the vessel's catalogue."""
    state = VesselState("kestrel")
    fleet.take_birth(state, Birth.from_bytes(Ship().birth()[1]))
    return state


def told(state: VesselState) -> tuple[object, int, float]:
    """Return value, quality and seconds after noon of the heading."""
    _, value, quality, utc_ms = state.latest["NAV_HDG"]
    return value, quality, (utc_ms - NOON_MS) / 1000.0


def test_a_stale_value_ashore_is_as_old_as_the_measurement() -> None:
    state = ashore()
    fleet.take_batch(state, at((10.0, Quality.GOOD)), 0.0)
    fresh = fleet.take_batch(state, at((11.2, Quality.STALE)), 1.2)
    assert told(state) == (95.5, Quality.STALE, 10.0)
    assert fresh == [state.latest["NAV_HDG"]]


def test_measured_and_gone_stale_in_one_batch() -> None:
    state = ashore()
    fleet.take_batch(state, at((10.0, Quality.GOOD), (11.2, Quality.STALE)), 0.0)
    assert told(state) == (95.5, Quality.STALE, 10.0)


def test_where_the_measurement_was_missed_the_maximum_age_tells_it() -> None:
    """The shore started, or lost batches, in between."""
    state = ashore()
    fleet.take_batch(state, at((30.0, Quality.STALE)), 0.0)
    assert told(state) == (95.5, Quality.STALE, 30.0 - MAX_AGE_S)
    later = ashore()
    fleet.take_batch(later, at((10.0, Quality.GOOD)), 0.0)
    fleet.take_batch(later, at((30.0, Quality.STALE)), 20.0)
    assert told(later) == (95.5, Quality.STALE, 30.0 - MAX_AGE_S)


def test_a_late_word_of_staleness_takes_no_newer_value_away() -> None:
    state = ashore()
    fleet.take_batch(state, at((40.0, Quality.GOOD)), 0.0)
    assert fleet.take_batch(state, at((30.0, Quality.STALE)), 0.1) == []
    assert told(state) == (95.5, Quality.GOOD, 40.0)


def test_what_the_store_remembers_of_a_stale_value_is_no_younger() -> None:
    state = ashore()
    fleet.recall_latest(state, (("NAV_HDG", 95.5, int(Quality.STALE), NOON_MS + 30_000),))
    assert told(state) == (95.5, Quality.STALE, 30.0 - MAX_AGE_S)


def test_from_the_instrument_to_the_shore_the_age_is_true_within_a_scan() -> None:
    """Aboard the picture keeps the arrival; through scanner, batcher and shore it moves by less than one scan."""
    picture = Picture(CATALOGUE.by_id, SourceSelector({}, 10.0))
    scanner = Scanner(picture, SCAN_S, 0.0)
    batcher = Batcher("kestrel", CATALOGUE.by_id, CATALOGUE.hash, 0.0)
    state, measured_s = ashore(), 1.05
    picture.receive(
        Reading("NAV_HDG", 95.5, "deg", Quality.GOOD), "gyro/HE", measured_s, NOON_NS + round(measured_s * 1e9)
    )
    for step in range(1, 100):
        now_s = step * 0.1
        scan = scanner.tick(now_s, NOON_NS + round(now_s * 1e9)) if now_s > measured_s else None
        if scan is not None and scan.news:
            batcher.receive(scan, now_s)
            fleet.take_batch(state, batcher.cut(1, step, ()), now_s)
    held = picture.latest("NAV_HDG", 10.0)
    assert held is not None
    assert (held.quality, held.at_s) == (Quality.STALE, measured_s)
    assert told(state)[1] == Quality.STALE
    assert 0.0 <= told(state)[2] - measured_s <= SCAN_S
