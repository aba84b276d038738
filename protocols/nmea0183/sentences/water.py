"""Speed through water, depth and water temperature: the forms, and what feeds channels."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from protocols.nmea0183.field import gauge, number, placed
from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import Field, choice, num, with_unit
from protocols.reading import Reading

KMH_KN: Final = 1 / 1.852
OFFSETS_MAX: Final = 16
"""Offsets remembered: each sounder says its one again and again."""


def _speed(name: str, status: str) -> Field:
    return num(name, -99.9, 99.9, places=2).given(status, "A")


FORMS: Final = (
    Form("VHW", "speed through water (the headings are repeated from elsewhere and feed nothing)", (
        with_unit("heading_deg", "T", 0.0, 360.0),
        with_unit("heading_magnetic_deg", "M", 0.0, 360.0),
        with_unit("stw_kn", "N", -99.9, 99.9),
        with_unit("stw_kmh", "K", -199.9, 199.9),
    )),
    Form("VBW", "speeds along and across (astern, port: minus)", (
        _speed("stw_along_kn", "stw_status"),
        _speed("stw_across_kn", "stw_status"),
        choice("stw_status", "AV"),
        _speed("sog_along_kn", "sog_status"),
        _speed("sog_across_kn", "sog_status"),
        choice("sog_status", "AV"),
    ), (
        _speed("stern_stw_across_kn", "stern_stw_status"),
        choice("stern_stw_status", "AV"),
        _speed("stern_sog_across_kn", "stern_sog_status"),
        choice("stern_sog_status", "AV"),
    )),
    Form("DPT", "depth below the transducer", (
        num("depth_m", 0.0, 12000.0),
        num("offset_m", -100.0, 100.0),  # plus: to the waterline, minus: to the keel
    ), (num("range_m", 0.0, 12000.0),)),
    Form("DBT", "depth below the transducer, thrice", (
        with_unit("depth_ft", "f", 0.0, 40000.0),
        with_unit("depth_m", "M", 0.0, 12000.0),
        with_unit("depth_fathom", "F", 0.0, 7000.0),
    )),
    Form("MTW", "water temperature", (with_unit("temperature_c", "C", -10.0, 60.0),)),
)  # fmt: skip


_ALONG, _ALONG_KMH, _ACROSS = gauge("NAV_STW"), gauge("NAV_STW", KMH_KN), gauge("NAV_STWT")
_DEPTH, _WATER = gauge("NAV_DPTT"), gauge("ENV_SWT")
_UNDER_KEEL = placed("NAV_DPTK")
_offset_m = lru_cache(OFFSETS_MAX)(number)


def vhw(f: list[str]) -> list[Reading]:
    """Return the speed through water; knots, or km/h where knots are empty."""
    if f[4]:
        return [_ALONG(f[4], f[5] == "N")]
    return [_ALONG_KMH(f[6], f[7] == "K")]


def vbw(f: list[str]) -> list[Reading]:
    """Return the speed through water along and across."""
    good = f[2] == "A"
    return [_ALONG(f[0], good), _ACROSS(f[1], good)]


def dpt(f: list[str]) -> list[Reading]:
    """Return the depth below the transducer, and below the keel where the offset is one to the keel."""
    below = _DEPTH(f[0], f[0] != "")
    offset, depth = _offset_m(f[1]), below.value
    if offset is None or offset >= 0.0 or not isinstance(depth, float):
        return [below]
    return [below, _UNDER_KEEL(depth + offset)]


def dbt(f: list[str]) -> list[Reading]:
    """Return the depth below the transducer in metres."""
    return [_DEPTH(f[2], f[3] == "M")]


def mtw(f: list[str]) -> list[Reading]:
    """Return the water temperature."""
    return [_WATER(f[0], f[1] == "C")]
