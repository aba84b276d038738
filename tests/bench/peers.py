"""What others would send for the same signals: Sparkplug B, Signal K, varints under zstd, swinging door. Bench only."""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import zstandard
from numpy.typing import NDArray

from protocols.link import bits


def zigzag(number: int) -> int:
    """Return a signed number as one of 0 or more."""
    return 2 * number if number >= 0 else -2 * number - 1


def varints(numbers: NDArray[np.int64]) -> bytes:
    """Return signed numbers as zigzag varints."""
    return b"".join(bits.varint(zigzag(int(number))) for number in numbers)


def zstd19(raw: bytes) -> bytes:
    """Return `raw` at the slowest usual level."""
    return zstandard.ZstdCompressor(level=19).compress(raw)


def columns_zstd(columns: list[tuple[NDArray[np.int64], NDArray[np.int64], bool]]) -> bytes:
    """Return columns of (scan, whole values, spoke in every scan) as varint differences under zstd-19."""
    parts: list[bytes] = []
    for place, (scan, whole, is_full) in enumerate(columns):
        parts += [bits.varint(place), bits.varint(len(whole))]
        parts += [] if is_full else [varints(np.diff(scan, prepend=-1) - 1)]
        parts.append(varints(np.diff(whole, prepend=0)))
    return zstd19(b"".join(parts))


def _field(number: int, wire: int) -> bytes:
    return bits.varint(number << 3 | wire)


def sparkplug(values: NDArray[np.float64], before: NDArray[np.float64] | None, utc_ms: int, seq: int) -> bytes:
    """Return a Sparkplug B payload: aliases, floats, only what changed, zlib as its own COMPRESSED payloads have it."""
    metrics = []
    for alias, value in enumerate(values):
        if before is None or value != before[alias]:
            metric = _field(2, 0) + bits.varint(alias) + _field(12, 5) + struct.pack("<f", value)
            metrics.append(_field(2, 2) + bits.varint(len(metric)) + metric)
    raw = _field(1, 0) + bits.varint(utc_ms) + b"".join(metrics) + _field(3, 0) + bits.varint(seq % 256)
    return zlib.compress(raw, 9)


def signalk(values: NDArray[np.float64], before: NDArray[np.float64] | None, second: int) -> bytes:
    """Return a Signal K delta of what changed."""
    changed = [
        {"path": f"propulsion.main.signal{n:03d}", "value": float(v)}
        for n, v in enumerate(values) if before is None or v != before[n]
    ]  # fmt: skip
    time = f"2026-11-26T12:{second // 60 % 60:02d}:{second % 60:02d}.000Z"
    update = {"$source": "ship.1", "timestamp": time, "values": changed}
    return json.dumps({"context": "vessels.urn:mrn:imo:mmsi:440123456", "updates": [update]}).encode()


def swinging_door(values: NDArray[np.float64], accuracy: float) -> list[int]:
    """Return the samples kept: a line from each to the next passes all between within `accuracy`."""
    kept, pivot, last = [0], 0, len(values) - 1
    low, high = -np.inf, np.inf
    for place in range(1, len(values)):
        run = place - pivot
        slope = (values[place] - values[pivot]) / run
        if not low <= slope <= high:
            pivot = place - 1
            kept.append(pivot)
            low, high = -np.inf, np.inf
            run = 1
        low = max(low, (values[place] - accuracy - values[pivot]) / run)
        high = min(high, (values[place] + accuracy - values[pivot]) / run)
    return kept if kept[-1] == last else [*kept, last]
