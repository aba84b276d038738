"""The simulation on real loopback sockets: what an agent would meet."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymodbus.client import AsyncModbusTcpClient

from protocols.aio.clock import SystemClock
from simulators.bad_link import BadLink, LinkQuality
from simulators.bridge_watch import BridgeWatch, Mate, keep_in_the_roads, take_the_conn
from simulators.devices.line_port import LinePort
from simulators.devices.sentence import framed
from simulators.fleet import KESTREL
from simulators.ship import Ship
from simulators.simulation import SimulationConfig, run
from tests.free_ports import free_port

HOST = "127.0.0.1"


@asynccontextmanager
async def simulated(tmp_path: Path, **options: Any) -> AsyncIterator[dict[str, Any]]:
    """Run a simulation and give its ports file."""
    config = SimulationConfig(ports_file=tmp_path / "ports.json", **options)
    ready = asyncio.Event()
    task = asyncio.create_task(run(config, SystemClock(), ready.set), name="simulation")
    try:
        async with asyncio.timeout(10):
            waiting = asyncio.create_task(ready.wait())
            await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                waiting.cancel()
                task.result()
        yield json.loads((tmp_path / "ports.json").read_text())
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(port: int, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    reader, writer = await asyncio.open_connection(HOST, port, limit=1 << 20)
    answers = []
    async with asyncio.timeout(5):
        for request in requests:
            writer.write(json.dumps(request).encode() + b"\n")
            answers.append(json.loads(await reader.readline()))
    writer.close()
    return answers


async def line_with(reader: asyncio.StreamReader, part: bytes, seconds: float = 5.0) -> bytes:
    async with asyncio.timeout(seconds):
        while part not in (line := await reader.readline()):
            assert line, f"the connection ended before {part!r} came"
    return line


async def test_instruments_speak_to_several_clients_and_ais_is_heard(tmp_path: Path) -> None:
    async with simulated(tmp_path, vessels=2) as ports:
        kestrel = ports["vessels"]["kestrel"]
        for _ in range(2):
            reader, writer = await asyncio.open_connection(HOST, kestrel["nmea_tcp"])
            for part in (b"$GPRMC", b"$GNGGA", b"$HEHDT", b"$TIROT", b"$AGHTD", b"$SDDPT"):
                await line_with(reader, part)
            writer.close()
        reader, writer = await asyncio.open_connection(HOST, kestrel["nmea_tcp"])
        await line_with(reader, b"!AIVDM", 12.0)
        await line_with(reader, b"!AIVDO", 12.0)
        writer.close()


async def test_the_same_over_udp_and_61162_450_multicast(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    async with simulated(tmp_path, vessels=1) as ports:
        kestrel = ports["vessels"]["kestrel"]
        plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        plain.bind((HOST, kestrel["udp"]))
        group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        group.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        address = kestrel["multicast"]["groups"]["SATD"]
        group.bind((address, kestrel["multicast"]["port"]))
        member = struct.pack("4s4s", socket.inet_aton(address), socket.inet_aton(HOST))
        group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        for made in (plain, group):
            made.setblocking(False)
        async with asyncio.timeout(5):
            assert (await loop.sock_recv(plain, 2000))[:1] in {b"$", b"!"}
            datagram = await loop.sock_recv(group, 2000)
        assert datagram.startswith(b"UdPbC\x00\\s:")
        assert b"\\$HEHDT," in datagram
        plain.close()
        group.close()


async def test_htc_is_answered_at_once_and_the_ship_turns(tmp_path: Path) -> None:
    async with simulated(tmp_path, vessels=1) as ports:
        kestrel = ports["vessels"]["kestrel"]
        reader, writer = await asyncio.open_connection(HOST, kestrel["autopilot"])
        await line_with(reader, b"$AGHTD")
        begin = asyncio.get_running_loop().time()
        writer.write(framed("INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,C"))
        answer = await line_with(reader, b",95.0,")
        assert asyncio.get_running_loop().time() - begin < 0.1
        assert b",H,T,20.0," in answer
        await line_with(reader, b"$AGHTD,V,20.0,R,H")  # a second later the rudder is ordered over
        writer.close()


async def test_the_plc_drives_to_neutral_when_it_is_not_stroked(tmp_path: Path) -> None:
    async with simulated(tmp_path, vessels=1) as ports:
        client = AsyncModbusTcpClient(HOST, port=ports["vessels"]["kestrel"]["plc"])
        assert await client.connect()
        # Take the engine, half ahead, and stroke for two seconds.
        await client.write_registers(0, [1, 1, 500], device_id=1)
        for beat in range(2, 7):
            await client.write_register(0, beat, device_id=1)
            await asyncio.sleep(0.4)
        assert (await client.read_input_registers(32, count=1, device_id=1)).registers == [500]
        assert (await client.read_discrete_inputs(5, count=1, device_id=1)).bits[0] is False

        # Stop stroking: within a second and two steps the order is neutral and the trip flag is up.
        async with asyncio.timeout(2.0):
            while not (await client.read_discrete_inputs(5, count=1, device_id=1)).bits[0]:
                pass  # each answer is a turn of the loop
        assert (await client.read_input_registers(32, count=1, device_id=1)).registers == [0]
        client.close()


async def test_modbus_refusals_have_their_codes(tmp_path: Path) -> None:
    async with simulated(tmp_path, vessels=1) as ports:
        client = AsyncModbusTcpClient(HOST, port=ports["vessels"]["kestrel"]["plc"])
        assert await client.connect()
        assert (await client.write_register(2, 1001, device_id=1)).exception_code == 3
        assert (await client.write_register(900, 1, device_id=1)).exception_code == 2
        assert (await client.read_input_registers(30, count=10, device_id=1)).exception_code == 2
        assert (await client.write_coil(0, value=True, device_id=1)).exception_code == 2
        await ask(ports["control"], {"do": "set", "vessel": "kestrel", "fault": "engine_local"})
        async with asyncio.timeout(2):
            while (await client.read_discrete_inputs(2, count=1, device_id=1)).bits[0]:
                pass
        assert (await client.write_register(2, 300, device_id=1)).exception_code == 6
        client.close()


async def test_a_dead_plc_takes_the_connection_and_says_nothing(tmp_path: Path) -> None:
    async with simulated(tmp_path, vessels=1) as ports:
        await ask(ports["control"], {"do": "set", "vessel": "kestrel", "fault": "plc_dead"})
        reader, writer = await asyncio.open_connection(HOST, ports["vessels"]["kestrel"]["plc"])
        writer.write(bytes([0, 1, 0, 0, 0, 6, 1, 4, 0, 0, 0, 1]))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await reader.read(1)
        await ask(ports["control"], {"do": "clear", "vessel": "kestrel", "fault": "plc_dead"})
        async with asyncio.timeout(3.0):
            assert len(await reader.read(100)) == 11
        writer.close()


async def test_the_control_port_sets_lists_clears_and_tells_the_truth(tmp_path: Path) -> None:
    async with simulated(tmp_path, vessels=1) as ports:
        answers = await ask(
            ports["control"],
            {"do": "set", "vessel": "kestrel", "fault": "gps1", "kind": "silent"},
            {"do": "faults"},
            {"do": "clear", "vessel": "kestrel"},
            {"do": "state"},
            {"do": "local", "vessel": "kestrel", "heading_deg": 100, "percent": 40},
            {"do": "state"},
            {"do": "weather", "wind_speed_mps": 12, "wind_from_deg": 300},
        )
        assert all(answer["ok"] for answer in answers)
        assert answers[1]["set"] == {"kestrel": {"gps1": "silent"}}
        assert answers[2]["set"] == {}
        assert 34.9 < answers[3]["vessels"]["kestrel"]["latitude_deg"] < 35.0
        assert answers[5]["vessels"]["kestrel"]["course"]["heading_deg"] == 100.0
        refused = await ask(
            ports["control"],
            {"do": "fly"},
            {"do": "set", "vessel": "titanic", "fault": "gps1"},
            {"do": "set", "vessel": "kestrel", "fault": "gps9"},
            {"do": "link", "vessel": "kestrel"},
            {"do": "local", "vessel": "kestrel", "percent": "full"},
            {"do": "weather", "wind_speed_mps": 400},
        )
        assert [answer["ok"] for answer in refused] == [False] * 6
        assert all(answer["reason"] for answer in refused)


async def test_ten_times_real_time_is_ten_times(tmp_path: Path) -> None:
    """Simulated seconds per real second, and UTC in the sentences runs with them."""
    loop = asyncio.get_running_loop()
    async with simulated(tmp_path, vessels=1, speed=10.0) as ports:
        (first,) = await ask(ports["control"], {"do": "state"})
        begin = loop.time()
        await asyncio.sleep(1.0)
        (second,) = await ask(ports["control"], {"do": "state"})
        before, after = (answer["vessels"]["kestrel"] for answer in (first, second))
        run_s = after["now_s"] - before["now_s"]
        assert run_s == pytest.approx(10.0 * (loop.time() - begin), abs=2.5)
        assert (after["utc_ns"] - before["utc_ns"]) / 1e9 == pytest.approx(run_s, abs=0.01)


async def test_a_client_that_does_not_read_loses_and_disturbs_nobody() -> None:
    port = LinePort(0)
    ready = asyncio.Event()
    task = asyncio.create_task(port.run(ready.set))
    await ready.wait()
    _deaf, deaf_writer = await asyncio.open_connection(HOST, port.port, limit=1)
    reader, writer = await asyncio.open_connection(HOST, port.port)
    for number in range(400):
        port.send(b"%06d" % number + b"." * 60_000 + b"\n")
        assert (await reader.readuntil(b"\n"))[:6] == b"%06d" % number if number < 300 else True
        if number >= 300:
            await reader.readuntil(b"\n")
    assert port.lost > 0
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    for end in (deaf_writer, writer):
        end.transport.abort()


async def test_a_taken_port_is_said(tmp_path: Path) -> None:
    base = free_port()  # where a simulation may begin; a port that the kernel chose may lie above that
    async with simulated(tmp_path, vessels=1, base_port=base):
        with pytest.raises(BaseExceptionGroup) as caught:
            await run(SimulationConfig(vessels=1, base_port=base), SystemClock())
        assert caught.group_contains(OSError)


def test_every_fault_of_a_configuration_is_said_at_once() -> None:
    faults = SimulationConfig(vessels=9, speed=0.0, base_port=80, panel_ports={"titanic": 1}).faults()
    assert len(faults) == 4


@asynccontextmanager
async def echo_behind_a_link() -> AsyncIterator[tuple[BadLink, asyncio.StreamReader, asyncio.StreamWriter]]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(100):
            writer.write(chunk)
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    link = BadLink("kestrel", 0, (HOST, server.sockets[0].getsockname()[1]), 42)
    ready = asyncio.Event()
    task = asyncio.create_task(link.run(ready.set))
    await ready.wait()
    reader, writer = await asyncio.open_connection(HOST, link.port)
    try:
        yield link, reader, writer
    finally:
        writer.transport.abort()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.close()


async def test_a_bad_link_delays_cuts_and_mends() -> None:
    loop = asyncio.get_running_loop()
    async with echo_behind_a_link() as (link, reader, writer):
        # A good link: there and back in no time.
        writer.write(b"one")
        async with asyncio.timeout(1):
            assert await reader.readexactly(3) == b"one"

        # 150 ms each way.
        link.set_quality(LinkQuality(delay_s=0.15))
        begin = loop.time()
        writer.write(b"two")
        async with asyncio.timeout(2):
            assert await reader.readexactly(3) == b"two"
        assert 0.29 < loop.time() - begin < 0.6

        # Cut in silence: nothing comes; mended: what was under way comes, whole and in order.
        link.set_quality(LinkQuality(cut="silent"))
        writer.write(b"three")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await reader.read(1)
        link.set_quality(LinkQuality())
        async with asyncio.timeout(2):
            assert await reader.readexactly(5) == b"three"

        # Reset: the connection breaks, and a new one is refused.
        link.set_quality(LinkQuality(cut="reset"))
        with pytest.raises(ConnectionResetError):
            await reader.read(1)


async def test_loss_delays_but_keeps_every_byte_in_order() -> None:
    async with echo_behind_a_link() as (link, reader, writer):
        link.set_quality(LinkQuality(loss=0.2, jitter_s=0.01))
        sent = b"".join(b"%04d" % number for number in range(2_000))
        writer.write(sent)
        async with asyncio.timeout(20):
            assert await reader.readexactly(len(sent)) == sent


def status(station: str, *, step: str = "L0", phase: str = "held", pending: str = "") -> dict[str, object]:
    return {"step": step, "authority": {"station": station, "phase": phase, "pending_id": pending}}


def test_the_mate_takes_grants_and_leaves_a_lost_link_alone() -> None:
    mate = Mate()
    # After the vessel's start nobody holds: the mate takes.
    assert mate.receive(status("none"), 0.0) == [{"do": "take", "person": "mate"}]
    assert mate.receive(status("local"), 1.0) == []
    assert mate.in_control

    # A request: granted after a second, once.
    assert mate.receive(status("local", phase="requested", pending="01A"), 2.0) == []
    assert mate.tick(2.9) == []
    assert mate.tick(3.0) == [{"do": "grant", "id": "01A", "person": "mate"}]
    assert mate.receive(status("local", phase="requested", pending="01A"), 3.1) == []
    assert mate.tick(9.0) == []

    # The operator holds, and releases: the mate takes again.
    assert mate.receive(status("remote"), 10.0) == []
    assert mate.receive(status("none"), 20.0) == [{"do": "take", "person": "mate"}]

    # The operator holds again and the link is lost, the lease lapses: the ladder's business, not the mate's.
    mate.receive(status("remote"), 30.0)
    mate.receive(status("remote", step="L3"), 41.0)
    assert mate.receive(status("none", step="L3"), 46.0) == []
    assert mate.receive(status("none", step="L3"), 47.0) == []

    # The ship's safety process restarts while the bridge has the conn: the mate takes it again.
    mate.receive(status("local"), 50.0)
    assert mate.receive(status("none", step="L3"), 60.0) == [{"do": "take", "person": "mate"}]


def test_the_mates_hands() -> None:
    # Driven to neutral by the watchdog, the mate gives her way again on her present heading.
    ship = Ship(KESTREL, 42, 0)
    ship.plc.write(1, [1])
    for _ in range(20):
        ship.advance(0.1)
    assert ship.plc.tripped
    take_the_conn(ship)
    assert (ship.plc.tripped, ship.plc.percent) == (False, KESTREL.start.percent)
    assert ship.autopilot.course.mode == "H"

    # With the emergency stop latched he does not.
    ship.plc.emergency_stop()
    take_the_conn(ship)
    assert ship.plc.percent == 0.0

    # Outside the roads he turns back once.
    assert not keep_in_the_roads(ship)
    ship.longitude_deg = 129.5
    assert keep_in_the_roads(ship)
    assert not keep_in_the_roads(ship)
    heading = ship.autopilot.course.heading_deg
    assert heading is not None
    assert 250.0 < heading < 290.0


async def test_the_watch_speaks_to_the_panel() -> None:
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def panel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps({"status": status("none")}).encode() + b"\n")
        while line := await reader.readline():
            said.put_nowait(json.loads(line))
            asked = status("local", phase="requested", pending="01B")
            writer.write(b'{"answer": "take", "ok": true}\n' + json.dumps({"status": asked}).encode() + b"\n")
        writer.close()

    server = await asyncio.start_server(panel, HOST, 0)
    watch = BridgeWatch(Ship(KESTREL, 42, 0), server.sockets[0].getsockname()[1])
    task = asyncio.create_task(watch.run())
    async with asyncio.timeout(5):
        assert (await said.get())["do"] == "take"
        assert await said.get() == {"do": "grant", "id": "01B", "person": "mate"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()
