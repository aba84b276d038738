"""A shore of one test on the wire: a broker, an operator's key and words, and all that the ship says; no station, no database."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Message
from protocols.link import codec, signing, topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.batch import Batch
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL, Event
from protocols.link.frames import DirectFrame
from protocols.link.heartbeats import AuthorityState, OperatorHeartbeat, VesselHeartbeat
from protocols.link.legend import Legend
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from tests.agent_kit import program, until

VESSEL, PERSON, CONSOLE, SESSION = "kestrel", "ada", "desk-1", "S1"
FOREVER_NS = 2**62
ASKED_TIMES, ASKED_S = 4, 10.0
"""So often an operator asks for the conn, and for so long he waits; a loaded machine may need more than one."""
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


def bare_broker(folder: Path, port: int) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """Run a broker that asks nobody who he is."""
    config = folder / "broker.toml"
    config.write_text(BROKER_TOML.format(port=port))
    script = f"import iotcore; iotcore.IotCoreBroker(config_path={str(config)!r}).run_forever()"
    return program(["-c", script], folder / "broker.log")


def commissioned(folder: Path, levels: tuple[str, ...] = ("setpoint",)) -> tuple[str, Ed25519PrivateKey]:
    """Write her Master's roster and grant beside the ship's configuration; return his public key, hex, and the operator's key."""
    master, key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    rights = ("observe", *levels, "stop")
    entry = RosterEntry(PERSON, "operator", "busan", CONSOLE, signing.public_bytes(key), rights, 0, FOREVER_NS)
    roster, grant = (
        Roster(VESSEL, 1, (entry,)),
        Grant(VESSEL, "G1", "master", ("busan",), ("conn",), levels, 0, FOREVER_NS),
    )
    (folder / "roster.signed").write_bytes(signing.sign(Domain.ROSTER, roster.to_bytes(), master))
    (folder / "grant.signed").write_bytes(signing.sign(Domain.GRANT, grant.to_bytes(), master))
    return signing.public_bytes(master).hex(), key


@contextlib.asynccontextmanager
async def bare_shore(port: int, key: Ed25519PrivateKey) -> AsyncIterator[Shore]:
    """Run a shore at the broker of a port until the end of the block."""
    url = Broker.from_url(f"mqtt://127.0.0.1:{port}")
    shore = Shore(MqttPort(url, "shore", [f"farhelm/v1/{VESSEL}/up/#"], keepalive_s=5), SystemClock(), key)
    task = asyncio.create_task(shore.run())
    try:
        yield shore
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(ended, Exception):  # it had died before: whoever waited for it is told why
            raise ended


