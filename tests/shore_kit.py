"""What the shore's tests share: a message port in memory, a ship that signs, a clock that is set."""

from __future__ import annotations

import asyncio

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.port import Arrival, Connected, Message
from protocols.link import codec, signing, topics
from protocols.link.aros import Claim
from protocols.link.batch import Batch, Column, TargetReport
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.link.heartbeats import AuthorityState, VesselHeartbeat
from protocols.link.orders import Order
from protocols.link.roster import Roster, RosterEntry
from shoreside.config import AlertLimits, VesselConfig
from telemetry.catalogue import standard_catalogue

LIMITS = AlertLimits(heartbeat_silent_s=3.5, data_stale_s=5.0, clock_skew_s=2.0)
NOON_NS = 1_790_000_000_000_000_000
MASTER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OPERATOR = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
ULID = "01JD8Z6T5Y9K3B7M2N4P6Q8R0S"


class SetClock:
    """A clock that says what it was told."""

    def __init__(self) -> None:
        """Start at 100 s, noon."""
        self.s = 100.0

    def now_s(self) -> float:
        """Return the set time."""
        return self.s

    def utc_ns(self) -> int:
        """Return noon and what has passed since."""
        return NOON_NS + int((self.s - 100.0) * 1e9)

    def cpu_s(self) -> float:
        """Return nothing used."""
        return 0.0


