"""Wind, and transducers of any kind: the forms, and what feeds channels."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.field import Gauge, gauge, none_of, number
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


def _from_bow(angle: float) -> float:
    """Return an angle of 0..360 deg as -180..180; another one stays what it is, which is out of range."""
    if angle < 0.0:
        return angle - 360.0
    return angle - 360.0 if 180.0 < angle <= 360.0 else angle  # noqa: PLR2004 - degrees


_APPARENT: Final = {unit: gauge("WND_AWS", scale) for unit, scale in TO_MPS.items()}
_ANGLE: Final = gauge("WND_AWA", turned=_from_bow)
_NO_SPEED: Final = none_of("WND_AWS")
_DIRECTION, _TRUE_MPS, _TRUE_KN = gauge("WND_TWD"), gauge("WND_TWS"), gauge("WND_TWS", TO_MPS["N"])


def mwv(f: list[str]) -> list[Reading]:
    """Return the apparent wind (R); the theoretical one (T) is computed from others and not used."""
    if f[1] != "R":
        return []
    is_good, speed = f[4] == "A", _APPARENT.get(f[3])
    return [_ANGLE(f[0], is_good), _NO_SPEED if speed is None else speed(f[2], is_good)]


def mwd(f: list[str]) -> list[Reading]:
    """Return the wind over ground; m/s, or knots where m/s is empty."""
    direction = _DIRECTION(f[0], f[1] == "T")
    if f[6]:
        return [direction, _TRUE_MPS(f[6], f[7] == "M")]
    return [direction, _TRUE_KN(f[4], f[5] == "N")]


TRANSDUCERS: Final[dict[tuple[str, str, str], Gauge]] = {
    ("A", "D", "ROLL"): gauge("NAV_ROLL"),
    ("A", "D", "HEEL"): gauge("NAV_ROLL"),
    ("A", "D", "PTCH"): gauge("NAV_PITCH"),
    ("A", "D", "PITCH"): gauge("NAV_PITCH"),
    ("A", "D", "TRIM"): gauge("NAV_PITCH"),
    ("C", "C", "AIRT"): gauge("ENV_AIRT"),
    ("C", "C", "AIRTEMP"): gauge("ENV_AIRT"),
    ("P", "B", "BARO"): gauge("ENV_BARO", 1000.0),
    ("P", "P", "BARO"): gauge("ENV_BARO", 0.01),
}
"""{(type, unit, name): channel}; names are makers' habits, a transducer that is not here has no channel."""


def xdr(f: list[str]) -> list[Reading]:
    """Return the readings of the transducers that have a channel; a quadruple that cannot be read costs itself."""
    readings: list[Reading] = []
    for start in range(0, len(f) - 3, 4):
        transducer = TRANSDUCERS.get((f[start], f[start + 2], f[start + 3]))
        if transducer is not None:
            readings.append(transducer(f[start + 1], f[start + 1] != ""))
    return readings
