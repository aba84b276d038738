"""One column of a batch as a head (plain values) and a stream (bytes), and back; every size is checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from protocols.errors import MalformedError
from protocols.link import fields, moments
from protocols.link.batch import Column
from protocols.link.cbor import Plain
from protocols.reading import Quality

SCALED: Final = 0
RAW: Final = 1
TEXT: Final = 2
MOMENT: Final = 3
"""Texts that are moments, as numbers beside the scan clock; from version 3 of the batch on."""
EXPONENT_MAX: Final = 9
"""Finest decimal step tried, 1e-9; a position in degrees needs 7."""
INTEGER_MAX: Final = 2**53
"""Largest whole number that binary64 holds exactly, with all below it."""
TEXT_LENGTH_MAX: Final = 200
_WIDTHS: Final = (0, 1, 2, 4, 8)
_QUALITY_MAX: Final = max(Quality)
_HEAD_FIELDS: Final = (
    "channel", "kind", "exponent", "count", "scan_first", "scan_width", "first", "width", "quality", "nan",
)  # fmt: skip
_MIXED: Final = -1
"""In place of a quality: each sample has its own, in the stream."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Whole numbers as their differences in the fewest bytes that hold the largest of them."""

    first: int
    width: int
    """Bytes per difference: 0 (all equal), 1, 2, 4 or 8."""
    stream: bytes


