"""Any batch survives its bytes exactly; anything else is refused with a declared error and bounded cost."""

from __future__ import annotations

import dataclasses
import math
import struct
import zlib

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.errors import MalformedError, ProtocolError, UnsupportedError
from protocols.link import codec
from protocols.link.batch import Batch, Column, TargetReport

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


def _numbers(count: int) -> st.SearchStrategy[list[float]]:
    """Whole multiples of a step, arbitrary numbers, and absent values."""
    step = st.sampled_from((1.0, 10.0, 100.0, 1e7))
    decimal = step.flatmap(
        lambda s: st.lists(
            st.one_of(st.integers(-(10**9), 10**9).map(lambda k: k / s), st.just(float("nan"))),
            min_size=count, max_size=count,
        )
    )  # fmt: skip
    anything = st.lists(st.floats(allow_infinity=False), min_size=count, max_size=count)
    return st.one_of(decimal, anything)


@st.composite
def _columns(draw: st.DrawFn, scan_count: int) -> tuple[Column, ...]:
    names = draw(st.lists(st.from_regex(r"[A-Z_0-9]{1,8}", fullmatch=True), max_size=5, unique=True))
    made: list[Column] = []
    for name in names:
        scan = sorted(draw(st.sets(st.integers(0, scan_count - 1)))) if scan_count else []
        count = len(scan)
        quality = np.array(draw(st.lists(st.integers(0, 5), min_size=count, max_size=count)), np.uint8)
        if draw(st.booleans()):
            values: np.ndarray[tuple[int], np.dtype[np.float64]] | tuple[str, ...] = np.array(
                draw(_numbers(count)), np.float64
            )
        else:
            values = tuple(draw(st.lists(TEXTS, min_size=count, max_size=count)))
        made.append(Column(name, np.array(scan, np.int32), values, quality))
    return tuple(made)


