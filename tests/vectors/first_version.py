"""Writes batches as builds before 2026-11-26 did (version 1), so that reading them stays proven."""

from __future__ import annotations

import struct
import zlib

import zstandard

from protocols.link import cbor, columns, targets
from protocols.link.batch import Batch


def body(batch: Batch) -> bytes:
    """Return what the zstd frame of a batch of version 1 holds."""
    scans = columns.pack(batch.scan_utc_ns)
    written = [columns.write(column, len(batch.scan_utc_ns)) for column in batch.columns]
    head = cbor.encode({
        "vessel": batch.vessel, "epoch": batch.epoch, "seq": batch.seq, "catalogue": batch.catalogue_hash,
        "scans": len(batch.scan_utc_ns), "first": scans.first, "width": scans.width,
        "columns": [one for one, _ in written], "targets": [targets.write(target) for target in batch.targets],
    })  # fmt: skip
    return b"".join((struct.pack("<I", len(head)), head, scans.stream, *(stream for _, stream in written)))


def sealed(raw: bytes, said: int | None = None, *, historical: bool = False) -> bytes:
    """Return a batch of version 1 with a true checksum around `raw`; `said`: the size it claims."""
    size = len(raw) if said is None else said
    frame = zstandard.ZstdCompressor(level=3, write_content_size=True).compress(raw)
    checksum = zlib.crc32(frame, zlib.crc32(struct.pack("<BI", historical, size)))
    return struct.pack("<3sBBBII", b"FHB", 1, 1, historical, checksum, size) + frame


def encode(batch: Batch) -> bytes:
    """Return the bytes of `batch` in version 1."""
    return sealed(body(batch), historical=batch.historical)
