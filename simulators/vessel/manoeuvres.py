"""Standard trials of IMO MSC.137(76) run on a hull: turning circle, initial turning, zig-zag, stopping.

Distances in ship lengths at midship, deep water, calm; shaft speed held, as in the published calculations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulators.vessel.motion import CALM, Actuators, Hull, Motion, step
from simulators.vessel.steering import Steering, SteeringSpec, step_steering

_STEP_LIMIT = 40_000
"""No trial of these ships lasts longer than 40 000 steps (over an hour at 0.1 s); a hull that will not turn ends so."""


_GEAR = SteeringSpec()


@dataclass(frozen=True, slots=True)
class Approach:
    """How a trial begins."""

    speed_mps: float
    shaft_rps: float
    steering: SteeringSpec = _GEAR
    dt_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Turn:
    """A turning circle, in ship lengths."""

    advance: float
    transfer: float
    tactical_diameter: float
    speed_left: float
    """Speed when half round, as a part of the approach speed."""


def turning_circle(hull: Hull, approach: Approach, rudder_deg: float) -> Turn:
    """Return the turn with `rudder_deg` (positive to starboard) to a change of heading of 180 deg."""
    motion, gear = Motion(surge_mps=approach.speed_mps), Steering()
    advance = transfer = math.nan
    for _ in range(_STEP_LIMIT):
        gear = step_steering(approach.steering, gear, rudder_deg, approach.dt_s)
        motion = step(hull, motion, Actuators(gear.rudder_deg, approach.shaft_rps), CALM, approach.dt_s)
        if math.isnan(advance) and abs(motion.heading_rad) >= math.pi / 2:
            advance, transfer = motion.north_m / hull.length_m, abs(motion.east_m) / hull.length_m
        if abs(motion.heading_rad) >= math.pi:
            break
    speed = math.hypot(motion.surge_mps, motion.sway_mps) / approach.speed_mps
    return Turn(advance, transfer, abs(motion.east_m) / hull.length_m, speed)


def initial_turning(hull: Hull, approach: Approach, rudder_deg: float, change_deg: float) -> float:
    """Return the track run, in ship lengths, until the heading has changed by `change_deg`."""
    motion, gear, run = Motion(surge_mps=approach.speed_mps), Steering(), 0.0
    for _ in range(_STEP_LIMIT):
        gear = step_steering(approach.steering, gear, rudder_deg, approach.dt_s)
        after = step(hull, motion, Actuators(gear.rudder_deg, approach.shaft_rps), CALM, approach.dt_s)
        run += math.hypot(after.north_m - motion.north_m, after.east_m - motion.east_m)
        motion = after
        if abs(math.degrees(motion.heading_rad)) >= change_deg:
            break
    return run / hull.length_m


def zigzag(hull: Hull, approach: Approach, rudder_deg: float, heading_deg: float, overshoots: int = 2) -> list[float]:
    """Return the first overshoot angles, degrees, of a zig-zag that begins to the side of `rudder_deg`'s sign."""
    motion, gear = Motion(surge_mps=approach.speed_mps), Steering()
    side = math.copysign(1.0, rudder_deg)
    found: list[float] = []
    peak = 0.0
    reversed_at_least_once = False
    for _ in range(_STEP_LIMIT):
        gear = step_steering(approach.steering, gear, side * abs(rudder_deg), approach.dt_s)
        motion = step(hull, motion, Actuators(gear.rudder_deg, approach.shaft_rps), CALM, approach.dt_s)
        heading = math.degrees(motion.heading_rad)
        # The overshoot is to the side opposite to the rudder now applied.
        peak = max(peak, -side * heading)
        if side * heading >= heading_deg:
            if reversed_at_least_once:
                found.append(peak - heading_deg)
            if len(found) == overshoots:
                break
            side, peak, reversed_at_least_once = -side, 0.0, True
    return found


def stopping_reach(hull: Hull, approach: Approach, astern_rps: float) -> float:
    """Return the track reach of a stop in ship lengths with the shaft turned at once to `astern_rps` (negative).

    Our astern thrust is an estimate and no published stop exists for KVLCC2: a figure to read, no criterion to claim.
    """
    motion, run = Motion(surge_mps=approach.speed_mps), 0.0
    for _ in range(_STEP_LIMIT):
        after = step(hull, motion, Actuators(0.0, astern_rps), CALM, approach.dt_s)
        run += math.hypot(after.north_m - motion.north_m, after.east_m - motion.east_m)
        motion = after
        if motion.surge_mps <= 0.0:
            break
    return run / hull.length_m
