"""One channel over a span, made ready for drawing: gaps stay gaps, what is not good is a span by its quality. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

QUALITIES: Final = ("good", "stale", "invalid", "out of range", "frozen", "manual")
"""By the number on the wire."""
_COUNTS: Final = ("good", "stale", "invalid", "out_of_range", "frozen", "manual")
GAP_STEPS: Final = 3.0
"""A pause this many times the usual one is a gap, where the catalogue's age limit does not allow more."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """Samples or buckets of one channel, in order of time."""

    channel: str
    name: str
    unit: str
    is_circular: bool
    max_age_s: float
    times_s: Floats
    """UTC seconds since 1970; of a bucket its middle."""
    values: Floats
    """Means of buckets; NaN where there is no value."""
    quality: NDArray[np.int64]
    """Of a bucket the most frequent one that is not good; 0 where all are good."""
    low: Floats | None = None
    """Of buckets; None for samples."""
    high: Floats | None = None


def of_columns(record: dict[str, object], columns: dict[str, NDArray[Any]], bucket_s: float | None) -> Series:
    """Return a series of an answer's columns (time in UTC us; value and quality, or what buckets have), with its record."""
    channel = str(record["short_id"])
    described = (channel, str(record.get("name", channel)), str(record.get("unit", "")), bool(record.get("circular")))
    times_s = columns["time"].astype(np.float64) / 1e6
    age_s = float(str(record.get("max_age_s", 0.0)))
    if bucket_s is None:
        return Series(*described, age_s, times_s, columns["value"], columns["quality"].astype(np.int64))
    counts = np.stack([columns[name] for name in _COUNTS[1:]])
    worst = np.where(counts.any(axis=0), counts.argmax(axis=0) + 1, 0)
    return Series(
        *described,
        max(age_s, bucket_s),
        times_s + bucket_s / 2,
        columns["mean"],
        worst,
        columns["low"],
        columns["high"],
    )


def gap_s(series: Series) -> float:
    """Return the longest pause that is none: three usual ones, or as long as a value counts as fresh."""
    steps = np.diff(series.times_s)
    usual_s = float(np.median(steps)) if len(steps) else 0.0
    return max(series.max_age_s, GAP_STEPS * usual_s)


def broken(series: Series, values: Floats) -> tuple[Floats, Floats]:
    """Return times and `values` with a NaN in each gap, and where an angle passes north: no line is drawn across."""
    times_s = series.times_s
    cut = np.diff(times_s) > gap_s(series)
    if series.is_circular:
        cut |= np.abs(np.diff(values)) > 180.0  # noqa: PLR2004 - half a circle
    places = np.flatnonzero(cut) + 1
    return np.insert(times_s, places, times_s[places - 1]), np.insert(values, places, np.nan)


def not_good(series: Series) -> list[tuple[float, float, str]]:
    """Return (from, to, quality) of each stretch that is not good, UTC seconds; it lasts to the next sample, never over a gap."""
    limit_s = gap_s(series)
    found: list[tuple[float, float, str]] = []
    ends = np.append(series.times_s[1:], series.times_s[-1:])
    starts: list[float] = series.times_s.tolist()
    numbers: list[int] = series.quality.tolist()
    for start, end, number in zip(starts, ends.tolist(), numbers, strict=True):
        if number == 0:
            continue
        quality = QUALITIES[number] if 0 < number < len(QUALITIES) else QUALITIES[2]
        until = end if end - start <= limit_s else start
        if found and found[-1][1] == start and found[-1][2] == quality:
            found[-1] = (found[-1][0], until, quality)
        else:
            found.append((start, until, quality))
    return found
