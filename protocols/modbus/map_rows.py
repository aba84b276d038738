"""The rows of a register map's TOML file, judged one by one: every fault is told with the register's name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Final, cast

from protocols.modbus.ranges import GAP_WORDS, READ_WORDS_MAX, Merging, ReadRange
from protocols.modbus.registers import BITS, CODINGS, FLOATS, PACK, TABLES, WORD_BITS, Register, Table

ADDRESS_MAX: Final = 65_535
UNREADABLE_MAX: Final = 100
"""Most spans that a map may call unreadable; a unit with more is better read register by register."""
MAP_NAMES: Final = frozenset(("register", "unreadable", "gap_max", "count_max"))
"""What may stand beside the [[register]] tables."""
ROW_NAMES: Final = frozenset(each.name for each in fields(Register))


def read_merging(source: Mapping[str, object], faults: list[str]) -> Merging:
    """Return what the file says of reading several registers at once."""
    gap, most = source.get("gap_max", GAP_WORDS), source.get("count_max", READ_WORDS_MAX)
    if not _is_whole(gap, 0, READ_WORDS_MAX):
        faults.append(f"gap_max is {gap!r}, not a whole number within 0..{READ_WORDS_MAX}")
        gap = GAP_WORDS
    if not _is_whole(most, 1, READ_WORDS_MAX):
        faults.append(f"count_max is {most!r}, not a whole number within 1..{READ_WORDS_MAX}")
        most = READ_WORDS_MAX
    rows = source.get("unreadable", [])
    if not isinstance(rows, list) or len(cast("list[object]", rows)) > UNREADABLE_MAX:
        faults.append(f"unreadable is not a list of at most {UNREADABLE_MAX} tables")
        rows = []
    spans = [_span(row, f"unreadable[{number}]", faults) for number, row in enumerate(cast("list[object]", rows))]
    return Merging(cast("int", gap), cast("int", most), tuple(span for span in spans if span is not None))


def _span(row: object, where: str, faults: list[str]) -> ReadRange | None:
    source = cast("Mapping[str, object]", row if isinstance(row, Mapping) else {})
    table, address, count = source.get("table"), source.get("address"), source.get("count")
    good = table in TABLES and _is_whole(address, 0, ADDRESS_MAX) and _is_whole(count, 1, ADDRESS_MAX)
    if not good or set(source) != {"table", "address", "count"}:
        faults.append(f"{where} is not a table, an address and a count")
        return None
    return ReadRange(cast("Table", table), cast("int", address), cast("int", count))


def unreadable_faults(registers: Sequence[Register], merging: Merging) -> list[str]:
    """Return a fault for each register that the file wants to read and, by its own word, cannot be."""
    wide = [
        f"register {register.name} takes {register.words} words, more than count_max"
        for register in registers
        if register.channel and register.table not in BITS and register.words > merging.count_max
    ]
    return wide + [
        f"register {register.name} lies in what is called unreadable"
        for register in registers
        if register.channel
        and any(
            span.table == register.table
            and span.address < register.address + register.words
            and register.address < span.address + span.count
            for span in merging.unreadable
        )
    ]


def read_register(row: object, where: str, faults: list[str]) -> Register | None:
    """Return the register in a row, or None with what is wrong in `faults`."""
    if not isinstance(row, Mapping):
        faults.append(f"{where} is not a table")
        return None
    source = cast("Mapping[str, object]", row)
    name = source.get("name")
    where = f"register {name}" if isinstance(name, str) and name else where
    found = [f"{key} is not known" for key in sorted(set(source) - ROW_NAMES)]
    found += [fault for key, rule in _RULES.items() if (fault := rule(key, source.get(key, _DEFAULTS.get(key))))]
    found += [] if found else _together(source)
    faults += [f"{where}: {fault}" for fault in found]
    return None if found else _built(source)


def _built(source: Mapping[str, object]) -> Register:
    plain: dict[str, object] = dict(source)
    for key in ("bits", "not_available"):
        if key in plain:
            wanted = plain[key]
            plain[key] = tuple(cast("list[int]", wanted)) if isinstance(wanted, list) else (wanted,)
    return Register(**plain)  # type: ignore[arg-type] # every field was checked above


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _whole(low: int, high: int) -> Callable[[str, object], str]:
    def rule(key: str, value: object) -> str:
        if value is None and key == "bit":
            return ""
        return "" if _is_whole(value, low, high) else f"{key} is {value!r}, not a whole number within {low}..{high}"

    return rule


def _one_of(*allowed: str) -> Callable[[str, object], str]:
    return lambda key, value: "" if value in allowed else f"{key} is {value!r}, none of {', '.join(allowed)}"


def _number(key: str, value: object) -> str:
    if value is None and key in ("low", "high"):
        return ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if key == "scale" and value == 0:
        return "scale is 0"
    return "" if is_number else f"{key} is {value!r}, not a finite number"


def _text(key: str, value: object) -> str:
    if key == "name" and not value:
        return "name is missing"
    return "" if isinstance(value, str) else f"{key} is {value!r}, no text"


def _flag(key: str, value: object) -> str:
    return "" if isinstance(value, bool) else f"{key} is {value!r}, neither true nor false"


def _bits(key: str, value: object) -> str:
    entries = cast("list[object]", value) if isinstance(value, list) else []
    good = len(entries) == 2 and _is_whole(entries[0], 0, 63) and _is_whole(entries[1], 1, 63)  # noqa: PLR2004
    return "" if value is None or good else f"{key} is {value!r}, not [lowest bit, how many]"


def _raws(key: str, value: object) -> str:
    entries = cast("list[object]", value) if isinstance(value, list) else [value]
    good = all(_is_whole(entry, -(2**63), 2**64 - 1) for entry in entries)
    return "" if good else f"{key} is {value!r}, not the raw whole numbers that mean 'no value'"


def _states(key: str, value: object) -> str:
    entries = cast("Mapping[object, object]", value) if isinstance(value, Mapping) else None
    good = entries is not None and all(
        isinstance(raw, str) and raw.lstrip("-").isdecimal() and isinstance(word, str) and word
        for raw, word in entries.items()
    )
    return "" if good else f"{key} is {value!r}, not raw whole numbers and a word for each"


_RULES: Final[dict[str, Callable[[str, object], str]]] = {
    "name": _text, "table": _one_of(*TABLES), "address": _whole(0, ADDRESS_MAX), "coding": _one_of(*CODINGS),
    "scale": _number, "offset": _number, "word_order": _one_of("high_first", "low_first"), "bit": _whole(0, 15),
    "bits": _bits, "length": _whole(1, READ_WORDS_MAX), "channel": _text, "unit": _text, "low": _number, "high": _number,
    "writable": _flag, "states": _states, "not_available": _raws,
}  # fmt: skip
"""{field: what judges it}"""
_DEFAULTS: Final[dict[str, object]] = {
    "scale": 1.0, "offset": 0.0, "word_order": "high_first", "length": 1, "channel": "", "unit": "", "writable": False,
    "states": {}, "not_available": [],
}  # fmt: skip


def _together(source: Mapping[str, object]) -> list[str]:
    """Return what is wrong with fields that are each right: they must fit each other."""
    table, coding = source["table"], str(source["coding"])
    is_number = coding not in ("bit", "string")
    faults = [fault for is_fault, fault in (
        (table in BITS and coding != "bit", f"a {table} has the coding bit"),
        (table in BITS and "bit" in source, f"a {table} is one bit: leave bit out"),
        (table not in BITS and coding == "bit" and "bit" not in source, "coding bit needs bit = 0..15 within the word"),
        (coding != "bit" and "bit" in source, "bit goes with the coding bit; a field of several bits is bits"),
        (coding != "string" and "length" in source, "length goes with the coding string"),
        (not is_number and any(key in source for key in ("states", "not_available", "low", "high")),
         f"a {coding} has neither states, nor not_available, nor low and high"),
        (coding in FLOATS and any(key in source for key in ("states", "not_available")),
         "a float has no states, and says NaN where it has no value"),
        ("bits" in source and not coding.startswith("u"), "bits are of an unsigned register"),
        ("bits" in source and bool(source.get("writable")), "bits are not for writing: their neighbours would go with them"),
    ) if is_fault]  # fmt: skip
    return faults + _write_faults(source, table, coding) + _range_faults(source, coding)


def _write_faults(source: Mapping[str, object], table: object, coding: str) -> list[str]:
    if not source.get("writable"):
        return []
    return [fault for is_fault, fault in (
        (table not in ("holding", "coil"), f"a {table} cannot be written"),
        (coding == "string" or (coding == "bit" and table != "coil"), f"a {coding} of a {table} is not for writing"),
        (coding not in ("bit", "string") and not {"low", "high"} <= set(source), "what is writable needs low and high"),
    ) if is_fault]  # fmt: skip


def _range_faults(source: Mapping[str, object], coding: str) -> list[str]:
    low, high, bits = source.get("low"), source.get("high"), source.get("bits")
    words = int(cast("int", source.get("length", 1))) if coding == "string" else PACK[coding].size // 2
    lowest, count = cast("list[int]", bits) if bits is not None else (0, 1)
    return [fault for is_fault, fault in (
        (low is not None and high is not None and cast("float", low) > cast("float", high), f"low {low} is above high {high}"),
        (cast("int", source["address"]) + words > ADDRESS_MAX + 1, "it ends beyond the last address"),
        (lowest + count > words * WORD_BITS, f"bits go beyond the {words * WORD_BITS} of {coding}"),
    ) if is_fault]  # fmt: skip
