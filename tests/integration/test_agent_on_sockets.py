"""The agent as it is run: two processes, a broker, simulated instruments, autopilot and PLC, all on loopback sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Message
from protocols.link import codec, signing, topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL, Event
from protocols.link.heartbeats import OperatorHeartbeat, VesselHeartbeat
from protocols.link.legend import Legend
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from tests.agent_kit import COMMANDED_TOML
from tests.free_ports import free_port

ROOT = Path(__file__).parents[2]
VESSEL = "kestrel"
FOREVER_NS = 2**62

BROKER_TOML = """
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 200
max_segment_size = 16777216
max_segment_count = 8
[v5.1]
name = "v5-1"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 2000000
max_inflight_count = 200
dynamic_filters = true
"""
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


def broker(folder: Path, port: int) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    config = folder / "broker.toml"
    config.write_text(BROKER_TOML.format(port=port))
    script = f"import iotcore; iotcore.IotCoreBroker(config_path={str(config)!r}).run_forever()"
    return process(["-c", script], folder / "broker.log")


@dataclass
class Shore:
    """A shore of one test: it hears everything, and acknowledges when it is told to."""

    port: MqttPort
    clock: SystemClock
    key: Ed25519PrivateKey
    births: list[Birth] = field(default_factory=list[Birth])
    batches: dict[int, codec.Batch] = field(default_factory=dict[int, codec.Batch])
    events: list[Event] = field(default_factory=list[Event])
    beat: VesselHeartbeat | None = None
    beat_at_s: float = 0.0
    acknowledges: bool = False
    is_present: bool = False
    sequence: int = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run())
            group.create_task(self._listen())
            group.create_task(self._be_present())

    async def _listen(self) -> None:
        while True:
            arrival = await self.port.receive()
            if isinstance(arrival, Message):
                await self._take(topics.split(arrival.topic)[1], arrival.payload)

    async def _take(self, leaf: str, payload: bytes) -> None:
        if leaf == topics.BIRTH:
            self.births.append(Birth.from_bytes(payload))
        elif leaf == topics.BATCH:
            legend = Legend.from_wire(self.births[-1].catalogue_hash, self.births[-1].catalogue)
            batch = codec.decode(payload, lambda _: legend)
            self.batches[batch.seq] = batch
            if self.acknowledges:
                await self.say(topics.ACK, BatchAck(batch.epoch, 0, (batch.seq,)).to_bytes())
        elif leaf == topics.EVENT:
            event = Event.from_bytes(signing.open_envelope(payload).body)
            if event not in self.events:
                self.events.append(event)
            await self.say(topics.EVENT_ACK, EventAck(event.boot_id, event.seq).to_bytes())
        elif leaf == topics.HEARTBEAT_UP:
            self.beat = VesselHeartbeat.from_bytes(signing.open_envelope(payload).body)
            self.beat_at_s = self.clock.now_s()

    async def say(self, leaf: str, payload: bytes) -> None:
        await self.port.publish(topics.topic(VESSEL, leaf), payload)

    async def _be_present(self) -> None:
        """Beat once a second while present, as a console does."""
        while True:
            await asyncio.sleep(0.9)
            beat = self.beat
            if beat is None or not self.is_present:
                continue
            self.sequence += 1
            held_ms = round((self.clock.now_s() - self.beat_at_s) * 1000)
            mine = OperatorHeartbeat(
                VESSEL, "ada", "desk-1", "S1", beat.authority.fencing, self.sequence, beat.boot_id, beat.seq, held_ms,
                True, self.clock.utc_ns(),
            )  # fmt: skip
            await self.say(topics.HEARTBEAT_DOWN, signing.sign(Domain.HEARTBEAT, mine.to_bytes(), self.key))

    async def order(self, number: int, kind: str, key: Ed25519PrivateKey | None = None, **args: Plain) -> str:
        beat = self.beat
        assert beat is not None
        table = ORDER_KINDS[kind]
        now_ms = beat.mono_ms + round((self.clock.now_s() - self.beat_at_s) * 1000)
        identity = f"01J00000000000000000000{number:03d}"
        order = Order(
            identity, VESSEL, table.group, kind, args, "ada", "desk-1", "S1", beat.authority.fencing, number,
            beat.boot_id, now_ms + round(table.life_s * 1000), self.clock.utc_ns(),
        )  # fmt: skip
        await self.say(topics.ORDER, signing.sign(Domain.ORDER, order.to_bytes(), key or self.key))
        return identity

    def told(self, identity: str) -> list[str]:
        return [str(e.body["state"]) for e in self.events if e.kind == "order" and e.body["order_id"] == identity]

    async def ended(self, identity: str, seconds: float = 20.0) -> str:
        await until(lambda: bool(TERMINAL & set(self.told(identity))), seconds)
        return next(state for state in self.told(identity) if state in TERMINAL)

    def names(self, identity: str) -> set[str]:
        found: set[str] = set()
        for event in self.events:
            if event.kind == "order" and event.body["order_id"] == identity:
                reasons = event.body["reasons"]
                assert isinstance(reasons, list)
                found |= {str(reason["name"]) for reason in reasons if isinstance(reason, dict)}
        return found

    def latest(self, channel: str) -> float | None:
        for seq in sorted(self.batches, reverse=True):
            for column in self.batches[seq].columns:
                if column.channel == channel and isinstance(column.values, np.ndarray):
                    return float(column.values[-1])
        return None


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - real processes, there is no event to wait for
            await asyncio.sleep(0.02)


@dataclass
class Place:
    folder: Path
    broker_port: int
    key: Ed25519PrivateKey
    agent: subprocess.Popen[bytes]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A simulated Kestrel with her mate, and her agent; the broker is each test's own business."""
    master, key, panel, port = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), free_port(), free_port()
    entry = RosterEntry(
        "ada", "operator", "busan", "desk-1", signing.public_bytes(key), ("observe", "setpoint", "stop"), 0, FOREVER_NS
    )
    roster, grant = (
        Roster(VESSEL, 1, (entry,)),
        Grant(VESSEL, "G1", "master", ("busan",), ("conn",), ("setpoint",), 0, FOREVER_NS),
    )
    (tmp_path / "roster.signed").write_bytes(signing.sign(Domain.ROSTER, roster.to_bytes(), master))
    (tmp_path / "grant.signed").write_bytes(signing.sign(Domain.GRANT, grant.to_bytes(), master))
    ports = tmp_path / "ports.json"
    simulation = ["-m", "simulators", "--vessels", "1", "--ports-file", str(ports), "--panel", f"{VESSEL}={panel}"]
    with process(simulation, tmp_path / "simulators.log"):
        await until(ports.exists, 20)
        vessel = json.loads(ports.read_text())["vessels"][VESSEL]
        control = (ROOT / "control" / "example.toml").read_text()
        text = AGENT_TOML.format(
            broker=port, panel=panel, master=signing.public_bytes(master).hex(), nmea_tcp=vessel["nmea_tcp"],
            plc=vessel["plc"], autopilot=vessel["autopilot"], registers=ROOT / "simulators/registers/kestrel.toml",
        )  # fmt: skip
        (tmp_path / "agent.toml").write_text(text + control)
        with process(["-m", "shipside", "--config", str(tmp_path / "agent.toml")], tmp_path / "agent.log") as agent:
            yield Place(tmp_path, port, key, agent)
    assert agent.returncode == 0, (tmp_path / "agent.log").read_text()[-3000:]
    assert "Traceback" not in (tmp_path / "agent.log").read_text()


