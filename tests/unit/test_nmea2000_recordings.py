"""NMEA 2000 recordings read whole: totals, and values that canboat's own analyzer printed for the same bytes."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from protocols.aio.recorded import lines_of
from protocols.nmea2000 import ais, channels, make_table
from protocols.nmea2000.message import PGNS, N2kMessage
from protocols.nmea2000.reader import N2kReader
from protocols.nmea2000.text import parse_line
from protocols.reading import Quality
from protocols.recording import RecordingReader, line_json, totals_json
from tests.shared_folder import shared

DEFINITIONS = "canboat_pgn_database.json.gz"


class Total(NamedTuple):
    """What a recording holds."""

    lines: int
    rejected: dict[str, int]
    messages: int
    groups: int
    readings: int
    channels: int
    targets: int
    faults: dict[str, int]
    lost: int
    """Fast packets of which a frame never came, and those still open at the end."""


RECORDINGS = {
    "aava-n2k.data.gz": Total(21595, {"unknown": 6584}, 15011, 24, 12591, 14, 121, {
        "127513 peukert_exponent out of range": 203, "129794 eta_time_s out of range": 5,
        "129810 mothership_user_id out of range": 22}, 0),
    "canboat_candumpSample3.txt": Total(2378, {"comment": 9, "empty": 1, "unknown": 579}, 1486, 17, 1474, 15, 7, {}, 0),
    "canboat_pgn-test.in": Total(38, {"comment": 7, "empty": 1, "unknown": 19}, 11, 9, 17, 13, 1, {
        # one more satellite is counted than there is room for in a message
        "129540 range_residuals_m cut off": 1, "129540 status cut off": 1, "129540 gnss_system cut off": 1}, 0),
    "canboat_pgn127489.txt": Total(11, {"comment": 1}, 10, 1, 50, 5, 0, {"127489 engine_load_pct out of range": 10}, 0),
    "canboat_sample-YDWG02.txt": Total(31, {}, 23, 5, 19, 3, 0, {}, 0),
    "canboat_susteranna2020.raw.gz": Total(6110, {"comment": 6, "framing": 2, "unknown": 2666}, 3436, 26, 4156, 22, 0, {}, 0),
}  # fmt: skip


def recording(name: str) -> Path:
    """Return the path of a file of the shared data; skip with a word where it is absent, which in CI is a failure."""
    return shared(f"data/nmea2000/{name}")


def definitions() -> dict[str, Any]:
    """Return the canboat definitions."""
    with gzip.open(recording(DEFINITIONS)) as file:
        found: dict[str, Any] = json.load(file)
    return found


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_gives_exactly_its_totals(name: str) -> None:
    """Lines, reasons, messages, readings; every value said is in its channel's range, and can be written as JSON."""
    reader, rejected, groups, read, targets = N2kReader(), Counter[str](), Counter[int](), Counter[str](), set[int]()
    lines = 0
    for raw in lines_of(recording(name)):
        lines += 1
        frame = parse_line(raw)
        message = frame if isinstance(frame, str) else reader.receive("", frame)
        if isinstance(message, str):
            rejected[message] += 1
        elif message is not None:
            groups[message.pgn.number] += 1
            json.dumps(message.plain(), allow_nan=False)
            found = channels.readings(message)
            assert all((each.value is None) == (each.quality is not Quality.GOOD) for each in found)
            read.update(each.channel for each in found)
            report = ais.report(message)
            targets |= set() if report is None or isinstance(report, str) else {report.mmsi}
    packets = reader.packets
    total = Total(lines, dict(rejected), groups.total(), len(groups), read.total(), len(read), len(targets),
                  dict(reader.faults), packets.lost_count + packets.waiting_count)  # fmt: skip
    assert total == RECORDINGS[name]


def test_the_tables_are_what_the_definitions_say() -> None:
    """Made again from the definitions they come out the same, byte for byte; the source is named in each."""
    folder = Path(make_table.__file__).parent
    for name, text in make_table.tables(definitions()).items():
        assert (folder / f"{name}.py").read_text(encoding="utf-8") == text
        assert "https://github.com/canboat/canboat" in text
        assert "Apache License Version 2.0" in text


def test_fields_stand_where_the_definitions_put_them_and_do_not_overlap() -> None:
    """Of every group: places ascend, each begins where the one before it ends or later."""
    for pgn in PGNS.values():
        end = 0
        for field in (*pgn.fields, *pgn.repeated):
            assert field.first >= end, (pgn.number, field.name)
            end = field.first + field.width


CONVERT = {
    # unit at the end of our name: what canboat's analyzer prints of it
    "rad": lambda value: value * 57.29577951308232, "k": lambda value: value - 273.15, "pa": lambda value: value / 1e5,
    "radps": lambda value: value * 57.29577951308232,
}  # fmt: skip


def expected(name: str, value: Any) -> Any:
    """Return our value as canboat prints it."""
    unit = name.rpartition("_")[2]
    if unit in CONVERT and isinstance(value, int | float):
        return CONVERT[unit](value)
    if name == "date_d":
        return (date(1970, 1, 1) + timedelta(days=value)).strftime("%Y.%m.%d")
    return value


