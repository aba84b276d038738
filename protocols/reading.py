"""One decoded value and how far it can be trusted: the word every package shares."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple, TypeAlias

Value: TypeAlias = float | bool | str


class Quality(IntEnum):
    """How far a value can be trusted; the numbers go on the wire and never change meaning."""

    GOOD = 0
    """Measured, in range, fresh."""
    STALE = 1
    """Was good, is older than its channel's maximum age."""
    INVALID = 2
    """The instrument said so (status V, null field), or the field could not be read; carries no value."""
    OUT_OF_RANGE = 3
    """Readable but outside the channel's range; carries no value, so nobody can use it by mistake."""
    FROZEN = 4
    """Has not changed for longer than the physics allows."""
    MANUAL = 5
    """Entered by hand."""


class Reading(NamedTuple):
    """One value of one data channel as an instrument gave it; a tuple, because hundreds are made a second.

    `value` is None exactly when `quality` is INVALID or OUT_OF_RANGE; `unit` is the catalogue's unit of the channel
    (deg, kn, m, rpm, ...; empty for states and text).
    """

    channel: str
    """Short id of the data channel, e.g. NAV_HDG (ISO 19848 short id)."""
    value: Value | None
    unit: str
    quality: Quality
