"""Register maps: all registers of a kind of unit, loaded from TOML, read in as few requests as may be.

    unreadable = [{table = "input", address = 40, count = 2}]    # refused by the unit: never read, not even in passing
    [[register]]
    name = "engine_speed"
    ...

`RegisterMap.from_mapping` reports every fault at once; what a `[[register]]` may hold stands in `map_rows.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from protocols.errors import MalformedError
from protocols.modbus import map_rows
from protocols.modbus.ranges import Merging, ReadRange, merged
from protocols.modbus.registers import TABLES, Register, reading_of
from protocols.reading import Reading

REGISTERS_MAX: Final = 1000
"""Most registers of one map; 60 units of this size fill the largest vessel's catalogue."""


@dataclass(frozen=True)
class RegisterMap:
    """All registers of one kind of unit."""

    registers: tuple[Register, ...]
    merging: Merging = field(default_factory=Merging)
    _inside: dict[ReadRange, tuple[tuple[Register, int, int], ...]] = field(
        default_factory=dict[ReadRange, tuple[tuple[Register, int, int], ...]], init=False, repr=False, compare=False
    )  # a few ranges a map, asked for each period

    def __getitem__(self, name: str) -> Register:
        """Return the register called `name`; raise KeyError when there is none."""
        for register in self.registers:
            if register.name == name:
                return register
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a register called `name`."""
        return any(register.name == name for register in self.registers)

    @classmethod
    def from_mapping(cls, source: Mapping[str, object]) -> RegisterMap:
        """Return the map in a parsed TOML file (`[[register]]` tables); raise MalformedError with every fault."""
        rows = source.get("register")
        if not isinstance(rows, list) or not 1 <= len(cast("list[object]", rows)) <= REGISTERS_MAX:
            raise MalformedError(f"a register map has 1 to {REGISTERS_MAX} [[register]] tables")
        faults = [f"{name} is not known" for name in sorted(set(source) - map_rows.MAP_NAMES)]
        merging = map_rows.read_merging(source, faults)
        found = [
            map_rows.read_register(row, f"register[{number}]", faults)
            for number, row in enumerate(cast("list[object]", rows))
        ]
        registers = tuple(register for register in found if register is not None)
        names = [register.name for register in registers]
        faults += [f"two registers are called {name}" for name in sorted(set(names)) if names.count(name) > 1]
        faults += map_rows.unreadable_faults(registers, merging)
        if faults:
            raise MalformedError("; ".join(faults))
        return cls(registers, merging)

    def ranges(self) -> tuple[ReadRange, ...]:
        """Return the requests that read every register that feeds a channel, gaps of a few read along."""
        ranges: list[ReadRange] = []
        for table in TABLES:
            wanted = [(each.address, each.words) for each in self.registers if each.channel and each.table == table]
            ranges += merged(table, wanted, self.merging)
        return tuple(ranges)

    def all_ranges(self) -> tuple[ReadRange, ...]:
        """Return the requests that read every register, those without a channel too; for looking at a unit."""
        ranges: list[ReadRange] = []
        for table in TABLES:
            ranges += merged(table, [(r.address, r.words) for r in self.registers if r.table == table], self.merging)
        return tuple(ranges)

    def inside(self, answer: ReadRange) -> tuple[tuple[Register, int, int], ...]:
        """Return the registers that lie whole within a request, each with its first and end word there."""
        known = self._inside.get(answer)
        if known is None:
            known = self._inside[answer] = tuple(
                (register, start, start + register.words)
                for register in self.registers
                if register.table == answer.table
                and 0 <= (start := register.address - answer.address) <= answer.count - register.words
            )
        return known

    def readings(self, answer: ReadRange, words: Sequence[int]) -> list[Reading]:
        """Return the readings of the channels within one answer; a value that cannot be is OUT_OF_RANGE."""
        return [reading for register, reading in self.named(answer, words) if register.channel]

    def named(self, answer: ReadRange, words: Sequence[int]) -> Iterator[tuple[Register, Reading]]:
        """Yield each register within one answer with what it says; one that a short answer cuts off says nothing."""
        for register, start, end in self.inside(answer):
            if end <= len(words):
                yield register, reading_of(register, words[start:end])
