"""The readers of NMEA 0183, AIS and NMEA 2000 text, as rows for the fuzzer; each uses all that a reader gives.

None of them may raise anything at all. Seeds are the examples and the corpus of nasty lines.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from protocols.nmea0183.batch import FEW, parse_lines
from protocols.nmea0183.datagram import LineCounter, lines_of, make_datagrams, refusal
from protocols.nmea0183.framing import LineSplitter, framed
from protocols.nmea0183.grouping import GroupAssembler
from protocols.nmea0183.kinds import Fault
from protocols.nmea0183.moment import verdict
from protocols.nmea0183.sentence import Sentence, parse_line, readings
from protocols.nmea0183.tagblock import make_tag, split_tag
from protocols.nmea0183.tracked import read_targets, write_targets
from protocols.nmea0183.typed import FORMS, fields_of, make_sentence
from protocols.nmea2000 import text as nmea2000
from protocols.nmea2000.channels import readings as n2k_readings
from protocols.nmea2000.frame import Frame
from protocols.nmea2000.message import N2kMessage
from protocols.nmea2000.reader import N2kReader
from protocols.recording import RecordingReader, line_json, totals_json
from tests.fuzzing import Target
from tests.nmea_examples import EXAMPLES

CORPUS = tomllib.loads((Path(__file__).parent / "corpus" / "nasty_lines.toml").read_text("utf-8"))
NOW_NS = 1_795_676_400_000_000_000
CHUNK_BYTES = 500
"""What is repeated until there are enough lines for the way by chunks."""
counter = LineCounter()
groups = GroupAssembler[bytes]()


def _line(given: bytes) -> None:
    """Read one line, then its channels and its fields."""
    found = parse_line(given)
    if isinstance(found, Sentence):
        readings(found)
        fields_of(found)
        counter.receive(found.tag)


def _body(given: bytes) -> None:
    """Read the body of a sentence behind which a right checksum is put: what is inside is reached at once."""
    if given.isascii():
        _line(framed(given.decode("ascii")))


def _tag_block(given: bytes) -> None:
    """Read a TAG block, and make it again."""
    found = split_tag(given)
    if found is not None and found[0] is not None:
        groups.receive(found[0], given)
        again = split_tag(make_tag(found[0]))
        assert again is not None
        assert again[0] is not None
        assert again[0].sources == found[0].sources


def _datagram(given: bytes) -> None:
    """Read a datagram with all its lines, and pack them again."""
    found = lines_of(given)
    assert (found is None) == bool(refusal(given))
    for each in found or ():
        _line(each)
    make_datagrams(found or [])


def _splitter(given: bytes) -> None:
    """Cut a stream that arrives in pieces: the same lines as in one piece."""
    whole, pieces = LineSplitter(), LineSplitter()
    assert whole.feed(given + b"\n") == [
        each for start in range(0, len(given) + 1, 7) for each in pieces.feed((given + b"\n")[start : start + 7])
    ]


def _chunk(given: bytes) -> None:
    """Read many lines at once: the same as one by one."""
    lines = given[:CHUNK_BYTES].split(b"\n") * FEW
    assert list(parse_lines(lines)) == [parse_line(each) for each in lines]


def _made_again(given: bytes) -> None:
    """Read a sentence and make it of what was read."""
    found = parse_line(framed(given.decode("ascii"))) if given.isascii() else None
    if not isinstance(found, Sentence) or found.formatter not in FORMS or len(found.talker) != 2:
        return
    fields = fields_of(found)
    assert fields is not None
    layout = next((at for at, form in enumerate(FORMS[found.formatter]) if form.when and form.fits(found.fields)), 0)
    try:
        made = parse_line(make_sentence(found.talker, found.formatter, fields.values, layout))
    except ValueError as error:
        assert "80 fit" in str(error) or not fields.values  # noqa: PT017 - any other reason is a finding
        return
    assert isinstance(made, Sentence)
    again = fields_of(made)
    assert again is not None
    assert not again.faults


def _tracked_targets(given: bytes) -> None:
    """Read the payload of TTD, and make it again."""
    found = read_targets(given.decode("latin-1"), given[0] % 6 if given else 0)
    if not isinstance(found, Fault):
        assert read_targets(*write_targets(found)) == found


def _moment(given: bytes) -> None:
    """Judge a date."""
    verdict(given.decode("latin-1"), NOW_NS)


def _ais_line(given: bytes) -> None:
    """Read AIS lines with all fields of what they say."""
    reader = AisReader()
    for each in given.split(b"\n"):
        found = parse_line(each)
        if isinstance(found, Sentence):
            report = reader.receive("", found.formatter, found.fields)
            if isinstance(report, AisReport):
                report.more()
                report.plain()


def _recording(given: bytes) -> None:
    """Read a recording, and print all of it."""
    reader = RecordingReader()
    for number, each in enumerate(given.split(b"\n"), 1):
        line_json(number, reader.read(each))
    totals_json(reader.finish(), None)


def _nmea2000(given: bytes) -> None:
    """Read text lines of NMEA 2000 with the channels they feed."""
    reader = N2kReader()
    for each in given.split(b"\n"):
        frame = nmea2000.parse_line(each)
        message = reader.receive("", frame) if isinstance(frame, Frame) else None
        if isinstance(message, N2kMessage):
            n2k_readings(message)


_NASTY = [str(row[1]).encode("latin-1") for name in ("lines", "tags") for row in CORPUS[name]]
_BODIES = [line[1:-3] for line in EXAMPLES]
_AIS = [line for line in EXAMPLES if line.startswith(b"!AI")] + [
    "\n".join(row[1]).encode("ascii") for row in CORPUS["ais"]
]
_TAGGED = [tag + line for line in EXAMPLES[:10]
           for tag in (b"\\s:II0001,n:17*36\\", b"\\g:1-2-34,s:AI0001,n:42*4B\\")]  # fmt: skip
_FRAMES = [
    b"(1436509053.850770) can0 09F8027F#FFFC00B09B0000FF",
    b"2016-02-28T19:57:02.364Z,2,127250,7,255,8,ff,10,3b,ff,7f,ff,7f,fd",
]

NMEA_TARGETS: dict[str, Target] = {
    "NMEA line": Target(_line, (), EXAMPLES + _NASTY),
    "NMEA body": Target(_body, (), _BODIES),
    "TAG block": Target(_tag_block, (), _TAGGED),
    "61162-450 datagram": Target(_datagram, (), [str(row[1]).encode("latin-1") for row in CORPUS["datagrams"]]),
    "line splitter": Target(_splitter, (), [b"\r\n".join(EXAMPLES[:8]), b"$A\n\n$B\r", b"x" * 1100]),
    "NMEA chunk": Target(_chunk, (), [b"\n".join(EXAMPLES[:5])]),
    "NMEA made again": Target(_made_again, (), _BODIES),
    "TTD payload": Target(_tracked_targets, (), [b"01oDk9FenWwwhwfaF080000", b"0" * 15]),
    "receiver's date": Target(_moment, (), [b"2026-11-26T07:00:00Z", b"2007-04-12T07:00:00.50Z"]),
    "AIS lines": Target(_ais_line, (), _AIS),
    "NMEA 2000 text": Target(_nmea2000, (), _FRAMES),
    "recording": Target(_recording, (), [b"\n".join([*EXAMPLES[:6], *_AIS[:4]])]),
}
"""{name: reader}"""
