"""Position, course and speed over ground from satellite receivers: the forms, and what feeds channels."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.field import clock, date, gauge, moment, position, short_date
from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import (
    Field,
    choice,
    day_month_year,
    ddmmyy,
    latitude,
    longitude,
    num,
    sided,
    utc,
    whole,
    with_unit,
    words,
)  # fmt: skip
from protocols.reading import Reading

GOOD_QUALITIES: Final = frozenset("12345")
"""GGA quality: 1 fix, 2 differential, 3 PPS, 4 and 5 RTK. 0 is none, 6 estimated, 7 by hand, 8 simulated: no fix."""
GOOD_MODES: Final = frozenset("ADFPR")
"""Mode indicator: autonomous, differential, float, precise, RTK. E, M, N, S are no measurement of now."""
MODES: Final = "ADEFMNPRS"


def _of_now(field: Field) -> Field:
    """Return a field that counts only in a mode that measures; sentences older than NMEA 2.3 have no mode."""
    return field.given("mode", "ADFPR", or_absent=True)


def _fixed(field: Field) -> Field:
    """Return a field that counts only with status A and in a mode that measures."""
    return _of_now(field.given("status", "A"))


FORMS: Final = (
    Form("GGA", "fix of a satellite receiver", (
        utc(),
        latitude().given("quality", "12345"),
        longitude().given("quality", "12345"),
        choice("quality", "012345678"),
        whole("satellites", 0, 99, digits=2),
        num("hdop", 0.0, 99.99, places=2).given("quality", "12345"),
        with_unit("altitude_m", "M", -1000.0, 20000.0).given("quality", "12345"),
        with_unit("geoid_m", "M", -200.0, 200.0),
        num("dgps_age_s", 0.0, 9999.0),
        words("dgps_station", 4),
    )),
    Form("GLL", "geographic position", (
        _of_now(latitude().given("status", "A", or_absent=True)),
        _of_now(longitude().given("status", "A", or_absent=True)),
    ), (utc(), choice("status", "AV"), choice("mode", MODES))),
    Form("RMC", "recommended minimum", (
        utc(),
        choice("status", "AV"),
        _fixed(latitude()),
        _fixed(longitude()),
        _fixed(num("sog_kn", 0.0, 999.9)),
        _fixed(num("cog_deg", 0.0, 360.0)),
        ddmmyy().given("status", "A"),
        sided("variation_deg", "E", "W", 180.0),
    ), (choice("mode", MODES), choice("navigational_status", "SCUV"))),
    Form("VTG", "course and speed over ground", (
        _of_now(with_unit("cog_deg", "T", 0.0, 360.0)),
        _of_now(with_unit("cog_magnetic_deg", "M", 0.0, 360.0)),
        _of_now(with_unit("sog_kn", "N", 0.0, 999.9)),
        _of_now(with_unit("sog_kmh", "K", 0.0, 1999.9)),
    ), (choice("mode", MODES),)),
    Form("ZDA", "time and date", (
        utc(),
        day_month_year(),
        whole("zone_h", -13, 13, digits=2),
        whole("zone_min", -59, 59, digits=2),
    )),
)  # fmt: skip


_SATELLITES, _HDOP = gauge("GNSS_SAT"), gauge("GNSS_HDOP")
_COG, _SOG, _SOG_KMH = gauge("NAV_COG"), gauge("NAV_SOG"), gauge("NAV_SOG", 1 / 1.852)


def _mode_good(fields: list[str], index: int) -> bool:
    """Return whether the mode allows use; sentences older than NMEA 2.3 carry none, which is not a bad one."""
    return len(fields) <= index or fields[index] == "" or fields[index] in GOOD_MODES


def gga(f: list[str]) -> list[Reading]:
    """Return position, HDOP and satellites; 14 fields, the last ones may be missing."""
    good = f[5] in GOOD_QUALITIES
    return [
        *position(f[1], f[2], f[3], f[4], is_valid=good),
        _SATELLITES(f[6], f[6].isdecimal()),
        _HDOP(f[7], good),
    ]


def gll(f: list[str]) -> list[Reading]:
    """Return the position."""
    good = (len(f) <= 5 or f[5] == "A") and _mode_good(f, 6)  # noqa: PLR2004 - NMEA 1.5 had no status
    return [*position(f[0], f[1], f[2], f[3], is_valid=good)]


def rmc(f: list[str]) -> list[Reading]:
    """Return position, speed and course over ground, and the moment; void status voids all but the clock."""
    good = f[1] == "A" and _mode_good(f, 11)
    day = short_date(f[8]) if f[1] == "A" else None
    return [
        *position(f[2], f[3], f[4], f[5], is_valid=good),
        _SOG(f[6], good),
        _COG(f[7], good),
        moment(day, clock(f[0]), is_valid=f[1] == "A"),
    ]


def vtg(f: list[str]) -> list[Reading]:
    """Return course and speed over ground; the knots field, or the km/h field where knots are empty."""
    good = _mode_good(f, 8)
    course = _COG(f[0], good and f[1] == "T")
    if f[4] or len(f) < 8:  # noqa: PLR2004 - fields before the mode
        return [course, _SOG(f[4], good and f[5] == "N")]
    return [course, _SOG_KMH(f[6], good and f[7] == "K")]


def zda(f: list[str]) -> list[Reading]:
    """Return the moment."""
    return [moment(date(f[1], f[2], f[3]) if len(f[3]) == 4 else None, clock(f[0]))]  # noqa: PLR2004 - year
