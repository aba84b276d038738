"""A backlog aboard: a spool full of batches of a heading that nobody can guess, and the judge of what comes ashore of it."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from protocols.link import codec
from protocols.link.batch import Batch, Column
from protocols.link.legend import Legend
from shipside import config as configuration
from shipside.storage.spool import Spool
from tests.agent_kit import agent_toml
from tests.bad_network import SHORE

SCANS = 600
"""A batch is about 1 kB: more than a packet with the broker's acknowledgements beside it."""
EPOCH = 1_790_000_000


def batch(seq: int, catalogue_hash: str) -> Batch:
    """Return a batch of a heading that nobody can guess."""
    scan = np.arange(SCANS, dtype=np.int32)
    heading = np.random.default_rng(seq).integers(0, 3600, SCANS) / 10
    times = 1_780_000_000 * 10**9 + (seq * SCANS + scan.astype(np.int64)) * 10**8
    return Batch("otter", EPOCH, seq, catalogue_hash, False, times,
                 (Column("NAV_HDG", scan, heading, np.zeros(SCANS, np.uint8)),), ())  # fmt: skip


def filled(folder: Path, count: int, source: str, *lines: str) -> tuple[Path, int]:
    """Write a configuration with an input and `lines` whose broker is across the water, and a spool of `count` batches.

    Return the configuration's path, and the bytes of the batches.
    """
    path = agent_toml(folder, 1883, source)
    path.write_text("\n".join((path.read_text().replace("@127.0.0.1:1883", f"@{SHORE}:1883"), *lines)))
    settings = configuration.load(path, {})
    legend = Legend.from_wire(settings.catalogue.hash, settings.catalogue.to_wire())
    spool, size = Spool(settings.spool, settings.spool_bytes_max, EPOCH), 0
    for seq in range(1, count + 1):
        encoded = codec.encode(batch(seq, settings.catalogue.hash), legend)
        spool.add(seq, encoded)
        size += len(encoded)
    assert spool.epoch == EPOCH
    spool.close()
    return path, size


def verdict(told: dict[int, int], count: int) -> str:
    """Return which of `count` batches are not ashore as they were made; empty: all are."""
    made = {seq: zlib.crc32(batch(seq, "").columns[0].values.tobytes()) for seq in range(1, count + 1)}
    return ", ".join(f"batch {seq}" for seq, said in made.items() if told.get(seq) != said)
