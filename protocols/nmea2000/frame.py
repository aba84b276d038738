"""CAN frames and whole messages of NMEA 2000: the identifier (ISO 11783-3, 5.2), and fast packets put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

GLOBAL: Final = 255
"""Destination of a message to all."""
PDU2_FORMAT: Final = 240
"""From this PDU format on a group is for all and its low byte belongs to its number."""
DATA_BYTES: Final = 8
ID_MAX: Final = (1 << 29) - 1
FAST_BYTES_MAX: Final = 223
"""Longest fast packet: 6 bytes in the first frame, 7 in each of 31 more."""
FIRST_BYTES: Final = 6
NEXT_BYTES: Final = 7
OPEN_MAX: Final = 256
"""Fast packets waiting for frames; a bus has 252 addresses, each sending one or two at a time. The oldest is dropped."""
OPEN_OF_ONE_MAX: Final = 2
"""Fast packets of one group of one sender: she sends one after the other; a third shows that the first is lost."""


class Frame(NamedTuple):
    """What a line or a CAN frame carries."""

    pgn: int
    source: int
    destination: int
    """255: to all."""
    priority: int
    content: bytes
    is_whole: bool | None
    """True: a whole message of up to 223 bytes, put together elsewhere; False: a CAN frame; None: 8 bytes of a form that
    has both."""
    utc: str = ""
    """When it was heard, as the line says it, ISO 8601 where it can be; empty where it does not."""


def frame_of(identifier: int, content: bytes, utc: str = "") -> Frame:
    """Return the frame of a 29-bit CAN identifier."""
    pdu_format, low = identifier >> 16 & 0xFF, identifier >> 8 & 0xFF
    page = identifier >> 8 & 0x30000
    priority, source = identifier >> 26 & 7, identifier & 0xFF
    if pdu_format >= PDU2_FORMAT:
        return Frame(page | pdu_format << 8 | low, source, GLOBAL, priority, content, is_whole=False, utc=utc)
    return Frame(page | pdu_format << 8, source, low, priority, content, is_whole=False, utc=utc)


def identifier_of(frame: Frame) -> int:
    """Return the 29-bit CAN identifier of a frame."""
    is_to_all = (frame.pgn >> 8 & 0xFF) >= PDU2_FORMAT
    return frame.priority << 26 | (frame.pgn if is_to_all else frame.pgn | frame.destination) << 8 | frame.source


@dataclass(slots=True)
class _Open:
    frames: dict[int, bytes] = field(default_factory=dict[int, bytes])
    needed: int = 0
    """Frames of the whole; 0 while the first has not come."""
    length: int = 0


Key = tuple[str, int, int, int]


class FastPackets:
    """Puts fast packets together, per input, sender, group and sequence, their frames in any order; bounded."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._open: dict[Key, _Open] = {}
        self.lost_count = 0
        """Packets dropped because a frame never came."""
        self.lost_frames_count = 0
        """Frames that came for packets that were dropped."""
        self.bad_count = 0
        """Frames that are none of a fast packet: too short, a length over 223, a number beyond the packet's end."""

    @property
    def waiting_count(self) -> int:
        """Packets waiting for frames."""
        return len(self._open)

    def receive(self, origin: str, frame: Frame) -> bytes | None:
        """Return the content that `frame` completes; None while frames are missing. `origin` tells inputs apart."""
        if len(frame.content) < 2:  # noqa: PLR2004 - counter and a byte
            self.bad_count += 1
            return None
        sequence, number = frame.content[0] >> 5, frame.content[0] & 31
        key = (origin, frame.source, frame.pgn, sequence)
        waiting = self._open.get(key)
        if waiting is not None and number in waiting.frames:
            self._drop(key)  # the number comes again: this is the packet after the next seven
            waiting = None
        if waiting is None:
            waiting = self._begin(key)
        if not self._take(waiting, number, frame.content):
            if not waiting.frames:
                self._open.pop(key, None)
            return None
        if len(waiting.frames) < waiting.needed or not waiting.needed:
            return None
        del self._open[key]
        self._drop_siblings(key, keep=0)
        return b"".join(waiting.frames[each] for each in range(waiting.needed))[: waiting.length]

    def _begin(self, key: Key) -> _Open:
        self._drop_siblings(key, keep=OPEN_OF_ONE_MAX - 1)
        if len(self._open) >= OPEN_MAX:
            self._drop(next(iter(self._open)))
        begun = self._open[key] = _Open()
        return begun

    def _take(self, waiting: _Open, number: int, content: bytes) -> bool:
        """Put a frame where it belongs; False when it belongs nowhere."""
        if number == 0:
            needed = 1 + max(0, -(-(content[1] - FIRST_BYTES) // NEXT_BYTES))
            if content[1] > FAST_BYTES_MAX or any(each >= needed for each in waiting.frames):
                self.bad_count += 1
                return False
            waiting.needed, waiting.length = needed, content[1]
        elif waiting.needed and number >= waiting.needed:
            self.bad_count += 1
            return False
        waiting.frames[number] = content[2:] if number == 0 else content[1:]
        return True

    def _drop_siblings(self, key: Key, keep: int) -> None:
        """Drop the older packets of the same group and sender, all but the newest `keep`."""
        siblings = [each for each in self._open if each[:3] == key[:3]]
        for each in siblings[: max(0, len(siblings) - keep)]:
            self._drop(each)

    def _drop(self, key: Key) -> None:
        dropped = self._open.pop(key)
        self.lost_count += 1
        self.lost_frames_count += len(dropped.frames)


def packet_frames(sequence: int, content: bytes) -> list[bytes]:
    """Return the contents of the frames of a fast packet of at most 223 bytes, the last one filled with 0xFF."""
    chunks = [bytes((len(content),)) + content[:FIRST_BYTES]]
    chunks += [content[start : start + NEXT_BYTES] for start in range(FIRST_BYTES, len(content), NEXT_BYTES)]
    return [
        (bytes((sequence << 5 | number,)) + chunk).ljust(DATA_BYTES, b"\xff") for number, chunk in enumerate(chunks)
    ]  # fmt: skip