@contextlib.asynccontextmanager
async def shore(place: Place) -> AsyncIterator[Shore]:
    clock = SystemClock()
    port = MqttPort(
        Broker.from_url(f"mqtt://127.0.0.1:{place.broker_port}"), "shore", [f"farhelm/v1/{VESSEL}/up/#"], keepalive_s=5
    )
    station = Shore(port, clock, place.key)
    task = asyncio.create_task(station.run())
    try:
        yield station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_watched_steered_and_stopped(place: Place) -> None:
    """Proves AUT-02, AUT-03, CMD-02, CMD-12, EST-01 on real sockets."""
    with broker(place.folder, place.broker_port):
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
            stop = StopRequest(VESSEL, "ada", "desk-1", "01J00000000000000000000999", station.clock.utc_ns())
            await station.say(topics.STOP, signing.sign(Domain.STOP, stop.to_bytes(), place.key))
            await until(lambda: station.beat is not None and station.beat.stop_latched, 5)
            later = await station.order(6, "conn.propulsion", propulsion_pct=50.0)
            assert await station.ended(later) == "REJECTED"
            rpm = station.latest("ME_RPM")
            assert rpm is not None
            await until(lambda: (station.latest("ME_RPM") or 0.0) < rpm - 2.0, 30)


async def test_a_cut_of_the_broker_loses_nothing_and_delays_no_start(place: Place) -> None:
    """Proves that delivery rests on the shore's acknowledgement alone: the broker dies with all it held, twice."""
    seen: set[int] = set()
    historical = 0
    for turn in range(3):
        with broker(place.folder, place.broker_port):
            async with shore(place) as station:
                station.acknowledges = turn > 0
                newest = max(seen, default=0)
                await until(lambda: max(station.batches, default=0) > newest + 15, 30)  # noqa: B023 - awaited here
                if turn == 2:
                    await until(lambda: set(range(1, max(station.batches))) <= seen | set(station.batches), 30)  # noqa: B023 - awaited here
                seen |= set(station.batches)
                historical += sum(1 for batch in station.batches.values() if batch.historical)
        await asyncio.sleep(2.0)  # an outage: the ship goes on collecting
    assert seen == set(range(1, max(seen) + 1))
    assert historical > 0
    assert (place.folder / "spool.db").stat().st_size > 0


async def test_either_process_may_die_without_the_other(place: Place) -> None:
    """Proves that collection and safety stand apart (architecture.md 4): kill -9 of each, the other goes on."""
    with broker(place.folder, place.broker_port):
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
