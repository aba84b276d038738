"""What is below the lines: any serial rate, adapters pulled and put back, TCP that notices, drops that are counted."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import socket
import struct
import tty
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop

from protocols.aio.clock import SystemClock
from protocols.nmea0183.framing import framed
from shipside.actuators.autopilot import AutopilotLink
from shipside.config.inputs import InputConfig
from shipside.sensors import datagrams
from shipside.sensors.datagrams import UdpInput
from shipside.sensors.keepalive import IDLE_S, INTERVAL_S, OPTIONS, PROBES, UNACKNOWLEDGED_MS
from shipside.sensors.lines import SILENT_S, SerialInput, TcpClientInput, TcpServerInput
from shipside.sensors.modbus_bus import tcp_unit
from shipside.sensors.serial_port import SerialPort
from tests.modbus_kit import until

LINE = framed("HEHDT,095.3,T")
TCGETS2 = 0x802C542A
TERMIOS2 = struct.Struct("=4IB19s2I")


@asynccontextmanager
async def running(work: Coroutine[object, object, object]) -> AsyncGenerator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def connections(port: int, *, accepted: bool) -> list[socket.socket]:
    """Return this process's own ends of the TCP connections to `port`: those it made, or those that it accepted there."""
    found: list[socket.socket] = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # gone since, or not connected
            if not str(entry.readlink()).startswith("socket:"):
                continue
            one = socket.socket(fileno=os.dup(int(entry.name)))
            try:
                ends = (one.getsockname(), one.getpeername()) if one.family == socket.AF_INET else ()
            except OSError:
                ends = ()
            if ends and ends[0 if accepted else 1][1] == port:
                found.append(one)
            else:
                one.close()
    return found


def options(one: socket.socket) -> list[int]:
    with one:
        return [one.getsockopt(level, option) for level, option, _ in OPTIONS]


WANTED = [1, IDLE_S, INTERVAL_S, PROBES, UNACKNOWLEDGED_MS]


def test_a_dead_peer_is_noticed_before_a_line_counts_as_silent() -> None:
    assert IDLE_S + INTERVAL_S * PROBES <= SILENT_S
    assert UNACKNOWLEDGED_MS / 1000.0 <= SILENT_S


def on_both_loops(work: Coroutine[object, object, None], kind: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if kind == "uvloop" else None) as runner:
        runner.run(work)


@pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
def test_every_tcp_connection_is_kept_alive(kind: str) -> None:
    """Lines in, lines served, Modbus, the autopilot: read back from the kernel, on both loops that the agent may run on."""

    async def proof() -> None:
        silent = socket.create_server(("127.0.0.1", 0))  # the kernel takes the connections, and nobody answers
        port = silent.getsockname()[1]
        clock = SystemClock()
        client = TcpClientInput(InputConfig("mux", "tcp_client", "127.0.0.1", port), clock)
        autopilot = AutopilotLink("127.0.0.1", port, clock)
        unit = tcp_unit("plc", "127.0.0.1", port, 1, clock, timeout_s=5.0)
        served = TcpServerInput(InputConfig("plug", "tcp_server"), clock)
        async with running(client.run(_nothing)), running(autopilot.run(_nothing)), running(served.run(_nothing)):
            async with running(unit.read("input", 0, 1)):
                await until(lambda: len([one.close() for one in connections(port, accepted=False)]) >= 3)
                await until(lambda: served.bound_port > 0)
                plugged = socket.create_connection(("127.0.0.1", served.bound_port))
                await until(lambda: bool([one.close() for one in connections(served.bound_port, accepted=True)]))
                await asyncio.sleep(0.05)
                for ends in (connections(port, accepted=False), connections(served.bound_port, accepted=True)):
                    found = [options(one) for one in ends]
                    assert found == [WANTED] * len(ends)  # uvloop has one descriptor more for one that it accepted
                # Negative control: the other end of that connection, on which nobody set anything.
                assert options(plugged)[0] == 0
            unit.close()
        silent.close()
        await asyncio.sleep(0.05)

    on_both_loops(proof(), kind)


def _nothing(_lines: list[bytes]) -> None:
    """Take no lines."""


