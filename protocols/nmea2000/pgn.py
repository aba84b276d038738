"""Parameter groups and their fields: the records of which the tables consist, and how bits become values."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal["unsigned", "signed", "enum", "bits", "text", "text_lau", "bytes", "bytes_counted"]
"""text: of fixed length. text_lau: its own length and encoding stand before it, and nothing behind.

bytes_counted: the bytes that hold as many bits as the field before it says, and nothing behind.
"""
N2kValue = int | float | str | bytes


class Field(NamedTuple):
    """One field of a parameter group; bytes are little endian, the first bit of a byte is its lowest."""

    name: str
    """The definition's own id, with the unit last (rad, mps, k, pa, ...)."""
    first: int
    """Bits before it."""
    width: int
    """Bits; 0 for text_lau and bytes_counted, which tell their length themselves."""
    kind: Kind = "unsigned"
    times: int = 1
    over: int = 1
    """The value is raw * `times` / `over` + `plus`."""
    low: float = 0
    high: float = 0
    """Range of the definition; both 0: all that fits."""
    specials: int = 0
    """How many of the highest raw values mean no value: the highest `not available`, the next ones out of range."""
    lookup: str = ""
    """Words of an enum or of bits, by name in `lookups`; empty: none are kept."""
    plus: int = 0


class Pgn(NamedTuple):
    """One parameter group."""

    number: int
    name: str
    transport: Literal["single", "fast"]
    """single: in one frame of eight bytes. fast: as a fast packet, in frames of seven bytes (six in the first)."""
    bytes_min: int
    """Shorter ones are cut off."""
    fields: tuple[Field, ...]
    count_field: str = ""
    """Field that tells how often `repeated` comes; empty: it comes until the message ends."""
    repeated: tuple[Field, ...] = ()
    """With the places of the first repetition; empty: nothing is repeated."""
    stride: int = 0
    """Bits from one repetition to the next."""


class OutOfRange:
    """Stands for raw values that the definition calls an error, or that lie outside its range."""


OUT_OF_RANGE: Final = OutOfRange()
_TEXT_ENDS: Final = (b"\x00", b"@", b"\xff")
_LAU_HEAD: Final = 2
_LAU_UTF16: Final = 0


def value_of(field: Field, bits: int, shift: int = 0) -> N2kValue | OutOfRange | None:
    """Return what stands in the field of a group whose bytes are `bits` (little endian), `shift` bits further on.

    None: not available. The group is long enough for the field; text_lau is read by `text_lau`, bytes_counted by
    `bytes_counted`.
    """
    raw = bits >> field.first + shift & (1 << field.width) - 1
    if field.kind == "text":
        return _text(raw.to_bytes(field.width // 8, "little"))
    if field.kind == "bytes":
        return raw.to_bytes((field.width + 7) // 8, "little")
    top = (1 << field.width) - 1
    if field.kind == "signed":
        top >>= 1
        raw = raw if raw <= top else raw - (top + 1) * 2
    if field.specials and raw > top - field.specials:
        return None if raw == top else OUT_OF_RANGE
    value = raw if field.times == field.over == 1 else raw * field.times / field.over
    value += field.plus
    step = 0 if field.over == 1 else field.times / field.over  # a full turn, 6.2832 rad, is one step beyond 2 pi
    if (field.low or field.high) and not field.low - step <= value <= field.high + step:
        return OUT_OF_RANGE
    return value


def _text(raw: bytes) -> str | None:
    """Return text to the first of the characters that end it."""
    for end in _TEXT_ENDS:
        raw = raw.partition(end)[0]
    return raw.decode("ascii", "replace").strip() or None


def text_lau(raw: bytes) -> str | OutOfRange | None:
    """Return the text of a field that begins with its length (these two bytes with it) and encoding: 0 UTF-16, 1 bytes."""
    if len(raw) < _LAU_HEAD or not _LAU_HEAD <= raw[0] <= len(raw):
        return None if not raw or raw[0] in (0, 0xFF) else OUT_OF_RANGE
    body = raw[_LAU_HEAD : raw[0]]
    if raw[1] == _LAU_UTF16:
        return body.decode("utf-16-le", "replace").partition("\x00")[0].strip() or None
    return _text(body)


def bytes_counted(raw: bytes, count_bits: N2kValue | None) -> bytes | None:
    """Return the bytes of `raw` that hold so many bits, the last one whole; None where fewer are there, or nobody says.

    Which bits of a last byte are meant where they do not fill it, no definition tells: none is taken away.
    """
    count_bytes = (count_bits + 7) // 8 if isinstance(count_bits, int) else len(raw) + 1
    return raw[:count_bytes] if count_bytes <= len(raw) else None
