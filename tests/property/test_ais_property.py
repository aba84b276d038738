"""AIS: any bits are a report or a reason; what is read with care and what is read fast is the same."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.ais import decoder
from protocols.ais.bits import six_bit_text, unarmoured
from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport

LENGTHS = st.one_of(st.integers(0, 1100), st.sampled_from((96, 160, 168, 312, 424)))
RANGES = {
    "latitude_deg": (-90.0, 90.0), "longitude_deg": (-180.0, 180.0), "cog_deg": (0.0, 359.9), "heading_deg": (0.0, 359.0),
    "sog_kn": (0.0, 1022.0), "rot_deg_min": (-708.7, 708.7), "nav_status": (0, 14), "ship_type": (1, 255),
    "length_m": (1.0, 1022.0), "beam_m": (1.0, 126.0),
}  # fmt: skip


@given(st.integers(0, 63), st.binary(min_size=140, max_size=140), LENGTHS)
def test_any_bits_are_a_report_or_a_reason(kind: int, noise: bytes, length: int) -> None:
    """Values are finite and in range or None; a field is never in two states; everything said can be written as JSON."""
    bits = (kind << 1120 | int.from_bytes(noise, "big")) >> 1126 - length if length else 0
    report = decoder.decode_bits(bits, length, is_own_ship=False)
    if isinstance(report, str):
        assert report
        return
    for name, (low, high) in RANGES.items():
        value = getattr(report, name)
        assert value is None or low <= value <= high, name
        assert value is None or not any(fault.startswith(f"{name} ") for fault in report.faults)
    plain = report.plain()
    assert all(math.isfinite(value) for value in plain.values() if isinstance(value, float))
    json.dumps(plain, allow_nan=False)


@given(st.integers(1, 27), st.integers(0, 999_999_999), st.binary(min_size=60, max_size=60), st.integers(40, 470))
def test_the_fast_way_and_the_careful_way_agree(kind: int, mmsi: int, noise: bytes, length: int) -> None:
    """Field by field; the fast way exists for speed only."""
    bits = (kind << 512 | mmsi << 480 | int.from_bytes(noise, "big")) >> 518 - length
    report = decoder.decode_bits(bits, length, is_own_ship=True)
    if isinstance(report, AisReport):
        assert report.rest is not None
        careful = decoder._with_care(*report.rest, kind, report.mmsi, is_own_ship=True)
        assert report == careful


ARMOUR = "".join(chr(code) for code in (*range(48, 88), *range(96, 120)))


def armoured(bits: int, chars: int) -> str:
    """Return the low 6 x `chars` bits as a payload."""
    return "".join(ARMOUR[bits >> 6 * (chars - 1 - at) & 63] for at in range(chars))


state = st.one_of(st.integers(0, (1 << 22) - 1), st.sampled_from((0, 1022, 1023, 1023 | 128 << 10, 1024 | 15 << 18)))
course = st.one_of(st.integers(0, 4095), st.sampled_from((0, 3599, 3600, 3601, 4095)))
heading = st.one_of(st.integers(0, 511), st.sampled_from((0, 359, 360, 510, 511)))
longitude = st.one_of(st.integers(-(1 << 27), (1 << 27) - 1), st.sampled_from((-108_000_001, 108_000_000, 108_600_000)))
latitude = st.one_of(st.integers(-(1 << 26), (1 << 26) - 1), st.sampled_from((-54_000_001, 54_000_000, 54_600_000)))


@given(
    st.integers(1, 3), st.sampled_from((1, 999_999_999, 1_000_000_000)), state, course, heading, longitude, latitude,
)  # fmt: skip
def test_position_reports_at_their_limits_are_read_alike_fast_and_with_care(
    kind: int, mmsi: int, first: int, course: int, heading: int, longitude: int, latitude: int
) -> None:
    """Messages 1, 2 and 3 of 168 bits have a way of their own; `first` is status, turn and speed."""
    place = (longitude & (1 << 28) - 1) << 27 | latitude & (1 << 27) - 1
    bits = ((((kind << 32 | mmsi) << 22 | first) << 56 | place) << 12 | course) << 9 | heading
    careful = decoder.decode_bits(bits << 31 - 3, 168 - 3, is_own_ship=False)  # three bits short: never the fast way
    by_plan = decoder.decode_bits(bits << 31, 168, is_own_ship=False)
    heard = AisReader().receive("", "VDM", ["1", "1", "", "A", armoured(bits << 31, 28), "0"])
    assert isinstance(careful, AisReport)
    assert isinstance(by_plan, AisReport)
    assert isinstance(heard, AisReport)
    assert heard._replace(rest=None) == by_plan._replace(rest=None) == careful._replace(rest=None)
    assert heard.more() == by_plan.more()
    assert heard.more().keys() <= {"repeat", "is_accurate", "second", "manoeuvre", "raim", "radio"}


@given(
    st.integers(0, 63), st.binary(min_size=140, max_size=140), st.integers(1, 60), st.integers(1, 60), st.integers(0, 5)
)
def test_a_message_is_read_alike_in_one_part_and_in_two(kind: int, noise: bytes, one: int, two: int, fill: int) -> None:
    """Parts of whole characters are joined as they stand."""
    bits = (kind << 1120 | int.from_bytes(noise, "big")) >> 1126 - 6 * (one + two)
    payload = armoured(bits, one + two)
    reader = AisReader()
    whole = reader.receive("", "VDM", ["1", "1", "", "A", payload, str(fill)])
    assert reader.receive("", "VDM", ["2", "1", "7", "A", payload[:one], "0"]) is None
    joined = reader.receive("", "VDM", ["2", "2", "7", "A", payload[one:], str(fill)])
    if isinstance(whole, AisReport) and isinstance(joined, AisReport):
        assert joined.more() == whole.more()
        whole, joined = whole._replace(rest=None), joined._replace(rest=None)
    assert joined == whole


PLACES = {"state": (38, 4), "turn": (42, 8), "speed": (50, 10), "course": (116, 12), "heading": (128, 9)}
"""{field of messages 1 to 3: first bit, width}"""


@pytest.mark.parametrize("name", PLACES)
def test_every_value_of_a_narrow_field_of_a_position_report_is_read_alike_fast_and_with_care(name: str) -> None:
    """Each of them, not a sample: one that is taken for its neighbour is a wrong course of somebody."""
    first, width = PLACES[name]
    plain = 1 << 162 | 440_000_000 << 130 | 77_400_000 << 79 | 21_000_000 << 52 | 950 << 40 | 95 << 31
    for value in range(1 << width):
        bits = plain & ~((1 << width) - 1 << 168 - first - width) | value << 168 - first - width
        heard = AisReader().receive("", "VDM", ["1", "1", "", "A", armoured(bits, 28), "0"])
        careful = decoder.decode_bits(bits >> 3, 165, is_own_ship=False)  # three bits short: never the fast way
        assert isinstance(heard, AisReport)
        assert isinstance(careful, AisReport)
        assert heard._replace(rest=None) == careful._replace(rest=None), value


def test_parts_that_are_no_whole_characters_are_joined_bit_by_bit() -> None:
    """Fill bits at the end of a first part are none of the message."""
    bits = 5 << 418 | 440_000_000 << 386 | (1 << 330) - 1
    parts = [
        ["2", "1", "3", "A", armoured(bits >> 140 << 4, 48), "4"],
        ["2", "2", "3", "A", armoured(bits << 4, 24), "4"],
    ]
    reader = AisReader()
    assert reader.receive("", "VDM", parts[0]) is None
    joined = reader.receive("", "VDM", parts[1])
    assert isinstance(joined, AisReport)
    assert joined == decoder.decode_bits(bits, 424, is_own_ship=False)


armour = st.text(ARMOUR, max_size=300)


@given(st.one_of(armour, st.text(max_size=40), st.text(st.characters(max_codepoint=127), max_size=40)))
def test_any_text_as_a_payload(payload: str) -> None:
    """The armour is exactly the standard's 64 characters; six bits each, none lost."""
    value = unarmoured(payload)
    codes = [ord(char) for char in payload]
    is_armour = all(48 <= code <= 87 or 96 <= code <= 119 for code in codes)
    assert (value is not None) == is_armour
    if value is not None:
        expected = 0
        for code in codes:
            expected = expected << 6 | (code - 48 if code < 88 else code - 56)
        assert value == expected


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?", max_size=30))
def test_text_comes_back(text: str) -> None:
    """Six bits a character, as the standard numbers them."""
    raw = 0
    for char in text:
        raw = raw << 6 | ord(char) % 64
    assert six_bit_text(raw, len(text)) == (text.strip() or None)


