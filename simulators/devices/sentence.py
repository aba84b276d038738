"""Writing NMEA 0183 sentences the way an instrument does: body in, framed bytes out.

The simulator writes with its own few lines, so that the ship's parser is never tested against itself.
"""

from __future__ import annotations

from datetime import UTC, datetime


def checksum(body: bytes) -> int:
    """Return the XOR of all bytes (IEC 61162-1: of everything between the start and `*`)."""
    value = 0
    for byte in body:
        value ^= byte
    return value


def framed(body: str, start: str = "$") -> bytes:
    """Return `start` + body + checksum + CR LF."""
    return f"{start}{body}*{checksum(body.encode('ascii')):02X}\r\n".encode("ascii")


def latitude(degrees: float) -> str:
    """Return `ddmm.mmmmm,N|S` of a latitude in degrees."""
    minutes = round(abs(degrees) * 60.0, 5)
    return f"{int(minutes // 60):02d}{minutes % 60:08.5f},{'N' if degrees >= 0 else 'S'}"


def longitude(degrees: float) -> str:
    """Return `dddmm.mmmmm,E|W` of a longitude in degrees."""
    minutes = round(abs(degrees) * 60.0, 5)
    return f"{int(minutes // 60):03d}{minutes % 60:08.5f},{'E' if degrees >= 0 else 'W'}"


def moment(utc_ns: int) -> datetime:
    """Return the UTC moment of nanoseconds since 1970, to the microsecond."""
    seconds, rest = divmod(utc_ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def hms(when: datetime) -> str:
    """Return `hhmmss.ss`."""
    return f"{when:%H%M%S}.{when.microsecond // 10_000:02d}"


def tagged(line: bytes, source: str, number: int) -> bytes:
    """Return the line behind a TAG block with source and running line number (IEC 61162-450)."""
    block = f"s:{source},n:{number}"
    return b"\\" + f"{block}*{checksum(block.encode('ascii')):02X}".encode("ascii") + b"\\" + line


TOKEN_450 = b"UdPbC\x00"
"""First six bytes of an IEC 61162-450 sentence datagram."""
PAYLOAD_MAX_450 = 1472
"""Largest UDP payload that is never fragmented on Ethernet; IEC 61162-450."""


def datagrams_450(lines: list[bytes]) -> list[bytes]:
    """Return the tagged lines packed into as few datagrams as fit, each with its token."""
    packed: list[bytes] = []
    current = TOKEN_450
    for line in lines:
        if len(current) + len(line) > PAYLOAD_MAX_450 and current != TOKEN_450:
            packed.append(current)
            current = TOKEN_450
        current += line
    if current != TOKEN_450:
        packed.append(current)
    return packed
