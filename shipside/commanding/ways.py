"""Her ways to the shore, each over a bearer of its own: what goes over which, and how each is doing.

Heartbeats go over all of them, stops are heard on all of them, events go over the first that stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from protocols.aio.port import Message
from protocols.link import topics
from protocols.link.heartbeats import Way
from shipside.commanding.twice import Twice
from shipside.ports import Clock, MessagePort

SILENT_S: Final = 3.0
"""A heartbeat that the broker has not answered by then: the way carries nothing now. Four round trips over GEO; the keepalive
takes up to ten seconds to end the connection."""
LOST_S: Final = 10.0
"""A way that is gone, or back, for so long is told: a mast passed, or one cell left for the next, is over by then."""
HEARTBEAT_EXPIRY_S: Final = 3
"""An older heartbeat is worth nothing to anybody: the next one is out by then."""


class OneWay:
    """One way: the connection for all but stops, the emergency stop's own, and the heartbeat that is next to go."""

    def __init__(self, name: str, clock: Clock, port: MessagePort, stop_port: MessagePort) -> None:
        """Begin with nothing known of it; `name` is how it is called in the heartbeat."""
        self.name, self.port, self.stop_port, self._clock = name, port, stop_port, clock
        self._heartbeat: bytes | None = None
        self._wake = asyncio.Event()
        self._unanswered_s: float | None = None
        """Since when a heartbeat waits for the broker's answer; None: the last was answered."""
        self._round_trip_ms: float | None = None
        self.is_up = False
        """Whether the last word of the connection that was taken was that it stands."""
        self.received_bytes = 0
        """Payload of all that came over it since the start, stops too."""
        self._heard_at_s: float | None = None

    @property
    def stands(self) -> bool:
        """True while it is connected and its broker answers heartbeats within three seconds."""
        waits_s = 0.0 if self._unanswered_s is None else self._clock.now_s() - self._unanswered_s
        return self.port.connected and waits_s < SILENT_S

    @property
    def round_trip_ms(self) -> float | None:
        """To the broker and back, by the last heartbeat that it answered; None: none since it was connected."""
        return self._round_trip_ms if self.port.connected else None

    def connected(self, *, is_up: bool) -> None:
        """Take the connection's word that it stands, or has ended: what was measured on it is forgotten."""
        self.is_up, self._unanswered_s, self._round_trip_ms = is_up, None, None

    @property
    def heard_age_s(self) -> float | None:
        """Seconds since anything came over it; None: nothing has."""
        return None if self._heard_at_s is None else self._clock.now_s() - self._heard_at_s

    def heard(self, size_bytes: int) -> None:
        """Count what came over it."""
        self._heard_at_s = self._clock.now_s()
        self.received_bytes += size_bytes

    def beat(self, heartbeat: bytes) -> None:
        """Send `heartbeat` as soon as may be; an older one still waiting is dropped for it."""
        self._heartbeat = heartbeat
        self._wake.set()

    async def send_heartbeats(self, topic: str) -> None:
        """Send heartbeats until cancelled; another way that is dead holds none of them up."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            heartbeat, self._heartbeat = self._heartbeat, None
            if heartbeat is not None:
                await self._send(topic, heartbeat)

    async def _send(self, topic: str, heartbeat: bytes) -> None:
        sent_s = self._clock.now_s()
        if self._unanswered_s is None and self.port.connected:
            self._unanswered_s = sent_s
        if await self.port.publish(topic, heartbeat, expiry_s=HEARTBEAT_EXPIRY_S):
            self._round_trip_ms, self._unanswered_s = round((self._clock.now_s() - sent_s) * 1000.0, 1), None


class Ways:
    """All her ways, the first first: she has one, or two."""

    def __init__(self, ways: Sequence[OneWay], clock: Clock) -> None:
        """Begin with none of them lost."""
        self._ways, self._clock, self._began_s = tuple(ways), clock, clock.now_s()
        self._twice = Twice()
        self._changed = {way.name: (True, self._began_s) for way in ways}
        """{name: whether it stands, and since when}"""
        self._lost = dict.fromkeys((way.name for way in ways), False)
        self._told: tuple[str, ...] | None = None

    def __iter__(self) -> Iterator[OneWay]:
        """Go through the ways, the first first."""
        return iter(self._ways)

    @property
    def twice_count(self) -> int:
        """Messages dropped since they had come over another way."""
        return self._twice.count

    def alone(self, way: OneWay) -> int:
        """Return how many messages came over `way` and over no other: so many the others lost."""
        return self._twice.alone[self._ways.index(way)]

    @property
    def lost(self) -> tuple[str, ...]:
        """Names of the ways that were last told to be lost; none where there is only one."""
        return self._told or ()

    def told(self) -> tuple[Way, ...]:
        """Return what the heartbeat tells of each; nothing where there is only one."""
        if len(self._ways) == 1:
            return ()
        return tuple(Way(way.name, way.stands, way.round_trip_ms) for way in self._ways)

    def is_first_to_stand(self, way: OneWay) -> bool:
        """Return whether no other way stood before `way` does: only then has the shore missed anything."""
        return not any(other.is_up and other.stands for other in self._ways if other is not way)

    def has_come(self, way: OneWay, leaf: str, message: Message) -> bool:
        """Return whether `message` has come over another way already. A stop is never held to have: it stops her again."""
        way.heard(len(message.payload))
        if len(self._ways) == 1 or leaf == topics.STOP:
            return False
        return self._twice.take(self._ways.index(way), message.topic, message.payload, self._clock.now_s())

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Hand `payload` to the broker over the first way that stands, and where that fails over the next.

        True when a broker acknowledged. What is handed over twice is dropped ashore by its sequence.
        """
        connected = [way for way in self._ways if way.port.connected] or self._ways[:1]
        ranked = sorted(connected, key=lambda way: not way.stands)
        for number, way in enumerate(ranked, 1):
            try:
                async with asyncio.timeout(SILENT_S if number < len(ranked) else None):
                    if await way.port.publish(topic, payload, retain=retain, expiry_s=expiry_s):
                        return True
            except TimeoutError:
                continue
        return False

    def newly_lost(self, now_s: float) -> tuple[str, ...] | None:
        """Return the names of the ways that are lost, where that is news, and once after the start; None where it is not."""
        if len(self._ways) == 1:
            return None
        for way in self._ways:
            stood, since_s = self._changed[way.name]
            if way.stands is not stood:
                since_s = now_s
                self._changed[way.name] = (way.stands, now_s)
            if now_s - since_s >= LOST_S:
                self._lost[way.name] = not way.stands
        lost = tuple(name for name, is_lost in self._lost.items() if is_lost)
        if lost == self._told or now_s - self._began_s < LOST_S:
            return None
        self._told = lost
        return lost
