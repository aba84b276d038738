"""Any batch survives its bytes exactly; anything else is refused with a declared error and bounded cost."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.errors import MalformedError, ProtocolError, UnsupportedError
from protocols.link import bits, codec, series, vectors
from protocols.link.batch import TRACKED_FIRST, Batch, Column, TargetReport
from protocols.link.cbor import Plain
from protocols.link.closing import Closing, MissingBaseError
from protocols.link.columns import Source
from protocols.link.legend import Legend
from tests.vectors import first_version, second_version

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
MOMENTS = st.one_of(
    st.builds(
        lambda at, digits: f"{at:%Y-%m-%dT%H:%M:%S}{digits}Z", st.datetimes(),
        st.sampled_from(("", "", ".5", ".05", ".123456", ".0")),
    ),
    st.sampled_from(("2016-12-31T23:59:60Z", "2026-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "NaTZ")),
)  # fmt: skip
"""As instruments spell them, and what is nearly one."""


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
            texts = draw(st.sampled_from((TEXTS, MOMENTS)))
            values = tuple(draw(st.lists(texts, min_size=count, max_size=count)))
        made.append(Column(name, np.array(scan, np.int32), values, quality))
    return tuple(made)


def _optional(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | strategy


TARGETS = st.builds(
    TargetReport, st.integers(0, 999_999_999), st.integers(0, 2**63 - 1), _optional(st.floats(-90, 90)),
    _optional(st.floats(-180, 180)), _optional(st.floats(0, 102)), _optional(st.floats(0, 360)),
    _optional(st.floats(0, 360)), _optional(st.floats(-720, 720)), st.none() | st.integers(0, 15),
    st.none() | st.integers(0, 255), st.none() | st.text(max_size=20), st.none() | st.text(max_size=7),
    _optional(st.floats(0, 1022)), _optional(st.floats(0, 126)), doubt=st.none(), track=st.none(),
)  # fmt: skip
"""As the first version of the format has them: AIS alone, and nobody doubts."""
DOUBTED = st.builds(lambda target, doubt: target._replace(doubt=doubt), TARGETS, st.none() | TEXTS)
TRACKED = st.builds(
    lambda target, number, track: target._replace(mmsi=number, track=track),
    TARGETS,
    st.integers(TRACKED_FIRST, 2**31 - 1),
    TEXTS,
)


@st.composite
def batches(draw: st.DrawFn, *, is_of_now: bool = True) -> Batch:
    """Return any batch that keeps the rules of `Batch`, those of the first version of the format where it is not of now."""
    kinds = (DOUBTED, TRACKED) if is_of_now else (TARGETS,)
    targets = tuple(target for kind in kinds for target in draw(st.lists(kind, max_size=4)))
    times = draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
    return Batch(
        "kestrel", draw(st.integers(0, 2**40)), draw(st.integers(0, 2**40)), "cafe", draw(st.booleans()),
        np.array(times, np.int64), draw(_columns(len(times))), targets,
    )  # fmt: skip


def _same(one: Batch, other: Batch) -> bool:
    names = ("vessel", "epoch", "seq", "catalogue_hash", "historical", "targets", "requantised")
    if any(getattr(one, name) != getattr(other, name) for name in names):
        return False
    mine, theirs = (sorted(batch.columns, key=lambda column: column.channel) for batch in (one, other))
    return (
        np.array_equal(one.scan_utc_ns, other.scan_utc_ns)
        and len(mine) == len(theirs)
        and all(_same_column(a, b) for a, b in zip(mine, theirs, strict=True))
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


CHANNELS = ("NAV_HDG", "NAV_LAT", "A", "B", "A1", "B2", "0", "1")


def legend(*channels: str, hash: str = "cafe") -> Legend:  # noqa: A002 - what it is called on the wire
    """Return a legend whose steps are 0.1, 1e-7, 0.5 and so on."""
    steps = (0.1, 1e-7, 0.5, 1.0, 20.0, 0.003)
    rows: list[Plain] = [
        {"short_id": channel, "resolution": steps[place % len(steps)], "accuracy": 3 * steps[place % len(steps)]}
        for place, channel in enumerate(channels)
    ]
    return Legend.from_wire(hash, rows)


@st.composite
def legends(draw: st.DrawFn, batch: Batch) -> Legend:
    """Return a legend that knows all, some or none of a batch's channels, and others."""
    names = [column.channel for column in batch.columns if draw(st.booleans())]
    return legend(*draw(st.permutations([*names, "OTHER 1", "OTHER 2"])), hash=batch.catalogue_hash)


