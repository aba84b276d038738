"""Good, stale, invalid, out of range, frozen, manual: from each to each, and what of it carries a value."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from protocols.reading import Quality, Reading
from telemetry.catalogue import standard_catalogue
from telemetry.integrity import Integrity, IntegrityRules
from telemetry.picture import Latest, Picture
from telemetry.sources import SourceSelector

FROZEN_S = 30.0
ROLL = replace(standard_catalogue()["NAV_ROLL"], frozen_s=FROZEN_S, cycle_s=1.0, max_age_s=3.0)
CHANNELS = {"NAV_ROLL": ROLL}


class Ship:
    """One noisy channel that can be brought into each quality."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.picture = Picture(CHANNELS, SourceSelector({}, 10.0))
        self.now_s = 0.0
        self.said = 0.0

    def say(self, value: float | None, quality: Quality) -> None:
        """Let the instrument speak."""
        self.now_s += 1.0
        self.picture.receive(Reading("NAV_ROLL", value, "deg", quality), "imu", self.now_s, 0)

    def become(self, quality: Quality) -> None:
        """Bring the channel into a quality, as the world does."""
        self.said += 0.1
        if quality is Quality.STALE:
            self.say(self.said, Quality.GOOD)
            self.now_s += ROLL.max_age_s + 0.1
        elif quality is Quality.FROZEN:
            for _ in range(int(FROZEN_S) + 1):
                self.say(self.said, Quality.GOOD)
        elif quality is Quality.OUT_OF_RANGE:
            self.say(75.0, Quality.GOOD)
        else:
            self.say(None if quality is Quality.INVALID else self.said, quality)

    def latest(self) -> Latest:
        """Return what is believed."""
        latest = self.picture.latest("NAV_ROLL", self.now_s)
        assert latest is not None
        return latest


@pytest.mark.parametrize(("before", "after"), list(product(Quality, Quality)))
def test_every_quality_follows_every_other(before: Quality, after: Quality) -> None:
    ship = Ship()
    for quality in (before, after):
        ship.become(quality)
        latest = ship.latest()
        assert latest.quality is quality
        carries = quality not in (Quality.INVALID, Quality.OUT_OF_RANGE)
        assert (latest.value == pytest.approx(ship.said)) if carries else latest.value is None


def test_a_value_is_frozen_after_its_time_and_good_with_its_first_change() -> None:
    ship = Ship()
    for second in range(60):
        ship.say(1.0, Quality.GOOD)
        assert (ship.latest().quality is Quality.FROZEN) is (second >= FROZEN_S)
    ship.say(1.01, Quality.GOOD)
    assert ship.latest().quality is Quality.GOOD


def test_a_channel_that_may_stand_still_never_freezes() -> None:
    """The negative control: the same hour of one value on a channel whose record says nothing of freezing."""
    picture = Picture(standard_catalogue().by_id, SourceSelector({}, 10.0))
    for second in range(3600):
        picture.receive(Reading("NAV_ROLL", 1.0, "deg", Quality.GOOD), "imu", float(second), 0)
        latest = picture.latest("NAV_ROLL", float(second))
        assert latest is not None
        assert latest.quality is Quality.GOOD


def test_a_frozen_source_is_left_for_one_that_moves_and_is_an_alert_where_there_is_none() -> None:
    watch, picture = Integrity(CHANNELS, IntegrityRules()), Picture(CHANNELS, SourceSelector({}, 10.0))
    told: list[tuple[str, bool]] = []
    for second in range(200):
        picture.receive(Reading("NAV_ROLL", 1.0, "deg", Quality.GOOD), "imu", float(second), 0)
        if second >= 100:
            value = 1.0 + (second % 7) / 10
            picture.receive(Reading("NAV_ROLL", value, "deg", Quality.GOOD), "other", float(second), 0)
        told += [(alert.alert_id, alert.is_active) for alert in watch.tick(picture, float(second))]
    latest = picture.latest("NAV_ROLL", 199.0)
    assert latest is not None
    assert (latest.source, latest.quality) == ("other", Quality.GOOD)
    assert [entry for entry in told if entry[0] == "channel-frozen.NAV_ROLL"] == [
        ("channel-frozen.NAV_ROLL", True), ("channel-frozen.NAV_ROLL", False),
    ]  # fmt: skip
