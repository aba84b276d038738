"""NMEA and AIS: whatever arrives, nothing undeclared is raised and nothing is believed that was damaged."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from protocols.ais.assembler import Assembler, part_of
from protocols.ais.decoder import decode_parts
from protocols.nmea0183.framing import framed
from protocols.nmea0183.sentence import READERS, Rejected, Sentence, parse_line, readings
from protocols.reading import Quality

printable = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="*\\$!"), max_size=12)


@given(st.binary(max_size=300))
def test_random_bytes_are_rejected_in_words(noise: bytes) -> None:
    """Binary noise is a reason, never an exception."""
    found = parse_line(noise)
    assert isinstance(found, Sentence | Rejected)
    if isinstance(found, Sentence):
        readings(found)


@given(st.sampled_from(sorted(READERS)), st.lists(printable, max_size=20))
def test_any_fields_give_finite_values_in_range_or_none(formatter: str, fields: list[str]) -> None:
    """A reading has a value exactly when it may be used; it is finite and in its channel's range by construction."""
    sentence = parse_line(framed(",".join(("GP" + formatter, *fields))))
    if not isinstance(sentence, Sentence):
        return
    found = readings(sentence)
    for reading in found if not isinstance(found, str) else []:
        assert (reading.value is None) == (reading.quality is not Quality.GOOD)
        assert not isinstance(reading.value, float) or math.isfinite(reading.value)


@given(st.integers(0, 63), st.integers(1, 255))
def test_one_damaged_byte_is_never_believed(position: int, mask: int) -> None:
    """Whatever one byte becomes, a reading that is then called good is one that was sent (a `*` may be what is lost)."""
    line = bytearray(b"$GPRMC,195719,A,5310.8115,N,00525.7025,E,0.0,0.0,160414,0.7,E,A*10")
    good = parse_line(bytes(line))
    line[position] ^= mask
    bent = parse_line(bytes(line))
    assert isinstance(good, Sentence)
    sent, found = readings(good), readings(bent) if isinstance(bent, Sentence) else []
    assert not isinstance(sent, str)
    assert isinstance(found, str) or all(reading in sent for reading in found if reading.quality is Quality.GOOD)


@given(st.lists(st.tuples(printable, printable, printable, printable, st.text("0123456789:;<=>?@ABCW`abcw", max_size=60),
                          printable), max_size=6))  # fmt: skip
def test_random_ais_parts_never_raise(rows: list[tuple[str, ...]]) -> None:
    """Counts, numbers and payloads of any kind: a report or a reason."""
    assembler = Assembler()
    for row in rows:
        part = part_of("x", "VDM", list(row))
        whole = None if part is None else assembler.receive(part)
        if whole is not None:
            decode_parts(whole)


@given(
    st.integers(1, 9), st.integers(0, 9), st.text("0123456789:;<=>?@ABCW`abcw", max_size=80), st.sampled_from("012345")
)
def test_random_payloads_of_one_part_are_a_report_or_a_reason(count: int, number: int, payload: str, fill: str) -> None:
    """Single parts that claim any count and number."""
    part = part_of("x", "VDM", [str(count), str(number), "", "A", payload, fill])
    whole = None if part is None else Assembler().receive(part)
    if whole is not None:
        decode_parts(whole)
