"""Batches of version 1, as agents before 2026-11-26 made them: still read, for spools aboard may hold a month of them.

Envelope: magic `FHB`, version, codec, flags (1 byte each; flag 1: historical), CRC-32 of flags, raw size and frame (4
bytes), raw size (4 bytes), zstd frame; numbers little-endian. The frame holds the size of the head (4 bytes), the head in
deterministic CBOR, then the streams of the columns in order.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import zstandard

from protocols.errors import MalformedError, UnsupportedError
from protocols.link import cbor, columns, fields, targets
from protocols.link.batch import Batch, Column
from protocols.link.cbor import Plain

MAGIC: Final = b"FHB"
VERSION: Final = 1
CODEC_DELTA_ZSTD: Final = 1
ENCODED_MAX_BYTES: Final = 1_000_000
"""Largest encoded batch; the embedded broker takes payloads up to 1 MB."""
RAW_MAX_BYTES: Final = 8_000_000
"""Largest batch after decompression: 100 channels of 10,000 samples. Stops decompression bombs."""
SCANS_MAX: Final = 10_000
COLUMNS_MAX: Final = 1_000
TARGETS_MAX: Final = 400
"""Most AIS targets of one batch: 400 of them fill the head's 64 kB; the others wait for the next batch."""
_PREFIX: Final = struct.Struct("<3sBBBII")
_HISTORICAL: Final = 1
_HEAD_SIZE: Final = struct.Struct("<I")


def decode(encoded: bytes) -> Batch:
    """Return the batch in `encoded`.

    Raise UnsupportedError for another version or codec, MalformedError for anything else that is not a whole batch. No
    input makes it use more than RAW_MAX_BYTES and a small multiple of it.
    """
    raw, flags = _open(encoded)
    if len(raw) < _HEAD_SIZE.size:
        raise MalformedError("batch without a head")
    head_end = _HEAD_SIZE.size + _HEAD_SIZE.unpack_from(raw)[0]
    if head_end > len(raw):
        raise MalformedError("batch ends within its head")
    head = cbor.decode_map(raw[_HEAD_SIZE.size : head_end])
    source = columns.Source(raw, head_end)
    scan_count = fields.integer(head, "scans", 0, SCANS_MAX)
    scan_utc_ns = columns.unpack(source, scan_count, _signed(head, "first"), fields.integer(head, "width", 0, 8))
    read = tuple(columns.read(item, source, scan_count) for item in fields.items(head, "columns", COLUMNS_MAX))
    if source.left:
        raise MalformedError(f"{source.left} bytes after the last column")
    _check_unique(read)
    return Batch(
        fields.text(head, "vessel", 32), fields.integer(head, "epoch"), fields.integer(head, "seq"),
        fields.text(head, "catalogue", 64), flags == _HISTORICAL, scan_utc_ns, read,
        tuple(targets.read(item) for item in fields.items(head, "targets", TARGETS_MAX)),
    )  # fmt: skip


def as_historical(encoded: bytes) -> bytes:
    """Return `encoded`, a batch an older build made, marked as sent later than live."""
    raw_size, frame = _PREFIX.unpack_from(encoded)[5], encoded[_PREFIX.size :]
    checksum = _checksum(_HISTORICAL, raw_size, frame)
    return _PREFIX.pack(MAGIC, VERSION, CODEC_DELTA_ZSTD, _HISTORICAL, checksum, raw_size) + frame


def _checksum(flags: int, raw_size: int, frame: bytes) -> int:
    return zlib.crc32(frame, zlib.crc32(struct.pack("<BI", flags, raw_size)))


def _open(encoded: bytes) -> tuple[bytes, int]:
    """Return the decompressed body and the flags after every check that can be made before it."""
    if len(encoded) < _PREFIX.size or len(encoded) > ENCODED_MAX_BYTES:
        raise MalformedError(f"{len(encoded)} bytes are not a batch")
    magic, version, codec, flags, checksum, raw_size = _PREFIX.unpack_from(encoded)
    if magic != MAGIC:
        raise MalformedError("not a batch: wrong magic")
    if version != VERSION or codec != CODEC_DELTA_ZSTD:
        raise UnsupportedError(f"batch of version {version}, codec {codec}")
    frame = encoded[_PREFIX.size :]
    if flags > _HISTORICAL or _checksum(flags, raw_size, frame) != checksum:
        raise MalformedError("batch with a wrong checksum")
    if raw_size > RAW_MAX_BYTES:
        raise MalformedError(f"batch of {raw_size} bytes is over {RAW_MAX_BYTES}")
    try:
        if zstandard.get_frame_parameters(frame).content_size != raw_size:
            raise MalformedError("batch whose frame has another size than the envelope says")
        raw = zstandard.ZstdDecompressor().decompress(frame, max_output_size=raw_size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise MalformedError(f"batch with a broken frame: {error}") from error
    return raw, flags


def _signed(head: dict[str, Plain], name: str) -> int:
    return fields.integer(head, name, -(2**63), 2**63 - 1)


def _check_unique(read: tuple[Column, ...]) -> None:
    if len({column.channel for column in read}) != len(read):
        raise MalformedError("batch names a channel twice")
