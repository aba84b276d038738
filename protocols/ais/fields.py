"""The kinds of fields of AIS messages: how the bits of one become a value, None, or a refusal.

A field narrow enough remembers each value it had, so that reading one again is one look-up; the rest (positions, text)
compute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final, Literal, Protocol

from protocols.ais.bits import CHAR_BITS, six_bit_text

AisValue = int | float | bool | str | bytes


class OutOfRange(Enum):
    """Stands for bits that mean no value of the field, and do not say `not available` either."""

    BITS = "out of range"


OUT_OF_RANGE: Final = OutOfRange.BITS
ROT_FACTOR: Final = 4.733
"""ROT_AIS = 4.733 sqrt(deg/min), signed (ITU-R M.1371-5, table 48)."""
ROT_TURNING: Final = 127
"""+-127: turning faster than 5 deg in 30 s, no rate known."""
SECONDS: Final = 60
TABLE_BITS_MAX: Final = 12
"""Widest field that remembers its values: 4,096 at most, shared by all fields that read alike."""


class Look(Protocol):
    """What gives the value of raw bits: None where they say `not available`."""

    def __getitem__(self, raw: int, /) -> AisValue | OutOfRange | None:
        """Return the value of `raw`."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message, as a row of the standard's tables."""

    name: str
    """Ours, unit last; empty for spare and reserved bits."""
    width: int
    """Bits; of a field that takes what is left, the most it may have."""
    look: Look
    to_end: Literal["", "text", "bytes"] = ""
    """Not empty: takes what is left of the message, as this."""


@dataclass(frozen=True, slots=True)
class _Number:
    divisor: int
    none: int | None
    low: int
    high: int
    width: int
    signed: bool

    def __getitem__(self, raw: int, /) -> AisValue | OutOfRange | None:
        if self.signed and raw >> self.width - 1:
            raw -= 1 << self.width
        if raw == self.none:
            return None
        if not self.low <= raw <= self.high:
            return OUT_OF_RANGE
        return raw if self.divisor == 1 else raw / self.divisor


class _Remembered(dict[int, "AisValue | OutOfRange | None"]):
    """The values of a narrow number that were heard; a table of all of them beforehand took 0.4 MB of each process."""

    def __init__(self, computed: _Number) -> None:
        super().__init__()
        self._computed = computed

    def __missing__(self, raw: int, /) -> AisValue | OutOfRange | None:
        value = self[raw] = self._computed[raw]
        return value

    def can_be_out(self) -> bool:
        """Return whether some raw value is out of range."""
        return any(self._computed[raw] is OUT_OF_RANGE for raw in range(1 << self._computed.width))


@dataclass(frozen=True, slots=True)
class _Text:
    chars: int

    def __getitem__(self, raw: int, /) -> AisValue | OutOfRange | None:
        return six_bit_text(raw, self.chars)


@cache
def _number_look(width: int, divisor: int, none: int | None, low: int, high: int, signed: bool) -> Look:  # noqa: FBT001 - a key
    """Return the look-up of a number: it remembers where it is narrow; a number that is its own raw value needs none."""
    if not signed and divisor == 1 and none is None and high == (1 << width) - 1 and low == 0:
        return range(1 << width)
    computed = _Number(divisor, none, low, high, width, signed)
    return _Remembered(computed) if width <= TABLE_BITS_MAX else computed


def can_be_out(look: Look) -> bool:
    """Return whether the values of a narrow field hold one that is out of range."""
    return look.can_be_out() if isinstance(look, _Remembered) else isinstance(look, tuple) and OUT_OF_RANGE in look


def number(
    name: str, width: int, *, divisor: int = 1, none: int | None = None, low: int | None = None,
    high: int | None = None, signed: bool = False,
) -> Field:  # fmt: skip
    """Return a number: raw / `divisor`, None at `none`, refused outside `low`..`high` (raw; None: all it can hold)."""
    least = -(1 << width - 1) if signed else 0
    most = (1 << width - 1 if signed else 1 << width) - 1
    lowest, highest = least if low is None else low, most if high is None else high
    return Field(name, width, _number_look(width, divisor, none, lowest, highest, signed))


def flag(name: str) -> Field:
    """Return one bit, true when set."""
    return Field(name, 1, (False, True))


def spare(width: int) -> Field:
    """Return bits that mean nothing to us."""
    return Field("", width, (None,))


def text(name: str, chars: int, *, to_end: bool = False) -> Field:
    """Return six-bit text of `chars` characters; `to_end`: of as many as there are, at most `chars`."""
    return Field(name, chars * CHAR_BITS, _Text(chars), "text" if to_end else "")


def binary(name: str, bits_max: int) -> Field:
    """Return the rest of the message as bytes; it is read by `more`, which knows the message's length."""
    return Field(name, bits_max, (None,), "bytes")


def rate_of_turn(name: str) -> Field:
    """Return degrees a minute, 0.1 at best; None where no sensor or no rate is known."""
    rates: list[float | None] = []
    for raw in range(256):
        turn = raw - 256 if raw > ROT_TURNING else raw
        rate = math.copysign(round((turn / ROT_FACTOR) ** 2, 1), turn)
        rates.append(rate if abs(turn) < ROT_TURNING else None)
    return Field(name, 8, tuple(rates))


def second(name: str) -> Field:
    """Return the UTC second of a fix; 60 is not available, 61 to 63 say how the fix came about without one."""
    return Field(name, 6, (*range(SECONDS), None, "manual", "dead reckoning", "inoperative"))
