"""A CAN interface of Linux (SocketCAN) as lines: each frame becomes the line that candump would write of it.

So frames are handed on, kept in the raw log and replayed like every other line. Any number of processes may listen.
"""

from __future__ import annotations

import contextlib
import errno
import os
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
BUS_OFF: Final = 0x40
RESTARTED: Final = 0x100
"""What an error frame of the adapter's driver says: it takes part in the bus no more, for it erred too often; it does again."""
FRAMES_AT_ONCE: Final = 64
"""Frames taken before others have their turn: 30 ms of a full bus."""
WAITING_MAX: Final = 4096
"""More frames than the kernel keeps for us."""
RECEIVE_BUFFER_BYTES: Final = 1 << 20
"""Kernel buffer asked for. The kernel takes twice that, but not more than twice net.core.rmem_max, and 768 bytes for each frame:
1.5 s of a full bus (1,800 frames a second), or 555 frames, 0.3 s, with the 212,992 bytes that most kernels begin with. What
comes when it is full is dropped there, and counted."""
NO_CAN: Final = (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)
"""No CAN at all; CAN, but nothing that hands its frames to programs."""
OURS: Final = struct.pack("=II", EXTENDED, EXTENDED | REMOTE)
"""`struct can_filter`: 29-bit identifiers, no remote frames. What is not of NMEA 2000 takes no room and wakes nobody."""
ERROR_FILTER: Final = 2
"""CAN_RAW_ERR_FILTER: which words of the driver come as error frames; Python has no name for it."""
MEMORY: Final = 55
"""SO_MEMINFO: the kernel's account of a socket, of which the last number is what it dropped; Python has no name for it."""
ACCOUNT: Final = struct.Struct("=9I")
DROPPED_WRAP: Final = 1 << 32


class CanBus:
    """One bound CAN socket."""

    def __init__(self, interface: str) -> None:
        """Listen on `interface` (`can0`); raise OSError where it is not there, or down, or the machine has no CAN at all."""
        self.interface = interface
        self.problem = ""
        """Why no more will come; empty while it may."""
        self.is_shut_off = False
        """Whether the adapter takes no part in its bus, which the interface does not show: it stands, and is silent."""
        self._dropped = 0
        try:
            self.socket = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
        except OSError as error:
            what = "this machine's kernel has no CAN" if error.errno in NO_CAN else f"{interface} cannot be listened on"
            raise OSError(f"{what}: {error.strerror}") from error
        try:
            self._bind()
        except OSError as error:
            self.socket.close()
            raise OSError(f"{interface} cannot be listened on: {error.strerror or error}") from error

    def _bind(self) -> None:
        self.socket.setblocking(False)  # noqa: FBT003 - the standard library takes it so
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.socket.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FILTER, OURS)
        self.socket.setsockopt(socket.SOL_CAN_RAW, ERROR_FILTER, BUS_OFF | RESTARTED)
        self.socket.bind((self.interface,))
        number = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:  # an interface that is down is bound all the same
            raise OSError(number, os.strerror(number))

    def drain(self, utc_ns: int) -> list[bytes]:
        """Return the lines of the frames that have come, at most 64; when the interface is lost all, and `problem` says why."""
        lines: list[bytes] = []
        try:
            self._read(lines, FRAMES_AT_ONCE, utc_ns)
        except OSError as error:
            self.problem = f"{self.interface} is gone: {error.strerror}"
            with contextlib.suppress(OSError):  # the kernel says so first, and still has what came before
                self._read(lines, WAITING_MAX, utc_ns)
        return lines

    def _read(self, lines: list[bytes], at_most: int, utc_ns: int) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(at_most):
                raw = self.socket.recv(FRAME.size)
                line = line_of(raw, utc_ns, self.interface)
                if line is not None:
                    lines.append(line)
                self.is_shut_off = line is None and shuts_off(raw)

    def newly_dropped(self) -> int:
        """Return how many frames the kernel has dropped since this was last asked, because we were too slow."""
        before = self._dropped
        self._dropped = ACCOUNT.unpack(self.socket.getsockopt(socket.SOL_SOCKET, MEMORY, ACCOUNT.size))[-1]
        return (self._dropped - before) % DROPPED_WRAP

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


def shuts_off(raw: bytes) -> bool:
    """Tell whether one `struct can_frame` is the driver's word that the adapter takes part in its bus no more."""
    return len(raw) == FRAME.size and FRAME.unpack(raw)[0] & (ERROR | BUS_OFF) == ERROR | BUS_OFF


def packed(identifier: int, content: bytes) -> bytes:
    """Return the `struct can_frame` of a frame with a 29-bit identifier."""
    return FRAME.pack(identifier | EXTENDED, len(content), content.ljust(DATA_BYTES, b"\x00"))
