"""Bytes: batches beside the entropy bound, Sparkplug B, Signal K, varints under zstd, and swinging door; on the wire too."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from protocols.link import codec
from protocols.link.acks import BatchAck
from protocols.link.batch import Batch, Column
from protocols.link.closing import Closing
from protocols.link.legend import Legend, scale
from protocols.nmea0183.sentence import Rejected, parse_line, readings
from telemetry.catalogue import standard_catalogue
from tests.bench import peers
from tests.bench.figures import Figure, report, report_ratio
from tests.bench.signals import EPOCH, SIGNALS, Signals, ship
from tests.mosquitto_kit import Mosquitto, joined, mosquitto, needs_mosquitto
from tests.shared_folder import SHARED

__all__ = ["mosquitto"]
DATA = SHARED / "data"
SECONDS = 6000
SENT_S = 1200
"""Of them, sent as batches; the bound is that of all."""
SEEDS = (11, 12, 13, 14, 15)
HEAD_BYTES = 40
"""What a batch of any kind has to say of itself: vessel, epoch, sequence, catalogue, clock, checksum. Ours has it."""
SKIPPED = 10
"""Chained batches before the figures count: the chain has learnt the signals by then."""


def sent(signals: Signals, length: int, *, chained: bool, values: NDArray[np.float64] | None = None) -> list[bytes]:
    """Return the batches of `length` seconds as bytes, each read back and compared."""
    legend, base = signals.legend(), None
    seconds = min(signals.whole.shape[1], SENT_S)
    shore: dict[int, Closing | None] = {}
    made: list[bytes] = []
    for seq, first in enumerate(range(0, seconds - length + 1, length), 1):
        batch = signals.batch(first, length, seq, values)
        encoded, closing = codec.encode_with_closing(batch, legend, base)
        back, shore[seq] = codec.decode_with_closing(encoded, lambda _: legend, lambda _epoch, seq: shore[seq])
        assert all(np.array_equal(a.values, b.values) for a, b in zip(batch.columns, back.columns, strict=True))
        base = closing if chained else None
        made.append(encoded)
    return made[SKIPPED:] if chained else made


def per_sample(made: list[bytes], length: int) -> float:
    """Return bytes a sample."""
    return sum(map(len, made)) / len(made) / length / SIGNALS


def by_seconds(signals: Signals, encode: Callable[..., bytes], seconds: int = 600) -> list[bytes]:
    """Return what a peer sends each second."""
    shown = signals.values
    return [encode(shown[:, t], shown[:, t - 1], *((1_790_000_000_000 + t * 1000, t) if encode is peers.sparkplug else (t,)))
            for t in range(1, seconds)]  # fmt: skip


@pytest.mark.timeout(600)
def test_payload_beside_the_bound() -> None:
    """Prints bytes a sample over the entropy of the differences: goals 1.3 at 10 s chained, 1.25 at 60 s whole."""
    for length, chained, goal in (
        (10, True, "at most 1.3"),
        (60, False, "at most 1.25"),
        (10, False, ""),
        (60, True, ""),
    ):
        found, notes = [], ""
        for seed in SEEDS:
            signals = ship(SECONDS, seed)
            size = per_sample(sent(signals, length, chained=chained), length)
            found.append(size / signals.bound())
            notes = f"{size:.3f} B/sample, bound {signals.bound():.3f}, {signals.changed():.0%} change"
        form = "chained" if chained else "whole"
        report_ratio(f"payload {length} s {form} / entropy bound", goal, found, notes)


def test_payload_beside_sparkplug_and_signal_k() -> None:
    """Prints bytes a sample of ours over those of the usual formats."""
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        signals = ship(1200, seed)
        ours = per_sample(sent(signals, 10, chained=True), 10)
        for name, encode in (("Sparkplug B, RBE, zlib, 1 s", peers.sparkplug), ("Signal K JSON, 1 s", peers.signalk)):
            found.setdefault(name, []).append(ours / per_sample(by_seconds(signals, encode), 1))
    for name, ratios in found.items():
        report_ratio(f"payload 10 s chained / {name}", "", ratios)


def coarse(signals: Signals) -> NDArray[np.float64]:
    """Return the values at their sensors' accuracy, as the ship rounds them."""
    factor, exponent = scale(signals.legend().coarse_steps)
    step = factor * 10.0**-exponent
    rounded = np.rint(signals.values / step[:, None]) * factor[:, None]
    return rounded * 10.0 ** np.maximum(-exponent, 0)[:, None] / 10.0 ** np.maximum(exponent, 0)[:, None]


def door(signals: Signals, first: int, length: int) -> bytes:
    """Return a block of `length` seconds kept by swinging door, its error checked, as varints under zstd-19."""
    columns = []
    for row, whole, accuracy in zip(signals.values, signals.whole, signals.accuracy, strict=True):
        part = row[first : first + length]
        kept = np.array(peers.swinging_door(part, float(accuracy)))
        assert np.abs(np.interp(np.arange(length), kept, part[kept]) - part).max() <= accuracy * (1 + 1e-9)
        columns.append((kept, whole[first : first + length][kept], False))
    return peers.columns_zstd(columns)


