"""Alarm limits of channels: which of the four a value has crossed, with hysteresis and delay as the channel's record says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from protocols.reading import Quality
from telemetry.channel import NO_LIMITS, Channel
from telemetry.picture import Latest
from telemetry.trip import Trip

SIDES: Final[dict[str, tuple[str, int]]] = {
    "low_low": ("limit-low-low", -1), "low": ("limit-low", -1), "high": ("limit-high", 1),
    "high_high": ("limit-high-high", 1),
}  # fmt: skip
"""{limit: (kind of alert, +1 where above it is too far, -1 where below)}"""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One limit of one channel, and whether its alert is in force."""

    kind: str
    channel: str
    is_beyond: bool
    detail: str
    """The value that was judged, with its unit."""


class LimitWatch:
    """Watches the channels that have limits."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        """Watch those of `channels` that have a limit."""
        self._watched = {name: channel for name, channel in channels.items() if channel.limits != NO_LIMITS}
        self._trips: dict[tuple[str, str], Trip] = {}

    def receive(self, facts: Mapping[str, Latest], now_s: float) -> Iterator[Crossing]:
        """Judge the believed values; what is stale, invalid or absent neither raises an alert nor rectifies one."""
        for name, channel in self._watched.items():
            latest = facts.get(name)
            if latest is not None and latest.quality in (Quality.GOOD, Quality.MANUAL):
                value = latest.value
                if value is not None and not isinstance(value, str):
                    yield from self._judge(channel, float(value), now_s)

    def _judge(self, channel: Channel, value: float, now_s: float) -> Iterator[Crossing]:
        limits = channel.limits
        for side, (kind, sign) in SIDES.items():
            limit: float | None = getattr(limits, side)
            if limit is None:
                continue
            trip = self._trips.setdefault((channel.short_id, side), Trip(limits.on_s, limits.off_s))
            beyond = sign * (value - limit) > 0
            within = sign * (value - limit) <= -limits.hysteresis
            is_beyond = trip.receive(now_s, beyond=beyond, within=within)
            yield Crossing(kind, channel.short_id, is_beyond, f"{value:.6g} {channel.unit}".strip())
