"""Orders for machines on their way to the simulated PLC: by register name, behind all that steers or stops."""

from __future__ import annotations

import tomllib

import pytest

from control.messages import Setpoint
from protocols.modbus.register_map import RegisterMap
from shipside.actuators.helm import EquipmentHelm
from shipside.actuators.plc import Plc
from simulators import register_map
from simulators.devices.plc_readings import readings
from simulators.devices.wired import WiredPlc
from simulators.fleet import PETREL_SPEC
from simulators.ship import Ship
from tests.control_rig import UTC_NS


class NoAutopilot:
    """An autopilot that takes everything."""

    async def send(self, line: bytes) -> bool:
        """Take a line."""
        del line
        return True


def aboard() -> tuple[Ship, EquipmentHelm]:
    """Return the petrel and what writes to her PLC by her own map."""
    ship = Ship(PETREL_SPEC, 1, UTC_NS)
    source = tomllib.loads((register_map.FOLDER / "petrel.toml").read_text("utf-8"))
    return ship, EquipmentHelm(NoAutopilot(), Plc(WiredPlc(ship), RegisterMap.from_mapping(source)))


async def test_pumps_and_generator_are_started_and_stopped_by_their_registers() -> None:
    """Proves CMD-06: the order reaches the PLC, and her read-back shows it; steering and propulsion are left alone."""
    ship, helm = aboard()
    for register in ("pump_2_order", "generator_1_order"):
        helm.order(Setpoint("machine", 0.0, register=register))
    assert await helm.work(0.0) == []
    ship.advance(0.5, UTC_NS)
    shown = readings(ship)
    assert (shown["pump_1_running"], shown["pump_2_running"]) == (1.0, 0.0)
    assert (shown["generator_speed"], shown["generator_voltage"]) == (0.0, 0.0)
    assert not ship.plc.remote_in_use
    helm.order(Setpoint("machine", 1.0, register="generator_1_order"))
    assert await helm.work(1.0) == []
    assert readings(ship)["generator_speed"] > 600.0


@pytest.mark.parametrize("why", ["no such register", "local"])
async def test_an_order_that_the_plc_refuses_is_told_once_and_delays_no_stop(why: str) -> None:
    """Proves EST-01, CMD-06: the map lacks it, or the engine room works the machines; the emergency stop goes through."""
    ship, helm = aboard()
    if why == "local":
        ship.plc.remote_active = False
    helm.order(Setpoint("machine", 0.0, register="pump_2_order" if why == "local" else "ballast_pump"))
    helm.order(Setpoint("emergency_stop", 0.0))
    problems = await helm.work(0.0)
    assert problems
    assert ship.plc.emergency
    assert ship.plc.pump2
    again = await helm.work(1.0)
    assert [problem for problem in again if "ballast_pump" in problem or "pump_2" in problem] == []
