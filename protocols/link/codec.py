"""Batches as bytes, version 3: long rows of small whole numbers behind a short head (docs/wire-format.md).

Envelope: magic `FHB`, version 3, flags (1 byte each), CRC-32 (4 bytes, little-endian) of version, flags and body; where the
batch is chained, the CRC goes on from that of its base, so that it can only be read with the very bytes it was made against.
Body: head (`_Head`), scan times, table (`table`), rest (`_write_rest`: texts, numbers that are no decimals, channels that the
catalogue does not have, AIS targets). Every number comes back exactly; only minus zero becomes zero. Version 2 is version 3
without level channels and moments, and is read as such.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from protocols.errors import MalformedError, ProtocolError, UnsupportedError
from protocols.link import bits, cbor, columns, fields, first_codec, table, targets, vectors
from protocols.link.batch import Batch, Column, ReadColumns, TargetReport
from protocols.link.bits import Whole
from protocols.link.closing import Closing, MissingBaseError
from protocols.link.columns import Source
from protocols.link.first_codec import COLUMNS_MAX, ENCODED_MAX_BYTES, MAGIC, RAW_MAX_BYTES, SCANS_MAX
from protocols.link.legend import CHANNELS_MAX, NO_LEGEND, Legend

VERSION: Final = 3
READ: Final = (2, VERSION)
"""Versions of this layout that are read; version 1 has its own."""
HISTORICAL: Final = 1
CHAINED: Final = 2
IS_BASE: Final = 4
REQUANTISED: Final = 8
_ENVELOPE: Final = struct.Struct("<3sBBI")
_BIG: Final = 2**63 - 1
_HASH_MAX: Final = 64
_VESSEL_MAX: Final = 32
_FRAME_WORTH_BYTES: Final = 48

FindLegend: TypeAlias = Callable[[str], Legend | None]
"""Gives the legend of a catalogue hash; None where it is not known."""
FindBase: TypeAlias = Callable[[int, int], Closing | None]
"""Gives the closing of the batch (epoch, seq) of this vessel; None where it is not known."""


class MissingLegendError(ProtocolError):
    """A batch whose catalogue is not at hand: it can be read once the birth that carries it has come."""

    def __init__(self, epoch: int, seq: int, catalogue_hash: str) -> None:
        """Name the batch and the catalogue."""
        super().__init__(f"batch {seq} is of catalogue {catalogue_hash}, which is not known here")
        self.epoch, self.seq, self.catalogue_hash = epoch, seq, catalogue_hash


@dataclass(frozen=True, slots=True)
class _Head:
    """What a batch says of itself first."""

    flags: int
    vessel: str
    epoch: int
    seq: int
    catalogue_hash: str
    channels: int
    base_seq: int


def encode(batch: Batch, legend: Legend = NO_LEGEND, base: Closing | None = None) -> bytes:
    """Return the bytes of `batch`, chained to `base` where given; raise ValueError when it is over a limit or wrong.

    Without a legend every channel is named in the batch. A base must be of the same vessel and catalogue.
    """
    return encode_with_closing(batch, legend, base)[0]


def encode_with_closing(batch: Batch, legend: Legend = NO_LEGEND, base: Closing | None = None) -> tuple[bytes, Closing]:
    """Return the bytes of `batch` and where its channels stand after it; as `encode`."""
    if (
        len(batch.targets) > targets.TARGETS_MAX
        or len(batch.columns) > COLUMNS_MAX
        or len(batch.scan_utc_ns) > SCANS_MAX
    ):
        raise ValueError("batch has too many scans, columns or targets")
    if base is not None and not _goes_on(batch, legend, base):
        raise ValueError("a batch goes on from one of the same vessel, epoch and catalogue, before it")
    for column in batch.columns:
        columns.check(column, len(batch.scan_utc_ns))
    before = base if base is not None else Closing.blank(len(legend.channels))
    rows, rest = table.of_batch(batch, legend, before)
    if len(rows.scan) > vectors.COUNT_MAX:
        raise ValueError(f"batch of {len(rows.scan)} samples is over {vectors.COUNT_MAX}")
    flags = (
        HISTORICAL * batch.historical | CHAINED * (base is not None) | IS_BASE * batch.is_base
        | REQUANTISED * batch.requantised
    )  # fmt: skip
    body = b"".join((
        _write_head(batch, len(legend.channels), base),
        _write_times(batch, before),
        table.write(rows, len(batch.scan_utc_ns), legend, before, coarse=batch.requantised),
        _write_rest(batch, rest),
    ))  # fmt: skip
    if len(body) + _ENVELOPE.size > ENCODED_MAX_BYTES:
        raise ValueError(f"batch of {len(body)} bytes is too large")
    encoded = _sealed(flags, body, before.checksum)
    return encoded, table.closing_after(rows, batch, before, _checksum_of(encoded))


def _goes_on(batch: Batch, legend: Legend, base: Closing) -> bool:
    same = (batch.vessel, batch.epoch, batch.catalogue_hash) == (base.vessel, base.epoch, base.catalogue_hash)
    return same and base.seq < batch.seq and len(base.last) == len(legend.channels)


def as_historical(encoded: bytes) -> bytes:
    """Return `encoded`, a self-contained batch this build or an older one made, marked as sent later than live."""
    if encoded[3] == first_codec.VERSION:
        return first_codec.as_historical(encoded)
    return _sealed(encoded[4] & ~IS_BASE | HISTORICAL, encoded[_ENVELOPE.size :], 0, encoded[3])


def _sealed(flags: int, body: bytes, seed: int, version: int = VERSION) -> bytes:
    return _ENVELOPE.pack(MAGIC, version, flags, _checksum(version, flags, body, seed)) + body


def _checksum(version: int, flags: int, body: bytes, seed: int) -> int:
    """Return the CRC-32; that of version 2 does not cover the version: one wrong bit between 2 and 3 is found by it."""
    said = bytes((flags,)) if version == READ[0] else bytes((version, flags))
    return zlib.crc32(body, zlib.crc32(said, seed))


def _checksum_of(encoded: bytes) -> int:
    return int(_ENVELOPE.unpack_from(encoded)[3])


def name_of(encoded: bytes) -> tuple[int, int] | None:
    """Return (epoch, seq) of a batch without reading it, to know a duplicate cheaply; None where it does not say.

    What it says is not checked: believe it only to say again what was said of that batch before.
    """
    if len(encoded) < _ENVELOPE.size or encoded[:3] != MAGIC or encoded[3] not in READ:
        return None
    source = Source(encoded, _ENVELOPE.size)
    try:
        return bits.read_varint(source, _BIG), bits.read_varint(source, _BIG)
    except MalformedError:
        return None


def first_utc_ns(encoded: bytes) -> int | None:
    """Return the time of the first scan of a self-contained batch without reading the rest; None where it does not say."""
    if len(encoded) < _ENVELOPE.size or encoded[:3] != MAGIC or encoded[3] not in READ or encoded[4] & CHAINED:
        return None
    source = Source(encoded, _ENVELOPE.size)
    try:
        _, before = _read_head(source, encoded[4], lambda _epoch, _seq: None)
        times = _read_times(source, before)
    except ProtocolError:
        return None
    return int(times[0]) if len(times) else None


def decode(
    encoded: bytes, find_legend: FindLegend = lambda _: None, find_base: FindBase = lambda _epoch, _seq: None
) -> Batch:
    """Return the batch in `encoded`.

    Raise UnsupportedError for another version, MissingLegendError or MissingBaseError for one that needs what is not at
    hand, MalformedError for anything else that is not a whole batch. No input makes it use more than RAW_MAX_BYTES and a
    small multiple of it.
    """
    return decode_with_closing(encoded, find_legend, find_base)[0]


def decode_with_closing(
    encoded: bytes, find_legend: FindLegend = lambda _: None, find_base: FindBase = lambda _epoch, _seq: None
) -> tuple[Batch, Closing | None]:
    """Return the batch in `encoded`, and where its channels stand after it if the ship may chain to it; as `decode`."""
    if len(encoded) < _ENVELOPE.size or len(encoded) > ENCODED_MAX_BYTES or encoded[:3] != MAGIC:
        raise MalformedError(f"{len(encoded)} bytes are not a batch")
    if encoded[3] == first_codec.VERSION:
        return first_codec.decode(encoded), None
    _, version, flags, checksum = _ENVELOPE.unpack_from(encoded)
    if version not in READ:
        raise UnsupportedError(f"batch of version {version}")
    if flags >= 2 * REQUANTISED:
        raise UnsupportedError(f"batch with flags {flags}")
    body = encoded[_ENVELOPE.size :]
    if not flags & CHAINED and _checksum(version, flags, body, 0) != checksum:
        raise MalformedError("batch with a wrong checksum")
    source = Source(body, 0)
    head, before = _read_head(source, flags, find_base)
    if flags & CHAINED and _checksum(version, flags, body, before.checksum) != checksum:
        raise MissingBaseError(
            head.epoch, head.seq, head.base_seq
        )  # another form of the base, or damage: both heal by it
    legend = _legend_of(head, find_legend)
    if before.checksum == 0:
        before = Closing.blank(len(legend.channels))
    batch, rows = _read_body(source, head, legend, before)
    return batch, table.closing_after(rows, batch, before, checksum) if batch.is_base else None


def _legend_of(head: _Head, find_legend: FindLegend) -> Legend:
    if not head.channels:
        return NO_LEGEND
    legend = find_legend(head.catalogue_hash)
    if legend is None:
        raise MissingLegendError(head.epoch, head.seq, head.catalogue_hash)
    if len(legend.channels) != head.channels:
        raise MalformedError("batch of a catalogue with another number of channels")
    return legend


def _read_body(source: Source, head: _Head, legend: Legend, before: Closing) -> tuple[Batch, table.Table]:
    times = _read_times(source, before)
    coarse = bool(head.flags & REQUANTISED)
    rows = table.read(source, len(times), legend, before, coarse=coarse)
    rest, reports = _read_rest(source, times)
    samples = table.samples(rows, legend)
    named = (*samples.channels, *(column.channel for column in rest))
    if len(set(named)) != len(named):
        raise MalformedError("batch names a channel twice")
    return Batch(
        head.vessel, head.epoch, head.seq, head.catalogue_hash, bool(head.flags & HISTORICAL), times,
        ReadColumns(samples, tuple(rest)), reports, coarse, bool(head.flags & IS_BASE),
    ), rows  # fmt: skip


def _write_head(batch: Batch, channels: int, base: Closing | None) -> bytes:
    numbers = bits.varint(batch.epoch) + bits.varint(batch.seq)
    if base is not None:
        return numbers + bits.varint(batch.seq - base.seq)
    return numbers + _text(batch.vessel) + _text(batch.catalogue_hash) + bits.varint(channels)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return bits.varint(len(encoded)) + encoded


def _read_head(source: Source, flags: int, find_base: FindBase) -> tuple[_Head, Closing]:
    epoch, seq = bits.read_varint(source, _BIG), bits.read_varint(source, _BIG)
    if not flags & CHAINED:
        vessel, digest = _read_text(source, _VESSEL_MAX), _read_text(source, _HASH_MAX)
        return _Head(flags, vessel, epoch, seq, digest, bits.read_varint(source, CHANNELS_MAX), 0), Closing.blank(0)
    base_seq = seq - bits.read_varint(source, seq)
    base = find_base(epoch, base_seq)
    if base is None:
        raise MissingBaseError(epoch, seq, base_seq)
    return _Head(flags, base.vessel, epoch, seq, base.catalogue_hash, len(base.last), base_seq), base


def _read_text(source: Source, length_max: int) -> str:
    try:
        return source.take(bits.read_varint(source, length_max)).decode()
    except UnicodeDecodeError as error:
        raise MalformedError("a text is not UTF-8") from error


def _write_times(batch: Batch, before: Closing) -> bytes:
    """Return how many scans there are, the first after the base's last, the period, and what differs from it."""
    times = batch.scan_utc_ns
    if not len(times):
        return bits.varint(0)
    period = table.period(batch, before)
    first = _folded(int(times[0]) - before.utc_ns - before.period_ns)
    differing = vectors.write(np.diff(times) - period) if len(times) > 1 else b""
    return b"".join((
        bits.varint(len(times)), bits.varint(first), bits.varint(_folded(period - before.period_ns)), differing
    ))  # fmt: skip


