"""Wind, and transducers of any kind: the forms, and what feeds channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.nmea0183.field import measured, number, reading
from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import Fault, Field, FieldValue, choice, decimal, num, with_unit
from protocols.reading import Reading

TRANSDUCER_UNITS: Final[dict[str, tuple[str, ...]]] = {
    "A": ("D",),  # angle, degrees
    "C": ("C",),  # temperature, degC
    "D": ("M",),  # displacement, m
    "E": ("P",),  # volume, % of full
    "F": ("N",),  # force, N
    "G": ("", "P", "V", "A", "B", "C", "D", "M"),  # generic: makers write what they like
    "H": ("P",),  # humidity, %
    "I": ("A",),  # current, A
    "L": ("S",),  # salinity, parts per thousand
    "P": ("B", "P"),  # pressure, bar or Pa
    "R": ("L", "l"),  # flow, l/s
    "S": ("",),  # switch: 0 or 1
    "T": ("R",),  # tachometer, rpm
    "U": ("V",),  # voltage, V
    "V": ("M",),  # volume, m3
}
"""{type of transducer: its units}; a value in another unit is not believed."""


def _transducer(texts: list[str]) -> FieldValue | Fault:
    """Return (type, value, unit, name) of a quadruple; one that cannot be read costs itself."""
    kind, text, unit, name = texts
    if not text:
        return Fault.ABSENT
    value = number(text)
    if value is None or kind not in TRANSDUCER_UNITS or not name.isprintable():
        return Fault.SPELLING
    return (kind, value, unit, name) if unit in TRANSDUCER_UNITS[kind] else Fault.SIDE


def _quadruple(value: FieldValue) -> list[str]:
    kind, measure, unit, name = value if isinstance(value, tuple) and len(value) == 4 else (None,) * 4  # noqa: PLR2004
    if not isinstance(measure, int | float):
        raise ValueError(f"{value!r} is no (type, value, unit, name)")  # noqa: TRY004 - bad values are one kind of error
    return [str(kind), decimal(measure, 1), str(unit), str(name)]


FORMS: Final = (
    Form("MWV", "wind, R relative or T theoretical", (
        num("angle_deg", 0.0, 360.0).given("status", "A"),  # from the bow
        choice("reference", "RT"),
        num("speed", 0.0, 999.9).given("status", "A").given("unit", "KMNS"),
        choice("unit", "KMNS"),  # km/h, m/s, knots, statute miles an hour
        choice("status", "AV"),
    )),
    Form("MWD", "wind over ground", (
        with_unit("direction_deg", "T", 0.0, 360.0),
        with_unit("direction_magnetic_deg", "M", 0.0, 360.0),
        with_unit("speed_kn", "N", 0.0, 999.9),
        with_unit("speed_mps", "M", 0.0, 999.9),
    )),
    Form("XDR", "transducers", (), repeat=Field("transducer", _transducer, _quadruple, 4, ("", "", "", ""))),
)  # fmt: skip

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
