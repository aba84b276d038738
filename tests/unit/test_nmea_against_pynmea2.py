"""Every value of the recordings of NMEA 0183 is what pynmea2 reads, where it can be trusted: sentences with good framing."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pynmea2
import pytest

from protocols.nmea0183.sentence import Sentence, parse_line, readings
from protocols.reading import Quality
from tests.shared_folder import shared

KN_MPS = 1852 / 3600
MEASURED = "ADFPR"
Read = dict[str, float | None]


def number(text: object, scale: float = 1.0) -> float | None:
    """Return a field of pynmea2 as a number, None where it is none."""
    try:
        return float(text) * scale  # type: ignore[arg-type] # text or Decimal or None
    except (TypeError, ValueError):
        return None


def gga(said: Any) -> Read:
    """A fix counts with quality 1 to 5."""
    is_fix = said.gps_qual in range(1, 6)
    return {"NAV_LAT": said.latitude if is_fix else None, "NAV_LON": said.longitude if is_fix else None,
            "GNSS_SAT": number(said.num_sats), "GNSS_HDOP": number(said.horizontal_dil) if is_fix else None}  # fmt: skip


def rmc(said: Any) -> Read:
    """Everything counts with status A and a mode that measures."""
    is_good = said.status == "A" and (len(said.data) < 12 or said.data[11] in MEASURED)
    found = {"NAV_LAT": said.latitude, "NAV_LON": said.longitude, "NAV_SOG": number(said.spd_over_grnd),
             "NAV_COG": number(said.true_course)}  # fmt: skip
    return {name: value if is_good else None for name, value in found.items()}


def gll(said: Any) -> Read:
    """As RMC."""
    is_good = said.status == "A" and (len(said.data) < 7 or said.data[6] in MEASURED)
    return {"NAV_LAT": said.latitude if is_good else None, "NAV_LON": said.longitude if is_good else None}


def vtg(said: Any) -> Read:
    """Counts in a mode that measures, and where there is none."""
    is_good = len(said.data) < 9 or said.data[8] in ("", *MEASURED)
    return {"NAV_COG": number(said.true_track) if is_good else None,
            "NAV_SOG": number(said.spd_over_grnd_kts) if is_good else None}  # fmt: skip


def mwv(said: Any) -> Read:
    """The relative wind, angles to port negative."""
    if said.reference != "R":
        return {}
    angle, speed = number(said.wind_angle), number(said.wind_speed)
    is_good = said.status == "A" and angle is not None and speed is not None
    scale = {"K": 1 / 3.6, "M": 1.0, "N": KN_MPS, "S": 0.44704}[said.wind_speed_units]
    turned = None if angle is None else (angle - 360.0 if angle > 180.0 else angle)
    return {"WND_AWA": turned if is_good else None, "WND_AWS": speed * scale if is_good and speed is not None else None}


THEIRS: dict[str, Callable[[Any], Read]] = {
    "GGA": gga, "RMC": rmc, "GLL": gll, "VTG": vtg, "MWV": mwv,
    "HDT": lambda said: {"NAV_HDG": number(said.heading)},
    "HDM": lambda said: {"NAV_HDM": number(said.heading)},
    "ROT": lambda said: {"NAV_ROT": number(said.rate_of_turn) if said.status == "A" else None},
    "DBT": lambda said: {"NAV_DPTT": number(said.depth_meters)},
    "DPT": lambda said: {"NAV_DPTT": number(said.depth)},
    "MTW": lambda said: {"ENV_SWT": number(said.temperature)},
    "VHW": lambda said: {"NAV_STW": number(said.water_speed_knots)},
    "MWD": lambda said: {"WND_TWD": number(said.direction_true), "WND_TWS": number(said.wind_speed_meters)},
}  # fmt: skip
"""{formatter: what pynmea2 says of the channels that we read from it}"""


def lines_of(path: Path) -> list[bytes]:
    """Return the lines of a recording."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()


def differences(lines: list[bytes]) -> tuple[Counter[str], list[str]]:
    """Return how many values of each formatter were compared, and those that differ by more than 1e-6."""
    compared, found = Counter[str](), list[str]()
    for line in lines:
        sentence = parse_line(line)
        if not isinstance(sentence, Sentence) or sentence.formatter not in THEIRS:
            continue
        ours = readings(sentence)
        if isinstance(ours, str):
            continue
        told = {each.channel: each.value if each.quality is Quality.GOOD else None for each in ours}
        text = line[line.index(b"$") :].decode("ascii").partition("*")[0]
        for channel, theirs in THEIRS[sentence.formatter](pynmea2.parse(text)).items():
            compared[sentence.formatter] += 1
            value = told.get(channel)
            is_alike = value is None if theirs is None else value == pytest.approx(theirs, abs=1e-6)
            found += [] if is_alike else [f"{text}: {channel} {value}, theirs {theirs}"]
    return compared, found


@pytest.mark.parametrize(
    ("name", "values", "formatters"),
    [
        ("plaka.log.gz", 87_000, "DBT GLL HDM HDT MWD MWV VHW VTG"),
        ("gofree-merrimac.log", 2_836, "DBT DPT GGA GLL MTW MWD MWV RMC VHW VTG"),
        ("gpsd_bundg_zeus_9.log", 2_922, "DBT DPT GGA GLL MTW MWD MWV RMC VHW VTG"),
        ("gpsd_hemi.log", 1_505, "GGA HDT VTG"),
        ("gpsd_humminbird-M37.log", 181, "DPT GGA GLL MTW RMC VTG"),
        ("gpsd_saab-r4.log", 168, "GGA GLL HDT RMC ROT VTG"),
        ("gpsd_sounder.log", 366, "DBT GLL"),
    ],
)
def test_each_value_of_a_recording_is_what_pynmea2_reads(name: str, values: int, formatters: str) -> None:
    """Nothing wrong, nothing lost, nothing made up: a value here is the value there, and none is none."""
    compared, found = differences(lines_of(shared(f"data/nmea0183/{name}")))
    assert found[:10] == []
    assert (compared.total(), " ".join(sorted(compared))) == (values, formatters)


def test_a_planted_difference_is_found() -> None:
    """The negative control: what pynmea2 takes for a number and the standard does not, and a hemisphere that it passes over."""
    _, found = differences([b"$HEHDT,1_2.5,T", b"$GPRMC,195719,A,5310.8115,X,00525.7025,E,4.5,87.0,160414,0.7,E,A"])
    assert len(found) == 3
