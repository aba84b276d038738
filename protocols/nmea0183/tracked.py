"""Tracked targets in the payload of TTD (IEC 61162-1 edition 6, 8.3.107): records of bits, six to a character.

Protocol 0 tells where a target is and moves (90 bits), protocol 1 its closest approach (42 bits). All-ones is "not
available", for the time of the closest approach the lowest number is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from protocols.nmea0183.kinds import Fault

TARGETS_MAX: Final = 64
"""Targets of one message: nine sentences of 60 characters hold 36."""


class Bits(NamedTuple):
    """One quantity of a record."""

    name: str
    width: int
    scale: float = 1.0
    none: int | None = None
    """The number, as written, that means not available."""
    is_signed: bool = False


RECORDS: Final[dict[int, tuple[Bits, ...]]] = {
    0: (
        Bits("number", 10),
        Bits("bearing_deg", 12, 0.1, 4095),
        Bits("speed_kn", 12, 0.1, 4095),
        Bits("course_deg", 12, 0.1, 4095),
        Bits("heading_deg", 12, 0.1, 4095),  # of an AIS target; a radar's have none
        Bits("status", 3),
        Bits("is_test", 1),
        Bits("distance_nm", 14, 0.01, 16383),
        Bits("is_relative", 1),  # speed and course
        Bits("is_over_ground", 1),
        Bits("reserved", 2),
        Bits("correlation", 8),
    ),
    1: (
        Bits("number", 10),
        Bits("cpa_nm", 14, 0.01, 16383),
        Bits("tcpa_min", 14, 0.01, -8192, is_signed=True),
        Bits("reserved", 2),
    ),
}
"""{protocol version: what follows its two bits}"""
LIMITS: Final = {"bearing_deg": 360.0, "course_deg": 360.0, "heading_deg": 360.0}


@dataclass(frozen=True, slots=True)
class TrackedTarget:
    """One record; a quantity that is not available, or impossible, is not in `values`."""

    protocol: int
    values: dict[str, float]


def read_targets(payload: str, fill_bits: int) -> list[TrackedTarget] | Fault:
    """Return the targets of a whole message (payloads of its sentences one after another); SPELLING where it is none."""
    bits = "".join(_SIX_BITS.get(char, "?") for char in payload)
    bits = bits[: len(bits) - fill_bits]
    if "?" in bits or not 0 <= fill_bits < 6:  # noqa: PLR2004 - bits of a character
        return Fault.SPELLING
    found: list[TrackedTarget] = []
    at = 0
    while len(bits) - at > _VERSION_BITS and len(found) < TARGETS_MAX:
        protocol = int(bits[at : at + _VERSION_BITS], 2)
        record = RECORDS.get(protocol)
        end = at + _VERSION_BITS + (0 if record is None else sum(part.width for part in record))
        if record is None or end > len(bits):
            break
        found.append(_target(protocol, record, bits[at + _VERSION_BITS : end]))
        at = end
    is_rest_padding = "1" not in bits[at:] and len(bits) - at < 6  # noqa: PLR2004 - bits of a character
    return found if found and is_rest_padding else Fault.SPELLING


def write_targets(targets: list[TrackedTarget]) -> tuple[str, int]:
    """Return payload and fill bits; raise ValueError where a value does not fit its bits."""
    bits = "".join(
        f"{target.protocol:02b}" + "".join(_written(part, target.values) for part in RECORDS[target.protocol])
        for target in targets
    )
    fill = -len(bits) % 6
    bits += "0" * fill
    return "".join(_CHARACTERS[bits[at : at + 6]] for at in range(0, len(bits), 6)), fill


def _target(protocol: int, record: tuple[Bits, ...], bits: str) -> TrackedTarget:
    values: dict[str, float] = {}
    at = 0
    for part in record:
        raw = int(bits[at : at + part.width], 2)
        at += part.width
        if part.is_signed and raw >= 1 << (part.width - 1):
            raw -= 1 << part.width
        value = raw if part.scale == 1.0 else round(raw * part.scale, 2)
        if part.name != "reserved" and raw != part.none and value <= LIMITS.get(part.name, value):
            values[part.name] = value
    return TrackedTarget(protocol, values)


def _written(part: Bits, values: dict[str, float]) -> str:
    value = values.get(part.name)
    raw = (part.none or 0) if value is None else round(value / part.scale)
    low, high = (
        (-(1 << (part.width - 1)), (1 << (part.width - 1)) - 1) if part.is_signed else (0, (1 << part.width) - 1)
    )
    if not low <= raw <= high:
        raise ValueError(f"{part.name} {value} does not fit {part.width} bits")
    return f"{raw & ((1 << part.width) - 1):0{part.width}b}"


_VERSION_BITS: Final = 2
_SIX_BITS: Final = {chr(code): f"{value:06b}" for value, code in enumerate((*range(48, 88), *range(96, 120)))}
_CHARACTERS: Final = {bits: char for char, bits in _SIX_BITS.items()}
