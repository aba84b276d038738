"""Lines of NMEA 2000 to what they say: readings of a device, an AIS report, or why there is nothing."""

from __future__ import annotations

from typing import Final, NamedTuple

from protocols.ais.report import AisReport
from protocols.nmea2000 import ais, channels
from protocols.nmea2000.frame import Frame
from protocols.nmea2000.message import N2kMessage
from protocols.nmea2000.reader import N2kReader
from protocols.nmea2000.text import parse_line
from protocols.reading import Reading

FEEDS: Final = frozenset((*channels.RULES, *channels.COMPOSED, *ais.GROUPS))
"""Groups that feed something; the others, most of what a bus carries, are passed over."""
NOTHING: Final = ("comment", "empty")
"""Lines that are no fault of anybody."""


class Heard(NamedTuple):
    """What a line completed."""

    speaker: str
    """The device: `n2k-35`, by its address on the bus."""
    message: N2kMessage
    readings: list[Reading]
    report: AisReport | None
    """Of an AIS group."""


class N2kLines:
    """Reads the lines of any number of inputs; never raises."""

    def __init__(self) -> None:
        """Begin with nothing waiting."""
        self.reader = N2kReader()

    def receive(self, origin: str, line: bytes) -> Heard | str | None:
        """Return what a line of the input `origin` completes, why it gives nothing, or None where that is no fault."""
        frame = parse_line(line)
        if isinstance(frame, str):
            return None if frame in NOTHING else frame
        return self.receive_frame(origin, frame) if frame.pgn in FEEDS else None

    def receive_frame(self, origin: str, frame: Frame) -> Heard | str | None:
        """Return what a frame completes, why it gives nothing, or None while frames of its packet are missing."""
        message = self.reader.receive(origin, frame)
        if message is None or isinstance(message, str):
            return message
        report = ais.report(message)
        if isinstance(report, str):
            return "ais"
        return Heard(f"n2k-{frame.source}", message, channels.readings(message), report)
