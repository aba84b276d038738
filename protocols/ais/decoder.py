"""Whole AIS messages to reports: the fields every user wants at once, the others when asked for; it never raises.

Each form of a message has a plan, made of its layout: which bits go through which look-up, and where in the report their
values stand. What is not as it should be (cut off, out of range, no position) is read again with care, field by field.
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from struct import Struct
from typing import Any, Final

from protocols.ais.assembler import Part
from protocols.ais.bits import CHAR_BITS, PAYLOAD_CHARS_MAX, TO_BASE64, six_bit, unarmoured
from protocols.ais.fields import OUT_OF_RANGE, Look, OutOfRange, can_be_out
from protocols.ais.layouts import HEAD_BITS, LAYOUTS, MINUTE_PARTS, POSITION, SIZE, form
from protocols.ais.report import MMSI_MAX, SHOWN, AisReport
from protocols.ais.rest import Layout, laid_out

EMPTY: Final = "empty payload"
_MMSI_MASK: Final = (1 << 30) - 1
_DIRECT: Final = (
    "sog_kn", "cog_deg", "heading_deg", "rot_deg_min", "nav_status", "name", "callsign", "ship_type",
)  # fmt: skip
"""Fields of a report that are fields of a message, as they are."""
_TEXTS: Final = frozenset(("name", "callsign"))
_WANTED: Final = frozenset((*_DIRECT, *(field.name for field in (*POSITION, *SIZE))))
_ROW: Final = (
    "",
    "type",
    "mmsi",
    "is_own_ship",
    "latitude_deg",
    "longitude_deg",
    "length_m",
    "beam_m",
    "faults",
    "rest",
)
"""What stands before the direct values when a report is made; the first is None, for all that a message has not."""
_SIZE_MASK: Final = (1 << sum(field.width for field in SIZE)) - 1
_HAS_FORMS: Final = frozenset((16, 22, 24, 25, 26))
_TENTHS: Final = frozenset((17, 27))
"""Messages with positions in 1/10 min: rare, read with care."""
_LONGITUDE_HALF, _LATITUDE_HALF = (1 << field.width - 1 for field in POSITION)
_LATITUDE_BITS: Final = POSITION[1].width
_LONGITUDE_MASK, _LATITUDE_MASK = ((1 << field.width) - 1 for field in POSITION)
_LONGITUDE_MAX, _LATITUDE_MAX = 180 * MINUTE_PARTS, 90 * MINUTE_PARTS
_LONGITUDE_MIN, _LATITUDE_MIN = -_LONGITUDE_MAX, -_LATITUDE_MAX
_Texts = tuple[int, int, int, tuple[slice, ...]]
"""Shift, mask and characters of the direct texts, which stand side by side, and which of the characters are whose."""


@dataclass(frozen=True, slots=True)
class _Plan:
    layout: Layout
    length: int
    looks: tuple[tuple[int, int, Look], ...]
    """Shift, mask and look-up of each direct field but texts, for a message of exactly `length` bits."""
    texts: _Texts | None
    guarded: tuple[int, ...]
    """Which values of a row can be out of range."""
    position: int
    """Shift of the latitude, which follows the longitude; -1 where the message has none in 1/10,000 min."""
    size: int
    """Shift of the last of the four distances from the antenna; -1 where there are none."""
    pick: Callable[[list[Any]], tuple[Any, ...]]
    """From a row and its values to a report."""


def _plan(layout: Layout) -> _Plan:
    places = [
        (layout.length - first - width, (1 << width) - 1, look, name) for first, width, look, name in layout.places
    ]
    direct = [place for place in places if place[3] in _DIRECT and place[3] not in _TEXTS]
    texts = [place for place in places if place[3] in _TEXTS]
    row = (*_ROW, *(name for *_, name in (*direct, *texts)))
    shift_of = {(name, mask): shift for shift, mask, _, name in places}
    return _Plan(
        layout, layout.length, tuple((shift, mask, look) for shift, mask, look, _ in direct), _side_by_side(texts),
        tuple(len(_ROW) + number for number, (_, _, look, _) in enumerate(direct) if can_be_out(look)),
        shift_of.get((POSITION[1].name, _LATITUDE_MASK), -1), shift_of.get((SIZE[3].name, (1 << SIZE[3].width) - 1), -1),
        itemgetter(*(row.index(name) if name in row else 0 for name in AisReport._fields)),
    )  # fmt: skip


def _side_by_side(texts: Sequence[tuple[int, int, Look, str]]) -> _Texts | None:
    if not texts:
        return None
    end = texts[0][0] + texts[0][1].bit_length()
    shift = texts[-1][0]
    starts = [(end - at - mask.bit_length()) // CHAR_BITS for at, mask, *_ in texts]
    cuts = tuple(
        slice(start, start + mask.bit_length() // CHAR_BITS) for start, (_, mask, *_) in zip(starts, texts, strict=True)
    )
    return shift, (1 << end - shift) - 1, (end - shift) // CHAR_BITS, cuts


_FORMS: Final = {
    **{name: _plan(laid_out(fields, told=SHOWN)) for name, fields in LAYOUTS.items()},
    **{
        name.replace("25", "26"): _plan(laid_out(fields, is_radio_last=True, told=SHOWN))
        for name, fields in LAYOUTS.items()
        if name.startswith("25")
    },
}
_PLANS: Final = {int(name): plan for name, plan in _FORMS.items() if name.isdecimal() and int(name) not in _HAS_FORMS}

_CLASS_A: Final = _PLANS[1].layout
"""Messages 1, 2 and 3 are laid out alike."""
_CLASS_A_LAST: Final = 3
_CLASS_A_BITS: Final = _CLASS_A.length
_CLASS_A_BYTES: Final = _CLASS_A_BITS // 8
CLASS_A_CHARS: Final = _CLASS_A_BITS // CHAR_BITS
"""Characters of the payload of message 1, 2 or 3."""
_WORDS: Final = Struct(">QQIB").unpack
"""Their bits in words: a shift of one of these costs half of a shift of the whole message."""
_WORD_ENDS: Final = (64, 128, 160, 168)


def _within(name: str) -> tuple[int, Look]:
    """Return how far a field of message 1, 2 or 3 stands from the end of the word that it ends in, and its look-up."""
    end, look = next((first + width, look) for first, width, look, its_name in _CLASS_A.places if its_name == name)
    return next(word_end for word_end in _WORD_ENDS if end <= word_end) - end, look


(_STATE_AT, _STATES), (_TURN_AT, _TURNS), (_SPEED_AT, _), (_COURSE_AT, _), (_HEADING_AT, _) = (
    _within(name) for name in ("nav_status", "rot_deg_min", "sog_kn", "cog_deg", "heading_deg")
)
_NO_SPEED, _NO_COURSE, _NO_HEADING, _HEADING_MAX = 1023, 3600, 511, 359
_TENTHS_IN_ONE, _PARTS = 10.0, float(MINUTE_PARTS)
"""As in the layout: numbers are compared and divided here, for a look-up among thousands of values costs more than both."""
(_KIND_AT, _), (_MMSI_AT, _) = _within("type"), _within("mmsi")
(_LONGITUDE_AT, _), (_LATITUDE_AT, _) = (_within(field.name) for field in POSITION)
_LATER_BITS: Final = _WORD_ENDS[1] - _WORD_ENDS[0] - _LONGITUDE_AT
"""Bits of the longitude in the word in which it ends; the first ones are the last of the word before."""
_EARLIER_MASK: Final = (1 << POSITION[0].width - _LATER_BITS) - 1


def decode_parts(parts: Sequence[Part]) -> AisReport | str:
    """Return the report in the parts of one message, in order; or why there is none."""
    if len(parts) == 1:
        return decode_payload(parts[0].payload, parts[0].fill, is_own_ship=parts[0].is_own_ship)
    joined, fills, is_own_ship = "", "", False
    for _, _, _, payload, fill, is_own_ship in parts:  # noqa: B007 - the last one's is used
        joined += payload
        fills += fill
    if len(joined) <= PAYLOAD_CHARS_MAX and not fills[:-1].strip("0"):  # parts of whole characters
        return decode_payload(joined, fills[-1], is_own_ship=is_own_ship)
    bits = length = 0
    for part in parts:
        more = unarmoured(part.payload)
        if more is None or len(part.payload) > PAYLOAD_CHARS_MAX:
            return "payload character" if more is None else "payload too long"
        count = len(part.payload) * CHAR_BITS - int(part.fill)
        if count > 0:
            bits, length = bits << count | more >> int(part.fill), length + count
    return decode_bits(bits, length, is_own_ship=parts[0].is_own_ship) if length else EMPTY


def decode_position(payload: str, is_own_ship: bool) -> AisReport | None:  # noqa: FBT001 - a name costs as much as a field
    """Return the report in CLASS_A_CHARS characters of message 1, 2 or 3; None where `decode_payload` must look at them.

    Most of what is heard at sea is such a message and all right: the shortest way for it.
    """
    try:
        packed = a2b_base64(payload.encode().translate(TO_BASE64))  # no byte of another character is one of base64
    except (Error, UnicodeEncodeError):
        return None
    if len(packed) != _CLASS_A_BYTES:  # too few: what is no character of the armour was left out
        return None
    head, middle, end, _ = _WORDS(packed)
    kind, mmsi = head >> _KIND_AT, head >> _MMSI_AT & _MMSI_MASK
    latitude = (middle >> _LATITUDE_AT & _LATITUDE_MASK ^ _LATITUDE_HALF) - _LATITUDE_HALF
    raw = (head & _EARLIER_MASK) << _LATER_BITS | middle >> _LONGITUDE_AT
    longitude = (raw ^ _LONGITUDE_HALF) - _LONGITUDE_HALF
    speed, course, heading = head >> _SPEED_AT & 0x3FF, middle >> _COURSE_AT & 0xFFF, end >> _HEADING_AT & 0x1FF
    if not (
        _LATITUDE_MIN <= latitude <= _LATITUDE_MAX and _LONGITUDE_MIN <= longitude <= _LONGITUDE_MAX and course <= _NO_COURSE
        and (heading <= _HEADING_MAX or heading == _NO_HEADING) and mmsi <= MMSI_MAX and 0 < kind <= _CLASS_A_LAST
    ):  # fmt: skip
        return None
    return tuple.__new__(AisReport, (
        kind, mmsi, is_own_ship, latitude / _PARTS, longitude / _PARTS,
        None if speed == _NO_SPEED else speed / _TENTHS_IN_ONE, None if course == _NO_COURSE else course / _TENTHS_IN_ONE,
        None if heading == _NO_HEADING else heading, _TURNS[head >> _TURN_AT & 0xFF], _STATES[head >> _STATE_AT & 0xF],
        None, None, None, None, None, (), (_CLASS_A, packed, _CLASS_A_BITS),
    ))  # fmt: skip


def decode_payload(payload: str, fill: str, *, is_own_ship: bool) -> AisReport | str:
    """Return the report in a payload that is a whole message, or why there is none; `fill` is the digit 0..5 after it."""
    if not 0 < len(payload) <= PAYLOAD_CHARS_MAX:
        return "payload too long" if payload else EMPTY
    bits = unarmoured(payload)
    if bits is None:
        return "payload character"
    surplus = int(fill)
    return decode_bits(bits >> surplus, len(payload) * CHAR_BITS - surplus, is_own_ship=is_own_ship)


def decode_bits(bits: int, length: int, *, is_own_ship: bool) -> AisReport | str:
    """Return the report in `length` bits; or why there is none."""
    if length < HEAD_BITS:
        return "shorter than type and MMSI"
    kind, mmsi = bits >> length - CHAR_BITS, bits >> length - HEAD_BITS & _MMSI_MASK
    return _by_plan(bits, length, kind, mmsi, is_own_ship=is_own_ship)


def _by_plan(bits: int, length: int, kind: int, mmsi: int, *, is_own_ship: bool) -> AisReport | str:
    plan = _PLANS.get(kind)
    if plan is None:
        name = form(kind, mmsi, bits, length)
        plan = _FORMS.get(f"26{name[2:]}" if kind == 26 else name)  # noqa: PLR2004 - 26 is laid out as 25
        if plan is None:
            return f"message {name} is not known"
    surplus = length - plan.length
    if surplus < 0 or mmsi > MMSI_MAX or kind in _TENTHS:
        return _with_care(plan.layout, bits, length, kind, mmsi, is_own_ship=is_own_ship)
    aligned = bits >> surplus
    row: list[Any] = [None, kind, mmsi, is_own_ship, None, None, None, None, (), (plan.layout, bits, length)]
    row += [look[aligned >> shift & mask] for shift, mask, look in plan.looks]
    for number in plan.guarded:
        if row[number] is OUT_OF_RANGE:
            return _with_care(plan.layout, bits, length, kind, mmsi, is_own_ship=is_own_ship)
    if plan.position >= 0:
        raw = aligned >> plan.position
        latitude = (raw & _LATITUDE_MASK ^ _LATITUDE_HALF) - _LATITUDE_HALF
        longitude = (raw >> _LATITUDE_BITS & _LONGITUDE_MASK ^ _LONGITUDE_HALF) - _LONGITUDE_HALF
        if not (_LATITUDE_MIN <= latitude <= _LATITUDE_MAX and _LONGITUDE_MIN <= longitude <= _LONGITUDE_MAX):
            return _with_care(plan.layout, bits, length, kind, mmsi, is_own_ship=is_own_ship)
        row[4], row[5] = latitude / MINUTE_PARTS, longitude / MINUTE_PARTS
    if plan.texts is not None:
        shift, mask, chars, cuts = plan.texts
        text = six_bit(aligned >> shift & mask, chars)
        row += [text[cut].partition("@")[0].strip() or None for cut in cuts]
    if plan.size >= 0:
        raw = aligned >> plan.size & _SIZE_MASK
        row[6], row[7] = (
            float((raw >> 21) + (raw >> 12 & 511)) or None,
            float((raw >> 6 & 63) + (raw & 63)) or None,
        )
    return tuple.__new__(AisReport, plan.pick(row))


def _with_care(layout: Layout, bits: int, length: int, kind: int, mmsi: int, *, is_own_ship: bool) -> AisReport:
    """Return the report of a message in which something is not as it should be: one bad field costs that field only."""
    values: dict[str, Any] = {}
    faults = ["mmsi out of range"] if mmsi > MMSI_MAX else []
    for first, width, look, name in layout.places:
        if name not in _WANTED:
            continue
        shift = length - first - width
        value = look[bits >> shift & (1 << width) - 1] if shift >= 0 else None
        values[name] = None if isinstance(value, OutOfRange) else value
        if shift < 0 or isinstance(value, OutOfRange):
            faults.append(f"{name} {'cut off' if shift < 0 else 'out of range'}")
    latitude, longitude = values.get("latitude_deg"), values.get("longitude_deg")
    if latitude is None or longitude is None:
        latitude = longitude = None
    bow, stern, port, starboard = (values.get(field.name) for field in SIZE)
    length_m = None if bow is None or stern is None else float(bow + stern) or None
    beam_m = None if port is None or starboard is None else float(port + starboard) or None
    direct = [values.get(name) for name in _DIRECT]
    row = [
        kind,
        mmsi,
        is_own_ship,
        latitude,
        longitude,
        *direct,
        length_m,
        beam_m,
        tuple(faults),
        (layout, bits, length),
    ]
    return tuple.__new__(AisReport, row)
