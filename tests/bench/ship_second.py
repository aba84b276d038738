"""A ship's second in sentences: what a cargo ship's bridge and her AIS receiver say, 63 lines, every line another value."""

from __future__ import annotations

import random
from math import cos, radians

from pyais.encode import encode_dict

from protocols.nmea0183.framing import framed

RATES = {"GGA": 2, "RMC": 2, "VTG": 2, "HDT": 10, "ROT": 10, "DPT": 1, "MWV": 5, "RSA": 5, "RPM": 2, "XDR": 2}
"""Sentences a second of the ship's own instruments: 41."""
TARGETS, STATIC = 18, 2
"""Class A position reports of one part and static reports of two parts a second: 22 lines."""
LINES = 63
START_LATITUDE, START_LONGITUDE, SPEED_KN = 35.0, 129.0, 12.0


def lines(seconds: int, seed: int = 42) -> list[bytes]:
    """Return the lines of that many seconds of a voyage off Busan; the same seed gives the same lines."""
    chance = random.Random(seed)
    return [line for second in range(seconds) for line in (*_own(second, chance), *_traffic(second, chance))]


def _degrees(value: float, digits: int) -> str:
    return f"{int(value):0{digits}d}{value % 1.0 * 60.0:08.5f}"


def _own(second: int, chance: random.Random) -> list[bytes]:
    return [
        framed(_body(formatter, second + number / rate, chance))
        for formatter, rate in RATES.items()
        for number in range(rate)
    ]


def _body(formatter: str, at_s: float, chance: random.Random) -> str:
    heading = (95.0 + chance.gauss(0.0, 1.0)) % 360.0
    latitude = START_LATITUDE + at_s * SPEED_KN / 3600.0 / 60.0 * cos(radians(heading))
    longitude = START_LONGITUDE + at_s * SPEED_KN / 3600.0 / 60.0
    position = f"{_degrees(latitude, 2)},N,{_degrees(longitude, 3)},E"
    clock = f"{int(at_s) // 3600 % 24:02d}{int(at_s) // 60 % 60:02d}{at_s % 60.0:05.2f}"
    speed = SPEED_KN + chance.gauss(0.0, 0.1)
    return {
        "GGA": f"GPGGA,{clock},{position},2,{chance.randint(7, 14):02d},0.{chance.randint(6, 9)},12.4,M,28.1,M,2.0,0120",
        "RMC": f"GPRMC,{clock},A,{position},{speed:.1f},{heading:.1f},261126,8.2,W,D",
        "VTG": f"GPVTG,{heading:.1f},T,{heading + 8.2:.1f},M,{speed:.1f},N,{speed * 1.852:.1f},K,D",
        "HDT": f"HEHDT,{heading:.2f},T",
        "ROT": f"TIROT,{chance.gauss(0.0, 3.0):.1f},A",
        "DPT": f"SDDPT,{40.0 + chance.gauss(0.0, 1.0):.1f},-6.5,200.0",
        "MWV": f"WIMWV,{chance.uniform(300.0, 340.0):.1f},R,{chance.uniform(8.0, 12.0):.1f},M,A",
        "RSA": f"ERRSA,{chance.gauss(0.0, 2.0):.1f},A,,V",
        "RPM": f"ERRPM,S,0,{95.0 + chance.gauss(0.0, 0.3):.1f},80.0,A",
        "XDR": f"IIXDR,A,{chance.gauss(0.0, 2.0):.1f},D,ROLL,A,{chance.gauss(0.0, 0.5):.1f},D,PTCH,"
               f"C,{chance.uniform(17.0, 18.0):.1f},C,AIRT,P,{chance.uniform(1.010, 1.016):.4f},B,BARO",
    }[formatter]  # fmt: skip


def _traffic(second: int, chance: random.Random) -> list[bytes]:
    heard: list[bytes] = []
    for number in range(TARGETS):
        heard += _ais({
            "type": 1, "mmsi": 440_000_000 + (second * TARGETS + number) % 300, "status": 0,
            "turn": chance.choice((0.0, 5.0, -5.0)), "speed": round(chance.uniform(0.0, 20.0), 1), "accuracy": True,
            "lon": round(129.0 + chance.uniform(-0.5, 0.5), 5), "lat": round(35.0 + chance.uniform(-0.5, 0.5), 5),
            "course": round(chance.uniform(0.0, 359.9), 1), "heading": chance.randint(0, 359), "second": second % 60,
        })  # fmt: skip
    for number in range(STATIC):
        heard += _ais({
            "type": 5, "mmsi": 440_000_000 + (second * STATIC + number) % 300, "imo": 9_000_000 + number,
            "callsign": f"D{chance.randint(1000, 9999)}", "shipname": f"BUSAN {chance.randint(1, 99)}", "ship_type": 70,
            "to_bow": 150, "to_stern": 30, "to_port": 14, "to_starboard": 14, "draught": 8.5, "destination": "BUSAN",
        }, seq_id=(second * STATIC + number) % 10)  # fmt: skip
    return heard


def _ais(fields: dict[str, object], seq_id: int = 0) -> list[bytes]:
    return [line.encode("ascii") for line in encode_dict(fields, talker_id="AI", sentence_type="VDM", seq_id=seq_id)]