def test_lossy_beside_swinging_door() -> None:
    """Prints bytes of re-quantised batches over swinging door's, both within the sensors' accuracy: goal 0.6."""
    for length, chained in ((60, True), (60, False)):
        found = []
        for seed in SEEDS:
            signals = ship(1200, seed)
            values = coarse(signals)
            assert (np.abs(values - signals.values) <= signals.accuracy[:, None] * (1 + 1e-9)).all()
            made = sent(signals, length, chained=chained, values=values)
            start = 0 if not chained else SKIPPED
            theirs = sum(HEAD_BYTES + len(door(signals, (start + n) * length, length)) for n in range(len(made)))
            found.append(sum(map(len, made)) / theirs)
        form = "chained" if chained else "whole"
        report_ratio(f"re-quantised {length} s {form} / swinging door", "at most 0.6", found)


def scans_of(path: Path) -> Iterator[dict[str, float]]:
    """Give, for each second that a recording tells, what its channels said in it."""
    said: dict[str, float] = {}
    second = ""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in raw.splitlines()[:40_000]:
        sentence = parse_line(re.sub(rb"^.*?([$!])", rb"\1", line))
        found = [] if isinstance(sentence, Rejected) else readings(sentence)
        for reading in found if not isinstance(found, str) else ():
            if reading.channel == "NAV_UTC" and reading.value is not None and str(reading.value) != second:
                second = str(reading.value)
                if said:
                    yield said
                said = {}
            elif isinstance(reading.value, float):
                said[reading.channel] = reading.value


@pytest.mark.skipif(not DATA.exists(), reason="the recordings are not beside the project")
def test_recorded_logs_beside_varints_under_zstd() -> None:
    """Prints bytes of batches of 60 scans of each recording over varint differences under zstd-19: never above 1.05."""
    catalogue = standard_catalogue()
    legend = Legend.from_wire(catalogue.hash, catalogue.to_wire())
    steps = {channel.short_id: channel.resolution for channel in catalogue}
    for path in sorted((DATA / "nmea0183").iterdir()):
        scans = [{c: v for c, v in scan.items() if steps.get(c)} for scan in scans_of(path)]
        if len(scans) < 60:
            continue
        ratios = tuple(beside_zstd(scans[n : n + 60], steps, legend) for n in range(0, len(scans) - 59, 60))
        report_ratio(f"{path.name} 60 scans / varint + zstd-19", "at most 1.05", ratios)


def beside_zstd(scans: list[dict[str, float]], steps: dict[str, float], legend: Legend) -> float:
    """Return our bytes over theirs for some scans."""
    columns: list[Column] = []
    theirs = []
    for channel in sorted({channel for scan in scans for channel in scan}):
        scan = np.array([n for n, one in enumerate(scans) if channel in one], np.int32)
        factor = round(1.0 / steps[channel])
        whole = np.rint(np.array([scans[n][channel] for n in scan]) * factor).astype(np.int64)
        columns.append(Column(channel, scan, whole / factor, np.zeros(len(scan), np.uint8)))
        theirs.append((scan.astype(np.int64), whole, len(scan) == len(scans)))
    times = 1_790_000_000_000_000_000 + np.arange(len(scans)) * 10**9
    batch = Batch("kestrel", EPOCH, 1, legend.catalogue_hash, False, times, tuple(columns), ())
    return len(codec.encode(batch, legend)) / (HEAD_BYTES + len(peers.columns_zstd(theirs)))


@needs_mosquitto
@pytest.mark.timeout(300)
async def test_bytes_on_the_wire(mosquitto: Mosquitto) -> None:
    """Prints IP bytes with MQTT and TLS, both ways, our own acknowledgement counted, over Sparkplug B's: goal 1/8.

    The packets of this connection alone, as the kernel counts them (`tests/fault/test_carried_bytes.py` holds that to a wire).
    """
    signals = ship(1200)
    ours, theirs = sent(signals, 10, chained=True)[:40], by_seconds(signals, peers.sparkplug, 201)
    ack = BatchAck(EPOCH, 123_456, ()).to_bytes()
    url = mosquitto.client("kestrel")
    async with joined(url, "wire") as client:
        await asyncio.sleep(0.5)

        async def cost(payloads: list[bytes], topic: str) -> float:
            before = client.port.carried_bytes
            for payload in payloads:
                assert await client.port.publish(topic, payload)
            await asyncio.sleep(0.2)
            return (client.port.carried_bytes - before) / len(payloads)

        up = await cost(ours, "farhelm/v1/kestrel/up/batch")
        down = await cost([ack] * 40, "farhelm/v1/kestrel/up/batch")  # an acknowledgement is as dear either way
        peer = await cost(theirs, "spBv1.0/fleet/DDATA/kestrel/eng")
    payload = sum(map(len, ours)) / len(ours)
    notes = f"{up:.0f} + {down:.0f} B a batch of {payload:.0f} B; peer {peer:.0f} B a second"
    report(
        Figure(
            "wire 10 s chained / Sparkplug B RBE zlib 1 s", (up + down) / 10 / peer, "", "at most 0.125", None, notes
        )
    )
    report(Figure("wire likewise without our acknowledgement", up / 10 / peer, "", "at most 0.125"))
    assert up > payload
