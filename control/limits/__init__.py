"""What a vessel may do under remote control, by voyage phase: numbers from her configuration, none from the code.

`ControlConfig.from_mapping` reads the `[control]` table of an agent's TOML (`control/example.toml` is a commented
one) and reports every fault at once. A safety limit that is not given is a fault: it has no default. The records are in
`records.py`, what reads them in `reader.py`, what must hold between them in `sense.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from control.limits.reader import ControlReader
from control.limits.records import (
    AREA_KINDS,
    PHASES,
    AlertLimits,
    ApprovalLimits,
    Area,
    AuthorityLimits,
    EncounterAngles,
    EnvelopeRow,
    Grounding,
    HarbourWay,
    Hull,
    Keep,
    LinkLimits,
    Loiter,
    Machine,
    PhaseLimits,
    Response,
    Ring,
    Telegraph,
    Tracking,
    VerifyWindows,
)
from control.limits.sense import disorder, nonsense, out_of_bounds, unjudged
from protocols.link.cbor import Plain

if TYPE_CHECKING:
    from control.depths import DepthChart  # whose shapes lie on planes, which know areas

__all__ = [
    "AREA_KINDS", "PHASES", "AlertLimits", "ApprovalLimits", "Area", "AuthorityLimits", "ConfigError", "ControlConfig",
    "EncounterAngles", "EnvelopeRow", "Grounding", "HarbourWay", "Hull", "Keep", "LinkLimits", "Loiter",
    "Machine", "PhaseLimits", "Response", "Ring", "Telegraph", "Tracking", "VerifyWindows",
]  # fmt: skip

KNOWN: Final = frozenset(("phase", "hull", "link", "authority", "verify", "encounter", "phases", "areas", "approval", "alerts",
                          "machinery", "telegraph", "tracking", "grounding", "response", "actuators"))  # fmt: skip
"""Names that may stand in `[control]`."""


class ConfigError(ValueError):
    """A configuration with faults; `faults` lists each in words."""

    def __init__(self, faults: list[str]) -> None:
        """Carry all faults found."""
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ControlConfig:
    """All that `control` is told about a vessel; the same values go ashore in the birth message."""

    vessel: str
    phase: str
    """Voyage phase in force, one of PHASES; what the file says is the phase of the first start."""
    hull: Hull
    link: LinkLimits
    authority: AuthorityLimits
    verify: VerifyWindows
    encounter: EncounterAngles
    phases: Mapping[str, PhaseLimits]
    areas: tuple[Area, ...]
    """Areas that count in the phase in force."""
    all_areas: tuple[Area, ...]
    """Areas of all phases."""
    approval: ApprovalLimits
    alerts: AlertLimits
    machinery: tuple[Machine, ...] = ()
    """What the group `engineering` may order; empty: nothing."""
    telegraph: Telegraph | None = None
    """None: she takes no telegraph steps."""
    tracking: Tracking | None = None
    """How routes are followed; None: she follows none."""
    grounding: Grounding | None = None
    """Water she needs; None: not judged by depth."""
    actuators: Literal["real", "simulated"] = "real"
    """What her orders move; drills are for simulated ones only."""
    response: Response | None = None
    """Who answers for her ashore; None: no time to act is told."""
    chart: DepthChart | None = None
    """The chart aboard; it is no part of what goes ashore."""

    @property
    def limits(self) -> PhaseLimits:
        """Limits of the phase in force."""
        return self.phases[self.phase]

    @property
    def channels(self) -> frozenset[str]:
        """Channels that her own tables name: read-backs and conditions."""
        rows = [row.channel for limits in self.phases.values() for row in limits.envelope]
        return frozenset((*rows, *(machine.channel for machine in self.machinery)))

    def in_phase(self, phase: str) -> ControlConfig:
        """Return the same vessel in another of her phases; raise KeyError when she has none of that name."""
        if phase not in self.phases:
            raise KeyError(phase)
        return replace(self, phase=phase, areas=_counting(self.all_areas, phase))

    @classmethod
    def from_mapping(cls, vessel: str, source: Mapping[str, object]) -> ControlConfig:
        """Return the configuration of a `[control]` table; raise ConfigError with every fault found."""
        faults: list[str] = []
        reader = ControlReader(faults)
        faults += [f"control.{name} is not known" for name in sorted(set(source) - KNOWN)]
        hull = reader.record(Hull, source.get("hull"), "control.hull")
        link = reader.record(LinkLimits, source.get("link"), "control.link")
        authority = reader.record(AuthorityLimits, source.get("authority"), "control.authority")
        verify = reader.record(VerifyWindows, source.get("verify"), "control.verify")
        encounter = reader.record(EncounterAngles, source.get("encounter"), "control.encounter")
        phases = reader.phases(source.get("phases"))
        areas = reader.areas(source.get("areas", []))
        approval = reader.record(ApprovalLimits, source.get("approval"), "control.approval")
        alerts = reader.record(AlertLimits, source.get("alerts"), "control.alerts")
        machinery = reader.rows(Machine, source.get("machinery", []), "control.machinery")
        given = source.get("telegraph")
        telegraph = None if given is None else reader.record(Telegraph, given, "control.telegraph")
        routed = source.get("tracking")
        tracking = None if routed is None else reader.record(Tracking, routed, "control.tracking")
        shallow = source.get("grounding")
        grounding = None if shallow is None else reader.record(Grounding, shallow, "control.grounding")
        answering = source.get("response")
        response = None if answering is None else reader.record(Response, answering, "control.response")
        actuators = source.get("actuators", "real")
        if actuators not in ("real", "simulated"):
            faults.append(f"control.actuators is {actuators!r}; this version knows real, simulated")
        phase = source.get("phase")
        if not isinstance(phase, str) or phase not in phases:
            faults.append(f"control.phase {phase!r} is none of the phases given ({', '.join(phases) or 'none'})")
        if link is not None:
            faults += disorder(link)
        if hull is not None:
            faults += nonsense(hull, phases, areas, follows_routes=tracking is not None)
        faults += unjudged(phases) + out_of_bounds(approval, alerts, machinery, response)
        if (
            approval is None
            or alerts is None
            or hull is None
            or link is None
            or authority is None
            or verify is None
            or encounter is None
            or faults
        ):
            raise ConfigError(faults)
        counting = _counting(areas, str(phase))
        return cls(
            vessel, str(phase), hull, link, authority, verify, encounter, phases, counting, areas, approval, alerts,
            machinery, telegraph, tracking, grounding, "simulated" if actuators == "simulated" else "real",
            response,
        )  # fmt: skip

    def to_plain(self) -> dict[str, Plain]:
        """Return the configuration as plain values: `from_mapping` reads it back."""
        areas: list[Plain] = [
            {"kind": area.kind, "name": area.name, "ring": [[lon, lat] for lon, lat in area.ring],
             "phases": list(area.phases)}
            for area in self.all_areas
        ]  # fmt: skip
        made: dict[str, Plain] = {
            "phase": self.phase, "actuators": self.actuators, "hull": _plain(self.hull), "link": _plain(self.link),
            "authority": _plain(self.authority), "verify": _plain(self.verify),
            "encounter": _plain(self.encounter),
            "phases": {name: _plain(limits) for name, limits in self.phases.items()}, "areas": areas,
            "approval": _plain(self.approval), "alerts": _plain(self.alerts),
            "machinery": [_plain(machine) for machine in self.machinery],
        }  # fmt: skip
        optional: dict[str, object] = {
            "telegraph": self.telegraph,
            "tracking": self.tracking,
            "grounding": self.grounding,
            "response": self.response,
        }
        made.update({name: _plain(table) for name, table in optional.items() if table is not None})
        return made


def _counting(areas: tuple[Area, ...], phase: str) -> tuple[Area, ...]:
    return tuple(area for area in areas if not area.phases or phase in area.phases)


def _plain(record: object) -> dict[str, Plain]:
    """Return a record as a map; a table that is not given is left out."""
    made: dict[str, Plain] = {}
    for each in fields(cast("Hull", record)):
        value: object = getattr(record, each.name)
        if value is not None:
            made[each.name] = _plain_value(value)
    return made


def _plain_value(value: object) -> Plain:
    if isinstance(value, tuple):
        return [_plain_value(each) for each in cast("tuple[object, ...]", value)]
    return _plain(value) if is_dataclass(value) else cast("Plain", value)
