"""AIS payloads to one integer each, and its six-bit text (ITU-R M.1371-5 annex 8, tables 44 and 47; IEC 61162-1, 8.3.88).

The armour of VDM sentences is base64 with another alphabet: translated, the standard library unpacks it, and every field
of a message is then a shift and a mask of one integer.
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64
from typing import Final

PAYLOAD_CHARS_MAX: Final = 512
"""Longest payload decoded: nine sentences of at most 56 characters. A message of five slots needs 187."""
CHAR_BITS: Final = 6
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ARMOUR: Final = bytes([*range(48, 88), *range(96, 120)])
"""The characters of a payload in the order of their values 0..63: `0` to `W`, then the back quote to `w`."""
TO_BASE64: Final = bytes(_BASE64[_ARMOUR.index(char)] if char in _ARMOUR else 33 for char in range(256))
"""`!`, which base64 does not know, stands for any character that armour does not know."""
_PADDING: Final = (b"", b"AAA", b"AA", b"A")
_TEXT: Final = bytes([*range(64, 96), *range(32, 64)])
"""Six-bit ASCII in the order of its values: `@` to `_`, then the space to `?`."""
_TO_TEXT: Final = bytes.maketrans(_BASE64, _TEXT)


def unarmoured(payload: str) -> int | None:
    """Return the bits of a payload as one integer, six a character; None where a character is none of the armour's."""
    padding = _PADDING[len(payload) & 3]
    try:
        unpacked = a2b_base64(payload.encode("ascii").translate(TO_BASE64) + padding, strict_mode=True)
    except (Error, UnicodeEncodeError):
        return None
    return int.from_bytes(unpacked, "big") >> CHAR_BITS * len(padding)


def six_bit(raw: int, chars: int) -> str:
    """Return the `chars` characters in the low `chars` x 6 bits of `raw`, `@` among them."""
    padding = -chars % 4
    packed = (raw << CHAR_BITS * padding).to_bytes((chars + padding) // 4 * 3, "big")
    return b2a_base64(packed, newline=False)[:chars].translate(_TO_TEXT).decode("ascii")


def six_bit_text(raw: int, chars: int) -> str | None:
    """Return the text in the low `chars` x 6 bits of `raw`, to its first `@`; None where nothing is left."""
    return six_bit(raw, chars).partition("@")[0].strip() or None
