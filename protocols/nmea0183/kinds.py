"""Kinds of fields: how the text of one is read, checked and written again.

A kind is made with the field's name, unit last, and its bounds; some take two or three fields of the sentence together
(a number and its side, a latitude, a date), for neither half means anything alone. Reading never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from protocols.nmea0183.field import clock, date, latitude_deg, longitude_deg, number

FieldValue: TypeAlias = float | int | str | tuple[float | int | str | None, ...]


class Fault(Enum):
    """Why a field has no value."""

    ABSENT = "absent"
    """Empty, or the sentence ends before it: not available."""
    SPELLING = "spelling"
    """No number, time, date or letter of the standard."""
    RANGE = "range"
    """Spelled well and impossible: latitude 95 deg, heading 720 deg."""
    SIDE = "side"
    """The letter that gives the number its sign (N/S, E/W, L/R) or its unit is missing or wrong."""
    VOID = "void"
    """The sentence itself says that the value must not be used: status V, quality 0, mode N."""


Reader = Callable[[list[str]], "FieldValue | Fault"]
Writer = Callable[[FieldValue], list[str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A descriptor: one value of a sentence and the `width` fields it is written in."""

    name: str
    read: Reader
    write: Writer
    width: int = 1
    empty: tuple[str, ...] = ("",)
    """How the fields are written where there is no value."""
    guards: tuple[tuple[str, frozenset[str]], ...] = ()
    """Fields, each with the letters that allow this value to be used; the empty letter stands for an absent field."""

    def given(self, name: str, letters: str, *, or_absent: bool = False) -> Field:
        """Return this field, void unless the field `name` is one of `letters` (or absent)."""
        allowed = frozenset(letters) | ({""} if or_absent else frozenset[str]())
        return replace(self, guards=(*self.guards, (name, allowed)))


DECIMALS_MAX: Final = 6
"""Decimals written at most: a thousandth of what any of these instruments resolves."""


def decimal(value: float, places: int = 1, digits: int = 1) -> str:
    """Return a number with `places` decimals, more where it needs them, and at least `digits` before the point."""
    text = f"{abs(value):.{DECIMALS_MAX}f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    sign = "-" if value < 0.0 and float(text) > 0.0 else ""
    return sign + whole.rjust(digits, "0") + ("." + fraction if fraction else "")


def num(name: str, low: float, high: float, places: int = 1, digits: int = 1) -> Field:
    """Return the descriptor of a decimal number, `low`..`high`."""

    def read(texts: list[str]) -> FieldValue | Fault:
        return _bounded(texts[0], low, high)

    return Field(name, read, lambda value: [decimal(_float(value), places, digits)])


def whole(name: str, low: int, high: int, digits: int = 1) -> Field:
    """Return the descriptor of a count or a serial number, written with at least `digits` digits."""

    def read(texts: list[str]) -> FieldValue | Fault:
        text = texts[0]
        if not text:
            return Fault.ABSENT
        if not _WHOLE.fullmatch(text):
            return Fault.SPELLING
        is_in = low <= int(text) <= high and not (low >= 0 and text[0] == "-")  # -0 is no count
        return int(text) if is_in else Fault.RANGE

    return Field(name, read, lambda value: [f"{'-' if _int(value) < 0 else ''}{abs(_int(value)):0{digits}d}"])


def hexadecimal(name: str, low: int, high: int) -> Field:
    """Return the descriptor of a number of two hexadecimal digits."""

    def read(texts: list[str]) -> FieldValue | Fault:
        if not texts[0]:
            return Fault.ABSENT
        if not _HEX.fullmatch(texts[0]):
            return Fault.SPELLING
        return value if low <= (value := int(texts[0], 16)) <= high else Fault.RANGE

    return Field(name, read, lambda value: [f"{_int(value):02X}"])


def choice(name: str, words: Collection[str]) -> Field:
    """Return the descriptor of a field that is one of `words` (of the letters of a string)."""
    known = frozenset(words)

    def read(texts: list[str]) -> FieldValue | Fault:
        if not texts[0]:
            return Fault.ABSENT
        return texts[0] if texts[0] in known else Fault.SPELLING

    return Field(name, read, lambda value: [str(value)])


def words(name: str, longest: int = 80) -> Field:
    """Return the descriptor of free text of at most `longest` characters; `^hh` stands for a reserved one (7.2.5)."""

    def read(texts: list[str]) -> FieldValue | Fault:
        if not texts[0]:
            return Fault.ABSENT
        if not texts[0].isprintable():
            return Fault.SPELLING
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), texts[0])
        return text if len(text) <= longest else Fault.RANGE

    return Field(name, read, lambda value: [_RESERVED.sub(lambda match: f"^{ord(match[0]):02X}", str(value))])


