"""A ship's 200 signals at 1 Hz, seeded, and the bound that no coding of their differences alone can go below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocols.link.batch import Batch, Column
from protocols.link.cbor import Plain
from protocols.link.legend import Legend

SIGNALS = 200
STILL = 48
"""Of them, constants and contacts."""
HASH = "0123456789abcdef"
EPOCH = 1_789_990_000 << 16
"""As long as a spool's."""
START_NS = 1_790_000_000_000_000_000


@dataclass(frozen=True)
class Signals:
    """The signals in steps of their resolutions."""

    whole: NDArray[np.int64]
    """SIGNALS x seconds."""
    resolution: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    """Of the sensors; 0 for contacts."""

    @property
    def values(self) -> NDArray[np.float64]:
        """The values in their units, as decimals."""
        return self.whole / np.round(1.0 / self.resolution)[:, None]

    def legend(self) -> Legend:
        """Return what a catalogue of them tells a batch."""
        rows: list[Plain] = [
            {"short_id": f"SIG_{n:03d}", "resolution": float(r), **({"accuracy": float(a)} if a else {})}
            for n, (r, a) in enumerate(zip(self.resolution, self.accuracy, strict=True))
        ]
        return Legend.from_wire(HASH, rows)

    def batch(self, first: int, length: int, seq: int, values: NDArray[np.float64] | None = None) -> Batch:
        """Return `length` seconds from `first` on as a batch; `values` in place of the signals' own, re-quantised."""
        scan, good = np.arange(length, dtype=np.int32), np.zeros(length, np.uint8)
        shown = (self.values if values is None else values)[:, first : first + length]
        columns = tuple(Column(f"SIG_{n:03d}", scan, row, good) for n, row in enumerate(shown))
        times = START_NS + (first + scan.astype(np.int64)) * 10**9
        return Batch("kestrel", EPOCH, seq, HASH, False, times, columns, (), values is not None, is_base=True)

    def bound(self) -> float:
        """Return the order-0 entropy of each signal's differences, bytes a sample."""
        return sum(entropy_bits(row) for row in np.diff(self.whole, axis=1)) / 8.0 / SIGNALS

    def changed(self) -> float:
        """Return the share of samples that differ from the one before."""
        return float((np.diff(self.whole, axis=1) != 0).mean())


def entropy_bits(numbers: NDArray[np.int64]) -> float:
    """Return the order-0 entropy of `numbers`, bits each."""
    _, counts = np.unique(numbers, return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum())


def ship(seconds: int, seed: int = 11) -> Signals:
    """Return the signals of a ship under way: tanks and temperatures, noise about a mean, sea motion, things under control."""
    rng = np.random.default_rng(seed)
    rows = [np.full(seconds, rng.integers(0, 200)) for _ in range(STILL // 2)]
    rows += [np.cumsum(rng.random(seconds) < 0.002) % 2 for _ in range(STILL - STILL // 2)]
    second = np.arange(seconds)
    for number in range(SIGNALS - STILL):
        kind = number % 5
        if kind == 0:
            row = 600 + np.cumsum(rng.normal(0.0, 0.12, seconds))
        elif kind == 1:
            row = 3000 + rng.normal(0.0, 10 ** rng.uniform(-0.3, 1.3), seconds)
        elif kind == 2:
            swing = rng.uniform(2, 60) * np.sin(second / rng.uniform(1.0, 3.0) + rng.uniform(0, 6))
            row = 1000 + swing + rng.normal(0.0, 1.0, seconds)
        elif kind == 3:
            row = 200 + np.cumsum(rng.normal(0.0, 0.25, seconds)) + rng.normal(0.0, 0.3, seconds)
        else:
            row = 10**6 + rng.uniform(0.2, 30) * second + rng.normal(0.0, 0.4, seconds)
        rows.append(np.rint(row))
    whole = np.array(rows).astype(np.int64)
    resolution = np.where(np.arange(SIGNALS) < STILL, 1.0, np.array([1.0, 0.1, 0.01])[np.arange(SIGNALS) % 3])
    accuracy = np.where(np.arange(SIGNALS) < STILL, 0.0, 2.5 * resolution)
    return Signals(whole, resolution, accuracy)
