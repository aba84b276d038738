"""Scans become a batch: by column, rounded to each channel's resolution, cut by the bearer's batch length."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from protocols.link.batch import Batch, Column, TargetReport
from protocols.link.legend import coarse_step
from protocols.reading import Value
from telemetry.channel import Channel
from telemetry.scan import Scan

_LOG_ERROR: Final = 1e-9
"""How far a logarithm of a power of ten may lie off a whole number."""
SCANS_MAX: Final = 3_000
"""Most scans of one batch: 10 min at 5 Hz. Keeps a batch well under the broker's largest payload."""


@dataclass(slots=True)
class _Growing:
    scan: list[int] = field(default_factory=list[int])
    values: list[Value | None] = field(default_factory=list["Value | None"])
    quality: list[int] = field(default_factory=list[int])


class Batcher:
    """Collects scans until they are a batch."""

    def __init__(
        self,
        vessel: str,
        channels: Mapping[str, Channel],
        catalogue_hash: str,
        length_s: float,
        *,
        coarse: bool = False,
    ) -> None:
        """Cut a batch each `length_s` seconds of scans; 0 makes every scan a batch of its own.

        `coarse`: round to each sensor's accuracy instead of the channel's resolution; the error stays within the accuracy.
        """
        self._coarse = coarse
        self._vessel = vessel
        self._channels = dict(channels)
        self._catalogue_hash = catalogue_hash
        self._length_s = length_s
        self._times: list[int] = []
        self._growing: dict[str, _Growing] = {}
        self._first_s = 0.0

    def receive(self, scan: Scan, now_s: float) -> None:
        """Add a scan; one in which nothing was new leaves no trace."""
        if not scan.news:
            return
        if not self._times:
            self._first_s = now_s
        for latest in scan.news:
            column = self._growing.setdefault(latest.channel, _Growing())
            column.scan.append(len(self._times))
            column.values.append(latest.value)
            column.quality.append(int(latest.quality))
        self._times.append(scan.utc_ns)

    def fit(self, length_s: float) -> None:
        """Cut at another length from now on, the batch being collected too."""
        self._length_s = length_s

    @property
    def has_scans(self) -> bool:
        """True when there is something to cut."""
        return bool(self._times)

    def is_due(self, now_s: float) -> bool:
        """Return True when the scans collected are a batch."""
        full = len(self._times) >= SCANS_MAX
        return bool(self._times) and (full or now_s - self._first_s >= self._length_s)

    def cut(self, epoch: int, seq: int, targets: Sequence[TargetReport]) -> Batch:
        """Return the scans collected as batch (`epoch`, `seq`) with `targets`, and begin anew."""
        times, growing = self._times, self._growing
        self._times, self._growing = [], {}
        columns = tuple(self._column(short_id, growing[short_id]) for short_id in sorted(growing))
        return Batch(
            self._vessel, epoch, seq, self._catalogue_hash, historical=False,
            scan_utc_ns=np.array(times, np.int64), columns=columns, targets=tuple(targets),
            requantised=self._coarse,
        )  # fmt: skip

    def _column(self, short_id: str, growing: _Growing) -> Column:
        channel = self._channels[short_id]
        scan, quality = np.array(growing.scan, np.int32), np.array(growing.quality, np.uint8)
        if channel.kind == "text":
            return Column(short_id, scan, tuple("" if v is None else str(v) for v in growing.values), quality)
        step = coarse_step(channel.resolution, channel.accuracy) if self._coarse else channel.resolution
        numbers = [_rounded(value, step) for value in growing.values]
        return Column(short_id, scan, np.array(numbers, np.float64), quality)


def _rounded(value: Value | None, resolution: float) -> float:
    """Return `value` at the nearest step of `resolution`, as the decimal number it is written with; NaN for None."""
    if value is None or isinstance(value, str):
        return math.nan
    if isinstance(value, bool) or resolution <= 0:
        return float(value)
    digits = max(0, math.ceil(-math.log10(resolution) - _LOG_ERROR)) + (0 if _is_power_of_ten(resolution) else 1)
    return round(round(value / resolution) * resolution, digits)


def _is_power_of_ten(resolution: float) -> bool:
    exponent = math.log10(resolution)
    return abs(exponent - round(exponent)) < _LOG_ERROR
