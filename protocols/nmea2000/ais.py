"""AIS parameter groups to the same report that the sentences of NMEA 0183 give."""

from __future__ import annotations

from typing import Final, NamedTuple

from protocols.ais.report import AisReport
from protocols.nmea2000.channels import DEG, KN, PER_MINUTE
from protocols.nmea2000.message import N2kMessage
from protocols.nmea2000.pgn import N2kValue

OWN: Final = (2, 3, 4)
"""Transceiver information of what our own transponder sends or would send (channel A, channel B, not broadcast)."""
TURN_DEG: Final = 360.0


class _Names(NamedTuple):
    """What a group calls things; empty: it has none."""

    kinds: tuple[int, ...]
    """AIS messages that it carries, the first where it says none of them: no word in it makes it one of another kind."""
    mmsi: str = "user_id"
    name: str = ""
    ship_type: str = ""
    length: str = ""
    beam: str = ""
    heading: str = "heading_rad"


GROUPS: Final[dict[int, _Names]] = {
    129038: _Names((1, 2, 3, 27)),
    129039: _Names((18,)),
    129040: _Names(
        (19,), name="name", ship_type="type_of_ship", length="length_m", beam="beam_m", heading="true_heading_rad"
    ),
    129041: _Names((21,), name="aton_name", length="length_diameter_m", beam="beam_diameter_m"),
    129792: _Names((17,), mmsi="source_id"),
    129793: _Names((4, 11)),
    129794: _Names((5,), name="name", ship_type="type_of_ship", length="length_m", beam="beam_m"),
    129795: _Names((6,), mmsi="source_id"),
    129796: _Names((7, 13), mmsi="source_id"),
    129797: _Names((8,), mmsi="source_id"),
    129798: _Names((9,)),
    129800: _Names((10,), mmsi="source_id"),
    129801: _Names((12,), mmsi="source_id"),
    129802: _Names((14,), mmsi="source_id"),
    129803: _Names((15,), mmsi="source_id"),
    129804: _Names((16,), mmsi="source_id"),
    129805: _Names((20,), mmsi="source_id"),
    129806: _Names((22,), mmsi="source_id"),
    129807: _Names((23,), mmsi="source_id"),
    129809: _Names((24,), name="name"),
    129810: _Names((24,), ship_type="type_of_ship", length="length_m", beam="beam_m"),
}


def report(message: N2kMessage) -> AisReport | str | None:
    """Return the report in an AIS group, why there is none, None where the group is no AIS."""
    names = GROUPS.get(message.pgn.number)
    if names is None:
        return None
    values = message.values
    mmsi, said = _number(values.get(names.mmsi)), values.get("message_id")
    if mmsi is None:
        return "no MMSI"
    kind = next((each for each in names.kinds if each == said), names.kinds[0])
    latitude, longitude = _number(values.get("latitude_deg")), _number(values.get("longitude_deg"))
    if latitude is None or longitude is None:
        latitude = longitude = None
    sog, cog, heading = (_number(values.get(name)) for name in ("sog_mps", "cog_rad", names.heading))
    rot = _number(values.get("rate_of_turn_radps"))
    status, ship_type = _number(values.get("nav_status")), _number(values.get(names.ship_type))
    return AisReport(
        kind, int(mmsi), values.get("ais_transceiver_information") in OWN, latitude, longitude,
        None if sog is None else sog * KN, None if cog is None else cog * DEG % TURN_DEG,
        None if heading is None else heading * DEG % TURN_DEG, None if rot is None else rot * DEG * PER_MINUTE,
        None if status is None else int(status), _text(values.get(names.name)), _text(values.get("callsign")),
        int(ship_type) if ship_type else None, _number(values.get(names.length)) or None,
        _number(values.get(names.beam)) or None, message.faults,
    )  # fmt: skip


def _number(value: N2kValue | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: N2kValue | None) -> str | None:
    return value if isinstance(value, str) else None
