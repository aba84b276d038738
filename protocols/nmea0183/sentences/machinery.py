"""Rudder, shaft, engine and thruster.

RSA starboard or single rudder, A/V, port rudder, A/V (minus: bow to port)
ROR starboard or single order, A/V, port order, A/V, source (a status: it orders nothing)
RPM S shaft / E engine, number (0 centre), rpm, pitch % (minus: astern), A/V
TRD thruster number, rpm, P %/R rpm/V invalid, pitch, P/D/V, azimuth
"""

from __future__ import annotations

from protocols.nmea0183.field import measured
from protocols.reading import Reading


def rsa(f: list[str]) -> list[Reading]:
    """Return the rudder angles; a port rudder that is empty and void is not fitted."""
    readings = [measured("STG_RUD_S", f[0], is_valid=f[1] == "A")]
    if len(f) > 3 and (f[2] or f[3] == "A"):  # noqa: PLR2004 - fields of a pair
        readings.append(measured("STG_RUD_P", f[2], is_valid=f[3] == "A"))
    return readings


def ror(f: list[str]) -> list[Reading]:
    """Return the rudder order that is in force."""
    return [measured("STG_ORD", f[0], is_valid=f[1] == "A")]


def rpm(f: list[str]) -> list[Reading]:
    """Return speed (and pitch, where given) of the centre shaft or engine; other shafts have no channel yet."""
    channel = {"S": "SH_RPM", "E": "ME_RPM"}.get(f[0])
    if channel is None or f[1] not in ("0", "1"):
        return []
    good = f[4] == "A"
    readings = [measured(channel, f[2], is_valid=good)]
    return [*readings, measured("PROP_PITCH", f[3], is_valid=good)] if f[3] else readings


def trd(f: list[str]) -> list[Reading]:
    """Return the speed of bow thruster 1 where it is given in rpm."""
    if f[0] != "1" or f[2] == "P":
        return []
    return [measured("THR_BOW", f[1], is_valid=f[2] == "R")]
