"""Whole numbers as bits: variable-length integers, and split Rice codes, both ways without a loop per number.

A Rice code of parameter k writes v as v >> k zeros and a one (unary), then the k low bits (remainder). "Split" keeps all
unary codes together and all remainders together, each stream filled up to a byte, least bit first: so numpy finds all ones
at once and takes all remainders at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocols.errors import MalformedError
from protocols.link.columns import Source

Whole = NDArray[np.int64]
ESCAPE: Final = 24
"""Zeros of a unary code that say: the number follows in full, in `ESCAPE_BITS`. Bounds what one outlier can cost."""
ESCAPE_BITS: Final = 63
_WORD_BYTES: Final = 8
_MASKS: Final = np.array([(1 << width) - 1 for width in range(ESCAPE_BITS + 1)], np.int64)
"""The low bits of a number, by how many."""
K_MAX: Final = 40
"""Largest Rice parameter; a scaled value has at most 54 bits."""
_VARINT_BYTES_MAX: Final = 10


def varint(value: int) -> bytes:
    """Return `value` (0 or more) with 7 bits a byte, least first, the top bit set where more follow (LEB128)."""
    encoded = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def read_varint(source: Source, high: int) -> int:
    """Return the next variable-length integer; raise MalformedError when it is above `high` or does not end."""
    value = 0
    for place in range(_VARINT_BYTES_MAX):
        byte = source.take(1)[0]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the top bit
            if value > high:
                raise MalformedError(f"a number of the batch is {value}, over {high}")
            return value
    raise MalformedError("a number of the batch does not end")


def zigzag(values: Whole) -> Whole:
    """Return signed numbers as 0, -1, 1, -2, ... -> 0, 1, 2, 3, ...; exact within +-2^62."""
    return (values << 1) ^ (values >> 63)


def unzigzag(values: Whole) -> Whole:
    """Return what `zigzag` was given."""
    return (values >> 1) ^ -(values & 1)


def cost_bits(values: Whole, k: Whole) -> Whole:
    """Return the bits that each of `values` (0 or more) takes with its parameter `k`."""
    quotient = values >> k
    return np.where(quotient < ESCAPE, quotient + 1 + k, ESCAPE + 1 + ESCAPE_BITS)


def pack(values: Whole, k: Whole) -> bytes:
    """Return `values` (0 or more) as split Rice codes, each with its parameter `k`."""
    quotient = np.minimum(values >> k, ESCAPE)
    ends = np.cumsum(quotient + 1)
    unary = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    unary[ends - 1] = 1
    return _filled(unary) + pack_plain(values, np.where(quotient < ESCAPE, k, ESCAPE_BITS))


def unpack(source: Source, k: Whole) -> Whole:
    """Return the numbers that `pack` wrote with the same parameters; raise MalformedError when they are not there."""
    quotient = _read_unary(source, len(k))
    is_escaped = quotient == ESCAPE
    if not is_escaped.any():
        return (quotient << k) | unpack_plain(source, k)
    remainder = unpack_plain(source, np.where(is_escaped, ESCAPE_BITS, k))
    return np.where(is_escaped, remainder, (quotient << k) | remainder)


def pack_plain(values: Whole, widths: Whole) -> bytes:
    """Return the low bits of `values`, as many of each as `widths` says."""
    bits = np.zeros(int(widths.sum()), np.uint8)
    which = np.flatnonzero(widths)
    places, rest = (np.cumsum(widths) - widths)[which], widths[which]
    bit = 0
    while len(which):
        bits[places + bit] = (values[which] >> bit) & 1
        bit += 1
        more = rest > bit
        which, places, rest = which[more], places[more], rest[more]
    return _filled(bits)


def unpack_plain(source: Source, widths: Whole) -> Whole:
    """Return the numbers that `pack_plain` wrote with the same widths; raise MalformedError when they are not there."""
    ends = widths.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    packed = source.take((total + 7) // 8) + bytes(_WORD_BYTES + 1)
    words: NDArray[np.uint64] = np.ndarray((len(packed) - _WORD_BYTES,), "<u8", packed, strides=(1,))
    places = ends - widths
    byte, shift = places >> 3, (places & 7).astype(np.uint64)
    found = words[byte] >> shift  # the word that begins at the byte of a number's first bit
    long = np.flatnonzero(widths + (places & 7) > 8 * _WORD_BYTES)
    if len(long):  # and where that ends too soon, the byte after it
        found[long] |= words[byte[long] + _WORD_BYTES] << (np.uint64(8 * _WORD_BYTES) - shift[long])
    values: Whole = found.astype(np.int64) & _MASKS[widths]
    return values


def best_k(values: Whole) -> int:
    """Return the parameter with which `values` (0 or more) take the fewest bits, or one next to it."""
    if not len(values):
        return 0
    guess = min(K_MAX, max(0, int(values.mean() * 0.7).bit_length() - 1))
    tried = range(max(0, guess - 1), min(K_MAX, guess + 2) + 1)
    return min(tried, key=lambda k: int(cost_bits(values, np.int64(k)).sum()))  # type: ignore[arg-type]


def _read_unary(source: Source, count: int) -> Whole:
    """Return the lengths of the next `count` unary codes."""
    if count == 0:
        return np.zeros(0, np.int64)
    window = count // 4 + 16
    while True:
        bits = np.unpackbits(np.frombuffer(source.peek(window), np.uint8), bitorder="little")
        ones = np.flatnonzero(bits.view(np.bool_))  # of booleans it is found four times as fast
        if len(ones) >= count:
            break
        if window >= source.left:
            raise MalformedError("batch ends within its codes")
        window *= 2
    ends: Whole = ones[:count].astype(np.int64)
    source.take(int(ends[-1]) // 8 + 1)
    lengths = ends.copy()
    lengths[1:] -= ends[:-1] + 1
    if int(lengths.max()) > ESCAPE:
        raise MalformedError("a code of the batch is too long")
    return lengths


def _filled(bits: NDArray[np.uint8]) -> bytes:
    return np.packbits(bits, bitorder="little").tobytes()
