"""Polls one Modbus unit by its register map; a dead unit backs off alone and stalls nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from protocols.modbus.registers import RegisterMap
from protocols.reading import Reading
from shipside.ports import Clock, EquipmentError, InputFacts, RegisterPort

BACK_OFF_MAX_S: Final = 10.0
"""Longest pause before a dead unit is asked again."""


class Poller:
    """Reads all ranges of one unit each period."""

    def __init__(self, unit: RegisterPort, registers: RegisterMap, period_s: float, clock: Clock) -> None:
        """Read `registers` of `unit` each `period_s` seconds."""
        self._unit = unit
        self._registers = registers
        self._ranges = registers.ranges()
        self._period_s = period_s
        self._clock = clock
        self._reads = self._failures = 0
        self._last_s: float | None = None
        self._problem = "not asked yet"

    def facts(self) -> InputFacts:
        """Return how the unit is doing; lines are reads here."""
        is_open = not self._problem
        return InputFacts(self._unit.name, is_open, self._reads, self._failures, 0, self._last_s, self._problem)

    async def run(self, take: Callable[[Reading], None]) -> None:
        """Poll until cancelled."""
        due_s, pause_s = self._clock.now_s(), self._period_s
        while True:
            try:
                await self._poll(take)
                self._problem, pause_s = "", self._period_s
            except EquipmentError as error:
                self._failures += 1
                self._problem, pause_s = str(error), min(max(pause_s * 2, 0.5), BACK_OFF_MAX_S)
            due_s = max(due_s + pause_s, self._clock.now_s())
            await asyncio.sleep(max(0.0, due_s - self._clock.now_s()))

    async def _poll(self, take: Callable[[Reading], None]) -> None:
        for wanted in self._ranges:
            words = await self._unit.read(wanted.table, wanted.address, wanted.count)
            self._reads += 1
            self._last_s = self._clock.now_s()
            for reading in self._registers.readings(wanted, words):
                take(reading)
