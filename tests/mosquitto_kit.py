"""Debian's mosquitto with the files of deploy/mosquitto, certificates made by `farhelm certificates`, and clients."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from farhelm import certificates
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Connected, Message
from tests.free_ports import free_port

DEPLOY = Path(__file__).parents[1] / "deploy" / "mosquitto"
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto")


class Mosquitto:
    """The broker of deploy/mosquitto on a port of the test's own."""

    def __init__(self, folder: Path, port: int) -> None:
        """Make authority and broker certificate in `folder`; nothing runs before `start`."""
        self.folder, self.port = folder, port
        self._process: subprocess.Popen[bytes] | None = None
        certificates.authority(folder)
        certificates.broker(["127.0.0.1"], folder)
        (folder / "acl").write_bytes((DEPLOY / "acl").read_bytes())
        text = (DEPLOY / "mosquitto.conf").read_text().replace("listener 8883", f"listener {port} 127.0.0.1")
        text = text.replace("/mosquitto/certs", str(folder)).replace("/mosquitto/config", str(folder))
        (folder / "mosquitto.conf").write_text(text + "user root\n")

    def client(self, name: str) -> str:
        """Make the certificate of a client; return its broker URL."""
        certificates.client(name, self.folder)
        return self.url(name)

    def url(self, name: str) -> str:
        """Return the broker URL of a client."""
        files = f"ca={self.folder}/ca.crt&cert={self.folder}/{name}.crt&key={self.folder}/{name}.key"
        return f"mqtts://127.0.0.1:{self.port}?{files}"

    def start(self) -> None:
        """Start the broker; raise TimeoutError when it does not listen within 5 s."""
        assert MOSQUITTO is not None
        log = (self.folder / "mosquitto.log").open("ab")
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log)
        log.close()

    def signal(self, number: int) -> None:
        """Send the broker a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Kill the broker."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> str:
        """Return what the broker said."""
        return (self.folder / "mosquitto.log").read_text(errors="replace")


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run the broker for one test."""
    broker = Mosquitto(tmp_path, free_port())
    broker.start()
    yield broker
    broker.stop()


class Heard:
    """A client that notes what it hears."""

    def __init__(self, port: MqttPort) -> None:
        """Speak and listen over `port`."""
        self.port = port
        self.messages: list[tuple[str, bytes]] = []
        self.connections = 0

    async def listen(self) -> None:
        """Listen until cancelled."""
        while True:
            arrival = await self.port.receive()
            if isinstance(arrival, Message):
                self.messages.append((arrival.topic, arrival.payload))
            elif isinstance(arrival, Connected):
                self.connections = arrival.number


@asynccontextmanager
async def joined(url: str, name: str, *subscriptions: str, wait_s: float = 15.0) -> AsyncGenerator[Heard]:
    """Connect a client and wait until it is there; wait_s 0: do not wait."""
    heard = Heard(MqttPort(Broker.from_url(url), name, subscriptions))
    tasks = [asyncio.create_task(heard.port.run()), asyncio.create_task(heard.listen())]
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s or 0.001):
                while not heard.connections:  # noqa: ASYNC110 - nothing else says so
                    await asyncio.sleep(0.02)
        yield heard
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
