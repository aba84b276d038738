"""Whole AIS messages to reports through pyais; its values are checked again, and it never gets to raise."""

from __future__ import annotations

import math
from typing import Final

from pyais import decode
from pyais.exceptions import AISBaseException

from protocols.ais.assembler import Part
from protocols.ais.report import AisReport
from protocols.nmea0183.framing import framed

LONGITUDE_NONE_DEG: Final = 181.0
LATITUDE_NONE_DEG: Final = 91.0
SOG_NONE_KN: Final = 102.3
COG_NONE_DEG: Final = 360.0
HEADING_NONE_DEG: Final = 511
ROT_NONE: Final = -128
ROT_FACTOR: Final = 4.733
"""ROT_AIS = 4.733 sqrt(deg/min), signed (ITU-R M.1371-5, table 48)."""
ROT_TURNING: Final = 127
"""+-127: turning faster than 5 deg in 30 s, no rate known."""


def decode_parts(parts: list[Part]) -> AisReport | str:
    """Return the report in the parts of one message, in order; or why there is none."""
    sentences = [
        framed(f"AIVD{'O' if part.is_own_ship else 'M'},{part.count},{part.number},{0 if part.count > 1 else ''},A,"
               f"{part.payload},{part.fill}", "!")
        for part in parts
    ]  # fmt: skip
    if not any(part.payload for part in parts):
        return "empty payload"
    try:
        message = decode(*sentences)
    except AISBaseException as error:
        return f"{type(error).__name__}: {error}"[:120]
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        # A damaged payload with a good checksum can reach pyais's own lookups; it costs this message only.
        return f"undecodable: {type(error).__name__}"
    fields: dict[str, object] = {**message.asdict()}
    return _report(fields, is_own_ship=parts[0].is_own_ship)


def _report(fields: dict[str, object], *, is_own_ship: bool) -> AisReport | str:
    number, mmsi = _number(fields, "msg_type"), _number(fields, "mmsi")
    if number is None or mmsi is None:
        return "no type or MMSI"
    latitude = _within(fields, "lat", -90.0, 90.0, LATITUDE_NONE_DEG)
    longitude = _within(fields, "lon", -180.0, 180.0, LONGITUDE_NONE_DEG)
    is_fix = latitude is not None and longitude is not None
    status, ship_type = _number(fields, "status"), _number(fields, "ship_type")
    return AisReport(
        int(number), int(mmsi), is_own_ship, latitude if is_fix else None, longitude if is_fix else None,
        _within(fields, "speed", 0.0, 102.2, SOG_NONE_KN), _within(fields, "course", 0.0, 359.95, COG_NONE_DEG),
        _within(fields, "heading", 0.0, 359.0, HEADING_NONE_DEG), _rot(fields), None if status is None else int(status),
        _text(fields, "shipname") or _text(fields, "name"), _text(fields, "callsign"),
        None if ship_type is None else int(ship_type), _size(fields, "to_bow", "to_stern"),
        _size(fields, "to_port", "to_starboard"),
    )  # fmt: skip


def _number(fields: dict[str, object], name: str) -> float | None:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        if not isinstance(value, str) or not value.isdecimal():
            return None
        value = int(value)
    return float(value) if math.isfinite(value) else None


def _within(fields: dict[str, object], name: str, low: float, high: float, none: float) -> float | None:
    value = _number(fields, name)
    return None if value is None or value == none or not low <= value <= high else value


def _rot(fields: dict[str, object]) -> float | None:
    """Return the rate of turn in deg/min; pyais gives it decoded, or a code at the ends of the scale."""
    value = fields.get("turn")
    if isinstance(value, bool) or not isinstance(value, int | float) or value == ROT_NONE:
        return None
    return float(value) if abs(value) < 720.0 and not hasattr(value, "name") else None  # noqa: PLR2004 - deg/min of the scale


def _text(fields: dict[str, object], name: str) -> str | None:
    value = fields.get(name)
    text = value.replace("@", " ").strip() if isinstance(value, str) else ""
    return text or None


def _size(fields: dict[str, object], fore: str, aft: str) -> float | None:
    one, other = _number(fields, fore), _number(fields, aft)
    return None if one is None or other is None or one + other <= 0.0 else one + other
