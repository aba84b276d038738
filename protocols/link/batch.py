"""Batches: the samples of some scans of one vessel, by column, as both ends hold them; `codec` makes them bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

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
    columns: tuple[Column, ...]
    targets: tuple[TargetReport, ...]
    requantised: bool = False
    """True when values were rounded to their sensors' accuracy before they were sent, to save the bearer."""
    is_base: bool = False
    """True when the ship may chain later batches to this one: the shore keeps its closing with it."""
