"""Write `batches.json`: batches as bytes and what they say, for whoever reads or writes them. Run with `--check` to compare.

One of version 1; of version 2 one whole, one chained to it and one with a text; of version 3 the same, one of a single scan, one
whose values were re-quantised, one that names channels its catalogue does not have, and one of noise about a level.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from protocols.link import codec, targets
from protocols.link.batch import TRACKED_FIRST, Batch, Column, TargetReport
from protocols.link.cbor import Plain
from protocols.link.legend import Legend

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.vectors import first_version, second_version

TARGET = Path(__file__).with_name("batches.json")
CATALOGUE: list[Plain] = [
    {"short_id": "NAV_LAT", "resolution": 1e-7, "accuracy": 2.5e-5},
    {"short_id": "NAV_HDG", "resolution": 0.1, "accuracy": 0.5},
    {"short_id": "ME_RUN", "resolution": 0.0},
    {"short_id": "ME_RPM", "resolution": 1.0},
]
HASH = "0f1e2d3c4b5a6978"
LEGEND = Legend.from_wire(HASH, CATALOGUE)
START_NS = 1_790_000_000_000_000_000
GOOD, STALE, INVALID = 0, 1, 2


def voyage(seq: int, scans: int) -> Batch:
    """Return batch `seq` of a ship that steers north: every scan, standing still, with holes, and now and then."""
    scan = np.arange(scans, dtype=np.int32)
    time = (seq - 1) * 10 + scan.astype(np.int64)
    good = np.zeros(scans, np.uint8)
    heading = np.array([round(95.0 + math.sin(int(second) / 7.0) * 2.0, 1) for second in time])
    quality = np.where(time == 13, INVALID, GOOD).astype(np.uint8)
    heading[quality == INVALID] = math.nan
    seldom = scan[::4]
    columns = (
        Column("NAV_LAT", scan, np.round(35.05 + time * 3e-5 + (time % 3) * 1e-7, 7), good),
        Column("NAV_HDG", scan, heading, quality),
        Column("ME_RUN", scan, np.ones(scans), good),
        Column("ME_RPM", seldom, 88.0 + seldom, np.full(len(seldom), STALE, np.uint8)),
    )
    return Batch("kestrel", 1_789_990_000, seq, HASH, False, START_NS + time * 10**9, columns, (), is_base=True)


def noisy() -> Batch:
    """Return a batch of a channel that is noise about a level, and of the time that a receiver tells, once with a fraction."""
    scan, good = np.arange(60, dtype=np.int32), np.zeros(60, np.uint8)
    told = tuple(f"2026-09-21T14:13:{second:02d}{'.5' if second == 27 else ''}Z" for second in range(20, 30))
    columns = (
        Column("ME_RPM", scan, 88.0 + (scan * scan * 7 + scan * 3) % 11, good),
        Column("NAV_UTC", scan[:10], told, good[:10]),
    )
    return Batch("kestrel", 1_789_990_000, 7, HASH, False, START_NS + scan.astype(np.int64) * 10**9, columns, ())


def plain(batch: Batch) -> dict[str, object]:
    """Return what a batch says; None for a sample without a value."""
    return {
        "vessel": batch.vessel, "epoch": batch.epoch, "seq": batch.seq, "catalogue": batch.catalogue_hash,
        "historical": batch.historical, "is_base": batch.is_base, "requantised": batch.requantised,
        "scan_utc_ns": batch.scan_utc_ns.tolist(),
        "columns": [
            {
                "channel": column.channel, "scan": column.scan.tolist(), "quality": column.quality.tolist(),
                "values": [v if isinstance(v, str) else None if math.isnan(v) else float(v) for v in column.values],
            }
            for column in batch.columns
        ],
        **targets.heads(batch.targets),
    }  # fmt: skip


def vectors() -> dict[str, object]:
    """Return the vectors: catalogue, and for each batch its name, bytes, what it is chained to, and what it says."""
    first = voyage(1, 10)
    whole, closing = codec.encode_with_closing(first, LEGEND)
    second = voyage(2, 10)
    scan = np.zeros(1, np.int32)
    text = Column("NAV_MODE", scan, ("AUTO",), np.zeros(1, np.uint8))
    ship = TargetReport(
        440_000_001, START_NS, 35.1, 129.1, 10.5, 90.0, None, None, 0, 70, "NEIGHBOUR", None, 100.0, 20.0
    )
    named = replace(voyage(4, 1), is_base=False, columns=(*voyage(4, 1).columns, text), targets=(ship,))
    doubted = ship._replace(mmsi=440_000_002, doubt="two-places")
    radar = TargetReport(TRACKED_FIRST + 7, START_NS, 35.2, 129.2, 8.0, 270.0, None, None, None, None, "radar:07", None, None,
                         None, track="radar:07")  # fmt: skip
    seen = replace(voyage(6, 1), is_base=False, targets=(ship, doubted, radar))
    coarse = replace(voyage(5, 10), requantised=True, is_base=False, columns=(
        Column("NAV_HDG", np.arange(10, dtype=np.int32), 95.0 + np.arange(10.0) // 3, np.zeros(10, np.uint8)),
    ))  # fmt: skip
    made: list[tuple[str, Batch, bytes, str | None]] = [
        ("version 1", replace(first, is_base=False), first_version.encode(first), None),
        ("version 2, whole", first, bytes.fromhex(second_version.WHOLE), None),
        ("version 2, chained", second, bytes.fromhex(second_version.CHAINED), "version 2, whole"),
        ("version 2, text and target", named, bytes.fromhex(second_version.TEXT_AND_TARGET), None),
        ("whole", first, whole, None), ("chained", second, codec.encode(second, LEGEND, closing), "whole"),
        ("level and moments", noisy(), codec.encode(noisy(), LEGEND), None),
        ("historical", replace(first, historical=True, is_base=False), codec.as_historical(whole), None),
        ("one scan", replace(voyage(3, 1), is_base=False), codec.encode(replace(voyage(3, 1), is_base=False), LEGEND), None),
        ("text and target", named, codec.encode(named, LEGEND), None),
        ("doubt and track", seen, codec.encode(seen, LEGEND), None),
        ("re-quantised", coarse, codec.encode(coarse, LEGEND), None),
    ]  # fmt: skip
    return {
        "catalogue": {"hash": HASH, "channels": CATALOGUE},
        "batches": [
            {"name": name, "hex": encoded.hex(), "chained_to": base, "says": plain(batch)}
            for name, batch, encoded, base in made
        ],
    }


def main() -> int:
    """Write or check the file; return the exit code."""
    fresh = json.dumps(vectors(), indent=1) + "\n"
    if "--check" in sys.argv:
        return 0 if TARGET.read_text() == fresh else 1
    TARGET.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
