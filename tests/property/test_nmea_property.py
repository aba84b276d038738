"""NMEA and AIS: whatever arrives, nothing undeclared is raised and nothing is believed that was damaged."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from protocols.ais.assembler import Assembler, part_of
from protocols.ais.decoder import decode_parts
from protocols.nmea0183.batch import FEW, parse_lines
from protocols.nmea0183.framing import framed
from protocols.nmea0183.kinds import Fault, FieldValue
from protocols.nmea0183.sentence import READERS, Rejected, Sentence, parse_line, readings
from protocols.nmea0183.typed import FORMS, fields_of, make_sentence
from protocols.reading import Quality
from tests.nmea_examples import EXAMPLES

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


@given(st.lists(st.one_of(st.sampled_from(EXAMPLES), st.binary(max_size=90), st.tuples(
    st.sampled_from(EXAMPLES), st.integers(0, 80), st.sampled_from([b"*", b"\\", b"\n", b"\xff", b"$", b"", b" ", b"\r"])).map(
        lambda bent: bent[0][: bent[1]] + bent[2] + bent[0][bent[1] :])), min_size=FEW, max_size=2 * FEW))  # fmt: skip
def test_many_lines_at_once_are_what_each_is_alone(chunk: list[bytes]) -> None:
    """The chunk's checksums are another way to the same verdicts, whatever stands between good lines."""
    assert list(parse_lines(chunk)) == [parse_line(line) for line in chunk]


def test_a_star_too_many_is_not_made_up_for_by_one_too_few() -> None:
    chunk = [framed("HEHDT,095.3,T")] * FEW
    chunk[3], chunk[7] = framed("HEHDT,09*5.3,T"), b"$HEHDT,095.3,T"
    assert b"".join(chunk).count(b"*") == FEW
    assert isinstance(list(parse_lines(chunk))[3], Rejected)
    assert list(parse_lines(chunk)) == [parse_line(line) for line in chunk]
    nameless = [*chunk[:3], framed("hehdt,1,T"), framed("HEHDT"), *chunk[8:], *chunk[8:]]  # good sums over no sentences
    assert list(parse_lines(nameless)) == [parse_line(line) for line in nameless]


nasty_text = st.one_of(
    printable.map(lambda text: text.replace(",", ";")),  # a comma would make two fields of one
    st.sampled_from(
        [
            "A",
            "V",
            "N",
            "E",
            "W",
            "S",
            "T",
            "M",
            "K",
            "R",
            "L",
            "C",
            "P",
            "D",
            "1",
            "0",
            "-1",
            "nan",
            "inf",
            "1e5",
            "1_2.5",
            "95.0",
            "5375.1",
            "9510.0",
            "18100.0",
            "361",
            "250161",
        ]
    ),
    st.from_regex(r"\A-?[0-9]{1,5}(\.[0-9]{0,5})?\Z"),
)


@given(st.sampled_from(sorted(FORMS)), st.lists(nasty_text, max_size=24))
def test_typed_values_are_stable_under_making_and_reading(formatter: str, texts: list[str]) -> None:
    """What was read can be made, and reads as the same again; a field has a value or a fault, never both, never neither."""
    sentence = parse_line(framed(",".join(("II" + formatter, *texts))))
    if not isinstance(sentence, Sentence):
        return
    fields = fields_of(sentence)
    assert fields is not None
    assert not fields.values.keys() & fields.faults.keys()
    assert Fault.ABSENT not in fields.faults.values()
    assert all(math.isfinite(value) for value in fields.values.values() if isinstance(value, float))
    again = made(formatter, dict(fields.values), sentence)
    if again is not None:
        twice = fields_of(again)
        assert twice is not None
        assert twice.faults == {}
        assert made(formatter, dict(twice.values), again) == again


def made(formatter: str, values: dict[str, FieldValue], like: Sentence) -> Sentence | None:
    """Return the sentence of these values in the layout of `like`, read back; None where 80 characters do not hold them."""
    layout = next((at for at, form in enumerate(FORMS[formatter]) if form.when and form.fits(like.fields)), 0)
    try:
        line = make_sentence("II", formatter, values, layout)
    except ValueError as error:
        assert "80 fit" in str(error) or not values  # noqa: PT017 - any other reason is the fault looked for
        return None
    sentence = parse_line(line)
    assert isinstance(sentence, Sentence)
    return sentence


@given(st.sampled_from(EXAMPLES), st.integers(0, 20), nasty_text)
def test_one_bad_field_costs_that_field_only(line: bytes, at: int, text: str) -> None:
    """One field of a good sentence is replaced: all values but its own, and those it governs, stay as they were."""
    good = parse_line(line)
    assert isinstance(good, Sentence)
    bent = parse_line(framed(",".join((good.address, *good.fields[:at], text, *good.fields[at + 1 :]))))
    before = fields_of(good)
    if at >= len(good.fields) or not isinstance(bent, Sentence) or before is None:
        return
    after = fields_of(bent)
    assert after is not None
    changed = {name for name in before.values if after.values.get(name) != before.values[name]}
    assert changed <= governed(good, at)


def governed(sentence: Sentence, at: int) -> set[str]:
    """Return the names of the values that field `at` is part of or decides about."""
    form = next(form for form in reversed(FORMS[sentence.formatter]) if form.fits(sentence.fields))
    if form.when and form.when[0] == at:
        return {field.name for field in form.fields}
    start, own = 0, ""
    for field in (*form.fields, *form.later):
        own = field.name if start <= at < start + field.width else own
        start += field.width
    if not own and form.repeat:
        own = f"{form.repeat.name}_{(at - start) // form.repeat.width + 1}"
    decided = {field.name for field in (*form.fields, *form.later) if own in dict(field.guards)}
    return {own} | decided


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
