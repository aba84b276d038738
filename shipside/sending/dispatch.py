"""A program's signed events to the shore, in order, each kept on disk until the shore has committed it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.link import signing, topics
from protocols.link.acks import EventAck
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.link.signing import Domain
from shipside.ports import Clock
from shipside.storage.durable import SpoolError
from shipside.storage.kept_events import EventKeeper, Waiting

EVENTS_AT_ONCE: Final = 32
"""Events sent ahead of the shore's acknowledgement."""
RESEND_S: Final = 5.0
"""Events not acknowledged by then are sent again; twice the longest GEO round trip with a commit."""
UNKEPT_MAX: Final = 64
"""Events kept in memory while the disk takes none: an order makes six. The oldest is lost when full."""


class Outlet(Protocol):
    """Where events go: a connection to the broker, or several."""

    async def publish(self, topic: str, payload: bytes) -> bool:
        """Return True when a broker acknowledged `payload`; False when it could not be sent. Never raises for a lost link."""
        ...


class Dispatch:
    """The events of one boot, and what former boots left behind; one task sends them."""

    def __init__(self, vessel: str, boot_id: str, clock: Clock, port: Outlet, keeper: EventKeeper,
                 key: Ed25519PrivateKey, at_once: int = 1) -> None:  # fmt: skip
        """Prepare to speak for `vessel`, signed with its `key`; hand `at_once` events to the broker before its answer."""
        self._vessel, self._boot_id, self._clock, self._port = vessel, boot_id, clock, port
        self._keeper, self._key, self._at_once = keeper, key, at_once
        self._event_seq = 0
        self._event_wake = asyncio.Event()
        self._is_sending = False
        self._sent: dict[str, int] = {}
        """Highest sequence sent since the last rewind, by boot: events of former boots may wait beside ours."""
        self._unkept: deque[bytes] = deque(maxlen=UNKEPT_MAX)
        self.unkept_count = 0
        """Events that could not be kept on disk; they are sent at most once."""
        self.problem = ""
        """Why the disk could last not be written; empty while it can."""
        self.sent_bytes = 0
        """Bytes of events handed to the broker."""

    def record(self, kind: str, body: dict[str, Plain], now_s: float) -> None:
        """Keep an event (kind and body as in EVENT_KINDS) and send it."""
        self._event_seq += 1
        event = Event(
            self._vessel, self._boot_id, self._event_seq, round(now_s * 1000), self._clock.utc_ns(), kind, body
        )  # fmt: skip
        signed = signing.sign(Domain.VESSEL, event.to_bytes(), self._key)
        try:
            self._keeper.keep_event(self._boot_id, self._event_seq, signed)
            self.problem = ""
        except SpoolError as error:
            self._unkept.append(signed)
            self.unkept_count += 1
            self.problem = str(error)
        self._event_wake.set()

    @property
    def is_waiting(self) -> bool:
        """True while there are events that have not been handed to the broker: they go before anything in bulk."""
        return self._is_sending or self._event_wake.is_set()

    def connected(self) -> None:
        """Send everything not acknowledged again."""
        self._sent = {}
        self._event_wake.set()

    def acknowledged(self, ack: EventAck) -> None:
        """Let go of what the shore has committed."""
        try:
            self._keeper.acknowledged(ack.boot_id, ack.through_seq)
        except SpoolError as error:
            self.problem = str(error)  # it stays, is sent again, and is acknowledged again
        self._event_wake.set()

    async def send_events(self) -> None:
        """Send events in order until cancelled; those not acknowledged in time are sent again."""
        topic = topics.topic(self._vessel, topics.EVENT)
        while True:
            self._event_wake.clear()
            events = self._keeper.events(EVENTS_AT_ONCE)
            unsent = [event for event in events if event[1] > self._sent.get(event[0], 0)]
            self._is_sending = bool(unsent)
            for start in range(0, len(unsent), self._at_once):
                await self._send_some(topic, unsent[start : start + self._at_once])
            await self._send_unkept(topic)
            self._is_sending = False
            try:
                async with asyncio.timeout(RESEND_S):
                    await self._event_wake.wait()
            except TimeoutError:
                self._sent = {}

    async def _send_some(self, topic: str, events: list[Waiting]) -> None:
        """Hand events to the broker together; up to the first it did not take they count as sent."""
        taken = await asyncio.gather(*(self._port.publish(topic, signed) for _, _, signed in events))
        for (boot_id, seq, signed), is_taken in zip(events, taken, strict=True):
            if not is_taken:
                return
            self._sent[boot_id] = seq
            self.sent_bytes += len(signed)

    async def _send_unkept(self, topic: str) -> None:
        """Send what the disk did not take, while the connection takes it."""
        while self._unkept:
            first = self._unkept[0]
            if not await self._port.publish(topic, first):
                return
            if self._unkept and self._unkept[0] is first:
                self._unkept.popleft()
