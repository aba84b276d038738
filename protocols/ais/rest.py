"""The fields of an AIS message that only readers in detail want: decoded from its bits when asked for."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from protocols.ais.bits import CHAR_BITS, six_bit_text
from protocols.ais.fields import AisValue, Field, Look, OutOfRange
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


def laid_out(fields: tuple[Field, ...], *, is_radio_last: bool = False) -> Layout:
    """Return the layout of a message's fields."""
    places: list[tuple[int, int, Look, str]] = []
    first = 0
    for field in fields:
        if field.to_end:
            return Layout(tuple(places), first, field, is_radio_last)
        if field.name:
            places.append((first, field.width, field.look, field.name))
        first += field.width
    return Layout(tuple(places), first, None, is_radio_last)


def read_rest(layout: Layout, message: int | bytes, length: int, *, known: Container[str]) -> dict[str, AisValue]:
    """Return the fields of a message (`length` bits) that are available and whose names are not `known`."""
    bits = message if isinstance(message, int) else int.from_bytes(message, "big")
    found: dict[str, AisValue] = {}
    for first, width, look, name in layout.places:
        if first + width > length or name in known:
            continue
        value = look[bits >> length - first - width & (1 << width) - 1]
        if value is not None and not isinstance(value, OutOfRange):
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
