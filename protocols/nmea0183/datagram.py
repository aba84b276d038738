r"""IEC 61162-450 datagrams: a token, then sentences each behind its TAG block; lines lost are counted by `n`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.nmea0183.tagblock import LINE_NUMBER_MAX, TagBlock

TOKEN: Final = b"UdPbC\x00"
OTHER_TOKENS: Final = {
    b"RaUdP\x00": "a binary file (RaUdP)",
    b"RrUdP\x00": "a binary file that can be asked for again (RrUdP)",
    b"NkPgN\x00": "NMEA 2000 messages (NkPgN)",
}
"""{token: what such a datagram carries}; none of it is sentences."""
PAYLOAD_BYTES_MAX: Final = 1472
"""Largest payload that a network passes on in one piece; what is made keeps to it, what is read may be longer."""
GROUPS: Final = {
    "MISC": ("239.192.0.1", 60001),
    "TGTD": ("239.192.0.2", 60002),
    "SATD": ("239.192.0.3", 60003),
    "NAVD": ("239.192.0.4", 60004),
    "VDRD": ("239.192.0.5", 60005),
    "RCOM": ("239.192.0.6", 60006),
    "TIME": ("239.192.0.7", 60007),
    "PROP": ("239.192.0.8", 60008),
    **{f"USR{number}": (f"239.192.0.{8 + number}", 60008 + number) for number in range(1, 9)},
}
"""{transmission group: (multicast address, port)}. PROP is for proprietary sentences, not for propulsion."""
SOURCES_MAX: Final = 256
"""Senders whose line numbers are followed; further ones are read but not counted."""
LATE_MAX: Final = 32
"""A number at most this far behind the last one is a line that was overtaken on the way, further behind it is ahead: the
numbers have wrapped, or the sender has begun anew."""


def lines_of(datagram: bytes) -> list[bytes] | None:
    """Return the lines of a datagram; None when its token is not that of sentences: it is dropped whole."""
    if not datagram.startswith(TOKEN):
        return None
    return [line for line in datagram[len(TOKEN) :].replace(b"\r", b"\n").split(b"\n") if line]


def refusal(datagram: bytes) -> str:
    """Return in words why a datagram holds no sentences; empty where it does."""
    if datagram.startswith(TOKEN):
        return ""
    return OTHER_TOKENS.get(datagram[: len(TOKEN)], "no token of IEC 61162-450")


def make_datagrams(lines: list[bytes]) -> list[bytes]:
    """Return the datagrams that carry `lines` (TAG block and sentence, without line ends), each as full as it may be.

    Raise ValueError when a line alone is too long for one.
    """
    datagrams: list[bytes] = []
    for line in lines:
        ended = line + b"\r\n"
        if len(TOKEN) + len(ended) > PAYLOAD_BYTES_MAX:
            raise ValueError(f"a line of {len(line)} bytes fits into no datagram of {PAYLOAD_BYTES_MAX}")
        if datagrams and len(datagrams[-1]) + len(ended) <= PAYLOAD_BYTES_MAX:
            datagrams[-1] += ended
        else:
            datagrams.append(TOKEN + ended)
    return datagrams


@dataclass(slots=True)
class Heard:
    """What the running numbers of one source told."""

    last: int
    lost: int = 0
    """Lines that never came; one that was only overtaken is taken off again."""
    late: int = 0
    """Lines that came after one with a higher number."""
    repeated: int = 0
    restarts: int = 0
    """Times the sender began at 1 again without having reached 999."""


class LineCounter:
    """Counts lines lost on the way by the running numbers of each source."""

    def __init__(self) -> None:
        """Follow nobody yet."""
        self.heard: dict[str, Heard] = {}
        """By source."""

    @property
    def lost_count(self) -> int:
        """Lines lost of all sources."""
        return sum(heard.lost for heard in self.heard.values())

    def receive(self, tag: TagBlock | None) -> int:
        """Return how many lines of the source were lost before this one; 0 where it carries no number or came late."""
        if tag is None or tag.source is None or tag.line_number is None:
            return 0
        heard = self.heard.get(tag.source)
        if heard is None:
            if len(self.heard) < SOURCES_MAX:
                self.heard[tag.source] = Heard(tag.line_number)
            return 0
        return _step(heard, tag.line_number)


def _step(heard: Heard, number: int) -> int:
    ahead = (number - heard.last) % LINE_NUMBER_MAX
    behind = LINE_NUMBER_MAX - ahead
    if ahead == 0:
        heard.repeated += 1
        return 0
    if behind <= LATE_MAX and not (number == 1 and heard.last > 1 + LATE_MAX):
        heard.late += 1
        heard.lost = max(0, heard.lost - 1)
        return 0
    heard.last = number
    if number == 1 and ahead > LATE_MAX:
        heard.restarts += 1
        return 0
    heard.lost += ahead - 1
    return ahead - 1
