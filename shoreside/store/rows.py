"""Batches as rows: binary COPY straight from numpy arrays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocols.link.batch import Batch, Column, Samples
from protocols.reading import Quality

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
EPOCH_US: Final = 946_684_800_000_000
"""PostgreSQL counts microseconds from 2000-01-01."""
_DAY_US: Final = 86_400_000_000
_MINUTE_US: Final = 60_000_000

_HEAD: Final = [
    ("n", ">i2"), ("l0", ">i4"), ("vessel", ">i2"), ("l1", ">i4"), ("channel", ">i2"), ("l2", ">i4"), ("time", ">i8"),
]  # fmt: skip
_WITH_VALUE: Final = np.dtype([*_HEAD, ("l3", ">i4"), ("value", ">f8"), ("l4", ">i4"), ("quality", ">i2")])
_WITHOUT: Final = np.dtype([*_HEAD, ("l3", ">i4"), ("l4", ">i4"), ("quality", ">i2")])
_BLANK: Final = {
    _WITH_VALUE: np.array((5, 2, 0, 2, 0, 8, 0, 8, 0.0, 2, 0), _WITH_VALUE).tobytes(),
    _WITHOUT: np.array((5, 2, 0, 2, 0, 8, 0, -1, 2, 0), _WITHOUT).tobytes(),
}
"""A row of each kind with its lengths and nothing else: the rows of a commit begin as copies of it."""
SORTED_AT_ONCE: Final = 60_000
"""Rows put in order together: 30 batches of a ship, 4 MB while it is done. More costs memory and wins little."""
PACKED_AT_ONCE: Final = 8_000
"""Rows packed and sent at once: the server writes them while the next are packed."""


def time_us(utc_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return PostgreSQL's microseconds for UTC nanoseconds."""
    return utc_ns // 1000 - EPOCH_US


def moment(utc_ns: int) -> datetime:
    """Return UTC nanoseconds as a datetime (microseconds)."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=utc_ns // 1000)


def utc_ns(time: datetime) -> int:
    """Return a datetime as UTC nanoseconds."""
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


@dataclass(frozen=True, slots=True)
class Block:
    """The numeric samples of a batch with the numbers that vessel and channels have in the database."""

    vessel_id: int
    channel_ids: Sequence[int]
    """Of each channel of `samples`."""
    utc_ns: NDArray[np.int64]
    """Times of the batch's scans."""
    samples: Samples


def groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Return blocks in groups of about SORTED_AT_ONCE rows, which are put in order together."""
    group: list[Block] = []
    count = 0
    for block in blocks:
        group.append(block)
        count += len(block.samples.scan)
        if count >= SORTED_AT_ONCE:
            yield group
            group, count = [], 0
    if group:
        yield group


def pack(blocks: Sequence[Block], piece_rows: int = PACKED_AT_ONCE) -> Iterator[bytes]:
    """Return the COPY rows of blocks in pieces, by vessel, channel and then as they came; without a value they have NULL.

    That is the order of the index, so that what goes to one leaf of it goes there at once (a tenth of the server's time),
    and of the queries, which read fewer pages.
    """
    lengths = np.concatenate([block.samples.lengths for block in blocks])
    vessels = np.repeat([block.vessel_id for block in blocks], [len(block.channel_ids) for block in blocks])
    channels = np.concatenate([np.array(block.channel_ids, np.int64) for block in blocks])
    times = np.concatenate([time_us(block.utc_ns)[block.samples.scan] for block in blocks])
    values = np.concatenate([block.samples.values for block in blocks])
    quality = np.concatenate([block.samples.quality for block in blocks])
    order = np.lexsort((channels, vessels))  # stable: of one channel as they came
    lengths, starts = lengths[order], (np.cumsum(lengths) - lengths)[order]
    rows = np.arange(len(times)) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    vessels, channels = np.repeat(vessels[order], lengths), np.repeat(channels[order], lengths)
    for start in range(0, len(rows), piece_rows):
        piece = slice(start, start + piece_rows)
        which = rows[piece]
        yield _packed((vessels[piece], channels[piece], times[which], quality[which]), values[which])


def _packed(named: Sequence[NDArray[Any]], values: NDArray[np.float64]) -> bytes:
    present = np.isfinite(values)
    if present.all():
        return _rows(_WITH_VALUE, named, values)
    valued = _rows(_WITH_VALUE, [each[present] for each in named], values[present])
    return valued + _rows(_WITHOUT, [each[~present] for each in named], None)


def _rows(kind: np.dtype[np.void], named: Sequence[NDArray[Any]], values: NDArray[np.float64] | None) -> bytes:
    vessels, channels, times, quality = named
    rows = np.frombuffer(bytearray(_BLANK[kind]) * len(times), dtype=kind)
    rows["vessel"], rows["channel"] = vessels, channels
    rows["time"], rows["quality"] = times, quality
    if values is not None:
        rows["value"] = values
    return rows.tobytes()


def days(batches: tuple[Batch, ...]) -> list[datetime]:
    """Return the UTC days that the scans of `batches` fall on, ascending."""
    if not batches:
        return []
    scans = np.concatenate([batch.scan_utc_ns for batch in batches])
    day_numbers = np.unique(scans // (_DAY_US * 1000))
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=int(number)) for number in day_numbers]


def extent(batch: Batch) -> tuple[datetime | None, datetime | None]:
    """Return the times of the first and the last scan of `batch`; None where it has none."""
    if not len(batch.scan_utc_ns):
        return None, None
    return moment(int(batch.scan_utc_ns.min())), moment(int(batch.scan_utc_ns.max()))


def minutes(batch: Batch) -> list[datetime]:
    """Return the UTC minutes that the scans of `batch` fall on, ascending."""
    numbers = np.unique(batch.scan_utc_ns // (_MINUTE_US * 1000))
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=int(number)) for number in numbers]


@dataclass(frozen=True, slots=True)
class Position:
    """Own ship's position at one scan."""

    time: datetime
    latitude_deg: float
    longitude_deg: float


def positions(batch: Batch) -> list[Position]:
    """Return the positions of the scans in which both latitude and longitude have a value, and one of that time.

    A stale value is that of some seconds before, told again when it was found too old: she was there, but not then.
    """
    columns = batch.column("NAV_LAT"), batch.column("NAV_LON")
    if columns[0] is None or columns[1] is None:
        return []
    latitude, longitude = _by_scan(columns[0]), _by_scan(columns[1])
    return [
        Position(moment(int(batch.scan_utc_ns[scan])), latitude[scan], longitude[scan])
        for scan in latitude
        if scan in longitude
    ]


def _by_scan(column: Column) -> dict[int, float]:
    if isinstance(column.values, tuple):
        return {}
    present = np.isfinite(column.values) & (column.quality != int(Quality.STALE))
    return dict(zip(column.scan[present].tolist(), column.values[present].tolist(), strict=True))
