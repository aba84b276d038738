"""Which field of which parameter group feeds which channel: a record each, and what they become in the catalogue's units."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from protocols.nmea0183 import field as base
from protocols.nmea0183.ranges import RANGES
from protocols.nmea2000.message import N2kMessage
from protocols.reading import Quality, Reading

KN: Final = 3600.0 / 1852.0
DEG: Final = 180.0 / math.pi
BAR: Final = 1e-5
HPA: Final = 1e-2
KELVIN: Final = -273.15
HOUR: Final = 1.0 / 3600.0
PER_MINUTE: Final = 60.0
ENGINE_RANGES: Final[dict[str, tuple[str, float, float]]] = {
    "ME_LOAD": ("%", 0.0, 120.0),
    "ME_FUEL": ("l/h", 0.0, 10000.0),
    "ME_LOP": ("bar", 0.0, 10.0),
    "ME_LOT": ("degC", 0.0, 150.0),
    "ME_CWT": ("degC", 0.0, 130.0),
    "ME_CWP": ("bar", 0.0, 6.0),
    "ME_SAP": ("bar", 0.0, 6.0),
    "ME_HRS": ("h", 0.0, 1_000_000.0),
    "BAT_SOC": ("%", 0.0, 100.0),
    "BAT_VLT": ("V", 0.0, 1000.0),
    "TNK_FO1P": ("%", 0.0, 100.0),
    "TNK_FW": ("%", 0.0, 100.0),
}
"""Unit and range of the channels that no sentence of NMEA 0183 feeds; a test compares with the catalogue."""


class Rule(NamedTuple):
    """One field that feeds one channel."""

    field: str
    channel: str
    scale: float = 1.0
    plus: float = 0.0
    when: tuple[tuple[str, tuple[int | None, ...]], ...] = ()
    """Other fields of the group, and the values among which they must be; None is `not available`."""
    absent: Literal["invalid", "silent"] = "invalid"
    """What `not available` becomes; silent: no reading, because another sender of the group may have it."""
    wrap: str = ""
    """`full`: an angle of 0..360; `half`: of -180..180."""


_TRUE: Final = (("reference", (0,)),)
_MAGNETIC: Final = (("reference", (1,)),)
_FIRST: Final = (("instance", (0, None)),)
"""The only one, or the first: others have no channel."""
_APPARENT: Final = (("reference", (2,)),)
_TRUE_WIND: Final = (("reference", (0,)),)
_SEA: Final = (("source", (0,)),)
_OUTSIDE: Final = (("source", (1,)),)

RULES: Final[dict[int, tuple[Rule, ...]]] = {
    127237: (Rule("heading_to_steer_course_rad", "AP_HDGSET", DEG, 0.0, (("heading_reference", (0,)),), "silent", "full"),),
    127245: (Rule("position_rad", "STG_RUD_S", DEG, 0.0, _FIRST, "silent"),
             Rule("position_rad", "STG_RUD_P", DEG, 0.0, (("instance", (1,)),), "silent"),
             Rule("angle_order_rad", "STG_ORD", DEG, 0.0, _FIRST, "silent")),
    127250: (Rule("heading_rad", "NAV_HDG", DEG, 0.0, _TRUE, wrap="full"),
             Rule("heading_rad", "NAV_HDM", DEG, 0.0, _MAGNETIC, wrap="full")),
    127251: (Rule("rate_radps", "NAV_ROT", DEG * PER_MINUTE),),
    127257: (Rule("pitch_rad", "NAV_PITCH", DEG, absent="silent"),
             Rule("roll_rad", "NAV_ROLL", DEG, absent="silent")),
    127488: (Rule("speed_rpm", "ME_RPM", 1.0, 0.0, _FIRST),
             Rule("boost_pressure_pa", "ME_SAP", BAR, 0.0, _FIRST, "silent")),
    127489: (Rule("oil_pressure_pa", "ME_LOP", BAR, 0.0, _FIRST, "silent"),
             Rule("oil_temperature_k", "ME_LOT", 1.0, KELVIN, _FIRST, "silent"),
             Rule("temperature_k", "ME_CWT", 1.0, KELVIN, _FIRST, "silent"),
             Rule("coolant_pressure_pa", "ME_CWP", BAR, 0.0, _FIRST, "silent"),
             Rule("fuel_rate_lph", "ME_FUEL", 1.0, 0.0, _FIRST, "silent"),
             Rule("total_engine_hours_s", "ME_HRS", HOUR, 0.0, _FIRST, "silent"),
             Rule("engine_load_pct", "ME_LOAD", 1.0, 0.0, _FIRST, "silent")),
    127505: (Rule("level_pct", "TNK_FO1P", 1.0, 0.0, (*_FIRST, ("type", (0,)))),
             Rule("level_pct", "TNK_FW", 1.0, 0.0, (*_FIRST, ("type", (1,))))),
    127506: (Rule("state_of_charge_pct", "BAT_SOC", 1.0, 0.0, (*_FIRST, ("dc_type", (0,)))),),
    127508: (Rule("voltage_v", "BAT_VLT", 1.0, 0.0, _FIRST),),
    128259: (Rule("speed_water_referenced_mps", "NAV_STW", KN),),
    128267: (Rule("depth_m", "NAV_DPTT"),),
    129026: (Rule("sog_mps", "NAV_SOG", KN),
             Rule("cog_rad", "NAV_COG", DEG, 0.0, (("cog_reference", (0,)),), wrap="full")),
    129029: (Rule("number_of_svs", "GNSS_SAT"), Rule("hdop", "GNSS_HDOP")),
    130306: (Rule("wind_angle_rad", "WND_AWA", DEG, 0.0, _APPARENT, wrap="half"),
             Rule("wind_speed_mps", "WND_AWS", 1.0, 0.0, _APPARENT),
             Rule("wind_angle_rad", "WND_TWD", DEG, 0.0, _TRUE_WIND, wrap="full"),
             Rule("wind_speed_mps", "WND_TWS", 1.0, 0.0, _TRUE_WIND)),
    130310: (Rule("water_temperature_k", "ENV_SWT", 1.0, KELVIN, absent="silent"),
             Rule("outside_ambient_air_temperature_k", "ENV_AIRT", 1.0, KELVIN, absent="silent"),
             Rule("atmospheric_pressure_pa", "ENV_BARO", HPA, absent="silent")),
    130311: (Rule("temperature_k", "ENV_SWT", 1.0, KELVIN, (("temperature_source", (0,)),), "silent"),
             Rule("temperature_k", "ENV_AIRT", 1.0, KELVIN, (("temperature_source", (1,)),), "silent"),
             Rule("atmospheric_pressure_pa", "ENV_BARO", HPA, absent="silent")),
    130312: (Rule("actual_temperature_k", "ENV_SWT", 1.0, KELVIN, _SEA),
             Rule("actual_temperature_k", "ENV_AIRT", 1.0, KELVIN, _OUTSIDE)),
    130314: (Rule("pressure_pa", "ENV_BARO", HPA, 0.0, (("source", (0,)),)),),
    130316: (Rule("temperature_k", "ENV_SWT", 1.0, KELVIN, _SEA), Rule("temperature_k", "ENV_AIRT", 1.0, KELVIN, _OUTSIDE)),
}  # fmt: skip
"""{group: its rules}. Depth under the keel, positions and times need two fields; they have their functions below."""
TURN_DEG: Final = 360.0
HALF_TURN_DEG: Final = 180.0
DAYS_MAX: Final = 65_532
SECONDS_MAX: Final = 86_400.0


def readings(message: N2kMessage) -> list[Reading]:
    """Return the readings of a message; possibly none."""
    found = [read for rule in RULES.get(message.pgn.number, ()) if (read := _read(rule, message)) is not None]
    composed = COMPOSED.get(message.pgn.number)
    return found if composed is None else [*found, *composed(message)]


def _read(rule: Rule, message: N2kMessage) -> Reading | None:
    """Return what a field says of its channel; None where the rule does not apply."""
    values = message.values
    if any(values.get(name) not in among for name, among in rule.when):
        return None
    value = values.get(rule.field)
    if isinstance(value, int | float):
        scaled = value * rule.scale + rule.plus
        if rule.wrap:
            scaled %= TURN_DEG
        if rule.wrap == "half" and scaled > HALF_TURN_DEG:
            scaled -= TURN_DEG
        return _reading(rule.channel, scaled)
    if _is_out(rule.field, message):
        return Reading(rule.channel, None, _range(rule.channel)[0], Quality.OUT_OF_RANGE)
    return None if rule.absent == "silent" else _reading(rule.channel, None)


def _is_out(name: str, message: N2kMessage) -> bool:
    return f"{name} out of range" in message.faults


def _range(channel: str) -> tuple[str, float, float]:
    return ENGINE_RANGES.get(channel) or RANGES[channel]


def _reading(channel: str, value: float | None) -> Reading:
    unit, low, high = _range(channel)
    if value is None:
        return Reading(channel, None, unit, Quality.INVALID)
    is_within = low <= value <= high
    return Reading(channel, value if is_within else None, unit, Quality.GOOD if is_within else Quality.OUT_OF_RANGE)


def _position(message: N2kMessage) -> list[Reading]:
    """Return latitude and longitude; half a position is none, nor is one whose method says that there is no fix."""
    latitude, longitude = message.values.get("latitude_deg"), message.values.get("longitude_deg")
    has_fix = message.pgn.number != GNSS or message.values.get("method") in FIXES
    if has_fix and isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return [_reading("NAV_LAT", float(latitude)), _reading("NAV_LON", float(longitude))]
    return [_reading("NAV_LAT", None), _reading("NAV_LON", None)]


def _time(message: N2kMessage) -> list[Reading]:
    """Return UTC of the date (days since 1970) and the time (seconds since midnight)."""
    days, seconds = message.values.get("date_d"), message.values.get("time_s")
    if not isinstance(days, int) or not isinstance(seconds, int | float) or not 0.0 <= seconds < SECONDS_MAX:
        return [base.moment(None, None)]
    day = date(1970, 1, 1) + timedelta(days=days)
    millis = int(seconds * 1000.0 + 0.5) if seconds < SECONDS_MAX - 0.001 else int(seconds * 1000.0)
    whole, fraction = divmod(millis, 1000)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return [base.moment(day.isoformat(), f"{text}.{fraction:03d}" if fraction else text)]


def _keel(message: N2kMessage) -> list[Reading]:
    """Return the depth under the keel where the offset is one to the keel: negative."""
    depth, offset = message.values.get("depth_m"), message.values.get("offset_m")
    if isinstance(offset, int | float) and offset < 0.0:
        return [_reading("NAV_DPTK", depth + offset if isinstance(depth, int | float) else None)]
    return []


GNSS: Final = 129029
FIXES: Final = (1, 2, 3, 4, 5)
"""Methods of 129029 that measure: fix, differential, precise, RTK fixed and float. As with GGA, what is estimated (6), entered by
hand (7) or simulated (8) is no fix."""
COMPOSED: Final[dict[int, Callable[[N2kMessage], list[Reading]]]] = {
    126992: _time,
    128267: _keel,
    129025: _position,
    129029: lambda message: [*_position(message), *_time(message)],
    129033: _time,
}
