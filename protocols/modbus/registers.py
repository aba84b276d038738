"""Register maps: what a Modbus unit's registers mean, loaded from TOML, read in as few requests as may be.

A map is a list of records; `RegisterMap.from_mapping` reports every fault at once. Words are big-endian as Modbus sends
them; of values that take two, `word_order` says which comes first.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from protocols.errors import MalformedError
from protocols.reading import Quality, Reading

Table = Literal["coil", "discrete", "input", "holding"]
Coding = Literal["u16", "s16", "u32", "s32", "f32", "bit"]
WORDS: Final[dict[str, int]] = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "f32": 2, "bit": 1}
TABLES: Final = ("coil", "discrete", "input", "holding")
ADDRESS_MAX: Final = 65_535
REGISTERS_MAX: Final = 1000
"""Most registers of one map; 60 units of this size fill the largest vessel's catalogue."""
READ_WORDS_MAX: Final = 125
"""Most registers of one request (Modbus application protocol 6.3)."""
READ_BITS_MAX: Final = 2000
GAP_WORDS: Final = 12
"""Registers between two wanted ones that are read along: 12 cost 24 bytes, a request of its own costs more."""


@dataclass(frozen=True, slots=True)
class Register:
    """One value of a unit."""

    name: str
    table: Table
    address: int
    coding: Coding
    scale: float = 1.0
    offset: float = 0.0
    word_order: Literal["high_first", "low_first"] = "high_first"
    bit: int | None = None
    """Bit 0..15 within a register of coding `bit`; None for a coil or discrete input."""
    channel: str = ""
    """Short id of the data channel it feeds; empty when it feeds none."""
    unit: str = ""
    low: float | None = None
    """Smallest value that can be true or be written; None: the coding's own."""
    high: float | None = None
    writable: bool = False
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    """Raw number (as text) to state word, for an enumeration."""

    @property
    def words(self) -> int:
        """How many registers (or bits) it takes."""
        return WORDS[self.coding]


@dataclass(frozen=True, slots=True)
class ReadRange:
    """One request."""

    table: Table
    address: int
    count: int


