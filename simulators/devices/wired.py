"""The ship's ports wired straight to a simulated ship, without a socket: for the deterministic world and fast tests.

They fill `shipside.ports.RegisterPort`, and `LineOutput` and `LineSource` of the autopilot, by shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from shipside.ports import EquipmentError, InputFacts, SilentError
from simulators.devices.plc import Refusal
from simulators.devices.plc_readings import discrete_bits, input_words
from simulators.ship import Ship

_SILENCE_S = 1.0
"""A dead PLC is given up by its reader after this long, as a Modbus client would."""


class WiredPlc:
    """The PLC of a ship, as the agent's Modbus port."""

    def __init__(self, ship: Ship, name: str = "plc") -> None:
        """Wire to `ship`."""
        self._ship = ship
        self._name = name

    @property
    def name(self) -> str:
        """Name of the unit in the configuration."""
        return self._name

    @property
    def foreign_count(self) -> int:
        """None: a wire knows no late answers."""
        return 0

    async def read(
        self, table: Literal["coil", "discrete", "input", "holding"], address: int, count: int
    ) -> Sequence[int]:
        """Return registers or bits; raise EquipmentError when the PLC is dead or has no such address."""
        await self._alive()
        if table == "holding":
            held = self._ship.plc.holding(address, count)
            if isinstance(held, Refusal):
                raise EquipmentError(f"{self._name} refused: {held.name}")
            return held
        if table == "coil":
            raise EquipmentError(f"{self._name} has no coils")
        whole = input_words(self._ship) if table == "input" else [int(bit) for bit in discrete_bits(self._ship)]
        if address < 0 or count < 1 or address + count > len(whole):
            raise EquipmentError(f"{self._name} refused: {Refusal.ILLEGAL_ADDRESS.name}")
        return whole[address : address + count]

    async def write(
        self, table: Literal["coil", "discrete", "input", "holding"], address: int, values: Sequence[int]
    ) -> None:
        """Write holding registers; raise EquipmentError when the PLC is dead or refuses."""
        await self._alive()
        if table != "holding":
            raise EquipmentError(f"{self._name}: only holding registers can be written")
        refusal = self._ship.plc.write(address, list(values))
        if refusal is not None:
            raise EquipmentError(f"{self._name} refused: {refusal.name}")

    async def _alive(self) -> None:
        if self._ship.switches.plc_dead:
            await asyncio.sleep(_SILENCE_S)
            raise SilentError(f"{self._name} does not answer")


class WiredAutopilot:
    """The autopilot of a ship, as the agent's line output and line source at once.

    Whoever moves the ship calls `deliver` after each step; an order is answered at once by itself.
    """

    def __init__(self, ship: Ship, name: str = "autopilot") -> None:
        """Wire to `ship`."""
        self._ship = ship
        self._name = name
        self._take: Callable[[list[bytes]], None] | None = None
        self._lines = 0
        self._last_line_s: float | None = None

    @property
    def name(self) -> str:
        """Name of the input in the configuration."""
        return self._name

    async def send(self, line: bytes) -> bool:
        """Pass one line to the autopilot; always True, as a wire does not say whether anyone listens."""
        self._ship.autopilot.receive(line, self._ship.now_s)
        self.deliver()
        return True

    async def run(self, take: Callable[[list[bytes]], None]) -> None:
        """Pass answers to `take` until cancelled."""
        self._take = take
        try:
            await asyncio.Event().wait()
        finally:
            self._take = None

    def deliver(self) -> None:
        """Pass on what the autopilot has said; with nobody listening it is lost, as on a wire."""
        said = [line.rstrip(b"\r\n") for line in self._ship.autopilot.outbox()]
        if self._take is not None and said:
            self._lines += len(said)
            self._last_line_s = self._ship.now_s
            self._take(said)

    def facts(self) -> InputFacts:
        """Return how the input is doing."""
        return InputFacts(self._name, self._take is not None, self._lines, 0, 0, self._last_line_s, "")
