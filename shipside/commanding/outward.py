"""What the safety process tells the shore: heartbeats, newest only; events, each until the shore has committed it."""

from __future__ import annotations

import asyncio
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control.messages import Emit
from protocols.link import signing, topics
from protocols.link.heartbeats import VesselHeartbeat
from protocols.link.signing import Domain
from shipside.ports import Clock, MessagePort
from shipside.sending.dispatch import UNKEPT_MAX, Dispatch
from shipside.storage.journal import Journal

__all__ = ["UNKEPT_MAX", "Outward"]

HEARTBEAT_EXPIRY_S: Final = 3
"""An older heartbeat is worth nothing to anybody: the next one is out by then."""

AT_ONCE: Final = 8
"""Events handed to the broker before its answer: an order's life has six. One by one each costs a round trip, and over a
satellite its last word comes seconds late."""


class Outward(Dispatch):
    """Two tasks' worth of sending, apart from the deciding loop: one event after the other, and heartbeats."""

    def __init__(self, vessel: str, boot_id: str, clock: Clock, port: MessagePort, journal: Journal,
                 key: Ed25519PrivateKey) -> None:  # fmt: skip
        """Prepare to speak for `vessel`, signed with its `key`."""
        super().__init__(vessel, boot_id, clock, port, journal, key, at_once=AT_ONCE)
        self._heartbeat: bytes | None = None
        self._beat_wake = asyncio.Event()

    def beat(self, heartbeat: VesselHeartbeat) -> None:
        """Send `heartbeat` as soon as may be; an older one still waiting is dropped for it."""
        self._heartbeat = signing.sign(Domain.VESSEL, heartbeat.to_bytes(), self._key)
        self._beat_wake.set()

    def tell(self, emit: Emit, now_s: float) -> None:
        """Keep and send an event of the supervisor."""
        self.record(emit.kind, emit.body, now_s)

    async def send_heartbeats(self) -> None:
        """Send heartbeats until cancelled."""
        topic = topics.topic(self._vessel, topics.HEARTBEAT_UP)
        while True:
            await self._beat_wake.wait()
            self._beat_wake.clear()
            heartbeat, self._heartbeat = self._heartbeat, None
            if heartbeat is not None:
                await self._port.publish(topic, heartbeat, expiry_s=HEARTBEAT_EXPIRY_S)