def seconds(text: str) -> float:
    """Return the seconds of `hh:mm:ss[.ssss]`."""
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def agree(name: str, ours: Any, theirs: Any) -> bool:
    """Tell whether a field is the same; canboat prints numbers with few digits, times as text."""
    have = expected(name, ours)
    if name.endswith("_s") and isinstance(theirs, str):
        return abs(seconds(theirs) - have) < 0.001
    if isinstance(have, int | float) and (isinstance(theirs, int | float) or theirs.isdecimal()):
        return abs(float(theirs) - have) <= max(0.06 if name.endswith(("rad", "_k")) else 0.0, abs(have) * 1e-5, 1e-7)
    if name.endswith("_hex"):
        return bytes.fromhex(ours) == bytes.fromhex(theirs)
    return bool(have == theirs)


def compared(message: N2kMessage, theirs: dict[str, Any], names: dict[str, str]) -> list[str]:
    """Return the fields of canboat's answer that are not in ours, and of ours that are not in its."""
    ours = message.plain()
    wrong: list[str] = []
    for label, value in theirs.items():
        if label == "list":
            continue
        name = names[label]
        have = ours.pop(name, ours.pop(f"{name}_hex", None))
        key = f"{name}_hex" if isinstance(value, str) and name == "communication_state" else name
        if have is None or not agree(key, have, value):
            wrong.append(f"{message.pgn.number} {label}: {have!r}, canboat {value!r}")
    left = [name for name, value in ours.items() if name != "list" and value != []]
    return wrong + [f"{message.pgn.number} {name}: only ours" for name in left]


def test_values_are_those_of_canboat() -> None:
    """Each field of each answer that canboat's analyzer gives for its own test input, in the groups of our tables."""
    labels = {
        row["PGN"]: {field["Name"]: make_table._snake(field) for field in row["Fields"]}
        for row in reversed(definitions()["PGNs"]) if row["PGN"] in PGNS
    }  # fmt: skip
    answers = [json.loads(line) for line in recording("canboat_pgn-test-json.out").read_text("utf-8").splitlines()
               if line.startswith("{")]  # fmt: skip
    known = iter([answer for answer in answers if answer["pgn"] in PGNS])
    reader, wrong, count = N2kReader(), list[str](), 0
    for raw in lines_of(recording("canboat_pgn-test.in")):
        frame = parse_line(raw)
        if isinstance(frame, str) or frame.pgn not in PGNS:
            continue
        message, answer = reader.receive("", frame), next(known)
        assert isinstance(message, N2kMessage)
        assert (answer["pgn"], answer["src"], answer["dst"]) == (frame.pgn, frame.source, frame.destination)
        wrong += compared(message, answer["fields"], labels[frame.pgn])
        for ours, theirs in zip(message.repeated, answer["fields"].get("list", []), strict=False):
            assert agree("elevation_rad", ours["elevation_rad"], theirs["Elevation"])
            assert agree("azimuth_rad", ours["azimuth_rad"], theirs["Azimuth"])
            assert (ours["prn"], ours["snr_db"]) == (theirs["PRN"], theirs["SNR"])
        count += 1
    assert wrong == KNOWN
    assert (count, next(known, None)) == (11, None)


KNOWN = [
    "60928 Manufacturer Code: 275, canboat 'Navico'",  # makers stay numbers: hundreds of them
    "60928 Device Function: 155, canboat 'Rudder'",  # a word that hangs on another field
    "60928 Manufacturer Code: 135, canboat 'Airmar'",
    "60928 Device Function: 130, canboat 'Bottom Depth'",
]


@pytest.mark.parametrize("name", RECORDINGS)
def test_farhelm_decode_reads_it_like_any_recording(name: str) -> None:
    """The reader behind `farhelm decode`: the same messages, reasons and ships; each line is an object of JSON."""
    reader = RecordingReader()
    for number, raw in enumerate(lines_of(recording(name)), 1):
        json.dumps(line_json(number, reader.read(raw)), allow_nan=False)
    totals, want = reader.finish(), RECORDINGS[name]
    assert (totals.lines, totals.by_group.total(), len(totals.by_group)) == (want.lines, want.messages, want.groups)
    assert dict(totals.rejected) == want.rejected
    assert (totals.sentences, len(totals.mmsi), totals.fast_packets_lost) == (0, want.targets, want.lost)
    json.dumps(totals_json(totals, None), allow_nan=False)


def test_a_line_of_the_output_names_what_it_holds() -> None:
    """A heading: group, address, fields with their units, the channel it feeds."""
    reader = RecordingReader()
    found = line_json(7, reader.read(b"(1502984866.421964) slcan0 09F112CC#FF725AFF7FFF7FFD"))
    assert found == {
        "line": 7, "pgn": 127250, "source": 204, "name": "Vessel Heading",
        "fields": {"heading_rad": 2.3154, "reference": "Magnetic"},
        "readings": [{"channel": "NAV_HDM", "value": pytest.approx(132.663, abs=0.001), "unit": "deg", "quality": "good"}],
    }  # fmt: skip
    assert reader.finish().first_time == "2017-08-17T15:47:46.421Z"
    assert line_json(8, reader.read(b"(1.0) can0 19F51323#200EF69407"))["pgn"] == 128275
    assert line_json(9, reader.read(b"(1.0) can0 1CFF4FCC#3B9F"))["rejected"] == "unknown"
