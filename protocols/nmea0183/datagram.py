r"""IEC 61162-450 datagrams: a token, then sentences each behind its TAG block; lines lost are counted by `n`."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.tagblock import TagBlock

TOKEN: Final = b"UdPbC\x00"
LINES_MAX: Final = 100
"""Most lines of one datagram; 1,472 bytes hold at most 60 of the shortest."""
SOURCES_MAX: Final = 256
"""Senders whose line numbers are followed; further ones are read but not counted."""
NUMBER_WRAP: Final = 999


def lines_of(datagram: bytes) -> list[bytes] | None:
    """Return the lines of a datagram; None when its token is not that of sentences: it is dropped whole."""
    if not datagram.startswith(TOKEN):
        return None
    return [line for line in datagram[len(TOKEN) :].replace(b"\r", b"\n").split(b"\n") if line][:LINES_MAX]


class LineCounter:
    """Counts lines lost on the way by the running numbers of each source."""

    def __init__(self) -> None:
        """Follow nobody yet."""
        self._last: dict[str, int] = {}
        self.lost_count = 0

    def receive(self, tag: TagBlock | None) -> int:
        """Return how many lines of the source were lost before this one; 0 where it carries no number."""
        if tag is None or tag.source is None or tag.line_number is None:
            return 0
        last = self._last.get(tag.source)
        if last is None and len(self._last) >= SOURCES_MAX:
            return 0
        self._last[tag.source] = tag.line_number
        lost = 0 if last is None else (tag.line_number - last - 1) % NUMBER_WRAP
        self.lost_count += lost
        return lost
