"""Routes, waypoints and steering towards them: the forms. None of them feeds a channel."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import Field, choice, latitude, longitude, num, sided, whole, words

_MODE: Final = choice("mode", "ADEFMNPRS")


def _judged(field: Field) -> Field:
    """Return a field that counts only while no warning and no cycle-lock flag stands (XTE, APB)."""
    return field.given("status", "A").given("lock_status", "A")


_XTE: Final = (
    choice("status", "AV"),  # V: general warning
    choice("lock_status", "AV"),  # V: Loran cycle lock lost; A with other receivers
    _judged(sided("cross_track_nm", "R", "L", 999.0, places=2)).given("cross_track_unit", "N"),  # side to steer to
    choice("cross_track_unit", "N"),
)
"""The cross-track error in nautical miles, the same in XTE and APB."""


def _bearing(name: str) -> tuple[Field, Field]:
    return num(name, 0.0, 360.0, digits=3), choice(name.replace("_deg", "_reference"), "MT")


FORMS: Final = (
    Form("XTE", "cross-track error, measured", _XTE, (_MODE,)),
    Form("APB", "autopilot sentence B", (
        *_XTE,
        choice("circle_status", "AV"),  # A: arrival circle entered
        choice("perpendicular_status", "AV"),  # A: perpendicular passed
        *_bearing("origin_bearing_deg"),
        words("destination"),
        *_bearing("bearing_deg"),
        *_bearing("heading_to_steer_deg"),
    ), (_MODE,)),
    Form("RMB", "recommended minimum while steering to a waypoint", (
        choice("status", "AV"),
        sided("cross_track_nm", "R", "L", 9.99, places=3).given("status", "A"),
        words("origin"),
        words("destination"),
        latitude(),
        longitude(),
        num("range_nm", 0.0, 999.9, digits=3).given("status", "A"),
        num("bearing_deg", 0.0, 360.0, digits=3).given("status", "A"),
        num("closing_kn", -999.9, 999.9, digits=3).given("status", "A"),
        choice("arrival_status", "AV"),
    ), (_MODE,)),
    Form("RTE", "route: c complete, w from the waypoint last passed", (
        whole("total", 1, 99),
        whole("part", 1, 99),
        choice("kind", "cw"),
        words("route"),
    ), repeat=words("waypoint")),
    Form("WPL", "waypoint", (latitude(), longitude(), words("name"))),
)  # fmt: skip
