"""AIS messages at their limits: lengths of the standard, values not available and out of range, parts that do not fit."""

from __future__ import annotations

import pytest

from protocols.ais.assembler import APART_MAX
from protocols.ais.decoder import decode_bits, decode_payload
from protocols.ais.layouts import LAYOUTS
from protocols.ais.reader import BAD_FIELDS, AisReader
from protocols.ais.report import AisReport
from protocols.ais.rest import laid_out

LENGTHS = {
    "1": 168, "2": 168, "3": 168, "4": 168, "5": 424, "6": 88, "7": 168, "8": 56, "9": 168, "10": 72, "11": 168, "12": 72,
    "13": 168, "14": 40, "15": 160, "16": 96, "16 two": 144, "17": 80, "18": 168, "19": 312, "20": 160, "21": 272,
    "22": 168, "22 addressed": 168, "23": 160, "24 A": 160, "24 B": 168, "24 B auxiliary": 168, "25": 40,
    "25 structured": 56, "25 addressed": 70, "25 addressed structured": 86, "27": 96,
}  # fmt: skip
"""Bits of the fixed part of each message (ITU-R M.1371-5 annex 8)."""
LIMITS = [
    # message, field, raw, what the report says (None: not available), is it a fault
    ("1", "sog_kn", 0, 0.0, False), ("1", "sog_kn", 1022, 102.2, False), ("1", "sog_kn", 1023, None, False),
    ("1", "cog_deg", 3599, 359.9, False), ("1", "cog_deg", 3600, None, False), ("1", "cog_deg", 3601, None, True),
    ("1", "cog_deg", 4095, None, True), ("1", "heading_deg", 359, 359, False), ("1", "heading_deg", 360, None, True),
    ("1", "heading_deg", 510, None, True), ("1", "heading_deg", 511, None, False), ("1", "nav_status", 15, None, False),
    ("1", "nav_status", 0, 0, False), ("1", "rot_deg_min", 128, None, False), ("1", "rot_deg_min", 127, None, False),
    ("1", "rot_deg_min", 129, None, False), ("1", "rot_deg_min", 126, 708.7, False), ("1", "rot_deg_min", 130, -708.7, False),
    ("1", "rot_deg_min", 0, 0.0, False), ("1", "rot_deg_min", 255, -0.0, False), ("1", "rot_deg_min", 5, 1.1, False),
    ("1", "latitude_deg", 54_000_000, 90.0, False), ("1", "latitude_deg", 54_000_001, None, True),
    ("1", "latitude_deg", 54_600_000, None, False), ("1", "latitude_deg", (1 << 27) - 54_000_000, -90.0, False),
    ("1", "latitude_deg", 1 << 26, None, True), ("1", "longitude_deg", 108_000_000, 180.0, False),
    ("1", "longitude_deg", 108_000_001, None, True), ("1", "longitude_deg", 108_600_000, None, False),
    ("1", "longitude_deg", (1 << 28) - 1, -1 / 600_000, False), ("5", "ship_type", 0, None, False),
    ("5", "ship_type", 255, 255, False), ("5", "name", 0, None, False), ("9", "sog_kn", 1023, None, False),
    ("9", "sog_kn", 1022, 1022, False), ("18", "heading_deg", 511, None, False), ("27", "sog_kn", 63, None, False),
    ("27", "sog_kn", 62, 62, False), ("27", "cog_deg", 511, None, False), ("27", "cog_deg", 360, None, True),
    ("27", "longitude_deg", 108_600, None, False), ("27", "longitude_deg", 108_601, None, True),
    ("27", "latitude_deg", (1 << 17) - 1, -1 / 600, False),
]  # fmt: skip
REST = [
    ("5", "imo", 0, None), ("5", "imo", 9_074_729, 9_074_729), ("5", "draught_m", 0, None), ("5", "draught_m", 255, 25.5),
    ("5", "eta_month", 0, None), ("5", "eta_month", 13, None), ("5", "eta_hour", 24, None), ("5", "eta_hour", 25, None),
    ("5", "eta_hour", 23, 23), ("5", "eta_minute", 60, None), ("5", "eta_minute", 63, None), ("1", "second", 59, 59),
    ("1", "second", 60, None), ("1", "second", 61, "manual"), ("1", "second", 62, "dead reckoning"),
    ("1", "second", 63, "inoperative"), ("4", "year", 0, None), ("4", "year", 2026, 2026), ("4", "year", 16383, None),
    ("9", "altitude_m", 4095, None), ("9", "altitude_m", 4094, 4094), ("1", "manoeuvre", 3, None), ("1", "raim", 1, True),
    ("21", "is_virtual", 1, True), ("7", "destination1_mmsi", 0, None), ("7", "destination1_mmsi", 1 << 29, 536_870_912),
    ("7", "destination1_mmsi", (1 << 30) - 1, None),
]  # fmt: skip


