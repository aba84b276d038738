"""NMEA 2000: forms of lines, fast packets that arrive in pieces, values at their limits, channels in the catalogue's units."""

from __future__ import annotations

import pytest

from protocols.ais.report import AisReport
from protocols.nmea0183.ranges import RANGES
from protocols.nmea2000 import ais, channels
from protocols.nmea2000.frame import (
    FAST_BYTES_MAX,
    OPEN_MAX,
    FastPackets,
    Frame,
    frame_of,
    identifier_of,
    packet_frames,
)
from protocols.nmea2000.message import FAST, PGNS, N2kMessage, decode
from protocols.nmea2000.pgn import Field
from protocols.nmea2000.reader import N2kReader
from protocols.nmea2000.text import candump, is_frame_line, parse_line
from protocols.reading import Quality
from telemetry.catalogue import standard_catalogue

NEVER = (1 << 1784) - 1
"""223 bytes of ones: nothing is available."""


def message(pgn: int, **raw: int) -> N2kMessage:
    """Return a message of a group in which all is `not available` but the fields given, by their raw values."""
    group = PGNS[pgn]
    bits, end = NEVER, max(field.first + field.width for field in group.fields)
    for field in group.fields:
        low = (1 << field.width) - 1
        if field.kind == "signed":
            bits &= ~(1 << field.first + field.width - 1)
        if field.name in raw:
            bits = bits & ~(low << field.first) | (raw.pop(field.name) & low) << field.first
    assert not raw
    return decode(group, 35, (bits & (1 << end) - 1).to_bytes((max(end, group.bytes_min * 8) + 7) // 8, "little"))


LINES = [
    (b"(1502984866.421964) slcan0 09F112CC#FF725AFF7FFF7FFD", 127250, 0xCC, "2017-08-17T15:47:46.421Z"),
    (b"  can0  09F112CC   [8]  FF 72 5A FF 7F FF 7F FD", 127250, 0xCC, ""),
    (b"(1502984866) can0 09F112CC#FF", 127250, 0xCC, "2017-08-17T15:47:46.000Z"),
    (b"2014-08-15T19:00:00.048Z,2,128259,115,255,8,00,4e,01,ff,ff,00,ff,ff", 128259, 115, "2014-08-15T19:00:00.048Z"),
    (b"2011-04-25-06:25:03.603,3,126992,36,255,2,10,f0\r\n", 126992, 36, "2011-04-25T06:25:03.603Z"),
    (b"21:55:35.425 R 15FD0723 FF C0 D9 6F FF 7F FF FF", 130311, 0x23, "21:55:35.425"),
    (b"21:55:35.425 T 19F51323 20 0E", 128275, 0x23, "21:55:35.425"),
]  # fmt: skip
BAD = [
    (b"", "empty"), (b"# note", "comment"), (b"x" * 1025, "too_long"), (b"$HEHDT,095.0,T*23", "framing"),
    (b"(1502984866.421964) slcan0 09F112CC#FF725AFF7FFF7FFDFF", "framing"), (b"(1.0) can0 09F112CC#F", "fields"),
    (b"(1.0) can0 FFF112CC#FF", "fields"), (b"(1.0) can0 09F112CC#", "fields"), (b"(1.0) can0 1F2#FF", "framing"),
    (b"can0  09F112CC   [7]  FF 72 5A FF 7F FF 7F FD", "fields"), (b"can0 09F112CC [8]", "fields"),
    (b"(1.0) can0 09F112CC##1FF", "framing"), (b"(1.0) can0 09F112CC#R", "framing"),
    (b"2014-08-15T19:00:00.048Z,2,128259,115,255,8,00,4e,01,ff,ff,00,ff", "fields"),
    (b"2014-08-15T19:00:00.048Z,2,128259,256,255,1,00", "fields"), (b"2014-08-15T19:00:00.048Z,8,128259,5,255,1,00", "framing"),
    (b"2014-08-15T19:00:00.048Z,2,128259,115,255,0", "framing"), (b"21:55:35.425 X 15FD0723 FF", "framing"),
    (b"21:55:35.425 R 15FD0723", "fields"), (b"21:55:35.425 R 15FD0723 FF C", "framing"),
    (b"21:55:35.425 R 15FD0723 FF FF FF FF FF FF FF FF FF", "framing"), ("21:55:35.425 R 15FD072\uff13 FF".encode(), "framing"),
    (b"\xff\xfe\x00", "framing"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "pgn", "source", "utc"), LINES)
def test_each_form_of_line_is_read(line: bytes, pgn: int, source: int, utc: str) -> None:
    """Candump as logged and as shown, Actisense, Yacht Devices; with the time that the line tells."""
    frame = parse_line(line)
    assert isinstance(frame, Frame)
    assert (frame.pgn, frame.source, frame.utc) == (pgn, source, utc)
    assert is_frame_line(line)


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_each_bad_line_costs_itself_and_says_why(line: bytes, reason: str) -> None:
    """Too long, too short, odd digits, wrong counts, other frames than those of 29 bits, remote requests, CAN FD."""
    assert parse_line(line) == reason


def test_identifiers_to_all_and_to_one() -> None:
    """PDU 1 has a destination in its number, PDU 2 has none."""
    to_all, to_one = frame_of(0x09F112CC, b"x"), frame_of(0x18EA2301, b"x")
    assert (to_all.pgn, to_all.source, to_all.destination, to_all.priority) == (127250, 0xCC, 255, 2)
    assert (to_one.pgn, to_one.source, to_one.destination, to_one.priority) == (59904, 1, 0x23, 6)
    assert (identifier_of(to_all), identifier_of(to_one)) == (0x09F112CC, 0x18EA2301)
    assert parse_line(candump(1502984866.4, "can0", 0x09F112CC, b"\x01\x02")) == frame_of(
        0x09F112CC, b"\x01\x02", "2017-08-17T15:47:46.400Z"
    )


def frames(sequence: int, content: bytes, source: int = 1, pgn: int = 129029) -> list[Frame]:
    """Return the frames of a fast packet."""
    return [Frame(pgn, source, 255, 3, each, is_whole=False) for each in packet_frames(sequence, content)]


@pytest.mark.parametrize("length", [1, 6, 7, 13, 14, 43, FAST_BYTES_MAX])
def test_a_fast_packet_of_any_length(length: int) -> None:
    """Six bytes in the first frame, seven in each other, at most 223."""
    packets, content = FastPackets(), bytes(range(length))
    *first, last = frames(5, content)
    assert [packets.receive("", each) for each in first] == [None] * len(first)
    assert packets.receive("", last) == content
    assert (packets.waiting_count, packets.lost_count) == (0, 0)


def test_a_frame_that_is_lost_costs_its_packet_and_no_other() -> None:
    """The next packet is read; the one with the hole is counted, with the frames that came for nothing."""
    packets, content = FastPackets(), bytes(range(43))
    for each in frames(1, content)[:3] + frames(1, content)[4:]:
        assert packets.receive("", each) is None
    found = [packets.receive("", each) for each in frames(2, bytes(43))]
    assert found[-1] == bytes(43)
    assert (packets.lost_count, packets.lost_frames_count, packets.waiting_count) == (1, 6, 0)


def test_a_late_frame_is_not_joined_to_the_packet_of_the_same_number() -> None:
    """Eight packets later the sequence comes again: what is left of the first is gone by then."""
    packets, old, new = FastPackets(), bytes(43), bytes([1]) * 43
    for each in frames(3, old)[1:]:  # the first frame never came
        packets.receive("", each)
    for each in frames(4, bytes(43)):
        packets.receive("", each)
    found = [packets.receive("", each) for each in frames(3, new)]
    assert found == [None] * 6 + [new]


def test_packets_of_several_senders_and_inputs_keep_apart() -> None:
    """The same group and sequence from two senders, and from two inputs, interleaved frame by frame."""
    packets = FastPackets()
    streams = [
        ("a", frames(0, bytes([1]) * 20, 1)),
        ("a", frames(0, bytes([2]) * 20, 2)),
        ("b", frames(0, bytes([3]) * 20, 1)),
    ]
    found = [packets.receive(origin, each[number]) for number in range(3) for origin, each in streams]
    assert found[-3:] == [bytes([1]) * 20, bytes([2]) * 20, bytes([3]) * 20]


def test_what_waits_is_bounded() -> None:
    """First frames without end: the oldest goes, and is counted."""
    packets = FastPackets()
    for number in range(OPEN_MAX + 10):
        packets.receive("", frames(0, bytes(20), number % 250, 129029 + number // 250)[0])
    assert (packets.waiting_count, packets.lost_count) == (OPEN_MAX, 10)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x00\xe0" + bytes(6), b"\x00\xff" + bytes(6)])
def test_frames_that_are_none_of_a_packet(content: bytes) -> None:
    """Too short, or a length no fast packet has."""
    packets = FastPackets()
    assert packets.receive("", Frame(129029, 1, 255, 3, content, is_whole=False)) is None
    assert (packets.bad_count, packets.waiting_count) == (1, 0)


def test_eight_bytes_that_nobody_can_tell_are_not_guessed() -> None:
    """Actisense lines carry frames or whole messages; of a group that fits into eight bytes only its other lines tell."""
    battery = b"1970-01-01T00:00:00.000Z,3,127513,61,255,8,00,c1,11,14,00,02,01,62"
    gnss = b"2011-04-25-06:25:03.603,3,129029,36,255,43," + b",".join([b"00"] * 43)
    part = b"2011-04-25-06:25:03.603,3,129029,36,255,8,00,2b,00,00,00,00,00,00"

    def read(reader: N2kReader, line: bytes) -> object:
        frame = parse_line(line)
        assert isinstance(frame, Frame)
        return reader.receive("x", frame)

    reader = N2kReader()
    assert read(reader, battery) == "unclear"
    assert isinstance(read(reader, gnss), N2kMessage)
    assert isinstance(read(reader, battery), N2kMessage)
    reader = N2kReader()
    assert read(reader, part) is None
    assert read(reader, battery) is None


SPECIAL = [(pgn.number, field) for pgn in PGNS.values() for field in pgn.fields if field.specials]


@pytest.mark.parametrize(("pgn", "field"), SPECIAL, ids=lambda value: value.name if isinstance(value, Field) else None)
def test_the_highest_raw_values_are_no_values(pgn: int, field: Field) -> None:
    """The highest is `not available`, the next ones are errors, the one below them is a value or out of its range."""
    top = (1 << field.width - (field.kind == "signed")) - 1
    absent = message(pgn, **{field.name: top})
    assert absent.values[field.name] is None
    assert f"{field.name} out of range" not in absent.faults
    for step in range(1, field.specials):
        wrong = message(pgn, **{field.name: top - step})
        assert wrong.values[field.name] is None
        assert f"{field.name} out of range" in wrong.faults
    below = message(pgn, **{field.name: top - field.specials})
    assert (below.values[field.name] is None) == (f"{field.name} out of range" in below.faults)


CHANNELS = [
    # group, raw fields, channel, value (None with its quality)
    (127250, {"heading_rad": 31416, "reference": 0}, "NAV_HDG", 180.0004),
    (127250, {"heading_rad": 62832, "reference": 0}, "NAV_HDG", 0.0008),
    (127250, {"heading_rad": 15708, "reference": 1}, "NAV_HDM", 90.0002),
    (127250, {"reference": 0}, "NAV_HDG", Quality.INVALID),
    (127250, {"heading_rad": 65534, "reference": 0}, "NAV_HDG", Quality.OUT_OF_RANGE),
    (127250, {"heading_rad": 62834, "reference": 0}, "NAV_HDG", Quality.OUT_OF_RANGE),
    (127251, {"rate_radps": 558_505}, "NAV_ROT", 60.0), (127251, {"rate_radps": -558_505}, "NAV_ROT", -60.0),
    (127251, {"rate_radps": 2_000_000_000}, "NAV_ROT", Quality.OUT_OF_RANGE),
    (127245, {"position_rad": -1745, "instance": 0}, "STG_RUD_S", -9.9981),
    (127245, {"position_rad": 1745, "instance": 1}, "STG_RUD_P", 9.9981),
    (127245, {"angle_order_rad": 3491, "instance": 0}, "STG_ORD", 20.002),
    (127237, {"heading_to_steer_course_rad": 15708, "heading_reference": 0}, "AP_HDGSET", 90.0002),
    (127257, {"pitch_rad": 349}, "NAV_PITCH", 1.9996), (127257, {"roll_rad": -349}, "NAV_ROLL", -1.9996),
    (127488, {"speed_rpm": 4801, "instance": 0}, "ME_RPM", 1200.25),
    (127488, {"boost_pressure_pa": 1500, "instance": 0}, "ME_SAP", 1.5),
    (127489, {"oil_pressure_pa": 4500, "instance": 0}, "ME_LOP", 4.5),
    (127489, {"oil_temperature_k": 3631, "instance": 0}, "ME_LOT", 89.95),
    (127489, {"temperature_k": 35_515, "instance": 0}, "ME_CWT", 82.0),
    (127489, {"coolant_pressure_pa": 120, "instance": 0}, "ME_CWP", 0.12),
    (127489, {"fuel_rate_lph": 1125, "instance": 0}, "ME_FUEL", 112.5),
    (127489, {"total_engine_hours_s": 7_200_000, "instance": 0}, "ME_HRS", 2000.0),
    (127489, {"engine_load_pct": 75, "instance": 0}, "ME_LOAD", 75.0),
    (127489, {"fuel_rate_lph": -5, "instance": 0}, "ME_FUEL", Quality.OUT_OF_RANGE),
    (127505, {"level_pct": 12_500, "instance": 0, "type": 0}, "TNK_FO1P", 50.0),
    (127505, {"level_pct": 25_250, "instance": 0, "type": 1}, "TNK_FW", Quality.OUT_OF_RANGE),
    (127506, {"state_of_charge_pct": 80, "instance": 0, "dc_type": 0}, "BAT_SOC", 80.0),
    (127508, {"voltage_v": 2560, "instance": 0}, "BAT_VLT", 25.6),
    (128259, {"speed_water_referenced_mps": 514}, "NAV_STW", 9.9914),
    (128267, {"depth_m": 1234, "offset_m": 500}, "NAV_DPTT", 12.34),
    (128267, {"depth_m": 1234, "offset_m": -1500}, "NAV_DPTK", 10.84),
    (128267, {"offset_m": -1500}, "NAV_DPTK", Quality.INVALID),
    (129025, {"latitude_deg": -338_500_000, "longitude_deg": 1_512_000_000}, "NAV_LAT", -33.85),
    (129025, {"latitude_deg": -338_500_000, "longitude_deg": 1_512_000_000}, "NAV_LON", 151.2),
    (129025, {"latitude_deg": -338_500_000}, "NAV_LAT", Quality.INVALID),
    (129025, {"latitude_deg": 910_000_000, "longitude_deg": 0}, "NAV_LON", Quality.INVALID),
    (129026, {"sog_mps": 1000, "cog_reference": 0}, "NAV_SOG", 19.4384),
    (129026, {"cog_rad": 15708, "cog_reference": 0}, "NAV_COG", 90.0002),
    (129029, {"latitude_deg": 52 * 10**16, "longitude_deg": 4 * 10**16, "method": 1}, "NAV_LAT", 52.0),
    *((129029, {"latitude_deg": 52 * 10**16, "longitude_deg": 4 * 10**16, "method": method}, "NAV_LAT", 52.0)
      for method in (2, 3, 4, 5)),
    *((129029, {"latitude_deg": 52 * 10**16, "longitude_deg": 4 * 10**16, "method": method}, "NAV_LAT", Quality.INVALID)
      for method in (0, 6, 7, 8, 9, 14, 15)),  # none, estimated, by hand, simulated, and what nobody has defined
    (129029, {"hdop": 90}, "GNSS_HDOP", 0.9), (129029, {"number_of_svs": 9}, "GNSS_SAT", 9.0),
    (130306, {"wind_angle_rad": 47124, "wind_speed_mps": 1000, "reference": 2}, "WND_AWA", -89.9994),
    (130306, {"wind_angle_rad": 15708, "reference": 2}, "WND_AWA", 90.0002),
    (130306, {"wind_speed_mps": 1000, "reference": 2}, "WND_AWS", 10.0),
    (130306, {"wind_angle_rad": 47124, "reference": 0}, "WND_TWD", 270.0006),
    (130310, {"water_temperature_k": 28_915}, "ENV_SWT", 16.0),
    (130311, {"temperature_k": 29_315, "temperature_source": 1}, "ENV_AIRT", 20.0),
    (130311, {"atmospheric_pressure_pa": 1013}, "ENV_BARO", 1013.0),
    (130312, {"actual_temperature_k": 28_815, "source": 0}, "ENV_SWT", 15.0),
    (130314, {"pressure_pa": 1_013_250, "source": 0}, "ENV_BARO", 1013.25),
    (130316, {"temperature_k": 288_150, "source": 1}, "ENV_AIRT", 15.0),
]  # fmt: skip


@pytest.mark.parametrize(("pgn", "raw", "channel", "value"), CHANNELS)
def test_a_field_becomes_its_channel(pgn: int, raw: dict[str, int], channel: str, value: float | Quality) -> None:
    """In the unit of the catalogue; without a value it says why."""
    found = {each.channel: each for each in channels.readings(message(pgn, **raw))}[channel]
    if isinstance(value, Quality):
        assert (found.value, found.quality) == (None, value)
    else:
        assert found.value == pytest.approx(value, abs=5e-5)
        assert found.quality is Quality.GOOD
    assert found.unit == standard_catalogue().by_id[channel].unit


NOTHING = [
    (127250, {"heading_rad": 100}), (127250, {"heading_rad": 100, "reference": 2}), (127245, {"instance": 0}),
    (127245, {"position_rad": 100, "instance": 2}), (127488, {"speed_rpm": 100, "instance": 1}),
    (127505, {"level_pct": 100, "instance": 1, "type": 0}), (127505, {"level_pct": 100, "instance": 0, "type": 4}),
    (130306, {"wind_speed_mps": 100, "reference": 3}), (130306, {"wind_speed_mps": 100}),
    (130312, {"actual_temperature_k": 28_815, "source": 14}), (130314, {"pressure_pa": 1_013_250, "source": 3}),
    (127508, {"voltage_v": 2560, "instance": 3}), (128275, {"log_m": 100}),
]  # fmt: skip


@pytest.mark.parametrize(("pgn", "raw"), NOTHING)
def test_what_is_of_another_kind_or_instance_feeds_nothing(pgn: int, raw: dict[str, int]) -> None:
    """A heading of no reference is no heading, the second engine is not the main engine, an exhaust is no sea."""
    assert channels.readings(message(pgn, **raw)) == []


TIMES = [(20_783, 0, "2026-11-26T00:00:00Z"), (20_783, 863_999_999, "2026-11-26T23:59:59.999Z"),
         (15_089, 370_100_001, "2011-04-25T10:16:50Z"), (20_783, 864_000_000, None), (20_783, 864_010_001, None)]  # fmt: skip


@pytest.mark.parametrize(("days", "time", "text"), TIMES)
def test_date_and_time_are_utc_or_nothing(days: int, time: int, text: str | None) -> None:
    """Days since 1970 and 0.1 ms since midnight; a 25th hour is none."""
    for pgn in (126992, 129029, 129033):
        found = {each.channel: each for each in channels.readings(message(pgn, date_d=days, time_s=time))}["NAV_UTC"]
        assert found.value == text
    assert channels.readings(message(126992, time_s=0))[0].value is None


def test_ranges_and_channels_are_those_of_the_catalogue() -> None:
    """Unit, lowest and highest of every channel that a group feeds."""
    catalogue = standard_catalogue().by_id
    for name in {rule.channel for rules in channels.RULES.values() for rule in rules} - {*RANGES}:
        assert name in channels.ENGINE_RANGES
    for name, row in channels.ENGINE_RANGES.items():
        assert row == (catalogue[name].unit, catalogue[name].low, catalogue[name].high)


OF_MOTION = {"heading_rad"}
"""What a group is asked for though it may not have it."""


def test_every_rule_names_fields_that_the_tables_have() -> None:
    """A misspelt field would feed nothing, for ever, in silence."""
    for pgn, rules in channels.RULES.items():
        known = {field.name for field in PGNS[pgn].fields}
        assert {rule.field for rule in rules} | {name for rule in rules for name, _ in rule.when} <= known, pgn
    for pgn, names in ais.GROUPS.items():
        known = {field.name for field in PGNS[pgn].fields}
        assert {name for name in names[1:] if name} <= known | OF_MOTION, pgn
        assert pgn in FAST


def test_an_ais_group_gives_the_report_that_a_sentence_gives() -> None:
    """Class A: the same names, the same units, none where the group says that it knows nothing."""
    found = ais.report(message(129038, message_id=1, user_id=244_123_456, longitude_deg=45_000_000, latitude_deg=520_000_000,
                               cog_rad=15708, sog_mps=514, heading_rad=31416, rate_of_turn_radps=5585, nav_status=0,
                               ais_transceiver_information=0))  # fmt: skip
    assert isinstance(found, AisReport)
    assert found[:3] == (1, 244_123_456, False)
    assert found[3:9] == pytest.approx((52.0, 4.5, 9.9914, 90.0002, 180.0004, 599.99), abs=0.02)
    assert found.nav_status == 0
    extended = ais.report(message(129040, user_id=244_123_456, true_heading_rad=31416))
    assert isinstance(extended, AisReport)
    assert extended.heading_deg == pytest.approx(180.0004, abs=1e-4)
    nothing = ais.report(message(129038, user_id=244_123_456))
    assert isinstance(nothing, AisReport)
    assert nothing[3:15] == (None,) * 12
    assert ais.report(message(129038, user_id=1_000_000_000)) == "no MMSI"
    assert ais.report(message(127250)) is None
    own = ais.report(message(129039, user_id=244_123_456, ais_transceiver_information=2))
    assert isinstance(own, AisReport)
    assert own.is_own_ship


NEEDED = {
    127237, 127245, 127250, 127251, 127257, 127488, 127489, 127505, 127508, 128006, 128259, 128267, 129025, 129026, 130306,
}  # fmt: skip
"""What a ship's bus says of steering, motion, engines, tanks, batteries, thrusters, depth, position and wind."""


def test_every_group_that_a_ship_needs_is_read() -> None:
    """Those of her own way and machinery, and of AIS all whose layout is confirmed."""
    assert set(PGNS) >= NEEDED
    assert set(ais.GROUPS) == {
        129038, 129039, 129040, 129041, *range(129792, 129799), *range(129800, 129808), 129809, 129810,
    }  # fmt: skip
    fed = {*channels.RULES, *channels.COMPOSED}
    assert NEEDED - fed == {128006}  # the thruster's group is read, and has no channel


@pytest.mark.parametrize(("pgn", "kind"), [(129801, 12), (129802, 14)])
def test_a_text_about_safety_is_of_its_sender_and_no_target(pgn: int, kind: int) -> None:
    """It says nothing of where she is."""
    found = ais.report(message(pgn, source_id=244_123_456))
    assert isinstance(found, AisReport)
    assert (found.type, found.mmsi, found.is_of_target) == (kind, 244_123_456, False)


def test_a_name_ends_where_it_ends() -> None:
    """Padding of three kinds, and the form with its own length and encoding."""
    group = PGNS[129794]
    name = next(field for field in group.fields if field.name == "name")
    for padding in (b"@", b"\xff", b"\x00", b" "):
        raw = int.from_bytes(b"OTTER".ljust(20, padding), "little")
        assert message(129794, user_id=244_123_456, name=raw).values[name.name] == "OTTER"
    head = bytes([21]) + (244_123_456).to_bytes(4, "little") + bytes(21)
    for text, want in ((b"\x07\x01BUOY1", "BUOY1"), (b"\x0c\x00" + "BUOY1".encode("utf-16-le"), "BUOY1"), (b"\x02\x01", None),
                       (b"", None), (b"\x20\x01BUOY1", None), (b"\xff\xff", None)):  # fmt: skip
        found = ais.report(decode(PGNS[129041], 1, head + text))
        assert isinstance(found, AisReport)
        assert found.name == want
