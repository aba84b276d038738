"""The agent as it is run: two processes, a broker, simulated instruments, autopilot and PLC, all on loopback sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client.parser import text_string_to_metric_families

from tests.agent_kit import COMMANDED_TOML, until
from tests.free_ports import free_port
from tests.wire_shore import VESSEL, Shore, bare_broker, bare_shore, commissioned

ROOT = Path(__file__).parents[2]
AGENT_TOML = COMMANDED_TOML + 'roster = "roster.signed"\ngrant = "grant.signed"\n'


@contextlib.contextmanager
def process(arguments: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        started = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=output, stderr=output)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(8)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@dataclass
class Place:
    folder: Path
    broker_port: int
    key: Ed25519PrivateKey
    agent: subprocess.Popen[bytes]
    metrics: dict[str, int]
    """Port of each process's figures."""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A simulated Kestrel with her mate, and her agent; the broker is each test's own business."""
    panel, port = free_port(), free_port()
    metrics = {role: free_port() for role in ("collector", "safety")}
    master, key = commissioned(tmp_path)
    ports = tmp_path / "ports.json"
    simulation = ["-m", "simulators", "--vessels", "1", "--ports-file", str(ports), "--panel", f"{VESSEL}={panel}"]
    with process(simulation, tmp_path / "simulators.log"):
        await until(ports.exists, 20)
        vessel = json.loads(ports.read_text())["vessels"][VESSEL]
        control = (ROOT / "control" / "example.toml").read_text()
        text = AGENT_TOML.format(
            broker=port, panel=panel, master=master, nmea_tcp=vessel["nmea_tcp"],
            plc=vessel["plc"], autopilot=vessel["autopilot"], registers=ROOT / "simulators/registers/kestrel.toml",
        )  # fmt: skip
        figures = "".join(f"{role}_port = {number}\n" for role, number in metrics.items())
        (tmp_path / "agent.toml").write_text(f"{text}[metrics]\n{figures}{control}")
        with process(["-m", "shipside", "--config", str(tmp_path / "agent.toml")], tmp_path / "agent.log") as agent:
            yield Place(tmp_path, port, key, agent, metrics)
    log = (tmp_path / "agent.log").read_text()
    assert agent.returncode == 0, log[-3000:]
    said = [json.loads(line) for line in log.splitlines()]  # every line of every process is one of JSON
    assert all(line.keys() >= {"utc_ms", "process", "level", "event"} for line in said)
    assert {line["process"] for line in said} >= {"collector", "safety"}


def shore(place: Place) -> contextlib.AbstractAsyncContextManager[Shore]:
    return bare_shore(place.broker_port, place.key)


async def test_watched_steered_and_stopped(place: Place) -> None:
    """Proves AUT-02, AUT-03, CMD-02, CMD-12, EST-01 on real sockets."""
    with bare_broker(place.folder, place.broker_port):
        async with shore(place) as station:
            # She says who she is, what she measures, and that her bridge has the conn.
            await until(lambda: bool(station.births) and station.beat is not None and len(station.batches) > 5, 20)
            assert station.births[0].catalogue_hash == station.batches[min(station.batches)].catalogue_hash
            await until(lambda: station.beat is not None and station.beat.authority.station == "local", 20)
            await until(lambda: station.latest("ME_RPM") is not None and station.latest("NAV_HDG") is not None)
            heading = station.latest("NAV_HDG")
            assert heading is not None

            # An order of one who does not have the conn is refused, with the reason.
            early = await station.order(1, "conn.heading", heading_deg=heading)
            assert await station.ended(early) == "REJECTED"
            assert "not_in_control" in station.names(early)

            # The conn is asked for; the mate grants; it is confirmed.
            request = await station.order(2, "authority.request", level="setpoint")
            await until(lambda: station.beat is not None and station.beat.authority.phase == "granted", 15)
            station.is_present = True
            confirm = await station.order(3, "authority.confirm")
            assert await station.ended(confirm) == "SUCCEEDED"
            assert await station.ended(request) == "SUCCEEDED"
            await until(lambda: station.beat is not None and station.beat.authority.station == "remote")

            # A heading is ordered; the autopilot answers with it, the ship comes round, the order succeeds.
            assert station.beat is not None
            wanted = round((station.beat.setpoints["heading_deg"] + 1.5) % 360.0, 1)
            steering = await station.order(4, "conn.heading", heading_deg=wanted)
            await until(lambda: station.latest("AP_HDGSET") == pytest.approx(wanted, abs=0.06), 10)
            assert await station.ended(steering, 100) == "SUCCEEDED", station.names(steering)

            # The same words under another key move nothing.
            forged = await station.order(5, "conn.heading", Ed25519PrivateKey.generate(), heading_deg=10.0)
            assert await station.ended(forged) == "REJECTED"

            # The emergency stop needs no conn, and reaches the engine.
            await station.stop()
            await until(lambda: station.beat is not None and station.beat.stop_latched, 5)
            later = await station.order(6, "conn.propulsion", propulsion_pct=50.0)
            assert await station.ended(later) == "REJECTED"
            rpm = station.latest("ME_RPM")
            assert rpm is not None
            await until(lambda: (station.latest("ME_RPM") or 0.0) < rpm - 2.0, 30)


def figures(place: Place, role: str) -> dict[str, float]:
    """Return the figures of a process, those without labels by name, as Prometheus's own parser reads them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{place.metrics[role]}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


