"""Every kind of input on real sockets, ptys and files of this machine; noise and broken lines cost only themselves."""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import os
import pty
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocols.aio.clock import SystemClock
from protocols.modbus.register_map import RegisterMap
from protocols.nmea0183.framing import framed
from protocols.reading import Quality, Reading
from shipside import config as configuration
from shipside.config.inputs import InputConfig
from shipside.listening import Listening
from shipside.ports import EquipmentError
from shipside.sensors.datagrams import MulticastInput, UdpInput
from shipside.sensors.lines import TcpServerInput, open_input
from shipside.sensors.modbus_bus import tcp_unit
from shipside.sensors.poller import Poller
from tests.unit.test_ship_examples import aboard

HEADING = framed("HEHDT,095.3,T")
DEPTH = framed("SDDPT,12.5,0.5,")


@pytest.fixture(autouse=True)
async def _settled() -> AsyncIterator[None]:
    """Let the handlers of the test's own servers see the end of their connections before the loop is closed."""
    yield
    await asyncio.sleep(0.05)


@asynccontextmanager
async def running(coroutine: Callable[[], object]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(coroutine())  # type: ignore[arg-type] # a coroutine function of a test
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - real sockets, there is no event to wait for
            await asyncio.sleep(0.005)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_tcp_client_reads_and_comes_back_after_a_cut() -> None:
    lines: list[bytes] = []
    connections: list[asyncio.StreamWriter] = []

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.write(HEADING + b"\r\n" + DEPTH[:5])
        await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    source = open_input(InputConfig("mux", "tcp_client", "127.0.0.1", port), SystemClock())
    async with running(lambda: source.run(lines.extend)):
        # It connects and passes the whole line on; the half line waits for its rest.
        await until(lambda: lines == [HEADING])
        connections[0].write(DEPTH[5:] + b"\r\n")
        await until(lambda: lines == [HEADING, DEPTH])
        assert source.facts().is_open

        # The other side closes: it is noticed, counted, and the input comes back by itself.
        connections[0].close()
        await until(lambda: source.facts().reconnects_count == 1)
        await until(lambda: len(connections) == 2 and len(lines) == 3)
        assert lines[2] == HEADING
        connections[1].close()
    server.close()


async def test_tcp_server_takes_noise_without_harm() -> None:
    lines: list[bytes] = []
    source = TcpServerInput(InputConfig("pilot-plug", "tcp_server", "127.0.0.1", 0), SystemClock())
    async with running(lambda: source.run(lines.extend)):
        await until(lambda: source.bound_port > 0)
        _, writer = await asyncio.open_connection("127.0.0.1", source.bound_port)
        writer.write(bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"") * 40 + b"\r\n" + HEADING + b"\r\n")
        await writer.drain()
        await until(lambda: HEADING in lines)
        assert lines == [HEADING]
        writer.close()
        await until(lambda: source.facts().rejected_count == 1)


async def test_udp_takes_datagrams_of_lines() -> None:
    lines: list[bytes] = []
    source = UdpInput(InputConfig("ais", "udp", "127.0.0.1", free_port(socket.SOCK_DGRAM)), SystemClock())
    async with running(lambda: source.run(lines.extend)):
        await until(lambda: source.facts().is_open)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(HEADING + b"\r\n" + DEPTH + b"\r\n", ("127.0.0.1", source.bound_port))
        await until(lambda: len(lines) == 2)
        assert lines == [HEADING, DEPTH]


async def test_multicast_joins_on_loopback_and_drops_a_wrong_token() -> None:
    lines: list[bytes] = []
    port = free_port(socket.SOCK_DGRAM)
    config = InputConfig("navd", "multicast450", "127.0.0.1", port, group="239.192.0.4", interface="127.0.0.1")
    source = MulticastInput(config, SystemClock())
    async with running(lambda: source.run(lines.extend)):
        await until(lambda: source.facts().is_open or bool(source.facts().reconnects_count))
        assert source.facts().is_open, source.facts().problem
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            sender.sendto(b"RaUdP\x00 not for us", ("239.192.0.4", port))
            sender.sendto(b"UdPbC\x00" + HEADING + b"\r\n", ("239.192.0.4", port))
        await until(lambda: lines == [HEADING])
        assert source.facts().rejected_count == 1
        assert source.facts().problem == "refused, as it holds no sentences: a binary file (RaUdP)"


ACTISENSE = b"2026-11-26-12:00:00.250,2,127250,35,255,8,ff,b8,7a,ff,ff,ff,ff,fc"
CANDUMP = b"(1764158400.250000) can0 09F11223#FFB87AFFFFFFFFFC"
YACHT = b"17:33:21.107 R 09F11223 FF B8 7A FF FF FF FF FC"


