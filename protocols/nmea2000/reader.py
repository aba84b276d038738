"""Frames of any number of inputs to decoded parameter groups; what gives nothing has its reason, and is counted."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

from protocols.nmea2000.frame import DATA_BYTES, FastPackets, Frame
from protocols.nmea2000.message import PGNS, N2kMessage, decode

Unread = Literal["unknown", "unclear"]
"""unknown: a group that is in no table. unclear: eight bytes that may be a frame or a whole message, nothing said which yet."""
ORIGINS_MAX: Final = 64
"""Inputs whose way of writing is remembered; a ship has a handful."""


class N2kReader:
    """Puts fast packets together and decodes; never raises."""

    def __init__(self) -> None:
        """Begin with nothing waiting."""
        self.packets = FastPackets()
        self.faults: Counter[str] = Counter()
        """Fields that could not be taken, by group, name and reason."""
        self._writes_whole: dict[str, bool] = {}
        """Of inputs that may write whole messages: whether they do."""

    def receive(self, origin: str, frame: Frame) -> N2kMessage | Unread | None:
        """Return the message that a frame of the input `origin` completes, why there is none, or None while frames miss."""
        pgn = PGNS.get(frame.pgn)
        if pgn is None:
            return "unknown"
        content: bytes | None = frame.content
        if pgn.transport == "fast":
            is_whole = self._is_whole(origin, frame, pgn.bytes_min)
            if is_whole is None:
                return "unclear"
            if not is_whole:
                content = self.packets.receive(origin, frame)
        if content is None:
            return None
        message = decode(pgn, frame.source, content)
        if message.faults:
            self.faults.update(f"{pgn.number} {fault}" for fault in message.faults)
        return message

    def _is_whole(self, origin: str, frame: Frame, bytes_min: int) -> bool | None:
        """Tell whether a frame of a fast group is a whole message; None: nobody can tell yet."""
        if frame.is_whole is False:
            return False
        if len(self._writes_whole) >= ORIGINS_MAX and origin not in self._writes_whole:
            self._writes_whole.clear()
        if frame.is_whole:
            self._writes_whole.setdefault(origin, True)
            return True
        if bytes_min > DATA_BYTES:
            self._writes_whole[origin] = False
            return False
        return self._writes_whole.get(origin)
