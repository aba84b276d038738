"""NMEA in over TCP as fast as it is taken, published and durably queued: sentences per CPU second beside Signal K server.

Ours: the collector process, its spool with `synchronous=FULL`, a broker, and an ear ashore that acknowledges each batch. Theirs:
signalk-server 2.23.0 with one websocket subscriber to everything; it keeps nothing. Only the CPU of the two servers counts. Ours
publishes what is new at each scan (0.2 s), theirs a delta for each sentence; both take in every one. The bench installs the
peer by `npm install --prefix test-results/peers/server signalk-server@2.23.0` where npm and a registry are at hand.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.agent_kit import TCP, agent_toml, broker, collector, command, ear, program, said, until
from tests.bench.figures import MB, Figure, memory, report, report_ratio
from tests.bench.ship_second import LINES, RATES, STATIC, lines
from tests.demo_rig import ROOT
from tests.free_ports import free_port

SECONDS = 120
"""Seconds of a ship a round: 7,560 sentences, some tenths of a CPU second of ours."""
ROUNDS = 5
LOOK_S = 0.3
"""How often a server is asked how far it is: the answer costs ours some milliseconds."""
RSS_MB_MAX = 100.0
PEER = ROOT / "test-results" / "peers" / "server"
PACKAGE = "signalk-server@2.23.0"
SETTINGS = {
    "interfaces": {"appstore": False, "plugins": False, "webapps": False, "nmea-tcp": False, "tcp": False},
    "mdns": False, "ssl": False,
}  # fmt: skip
"""What a bench does not need is off, in the peer's favour."""


