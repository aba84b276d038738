"""Several shore processes on one broker and one database, and a ship that keeps what nobody has acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from farhelm.demo import broker
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Message
from protocols.link import topics
from protocols.link.acks import BatchAck, EventAck
from tests.free_ports import free_port
from tests.shore_kit import Ship

REPOSITORY = Path(__file__).parents[1]
CONFIG = """
[shore]
listen = "127.0.0.1:8000"
origins = ["http://127.0.0.1:8000"]
broker = "{broker}"
database = "{database}"
client_id = "crew"
[alerts]
heartbeat_silent_s = 3.5
data_stale_s = 5.0
clock_skew_s = 2.0
[vessels.kestrel]
public_key = "{key}"
[vessels.trusting]
"""
RESEND_S = 1.0
WINDOW = 64


@dataclass
class Crew:
    """A broker, and the shore processes started on it."""

    folder: Path
    broker_url: str
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])
    ports: dict[str, int] = field(default_factory=dict[str, int])

    def start(self, name: str, role: str) -> str:
        """Start a process of `role`; return its address."""
        port = self.ports[name] = free_port()
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", "shoreside", "--config", str(self.folder / "shore.toml"), "--role", role],
                cwd=REPOSITORY, stderr=log, env={**os.environ, "FARHELM_SHORE_LISTEN": f"127.0.0.1:{port}"},
            )  # fmt: skip
        return f"http://127.0.0.1:{port}"

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one process."""
        self.children[name].send_signal(number)
        if number is signal.SIGKILL:
            self.children[name].wait(timeout=10)


@asynccontextmanager
async def running_crew(
    database_url: str, folder: Path, ship: Ship, vessels: tuple[str, ...] = ("kestrel", "trusting")
) -> AsyncGenerator[Crew]:
    """Run a broker with shared subscriptions and give the crew that works on it; end all of it afterwards."""
    port = free_port()
    accounts = {"shore": "s", **{vessel: vessel[0] for vessel in vessels}}
    made = await asyncio.to_thread(broker.prepare, folder / "broker", port, accounts, vessels)
    url = f"mqtt://shore:s@127.0.0.1:{port}"
    text = CONFIG.format(broker=url, database=database_url, key=ship.public_key.hex())
    (folder / "shore.toml").write_text(text)
    crew = Crew(folder, url)
    with (folder / "broker.log").open("ab") as log:
        server = subprocess.Popen(made.command, stdout=log, stderr=log)  # noqa: ASYNC220 - started and left to run
    try:
        yield crew
    finally:
        for child in (*crew.children.values(), server):
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGCONT)
                child.kill()
            child.wait(timeout=10)


class KeepingShip:
    """The ship's end of the link: everything is sent again until the shore has acknowledged it."""

    def __init__(self, ship: Ship, crew: Crew, password: str) -> None:
        """Prepare the uplink of `ship`."""
        self.ship = ship
        leaves = (topics.ACK, topics.EVENT_ACK)
        url = crew.broker_url.replace("shore:s", f"{ship.vessel}:{password}")
        self.port = MqttPort(Broker.from_url(url), ship.vessel, [ship.topic(leaf) for leaf in leaves])
        self.batches: dict[int, tuple[str, bytes]] = {}
        """Not acknowledged yet, by sequence."""
        self.events: dict[int, tuple[str, bytes]] = {}
        self.made = 0
        self.acked_above: set[int] = set()
        """Batches acknowledged by name, before the row was unbroken."""

    async def receive(self) -> None:
        """Delete what the shore acknowledges, until cancelled."""
        while True:
            arrival = await self.port.receive()
            if not isinstance(arrival, Message):
                continue
            if arrival.topic.endswith(topics.EVENT_ACK):
                through = EventAck.from_bytes(arrival.payload).through_seq
                self.events = {seq: message for seq, message in self.events.items() if seq > through}
                continue
            ack = BatchAck.from_bytes(arrival.payload)
            self.acked_above |= set(ack.selected)
            for seq in [seq for seq in self.batches if seq <= ack.through_seq or seq in ack.selected]:
                del self.batches[seq]

    def make(self, count: int) -> None:
        """Make batches, and an event for each tenth."""
        for _ in range(count):
            self.made += 1
            self.batches[self.made] = self.ship.batch(self.made)
            if self.made % 10 == 0:
                seq = self.made // 10
                body = {"channel": "NAV_LAT", "from": "a", "to": "b"}
                self.events[seq] = self.ship.event(seq, "source", {**body})

    async def send(self) -> None:
        """Send what is not acknowledged, the oldest of it."""
        for message in [*list(self.batches.values())[:WINDOW], *list(self.events.values())[:32]]:
            await self.port.publish(*message)

    async def settle(self, within_s: float) -> None:
        """Send again until everything is acknowledged."""
        async with asyncio.timeout(within_s):
            while self.batches or self.events:
                await self.send()
                await asyncio.sleep(RESEND_S)


@asynccontextmanager
async def at_sea(keeping: KeepingShip, within_s: float = 30.0) -> AsyncGenerator[KeepingShip]:
    """Connect a ship, tell its birth, and take its acknowledgements while the block runs."""
    tasks = [asyncio.create_task(keeping.port.run()), asyncio.create_task(keeping.receive())]
    try:
        async with asyncio.timeout(within_s):
            while not keeping.port.connected:  # noqa: ASYNC110 - the driver tells its inbox, which is taken
                await asyncio.sleep(0.05)
        topic, birth = keeping.ship.birth()
        await keeping.port.publish(topic, birth, retain=True)
        yield keeping
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
