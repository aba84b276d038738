"""Orders in the operator's terms become what the equipment takes: telegraph steps, speeds and courses.

They are judged as what they become, so every interlock of a heading or propulsion order is one of theirs. A speed and a course
are kept by trimming what was ordered, slowly and within bounds, until another order of the channel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from control import station
from control.context import Setpoints
from control.limits import ControlConfig
from control.messages import Setpoint
from control.situation import Situation
from protocols.link.cbor import Plain
from protocols.link.events import Reason

DRIFT_DEG_MAX: Final = 30.0
"""More than this between heading and course over ground is no drift to be steered against: she turns, or hardly moves."""
DRIFT_KN_MIN: Final = 1.0
"""Below this over ground the course is noise."""
TRIM_S: Final = 10.0
"""How often a kept speed or course is trimmed: a ship of 100 m answers in tens of seconds."""
SPEED_TRIM_PCT: Final = 15.0
"""How far the propulsion may be trimmed from what the speed needs in still water."""
SPEED_GAIN: Final = 0.3
"""Share of the missing speed that one trim makes good."""
STEP_PCT, STEP_DEG = 0.5, 1.0
"""Smaller trims are not worth a command."""
KEPT: Final = {"conn.speed": "propulsion", "conn.course": "steering"}
"""{order kind that is kept: its channel}"""
KEPT_AS: Final = {"conn.speed": "speed_kn", "conn.course": "course_deg"}
"""{order kind that is kept: its argument, under which the heartbeat tells it as well}"""


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as the rules judge it."""

    kind: str
    args: dict[str, Plain]
    reasons: tuple[Reason, ...] = ()
    """Why it cannot be translated."""


def asked(kind: str, args: dict[str, Plain], config: ControlConfig, situation: Situation) -> Asked:
    """Return what an order asks of the equipment; one that needs no translation as it is."""
    rest = {name: value for name, value in args.items() if name in ("rate_deg_min", "collision_reason")}
    if kind == "conn.telegraph":
        percent = telegraph_pct(str(args["step"]), config)
        if percent is not None:
            return Asked("conn.propulsion", rest | {"propulsion_pct": percent})
        text = "This vessel has no telegraph: order the propulsion in per cent."
        return Asked("conn.propulsion", rest, (Reason("no_telegraph", "INT-04", text, str(args["step"])),))
    if kind == "conn.speed":
        return Asked("conn.propulsion", rest | {"propulsion_pct": speed_pct(_number(args["speed_kn"]), config)})
    if kind == station.KIND:
        return Asked(kind, station.with_radius(args, config))
    if kind == "conn.course":
        objection = situation.objection("NAV_COG")
        heading = heading_for(_number(args["course_deg"]), situation)
        return Asked("conn.heading", rest | {"heading_deg": heading}, () if objection is None else (objection,))
    return Asked(kind, args)


def telegraph_pct(step: str, config: ControlConfig) -> float | None:
    """Return the propulsion of a telegraph step, negative astern; None where the vessel has none."""
    table = config.telegraph
    if table is None:
        return None
    if step == "stop":
        return 0.0
    name, _, way = step.rpartition("_")
    percent: float = getattr(table, f"{name}_pct")
    return percent if way == "ahead" else -percent


def speed_pct(speed_kn: float, config: ControlConfig) -> float:
    """Return the propulsion that gives a speed in still water: speed goes with the propeller's revolutions."""
    return round(100.0 * speed_kn / config.hull.speed_full_kn, 1)


def heading_for(course_deg: float, situation: Situation) -> float:
    """Return the heading that makes a course good against the drift of now; without a believable drift the course itself."""
    heading, course = situation.number("NAV_HDG"), situation.number("NAV_COG")
    speed_kn = situation.number("NAV_SOG")
    if heading is None or course is None or speed_kn is None or abs(speed_kn) < DRIFT_KN_MIN:
        return course_deg % 360.0
    drift_deg = math.remainder(heading - course, 360.0)
    return round((course_deg + (drift_deg if abs(drift_deg) <= DRIFT_DEG_MAX else 0.0)) % 360.0, 1) % 360.0


def trim(kind: str, target: float, in_force: Setpoints, situation: Situation, config: ControlConfig) -> Setpoint | None:
    """Return the next small correction of a kept speed or course; None where none is needed or something is not known."""
    if kind == "conn.course":
        if situation.number("NAV_COG") is None or in_force.heading_deg is None:
            return None
        heading = heading_for(target, situation)
        off = abs(math.remainder(heading - in_force.heading_deg, 360.0))
        return Setpoint("heading", heading) if off >= STEP_DEG else None
    speed_kn, percent = situation.number("NAV_SOG"), in_force.propulsion_pct
    if speed_kn is None or percent is None:
        return None
    plain_pct, limits = speed_pct(target, config), config.limits
    wanted = percent + SPEED_GAIN * speed_pct(target - abs(speed_kn), config)
    low, high = max(0.0, plain_pct - SPEED_TRIM_PCT), min(limits.ahead_pct_max, plain_pct + SPEED_TRIM_PCT)
    bounded = round(max(low, min(high, wanted)), 1)
    return Setpoint("propulsion", bounded) if abs(bounded - percent) >= STEP_PCT else None


def _number(value: Plain) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
