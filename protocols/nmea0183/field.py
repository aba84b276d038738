"""Reading single fields: strict about spelling, range and hemisphere; a bad field costs itself only.

Python's `float` takes `nan`, `inf`, `1e5`, `1_2.5`; none of them is a number of IEC 61162-1, none passes here.
"""

from __future__ import annotations

import re
from typing import Final

from protocols.nmea0183.ranges import RANGES
from protocols.reading import Quality, Reading

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})")
_TIME: Final = re.compile(r"([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(?:\.(\d{1,6}))?")
_DEGREES: Final = {2: re.compile(r"(\d{2})(\d{2}(?:\.\d{0,12})?)"), 3: re.compile(r"(\d{3})(\d{2}(?:\.\d{0,12})?)")}
MINUTES_MAX: Final = 60.0
PIVOT_YEAR: Final = 80
"""A two-digit year from here on is of the last century: GPS time begins in 1980."""


def number(text: str) -> float | None:
    """Return the number a field holds, None when it is empty or no number of the standard."""
    return float(text) if _NUMBER.fullmatch(text) else None


def reading(channel: str, value: float | None, *, is_valid: bool = True) -> Reading:
    """Return `value` (in the channel's unit) as reading: INVALID when void or None, OUT_OF_RANGE when it cannot be."""
    unit, low, high = RANGES[channel]
    if not is_valid or value is None:
        return Reading(channel, None, unit, Quality.INVALID)
    if not low <= value <= high:
        return Reading(channel, None, unit, Quality.OUT_OF_RANGE)
    return Reading(channel, value, unit, Quality.GOOD)


def measured(channel: str, text: str, *, scale: float = 1.0, is_valid: bool = True) -> Reading:
    """Return the number in `text` times `scale` as a reading of `channel`."""
    value = number(text) if is_valid else None
    return reading(channel, None if value is None else value * scale)


def latitude_deg(text: str, hemisphere: str) -> float | None:
    """Return degrees, north positive, of `ddmm.mm` and N or S; None when either is missing or wrong."""
    return _angle_deg(text, 2, hemisphere, "N", "S")


def longitude_deg(text: str, hemisphere: str) -> float | None:
    """Return degrees, east positive, of `dddmm.mm` and E or W; None when either is missing or wrong."""
    return _angle_deg(text, 3, hemisphere, "E", "W")


def _angle_deg(text: str, digits: int, hemisphere: str, positive: str, negative: str) -> float | None:
    match = _DEGREES[digits].fullmatch(text)
    if match is None or hemisphere not in (positive, negative):
        return None
    minutes = float(match[2])
    if minutes >= MINUTES_MAX:
        return None
    degrees = int(match[1]) + minutes / 60.0
    return degrees if hemisphere == positive else -degrees


def position(lat: str, north: str, lon: str, east: str, *, is_valid: bool) -> list[Reading]:
    """Return latitude and longitude; where one of them cannot be read neither is a position, both are INVALID."""
    latitude, longitude = latitude_deg(lat, north), longitude_deg(lon, east)
    both = is_valid and latitude is not None and longitude is not None
    return [reading("NAV_LAT", latitude, is_valid=both), reading("NAV_LON", longitude, is_valid=both)]


def clock(text: str) -> str | None:
    """Return `hh:mm:ss[.sss]` of a UTC time field, None when it is no time of day."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    fraction = f".{match[4]}" if match[4] and match[4].strip("0") else ""
    return f"{match[1]}:{match[2]}:{match[3]}{fraction}"


def date(day: str, month: str, year: str) -> str | None:
    """Return `yyyy-mm-dd` of a day, month and year of two or four digits, None when they are no date."""
    if not (day.isdecimal() and month.isdecimal() and year.isdecimal() and len(year) in (2, 4)):
        return None
    full_year = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= PIVOT_YEAR else 2000)  # noqa: PLR2004 - digits
    is_date = 1 <= int(month) <= 12 and 1 <= int(day) <= _days(full_year, int(month))  # noqa: PLR2004 - months
    return f"{full_year:04d}-{int(month):02d}-{int(day):02d}" if is_date else None


def moment(day_text: str | None, time_text: str | None, *, is_valid: bool = True) -> Reading:
    """Return date and time as the ISO 8601 text of NAV_UTC."""
    if day_text is None or time_text is None or not is_valid:
        return Reading("NAV_UTC", None, "", Quality.INVALID)
    return Reading("NAV_UTC", f"{day_text}T{time_text}Z", "", Quality.GOOD)


def _days(year: int, month: int) -> int:
    if month == 2:  # noqa: PLR2004 - February
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
