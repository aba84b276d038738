"""Over 2,000 bit/s both ways, with certificates, her connections come to stand, and heartbeats leave room for a batch."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from shipside.config.link import BEARERS
from tests import port_aboard
from tests.bad_network import MOSQUITTO, Profile, is_possible

pytestmark = [
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(300),
    pytest.mark.soak,
]
NARROW: Final = BEARERS["narrow"]
MODEM: Final = Profile(0.8, 0.1, NARROW.bytes_s * 8, 8_000)
"""One way of a narrow bearer: what it carries and no more, half a minute of queue."""
SEEN_S: Final = 150.0
ABOARD: Final = """
import asyncio, json, sys, time
from protocols.aio.mqtt import Broker, MqttPort
async def main():
    url, period_s, keepalive_s, answer_s, seconds = sys.argv[1], *map(float, sys.argv[2:])
    began_s, stood, beats, batches = time.monotonic(), [], [], []
    ports = [MqttPort(Broker.from_url(url), f"kestrel-{name}", ["farhelm/v1/kestrel/down/#"],
                      keepalive_s=int(keepalive_s), answer_s=answer_s) for name in ("collector", "safety", "stop")]
    async def listen(port):
        while True:
            stood.append([type(await port.receive()).__name__, time.monotonic() - began_s])
    async def say(port, leaf, size, every_s, taken):
        while True:
            said_s = time.monotonic()
            if await port.publish(f"farhelm/v1/kestrel/up/{leaf}", bytes(size)):
                taken.append(time.monotonic() - said_s)
            await asyncio.sleep(max(0.1, every_s - (time.monotonic() - said_s)))
    work = [port.run() for port in ports] + [listen(port) for port in ports]
    work += [say(ports[1], "heartbeat", 161, period_s, beats), say(ports[0], "batch", 900, 60.0, batches)]
    tasks = [asyncio.create_task(one) for one in work]
    await asyncio.sleep(seconds)
    print(json.dumps({"stood": stood, "beats": beats, "batches": batches}), flush=True)
    for task in tasks: task.cancel()
asyncio.run(main())
"""
"""Her three connections: period of heartbeats, keepalive, limit of an answer, and how long; then what was taken, and how late."""


@dataclass(frozen=True)
class Seen:
    """What became of it."""

    stood: list[tuple[str, float]]
    beats: list[float]
    batches: list[float]
    last_bytes_s: float
    """Both ways, over the last half minute."""


async def seen(folder: Path, period_s: float, keepalive_s: int, answer_s: float) -> Seen:
    """Run broker, network and her three connections for a while."""
    async with AsyncExitStack() as stack:
        figures = (period_s, keepalive_s, answer_s, SEEN_S)
        network, port = await port_aboard.started(stack, folder, (MODEM, MODEM), "hn-", ABOARD, *map(str, figures))
        await asyncio.sleep(SEEN_S - 30.0)
        before = network.up.passed_bytes + network.down.passed_bytes
        assert port.stdout is not None
        told = json.loads(await port.stdout.readline())
        passed = network.up.passed_bytes + network.down.passed_bytes - before
        return Seen([(what, at_s) for what, at_s in told["stood"]], told["beats"], told["batches"], passed / 30.0)


async def test_her_connections_stand_and_heartbeats_leave_room(tmp_path: Path) -> None:
    """By the profile: all three in the first attempt, an answer within seconds, and most of the bearer free."""
    found = await seen(tmp_path, NARROW.heartbeat_s, NARROW.keepalive_s, NARROW.answer_s)
    print(f"\n{found}")
    assert [what for what, _ in found.stood] == ["Connected"] * 3
    assert max(at_s for _, at_s in found.stood) < NARROW.answer_s + 20.0
    assert max(found.beats) < 15.0
    assert found.batches
    assert found.last_bytes_s < 0.5 * NARROW.bytes_s


async def test_by_the_limits_of_other_bearers_no_connection_ever_stands(tmp_path: Path) -> None:
    """The negative control, as it was: three greetings of 5 kB and more beside each other, and 5 s for each."""
    found = await seen(tmp_path, 1.0, 5, 5.0)
    print(f"\n{found}")
    assert found.stood == []
    assert found.beats == []
