"""How much memory real processes take while they are flooded: the agent by its inputs, the shore by one vessel (R12)."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from tests.agent_kit import TCP, agent_toml, broker, ear, program, until
from tests.free_ports import free_port
from tests.shore_crew import Crew, KeepingShip, at_sea, running_crew
from tests.shore_kit import Ship

pytestmark = pytest.mark.alone

AGENT_MB_MAX, SHORE_MB_MAX = 256, 512
SOAK_S = 60
NORMAL_HZ = 5
"""Batches a second of a ship on LTE; the flood is ten times as many, or as many as the broker takes."""
FLOOD_LINES = 50
"""Lines written at once, without a pause but for the other side's reading: some thousands a second."""


def peak_mb(pid: int) -> float:
    """Return the highest resident memory of a process since its start, MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1000


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@asynccontextmanager
async def torrent() -> AsyncGenerator[tuple[int, list[int]]]:
    """Serve lines as fast as they are read; yield the port and a list whose only number counts them."""
    sent = [0]

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                made = [framed(f"HEHDT,{(sent[0] + n) % 3600 / 10:05.1f},T") for n in range(FLOOD_LINES)]
                writer.write(b"\r\n".join(made) + b"\r\n")
                await writer.drain()
                sent[0] += FLOOD_LINES
                await asyncio.sleep(0.002)
        except (OSError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], sent
    finally:
        server.close()
        await asyncio.sleep(0.05)


async def _flood_agent(folder: Path, seconds: float) -> float:
    """Flood an agent for so long; return the peak of its processes together, MB."""
    port = free_port()
    with broker(folder, port):
        async with torrent() as (tap, sent), ear(port) as shore:
            path = agent_toml(folder, port, TCP.format("tap", tap))
            with program(["-m", "shipside", "--config", str(path)], folder / "agent.log") as agent:
                await until(lambda: len(shore.seqs) > 5, 60)
                before = sent[0]
                await asyncio.sleep(seconds)
                peaks = [peak_mb(pid) for pid in (agent.pid, *children_of(agent.pid))]
                rate = (sent[0] - before) / seconds
    print(
        f"agent at {rate:.0f} lines/s: {sum(peaks):.0f} MB peak of {len(peaks)} processes {[round(one) for one in peaks]}"
    )
    assert rate > 1000, "this was no flood"
    assert len(peaks) == 3, "parent, collector and safety process"
    return sum(peaks)


async def _flood(ship: KeepingShip, seconds: float) -> int:
    """Publish ten times what a ship does, for so long, whatever is acknowledged; return how many."""
    loop = asyncio.get_running_loop()
    began_s, count = loop.time(), 0
    while loop.time() - began_s < seconds:
        ship.make(10)
        for seq in list(ship.batches)[-10:]:
            await ship.port.publish(*ship.batches[seq])
            count += 1
        await asyncio.sleep(max(0.0, began_s + count / (10 * NORMAL_HZ) - loop.time()))
    return count


async def _flood_shore(database_url: str, folder: Path, seconds: float) -> float:
    """Flood a shore for so long while another vessel speaks as she should; return the peak, MB."""
    ship = Ship()
    async with running_crew(database_url, folder, ship) as crew:
        await _is_up(crew)
        async with (
            at_sea(KeepingShip(ship, crew, "k")) as honest,
            at_sea(KeepingShip(Ship("trusting", seed=9), crew, "t")) as flooder,
        ):
            flooding = asyncio.create_task(_flood(flooder, seconds))
            while not flooding.done():
                honest.make(NORMAL_HZ)
                await honest.send()
                await asyncio.sleep(1.0)
            count = await flooding
            await honest.settle(60)
            peak = peak_mb(crew.children["alone"].pid)
    print(f"shore at {count / seconds:.0f} batches/s of one vessel: {peak:.0f} MB peak")
    assert count > NORMAL_HZ * seconds * 3, "this was no flood"
    return peak


async def _is_up(crew: Crew) -> None:
    address = crew.start("alone", "all")
    host, port = address.removeprefix("http://").split(":")

    async def answers() -> bool:
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return False
        writer.close()
        return True

    async with asyncio.timeout(60):
        while not await answers():  # noqa: ASYNC110 - another process, there is no event to wait for
            await asyncio.sleep(0.1)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_a_flooded_agent_stays_within_its_memory(tmp_path: Path) -> None:
    """Proves reliability goal R12: the agent's three processes, their shared pages counted thrice, within 256 MB."""
    assert await _flood_agent(tmp_path, SOAK_S) <= AGENT_MB_MAX


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_a_flooded_shore_stays_within_its_memory(database_url: str, tmp_path: Path) -> None:
    """Proves reliability goal R12: the shore's process within 512 MB while one vessel sends ten times what ships do."""
    assert await _flood_shore(database_url, tmp_path, SOAK_S) <= SHORE_MB_MAX


def test_a_process_that_grows_is_seen_to(tmp_path: Path) -> None:
    """Negative control: 300 MB that were touched and given back are in the peak."""
    script = tmp_path / "grow.py"
    script.write_text("import sys\nheld = b'x' * 300_000_000\ndel held\nprint('ready', flush=True)\nsys.stdin.read()\n")
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as grown:
        assert grown.stdout is not None
        grown.stdout.readline()
        assert peak_mb(grown.pid) > AGENT_MB_MAX
        grown.communicate()
