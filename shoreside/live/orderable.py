"""What of a vessel may be ordered beside her course and speed, for the console: machines, phases, drills. Pure."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Final, Literal, TypedDict, cast

from control.limits import ControlConfig
from control.limits.records import Hull, PhaseLimits
from control.translate import telegraph_pct
from protocols.console.orderable import DrillJson, MachineJson, PhaseJson
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.link.orders import PHASES, TELEGRAPH_STEPS

NS_PER_MS: Final = 1_000_000
_EXERCISES: Final = ("link_loss", "takeover", "emergency_stop")
_STATES: Final = ("begun", "ready", "ended")


class Orderable(TypedDict):
    """The part of the vessel's message that comes from her control configuration."""

    machinery: list[MachineJson]
    phases: list[PhaseJson]
    telegraph: dict[str, float]
    actuators: Literal["real", "simulated", ""]
    safety_depth_m: float | None


def of_vessel(control: ControlConfig | None) -> Orderable:
    """Return what may be ordered of a vessel; nothing where the shore does not know her limits."""
    if control is None:
        return {"machinery": [], "phases": [], "telegraph": {}, "actuators": "", "safety_depth_m": None}
    machinery = [
        cast("MachineJson", {name: value for name, value in asdict(machine).items() if name != "register"})
        for machine in control.machinery
    ]
    phases = [_phase(name, control.phases[name], control.hull) for name in PHASES if name in control.phases]
    return {
        "machinery": machinery, "phases": phases, "telegraph": _telegraph(control), "actuators": control.actuators,
        "safety_depth_m": safety_depth_m(control),
    }  # fmt: skip


def safety_depth_m(control: ControlConfig | None) -> float | None:
    """Return the water that a vessel needs (INT-07), her draught and the least under her keel; None where none is told."""
    water = None if control is None else control.grounding
    return None if water is None else water.draught_m + water.ukc_m_min


def _telegraph(control: ControlConfig) -> dict[str, float]:
    told = {step: telegraph_pct(step, control) for step in TELEGRAPH_STEPS}
    return dict(sorted(((step, pct) for step, pct in told.items() if pct is not None), key=lambda row: row[1]))


def _phase(name: str, limits: PhaseLimits, hull: Hull) -> PhaseJson:
    numbers = {each.name: getattr(limits, each.name) for each in fields(limits)}
    if hull.keeps_station and limits.keep is not None:
        numbers |= {"keep_radius_m": limits.keep.radius_m, "keep_radius_m_max": limits.keep.widest_m}
    made = {
        "name": name, "limits": {key: float(value) for key, value in numbers.items() if isinstance(value, int | float)},
        "hold": limits.hold, "fallback": limits.fallback, "envelope": [asdict(row) for row in limits.envelope],
        "not_judged": list(limits.not_judged),
    }  # fmt: skip
    return cast("PhaseJson", made)


def drill_of(event: Event) -> DrillJson | None:
    """Return the drill that an event tells of; None for any other event, and for one that cannot be read."""
    body = event.body
    if event.kind != "drill" or body.get("exercise") not in _EXERCISES or body.get("state") not in _STATES:
        return None
    texts = {name: _text(body, name) for name in ("id", "exercise", "state", "person", "console", "by", "why")}
    limit_s = _number(body, "limit_s")
    made = {
        **texts, "took_s": _number(body, "took_s"), "limit_s": 0.0 if limit_s is None else limit_s,
        "passed": body.get("passed") is True, "utc_ms": event.utc_ns // NS_PER_MS,
    }  # fmt: skip
    return cast("DrillJson", made)


def drill_text(body: dict[str, Plain]) -> str:
    """Return one line that says what became of a drill."""
    took_s = _number(body, "took_s")
    taken = "" if took_s is None else f", {took_s:.1f} s"
    why = f" ({_text(body, 'why')})" if body.get("why") else ""
    return f"Drill {_text(body, 'exercise')} of {_text(body, 'person')} {_text(body, 'state')}{taken}{why}"


def _text(body: dict[str, Plain], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _number(body: dict[str, Plain], name: str) -> float | None:
    value = body.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
