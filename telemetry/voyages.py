"""Voyages out of a vessel's track: departures, arrivals, legs and stays found by speed and time alone. Pure.

A vessel is under way from the moment she has been faster than `go_kn` for `begin_s`; she stays from the moment she has been
slower than `stop_kn` for `stay_s`. What lies between two stays is a leg. A stay of at least `port_s` ends the voyage; a shorter
one (an anchorage, a pilot, a lock) lies between two legs of one. The two speeds are apart, so that a vessel that drifts at
anchor or waits at slow ahead does not flutter between them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

EARTH_NM: Final = 3440.065
"""Mean radius of the earth, 6,371.0 km in nautical miles."""
S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True)
class VoyageLimits:
    """When a vessel counts as under way, staying, in port."""

    go_kn: float = 1.0
    """Faster is under way: drift and the noise of a fix at rest stay below."""
    stop_kn: float = 0.5
    """Slower is at rest."""
    begin_s: float = 120.0
    """How long she must be faster before the departure counts; it is dated to the first moment."""
    stay_s: float = 900.0
    """How long she must rest before the arrival counts: a lock or a pilot takes less."""
    port_s: float = 7200.0
    """A stay at least so long ends the voyage."""
    gap_s: float = 300.0
    """Fixes further apart leave a gap: its length is told, and no fuel is reckoned for it."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a vessel was, how fast, and what she burnt."""

    utc_s: float
    latitude_deg: float
    longitude_deg: float
    sog_kn: float | None = None
    """Speed over ground; None: not measured, it is then taken from the positions."""
    fuel_l_h: float | None = None
    """Fuel flow; None: not measured."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One passage between two stays."""

    departed: Fix
    arrived: Fix
    is_open: bool
    """She is still under way, or the data end here: `arrived` is the last fix, and no arrival."""
    is_begun_before: bool
    """The data begin with her under way: `departed` is the first fix, and no departure."""
    distance_nm: float
    under_way_s: float
    gap_s: float
    """Time without data within it; its distance is the straight line."""
    fuel_l: float | None
    """None where flow was measured for less than nine tenths of the time with data."""
    sog_max_kn: float | None

    @property
    def average_kn(self) -> float | None:
        """Distance over time; None for a leg without length in time."""
        return self.distance_nm / (self.under_way_s / S_PER_H) if self.under_way_s > 0.0 else None

    @property
    def fuel_l_nm(self) -> float | None:
        """Litres a mile; None without fuel, or for hardly a mile."""
        return self.fuel_l / self.distance_nm if self.fuel_l is not None and self.distance_nm >= LEAST_NM else None


LEAST_NM: Final = 0.05
"""Fuel by the mile says nothing of a shorter way."""
FUEL_PART: Final = 0.9


@dataclass(frozen=True, slots=True)
class Voyage:
    """From a port to a port: one leg or several."""

    legs: tuple[Leg, ...]

    @property
    def departed(self) -> Fix:
        """Where and when it began."""
        return self.legs[0].departed

    @property
    def arrived(self) -> Fix:
        """Where and when it ended, or was last seen while it is open."""
        return self.legs[-1].arrived

    @property
    def is_open(self) -> bool:
        """True while she is under way or has not stayed long enough to be in port."""
        return self.legs[-1].is_open

    @property
    def distance_nm(self) -> float:
        """Over all legs."""
        return sum(leg.distance_nm for leg in self.legs)

    @property
    def under_way_s(self) -> float:
        """Time of the legs, without stays between them."""
        return sum(leg.under_way_s for leg in self.legs)

    @property
    def stayed_s(self) -> float:
        """Time of the stays between legs."""
        pairs = itertools.pairwise(self.legs)
        return sum(after.departed.utc_s - before.arrived.utc_s for before, after in pairs)

    @property
    def average_kn(self) -> float | None:
        """Distance over time under way."""
        return self.distance_nm / (self.under_way_s / S_PER_H) if self.under_way_s > 0.0 else None

    @property
    def fuel_l(self) -> float | None:
        """Over all legs; None where one of them has none."""
        burnt = [leg.fuel_l for leg in self.legs if leg.fuel_l is not None]
        return sum(burnt) if len(burnt) == len(self.legs) else None

    @property
    def fuel_l_nm(self) -> float | None:
        """Litres a mile."""
        return self.fuel_l / self.distance_nm if self.fuel_l is not None and self.distance_nm >= LEAST_NM else None


def distance_nm(one: Fix, other: Fix) -> float:
    """Return the great-circle distance (haversine), nautical miles."""
    north, south = math.radians(one.latitude_deg), math.radians(other.latitude_deg)
    east = math.radians(other.longitude_deg - one.longitude_deg)
    chord = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2.0 * EARTH_NM * math.asin(math.sqrt(min(1.0, chord)))