words = st.one_of(st.sampled_from(("0", "1", "2", "3", "9", "10", "-1", "", "A", "x", "²")), st.text(max_size=3))


@given(st.lists(st.tuples(words, words, words, words, st.text(max_size=70), words), max_size=30))
def test_any_fields_of_sentences(rows: list[tuple[str, ...]]) -> None:
    """A report, a reason or a wait; what waits is bounded."""
    reader = AisReader()
    for row in rows:
        found = reader.receive("x", "VDM", row)
        assert found is None or isinstance(found, AisReport | str)
    assert reader.assembler.waiting_count <= len(rows)


@given(
    st.sampled_from((5, 9, 18, 19, 21, 24)), st.integers(1, 999_999_999), st.text("@ A9", min_size=27, max_size=27),
    st.binary(min_size=60, max_size=60), st.integers(0, 2),
)  # fmt: skip
def test_names_and_call_signs_are_cut_alike_fast_and_with_care(
    kind: int, mmsi: int, letters: str, noise: bytes, place: int
) -> None:
    """All direct texts of a message are taken out together; `place`: where random bits become letters, `@` among them."""
    bits = kind << 512 | mmsi << 474 | int.from_bytes(noise, "big") >> 6
    shift = 518 - (40, 70, 143)[place] - 6 * len(letters)  # where the texts of messages 24, 5 and 19 begin
    said = sum((ord(letter) & 63) << 6 * (26 - at) for at, letter in enumerate(letters))
    bits = (bits & ~((1 << 162) - 1 << shift) | said << shift) >> 518 - 470
    report = decoder.decode_bits(bits, 470, is_own_ship=True)
    if isinstance(report, AisReport):
        assert report.rest is not None
        layout, message, length = report.rest
        assert isinstance(message, int)
        assert report == decoder._with_care(layout, message, length, kind, report.mmsi, is_own_ship=True)
