"""NMEA and AIS lines per CPU second beside pynmea2 with pyais, and beside the Signal K parser in Node, in the same rounds.

Every line's checksum is verified and its values are read out as numbers; ours are also checked against their ranges. The
Signal K parser is installed beforehand by `npm install --prefix test-results/peers @signalk/nmea0183-signalk`, which this
bench does itself where npm and a registry are at hand.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pyais
import pynmea2
import pytest

from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from protocols.nmea0183.batch import parse_lines
from protocols.nmea0183.sentence import Rejected, Sentence, parse_line, readings
from tests.bench.figures import cpu_s, report_ratio, rounds
from tests.bench.ship_second import LINES, STATIC, TARGETS, lines
from tests.demo_rig import ROOT

SECONDS = 300
"""Seconds of a ship a round: 18,900 lines, some tenths of a CPU second."""
CHUNK_LINES = 500
"""Lines of one read from a socket that has much to give (64 kB hold 1,000), or from a recording."""
PEERS = ROOT / "test-results" / "peers"
PACKAGE = "@signalk/nmea0183-signalk"
ATTRIBUTES = {
    "GGA": ("latitude", "longitude", "num_sats", "horizontal_dil"),
    "RMC": ("latitude", "longitude", "spd_over_grnd", "true_course", "datetime"),
    "VTG": ("true_track", "spd_over_grnd_kts"),
    "HDT": ("heading",),
    "ROT": ("rate_of_turn",),
    "DPT": ("depth", "offset"),
    "MWV": ("wind_angle", "wind_speed"),
    "RSA": ("rsa_starboard",),
    "RPM": ("speed", "pitch"),
    "XDR": (),
}
"""What is read out of a sentence of pynmea2: what feeds our channels."""
NODE = """
const fs = require('fs');
const Parser = require(process.argv[1]);
const lines = fs.readFileSync(0, 'ascii').split('\\n').filter((line) => line);
const parser = new Parser();
function pass() {
  let values = 0;
  for (const line of lines) {
    const delta = parser.parse(line);
    if (delta) for (const update of delta.updates) values += update.values.length;
  }
  return values;
}
pass();
const before = process.cpuUsage();
const values = pass();
const used = process.cpuUsage(before);
console.log(JSON.stringify({ cpu_s: (used.user + used.system) / 1e6, values }));
"""


@pytest.fixture(scope="module")
def voyage() -> list[bytes]:
    """The lines of a voyage."""
    spoken = lines(SECONDS)
    assert len(spoken) == SECONDS * LINES
    return spoken


@pytest.fixture(scope="module")
def signalk() -> Path:
    """Return the folder of the Signal K parser; install it first where that can be done."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on PATH: the Signal K parser was not run")
    folder = PEERS / "node_modules" / PACKAGE
    if not folder.is_dir():
        PEERS.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(PEERS), PACKAGE]
        installed = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        if installed.returncode:
            pytest.skip(f"{PACKAGE} could not be installed: {installed.stderr.strip()[-200:]}")
    return folder


def read_out(parsed_lines: Iterable[Sentence | Rejected], ais: AisReader) -> list[int]:
    """Read out what lines of ours hold; return how many values and messages there were."""
    values = messages = 0
    for parsed in parsed_lines:
        assert isinstance(parsed, Sentence)
        if parsed.formatter == "VDM":
            report = ais.receive("", "VDM", parsed.fields)
            messages += isinstance(report, AisReport) and report.mmsi > 0
        else:
            for reading in readings(parsed):
                if reading.value is not None:  # type: ignore[union-attr]
                    values += 1
    return [values, messages]


def ours_one_by_one(voyage: list[bytes]) -> list[int]:
    """Read the lines as they come, each for itself."""
    return read_out(map(parse_line, voyage), AisReader())


def ours_in_chunks(voyage: list[bytes]) -> list[int]:
    """Read the lines as a replay or a fast socket gives them."""
    chunks = (parse_lines(voyage[start : start + CHUNK_LINES]) for start in range(0, len(voyage), CHUNK_LINES))
    return read_out(chain.from_iterable(chunks), AisReader())


def theirs(voyage: list[bytes]) -> list[int]:
    """Read the lines with pynmea2, and with pyais what begins with `!`."""
    counts, waiting = [0, 0], dict[bytes, bytes]()
    for line in voyage:
        if line.startswith(b"!"):
            _, count, number, sequence, _ = line.split(b",", 4)
            if count == b"1" or number == b"2":
                parts = (line,) if count == b"1" else (waiting.pop(sequence), line)
                counts[1] += int(pyais.decode(*parts).mmsi) > 0
            else:
                waiting[sequence] = line
            continue
        sentence = pynmea2.parse(line.decode("ascii"), check=True)
        for attribute in ATTRIBUTES[sentence.sentence_type]:
            counts[0] += getattr(sentence, attribute) is not None
        if sentence.sentence_type == "XDR":
            counts[0] += sum(transducer.value is not None for transducer in map(sentence.get_transducer, range(4)))
    return counts


def test_parsing_beside_pynmea2_and_pyais(voyage: list[bytes]) -> None:
    """Full mix, typed and validated."""
    own, heard = ours_one_by_one(voyage)
    assert ours_in_chunks(voyage) == [own, heard]
    assert heard == theirs(voyage)[1] == SECONDS * (TARGETS + STATIC)
    assert own == theirs(voyage)[0]
    for how, ours, goal, notes in (
        ("in chunks", ours_in_chunks, "at least 3", "as the ship reads what comes many at once"),
        ("one by one", ours_one_by_one, "", "as she reads a few lines"),
    ):
        found = rounds(lambda ours=ours: 1.0 / cpu_s(lambda: ours(voyage)), lambda: 1.0 / cpu_s(lambda: theirs(voyage)))  # type: ignore[misc]
        report_ratio(f"NMEA+AIS lines per CPU s {how}, over pynmea2+pyais", goal, found, notes)


def test_parsing_beside_the_signal_k_parser(voyage: list[bytes], signalk: Path) -> None:
    """The same lines; the Signal K parser gives no transducers unless it is told of each, so it gives fewer values."""
    given = b"\n".join(voyage)

    def node() -> dict[str, float]:
        ran = subprocess.run(
            ["node", "-e", NODE, str(signalk)], input=given, capture_output=True, timeout=100, check=True
        )
        answer: dict[str, float] = json.loads(ran.stdout)
        return answer

    own, heard = ours_one_by_one(voyage)
    assert node()["values"] > (own + heard) / 2
    for how, ours in (("one by one", ours_one_by_one), ("in chunks", ours_in_chunks)):
        found = rounds(lambda ours=ours: 1.0 / cpu_s(lambda: ours(voyage)), lambda: 1.0 / node()["cpu_s"])  # type: ignore[misc]
        report_ratio(f"NMEA+AIS lines per CPU s {how}, over Signal K in Node", "at least 1", found)