@dataclass
class Shore:
    """A shore of one test: it hears everything, and acknowledges when it is told to."""

    port: MqttPort
    clock: SystemClock
    key: Ed25519PrivateKey
    births: list[Birth] = field(default_factory=list[Birth])
    batches: dict[int, Batch] = field(default_factory=dict[int, Batch])
    events: list[Event] = field(default_factory=list[Event])
    beat: VesselHeartbeat | None = None
    beat_at_s: float = 0.0
    acknowledges: bool = False
    is_present: bool = False
    """True: the operator beats."""
    is_in_chair: bool = True
    """False: the page beats and says that nobody is there."""
    stride: int = 1
    """Numbers from one beat to the next; more than one: as if the others had been lost."""
    stick: DirectFrame | None = None
    """What the stick asks for, ten times a second while somebody moves it; None: there is none."""
    sequence: int = 0
    frames: int = 0
    orders: int = 0
    _last_beat: bytes = b""

    async def run(self) -> None:
        """Listen, beat and steer until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run())
            group.create_task(self._listen())
            group.create_task(self._be_present())
            group.create_task(self._be_at_the_stick())

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
            beat = VesselHeartbeat.from_bytes(signing.open_envelope(payload).body)
            if self.beat is None or beat.boot_id != self.beat.boot_id or beat.seq > self.beat.seq:
                self.beat, self.beat_at_s = beat, self.clock.now_s()  # over another way an older one may come later

    @property
    def authority(self) -> AuthorityState:
        """Who has the conn, as the ship said last."""
        assert self.beat is not None
        return self.beat.authority

    async def say(self, leaf: str, payload: bytes) -> None:
        """Send something to the ship."""
        await self.port.publish(topics.topic(VESSEL, leaf), payload)

    async def _be_present(self) -> None:
        """Beat once a second while present, five times at level direct, as a console does."""
        while True:
            beat = self.beat
            await asyncio.sleep(0.2 if beat is not None and beat.authority.level == "direct" else 0.9)
            beat = self.beat
            if beat is None or not self.is_present:
                continue
            self.sequence += self.stride
            held_ms = round((self.clock.now_s() - self.beat_at_s) * 1000)
            mine = OperatorHeartbeat(
                VESSEL, PERSON, CONSOLE, SESSION, beat.authority.fencing, self.sequence, beat.boot_id, beat.seq, held_ms,
                self.is_in_chair, self.clock.utc_ns(),
            )  # fmt: skip
            self._last_beat = signing.sign(Domain.HEARTBEAT, mine.to_bytes(), self.key)
            await self.say(topics.HEARTBEAT_DOWN, self._last_beat)

    async def say_last_again(self) -> None:
        """Send the newest beat once more, as it is."""
        await self.say(topics.HEARTBEAT_DOWN, self._last_beat)

    async def _be_at_the_stick(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if self.stick is None or self.beat is None:
                continue
            self.frames += 1
            now_ms = self.vessel_ms()
            frame = replace(self.stick, fencing=self.authority.fencing, seq=self.frames, boot_id=self.beat.boot_id,
                            made_ms=now_ms, inputs=self.frames, moved_ms=now_ms)  # fmt: skip
            await self.say(topics.DIRECT, signing.sign(Domain.FRAME, frame.to_bytes(), self.key))

    def vessel_ms(self) -> int:
        """Return the ship's monotonic milliseconds now, as a console reckons them."""
        assert self.beat is not None
        return self.beat.mono_ms + round((self.clock.now_s() - self.beat_at_s) * 1000)

    async def take(self, level: str = "setpoint") -> None:
        """Take the conn of a ship that nobody has, and begin to beat."""
        await until(lambda: self.beat is not None, 20)
        asked = await self._granted(level)
        self.is_present = True
        confirm = await self.order(self.next_number(), "authority.confirm")
        assert await self.ended(confirm) == "SUCCEEDED", self.names(confirm)
        await until(lambda: any("SUCCEEDED" in self.told(request) for request in asked), 20)
        await until(lambda: self.authority.station == "remote", 5)

    async def _granted(self, level: str) -> list[str]:
        """Ask for the conn until it is given, as an operator does: a ship that has just begun may not be sure of her clock."""
        asked: list[str] = []
        for _ in range(ASKED_TIMES):
            asked.append(await self.order(self.next_number(), "authority.request", level=level))
            with contextlib.suppress(TimeoutError):
                await until(lambda: self.authority.phase == "granted", ASKED_S)
                return asked
        told = [(self.told(one), self.names(one)) for one in asked]
        raise AssertionError(f"never granted: {told}, {self.authority}")

    def next_number(self) -> int:
        """Return a number no order had."""
        self.orders += 1
        return self.orders

    async def stop(self) -> None:
        """Press the emergency stop."""
        stop = StopRequest(VESSEL, PERSON, CONSOLE, "01J00000000000000000000999", self.clock.utc_ns())
        await self.say(topics.STOP, signing.sign(Domain.STOP, stop.to_bytes(), self.key))

    async def order(self, number: int, kind: str, key: Ed25519PrivateKey | None = None, **args: Plain) -> str:
        """Sign an order and send it; return its id."""
        beat = self.beat
        assert beat is not None
        table, now_ms = ORDER_KINDS[kind], self.vessel_ms()
        identity = f"01J00000000000000000000{number:03d}"
        order = Order(
            identity, VESSEL, table.group, kind, args, PERSON, CONSOLE, SESSION, beat.authority.fencing, number,
            beat.boot_id, now_ms + round(table.life_s * 1000), self.clock.utc_ns(),
        )  # fmt: skip
        await self.say(topics.ORDER, signing.sign(Domain.ORDER, order.to_bytes(), key or self.key))
        return identity

    def told(self, identity: str) -> list[str]:
        """Return the states told of an order."""
        return [str(e.body["state"]) for e in self.events if e.kind == "order" and e.body["order_id"] == identity]

    async def ended(self, identity: str, seconds: float = 20.0) -> str:
        """Wait for the end of an order and return it."""
        await until(lambda: bool(TERMINAL & set(self.told(identity))), seconds)
        return next(state for state in self.told(identity) if state in TERMINAL)

    def names(self, identity: str) -> set[str]:
        """Return the names of the reasons told of an order."""
        found: set[str] = set()
        for event in self.events:
            if event.kind == "order" and event.body["order_id"] == identity:
                reasons = event.body["reasons"]
                assert isinstance(reasons, list)
                found |= {str(reason["name"]) for reason in reasons if isinstance(reason, dict)}
        return found

    def latest(self, channel: str) -> float | None:
        """Return the last number of a channel, None before the first."""
        for seq in sorted(self.batches, reverse=True):
            for column in self.batches[seq].columns:
                if column.channel == channel and isinstance(column.values, np.ndarray):
                    return float(column.values[-1])
        return None
