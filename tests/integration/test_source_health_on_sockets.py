"""A source that is unplugged is seen ashore by its own channels, from a real agent over a real broker."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from protocols.nmea0183.framing import framed
from protocols.reading import Quality
from tests.agent_kit import TCP, agent_toml, broker, collector, ear, lines, program, until
from tests.free_ports import free_port

DEPTH = framed("SDDPT,12.5,0.5,") + b"\r\n"
UDP = '[[input]]\nname = "log-2"\nkind = "udp"\nport = {}\n'


async def speak(port: int) -> None:
    """Send a depth ten times a second until cancelled; each tenth is damaged."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for number in range(10_000):
            out.sendto(DEPTH if number % 10 else DEPTH.replace(b"12.5", b"12.6"), ("127.0.0.1", port))
            await asyncio.sleep(0.1)


async def test_the_age_of_an_unplugged_source_grows_ashore_and_its_rate_falls(tmp_path: Path) -> None:
    """Two instruments; one is unplugged. Its channels say so, the other's stay as they were."""
    port, udp = free_port(), free_port()
    with broker(tmp_path, port):
        async with lines() as steady, ear(port) as shore:

            def ashore(what: str) -> float:
                value, quality = shore.latest.get(f"SRC_{what}", (float("nan"), Quality.GOOD))
                assert quality is Quality.GOOD
                return value

            path = agent_toml(tmp_path, port, TCP.format("gyro", steady) + UDP.format(udp))
            with program(collector(path), tmp_path / "agent.log"):
                speaking = asyncio.create_task(speak(udp))
                await until(lambda: ashore("LOG_2_RATE") > 3.0 and ashore("GYRO_RATE") > 3.0, 40)
                await until(lambda: ashore("LOG_2_ERRORS") >= 5.0)
                assert ashore("LOG_2_AGE") <= 2.0
                assert ashore("GYRO_ERRORS") == 0.0
                before = ashore("LOG_2_RATE")
                speaking.cancel()
                await until(lambda: ashore("LOG_2_AGE") >= 8.0 and ashore("LOG_2_RATE") < before, 40)
                assert ashore("GYRO_AGE") <= 2.0
