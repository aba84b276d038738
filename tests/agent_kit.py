"""What the tests of a running agent share: programs ended by their own id, a broker, lines, a Modbus unit, and an ear ashore."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from farhelm.demo import broker as demo_broker
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Message
from protocols.link import codec, topics
from protocols.link.acks import BatchAck
from protocols.link.birth import Birth
from protocols.link.legend import Legend
from protocols.nmea0183.framing import framed
from protocols.reading import Quality

COMMANDED_TOML = """
[vessel]
id = "kestrel"
name = "FARHELM KESTREL"
ship_type = "tanker"
mmsi = 440999001
length_m = 320.0
beam_m = 58.0
[broker]
url = "mqtt://127.0.0.1:{broker}"
[[input]]
name = "nmea"
kind = "tcp_client"
port = {nmea_tcp}
[[modbus]]
name = "plc"
host = "127.0.0.1"
port = {plc}
unit = 1
period_s = 0.2
registers = "{registers}"
[spool]
path = "spool.db"
[safety]
journal = "journal.db"
panel_port = {panel}
autopilot_port = {autopilot}
plc = "plc"
[keys]
master_public_key = "{master}"
vessel_key = "vessel.pem"
"""
"""A simulated vessel that takes orders: [control] is to be added, and where what it names is found."""

ROOT = Path(__file__).parents[1]
VESSEL = "otter"
AGENT = """
[vessel]
id = "otter"
name = "OTTER"
length_m = 12.0
beam_m = 4.0
[broker]
url = "mqtt://otter:right@127.0.0.1:{broker}"
[spool]
path = "{spool}"
[safety]
journal = "journal.db"
[keys]
master_public_key = "{master}"
vessel_key = "vessel.pem"
"""
TCP = '[[input]]\nname = "{}"\nkind = "tcp_client"\nport = {}\n'
MODBUS = '[[modbus]]\nname = "plc"\nhost = "127.0.0.1"\nport = {}\nunit = 1\nperiod_s = 0.2\nregisters = "{}"\n'
ILLEGAL_ADDRESS = 2


async def until(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - real processes, there is no event to wait for
            await asyncio.sleep(0.02)


@contextmanager
def program(arguments: list[str], log: Path) -> Generator[subprocess.Popen[bytes]]:
    """Run a Python program into a log until the end of the block; it is asked to end, then made to."""
    with command([sys.executable, *arguments], log) as started:
        yield started


@contextmanager
def command(words: list[str], log: Path) -> Generator[subprocess.Popen[bytes]]:
    """Run any program likewise."""
    with log.open("ab") as output:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        started = subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=output, env=environment)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def run_to_end(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program that ends by itself; return what it said. It never shows a trace."""
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    assert "Traceback" not in ran.stderr + ran.stdout, ran.stderr
    return ran


@contextmanager
def broker(folder: Path, port: int) -> Generator[None]:
    """Run a broker with accounts for the shore and the vessel."""
    made = demo_broker.prepare(folder / "broker", port, {"shore": "right", VESSEL: "right"}, (VESSEL,))
    with command(made.command, folder / "broker.log"):  # mosquitto where the machine has it
        yield


def agent_toml(folder: Path, broker_port: int, inputs: str, spool: str = "spool.db") -> Path:
    """Write an agent's configuration with the given inputs; return its path."""
    path = folder / "agent.toml"
    path.write_text(AGENT.format(broker=broker_port, spool=spool, master="00" * 32) + inputs)
    return path


def collector(path: Path) -> list[str]:
    """Return the command line of a collector."""
    return ["-m", "shipside", "--config", str(path), "--role", "collector"]


