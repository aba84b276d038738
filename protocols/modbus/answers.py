"""A Modbus answer as one line of text: who was asked for what, and the raw registers; read again by any register map.

modbus 225 3 258 0000 0a51 0000            unit, function, address, registers in hexadecimal
modbus 1 2 0 1 0 0 1                       a bit each for coils and discrete inputs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocols.modbus.ranges import ReadRange
from protocols.modbus.register_map import RegisterMap
from protocols.modbus.registers import BITS, Table
from protocols.reading import Reading

FUNCTIONS: Final[dict[Table, int]] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
"""{table: function that reads it} (Modbus application protocol 6.1 to 6.4)."""
_TABLES: Final[dict[int, Table]] = {function: table for table, function in FUNCTIONS.items()}
_MARK: Final = b"modbus"
_HEAD: Final = 4
WORD_MAX: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Answer:
    """What a unit said to one request."""

    unit: int
    wanted: ReadRange
    words: tuple[int, ...]
    """Registers 0..65535, or bits 0, 1."""

    def line(self) -> bytes:
        """Return the answer as a line."""
        form = "%d" if self.wanted.table in BITS else "%04x"
        values = " ".join(form % word for word in self.words)
        return f"modbus {self.unit} {FUNCTIONS[self.wanted.table]} {self.wanted.address} {values}".encode()

    def readings(self, registers: RegisterMap) -> list[Reading]:
        """Return what the answer says by a register map, possibly another than the one by which it was asked for."""
        return registers.readings(self.wanted, self.words)


def answer_in(line: bytes) -> Answer | None:
    """Return the answer in a line that `Answer.line` made; None where it is none."""
    mark, *parts = line.split(b" ")
    if mark != _MARK or len(parts) < _HEAD:
        return None
    try:
        unit, function, address = (int(part) for part in parts[:3])
        words = _words(parts[3:], 2 if _TABLES[function] in BITS else 16)
        table = _TABLES[function]
    except (ValueError, KeyError):
        return None
    return Answer(unit, ReadRange(table, address, len(words)), words)


def _words(parts: Sequence[bytes], base: int) -> tuple[int, ...]:
    words = tuple(int(part, base) for part in parts)
    if not all(0 <= word <= WORD_MAX for word in words):
        raise ValueError("a register has 16 bits")
    return words
