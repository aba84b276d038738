"""The engine and steering PLC: one register map, one pure core. Sockets are in `modbus_server.py`.

The map below is **our own**, made for these simulators; no maker publishes one (facts/domain.md 7).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from simulators.vessel.engine import TELEGRAPH_PERCENT

WATCHDOG_S = 1.0
"""While remote control is in use the watchdog register must change at least this often, else neutral."""

Table = Literal["input", "discrete", "holding"]
Coding = Literal["u16", "s16", "u32", "s32", "bit"]


@dataclass(frozen=True, slots=True)
class Register:
    """One value of the map; 32-bit values are big-endian, high word first."""

    address: int
    table: Table
    name: str
    coding: Coding
    scale: float
    """Value = raw x scale."""
    unit: str
    channel: str = ""
    """Short id of the data channel it feeds; empty when it feeds none."""
    meaning: str = ""


REGISTERS: tuple[Register, ...] = (
    # Input registers (function 04): measurements.
    Register(0, "input", "engine_speed", "s16", 0.1, "rpm", "ME_RPM"),
    Register(1, "input", "engine_load", "u16", 0.1, "%", "ME_LOAD"),
    Register(2, "input", "shaft_power", "u32", 0.01, "kW", "ME_PWR"),
    Register(4, "input", "shaft_torque", "s32", 0.001, "kNm", "ME_TRQ"),
    Register(6, "input", "fuel_flow", "u32", 0.1, "l/h", "ME_FUEL"),
    Register(8, "input", "lub_oil_pressure", "u16", 0.01, "bar", "ME_LOP"),
    Register(9, "input", "lub_oil_temperature", "s16", 0.1, "degC", "ME_LOT"),
    Register(10, "input", "cooling_water_temperature", "s16", 0.1, "degC", "ME_CWT"),
    Register(11, "input", "cooling_water_pressure", "u16", 0.01, "bar", "ME_CWP"),
    Register(12, "input", "exhaust_temperature_1", "s16", 0.1, "degC", "ME_EGT1"),
    Register(13, "input", "scavenge_air_pressure", "u16", 0.01, "bar", "ME_SAP"),
    Register(14, "input", "main_bearing_1", "s16", 0.1, "degC", "ME_MBT1"),
    Register(15, "input", "stern_tube_forward", "s16", 0.1, "degC", "SH_BRG_F"),
    Register(16, "input", "stern_tube_aft", "s16", 0.1, "degC", "SH_BRG_A"),
    Register(17, "input", "thrust_bearing", "s16", 0.1, "degC", "SH_THRB"),
    Register(18, "input", "running_hours", "u32", 0.1, "h", "ME_HRS"),
    Register(20, "input", "generator_power", "u16", 0.1, "kW", "GEN1_PWR"),
    Register(21, "input", "generator_frequency", "u16", 0.01, "Hz", "GEN1_FRQ"),
    Register(22, "input", "generator_voltage", "u16", 0.1, "V", "GEN1_VLT"),
    Register(23, "input", "generator_speed", "u16", 0.1, "rpm", "GEN1_RPM"),
    Register(24, "input", "battery_charge", "u16", 0.1, "%", "BAT_SOC"),
    Register(25, "input", "battery_voltage", "u16", 0.01, "V", "BAT_VLT"),
    Register(26, "input", "fuel_service_tank", "u16", 0.01, "%", "TNK_FO1P"),
    Register(27, "input", "fresh_water_tank", "u16", 0.01, "%", "TNK_FW"),
    Register(28, "input", "ballast_tank_1_port", "u16", 0.01, "%", "TNK_BW1P"),
    Register(29, "input", "draught_forward", "u16", 0.01, "m", "DRF_FWD"),
    Register(30, "input", "bow_thruster_speed", "s16", 1.0, "rpm", "THR_BOW"),
    Register(31, "input", "rudder_order_in_force", "s16", 0.1, "deg", "STG_ORD"),
    Register(32, "input", "propulsion_order_in_force", "s16", 0.1, "%", "", "positive ahead"),
    Register(33, "input", "engine_mode", "u16", 1.0, "", "", "0 stopped, 1 running, 2 reversing, 3 shut down"),
    Register(34, "input", "watchdog_trips", "u16", 1.0, "", "", "how often the watchdog drove to neutral"),
    # Discrete inputs (function 02): states.
    Register(0, "discrete", "pump_1_running", "bit", 1.0, "", "STG_PMP1"),
    Register(1, "discrete", "pump_2_running", "bit", 1.0, "", "STG_PMP2"),
    Register(2, "discrete", "remote_control_active", "bit", 1.0, "", "ME_RDY"),
    Register(3, "discrete", "bilge_high", "bit", 1.0, "", "BLG_AP"),
    Register(4, "discrete", "fire", "bit", 1.0, "", "FIRE_ALM"),
    Register(5, "discrete", "watchdog_tripped", "bit", 1.0, "", "", "driven to neutral, until reset"),
    Register(6, "discrete", "emergency_stop_latched", "bit", 1.0, "", "", "until reset"),
    Register(7, "discrete", "controlled_stop_active", "bit", 1.0, ""),
    Register(8, "discrete", "load_limited", "bit", 1.0, ""),
    # Holding registers (functions 03, 06, 16): orders.
    Register(0, "holding", "watchdog", "u16", 1.0, "", "", "any value that changes at least each second"),
    Register(1, "holding", "remote_in_use", "u16", 1.0, "", "", "1 arms the watchdog, 0 disarms it"),
    Register(2, "holding", "propulsion_order", "s16", 0.1, "%", "", "-100.0..100.0, positive ahead"),
    Register(3, "holding", "telegraph_order", "u16", 1.0, "", "", "ETL step 0..5, 11..15"),
    Register(4, "holding", "direct_steering", "u16", 1.0, "", "", "1: rudder from register 5, 0: from the autopilot"),
    Register(5, "holding", "rudder_order", "s16", 0.1, "deg", "", "-35.0..35.0, positive to starboard"),
    Register(6, "holding", "controlled_stop", "u16", 1.0, "", "", "1: slow down on heading, 0: end it"),
    Register(7, "holding", "emergency_stop", "u16", 1.0, "", "", "1: cut fuel, latched; 0 does not release it"),
    Register(8, "holding", "reset", "u16", 1.0, "", "", "1: reset the watchdog trip, 2: reset the emergency stop"),
    Register(9, "holding", "pump_1_order", "u16", 1.0, "", "", "1 run, 0 stop"),
    Register(10, "holding", "pump_2_order", "u16", 1.0, "", "", "1 run, 0 stop"),
    Register(11, "holding", "generator_1_order", "u16", 1.0, "", "", "1 run, 0 stop"),
)
"""The register map as one literal."""

HOLDING = {register.name: register for register in REGISTERS if register.table == "holding"}
_HOLDING_SIZE = max(register.address for register in HOLDING.values()) + 1


class Refusal(IntEnum):
    """Why a write was refused: the Modbus exception code."""

    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    BUSY = 6
    """Remote control is not active: the engine is worked from aboard."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the PLC passes on to engine and steering gear."""

    rudder_deg: float | None
    """Direct rudder order, or None when the autopilot steers."""
    percent: float
    shut_down: bool
    pump1: bool
    pump2: bool


