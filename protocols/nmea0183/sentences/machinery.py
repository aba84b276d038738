"""Rudder, shaft, engine, thruster and telegraph: the forms, and what feeds channels.

ROR, PRC and ETL report what was ordered; none of them orders anything. TRC with status C is a command.
"""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.field import gauge
from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import Field, choice, num, utc, whole
from protocols.reading import Reading

PLACES: Final = "BPSCEW"
"""Where an order comes from: bridge, port wing, starboard wing, control room, engine side, wing."""
TELEGRAPH: Final = ("00", "01", "02", "03", "04", "05", "11", "12", "13", "14", "15")
"""Stop, dead slow, slow, half, full and navigation full ahead; 11..14 the same astern, 15 crash astern."""
SUB_TELEGRAPH: Final = ("20", "30", "40")
"""Stand-by engine, full away, finished with engine."""


def _rudder(side: str) -> tuple[Field, Field]:
    """Return an angle (minus: bow to port) and its status."""
    status = choice(f"{side}_status", "AV")
    return num(f"{side}_deg", -180.0, 180.0).given(status.name, "A"), status


def _demand(what: str, unit: str) -> tuple[Field, Field]:
    """Return a demand or response and its mode: P per cent, `unit` (R rpm or D degrees), V invalid."""
    mode = choice(f"{what}_mode", f"P{unit}V")
    return num(what, -9999.0, 9999.0).given(mode.name, f"P{unit}"), mode


FORMS: Final = (
    Form("RSA", "rudder angles", (*_rudder("starboard"), *_rudder("port")), (*_rudder("centre"), *_rudder("bow"))),
    Form("ROR", "rudder orders in force", (*_rudder("starboard"), *_rudder("port"), choice("place", PLACES)),
         (*_rudder("centre"), *_rudder("bow"))),
    Form("RPM", "speed and pitch of shaft S or engine E (0 centre, odd starboard, even port)", (
        choice("what", "SE"),
        whole("number", 0, 99),
        num("speed_rpm", -9999.0, 9999.0).given("status", "A"),  # minus: counter-clockwise
        num("pitch_pct", -100.0, 100.0).given("status", "A"),  # minus: astern
        choice("status", "AV"),
    )),
    Form("TRD", "thruster response (odd bow, even stern)", (
        whole("number", 0, 99),
        *_demand("speed", "R"),
        *_demand("pitch", "D"),
        num("azimuth_deg", 0.0, 360.0),
    )),
    Form("TRC", "thruster command", (
        whole("number", 0, 99),
        *_demand("speed", "R"),
        *_demand("pitch", "D"),
        num("azimuth_deg", 0.0, 360.0),
    ), (choice("place", PLACES), choice("sentence_status", "RC"))),
    Form("PRC", "propulsion remote control", (
        num("lever_pct", -100.0, 100.0).given("lever_status", "A"),
        choice("lever_status", "AV"),
        *_demand("speed", "R"),
        *_demand("pitch", "D"),
        choice("place", PLACES),
        whole("number", 0, 99),
    )),
    Form("ETL", "engine telegraph: order O, answer A", (
        utc(),
        choice("kind", "OA"),
        choice("position", TELEGRAPH),
        choice("sub_position", SUB_TELEGRAPH),
        choice("place", PLACES),
        whole("number", 0, 99),
    )),
)  # fmt: skip


_STARBOARD, _PORT, _ORDER = gauge("STG_RUD_S"), gauge("STG_RUD_P"), gauge("STG_ORD")
_SPEEDS: Final = {"S": gauge("SH_RPM"), "E": gauge("ME_RPM")}
_PITCH, _BOW = gauge("PROP_PITCH"), gauge("THR_BOW")


def rsa(f: list[str]) -> list[Reading]:
    """Return the rudder angles; a port rudder that is empty and void is not fitted."""
    readings = [_STARBOARD(f[0], f[1] == "A")]
    if len(f) > 3 and (f[2] or f[3] == "A"):  # noqa: PLR2004 - fields of a pair
        readings.append(_PORT(f[2], f[3] == "A"))
    return readings


def ror(f: list[str]) -> list[Reading]:
    """Return the rudder order that is in force."""
    return [_ORDER(f[0], f[1] == "A")]


def rpm(f: list[str]) -> list[Reading]:
    """Return speed (and pitch, where given) of the centre shaft or engine; other shafts have no channel yet."""
    speed = _SPEEDS.get(f[0])
    if speed is None or f[1] not in ("0", "1"):
        return []
    good = f[4] == "A"
    return [speed(f[2], good), _PITCH(f[3], good)] if f[3] else [speed(f[2], good)]


def trd(f: list[str]) -> list[Reading]:
    """Return the speed of bow thruster 1 where it is given in rpm."""
    if f[0] != "1" or f[2] == "P":
        return []
    return [_BOW(f[1], f[2] == "R")]
