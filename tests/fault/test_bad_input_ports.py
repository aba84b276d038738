"""Ports that somebody else holds: said with the port's number, the holder is not disturbed, and nothing else stops."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from farhelm.demo import ports
from protocols.nmea0183.framing import framed
from tests.agent_kit import (
    TCP,
    agent_toml,
    broker,
    collector,
    ear,
    lines,
    program,
    run_to_end,
    said,
    until,
)
from tests.free_ports import free_port

SERVER = '[[input]]\nname = "plug"\nkind = "tcp_server"\nport = {}\n'
UDP = '[[input]]\nname = "ais"\nkind = "udp"\nport = {}\n'


@contextmanager
def held(port: int) -> Generator[socket.socket]:
    """Listen at a port; at the end the holder is asked whether anybody disturbed it: it still takes a connection."""
    with socket.create_server(("127.0.0.1", port), backlog=8) as holder:
        yield holder
        socket.create_connection(("127.0.0.1", port), 2).close()


def test_a_demo_whose_port_is_taken(tmp_path: Path) -> None:
    """Refused before anything is started."""
    port = free_port()
    with held(port):
        ran = run_to_end(["-m", "farhelm", "demo", "--port", str(port), "--data", str(tmp_path / "demo")])
    assert ran.returncode == 1
    told = " ".join(ran.stdout.split())
    assert f"port {port} is taken" in told
    assert "farhelm demo --port" in told
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["logs"]


@pytest.mark.parametrize("which", ["nmea", "autopilot", "plc"])
def test_simulated_ships_whose_port_is_taken(tmp_path: Path, which: str) -> None:
    """Whichever of a ship's ports it is: said by its number, code 2, and no ports file tells of ships that are not there."""
    base = ports.free_run(10, free_port())
    taken = base + ("nmea", "autopilot", "plc").index(which)
    file = tmp_path / "ports.json"
    with held(taken):
        ran = run_to_end(["-m", "simulators", "--vessels", "1", "--base-port", str(base), "--ports-file", str(file)])
    assert ran.returncode == 2
    assert str(taken) in ran.stderr
    assert not file.exists()


async def test_an_input_whose_port_is_taken(tmp_path: Path) -> None:
    """A TCP plug and a UDP port that others hold: each says so, the heading goes on, and both heal when they are let go."""
    port, plug, ais, log = free_port(), free_port(), free_port(), tmp_path / "agent.log"

    def told(name: str) -> list[tuple[object, str]]:
        return [(line["is_open"], str(line["problem"])) for line in said(log, "input") if line["input"] == name]

    inputs = SERVER.format(plug) + UDP.format(ais)
    with broker(tmp_path, port):
        async with lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good) + inputs)
            with held(plug), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.1", ais))
                with program(collector(path), log) as agent:
                    await until(lambda: bool(told("plug")) and bool(told("ais")), 20)
                    for name in ("plug", "ais"):
                        assert told(name)[0][0] is False
                        assert "in use" in told(name)[0][1].lower()
                    await shore.more("NAV_HDG")
                    other.close()
                    await until(lambda: told("ais")[-1] == (True, ""), 20)
                    assert agent.poll() is None
            with program(collector(path), log):
                await until(lambda: told("plug")[-1] == (True, ""), 20)
                _, writer = await asyncio.open_connection("127.0.0.1", plug)
                writer.write(framed("SDDPT,12.5,0.5,") + b"\r\n")
                await until(lambda: "NAV_DPTT" in shore.latest)
                writer.close()
    assert "Traceback" not in log.read_text()


async def test_a_panel_whose_port_is_taken(tmp_path: Path) -> None:
    """The safety process says what stands in its way and tries again; collection goes on; the panel comes when it can."""
    port, panel, log = free_port(), free_port(), tmp_path / "agent.log"
    with broker(tmp_path, port):
        async with lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good))
            path.write_text(path.read_text().replace("[safety]", f"[safety]\npanel_port = {panel}"))
            with ExitStack() as programs:
                with held(panel):
                    agent = programs.enter_context(program(["-m", "shipside", "--config", str(path)], log))
                    await until(lambda: "the safety ended with 3" in log.read_text(), 20)
                    assert "the agent cannot run" in log.read_text()
                    assert f"the panel cannot listen on 127.0.0.1:{panel}" in log.read_text()
                    assert "change safety.panel_port" in log.read_text()
                    await shore.more("NAV_HDG")
                    assert "the collector ended" not in log.read_text()
                _, writer = await _panel(panel)
                writer.close()
                assert agent.poll() is None
            assert agent.returncode == 0
    assert "Traceback" not in log.read_text()


async def _panel(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a panel that may still be coming, and hear its first status."""
    async with asyncio.timeout(20):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            assert "status" in json.loads(await reader.readline())
            return reader, writer


def test_two_demos_begun_at_once_look_for_ports_at_different_places() -> None:
    """Between the look and the server that binds lies a second; the negative: demos of one console's port would meet."""
    usual, other = ports.run_beside(40, 8000), ports.run_beside(40, 8001)
    assert ports.run_beside(40, 8000) == usual
    assert other >= usual + 40
    assert ports.run_beside(40, 8035) + 40 <= ports.END
    # Where too few are left above the last place, the first that are free are taken.
    last = ports.FIRST + ports.SLOT * (ports.SLOTS - 1)
    assert ports.run_beside(ports.END - last + 1, 8035) < last
