r"""TAG blocks before a sentence: `\code:value,code:value*hh\` (NMEA 0183 4.10, IEC 61162-450)."""

from __future__ import annotations

from dataclasses import dataclass

from protocols.nmea0183.framing import checksum

MILLISECONDS_FROM = 1e11
"""A `c` above this is in milliseconds, as some receivers write: as seconds it would lie in the year 5138."""


@dataclass(frozen=True, slots=True)
class TagBlock:
    """What a TAG block says; None where it does not."""

    source: str | None
    """`s`: system function id of the sender (SFI); the first where several stand."""
    destination: str | None
    """`d`: SFI of the receiver."""
    group: str | None
    """`g`: line-total-id."""
    line_number: int | None
    """`n`: running number of the source's lines, 1..999, wrapping."""
    time_s: float | None
    """`c`: UTC seconds since 1970."""


def split_tag(line: bytes) -> tuple[TagBlock | None, bytes] | None:
    """Return (TAG block or None, sentence) of a line; None when the block is broken or its checksum is wrong."""
    if not line.startswith(b"\\"):
        return None, line
    block, end, sentence = line[1:].partition(b"\\")
    body, star, check = block.partition(b"*")
    if not end or not star or len(body) > 256 or not body.isascii():  # noqa: PLR2004 - checksum's reach
        return None
    if check.upper() != f"{checksum(body):02X}".encode():
        return None
    return _read(body.decode("ascii")), sentence


def _read(body: str) -> TagBlock:
    found: dict[str, str] = {}
    for part in body.split(","):
        code, colon, value = part.partition(":")
        if colon and code not in found:  # an unknown code is kept out of nobody's way; a repeated `s` is tolerated
            found[code] = value
    number = found.get("n", "")
    return TagBlock(
        found.get("s"), found.get("d"), found.get("g"), int(number) if number.isdecimal() else None,
        _time_s(found.get("c", "")),
    )  # fmt: skip


def _time_s(text: str) -> float | None:
    if not text.replace(".", "", 1).isdecimal():
        return None
    value = float(text)
    return value / 1000.0 if value > MILLISECONDS_FROM else value