def said(log: Path, event: str) -> list[dict[str, object]]:
    """Return what a program said of a kind of event."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("{")]
    return [found for found in map(json.loads, lines) if found["event"] == event]


@dataclass
class Ear:
    """What is heard ashore of the vessel; each batch is acknowledged while `acknowledges`."""

    port: MqttPort
    acknowledges: bool = True
    legend: Legend | None = None
    seqs: list[int] = field(default_factory=list[int])
    latest: dict[str, tuple[float, Quality]] = field(default_factory=dict[str, tuple[float, Quality]])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    async def run(self) -> None:
        """Listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run())
            while True:
                arrival = await self.port.receive()
                if isinstance(arrival, Message) and arrival.topic.endswith(topics.BIRTH):
                    birth = Birth.from_bytes(arrival.payload)
                    self.legend = Legend.from_wire(birth.catalogue_hash, birth.catalogue)
                if isinstance(arrival, Message) and arrival.topic.endswith(topics.BATCH):
                    await self._take(codec.decode(arrival.payload, lambda _: self.legend))

    async def _take(self, batch: codec.Batch) -> None:
        self.seqs.append(batch.seq)
        for column in batch.columns:
            if isinstance(column.values, np.ndarray) and len(column.values):
                self.latest[column.channel] = (float(column.values[-1]), Quality(int(column.quality[-1])))
                self.counts[column.channel] = self.counts.get(column.channel, 0) + len(column.values)
        if self.acknowledges:
            ack = BatchAck(batch.epoch, 0, (batch.seq,)).to_bytes()
            await self.port.publish(topics.topic(VESSEL, topics.ACK), ack)

    async def more(self, channel: str, count: int = 5, seconds: float = 15.0) -> None:
        """Wait for more samples of a channel."""
        wanted = self.counts.get(channel, 0) + count
        await until(lambda: self.counts.get(channel, 0) >= wanted, seconds)


@asynccontextmanager
async def ear(broker_port: int) -> AsyncGenerator[Ear]:
    """Listen ashore."""
    url = f"mqtt://shore:right@127.0.0.1:{broker_port}"
    listening = Ear(MqttPort(Broker.from_url(url), "shore", [f"farhelm/v1/{VESSEL}/up/#"]))
    task = asyncio.create_task(listening.run())
    try:
        yield listening
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def lines(
    *first: bytes, every_s: float = 0.1, depths: int = 0, listener: socket.socket | None = None
) -> AsyncGenerator[int]:
    """Serve `first` to each client, then headings that turn by a degree each `every_s`; return the port.

    Between two headings come so many `depths`, each unlike the one before. `listener`: the socket to serve at.
    """

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for chunk in first:
            writer.write(chunk)
        number = 0
        try:
            while not writer.is_closing():
                writer.write(framed(f"HEHDT,{number % 360:05.1f},T") + b"\r\n")
                await writer.drain()
                for part in range(depths):
                    await asyncio.sleep(every_s / (depths + 1))
                    writer.write(framed(f"SDDPT,{10 + (number + part) % 40 * 0.5:.1f},0.0,") + b"\r\n")
                number += 1
                await asyncio.sleep(every_s / (depths + 1))
        except (OSError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(serve, sock=listener or socket.create_server(("127.0.0.1", 0)))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.05)


class Unit:
    """A Modbus unit that has the input registers it is given, and refuses every other address as PLCs do."""

    def __init__(self, words: dict[int, int]) -> None:
        """Have `words` by address."""
        self.words = words
        self.refused_count = 0
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client."""
        self._writers.append(writer)
        try:
            while header := await reader.read(7):
                body = await reader.readexactly(int.from_bytes(header[4:6], "big") - 1)
                answer = self._answer(body)
                writer.write(header[:4] + (len(answer) + 1).to_bytes(2, "big") + header[6:7] + answer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()

    def _answer(self, body: bytes) -> bytes:
        first, count = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        if any(address not in self.words for address in range(first, first + count)):
            self.refused_count += 1
            return bytes((body[0] | 0x80, ILLEGAL_ADDRESS))
        words = b"".join(self.words[address].to_bytes(2, "big") for address in range(first, first + count))
        return bytes((body[0], len(words))) + words

    @asynccontextmanager
    async def at(self, port: int) -> AsyncGenerator[None]:
        """Listen at a port; at the end every connection is cut."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", port)
        try:
            yield
        finally:
            server.close()
            for writer in self._writers:
                writer.close()
            await asyncio.sleep(0.05)
