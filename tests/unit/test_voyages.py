"""Voyages are found in a track: departure, arrival, legs, stays, distance, speed, fuel."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.voyages import Fix, VoyageLimits, distance_nm, voyages

STEP_S = 60.0


def sailed(*parts: tuple[float, float, float | None], measured: bool = True, start_s: float = 0.0) -> list[Fix]:
    """Return fixes each minute of parts (minutes, knots, fuel l/h): due north from 35 N."""
    made, utc_s, latitude_deg = list[Fix](), start_s, 35.0
    for minutes, knots, fuel_l_h in parts:
        for _ in range(int(minutes)):
            made.append(Fix(utc_s, latitude_deg, 129.0, knots if measured else None, fuel_l_h))
            utc_s += STEP_S
            latitude_deg += knots / 60.0 / 60.0
    return made


def test_a_day_at_sea_is_one_voyage_of_two_legs() -> None:
    """From the quay, an hour at 12 kn, at anchor for half an hour, another hour at 6 kn, then in port: one voyage, two legs."""
    (voyage,) = voyages(sailed((60, 0, 0.0), (60, 12, 300.0), (30, 0, 10.0), (60, 6, 90.0), (180, 0, 0.0)))
    first, second = voyage.legs
    assert (first.departed.utc_s, first.arrived.utc_s) == (3600.0, 7200.0)
    assert (second.departed.utc_s, second.arrived.utc_s) == (9000.0, 12600.0)
    assert first.distance_nm == pytest.approx(12.0, rel=0.002)
    assert second.distance_nm == pytest.approx(6.0, rel=0.002)
    assert voyage.distance_nm == pytest.approx(18.0, rel=0.002)
    assert (voyage.under_way_s, voyage.stayed_s) == (7200.0, 1800.0)
    assert voyage.average_kn == pytest.approx(9.0, rel=0.002)
    assert first.fuel_l == pytest.approx(300.0)
    assert voyage.fuel_l == pytest.approx(390.0)
    assert voyage.fuel_l_nm == pytest.approx(390.0 / 18.0, rel=0.002)
    assert not voyage.is_open
    assert first.sog_max_kn == 12


def test_a_stay_in_port_parts_two_voyages_and_a_lock_parts_nothing() -> None:
    """Two hours at rest are a port; ten minutes are neither an arrival nor a leg's end."""
    port = voyages(sailed((30, 8, 1.0), (120, 0, 0.0), (30, 8, 1.0), (20, 0, 0.0)))
    assert [len(voyage.legs) for voyage in port] == [1, 1]
    lock = voyages(sailed((30, 8, 1.0), (10, 0, 0.0), (30, 8, 1.0), (20, 0, 0.0)))
    assert [len(voyage.legs) for voyage in lock] == [1]
    short = voyages(sailed((30, 8, 1.0), (119, 0, 0.0), (30, 8, 1.0), (20, 0, 0.0)))
    assert [len(voyage.legs) for voyage in short] == [2]


def test_drift_at_anchor_is_no_departure() -> None:
    """Between the two speeds nothing changes: she swings at 0.7 kn, surges to 1.5 kn for a minute, and stays."""
    assert voyages(sailed((60, 0, 0.0), (60, 0.7, 0.0), (1, 1.5, 0.0), (60, 0.4, 0.0))) == []
    (voyage,) = voyages(sailed((60, 0, 0.0), (3, 1.0, 0.0), (60, 0.7, 0.0), (60, 0.4, 0.0)))
    assert voyage.legs[0].departed.utc_s == 3600.0
    # What began with a surge ends where she first rests, not where she only slowed down.
    assert voyage.legs[0].arrived.utc_s == 3600.0 + 63 * 60.0


def test_what_is_cut_off_by_the_ends_of_the_data_is_said() -> None:
    """Under way at the first fix and at the last: neither is called a departure or an arrival."""
    (voyage,) = voyages(sailed((60, 10, None)))
    assert voyage.legs[0].is_begun_before
    assert voyage.is_open
    assert voyage.fuel_l is None
    assert voyage.fuel_l_nm is None


def test_a_gap_is_told_and_burns_nothing() -> None:
    """An hour without data at sea: the straight line counts, its time is named as a gap, fuel is of the rest."""
    before, after = sailed((60, 10, 100.0)), sailed((60, 10, 100.0), start_s=7200.0)
    moved = [Fix(fix.utc_s, fix.latitude_deg + 20 / 60, fix.longitude_deg, 10, 100.0) for fix in after]
    (leg,) = voyages([*before, *moved])[0].legs
    assert leg.gap_s == 3660.0
    assert leg.distance_nm == pytest.approx(10 * 179 / 60, rel=0.002)
    assert leg.fuel_l == pytest.approx(100.0 * 118 / 60)


def test_fuel_that_was_seldom_measured_is_not_told() -> None:
    """Less than nine tenths of the time with a flow: no figure rather than a wrong one."""
    fixes = sailed((60, 10, 100.0), (20, 10, None))
    assert voyages(fixes)[0].fuel_l is None
    assert voyages(sailed((95, 10, 100.0), (5, 10, None)))[0].fuel_l is not None


def test_without_a_measured_speed_the_positions_tell_it() -> None:
    """The same voyage from positions alone."""
    parts = ((60, 0.0, None), (60, 12.0, None), (180, 0.0, None))
    (by_log,), (by_place,) = voyages(sailed(*parts)), voyages(sailed(*parts, measured=False))
    assert by_place.distance_nm == pytest.approx(by_log.distance_nm, abs=0.3)
    assert abs(by_place.departed.utc_s - by_log.departed.utc_s) <= STEP_S


def test_no_fixes_are_no_voyage() -> None:
    """Nothing, and one fix alone."""
    assert voyages([]) == []
    assert voyages([Fix(0.0, 35.0, 129.0, 12.0)]) == []


def test_distance_is_that_of_the_great_circle() -> None:
    """A degree of latitude is 60.04 NM on the mean sphere; across the date line the short way counts."""
    assert distance_nm(Fix(0, 0, 0), Fix(0, 1, 0)) == pytest.approx(math.radians(1) * 3440.065)
    assert distance_nm(Fix(0, 0, 179.5), Fix(0, 0, -179.5)) == pytest.approx(distance_nm(Fix(0, 0, 0), Fix(0, 0, 1)))


@given(
    st.lists(st.tuples(st.integers(1, 90), st.sampled_from([0.0, 0.4, 0.7, 1.0, 6.0, 14.0]), st.none()), max_size=12)
)
def test_voyages_lie_one_behind_another_within_the_data(parts: list[tuple[int, float, None]]) -> None:
    """Whatever was sailed: legs never overlap, their distances never exceed the track's, and all lie within the data."""
    fixes = sailed(*parts)
    legs = [leg for voyage in voyages(fixes) for leg in voyage.legs]
    assert all(one.arrived.utc_s <= other.departed.utc_s for one, other in itertools.pairwise(legs))
    track_nm = sum(distance_nm(*pair) for pair in itertools.pairwise(fixes))
    assert sum(leg.distance_nm for leg in legs) <= track_nm + 1e-9
    assert all(leg.departed.utc_s >= fixes[0].utc_s and leg.arrived.utc_s <= fixes[-1].utc_s for leg in legs)
    assert all(leg.arrived.utc_s - leg.departed.utc_s >= VoyageLimits().begin_s for leg in legs)
