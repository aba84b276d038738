"""What feeds a channel and what the form reads are the same: two readers of one field, each the other's second opinion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.nmea0183.framing import framed
from protocols.nmea0183.ranges import RANGES
from protocols.nmea0183.sentence import Sentence, parse_line, readings
from protocols.nmea0183.typed import fields_of
from protocols.reading import Quality
from tests.nmea_examples import EXAMPLES

MPS = {"K": 1 / 3.6, "M": 1.0, "N": 1852 / 3600, "S": 0.44704}
CHANNELS: dict[str, dict[str, str]] = {
    "GGA": {"NAV_LAT": "latitude_deg", "NAV_LON": "longitude_deg", "GNSS_SAT": "satellites", "GNSS_HDOP": "hdop"},
    "GLL": {"NAV_LAT": "latitude_deg", "NAV_LON": "longitude_deg"},
    "RMC": {"NAV_LAT": "latitude_deg", "NAV_LON": "longitude_deg", "NAV_SOG": "sog_kn", "NAV_COG": "cog_deg"},
    "VTG": {"NAV_COG": "cog_deg"},
    "HDT": {"NAV_HDG": "heading_deg"},
    "THS": {"NAV_HDG": "heading_deg"},
    "HDM": {"NAV_HDM": "heading_magnetic_deg"},
    "ROT": {"NAV_ROT": "rate_deg_min"},
    "VBW": {"NAV_STW": "stw_along_kn", "NAV_STWT": "stw_across_kn"},
    "DPT": {"NAV_DPTT": "depth_m"},
    "DBT": {"NAV_DPTT": "depth_m"},
    "MTW": {"ENV_SWT": "temperature_c"},
    "MWD": {"WND_TWD": "direction_deg"},
    "RSA": {"STG_RUD_S": "starboard_deg", "STG_RUD_P": "port_deg"},
    "ROR": {"STG_ORD": "starboard_deg"},
    "RPM": {"SH_RPM": "speed_rpm", "ME_RPM": "speed_rpm", "PROP_PITCH": "pitch_pct"},
    "HTD": {"AP_HDGSET": "heading_deg"},
    "MWV": {"WND_AWA": "angle_deg", "WND_AWS": "speed"},
}
"""{formatter: {channel: field of the form}}"""
TOGETHER = {"NAV_LAT": "longitude_deg", "NAV_LON": "latitude_deg"}
"""Half a position is none."""
REFERENCE = 12
"""Of HTD, in which field it says what its headings refer to: the channel is of true headings, the form of those as spoken."""

text = st.one_of(
    st.sampled_from("A V N E W S T M K R L C P D F 0 1 2 8 -1 nan inf 1e5 1_2.5 1.5 95.0 5375.1 400 -5 250161".split()),  # noqa: SIM905
    st.from_regex(r"\A-?[0-9]{1,4}(\.[0-9]{0,3})?\Z"),
    st.just(""),
)


@given(st.sampled_from([line for line in EXAMPLES if line[3:6].decode() in CHANNELS]),
       st.lists(st.tuples(st.integers(0, 16), text), max_size=4))  # fmt: skip
def test_a_channel_has_a_value_exactly_when_the_form_has_one(line: bytes, changes: list[tuple[int, str]]) -> None:
    """Up to four fields of a good sentence are changed; value, absence and refusal are the same both ways."""
    good = parse_line(line)
    assert isinstance(good, Sentence)
    fields = list(good.fields)
    for at, changed in changes:
        fields[at % len(fields)] = changed
    sentence = parse_line(framed(",".join((good.address, *fields))))
    assert isinstance(sentence, Sentence)
    found, typed = readings(sentence), fields_of(sentence)
    assert not isinstance(found, str)
    assert typed is not None
    if sentence.formatter == "HTD" and sentence.fields[REFERENCE] not in ("T", ""):
        assert {reading.quality for reading in found} <= {Quality.INVALID}
        return
    for reading in found:
        name = CHANNELS[sentence.formatter].get(reading.channel)
        if name is None:
            continue
        value = typed.values.get(name)
        other = TOGETHER.get(reading.channel)
        whole = other is None or other in typed.values or typed.faults.get(other) == typed.faults.get(name)
        if reading.quality is not Quality.GOOD:
            unusable = not isinstance(value, float | int) or (other is not None and other not in typed.values)
            assert unusable or not in_range(reading.channel, as_channel(reading.channel, value, typed.values))
        else:
            assert whole
            assert isinstance(value, float | int)
            assert reading.value == pytest.approx(as_channel(reading.channel, value, typed.values))


def as_channel(channel: str, value: float, values: dict[str, object]) -> float:
    """Return a value of the form in the channel's unit and sense."""
    if channel == "WND_AWS":
        return value * MPS[str(values["unit"])]
    return value - 360.0 if channel == "WND_AWA" and value > 180.0 else value


def in_range(channel: str, value: float) -> bool:
    """Tell whether a channel can have this value."""
    _, low, high = RANGES[channel]
    return low <= value <= high
