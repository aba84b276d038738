"""One simulated ship, whole and pure: hull, engine, steering, autopilot, PLC and instruments. No clock, no socket.

`advance` moves her, `sentences_due` is what her instruments say, `autopilot` and `plc` are what orders reach her by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from simulators.devices.autopilot import Autopilot, Course, Sight
from simulators.devices.instruments import Instruments, Line, SensorFault
from simulators.devices.noise import LineNoise
from simulators.devices.plc import Orders, Plc
from simulators.devices.sentence import moment
from simulators.devices.transponder import STATIC_PERIOD_S, Fix, position_report, report_period_s, static_report
from simulators.devices.truth import Truth
from simulators.fleet import VARIATION_DEG, VesselSpec
from simulators.seabed import depth_m
from simulators.vessel.engine import Engine, EngineMode, reset, shut_down, step_engine
from simulators.vessel.machinery import Plant, step_plant
from simulators.vessel.mmg import MmgHull
from simulators.vessel.motion import CALM, KNOT_MPS, Actuators, Environment, Motion, over_ground, step
from simulators.vessel.steering import Steering, step_steering
from simulators.vessel.wind import apparent_wind

_EQUATOR_M, _FLATTENING = 6_378_137.0, 1 / 298.257223563
"""WGS84."""
_DIFFERENCE_PER_DEG = 40.0 / 35.0 / (2 * math.pi)
"""Otter: 35 deg of steering order is 40 rad/s between port and mean propeller speed; our own allocation."""
_SENT_MAX = 8
"""AIS lines kept for `broadcast` when nobody takes them: a position report and a static one, twice over."""


@dataclass(frozen=True, slots=True)
class Switches:
    """Faults of the ship herself, each off by default."""

    rudder_stuck: bool = False
    plc_dead: bool = False
    """The PLC answers nobody and holds its last outputs."""
    autopilot_dead: bool = False
    """The autopilot hears and says nothing and keeps its last rudder order."""
    engine_local: bool = False
    """Engine worked from the control room: remote control is not active."""
    fire: bool = False
    bilge: bool = False
    line_noise: bool = False
    """Bytes of the NMEA line are struck at random."""


class Ship:
    """One vessel of the simulation."""

    def __init__(self, spec: VesselSpec, seed: int, utc_ns: int, environment: Environment = CALM) -> None:
        """Place her at her start, with steady speed and the autopilot on her heading."""
        self.spec = spec
        self.environment = environment
        self.autopilot = Autopilot(spec.tuning)
        self.plc = Plc(spec.slow_down_percent_per_s)
        self.instruments = Instruments(f"{seed}/{spec.slug}", spec.absent_instruments)
        self.now_s = 0.0
        self.utc_ns = utc_ns
        self.switches = Switches()
        self.latitude_deg, self.longitude_deg = spec.start.latitude_deg, spec.start.longitude_deg
        self.motion = Motion(heading_rad=math.radians(spec.start.heading_deg), surge_mps=spec.start.speed_kn * KNOT_MPS)
        self.steering = Steering()
        rpm = spec.start.percent / 100.0 * spec.engine.full_rpm
        self.engine = Engine(EngineMode.RUNNING if rpm else EngineMode.STOPPED, rpm, spec.start.percent)
        self.plant = Plant()
        self.plc.local_order(spec.start.percent)
        self.autopilot.set_course(Course(mode="H", heading_deg=spec.start.heading_deg))
        self._orders = Orders(None, spec.start.percent, shut_down=False, pump1=True, pump2=True)
        self._report_at_s, self._static_at_s = 0.0, 0.0
        self._noise = LineNoise(f"{seed}/{spec.slug}/noise")
        self._sent: list[bytes] = []
        self._roll_phase = float(seed % 97)

    @property
    def heading_deg(self) -> float:
        """True heading, 0..360."""
        return math.degrees(self.motion.heading_rad) % 360.0

    def advance(self, dt_s: float, utc_ns: int | None = None) -> None:
        """Move the ship by `dt_s` (at most 0.5 s for the Otter); `utc_ns` sets her clock, else it runs by itself."""
        self.now_s += dt_s
        self.utc_ns = self.utc_ns + round(dt_s * 1e9) if utc_ns is None else utc_ns
        sight = Sight(self.heading_deg, math.degrees(self.motion.yaw_radps), math.hypot(*self._ground()))
        steered = self.autopilot.step(sight, self.now_s, dt_s)
        if not self.switches.plc_dead:
            self.plc.remote_active = not self.switches.engine_local
            self._orders = self.plc.step(dt_s)
        self._work(self._orders, steered, dt_s)
        before = self.motion
        self.motion = step(self.spec.hull, before, self._actuators(), self.environment, dt_s)
        self._navigate(before)

    def sentences_due(self) -> list[Line]:
        """Return what the instruments say now, own AIS report (VDO) included; with line noise, some of it spoilt."""
        lines = self.instruments.sentences_due(self.truth())
        lines += [Line("TGTD", "AI0001", line) for line in self._own_reports()]
        return self._noise.struck(lines) if self.switches.line_noise else lines

    def broadcast(self) -> list[bytes]:
        """Take what her transponder has sent since the last call, as other ships hear it (VDM)."""
        taken, self._sent = self._sent, []
        return taken

    def set_fault(self, name: str, kind: str) -> bool:
        """Set a fault; False when there is no such one.

        `name` is an instrument (kind: silent, frozen, void, jumping) or a switch of `Switches` (kind: on, off).
        """
        if name in {instrument.name for instrument in self.instruments.fitted}:
            if kind in {fault.value for fault in SensorFault}:
                self.instruments.faults[name] = SensorFault(kind)
                return True
            return False
        if name not in Switches.__dataclass_fields__ or kind not in {"on", "off"}:
            return False
        self.switches = replace(self.switches, **{name: kind == "on"})
        self.steering = replace(self.steering, stuck=self.switches.rudder_stuck)
        self.autopilot.dead = self.switches.autopilot_dead
        return True

    def clear_fault(self, name: str) -> bool:
        """Clear a fault; False when there is no such one."""
        if name in self.instruments.faults:
            del self.instruments.faults[name]
            return True
        return self.set_fault(name, "off")

    def faults(self) -> dict[str, str]:
        """Return the faults that are set."""
        found = {name: fault.value for name, fault in self.instruments.faults.items()}
        return found | {name: "on" for name in Switches.__dataclass_fields__ if getattr(self.switches, name) is True}

    def _work(self, orders: Orders, steered_deg: float, dt_s: float) -> None:
        rudder = steered_deg if orders.rudder_deg is None else orders.rudder_deg
        gear = replace(self.steering, pump1_running=orders.pump1, pump2_running=orders.pump2)
        self.steering = step_steering(self.spec.steering, gear, rudder, dt_s)
        if orders.shut_down != (self.engine.mode is EngineMode.SHUT_DOWN):
            self.engine = shut_down(self.engine) if orders.shut_down else reset(self.engine)
        hull = self.spec.hull
        inflow = hull.propeller_inflow_mps(self.motion) if isinstance(hull, MmgHull) else self.motion.surge_mps * 0.9
        self.engine = step_engine(self.spec.engine, self.engine, orders.percent, inflow, dt_s)
        load = self.engine.power_kw / self.spec.engine.rated_kw
        self.plant = step_plant(self.spec.plant, self.plant, (self.engine.power_kw, load), self.now_s, dt_s)

    def _actuators(self) -> Actuators:
        shaft = self.engine.rpm / 60.0
        if self.spec.has_rudder:
            return Actuators(self.steering.rudder_deg, shaft)
        live = self.engine.mode is not EngineMode.SHUT_DOWN
        return Actuators(0.0, shaft, self.steering.rudder_deg * _DIFFERENCE_PER_DEG if live else 0.0)

    def _ground(self) -> tuple[float, float]:
        return over_ground(self.motion, self.environment)

    def _navigate(self, before: Motion) -> None:
        sine = math.sin(math.radians(self.latitude_deg))
        curvature = 1.0 - _FLATTENING * (2 - _FLATTENING) * sine * sine
        meridian = _EQUATOR_M * (1 - _FLATTENING) ** 2 / curvature**1.5
        parallel = _EQUATOR_M / math.sqrt(curvature) * math.cos(math.radians(self.latitude_deg))
        self.latitude_deg += math.degrees((self.motion.north_m - before.north_m) / meridian)
        self.longitude_deg += math.degrees((self.motion.east_m - before.east_m) / parallel)

    def fix(self) -> Fix:
        """Return her place and motion as her transponder knows it."""
        north, east = self._ground()
        return Fix(
            self.latitude_deg,
            self.longitude_deg,
            math.hypot(north, east) / KNOT_MPS,
            math.degrees(math.atan2(east, north)) % 360.0,
            self.heading_deg,
            math.degrees(self.motion.yaw_radps) * 60.0,
            moment(self.utc_ns).second,
        )

    def _own_reports(self) -> list[bytes]:
        lines: list[bytes] = []
        fix, identity = self.fix(), self.spec.identity
        if self.now_s >= self._report_at_s:
            self._report_at_s = self.now_s + report_period_s(fix.sog_kn, fix.rate_degpmin)
            lines += position_report(identity, fix, own=True)
            self._sent += position_report(identity, fix, own=False)
        if self.now_s >= self._static_at_s:
            self._static_at_s = self.now_s + STATIC_PERIOD_S
            lines += static_report(identity, own=True)
            self._sent += static_report(identity, own=False)
        # Nobody near to hear: only the newest is kept.
        self._sent = self._sent[-_SENT_MAX:]
        return lines

    def truth(self) -> Truth:
        """Return the ship as she is, for instruments and for tests that must know."""
        fix, motion = self.fix(), self.motion
        north, east = self._ground()
        cosine, sine = math.cos(motion.heading_rad), math.sin(motion.heading_rad)
        wind_speed, wind_angle = apparent_wind(motion, self.environment)
        wave = self.now_s + self._roll_phase
        return Truth(
            now_s=self.now_s,
            utc_ns=self.utc_ns,
            latitude_deg=self.latitude_deg,
            longitude_deg=self.longitude_deg,
            heading_deg=self.heading_deg,
            variation_deg=VARIATION_DEG,
            rate_degpmin=fix.rate_degpmin,
            sog_kn=fix.sog_kn,
            cog_deg=fix.cog_deg,
            ground_long_kn=(north * cosine + east * sine) / KNOT_MPS,
            ground_trans_kn=(-north * sine + east * cosine) / KNOT_MPS,
            water_long_kn=motion.surge_mps / KNOT_MPS,
            water_trans_kn=motion.sway_mps / KNOT_MPS,
            roll_deg=0.6 * math.sin(wave * 2 * math.pi / 11.0) - 20.0 * motion.yaw_radps * motion.surge_mps,
            pitch_deg=0.2 * math.sin(wave * 2 * math.pi / 8.3),
            depth_m=depth_m(self.latitude_deg, self.longitude_deg),
            draught_m=self.spec.identity.draught_m,
            transducer_m=self.spec.transducer_m,
            wind_speed_mps=self.environment.wind_speed_mps,
            wind_from_deg=self.environment.wind_from_deg,
            apparent_speed_mps=wind_speed,
            apparent_angle_deg=math.degrees(wind_angle),
            air_degc=16.0,
            water_degc=18.5,
            pressure_hpa=1016.0 + 1.5 * math.sin(self.now_s / 5_000.0),
            rudder_deg=self.steering.rudder_deg,
            rudder_order_deg=self.steering.order_deg,
            shaft_rpm=self.engine.rpm,
            thruster_rpm=0.0,
        )