WRITE_RANGES: dict[str, tuple[int, int]] = {
    "watchdog": (0, 65_535),
    "remote_in_use": (0, 1),
    "propulsion_order": (-1000, 1000),
    "telegraph_order": (0, 15),
    "direct_steering": (0, 1),
    "rudder_order": (-350, 350),
    "controlled_stop": (0, 1),
    "emergency_stop": (0, 1),
    "reset": (0, 2),
    "pump_1_order": (0, 1),
    "pump_2_order": (0, 1),
    "generator_1_order": (0, 1),
}
"""Smallest and largest raw value that may be written, by register."""
_ALWAYS = frozenset({"watchdog", "remote_in_use", "emergency_stop", "controlled_stop"})
"""Stopping is never refused, nor is proof of life."""
SLOW_DOWN_PERCENT_PER_S = 0.5
"""A controlled stop takes a ship's telegraph down from 50 % in 100 s; an electric craft's own figure is in her spec."""


_RESET_TRIP, _RESET_EMERGENCY = 1, 2
"""Values of the register `reset`."""


class Plc:
    """The PLC's memory and logic; values in physical units, registers at the edge."""

    def __init__(self, slow_down_percent_per_s: float = SLOW_DOWN_PERCENT_PER_S) -> None:
        """Start with everything stopped, pumps running, remote control allowed and not in use."""
        self._slow_down_percent_per_s = slow_down_percent_per_s
        self.remote_active = True
        """The switch in the engine control room; off: every order from outside but stop is refused."""
        self.percent = 0.0
        self.direct_rudder_deg: float | None = None
        self.tripped = False
        self.emergency = False
        self.stopping = False
        self.trips = 0
        self.refused = 0
        self.pump1 = True
        self.pump2 = True
        self.generator1 = True
        self._watchdog_age_s = 0.0
        self._remote_in_use = False
        self._rudder_order_deg = 0.0
        self._holding = [0] * _HOLDING_SIZE
        self._holding[HOLDING["pump_1_order"].address] = 1
        self._holding[HOLDING["pump_2_order"].address] = 1
        self._holding[HOLDING["generator_1_order"].address] = 1

    @property
    def remote_in_use(self) -> bool:
        """Whether an agent holds the engine and must stroke the watchdog."""
        return self._remote_in_use

    def holding(self, address: int, count: int) -> list[int] | Refusal:
        """Return raw holding registers as last written (functions 03)."""
        if address < 0 or count < 1 or address + count > _HOLDING_SIZE:
            return Refusal.ILLEGAL_ADDRESS
        return self._holding[address : address + count]

    def write(self, address: int, values: list[int]) -> Refusal | None:
        """Take raw holding registers (functions 06, 16): all of them, or none and the reason."""
        if address < 0 or not values or address + len(values) > _HOLDING_SIZE:
            return self._refuse(Refusal.ILLEGAL_ADDRESS)
        written = [(_NAMES[address + offset], raw) for offset, raw in enumerate(values)]
        for name, raw in written:
            refusal = self._objection(name, raw)
            if refusal is not None:
                return self._refuse(refusal)
        for offset, (name, raw) in enumerate(written):
            self._apply(name, signed(raw) if HOLDING[name].coding == "s16" else raw)
            self._holding[address + offset] = raw & 0xFFFF
        return None

    def local_order(self, percent: float) -> None:
        """Take the telegraph by hand aboard: ends a trip, a controlled stop and direct steering, never an E-stop."""
        self.percent = max(-100.0, min(100.0, percent))
        self.tripped = False
        self.stopping = False
        self.direct_rudder_deg = None
        self._remote_in_use = False

    def emergency_stop(self) -> None:
        """Latch the emergency stop, from a button aboard or register 7."""
        self.emergency = True
        self.percent = 0.0

    def reset_emergency(self) -> None:
        """Release the latch; the telegraph stays at stop."""
        self.emergency = False
        self.percent = 0.0

    def step(self, dt_s: float) -> Orders:
        """Return the orders in force `dt_s` later; drives to neutral when the watchdog is not stroked."""
        if self._remote_in_use:
            self._watchdog_age_s += dt_s
            if self._watchdog_age_s > WATCHDOG_S and not self.tripped:
                self.tripped = True
                self.trips += 1
        if self.tripped:
            self.percent, self.direct_rudder_deg = 0.0, 0.0
        if self.stopping:
            travel = self._slow_down_percent_per_s * dt_s
            self.percent = max(0.0, self.percent - travel) if self.percent >= 0 else min(0.0, self.percent + travel)
        return Orders(self.direct_rudder_deg, self.percent, self.emergency, self.pump1, self.pump2)

    def _refuse(self, refusal: Refusal) -> Refusal:
        self.refused += 1
        return refusal

    def _objection(self, name: str, raw: int) -> Refusal | None:
        value = signed(raw) if HOLDING[name].coding == "s16" else raw
        low, high = WRITE_RANGES[name]
        if not low <= value <= high or (name == "telegraph_order" and value not in TELEGRAPH_PERCENT):
            return Refusal.ILLEGAL_VALUE
        if name in _ALWAYS or self.remote_active:
            return None
        return Refusal.BUSY

    def _apply(self, name: str, value: int) -> None:
        if name == "watchdog":
            if value != self._holding[0]:
                self._watchdog_age_s = 0.0
        elif name == "remote_in_use":
            self._watchdog_age_s = 0.0 if bool(value) != self._remote_in_use else self._watchdog_age_s
            self._remote_in_use = bool(value)
        elif name in {"propulsion_order", "telegraph_order"}:
            self._set_percent(value * 0.1 if name == "propulsion_order" else TELEGRAPH_PERCENT[value])
        elif name in {"direct_steering", "rudder_order"}:
            self._steer(name, value)
        elif name == "generator_1_order":
            self.generator1 = bool(value)
        elif name in {"pump_1_order", "pump_2_order"}:
            self.pump1, self.pump2 = (
                bool(value) if name == "pump_1_order" else self.pump1,
                bool(value) if name == "pump_2_order" else self.pump2,
            )
        else:
            self._stop(name, value)

    def _set_percent(self, percent: float) -> None:
        if not self.tripped and not self.emergency:
            self.percent = percent
            self.stopping = False

    def _steer(self, name: str, value: int) -> None:
        if name == "rudder_order":
            self._rudder_order_deg = value * 0.1
            if self.direct_rudder_deg is not None and not self.tripped:
                self.direct_rudder_deg = self._rudder_order_deg
        elif not self.tripped:
            self.direct_rudder_deg = self._rudder_order_deg if value else None

    def _stop(self, name: str, value: int) -> None:
        if name == "controlled_stop":
            self.stopping = bool(value)
            self.direct_rudder_deg = None if value and not self.tripped else self.direct_rudder_deg
        elif name == "emergency_stop" and value:
            self.emergency_stop()
        elif name == "reset" and value == _RESET_TRIP:
            self.tripped = False
            self.direct_rudder_deg = None
            self._watchdog_age_s = 0.0
        elif name == "reset" and value == _RESET_EMERGENCY:
            self.reset_emergency()


_NAMES = {register.address: register.name for register in HOLDING.values()}


def signed(raw: int) -> int:
    """Return a 16-bit register as a signed number."""
    return raw - 0x1_0000 if raw & 0x8000 else raw


_LIMITS: dict[Coding, tuple[int, int]] = {
    "u16": (0, 0xFFFE),
    "s16": (-0x7FFF, 0x7FFF),
    "u32": (0, 0xFFFF_FFFE),
    "s32": (-0x7FFF_FFFF, 0x7FFF_FFFF),
    "bit": (0, 1),
}


def encoded(register: Register, value: float) -> list[int]:
    """Return the words of one value; what does not fit is cut to the nearest that does."""
    low, high = _LIMITS[register.coding]
    raw = max(low, min(high, round(value / register.scale)))
    if register.coding in {"u32", "s32"}:
        raw &= 0xFFFF_FFFF
        return [raw >> 16, raw & 0xFFFF]
    return [raw & 0xFFFF]
