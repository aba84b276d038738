"""A simplified track keeps every point within the tolerance, and is a part of what it was made from."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shoreside import track

EARTH_M = 6_371_008.8


def distance_m(point: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Return the distance of a point from a leg on a plane laid through the point, east and north in metres.

    Written apart from the code under test: scaled at the point's own latitude, on a sphere.
    """
    scale = np.array([np.cos(np.radians(point[1])), 1.0]) * np.radians(1.0) * EARTH_M
    a, b = (start - point) * scale, (end - point) * scale
    leg = b - a
    length = float(leg @ leg)
    at = 0.0 if length == 0.0 else min(1.0, max(0.0, float(-a @ leg) / length))
    return float(np.hypot(*(a + at * leg)))


@st.composite
def tracks(draw: st.DrawFn) -> NDArray[np.float64]:
    """Draw a track of legs with noise, perhaps over the date line, standing still in between."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(2, 400))
    turns = chance.normal(0, draw(st.sampled_from([0.0, 0.05, 0.5])), count).cumsum()
    steps = np.column_stack([np.sin(turns), np.cos(turns)]) * chance.choice([0.0, 1e-5, 3e-4], count)[:, None]
    start = np.array([draw(st.sampled_from([129.0, 179.999, -179.999, 0.0])), draw(st.floats(-70, 70))])
    made = start + steps.cumsum(axis=0)
    made[:, 0] = (made[:, 0] + 180) % 360 - 180
    return made


@settings(max_examples=150, deadline=None)
@given(tracks(), st.sampled_from([1.0, 10.0, 100.0]))
def test_no_point_left_out_is_farther_than_the_tolerance(made: NDArray[np.float64], tolerance_m: float) -> None:
    kept = track.simplified(made[:, 0], made[:, 1], tolerance_m)
    assert kept[0] == 0
    assert kept[-1] == len(made) - 1
    assert (np.diff(kept) > 0).all()
    flat = np.column_stack([np.unwrap(made[:, 0], period=360.0), made[:, 1]])
    for first, last in pairwise(kept):
        for point in range(first + 1, last):
            assert distance_m(flat[point], flat[first], flat[last]) <= tolerance_m * 1.01


@pytest.mark.parametrize("part", [50, 5_000])
def test_a_straight_leg_becomes_its_ends_in_parts_of_any_size(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand points of a steady course over the date line: the ends of the parts are all that stays."""
    monkeypatch.setattr(track, "PART", part)
    longitude = (np.linspace(179.9, 180.1, 10_001) + 180) % 360 - 180
    kept = track.simplified(longitude, np.full(10_001, 35.0), 5.0)
    assert len(kept) == -(-10_000 // (part - 1)) + 1
    assert track.simplified(longitude[:1], np.full(1, 35.0), 5.0).tolist() == [0]


def test_a_corner_stays_and_a_tolerance_that_is_ignored_would_be_seen() -> None:
    """The negative control: with a tolerance a thousand times too large the measure above finds the corner left out."""
    corner = np.array([[10.0, 54.0], [10.02, 54.0], [10.02, 54.01]])
    assert track.simplified(corner[:, 0], corner[:, 1], 100.0).tolist() == [0, 1, 2]
    assert track.simplified(corner[:, 0], corner[:, 1], 100_000.0).tolist() == [0, 2]
    assert distance_m(corner[1], corner[0], corner[2]) > 100.0


@settings(max_examples=100, deadline=None)
@given(tracks(), st.lists(st.integers(1, 399), max_size=5, unique=True), st.sampled_from([1.0, 100.0]))
def test_both_ends_of_a_gap_stay_and_the_tolerance_holds_between(
    made: NDArray[np.float64], places: list[int], tolerance_m: float
) -> None:
    starts = sorted(place for place in places if place < len(made))
    kept = track.simplified(made[:, 0], made[:, 1], tolerance_m, starts)
    assert {place for start in starts for place in (start - 1, start)} <= set(kept.tolist())
    flat = np.column_stack([np.unwrap(made[:, 0], period=360.0), made[:, 1]])
    for first, last in pairwise(kept):
        for point in range(first + 1, last):
            assert distance_m(flat[point], flat[first], flat[last]) <= tolerance_m * 1.01


def test_a_pause_on_a_straight_leg_is_no_part_of_the_line() -> None:
    """An hour at a second each on one course, twenty minutes of it silent: four points, and the pause is named.

    Negative control: without the gap two points would be all, and the twenty minutes a leg she was never seen on.
    """
    seconds = np.array([s for s in range(3600) if not 1200 <= s < 2400])
    longitude, latitude = 10.0 + seconds * 1e-5, np.full(len(seconds), 54.0)
    starts = track.gaps(seconds * 1_000_000, None).tolist()
    assert [seconds[start] for start in starts] == [2400]
    assert seconds[track.simplified(longitude, latitude, 5.0, starts)].tolist() == [0, 1199, 2400, 3599]
    assert seconds[track.simplified(longitude, latitude, 5.0)].tolist() == [0, 3599]
    assert track.gaps(np.arange(0, 100_000, 500) * 1_000_000, 500.0).tolist() == []  # thinned, not silent
    assert track.gaps(np.zeros(0, np.int64), None).tolist() == []
