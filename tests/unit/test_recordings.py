"""Every recording beside the project goes through the decoder: exact totals, and never an exception."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from pyais import FileReaderStream
from typer.testing import CliRunner

from protocols.aio.recorded import lines_of
from protocols.recording import RecordingReader, line_json
from tests.shared_folder import shared


class Total(NamedTuple):
    """What a recording holds; sentences were counted by a plain pattern and XOR as well, AIS by pyais's own reader."""

    lines: int
    sentences: int
    rejected: dict[str, int]
    kinds: int
    ais: int
    undecoded: dict[str, int]
    mmsi: int


RECORDINGS = {
    "ais/gpsd_sample.aivdm": Total(1121, 118, {"comment": 1001, "empty": 1, "framing": 1}, 2, 102, {}, 87),
    "ais/libais_tagblock.nmea": Total(5, 5, {}, 1, 4, {}, 2),
    "ais/libais_typeexamples.nmea": Total(26, 26, {}, 1, 26, {}, 25),
    "ais/nais400-merrimac.log": Total(765, 765, {}, 6, 668, {}, 155),
    "ais/pyais_nmea_data_sample.txt": Total(898, 898, {}, 1, 778, {"empty payload": 100, "orphan part": 20}, 167),
    "nmea0183/gofree-merrimac.log": Total(6324, 6324, {}, 24, 1459, {}, 171),
    "nmea0183/gpsd_bundg_zeus_9.log": Total(5009, 4999, {"comment": 10}, 22, 0, {}, 0),
    "nmea0183/gpsd_hemi.log": Total(755, 753, {"comment": 2}, 4, 0, {}, 0),
    "nmea0183/gpsd_humminbird-M37.log": Total(109, 98, {"comment": 11}, 7, 0, {}, 0),
    "nmea0183/gpsd_saab-r4.log": Total(127, 122, {"comment": 4, "empty": 1, "unknown": 12}, 11, 14, {}, 2),
    "nmea0183/gpsd_sounder.log": Total(248, 244, {"comment": 4}, 2, 0, {}, 0),
    "nmea0183/nais300-merrimac.log": Total(579, 579, {}, 7, 536, {}, 52),
    "nmea0183/plaka.log.gz": Total(116_000, 116_000, {}, 15, 0, {}, 0),
}


def recording(name: str) -> Path:
    """Return the path of a recording; skip with a word where it is absent, which in CI is a failure."""
    return shared(f"data/{name}")


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_gives_exactly_its_totals(name: str) -> None:
    """Lines, sentences, rejections by reason, kinds of sentences, AIS messages and ships."""
    reader = RecordingReader()
    for number, raw in enumerate(lines_of(recording(name)), 1):
        json.dumps(line_json(number, reader.read(raw)), allow_nan=False)
    totals = reader.finish()
    found = Total(
        totals.lines, totals.sentences, dict(totals.rejected), len(totals.by_sentence), totals.ais_by_type.total(),
        dict(totals.ais_undecoded), len(totals.mmsi),
    )  # fmt: skip
    assert found == RECORDINGS[name]
    assert totals.by_sentence.total() == totals.sentences
    assert totals.no_checksum == 0


@pytest.mark.parametrize("name", [name for name, total in RECORDINGS.items() if total.ais])
def test_no_ais_message_is_lost_that_pyais_reads(name: str) -> None:
    """The library's own file reader is the second opinion: the same types, the same ships."""
    theirs: Counter[int] = Counter()
    ships: set[int] = set()
    with FileReaderStream(str(recording(name))) as stream:
        for message in stream:
            try:
                decoded = message.decode()
            except Exception:  # noqa: BLE001, S112 - its errors are many; what it cannot read we need not
                continue
            theirs[decoded.msg_type] += 1
            ships.add(int(decoded.mmsi))
    reader = RecordingReader()
    for raw in lines_of(recording(name)):
        reader.read(raw)
    totals = reader.finish()
    assert totals.ais_by_type == theirs
    assert totals.mmsi == ships


def test_the_command_prints_one_object_a_line_or_one_for_all() -> None:
    """`farhelm decode` in both formats, and a file that is not there."""
    from farhelm.__main__ import app

    path, runner = recording("nmea0183/gpsd_saab-r4.log"), CliRunner()
    lines = [json.loads(line) for line in runner.invoke(app, ["decode", str(path)]).stdout.splitlines()]
    assert [line["line"] for line in lines] == list(range(1, 128))
    assert sum("ais" in line for line in lines) == 14
    fixes = [line["fields"] for line in lines if line.get("sentence") == "GGA"]
    assert {fix["quality"] for fix in fixes} == {"2"}
    assert fixes[0]["latitude_deg"] == pytest.approx(50.21318)
    summary = json.loads(runner.invoke(app, ["decode", str(path), "--format", "summary"]).stdout)
    assert (summary["lines"], summary["sentences"], summary["mmsi"]) == (127, 122, 2)
    assert summary["first_time"] == "2011-06-01T13:07:11Z"
    assert summary["lines_per_cpu_s"] > 0
    missing = runner.invoke(app, ["decode", "/nowhere/x.log"])
    assert missing.exit_code == 1
    assert "there is no file" in missing.output


def test_a_reader_that_has_enough_is_no_fault(tmp_path: Path) -> None:
    """`farhelm decode FILE | head -1`: one line, no complaint, exit code 0."""
    file = tmp_path / "long.nmea"
    file.write_bytes(b"$HEHDT,095.0,T*23\r\n" * 50_000)
    command = [sys.executable, "-m", "farhelm", "decode", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as decoding:
        assert decoding.stdout is not None
        assert decoding.stderr is not None
        assert b'"HDT"' in decoding.stdout.readline()
        decoding.stdout.close()
        assert decoding.stderr.read() == b""
        assert decoding.wait(30) == 0
