"""Targets that a radar tracks (TTM, TLL, TTD) as reports beside those of AIS, in an id space of their own.

A radar says distance and bearing from own ship; with our own position they become a place. What is only relative (speed and
course of TTM with R, of TTD with its flag) or through the water is left out: a report says motion over ground or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from protocols.link.batch import TRACKED_FIRST, TargetReport
from protocols.nmea0183.kinds import Fault, FieldValue
from protocols.nmea0183.tracked import TrackedTarget, read_targets
from telemetry.plane import NM_M, place_at, vector

NUMBERS: Final = 1024
"""Targets of one radar are numbered 0..1023 (TTD, ten bits; TTM has three digits)."""
PARTS_MAX: Final = 16
"""Sentences of one TTD message: 64 targets of 90 bits are 16 of 60 characters. A message with more is not read."""
SPEAKERS_MAX: Final = 16
"""Most radars that name themselves on the network's inputs (IEC 61162-450), all inputs together."""
NM_OF: Final = {"N": 1.0, "K": 1.0 / 1.852, "S": 1.0 / 1.150779}
"""{unit of TTM: nautical miles, or knots, of one}"""
Said = Mapping[str, FieldValue]
"""Fields of a sentence that have a value."""
LOST: Final = "L"
NOT_TRACKED: Final = frozenset({0, 2})
"""TTD status: 0 not tracked, 2 lost; 1 is acquiring, from 4 on tracking with or without an alarm (IEC 61162-1, 8.3.107)."""


@dataclass(frozen=True, slots=True)
class Own:
    """Own ship, as far as it is known and good."""

    latitude_deg: float | None
    longitude_deg: float | None
    heading_deg: float | None


@dataclass(frozen=True, slots=True)
class TrackLost:
    """A target that its radar has lost."""

    key: int


Tracked = TargetReport | TrackLost


class Tracker:
    """Reads the sentences of one vessel's radars."""

    def __init__(self, sources: tuple[str, ...]) -> None:
        """Know the inputs `sources`, in the order of the configuration: it makes the numbers of their targets.

        Radars that name themselves, as `input:sender`, come after them, in the order in which they are heard.
        """
        self._first = {name: TRACKED_FIRST + number * NUMBERS for number, name in enumerate(sources)}
        self._most = len(sources) + SPEAKERS_MAX
        self._parts: dict[str, list[str]] = {}

    def receive(self, source: str, formatter: str, values: Said, own: Own, utc_ns: int) -> list[Tracked] | None:
        """Return what one sentence of an input, or of a sender on it, says; None where it says nothing that can be used.

        Empty while a message is not whole.
        """
        first = self._first_of(source)
        if first is None:
            return None
        if formatter == "TTD":
            return self._message(source, first, values, own, utc_ns)
        number = values.get("number")
        if not isinstance(number, int):
            return None
        if values.get("status") == LOST:
            return [TrackLost(first + number)]
        place, motion = _line_place(values, own) if formatter == "TTM" else (_spot(values), _line_motion({}))
        return None if place is None else [_report(source, first, number, place, motion, _name(values), utc_ns)]

    def _first_of(self, source: str) -> int | None:
        """Return where the numbers of a speaker's targets begin; None for an input that is not known, and for one too many."""
        first = self._first.get(source)
        if first is None and source.rpartition(":")[0] in self._first and len(self._first) < self._most:
            first = self._first[source] = TRACKED_FIRST + len(self._first) * NUMBERS
        return first

    def _message(self, source: str, first: int, values: Said, own: Own, utc_ns: int) -> list[Tracked] | None:
        """Put a TTD message together, its parts in order; one that misses a part is given up by the next first part."""
        total, part, payload, fill = (values.get(name) for name in ("total", "part", "payload", "fill_bits"))
        if not isinstance(total, int) or not isinstance(part, int) or not isinstance(payload, str) or total > PARTS_MAX:
            return None
        parts = self._parts.setdefault(source, [])
        if part == 1:
            parts.clear()
        if part != len(parts) + 1:
            parts.clear()
            return None
        parts.append(payload)
        if part < total:
            return []
        found = read_targets("".join(parts), fill if isinstance(fill, int) else 0)
        parts.clear()
        if isinstance(found, Fault):
            return None
        made = [_record(source, first, target.values, own, utc_ns) for target in found if _is_radar(target)]
        return [each for each in made if each is not None]


def _is_radar(target: TrackedTarget) -> bool:
    """Return whether a record is a radar's own: one with a heading is an AIS target, which speaks for itself."""
    return target.protocol == 0 and "heading_deg" not in target.values and not target.values.get("is_test")


def _record(source: str, first: int, values: Mapping[str, float], own: Own, utc_ns: int) -> Tracked | None:
    number = int(values.get("number", 0))
    if int(values.get("status", 0)) in NOT_TRACKED:
        return TrackLost(first + number)
    place = _from_own(own, values.get("bearing_deg"), values.get("distance_nm"))
    if place is None:
        return None
    is_over_ground = bool(values.get("is_over_ground")) and not values.get("is_relative")
    motion = (values.get("speed_kn"), values.get("course_deg")) if is_over_ground else (None, None)
    return _report(source, first, number, place, motion, None, utc_ns)


def _line_place(values: Said, own: Own) -> tuple[tuple[float, float] | None, tuple[float | None, float | None]]:
    """Return (place, motion) of TTM; a bearing from the bow needs our heading."""
    unit = NM_OF.get(str(values.get("unit")))
    distance, bearing = _number(values.get("distance")), _number(values.get("bearing_deg"))
    if unit is None or distance is None or bearing is None:
        return None, (None, None)
    if values.get("bearing_reference") == "R":
        bearing = None if own.heading_deg is None else (bearing + own.heading_deg) % 360.0
    return _from_own(own, bearing, distance * unit), _line_motion(values)


def _line_motion(values: Said) -> tuple[float | None, float | None]:
    speed, unit = _number(values.get("speed")), NM_OF.get(str(values.get("unit")))
    if values.get("course_reference") != "T" or speed is None or unit is None:
        return None, None
    return speed * unit, _number(values.get("course_deg"))


def _spot(values: Said) -> tuple[float, float] | None:
    """Return the place that TLL says."""
    latitude, longitude = _number(values.get("latitude_deg")), _number(values.get("longitude_deg"))
    return None if latitude is None or longitude is None else (latitude, longitude)


def _from_own(own: Own, bearing_deg: float | None, distance_nm: float | None) -> tuple[float, float] | None:
    if own.latitude_deg is None or own.longitude_deg is None or bearing_deg is None or distance_nm is None:
        return None
    return place_at(own.latitude_deg, own.longitude_deg, *vector(bearing_deg, distance_nm * NM_M))


def _report(
    source: str, first: int, number: int, place: tuple[float, float], motion: tuple[float | None, float | None],
    name: str | None, utc_ns: int,
) -> TargetReport:  # fmt: skip
    track = f"{source}:{number:02d}"
    return TargetReport(
        first + number, utc_ns, round(place[0], 6), round(place[1], 6), motion[0], motion[1], None, None, None, None,
        name or track, None, None, None, track=track,
    )  # fmt: skip


def _name(values: Said) -> str | None:
    name = values.get("name")
    return name[:20] if isinstance(name, str) and name else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
