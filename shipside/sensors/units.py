"""Which process polls which Modbus unit, and over what.

A TCP unit is polled by both processes, each over connections of its own. A serial line has one master: on a commanded vessel
the safety process, which hands the readings on to the collector as it does with lines (`sharing.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from protocols.modbus.answers import answer_in
from protocols.modbus.frames import RtuFrames, TcpFrames
from protocols.modbus.register_map import RegisterMap
from protocols.reading import Reading
from shipside.config import AgentConfig
from shipside.config.inputs import InputConfig
from shipside.config.modbus import ModbusConfig
from shipside.ports import Clock, InputFacts, ReadingSource, TakeLine, TakeLines
from shipside.sensors.handing import unit_socket
from shipside.sensors.modbus_bus import ModbusBus, ModbusUnit, tcp_unit
from shipside.sensors.modbus_line import SerialLine, TcpLine
from shipside.sensors.poller import Poller, unheard
from shipside.sensors.sharing import HandedInput, SharedInput

ORDERS_REOPEN_MAX_S: Final = 0.5
"""Longest pause before the connection for orders is opened again: a stop must not wait for it."""
TakeReading = Callable[[Reading], None]


class Units:
    """The Modbus units of one process."""

    def __init__(self, config: AgentConfig, clock: Clock) -> None:
        """Open nothing yet."""
        self._config, self._clock = config, clock
        self._buses: dict[tuple[str, int], ModbusBus] = {}

    def of_collector(self) -> list[ReadingSource]:
        """Return what the collector reads: serial units of a commanded vessel are handed to it."""
        commanded = self._config.control is not None
        return [
            HandedUnit(unit, unit_socket(self._config.journal, number), self._clock)
            if unit.path and commanded else self._poller(unit)
            for number, unit in enumerate(self._config.modbus)
        ]  # fmt: skip

    def of_safety(self, say: Callable[..., None]) -> list[ReadingSource]:
        """Return what the safety process reads; no serial line of a vessel that is only watched, where the collector does."""
        commanded = self._config.control is not None
        return [
            self._poller(unit) if not unit.path
            else SharedUnit(self._poller(unit), unit, unit_socket(self._config.journal, number), self._clock, say)
            for number, unit in enumerate(self._config.modbus)
            if commanded or not unit.path
        ]  # fmt: skip

    def for_orders(self, unit: ModbusConfig) -> ModbusUnit:
        """Return the PLC for writing: over a connection of its own, or over the serial line that it is polled on."""
        if unit.path:
            return ModbusUnit(unit.name, self._bus(unit), unit.unit)
        return tcp_unit(
            unit.name, unit.host, unit.port, unit.unit, self._clock,
            timeout_s=unit.timeout_s, reopen_max_s=ORDERS_REOPEN_MAX_S,
        )  # fmt: skip

    def _poller(self, unit: ModbusConfig) -> Poller:
        return Poller(
            ModbusUnit(unit.name, self._bus(unit), unit.unit), unit.registers, unit.period_s, self._clock, unit.unit
        )

    def _bus(self, unit: ModbusConfig) -> ModbusBus:
        known = self._buses.get(unit.way)
        if known is None:
            line = (
                SerialLine(unit.path, unit.baud, unit.parity, unit.stop_bits)
                if unit.path
                else TcpLine(unit.host, unit.port)
            )
            frames = RtuFrames() if unit.path else TcpFrames()
            known = self._buses[unit.way] = ModbusBus(line, frames, self._clock, unit.timeout_s)
        return known


class SharedUnit:
    """A unit of the safety process whose answers go to the collector as well, as they came: each reads them for itself."""

    def __init__(self, source: Poller, unit: ModbusConfig, path: Path, clock: Clock, say: Callable[..., None]) -> None:
        """Hand the answers of `source` on to the socket at `path`."""
        self._source, self._registers = source, unit.registers
        self._shared = SharedInput(_AsLines(source), path, clock, say)
        self.hear: TakeLine = unheard

    def facts(self) -> InputFacts:
        """Return how the unit is doing."""
        return self._source.facts()

    async def run(self, take: TakeReading) -> None:
        """Pass readings to `take`, and answers on to the collector, until cancelled."""
        await self._shared.run(lambda lines: _read(lines, self._registers, self.hear, take))


class HandedUnit:
    """The collector's end: takes the answers that the safety process hands on."""

    def __init__(self, unit: ModbusConfig, path: Path, clock: Clock) -> None:
        """Prepare to listen at `path`."""
        self._registers = unit.registers
        self._handed = HandedInput(InputConfig(unit.name, "serial"), clock, path)
        self.hear: TakeLine = unheard

    def facts(self) -> InputFacts:
        """Return how the hand-over is doing."""
        return self._handed.facts()

    async def run(self, take: TakeReading) -> None:
        """Pass readings to `take` until cancelled."""
        await self._handed.run(lambda lines: _read(lines, self._registers, self.hear, take))


class _AsLines:
    """A unit whose answers are lines."""

    def __init__(self, source: Poller) -> None:
        self._source = source

    @property
    def name(self) -> str:
        return self._source.facts().name

    def facts(self) -> InputFacts:
        return self._source.facts()

    async def run(self, take: TakeLines) -> None:
        self._source.hear = lambda line: take([line])
        await self._source.run(lambda _: None)


def _read(lines: list[bytes], registers: RegisterMap, hear: TakeLine, take: TakeReading) -> None:
    """Pass answers on, and what they say; a line that is none comes from nobody: the socket is our own."""
    for line in lines:
        answer = answer_in(line)
        if answer is None:
            continue
        hear(line)
        for reading in answer.readings(registers):
            take(reading)
