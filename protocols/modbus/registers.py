"""Registers: what the words of a Modbus unit mean, and the words that write a value.

Words are big-endian as Modbus sends them; of values that take several, `word_order` says which comes first.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from protocols.errors import MalformedError
from protocols.reading import Quality, Reading

Table: TypeAlias = Literal["coil", "discrete", "input", "holding"]
Coding: TypeAlias = Literal["u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "bit", "string"]
TABLES: Final = ("coil", "discrete", "input", "holding")
BITS: Final = ("coil", "discrete")
"""Tables of single bits."""
PACK: Final[dict[str, struct.Struct]] = {
    coding: struct.Struct(f">{letter}")
    for coding, letter in (
        ("u16", "H"), ("s16", "h"), ("u32", "I"), ("s32", "i"), ("u64", "Q"), ("s64", "q"), ("f32", "f"), ("f64", "d"),
        ("bit", "H"),
    )
}  # fmt: skip
CODINGS: Final = (*PACK, "string")
FLOATS: Final = ("f32", "f64")
WORD_BITS: Final = 16
TEXT: Final = (0x20, 0x7E)
"""First and last code of a character that a text may hold; anything else says that this is no text."""


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
    bits: tuple[int, int] | None = None
    """(lowest bit, how many) of a field within an unsigned register; None: the whole."""
    length: int = 1
    """Registers of a string, two characters each."""
    channel: str = ""
    """Short id of the data channel it feeds; empty when it feeds none."""
    unit: str = ""
    low: float | None = None
    """Smallest value that can be true or be written; None: the coding's own."""
    high: float | None = None
    writable: bool = False
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    """Raw number (as text) to state word, for an enumeration."""
    not_available: tuple[int, ...] = ()
    """Raw numbers by which the unit says that it has no value; they become INVALID, never a number."""

    @property
    def words(self) -> int:
        """How many registers (or bits) it takes."""
        return self.length if self.coding == "string" else PACK[self.coding].size // 2


def raw_of(register: Register, words: Sequence[int]) -> float:
    """Return the number in the words, not scaled; an int where the coding is one."""
    packing = PACK[register.coding]
    if len(words) == 1 and packing.size == 2 and register.coding != "s16":  # noqa: PLR2004 - one word, as it is
        raw: float = words[0]
    else:
        ordered = words if register.word_order == "high_first" else words[::-1]
        (raw,) = packing.unpack(struct.pack(f">{len(ordered)}H", *ordered))
    if register.bits is not None:
        lowest, count = register.bits
        return int(raw) >> lowest & ((1 << count) - 1)
    return raw


def value_of(register: Register, words: Sequence[int]) -> float:
    """Return the value in the words of a register, in its unit; NaN where a float register says so."""
    if register.coding == "bit":
        return float(words[0] >> register.bit & 1) if register.bit is not None else float(words[0] != 0)
    return raw_of(register, words) * register.scale + register.offset


def reading_of(register: Register, words: Sequence[int]) -> Reading:
    """Return what the words of a register say; a value that cannot be is INVALID or OUT_OF_RANGE, and carries none."""
    if register.coding == "string":
        text = text_of(words)
        return Reading(register.channel, text, "", Quality.INVALID if text is None else Quality.GOOD)
    if register.coding == "bit":
        value = bool(words[0] >> register.bit & 1) if register.bit is not None else words[0] != 0
        return Reading(register.channel, value, register.unit, Quality.GOOD)
    raw = raw_of(register, words)
    if raw in register.not_available or not math.isfinite(raw):
        return Reading(register.channel, None, "" if register.states else register.unit, Quality.INVALID)
    if register.states:
        word = register.states.get(str(int(raw)))
        return Reading(register.channel, word, "", Quality.INVALID if word is None else Quality.GOOD)
    value_of_raw = raw * register.scale + register.offset
    low, high = register.low, register.high
    if (low is not None and value_of_raw < low) or (high is not None and value_of_raw > high):
        return Reading(register.channel, None, register.unit, Quality.OUT_OF_RANGE)
    return Reading(register.channel, value_of_raw, register.unit, Quality.GOOD)


def text_of(words: Sequence[int]) -> str | None:
    """Return the text in words of two characters, filling (NUL, blanks) left out; None where it is no text or empty."""
    octets = struct.pack(f">{len(words)}H", *words).split(b"\0", 1)[0].strip()
    if not octets or not all(TEXT[0] <= octet <= TEXT[1] for octet in octets):
        return None
    return octets.decode("ascii")


def words_of(register: Register, value: float) -> list[int]:
    """Return the words that write `value`; raise MalformedError with the reason when it may not be written."""
    low, high = register.low, register.high
    if not register.writable or register.table not in ("holding", "coil"):
        raise MalformedError(f"{register.name} is not for writing")
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        raise MalformedError(f"{register.name} = {value:g} is outside {low}..{high}")
    if register.coding == "bit":
        return [int(value != 0)]
    raw = (value - register.offset) / register.scale
    try:
        packed = PACK[register.coding].pack(raw if register.coding in FLOATS else round(raw))
    except (struct.error, OverflowError) as error:
        raise MalformedError(f"{register.name} = {value:g} does not fit into {register.coding}") from error
    if register.coding not in FLOATS and round(raw) in register.not_available:
        raise MalformedError(f"{register.name} = {value:g} would say that there is no value")
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    return words if register.word_order == "high_first" else words[::-1]
