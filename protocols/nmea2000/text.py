"""Lines of text that carry NMEA 2000: candump, Actisense and Yacht Devices RAW; each line costs only itself.

- candump (can-utils): `(1502984866.421964) can0 09F112CC#FF725AFF7FFF7FFD`, or as it is shown:
  `can0  09F112CC   [8]  FF 72 5A FF 7F FF 7F FD`;
- Actisense as canboat writes it: `time,priority,group,source,destination,length,b0,b1,...`, frames or whole messages;
- Yacht Devices RAW: `21:55:35.425 R 15FD0723 FF C0 D9 6F FF 7F FF FF`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from protocols.nmea2000.frame import DATA_BYTES, ID_MAX, Frame, frame_of

LINE_BYTES_MAX: Final = 1024
"""A whole message of 223 bytes takes 700."""
PGN_MAX: Final = (1 << 24) - 1
"""Groups have 18 bits; gateways number what they say of themselves beyond, and no table knows those."""
_CANDUMP: Final = re.compile(
    r"(?:\((\d{1,12}(?:\.\d{1,9})?)\)[ \t]+)?[!-~]{1,16}[ \t]+([0-9A-Fa-f]{8})"
    r"(?:#([0-9A-Fa-f]{0,16})|[ \t]+\[(\d)\]((?:[ \t]+[0-9A-Fa-f]{2})*))"
)
_YACHT_DEVICES: Final = re.compile(r"(\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?) [RT] ([0-9A-Fa-f]{8})((?: [0-9A-Fa-f]{2}){0,8})")
_ACTISENSE: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2}[-T]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)Z?,([0-7]),(\d{1,8}),(\d{1,3}),(\d{1,3}),(\d{1,3})"
    r"((?:,[0-9A-Fa-f]{2}){1,223})"
)
_DATE_CHARS: Final = 10


def parse_line(line: bytes) -> Frame | str:
    """Return what the line carries, or why it carries nothing: empty, comment, too_long, framing, fields."""
    stripped = line.strip()
    if len(stripped) > LINE_BYTES_MAX:
        return "too_long"
    if not stripped or stripped.startswith(b"#"):
        return "comment" if stripped else "empty"
    if not stripped.isascii():
        return "framing"
    text = stripped.decode("ascii")
    if text[4:5] == "-" and (match := _ACTISENSE.fullmatch(text)) is not None:
        return _actisense(match)
    if text[2:3] == ":" and (match := _YACHT_DEVICES.fullmatch(text)) is not None:
        return _can_frame(match[2], bytes.fromhex(match[3]), match[1])
    if (match := _CANDUMP.fullmatch(text)) is not None:
        return _candump(match)
    return "framing"


def is_frame_line(line: bytes) -> bool:
    """Tell whether a line looks like one of these forms; sentences of NMEA 0183 never do."""
    return not isinstance(parse_line(line), str)


def candump(seconds: float, interface: str, identifier: int, content: bytes) -> bytes:
    """Return the line that candump would write of a CAN frame; `seconds` of Unix time."""
    return f"({seconds:.6f}) {interface} {identifier:08X}#{content.hex().upper()}".encode("ascii")


def _candump(match: re.Match[str]) -> Frame | str:
    if len(match[3] or "") % 2:
        return "fields"
    content = bytes.fromhex(match[3] if match[3] is not None else match[5])
    if match[4] is not None and int(match[4]) != len(content):
        return "fields"
    return _can_frame(match[2], content, _utc(match[1]))


def _can_frame(identifier: str, content: bytes, utc: str) -> Frame | str:
    number = int(identifier, 16)
    if not content or len(content) > DATA_BYTES or number > ID_MAX:
        return "fields"
    return frame_of(number, content, utc)


def _actisense(match: re.Match[str]) -> Frame | str:
    when, priority, pgn, source, destination, length = match.groups()[:6]
    content = bytes.fromhex(match[7].replace(",", ""))
    if int(length) != len(content) or int(pgn) > PGN_MAX or max(int(source), int(destination)) > 255:  # noqa: PLR2004 - a byte
        return "fields"
    utc = f"{when[:_DATE_CHARS]}T{when[_DATE_CHARS + 1 :]}Z"
    is_whole = True if len(content) != DATA_BYTES else None
    return Frame(int(pgn), int(source), int(destination), int(priority), content, is_whole, utc)


def _utc(seconds: str | None) -> str:
    """Return Unix time as ISO 8601 text with milliseconds; empty where there is none, or none that can be."""
    if seconds is None:
        return ""
    try:
        moment = datetime.fromtimestamp(float(seconds), UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
