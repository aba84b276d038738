"""A backlog over a link that loses packets and is cut: the real collector, a real broker, a station; all of it, once, bounded."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.agent_kit import TCP
from tests.backlog import EPOCH, filled, verdict
from tests.bad_network import MOSQUITTO, ROOT, BadNetwork, Profile, between, broker, end_all, is_possible, run_in
from tests.free_ports import free_port

pytestmark = [
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(300),
]
LOSSY = Profile(delay_s=0.1, jitter_s=0.03, rate_bit_s=512_000, queue_bytes=64_000, loss=0.04, burst=0.4)
"""6 to 7 % of packets lost in bursts, as at the edge of coverage; the queue holds a second."""
BATCHES = 100
CUT_S = 6.0
"""Longer than the 5 s after which a publish counts as not sent: what was under way goes again."""
END_S = 200.0
BYTES_MOST = 4.0
"""Bytes on the wire over those of the batches, at most: headers, lost packets, and each cut's window again."""


@pytest.mark.parametrize("cuts", [1, pytest.param(4, marks=pytest.mark.soak)])
async def test_a_backlog_over_real_loss_comes_whole_once_and_bounded(tmp_path: Path, cuts: int) -> None:
    """Selective acknowledgement and resend under lost packets and a cut: nothing lost, nothing double, no flood."""
    path, size = filled(tmp_path, BATCHES, TCP.format("bridge", free_port()))
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
    assert verdict(told, BATCHES) == ""
    assert (
        verdict({**told, 7: told[8]}, BATCHES) == "batch 7"
    )  # negative control: one in the place of another is found out
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
