"""What history may use of a link whose contract is known: most of it, while live values and heartbeats stay in time (R4)."""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.agent_kit import TCP, lines
from tests.backlog import EPOCH, filled, verdict
from tests.bad_network import GEO, MOSQUITTO, ROOT, between, broker, end_all, is_possible, listener_in, run_in

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(120),
]
LINK_BYTES_S = GEO.rate_bit_s / 8
BATCHES = 400
"""About 16 s of the whole link: two live batches come meanwhile."""
SHARE = 0.8
"""Of the link, from the first batch of the backlog to the last (reliability.md R4): what is left is loss and its repair."""
SHARE_SHORT = 0.65
"""In 20 s some six packets are lost, and how long each takes to mend decides: the same code came to 73 to 81 %. The goal itself
takes two minutes (`make soak`)."""
LIVE_WITHIN_S = 3.0
"""From the last scan of a live batch to its commit ashore, in the midst of the backlog: R4's 2 s, and a lost packet's repair."""
BEAT_LATE_P80_S = 1.0
"""From a heartbeat's saying to its arrival, four of five: 0.35 s of way and no queue. One that is lost holds up the next two, so
the fifth may be later; in the kernel's bursts more than half took 1.1 to 1.8 s."""
BEAT_AGE_P95_S = 2.0
"""Age of the newest heartbeat ashore, 95 % of the time (R4): over so long that a lost one does not decide it."""


@dataclass(frozen=True)
class Found:
    """What was measured while a backlog came."""

    share: float
    """Bytes that came up over what the link carries, from the first batch ashore to the last."""
    late_s: list[float]
    """Of each live batch meanwhile: from its last scan to its commit."""
    beat_late_p80_s: float
    beat_age_p95_s: float


def age_p95_s(heard: list[list[int]]) -> float:
    """Return the age of the newest heartbeat that 95 % of the time does not exceed, seconds."""
    came, said = np.array(heard, dtype=np.int64).T
    looked = np.arange(came[0], came[-1], 50)
    return (
        float(np.percentile(looked - np.maximum.accumulate(said)[np.searchsorted(came, looked, "right") - 1], 95))
        / 1000
    )


def late_p80_s(heard: list[list[int]]) -> float:
    """Return how late four of five heartbeats are at most, seconds."""
    came, said = np.array(heard, dtype=np.int64).T
    return float(np.percentile(came - said, 80)) / 1000


async def backlog(folder: Path, count: int, *link: str) -> Found:
    """Bring `count` batches of about 1 kB over GEO with the lines `link` in [link]; nothing is missing afterwards."""
    end = str(ROOT / "tests" / "lossy_shore_end.py")
    with between(GEO, GEO) as (network, ship, shore):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(broker(folder, shore))
            port = await stack.enter_async_context(lines(every_s=1.0, listener=listener_in(ship)))
            path, _ = filled(folder, count, TCP.format("bridge", port), "[link]", 'bearer = "geo"', *link)
            network.start()
            listening = await run_in(shore, sys.executable, end, "mqtt://127.0.0.1:1883", str(EPOCH), str(count))
            assert listening.stderr is not None
            await listening.stderr.readline()
            log = stack.enter_context((folder / "agent.log").open("wb"))
            sending = await run_in(ship, sys.executable, "-m", "shipside", "--config", str(path), output=log)
            try:
                found = json.loads((await listening.communicate())[0])
            finally:
                await end_all(network, sending, listening)
    assert verdict({int(seq): crc for seq, crc in found["said"].items()}, count) == ""
    seconds = (found["whole_utc_ms"] - found["first_utc_ms"]) / 1000
    result = Found(
        network.up.passed_bytes / seconds / LINK_BYTES_S,
        found["late_s"],
        late_p80_s(found["heard"]),
        age_p95_s(found["heard"]),
    )
    late_s = ", ".join(f"{each:.1f}" for each in result.late_s)
    print(
        f"\n{' '.join(link) or 'no bytes_s'}: {count} batches in {seconds:.1f} s, {result.share:.0%} of the link's"
        f" {LINK_BYTES_S:.0f} B/s; live values {late_s} s late, heartbeats {result.beat_late_p80_s:.2f} s (p80),"
        f" the newest {result.beat_age_p95_s:.1f} s old (p95);"
        f" {network.up.lost_count} packets lost"
    )
    return result


def whole(found: Found, share: float) -> None:
    """Assert that `share` of the link is used at least, and nobody waits."""
    assert found.share >= share
    assert found.late_s
    assert max(found.late_s) <= LIVE_WITHIN_S
    assert found.beat_late_p80_s <= BEAT_LATE_P80_S


async def test_history_fills_the_link_of_the_contract_and_live_values_stay_in_time(tmp_path: Path) -> None:
    """R4's share of the link in 20 s: with `bytes_s` the backlog uses most of it, and what is said meanwhile is not late."""
    whole(await backlog(tmp_path, BATCHES, f"bytes_s = {LINK_BYTES_S:.0f}"), SHARE_SHORT)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_for_minutes_likewise_and_a_heartbeat_is_always_new(tmp_path: Path) -> None:
    """Proves R4's share of the link, and the age of heartbeats meanwhile, over two minutes and their lost packets."""
    found = await backlog(tmp_path, 6 * BATCHES, f"bytes_s = {LINK_BYTES_S:.0f}")
    whole(found, SHARE)
    assert found.beat_age_p95_s <= BEAT_AGE_P95_S
