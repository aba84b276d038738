"""Heading and rate of turn: the forms, and what feeds channels."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.field import gauge, number, reading
from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import choice, num, sided, with_unit
from protocols.reading import Reading

FORMS: Final = (
    Form("HDT", "true heading; edition 6 prefers THS", (with_unit("heading_deg", "T", 0.0, 360.0, digits=3),)),
    Form("THS", "true heading and its mode", (
        num("heading_deg", 0.0, 360.0, digits=3).given("mode", "A"),
        choice("mode", "AEMSV"),
    )),
    Form("HDM", "magnetic heading", (with_unit("heading_magnetic_deg", "M", 0.0, 360.0, digits=3),)),
    Form("HDG", "heading sensor (true = sensor + deviation + variation, east positive)", (
        num("sensor_deg", 0.0, 360.0),
        sided("deviation_deg", "E", "W", 180.0),
        sided("variation_deg", "E", "W", 180.0),
    )),
    Form("ROT", "rate of turn (minus: bow to port)", (
        num("rate_deg_min", -9999.0, 9999.0, digits=3).given("status", "A"),
        choice("status", "AV"),
    )),
)  # fmt: skip


_TRUE, _MAGNETIC, _RATE = gauge("NAV_HDG"), gauge("NAV_HDM"), gauge("NAV_ROT")
SIDED_MAX_DEG: Final = 180.0


def hdt(f: list[str]) -> list[Reading]:
    """Return the true heading."""
    return [_TRUE(f[0], f[1] == "T")]


def ths(f: list[str]) -> list[Reading]:
    """Return the true heading; only mode A (autonomous) is a measurement."""
    return [_TRUE(f[0], f[1] == "A")]


def hdm(f: list[str]) -> list[Reading]:
    """Return the magnetic heading."""
    return [_MAGNETIC(f[0], f[1] == "M")]


def hdg(f: list[str]) -> list[Reading]:
    """Return the magnetic heading, and the true one where the variation is given."""
    sensor, deviation = number(f[0]), _signed(f[1], f[2])
    if sensor is None or (f[1] and deviation is None) or not 0.0 <= sensor <= 360.0:  # noqa: PLR2004 - degrees
        return [reading("NAV_HDM", sensor, is_valid=not f[1] or deviation is not None)]
    magnetic = (sensor + (deviation or 0.0)) % 360.0
    variation = _signed(f[3], f[4])
    if not f[3]:
        return [reading("NAV_HDM", magnetic)]
    true = None if variation is None else (magnetic + variation) % 360.0
    return [reading("NAV_HDM", magnetic), reading("NAV_HDG", true)]


def rot(f: list[str]) -> list[Reading]:
    """Return the rate of turn."""
    return [_RATE(f[0], f[1] == "A")]


def _signed(text: str, side: str) -> float | None:
    value = number(text)
    if value is None or not 0.0 <= value <= SIDED_MAX_DEG or side not in ("E", "W"):
        return None
    return value if side == "E" else -value