def bits_with(message: str, name: str, raw: int) -> tuple[int, int]:
    """Return a message of zeros (type, part and MMSI are right) with one field set, and its length."""
    layout = laid_out(LAYOUTS[message])
    kind, is_two, is_addressed = int(message.split(maxsplit=1)[0]), message == "24 B", "addressed" in message
    values = {"type": kind, "mmsi": 244_123_456, "part": int(is_two), "is_addressed": int(is_addressed), name: raw}
    bits = 0
    for first, width, _, field in layout.places:
        bits |= values.get(field, 0) << layout.length - first - width
    return bits, layout.length


def report_of(bits: int, length: int) -> AisReport:
    """Return the report of a message that must be one."""
    report = decode_bits(bits, length, is_own_ship=False)
    assert isinstance(report, AisReport)
    return report


def test_each_message_has_the_length_of_the_standard() -> None:
    """Widths add up: no row of a table is missing, none is too wide."""
    assert {name: laid_out(fields).length for name, fields in LAYOUTS.items()} == LENGTHS
    assert {int(name.split()[0]) for name in LENGTHS} == {*range(1, 28)} - {26}  # 26: as 25


@pytest.mark.parametrize(("message", "name", "raw", "value", "is_fault"), LIMITS)
def test_a_value_at_its_limit(message: str, name: str, raw: int, value: object, is_fault: bool) -> None:
    """Not available is None and no fault, out of range is None and a fault, and neither is ever zero."""
    report = report_of(*bits_with(message, name, raw))
    found = getattr(report, name)
    assert found == pytest.approx(value) if isinstance(value, float) else found == value
    assert (found is None) == (value is None)
    assert report.faults == ((f"{name} out of range",) if is_fault else ())


@pytest.mark.parametrize(("message", "name", "raw", "value"), REST)
def test_a_value_of_the_rest_at_its_limit(message: str, name: str, raw: int, value: object) -> None:
    """What only readers in detail ask for keeps the same rules."""
    assert report_of(*bits_with(message, name, raw)).more().get(name) == value


def test_half_a_position_is_none() -> None:
    """A latitude that cannot be takes the longitude with it; course and speed stay."""
    report = report_of(*bits_with("1", "latitude_deg", 1 << 26))
    assert (report.latitude_deg, report.longitude_deg, report.sog_kn, report.cog_deg) == (None, None, 0.0, 0.0)


def test_a_message_cut_off_keeps_what_came() -> None:
    """A type 5 without its second part has a callsign and half a name: the callsign is read, the name is not."""
    whole, length = bits_with("5", "callsign", 0b000001_000010_000011 << 24)
    report = report_of(whole >> length - 168, 168)
    assert (report.callsign, report.name, report.ship_type, report.length_m) == ("ABC", None, None, None)
    assert report.faults == tuple(
        f"{name} cut off" for name in ("name", "ship_type", "to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m")
    )


def test_a_number_of_nobody_is_no_target() -> None:
    """MMSI have nine digits; the field holds more. The message is read, and says so."""
    report = report_of(*bits_with("1", "mmsi", 1_000_000_000))
    assert report.faults == ("mmsi out of range",)
    assert not report.is_of_somebody
    assert report_of(*bits_with("1", "mmsi", 999_999_999)).is_of_somebody
    assert not report_of(*bits_with("1", "mmsi", 0)).is_of_somebody


@pytest.mark.parametrize(
    ("payload", "fill", "why"),
    [("", "0", "empty payload"), ("1", "0", "shorter than type and MMSI"), ("13aGuX", "0", "payload character"),
     ("13aGu\x00P00PHfERNFruh0?vN289E", "0", "payload character"), ("13aGua?P00PHfERNFruh0?vN289é", "0", "payload character"),
     ("0" * 28, "0", "message 0 is not known"), ("w" * 28, "0", "message 63 is not known"), ("L" + "0" * 27, "0", "message 28"),
     ("H39k:b" + "<" + "0" * 21, "0", "message 24 D"), ("1" * 513, "0", "payload too long")],
)  # fmt: skip
def test_what_is_no_message_says_why(payload: str, fill: str, why: str) -> None:
    """Each with its reason; type 24 with part number 3 is one of them."""
    found = decode_payload(payload, fill, is_own_ship=False)
    assert isinstance(found, str)
    assert found.startswith(why)


