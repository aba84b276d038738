"""Batches as rows: binary COPY straight from numpy arrays. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocols.link.batch import Batch, Column

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


def time_us(utc_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return PostgreSQL's microseconds for UTC nanoseconds."""
    return utc_ns // 1000 - EPOCH_US


def moment(utc_ns: int) -> datetime:
    """Return UTC nanoseconds as a datetime (microseconds)."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=utc_ns // 1000)


def utc_ns(time: datetime) -> int:
    """Return a datetime as UTC nanoseconds."""
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def pack(vessel_id: int, channel_id: int, batch: Batch, column: Column) -> bytes:
    """Return the COPY rows of a numeric column; samples without a value become NULL."""
    return pack_all([(vessel_id, channel_id, batch, column)])


def pack_all(parts: Sequence[tuple[int, int, Batch, Column]]) -> bytes:
    """Return the COPY rows of numeric columns, each with its vessel's and channel's number, packed all at once."""
    if not parts:
        return b""
    lengths = [len(column.scan) for _, _, _, column in parts]
    vessels = np.repeat(np.array([vessel for vessel, *_ in parts], dtype=np.int16), lengths)
    channels = np.repeat(np.array([channel for _, channel, *_ in parts], dtype=np.int16), lengths)
    times = time_us(np.concatenate([_times(batch, column) for _, _, batch, column in parts]))
    values = np.concatenate([_numbers(column) for *_, column in parts])
    quality = np.concatenate([column.quality for *_, column in parts])
    present = np.isfinite(values)
    named = (vessels, channels, times, quality)
    if present.all():
        return _rows(_WITH_VALUE, named, values)
    valued = _rows(_WITH_VALUE, [each[present] for each in named], values[present])
    return valued + _rows(_WITHOUT, [each[~present] for each in named], None)


def _times(batch: Batch, column: Column) -> NDArray[np.int64]:
    """Return the time of each sample; a channel that spoke in every scan has those of the batch."""
    scans = batch.scan_utc_ns
    return scans if len(column.scan) == len(scans) else scans[column.scan]


def _numbers(column: Column) -> NDArray[np.float64]:
    if isinstance(column.values, tuple):
        raise TypeError("a text column has rows of its own")
    return column.values


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
    """Return the positions of the scans in which both latitude and longitude have a value."""
    columns = {column.channel: column for column in batch.columns if column.channel in ("NAV_LAT", "NAV_LON")}
    if len(columns) < 2:  # noqa: PLR2004 - latitude and longitude
        return []
    latitude, longitude = _by_scan(columns["NAV_LAT"]), _by_scan(columns["NAV_LON"])
    return [
        Position(moment(int(batch.scan_utc_ns[scan])), latitude[scan], longitude[scan])
        for scan in latitude
        if scan in longitude
    ]


def _by_scan(column: Column) -> dict[int, float]:
    if isinstance(column.values, tuple):
        return {}
    return {
        int(scan): float(value) for scan, value in zip(column.scan, column.values, strict=True) if np.isfinite(value)
    }