@given(st.data(), batches())
@settings(max_examples=100, deadline=None)
def test_a_batch_comes_back_exactly(data: st.DataObject, batch: Batch) -> None:
    """decode(encode(x)) is x: numbers, gaps, text, quality, targets; whatever the catalogue knows of its channels."""
    known = data.draw(legends(batch))
    assert _same(codec.decode(codec.encode(batch, known), lambda _: known), batch)
    assert _same(codec.decode(codec.encode(batch)), batch)


@given(batches(is_of_now=False))
@settings(max_examples=100, deadline=None)
def test_a_batch_of_the_first_version_is_read_as_ever(batch: Batch) -> None:
    """What waits in a spool since the last build is not lost."""
    assert _same(codec.decode(first_version.encode(batch)), batch)


@st.composite
def chains(draw: st.DrawFn) -> list[Batch]:
    """Return batches of one ship, whose channels go on from one to the next as they do at sea, or do not."""
    seqs = sorted(draw(st.sets(st.integers(1, 99), min_size=2, max_size=5)))
    return [
        dataclasses.replace(
            draw(batches()), epoch=3, seq=seq, is_base=True, columns=tuple(draw(_walks(scans))),
            scan_utc_ns=seq * 10**10 + np.arange(scans) * draw(st.sampled_from((10**9, 2 * 10**8))),
        )
        for seq in seqs
        for scans in (draw(st.integers(0, 12)),)
    ]  # fmt: skip


@st.composite
def _walks(draw: st.DrawFn, scans: int) -> list[Column]:
    made: list[Column] = []
    for channel in draw(st.lists(st.sampled_from(CHANNELS), unique=True)):
        every = draw(st.integers(1, 3))
        scan = np.arange(0, scans, every, dtype=np.int32)
        start, drift = draw(st.integers(-1000, 10**9)), draw(st.sampled_from((0, 0, 1, 37, -4000)))
        noise = draw(st.lists(st.sampled_from((0, 0, 0, 1, -1, 5, 900)), min_size=len(scan), max_size=len(scan)))
        values = (start + drift * scan + np.array(noise, np.int64)) / draw(st.sampled_from((1.0, 10.0, 1e7)))
        quality = np.full(len(scan), draw(st.sampled_from((0, 0, 1, 2))), np.uint8)
        made.append(Column(channel, scan, np.where(quality == 2, np.nan, values), quality))
    return made


@given(chains())
@settings(max_examples=100, deadline=None)
def test_chained_batches_come_back_exactly(made: list[Batch]) -> None:
    """Each goes on from the one before; both ends agree where the channels stand, through bytes as well."""
    known = legend(*CHANNELS)
    ship: Closing | None = None
    shore: dict[tuple[int, int], Closing] = {}
    for batch in made:
        encoded, ship = codec.encode_with_closing(batch, known, ship)
        back, closing = codec.decode_with_closing(encoded, lambda _: known, lambda epoch, seq: shore.get((epoch, seq)))
        assert _same(back, batch)
        assert closing == ship
        shore[batch.epoch, batch.seq] = Closing.from_bytes(ship.to_bytes())
        assert shore[batch.epoch, batch.seq] == ship


def test_a_chained_batch_is_read_with_its_very_base_or_not_at_all() -> None:
    """A base that is unknown, or was kept in another form, is named as missing; no value is made up (negative control)."""
    known, first, second = legend("NAV_HDG", "NAV_LAT"), _voyage(20), dataclasses.replace(_voyage(20), seq=8)
    _, base = codec.encode_with_closing(first, known)
    _, other = codec.encode_with_closing(dataclasses.replace(first, historical=True), known)
    encoded = codec.encode(second, known, base)
    assert _same(codec.decode(encoded, lambda _: known, lambda _epoch, _seq: base), second)
    for wrong in (None, other):
        with pytest.raises(MissingBaseError, match="batch 8 is chained to batch 7"):
            codec.decode(encoded, lambda _: known, lambda _epoch, _seq, found=wrong: found)
    with pytest.raises(codec.MissingLegendError, match="catalogue cafe"):
        codec.decode(codec.encode(first, known))
    with pytest.raises(ValueError, match="goes on from"):
        codec.encode(first, known, base)