async def test_each_process_tells_its_figures(place: Place) -> None:
    """Both answer Prometheus while they work: connected, the collector with what it keeps, the safety process with its own."""
    with bare_broker(place.folder, place.broker_port):
        async with shore(place) as station:
            await until(lambda: station.beat is not None and len(station.batches) > 3, 20)
            told = {role: await asyncio.to_thread(figures, place, role) for role in place.metrics}
    assert {role: found["farhelm_agent_connected"] for role, found in told.items()} == {"collector": 1, "safety": 1}
    assert {role for role, found in told.items() if "farhelm_agent_spool_batches" in found} == {"collector"}
    assert {role for role, found in told.items() if "farhelm_agent_events_unkept_total" in found} == {"safety"}


async def test_a_cut_of_the_broker_loses_nothing_and_delays_no_start(place: Place) -> None:
    """Proves that delivery rests on the shore's acknowledgement alone: the broker dies with all it held, twice."""
    seen: set[int] = set()
    historical = 0
    for turn in range(3):
        with bare_broker(place.folder, place.broker_port):
            async with shore(place) as station:
                station.acknowledges = turn > 0
                newest = max(seen, default=0)
                await until(lambda: max(station.batches, default=0) > newest + 15, 30)  # noqa: B023 - awaited here
                if turn == 2:
                    try:
                        await until(lambda: not missing(seen, station), 30)  # noqa: B023 - awaited here
                    except TimeoutError as error:
                        log = (place.folder / "agent.log").read_text()[-3000:]
                        raise TimeoutError(
                            f"{missing(seen, station)} of {max(station.batches)} never came: {log}"
                        ) from error
        # Counted when the shore has ended: what it took and acknowledged while it was being ended never comes again.
        seen |= set(station.batches)
        historical += sum(1 for batch in station.batches.values() if batch.historical)
        await asyncio.sleep(2.0)  # an outage: the ship goes on collecting
    assert seen == set(range(1, max(seen) + 1))
    assert historical > 0
    assert (place.folder / "spool.db").stat().st_size > 0


def missing(seen: set[int], station: Shore) -> list[int]:
    """Which batches before the newest have never come."""
    return sorted(set(range(1, max(station.batches))) - seen - set(station.batches))


async def test_either_process_may_die_without_the_other(place: Place) -> None:
    """Proves that collection and safety stand apart (architecture.md 4): kill -9 of each, the other goes on."""
    with bare_broker(place.folder, place.broker_port):
        async with shore(place) as station:
            await until(lambda: station.beat is not None and len(station.batches) > 3, 20)
            assert station.beat is not None
            boot_id = station.beat.boot_id

            # The collector dies: heartbeats go on in the same boot, and batches come again.
            os.kill(child(place.agent.pid, "collector"), signal.SIGKILL)
            seq = station.beat.seq
            await until(lambda: station.beat is not None and station.beat.seq >= seq + 2, 5)
            assert station.beat.boot_id == boot_id
            newest = max(station.batches)
            await until(lambda: max(station.batches) > newest + 3, 15)

            # The safety process dies: batches go on; it comes back as another boot with nobody in control.
            os.kill(child(place.agent.pid, "safety"), signal.SIGKILL)
            newest = max(station.batches)
            await until(lambda: max(station.batches) > newest + 3, 5)
            await until(lambda: station.beat is not None and station.beat.boot_id != boot_id, 15)


def child(parent: int, role: str) -> int:
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            is_ours = f"\nPPid:\t{parent}\n" in path.read_text()
            if is_ours and role in path.with_name("cmdline").read_text().split("\0"):
                return int(path.parent.name)
    raise LookupError(role)