async def test_what_the_kernel_drops_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far more datagrams than the buffer holds, while we are busy: what came and what was lost are together what was sent."""
    monkeypatch.setattr(datagrams, "RECEIVE_BUFFER_BYTES", 1)  # the kernel makes it the least it has
    lines: list[bytes] = []
    source = UdpInput(InputConfig("ais", "udp"), SystemClock())
    async with running(source.run(lines.extend)):
        await until(lambda: source.facts().is_open)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for _ in range(300):  # not a step of ours in between
                out.sendto(LINE, ("127.0.0.1", source.bound_port))
            await until(lambda: bool(lines))
            await asyncio.sleep(0.05)
            assert source.facts().lost_count == 0  # nobody can know yet: the kernel tells with the next one
            out.sendto(LINE, ("127.0.0.1", source.bound_port))
            await until(lambda: source.facts().lost_count > 0)
        assert len(lines) + source.facts().lost_count == 301
        assert source.facts().lost_count > 200


async def test_a_buffer_of_its_size_loses_nothing_of_a_second() -> None:
    """The negative control: a second of a ship's network, 200 datagrams, while we are busy."""
    lines: list[bytes] = []
    source = UdpInput(InputConfig("ais", "udp"), SystemClock())
    async with running(source.run(lines.extend)):
        await until(lambda: source.facts().is_open)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for _ in range(200):
                out.sendto(LINE, ("127.0.0.1", source.bound_port))
            await until(lambda: len(lines) == 200)
        assert source.facts().lost_count == 0


@pytest.mark.parametrize("baud", [300, 4800, 10_400, 31_250, 38_400, 100_000, 115_200, 250_000, 921_600, 1_234_567])
async def test_a_serial_line_has_any_rate(baud: int) -> None:
    """Read back from the kernel; 10,400, 31,250, 100,000, 250,000 and 1,234,567 have no name among its constants."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    came: list[bytes] = []
    port = SerialPort(os.ttyname(theirs), baud, "none", 1, came.append, lambda _problem: None)
    raw = bytearray(TERMIOS2.size)
    fcntl.ioctl(theirs, TCGETS2, raw)
    assert TERMIOS2.unpack(raw)[-2:] == (baud, baud)
    os.write(ours, LINE)
    await until(lambda: b"".join(came) == LINE)
    port.close()
    os.close(ours)
    os.close(theirs)


async def test_one_program_at_a_time_has_a_serial_line() -> None:
    """Two readers would each get a part of every line."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    port = SerialPort(os.ttyname(theirs), 4800, "none", 1, _nothing, lambda _problem: None)
    with pytest.raises(OSError, match="exclusively lock"):
        SerialPort(os.ttyname(theirs), 4800, "none", 1, _nothing, lambda _problem: None)
    port.close()
    os.close(ours)
    os.close(theirs)


async def test_a_serial_adapter_pulled_and_put_back_under_its_name_is_read_again(tmp_path: Path) -> None:
    """As udev does it: the name is a link; the device behind it goes, and another comes. Half a line is none."""
    link, lines = tmp_path / "gyro", list[bytes]()
    source = SerialInput(InputConfig("gyro", "serial", path=str(link), baud=38_400), SystemClock())

    def plug_in() -> tuple[int, int]:
        ends = pty.openpty()
        tty.setraw(ends[1])
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(ends[1]))
        return ends

    ends = plug_in()
    async with running(source.run(lines.extend)):
        for count in (1, 2, 3):
            await until(lambda: source.facts().is_open)
            os.write(ends[0], LINE + b"\r\n" + LINE[:9])
            await until(lambda count=count: len(lines) == count)
            link.unlink()
            for end in ends:
                os.close(end)
            await until(lambda: not source.facts().is_open)
            assert "is gone" in source.facts().problem or "No such file" in source.facts().problem
            ends = plug_in()
        await until(lambda: source.facts().is_open)
    assert lines == [LINE] * 3
    assert source.facts().reconnects_count >= 3
    for end in ends:
        os.close(end)


async def test_a_line_that_takes_no_more_is_a_fault_and_not_a_wait() -> None:
    """A serial line whose other side reads nothing: the frame that does not fit is an error at once."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    port = SerialPort(os.ttyname(theirs), 9600, "none", 1, _nothing, lambda _problem: None)

    def fill() -> None:
        for _ in range(1000):
            port.send(bytes(256))

    with pytest.raises(OSError, match=r"takes no more|temporarily unavailable"):
        fill()
    port.close()
    os.close(ours)
    os.close(theirs)
