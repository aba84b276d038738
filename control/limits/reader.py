"""Reads the records of a `[control]` table and notes each fault in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final, TypeVar, cast, get_args

from control.limits.records import (
    AREA_KINDS,
    LATITUDE_DEG_MAX,
    LONGITUDE_DEG_MAX,
    PHASES,
    AlertLimits,
    ApprovalLimits,
    Area,
    AuthorityLimits,
    EncounterAngles,
    EnvelopeRow,
    FallbackState,
    Grounding,
    HarbourWay,
    HoldState,
    Hull,
    Keep,
    LinkLimits,
    Loiter,
    LookoutRule,
    Machine,
    PhaseLimits,
    Response,
    Ring,
    Telegraph,
    Tracking,
    VerifyWindows,
)  # fmt: skip

AREAS_MAX: Final = 100
"""Most areas of one vessel; each is looked at for each order."""
POINTS_MIN: Final = 3
MARKS: Final = (2, 50)
"""Fewest and most waypoints of a way home."""
POINTS_MAX: Final = 5000
"""Most points of a ring; a coastline of 50 km at 10 m."""

ROWS_MAX: Final = 50
"""Most machines of a vessel, and most conditions of a phase; each is looked at for each order of its kind."""
_TEXT_MAX: Final = 64

_Record = TypeVar(
    "_Record", Hull, LinkLimits, AuthorityLimits, VerifyWindows, EncounterAngles, PhaseLimits, Keep, Loiter, ApprovalLimits,
    AlertLimits,
    Machine, Telegraph, EnvelopeRow, Tracking, Grounding, Response, HarbourWay,
)  # fmt: skip
_SIGNERS: Final = ("master", "master_and_second")
_WORDS: Final = {
    "hold": get_args(HoldState), "fallback": get_args(FallbackState), "roster": _SIGNERS, "grant": _SIGNERS,
    "kind": ("pump", "generator"), "without_lookout": get_args(LookoutRule),
    "without_chart": ("refuse", "sounder", "allow"),
}  # fmt: skip
_SIGNED: Final = {"latitude_deg": LATITUDE_DEG_MAX, "longitude_deg": LONGITUDE_DEG_MAX, "low": 1e9, "high": 1e9}
"""Values that may be below 0, and how far from it."""
_OF_PHASE: Final = ("keep", "loiter", "harbour", "envelope", "not_judged")
"""What stands within a phase's own table and is no number."""


