"""Many lines at once: checksums of a whole chunk by numpy, for recordings and for sockets that have much to give.

What comes out is exactly what `parse_line` says of each line; a line that is not plainly good is given to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

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
_SHORTEST: Final = len("$GPX,*hh")


def parse_lines(lines: Sequence[bytes]) -> Iterator[Sentence | Rejected]:
    """Return the sentence in each line, or why there is none, one after the other."""
    if len(lines) < FEW:
        return map(parse_line, lines)
    chunk = b"\n".join(lines)
    good = _plainly_good(chunk, len(lines)) if chunk.isascii() and b"\\" not in chunk else None
    if good is None:
        return map(parse_line, lines)
    return _in_turn(chunk.decode("ascii").split("\n"), lines, good)


def _in_turn(texts: list[str], lines: Sequence[bytes], good: list[bool]) -> Iterator[Sentence | Rejected]:
    """Make each sentence when it is asked for: those of a whole chunk held at once cost more than their making."""
    for text, line, is_good in zip(texts, lines, good, strict=True):
        if is_good:
            fields = text[:-3].split(",")
            names = opening(fields.pop(0))
            if names is not None and fields:
                talker, formatter, is_encapsulated = names
                yield tuple.__new__(Sentence, (talker, formatter, fields, None, True, is_encapsulated, ""))
                continue
        yield parse_line(line)


def _plainly_good(chunk: bytes, count: int) -> list[bool] | None:
    """Return of each line of a chunk (ASCII, no TAG block) whether it is `$...*hh` or `!...*hh` with a right checksum.

    None where the chunk has not `count` lines, or one too short to be any sentence.
    """
    codes = np.frombuffer(chunk, np.uint8)
    ends = np.append(np.flatnonzero(codes == _NEW_LINE), len(codes))
    starts = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - starts
    if len(ends) != count or sizes.min() < _SHORTEST:
        return None
    stars = ends - 3
    bounds = np.column_stack((starts + 1, stars)).ravel()
    folded = np.bitwise_xor.reduceat(codes, bounds)[::2]
    told = _DIGIT[codes[stars + 1]] << 4 | _DIGIT[codes[stars + 2]]
    opened, starred = codes[starts], codes[stars] == _STAR
    good = (folded == told) & starred & ((opened == _DOLLAR) | (opened == _BANG)) & (sizes <= SENTENCE_CHARS_MAX)
    if not starred.all() or chunk.count(b"*") != count:  # otherwise each has its one star before the checksum
        good &= np.add.reduceat((codes == _STAR).view(np.uint8), starts) == 1
    found: list[bool] = good.tolist()
    return found
