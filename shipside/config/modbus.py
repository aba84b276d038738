"""The Modbus units that are polled: where each is, how it is spoken to, and what its registers mean.

Units with the same address, or on the same serial line, share one connection and take turns on it (`sensors/modbus_bus.py`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from protocols.errors import MalformedError
from protocols.modbus.register_map import RegisterMap
from protocols.modbus.registers import Register
from shipside.config.reader import Reader
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.channel import Channel, Kind

Parity = Literal["none", "even", "odd"]
MAPS: Final = Path(__file__).parent.parent / "maps"
"""Where the maps lie that come with the agent."""
NAMES: Final = (
    "name", "host", "port", "path", "baud", "parity", "stop_bits", "unit", "period_s", "timeout_s", "registers",
)  # fmt: skip
PARITIES: Final[dict[str, Parity]] = {"none": "none", "even": "even", "odd": "odd"}
UNIT_MAX: Final = 247
"""Highest unit of a serial line; 0 is everybody there, and nobody answers to it."""


@dataclass(frozen=True, slots=True)
class ModbusConfig:
    """One Modbus unit that is polled."""

    name: str
    host: str
    """Empty for a unit on a serial line."""
    port: int
    unit: int
    period_s: float
    registers: RegisterMap
    path: str = ""
    """Serial device of an RTU unit; empty for TCP."""
    baud: int = 19_200
    parity: Parity = "even"
    stop_bits: int = 1
    timeout_s: float = 1.0
    """How long an answer may take; on a shared line the others wait as long for one that is dead."""

    @property
    def way(self) -> tuple[str, int]:
        """What tells the connection or line apart that it is reached by."""
        return (self.path, 0) if self.path else (self.host, self.port)


def read_modbus(reader: Reader) -> tuple[ModbusConfig, ...]:
    """Return the [[modbus]] tables, each with its register map."""
    found: list[ModbusConfig] = []
    for number, row in enumerate(reader.rows("modbus")):
        where = f"modbus[{number}]"
        registers = _read_map(reader, row, where)
        unit = _read_unit(reader, row, where, registers or RegisterMap(()))
        if registers is not None:
            found.append(unit)
    reader.faults += _doubles(found) + _unlike_lines(found)
    return tuple(found)


def _read_map(reader: Reader, row: Mapping[str, object], where: str) -> RegisterMap | None:
    """Return the register map that a row names: a file beside the configuration, or one that comes with the agent."""
    text = reader.text(row, "registers", where)
    is_own = text.endswith(".toml") or not text
    path = reader.folder / text if is_own else MAPS / f"{text}.toml"
    try:
        return RegisterMap.from_mapping(
            reader.toml(path) if is_own else tomllib.loads(path.read_text(encoding="utf-8"))
        )
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in MAPS.glob("*.toml")))
        also = "" if text.endswith(".toml") else f"; maps that come with the agent are {known}"
        reader.faults.append(f"{where}.registers ({path.name}): {error.strerror}{also}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, MalformedError) as error:
        reader.faults.append(f"{where}.registers ({path.name}): {error}")
    return None


def _read_unit(reader: Reader, row: Mapping[str, object], where: str, registers: RegisterMap) -> ModbusConfig:
    is_serial = "path" in row
    others = ("host", "port") if is_serial else ("baud", "parity", "stop_bits")
    reader.faults += [f"{where}.{name} does not go with {'a serial line (path)' if is_serial else 'host and port'}"
                      for name in others if name in row]  # fmt: skip
    parity = reader.text(row, "parity", where, "even")
    if parity not in PARITIES:
        reader.faults.append(f"{where}.parity is {parity!r}, none of {', '.join(PARITIES)}")
    return ModbusConfig(
        reader.text(row, "name", where), "" if is_serial else reader.text(row, "host", where),
        0 if is_serial else reader.port(row, where), int(reader.number(row, "unit", where, int(is_serial), UNIT_MAX, 1)),
        reader.number(row, "period_s", where, 0.05, 3600.0, 0.5), registers,
        str(reader.path(row, "path", where)) if is_serial else "",
        int(reader.number(row, "baud", where, 300, 4_000_000, 19_200)), PARITIES.get(parity, "even"),
        int(reader.number(row, "stop_bits", where, 1, 2, 1)), reader.number(row, "timeout_s", where, 0.02, 10.0, 1.0),
    )  # fmt: skip


def _doubles(units: Iterable[ModbusConfig]) -> list[str]:
    names = [unit.name for unit in units]
    return [f"two Modbus units are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]


def _unlike_lines(units: Iterable[ModbusConfig]) -> list[str]:
    """Return a fault for each unit that wants the line it shares to be another than the first one does."""
    first: dict[tuple[str, int], ModbusConfig] = {}
    faults: list[str] = []
    for unit in units:
        other = first.setdefault(unit.way, unit)
        if (unit.baud, unit.parity, unit.stop_bits, unit.timeout_s) != (
            other.baud, other.parity, other.stop_bits, other.timeout_s,
        ):  # fmt: skip
            faults.append(
                f"modbus {unit.name!r} shares a line with {other.name!r}: baud, parity, stop_bits and timeout_s differ"
            )
    return faults


def channel_faults(units: Iterable[ModbusConfig], catalogue: Catalogue) -> list[str]:
    """Return a fault for each register that feeds a channel nobody knows, or one of another unit or kind."""
    known = {**standard_catalogue().by_id, **catalogue.by_id}
    return [
        f"the register map of {unit.name}: register {register.name} {fault}"
        for unit in units
        for register in unit.registers.registers
        if register.channel and (fault := _channel_fault(register, known.get(register.channel)))
    ]


def _channel_fault(register: Register, channel: Channel | None) -> str:
    if channel is None:
        return f"feeds {register.channel}, which is no channel"
    kind: Kind = "boolean" if register.coding == "bit" else "text" if _is_text(register) else "number"
    if kind != channel.kind:
        return f"is a {kind}, the channel {channel.short_id} a {channel.kind}"
    if kind == "number" and register.unit != channel.unit:
        return f"is in {register.unit or 'no unit'}, the channel {channel.short_id} in {channel.unit}"
    return ""


def _is_text(register: Register) -> bool:
    return register.coding == "string" or bool(register.states)


def plc_faults(units: Sequence[ModbusConfig], plc: str) -> list[str]:
    """Return a fault where the PLC shares a serial line: an order must not wait for a unit that is dead."""
    mine = next((unit for unit in units if unit.name == plc), None)
    if mine is None or not mine.path:
        return []
    others = [unit.name for unit in units if unit.way == mine.way and unit.name != plc]
    if not others:
        return []
    text = f"the PLC {plc!r} shares its serial line with {', '.join(others)}: a stop would wait for a dead unit"
    return [f"{text}; give it a line of its own"]
