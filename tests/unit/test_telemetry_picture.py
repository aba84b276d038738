"""What a value is worth, whose value it is, and what a scan takes: told in simulated seconds."""

from __future__ import annotations

import pytest

from protocols.reading import Quality, Reading, Value
from telemetry.catalogue import standard_catalogue
from telemetry.picture import Picture
from telemetry.quality import judged
from telemetry.scan import Scanner
from telemetry.sources import SOURCES_MAX, SWITCHES_MAX, SourceSelector

CHANNELS = standard_catalogue().by_id


def _picture(ranking: dict[str, tuple[str, ...]] | None = None, hold_off_s: float = 10.0) -> Picture:
    return Picture(CHANNELS, SourceSelector(ranking or {}, hold_off_s))


def _heading(value: float | None, quality: Quality = Quality.GOOD) -> Reading:
    return Reading("NAV_HDG", value, "deg", quality)


@pytest.mark.parametrize(
    ("value", "unit", "quality"),
    [
        (0.0, "deg", Quality.GOOD),
        (360.0, "deg", Quality.GOOD),
        (-0.01, "deg", Quality.OUT_OF_RANGE),
        (360.01, "deg", Quality.OUT_OF_RANGE),
        (float("nan"), "deg", Quality.INVALID),
        (float("inf"), "deg", Quality.INVALID),
        ("north", "deg", Quality.INVALID),
        (True, "deg", Quality.INVALID),
        (95.0, "rad", Quality.INVALID),
    ],
)
def test_a_number_is_good_in_range_and_never_zero_by_accident(value: Value, unit: str, quality: Quality) -> None:
    seen = judged(Reading("NAV_HDG", value, unit, Quality.GOOD), CHANNELS["NAV_HDG"])
    assert seen.quality is quality
    assert (seen.value is None) is (quality is not Quality.GOOD)


def test_what_the_instrument_calls_void_stays_void() -> None:
    seen = judged(_heading(None, Quality.INVALID), CHANNELS["NAV_HDG"])
    assert (seen.value, seen.quality) == (None, Quality.INVALID)


def test_absent_stale_and_invalid_are_three_things() -> None:
    """Proves the distinction that INT-02 rests on."""
    picture = _picture()

    # Nothing has spoken: the channel is absent.
    assert picture.latest("NAV_HDG", 0.0) is None

    # It speaks: good, and good up to its greatest age.
    picture.receive(_heading(95.0), "gyro", 0.0, 0)
    oldest = CHANNELS["NAV_HDG"].max_age_s
    latest = picture.latest("NAV_HDG", oldest)
    assert latest is not None
    assert latest.quality is Quality.GOOD

    # A moment later it is stale and still tells its last value.
    latest = picture.latest("NAV_HDG", oldest + 0.001)
    assert latest is not None
    assert (latest.value, latest.quality) == (95.0, Quality.STALE)

    # It speaks without a value: invalid, and the old value is gone.
    picture.receive(_heading(None, Quality.INVALID), "gyro", oldest + 1, 0)
    latest = picture.latest("NAV_HDG", oldest + 1)
    assert latest is not None
    assert (latest.value, latest.quality) == (None, Quality.INVALID)


