"""What a vessel may do under remote control, by voyage phase: numbers from her configuration, none from the code.

`ControlConfig.from_mapping` reads the `[control]` table of an agent's TOML (`control/example.toml` is a commented
one) and reports every fault at once. A safety limit that is not given is a fault: it has no default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, TypeVar, cast, get_args

from protocols.link.cbor import Plain

FallbackState = Literal["stop"]
"""Fallback states that this version can reach; loiter point, harbour route and anchor readiness need routes."""
HoldState = Literal["slow_down_on_heading"]
PHASES: Final = ("open_sea", "coastal", "port_approach", "berth")
AREA_KINDS: Final = ("allowed", "no_go")

AREAS_MAX: Final = 100
"""Most areas of one vessel; each is looked at for each order."""
LONGITUDE_DEG_MAX: Final = 180.0
LATITUDE_DEG_MAX: Final = 90.0
POINTS_MIN: Final = 3
POINTS_MAX: Final = 5000
"""Most points of a ring; a coastline of 50 km at 10 m."""

Ring = tuple[tuple[float, float], ...]
"""Points (longitude_deg, latitude_deg) of an outer ring."""


class ConfigError(ValueError):
    """A configuration with faults; `faults` lists each in words."""

    def __init__(self, faults: list[str]) -> None:
        """Carry all faults found."""
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Hull:
    """What the prediction of a track needs to know of the ship."""

    length_m: float
    beam_m: float
    turn_radius_m: float
    """Radius of a steady turn as orders turn her (IMO MSC.137(76) trial or simulator)."""
    reach_m: float
    """Distance run before a turn answers the helm (advance minus radius)."""
    stop_reach_m: float
    """Track reach of a controlled stop from the speed of the phase."""
    rpm_full: float
    """Engine speed of 100 % propulsion ahead, rpm."""
    speed_full_kn: float
    """Speed through water at 100 % propulsion, knots."""


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Times of the ladder and limits of the link (control.md section 5), seconds unless named otherwise."""

    degraded_round_trip_ms: float
    degraded_loss_pct: float
    degraded_for_s: float
    direct_round_trip_ms_max: float
    silent_s: float
    silent_direct_s: float
    lost_s: float
    grace_s: float
    fallback_s: float
    back_s: float
    """Heartbeats must be continuous for this long before the ladder can be left."""


@dataclass(frozen=True, slots=True)
class AuthorityLimits:
    """Times of the handover (AUT-03, AUT-05) in seconds and what is bumpless (AUT-04)."""

    lease_s: float
    answer_s: float
    confirm_s: float
    bump_rudder_deg: float
    bump_propulsion_pct: float
    bump_heading_deg: float


@dataclass(frozen=True, slots=True)
class PhaseLimits:
    """The operational envelope of one voyage phase."""

    rudder_deg_max: float
    """Largest rudder order at or above `rudder_speed_kn`."""
    rudder_slow_deg_max: float
    """Largest rudder order below `rudder_speed_kn`."""
    rudder_speed_kn: float
    rudder_step_deg_max: float
    """Largest change of the rudder order at once."""
    heading_rate_deg_min_max: float
    ahead_pct_max: float
    astern_pct_max: float
    propulsion_step_pct_max: float
    """Largest change of the propulsion order at once."""
    reversal_rpm_max: float
    """Engine speed must have fallen below this before the direction is reversed."""
    look_ahead_s: float
    """How far the track of an order is predicted (INT-06)."""
    margin_m: float
    """Distance the predicted track keeps from every boundary."""
    hold: HoldState
    hold_pct: float
    """Propulsion of the hold state, per cent ahead."""
    fallback: FallbackState
    stop_pct: float
    """What "emergency stop" means in this phase: propulsion in per cent (EST-03)."""


@dataclass(frozen=True, slots=True)
class VerifyWindows:
    """How long an order may take to show its effect (CMD-06), seconds."""

    heading_s: float
    rudder_s: float
    propulsion_s: float
    steady_deg_min: float
    """Rate of turn below which a heading is steady."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the sea the ship must stay in, or keep out of."""

    kind: Literal["allowed", "no_go"]
    name: str
    ring: Ring


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """All that `control` is told about a vessel; the same values go ashore in the birth message."""

    vessel: str
    phase: str
    """Voyage phase in force, one of PHASES."""
    hull: Hull
    link: LinkLimits
    authority: AuthorityLimits
    verify: VerifyWindows
    phases: Mapping[str, PhaseLimits]
    areas: tuple[Area, ...]

    @property
    def limits(self) -> PhaseLimits:
        """Limits of the phase in force."""
        return self.phases[self.phase]

    @classmethod
    def from_mapping(cls, vessel: str, source: Mapping[str, object]) -> ControlConfig:
        """Return the configuration of a `[control]` table; raise ConfigError with every fault found."""
        faults: list[str] = []
        reader = _Reader(faults)
        known = {"phase", "hull", "link", "authority", "verify", "phases", "areas"}
        faults += [f"control.{name} is not known" for name in sorted(set(source) - known)]
        hull = reader.record(Hull, source.get("hull"), "control.hull")
        link = reader.record(LinkLimits, source.get("link"), "control.link")
        authority = reader.record(AuthorityLimits, source.get("authority"), "control.authority")
        verify = reader.record(VerifyWindows, source.get("verify"), "control.verify")
        phases = reader.phases(source.get("phases"))
        areas = reader.areas(source.get("areas", []))
        phase = source.get("phase")
        if phase not in phases:
            faults.append(f"control.phase {phase!r} is none of the phases given ({', '.join(phases) or 'none'})")
        if link is not None:
            faults += _disorder(link)
        if faults or hull is None or link is None or authority is None or verify is None:
            raise ConfigError(faults)
        return cls(vessel, str(phase), hull, link, authority, verify, phases, areas)

    def to_plain(self) -> dict[str, Plain]:
        """Return the configuration as plain values: `from_mapping` reads it back."""
        areas: list[Plain] = [
            {"kind": area.kind, "name": area.name, "ring": [[lon, lat] for lon, lat in area.ring]}
            for area in self.areas
        ]
        return {
            "phase": self.phase, "hull": _plain(self.hull), "link": _plain(self.link),
            "authority": _plain(self.authority), "verify": _plain(self.verify),
            "phases": {name: _plain(limits) for name, limits in self.phases.items()}, "areas": areas,
        }  # fmt: skip