@pytest.mark.parametrize("line", [CANDUMP, YACHT, ACTISENSE], ids=["candump", "yacht-devices", "actisense"])
@pytest.mark.parametrize("kind", ["tcp_client", "udp"])
async def test_nmea_2000_as_text_comes_over_tcp_and_udp_into_the_picture(
    tmp_path: Path, line: bytes, kind: str
) -> None:
    """A gateway's text of group 127250, in pieces over TCP and two in one datagram; noise beside it costs itself."""
    loaded = configuration.load(aboard(tmp_path, "coaster.toml"), {})
    port = free_port(socket.SOCK_STREAM if kind == "tcp_client" else socket.SOCK_DGRAM)
    entry = InputConfig("bus", kind, "127.0.0.1", port, protocol="nmea2000")  # type: ignore[arg-type]
    listening = Listening(dataclasses.replace(loaded, inputs=(entry,)), SystemClock())
    source = open_input(entry, SystemClock())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in (b"no frame\r\n" + line[:9], line[9:] + b"\r\n", line + b"\r\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port) if kind == "tcp_client" else None
    async with running(lambda: source.run(listening.lines_taker("bus"))):
        await until(lambda: source.facts().is_open)
        if server is None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"no frame", ("127.0.0.1", port))
                sender.sendto(line + b"\r\n" + line + b"\r\n", ("127.0.0.1", port))
        await until(lambda: source.facts().lines_count >= 3)
    heading = listening.picture.latest("NAV_HDG", SystemClock().now_s())
    assert heading is not None
    assert heading.value == pytest.approx(180.0, abs=0.2)
    assert heading.source == "bus/n2k-35"
    assert sum(listening.rejected["bus"].values()) == 1
    if server is not None:
        server.close()


async def test_serial_line_over_a_pty_and_its_end() -> None:
    lines: list[bytes] = []
    ours, theirs = pty.openpty()
    config = InputConfig("gyro", "serial", path=os.ttyname(theirs), baud=38_400)
    source = open_input(config, SystemClock())
    async with running(lambda: source.run(lines.extend)):
        await until(lambda: source.facts().is_open)
        os.write(ours, b"\xff\xfe" + HEADING + b"\r\n" + HEADING + b"\r\n")
        await until(lambda: len(lines) == 2)
        assert lines[1] == HEADING

        # The adapter is pulled: the input says so, and goes on trying.
        os.close(ours)
        await until(lambda: not source.facts().is_open)
        assert source.facts().problem
    os.close(theirs)


async def test_a_missing_serial_device_is_a_word_and_not_an_end() -> None:
    source = open_input(InputConfig("gyro", "serial", path="/dev/no-such-line"), SystemClock())
    async with running(lambda: source.run(lambda _lines: None)):
        await until(lambda: source.facts().reconnects_count == 1)
        assert "/dev/no-such-line" in source.facts().problem