def test_a_chained_batch_is_much_smaller() -> None:
    """Ten scans of 60 channels that go on from where they stood take less than two thirds of a key frame."""
    known, size = legend(*(f"C{place}" for place in range(60))), []
    base: Closing | None = None
    for seq in range(1, 12):
        columns = tuple(
            Column(channel, np.arange(10, dtype=np.int32), np.round(
                (np.arange(seq * 10, seq * 10 + 10) * (place % 7) + place * 1000) * 0.1, 1), np.zeros(10, np.uint8))
            for place, channel in enumerate(known.channels)
        )  # fmt: skip
        batch = dataclasses.replace(_voyage(10), seq=seq, columns=columns)
        encoded, base = codec.encode_with_closing(batch, known, base)
        size.append(len(encoded))
    assert size[-1] < size[0] * 2 / 3


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
@settings(max_examples=150, deadline=None)
def test_a_hostile_body_with_a_true_checksum_is_refused_or_read(data: st.DataObject) -> None:
    """Whoever can write a checksum still cannot make the decoder raise anything undeclared."""
    first = bytearray(first_version.body(_voyage(5)))
    known, base = (
        legend("NAV_HDG", "NAV_LAT", "A"),
        codec.encode_with_closing(_voyage(5), legend("NAV_HDG", "NAV_LAT", "A"))[1],
    )
    later = dataclasses.replace(_voyage(5), seq=9)
    bodies = [bytearray(codec.encode(*made)[9:]) for made in ((later, known), (later,), (later, known, base))]
    for raw in (first, *bodies):
        for _ in range(data.draw(st.integers(1, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    hostile = [first_version.sealed(bytes(first)), *(_sealed(bytes(raw)) for raw in bodies[:2])]
    hostile.append(_sealed(bytes(bodies[2]), codec.CHAINED, base.checksum))
    for sealed in hostile:
        with contextlib.suppress(ProtocolError):
            codec.decode(sealed, lambda _: known, lambda _epoch, _seq: base)


def _sealed(body: bytes, flags: int = 0, seed: int = 0) -> bytes:
    said = zlib.crc32(bytes((codec.VERSION, flags)), seed)
    return struct.pack("<3sBBI", b"FHB", codec.VERSION, flags, zlib.crc32(body, said)) + body


@given(st.binary(max_size=120), st.binary(max_size=40))
@settings(max_examples=200, deadline=None)
def test_noise_under_a_true_checksum_is_refused_or_read(noise: bytes, tail: bytes) -> None:
    """Rows, gaps, frames and closings of any bytes raise nothing undeclared."""
    known = legend(*CHANNELS)
    start = codec.encode(dataclasses.replace(_voyage(5), columns=()), known)[9:-8]
    for body in (noise, start + noise + tail):
        with contextlib.suppress(ProtocolError):
            codec.decode(_sealed(body), lambda _: known)
    with contextlib.suppress(ProtocolError):
        Closing.from_bytes(noise)


def test_each_flipped_bit_is_found() -> None:
    """A single wrong bit anywhere is refused: the checksum covers size and frame, the rest is compared."""
    encoded = codec.encode(_voyage(10))
    for whole in (encoded, first_version.encode(_voyage(10)), bytes.fromhex(second_version.WHOLE)):
        for index in range(len(whole) * 8):
            wrong = bytearray(whole)
            wrong[index // 8] ^= 1 << (index % 8)
            with pytest.raises(ProtocolError):
                codec.decode(bytes(wrong), lambda _: legend("A", "B", "C", "D"))


def test_bombs_and_lies_are_refused_before_they_cost() -> None:
    """A frame that would grow over the limit, or another size than said, is never decompressed."""
    with pytest.raises(MalformedError, match="is over"):
        codec.decode(first_version.sealed(bytes(codec.RAW_MAX_BYTES + 1)))
    with pytest.raises(MalformedError, match="another size"):
        codec.decode(first_version.sealed(bytes(100_000), 100))
    known = legend(*(f"C{place}" for place in range(1000)))  # 10^7 samples in 40 bytes: all channels stand still
    head = b"\x03\x07" + b"\x07kestrel" + b"\x04cafe" + bits.varint(1000)
    times = bits.varint(10_000) + b"\x00\x00\x00"
    with pytest.raises(MalformedError, match="batch of 10000000 samples is over"):
        codec.decode(_sealed(head + times + b"\x01\x02" + bytes(12)), lambda _: known)


def test_no_sum_of_bits_wraps() -> None:
    """Rows whose codes claim more numbers than there are bytes end in a refusal, not in memory."""
    with pytest.raises(MalformedError):
        vectors.read(Source(bytes((vectors.RUNS, 0)) + bits.varint(10**6) + bytes(20), 0), 10**6)
    with pytest.raises(MalformedError):
        vectors.read(Source(bytes((vectors.RICE,)) + bytes(20), 0), 10**6)
    with pytest.raises(MalformedError, match="over"):
        vectors.read(Source(b"\x00", 0), vectors.COUNT_MAX + 1)


def test_a_kept_batch_is_marked_historical_without_being_read() -> None:
    """The spool's bytes get their flag when they are sent late; nothing else changes."""
    batch = _voyage(5)
    for encoded in (codec.encode(batch), first_version.encode(batch)):
        late = codec.decode(codec.as_historical(encoded))
        assert late.historical
        assert _same(dataclasses.replace(late, historical=False), batch)


def test_another_version_is_named() -> None:
    """A newer build's batch is unsupported, not malformed."""
    encoded = bytearray(codec.encode(_voyage(1)))
    encoded[3] = codec.VERSION + 1
    with pytest.raises(UnsupportedError, match=f"version {codec.VERSION + 1}"):
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


def test_what_the_scan_clock_tells_already_costs_nearly_nothing() -> None:
    """The receiver's time of a minute, scan by scan, is its column's head and no byte more."""
    bare = _voyage(60)
    seconds = bare.scan_utc_ns // 10**9 * 10**9 + 2 * 10**9
    told = tuple(f"{text}Z" for text in np.datetime_as_string(seconds.astype("datetime64[ns]"), unit="s").tolist())
    clock = Column("NAV_UTC", np.arange(60, dtype=np.int32), told, np.zeros(60, np.uint8))
    beside = dataclasses.replace(bare, columns=(*bare.columns, clock))
    assert _same(codec.decode(codec.encode(beside)), beside)
    one = dataclasses.replace(
        beside, columns=(*bare.columns, Column("NAV_UTC", clock.scan[:1], told[:1], clock.quality[:1]))
    )
    assert len(codec.encode(beside)) <= len(codec.encode(one)) + 1


def test_noise_about_a_level_is_not_coded_as_its_differences() -> None:
    """Differences of noise have twice its variance: near half a bit a sample is saved; a walk keeps its differences."""
    rng = np.random.default_rng(7)
    noise, walk = np.rint(rng.normal(0.0, 10.0, 600)), np.cumsum(np.rint(rng.normal(0.0, 10.0, 600)))
    both = np.concatenate((np.diff(noise), np.diff(walk))).astype(np.int64)
    differences = series.Differences(both, np.array((599, 599)))
    chosen = series.choose(differences, series.uninformed(2))
    assert chosen.mode.tolist() == [series.LEVEL, series.DENSE]
    saved_bits = differences.dense_bits(np.zeros(2, np.int64), np.array((4, 4))) - differences.level_bits(
        chosen.drift, chosen.k
    )
    assert saved_bits[0] > 0.4 * 599


def test_a_minute_of_a_slow_ship_is_small() -> None:
    """Two columns of 60 samples cost under a byte a sample, envelope and head included."""
    encoded = codec.encode(_voyage(60), legend("NAV_HDG", "NAV_LAT"))
    assert len(encoded) < 60 * 2
