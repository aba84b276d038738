"""The instruments as a table: what each measures with which noise, how often, and the sentences it says.

One record per instrument (measure, say). Faults act here and only here: silent, frozen, void, jumping.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simulators.devices.sentence import framed, hms, latitude, longitude, moment
from simulators.devices.truth import Truth

Values = tuple[float, ...]
Measure = Callable[[Truth, random.Random], Values]
Say = Callable[[Values | None, Truth], list[str]]
"""Told None, the instrument says in its sentences' own way that it does not know."""


class SensorFault(StrEnum):
    """How an instrument can fail."""

    SILENT = "silent"
    FROZEN = "frozen"
    """Repeats its last values; only its clock runs on."""
    VOID = "void"
    """Says that it does not know: status V, null fields."""
    JUMPING = "jumping"
    """Every few seconds a value far off, with good status and checksum."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: group and SFI name the IEC 61162-450 group and source."""

    name: str
    group: str
    source: str
    period_s: float
    measure: Measure
    say: Say
    jump: Values
    """Added to the values while jumping."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence with where it came from."""

    group: str
    source: str
    sentence: bytes


def _gnss(noise_m: float, satellites: int, hdop: float) -> Measure:
    def measure(truth: Truth, dice: random.Random) -> Values:
        metre = 1.0 / 111_320.0
        east = metre / max(0.01, math.cos(math.radians(truth.latitude_deg)))
        speed = max(0.0, truth.sog_kn + dice.gauss(0, 0.03))
        return (
            truth.latitude_deg + dice.gauss(0, noise_m) * metre,
            truth.longitude_deg + dice.gauss(0, noise_m) * east,
            speed,
            (truth.cog_deg + dice.gauss(0, 0.3)) % 360.0,
            satellites + dice.randint(-1, 1),
            max(0.5, hdop + dice.gauss(0, 0.05)),
        )

    return measure


def _say_gnss(talker: str) -> Say:
    def say(values: Values | None, truth: Truth) -> list[str]:
        when = moment(truth.utc_ns)
        clock, day = hms(when), f"{when:%d%m%y}"
        zone = f"{talker}ZDA,{clock},{when:%d,%m,%Y},00,00"
        if values is None:
            return [
                f"{talker}GGA,{clock},,,,,0,00,,,M,,M,,",
                f"{talker}RMC,{clock},V,,,,,,,{day},,,N,V",
                f"{talker}VTG,,T,,M,,N,,K,N",
                zone,
            ]
        lat, lon, speed, course, satellites, hdop = values
        place = f"{latitude(lat)},{longitude(lon)}"
        magnetic = (course - truth.variation_deg) % 360.0
        variation = f"{abs(truth.variation_deg):.1f},{'E' if truth.variation_deg >= 0 else 'W'}"
        return [
            f"{talker}GGA,{clock},{place},1,{int(satellites):02d},{hdop:.1f},{truth.draught_m:.1f},M,25.0,M,,",
            f"{talker}RMC,{clock},A,{place},{speed:.2f},{course:.1f},{day},{variation},A,V",
            f"{talker}VTG,{course:.1f},T,{magnetic:.1f},M,{speed:.2f},N,{speed * 1.852:.2f},K,A",
            zone,
        ]

    return say


def _measure_gyro(truth: Truth, dice: random.Random) -> Values:
    return ((truth.heading_deg + dice.gauss(0, 0.08)) % 360.0,)


def _say_gyro(values: Values | None, _truth: Truth) -> list[str]:
    """HDT has no status and is silent when void; THS says V (IEC 61162-1 ed. 6 prefers THS)."""
    if values is None:
        return ["HETHS,,V"]
    return [f"HEHDT,{values[0]:.2f},T", f"HETHS,{values[0]:.2f},A"]


def _measure_compass(truth: Truth, dice: random.Random) -> Values:
    return ((truth.heading_deg - truth.variation_deg + dice.gauss(0, 0.5)) % 360.0, truth.variation_deg)


def _say_compass(values: Values | None, _truth: Truth) -> list[str]:
    if values is None:
        return ["HCHDG,,,,,"]
    return [f"HCHDG,{values[0]:.1f},0.0,E,{abs(values[1]):.1f},{'E' if values[1] >= 0 else 'W'}"]


def _measure_turn(truth: Truth, dice: random.Random) -> Values:
    return (truth.rate_degpmin + dice.gauss(0, 0.2),)


def _say_turn(values: Values | None, _truth: Truth) -> list[str]:
    return ["TIROT,,V"] if values is None else [f"TIROT,{values[0]:.1f},A"]


