"""The steering gear: a rudder that follows its order at the rate its running pumps give."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SteeringSpec:
    """What the gear can do."""

    rate_degps: float = 2.34
    """With all pumps running; SOLAS II-1/29.3 asks for 65 deg in 28 s = 2.32 deg/s."""
    limit_deg: float = 35.0


@dataclass(frozen=True, slots=True)
class Steering:
    """The gear's state."""

    rudder_deg: float = 0.0
    """Actual angle, positive to starboard."""
    order_deg: float = 0.0
    """Last order the gear received, limited."""
    pump1_running: bool = True
    pump2_running: bool = True
    stuck: bool = False
    """A fault: the rudder stays where it is whatever is ordered."""


def step_steering(spec: SteeringSpec, steering: Steering, order_deg: float, dt_s: float) -> Steering:
    """Return the gear `dt_s` later; one pump gives half the rate, no pump none (domain: about half per unit)."""
    order = max(-spec.limit_deg, min(spec.limit_deg, order_deg))
    pumps = int(steering.pump1_running) + int(steering.pump2_running)
    if steering.stuck or pumps == 0:
        return replace(steering, order_deg=order)
    travel = spec.rate_degps * dt_s * pumps / 2
    gap = order - steering.rudder_deg
    return replace(steering, order_deg=order, rudder_deg=steering.rudder_deg + max(-travel, min(travel, gap)))
