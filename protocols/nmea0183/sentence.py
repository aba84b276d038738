"""One line to one sentence, one sentence to its readings: the tables are `READERS` and `RECOGNISED`.

Whatever arrives, `parse_line` answers with a Sentence or a Rejected, and `readings` with readings; neither ever raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from protocols.nmea0183.framing import LINE_BYTES_MAX, SENTENCE_CHARS_MAX, checksum
from protocols.nmea0183.sentences import autopilot, heading, machinery, position, water, weather
from protocols.nmea0183.tagblock import TagBlock, split_tag
from protocols.reading import Reading

Reject = Literal["framing", "checksum", "too_long", "tag", "fields", "unknown"]
"""framing: no sentence. checksum: a sentence damaged on the way. too_long: over any sane length. tag: a broken TAG block.
fields: fewer fields than the formatter has. unknown: a good sentence of a formatter in no table."""


class Sentence(NamedTuple):
    """A sentence with good framing and a good or absent checksum."""

    talker: str
    """Two letters; `P` for proprietary."""
    formatter: str
    """Three letters; for proprietary ones the maker's code and what follows."""
    fields: list[str]
    """Fields after the address."""
    tag: TagBlock | None
    has_checksum: bool
    is_encapsulated: bool
    """Starts with `!`: AIS."""
    trailer: str
    """What a receiver wrote after the checksum (times, signal strength); empty mostly."""

    @property
    def address(self) -> str:
        """Talker and formatter as they stood."""
        return self.talker + self.formatter


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is no usable sentence, and why."""

    reason: Reject
    text: str
    """The line, at most 200 characters, with unprintable ones replaced."""


Reader = Callable[[list[str]], list[Reading]]

READERS: Final[dict[str, tuple[int, Reader]]] = {
    "GGA": (8, position.gga),
    "GLL": (4, position.gll),
    "RMC": (9, position.rmc),
    "VTG": (6, position.vtg),
    "ZDA": (4, position.zda),
    "HDT": (2, heading.hdt),
    "THS": (2, heading.ths),
    "HDM": (2, heading.hdm),
    "HDG": (5, heading.hdg),
    "ROT": (2, heading.rot),
    "VHW": (8, water.vhw),
    "VBW": (3, water.vbw),
    "DPT": (2, water.dpt),
    "DBT": (4, water.dbt),
    "MTW": (2, water.mtw),
    "MWV": (5, weather.mwv),
    "MWD": (8, weather.mwd),
    "XDR": (4, weather.xdr),
    "RSA": (2, machinery.rsa),
    "ROR": (2, machinery.ror),
    "RPM": (5, machinery.rpm),
    "TRD": (3, machinery.trd),
    "HTD": (17, autopilot.htd),
}
"""{formatter: (fewest fields, reader)}"""

RECOGNISED: Final[frozenset[str]] = frozenset(
    (
        "AAM", "ABK", "ACA", "ACK", "ACN", "ALC", "ALF", "ALR", "APB", "ARC", "BOD", "BWC", "BWR", "DTM", "ETL", "EVE",
        "GBS", "GLC", "GNS", "GRS", "GSA", "GST", "GSV", "HBT", "HSC", "HTC", "NSR", "OSD", "POS", "PRC", "RMB", "RTE",
        "SLM", "SSD", "TLL", "TRC", "TTD", "TTM", "TXT", "VDM", "VDO", "VDR", "VLW", "VPW", "VSD", "VWR", "VWT", "WCV",
        "WPL", "XTE",
    )
)  # fmt: skip
"""Formatters known to the standard that feed no channel of the catalogue (AIS is read by `protocols.ais`)."""

_ADDRESS: Final = re.compile(r"[A-Z][A-Z0-9]{2,9}")
_FRAME: Final = re.compile(r"[$!]([A-Z][A-Z0-9]{2,9}),([^*\\]*)(?:\*([0-9A-Fa-f]{2})(?:,([ -~]*))?)?")
ESCAPED_END: Final = rb"\x0d\x0a"
"""Some loggers write the line end as these eight characters."""
TEXT_MAX: Final = 200
PLAIN_BYTES_MAX: Final = 128
"""Longest line read in one go: a standard sentence and half."""
ADDRESSES_MAX: Final = 1024
"""Addresses remembered with their talker and formatter: a ship has some fifty, and noise pushes out only the oldest."""
_ENDS: Final = {
    end: value ^ end[0] ^ end[1] ^ end[2]
    for value in range(256)
    for end in (f"*{value:02X}".encode("ascii"), f"*{value:02x}".encode("ascii"))
}
"""{how a line with a checksum ends: what all its characters but the first give, folded, where the checksum is right}"""


def parse_line(line: bytes) -> Sentence | Rejected:
    """Return the sentence in a line (with or without its line end and TAG block), or why there is none."""
    told, size = _ENDS.get(line[-3:]), len(line)
    if told is not None and size <= PLAIN_BYTES_MAX:  # a plain line: all of it is folded here, in place
        folded = int.from_bytes(line, "little")
        if size > 16:  # noqa: PLR2004 - as in `checksum`: each fold halves what is left
            if size > 32:  # noqa: PLR2004
                if size > 64:  # noqa: PLR2004
                    folded ^= folded >> 512
                folded ^= folded >> 256
            folded ^= folded >> 128
        folded ^= folded >> 64
        folded ^= folded >> 32
        folded ^= folded >> 16
        if told == (folded ^ folded >> 8 ^ line[0]) & 0xFF and line.isascii():
            text = line[:-3].decode("ascii")
            fields = text.split(",")
            names = opening(fields.pop(0))
            if names is not None and fields and "*" not in text and "\\" not in text:
                talker, formatter, is_encapsulated = names
                return tuple.__new__(Sentence, (talker, formatter, fields, None, True, is_encapsulated, ""))
    return _with_care(line.strip())


def _with_care(line: bytes) -> Sentence | Rejected:
    line = line.removesuffix(ESCAPED_END)
    if len(line) > LINE_BYTES_MAX:
        return Rejected("too_long", _shown(line))
    tagged = split_tag(line)
    if tagged is None:
        return Rejected("tag", _shown(line))
    tag, body = tagged
    if not body.isascii():
        return Rejected("framing", _shown(line))
    match = _FRAME.fullmatch(body.decode("ascii"))
    if match is None:
        return Rejected("framing", _shown(line))
    return _checked(match, body, tag)


def _checked(match: re.Match[str], body: bytes, tag: TagBlock | None) -> Sentence | Rejected:
    end = match.end(2)
    if match[3] is None and ("$" in match[2] or "!" in match[2]):
        return Rejected("framing", _shown(body))  # two sentences glued; a good checksum over all of it says otherwise
    if end > SENTENCE_CHARS_MAX:
        return Rejected("too_long", _shown(body))
    if match[3] is not None and int(match[3], 16) != checksum(body[1:end]):
        return Rejected("checksum", _shown(body))
    names = names_of(match[1])
    if names is None:
        return Rejected("framing", _shown(body))
    return Sentence(*names, match[2].split(","), tag, match[3] is not None, body.startswith(b"!"), match[4] or "")


@lru_cache(ADDRESSES_MAX)
def names_of(address: str) -> tuple[str, str] | None:
    """Return talker and formatter, `P` being the talker of all makers' own sentences; None where it is no address."""
    if _ADDRESS.fullmatch(address) is None:
        return None
    return (address[0], address[1:]) if address[0] == "P" else (address[:2], address[2:])


@lru_cache(ADDRESSES_MAX)
def opening(first: str) -> tuple[str, str, bool] | None:
    """Return talker, formatter, and whether it starts with `!`, of a sentence's start and address; None where it is neither."""
    names = names_of(first[1:]) if first.startswith(("$", "!")) else None
    return None if names is None else (*names, first[0] == "!")


def readings(sentence: Sentence) -> list[Reading] | Reject:
    """Return the readings of a sentence: possibly none; or `fields` when it is too short, `unknown` when not known."""
    formatter, fields = sentence[1], sentence[2]
    entry = READERS.get(formatter)
    if entry is None:
        return [] if formatter in RECOGNISED else "unknown"
    return entry[1](fields) if len(fields) >= entry[0] else "fields"


def _shown(line: bytes) -> str:
    return "".join(char if char.isprintable() else "." for char in line[:TEXT_MAX].decode("ascii", "replace"))
