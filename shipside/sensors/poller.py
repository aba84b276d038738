"""Polls one Modbus unit by its register map; a dead unit backs off alone and stalls nobody.

A register that the unit does not have costs itself: the request that it spoils is halved until it stands alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from protocols.modbus.answers import Answer
from protocols.modbus.pdu import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE
from protocols.modbus.ranges import ReadRange
from protocols.modbus.register_map import RegisterMap
from protocols.reading import Reading
from shipside.ports import Clock, EquipmentError, InputFacts, RefusedError, RegisterPort, SilentError, TakeLine

BACK_OFF_FIRST_S: Final = 0.5
BACK_OFF_MAX_S: Final = 10.0
"""Longest pause before a dead unit is asked again."""
AGAIN_S: Final = 30.0
"""How soon a register that was refused is asked for again: a PLC may have been given the program that has it."""
MAP_FAULTS: Final = (ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE)
"""Modbus exceptions that say that what was asked for is not there: illegal function, address, value (too many at once)."""


def unheard(line: bytes) -> None:
    """Take an answer that nobody keeps."""
    del line


class Poller:
    """Reads all ranges of one unit each period."""

    def __init__(
        self, unit: RegisterPort, registers: RegisterMap, period_s: float, clock: Clock, number: int = 1
    ) -> None:
        """Read `registers` of `unit`, which has `number` on its line, each `period_s` seconds."""
        self.hear: TakeLine = unheard
        """Takes each answer as it came."""
        self._number = number
        self._unit = unit
        self._registers = registers
        self._ranges = list(registers.ranges())
        self._refused: dict[ReadRange, str] = {}
        self._again_s = 0.0
        self._period_s = period_s
        self._clock = clock
        self._reads = self._failures = self._unanswered = 0
        self._last_s: float | None = None
        self._problem = "not asked yet"

    def facts(self) -> InputFacts:
        """Return how the unit is doing; lines are answers here, rejected are refusals and answers that were none of ours."""
        problem = self._problem or "; ".join(self._refused.values())
        rejected = self._failures + self._unit.foreign_count
        return InputFacts(
            self._unit.name, not self._problem, self._reads, rejected, 0, self._last_s, problem, self._unanswered
        )  # fmt: skip

    async def run(self, take: Callable[[Reading], None]) -> None:
        """Poll until cancelled."""
        due_s, pause_s = self._clock.now_s(), self._period_s
        while True:
            try:
                await self._poll(take)
                self._problem, pause_s = "", self._period_s
            except EquipmentError as error:
                self._failures += 1
                self._unanswered += isinstance(error, SilentError)
                self._problem, pause_s = str(error), min(max(pause_s * 2, BACK_OFF_FIRST_S), BACK_OFF_MAX_S)
            due_s = max(due_s + pause_s, self._clock.now_s())
            await asyncio.sleep(max(0.0, due_s - self._clock.now_s()))

    async def _poll(self, take: Callable[[Reading], None]) -> None:
        if self._refused and self._clock.now_s() >= self._again_s:
            self._ranges += [wanted for wanted in self._refused if wanted not in self._ranges]
            self._again_s = self._clock.now_s() + AGAIN_S
        for wanted in tuple(self._ranges):
            try:
                words = await self._unit.read(wanted.table, wanted.address, wanted.count)
            except RefusedError as error:
                self._failures += 1
                if error.code not in MAP_FAULTS:
                    raise
                self._spoiled(wanted, str(error))
                continue
            self._reads += 1
            self._last_s = self._clock.now_s()
            self._refused.pop(wanted, None)
            if self.hear is not unheard:
                self.hear(Answer(self._number, wanted, tuple(words)).line())
            for reading in self._registers.readings(wanted, words):
                take(reading)

    def _spoiled(self, wanted: ReadRange, why: str) -> None:
        """Halve a request that the unit refuses; one for a single register waits, and is told by name."""
        inside = sorted(
            (register.address, register.words, register.name) for register in self._registers.registers
            if register.table == wanted.table and register.channel
            and wanted.address <= register.address < wanted.address + wanted.count
        )  # fmt: skip
        self._ranges.remove(wanted)
        addresses = sorted({address for address, _, _ in inside})
        if len(addresses) > 1:
            middle = addresses[len(addresses) // 2]
            for half in ([row for row in inside if row[0] < middle], [row for row in inside if row[0] >= middle]):
                first, end = half[0][0], max(address + words for address, words, _ in half)
                self._ranges.append(ReadRange(wanted.table, first, end - first))
            return
        names = ", ".join(name for _, _, name in inside)
        self._refused[wanted] = f"{why} ({wanted.table} {wanted.address}: {names})"
        self._again_s = self._clock.now_s() + AGAIN_S
