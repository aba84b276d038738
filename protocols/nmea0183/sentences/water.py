"""Speed through water, depth and water temperature.

VHW heading, T, heading, M, speed, N, speed, K (the headings are repeated from elsewhere and not used)
VBW STW along, across, A/V, SOG along, across, A/V, stern STW across, A/V, stern SOG across, A/V (kn; astern, port: minus)
DPT depth below transducer m, offset (plus: to the waterline, minus: to the keel), largest range
DBT depth f, depth M, depth F (below transducer)
MTW temperature, C
"""

from __future__ import annotations

from protocols.nmea0183.field import measured, number, reading
from protocols.reading import Quality, Reading

KMH_KN = 1 / 1.852


def vhw(f: list[str]) -> list[Reading]:
    """Return the speed through water; knots, or km/h where knots are empty."""
    if f[4]:
        return [measured("NAV_STW", f[4], is_valid=f[5] == "N")]
    return [measured("NAV_STW", f[6], scale=KMH_KN, is_valid=f[7] == "K")]


def vbw(f: list[str]) -> list[Reading]:
    """Return the speed through water along and across."""
    good = f[2] == "A"
    return [measured("NAV_STW", f[0], is_valid=good), measured("NAV_STWT", f[1], is_valid=good)]


def dpt(f: list[str]) -> list[Reading]:
    """Return the depth below the transducer, and below the keel where the offset is one to the keel."""
    below = measured("NAV_DPTT", f[0])
    offset = number(f[1])
    if offset is None or offset >= 0.0 or not isinstance(below.value, float):
        return [below]
    return [below, reading("NAV_DPTK", below.value + offset, is_valid=below.quality is Quality.GOOD)]


def dbt(f: list[str]) -> list[Reading]:
    """Return the depth below the transducer in metres."""
    return [measured("NAV_DPTT", f[2], is_valid=f[3] == "M")]


def mtw(f: list[str]) -> list[Reading]:
    """Return the water temperature."""
    return [measured("ENV_SWT", f[0], is_valid=f[1] == "C")]