def _folded(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _read_times(source: Source, before: Closing) -> Whole:
    count = bits.read_varint(source, SCANS_MAX)
    if not count:
        return np.zeros(0, np.int64)
    first = _unfolded(source) + before.utc_ns + before.period_ns
    period = _unfolded(source) + before.period_ns
    if not (-(2**63) <= first < 2**63 and -(2**63) <= period < 2**63):
        raise MalformedError("a scan of the batch is out of time")
    times = np.full(count, first, np.int64)
    if count > 1:
        times[1:] += np.cumsum(vectors.read(source, count - 1) + period)
    return times


def _unfolded(source: Source) -> int:
    number = bits.read_varint(source, 2**66)
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def _write_rest(batch: Batch, rest: list[Column]) -> bytes:
    """Return size, size of the zstd frame (0: there is none) and bytes of what the table does not hold."""
    if not rest and not batch.targets:
        return bits.varint(0)
    written = [columns.write(column, len(batch.scan_utc_ns), batch.scan_utc_ns) for column in rest]
    head = cbor.encode({"columns": [one for one, _ in written], **targets.heads(batch.targets)})
    if len(head) > cbor.SIZE_MAX_BYTES:
        raise ValueError(f"head of {len(head)} bytes is over {cbor.SIZE_MAX_BYTES}")
    raw = b"".join((bits.varint(len(head)), head, *(stream for _, stream in written)))
    if len(raw) > RAW_MAX_BYTES:
        raise ValueError(f"batch of {len(raw)} bytes is too large")
    frame = vectors.zstd(raw) if len(raw) > _FRAME_WORTH_BYTES else raw
    if len(frame) < len(raw):
        return bits.varint(len(raw)) + bits.varint(len(frame)) + frame
    return bits.varint(len(raw)) + bits.varint(0) + raw


def _read_rest(source: Source, times: Whole) -> tuple[list[Column], tuple[TargetReport, ...]]:
    size = bits.read_varint(source, RAW_MAX_BYTES)
    framed = bits.read_varint(source, source.left) if size else 0
    raw = vectors.unzstd(source.take(framed), size) if framed else source.take(size)
    if source.left:
        raise MalformedError(f"{source.left} bytes after the end of the batch")
    if not raw:
        return [], ()
    rest = Source(raw, 0)
    head = cbor.decode_map(rest.take(bits.read_varint(rest, cbor.SIZE_MAX_BYTES)))
    read = [columns.read(item, rest, len(times), times) for item in fields.items(head, "columns", COLUMNS_MAX)]
    if rest.left:
        raise MalformedError(f"{rest.left} bytes after the last column")
    return read, targets.read_all(head)
