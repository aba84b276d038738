"""What is typed after `farhelm conn order VESSEL`, made an order. Pure."""

from __future__ import annotations

import math
from typing import Final

from protocols.errors import MalformedError
from protocols.link.cbor import Plain
from protocols.link.orders import check_arguments

ARGUMENTS: Final[dict[str, tuple[str, str]]] = {
    "heading": ("conn.heading", "heading_deg"),
    "heading_deg": ("conn.heading", "heading_deg"),
    "rudder": ("conn.rudder", "rudder_deg"),
    "rudder_deg": ("conn.rudder", "rudder_deg"),
    "propulsion": ("conn.propulsion", "propulsion_pct"),
    "propulsion_pct": ("conn.propulsion", "propulsion_pct"),
    "radius": ("conn.station_keep", "radius_m"),
    "radius_m": ("conn.station_keep", "radius_m"),
    "rate": ("conn.heading", "rate_deg_min"),
    "rate_deg_min": ("conn.heading", "rate_deg_min"),
}
"""What may be typed: the order it belongs to, and the argument's full name with its unit."""
STOP: Final = "conn.controlled_stop"
STATION: Final = "conn.station_keep"


class WordsError(Exception):
    """The words are no order; the message says why."""


def order_of(words: list[str]) -> tuple[str, dict[str, Plain]]:
    """Return kind and arguments of `heading 095`, `heading_deg=95`, `stop`, `station`, `station radius=20`; raise WordsError."""
    if words == ["stop"]:
        return STOP, {}
    kinds: dict[str, None] = {}
    args: dict[str, Plain] = {}
    if words[:1] == ["station"]:
        kinds[STATION] = None
        words = words[1:]
    for name, value in _pairs(words):
        kind, argument = _known(name)
        if argument in args:
            raise WordsError(f"{name} is said twice")
        kinds[kind] = None
        args[argument] = _number(name, value)
    if len(kinds) != 1:
        raise WordsError("one order at a time: " + (" or ".join(kinds) if kinds else "heading, rudder or propulsion"))
    kind = next(iter(kinds))
    try:
        check_arguments(kind, args)
    except MalformedError as error:
        raise WordsError(str(error)) from error
    return kind, args


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    left = list(words)
    while left:
        name, equals, value = left.pop(0).partition("=")
        if not equals:
            if not left:
                raise WordsError(f"{name} of how much? For example: heading 095")
            value = left.pop(0)
        pairs.append((name, value))
    return pairs


def _known(name: str) -> tuple[str, str]:
    if name not in ARGUMENTS:
        raise WordsError(f"{name!r} is not known; there are heading, rudder, propulsion, radius, station and stop")
    return ARGUMENTS[name]


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise WordsError(f"{name} {text!r} is not a number") from None
    if not math.isfinite(value):
        raise WordsError(f"{name} {text!r} is not a finite number")
    return value