class Source:
    """The streams of a batch, read from front to back and never beyond the end."""

    def __init__(self, raw: bytes, position: int) -> None:
        """Read `raw` from `position` on."""
        self._raw = raw
        self._position = position

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._raw) - self._position

    def peek(self, count: int) -> bytes:
        """Return the next `count` bytes, or all that are left where there are fewer, without reading them."""
        return self._raw[self._position : self._position + count]

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes; raise MalformedError when there are fewer."""
        if count > self.left:
            raise MalformedError("batch ends within a column")
        self._position += count
        return self._raw[self._position - count : self._position]


def pack(values: NDArray[np.signedinteger]) -> Packed:
    """Return `values` (64-bit whole numbers or narrower) as differences."""
    wide = values.astype(np.int64)
    if len(wide) == 0:
        return Packed(0, 0, b"")
    differences = wide[1:] - wide[:-1]
    largest = int(np.abs(differences).max()) if len(differences) else 0
    width = 0 if not differences.any() else next((w for w in _WIDTHS[1:4] if 0 < largest < 2 ** (8 * w - 1)), 8)
    stream = differences.astype(f"<i{width}").tobytes() if width else b""
    return Packed(int(wide[0]), width, stream)


def unpack(source: Source, count: int, first: int, width: int) -> NDArray[np.int64]:
    """Return the `count` numbers that `pack` wrote; raise MalformedError when the stream is too short."""
    if width not in _WIDTHS:
        raise MalformedError(f"a difference has no {width} bytes")
    if count == 0:
        return np.zeros(0, np.int64)
    values = np.full(count, first, np.int64)
    if width:
        differences = np.frombuffer(source.take((count - 1) * width), f"<i{width}")
        values[1:] += np.cumsum(differences, dtype=np.int64)
    return values


def write(column: Column, scan_count: int, scan_utc_ns: NDArray[np.int64] | None = None) -> tuple[list[Plain], bytes]:
    """Return head and stream of `column`; raise ValueError when it cannot be one of a batch of `scan_count` scans.

    With `scan_utc_ns`, the times of the scans, texts of moments are numbers beside it.
    """
    count = len(column.scan)
    check(column, scan_count)
    scan = pack(column.scan)
    quality, qualities = _pack_quality(column.quality)
    if isinstance(column.values, tuple):
        kind, exponent, packed = _pack_texts(column, scan_utc_ns)
        holes = b""
    else:
        kind, exponent, holes, packed = _pack_numbers(column.values)
    head: list[Plain] = [
        column.channel, kind, exponent, count, scan.first, scan.width, packed.first, packed.width, quality,
        bool(holes),
    ]  # fmt: skip
    return head, b"".join((scan.stream, qualities, holes, packed.stream))


def check(column: Column, scan_count: int) -> None:
    """Raise ValueError when `column` cannot be one of a batch of `scan_count` scans."""
    if not len(column.scan) == len(column.values) == len(column.quality):
        raise ValueError(f"column {column.channel} has parts of different length")
    if not _is_ascending(column.scan, scan_count):
        raise ValueError(f"column {column.channel} has scans that do not rise within 0..{scan_count - 1}")
    if len(column.quality) and int(column.quality.max()) > _QUALITY_MAX:
        raise ValueError(f"column {column.channel} has a quality that is none")


def _is_ascending(scan: NDArray[np.signedinteger], scan_count: int) -> bool:
    if len(scan) == 0:
        return True
    return bool(scan[0] >= 0 and scan[-1] < scan_count and (scan[1:] > scan[:-1]).all())


def _pack_quality(quality: NDArray[np.uint8]) -> tuple[int, bytes]:
    if len(quality) and (quality == quality[0]).all():
        return int(quality[0]), b""
    return (_MIXED, quality.astype(np.uint8).tobytes()) if len(quality) else (0, b"")


def _pack_texts(column: Column, scan_utc_ns: NDArray[np.int64] | None) -> tuple[int, int, Packed]:
    """Return kind, exponent and the texts, as numbers where they are moments."""
    texts = cast("tuple[str, ...]", column.values)
    found = None if scan_utc_ns is None else moments.as_numbers(texts, scan_utc_ns[column.scan])
    return (TEXT, 0, _pack_text(texts)) if found is None else (MOMENT, found[0], pack(found[1]))


def _pack_text(values: tuple[str, ...]) -> Packed:
    encoded = [value.encode() for value in values]
    if any(len(value) > TEXT_LENGTH_MAX for value in encoded):
        raise ValueError(f"a text is longer than {TEXT_LENGTH_MAX} bytes")
    lengths = pack(np.array([len(value) for value in encoded], np.int64))
    return Packed(lengths.first, lengths.width, lengths.stream + b"".join(encoded))


def _pack_numbers(values: NDArray[np.float64]) -> tuple[int, int, bytes, Packed]:
    """Return kind, exponent, mask of absent values and the numbers."""
    absent = np.isnan(values)
    present = values[~absent] if absent.any() else values
    if np.isinf(present).any():
        raise ValueError("a value is infinite")
    for exponent in range(EXPONENT_MAX + 1):
        whole = np.rint(present * 10.0**exponent)
        if (np.abs(whole) > INTEGER_MAX).any():
            break
        if (whole / 10.0**exponent == present).all():
            holes = np.packbits(absent).tobytes() if absent.any() else b""
            return SCALED, exponent, holes, pack(whole.astype(np.int64))
    return RAW, 0, b"", Packed(0, 0, values.astype("<f8").tobytes())


def read(item: Plain, source: Source, scan_count: int, scan_utc_ns: NDArray[np.int64] | None = None) -> Column:
    """Return the column of head `item`; raise MalformedError when it cannot be one of a batch of `scan_count` scans.

    Moments are read with `scan_utc_ns` only, the times of the scans.
    """
    if not isinstance(item, list) or len(item) != len(_HEAD_FIELDS):
        raise MalformedError("a column has the wrong number of fields")
    head: dict[str, Plain] = dict(zip(_HEAD_FIELDS, item, strict=True))
    count = fields.integer(head, "count", 0, scan_count)
    scan = unpack(source, count, fields.integer(head, "scan_first"), fields.integer(head, "scan_width", 0, 8))
    if not _is_ascending(scan, scan_count):
        raise MalformedError("a column's scans do not rise within the batch")
    quality = _read_quality(head, source, count)
    if scan_utc_ns is not None and head["kind"] == MOMENT:
        return Column(fields.text(head, "channel", 64), scan.astype(np.int32),
                      _read_moments(head, source, scan_utc_ns[scan]), quality)  # fmt: skip
    values = _read_values(head, source, count)
    return Column(fields.text(head, "channel", 64), scan.astype(np.int32), values, quality)


def _read_quality(head: dict[str, Plain], source: Source, count: int) -> NDArray[np.uint8]:
    common = fields.integer(head, "quality", _MIXED, _QUALITY_MAX)
    if common != _MIXED:
        return np.full(count, common, np.uint8)
    quality = np.frombuffer(source.take(count), np.uint8)
    if count and int(quality.max()) > _QUALITY_MAX:
        raise MalformedError("a quality is none of the table")
    return quality


def _read_values(head: dict[str, Plain], source: Source, count: int) -> NDArray[np.float64] | tuple[str, ...]:
    kind = fields.integer(head, "kind", SCALED, TEXT)
    if kind == RAW:
        values = np.frombuffer(source.take(count * 8), "<f8").astype(np.float64)
        if np.isinf(values).any():
            raise MalformedError("a value is infinite")
        return values
    if kind == TEXT:
        return _read_text(head, source, count)
    return _read_scaled(head, source, count)


def _read_text(head: dict[str, Plain], source: Source, count: int) -> tuple[str, ...]:
    first, width = fields.integer(head, "first", 0, TEXT_LENGTH_MAX), fields.integer(head, "width", 0, 8)
    lengths = unpack(source, count, first, width)
    if ((lengths < 0) | (lengths > TEXT_LENGTH_MAX)).any():
        raise MalformedError(f"a text is longer than {TEXT_LENGTH_MAX} bytes")
    try:
        return tuple(source.take(int(length)).decode() for length in lengths)
    except UnicodeDecodeError as error:
        raise MalformedError("a text is not UTF-8") from error


def _read_moments(head: dict[str, Plain], source: Source, scan_utc_ns: NDArray[np.int64]) -> tuple[str, ...]:
    first, width = fields.integer(head, "first", -INTEGER_MAX, INTEGER_MAX), fields.integer(head, "width", 0, 8)
    numbers = unpack(source, len(scan_utc_ns), first, width)
    return moments.of_numbers(fields.integer(head, "exponent", 0, moments.EXPONENT_MAX), numbers, scan_utc_ns)


def _read_scaled(head: dict[str, Plain], source: Source, count: int) -> NDArray[np.float64]:
    present = np.ones(count, np.bool_)
    if fields.flag(head, "nan"):
        mask = np.frombuffer(source.take((count + 7) // 8), np.uint8)
        present = np.unpackbits(mask, count=count) == 0
    first, width = fields.integer(head, "first", -INTEGER_MAX, INTEGER_MAX), fields.integer(head, "width", 0, 8)
    whole = unpack(source, int(present.sum()), first, width)
    if (whole > INTEGER_MAX).any() or (whole < -INTEGER_MAX).any():
        raise MalformedError("a scaled value is beyond 2^53")
    values = np.full(count, np.nan, np.float64)
    values[present] = whole / 10.0 ** fields.integer(head, "exponent", 0, EXPONENT_MAX)
    return values
