"""What the console is told of data channels. Part of the messages (`messages.py`), made into TypeScript alike."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class LimitsJson(TypedDict):
    """Alarm limits of a channel in its unit; those left out do not exist."""

    low_low: NotRequired[float]
    low: NotRequired[float]
    high: NotRequired[float]
    high_high: NotRequired[float]


class ChannelJson(TypedDict):
    """One data channel of a vessel's catalogue."""

    short_id: str
    name: str
    unit: str
    kind: Literal["number", "boolean", "text"]
    low: float | None
    high: float | None
    cycle_s: float
    max_age_s: float
    local_id: str
    """ISO 19848 local id (DNV VIS): what it is a value of."""
    limits: LimitsJson


class SourcesMessage(TypedDict):
    """Which source each value is taken from, by the ship's own word; on subscribe, after a birth and on each change."""

    type: Literal["sources"]
    vessel: str
    sources: dict[str, list[str]]
    """Short ids of the channels by the name of their source, `input/talker`; a channel that is left out was not told."""
