"""The agent's own way from lines to its picture, fuzzed: what one line, or several in a row, may do to a process aboard."""

from __future__ import annotations

import tomllib
from pathlib import Path

from protocols.nmea0183.framing import checksum
from protocols.nmea0183.tagblock import Group, TagBlock, make_tag
from shipside.config import from_mapping
from shipside.traffic import Traffic
from tests.fuzzing import Target
from tests.nmea_examples import EXAMPLES
from tests.shore_kit import SetClock

_SHIP = """
[spool]
path = "spool.db"
[safety]
journal = "journal.db"
[keys]
vessel_key = "vessel.pem"
master_public_key = "0000000000000000000000000000000000000000000000000000000000000000"
[vessel]
id = "kestrel"
name = "KESTREL"
length_m = 50.0
beam_m = 10.0
[broker]
url = "mqtt://127.0.0.1:1883"
[[input]]
name = "net"
kind = "multicast450"
group = "239.192.0.1"
port = 60001
"""
LINES_MAX = 50_000
"""After so many the ship is made anew: what a process has heard for hours is part of what may go wrong."""
_TAGS = (
    TagBlock(), TagBlock(("GP0001",)), TagBlock(("RA0002",), line_number=7), TagBlock(("II0001",), (), Group(1, 2, 7)),
    TagBlock((), (), Group(2, 2, 7)), TagBlock(("II0001",), (), Group(2, 3, 7)), TagBlock(("AI0001",), (), Group(1, 3, 8)),
)  # fmt: skip
STEPS_S = (0.0, 0.1, 1.0, 30.0)


class Aboard:
    """A ship that hears lines whose first byte says behind which TAG block they stand, and how much time has passed."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.clock, self.count = SetClock(), 0
        self.traffic = Traffic(from_mapping(tomllib.loads(_SHIP), Path(), {}), self.clock)

    def hear(self, given: bytes) -> None:
        """Take lines of one read, and look at all of it as a collector does."""
        lines = [line_of(each) for each in given.split(b"\n") if each]
        self.count += len(lines)
        self.clock.s += STEPS_S[len(given) % len(STEPS_S)]
        listening, now_s = self.traffic.listening, self.clock.s
        listening.take_lines("net", lines)
        listening.watch_utc(now_s)
        listening.derive(now_s)
        listening.data_alerts(now_s)
        listening.picture.take_news(now_s)
        self.traffic.take_news(now_s)
        self.traffic.equipment.outbox()


def line_of(given: bytes) -> bytes:
    """Return a line with a right checksum: a byte for its TAG block, one for `$` or `!`, then what stands between."""
    body = bytes(byte for byte in given[2:] if byte not in b"*\\\r\n")[:90]
    sentence = (b"!" if given[1:2] == b"!" else b"$") + body + b"*%02X" % checksum(body)
    place = given[0] % (len(_TAGS) + 1)
    return sentence if place == len(_TAGS) else make_tag(_TAGS[place]) + sentence


_ships: list[Aboard] = []


def heard(given: bytes) -> None:
    """Let one ship hear everything, made anew after LINES_MAX lines."""
    if not _ships or _ships[0].count >= LINES_MAX:
        _ships[:] = [Aboard()]
    _ships[0].hear(given)


SEEDS = [bytes([number % 8]) + line[:1] + line[1:-3] for number, line in enumerate(EXAMPLES)]
LISTENING_TARGETS: dict[str, Target] = {
    "agent's lines": Target(heard, (), [*SEEDS, b"\n".join(SEEDS[40:50]), b"\n".join(SEEDS[20:30])]),
}