@pytest.mark.parametrize("suffix", [".log", ".log.gz"])
async def test_a_recording_plays_to_its_end(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"trip{suffix}"
    content = b"# a comment\r\n" + HEADING + b"\r\nnonsense\r\n" + DEPTH + b"\r\n"
    path.write_bytes(gzip.compress(content) if suffix.endswith(".gz") else content)
    lines: list[bytes] = []
    source = open_input(InputConfig("trip", "replay", path=str(path), speed=0.0), SystemClock())
    async with asyncio.timeout(5):
        await source.run(lines.extend)
    assert lines == [HEADING, DEPTH]
    assert not source.facts().is_open
    assert source.facts().problem == "the recording is at its end"


async def test_a_recording_keeps_its_own_time(tmp_path: Path) -> None:
    """Three seconds of recording at ten times real time take about 0.3 s."""
    clock = SystemClock()
    path = tmp_path / "trip.log"
    path.write_bytes(b"".join(framed(f"GPZDA,1459{second:02d}.00,28,02,2015,00,00") + b"\r\n" for second in range(4)))
    source = open_input(InputConfig("trip", "replay", path=str(path), speed=10.0), clock)
    began_s = clock.now_s()
    async with asyncio.timeout(5):
        await source.run(lambda _lines: None)
    assert 0.25 <= clock.now_s() - began_s <= 1.5


async def test_a_missing_recording_is_a_word(tmp_path: Path) -> None:
    source = open_input(InputConfig("trip", "replay", path=str(tmp_path / "none.log")), SystemClock())
    async with running(lambda: source.run(lambda _lines: None)):
        await until(lambda: source.facts().reconnects_count == 1)
        assert "none.log" in source.facts().problem


MAP = RegisterMap.from_mapping({
    "register": [
        {"name": "rpm", "table": "input", "address": 0, "coding": "s16", "scale": 0.1, "unit": "rpm",
         "channel": "ME_RPM"},
        {"name": "load", "table": "input", "address": 1, "coding": "u16", "scale": 0.1, "unit": "%",
         "channel": "ME_LOAD"},
        {"name": "ready", "table": "discrete", "address": 2, "coding": "bit", "channel": "ME_RDY"},
        {"name": "order", "table": "holding", "address": 0, "coding": "s16", "writable": True,
         "low": -1000, "high": 1000},
    ]
})  # fmt: skip


class _Plc:
    """A Modbus server in thirty lines, which can be told to misbehave."""

    def __init__(self) -> None:
        self.mood = "good"
        self.written: list[tuple[int, bytes]] = []
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while header := await reader.read(7):
            body = await reader.readexactly(int.from_bytes(header[4:6], "big") - 1)
            self.requests += 1
            answer = self._answer(body)
            if self.mood == "silent":
                continue
            if self.mood == "cut":
                writer.close()
                return
            transaction = b"\xff\xff" if self.mood == "foreign" else header[:2]
            writer.write(transaction + b"\0\0" + (len(answer) + 1).to_bytes(2, "big") + header[6:7] + answer)
        writer.close()

    def _answer(self, body: bytes) -> bytes:
        if self.mood == "wrong map":
            return bytes((body[0] | 0x80, 2))
        if self.mood == "short":
            return bytes((body[0], 0))
        if body[0] == 4:
            count = int.from_bytes(body[3:5], "big")
            return bytes((4, 2 * count)) + (b"\xff\x38" + b"\x02\x00" * count)[: 2 * count]
        if body[0] == 2:
            return bytes((2, 1, 0b1))
        self.written.append((int.from_bytes(body[1:3], "big"), body[6:]))
        return body[:5]


@asynccontextmanager
async def plc() -> AsyncIterator[tuple[_Plc, int]]:
    equipment = _Plc()
    server = await asyncio.start_server(equipment.serve, "127.0.0.1", 0)
    try:
        yield equipment, server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_registers_are_read_in_ranges_and_written() -> None:
    async with plc() as (equipment, port):
        unit = tcp_unit("plc", "127.0.0.1", port, 1, SystemClock())
        readings: list[Reading] = []
        poller = Poller(unit, MAP, 0.05, SystemClock())
        async with running(lambda: poller.run(readings.append)):
            await until(lambda: len(readings) >= 6)
        assert readings[:3] == [
            Reading("ME_RDY", value=True, unit="", quality=Quality.GOOD),
            Reading("ME_RPM", pytest.approx(-20.0), "rpm", Quality.GOOD),
            Reading("ME_LOAD", pytest.approx(51.2), "%", Quality.GOOD),
        ]
        await unit.write("holding", 0, [0xFFFE])
        assert equipment.written == [(0, b"\xff\xfe")]
        assert equipment.requests <= len(readings) + 1
        unit.close()


@pytest.mark.parametrize(
    ("mood", "word"),
    [("silent", "within 1 s"), ("cut", "cannot be reached"), ("wrong map", "illegal address"),
     ("short", "an answer of 2 bytes, not 6"),
     ("foreign", "within 1 s")],
)  # fmt: skip
async def test_each_misbehaviour_of_a_plc_has_its_word_and_heals(mood: str, word: str) -> None:
    async with plc() as (equipment, port):
        unit = tcp_unit("plc", "127.0.0.1", port, 1, SystemClock())
        equipment.mood = mood
        with pytest.raises(EquipmentError, match=word):
            await unit.read("input", 0, 2)
        equipment.mood = "good"
        values: Sequence[int] = await unit.read("input", 0, 2)
        assert list(values) == [0xFF38, 0x0200]
        unit.close()


async def test_an_absent_plc_backs_off_and_harms_nobody() -> None:
    unit = tcp_unit("plc", "127.0.0.1", free_port(), 1, SystemClock())
    poller = Poller(unit, MAP, 0.05, SystemClock())
    async with running(lambda: poller.run(lambda _reading: None)):
        await until(lambda: poller.facts().rejected_count >= 1)
        facts = poller.facts()
        assert not facts.is_open
        assert "cannot be reached" in facts.problem
        await asyncio.sleep(0.3)
        assert poller.facts().rejected_count <= 2  # asked again only after the back-off
