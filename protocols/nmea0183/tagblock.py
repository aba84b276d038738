r"""TAG blocks before a sentence: `\code:value,code:value*hh\` (NMEA 0183 4.10, IEC 61162-450), both ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from protocols.nmea0183.framing import checksum

MILLISECONDS_FROM: Final = 1e11
"""A `c` above this is in milliseconds, as some receivers write: as seconds it would lie in the year 5138."""
TIME_MAX_S: Final = 4_102_444_800.0
"""2100-01-01: a later `c` is no time."""
BLOCK_BYTES_MAX: Final = 256
"""Longest block read, which is also the reach of the checksum; the standard says 80."""
LINE_NUMBER_MAX: Final = 999
GROUP_LINES_MAX: Final = 99
GROUP_ID_MAX: Final = 99


@dataclass(frozen=True, slots=True)
class Group:
    """`g`: which line of how many of which group."""

    line: int
    """1..total."""
    total: int
    id: int
    """1..99, used again after a while."""


@dataclass(frozen=True, slots=True)
class TagBlock:
    """What a TAG block says; None or empty where it does not, or where what stands there is none."""

    sources: tuple[str, ...] = ()
    """`s`: system function ids (SFI) of the sender; some equipment names two."""
    destinations: tuple[str, ...] = ()
    """`d`: SFI of the receivers."""
    group: Group | None = None
    line_number: int | None = None
    """`n`: running number of the source's lines, 1..999, wrapping."""
    time_s: float | None = None
    """`c`: UTC seconds since 1970."""
    text: str | None = None
    """`t`."""

    @property
    def source(self) -> str | None:
        """The first source."""
        return self.sources[0] if self.sources else None

    @property
    def destination(self) -> str | None:
        """The first destination."""
        return self.destinations[0] if self.destinations else None


def split_tag(line: bytes) -> tuple[TagBlock | None, bytes] | None:
    """Return (TAG block or None, sentence) of a line; None when a block is broken or its checksum is wrong.

    Of several blocks before one sentence each adds what it says.
    """
    if not line.startswith(b"\\"):
        return None, line
    parts: list[str] = []
    sentence = line
    while sentence.startswith(b"\\"):
        block, end, sentence = sentence[1:].partition(b"\\")
        body, star, check = block.partition(b"*")
        if not end or not star or len(body) > BLOCK_BYTES_MAX or not body.isascii():
            return None
        if check.upper() != f"{checksum(body):02X}".encode():
            return None
        parts += body.decode("ascii").split(",")
    return _read(parts), sentence


def make_tag(tag: TagBlock) -> bytes:
    """Return the block that stands before a sentence, in the order g, s, d, n, c, t."""
    parts = [] if tag.group is None else [f"g:{tag.group.line}-{tag.group.total}-{tag.group.id}"]
    parts += [f"s:{source}" for source in tag.sources] + [f"d:{receiver}" for receiver in tag.destinations]
    parts += [] if tag.line_number is None else [f"n:{tag.line_number}"]
    parts += [] if tag.time_s is None else [f"c:{tag.time_s:.3f}".rstrip("0").rstrip(".")]
    parts += [] if tag.text is None else [f"t:{tag.text}"]
    body = ",".join(parts)
    return f"\\{body}*{checksum(body.encode('ascii')):02X}\\".encode("ascii")


def _read(parts: list[str]) -> TagBlock:
    found: dict[str, list[str]] = {}
    for part in parts:
        code, colon, value = part.partition(":")
        if colon and value.isprintable() and value:  # an unknown code is kept out of nobody's way
            found.setdefault(code, []).append(value)
    return TagBlock(
        tuple(found.get("s", ())), tuple(found.get("d", ())), _group(_first(found, "g")),
        _whole(_first(found, "n"), LINE_NUMBER_MAX), _time_s(_first(found, "c")), _first(found, "t") or None,
    )  # fmt: skip


def _first(found: dict[str, list[str]], code: str) -> str:
    return found[code][0] if code in found else ""


def _whole(text: str, high: int) -> int | None:
    return int(text) if _DIGITS.fullmatch(text) and 1 <= int(text) <= high else None


def _group(text: str) -> Group | None:
    line, total, group = ((*text.split("-"), "", "", "")[:3]) if text.count("-") == 2 else ("", "", "")  # noqa: PLR2004
    of, number, ident = _whole(total, GROUP_LINES_MAX), _whole(line, GROUP_LINES_MAX), _whole(group, GROUP_ID_MAX)
    return None if of is None or number is None or ident is None or number > of else Group(number, of, ident)


def _time_s(text: str) -> float | None:
    if not _TIME.fullmatch(text):
        return None
    value = float(text)
    seconds = value / 1000.0 if value > MILLISECONDS_FROM else value
    return seconds if seconds < TIME_MAX_S else None


_DIGITS: Final = re.compile(r"[0-9]{1,4}")
_TIME: Final = re.compile(r"[0-9]{1,14}(?:\.[0-9]{0,9})?")
