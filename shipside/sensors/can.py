"""A CAN interface of Linux (SocketCAN) as lines: each frame becomes the line that candump would write of it.

So frames are handed on, kept in the raw log and replayed like every other line. Any number of processes may listen.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Final

from protocols.nmea2000.frame import DATA_BYTES, ID_MAX
from protocols.nmea2000.text import candump

FRAME: Final = struct.Struct("=IB3x8s")
"""`struct can_frame` of Linux: identifier with its flags, length, content."""
EXTENDED: Final = 0x8000_0000
REMOTE: Final = 0x4000_0000
ERROR: Final = 0x2000_0000
FRAMES_AT_ONCE: Final = 64
"""Frames taken before others have their turn: 30 ms of a full bus."""
RECEIVE_BUFFER_BYTES: Final = 1 << 20
"""Kernel buffer: a second of a full bus (1,800 frames) twice."""
RXQ_OVFL: Final = 40
"""SO_RXQ_OVFL: the kernel tells with each frame how many it had to drop before; Python has no name for it."""
DROPPED: Final = struct.Struct("=I")


class CanBus:
    """One bound CAN socket."""

    def __init__(self, interface: str) -> None:
        """Listen on `interface` (`can0`); raise OSError where the machine has none, or no CAN at all."""
        self.interface = interface
        self.dropped_count = 0
        """Frames that the kernel dropped because we were too slow."""
        try:
            self.socket = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
        except OSError as error:
            raise OSError(f"this machine's kernel has no CAN: {error.strerror}") from error
        try:
            self.socket.setblocking(False)  # noqa: FBT003 - the standard library takes it so
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            self.socket.setsockopt(socket.SOL_SOCKET, RXQ_OVFL, 1)
            self.socket.bind((interface,))
        except OSError as error:
            self.socket.close()
            raise OSError(f"{interface} cannot be listened on: {error.strerror}") from error

    def drain(self, utc_ns: int) -> list[bytes]:
        """Return the lines of the frames that have come, at most 64; raise OSError when the interface is gone."""
        lines: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            for _ in range(FRAMES_AT_ONCE):
                raw, ancillary, _, _ = self.socket.recvmsg(FRAME.size, socket.CMSG_SPACE(DROPPED.size))
                self.dropped_count = dropped(ancillary, self.dropped_count)
                line = line_of(raw, utc_ns, self.interface)
                if line is not None:
                    lines.append(line)
        return lines

    def close(self) -> None:
        """Listen no more."""
        self.socket.close()


def line_of(raw: bytes, utc_ns: int, interface: str) -> bytes | None:
    """Return the line of one `struct can_frame`; None for what is no frame of NMEA 2000: 11-bit, remote, error."""
    if len(raw) != FRAME.size:
        return None
    identifier, length, content = FRAME.unpack(raw)
    if not identifier & EXTENDED or identifier & (REMOTE | ERROR) or not 0 < length <= DATA_BYTES:
        return None
    return candump(utc_ns / 1e9, interface, identifier & ID_MAX, content[:length])


def packed(identifier: int, content: bytes) -> bytes:
    """Return the `struct can_frame` of a frame with a 29-bit identifier."""
    return FRAME.pack(identifier | EXTENDED, len(content), content.ljust(DATA_BYTES, b"\x00"))


def dropped(ancillary: list[tuple[int, int, bytes]], before: int) -> int:
    """Return how many frames the kernel has dropped since the socket was opened, as it last said."""
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == RXQ_OVFL and len(content) >= DROPPED.size:
            (count,) = DROPPED.unpack_from(content)
            return int(count)
    return before
