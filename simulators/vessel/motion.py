"""How a hull moves: state, surroundings and one fourth-order step that every hull model shares.

Axes: x forward, y to starboard, yaw and rudder positive to starboard; north and east from the start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

KNOT_MPS = 1852.0 / 3600.0
"""One knot in m/s."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What surrounds the hull; all of it may be zero."""

    current_north_mps: float = 0.0
    current_east_mps: float = 0.0
    wind_speed_mps: float = 0.0
    """True wind over ground, m/s."""
    wind_from_deg: float = 0.0
    """Where the true wind comes from, degrees true."""


CALM = Environment()
"""No wind, no current: the condition of every published trial."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Position and velocity of midship; surge and sway are **through the water**."""

    north_m: float = 0.0
    east_m: float = 0.0
    heading_rad: float = 0.0
    """Not wrapped: a full turn to starboard adds two pi."""
    surge_mps: float = 0.0
    sway_mps: float = 0.0
    yaw_radps: float = 0.0


@dataclass(frozen=True, slots=True)
class Actuators:
    """What the hull feels of its machinery at one instant."""

    rudder_deg: float = 0.0
    """Actual rudder angle, positive to starboard."""
    shaft_rps: float = 0.0
    """Propeller speed, revolutions per second, negative astern; for twin propellers the mean."""
    shaft_difference_rps: float = 0.0
    """Port shaft less starboard shaft, halved; 0 with one propeller."""


class Hull(Protocol):
    """A hull model: forces over mass at one instant."""

    @property
    def length_m(self) -> float:
        """Length between perpendiculars, m."""
        ...

    def accelerations(self, motion: Motion, actuators: Actuators, environment: Environment) -> Rates:
        """Return surge and sway acceleration (m/s2) and yaw acceleration (rad/s2), through the water."""
        ...


Rates = tuple[float, float, float]
_Derivative = tuple[float, float, float, float, float, float]


def over_ground(motion: Motion, environment: Environment) -> tuple[float, float]:
    """Return the velocity over ground as (north, east) in m/s: through the water plus current."""
    cosine, sine = math.cos(motion.heading_rad), math.sin(motion.heading_rad)
    north = motion.surge_mps * cosine - motion.sway_mps * sine + environment.current_north_mps
    east = motion.surge_mps * sine + motion.sway_mps * cosine + environment.current_east_mps
    return north, east


def _derivative(hull: Hull, motion: Motion, actuators: Actuators, environment: Environment) -> _Derivative:
    north, east = over_ground(motion, environment)
    surge, sway, yaw = hull.accelerations(motion, actuators, environment)
    return north, east, motion.yaw_radps, surge, sway, yaw


def _advanced(motion: Motion, slope: _Derivative, dt_s: float) -> Motion:
    return Motion(
        motion.north_m + slope[0] * dt_s,
        motion.east_m + slope[1] * dt_s,
        motion.heading_rad + slope[2] * dt_s,
        motion.surge_mps + slope[3] * dt_s,
        motion.sway_mps + slope[4] * dt_s,
        motion.yaw_radps + slope[5] * dt_s,
    )


def step(hull: Hull, motion: Motion, actuators: Actuators, environment: Environment, dt_s: float) -> Motion:
    """Return the motion `dt_s` seconds later (classical Runge-Kutta, actuators held over the step).

    A steady current is taken as carrying the water with the ship, so accelerations see water-relative speed only.
    """
    one = _derivative(hull, motion, actuators, environment)
    two = _derivative(hull, _advanced(motion, one, dt_s / 2), actuators, environment)
    three = _derivative(hull, _advanced(motion, two, dt_s / 2), actuators, environment)
    four = _derivative(hull, _advanced(motion, three, dt_s), actuators, environment)
    mean = (
        (one[0] + 2 * two[0] + 2 * three[0] + four[0]) / 6,
        (one[1] + 2 * two[1] + 2 * three[1] + four[1]) / 6,
        (one[2] + 2 * two[2] + 2 * three[2] + four[2]) / 6,
        (one[3] + 2 * two[3] + 2 * three[3] + four[3]) / 6,
        (one[4] + 2 * two[4] + 2 * three[4] + four[4]) / 6,
        (one[5] + 2 * two[5] + 2 * three[5] + four[5]) / 6,
    )
    return _advanced(motion, mean, dt_s)


def stopped(motion: Motion) -> Motion:
    """Return the same place and heading with no way on."""
    return replace(motion, surge_mps=0.0, sway_mps=0.0, yaw_radps=0.0)