class ControlReader:
    """Reads records out of mappings; a value that is wrong or missing is a fault, and None is returned."""

    def __init__(self, faults: list[str]) -> None:
        """Note faults in `faults`."""
        self._faults = faults

    def record(self, kind: type[_Record], source: object, where: str, but: tuple[str, ...] = ()) -> _Record | None:
        """Return the record in `source`; None when something is missing, unknown or no finite number.

        Fields named in `but` are read by the caller and are empty here.
        """
        given = table_of(source)
        if given is None:
            self._faults.append(f"[{where}] is missing")
            return None
        wanted = {field.name: str(field.type) for field in fields(kind) if field.name not in (*_OF_PHASE, *but)}
        before = len(self._faults)
        self._faults += [f"{where}.{name} is not known" for name in sorted(set(given) - set(wanted))]
        values = {
            name: self._read(given, name, type_name, where)
            for name, type_name in wanted.items()
            if name in given or "None" not in type_name
        }
        return None if len(self._faults) > before else kind(**cast("dict[str, Any]", values | dict.fromkeys(but, ())))

    def _read(self, source: Mapping[str, object], name: str, type_name: str, where: str) -> bool | str | float | None:
        if type_name == "bool":
            return self._flag(source, name, where)
        return self._text(source, name, where) if type_name == "str" else self._value(source, name, where)

    def _text(self, source: Mapping[str, object], name: str, where: str) -> str | None:
        value = source.get(name)
        if isinstance(value, str) and 0 < len(value) <= _TEXT_MAX:
            return value
        self._faults.append(f"{where}.{name} is {value!r}; it must be a text of 1 to {_TEXT_MAX} characters")
        return None

    def _flag(self, source: Mapping[str, object], name: str, where: str) -> bool | None:
        value = source.get(name)
        if isinstance(value, bool):
            return value
        self._faults.append(f"{where}.{name} is {value!r}; it must be true or false")
        return None

    def _value(self, source: Mapping[str, object], name: str, where: str) -> float | str | None:
        value, words, reach = source.get(name), _WORDS.get(name), _SIGNED.get(name)
        if words is not None:
            if value in words:
                return str(value)
            self._faults.append(f"{where}.{name} is {value!r}; this version knows {', '.join(words)}")
        elif value is None:
            self._faults.append(f"{where}.{name} is missing: a limit has no default")
        elif not is_number(value):
            self._faults.append(f"{where}.{name} is {value!r}, not a number")
        elif reach is not None and abs(cast("float", value)) > reach:
            self._faults.append(f"{where}.{name} is {value!r}, outside -{reach:g}..{reach:g}")
        elif reach is None and cast("float", value) < 0:
            self._faults.append(f"{where}.{name} is {value!r}, not a number of at least 0")
        else:
            return float(cast("float", value))
        return None

    def phases(self, source: object) -> dict[str, PhaseLimits]:
        """Return the phases given; at least one is needed."""
        given = table_of(source)
        if not given:
            self._faults.append("[control.phases] is missing: give at least one phase")
            return {}
        found: dict[str, PhaseLimits] = {}
        for name, limits in given.items():
            if name not in PHASES:
                self._faults.append(f"control.phases.{name} is none of {', '.join(PHASES)}")
                continue
            record = self._phase(limits, f"control.phases.{name}")
            if record is not None:
                found[name] = record
        return found

    def _phase(self, source: object, where: str) -> PhaseLimits | None:
        """Return one phase with the tables within its own, where it has them."""
        table = table_of(source)
        if table is None:
            return self.record(PhaseLimits, source, where)
        given = dict(table)
        within = {name: given.pop(name) for name in _OF_PHASE if name in given}
        record = self.record(PhaseLimits, given, where)
        keep = self.record(Keep, within["keep"], f"{where}.keep") if "keep" in within else None
        loiter = self.record(Loiter, within["loiter"], f"{where}.loiter") if "loiter" in within else None
        harbour = self._harbour(within["harbour"], f"{where}.harbour") if "harbour" in within else None
        envelope = self.rows(EnvelopeRow, within.get("envelope", []), f"{where}.envelope")
        judged = tuple(str(word) for word in _row(within.get("not_judged", [])))
        if record is None:
            return None
        return replace(record, keep=keep, loiter=loiter, harbour=harbour, envelope=envelope, not_judged=judged)

    def _harbour(self, source: object, where: str) -> HarbourWay | None:
        """Return a way home; its waypoints are the one value that is no number."""
        given = dict(table_of(source) or {})
        marks = _ring(given.pop("marks", None), MARKS)
        if marks is None:
            self._faults.append(
                f"{where}.marks is not a list of {MARKS[0]} to {MARKS[1]} points [longitude_deg, latitude_deg]"
            )
        record = self.record(HarbourWay, given, where, ("marks",))
        return None if marks is None or record is None else replace(record, marks=marks)

    def rows(self, kind: type[_Record], source: object, where: str) -> tuple[_Record, ...]:
        """Return the records of a list of tables; none at all is allowed, a broken one is not."""
        given = cast("list[object]", source) if isinstance(source, list) else None
        if given is None or len(given) > ROWS_MAX:
            self._faults.append(f"{where} is not a list of at most {ROWS_MAX}")
            return ()
        found = [self.record(kind, item, f"{where}[{number}]") for number, item in enumerate(given)]
        return tuple(each for each in found if each is not None)

    def areas(self, source: object) -> tuple[Area, ...]:
        """Return the areas given; none at all is allowed, a broken one is not."""
        given = cast("list[object]", source) if isinstance(source, list) else None
        if given is None or len(given) > AREAS_MAX:
            self._faults.append(f"control.areas is not a list of at most {AREAS_MAX}")
            return ()
        found = [self._area(item, f"control.areas[{number}]") for number, item in enumerate(given)]
        return tuple(area for area in found if area is not None)

    def _area(self, source: object, where: str) -> Area | None:
        given = table_of(source)
        if given is None:
            self._faults.append(f"{where} is not a table")
            return None
        kind, name, ring = given.get("kind"), given.get("name"), _ring(given.get("ring"))
        phases = _row(given.get("phases", []))
        unknown = [str(phase) for phase in phases if phase not in PHASES]
        if unknown:
            self._faults.append(f"{where}.phases names {', '.join(unknown)}, none of {', '.join(PHASES)}")
        if kind not in AREA_KINDS:
            self._faults.append(f"{where}.kind is {kind!r}, none of {', '.join(AREA_KINDS)}")
        if not isinstance(name, str) or not name:
            self._faults.append(f"{where}.name is missing: refusals name the area")
        if ring is None:
            self._faults.append(f"{where}.ring is not a ring of at least 3 points [longitude_deg, latitude_deg]")
        if kind not in AREA_KINDS or not isinstance(name, str) or ring is None:
            return None
        return Area("allowed" if kind == "allowed" else "no_go", name, ring, tuple(map(str, phases)))


def table_of(source: object) -> Mapping[str, object] | None:
    """Return a table of the file; None for what is none."""
    return cast("Mapping[str, object]", source) if isinstance(source, Mapping) else None


def _row(source: object) -> tuple[object, ...]:
    return tuple(cast("list[object]", source)) if isinstance(source, list | tuple) else ()


def _ring(source: object, count: tuple[int, int] = (POINTS_MIN, POINTS_MAX)) -> Ring | None:
    rows = _row(source)
    if not count[0] <= len(rows) <= count[1]:
        return None
    points: list[tuple[float, float]] = []
    for point in map(_row, rows):
        if [is_number(part) for part in point] != [True, True]:
            return None
        longitude, latitude = (float(cast("float", part)) for part in point)
        if abs(longitude) > LONGITUDE_DEG_MAX or abs(latitude) > LATITUDE_DEG_MAX:
            return None
        points.append((longitude, latitude))
    return tuple(points)


def is_number(value: object) -> bool:
    """Return whether a value of the file is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
