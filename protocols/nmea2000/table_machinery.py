"""Parameter groups of engines, tanks, batteries, thrusters: made by `make_table`, do not edit.

Source: https://github.com/canboat/canboat, docs/canboat.json, version 8.0.0-beta3, Apache License Version 2.0.
"""

# fmt: off
from __future__ import annotations

from typing import Final

from protocols.nmea2000.pgn import Field, Pgn

MACHINERY: Final[tuple[Pgn, ...]] = (
    Pgn(127488, "Engine Parameters, Rapid Update", "single", 8, (
        Field("instance", 0, 8, "enum", 1, 1, 0, 252, 3, "ENGINE_INSTANCE"),
        Field("speed_rpm", 8, 16, "unsigned", 1, 4, 0, 16383, 3),
        Field("boost_pressure_pa", 24, 16, "unsigned", 100, 1, 0, 6553200, 3),
        Field("tilt_trim_pct", 40, 8, "signed", 1, 1, -127, 124, 3),
    )),
    Pgn(127489, "Engine Parameters, Dynamic", "fast", 26, (
        Field("instance", 0, 8, "enum", 1, 1, 0, 252, 3, "ENGINE_INSTANCE"),
        Field("oil_pressure_pa", 8, 16, "unsigned", 100, 1, 0, 6553200, 3),
        Field("oil_temperature_k", 24, 16, "unsigned", 1, 10, 0, 6553.2, 3),
        Field("temperature_k", 40, 16, "unsigned", 1, 100, 0, 655.32, 3),
        Field("alternator_potential_v", 56, 16, "signed", 1, 100, -327.67, 327.64, 3),
        Field("fuel_rate_lph", 72, 16, "signed", 1, 10, -3276.7, 3276.4, 3),
        Field("total_engine_hours_s", 88, 32, "unsigned", 1, 1, 0, 4294967292, 3),
        Field("coolant_pressure_pa", 120, 16, "unsigned", 100, 1, 0, 6553200, 3),
        Field("fuel_pressure_pa", 136, 16, "unsigned", 1000, 1, 0, 65532000, 3),
        Field("discrete_status1", 160, 16, "bits", 1, 1, 0, 65535, 0, "ENGINE_STATUS_1"),
        Field("discrete_status2", 176, 16, "bits", 1, 1, 0, 65535, 0, "ENGINE_STATUS_2"),
        Field("engine_load_pct", 192, 8, "signed", 1, 1, -127, 124, 3),
        Field("engine_torque_pct", 200, 8, "signed", 1, 1, -127, 124, 3),
    )),
    Pgn(127493, "Transmission Parameters, Dynamic", "single", 8, (
        Field("instance", 0, 8, "enum", 1, 1, 0, 252, 3, "ENGINE_INSTANCE"),
        Field("transmission_gear", 8, 2, "enum", 1, 1, 0, 2, 1, "GEAR_STATUS"),
        Field("oil_pressure_pa", 16, 16, "unsigned", 100, 1, 0, 6553200, 3),
        Field("oil_temperature_k", 32, 16, "unsigned", 1, 10, 0, 6553.2, 3),
        Field("discrete_status1", 48, 8, "bits", 1, 1, 0, 255, 0, "TRANSMISSION_STATUS_1"),
    )),
    Pgn(127497, "Trip Parameters, Engine", "fast", 9, (
        Field("instance", 0, 8, "enum", 1, 1, 0, 252, 3, "ENGINE_INSTANCE"),
        Field("trip_fuel_used_l", 8, 16, "unsigned", 1, 1, 0, 65532, 3),
        Field("fuel_rate_average_lph", 24, 16, "signed", 1, 10, -3276.7, 3276.4, 3),
        Field("fuel_rate_economy_lph", 40, 16, "signed", 1, 10, -3276.7, 3276.4, 3),
        Field("instantaneous_fuel_economy_lph", 56, 16, "signed", 1, 10, -3276.7, 3276.4, 3),
    )),
    Pgn(127505, "Fluid Level", "single", 8, (
        Field("instance", 0, 4, "unsigned", 1, 1, 0, 13, 2),
        Field("type", 4, 4, "enum", 1, 1, 0, 13, 2, "TANK_TYPE"),
        Field("level_pct", 8, 16, "signed", 1, 250, -131.068, 131.056, 3),
        Field("capacity_l", 24, 32, "unsigned", 1, 10, 0, 429496729.2, 3),
    )),
    Pgn(127506, "DC Detailed Status", "fast", 9, (
        Field("sid", 0, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("instance", 8, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("dc_type", 16, 8, "enum", 1, 1, 0, 252, 3, "DC_SOURCE"),
        Field("state_of_charge_pct", 24, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("state_of_health_pct", 32, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("time_remaining_s", 40, 16, "unsigned", 60, 1, 0, 3931920, 3),
        Field("ripple_voltage_v", 56, 16, "unsigned", 1, 1000, 0, 65.532, 3),
        Field("remaining_capacity_ah", 72, 16, "unsigned", 1, 1, 0, 65532, 3),
    )),
    Pgn(127508, "Battery Status", "single", 8, (
        Field("instance", 0, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("voltage_v", 8, 16, "signed", 1, 100, -327.67, 327.64, 3),
        Field("current_a", 24, 16, "signed", 1, 10, -3276.7, 3276.4, 3),
        Field("temperature_k", 40, 16, "unsigned", 1, 100, 0, 655.32, 3),
        Field("sid", 56, 8, "unsigned", 1, 1, 0, 252, 3),
    )),
    Pgn(127513, "Battery Configuration Status", "fast", 8, (
        Field("instance", 0, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("battery_type", 8, 4, "enum", 1, 1, 0, 13, 2, "BATTERY_TYPE"),
        Field("supports_equalization", 12, 2, "enum", 1, 1, 0, 2, 1, "YES_NO"),
        Field("nominal_voltage", 16, 4, "enum", 1, 1, 0, 13, 2, "BATTERY_VOLTAGE"),
        Field("chemistry", 20, 4, "enum", 1, 1, 0, 13, 2, "BATTERY_CHEMISTRY"),
        Field("capacity_ah", 24, 16, "unsigned", 1, 1, 0, 65532, 3),
        Field("temperature_coefficient_pct", 40, 8, "signed", 1, 1, -127, 124, 3),
        Field("peukert_exponent", 48, 8, "unsigned", 1, 500, 1, 1.5, 0, "", 1),
        Field("charge_efficiency_factor_pct", 56, 8, "signed", 1, 1, -127, 124, 3),
    )),
    Pgn(128006, "Thruster Control Status", "single", 8, (
        Field("sid", 0, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("identifier", 8, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("direction_control", 16, 4, "enum", 1, 1, 0, 13, 2, "THRUSTER_DIRECTION_CONTROL"),
        Field("power_enabled", 20, 2, "enum", 1, 1, 0, 2, 1, "OFF_ON"),
        Field("retract_control", 22, 2, "enum", 1, 1, 0, 2, 1, "THRUSTER_RETRACT_CONTROL"),
        Field("speed_control_pct", 24, 8, "unsigned", 1, 1, 0, 252, 3),
        Field("control_events", 32, 8, "bits", 1, 1, 0, 255, 0, "THRUSTER_CONTROL_EVENTS"),
        Field("command_timeout_s", 40, 8, "unsigned", 1, 200, 0, 1.26, 3),
        Field("azimuth_control_rad", 48, 16, "unsigned", 1, 10000, 0, 6.28318530717959, 3),
    )),
)
