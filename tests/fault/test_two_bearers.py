"""A ship with two bearers on real sockets: two ways to one broker, each cut in silence; she is steered over the other."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent_kit import until
from tests.free_ports import free_port
from tests.integration.test_agent_on_sockets import AGENT_TOML, ROOT, process
from tests.relay import Relay
from tests.wire_shore import VESSEL, Shore, bare_broker, bare_shore, commissioned

WAYS = '[broker]\nname = "lte"\nsecond_name = "leo"\nsecond_url = "mqtt://127.0.0.1:{second}"\nurl = "mqtt://127.0.0.1:{first}"'
"""In place of the first line of [broker] and its URL."""


@pytest.fixture
async def ways() -> AsyncIterator[tuple[Relay, Relay]]:
    """Two relays that lead nowhere yet."""
    first, second = Relay(), Relay()
    yield first, second
    await first.end()
    await second.end()


def stands(station: Shore) -> dict[str, tuple[bool, float | None]]:
    """Return whether each way stands and its round trip, ms, as her last heartbeat says."""
    return (
        {} if station.beat is None else {way.name: (way.is_connected, way.round_trip_ms) for way in station.beat.ways}
    )


def figure(port: int, name: str) -> float:
    """Return a figure of the safety process."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


@pytest.mark.timeout(300)
async def test_each_bearer_may_go_and_she_is_steered_and_stopped_over_the_other(
    tmp_path: Path, ways: tuple[Relay, Relay]
) -> None:
    """The ladder stays at L0 for the whole of it; the stop comes over the second way while the first is dead (EST-01)."""
    broker, panel, metrics, ports = free_port(), free_port(), free_port(), tmp_path / "ports.json"
    master, key = commissioned(tmp_path)
    first, second = [await relay.lead_to(broker) for relay in ways]
    simulation = ["-m", "simulators", "--vessels", "1", "--ports-file", str(ports), "--panel", f"{VESSEL}={panel}"]
    with process(simulation, tmp_path / "simulators.log"), bare_broker(tmp_path, broker):
        await until(ports.exists, 20)
        vessel = json.loads(ports.read_text())["vessels"][VESSEL]
        text = AGENT_TOML.replace('[broker]\nurl = "mqtt://127.0.0.1:{broker}"', WAYS).format(
            first=first, second=second, panel=panel, master=master, nmea_tcp=vessel["nmea_tcp"], plc=vessel["plc"],
            autopilot=vessel["autopilot"], registers=ROOT / "simulators/registers/kestrel.toml",
        )  # fmt: skip
        control = (ROOT / "control" / "example.toml").read_text()
        (tmp_path / "agent.toml").write_text(f"{text}[metrics]\nsafety_port = {metrics}\n{control}")
        with process(["-m", "shipside", "--config", str(tmp_path / "agent.toml")], tmp_path / "agent.log"):
            async with bare_shore(broker, key) as station:
                station.acknowledges = True
                await sailed(station, ways, metrics)
    assert "Traceback" not in (tmp_path / "agent.log").read_text()


async def sailed(station: Shore, ways: tuple[Relay, Relay], metrics: int) -> None:
    """Take her, cut one way and mend it, cut the other and stop her."""
    first, second = ways
    await until(lambda: station.beat is not None, 60)
    await station.take()
    taken = len(station.events)
    await until(lambda: all(is_up and trip is not None for is_up, trip in stands(station).values()), 20)
    assert set(stands(station)) == {"lte", "leo"}
    await asyncio.sleep(3)  # beats of the operator come over both ways by now
    assert await asyncio.to_thread(figure, metrics, "farhelm_agent_twice_total") > 0

    second.close("up", "down")
    await until(lambda: stands(station)["leo"] == (False, None) and stands(station)["lte"][0], 20)
    assert await steered(station, 1.0)
    second.mend()
    await until(lambda: stands(station)["leo"][1] is not None, 20)

    first.close("up", "down")
    assert await steered(station, 1.0)  # at once: nobody aboard knows yet that the first way is dead
    await until(lambda: stands(station)["lte"] == (False, None) and stands(station)["leo"][0], 20)
    await until(lambda: station.beat is not None and "way-lost" in station.beat.alerts, 20)
    await station.stop()
    await until(lambda: station.beat is not None and station.beat.stop_latched, 2)
    assert not [event for event in station.events[taken:] if event.kind == "ladder"]
    first.mend()
    await until(lambda: stands(station)["lte"][0], 20)
    await until(lambda: station.beat is not None and "way-lost" not in station.beat.alerts, 20)
    events = [event.seq for event in station.events if event.boot_id == station.events[-1].boot_id]
    assert sorted(events) == list(range(min(events), max(events) + 1))


async def steered(station: Shore, by_deg: float) -> bool:
    """Order a small change of heading; return whether it was obeyed, and answered once with each state."""
    assert station.beat is not None
    wanted = round((station.beat.setpoints["heading_deg"] + by_deg) % 360.0, 1)
    order = await station.order(station.next_number(), "conn.heading", heading_deg=wanted)
    await until(lambda: "executing" in station.told(order), 10)
    await until(lambda: station.beat is not None and station.beat.setpoints["heading_deg"] == wanted, 5)
    return len(station.told(order)) == len(set(station.told(order)))
