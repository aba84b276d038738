"""Reading single fields: strict about spelling, range and hemisphere; a bad field costs itself only.

Python's `float` takes `nan`, `inf`, `1e5`, `1_2.5`; none of them is a number of IEC 61162-1, none passes here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import count
from typing import Final

from protocols.nmea0183.ranges import RANGES
from protocols.reading import Quality, Reading

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})")
_NUMBER_CHARS: Final = "0123456789.-+"
_SURELY_SHORT: Final = 12
"""Characters in which no number can have too many digits."""
TEXTS_MAX: Final = 2500
"""Texts of all channels together remembered: half a MB of each process aboard. Most channels say some tens of numbers for
hours, a compass of two decimals several hundred: they share the room, each takes what it needs."""
_ANGLE_SHORT: Final = 18
_ANGLE_CHARS: Final = "0123456789."
DATES_MAX: Final = 16
"""Dates, and seconds of a day, remembered: each date is heard thousands of times a day, each second some times."""
_TIME: Final = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9]|60)")
FRACTION_DIGITS_MAX: Final = 6
_WHOLE_DEGREES: Final = {
    f"{degrees:0{digits}d}": float(degrees) for digits, most in ((2, 90), (3, 180)) for degrees in range(most + 1)
}
"""{degrees as a latitude or a longitude begins with them: their value}"""
_DEGREES: Final = {2: re.compile(r"(\d{2})(\d{2}(?:\.\d{0,12})?)"), 3: re.compile(r"(\d{3})(\d{2}(?:\.\d{0,12})?)")}
MINUTES_MAX: Final = 60.0
PIVOT_YEAR: Final = 80
"""A two-digit year from here on is of the last century: GPS time begins in 1980."""


def number(text: str) -> float | None:
    """Return the number a field holds, None when it is empty or no number of the standard."""
    if len(text) <= _SURELY_SHORT and not text.strip(_NUMBER_CHARS):
        try:
            return float(text)  # of these characters alone `float` takes what the standard takes
        except ValueError:
            return None
    return float(text) if _NUMBER.fullmatch(text) else None


_all_known: Final[list[dict[str, Reading]]] = []
"""What each channel remembers."""
_news: Final = count(1)
"""Numbers the texts that were heard for the first time."""
Gauge = Callable[[str, bool], Reading]
"""From the text of a field, and whether its sentence lets it be used, to the reading of one channel."""


def gauge(channel: str, scale: float = 1.0, turned: Callable[[float], float] | None = None) -> Gauge:
    """Return what reads the fields that feed `channel`, a number of the field being `scale` of the channel's unit.

    `turned`: what makes the field's angle one of the channel. An instrument says the same number again and again, to its
    resolution: the readings of the texts heard last are remembered, and one heard before costs a look-up.
    """
    place, invalid, known = placed(channel), none_of(channel), dict[str, Reading]()
    _all_known.append(known)

    def read(text: str, is_valid: bool = True) -> Reading:  # noqa: FBT001, FBT002
        if not is_valid:
            return invalid
        found = known.get(text)
        if found is not None:
            return found
        value = number(text)
        if value is None:
            found = invalid
        else:
            found = place(value * scale if turned is None else turned(value * scale))
        if next(_news) % TEXTS_MAX == 0:
            for each in _all_known:
                each.clear()
        known[text] = found
        return found

    return read


@cache
def none_of(channel: str, quality: Quality = Quality.INVALID) -> Reading:
    """Return the reading of a channel that has no value: INVALID or OUT_OF_RANGE."""
    return Reading(channel, None, RANGES[channel][0], quality)


def reading(channel: str, value: float | None, *, is_valid: bool = True) -> Reading:
    """Return `value` (in the channel's unit) as reading: INVALID when void or None, OUT_OF_RANGE when it cannot be."""
    return none_of(channel) if value is None or not is_valid else placed(channel)(value)


@cache
def placed(channel: str) -> Callable[[float], Reading]:
    """Return what makes a value, in the unit of `channel`, a reading of it: GOOD, or OUT_OF_RANGE and without the value."""
    unit, low, high = RANGES[channel]
    out_of_range, good = none_of(channel, Quality.OUT_OF_RANGE), Quality.GOOD

    def place(value: float) -> Reading:
        return tuple.__new__(Reading, (channel, value, unit, good)) if low <= value <= high else out_of_range

    return place


_LATITUDE, _LONGITUDE = placed("NAV_LAT"), placed("NAV_LON")


def latitude_deg(text: str, hemisphere: str) -> float | None:
    """Return degrees, north positive, of `ddmm.mm` and N or S; None when either is missing or wrong."""
    return _angle_deg(text, 2, hemisphere, "N", "S")


def longitude_deg(text: str, hemisphere: str) -> float | None:
    """Return degrees, east positive, of `dddmm.mm` and E or W; None when either is missing or wrong."""
    return _angle_deg(text, 3, hemisphere, "E", "W")


def _angle_deg(text: str, digits: int, hemisphere: str, positive: str, negative: str) -> float | None:
    degrees, rest = _WHOLE_DEGREES.get(text[:digits]), text[digits:]
    if degrees is not None and rest[2:3] == "." and len(text) <= _ANGLE_SHORT and not rest.strip(_ANGLE_CHARS):
        try:
            minutes = float(rest)
        except ValueError:
            return None
    else:
        match = _DEGREES[digits].fullmatch(text)
        if match is None:
            return None
        degrees, minutes = float(match[1]), float(match[2])
    if minutes >= MINUTES_MAX or (hemisphere != positive and hemisphere != negative):  # noqa: PLR1714 - every fix
        return None
    angle = degrees + minutes / 60.0
    return angle if hemisphere == positive else -angle


def position(lat: str, north: str, lon: str, east: str, *, is_valid: bool) -> tuple[Reading, Reading]:
    """Return latitude and longitude; where one of them cannot be read neither is a position, both are INVALID."""
    if is_valid:
        latitude, longitude = _angle_deg(lat, 2, north, "N", "S"), _angle_deg(lon, 3, east, "E", "W")
        if latitude is not None and longitude is not None:
            return _LATITUDE(latitude), _LONGITUDE(longitude)
    return none_of("NAV_LAT"), none_of("NAV_LON")


def clock(text: str) -> str | None:
    """Return `hh:mm:ss[.sss]` of a UTC time field, None when it is no time of day."""
    whole, dot, fraction = text.partition(".")
    shown = _second_of_day(whole)
    if shown is None or not dot:
        return shown
    if len(fraction) > FRACTION_DIGITS_MAX or not (fraction.isascii() and fraction.isdecimal()):
        return None
    return f"{shown}.{fraction}" if fraction.strip("0") else shown


@lru_cache(DATES_MAX)
def _second_of_day(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    return None if match is None else f"{match[1]}:{match[2]}:{match[3]}"


@lru_cache(DATES_MAX)
def date(day: str, month: str, year: str) -> str | None:
    """Return `yyyy-mm-dd` of a day, month and year of two or four digits, None when they are no date."""
    if not (day.isdecimal() and month.isdecimal() and year.isdecimal() and len(year) in (2, 4)):
        return None
    full_year = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= PIVOT_YEAR else 2000)  # noqa: PLR2004 - digits
    is_date = 1 <= int(month) <= 12 and 1 <= int(day) <= _days(full_year, int(month))  # noqa: PLR2004 - months
    return f"{full_year:04d}-{int(month):02d}-{int(day):02d}" if is_date else None


@lru_cache(DATES_MAX)
def short_date(text: str) -> str | None:
    """Return `yyyy-mm-dd` of `ddmmyy`, None when it is no date."""
    return date(text[:2], text[2:4], text[4:]) if len(text) == 6 else None  # noqa: PLR2004 - ddmmyy


_NO_MOMENT: Final = Reading("NAV_UTC", None, "", Quality.INVALID)


def moment(day_text: str | None, time_text: str | None, *, is_valid: bool = True) -> Reading:
    """Return date and time as the ISO 8601 text of NAV_UTC."""
    if day_text is None or time_text is None or not is_valid:
        return _NO_MOMENT
    return tuple.__new__(Reading, ("NAV_UTC", f"{day_text}T{time_text}Z", "", Quality.GOOD))


def _days(year: int, month: int) -> int:
    if month == 2:  # noqa: PLR2004 - February
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
