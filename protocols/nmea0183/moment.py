"""Whether a receiver's date can be true: GPS counts weeks to 1024 only, and an old receiver tells a date 19.6 years back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal

from protocols.reading import Quality, Reading

Verdict = Literal["good", "roll-over", "implausible"]

WEEK_S: Final = 604_800.0
ROLL_OVER_S: Final = 1024 * WEEK_S
"""Weeks are counted in ten bits (IS-GPS-200): 1980-01-06, 1999-08-22, 2019-04-07, 2038-11-21 look alike."""
EARLIEST_NS: Final = 1_767_225_600_000_000_000
"""2026-01-01: no ship ran this program before it was written, so no true date lies earlier, be it ours or a receiver's."""
APART_S_MAX: Final = 86_400.0
"""Furthest that receiver and agent may be apart: further, one of the two clocks is simply wrong."""
MOMENTS_MAX: Final = 16
"""Moments, and days, remembered: a moment is asked about several times while it is heard, a day all day."""


def verdict(utc: str, reference_ns: int) -> Verdict:
    """Return what to think of a moment (`yyyy-mm-ddThh:mm:ss[.s]Z`) beside the agent's own clock (UTC, ns since 1970).

    An agent's clock of before 2026 is not set (it begins at 1970): then the receiver is judged by that year alone.
    """
    told_s = _seconds(utc)
    if told_s is None:
        return "implausible"
    is_set = reference_ns >= EARLIEST_NS
    reference_s = (reference_ns if is_set else EARLIEST_NS) / 1e9
    if not is_set and told_s >= reference_s:
        return "good"
    if abs(told_s - reference_s) <= APART_S_MAX:
        return "good"
    turns = round((told_s - reference_s) / ROLL_OVER_S)
    rolled = is_set and turns != 0 and abs(told_s - reference_s - turns * ROLL_OVER_S) <= APART_S_MAX
    return "roll-over" if rolled else "implausible"


def judged(reading: Reading, reference_ns: int) -> Reading:
    """Return a reading of NAV_UTC as it may be believed: INVALID, without its value, where its date cannot be true."""
    if not isinstance(reading.value, str) or verdict(reading.value, reference_ns) == "good":
        return reading
    return Reading(reading.channel, None, reading.unit, Quality.INVALID)


def is_rolled_over(reading: Reading, reference_ns: int) -> bool:
    """Return whether a reading of NAV_UTC is the week counter's doing; then it says nothing about our own clock."""
    return isinstance(reading.value, str) and verdict(reading.value, reference_ns) == "roll-over"


@lru_cache(MOMENTS_MAX)
def _seconds(utc: str) -> float | None:
    """Return UTC seconds since 1970; second 60 counts as the next one's 0. None where the text is no moment."""
    day, separator, rest = utc.removesuffix("Z").partition("T")
    try:
        hours, minutes, seconds = rest.split(":")
        return _midnight_s(day) + int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds) if separator else None
    except ValueError:
        return None


@lru_cache(MOMENTS_MAX)
def _midnight_s(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