def with_unit(name: str, unit: str, low: float, high: float, places: int = 1, digits: int = 1) -> Field:
    """Return the descriptor of a number and the letter of its unit or reference, which must be `unit`."""

    def read(texts: list[str]) -> FieldValue | Fault:
        value = _bounded(texts[0], low, high)
        return value if isinstance(value, Fault) or texts[1] == unit else Fault.SIDE

    return Field(name, read, lambda value: [decimal(_float(value), places, digits), unit], 2, ("", unit))


def sided(name: str, plus: str, minus: str, high: float, places: int = 1, digits: int = 1) -> Field:
    """Return the descriptor of a magnitude of at most `high` and its side; the side `minus` makes it negative."""

    def read(texts: list[str]) -> FieldValue | Fault:
        value = _bounded(texts[0], 0.0, high)
        if isinstance(value, Fault):
            return value
        if texts[1] not in (plus, minus):
            return Fault.SIDE
        return value if texts[1] == plus else -value

    def write(value: FieldValue) -> list[str]:
        text = decimal(_float(value), places, digits)
        return [text.removeprefix("-"), minus if text.startswith("-") else plus]

    return Field(name, read, write, 2, ("", ""))


def latitude(name: str = "latitude_deg") -> Field:
    """Return the descriptor of `ddmm.mmmm` and N or S: degrees, north positive."""
    return _angle(name, 2, 90.0, ("N", "S"), latitude_deg)


def longitude(name: str = "longitude_deg") -> Field:
    """Return the descriptor of `dddmm.mmmm` and E or W: degrees, east positive."""
    return _angle(name, 3, 180.0, ("E", "W"), longitude_deg)


def _angle(
    name: str, digits: int, high: float, sides: tuple[str, str], parse: Callable[[str, str], float | None]
) -> Field:
    def read(texts: list[str]) -> FieldValue | Fault:
        if not texts[0]:
            return Fault.ABSENT
        if texts[1] not in sides:
            return Fault.SIDE
        value = parse(texts[0], texts[1])
        if value is None:
            return Fault.SPELLING
        return value if abs(value) <= high else Fault.RANGE

    def write(value: FieldValue) -> list[str]:
        ten_millionths = round(abs(_float(value)) * 60.0 * 1e7)
        degrees, rest = divmod(ten_millionths, 600_000_000)
        minutes, fraction = f"{rest / 1e7:010.7f}".split(".")
        text = f"{degrees:0{digits}d}{minutes}.{fraction.rstrip('0').ljust(4, '0')}"
        return [text, sides[1] if _float(value) < 0.0 else sides[0]]

    return Field(name, read, write, 2, ("", ""))


def utc(name: str = "utc") -> Field:
    """Return the descriptor of a time of day `hhmmss.ss`: text `hh:mm:ss.ss`; second 60 is a leap second."""

    def read(texts: list[str]) -> FieldValue | Fault:
        text = texts[0]
        if not text:
            return Fault.ABSENT
        return f"{text[:2]}:{text[2:4]}:{text[4:]}" if clock(text) else Fault.SPELLING

    return Field(name, read, lambda value: [str(value).replace(":", "")])


def ddmmyy(name: str = "date") -> Field:
    """Return the descriptor of a date of six digits: text `yyyy-mm-dd`, years 1980..2079."""

    def read(texts: list[str]) -> FieldValue | Fault:
        text = texts[0]
        if not text:
            return Fault.ABSENT
        return date(text[:2], text[2:4], text[4:]) or Fault.SPELLING if len(text) == len("ddmmyy") else Fault.SPELLING

    return Field(name, read, lambda value: ["".join((str(value)[8:], str(value)[5:7], str(value)[2:4]))])


def day_month_year(name: str = "date") -> Field:
    """Return the descriptor of day, month and year in fields of their own: text `yyyy-mm-dd`."""

    def read(texts: list[str]) -> FieldValue | Fault:
        if not any(texts):
            return Fault.ABSENT
        return date(*texts) or Fault.SPELLING if len(texts[2]) == len("yyyy") else Fault.SPELLING

    return Field(name, read, lambda value: str(value).split("-")[::-1], 3, ("", "", ""))


def _bounded(text: str, low: float, high: float) -> float | Fault:
    if not text:
        return Fault.ABSENT
    value = number(text)
    if value is None:
        return Fault.SPELLING
    return value if low <= value <= high else Fault.RANGE


def _float(value: FieldValue) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{value!r} is no number")


def _int(value: FieldValue) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is no whole number")


_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{2}")
_ESCAPED: Final = re.compile(r"\^([0-9A-Fa-f]{2})")
_RESERVED: Final = re.compile(r"[^ -~]|[$*,!\\^~]")
