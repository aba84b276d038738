"""Derived channels: records with their inputs and function; each is as good as the worst of its inputs.

Directions of wind are where it comes from, of current where it sets to. What an input cannot say now, nobody says: a stale,
invalid or absent input makes the derived value INVALID, never a number from old values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protocols.reading import Quality, Reading
from telemetry.channel import Channel
from telemetry.picture import Picture
from telemetry.plane import KNOT_MPS, direction_deg, vector

SOURCE: Final = "derived"
"""The source of derived values; a ranking may name it. A channel that an instrument gives is not derived."""
STEP_MAX_S: Final = 5.0
"""Longest time over which a sum is carried on; a longer one, and any time without good inputs, is not counted."""
STILL_KN: Final = 0.05
"""Slower current has no direction."""
SLOW_KN: Final = 0.5
"""Slower over ground, fuel per mile says nothing."""
WORSE: Final = (Quality.GOOD, Quality.MANUAL, Quality.FROZEN, Quality.STALE, Quality.OUT_OF_RANGE, Quality.INVALID)
"""Qualities from best to worst."""
USABLE: Final = frozenset({Quality.GOOD, Quality.MANUAL, Quality.FROZEN})
Function = Callable[[Sequence[float]], "float | None"]


@dataclass(frozen=True, slots=True)
class Derived:
    """One derived channel."""

    channel: str
    inputs: tuple[str, ...]
    """Channels in the order in which the function takes their values."""
    function: Function
    """None: the inputs are good, yet nothing can be said (the direction of no current)."""
    is_sum: bool = False
    """True: the function is a rate per hour, and the channel its sum since it was counted first; it outlives restarts."""


def true_wind(angle_deg: float, speed_mps: float, heading_deg: float, course_deg: float, ground_kn: float
              ) -> tuple[float, float]:  # fmt: skip
    """Return (direction it comes from, speed in m/s) over ground of a wind felt aboard, relative to the bow."""
    felt_n, felt_e = vector(heading_deg + angle_deg, speed_mps)
    ship_n, ship_e = vector(course_deg, ground_kn * KNOT_MPS)
    north, east = felt_n - ship_n, felt_e - ship_e
    return direction_deg(north, east), math.hypot(north, east)


def current(heading_deg: float, water_kn: float, course_deg: float, ground_kn: float) -> tuple[float, float]:
    """Return (direction it sets to, drift in kn): the way over ground less the way through water, leeway included."""
    ground_n, ground_e = vector(course_deg, ground_kn)
    water_n, water_e = vector(heading_deg, water_kn)
    north, east = ground_n - water_n, ground_e - water_e
    return direction_deg(north, east), math.hypot(north, east)


def _set_deg(values: Sequence[float]) -> float | None:
    set_deg, drift_kn = current(*values)
    return set_deg if drift_kn >= STILL_KN else None


def _per_mile(values: Sequence[float]) -> float | None:
    fuel_lph, ground_kn = values
    return fuel_lph / ground_kn if ground_kn >= SLOW_KN else None


_WIND: Final = ("WND_AWA", "WND_AWS", "NAV_HDG", "NAV_COG", "NAV_SOG")
_CURRENT: Final = ("NAV_HDG", "NAV_STW", "NAV_COG", "NAV_SOG")
DERIVED: Final[tuple[Derived, ...]] = (
    Derived("WND_TWD", _WIND, lambda values: true_wind(*values)[0]),
    Derived("WND_TWS", _WIND, lambda values: true_wind(*values)[1]),
    Derived("CUR_SET", _CURRENT, _set_deg),
    Derived("CUR_DRIFT", _CURRENT, lambda values: current(*values)[1]),
    Derived("DIST_RUN", ("NAV_SOG",), lambda values: max(0.0, values[0]), is_sum=True),
    Derived("FUEL_RUN", ("ME_FUEL",), lambda values: max(0.0, values[0]), is_sum=True),
    Derived("FUEL_NM", ("ME_FUEL", "NAV_SOG"), _per_mile),
)
"""Every derived channel; a vessel whose catalogue has one gets it where no instrument gives it."""

DERIVED_CHANNELS: Final[tuple[Channel, ...]] = (
    Channel("CUR_SET", "Current, direction it sets to", "deg", "number", 0.0, 360.0, 1.0, 3.0, 0.1,
            "/dnv-v2/vis-3-11a/940.1/F221.4/meta/qty-sea.current.direction.vs.earth",
            "environment.current.setTrue", circular=True),
    Channel("CUR_DRIFT", "Current, drift", "kn", "number", 0.0, 20.0, 1.0, 3.0, 0.01,
            "/dnv-v2/vis-3-11a/940.1/F221.4/meta/qty-sea.current.speed.vs.earth", "environment.current.drift"),
    Channel("DIST_RUN", "Distance run over ground, as counted aboard", "NM", "number", 0.0, 1e6, 1.0, 3.0, 0.001,
            "/dnv-v2/vis-3-11a/710.1/F211.14/meta/qty-distance.over.ground", "navigation.trip.log"),
    Channel("FUEL_RUN", "Main engine fuel burnt, as counted aboard", "l", "number", 0.0, 1e8, 1.0, 3.0, 0.01,
            "/dnv-v2/vis-3-11a/411.1/C101.61/S203/meta/qty-volume/cnt-fuel.oil/calc-accumulated",
            "propulsion.main.fuel.used"),
    Channel("FUEL_NM", "Main engine fuel per nautical mile", "l/NM", "number", 0.0, 20_000.0, 1.0, 3.0, 0.01,
            "/dnv-v2/vis-3-11a/411.1/C101.61/S203/meta/qty-volume/cnt-fuel.oil/calc-ratio",
            "propulsion.main.fuel.economyRate"),
)  # fmt: skip
"""Derived channels that no instrument gives; a vessel's catalogue takes those it names."""


