"""The broker is killed in mid-flow and its disk deleted, three times: the ship's agent loses and doubles nothing (R9)."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farhelm.demo import broker as demo_broker
from protocols.aio.mqtt import Broker, MqttPort
from tests.agent_kit import TCP, VESSEL, agent_toml, collector, lines, program
from tests.ashore import Kept, ashore, ingest, judge, missing, once, skips
from tests.free_ports import free_port
from tests.shore_kit import Ship

SEED = 9
WIPES = 3
CARELESS = "trusting"
ACCOUNTS = {"shore": "right", VESSEL: "right", CARELESS: "right"}
HEADING_EVERY_S = 1.0
"""Five scans: a heading is one of its own also on a busy machine."""
PERSISTENT = "persistence true\npersistence_location {}/\nautosave_interval 1\n"
MOSQUITTO_DISK = "mosquitto.db"


class WipedBroker:
    """A broker with a disk of its own, which is killed and loses it."""

    def __init__(self, folder: Path, port: int) -> None:
        """Prepare; nothing runs before `start`."""
        self.folder, self.port, self.kind = folder, port, ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start with an empty folder and the same accounts; mosquitto keeps what it holds on its disk."""
        made = demo_broker.prepare(self.folder, self.port, ACCOUNTS, (VESSEL, CARELESS))
        self.kind = made.kind
        if made.kind == "mosquitto":
            config = self.folder / "mosquitto.conf"
            config.write_text(config.read_text().replace("persistence false\n", PERSISTENT.format(self.folder)))
        with (self.folder.parent / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(made.command, stdout=log, stderr=log)

    def wipe(self) -> None:
        """Kill it, and delete its folder with all it holds."""
        self.kill()
        shutil.rmtree(self.folder)

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Careless:
    """A sender that deletes a batch as soon as the broker has it: the broker's word is not the shore's."""

    def __init__(self, port: int) -> None:
        """Prepare to speak as a vessel of the shore's."""
        self.ship = Ship(CARELESS, seed=SEED)
        self.port = MqttPort(Broker.from_url(f"mqtt://{CARELESS}:right@127.0.0.1:{port}"), CARELESS, [])
        self.sent = 0
        """Batches the broker has acknowledged."""

    async def run(self) -> None:
        """Tell the birth whenever there is a broker, and batches, each until the broker has it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run())
            group.create_task(self._speak())

    async def _speak(self) -> None:
        is_born = False
        while True:
            if not is_born:
                topic, birth = self.ship.birth()
                is_born = await self.port.publish(topic, birth, retain=True)
            elif await self.port.publish(*self.ship.batch(self.sent + 1)):
                self.sent += 1
            else:
                is_born = False
            await asyncio.sleep(0.05)


@asynccontextmanager
async def speaking(careless: Careless) -> AsyncGenerator[None]:
    """Let it speak during the block."""
    task = asyncio.create_task(careless.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def kept(seq: int) -> Kept:
    """Return a batch as the ledger has it."""
    return Kept(1, seq, historical=False, received=datetime(2026, 11, 26, tzinfo=UTC))


def test_a_planted_loss_is_seen() -> None:
    """Negative control of the judge: a batch or heading left out, one that came twice, are told apart from a row."""
    assert missing([kept(1), kept(2), kept(3)]) == []
    assert missing([kept(2), kept(4)]) == [1, 3]
    assert skips([0.0, 1.0, 2.0]) == []
    assert skips([0.0, 2.0]) == [(0.0, 2.0)]
    assert skips([0.0, 1.0, 1.0]) == [(1.0, 1.0)]
    assert skips([*map(float, range(360)), 0.0]) == []


async def storm(broker: WipedBroker, shore: subprocess.Popen[bytes], database_url: str) -> int:
    """Wipe the broker three times in mid-flow; return how often it had anything on its disk."""
    dice, on_disk = random.Random(SEED), 0
    for _ in range(WIPES):
        wanted = len(ashore(database_url).kept) + 10
        await once(database_url, lambda now, wanted=wanted: len(now.kept) >= wanted, 30)
        await asyncio.sleep(dice.uniform(0.0, 0.5))
        shore.send_signal(signal.SIGSTOP)  # so that the broker holds what the shore has not taken
        await asyncio.sleep(dice.uniform(2.0, 3.0))
        on_disk += (broker.folder / MOSQUITTO_DISK).exists()
        broker.wipe()
        shore.send_signal(signal.SIGCONT)
        await asyncio.sleep(dice.uniform(0.0, 1.0))
        broker.start()
    return on_disk


@pytest.mark.timeout(240)
async def test_a_wiped_broker_costs_no_batch_and_no_value(database_url: str, tmp_path: Path) -> None:
    """Proves R9: three wipes in mid-flow, each batch and heading is kept once. Negative control: a careless sender's are not.

    It deletes at the broker's acknowledgement instead of the shore's, in the same storm.
    """
    broker = WipedBroker(tmp_path / "broker", free_port())
    broker.start()
    careless = Careless(broker.port)
    try:
        at = ingest(tmp_path, f"mqtt://shore:right@127.0.0.1:{broker.port}", database_url, free_port())
        async with lines(every_s=HEADING_EVERY_S, depths=4) as port:
            toml = agent_toml(tmp_path, broker.port, TCP.format("nmea", port))
            with program(at, tmp_path / "shore.log") as shore, program(collector(toml), tmp_path / "agent.log"):
                async with speaking(careless):
                    on_disk = await storm(broker, shore, database_url)
                    assert on_disk == WIPES or broker.kind != "mosquitto"
                    wanted, said = len(ashore(database_url).headings) + 5, careless.sent
                    await once(database_url, lambda now: len(now.headings) >= wanted and careless.sent > said + 50, 60)
                now = await once(database_url, lambda now: missing(now.kept) == [], 60)
    finally:
        broker.kill()
    judge(now)
    again = sum(row.historical for row in now.kept)
    lost = missing(ashore(database_url, CARELESS).kept)
    print(
        f"{WIPES} wipes, {len(now.kept)} batches, {again} of them as history, {len(now.headings)} headings, 0 lost;"
        f" the careless sender lost {len(lost)} of {careless.sent}"
    )
    assert again > 0, "the storm did not reach the ship's own batches"
    assert lost, "the negative control lost nothing: the fault was none"
