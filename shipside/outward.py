"""What the safety process tells the shore: heartbeats, newest only; events, each until the shore has committed it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control.messages import Emit
from protocols.link import signing, topics
from protocols.link.acks import EventAck
from protocols.link.events import Event
from protocols.link.heartbeats import VesselHeartbeat
from protocols.link.signing import Domain
from shipside.journal import Journal
from shipside.ports import Clock, MessagePort
from shipside.spool import SpoolError

EVENTS_AT_ONCE: Final = 32
"""Events sent ahead of the shore's acknowledgement."""
RESEND_S: Final = 5.0
"""Events not acknowledged by then are sent again; twice the longest GEO round trip with a commit."""
UNKEPT_MAX: Final = 64
"""Events kept in memory while the disk takes none: an order makes six. The oldest is lost when full."""
HEARTBEAT_EXPIRY_S: Final = 3
"""An older heartbeat is worth nothing to anybody: the next one is out by then."""


class Outward:
    """Two tasks' worth of sending, apart from the deciding loop."""

    def __init__(self, vessel: str, boot_id: str, clock: Clock, port: MessagePort, journal: Journal,
                 key: Ed25519PrivateKey) -> None:  # fmt: skip
        """Prepare to speak for `vessel`, signed with its `key`."""
        self._vessel, self._boot_id, self._clock, self._port = vessel, boot_id, clock, port
        self._journal, self._key = journal, key
        self._event_seq = 0
        self._heartbeat: bytes | None = None
        self._beat_wake, self._event_wake = asyncio.Event(), asyncio.Event()
        self._sent: dict[str, int] = {}
        """Highest sequence sent since the last rewind, by boot: events of former boots may wait beside ours."""
        self._unkept: deque[bytes] = deque(maxlen=UNKEPT_MAX)
        self.unkept_count = 0
        """Events that could not be kept on disk; they are sent at most once."""
        self.problem = ""
        """Why the journal could last not be written; empty while it can."""

    def beat(self, heartbeat: VesselHeartbeat) -> None:
        """Send `heartbeat` as soon as may be; an older one still waiting is dropped for it."""
        self._heartbeat = signing.sign(Domain.VESSEL, heartbeat.to_bytes(), self._key)
        self._beat_wake.set()

    def tell(self, emit: Emit, now_s: float) -> None:
        """Keep and send an event."""
        self._event_seq += 1
        event = Event(
            self._vessel, self._boot_id, self._event_seq, round(now_s * 1000), self._clock.utc_ns(), emit.kind,
            emit.body,
        )  # fmt: skip
        signed = signing.sign(Domain.VESSEL, event.to_bytes(), self._key)
        try:
            self._journal.keep_event(self._boot_id, self._event_seq, signed)
            self.problem = ""
        except SpoolError as error:
            self._unkept.append(signed)
            self.unkept_count += 1
            self.problem = str(error)
        self._event_wake.set()

    def connected(self) -> None:
        """Send everything not acknowledged again."""
        self._sent = {}
        self._event_wake.set()

    def acknowledged(self, ack: EventAck) -> None:
        """Let go of what the shore has committed."""
        try:
            self._journal.acknowledged(ack.boot_id, ack.through_seq)
        except SpoolError as error:
            self.problem = str(error)  # it stays, is sent again, and is acknowledged again
        self._event_wake.set()

    async def send_heartbeats(self) -> None:
        """Send heartbeats until cancelled."""
        topic = topics.topic(self._vessel, topics.HEARTBEAT_UP)
        while True:
            await self._beat_wake.wait()
            self._beat_wake.clear()
            heartbeat, self._heartbeat = self._heartbeat, None
            if heartbeat is not None:
                await self._port.publish(topic, heartbeat, expiry_s=HEARTBEAT_EXPIRY_S)

    async def send_events(self) -> None:
        """Send events in order until cancelled; those not acknowledged in time are sent again."""
        topic = topics.topic(self._vessel, topics.EVENT)
        while True:
            self._event_wake.clear()
            for boot_id, seq, signed in self._journal.events(EVENTS_AT_ONCE):
                if seq > self._sent.get(boot_id, 0) and await self._port.publish(topic, signed):
                    self._sent[boot_id] = seq
            await self._send_unkept(topic)
            try:
                async with asyncio.timeout(RESEND_S):
                    await self._event_wake.wait()
            except TimeoutError:
                self._sent = {}

    async def _send_unkept(self, topic: str) -> None:
        """Send what the disk did not take, while the connection takes it."""
        while self._unkept:
            first = self._unkept[0]
            if not await self._port.publish(topic, first):
                return
            if self._unkept and self._unkept[0] is first:
                self._unkept.popleft()
