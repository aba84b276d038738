"""A backlog over a link that loses packets and is cut: the real collector, a real broker, a station; all of it, once, bounded."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from protocols.link import codec
from protocols.link.batch import Batch, Column
from protocols.link.legend import Legend
from shipside import config as configuration
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, agent_toml
from tests.bad_network import MOSQUITTO, ROOT, SHORE, BadNetwork, Profile, between, broker, end_all, is_possible, run_in
from tests.free_ports import free_port

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(300),
]
LOSSY = Profile(delay_s=0.1, jitter_s=0.03, rate_bit_s=512_000, queue_bytes=64_000, loss=0.04, burst=0.4)
"""6 to 7 % of packets lost in bursts, as at the edge of coverage; the queue holds a second."""
BATCHES = 100
SCANS = 600
"""A batch is about 1 kB: more than a packet with the broker's acknowledgements beside it."""
EPOCH = 1_790_000_000
CUT_S = 6.0
"""Longer than the 5 s after which a publish counts as not sent: what was under way goes again."""
END_S = 200.0
BYTES_MOST = 4.0
"""Bytes on the wire over those of the batches, at most: headers, lost packets, and each cut's window again."""


def batch(seq: int, catalogue_hash: str) -> Batch:
    """Return a batch of a heading that nobody can guess."""
    scan = np.arange(SCANS, dtype=np.int32)
    heading = np.random.default_rng(seq).integers(0, 3600, SCANS) / 10
    times = 1_780_000_000 * 10**9 + (seq * SCANS + scan.astype(np.int64)) * 10**8
    return Batch("otter", EPOCH, seq, catalogue_hash, False, times,
                 (Column("NAV_HDG", scan, heading, np.zeros(SCANS, np.uint8)),), ())  # fmt: skip


def filled(folder: Path) -> tuple[Path, int]:
    """Write a configuration whose broker is across the water, and a spool full of batches; return it and their bytes."""
    path = agent_toml(folder, 1883, TCP.format("bridge", free_port()))
    path.write_text(path.read_text().replace("@127.0.0.1:1883", f"@{SHORE}:1883"))
    settings = configuration.load(path, {})
    legend = Legend.from_wire(settings.catalogue.hash, settings.catalogue.to_wire())
    spool, size = Spool(settings.spool, settings.spool_bytes_max, EPOCH), 0
    for seq in range(1, BATCHES + 1):
        encoded = codec.encode(batch(seq, settings.catalogue.hash), legend)
        spool.add(seq, encoded)
        size += len(encoded)
    assert spool.epoch == EPOCH
    spool.close()
    return path, size


def verdict(told: dict[int, int]) -> str:
    """Return which batches are not ashore as they were made; empty: all are."""
    made = {seq: zlib.crc32(batch(seq, "").columns[0].values.tobytes()) for seq in range(1, BATCHES + 1)}
    return ", ".join(f"batch {seq}" for seq, said in made.items() if told.get(seq) != said)


@pytest.mark.parametrize("cuts", [1, pytest.param(4, marks=pytest.mark.soak)])
async def test_a_backlog_over_real_loss_comes_whole_once_and_bounded(tmp_path: Path, cuts: int) -> None:
    """Selective acknowledgement and resend under lost packets and a cut: nothing lost, nothing double, no flood."""
    path, size = filled(tmp_path)
    end = str(ROOT / "tests" / "lossy_shore_end.py")
    with between(LOSSY, LOSSY) as (network, ship, shore):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(broker(tmp_path, shore))
            network.start()
            await asyncio.sleep(0.5)
            listening = await run_in(shore, sys.executable, end, "mqtt://127.0.0.1:1883", str(EPOCH), str(BATCHES))
            assert listening.stderr is not None
            await listening.stderr.readline()
            with (tmp_path / "agent.log").open("wb") as log:
                sending = await run_in(
                    ship, sys.executable, "-m", "shipside", "--config", str(path), "--role", "collector", output=log
                )
            try:
                cutting = asyncio.create_task(_cut(network, size, cuts))
                async with asyncio.timeout(END_S):
                    found = json.loads((await listening.communicate())[0])
                await cutting
            finally:
                await end_all(network, sending, listening)
    print(f"\n{BATCHES} batches of {size} B: {found['came']} came, {network.up.passed_bytes} B up, "
          f"{network.up.lost_count + network.down.lost_count} packets lost")  # fmt: skip
    told = {int(seq): said for seq, said in found["said"].items()}
    assert verdict(told) == ""
    assert verdict({**told, 7: told[8]}) == "batch 7"  # negative control: one in the place of another is found out
    assert found["came"] > BATCHES, "nothing went again: the cut was none"
    assert network.up.passed_bytes < BYTES_MOST * size


async def _cut(network: BadNetwork, size: int, cuts: int) -> None:
    """Cut the link when a third of the backlog is under way, once or more."""
    for number in range(cuts):
        while network.up.passed_bytes < size * (number + 1) / (cuts + 2):  # noqa: ASYNC110 - the relay counts
            await asyncio.sleep(0.05)
        network.cut(is_cut=True)
        await asyncio.sleep(CUT_S)
        network.cut(is_cut=False)