def _measure_log(truth: Truth, dice: random.Random) -> Values:
    return (
        truth.water_long_kn + dice.gauss(0, 0.04),
        truth.water_trans_kn + dice.gauss(0, 0.03),
        truth.ground_long_kn + dice.gauss(0, 0.04),
        truth.ground_trans_kn + dice.gauss(0, 0.03),
    )


def _say_log(values: Values | None, truth: Truth) -> list[str]:
    if values is None:
        return ["VDVHW,,T,,M,,N,,K", "VDVBW,,,V,,,V,,V,,V"]
    through, across, ground, drift = values
    magnetic = (truth.heading_deg - truth.variation_deg) % 360.0
    return [
        f"VDVHW,{truth.heading_deg:.1f},T,{magnetic:.1f},M,{through:.2f},N,{through * 1.852:.2f},K",
        f"VDVBW,{through:.2f},{across:.2f},A,{ground:.2f},{drift:.2f},A,,V,,V",
    ]


def _measure_sounder(truth: Truth, dice: random.Random) -> Values:
    below = truth.depth_m - truth.transducer_m
    return (max(0.0, below + dice.gauss(0, 0.1)), truth.transducer_m - truth.draught_m)


def _say_sounder(values: Values | None, _truth: Truth) -> list[str]:
    # The offset is negative: transducer to keel.
    return ["SDDPT,,,"] if values is None else [f"SDDPT,{values[0]:.1f},{min(-0.01, values[1]):.2f},500"]


def _measure_wind(truth: Truth, dice: random.Random) -> Values:
    return (
        (truth.apparent_angle_deg + dice.gauss(0, 2.0)) % 360.0,
        max(0.0, truth.apparent_speed_mps + dice.gauss(0, 0.3)),
        (truth.wind_from_deg + dice.gauss(0, 2.0)) % 360.0,
        max(0.0, truth.wind_speed_mps + dice.gauss(0, 0.3)),
    )


def _say_wind(values: Values | None, truth: Truth) -> list[str]:
    if values is None:
        return ["WIMWV,,R,,M,V", "WIMWD,,T,,M,,N,,M"]
    angle, speed, source, true_speed = values
    magnetic = (source - truth.variation_deg) % 360.0
    return [
        f"WIMWV,{angle:.1f},R,{speed:.1f},M,A",
        f"WIMWD,{source:.1f},T,{magnetic:.1f},M,{true_speed * 1.943844:.1f},N,{true_speed:.1f},M",
    ]


def _measure_rudder(truth: Truth, dice: random.Random) -> Values:
    return (truth.rudder_deg + dice.gauss(0, 0.05), truth.rudder_order_deg)


def _say_rudder(values: Values | None, _truth: Truth) -> list[str]:
    if values is None:
        return ["RCRSA,,V,,V", "RCROR,,V,,V,B"]
    return [f"RCRSA,{values[0]:.1f},A,,V", f"RCROR,{values[1]:.1f},A,,V,B"]


def _measure_shaft(truth: Truth, dice: random.Random) -> Values:
    return (truth.shaft_rpm + dice.gauss(0, 0.05), truth.thruster_rpm)


def _say_shaft(values: Values | None, _truth: Truth) -> list[str]:
    if values is None:
        return ["IIRPM,S,0,,,V"]
    return [f"IIRPM,S,0,{values[0]:.1f},100.0,A", f"IITRD,1,{values[1]:.1f},R,,V,"]


def _measure_engine(truth: Truth, dice: random.Random) -> Values:
    return (truth.shaft_rpm + dice.gauss(0, 0.05),)


def _say_engine(values: Values | None, _truth: Truth) -> list[str]:
    return ["ERRPM,E,0,,,V"] if values is None else [f"ERRPM,E,0,{values[0]:.1f},,A"]


def _measure_attitude(truth: Truth, dice: random.Random) -> Values:
    return (truth.pitch_deg + dice.gauss(0, 0.02), truth.roll_deg + dice.gauss(0, 0.02))


def _say_attitude(values: Values | None, _truth: Truth) -> list[str]:
    if values is None:
        return ["IIXDR,A,,D,PTCH,A,,D,ROLL"]
    return [f"IIXDR,A,{values[0]:.2f},D,PTCH,A,{values[1]:.2f},D,ROLL"]


def _measure_weather(truth: Truth, dice: random.Random) -> Values:
    return (
        truth.air_degc + dice.gauss(0, 0.1),
        truth.pressure_hpa + dice.gauss(0, 0.1),
        truth.water_degc + dice.gauss(0, 0.05),
    )


