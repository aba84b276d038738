"""Derived channels: right against numbers worked out by hand, as good as their worst input, never from old values."""

from __future__ import annotations

import cmath
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.reading import Quality, Reading
from telemetry.catalogue import standard_catalogue
from telemetry.derived import DERIVED, DERIVED_CHANNELS, Deriver, current, true_wind
from telemetry.manual import ManualEntries, ManualValue
from telemetry.picture import Latest, Picture
from telemetry.sources import SourceSelector
from telemetry.standard_channels import STANDARD_CHANNELS

CHANNELS = standard_catalogue([c.short_id for c in STANDARD_CHANNELS + DERIVED_CHANNELS]).by_id
INPUTS = {
    "NAV_HDG": 90.0, "NAV_COG": 90.0, "NAV_SOG": 12.0, "NAV_STW": 10.0, "WND_AWA": 0.0, "WND_AWS": 12 * 1852 / 3600,
    "ME_FUEL": 60.0,
}  # fmt: skip
angles = st.floats(0.0, 359.9)


class Ship:
    """A picture with what is derived from it, second by second."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.picture = Picture(CHANNELS, SourceSelector({}, 10.0))
        self.deriver = Deriver(CHANNELS)
        self.now_s = 0.0

    def second(self, quality: Quality = Quality.GOOD, silent: str = "", **changed: float) -> None:
        """Let every input but `silent` speak, with `quality` what was changed; derive."""
        for name, value in {**INPUTS, **changed}.items():
            if name != silent:
                said = quality if name in changed else Quality.GOOD
                kept = None if said in (Quality.INVALID, Quality.OUT_OF_RANGE) else value
                self.picture.receive(Reading(name, kept, CHANNELS[name].unit, said), "bridge/II", self.now_s, 0)
        for reading in self.deriver.tick(self.picture, self.now_s):
            self.picture.receive(reading, "derived", self.now_s, 0)
        self.now_s += 1.0

    def latest(self, name: str) -> Latest:
        """Return what the picture believes of a channel."""
        latest = self.picture.latest(name, self.now_s - 1.0)
        assert latest is not None
        return latest


@pytest.mark.parametrize(
    ("felt", "heading", "course", "ground_kn", "wanted"),
    [
        ((0.0, 6.1733), 0.0, 0.0, 12.0, None),  # the ship's own wind: calm
        ((0.0, 10.0), 90.0, 90.0, 0.0, (90.0, 10.0)),  # at rest: as felt
        ((45.0, 10.0), 0.0, 0.0, 0.0, (45.0, 10.0)),
        ((-90.0, 5.0), 90.0, 90.0, 0.0, (0.0, 5.0)),
        ((0.0, 10.0), 180.0, 180.0, 1.943844, (180.0, 9.0)),  # 1 m/s of it is her own
        ((0.0, 10.0), 0.0, 180.0, 1.943844, (0.0, 11.0)),  # astern
        ((90.0, 3.0), 0.0, 0.0, 7.775378, (143.130102, 5.0)),  # 4 m/s ahead, 3 m/s abeam: the 3-4-5 triangle
    ],
)
def test_true_wind_is_what_a_hand_worked_triangle_gives(
    felt: tuple[float, float], heading: float, course: float, ground_kn: float, wanted: tuple[float, float] | None
) -> None:
    direction, speed = true_wind(felt[0], felt[1], heading, course, ground_kn)
    if wanted is None:
        assert speed == pytest.approx(0.0, abs=1e-3)
    else:
        assert (direction, speed) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    ("heading", "water", "course", "ground", "wanted"),
    [
        (0.0, 10.0, 0.0, 12.0, (0.0, 2.0)),
        (0.0, 10.0, 0.0, 8.0, (180.0, 2.0)),
        (0.0, 4.0, 36.869898, 5.0, (90.0, 3.0)),
        (350.0, 0.0, 270.0, 1.5, (270.0, 1.5)),
    ],
)
def test_set_and_drift_are_what_a_hand_worked_triangle_gives(
    heading: float, water: float, course: float, ground: float, wanted: tuple[float, float]
) -> None:
    assert current(heading, water, course, ground) == pytest.approx(wanted, abs=1e-5)


@given(angles, st.floats(0.5, 60.0), angles, angles, st.floats(0.0, 40.0))
def test_the_wind_felt_from_a_true_wind_gives_that_wind_back(
    direction: float, speed: float, heading: float, course: float, ground: float
) -> None:
    """The way there is worked with complex numbers, the way back is ours."""
    felt = cmath.rect(speed, math.radians(direction)) + cmath.rect(ground * 1852 / 3600, math.radians(course))
    angle = math.degrees(cmath.phase(felt)) - heading
    back_deg, back_mps = true_wind(angle, abs(felt), heading, course, ground)
    assert cmath.rect(back_mps, math.radians(back_deg)) == pytest.approx(
        cmath.rect(speed, math.radians(direction)), abs=1e-6
    )
    assert 0.0 <= back_deg < 360.0


@given(angles, st.floats(0.0, 30.0), angles, st.floats(0.0, 8.0))
def test_a_current_that_is_added_is_found_again(heading: float, water: float, to_deg: float, drift: float) -> None:
    ground = cmath.rect(water, math.radians(heading)) + cmath.rect(drift, math.radians(to_deg))
    found_deg, found_kn = current(heading, water, math.degrees(cmath.phase(ground)), abs(ground))
    assert found_kn == pytest.approx(drift, abs=1e-6)
    assert cmath.rect(found_kn, math.radians(found_deg)) == pytest.approx(
        cmath.rect(drift, math.radians(to_deg)), abs=1e-6
    )


def test_every_derived_channel_is_given_with_its_unit_and_in_its_range() -> None:
    ship = Ship()
    for _ in range(10):
        ship.second()
    for row in DERIVED:
        latest = ship.latest(row.channel)
        if row.channel != "WND_TWD":
            assert latest.quality is Quality.GOOD, row.channel
        assert latest.source == "derived"
    assert ship.latest("CUR_DRIFT").value == pytest.approx(2.0)
    assert ship.latest("CUR_SET").value == pytest.approx(90.0)
    assert ship.latest("WND_TWS").value == pytest.approx(0.0, abs=1e-9)
    assert ship.latest("FUEL_NM").value == pytest.approx(5.0)


@pytest.mark.parametrize("row", DERIVED, ids=lambda row: row.channel)
@pytest.mark.parametrize("quality", list(Quality))
def test_a_derived_value_is_as_good_as_its_worst_input(row: object, quality: Quality) -> None:
    """Each derived channel, each of its inputs, each quality: what is stale, invalid or out of range leaves no number."""
    from telemetry.derived import Derived

    assert isinstance(row, Derived)
    for name in row.inputs:
        ship = Ship()
        for _ in range(3):
            ship.second(WND_AWS=9.0)
        if quality is Quality.STALE:
            while ship.now_s < 3.0 + CHANNELS[name].max_age_s + 1.0:
                ship.second(silent=name)
        else:
            ship.second(quality, **{name: INPUTS[name]})
        latest = ship.latest(row.channel)
        if quality in (Quality.GOOD, Quality.MANUAL, Quality.FROZEN):
            assert latest.quality is quality
            assert latest.value is not None
        else:
            assert (latest.value, latest.quality) == (None, Quality.INVALID)


def test_an_input_that_never_spoke_leaves_its_derived_channels_absent() -> None:
    ship = Ship()
    for _ in range(5):
        ship.second(silent="NAV_STW")
    assert ship.picture.latest("CUR_SET", ship.now_s) is None
    assert ship.picture.latest("DIST_RUN", ship.now_s) is not None


def test_distance_and_fuel_grow_only_by_what_was_measured_and_survive_a_gap_without_a_leap() -> None:
    """An hour, an hour of silence, an hour: 24 NM and 120 l; the silent hour is not counted, and nothing ever falls."""
    ship, run = Ship(), list[float]()
    for second in range(3 * 3600 + 1):
        ship.second(silent="NAV_SOG" if 3600 < second <= 7200 else "")
        latest = ship.latest("DIST_RUN")
        if latest.value is None:
            assert latest.quality is Quality.INVALID
        else:
            run.append(float(latest.value))
    assert max(after - before for before, after in itertools.pairwise(run)) < 12 / 3600 * 1.001
    assert min(after - before for before, after in itertools.pairwise(run)) >= 0.0
    age_s = CHANNELS["NAV_SOG"].max_age_s  # the last speed counts until it is stale
    assert run[-1] == pytest.approx(12.0 * (2 + (age_s - 1) / 3600), abs=0.02)
    assert ship.latest("FUEL_RUN").value == pytest.approx(180.0, rel=1e-3)


def test_what_an_instrument_measures_is_not_derived_and_is_again_when_it_falls_silent() -> None:
    ship = Ship()
    for second in range(60):
        if 20 <= second < 40:
            ship.picture.receive(Reading("WND_TWS", 7.0, "m/s", Quality.GOOD), "mast/WI", ship.now_s, 0)
        ship.second(WND_AWS=10.0)
        if second in (10, 35, 55):
            latest = ship.latest("WND_TWS")
            assert latest.source == ("mast/WI" if second == 35 else "derived")


def test_a_value_entered_by_hand_holds_until_its_end_and_gives_way_to_a_measured_one() -> None:
    picture = Picture(CHANNELS, SourceSelector({}, 10.0))
    entry = ManualValue("DRF_FWD", 4.2, "Chief Officer", 0, 1_000_000_000_000)
    entries = ManualEntries([entry], CHANNELS)
    seen: dict[int, tuple[Quality, object]] = {}
    for second in range(1_500):
        if 300 <= second < 310:
            picture.receive(Reading("DRF_FWD", 4.4, "m", Quality.GOOD), "draught", float(second), 0)
        for source, reading in entries.tick(picture, float(second), second * 1_000_000_000):
            assert source == "manual/Chief Officer"
            picture.receive(reading, source, float(second), 0)
        latest = picture.latest("DRF_FWD", float(second))
        assert latest is not None
        seen[second] = (latest.quality, latest.value)
    assert seen[299] == (Quality.MANUAL, 4.2)
    assert seen[320 + 180] == (Quality.MANUAL, 4.2)
    assert seen[999] == (Quality.MANUAL, 4.2)
    assert seen[1_001] == (Quality.INVALID, None)
