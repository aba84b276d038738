"""The engine and steering PLC: orders as register writes, and the watchdog that it waits for. The other file that can move.

The registers are found by name in the unit's map: `watchdog`, `remote_in_use`, `propulsion_order`, `controlled_stop`,
`direct_steering`, `emergency_stop`, `reset`. A map that lacks one is a fault at the start.
"""

from __future__ import annotations

from typing import Final

from protocols.errors import MalformedError
from protocols.modbus.register_map import RegisterMap
from protocols.modbus.registers import words_of
from shipside.ports import RegisterPort

NEEDED: Final = (
    "watchdog", "remote_in_use", "propulsion_order", "controlled_stop", "direct_steering", "emergency_stop", "reset",
)  # fmt: skip
RESET_TRIP: Final = 1
RESET_STOP: Final = 2
WATCHDOG_WRAP: Final = 65_536


def missing_registers(registers: RegisterMap) -> list[str]:
    """Return the names of the orders that a PLC's map lacks."""
    return [name for name in NEEDED if name not in registers]


class Plc:
    """Writes to one PLC; every method raises EquipmentError when the write was refused or not answered."""

    def __init__(self, unit: RegisterPort, registers: RegisterMap) -> None:
        """Write to `unit` by `registers`."""
        self._unit = unit
        self._registers = registers
        self._beat = 0

    async def stroke(self) -> None:
        """Change the watchdog register: the deciding loop is alive (FBK-04)."""
        self._beat = (self._beat + 1) % WATCHDOG_WRAP
        await self._write("watchdog", self._beat)

    async def take(self) -> None:
        """Arm the watchdog, reset an old trip, and steer by the autopilot: from now on silence means neutral."""
        await self.stroke()
        await self._write("reset", RESET_TRIP)
        await self._write("direct_steering", 0)
        await self._write("remote_in_use", 1)

    async def release(self) -> None:
        """Disarm the watchdog; what was ordered last stays as it is."""
        await self._write("remote_in_use", 0)

    async def propulsion(self, percent: float) -> None:
        """Order propulsion, per cent of full, negative astern; ends a controlled stop."""
        await self._write("propulsion_order", percent)

    async def controlled_stop(self) -> None:
        """Order the PLC's own slow-down to zero."""
        await self._write("controlled_stop", 1)

    async def emergency_stop(self) -> None:
        """Order the latched stop."""
        await self._write("emergency_stop", 1)

    async def machine(self, register: str, *, runs: bool) -> None:
        """Start or stop one machine by the register of that name; raise MalformedError where the map has none."""
        if register not in self._registers:
            raise MalformedError(f"the PLC's map has no register {register!r}")
        await self._write(register, 1 if runs else 0)

    async def reset_stop(self) -> None:
        """Reset the latched stop; the engine stays where it is until ordered."""
        await self._write("reset", RESET_STOP)

    async def _write(self, name: str, value: float) -> None:
        register = self._registers[name]
        await self._unit.write(register.table, register.address, words_of(register, value))
