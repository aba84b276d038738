"""Every sentence of the forms, read into typed values and written again."""

from __future__ import annotations

import pytest

from protocols.nmea0183.framing import framed
from protocols.nmea0183.kinds import Fault
from protocols.nmea0183.sentence import READERS, RECOGNISED, Sentence, parse_line
from protocols.nmea0183.sentences.autopilot import Steering, make_htc
from protocols.nmea0183.typed import FORMS, fields_of, make_sentence
from tests.nmea_examples import EXAMPLES


def sentence(line: bytes) -> Sentence:
    """Return the sentence of a line that is one."""
    found = parse_line(line)
    assert isinstance(found, Sentence), (line, found)
    return found


def layout_of(found: Sentence) -> int:
    """Return which layout of its formatter a sentence has."""
    layouts = FORMS[found.formatter]
    return next((at for at, form in enumerate(layouts) if form.when and form.fits(found.fields)), 0)


def numbers(line: bytes) -> list[float | str]:
    """Return the fields of a line with numbers as such, so that 316.70 and 316.7 are one."""
    found: list[float | str] = []
    for text in line.decode().partition("*")[0].rstrip(",").split(","):
        try:
            found.append(float(text))
        except ValueError:
            found.append(text)
    return found


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: line[3:6].decode())
def test_an_example_reads_without_a_fault_and_writes_again(line: bytes) -> None:
    """The same sentence comes back, number for number and letter for letter, and reads as the same values."""
    found = sentence(line)
    fields = fields_of(found)
    assert fields is not None
    assert fields.faults == {}
    assert fields.values
    made = make_sentence(found.talker, found.formatter, fields.values, layout_of(found))
    assert numbers(made) == numbers(line)
    assert fields_of(sentence(made)) == fields


def test_most_examples_come_back_to_the_byte() -> None:
    """The others differ in zeros at the ends of their numbers only."""
    same = [
        line
        for line in EXAMPLES
        if (found := sentence(line))
        and make_sentence(found.talker, found.formatter, fields_of(found).values, layout_of(found)) == line
    ]  # type: ignore[union-attr]
    assert len(same) >= len(EXAMPLES) - 16


def test_every_form_has_an_example_and_every_reader_a_form() -> None:
    """A form without an example would be a list of fields that nobody compared with anything."""
    assert {sentence(line).formatter for line in EXAMPLES} == set(FORMS)
    assert set(READERS) <= set(FORMS)
    assert set(FORMS) <= set(READERS) | RECOGNISED


def test_both_orders_of_the_answer_to_an_alert_are_one_answer() -> None:
    """Makers put the command before C, edition 6 as some read it after; C is no command letter."""
    first, second = (fields_of(sentence(framed(f"CAACN,123519.00,XYZ,10512,1,{end}"))) for end in ("A,C", "C,A"))
    assert first == second
    assert first is not None
    assert first.values["command"] == "A"
    assert make_sentence("CA", "ACN", first.values, layout=1).endswith(b",1,C,A*32")
    neither = fields_of(sentence(framed("CAACN,123519.00,XYZ,10512,1,X,C")))
    assert neither is not None
    assert neither.faults == {"command": Fault.SPELLING}


def test_the_form_writes_what_the_autopilot_is_sent() -> None:
    """HTC is made on two ways: by the form, and by the one that steers the ship."""
    steering = Steering(False, "R", -10.0, "N", 35.0, None, None, None, None, None, None, "T")
    values = {"override": "V", "rudder_deg": -10.0, "steering_mode": "R", "turn_mode": "N", "rudder_limit_deg": 35.0,
              "reference": "T", "sentence_status": "C"}  # fmt: skip
    assert make_sentence("IN", "HTC", values) == make_htc("IN", steering)


def test_a_void_value_is_not_handed_over() -> None:
    """Status V voids what it governs and nothing else."""
    fields = fields_of(sentence(framed("GPRMC,195719,V,5310.8115,N,00525.7025,E,4.5,87.0,160414,0.7,E,N")))
    assert fields is not None
    assert fields.values == {"utc": "19:57:19", "status": "V", "variation_deg": 0.7, "mode": "N"}
    assert set(fields.faults.values()) == {Fault.VOID}
    assert set(fields.faults) == {"latitude_deg", "longitude_deg", "sog_kn", "cog_deg", "date"}


@pytest.mark.parametrize(
    ("formatter", "values", "why"),
    [
        ("HDT", {"heading_deg": 361.0}, "range"),
        ("HDT", {"heading_deg": float("nan")}, "heading_deg"),
        ("HDT", {"heading": 95.0}, "no field heading"),
        ("HDT", {"heading_deg": "95"}, "no number"),
        ("RMC", {"sog_kn": 12.0}, "voids it"),
        ("RMC", {"status": "A", "latitude_deg": 91.0}, "range"),
        ("ALF", {"part": 3}, "range"),
        ("ALF", {"text": "x" * 80}, "80 fit"),
        ("ACN", {"command": "C"}, "spelling"),
        ("ALC", {"entry_1": (None, 3052)}, "no entry"),
        ("XDR", {"transducer_1": ("C", 1.0, "F", "AIRT")}, "side"),
        ("ETL", {"position": "06"}, "spelling"),
    ],
)
def test_what_could_not_be_read_again_is_not_made(formatter: str, values: dict[str, float | str], why: str) -> None:
    """The maker of a sentence is told which field and why."""
    with pytest.raises(ValueError, match=why):
        make_sentence("II", formatter, values)  # type: ignore[arg-type]


def test_reserved_characters_travel_as_their_codes() -> None:
    """A comma, a star or a letter beyond ASCII in a text is `^hh` on the wire."""
    text = "Fire, deck 3 * 50^ \xb0C!"
    line = make_sentence("FR", "EVE", {"utc": "12:00:00", "tag": "A1", "text": text})
    assert b"^2C" in line
    fields = fields_of(sentence(line))
    assert fields is not None
    assert fields.values["text"] == text


def test_a_bad_quadruple_costs_itself() -> None:
    """Of four transducers one is misspelt, one is in a unit that its type has not; two are read."""
    fields = fields_of(sentence(framed("IIXDR,C,18.5,C,A,C,1_2.5,C,B,P,14.7,F,C,U,24.0,V,D")))
    assert fields is not None
    assert fields.values == {"transducer_1": ("C", 18.5, "C", "A"), "transducer_4": ("U", 24.0, "V", "D")}
    assert fields.faults == {"transducer_2": Fault.SPELLING, "transducer_3": Fault.SIDE}
