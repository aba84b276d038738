"""Batches as samples, as columns and as COPY rows: three views of the same, none of which loses or moves a sample."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.link import codec
from protocols.link.batch import Batch, Column, ReadColumns
from protocols.link.legend import Legend, step_number
from shoreside.store import coverage, rows

NAMES = ("NAV_LAT", "NAV_LON", "C3", "C4", "C5")
STEPS = np.full(len(NAMES), step_number(0.1), np.int64)
LEGEND = Legend("h", NAMES, STEPS, STEPS)
HOUR_NS = coverage.HOUR_NS
_Row = tuple[int, int, int, float | None, int]


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw a batch of some channels that spoke in some scans, with holes, over the turn of an hour."""
    count = draw(st.integers(1, 5))
    times = HOUR_NS * 480_000 - 2_000_000_000 + np.arange(count, dtype=np.int64) * 1_000_000_000
    columns = []
    for name in draw(st.permutations(NAMES)):
        scan = np.array(sorted(draw(st.sets(st.integers(0, count - 1)))), np.int32)
        if len(scan):
            values = draw(st.lists(st.sampled_from((1.5, -2.0, float("nan"))), min_size=len(scan), max_size=len(scan)))
            quality = np.array([2 if math.isnan(value) else 0 for value in values], np.uint8)
            columns.append(Column(name, scan, np.array(values), quality))
    if draw(st.booleans()):
        columns.append(
            Column("NAV_UTC", np.arange(count, dtype=np.int32), ("word",) * count, np.zeros(count, np.uint8))
        )
    return Batch("kestrel", 1, draw(st.integers(1, 9)), "h", draw(st.booleans()), times, tuple(columns), ())


def rows_of(encoded: Iterable[bytes]) -> Iterator[_Row]:
    """Read COPY rows as the server does: each field behind its length, NULL where that is -1."""
    for part in encoded:
        at = 0
        while at < len(part):
            (fields,), at, row = struct.unpack_from(">h", part, at), at + 2, []
            for kind in "hhqdh":
                (length,) = struct.unpack_from(">i", part, at)
                assert length in (-1, struct.calcsize(f">{kind}"))
                row.append(struct.unpack_from(f">{kind}", part, at + 4)[0] if length >= 0 else None)
                at += 4 + max(length, 0)
            assert fields == 5
            yield tuple(row)  # type: ignore[misc]


def expected(vessel_id: int, batch: Batch) -> list[_Row]:
    """Return the rows of a batch, column by column, without numpy."""
    return [
        (vessel_id, 10 + NAMES.index(column.channel), int(batch.scan_utc_ns[scan]) // 1000 - rows.EPOCH_US,
         None if math.isnan(value) else float(value), int(quality))
        for column in batch.columns if not isinstance(column.values, tuple)
        for scan, value, quality in zip(column.scan, column.values, column.quality, strict=True)
    ]  # fmt: skip


def block(vessel_id: int, batch: Batch) -> rows.Block:
    """Return a batch with numbers for its vessel and channels."""
    ids = [10 + NAMES.index(channel) for channel in batch.numbers.channels]
    return rows.Block(vessel_id, ids, batch.scan_utc_ns, batch.numbers)


@given(st.lists(st.tuples(st.integers(1, 3), batches()), min_size=1, max_size=4), st.integers(1, 7))
def test_each_sample_is_one_row_in_the_order_of_the_index(given: list[tuple[int, Batch]], piece_rows: int) -> None:
    """Whatever comes together, read from the wire or made here; NULL where there is no value; in pieces of any length."""
    came = [(vessel, codec.decode(codec.encode(batch, LEGEND), lambda _: LEGEND)) for vessel, batch in given]
    wanted = [row for vessel, batch in given for row in expected(vessel, batch)]
    for side in (given, came):
        packed = list(rows_of(rows.pack([block(*one) for one in side], piece_rows)))
        assert Counter(packed) == Counter(wanted)
    whole = list(rows_of(rows.pack([block(*one) for one in came])))
    valued = [row for row in whole if row[3] is not None]
    assert valued == sorted(
        (row for row in wanted if row[3] is not None), key=lambda row: row[:2]
    )  # as they came within


def test_a_row_out_of_its_place_would_be_seen() -> None:
    """Negative control: the same samples under the next channel's number are other rows."""
    one = Batch("kestrel", 1, 1, "h", False, np.zeros(1, np.int64),
                (Column("C3", np.zeros(1, np.int32), np.ones(1), np.zeros(1, np.uint8)),), ())  # fmt: skip
    wrong = rows.Block(1, [13], one.scan_utc_ns, one.numbers)
    assert list(rows_of(rows.pack([block(1, one)]))) == expected(1, one)
    assert list(rows_of(rows.pack([wrong]))) != expected(1, one)


@given(batches())
def test_columns_made_when_looked_at_are_those_that_were_sent(batch: Batch) -> None:
    """By place, from the end, in part, by name and in turn; counted the same; texts apart."""
    read = codec.decode(codec.encode(batch, LEGEND), lambda _: LEGEND)
    assert isinstance(read.columns, ReadColumns)
    by_name = {column.channel: column for column in batch.columns}
    assert len(read.columns) == len(by_name)
    assert read.sample_count == batch.sample_count == sum(len(column.scan) for column in batch.columns)
    for place, column in enumerate(read.columns):
        seen: Sequence[Column | None] = (
            column, read.columns[place], read.columns[place - len(by_name)], read.columns[place:][0],
            read.column(column.channel), batch.column(column.channel),
        )  # fmt: skip
        assert all(same(one, by_name[column.channel]) for one in seen)
    assert read.column("C9") is None
    assert [column.channel for column in read.texts] == ["NAV_UTC"] * ("NAV_UTC" in by_name)
    with pytest.raises(IndexError):
        read.columns[len(by_name)]


def same(one: Column | None, other: Column) -> bool:
    """Return whether two columns say the same."""
    return one is not None and one.channel == other.channel and all(
        np.array_equal(np.asarray(a), np.asarray(b), equal_nan=not isinstance(a, tuple))
        for a, b in ((one.scan, other.scan), (one.values, other.values), (one.quality, other.quality))
    )  # fmt: skip


@given(st.lists(batches(), max_size=3))
def test_late_samples_are_counted_by_hour_and_channel(given: list[Batch]) -> None:
    """Only of batches sent late, only of channels that have a number, never of texts."""
    numbers = {"C3": 7, "NAV_LAT": 8, "NAV_UTC": 9}
    wanted = Counter(
        (1, int(batch.scan_utc_ns[scan]) // HOUR_NS * HOUR_NS, numbers[column.channel])
        for batch in given if batch.historical
        for column in batch.columns if column.channel in ("C3", "NAV_LAT")
        for scan in column.scan
    )  # fmt: skip
    assert coverage.late_samples([(1, batch) for batch in given], numbers) == dict(wanted)