@pytest.fixture(scope="module")
def signalk() -> Path:
    """Return the peer's program; install it first where that can be done."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on PATH: Signal K server was not run")
    found = PEER / "node_modules" / "signalk-server" / "bin" / "signalk-server"
    if not found.is_file():
        PEER.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-audit", "--no-fund", "--omit=optional", "--prefix", str(PEER), PACKAGE]
        try:
            installed = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{PACKAGE} could not be installed within 300 s")
        if installed.returncode:
            pytest.skip(f"{PACKAGE} could not be installed: {installed.stderr.strip()[-200:]}")
    return found


def cpu_of(pid: int) -> float:
    """Return the CPU seconds, user and system, that a process has used (proc(5), stat fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Tap:
    """A TCP server that gives its one client what it is told to, as fast as it is taken."""

    writer: asyncio.StreamWriter | None = None
    port: int = 0

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the client."""
        self.writer = writer

    async def pour(self, text: bytes) -> None:
        """Give the client everything."""
        assert self.writer is not None
        self.writer.write(text)
        await self.writer.drain()


@asynccontextmanager
async def tap() -> AsyncGenerator[Tap]:
    """Serve lines."""
    made = Tap()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        if made.writer is not None:
            made.writer.close()
        server.close()


@dataclass
class Side:
    """A server under measurement: where it is fed, and how many sentences it says it took in."""

    pid: int
    feed: Tap
    taken: Callable[[], int]
    per_round: int
    """Sentences of a round as this server counts them."""
    found: list[float] = field(default_factory=list[float])
    """Sentences per CPU second, a round each."""

    async def round(self, text: bytes) -> float:
        """Pour a round; return sentences of the voyage per CPU second, when all are through."""
        wanted, before = self.taken() + self.per_round, cpu_of(self.pid)
        await self.feed.pour(text)
        async with asyncio.timeout(60):
            while self.taken() < wanted:  # noqa: ASYNC110 - another process, there is no event to wait for
                await asyncio.sleep(LOOK_S)
        await asyncio.sleep(0.5)  # what is taken in is published, spooled and acknowledged too
        assert self.taken() == wanted
        self.found.append(SECONDS * LINES / (cpu_of(self.pid) - before))
        return self.found[-1]


def figure(port: int, name: str) -> int:
    """Return a figure of the agent's own metrics, all labels together."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        rows = [row.decode().rsplit(" ", 1) for row in answer if row.startswith(name.encode())]
    return sum(int(float(value)) for _, value in rows)


@asynccontextmanager
async def farhelm(folder: Path) -> AsyncGenerator[Side]:
    """Run broker, collector and ear."""
    broker_port, metrics_port, log = free_port(), free_port(), folder / "collector.log"
    async with AsyncExitStack() as stack:
        feed = await stack.enter_async_context(tap())
        stack.enter_context(broker(folder, broker_port))
        heard = await stack.enter_async_context(ear(broker_port))
        inputs = TCP.format("bridge", feed.port) + f"[metrics]\ncollector_port = {metrics_port}\n"
        started = stack.enter_context(program(collector(agent_toml(folder, broker_port, inputs)), log))
        await until(lambda: feed.writer is not None and heard.legend is not None, 30.0)
        side = Side(started.pid, feed, lambda: figure(metrics_port, "farhelm_agent_input_lines_total"), SECONDS * LINES)
        yield side
        assert figure(metrics_port, "farhelm_agent_rejected_total") == 0
        assert {"NAV_LAT", "NAV_HDG"} <= set(heard.latest), "nothing was published"
        await until(lambda: bool(heard.seqs) and heard.seqs == sorted(set(heard.seqs)), 5.0)
        assert not said(log, "spool"), "a batch could not be written"


@dataclass
class Subscriber:
    """One client of the peer that hears everything."""

    socket: ClientConnection
    sentences: int = 0

    async def run(self) -> None:
        """Count the updates that come of a sentence."""
        async for message in self.socket:
            self.sentences += sum(
                "sentence" in each.get("source", {}) for each in json.loads(message).get("updates", ())
            )


@asynccontextmanager
async def signalk_server(folder: Path, binary: Path) -> AsyncGenerator[Side]:
    """Run the peer with one subscriber."""
    port = free_port()
    async with AsyncExitStack() as stack:
        feed = await stack.enter_async_context(tap())
        tcp = {"type": "tcp", "host": "127.0.0.1", "port": str(feed.port)}
        pipe = {"type": "providers/simple", "options": {"type": "NMEA0183", "subOptions": tcp, "logging": False}}
        settings = {
            **SETTINGS,
            "port": port,
            "pipedProviders": [{"id": "bridge", "enabled": True, "pipeElements": [pipe]}],
        }
        (folder / "settings.json").write_text(json.dumps(settings))
        words = ["env", f"SIGNALK_NODE_CONFIG_DIR={folder}", f"PORT={port}", "node", str(binary)]
        started = stack.enter_context(command(words, folder / "signalk.log"))
        await until(lambda: feed.writer is not None, 60.0)
        url = f"ws://127.0.0.1:{port}/signalk/v1/stream?subscribe=all"
        client = Subscriber(await stack.enter_async_context(await _joined(url)))
        hearing = asyncio.create_task(client.run())
        # It makes no update of transducers that it was not told of, and one of the two parts of a static report.
        per_round = SECONDS * (LINES - RATES["XDR"] - STATIC)
        yield Side(started.pid, feed, lambda: client.sentences, per_round)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _joined(url: str) -> ClientConnection:
    """Return a connection to the peer, which may need some seconds before it listens."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await connect(url, max_size=None)
            except OSError:
                await asyncio.sleep(0.2)


@pytest.mark.timeout(600)
async def test_collecting_beside_signal_k_server(tmp_path: Path, signalk: Path) -> None:
    """Prints sentences per CPU second over the peer's, goal at least 4, and the collector's memory, goal at most 100 MB."""
    text = b"\r\n".join(lines(SECONDS)) + b"\r\n"
    folders = [tmp_path / name for name in ("ours", "theirs")]
    for folder in folders:
        folder.mkdir()
    async with farhelm(folders[0]) as ours, signalk_server(folders[1], signalk) as theirs:
        for side in (ours, theirs):  # the peer's compiler warms up; ours is given the same
            await side.round(text)
        ratios = []
        for number in range(ROUNDS):
            both = (ours, theirs) if number % 2 == 0 else (theirs, ours)
            for side in both:
                await side.round(text)
            ratios.append(ours.found[-1] / theirs.found[-1])
        own_mb, peer_mb = (memory(side.pid).rss / MB for side in (ours, theirs))
    notes = (
        f"{sorted(ours.found[1:])[ROUNDS // 2]:.0f} and {sorted(theirs.found[1:])[ROUNDS // 2]:.0f} sentences per CPU s"
    )
    report_ratio("NMEA in to published and queued, over Signal K", "at least 4", ratios, notes)
    notes = f"Signal K server {peer_mb:.0f} MB"
    report(
        Figure("the same: collector's RSS", own_mb, "MB", f"at most {RSS_MB_MAX:g}", None, notes), signalk_mb=peer_mb
    )