_FIELDS: Final = frozenset(
    ("name", "table", "address", "coding", "scale", "offset", "word_order", "bit", "channel", "unit", "low", "high")
) | {"writable", "states"}


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """All registers of one kind of unit."""

    registers: tuple[Register, ...]

    def __getitem__(self, name: str) -> Register:
        """Return the register called `name`; raise KeyError when there is none."""
        return next(register for register in self.registers if register.name == name)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a register called `name`."""
        return any(register.name == name for register in self.registers)

    @classmethod
    def from_mapping(cls, source: Mapping[str, object]) -> RegisterMap:
        """Return the map in a parsed TOML file (`[[register]]` tables); raise MalformedError with every fault."""
        rows = source.get("register")
        if not isinstance(rows, list) or not 1 <= len(cast("list[object]", rows)) <= REGISTERS_MAX:
            raise MalformedError(f"a register map has 1 to {REGISTERS_MAX} [[register]] tables")
        faults: list[str] = []
        found = [_register(row, f"register[{number}]", faults) for number, row in enumerate(cast("list[object]", rows))]
        registers = tuple(register for register in found if register is not None)
        names = [register.name for register in registers]
        faults += [f"two registers are called {name}" for name in sorted(set(names)) if names.count(name) > 1]
        if faults:
            raise MalformedError("; ".join(faults))
        return cls(registers)

    def ranges(self) -> tuple[ReadRange, ...]:
        """Return the requests that read every register that is not for writing only, gaps of a few read along."""
        ranges: list[ReadRange] = []
        wanted = [register for register in self.registers if register.channel or not register.writable]
        for table in TABLES:
            most = READ_BITS_MAX if table in ("coil", "discrete") else READ_WORDS_MAX
            rows = sorted((r.address, r.address + r.words) for r in wanted if r.table == table)
            ranges += _merged(table, rows, most)
        return tuple(ranges)

    def readings(self, answer: ReadRange, words: Sequence[int]) -> list[Reading]:
        """Return the readings of the channels within one answer; a value that cannot be is OUT_OF_RANGE."""
        found: list[Reading] = []
        for register in self.registers:
            start = register.address - answer.address
            inside = register.table == answer.table and 0 <= start <= answer.count - register.words
            if register.channel and inside and start + register.words <= len(words):
                found.append(_reading(register, words[start : start + register.words]))
        return found


def value_of(register: Register, words: Sequence[int]) -> float:
    """Return the value in the words of a register, in its unit; NaN where a float register says so."""
    if register.coding == "bit":
        return float(words[0] >> register.bit & 1) if register.bit is not None else float(words[0] != 0)
    raw = _raw(register, words)
    return raw * register.scale + register.offset


def words_of(register: Register, value: float) -> list[int]:
    """Return the words that write `value`; raise MalformedError when it may not be written."""
    low, high = register.low, register.high
    if not register.writable or register.table not in ("holding", "coil"):
        raise MalformedError(f"{register.name} is not for writing")
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        raise MalformedError(f"{register.name} = {value:g} is outside {low}..{high}")
    if register.coding == "bit":
        return [int(value != 0)]
    raw = (value - register.offset) / register.scale
    try:
        packed = struct.pack(_PACK[register.coding], raw if register.coding == "f32" else round(raw))
    except struct.error as error:
        raise MalformedError(f"{register.name} = {value:g} does not fit into {register.coding}") from error
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    return words if register.word_order == "high_first" else words[::-1]


_PACK: Final = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}


def _raw(register: Register, words: Sequence[int]) -> float:
    ordered = words if register.word_order == "high_first" else list(words)[::-1]
    packed = struct.pack(f">{len(ordered)}H", *ordered)
    (raw,) = struct.unpack(_PACK[register.coding], packed)
    return float(raw)


def _reading(register: Register, words: Sequence[int]) -> Reading:
    if register.states:
        word = register.states.get(str(int(_raw(register, words))))
        return Reading(register.channel, word, "", Quality.INVALID if word is None else Quality.GOOD)
    value = value_of(register, words)
    if not math.isfinite(value):
        return Reading(register.channel, None, register.unit, Quality.INVALID)
    low, high = register.low, register.high
    if (low is not None and value < low) or (high is not None and value > high):
        return Reading(register.channel, None, register.unit, Quality.OUT_OF_RANGE)
    return Reading(register.channel, bool(value) if register.coding == "bit" else value, register.unit, Quality.GOOD)


def _merged(table: str, rows: Sequence[tuple[int, int]], most: int) -> list[ReadRange]:
    merged: list[tuple[int, int]] = []
    for start, end in rows:
        if merged and start - merged[-1][1] <= GAP_WORDS and max(end, merged[-1][1]) - merged[-1][0] <= most:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [ReadRange(cast("Table", table), start, end - start) for start, end in merged]


def _register(row: object, where: str, faults: list[str]) -> Register | None:
    if not isinstance(row, Mapping):
        faults.append(f"{where} is not a table")
        return None
    source = cast("Mapping[str, object]", row)
    before = len(faults)
    name = source.get("name")
    where = f"register {name}" if isinstance(name, str) and name else where
    faults += [f"{where}: {key} is not known" for key in sorted(set(source) - _FIELDS)]
    for key, allowed in (("table", TABLES), ("coding", tuple(WORDS))):
        if source.get(key) not in allowed:
            faults.append(f"{where}: {key} is {source.get(key)!r}, none of {', '.join(allowed)}")
    address = source.get("address")
    if not isinstance(address, int) or isinstance(address, bool) or not 0 <= address <= ADDRESS_MAX:
        faults.append(f"{where}: address is {address!r}, not a whole number within 0..{ADDRESS_MAX}")
    if not isinstance(name, str) or not name:
        faults.append(f"{where}: name is missing")
    if source.get("word_order", "high_first") not in ("high_first", "low_first"):
        faults.append(f"{where}: word_order is neither high_first nor low_first")
    for key in ("scale", "offset", "low", "high"):
        value = source.get(key, 1.0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            faults.append(f"{where}: {key} is {value!r}, not a finite number")
    if source.get("scale", 1.0) == 0:
        faults.append(f"{where}: scale is 0")
    return None if len(faults) > before else _built(source)


def _built(source: Mapping[str, object]) -> Register:
    return Register(**cast("dict[str, object]", dict(source)))  # type: ignore[arg-type] # every field was checked above
