"""The corpus of nasty lines: every verdict as written there, and the same lines through a parser that gets them wrong."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from pathlib import Path

import pynmea2
import pytest

from protocols.nmea0183.batch import FEW, parse_lines
from protocols.nmea0183.datagram import lines_of, refusal
from protocols.nmea0183.framing import checksum
from protocols.nmea0183.kinds import FieldValue
from protocols.nmea0183.sentence import Rejected, Sentence, parse_line, readings
from protocols.nmea0183.typed import fields_of
from protocols.recording import RecordingReader

CORPUS = tomllib.loads((Path(__file__).parents[1] / "corpus" / "nasty_lines.toml").read_text("utf-8"))
ROWS_MIN = 150
THEIR_NAMES = {
    "latitude_deg": "latitude", "longitude_deg": "longitude", "sog_kn": "spd_over_grnd", "cog_deg": "true_course",
    "heading_deg": "heading", "rate_deg_min": "rate_of_turn", "depth_m": "depth", "angle_deg": "wind_angle",
    "speed": "wind_speed", "starboard_deg": "rsa_starboard", "speed_rpm": "speed", "pitch_pct": "pitch",
    "hdop": "horizontal_dil", "satellites": "num_sats", "utc": "timestamp", "date": "datestamp",
}  # fmt: skip
"""Our fields by the attributes of pynmea2 in which the same value stands."""


def wire(text: str) -> bytes:
    """Return the bytes of a line of the corpus: with a right checksum where none stands."""
    line = text.encode("latin-1")
    start = line.rfind(b"\\") + 1
    if b"*" in line[start:] or line.count(b"\\") == 1:
        return line
    return line + b"*%02X" % checksum_of_any(line[start + 1 :])


def checksum_of_any(body: bytes) -> int:
    """Return the XOR of bytes, however many."""
    found = 0
    for start in range(0, len(body), 256):
        found ^= checksum(body[start : start + 256])
    return found


def pairs(text: str) -> dict[str, str]:
    """Return `name word, name word` as a mapping."""
    return {part.split(" ", 1)[0]: part.split(" ", 1)[1] for part in text.split(", ") if part}


def alike(value: FieldValue | None, told: str) -> bool:
    """Tell whether a value is what the corpus says."""
    return value == pytest.approx(float(told), abs=1e-6) if isinstance(value, float | int) else str(value) == told


@pytest.mark.parametrize(("why", "text", "faults", "values", "channels"), CORPUS["lines"], ids=lambda cell: cell[:40])
def test_a_nasty_line_gets_its_verdict(why: str, text: str, faults: str, values: str, channels: str) -> None:
    """Faults exactly as listed; the values listed are read all the same; channels get what they may get."""
    line = wire(text)
    sentence = parse_line(line)
    assert list(parse_lines([line] * FEW)) == [sentence] * FEW
    if faults.startswith("rejected"):
        assert isinstance(sentence, Rejected), why
        assert f"rejected {sentence.reason}" == faults
        return
    assert isinstance(sentence, Sentence), sentence
    fields = fields_of(sentence)
    if fields is not None:
        expected = {name: word for name, word in pairs(faults).items() if word != "absent"}
        assert {name: fault.value for name, fault in fields.faults.items()} == expected, why
        assert {name: fields.values.get(name) for name, told in pairs(values).items()
                if not alike(fields.values.get(name), told)} == {}, why  # fmt: skip
    assert_channels(sentence, channels)


def assert_channels(sentence: Sentence, told: str) -> None:
    """Assert what channels get: a word for the whole sentence, or a verdict for each channel named."""
    found = readings(sentence)
    if isinstance(found, str):
        assert found == told
        return
    if told == "none":
        assert found == []
        return
    by_channel = {reading.channel: reading for reading in found}
    for channel, word in pairs(told).items():
        reading = by_channel[channel]
        assert alike(reading.value, word) if reading.value is not None else reading.quality.name.lower() == word


@pytest.mark.parametrize(("why", "texts", "verdicts", "orphans"), CORPUS["ais"], ids=lambda cell: str(cell)[:40])
def test_a_nasty_message_gets_its_verdict(why: str, texts: list[str], verdicts: list[str], orphans: int) -> None:
    """Message types, reasons, and parts that never came whole."""
    reader, found = RecordingReader(), list[str]()
    for text in texts:
        line = reader.read(wire(text))
        known = line.rejected or line.text
        found.append(known or (f"type {line.ais.type}" if line.ais is not None else "waiting"))
    assert found == verdicts, why
    assert reader.finish().ais_undecoded.get("orphan part", 0) == orphans, why


@pytest.mark.parametrize(("why", "text", "verdict"), CORPUS["datagrams"], ids=lambda cell: cell[:40])
def test_a_nasty_datagram_gets_its_verdict(why: str, text: str, verdict: str) -> None:
    """Lines, or the word of its refusal."""
    datagram = text.encode("latin-1")
    lines = lines_of(datagram)
    assert (str(len(lines)) if lines is not None else refusal(datagram)) == verdict, why


@pytest.mark.parametrize(("why", "text", "verdict"), CORPUS["tags"], ids=lambda cell: cell[:40])
def test_a_nasty_block_gets_its_verdict(why: str, text: str, verdict: str) -> None:
    """Rejected with its line, or what it says."""
    found = parse_line(wire(text))
    if isinstance(found, Rejected):
        assert f"rejected {found.reason}" == verdict, why
        return
    assert found.tag is not None
    said = {
        "source": found.tag.source,
        "line": found.tag.line_number,
        "group": found.tag.group,
        "time": found.tag.time_s,
    }
    assert {name: str(said[name]) for name in pairs(verdict)} == pairs(verdict), why


def test_the_corpus_is_large_enough_and_no_row_stands_twice() -> None:
    """At least 150 rows; a row that stands twice is one."""
    rows = [str(row[1]) for table in CORPUS.values() for row in table]
    assert len(rows) >= ROWS_MIN
    assert [row for row, count in Counter(rows).items() if count > 1] == []


def silently_wrong(text: str, faults: str) -> list[str]:
    """Return the fields of a line for which pynmea2 gives a value though there is none to be had.

    What the sentence itself calls void does not count: pynmea2 hands the status over and leaves it to its caller.
    """
    try:
        sentence = pynmea2.parse(wire(text).decode("ascii"), check=True)
    except (pynmea2.ParseError, UnicodeDecodeError, ValueError):
        return []
    found = []
    for name in (name for name, word in pairs(faults).items() if word != "void"):
        try:
            value = getattr(sentence, THEIR_NAMES.get(name, "nothing"), None)
        except Exception:  # noqa: BLE001, S112 - what it raises undeclared is loud, and so not what is counted here
            continue
        if isinstance(value, float | dt.date) or re.fullmatch(r"-?[0-9]+(\.[0-9]*)?", str(value)):
            found.append(f"{name}={value}")
    return found


def test_the_corpus_bites() -> None:
    """Negative control: pynmea2 gives values for many of these fields, among them a latitude of 0 for a bad hemisphere."""
    wrong = {row[0]: found for row in CORPUS["lines"] if not row[2].startswith("rejected")
             and (found := silently_wrong(row[1], row[2]))}  # fmt: skip
    count = sum(map(len, wrong.values()))
    print(f"silently wrong: pynmea2 {count} fields of {len(wrong)} lines, ours 0")  # noqa: T201 - shown by pytest -s
    assert count >= 30, wrong
    assert "latitude_deg=0.0" in wrong["hemisphere X"]
