"""The Otter USV in three degrees of freedom (Fossen 2021; cybergalactic/PythonVehicleSimulator, MIT, parameters only).

Mass, damping, propellers, cross-flow and Munk moment as in Fossen's six degrees. His program adds the payload's weight
along the trimmed surge axis without the buoyancy that would balance it; his published steady speeds contain that push
(about 7 N at 0.8 m/s), so the quasi-static trim is solved here and the push kept. Without it: 11 % slower at 50 rad/s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulators.vessel.motion import Actuators, Environment, Motion, Rates
from simulators.vessel.wind import Windage, wind_force

_MASS_KG, _CENTRE_M = 80.0, 0.153125
_SURGE_KG, _SWAY_KG, _YAW_KGM2 = 85.5, 162.5, 42.6514502
"""Mass with added mass."""
_SURGE_DAMPING, _YAW_QUADRATIC = 24.4 * 9.81 / (6 * 0.5144), 10.0
"""N s/m; the linear yaw damping is multiplied by 1 + 10 |r|. Sway and yaw time constants are 1 s."""
_THRUST_AHEAD, _THRUST_ASTERN = 0.02216 / 2, 0.01289 / 2
"""Bollard thrust of one propeller, N s2."""
_ARM_M = 0.395
_DRAUGHT_M, _CROSSFLOW = 0.19512195, 1.00418447
"""Draught of a pontoon and Hoerner's cross-flow coefficient at B/2T = 0.64."""
_STRIPS = 20
_PAYLOAD_N, _PAYLOAD_X_M, _PAYLOAD_Z_M = 25.0 * 9.81, 0.05, -0.35
SHAFT_MIN_RADPS = -math.sqrt(0.5 * 13.6 * 9.81 / _THRUST_ASTERN)
SHAFT_MAX_RADPS = math.sqrt(0.5 * 24.4 * 9.81 / _THRUST_AHEAD)


def _stiffness() -> tuple[float, float, float, float]:
    """Return heave and pitch stiffness at midship, their coupling, and heave damping (Fossen 2021, chapter 4)."""
    density, gravity, length, beam = 1025.0, 9.81, 2.0, 0.25
    volume = _MASS_KG / density
    waterplane = 2 * 0.75 * length * beam
    centre_z = (55.0 * -0.2 + 25.0 * _PAYLOAD_Z_M) / _MASS_KG
    buoyancy = (5 * _DRAUGHT_M / 2 - 0.5 * volume / (length * beam)) / 3
    pitch_radius = 0.8 * 2 / 12 * beam * length**3 / volume
    heave = density * gravity * waterplane
    pitch = density * gravity * volume * (buoyancy + pitch_radius - (_DRAUGHT_M - centre_z))
    flotation = -0.2
    damping = 0.6 * math.sqrt(heave / 135.0) * 135.0
    return heave, pitch + heave * flotation**2, -heave * flotation, damping


_HEAVE, _PITCH, _COUPLING, _HEAVE_DAMPING = _stiffness()


_WINDAGE = Windage(frontal_m2=0.35, lateral_m2=0.6)
"""Our estimate of hull, mast and battery boxes."""


@dataclass(frozen=True, slots=True)
class OtterHull:
    """The Otter with her 25 kg payload; `length_m` is the hull's."""

    length_m: float = 2.0
    windage: Windage = _WINDAGE

    def accelerations(self, motion: Motion, actuators: Actuators, environment: Environment) -> Rates:
        """Return surge and sway acceleration (m/s2) and yaw acceleration (rad/s2).

        Port and starboard shaft are mean plus and minus difference; the rudder angle has no part: she has none.
        """
        u, v, r = motion.surge_mps, motion.sway_mps, motion.yaw_radps
        mean = actuators.shaft_rps * 2 * math.pi
        half = actuators.shaft_difference_rps * 2 * math.pi
        port, starboard = propeller_n(mean + half), propeller_n(mean - half)
        wind = wind_force(self.windage, self.length_m, motion, environment)
        drag_n, drag_nm = _crossflow(v, r)
        first = _MASS_KG * _CENTRE_M
        surge = port + starboard - _SURGE_DAMPING * u + trim_push_n(u) + _SWAY_KG * v * r + first * r * r + wind[0]
        sway = -_SWAY_KG * v + drag_n - _SURGE_KG * u * r + wind[1]
        yaw = _ARM_M * (port - starboard) - _YAW_KGM2 * (1 + _YAW_QUADRATIC * abs(r)) * r + drag_nm + wind[2]
        yaw += -first * u * r - (_SWAY_KG - _SURGE_KG) * u * v
        determinant = _SWAY_KG * _YAW_KGM2 - first * first
        return (
            surge / _SURGE_KG,
            (sway * _YAW_KGM2 - first * yaw) / determinant,
            (_SWAY_KG * yaw - first * sway) / determinant,
        )


def propeller_n(shaft_radps: float) -> float:
    """Return one propeller's thrust in N; the speed is limited to what the motors give (-101.7..103.93 rad/s)."""
    speed = max(SHAFT_MIN_RADPS, min(SHAFT_MAX_RADPS, shaft_radps))
    return (_THRUST_AHEAD if speed > 0 else _THRUST_ASTERN) * speed * abs(speed)


def trim_push_n(surge_mps: float) -> float:
    """Return the push of the payload's weight along the trimmed surge axis, N (see the module's first words)."""
    # Heave and pitch at rest, sinking speed zero: w = u theta; Munk moment 49.5 u w.
    a, b = _HEAVE, _COUPLING + _HEAVE_DAMPING * surge_mps
    c, d = _COUPLING, _PITCH - 49.5 * surge_mps**2 + _PAYLOAD_Z_M * _PAYLOAD_N
    heave_n, pitch_nm = _PAYLOAD_N, -_PAYLOAD_X_M * _PAYLOAD_N
    trim = (a * pitch_nm - c * heave_n) / (a * d - b * c)
    return -_PAYLOAD_N * math.sin(trim)


def _crossflow(sway_mps: float, yaw_radps: float) -> tuple[float, float]:
    width = 2.0 / _STRIPS
    force = moment = 0.0
    for strip in range(_STRIPS + 1):
        x = -1.0 + strip * width
        across = sway_mps + x * yaw_radps
        part = 0.5 * 1025.0 * _DRAUGHT_M * _CROSSFLOW * abs(across) * across * width
        force -= part
        moment -= x * part
    return force, moment