@dataclass(slots=True)
class _Sum:
    total: float = 0.0
    counted_s: float | None = None
    """When it was carried on last with good inputs; None: a gap."""


class Deriver:
    """Gives the derived channels of one vessel."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        """Derive what is among `channels`; sums begin at 0."""
        self._channels = channels
        self._derived = [row for row in DERIVED if row.channel in channels]
        self._sums = {row.channel: _Sum() for row in self._derived if row.is_sum}
        self._told: set[str] = set()

    def totals(self) -> dict[str, float]:
        """Return the sums by channel, to be kept over a restart."""
        return {channel: held.total for channel, held in self._sums.items()}

    def resume(self, totals: Mapping[str, float]) -> None:
        """Go on from sums that were kept; the time since then is a gap, and nothing is added for it."""
        for channel, held in self._sums.items():
            held.total = max(held.total, totals.get(channel, 0.0))

    def stop_counting(self) -> None:
        """Derive no sums: of lines decoded again nobody knows what had been counted before."""
        self._derived = [row for row in self._derived if not row.is_sum]

    def tick(self, picture: Picture, now_s: float) -> list[Reading]:
        """Return what can be derived now; INVALID where something was derived before and cannot be now."""
        return [reading for row in self._derived if (reading := self._reading(row, picture, now_s)) is not None]

    def _reading(self, row: Derived, picture: Picture, now_s: float) -> Reading | None:
        if is_measured(picture, row.channel, SOURCE, now_s):
            return None
        quality, values = _inputs(row.inputs, picture, now_s)
        value = row.function(values) if quality in USABLE else None
        if row.is_sum:
            value = self._carry(self._sums[row.channel], value, now_s)
        unit = self._channels[row.channel].unit
        if value is None:
            is_news = row.channel in self._told
            return Reading(row.channel, None, unit, Quality.INVALID) if is_news else None
        self._told.add(row.channel)
        return Reading(row.channel, value, unit, quality)

    @staticmethod
    def _carry(total: _Sum, rate: float | None, now_s: float) -> float | None:
        """Add `rate` per hour since the last look; after a gap nothing is added for it. None while there is no rate."""
        before_s, total.counted_s = total.counted_s, None if rate is None else now_s
        if rate is None:
            return None
        if before_s is not None and 0.0 < now_s - before_s <= STEP_MAX_S:
            total.total += rate * (now_s - before_s) / 3600.0
        return total.total


def is_measured(picture: Picture, channel: str, source: str, now_s: float) -> bool:
    """Return whether anybody but `source` gives the channel a good value now."""
    return any(
        latest.quality is Quality.GOOD and latest.source != source for latest in picture.all_sources(channel, now_s)
    )


def _inputs(names: tuple[str, ...], picture: Picture, now_s: float) -> tuple[Quality, list[float]]:
    """Return the worst quality of the inputs, INVALID where one is absent, and their values where all are usable."""
    worst, values = Quality.GOOD, list[float]()
    for name in names:
        latest = picture.latest(name, now_s)
        quality = Quality.INVALID if latest is None else latest.quality
        worst = max(worst, quality, key=WORSE.index)
        if latest is not None and isinstance(latest.value, float):
            values.append(latest.value)
    return (worst, values) if len(values) == len(names) else (Quality.INVALID, [])