def voyages(fixes: Sequence[Fix], limits: VoyageLimits | None = None) -> list[Voyage]:
    """Return the voyages in fixes of ascending time, the first first; fixes at most a few minutes apart serve best."""
    bounds = limits or VoyageLimits()
    made: list[list[Leg]] = []
    for leg in legs(fixes, bounds):
        is_next = bool(made) and leg.departed.utc_s - made[-1][-1].arrived.utc_s < bounds.port_s
        if is_next:
            made[-1].append(leg)
        else:
            made.append([leg])
    return [Voyage(tuple(each)) for each in made]


def legs(fixes: Sequence[Fix], limits: VoyageLimits) -> Iterator[Leg]:
    """Yield each passage between two stays."""
    speeds = _speeds(fixes)
    start = _first_way(fixes, speeds, 0, limits)
    while start is not None:
        end = _rest_after(fixes, speeds, start, limits)
        last = len(fixes) - 1 if end is None else end
        if last > start:
            yield _leg(
                fixes[start : last + 1],
                speeds[start : last + 1],
                limits,
                is_open=end is None,
                is_begun_before=start == 0,
            )
        start = None if end is None else _first_way(fixes, speeds, end, limits)


def _speeds(fixes: Sequence[Fix]) -> list[float]:
    """Return a speed for each fix: the measured one, else that of the way to it."""
    made: list[float] = []
    for index, fix in enumerate(fixes):
        before = fixes[index - 1] if index else fix
        lapse_h = (fix.utc_s - before.utc_s) / S_PER_H
        way_kn = distance_nm(before, fix) / lapse_h if lapse_h > 0.0 else 0.0
        made.append(way_kn if fix.sog_kn is None else fix.sog_kn)
    return made


def _first_way(fixes: Sequence[Fix], speeds: Sequence[float], after: int, limits: VoyageLimits) -> int | None:
    """Return the index of the departure: the first of `begin_s` seconds in which she is never slower than `go_kn`."""
    return _lasting(fixes, [speed >= limits.go_kn for speed in speeds], after, limits.begin_s)


def _rest_after(fixes: Sequence[Fix], speeds: Sequence[float], after: int, limits: VoyageLimits) -> int | None:
    """Return the index of the arrival: the first of `stay_s` seconds in which she is never faster than `go_kn`.

    It begins with a speed below `stop_kn`; None while there is none.
    """
    index = after
    while index < len(fixes):
        if speeds[index] <= limits.stop_kn:
            end = index
            while end + 1 < len(fixes) and speeds[end + 1] < limits.go_kn:
                end += 1
            if fixes[end].utc_s - fixes[index].utc_s >= limits.stay_s:
                return index
            index = end
        index += 1
    return None


def _lasting(fixes: Sequence[Fix], holds: Sequence[bool], after: int, least_s: float) -> int | None:
    """Return where `holds` begins to be true for at least `least_s`; None where it never is."""
    since: int | None = None
    for index in range(after, len(fixes)):
        if not holds[index]:
            since = None
        elif since is None:
            since = index
        if since is not None and fixes[index].utc_s - fixes[since].utc_s >= least_s:
            return since
    return None


def _leg(
    fixes: Sequence[Fix], speeds: Sequence[float], limits: VoyageLimits, *, is_open: bool, is_begun_before: bool
) -> Leg:
    pairs = list(itertools.pairwise(fixes))
    gap_s = sum(after.utc_s - before.utc_s for before, after in pairs if after.utc_s - before.utc_s > limits.gap_s)
    under_way_s = fixes[-1].utc_s - fixes[0].utc_s
    return Leg(
        fixes[0], fixes[-1], is_open, is_begun_before, sum(distance_nm(*pair) for pair in pairs), under_way_s, gap_s,
        _fuel_l(pairs, under_way_s - gap_s, limits), max(speeds, default=None),
    )  # fmt: skip


def _fuel_l(pairs: Iterable[tuple[Fix, Fix]], with_data_s: float, limits: VoyageLimits) -> float | None:
    """Return the fuel of a leg: flow by time; None where it was measured too seldom to say."""
    burnt_l = measured_s = 0.0
    for before, after in pairs:
        lapse_s = after.utc_s - before.utc_s
        if before.fuel_l_h is not None and lapse_s <= limits.gap_s:
            burnt_l, measured_s = burnt_l + before.fuel_l_h * lapse_s / S_PER_H, measured_s + lapse_s
    return burnt_l if measured_s > 0.0 and measured_s >= FUEL_PART * with_data_s else None
