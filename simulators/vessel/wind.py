"""Wind force on the ship above water: a generic block shape, **our own estimate**, not measured on any of these hulls.

Coefficients of the usual form (force / dynamic pressure / projected area): head 0.8, beam 0.9, yaw 0.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulators.vessel.motion import Environment, Motion, over_ground

AIR_KGPM3 = 1.225
"""Air at 15 degC, 1013 hPa."""
_HEAD, _BEAM, _YAW = 0.8, 0.9, 0.1


@dataclass(frozen=True, slots=True)
class Windage:
    """Area above water."""

    frontal_m2: float
    lateral_m2: float


def apparent_wind(motion: Motion, environment: Environment) -> tuple[float, float]:
    """Return the apparent wind as (speed m/s, angle rad from the bow it comes from, positive to starboard)."""
    toward = math.radians(environment.wind_from_deg) + math.pi
    north, east = over_ground(motion, environment)
    wind_north = environment.wind_speed_mps * math.cos(toward) - north
    wind_east = environment.wind_speed_mps * math.sin(toward) - east
    speed = math.hypot(wind_north, wind_east)
    if speed == 0.0:
        return 0.0, 0.0
    source = math.atan2(-wind_east, -wind_north) - motion.heading_rad
    return speed, math.remainder(source, 2 * math.pi)


def wind_force(windage: Windage, length_m: float, motion: Motion, environment: Environment) -> tuple[float, ...]:
    """Return surge force (N), sway force (N) and yaw moment (N m); zero when there is no true wind.

    Still air is left out on purpose: the published resistance holds without it.
    """
    if environment.wind_speed_mps <= 0.0:
        return 0.0, 0.0, 0.0
    speed, angle = apparent_wind(motion, environment)
    pressure = 0.5 * AIR_KGPM3 * speed * speed
    return (
        -_HEAD * pressure * windage.frontal_m2 * math.cos(angle),
        -_BEAM * pressure * windage.lateral_m2 * math.sin(angle),
        -_YAW * pressure * windage.lateral_m2 * length_m * math.sin(2 * angle),
    )