PART_1 = "53@o0E000001Q0CG37U8u<Tp4q@D00000000000018330400000000000000"
PART_2 = "00000000008"


@pytest.mark.parametrize(
    "fields",
    [["0", "1", "", "A", PART_2, "0"], ["1", "0", "", "A", PART_2, "0"], ["2", "3", "1", "A", PART_2, "0"],
     ["", "", "", "", "", ""],
     ["1", "1", "", "A", PART_2, "6"], ["1", "1", "", "A", PART_2, ""], ["x", "1", "", "A", PART_2, "0"], ["1", "1", "", "A"],
     ["-1", "1", "", "A", PART_2, "0"], ["10", "1", "", "A", PART_2, "0"], ["²", "1", "", "A", PART_2, "0"]],
)  # fmt: skip
def test_counts_and_fill_bits_that_cannot_be(fields: list[str]) -> None:
    """Fragment count 0 and its kin cost that line and say so."""
    assert AisReader().receive("x", "VDM", fields) == BAD_FIELDS


def test_parts_in_any_order_and_from_several_sources() -> None:
    """Part two may come first; the same sequential id from another source or channel is another message."""
    reader = AisReader()
    second, first = ["2", "2", "6", "A", PART_2, "2"], ["2", "1", "6", "A", PART_1, "0"]
    assert reader.receive("north", "VDM", second) is None
    assert reader.receive("south", "VDM", first) is None
    assert reader.receive("north", "VDO", first) is None
    assert reader.receive("north", "VDM", [*first[:3], "B", *first[4:]]) is None
    report = reader.receive("north", "VDM", first)
    assert isinstance(report, AisReport)
    assert (report.type, report.mmsi, report.ship_type, report.length_m) == (5, 219_005_012, None, 12.0)
    assert reader.assembler.waiting_count == 3


def test_an_empty_second_part_leaves_what_the_first_told() -> None:
    """Its fields are cut off, not empty and not zero."""
    reader = AisReader()
    reader.receive("x", "VDM", ["2", "1", "6", "A", PART_1, "0"])
    report = reader.receive("x", "VDM", ["2", "2", "6", "A", "", "0"])
    assert isinstance(report, AisReport)
    assert report.type == 5
    assert reader.receive("x", "VDM", ["2", "2", "7", "A", "", "0"]) is None
    assert reader.receive("x", "VDM", ["2", "1", "7", "A", "", "0"]) == "empty payload"


def test_an_empty_channel_field_is_read() -> None:
    """Own transponders leave it out (VDO)."""
    report = AisReader().receive("x", "VDO", ["1", "1", "", "", "13aGua?P00PHfERNFruh0?vN289E", "0"])
    assert isinstance(report, AisReport)
    assert report.is_own_ship


def test_a_part_left_over_is_not_joined_to_a_later_message() -> None:
    """Its sequential id comes again after ten messages; by then it is an orphan, and counted."""
    reader = AisReader()
    reader.receive("x", "VDM", ["2", "1", "6", "A", PART_1, "0"])
    for number in range(APART_MAX):
        reader.receive("x", "VDM", ["2", "1", str(number % 5), "B", PART_1, "0"])
    assert reader.receive("x", "VDM", ["2", "2", "6", "A", PART_2, "2"]) is None
    assert reader.assembler.orphan_count == 1 + APART_MAX - 5


@pytest.mark.parametrize(("message", "name", "raw", "is_of_target"), [
    ("1", "sog_kn", 10, True), ("7", "sequence1", 1, False), ("8", "dac", 1, False), ("10", "repeat", 0, False),
    ("5", "ship_type", 70, True), ("5", "imo", 9_074_729, False), ("24 A", "name", 1 << 114, True), ("24 A", "name", 0, False),
])  # fmt: skip
def test_only_a_message_about_a_ship_is_of_a_target(message: str, name: str, raw: int, is_of_target: bool) -> None:
    """An acknowledgement or a nameless static report must not make a known ship lose her position."""
    assert report_of(*bits_with(message, name, raw)).is_of_target == is_of_target
