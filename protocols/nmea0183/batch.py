"""Many lines at once: checksums of a whole chunk by numpy, for recordings and for sockets that have much to give.

What comes out is exactly what `parse_line` says of each line; a line that is not plainly good is given to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocols.nmea0183.framing import SENTENCE_CHARS_MAX
from protocols.nmea0183.sentence import Rejected, Sentence, opening, parse_line

FEW: Final = 32
"""Fewer lines are read faster one by one: numpy needs some tens of microseconds to begin with."""
_NO_DIGIT: Final = 0x400
_DIGIT: Final = np.full(256, _NO_DIGIT, np.int16)
for _value, _characters in enumerate(zip("0123456789ABCDEF", "0123456789abcdef", strict=True)):
    for _character in _characters:
        _DIGIT[ord(_character)] = _value
_STAR, _DOLLAR, _BANG, _NEW_LINE = b"*$!\n"
CHECKSUM_CHARS: Final = len("*hh")
Codes = NDArray[np.uint8]
Places = NDArray[np.intp]
_SHORTEST: Final = len("$GPX,*hh")


def parse_lines(lines: Sequence[bytes]) -> Iterator[Sentence | Rejected]:
    """Return the sentence in each line, or why there is none, one after the other."""
    if len(lines) < FEW:
        return map(parse_line, lines)
    chunk = b"\n".join(lines) + b"\n"
    if not chunk.isascii() or b"\\" in chunk:
        return map(parse_line, lines)
    codes = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(codes == _NEW_LINE)
    good = _plainly_good(codes, ends, int(np.count_nonzero(codes == _STAR))) if len(ends) == len(lines) else None
    return map(parse_line, lines) if good is None else _in_turn(_bodies(codes, ends), lines, good)


def _bodies(codes: Codes, ends: Places) -> list[str]:
    """Return what stands before the last three characters of each line, which are its checksum where the line is good.

    They become line ends, so that one split cuts the lines and their checksums apart: a slice of each line costs more.
    """
    cut = codes.copy()
    for back in range(1, CHECKSUM_CHARS + 1):
        cut[ends - back] = _NEW_LINE
    bodies = cut.tobytes().decode("ascii").split("\n" * (CHECKSUM_CHARS + 1))
    bodies.pop()  # after the last line end
    return bodies


def _in_turn(bodies: list[str], lines: Sequence[bytes], good: list[bool]) -> Iterator[Sentence | Rejected]:
    """Make each sentence when it is asked for: those of a whole chunk held at once cost more than their making."""
    known: dict[str, tuple[str, str, bool] | None] = {}  # of this chunk's dozen addresses
    made = tuple.__new__  # pyright: ignore[reportUnknownVariableType] - found once, not once a line
    for body, line, is_good in zip(bodies, lines, good):  # noqa: B905 - one body and one verdict a line, and strict costs
        if is_good:
            fields = body.split(",")
            address = fields.pop(0)
            names = known.get(address)
            if names is None:
                names = known[address] = opening(address)
            if names is not None and fields:
                talker, formatter, is_encapsulated = names
                yield made(Sentence, (talker, formatter, fields, None, True, is_encapsulated, ""))
                continue
        yield parse_line(line)


def _plainly_good(codes: Codes, ends: Places, stars_count: int) -> list[bool] | None:
    """Return of each line of a chunk (ASCII, no TAG block) whether it is `$...*hh` or `!...*hh` with a right checksum.

    `ends`: where the line ends are, the last of them the chunk's. None where a line is too short to be any sentence.
    """
    starts = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - starts
    if sizes.min() < _SHORTEST:
        return None
    stars = ends - CHECKSUM_CHARS
    bounds = np.column_stack((starts + 1, stars)).ravel()
    folded = np.bitwise_xor.reduceat(codes, bounds)[::2]
    told = _DIGIT[codes[stars + 1]] << 4 | _DIGIT[codes[stars + 2]]
    opened, starred = codes[starts], codes[stars] == _STAR
    good = (folded == told) & starred & ((opened == _DOLLAR) | (opened == _BANG)) & (sizes <= SENTENCE_CHARS_MAX)
    if not starred.all() or stars_count != len(ends):  # otherwise each has its one star before the checksum
        good &= np.add.reduceat((codes == _STAR).view(np.uint8), starts) == 1
    found: list[bool] = good.tolist()
    return found
