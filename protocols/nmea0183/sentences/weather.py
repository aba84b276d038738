"""Wind, and transducers of any kind.

MWV angle 0-359 from the bow, R/T, speed, K/M/N/S, A/V
MWD direction, T, direction, M, speed, N, speed, M
XDR quadruples: type, value, unit, name
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.nmea0183.field import measured, number, reading
from protocols.reading import Reading

TO_MPS: Final = {"K": 1 / 3.6, "M": 1.0, "N": 1852 / 3600, "S": 0.44704}
"""Speed units of MWV in m/s: km/h, m/s, knots, statute miles an hour."""


def mwv(f: list[str]) -> list[Reading]:
    """Return the apparent wind (R); the theoretical one (T) is computed from others and not used."""
    if f[1] != "R":
        return []
    angle = number(f[0])
    signed = angle if angle is None or angle <= 180.0 else angle - 360.0  # noqa: PLR2004 - degrees
    good = f[4] == "A" and f[3] in TO_MPS
    return [
        reading("WND_AWA", signed, is_valid=good),
        measured("WND_AWS", f[2], scale=TO_MPS.get(f[3], 1.0), is_valid=good),
    ]


def mwd(f: list[str]) -> list[Reading]:
    """Return the wind over ground; m/s, or knots where m/s is empty."""
    direction = measured("WND_TWD", f[0], is_valid=f[1] == "T")
    if f[6]:
        return [direction, measured("WND_TWS", f[6], is_valid=f[7] == "M")]
    return [direction, measured("WND_TWS", f[4], scale=TO_MPS["N"], is_valid=f[5] == "N")]


@dataclass(frozen=True, slots=True)
class Transducer:
    """What a transducer of this type, unit and name measures."""

    channel: str
    scale: float = 1.0


TRANSDUCERS: Final[dict[tuple[str, str, str], Transducer]] = {
    ("A", "D", "ROLL"): Transducer("NAV_ROLL"),
    ("A", "D", "HEEL"): Transducer("NAV_ROLL"),
    ("A", "D", "PTCH"): Transducer("NAV_PITCH"),
    ("A", "D", "PITCH"): Transducer("NAV_PITCH"),
    ("A", "D", "TRIM"): Transducer("NAV_PITCH"),
    ("C", "C", "AIRT"): Transducer("ENV_AIRT"),
    ("C", "C", "AIRTEMP"): Transducer("ENV_AIRT"),
    ("P", "B", "BARO"): Transducer("ENV_BARO", 1000.0),
    ("P", "P", "BARO"): Transducer("ENV_BARO", 0.01),
}
"""{(type, unit, name): channel}; names are makers' habits, a transducer that is not here has no channel."""


def xdr(f: list[str]) -> list[Reading]:
    """Return the readings of the transducers that have a channel; a quadruple that cannot be read costs itself."""
    readings: list[Reading] = []
    for start in range(0, len(f) - 3, 4):
        transducer = TRANSDUCERS.get((f[start], f[start + 2], f[start + 3]))
        if transducer is not None:
            readings.append(measured(transducer.channel, f[start + 1], scale=transducer.scale))
    return readings
