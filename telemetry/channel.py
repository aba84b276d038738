"""A data channel: one measured quantity, described by a record, never by code (ISO 19848 DataChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["number", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """When a value is an alert; None: that limit does not exist."""

    low_low: float | None = None
    """Below it an alarm, in the channel's unit."""
    low: float | None = None
    """Below it a warning."""
    high: float | None = None
    """Above it a warning."""
    high_high: float | None = None
    """Above it an alarm."""
    hysteresis: float = 0.0
    """The value must be back inside a limit by this much before its alert is rectified."""
    on_s: float = 0.0
    """How long it must be beyond before the alert is raised, seconds."""
    off_s: float = 0.0
    """How long it must be back before the alert is rectified, seconds."""


NO_LIMITS: Final = AlarmLimits()


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
    accuracy: float | None = None
    """How far the sensor may be off, in `unit`; None: not known."""
    frozen_s: float | None = None
    """After how many seconds without any change a value is frozen; None: it may stand still for ever (a tank, a heading
    on a quay). Only for values that always carry noise."""
    limits: AlarmLimits = NO_LIMITS
    sources: tuple[str, ...] = ()
    """Sources in rank order, as `telemetry.sources` names them; empty: none is preferred."""
