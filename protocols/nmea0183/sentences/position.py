"""Position, course and speed over ground from satellite receivers.

GGA time, lat, N/S, lon, E/W, quality 0-8, satellites, HDOP, altitude, M, geoid, M, DGPS age, station
GLL lat, N/S, lon, E/W, time, A/V, mode
RMC time, A/V, lat, N/S, lon, E/W, SOG kn, COG T, ddmmyy, variation, E/W, mode, navigational status
VTG COG, T, COG, M, SOG, N, SOG, K, mode
ZDA time, day, month, year, zone hours, zone minutes
"""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.field import clock, date, measured, moment, position
from protocols.reading import Reading

GOOD_QUALITIES: Final = frozenset("12345")
"""GGA quality: 1 fix, 2 differential, 3 PPS, 4 and 5 RTK. 0 is none, 6 estimated, 7 by hand, 8 simulated: no fix."""
GOOD_MODES: Final = frozenset("ADFPR")
"""Mode indicator: autonomous, differential, float, precise, RTK. E, M, N, S are no measurement of now."""


def _mode_good(fields: list[str], index: int) -> bool:
    """Return whether the mode allows use; sentences older than NMEA 2.3 carry none, which is not a bad one."""
    return len(fields) <= index or fields[index] == "" or fields[index] in GOOD_MODES


def gga(f: list[str]) -> list[Reading]:
    """Return position, HDOP and satellites; 14 fields, the last ones may be missing."""
    good = f[5] in GOOD_QUALITIES
    return [
        *position(f[1], f[2], f[3], f[4], is_valid=good),
        measured("GNSS_SAT", f[6]),
        measured("GNSS_HDOP", f[7], is_valid=good),
    ]


def gll(f: list[str]) -> list[Reading]:
    """Return the position."""
    good = (len(f) <= 5 or f[5] == "A") and _mode_good(f, 6)  # noqa: PLR2004 - NMEA 1.5 had no status
    return position(f[0], f[1], f[2], f[3], is_valid=good)


def rmc(f: list[str]) -> list[Reading]:
    """Return position, speed and course over ground, and the moment; void status voids all but the clock."""
    good = f[1] == "A" and _mode_good(f, 11)
    day = date(f[8][:2], f[8][2:4], f[8][4:]) if len(f[8]) == 6 else None  # noqa: PLR2004 - ddmmyy
    return [
        *position(f[2], f[3], f[4], f[5], is_valid=good),
        measured("NAV_SOG", f[6], is_valid=good),
        measured("NAV_COG", f[7], is_valid=good),
        moment(day, clock(f[0]), is_valid=f[1] == "A"),
    ]


def vtg(f: list[str]) -> list[Reading]:
    """Return course and speed over ground; the knots field, or the km/h field where knots are empty."""
    good = _mode_good(f, 8)
    course = measured("NAV_COG", f[0] if f[1] == "T" else "", is_valid=good)
    if f[4] or len(f) < 8:  # noqa: PLR2004 - fields before the mode
        return [course, measured("NAV_SOG", f[4] if f[5] == "N" else "", is_valid=good)]
    return [course, measured("NAV_SOG", f[6] if f[7] == "K" else "", scale=1 / 1.852, is_valid=good)]


def zda(f: list[str]) -> list[Reading]:
    """Return the moment."""
    return [moment(date(f[1], f[2], f[3]) if len(f[3]) == 4 else None, clock(f[0]))]  # noqa: PLR2004 - year
