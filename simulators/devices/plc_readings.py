"""What the PLC measures: one value per register name, and the words of whole tables for a Modbus read."""

from __future__ import annotations

import math

from simulators.devices.plc import REGISTERS, Register, encoded
from simulators.ship import Ship

INPUT_SIZE = max(r.address + (2 if r.coding in {"u32", "s32"} else 1) for r in REGISTERS if r.table == "input")
DISCRETE_SIZE = max(r.address for r in REGISTERS if r.table == "discrete") + 1


def readings(ship: Ship) -> dict[str, float]:
    """Return every input and discrete value of the map by register name, in the map's units."""
    engine, plant, spec, plc = ship.engine, ship.plant, ship.spec, ship.plc
    load = engine.power_kw / spec.engine.rated_kw
    shaft = abs(engine.rpm) / 60.0 * 2 * math.pi
    turning = 1.0 if engine.rpm else 0.0
    torque = engine.power_kw / shaft if engine.rpm else 0.0
    generator = 1.0 if spec.plant.generator_kw and plc.generator1 else 0.0
    return {
        "engine_speed": engine.rpm,
        "engine_load": load * 100.0,
        "shaft_power": engine.power_kw,
        "shaft_torque": math.copysign(torque, engine.rpm),
        "fuel_flow": plant.fuel_lph,
        "lub_oil_pressure": 2.1 + 0.5 * turning,
        "lub_oil_temperature": plant.lub_oil_degc,
        "cooling_water_temperature": plant.cooling_degc,
        "cooling_water_pressure": 3.0 + 0.4 * turning,
        "exhaust_temperature_1": plant.exhaust_degc,
        "scavenge_air_pressure": 0.1 + 2.6 * min(1.0, load),
        "main_bearing_1": plant.bearing_degc,
        "stern_tube_forward": plant.stern_tube_degc,
        "stern_tube_aft": plant.stern_tube_degc + 1.4,
        "thrust_bearing": plant.bearing_degc - 2.0,
        "running_hours": plant.running_h,
        "generator_power": plant.generator_kw * generator,
        "generator_frequency": 60.0 * generator,
        "generator_voltage": 450.0 * generator,
        "generator_speed": 720.0 * generator,
        "battery_charge": plant.battery_percent,
        "battery_voltage": spec.plant.battery_v * (0.94 + 0.08 * plant.battery_percent / 100.0),
        "fuel_service_tank": plant.fuel_percent,
        "fresh_water_tank": plant.fresh_water_percent,
        "ballast_tank_1_port": plant.ballast_percent,
        "draught_forward": spec.identity.draught_m,
        "bow_thruster_speed": 0.0,
        "rudder_order_in_force": ship.steering.order_deg,
        "propulsion_order_in_force": plc.percent,
        "engine_mode": float(engine.mode),
        "watchdog_trips": float(plc.trips),
        "pump_1_running": float(ship.steering.pump1_running),
        "pump_2_running": float(ship.steering.pump2_running),
        "remote_control_active": float(plc.remote_active),
        "bilge_high": float(ship.switches.bilge),
        "fire": float(ship.switches.fire),
        "watchdog_tripped": float(plc.tripped),
        "emergency_stop_latched": float(plc.emergency),
        "controlled_stop_active": float(plc.stopping),
        "load_limited": float(engine.load_limited),
    }


def input_words(ship: Ship) -> list[int]:
    """Return the whole input table; registers of absent equipment read 0xFFFF (not available)."""
    words = [0xFFFF] * INPUT_SIZE
    found = readings(ship)
    for register in REGISTERS:
        if register.table == "input" and register.channel not in ship.spec.absent_channels:
            _place(words, register, found[register.name])
    return words


def discrete_bits(ship: Ship) -> list[bool]:
    """Return the whole discrete table."""
    found = readings(ship)
    bits = [False] * DISCRETE_SIZE
    for register in REGISTERS:
        if register.table == "discrete":
            bits[register.address] = found[register.name] != 0.0
    return bits


def _place(words: list[int], register: Register, value: float) -> None:
    coded = encoded(register, value)
    words[register.address : register.address + len(coded)] = coded
