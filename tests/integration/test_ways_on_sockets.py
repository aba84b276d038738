"""Over which way a message came, through real brokers: itself, a bridge that speaks MQTT 5, and an older one that drops it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Connected, Message
from tests.free_ports import free_port
from tests.mosquitto_kit import MOSQUITTO, needs_mosquitto

TOPIC = "farhelm/v1/tern/up/heartbeat"
BRIDGE = """
connection ashore
address 127.0.0.1:{far}
topic farhelm/v1/# both 1
bridge_protocol_version {version}
try_private false
restart_timeout 1
"""

pytestmark = needs_mosquitto


@contextlib.contextmanager
def broker(folder: Path, port: int, more: str = "") -> Iterator[None]:
    """Run a broker that lets everybody in."""
    folder.mkdir()
    (folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{more}")
    assert MOSQUITTO is not None
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([MOSQUITTO, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log)
        try:
            yield
        finally:
            process.kill()
            process.wait()


async def came(said_at: int, heard_at: int, way: str) -> Message:
    """Say a heartbeat at one broker, again until it is heard at the other, and return it as it came."""
    speaking = MqttPort(Broker.from_url(f"mqtt://127.0.0.1:{said_at}"), "tern-safety-2", [], way=way)
    hearing = MqttPort(Broker.from_url(f"mqtt://127.0.0.1:{heard_at}"), "shore", [TOPIC])
    tasks = [asyncio.create_task(port.run()) for port in (speaking, hearing)]
    try:
        async with asyncio.timeout(20):
            while not isinstance(await hearing.receive(), Connected):
                pass
            arrival = asyncio.create_task(hearing.receive())
            while not arrival.done():
                await speaking.publish(TOPIC, b"beat", expiry_s=3)
                await asyncio.wait([arrival], timeout=0.2)
            message = arrival.result()
            assert isinstance(message, Message)
            return message
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("way", ["leo", ""])
async def test_a_broker_passes_on_over_which_way_it_came(tmp_path: Path, way: str) -> None:
    """The same bytes with the name of the way beside them; of a ship with one way nothing is told."""
    port = free_port()
    with broker(tmp_path / "one", port):
        assert await came(port, port, way) == Message(TOPIC, b"beat", retained=False, way=way)


@pytest.mark.parametrize(("version", "way"), [("mqttv50", "leo"), ("mqttv311", "")])
async def test_a_bridge_passes_it_on_where_it_speaks_mqtt_5(tmp_path: Path, version: str, way: str) -> None:
    """An older bridge brings the beat and drops the name: then the figures of that way are not known, and none is guessed."""
    near, far = free_port(), free_port()
    with broker(tmp_path / "far", far), broker(tmp_path / "near", near, BRIDGE.format(far=far, version=version)):
        assert await came(near, far, "leo") == Message(TOPIC, b"beat", retained=False, way=way)
