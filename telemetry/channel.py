"""A data channel: one measured quantity, described by a record, never by code (ISO 19848 DataChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class Channel:
    """One data channel of a vessel's catalogue."""

    short_id: str
    """Name on the wire, e.g. NAV_HDG."""
    name: str
    """What an operator calls it."""
    unit: str
    """Unit of every stored and sent value (deg, kn, m, ...); empty for boolean and text."""
    kind: Kind
    low: float | None
    """Smallest value that can be true, in `unit`; None for boolean and text."""
    high: float | None
    """Largest value that can be true, in `unit`; None for boolean and text."""
    cycle_s: float
    """How often the source speaks, seconds."""
    max_age_s: float
    """Older than this the value is stale, seconds."""
    resolution: float
    """Step to which values are kept and sent, in `unit`; well under the sensor's accuracy."""
    local_id: str
    """ISO 19848 local id (DNV VIS)."""
    signalk_path: str
    circular: bool = False
    """True for angles 0..360 that wrap."""
