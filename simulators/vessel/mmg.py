"""The standard 3-DOF MMG model (Yasukawa & Yoshimura, J. Mar. Sci. Technol. 20, 2015, 37-52) as one pure function.

Beyond the paper, which holds for ahead speed and ahead propeller only, and named so below: propeller astern, rudder
without slipstream, and cross-flow drag under 1.5 m/s so that a ship with no way on is damped. Those are our own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulators.vessel.motion import Actuators, Environment, Motion, Rates
from simulators.vessel.wind import Windage, wind_force

_CROSSFLOW_BELOW_FROUDE = 0.027
"""Under this Froude number (3 kn for 320 m) the paper's polynomials lose their damping and cross-flow drag is blended
in; ours."""
_CROSSFLOW_COEFFICIENT = 0.8
"""Drag coefficient of a ship's section across the flow, order of magnitude of Hoerner's curve; ours."""
_ASTERN_THRUST = 0.7
"""Astern bollard thrust of a propeller made for going ahead, as a part of its ahead thrust; ours."""
_YAW_RATIO_MAX = 1.5
"""Bound of r' = r L / U; the paper's experiments end near 1.0."""


_REST_MPS = 1e-6
"""Slower than this the hull is at rest: drift angle and r' have no meaning."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The manoeuvring coefficients of Yasukawa & Yoshimura 2015 Table 3, non-dimensional by 0.5 rho L d U2."""

    resistance: float
    """R0', straight-ahead resistance."""
    x_vv: float = -0.040
    x_vr: float = 0.002
    x_rr: float = 0.011
    x_vvvv: float = 0.771
    y_v: float = -0.315
    y_r: float = 0.083
    y_vvv: float = -1.607
    y_vvr: float = 0.379
    y_vrr: float = -0.391
    y_rrr: float = 0.008
    n_v: float = -0.137
    n_r: float = -0.049
    n_vvv: float = -0.030
    n_vvr: float = -0.294
    n_vrr: float = 0.055
    n_rrr: float = -0.013
    added_surge: float = 0.022
    added_sway: float = 0.223
    added_yaw: float = 0.011
    thrust_deduction: float = 0.220
    steering_deduction: float = 0.387
    """tR"""
    rudder_hull: float = 0.312
    """aH"""
    rudder_hull_x: float = -0.464
    """xH', place of the hull's extra rudder force, L."""
    wake_c1: float = 2.0
    wake_c2_starboard: float = 1.6
    """C2 for beta_P > 0, that is in a turn to starboard."""
    wake_c2_port: float = 1.1
    propeller_x: float = -0.48
    """xP' of the paper; a widely copied code uses -0.690, which is not the paper's."""
    straightening_starboard: float = 0.640
    """gamma_R for beta_R > 0, that is in a turn to starboard."""
    straightening_port: float = 0.395
    straightening_x: float = -0.710
    """lR'"""
    rudder_wake: float = 1.09
    """epsilon"""
    rudder_slipstream: float = 0.50
    """kappa"""
    rudder_lift: float = 2.747
    """f_alpha"""
    thrust: tuple[float, float, float] = (0.2931, -0.2753, -0.1385)
    """K_T = k0 + k1 J + k2 J2."""


