"""What a line of a recording of NMEA 2000 holds; behind `protocols.recording` and `farhelm decode`."""

from __future__ import annotations

from dataclasses import dataclass

from protocols.nmea2000.frame import Frame
from protocols.nmea2000.heard import Heard, N2kLines
from protocols.nmea2000.text import parse_line

SENTENCE_STARTS = (b"$", b"!", b"\\")
"""What lines of NMEA 0183 begin with, and lines of NMEA 2000 never do."""


@dataclass(frozen=True, slots=True)
class Group:
    """One line that is a frame or a message."""

    frame: Frame
    heard: Heard | None
    """What the line completes; None for all frames of a fast packet but the last, and where nothing can be read."""
    reason: str
    """Why it gives nothing; empty while frames are missing, too."""

    def plain(self) -> dict[str, object]:
        """Return what the line says, by name."""
        found: dict[str, object] = {"pgn": self.frame.pgn, "source": self.frame.source}
        if self.heard is not None:
            message = self.heard.message
            found |= {"name": message.pgn.name, "fields": message.plain()}
            found |= {"faults": list(message.faults)} if message.faults else {}
        return found


class GroupReader:
    """Reads the lines of one recording; never raises."""

    def __init__(self) -> None:
        """Begin with nothing waiting."""
        self._lines = N2kLines()

    def read(self, line: bytes) -> Group | None:
        """Return what a line holds; None where it is no line of NMEA 2000."""
        frame = None if line.startswith(SENTENCE_STARTS) else parse_line(line)
        if not isinstance(frame, Frame):
            return None
        heard = self._lines.receive_frame("", frame)
        return Group(frame, None, heard) if isinstance(heard, str) else Group(frame, heard, "")

    @property
    def lost_count(self) -> int:
        """Fast packets that never came whole."""
        packets = self._lines.reader.packets
        return packets.lost_count + packets.waiting_count
