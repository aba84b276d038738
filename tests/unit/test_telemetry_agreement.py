"""Sources that disagree, limits that are crossed, sources that were left: found, told once, and gone when it is over."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.reading import Quality, Reading
from telemetry.agreement import Agreement, AgreementLimits, Quantity
from telemetry.alerts import DataAlert
from telemetry.catalogue import standard_catalogue
from telemetry.channel import AlarmLimits, Channel
from telemetry.integrity import Integrity, IntegrityRules
from telemetry.picture import Picture
from telemetry.plane import difference_deg, direction_deg, distance_m, is_within, offset_m, vector
from telemetry.sources import SourceSelector

LIMITS = AgreementLimits(position_m=100.0, heading_deg=10.0, speed_kn=2.0, on_s=5.0, off_s=10.0)
METRE_DEG = 1.0 / 111_320.0


class Ship:
    """A picture and its watch, driven second by second."""

    def __init__(
        self, channels: dict[str, Channel] | None = None, ranking: dict[str, tuple[str, ...]] | None = None
    ) -> None:
        """Begin at second 0 with nothing heard."""
        known = channels or standard_catalogue().by_id
        self.picture = Picture(known, SourceSelector(ranking or {}, 10.0))
        self.watch = Integrity(known, IntegrityRules(agreement=LIMITS))
        self.channels = known
        self.now_s = 0.0
        self.told: list[DataAlert] = []

    def say(self, source: str, **values: float) -> None:
        for name, value in values.items():
            self.picture.receive(Reading(name, value, self.channels[name].unit, Quality.GOOD), source, self.now_s, 0)

    def second(self) -> None:
        self.told += self.watch.tick(self.picture, self.now_s)
        self.now_s += 1.0


@pytest.mark.parametrize(
    ("quantity", "one", "other", "agrees"),
    [
        ("position", (34.0, 128.0), (34.0 + 99 * METRE_DEG, 128.0), True),
        ("position", (34.0, 128.0), (34.0 + 101 * METRE_DEG, 128.0), False),
        ("position", (0.0, 180.0), (0.0, -179.9999), True),
        ("heading", (359.0,), (8.9,), True),
        ("heading", (359.0,), (9.1,), False),
        ("heading", (0.0,), (360.0,), True),
        ("heading", (10.0,), (190.0,), False),
        ("speed", (0.0,), (2.0,), True),
        ("speed", (-0.1,), (2.0,), False),
    ],
)
def test_two_sources_disagree_beyond_their_limit_and_only_after_the_delay(
    quantity: Quantity, one: tuple[float, ...], other: tuple[float, ...], agrees: bool
) -> None:
    agreement = Agreement(LIMITS)
    found = [agreement.receive(quantity, {"a": one, "b": other}, float(second)) for second in range(6)]
    assert found[:5] == [None] * 5
    assert (found[5] is None) is agrees


def test_a_disagreement_ends_within_the_hysteresis_and_after_the_delay_only() -> None:
    agreement = Agreement(LIMITS)
    for second in range(6):
        assert (agreement.receive("speed", {"a": (0.0,), "b": (3.0,)}, float(second)) is not None) is (second == 5)
    for second in range(6, 100):  # 1.9 is below the limit, but within its hysteresis
        assert agreement.receive("speed", {"a": (0.0,), "b": (1.9,)}, float(second)) is not None
    for second in range(100, 110):
        assert agreement.receive("speed", {"a": (0.0,), "b": (1.0,)}, float(second)) is not None
    assert agreement.receive("speed", {"a": (0.0,), "b": (1.0,)}, 110.0) is None


def test_of_three_sources_the_two_farthest_apart_are_named() -> None:
    agreement = Agreement(LIMITS)
    sources = {"a": (10.0,), "b": (12.0,), "c": (355.0,)}
    found = [agreement.receive("heading", sources, float(second)) for second in range(6)][-1]
    assert found is not None
    assert (found.first, found.second, found.apart) == ("b", "c", pytest.approx(17.0))


def test_one_source_alone_neither_finds_nor_ends_a_disagreement() -> None:
    agreement = Agreement(LIMITS)
    for second in range(30):
        assert agreement.receive("speed", {"a": (0.0,)}, float(second)) is None
    for second in range(30, 36):
        agreement.receive("speed", {"a": (0.0,), "b": (9.0,)}, float(second))
    assert agreement.receive("speed", {"b": (9.0,)}, 60.0) is not None


def test_positions_that_disagree_raise_one_alert_with_both_names_and_the_distance() -> None:
    """The second receiver is 500 m off for a minute; a stale or invalid position is never compared."""
    ship = Ship()
    for second in range(200):
        off_m = 500.0 if 20 <= second < 80 else 3.0
        ship.say("fore/GP", NAV_LAT=34.9, NAV_LON=128.5)
        if second < 150:
            ship.say("aft/GN", NAV_LAT=34.9 + off_m * METRE_DEG, NAV_LON=128.5)
        ship.second()
    told = [(alert.is_active, alert.text) for alert in ship.told if alert.alert_id == "position-disagree.sources"]
    assert [active for active, _ in told] == [True, False]
    assert "fore/GP aft/GN 49" in told[0][1] or "fore/GP aft/GN 50" in told[0][1]


def test_a_source_that_is_left_is_one_alert_for_all_its_channels_until_it_is_believed_again() -> None:
    ranking = dict.fromkeys(("NAV_LAT", "NAV_LON", "NAV_SOG"), ("bridge/GP", "net/GN"))
    ship = Ship(ranking=ranking)
    for second in range(300):
        if not 50 <= second < 100:
            ship.say("bridge/GP", NAV_LAT=34.9, NAV_LON=128.5, NAV_SOG=10.0)
        ship.say("net/GN", NAV_LAT=34.9, NAV_LON=128.5, NAV_SOG=10.0)
        ship.second()
    assert [(alert.alert_id, alert.is_active) for alert in ship.told] == [
        ("source-switch.bridge/GP", True), ("source-switch.bridge/GP", False),
    ]  # fmt: skip
    assert ship.told[0].text == "SOURCE CHANGED bridge/GP now net/GN for NAV_LAT NAV_LON NAV_SOG"


def test_a_source_of_the_same_rank_counts_as_left_while_it_is_silent() -> None:
    ship = Ship()
    for second in range(300):
        if not 50 <= second < 100:
            ship.say("one", NAV_SOG=10.0)
        ship.say("two", NAV_SOG=10.0)
        ship.second()
    assert [(alert.alert_id, alert.is_active) for alert in ship.told] == [
        ("source-switch.one", True), ("source-switch.one", False),
    ]  # fmt: skip
    assert ship.picture.latest("NAV_SOG", ship.now_s).source == "two"  # type: ignore[union-attr]


def _engine(limits: AlarmLimits) -> dict[str, Channel]:
    return {"ME_CWT": replace(standard_catalogue()["ME_CWT"], limits=limits)}


def test_limits_of_a_channel_raise_warning_and_alarm_with_hysteresis_and_delay() -> None:
    """Up to 97 degC and back: warning above 90, alarm above 95, each 2 s late, each rectified 3 degC below and 4 s later."""
    ship = Ship(_engine(AlarmLimits(high=90.0, high_high=95.0, hysteresis=3.0, on_s=2.0, off_s=4.0)))
    course: dict[tuple[str, bool], float] = {}
    for second in range(80):
        value = 80.0 + min(second, 60 - second if second >= 30 else second, 17)
        ship.say("plc", ME_CWT=value)
        before = len(ship.told)
        ship.second()
        course.update({(alert.alert_id, alert.is_active): float(second) for alert in ship.told[before:]})
    assert course == {
        ("limit-high.ME_CWT", True): 13.0,  # 91 at 11
        ("limit-high-high.ME_CWT", True): 18.0,  # 96 at 16
        ("limit-high-high.ME_CWT", False): 52.0,  # 92 at 48
        ("limit-high.ME_CWT", False): 57.0,  # 87 at 53
    }


def test_a_low_limit_is_crossed_downwards_and_a_value_that_is_lost_changes_no_alert() -> None:
    ship = Ship(_engine(AlarmLimits(low=60.0, low_low=50.0, hysteresis=1.0)))
    ship.say("plc", ME_CWT=55.0)
    ship.second()
    assert [alert.alert_id for alert in ship.told] == ["limit-low.ME_CWT"]
    ship.picture.receive(Reading("ME_CWT", None, "degC", Quality.INVALID), "plc", ship.now_s, 0)
    for _ in range(60):
        ship.second()
    assert len(ship.told) == 1
    ship.say("plc", ME_CWT=60.9)
    ship.second()
    assert len(ship.told) == 1
    ship.say("plc", ME_CWT=61.0)
    ship.second()
    assert not ship.told[-1].is_active


def test_the_plane_is_the_globe_within_50_km() -> None:
    """One minute of latitude at 45 deg is 1852.2 m on WGS84, one of longitude 1314.1 m; vectors go there and back."""
    assert distance_m(45.0 + 1 / 120, 10.0, 45.0 - 1 / 120, 10.0) == pytest.approx(1852.2, abs=0.2)
    assert distance_m(45.0, 10.0 + 1 / 60, 45.0, 10.0) == pytest.approx(1314.13, abs=0.1)
    assert offset_m(10.0, -179.99, 10.0, 179.99)[1] == pytest.approx(2 * 0.01 * 109_640, rel=1e-3)
    for angle in range(0, 360, 7):
        north, east = vector(float(angle), 3.0)
        assert direction_deg(north, east) == pytest.approx(angle)
        assert math.hypot(north, east) == pytest.approx(3.0)
        assert difference_deg(angle + 175.0, float(angle)) == pytest.approx(175.0)


_PLACES = st.tuples(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0))


@given(place=_PLACES, step=st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1)), limit_m=st.floats(0.0, 20_000.0))
def test_places_within_a_limit_are_those_whose_distance_is(
    place: tuple[float, float], step: tuple[float, float], limit_m: float
) -> None:
    other = (max(-90.0, min(90.0, place[0] + step[0])), place[1] + step[1])
    apart_m = distance_m(*place, *other)
    assert is_within(place, other, limit_m) == (apart_m <= limit_m)
    assert is_within(place, other, apart_m)
    assert apart_m < 0.001 or not is_within(place, other, apart_m * 0.999)