def _optional(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | strategy


TARGETS = st.builds(
    TargetReport, st.integers(0, 999_999_999), st.integers(0, 2**63 - 1), _optional(st.floats(-90, 90)),
    _optional(st.floats(-180, 180)), _optional(st.floats(0, 102)), _optional(st.floats(0, 360)),
    _optional(st.floats(0, 360)), _optional(st.floats(-720, 720)), st.none() | st.integers(0, 15),
    st.none() | st.integers(0, 255), st.none() | st.text(max_size=20), st.none() | st.text(max_size=7),
    _optional(st.floats(0, 1022)), _optional(st.floats(0, 126)),
)  # fmt: skip


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Return any batch that keeps the rules of `Batch`."""
    times = draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
    return Batch(
        "kestrel", draw(st.integers(0, 2**40)), draw(st.integers(0, 2**40)), "cafe", draw(st.booleans()),
        np.array(times, np.int64), draw(_columns(len(times))), tuple(draw(st.lists(TARGETS, max_size=4))),
    )  # fmt: skip


def _same(one: Batch, other: Batch) -> bool:
    heads = (one.vessel, one.epoch, one.seq, one.catalogue_hash, one.historical, one.targets)
    if heads != (other.vessel, other.epoch, other.seq, other.catalogue_hash, other.historical, other.targets):
        return False
    return (
        np.array_equal(one.scan_utc_ns, other.scan_utc_ns)
        and len(one.columns) == len(other.columns)
        and all(_same_column(a, b) for a, b in zip(one.columns, other.columns, strict=True))
    )


def _same_column(one: Column, other: Column) -> bool:
    if isinstance(one.values, tuple) or isinstance(other.values, tuple):
        equal = one.values == other.values
    else:
        equal = np.array_equal(one.values, other.values, equal_nan=True)
    return (
        one.channel == other.channel
        and equal
        and np.array_equal(one.scan, other.scan)
        and np.array_equal(one.quality, other.quality)
    )


@given(batches())
@settings(max_examples=200, deadline=None)
def test_a_batch_comes_back_exactly(batch: Batch) -> None:
    """decode(encode(x)) is x: numbers, gaps, text, quality, targets."""
    assert _same(codec.decode(codec.encode(batch)), batch)


def _voyage(scans: int) -> Batch:
    times = 1_800_000_000_000_000_000 + np.arange(scans, dtype=np.int64) * 1_000_000_000
    everywhere = np.arange(scans, dtype=np.int32)
    good = np.zeros(scans, np.uint8)
    heading = np.array([round(95.0 + math.sin(index / 7.0), 1) for index in range(scans)], np.float64)
    latitude = np.round(35.05 + np.arange(scans) * 1e-5, 7)
    columns = (Column("NAV_HDG", everywhere, heading, good), Column("NAV_LAT", everywhere, latitude, good))
    return Batch("kestrel", 1, 7, "cafe", False, times, columns, ())


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    """No bytes raise anything but a protocol error."""
    with pytest.raises(ProtocolError):
        codec.decode(noise)
    with pytest.raises(ProtocolError):
        codec.decode(codec.encode(_voyage(3))[:9] + noise)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_hostile_body_with_a_true_checksum_is_refused_or_read(data: st.DataObject) -> None:
    """Whoever can write a checksum still cannot make the decoder raise anything undeclared."""
    raw = bytearray(zstandard.ZstdDecompressor().decompress(codec.encode(_voyage(5))[14:]))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    sealed = _sealed(bytes(raw), len(raw))
    try:
        codec.decode(sealed)
    except ProtocolError:
        return


def _sealed(raw: bytes, said: int) -> bytes:
    frame = zstandard.ZstdCompressor().compress(raw)
    checksum = zlib.crc32(frame, zlib.crc32(struct.pack("<BI", 0, said)))
    return struct.pack("<3sBBBII", b"FHB", 1, 1, 0, checksum, said) + frame


def test_each_flipped_bit_is_found() -> None:
    """A single wrong bit anywhere is refused: the checksum covers size and frame, the rest is compared."""
    encoded = codec.encode(_voyage(10))
    for index in range(len(encoded) * 8):
        wrong = bytearray(encoded)
        wrong[index // 8] ^= 1 << (index % 8)
        with pytest.raises(ProtocolError):
            codec.decode(bytes(wrong))


def test_bombs_and_lies_are_refused_before_they_cost() -> None:
    """A frame that would grow over the limit, or another size than said, is never decompressed."""
    with pytest.raises(MalformedError, match="is over"):
        codec.decode(_sealed(bytes(codec.RAW_MAX_BYTES + 1), codec.RAW_MAX_BYTES + 1))
    with pytest.raises(MalformedError, match="another size"):
        codec.decode(_sealed(bytes(100_000), 100))


def test_a_kept_batch_is_marked_historical_without_being_read() -> None:
    """The spool's bytes get their flag when they are sent late; nothing else changes."""
    batch = _voyage(5)
    late = codec.decode(codec.as_historical(codec.encode(batch)))
    assert late.historical
    assert _same(dataclasses.replace(late, historical=False), batch)


def test_another_version_is_named() -> None:
    """A newer build's batch is unsupported, not malformed."""
    encoded = bytearray(codec.encode(_voyage(1)))
    encoded[3] = 2
    with pytest.raises(UnsupportedError, match="version 2"):
        codec.decode(bytes(encoded))


def test_encoding_refuses_what_it_could_not_read_back() -> None:
    """Infinite values, scans out of order and parts of different length are our own bugs and said so."""
    good = np.zeros(1, np.uint8)
    times = np.zeros(1, np.int64)
    scan = np.zeros(1, np.int32)
    for column, word in (
        (Column("A", scan, np.array([np.inf]), good), "infinite"),
        (Column("A", scan + 1, np.array([1.0]), good), "do not rise"),
        (Column("A", scan, np.array([1.0, 2.0]), good), "different length"),
    ):
        with pytest.raises(ValueError, match=word):
            codec.encode(Batch("kestrel", 1, 1, "", False, times, (column,), ()))


def test_a_minute_of_a_slow_ship_is_small() -> None:
    """Two columns of 60 samples cost under two bytes a sample, envelope and head included."""
    encoded = codec.encode(_voyage(60))
    assert len(encoded) < 60 * 2 * 2
