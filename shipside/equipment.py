"""What the safety process alone holds: the way to autopilot and PLC, the alert line, the panel; not loaded by the collector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocols.aio.clock import Clock
from shipside.actuators.autopilot import AutopilotLink
from shipside.actuators.helm import EquipmentHelm, Helm, NoHelm
from shipside.actuators.plc import Plc, missing_registers
from shipside.commanding.panel import TcpPanel
from shipside.config import AgentConfig
from shipside.ports import LineSource
from shipside.sensors.units import Units
from shipside.starting import StartError

if TYPE_CHECKING:
    from shipside.commanding.alertline import AlertPort


def helm(config: AgentConfig, clock: Clock, inputs: list[LineSource], units: Units) -> Helm:
    """Return what moves the ship; the autopilot's answers become an input like any other."""
    if config.control is None:
        return NoHelm()
    unit = next((entry for entry in config.modbus if entry.name == config.plc), None)
    if unit is None or config.autopilot is None:  # the configuration is judged: it lacks neither
        raise StartError("[control] needs safety.plc and safety.autopilot_port: nothing moves without, not even a stop")
    missing = missing_registers(unit.registers)
    if missing:
        raise StartError(f"the register map of {config.plc} lacks the orders {', '.join(missing)}")
    autopilot = AutopilotLink(config.autopilot.host, config.autopilot.port, clock)
    inputs.append(autopilot)
    return EquipmentHelm(autopilot, Plc(units.for_orders(unit), unit.registers))


def alert_line(config: AgentConfig, clock: Clock) -> AlertPort | None:
    """Return the line to the bridge's alert management, where there is one."""
    where = config.alert_line
    if where is None:
        return None
    from shipside.commanding.alertline import AlertLine  # noqa: PLC0415 - only ships that have one pay for it

    return AlertLine(AutopilotLink(where.host, where.port, clock))


def panel(port: int) -> TcpPanel:
    """Return the panel, listening on its port; raise StartError where another program holds it."""
    held = TcpPanel("127.0.0.1", port)
    try:
        held.listen()
    except OSError as error:
        text = f"the panel cannot listen on 127.0.0.1:{port}: {error.strerror}"
        raise StartError(f"{text}; end the program that holds it, or change safety.panel_port") from error
    return held
