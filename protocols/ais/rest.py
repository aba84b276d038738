"""The fields of an AIS message that only readers in detail want: decoded from its bits when asked for."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from protocols.ais.bits import CHAR_BITS, six_bit_text
from protocols.ais.fields import OUT_OF_RANGE, AisValue, Field, Look
from protocols.ais.layouts import RADIO_STATE_BITS

BYTE: Final = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """A form of a message, ready to be read."""

    places: tuple[tuple[int, int, Look, str], ...]
    """First bit, width, look-up and name of each field that has a name and a fixed width."""
    length: int
    """Bits of all fields of fixed width."""
    tail: Field | None
    """The field that takes what is left; None for a message of fixed length."""
    is_radio_last: bool
    """True for message 26: the last 20 bits are the radio's."""
    rest: tuple[tuple[int, int, Look, str], ...]
    """End, mask, look-up and name of each field of `places` that a report does not tell by itself, in order."""


def laid_out(
    fields: tuple[Field, ...], *, is_radio_last: bool = False, told: Container[str] = frozenset[str]()
) -> Layout:
    """Return the layout of a message's fields; `told`: names of those that a report tells by itself."""
    places: list[tuple[int, int, Look, str]] = []
    first, tail = 0, None
    for field in fields:
        if field.to_end:
            tail = field
            break
        if field.name:
            places.append((first, field.width, field.look, field.name))
        first += field.width
    rest = [(start + width, (1 << width) - 1, look, name) for start, width, look, name in places if name not in told]
    return Layout(tuple(places), first, tail, is_radio_last, tuple(rest))


def read_rest(layout: Layout, message: int | bytes, length: int) -> dict[str, AisValue]:
    """Return the fields of a message (`length` bits) that are available and not told by the report itself."""
    bits = message if isinstance(message, int) else int.from_bytes(message, "big")
    found: dict[str, AisValue] = {}
    for end, mask, look, name in layout.rest:
        if end > length:
            break
        value = look[bits >> length - end & mask]
        if value is not None and value is not OUT_OF_RANGE:
            found[name] = value
    end = length
    if layout.is_radio_last and length >= layout.length + RADIO_STATE_BITS:
        end -= RADIO_STATE_BITS
        found["radio"] = bits & (1 << RADIO_STATE_BITS) - 1
    if layout.tail is not None and end > layout.length:
        width = end - layout.length
        found |= _tail(layout.tail, bits >> length - end & (1 << width) - 1, width)
    return found


def _tail(field: Field, raw: int, width: int) -> dict[str, AisValue]:
    if field.to_end == "bytes":
        packed = (raw << -width % BYTE).to_bytes((width + BYTE - 1) // BYTE, "big")
        return {field.name: packed, f"{field.name}_bits": width}
    chars = width // CHAR_BITS
    text = six_bit_text(raw >> width - chars * CHAR_BITS, chars)
    return {} if text is None else {field.name: text}
