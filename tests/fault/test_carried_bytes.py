"""What a port says that its connections have carried is what went over the network: every packet, heard by a wire in between."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests import port_aboard
from tests.bad_network import GEO, MOSQUITTO, BadNetwork, Profile, is_possible

pytestmark = [
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(120),
]
SAID = """
import asyncio, json, sys
from protocols.aio.mqtt import Broker, MqttPort
async def main():
    port = MqttPort(Broker.from_url(sys.argv[1]), "kestrel-safety", ["farhelm/v1/kestrel/down/#"])
    running = asyncio.create_task(port.run())
    for word in sys.stdin:
        what, number, size = word.split()
        while not port.connected:
            await asyncio.sleep(0.05)
        taken = 0
        for _ in range(int(number)):
            if what == "say":
                taken += await port.publish("farhelm/v1/kestrel/up/heartbeat", bytes(int(size)))
            else:
                await asyncio.sleep(1.0)
        await asyncio.sleep(1.0)
        print(json.dumps({"carried": port.carried_bytes, "taken": taken}), flush=True)
asyncio.run(main())
"""
"""The port at the ship's end: says `number` messages of a size, or is silent for as many seconds; then tells its count."""


class Wire:
    """A broker with TLS ashore, a port aboard, and what passed between them."""

    def __init__(self, network: BadNetwork, port: asyncio.subprocess.Process) -> None:
        """Count from here on."""
        self._network, self._port = network, port

    async def told(self, what: str, number: int, size: int = 0) -> tuple[int, int]:
        """Return what the port says it carried, and what passed on the wire, both ways, since the start."""
        assert self._port.stdin is not None
        assert self._port.stdout is not None
        self._port.stdin.write(f"{what} {number} {size}\n".encode())
        found = json.loads(await self._port.stdout.readline())
        assert what != "say" or found["taken"] == number
        return found["carried"], self._network.up.passed_bytes + self._network.down.passed_bytes


async def started(stack: AsyncExitStack, folder: Path, up: Profile, down: Profile) -> Wire:
    """Start broker, network and port."""
    return Wire(*await port_aboard.started(stack, folder, (up, down), "hc-", SAID))


async def test_every_packet_of_a_good_link_is_counted(tmp_path: Path) -> None:
    """Greeting, heartbeats, and silence, in which nothing is said and the contract is charged all the same."""
    async with AsyncExitStack() as stack:
        wire = await started(stack, tmp_path, Profile(0.02), Profile(0.02))
        # The greeting, certificates and all, is counted.
        carried, passed = await wire.told("say", 0)
        assert 3_000 < passed < 12_000
        assert carried == pytest.approx(
            passed, rel=0.06
        )  # the first packet of TCP has longer options, the last are late
        greeting = passed
        # Thirty heartbeats of 500 bytes: headers, TLS and answers are a third as much again.
        carried, passed = await wire.told("say", 30, 500)
        assert carried == pytest.approx(passed, rel=0.03)
        each = (passed - greeting) / 30
        assert 620 < each < 800
        # Silence costs a keepalive each five seconds.
        before = passed
        carried, passed = await wire.told("wait", 11)
        assert carried == pytest.approx(passed, rel=0.03)
        print(f"\na heartbeat of 500 B is {each:.0f} B on the wire; silence {(passed - before) / 12:.1f} B/s")
        assert 15 < (passed - before) / 12 < 80


async def test_what_a_bad_link_makes_us_send_again_is_counted(tmp_path: Path) -> None:
    """Over a satellite with loss the kernel sends again: payloads and headers by themselves would tell less than what went."""
    async with AsyncExitStack() as stack:
        wire = await started(stack, tmp_path, GEO, GEO)
        await wire.told("say", 0)
        carried, passed = await wire.told("say", 12, 500)
        assert carried == pytest.approx(passed, rel=0.08)  # what was lost on the way did not pass, and was sent