@dataclass(frozen=True, slots=True)
class MmgHull:
    """One ship for the MMG model: particulars, wake and coefficients."""

    length_m: float
    beam_m: float
    draught_m: float
    displacement_m3: float
    centre_x_m: float
    """x of the centre of gravity, forward of midship."""
    propeller_m: float
    rudder_height_m: float
    rudder_area_m2: float
    wake: float
    """w_P0, wake fraction at the propeller, straight ahead."""
    coefficients: Coefficients
    windage: Windage
    water_kgpm3: float = 1025.0

    def thrust_n(self, inflow_mps: float, shaft_rps: float) -> float:
        """Return the propeller's thrust in N for an inflow (m/s) and shaft speed (1/s).

        Written as rho D4 (k0 n2 + k1 n ua/D + k2 ua2/D2), the paper's K_T without its division by n, so that it holds
        for a stopped shaft as well. Astern: our own `_ASTERN_THRUST`.
        """
        k0, k1, k2 = self.coefficients.thrust
        through = inflow_mps / self.propeller_m
        scale = self.water_kgpm3 * self.propeller_m**4
        if shaft_rps >= 0.0 and inflow_mps >= 0.0:
            return scale * (k0 * shaft_rps**2 + k1 * shaft_rps * through + k2 * through * through)
        direction = 1.0 if shaft_rps >= 0.0 else -_ASTERN_THRUST
        return scale * (direction * k0 * shaft_rps**2 + k2 * through * abs(through))

    def accelerations(self, motion: Motion, actuators: Actuators, environment: Environment) -> Rates:
        """Return surge and sway acceleration (m/s2) and yaw acceleration (rad/s2); equation (4) of the paper."""
        surge_n, sway_n, moment_nm = self._forces(motion, actuators, environment)
        c = self.coefficients
        mass = self.water_kgpm3 * self.displacement_m3
        added = 0.5 * self.water_kgpm3 * self.length_m**2 * self.draught_m
        mass_x, mass_y = mass + c.added_surge * added, mass + c.added_sway * added
        centre = self.centre_x_m * mass
        inertia = mass * (0.25 * self.length_m) ** 2 + centre * self.centre_x_m + c.added_yaw * added * self.length_m**2
        u, v, r = motion.surge_mps, motion.sway_mps, motion.yaw_radps
        sway_total = sway_n - mass_x * u * r
        moment_total = moment_nm - centre * u * r
        determinant = mass_y * inertia - centre * centre
        return (
            (surge_n + mass_y * v * r + centre * r * r) / mass_x,
            (sway_total * inertia - centre * moment_total) / determinant,
            (mass_y * moment_total - centre * sway_total) / determinant,
        )

    def _forces(self, motion: Motion, actuators: Actuators, environment: Environment) -> Rates:
        hull = self._hull_forces(motion)
        appendages = self._propeller_and_rudder(motion, actuators)
        wind = wind_force(self.windage, self.length_m, motion, environment)
        return (
            hull[0] + appendages[0] + wind[0],
            hull[1] + appendages[1] + wind[1],
            hull[2] + appendages[2] + wind[2],
        )

    def _hull_forces(self, motion: Motion) -> Rates:
        c = self.coefficients
        speed = math.hypot(motion.surge_mps, motion.sway_mps)
        crossflow = self._crossflow(motion, speed)
        if speed < _REST_MPS:
            return crossflow
        v = motion.sway_mps / speed
        r = max(-_YAW_RATIO_MAX, min(_YAW_RATIO_MAX, motion.yaw_radps * self.length_m / speed))
        force = 0.5 * self.water_kgpm3 * self.length_m * self.draught_m * speed * speed
        # The paper's R0' is for ahead motion; astern it acts the other way.
        resistance = math.copysign(c.resistance, motion.surge_mps)
        x = -resistance + c.x_vv * v * v + c.x_vr * v * r + c.x_rr * r * r + c.x_vvvv * v**4
        y = c.y_v * v + c.y_r * r + c.y_vvv * v**3 + c.y_vvr * v * v * r + c.y_vrr * v * r * r + c.y_rrr * r**3
        n = c.n_v * v + c.n_r * r + c.n_vvv * v**3 + c.n_vvr * v * v * r + c.n_vrr * v * r * r + c.n_rrr * r**3
        return force * x + crossflow[0], force * y + crossflow[1], force * self.length_m * n + crossflow[2]

    def _crossflow(self, motion: Motion, speed_mps: float) -> Rates:
        share = max(0.0, 1.0 - speed_mps / (_CROSSFLOW_BELOW_FROUDE * math.sqrt(9.81 * self.length_m)))
        if share == 0.0:
            return 0.0, 0.0, 0.0
        pressure = 0.5 * self.water_kgpm3 * _CROSSFLOW_COEFFICIENT * self.draught_m * share
        sway = -pressure * self.length_m * abs(motion.sway_mps) * motion.sway_mps
        yaw = -pressure * self.length_m**4 / 32.0 * abs(motion.yaw_radps) * motion.yaw_radps
        return 0.0, sway, yaw

    def wake_factor(self, drift_rad: float, yaw_ratio: float) -> float:
        """Return 1 - wP in a manoeuvre: (1-wP)/(1-wP0) = 1 + (1 - exp(-C1 |beta_P|)) (C2 - 1), the paper's eq. (16)."""
        c = self.coefficients
        at_propeller = drift_rad - c.propeller_x * yaw_ratio
        c2 = c.wake_c2_starboard if at_propeller > 0 else c.wake_c2_port
        return (1.0 - self.wake) * (1.0 + (1.0 - math.exp(-c.wake_c1 * abs(at_propeller))) * (c2 - 1.0))

    def propeller_inflow_mps(self, motion: Motion) -> float:
        """Return the axial speed of the water at the propeller, m/s."""
        speed = math.hypot(motion.surge_mps, motion.sway_mps)
        if speed < _REST_MPS or motion.surge_mps <= 0.0:
            return motion.surge_mps * (1.0 - self.wake)
        drift = math.atan2(-motion.sway_mps, motion.surge_mps)
        ratio = max(-_YAW_RATIO_MAX, min(_YAW_RATIO_MAX, motion.yaw_radps * self.length_m / speed))
        return motion.surge_mps * self.wake_factor(drift, ratio)

    def _propeller_and_rudder(self, motion: Motion, actuators: Actuators) -> Rates:
        c = self.coefficients
        inflow = self.propeller_inflow_mps(motion)
        thrust = self.thrust_n(inflow, actuators.shaft_rps)
        rudder = math.radians(actuators.rudder_deg)
        normal = self._rudder_normal_n(motion, inflow, thrust, rudder)
        lever = (-0.5 + c.rudder_hull * c.rudder_hull_x) * self.length_m
        return (
            (1.0 - c.thrust_deduction) * thrust - (1.0 - c.steering_deduction) * normal * math.sin(rudder),
            -(1.0 + c.rudder_hull) * normal * math.cos(rudder),
            -lever * normal * math.cos(rudder),
        )

    def _rudder_normal_n(self, motion: Motion, inflow_mps: float, thrust_n: float, rudder_rad: float) -> float:
        c = self.coefficients
        # 8 K_T / (pi J2) of the paper, written in thrust; only an ahead thrust washes the rudder.
        wash = 8.0 * max(0.0, thrust_n) / (math.pi * self.water_kgpm3 * self.propeller_m**2)
        inside = inflow_mps + c.rudder_slipstream * (math.sqrt(inflow_mps**2 + wash) - inflow_mps)
        eta = self.propeller_m / self.rudder_height_m
        mean = math.sqrt(eta * inside * inside + (1.0 - eta) * inflow_mps * inflow_mps)
        axial = c.rudder_wake * math.copysign(mean, inside)
        across = self._rudder_crossflow_mps(motion)
        incidence = rudder_rad - math.atan2(across, axial) if axial > 0 else -(rudder_rad + math.atan2(across, -axial))
        pressure = 0.5 * self.water_kgpm3 * self.rudder_area_m2 * (axial * axial + across * across)
        return pressure * c.rudder_lift * math.sin(incidence)

    def _rudder_crossflow_mps(self, motion: Motion) -> float:
        """Return v_R = U gamma_R beta_R, beta_R = beta - lR' r'; with no way ahead, beta U is taken as -sway."""
        c = self.coefficients
        speed = math.hypot(motion.surge_mps, motion.sway_mps)
        ahead = motion.surge_mps > 0.0 and speed > _REST_MPS
        drift = speed * math.atan2(-motion.sway_mps, motion.surge_mps) if ahead else -motion.sway_mps
        drift -= c.straightening_x * motion.yaw_radps * self.length_m
        return drift * (c.straightening_starboard if drift > 0 else c.straightening_port)


def balanced_rps(hull: MmgHull, speed_mps: float) -> float:
    """Return the shaft speed (1/s) at which the hull holds `speed_mps` straight ahead in calm water, by bisection."""
    low, high = 0.0, 60.0  # 60 rps is past any propeller of these ships and of the 7 m model
    motion = Motion(surge_mps=speed_mps)
    for _ in range(60):
        middle = (low + high) / 2
        surge, _sway, _yaw = hull.accelerations(motion, Actuators(shaft_rps=middle), Environment())
        low, high = (low, middle) if surge > 0 else (middle, high)
    return (low + high) / 2
