"""The four voyage phases of the demo's ships: what each allows, and what she does when she is left alone in it (FBK-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulators import waters
from simulators.fleet import VesselSpec


@dataclass(frozen=True, slots=True)
class Phase:
    """How a phase differs from coastal waters, in which the demo begins; shares are of the ship's own coastal numbers."""

    name: str
    rudder_deg_max: float
    ahead_pct_max: float
    hold_pct: float
    look_ahead: float
    """Share of her look-ahead; less room, less far."""
    room: float
    """Share of her margin and of the passing distance."""
    speed: float
    """Share of her full speed at which remote operation in the phase ends; 1.3: never by herself."""
    fallback: str
    station: bool = False
    """True: a craft that can keeps her station when the link is lost, instead of slowing down."""


PHASES: Final = (
    Phase("open_sea", 15.0, 95.0, 30.0, 1.5, 2.0, 1.3, "stop"),
    Phase("coastal", 20.0, 90.0, 20.0, 1.0, 1.0, 1.3, "stop"),
    Phase("port_approach", 30.0, 60.0, 10.0, 0.5, 0.5, 0.9, "anchor_readiness", station=True),
    Phase("berth", 35.0, 40.0, 0.0, 0.25, 0.25, 0.6, "stop"),
)
"""From the open sea inwards: more rudder, less power, less room, and nearer to help (ours; an owner's differ)."""


KEEP: Final = """
[control.phases.{phase}.keep]
radius_m = 8.0
radius_m_max = 60.0
approach_pct = 25.0
approach_pct_max = {strongest_pct}
"""
"""How a craft without a rudder keeps her station, by order or as a hold: four of her lengths; 80 % holds her in a breeze."""


def tables(spec: VesselSpec) -> str:
    """Return the tables `[control.phases.*]` of a simulated vessel."""
    return "\n".join(_table(phase, spec) for phase in PHASES)


def _table(phase: Phase, spec: VesselSpec) -> str:
    handling = waters.HANDLING[spec.slug]
    keeps = phase.station and not spec.has_rudder
    keep = "" if spec.has_rudder else KEEP.format(phase=phase.name, strongest_pct=min(80.0, phase.ahead_pct_max))
    return f"""[control.phases.{phase.name}]
rudder_deg_max = {phase.rudder_deg_max}
rudder_slow_deg_max = 35.0
rudder_speed_kn = 6.0
rudder_step_deg_max = 70.0
heading_rate_deg_min_max = {handling.heading_rate_deg_min_max}
ahead_pct_max = {phase.ahead_pct_max}
astern_pct_max = 60.0
propulsion_step_pct_max = 100.0
reversal_rpm_max = {round(spec.engine.full_rpm * 0.3, 1)}
look_ahead_s = {handling.look_ahead_s * phase.look_ahead}
margin_m = {handling.margin_m * phase.room}
cpa_m = {handling.cpa_m * phase.room}
tcpa_s = {handling.tcpa_s * phase.look_ahead}
target_age_s_max = 60.0
lookout_s = 60.0
without_lookout = "confirm"
not_judged = ["wind", "sea", "visibility"]
hold = "{"station_keep" if keeps else "slow_down_on_heading"}"
hold_pct = {0.0 if keeps else phase.hold_pct}
hold_entry_s = 300.0
fallback = "{phase.fallback}"
fallback_entry_s = 1800.0
stop_entry_s = 1800.0
neutral_pct = 0.0
stopped_kn = 1.0
stop_pct = 0.0

[[control.phases.{phase.name}.envelope]]
what = "speed"
channel = "NAV_SOG"
low = -8.0
high = {phase.speed * handling.speed_full_kn:.1f}
{keep}"""
