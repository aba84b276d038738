"""How requests and answers travel: in numbered frames over TCP, in frames with a checksum over a serial line.

Both kinds are streams that are fed and give frames. What is no frame is counted and, where the line can be followed again,
passed over.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple, Protocol

from protocols.errors import MalformedError
from protocols.modbus.pdu import ERROR_FLAG, READ, WRITE

PDU_BYTES_MAX: Final = 253
RTU_BYTES_MAX: Final = PDU_BYTES_MAX + 3
"""Unit, PDU, checksum (Modbus over serial line V1.02, 2.5.1)."""
_HEADER = struct.Struct(">HHHB")
_EXCEPTION_BYTES: Final = 5
_WRITTEN_BYTES: Final = 8
_COUNTED: Final = frozenset(READ.values())
_WRITTEN: Final = frozenset((*WRITE.values(), 5, 6))


class Frame(NamedTuple):
    """One answer as it came."""

    transaction: int | None
    """Number of the request it answers; None over a serial line, where none is sent."""
    unit: int
    pdu: bytes


class Frames(Protocol):
    """One way to travel."""

    noise_count: int
    """Bytes that belonged to no frame."""
    is_numbered: bool
    """Whether a late answer can be told by its number."""

    def frame(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """Return the frame of a request."""
        ...

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the whole frames that end in `chunk`; raise MalformedError when the stream cannot be followed any more."""
        ...

    def clear(self) -> None:
        """Forget what is half there: the line was opened anew, or a new request goes out."""
        ...


class TcpFrames:
    """Frames with transaction, protocol 0, length and unit before the PDU (Modbus messaging on TCP/IP V1.0b, 3.1.3)."""

    is_numbered = True

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.noise_count = 0
        self._held = b""

    def frame(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """Return the frame of a request."""
        return _HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the whole frames; raise MalformedError for what cannot be a header: nothing after it can be found."""
        held = self._held + chunk if self._held else chunk
        frames: list[Frame] = []
        while len(held) >= _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(held)
            if protocol != 0 or not 2 <= length <= PDU_BYTES_MAX + 1:  # noqa: PLR2004 - a unit and one byte at least
                self.noise_count += len(held)
                self._held = b""
                raise MalformedError("what comes is no Modbus")
            end = _HEADER.size + length - 1
            if len(held) < end:
                break
            frames.append(Frame(transaction, unit, held[_HEADER.size : end]))
            held = held[end:]
        self._held = held
        return frames

    def clear(self) -> None:
        """Forget what is half there."""
        self._held = b""


class RtuFrames:
    """Frames of unit, PDU and CRC-16; their length follows from their function, their beginning from the CRC that fits."""

    is_numbered = False

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.noise_count = 0
        self._held = b""
        self._starts: list[int] = []
        """Places in what is held where a frame may begin."""

    def frame(self, transaction: int, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - a serial line numbers nothing
        """Return the frame of a request."""
        body = bytes((unit,)) + pdu
        return body + crc(body).to_bytes(2, "little")

    def feed(self, chunk: bytes) -> list[Frame]:
        """Return the whole frames; what lies between them is noise. At most one frame's length waits for its rest."""
        self._starts += range(len(self._held), len(self._held) + len(chunk))
        self._held += chunk
        frames: list[Frame] = []
        while (found := self._find()) is not None:
            start, end = found
            self.noise_count += start
            frames.append(Frame(None, self._held[start], self._held[start + 1 : end - 2]))
            self._cut(end)
        beyond = len(self._held) - RTU_BYTES_MAX
        if beyond > 0:
            self.noise_count += beyond
            self._cut(beyond)
        return frames

    def clear(self) -> None:
        """Forget what is half there."""
        self.noise_count += len(self._held)
        self._cut(len(self._held))

    def _cut(self, end: int) -> None:
        self._held = self._held[end:]
        self._starts = [start - end for start in self._starts if start >= end]

    def _find(self) -> tuple[int, int] | None:
        """Return where the first whole frame lies; a place where none begins is looked at once, however the bytes come."""
        held, open_starts = self._held, list[int]()
        for place, start in enumerate(self._starts):
            length = _length(held[start + 1], held[start + 2]) if start + 2 < len(held) else _EXCEPTION_BYTES
            end = start + length
            if end > len(held):
                open_starts.append(start)
            elif length and crc(held[start : end - 2]) == int.from_bytes(held[end - 2 : end], "little"):
                self._starts = open_starts + self._starts[place:]
                return start, end
        self._starts = open_starts
        return None


def _length(function: int, second: int) -> int:
    """Return the bytes of an answer's frame by its function and the byte behind it; 0 for functions we never ask for."""
    if function & ERROR_FLAG:
        return _EXCEPTION_BYTES if function & ~ERROR_FLAG in _COUNTED | _WRITTEN else 0
    if function in _COUNTED:
        return _EXCEPTION_BYTES + second
    return _WRITTEN_BYTES if function in _WRITTEN else 0


def _crc_of(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ 0xA001 if octet & 1 else octet >> 1
    return octet


_CRC: Final = tuple(_crc_of(octet) for octet in range(256))


def crc(octets: bytes) -> int:
    """Return the CRC-16 of a serial frame (polynomial 0xA001 reflected, start 0xFFFF); sent low byte first."""
    value = 0xFFFF
    for octet in octets:
        value = value >> 8 ^ _CRC[(value ^ octet) & 0xFF]
    return value
