"""Typed reading of decoded maps: each call names the field, so that a refusal can say which one was wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping

from protocols.errors import MalformedError
from protocols.link.cbor import Plain

Map = Mapping[str, Plain]


def text(source: Map, name: str, length_max: int = 200) -> str:
    """Return the text `name`, at most `length_max` long; raise MalformedError otherwise."""
    value = source.get(name)
    if not isinstance(value, str) or len(value) > length_max:
        raise MalformedError(f"{name} is not a text of at most {length_max} characters")
    return value


def integer(source: Map, name: str, low: int = 0, high: int = 2**63 - 1) -> int:
    """Return the whole number `name` within low..high; raise MalformedError otherwise."""
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise MalformedError(f"{name} is not a whole number within {low}..{high}")
    return value


def number(source: Map, name: str) -> float:
    """Return the finite number `name`; raise MalformedError otherwise."""
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedError(f"{name} is not a finite number")
    return float(value)


def optional_number(source: Map, name: str) -> float | None:
    """Return the finite number `name`, or None where it is absent or null; raise MalformedError otherwise."""
    return None if source.get(name) is None else number(source, name)


def flag(source: Map, name: str) -> bool:
    """Return the boolean `name`; raise MalformedError otherwise."""
    value = source.get(name)
    if not isinstance(value, bool):
        raise MalformedError(f"{name} is not true or false")
    return value


def octets(source: Map, name: str, length: int | None = None) -> bytes:
    """Return the byte string `name`, of exactly `length` bytes where given; raise MalformedError otherwise."""
    value = source.get(name)
    if not isinstance(value, bytes) or (length is not None and len(value) != length):
        raise MalformedError(f"{name} is not a byte string" + (f" of {length}" if length is not None else ""))
    return value


def submap(source: Map, name: str) -> dict[str, Plain]:
    """Return the map `name`; raise MalformedError otherwise."""
    value = source.get(name)
    if not isinstance(value, dict):
        raise MalformedError(f"{name} is not a map")
    return value


def items(source: Map, name: str, count_max: int = 1000) -> list[Plain]:
    """Return the list `name` of at most `count_max` items; raise MalformedError otherwise."""
    value = source.get(name)
    if not isinstance(value, list) or len(value) > count_max:
        raise MalformedError(f"{name} is not a list of at most {count_max}")
    return value


def texts(source: Map, name: str) -> tuple[str, ...]:
    """Return the list of texts `name`; raise MalformedError otherwise."""
    return tuple(text({"item": item}, "item") for item in items(source, name))


def only(source: Map, allowed: frozenset[str]) -> None:
    """Raise MalformedError when `source` has a field outside `allowed`: an unknown field may carry an unknown wish."""
    unknown = sorted(set(source) - allowed)
    if unknown:
        raise MalformedError(f"unknown field {unknown[0]}")
