"""What is wrong with a catalogue: every fault, each with its channel, so that an installer mends them in one go."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from telemetry import localid
from telemetry.channel import NO_LIMITS, Channel
from telemetry.units import UNITS

_SHORT_ID: Final = re.compile(r"[A-Z][A-Z0-9_]{1,23}")
_SIGNALK: Final = re.compile(r"[a-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)+")
Check = Callable[[Channel], "Iterator[str]"]


def faults(channels: Sequence[Channel]) -> list[str]:
    """Return every fault of the records, one sentence each, beginning with the channel it is about."""
    found = [f"{channel.short_id}: {word}" for channel in channels for check in CHECKS for word in check(channel)]
    for what, values in (
        ("short id", [channel.short_id for channel in channels]),
        ("local id", [channel.local_id for channel in channels]),
        ("Signal K path", [channel.signalk_path for channel in channels]),
    ):
        found += [
            f"{value}: {count} channels have this {what}" for value, count in Counter(values).items() if count > 1
        ]
    return found


def _ids(channel: Channel) -> Iterator[str]:
    if not _SHORT_ID.fullmatch(channel.short_id):
        yield "the short id is not 2 to 24 capital letters, digits and _"
    wrong = localid.fault(channel.local_id)
    if wrong is not None:
        yield f"local_id {wrong}"
    if not _SIGNALK.fullmatch(channel.signalk_path):
        yield f"signalk_path {channel.signalk_path!r} is no Signal K path (group.name.name)"


def _unit(channel: Channel) -> Iterator[str]:
    if channel.unit not in UNITS:
        yield f"unit {channel.unit!r} is none of {', '.join(filter(None, UNITS))}"
    elif (channel.kind == "number") is not bool(channel.unit):
        yield "a number needs a unit (1 for a count), boolean and text have none"


def _numbers(channel: Channel) -> Iterator[str]:
    if channel.kind != "number":
        if channel.low is not None or channel.high is not None:
            yield "boolean and text have no range"
        return
    low, high = channel.low, channel.high
    if low is None or high is None or not low < high:
        yield "low and high are needed, low below high"
    elif channel.circular and (low, high) != (0.0, 360.0):
        yield "a circular channel goes from 0 to 360 deg"
    if not channel.resolution > 0:
        yield "resolution is not above 0"
    if channel.accuracy is not None and not channel.accuracy >= channel.resolution / 2:
        yield "accuracy is finer than half the resolution"


def _times(channel: Channel) -> Iterator[str]:
    if not 0 < channel.cycle_s <= channel.max_age_s:
        yield "cycle_s is above 0 and at most max_age_s"
    if channel.frozen_s is not None and not channel.frozen_s >= 3 * channel.cycle_s:
        yield "frozen_s is at least three cycles"


def _limits(channel: Channel) -> Iterator[str]:
    limits = channel.limits
    if limits == NO_LIMITS:
        return
    if channel.kind != "number":
        yield "boolean and text have no limits"
        return
    edges = [edge for edge in (limits.low_low, limits.low, limits.high, limits.high_high) if edge is not None]
    if not edges:
        yield "limits has none of low_low, low, high, high_high"
    if any(not lower < upper for lower, upper in itertools.pairwise(edges)):
        yield "limits are not in order: low_low below low below high below high_high"
    low, high = channel.low, channel.high
    if low is not None and high is not None and not all(low <= edge <= high for edge in edges):
        yield f"limits lie outside {low:g}..{high:g}, where no value is ever judged"
    if not all(math.isfinite(each) and each >= 0 for each in (limits.hysteresis, limits.on_s, limits.off_s)):
        yield "hysteresis, on_s and off_s are not below 0"


CHECKS: Final[tuple[Check, ...]] = (_ids, _unit, _numbers, _times, _limits)
"""Everything that is checked of one record."""
