"""Targets of a radar in TTD: read from bits and made again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.nmea0183.kinds import Fault
from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea0183.tracked import RECORDS, TrackedTarget, read_targets, write_targets
from protocols.nmea0183.typed import fields_of, make_sentence

RADAR = TrackedTarget(0, {
    "number": 123, "bearing_deg": 123.4, "speed_kn": 15.5, "course_deg": 135.7, "status": 4, "is_test": 0,
    "distance_nm": 163.0, "is_relative": 1, "is_over_ground": 0, "correlation": 128,
})  # fmt: skip
APPROACH = TrackedTarget(1, {"number": 42, "cpa_nm": 12.34, "tcpa_min": -56.78})


def test_the_bits_stand_where_the_standard_puts_them() -> None:
    """The record of 90 bits as it was worked out by hand: version, number, bearing, speed, course, no heading, ..."""
    bits = f"00{123:010b}{1234:012b}{155:012b}{1357:012b}{4095:012b}1000{16300:014b}100010000000"
    payload = "".join(
        chr(code + 48 if (code := int(bits[at : at + 6], 2)) < 40 else code + 56) for at in range(0, 90, 6)
    )
    assert len(bits) == 90
    assert read_targets(payload, 0) == [RADAR]
    assert write_targets([RADAR]) == (payload, 0)


def test_both_protocols_travel_in_one_sentence() -> None:
    """90 and 42 bits are 22 characters; a time of closest approach that is past is negative."""
    payload, fill = write_targets([RADAR, APPROACH])
    line = make_sentence("RA", "TTD", {"total": 1, "part": 1, "payload": payload, "fill_bits": fill})
    sentence = parse_line(line)
    assert isinstance(sentence, Sentence)
    fields = fields_of(sentence)
    assert fields is not None
    assert read_targets(str(fields.values["payload"]), 0) == [RADAR, APPROACH]


def test_not_available_is_no_number() -> None:
    """A target of which nothing is known but its number; a bearing of 400 deg is none either."""
    payload, fill = write_targets([TrackedTarget(0, {"number": 7, "bearing_deg": 400.0})])
    found = read_targets(payload, fill)
    assert not isinstance(found, Fault)
    known = {"number": 7, "status": 0, "is_test": 0, "is_relative": 0, "is_over_ground": 0, "correlation": 0}
    assert found == [TrackedTarget(0, known)]


@pytest.mark.parametrize("payload", ["", "0", "hello world", "X" * 15, "w" * 15, "0" * 14, "0" * 17])
def test_what_is_no_list_of_targets_is_refused(payload: str) -> None:
    """Characters of no code, versions of no record, records cut short."""
    assert read_targets(payload, 0) is Fault.SPELLING


def test_a_value_that_does_not_fit_is_not_made() -> None:
    """Half a number would be another number."""
    with pytest.raises(ValueError, match="speed_kn"):
        write_targets([TrackedTarget(0, {"number": 1, "speed_kn": 500.0})])


@given(st.text("".join(chr(code) for code in (*range(48, 88), *range(96, 120))), max_size=90), st.integers(0, 5))
def test_any_payload_is_targets_that_can_be_made_again_or_a_refusal(payload: str, fill: int) -> None:
    """Reading never raises; what it gives is stable under making and reading."""
    found = read_targets(payload, fill)
    if not isinstance(found, Fault):
        assert read_targets(*write_targets(found)) == found
        assert all(target.protocol in RECORDS for target in found)
