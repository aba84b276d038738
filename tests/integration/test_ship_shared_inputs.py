"""Inputs that one process alone can read reach both processes aboard; the safety process depends on nobody for them."""

from __future__ import annotations

import asyncio
import os
import pty
import socket
import tty
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocols.aio.clock import SystemClock
from shipside.config.inputs import InputConfig
from shipside.sensors import sharing
from shipside.sensors.datagrams import UdpInput
from shipside.sensors.handing import UNSHARED
from shipside.sensors.lines import TcpServerInput, open_input
from shipside.sensors.sharing import HEADER, HandedInput, SharedInput
from tests.agent_kit import VESSEL, broker, ear, program, until
from tests.free_ports import free_port

ROOT = Path(__file__).parents[2]
HDT = b"$HEHDT,95.5,T*16"
LINE = b"$HEHDT,95.5,T*16\r\n"


class Both:
    """One input as both processes have it: `safety` and `collector` are the lines that each got."""

    def __init__(self, config: InputConfig, folder: Path) -> None:
        """Have neither running yet."""
        self.clock, self.path, self.config = SystemClock(), folder / "lines-0.sock", config
        self.inner = open_input(config, self.clock)
        self.said: list[tuple[str, dict[str, object]]] = []
        self.shared = SharedInput(self.inner, self.path, self.clock, self._say)
        self.handed = HandedInput(config, self.clock, self.path)
        self.safety: list[bytes] = []
        self.collector: list[bytes] = []

    def _say(self, event: str, **fields: object) -> None:
        self.said.append((event, fields))

    @asynccontextmanager
    async def safety_running(self) -> AsyncGenerator[None]:
        async with running(self.shared.run(self.safety.extend)):
            await until(lambda: self.inner.facts().is_open)
            yield

    @asynccontextmanager
    async def collector_running(self) -> AsyncGenerator[None]:
        self.handed = HandedInput(self.config, self.clock, self.path)
        async with running(self.handed.run(self.collector.extend)):
            await until(lambda: self.handed.facts().is_open)
            yield

    def speak(self) -> None:
        """Send one line to the input, by datagram."""
        assert isinstance(self.inner, UdpInput)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(LINE, ("127.0.0.1", self.inner.bound_port))


@asynccontextmanager
async def running(work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def device(kind: str, folder: Path) -> AsyncGenerator[tuple[Both, Callable[[], None]]]:
    """An input of `kind`, and what makes its device speak."""
    if kind == "serial":
        master, slave = pty.openpty()
        tty.setraw(slave)

        def write() -> None:
            os.write(master, LINE)

        yield Both(InputConfig("it", "serial", path=os.ttyname(slave)), folder), write
        os.close(master)
        os.close(slave)
        return
    both = Both(InputConfig("it", "udp" if kind == "udp" else "tcp_server"), folder)
    if kind == "udp":
        yield both, both.speak
        return
    opened: list[socket.socket] = []

    def speak() -> None:
        assert isinstance(both.inner, TcpServerInput)
        opened[:] = opened or [socket.create_connection(("127.0.0.1", both.inner.bound_port))]
        opened[0].sendall(LINE)

    yield both, speak
    for one in opened:
        one.close()


@pytest.mark.parametrize("kind", sorted(UNSHARED))
async def test_each_kind_reaches_both(tmp_path: Path, kind: str) -> None:
    """Whole lines, in both, once each."""
    async with device(kind, tmp_path) as (both, speak), both.safety_running(), both.collector_running():
        for count in range(1, 6):
            speak()
            await until(lambda count=count: len(both.safety) == count == len(both.collector))
        assert both.safety == both.collector == [HDT] * 5
        assert both.shared.lost_count == 0


async def test_a_collector_that_is_away_costs_itself_alone(tmp_path: Path) -> None:
    """The safety process reads on; what the collector missed is counted and told; it finds the lines when it is back."""
    both = Both(InputConfig("it", "udp"), tmp_path)
    async with both.safety_running():
        both.speak()
        await until(lambda: both.shared.lost_count == 1)
        for _ in range(2):  # and again: it was killed, and its socket still lies there
            async with both.collector_running():
                got = len(both.collector)
                both.speak()
                await until(lambda got=got: len(both.collector) == got + 1)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
                dead.bind(str(both.path))
            lost = both.shared.lost_count
            both.speak()
            await until(lambda lost=lost: both.shared.lost_count == lost + 1)
        await until(lambda: any(event == "unshared" for event, _ in both.said))
    assert len(both.safety) == 5
    assert len(both.collector) == 2


async def test_a_collector_that_hangs_fills_no_memory_and_delays_nothing(tmp_path: Path) -> None:
    """Its socket takes no more: the queue is bounded, the oldest go, all is counted; late lines are not taken for new."""
    both = Both(InputConfig("it", "udp"), tmp_path)
    count = sharing.WAITING_MAX + 1500
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hung:
        hung.bind(str(both.path))
        async with both.safety_running():
            for sent in range(1, count + 1):
                both.speak()
                if sent % 50 == 0:
                    await until(lambda sent=sent: len(both.safety) == sent)
            await until(lambda: both.shared.lost_count > 0)
            assert both.shared.waiting_count <= sharing.WAITING_MAX
    assert len(both.safety) == count


def test_a_late_line_or_noise_is_rejected(tmp_path: Path) -> None:
    both = Both(InputConfig("it", "udp"), tmp_path)
    both.handed.take = both.collector.extend
    now_s = both.clock.now_s()
    late, prompt = HEADER.pack(now_s - sharing.LATE_S - 0.5, 0, 0), HEADER.pack(now_s, 0, 0)
    for datagram in (b"", b"short", late + HDT, prompt + HDT, prompt):
        both.handed.receive(datagram)
    assert both.collector == [HDT]
    assert both.handed.facts().rejected_count == 3


AGENT = """
[vessel]
id = "{vessel}"
name = "KESTREL"
length_m = 89.0
beam_m = 13.4
[broker]
url = "mqtt://{vessel}:right@127.0.0.1:{broker}"
[[input]]
name = "gyro"
kind = "udp"
port = {udp}
[[modbus]]
name = "plc"
host = "127.0.0.1"
port = {plc}
registers = "{registers}"
[spool]
path = "spool.db"
[safety]
journal = "journal.db"
plc = "plc"
autopilot_port = {plc}
[keys]
master_public_key = "{key}"
vessel_key = "vessel.pem"
"""


async def test_a_unicast_datagram_reaches_the_shore_from_a_commanded_vessel(tmp_path: Path) -> None:
    """Both processes as they run aboard: before, whichever bound the port last got the lines, and the other none."""
    port, udp, plc = free_port(), free_port(), free_port()
    text = AGENT.format(
        vessel=VESSEL, broker=port, udp=udp, plc=plc, registers=ROOT / "simulators/registers/kestrel.toml", key="5a" * 32
    )  # fmt: skip
    (tmp_path / "agent.toml").write_text(text + (ROOT / "control" / "example.toml").read_text())
    arguments = ["-m", "shipside", "--config", str(tmp_path / "agent.toml")]
    with broker(tmp_path, port), program(arguments, tmp_path / "agent.log"):
        async with ear(port) as listening:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:

                async def speak() -> None:
                    while True:
                        out.sendto(LINE, ("127.0.0.1", udp))
                        await asyncio.sleep(0.1)

                async with running(speak()):
                    await listening.more("NAV_HDG", seconds=30.0)
    log = (tmp_path / "agent.log").read_text()
    assert "hands its lines on" in log
    assert "Traceback" not in log
