"""How far a value can be trusted: absent, stale and invalid are three things, and none of them is zero."""

from __future__ import annotations

import math
from typing import Final

from protocols.reading import Quality, Reading, Value
from telemetry.channel import Channel

TEXT_LENGTH_MAX: Final = 200
"""Longest text value kept; an NMEA sentence has 82 characters."""


def judged(reading: Reading, channel: Channel) -> Reading:
    """Return `reading` as its channel sees it: another unit or kind is INVALID, beyond low..high OUT_OF_RANGE.

    What the instrument or the decoder already called INVALID or OUT_OF_RANGE stays so; both carry no value.
    """
    _, value, unit, quality = reading
    if (
        type(value) is float
        and quality is Quality.GOOD
        and channel.kind == "number"
        and unit == channel.unit
        and channel.low is not None
        and channel.high is not None
        and channel.low <= value <= channel.high
    ):
        return reading  # nearly all are so; what follows says what is wrong with the others
    if quality in (Quality.INVALID, Quality.OUT_OF_RANGE) or value is None:
        verdict = quality if quality is Quality.OUT_OF_RANGE else Quality.INVALID
        return Reading(reading.channel, None, channel.unit, verdict)
    value = _of_kind(value, channel)
    if value is None or unit != channel.unit:
        return Reading(reading.channel, None, channel.unit, Quality.INVALID)
    if isinstance(value, float) and channel.kind == "number" and not _in_range(value, channel):
        return Reading(reading.channel, None, channel.unit, Quality.OUT_OF_RANGE)
    return reading if value is reading.value else Reading(reading.channel, value, channel.unit, quality)


def aged(quality: Quality, age_s: float, channel: Channel) -> Quality:
    """Return the quality of a value `age_s` seconds after it was measured: GOOD becomes STALE past the maximum age."""
    if quality in (Quality.GOOD, Quality.FROZEN) and age_s > channel.max_age_s:
        return Quality.STALE
    return quality


def _of_kind(value: Value, channel: Channel) -> Value | None:
    """Return `value` in the channel's kind, or None where it is of another kind or not finite."""
    if channel.kind == "text":
        return value[:TEXT_LENGTH_MAX] if isinstance(value, str) else None
    if channel.kind == "boolean":
        return value if isinstance(value, bool) else None
    if isinstance(value, bool | str) or not math.isfinite(value):
        return None
    return float(value)


def _in_range(value: float, channel: Channel) -> bool:
    return (channel.low is None or value >= channel.low) and (channel.high is None or value <= channel.high)
