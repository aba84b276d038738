"""A source's health as channels: their names and ISO 19848 ids, what they say of a source that speaks, fails and falls silent."""

from __future__ import annotations

import pytest
from vista_sdk.local_id import LocalId

from protocols.reading import Quality
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.health_channels import (
    HEALTH_S,
    RATE_OVER_S,
    HealthWatch,
    SourceCounts,
    health_channels,
    name_faults,
    stem,
)
from telemetry.quality import judged

pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # vista-sdk reads its files so
NAMES = ("bridge", "net-sat", "GNSS 1", "plc")


def test_four_channels_each_with_a_true_local_id_beside_those_of_every_vessel() -> None:
    channels = health_channels(NAMES)
    assert [channel.short_id for channel in channels[4:8]] == [
        "SRC_NET_SAT_RATE", "SRC_NET_SAT_ERRORS", "SRC_NET_SAT_AGE", "SRC_NET_SAT_LOST",
    ]  # fmt: skip
    whole = Catalogue((*standard_catalogue().channels, *channels))
    assert Catalogue.from_wire(whole.to_wire()).hash == whole.hash  # they travel in the birth
    assert len({channel.local_id for channel in whole}) == len(whole)
    for channel in channels:
        assert str(LocalId.parse(channel.local_id)) == channel.local_id
        assert channel.max_age_s > channel.cycle_s == HEALTH_S


def test_a_local_id_that_is_none_is_found() -> None:
    """The negative control of the test above."""
    with pytest.raises(ValueError, match="parse"):
        LocalId.parse("/dnv-v2/vis-3-11a/745i/F103/meta/qty-nonsense/detail-bridge")


@pytest.mark.parametrize(
    ("names", "word"),
    [(("",), "needs a name"), (("--",), "needs a name"), (("x" * 25,), "1 to 24"), (("net-sat", "net sat"), "SRC_NET_SAT_"),
     (("a", "A", "b"), "'a' and 'A' would share")],
)  # fmt: skip
def test_a_name_that_makes_no_id_of_its_own_is_a_fault(names: tuple[str, ...], word: str) -> None:
    assert word in " ".join(name_faults(names))
    assert name_faults(NAMES) == []


def said(watch: HealthWatch, counts: SourceCounts, now_s: float) -> dict[str, float]:
    channels = {channel.short_id: channel for channel in health_channels((counts.name,))}
    found = [judged(reading, channels[reading.channel]) for reading in watch.tick([counts], now_s)]
    assert {reading.quality for reading in found} == {Quality.GOOD}
    return {reading.channel.removeprefix(f"SRC_{stem(counts.name)}_"): float(reading.value or 0) for reading in found}


def test_a_source_that_speaks_has_its_rate_and_no_age() -> None:
    watch = HealthWatch(100.0)
    for beat in range(1, 11):
        now_s = 100.0 + beat * HEALTH_S
        assert watch.is_due(now_s)
        found = said(watch, SourceCounts("gnss", int(beat * HEALTH_S * 12), 3, 1, now_s - 0.1), now_s)
        assert found == {"RATE": pytest.approx(12.0), "ERRORS": 3.0, "AGE": pytest.approx(0.1), "LOST": 1.0}
        assert not watch.is_due(now_s + HEALTH_S - 0.1)


def test_a_source_that_falls_silent_ages_and_its_rate_falls_to_nothing() -> None:
    watch = HealthWatch(0.0)
    said(watch, SourceCounts("gnss", 100, 0, 0, 10.0), 10.0)
    rates, ages = [], []
    for beat in range(1, 9):
        found = said(watch, SourceCounts("gnss", 100, 0, 0, 10.0), 10.0 + beat * HEALTH_S)
        rates.append(found["RATE"])
        ages.append(found["AGE"])
    assert ages == [HEALTH_S * beat for beat in range(1, 9)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 0.0
    assert rates[int(RATE_OVER_S / HEALTH_S) :] == [0.0] * (8 - int(RATE_OVER_S / HEALTH_S))


def test_a_source_that_never_spoke_is_as_old_as_the_agent() -> None:
    watch = HealthWatch(50.0)
    assert said(watch, SourceCounts("gyro", 0, 0, 0, None), 80.0) == {
        "RATE": 0.0,
        "ERRORS": 0.0,
        "AGE": 30.0,
        "LOST": 0.0,
    }


def test_a_slow_source_has_a_steady_rate() -> None:
    """One line each 10 s, looked at each 5 s: a count since the last look would say 0, 0.2, 0, 0.2."""
    watch = HealthWatch(0.0)
    rates = [
        said(watch, SourceCounts("log", int(beat * HEALTH_S // 10), 0, 0, None), beat * HEALTH_S)["RATE"]
        for beat in range(1, 21)
    ]
    assert set(rates[4:]) <= {0.05, 0.1, 0.15}
