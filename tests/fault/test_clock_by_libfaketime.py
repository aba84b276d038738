"""The real collector under libfaketime: its UTC jumps while it runs, and nothing but the times in its batches changes."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from protocols.aio.mqtt import Broker, MqttPort
from protocols.link.batch import Batch
from tests import fake_clock
from tests.agent_kit import TCP, Ear, agent_toml, broker, collector, lines, program, until
from tests.free_ports import free_port

PHASE_S = 5.0
DAY_S = 86_400.0
NAVSTAR_S = 315_964_800.0
HEARD = 4
"""Batches before the first jump."""
GAP_S = 3.0
"""Longest silence of a collector that makes a batch each second or faster; a machine that is busy with other tests is in it."""
PHASES: dict[str, Callable[[float], bool]] = {
    "+0": lambda utc_s: abs(utc_s - time.time()) < 60,
    "-1d": lambda utc_s: abs(utc_s - time.time() + DAY_S) < 60,
    "+3653d": lambda utc_s: abs(utc_s - time.time() - 3653 * DAY_S) < 60,
    "1980-01-06 00:00:00": lambda utc_s: utc_s == NAVSTAR_S,  # and there it stands still
}
"""{what libfaketime is told: whether a time of a scan is the one it makes}"""


class TimedEar(Ear):
    """An ear that keeps when each batch came and which time its last scan has."""

    def __init__(self, port: MqttPort) -> None:
        """Begin with nothing heard."""
        super().__init__(port)
        self.heard: list[tuple[float, float]] = []
        """(seconds of the running loop, UTC of the last scan)"""
        self.alerted_s: float | None = None

    async def _take(self, batch: Batch) -> None:
        self.heard.append((asyncio.get_running_loop().time(), int(batch.scan_utc_ns[-1]) / 1e9))
        await super()._take(batch)


async def _alert(port: MqttPort, told: list[float]) -> None:
    """Note when an event of the doubt arrives."""
    while True:
        arrival = await port.receive()
        if b"utc-doubt.clock" in getattr(arrival, "payload", b""):
            told.append(asyncio.get_running_loop().time())


@fake_clock.needs_library
async def test_the_collector_goes_on_whatever_its_clock_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves R14 on the real process: a day back, ten years on, 1980 and still there; no batch lost, doubled or late."""
    port, file, told = free_port(), tmp_path / "faketime", list[float]()
    loop = asyncio.get_running_loop()
    fake_clock.tell(file, "+0")
    url = Broker.from_url(f"mqtt://shore:right@127.0.0.1:{port}")
    ear = TimedEar(MqttPort(url, "shore", ["farhelm/v1/otter/up/#"]))
    events = MqttPort(url, "shore-events", ["farhelm/v1/otter/up/event"])
    with broker(tmp_path, port):
        async with lines() as gyro:
            path = agent_toml(tmp_path, port, TCP.format("gyro", gyro))
            with monkeypatch.context() as faked:
                for name, value in fake_clock.environment(file).items():
                    faked.setenv(name, value)
                agent = program(collector(path), tmp_path / "agent.log")
                agent.__enter__()
            tasks = [asyncio.create_task(one) for one in (ear.run(), events.run(), _alert(events, told))]
            try:
                await until(lambda: len(ear.heard) >= HEARD, 40)
                began_s, turned_s = loop.time(), 0.0
                for what, is_so in PHASES.items():
                    fake_clock.tell(file, what)
                    turned_s = turned_s or (loop.time() if what != "+0" else 0.0)
                    await asyncio.sleep(PHASE_S)
                    assert is_so(ear.heard[-1][1]), f"{what}: the last scan is of {ear.heard[-1][1]}"
                    assert bool(told) is (what != "+0"), f"{what}: told {told}"
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                agent.__exit__(None, None, None)
    assert told[0] - turned_s <= 2.0
    # One that was made before anybody listened comes after a live one; from the first jump on each comes in its turn.
    assert sorted(ear.seqs) == list(range(min(ear.seqs), min(ear.seqs) + len(ear.seqs)))
    assert ear.seqs[HEARD:] == sorted(ear.seqs[HEARD:])
    came = [at for at, _ in ear.heard if at >= began_s]
    assert max(after - before for before, after in itertools.pairwise(came)) <= GAP_S
    assert len(came) >= 4 * PHASE_S * 0.8
