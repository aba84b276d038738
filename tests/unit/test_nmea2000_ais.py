"""NMEA 2000: groups of AIS applications and network management, by bytes laid out by hand; none of them is a target."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from typing import Any

import pytest

from protocols.ais.report import AisReport
from protocols.nmea2000 import ais
from protocols.nmea2000.frame import Frame, packet_frames
from protocols.nmea2000.make_table import _kind, _pgn
from protocols.nmea2000.message import PGNS, N2kMessage, decode
from protocols.nmea2000.reader import N2kReader
from protocols.nmea2000.text import candump
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.traffic import Traffic
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

SENDER, OTHER, THIRD = 244_123_456, 2_442_002, 235_009_802


def head(kind: int, transceiver: int = 1, sender: int = SENDER, above: int = 0) -> bytes:
    """Return what these groups begin with: message and repeat, sender, transceiver, and the two bits above it."""
    return struct.pack("<BIB", kind | 1 << 6, sender, transceiver << 1 | above << 6)


def common(name: str) -> dict[str, Any]:
    """Return what the head says in words."""
    return {
        "message_id": name, "repeat_indicator": "First retransmission", "source_id": SENDER,
        "ais_transceiver_information": "Channel B VDL reception",
    }  # fmt: skip


def corners(first: tuple[float, float], second: tuple[float, float]) -> bytes:
    """Return longitude and latitude of two corners."""
    return struct.pack("<4i", *(round(value * 1e7) for value in (*first, *second)))


CORNERS: dict[str, Any] = {
    "north_east_longitude_corner1_deg": 4.5, "north_east_latitude_corner1_deg": 52.25,
    "south_west_longitude_corner2_deg": -3.5, "south_west_latitude_corner2_deg": 51.0,
}  # fmt: skip
PLACES = corners((4.5, 52.25), (-3.5, 51.0))
BITS = "number_of_bits_in_binary_data_field"
MESSAGES: dict[int, tuple[int, bytes, dict[str, Any]]] = {
    # group: (AIS message, bytes, what they say)
    129792: (17, head(17) + struct.pack("<iiBH", 45_000_000, -335_000_000, 0xFF, 24) + b"\x7c\x0b\xb8", {
        **common("DGNSS broadcast binary message"), "repeat_indicator": 1, "longitude_deg": 4.5, "latitude_deg": -33.5,
        BITS: 24, "binary_data_hex": "7c0bb8"}),
    129795: (6, head(6, above=2) + struct.pack("<IBH", OTHER, 0x40, 32) + b"\x00\x4a\x12\x34", {
        **common("Binary addressed message"), "sequence_number": 2, "destination_id": OTHER, "retransmit_flag": "Yes",
        BITS: 32, "binary_data_hex": "004a1234"}),
    129796: (7, head(7) + struct.pack("<IBIB", OTHER, 2, THIRD, 1), {
        **common("Binary acknowledgement"), "list": [
            {"destination_id": OTHER, "sequence_number": 2}, {"destination_id": THIRD, "sequence_number": 1}]}),
    129797: (8, head(8) + struct.pack("<H", 20) + b"\x04\x1f\x0a", {
        **common("Binary broadcast message"), BITS: 20, "binary_data_hex": "041f0a"}),
    129800: (10, head(10) + struct.pack("<I", OTHER), {**common("UTC/date inquiry"), "destination_id": OTHER}),
    129803: (15, head(15) + struct.pack("<IBHBHBIBHBB", OTHER, 5 << 2, 40, 3 << 2, 80, 0, THIRD, 18 << 2, 120, 0, 9), {
        **common("Interrogation"), "destination_id1": OTHER, "message_id11": "Static and voyage related data",
        "slot_offset11": 40, "message_id12": "Interrogated Class A position report", "slot_offset12": 80,
        "destination_id2": THIRD, "message_id21": "Standard Class B position report", "slot_offset21": 120, "sid": 9}),
    129804: (16, head(16) + struct.pack("<IHHIHHB", OTHER, 20, 1125, THIRD, 40, 375, 0), {
        **common("Assignment mode command"), "destination_id_a": OTHER, "offset_a": 20, "increment_a": 1125,
        "destination_id_b": THIRD, "offset_b": 40, "increment_b": 375}),
    129805: (20, head(20) + struct.pack("<HBBHHBBH", 100, 5, 7, 225, 300, 1, 0, 750), {
        **common("Data link management message"), "list": [
            {"offset": 100, "number_of_slots": 5, "timeout_s": 420, "increment": 225},
            {"offset": 300, "number_of_slots": 1, "timeout_s": 0, "increment": 750}]}),
    129806: (22, head(22) + struct.pack("<HHB", 2087, 2088, 1 << 3 | 2 << 4) + PLACES + bytes([0b0110_1010, 0, 0, 0]), {
        **common("Channel management"), "channel_a": 2087, "channel_b": 2088, "power": "Low",
        "tx_rx_mode": "Tx B, Rx A/Rx B", **CORNERS, "addressed_or_broadcast_message_indicator": "Addressed message",
        "channel_abandwidth": "Default", "channel_bbandwidth": "12.5 kHz", "transitional_zone_size": "4 nm"}),
    129807: (23, struct.pack("<BIB", 23, SENDER, 1 << 2) + PLACES + bytes([2, 70, 0, 0, 0, 11 | 4 << 4, 0]), {
        "message_id": "Group assignment command", "repeat_indicator": "Initial", "source_id": SENDER,
        "tx_rx_mode": "Tx A, Rx A/Rx B", **CORNERS, "station_type": "All types of Class B mobile station",
        "ship_and_cargo_filter": "Cargo ship", "reporting_interval": "Next longer reporting interval",
        "quiet_time_s": 240}),
}  # fmt: skip
PLACES_AT = {129792: (6, 10), 129806: (11, 15, 19, 23), 129807: (6, 10, 14, 18)}
"""Where longitudes and latitudes begin."""
BINARY = {129792: 17, 129795: 13, 129797: 8}
"""Groups with binary data, and the bytes before it."""


@pytest.mark.parametrize("pgn", MESSAGES)
def test_a_group_says_what_was_laid_into_it(pgn: int) -> None:
    """Each field at its own byte and bit, in words where there are some; nothing else, no fault."""
    kind, content, want = MESSAGES[pgn]
    found = decode(PGNS[pgn], 35, content)
    assert found.plain() == want
    assert found.faults == ()
    told = ais.report(found)
    assert isinstance(told, AisReport)
    assert (told.type, told.mmsi, told.is_own_ship, told.is_of_target) == (kind, SENDER, False, False)
    static = (told.sog_kn, told.cog_deg, told.heading_deg, told.nav_status, told.name, told.callsign, told.ship_type)
    assert static == (None,) * 7


@pytest.mark.parametrize("pgn", MESSAGES)
def test_what_is_not_available_is_no_value_and_no_fault(pgn: int) -> None:
    """All ones, numbers of stations too; what stays are the flags for which every bit says something."""
    content = bytearray(b"\xff" * len(MESSAGES[pgn][1]))
    for place in PLACES_AT.get(pgn, ()):
        content[place + 3] = 0x7F  # of a number with a sign it is the highest, not all ones
    found = decode(PGNS[pgn], 35, bytes(content))
    assert found.faults == ()
    for field, value in [(field, found.values[field.name]) for field in found.pgn.fields] + [
        (field, values[field.name]) for values in found.repeated for field in found.pgn.repeated
    ]:
        assert (value is None) == (field.specials > 0 or field.kind == "bytes_counted"), field.name
    assert ais.report(found) == "no MMSI"


@pytest.mark.parametrize("pgn", MESSAGES)
def test_a_message_cut_short_keeps_what_came_whole_and_tells_the_rest(pgn: int) -> None:
    """At every length: a value is that of the whole message or none, and one that is missing is told."""
    _, content, _ = MESSAGES[pgn]
    whole = decode(PGNS[pgn], 35, content)
    for length in range(len(content)):
        cut = decode(PGNS[pgn], 35, content[:length])
        for name, value in cut.values.items():
            assert value in (whole.values[name], None)
            if value is None and name != "binary_data":
                assert f"{name} cut off" in cut.faults
        assert cut.values.get("binary_data") is None
        assert cut.repeated == whole.repeated[: len(cut.repeated)]
    if pgn not in (129796, 129805):  # a message may end behind any of these sets
        assert any("cut off" in fault for fault in decode(PGNS[pgn], 35, content[:-1]).faults) or content[-1] == 0


@pytest.mark.parametrize("pgn", MESSAGES)
def test_with_a_frame_lost_there_is_no_message_and_the_next_is_read(pgn: int) -> None:
    """In frames of a bus; nothing is counted as unknown."""
    reader, (kind, content, _) = N2kReader(), MESSAGES[pgn]
    found: list[N2kMessage] = []
    for sequence, lost in ((1, 1), (2, None)):
        for place, each in enumerate(packet_frames(sequence, content)):
            got = None if place == lost else reader.receive("", Frame(pgn, 35, 255, 5, each, is_whole=False))
            assert got is None or isinstance(got, N2kMessage)
            found += [] if got is None else [got]
    assert [each.values["message_id"] for each in found] == [kind]
    assert reader.packets.lost_count == 1


@pytest.mark.parametrize("pgn", BINARY)
@pytest.mark.parametrize(("bits", "there", "want"), [
    (0, 0, b""), (0, 3, b""), (8, 3, b"a"), (9, 3, b"ab"), (16, 2, b"ab"), (24, 3, b"abc"), (25, 3, None), (800, 99, None),
    (65_535, 3, None), (65_534, 3, None),
])  # fmt: skip
def test_binary_data_is_as_long_as_its_count_says(pgn: int, bits: int, there: int, want: bytes | None) -> None:
    """The last byte whole, what stands behind not taken; none where the count has no value, or more than there is."""
    first = BINARY[pgn]
    content = MESSAGES[pgn][1][: first - 2] + struct.pack("<H", bits) + (b"abcdefgh" * 13)[:there]
    found = decode(PGNS[pgn], 35, content)
    assert found.values["binary_data"] == want
    assert ("binary_data cut off" in found.faults) == (want is None and bits <= 65_532)


@pytest.mark.parametrize(("pgn", "size"), [(129796, 5), (129805, 6)])
def test_sets_that_nothing_counts_come_until_the_message_ends(pgn: int, size: int) -> None:
    """None, one, four; one that is begun is told and not taken."""
    content = MESSAGES[pgn][1][:6] + MESSAGES[pgn][1][6 : 6 + size] * 4
    assert [len(decode(PGNS[pgn], 1, content[: 6 + size * count]).repeated) for count in (0, 1, 4)] == [0, 1, 4]
    four = decode(PGNS[pgn], 1, content).repeated
    assert four == four[:1] * 4
    begun = decode(PGNS[pgn], 1, content[:-1])
    assert len(begun.repeated) == 3
    assert begun.faults == (("sequence_number cut off",) if pgn == 129796 else ("increment cut off",))


@pytest.mark.parametrize("pgn", sorted(ais.GROUPS))
def test_no_word_in_a_group_makes_it_one_of_another_kind(pgn: int) -> None:
    """Every number of a message in every group: the type stays one that the group carries, so its content stays what it is."""
    may = {129038: {1, 2, 3, 27}, 129793: {4, 11}, 129796: {7, 13}}.get(pgn, set())
    sent = bytearray(MESSAGES[pgn][1] if pgn in MESSAGES else bytes(1) + SENDER.to_bytes(4, "little") + bytes(90))
    types = set()
    for kind in range(64):
        sent[0] = kind
        told = ais.report(decode(PGNS[pgn], 35, bytes(sent)))
        assert isinstance(told, AisReport)
        types.add(told.type)
        assert pgn not in MESSAGES or not told.is_of_target
    assert types == (may or {ais.GROUPS[pgn].kinds[0]})


def test_aboard_they_are_read_and_are_nobody_in_the_picture(tmp_path: Path) -> None:
    """On a bus among a ship's own report, with numbers of messages that lie: one target, nothing rejected, no channel fed."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    bus = InputConfig("bus", "socketcan", interface="can0", protocol="nmea2000")
    ship = Traffic(dataclasses.replace(loaded, inputs=(bus,)), SetClock())
    class_a = bytes.fromhex("01408a8e0e80a9ae0200a6fe1e045c3d0202000000b87aff7ff0ffffff")
    for number, (pgn, content) in enumerate([*((pgn, row[1]) for pgn, row in MESSAGES.items()), (129038, class_a)]):
        for lie in (content[0], 1, 5):
            for each in packet_frames((number * 3 + lie) % 8, bytes([lie]) + content[1:]):
                ship.listening.take_line("bus", candump(0.0, "can0", 5 << 26 | pgn << 8 | 35 + lie, each))
    assert [report.mmsi for report, _ in ship.targets.known(100.0)] == [244_222_528]
    assert ship.listening.rejected == {}
    assert ship.listening.picture.facts(100.0) == {}
    assert ship.heard_s is not None


@pytest.mark.parametrize("pgn", range(129811, 129817))
def test_a_layout_that_nobody_has_confirmed_is_not_read(pgn: int) -> None:
    """The definitions call these inferred: a position at a place that was guessed would be worse than none."""
    assert N2kReader().receive("", Frame(pgn, 35, 255, 5, bytes(8), is_whole=False)) == "unknown"


def test_definitions_of_another_form_are_refused() -> None:
    """Binary data whose length stands elsewhere, and sets behind which something stands, would be read wrongly in silence."""
    binary = {"Id": "binaryData", "FieldType": "BINARY", "BitLengthVariable": True, "Order": 8}
    assert _kind({**binary, "BitLengthField": 7}) == "bytes_counted"
    for wrong in ({}, {"BitLengthField": 6}):
        with pytest.raises(ValueError, match="its length is not told by the field before it"):
            _kind({**binary, **wrong})
    fields = [{"FieldType": "RESERVED", "Order": each} for each in (1, 2, 3)]
    with pytest.raises(ValueError, match="fields stand behind those that are repeated"):
        _pgn({"PGN": 1, "Fields": fields, "RepeatingFieldSet1StartField": 2, "RepeatingFieldSet1Size": 1})