def _say_weather(values: Values | None, _truth: Truth) -> list[str]:
    if values is None:
        return ["WIXDR,C,,C,AIRT,P,,B,BARO", "YXMTW,,C"]
    return [f"WIXDR,C,{values[0]:.1f},C,AIRT,P,{values[1] / 1000.0:.5f},B,BARO", f"YXMTW,{values[2]:.1f},C"]


_NOWHERE = 0.05
"""About 5 km north and 4 km east: what a spoofed or confused receiver shows."""

INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument("gps1", "NAVD", "GP0001", 1.0, _gnss(1.5, 11, 0.9), _say_gnss("GP"), (_NOWHERE, _NOWHERE, 0, 0, 0, 0)),
    Instrument("gps2", "NAVD", "GN0001", 1.0, _gnss(4.0, 17, 1.4), _say_gnss("GN"), (_NOWHERE, _NOWHERE, 0, 0, 0, 0)),
    Instrument("gyro", "SATD", "HE0001", 0.1, _measure_gyro, _say_gyro, (40.0,)),
    Instrument("turn", "SATD", "TI0001", 0.1, _measure_turn, _say_turn, (90.0,)),
    Instrument("rudder", "NAVD", "RC0001", 0.1, _measure_rudder, _say_rudder, (25.0, 0.0)),
    Instrument("attitude", "SATD", "II0002", 0.2, _measure_attitude, _say_attitude, (8.0, 20.0)),
    Instrument("shaft", "MISC", "II0001", 0.5, _measure_shaft, _say_shaft, (60.0, 0.0)),
    Instrument("engine", "MISC", "ER0001", 0.5, _measure_engine, _say_engine, (60.0,)),
    Instrument("compass", "NAVD", "HC0001", 0.5, _measure_compass, _say_compass, (40.0, 0.0)),
    Instrument("log", "NAVD", "VD0001", 1.0, _measure_log, _say_log, (12.0, 3.0, 12.0, 3.0)),
    Instrument("sounder", "NAVD", "SD0001", 1.0, _measure_sounder, _say_sounder, (-60.0, 0.0)),
    Instrument("wind", "MISC", "WI0001", 1.0, _measure_wind, _say_wind, (90.0, 25.0, 90.0, 25.0)),
    Instrument("weather", "MISC", "WI0002", 10.0, _measure_weather, _say_weather, (30.0, 60.0, 15.0)),
)
"""Every instrument of a vessel, fastest first where it matters; names are what faults are set on."""

_JUMP_PERIOD_S, _JUMP_LENGTH_S = 7.0, 1.0
"""A jumping instrument is far off for one second in seven."""


class Instruments:
    """All instruments of one vessel; pure: `sentences_due` is told what is so."""

    def __init__(self, seed: str, absent: frozenset[str] = frozenset()) -> None:
        """Seed every instrument's noise by its own name, so that one instrument never disturbs another's."""
        self.faults: dict[str, SensorFault] = {}
        self.fitted = tuple(instrument for instrument in INSTRUMENTS if instrument.name not in absent)
        self._dice = {entry.name: random.Random(f"{seed}/{entry.name}") for entry in self.fitted}
        self._due_s: dict[str, float] = {}
        self._last: dict[str, Values] = {}

    def sentences_due(self, truth: Truth) -> list[Line]:
        """Return the sentences due at `truth.now_s`; each instrument keeps its own period."""
        lines: list[Line] = []
        for instrument in self.fitted:
            due = self._due_s.get(instrument.name, truth.now_s)
            # Half a millisecond of grace: a sum of tenths is never exactly a whole second.
            if truth.now_s + 0.0005 < due:
                continue
            self._due_s[instrument.name] = max(due + instrument.period_s, truth.now_s + 0.5 * instrument.period_s)
            lines += self._said(instrument, truth)
        return lines

    def _said(self, instrument: Instrument, truth: Truth) -> list[Line]:
        fault = self.faults.get(instrument.name)
        if fault is SensorFault.SILENT:
            return []
        if fault is not SensorFault.FROZEN or instrument.name not in self._last:
            self._last[instrument.name] = instrument.measure(truth, self._dice[instrument.name])
        values = self._last[instrument.name]
        if fault is SensorFault.JUMPING and truth.now_s % _JUMP_PERIOD_S < _JUMP_LENGTH_S:
            values = tuple(value + jump for value, jump in zip(values, instrument.jump, strict=True))
        bodies = instrument.say(None if fault is SensorFault.VOID else values, truth)
        return [Line(instrument.group, instrument.source, framed(body)) for body in bodies]
