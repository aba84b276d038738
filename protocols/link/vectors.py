"""A row of whole numbers whose count both ends know, in the fewest bytes of six codings; the first byte says which.

| first byte | what follows |
|---|---|
| 0 | nothing: all are zero |
| 1 | one variable-length integer: all are this (zigzag) |
| 2 | k, Rice codes of the bit lengths, then each number without its top bit (zigzag): numbers of many magnitudes |
| 3 | width w (1, 2, 4, 8), size, zstd frame: the numbers in w bytes each, little-endian, signed |
| 64 + g | k, how many are not zero, Rice codes: runs of zeros before each (g), then each (zigzag) less one (k) |
| 128 + k | Rice codes (zigzag) |
"""

from __future__ import annotations

from typing import Final

import numpy as np
import zstandard

from protocols.errors import MalformedError
from protocols.link import bits
from protocols.link.bits import Whole
from protocols.link.columns import Source

ZEROS: Final = 0
SAME: Final = 1
LENGTHS: Final = 2
FRAME: Final = 3
RUNS: Final = 64
RICE: Final = 128
GAP_K_MAX: Final = 20
"""Largest parameter of the runs: a million samples of one batch are 2^20."""
COUNT_MAX: Final = 1_000_000
"""Most numbers of one row, and samples of one batch: 8 MB once decoded. Stops decompression bombs."""
FAST: Final = 3
LEVEL: Final = 19
"""Of zstd: 5 ms for a batch of 12,000 samples; a batch is made once a second at most where it is that large."""
_WIDE: Final = 2**61
"""Numbers beyond are written in full: their zigzag would not fit."""
_FRAME_WORTH: Final = 24
"""A zstd frame costs about this many bytes before it saves one."""
_WIDTHS: Final = (1, 2, 4, 8)


def write(values: Whole) -> bytes:
    """Return the shortest coding of `values`."""
    if not values.any():
        return bytes((ZEROS,))
    if (len(values) and np.abs(values).max() >= _WIDE) or values.min() < -_WIDE:
        return _frame(values)
    folded = bits.zigzag(values)
    if (folded == folded[0]).all():
        return bytes((SAME,)) + bits.varint(int(folded[0]))
    best = min((_rice(folded), _runs(folded), _lengths(folded)), key=len)
    if len(best) > _FRAME_WORTH:
        best = min(best, _frame(values), key=len)
    return best


def read(source: Source, count: int) -> Whole:
    """Return the `count` numbers that `write` wrote; raise MalformedError when they are not there."""
    if count > COUNT_MAX:
        raise MalformedError(f"{count} numbers in a row are over {COUNT_MAX}")
    kind = source.take(1)[0]
    if kind == ZEROS:
        return np.zeros(count, np.int64)
    if kind == SAME:
        return bits.unzigzag(np.full(count, bits.read_varint(source, 2**63 - 1), np.int64))
    if kind == FRAME:
        return _read_frame(source, count)
    if kind == LENGTHS:
        return bits.unzigzag(_read_lengths(source, count))
    if RUNS <= kind <= RUNS + GAP_K_MAX:
        return bits.unzigzag(_read_runs(source, count, kind - RUNS))
    if RICE <= kind <= RICE + bits.K_MAX:
        return bits.unzigzag(bits.unpack(source, np.full(count, kind - RICE, np.int64)))
    raise MalformedError(f"a row of the batch has no coding {kind}")


def zstd(raw: bytes, level: int = LEVEL) -> bytes:
    """Return `raw` as a zstd frame that says its size."""
    return zstandard.ZstdCompressor(level=level, write_content_size=True).compress(raw)


def unzstd(frame: bytes, size: int) -> bytes:
    """Return the `size` bytes of a frame; raise MalformedError when it holds another number or is broken."""
    try:
        if zstandard.get_frame_parameters(frame).content_size != size:
            raise MalformedError("a frame of the batch has another size than said")
        return zstandard.ZstdDecompressor().decompress(frame, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise MalformedError(f"a frame of the batch is broken: {error}") from error


def _rice(folded: Whole) -> bytes:
    k = bits.best_k(folded)
    return bytes((RICE + k,)) + bits.pack(folded, np.full(len(folded), k, np.int64))


def _runs(folded: Whole) -> bytes:
    ends = np.flatnonzero(folded)
    gaps, rest = np.diff(ends, prepend=-1) - 1, folded[ends] - 1
    gap_k, k = min(GAP_K_MAX, bits.best_k(gaps)), bits.best_k(rest)
    parameters = np.repeat(np.array((gap_k, k), np.int64), len(ends))
    return bytes((RUNS + gap_k, k)) + bits.varint(len(ends)) + bits.pack(np.concatenate((gaps, rest)), parameters)


def _read_runs(source: Source, count: int, gap_k: int) -> Whole:
    k, ends = _parameter(source), bits.read_varint(source, count)
    numbers = bits.unpack(source, np.repeat(np.array((gap_k, k), np.int64), ends))
    gaps, rest = numbers[:ends], numbers[ends:]
    places = np.cumsum(np.minimum(gaps, count) + 1) - 1
    if ends and int(places[-1]) >= count:
        raise MalformedError("the runs of a row are longer than the row")
    folded = np.zeros(count, np.int64)
    folded[places] = rest + 1
    return folded


def _lengths(folded: Whole) -> bytes:
    lengths = bit_lengths(folded)
    k = bits.best_k(lengths)
    codes = bits.pack(lengths, np.full(len(lengths), k, np.int64))
    return bytes((LENGTHS, k)) + codes + bits.pack_plain(folded, np.maximum(lengths - 1, 0))


def _read_lengths(source: Source, count: int) -> Whole:
    k = _parameter(source)
    lengths = bits.unpack(source, np.full(count, k, np.int64))
    if count and int(lengths.max()) > bits.ESCAPE_BITS:
        raise MalformedError("a number of a row is too long")
    low = bits.unpack_plain(source, np.maximum(lengths - 1, 0))
    return np.where(lengths > 0, low | (np.int64(1) << np.maximum(lengths - 1, 0)), 0)


def bit_lengths(folded: Whole) -> Whole:
    """Return how many bits each of `folded` (0 or more) has; 0 for 0."""
    lengths = np.zeros(len(folded), np.int64)
    rest = folded
    while rest.any():
        lengths += rest > 0
        rest = rest >> 1
    return lengths


def _frame(values: Whole) -> bytes:
    low, high = int(values.min()), int(values.max())
    width = next((w for w in _WIDTHS[:3] if -(2 ** (8 * w - 1)) <= low and high < 2 ** (8 * w - 1)), _WIDTHS[3])
    frame = zstd(values.astype(f"<i{width}").tobytes())
    return bytes((FRAME, width)) + bits.varint(len(frame)) + frame


def _read_frame(source: Source, count: int) -> Whole:
    width = source.take(1)[0]
    if width not in _WIDTHS:
        raise MalformedError(f"a number of a row has no {width} bytes")
    raw = unzstd(source.take(bits.read_varint(source, source.left)), count * width)
    return np.frombuffer(raw, f"<i{width}").astype(np.int64)


def _parameter(source: Source) -> int:
    k = source.take(1)[0]
    if k > bits.K_MAX:
        raise MalformedError(f"a row of the batch has no parameter {k}")
    return k