def test_a_better_source_takes_over_late_and_is_left_soon() -> None:
    picture = _picture({"NAV_HDG": ("gyro-1", "gyro-2")}, hold_off_s=10.0)

    # Only the second gyro speaks: it is believed.
    picture.receive(_heading(94.0), "gyro-2/HE", 0.0, 0)
    assert picture.facts(0.0)["NAV_HDG"].source == "gyro-2/HE"

    # The first comes: not believed before it has been good for 10 s without a break.
    for tenth in range(100):
        at_s = 1.0 + tenth / 10
        picture.receive(_heading(95.0), "gyro-1/HE", at_s, 0)
        picture.receive(_heading(94.0), "gyro-2/HE", at_s, 0)
        assert picture.facts(at_s)["NAV_HDG"].source == "gyro-2/HE"
    picture.receive(_heading(95.0), "gyro-1/HE", 11.0, 0)
    assert picture.facts(11.0)["NAV_HDG"].source == "gyro-1/HE"

    # It falls silent: the second is believed as soon as the first is too old, and each switch is told once.
    oldest = CHANNELS["NAV_HDG"].max_age_s
    picture.receive(_heading(94.0), "gyro-2/HE", 11.0 + oldest, 0)
    assert picture.facts(11.0 + oldest)["NAV_HDG"].source == "gyro-1/HE"
    picture.receive(_heading(94.0), "gyro-2/HE", 11.1 + oldest, 0)
    assert picture.facts(11.1 + oldest)["NAV_HDG"].source == "gyro-2/HE"
    told = [(switch.before, switch.after) for switch in picture.outbox()]
    assert told == [("gyro-2/HE", "gyro-1/HE"), ("gyro-1/HE", "gyro-2/HE")]
    assert picture.outbox() == ()


def test_a_void_source_is_left_for_a_good_one() -> None:
    picture = _picture({"NAV_HDG": ("gyro-1", "gyro-2")})
    picture.receive(_heading(95.0), "gyro-1", 0.0, 0)
    oldest = CHANNELS["NAV_HDG"].max_age_s
    for step in range(20):
        at_s = step * oldest / 4
        picture.receive(_heading(None, Quality.INVALID), "gyro-1", at_s, 0)
        picture.receive(_heading(94.0), "gyro-2", at_s, 0)
    assert picture.facts(20 * oldest / 4)["NAV_HDG"].value == 94.0


def test_sources_and_switches_are_bounded() -> None:
    selector = SourceSelector({}, 0.0)
    for number in range(SOURCES_MAX + 5):
        selector.receive("NAV_HDG", f"gyro-{number}", 0.0, 1.0, good=True)
    assert not selector.receive("NAV_HDG", "one-too-many", 0.0, 1.0, good=True)
    for number in range(SWITCHES_MAX + 50):
        selector.receive("NAV_HDG", f"gyro-{number % 2}", 10.0 * number, 1.0, good=True)
    assert len(selector.outbox()) == SWITCHES_MAX


def test_two_sources_can_be_compared() -> None:
    picture = _picture()
    picture.receive(Reading("NAV_LAT", 35.0, "deg", Quality.GOOD), "gnss-1", 0.0, 0)
    picture.receive(Reading("NAV_LAT", 35.1, "deg", Quality.GOOD), "gnss-2", 0.0, 0)
    assert [latest.value for latest in picture.all_sources("NAV_LAT", 0.0)] == [35.0, 35.1]


def test_an_unknown_channel_is_counted_and_kept_out() -> None:
    picture = _picture()
    picture.receive(Reading("NO_SUCH", 1.0, "", Quality.GOOD), "x", 0.0, 0)
    assert picture.unknown_count == 1
    assert picture.facts(0.0) == {}


def test_a_scan_takes_what_is_new_and_what_has_just_become_stale() -> None:
    picture = _picture()
    scanner = Scanner(picture, 1.0, 0.0)

    # Before its time there is no scan.
    picture.receive(_heading(95.0), "gyro", 0.1, 0)
    assert scanner.tick(0.9, 0) is None

    # At its time the new reading is in it, once.
    scan = scanner.tick(1.0, 1)
    assert scan is not None
    assert [(latest.channel, latest.quality) for latest in scan.news] == [("NAV_HDG", Quality.GOOD)]

    # Silence: nothing new, until the value becomes stale, which is told once.
    qualities = []
    for second in range(2, 12):
        scan = scanner.tick(float(second), second)
        assert scan is not None
        qualities += [latest.quality for latest in scan.news]
    assert qualities == [Quality.STALE]


def test_a_late_scan_is_taken_once_and_the_missed_are_counted() -> None:
    scanner = Scanner(_picture(), 0.2, 0.0)
    assert scanner.tick(1.05, 0) is not None
    assert scanner.missed_count == 4
    assert scanner.tick(1.1, 0) is None
    assert scanner.deadline() == pytest.approx(1.2)