class MemoryPort:
    """A message port without a broker: `bring` makes a message arrive, `sent` holds what was published."""

    def __init__(self, *, connected: bool = True) -> None:
        """Start connected or not."""
        self.connected = connected
        self.dropped_count = self.carried_bytes = 0
        self.sent: list[tuple[str, bytes, bool]] = []
        self.news = asyncio.Event()
        self._inbox: asyncio.Queue[Arrival] = asyncio.Queue()

    def bring(self, topic: str, payload: bytes) -> None:
        """Let a message arrive."""
        self._inbox.put_nowait(Message(topic, payload, retained=False))

    def reconnect(self) -> None:
        """Let the connection stand anew."""
        self._inbox.put_nowait(Connected(1))

    async def run(self) -> None:
        """Do nothing, for ever."""
        await asyncio.Event().wait()

    async def receive(self) -> Arrival:
        """Return the next arrival."""
        return await self._inbox.get()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Record what is published."""
        del expiry_s
        if self.connected:
            self.sent.append((topic, payload, retain))
            self.news.set()
        return self.connected

    def of(self, leaf: str) -> list[bytes]:
        """Return the payloads published to a leaf."""
        return [payload for topic, payload, _ in self.sent if topic.endswith("/" + leaf)]

    async def wait_for(self, leaf: str, count: int = 1) -> list[bytes]:
        """Wait until `count` messages were published to a leaf; return them."""
        async with asyncio.timeout(10):
            while len(self.of(leaf)) < count:
                self.news.clear()
                await self.news.wait()
        return self.of(leaf)


class Ship:
    """A vessel as the shore hears it."""

    def __init__(self, vessel: str = "kestrel", seed: int = 7) -> None:
        """Make a ship with a key of its own."""
        self.vessel = vessel
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = signing.public_bytes(self.key)
        self.boot_id = "boot-1"
        self.catalogue = standard_catalogue()

    def config(self, *, pinned: bool = False) -> VesselConfig:
        """Return what the shore is configured with; `pinned`: its key is not."""
        return VesselConfig(self.vessel, None if pinned else self.public_key, signing.public_bytes(MASTER))

    def topic(self, leaf: str) -> str:
        """Return a full topic."""
        return topics.topic(self.vessel, leaf)

    def birth(self) -> tuple[str, bytes]:
        """Return topic and payload of a birth."""
        made = Birth(
            self.vessel, self.vessel.title(), "tanker", 440_123_456, 9_123_456, 320.0, 58.0, 1, NOON_NS,
            self.catalogue.hash, self.catalogue.to_wire(),
            (("no_go", "shoal", ((129.0, 35.0), (129.1, 35.0), (129.1, 35.1))),),
            {"rudder_deg_max": 35.0}, {"phase": "coastal"}, self.public_key, functions=(Claim("NAV", "RC", "OS"),),
        )  # fmt: skip
        return self.topic(topics.BIRTH), made.to_bytes()

    def batch(
        self, seq: int, *, historical: bool = False, epoch: int = 1, heading_deg: float = 95.0
    ) -> tuple[str, bytes]:
        """Return topic and payload of a batch of one scan, `seq` seconds after noon."""
        zero, good = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.uint8)
        utc_ns = NOON_NS + seq * 1_000_000_000
        values = {"NAV_LAT": 35.0 + seq * 1e-4, "NAV_LON": 129.0, "NAV_HDG": heading_deg, "NAV_SOG": 12.0}
        made = Batch(
            self.vessel, epoch, seq, self.catalogue.hash, historical, np.array([utc_ns], dtype=np.int64),
            tuple(Column(name, zero, np.array([value]), good) for name, value in values.items()),
            (TargetReport(440_000_001, utc_ns, 35.01, 129.01, 10.0, 90.0, None, None, 0, 70, "NEIGHBOUR", None, 100.0,
                          20.0),),
        )  # fmt: skip
        return self.topic(topics.BATCH), codec.encode(made)

    def heartbeat(
        self, seq: int, *, utc_ns: int = NOON_NS, signer: Ed25519PrivateKey | None = None, holder: str = ""
    ) -> tuple[str, bytes]:
        """Return topic and payload of a signed heartbeat; `holder`: the session of Ann, who has the conn; empty: nobody has."""
        held = AuthorityState("none", "", "", "", "", "", "", 0, None, "held", "", "", "", None)
        if holder:
            held = AuthorityState(
                "remote", "ann", "ROC", "console-1", holder, "operator", "setpoint", 1, 0.2, "held", "", "", "", None
            )
        made = VesselHeartbeat(
            self.vessel, self.boot_id, seq, seq * 1000, utc_ns, utc_trusted=True, step="L0", reasons=(), next_step="",
            next_step_in_s=None, authority=held, stop_latched=False, echo_session="", echo_seq=0, echo_held_ms=0,
            round_trip_ms=12.0, loss_pct=0.0, setpoints={}, phase="coastal", roster_version=1, alerts=(), action="",
        )  # fmt: skip
        return self.topic(topics.HEARTBEAT_UP), self._signed(made.to_bytes(), signer)

    def event(self, seq: int, kind: str, body: dict[str, Plain]) -> tuple[str, bytes]:
        """Return topic and payload of a signed event."""
        made = Event(self.vessel, self.boot_id, seq, seq * 1000, NOON_NS + seq * 1_000_000_000, kind, body)
        return self.topic(topics.EVENT), self._signed(made.to_bytes(), None)

    def order_event(self, seq: int, state: str, order_id: str = ULID, **extra: Plain) -> tuple[str, bytes]:
        """Return topic and payload of an order's state."""
        return self.event(seq, "order", {"order_id": order_id, "kind": "conn.heading", "state": state, **extra})

    def order(self, person: str = "ann", order_id: str = ULID) -> bytes:
        """Return a signed heading order."""
        made = Order(order_id, self.vessel, "conn", "conn.heading", {"heading_deg": 95}, person, "console-1", "s", 1, 1,
                     self.boot_id, 10_000, NOON_NS)  # fmt: skip
        return signing.sign(signing.Domain.ORDER, made.to_bytes(), OPERATOR)

    def roster(self, version: int, *keys: bytes, signer: Ed25519PrivateKey = MASTER) -> bytes:
        """Return a signed roster that enrols `keys` for ann."""
        entries = tuple(
            RosterEntry("ann", "operator", "roc-1", "console-1", key, ("observe", "setpoint", "stop"), 0, 2**62)
            for key in keys
        )
        made = Roster(self.vessel, version, entries)
        return signing.sign(signing.Domain.ROSTER, made.to_bytes(), signer)

    def _signed(self, body: bytes, signer: Ed25519PrivateKey | None) -> bytes:
        return signing.sign(signing.Domain.VESSEL, body, signer if signer is not None else self.key)
