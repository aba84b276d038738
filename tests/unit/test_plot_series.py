"""What a picture draws: a line never crosses a gap or north, what is not good is a stretch by its quality."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farhelm.plot.series import Series, broken, gap_s, not_good, of_columns

RECORD: dict[str, object] = {
    "short_id": "NAV_HDG",
    "name": "Heading",
    "unit": "deg",
    "circular": True,
    "max_age_s": 3.0,
}


def made(
    times_s: list[float], values: list[float], quality: list[int] | None = None, *, circular: bool = False
) -> Series:
    """Return a series of samples."""
    columns: dict[str, Any] = {
        "time": np.array([round(time * 1e6) for time in times_s], dtype=np.int64), "value": np.array(values, dtype=float),
        "quality": np.array(quality or [0] * len(times_s)),
    }  # fmt: skip
    return of_columns({**RECORD, "circular": circular}, columns, None)


def test_a_gap_is_a_gap() -> None:
    """A pause over three usual steps, and over the age at which a value is stale, breaks the line; a shorter one does not."""
    one = made([0, 1, 2, 3, 6, 7, 12, 13], [float(n) for n in range(8)])
    times_s, values = broken(one, one.values)
    assert gap_s(one) == 3.0
    assert np.isnan(values).tolist() == [False] * 6 + [True] + [False] * 2
    assert np.diff(times_s).min() >= 0
    slow = made([0, 60, 120, 240], [1.0, 2.0, 3.0, 4.0])
    assert not np.isnan(broken(slow, slow.values)[1]).any()


def test_a_heading_that_passes_north_is_no_line_through_south() -> None:
    around = made([0, 1, 2, 3], [358.0, 359.5, 1.0, 2.5], circular=True)
    assert np.isnan(broken(around, around.values)[1]).tolist() == [False, False, True, False, False]
    speed = made([0, 1, 2, 3], [358.0, 359.5, 1.0, 2.5])
    assert not np.isnan(broken(speed, speed.values)[1]).any()


def test_what_is_not_good_is_a_stretch_by_its_quality() -> None:
    """Neighbours of one quality are one stretch, it lasts to the next sample, and never over a gap."""
    one = made([0, 1, 2, 3, 4, 20, 21], [1.0] * 7, [0, 2, 2, 1, 0, 3, 9])
    assert not_good(one) == [
        (1.0, 3.0, "invalid"), (3.0, 4.0, "stale"), (20.0, 21.0, "out of range"), (21.0, 21.0, "invalid")
    ]  # fmt: skip
    alone = made([0, 1, 2, 30], [1.0] * 4, [0, 0, 4, 0])
    assert not_good(alone) == [(2.0, 2.0, "frozen")]


def test_buckets_stand_in_their_middle_with_their_band_and_their_worst_quality() -> None:
    columns: dict[str, Any] = {
        name: np.array(values)
        for name, values in {
            "time": [0, 60_000_000], "mean": [1.0, 2.0], "low": [0.0, 1.0], "high": [2.0, 3.0], "good": [60, 10],
            "stale": [0, 2], "invalid": [0, 40], "out_of_range": [0, 0], "frozen": [0, 0], "manual": [0, 0],
        }.items()
    }  # fmt: skip
    one = of_columns(RECORD, columns, 60.0)
    assert (one.times_s.tolist(), one.quality.tolist()) == ([30.0, 90.0], [0, 2])
    assert one.low is not None
    assert one.low.tolist() == [0.0, 1.0]


@given(
    st.lists(st.tuples(st.floats(0.01, 1000.0), st.floats(0.0, 359.9), st.integers(0, 5)), max_size=60), st.booleans()
)
def test_nothing_is_left_out_and_nothing_is_made_up(steps: list[tuple[float, float, int]], circular: bool) -> None:
    """Every sample is in the line, in order; each break is a gap or north; each stretch begins at a sample that is not good."""
    times_s = np.cumsum([step for step, _, _ in steps]).tolist()
    one = made(times_s, [value for _, value, _ in steps], [quality for *_, quality in steps], circular=circular)
    drawn_s, values = broken(one, one.values)
    kept = ~np.isnan(values)
    assert values[kept].tolist() == one.values.tolist()
    assert drawn_s[kept].tolist() == one.times_s.tolist()
    starts = {time for time, quality in zip(one.times_s.tolist(), one.quality.tolist(), strict=True) if quality}
    assert {start for start, _, _ in not_good(one)} <= starts
    covered = [(start, end) for start, end, _ in not_good(one)]
    assert all(any(start <= time <= end for start, end in covered) for time in starts)


@pytest.mark.parametrize("count", [0, 1])
def test_none_or_one_sample_is_no_fault(count: int) -> None:
    one = made([5.0][:count], [1.0][:count], [2][:count])
    assert len(broken(one, one.values)[0]) == count
    assert len(not_good(one)) == count
