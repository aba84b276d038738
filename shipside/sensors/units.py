"""Which process polls which Modbus unit, and over what.

A TCP unit is polled by both processes, each over connections of its own. A serial line has one master: on a commanded vessel
the safety process, which hands the readings on to the collector as it does with lines (`sharing.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from protocols.modbus.frames import RtuFrames, TcpFrames
from protocols.reading import Quality, Reading, Value
from shipside.config import AgentConfig
from shipside.config.inputs import InputConfig
from shipside.config.modbus import ModbusConfig
from shipside.ports import Clock, InputFacts, ReadingSource, TakeLine
from shipside.sensors.handing import unit_socket
from shipside.sensors.modbus_bus import ModbusBus, ModbusUnit, tcp_unit
from shipside.sensors.modbus_line import SerialLine, TcpLine
from shipside.sensors.poller import Poller
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
            HandedUnit(unit.name, unit_socket(self._config.journal, number), self._clock)
            if unit.path and commanded else self._poller(unit)
            for number, unit in enumerate(self._config.modbus)
        ]  # fmt: skip

    def of_safety(self, say: Callable[..., None]) -> list[ReadingSource]:
        """Return what the safety process reads; no serial line of a vessel that is only watched, where the collector does."""
        commanded = self._config.control is not None
        return [
            self._poller(unit) if not unit.path
            else SharedUnit(self._poller(unit), unit_socket(self._config.journal, number), self._clock, say)
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
        return Poller(ModbusUnit(unit.name, self._bus(unit), unit.unit), unit.registers, unit.period_s, self._clock)

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
    """A unit of the safety process whose readings go to the collector as well."""

    def __init__(self, source: ReadingSource, path: Path, clock: Clock, say: Callable[..., None]) -> None:
        """Hand the readings of `source` on to the socket at `path`."""
        self._source = source
        self._shared = SharedInput(_AsLines(source), path, clock, say)

    def facts(self) -> InputFacts:
        """Return how the unit is doing."""
        return self._source.facts()

    async def run(self, take: TakeReading) -> None:
        """Pass readings to `take`, and on to the collector, until cancelled."""
        await self._shared.run(lambda line: take(reading_in(line)))


class HandedUnit:
    """The collector's end: takes the readings that the safety process hands on."""

    def __init__(self, name: str, path: Path, clock: Clock) -> None:
        """Prepare to listen at `path`."""
        self._handed = HandedInput(InputConfig(name, "serial"), clock, path)

    def facts(self) -> InputFacts:
        """Return how the hand-over is doing."""
        return self._handed.facts()

    async def run(self, take: TakeReading) -> None:
        """Pass readings to `take` until cancelled."""
        await self._handed.run(lambda line: take(reading_in(line)))


class _AsLines:
    """A source of readings, each as a line."""

    def __init__(self, source: ReadingSource) -> None:
        self._source = source

    @property
    def name(self) -> str:
        return self._source.facts().name

    def facts(self) -> InputFacts:
        return self._source.facts()

    async def run(self, take: TakeLine) -> None:
        await self._source.run(lambda reading: take(line_of(reading)))


def line_of(reading: Reading) -> bytes:
    """Return a reading as one line of JSON."""
    return json.dumps([reading.channel, reading.value, reading.unit, int(reading.quality)]).encode()


def reading_in(line: bytes) -> Reading:
    """Return the reading in a line of `line_of`; it comes from our own process alone, over a socket nobody else can open."""
    channel, value, unit, quality = cast("tuple[str, Value | None, str, int]", json.loads(line))
    return Reading(channel, value, unit, Quality(quality))
