"""What the tests of the store share: batches of plain numbers, the roll-ups computed from the samples, a query."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from protocols.link.batch import Batch, Column

NOON_NS = 1_789_992_000_000_000_000
"""2026-09-21 12:00:00 UTC."""
WIDTHS_S = {"1s": 1, "1min": 60, "1h": 3600}
NOTHING = math.nan


@dataclass(frozen=True, slots=True)
class Point:
    """One sample: milliseconds after noon, value (NaN: none), quality."""

    channel: str
    ms: int
    value: float
    quality: int


def batch_of(
    points: Iterable[Point], seq: int, *, vessel: str = "kestrel", epoch: int = 1, historical: bool = False
) -> Batch:
    """Return a batch of `points`."""
    listed = sorted(points, key=lambda point: point.ms)
    scans = sorted({point.ms for point in listed})
    columns = []
    for name in sorted({point.channel for point in listed}):
        mine = [point for point in listed if point.channel == name]
        columns.append(Column(
            name, np.array([scans.index(point.ms) for point in mine], dtype=np.int32),
            np.array([point.value for point in mine]), np.array([point.quality for point in mine], dtype=np.uint8),
        ))  # fmt: skip
    times = np.array([NOON_NS + ms * 1_000_000 for ms in scans], dtype=np.int64)
    return Batch(vessel, epoch, seq, "hash", historical, times, tuple(columns), ())


def rolled(points: Iterable[Point], width_s: int) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what a roll-up of `width_s` must say of `points`, by channel and start in seconds after noon."""
    groups: dict[tuple[str, int], list[Point]] = defaultdict(list)
    for point in points:
        groups[point.channel, point.ms // 1000 // width_s * width_s].append(point)
    return {key: _row(group) for key, group in groups.items()}


def _row(group: list[Point]) -> dict[str, Any]:
    valued = [point for point in group if not math.isnan(point.value)]
    values = [point.value for point in valued]
    last = max(valued, key=lambda point: (point.ms, point.value)).value if valued else None
    names = ("good", "stale", "invalid", "out_of_range", "frozen", "manual")
    return {
        "count": len(values), "low": min(values, default=None), "high": max(values, default=None), "last": last,
        "sum": math.fsum(values) if values else None,
        "sum_sin": math.fsum(math.sin(math.radians(value)) for value in values) if values else None,
        "sum_cos": math.fsum(math.cos(math.radians(value)) for value in values) if values else None,
        **{name: sum(point.quality == number for point in group) for number, name in enumerate(names)},
    }  # fmt: skip


_ROWS = """
SELECT short_id, extract(epoch FROM start)::bigint - %s, count, low, high, last, sum, sum_sin, sum_cos, good, stale, invalid,
  out_of_range, frozen, manual
FROM {table} JOIN channel ON channel.id = channel_id JOIN vessel ON vessel.id = vessel_id WHERE slug = %s
"""


def stored(url: str, table: str, vessel: str = "kestrel") -> dict[tuple[str, int], dict[str, Any]]:
    """Return the rows of a roll-up's table or view, keyed as `rolled` keys them; fail where one comes twice."""
    query = _ROWS.replace("{table}", table)
    names = ("count", "low", "high", "last", "sum", "sum_sin", "sum_cos", "good", "stale", "invalid", "out_of_range",
             "frozen", "manual")  # fmt: skip
    made: dict[tuple[str, int], dict[str, Any]] = {}
    for channel, start, *row in asked(url, query, NOON_NS // 10**9, vessel):
        assert (channel, start) not in made
        made[channel, int(start)] = dict(zip(names, row, strict=True))
    return made


def differences(
    found: dict[tuple[str, int], dict[str, Any]], wanted: dict[tuple[str, int], dict[str, Any]]
) -> list[str]:
    """Return where two roll-ups differ: whole numbers and extremes exactly, sums to the twelfth digit."""
    said = [f"{key}: only one has it" for key in found.keys() ^ wanted.keys()]
    for key in found.keys() & wanted.keys():
        for name, value in wanted[key].items():
            got = found[key][name]
            near = isinstance(value, float) and isinstance(got, float) and math.isclose(got, value, abs_tol=1e-9)
            if got != value and not (near and name.startswith("sum")):
                said.append(f"{key} {name}: {got} for {value}")
    return said


def asked(url: str, query: str, *arguments: object) -> list[Any]:
    """Return the rows of a query of the test's own."""
    with psycopg.connect(url, autocommit=True, options="-c timezone=UTC") as connection:
        return connection.execute(query.encode(), arguments).fetchall()
