"""NMEA 0183 frames: bytes to lines, lines to body and checksum, and back (IEC 61162-1, 7.2 and 7.3)."""

from __future__ import annotations

from typing import Final

LINE_BYTES_MAX: Final = 1024
"""Longest line kept: TAG block, 82 characters and a receiver's trailing notes fit five times. Longer is noise."""
SENTENCE_CHARS_MAX: Final = 256
"""Longest sentence read. The standard says 82, real receivers reach 120; twice that is garbage."""


def checksum(body: bytes) -> int:
    """Return the XOR of all bytes of `body`, at most 256 of them (folding one integer is three times faster)."""
    folded = int.from_bytes(body, "little")
    if len(body) > 16:  # noqa: PLR2004 - each fold halves what is left, and a short sentence needs few
        if len(body) > 64:  # noqa: PLR2004
            if len(body) > 128:  # noqa: PLR2004
                folded ^= folded >> 1024
            folded ^= folded >> 512
        folded ^= folded >> 256
        folded ^= folded >> 128
    folded ^= folded >> 64
    folded ^= folded >> 32
    folded ^= folded >> 16
    return (folded ^ folded >> 8) & 0xFF


def framed(body: str, start: str = "$") -> bytes:
    """Return the sentence `start` + `body` + `*hh` without its line end."""
    encoded = body.encode("ascii")
    return f"{start}{body}*{checksum(encoded):02X}".encode("ascii")


def make(talker: str, formatter: str, fields: list[str]) -> bytes:
    """Return the sentence of a talker (2 letters) and formatter (3 letters) without its line end."""
    return framed(",".join((talker + formatter, *fields)))


class LineSplitter:
    """Cuts a stream of bytes into lines; a line that grows too long is dropped and counted, the next one is read."""

    def __init__(self) -> None:
        """Begin at a line's start."""
        self._rest = b""
        self._is_overlong = False
        self.overlong_count = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the whole lines that `chunk` completes, without line ends, empty ones left out."""
        *whole, self._rest = (self._rest + chunk).replace(b"\r", b"\n").split(b"\n")
        if whole and self._is_overlong:
            whole, self._is_overlong = whole[1:], False
        if len(self._rest) > LINE_BYTES_MAX:
            self.overlong_count += 0 if self._is_overlong else 1
            self._rest, self._is_overlong = b"", True
        lines = [line for line in whole if line and len(line) <= LINE_BYTES_MAX]
        self.overlong_count += sum(1 for line in whole if len(line) > LINE_BYTES_MAX)
        return lines