def _plain(record: Hull | LinkLimits | AuthorityLimits | VerifyWindows | PhaseLimits) -> dict[str, Plain]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _disorder(link: LinkLimits) -> list[str]:
    """Return a fault when the steps of the ladder would not come in their order."""
    if link.silent_direct_s <= link.silent_s < link.lost_s < link.lost_s + link.grace_s < link.fallback_s:
        return []
    return ["control.link: silent_direct_s <= silent_s < lost_s < lost_s + grace_s < fallback_s does not hold"]


_Record = TypeVar("_Record", Hull, LinkLimits, AuthorityLimits, VerifyWindows, PhaseLimits)
_WORDS: Final = {"hold": get_args(HoldState), "fallback": get_args(FallbackState)}


class _Reader:
    """Reads records out of a mapping and notes each fault in words."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = faults

    def record(self, kind: type[_Record], source: object, where: str) -> _Record | None:
        """Return the record in `source`; None when something is missing, unknown or no finite number."""
        given = _table(source)
        if given is None:
            self._faults.append(f"[{where}] is missing")
            return None
        names = [field.name for field in fields(kind)]
        self._faults += [f"{where}.{name} is not known" for name in sorted(set(given) - set(names))]
        values = {name: self._value(given, name, where) for name in names}
        return None if None in values.values() else kind(**cast("dict[str, Any]", values))

    def _value(self, source: Mapping[str, object], name: str, where: str) -> float | str | None:
        value = source.get(name)
        words = _WORDS.get(name)
        if words is not None:
            if value in words:
                return str(value)
            self._faults.append(f"{where}.{name} is {value!r}; this version knows {', '.join(words)}")
        elif value is None:
            self._faults.append(f"{where}.{name} is missing: a limit has no default")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            self._faults.append(f"{where}.{name} is {value!r}, not a number of at least 0")
        else:
            return float(value)
        return None

    def phases(self, source: object) -> dict[str, PhaseLimits]:
        """Return the phases given; at least one is needed."""
        given = _table(source)
        if not given:
            self._faults.append("[control.phases] is missing: give at least one phase")
            return {}
        found: dict[str, PhaseLimits] = {}
        for name, limits in given.items():
            if name not in PHASES:
                self._faults.append(f"control.phases.{name} is none of {', '.join(PHASES)}")
                continue
            record = self.record(PhaseLimits, limits, f"control.phases.{name}")
            if record is not None:
                found[name] = record
        return found

    def areas(self, source: object) -> tuple[Area, ...]:
        """Return the areas given; none at all is allowed, a broken one is not."""
        given = cast("list[object]", source) if isinstance(source, list) else None
        if given is None or len(given) > AREAS_MAX:
            self._faults.append(f"control.areas is not a list of at most {AREAS_MAX}")
            return ()
        found = [self._area(item, f"control.areas[{number}]") for number, item in enumerate(given)]
        return tuple(area for area in found if area is not None)

    def _area(self, source: object, where: str) -> Area | None:
        given = _table(source)
        if given is None:
            self._faults.append(f"{where} is not a table")
            return None
        kind, name, ring = given.get("kind"), given.get("name"), _ring(given.get("ring"))
        if kind not in AREA_KINDS:
            self._faults.append(f"{where}.kind is {kind!r}, none of {', '.join(AREA_KINDS)}")
        if not isinstance(name, str) or not name:
            self._faults.append(f"{where}.name is missing: refusals name the area")
        if ring is None:
            self._faults.append(f"{where}.ring is not a ring of at least 3 points [longitude_deg, latitude_deg]")
        if kind not in AREA_KINDS or not isinstance(name, str) or ring is None:
            return None
        return Area("allowed" if kind == "allowed" else "no_go", name, ring)


def _table(source: object) -> Mapping[str, object] | None:
    return cast("Mapping[str, object]", source) if isinstance(source, Mapping) else None


def _row(source: object) -> tuple[object, ...]:
    return tuple(cast("list[object]", source)) if isinstance(source, list | tuple) else ()


def _ring(source: object) -> Ring | None:
    rows = _row(source)
    if not POINTS_MIN <= len(rows) <= POINTS_MAX:
        return None
    points: list[tuple[float, float]] = []
    for point in map(_row, rows):
        if [_is_number(part) for part in point] != [True, True]:
            return None
        longitude, latitude = (float(cast("float", part)) for part in point)
        if abs(longitude) > LONGITUDE_DEG_MAX or abs(latitude) > LATITUDE_DEG_MAX:
            return None
        points.append((longitude, latitude))
    return tuple(points)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
