"""Batches: the samples of some scans of one vessel, by column, as both ends hold them; `codec` makes them bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Column:
    """The samples of one channel within a batch."""

    channel: str
    """Short id of the data channel."""
    scan: NDArray[np.int32]
    """Index into the batch's scan times, ascending; a channel that said nothing new in a scan has no sample there."""
    values: NDArray[np.float64] | tuple[str, ...]
    """Numbers and booleans (0, 1) as floats in the channel's unit, NaN where there is no value; text as a tuple."""
    quality: NDArray[np.uint8]
    """protocols.reading.Quality of each sample."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Numeric samples of many channels, those of one behind those of another: what a codec reads and a store takes."""

    channels: tuple[str, ...]
    """Short ids, each once."""
    lengths: NDArray[np.int64]
    """Samples of each channel."""
    scan: NDArray[np.int32]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Samples:
        """Return the samples of numeric columns; raise TypeError for one of texts."""
        values = [column.values for column in columns if not isinstance(column.values, tuple)]
        if len(values) != len(columns):
            raise TypeError("texts are no numeric samples")
        return cls(
            tuple(column.channel for column in columns), np.array([len(column.scan) for column in columns], np.int64),
            np.concatenate([np.zeros(0, np.int32), *(column.scan for column in columns)]),
            np.concatenate([np.zeros(0), *values]),
            np.concatenate([np.zeros(0, np.uint8), *(column.quality for column in columns)]),
        )  # fmt: skip

    def and_also(self, columns: Sequence[Column]) -> Samples:
        """Return these samples and behind them those of numeric columns of other channels."""
        if not columns:
            return self
        more = Samples.of(columns)
        return Samples(
            self.channels + more.channels, np.concatenate((self.lengths, more.lengths)),
            np.concatenate((self.scan, more.scan)), np.concatenate((self.values, more.values)),
            np.concatenate((self.quality, more.quality)),
        )  # fmt: skip

    def column(self, place: int) -> Column:
        """Return the column of the channel at `place`."""
        end = int(self.lengths[: place + 1].sum())
        return self._cut(self.channels[place], end - int(self.lengths[place]), end)

    def columns(self) -> Iterator[Column]:
        """Return the columns one after the other, as parts of these arrays."""
        start = 0
        for channel, length in zip(self.channels, self.lengths.tolist(), strict=True):
            yield self._cut(channel, start, start + length)
            start += length

    def _cut(self, channel: str, start: int, end: int) -> Column:
        return Column(channel, self.scan[start:end], self.values[start:end], self.quality[start:end])


class ReadColumns(Sequence[Column]):
    """The columns of a batch as it was read: made when they are looked at, for a store takes the samples as they are.

    A batch of one scan of 200 channels is then 5 kB in memory, with its columns 87: a shore holds some of each vessel.
    """

    __slots__ = ("rest", "samples")

    def __init__(self, samples: Samples, rest: tuple[Column, ...]) -> None:
        """Hold the samples, and the columns that are not among them: texts, and numbers of channels out of the catalogue."""
        self.samples, self.rest = samples, rest

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self.samples.channels) + len(self.rest)

    @overload
    def __getitem__(self, place: int) -> Column: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Column, ...]: ...
    def __getitem__(self, place: int | slice) -> Column | tuple[Column, ...]:
        """Return one column, or some."""
        if isinstance(place, slice):
            return tuple(self)[place]
        which = range(len(self))[place]
        kept = len(self.samples.channels)
        return self.samples.column(which) if which < kept else self.rest[which - kept]

    def __iter__(self) -> Iterator[Column]:
        """Return the columns one after the other."""
        yield from self.samples.columns()
        yield from self.rest


TRACKED_FIRST: Final = 1_000_000_000
"""From here on the number of a target is no MMSI, which has nine digits, but that of a target tracked by a radar."""


class TargetReport(NamedTuple):
    """One other ship as last heard by AIS, or tracked by a radar; None means not available.

    A tuple, because hundreds are made a second.
    """

    mmsi: int
    """Or a number of our own from TRACKED_FIRST on, where `track` says whose it is."""
    utc_ns: int
    latitude_deg: float | None
    longitude_deg: float | None
    sog_kn: float | None
    cog_deg: float | None
    heading_deg: float | None
    rot_deg_min: float | None
    nav_status: int | None
    ship_type: int | None
    name: str | None
    callsign: str | None
    length_m: float | None
    beam_m: float | None
    doubt: str | None = None
    """Why what it says cannot be true, judged aboard (telemetry.ghosts); None where nothing speaks against it."""
    track: str | None = None
    """Input and number of a target that a radar tracks, e.g. `radar:07`; None for AIS."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples of some scans; (vessel, epoch, seq) names it for ever, so a second delivery adds nothing."""

    vessel: str
    epoch: int
    """Grows whenever the spool aboard is made anew; sequences start at 1 in each epoch."""
    seq: int
    catalogue_hash: str
    """Hash of the catalogue with which the short ids are to be read."""
    historical: bool
    """True when sent later than live: stored, never drives live values, alarms or interlocks."""
    scan_utc_ns: NDArray[np.int64]
    columns: Sequence[Column]
    """A channel has one at most."""
    targets: tuple[TargetReport, ...]
    requantised: bool = False
    """True when values were rounded to their sensors' accuracy before they were sent, to save the bearer."""
    is_base: bool = False
    """True when the ship may chain later batches to this one: the shore keeps its closing with it."""

    @property
    def sample_count(self) -> int:
        """Return how many samples there are, numbers and texts."""
        if isinstance(self.columns, ReadColumns):
            return len(self.columns.samples.scan) + sum(len(column.scan) for column in self.columns.rest)
        return sum(len(column.scan) for column in self.columns)

    @property
    def numbers(self) -> Samples:
        """Return all numeric samples together."""
        kept, rest = _parts(self.columns)
        return kept.and_also([column for column in rest if not isinstance(column.values, tuple)])

    @property
    def texts(self) -> list[Column]:
        """Return the columns of texts."""
        return [column for column in _parts(self.columns)[1] if isinstance(column.values, tuple)]

    def column(self, channel: str) -> Column | None:
        """Return the column of a channel, None where it said nothing."""
        kept, rest = _parts(self.columns)
        if channel in kept.channels:
            return kept.column(kept.channels.index(channel))
        return next((column for column in rest if column.channel == channel), None)


_NOTHING: Final = Samples.of(())


def _parts(columns: Sequence[Column]) -> tuple[Samples, Sequence[Column]]:
    return (columns.samples, columns.rest) if isinstance(columns, ReadColumns) else (_NOTHING, columns)
