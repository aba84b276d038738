"""A simulated broker and the links to it: `protocols.aio.port.MessagePort` for many clients, in virtual time.

A link behaves as TCP does: what is lost comes late and holds up what is behind it. Cut silently, both ends wait and find
out by themselves; cut by a reset, both are told at once. A broker's acknowledgement here is worth as little as a real one's:
what it has taken for somebody who is away is gone.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from protocols.aio.clock import Clock
from protocols.aio.port import Arrival, Connected, Disconnected, Message, Will
from simulators.bad_link import LinkQuality, lateness_s

KEEPALIVE_S: Final = 5.0
"""As in `protocols.aio.mqtt`."""
BROKER_WAITS_S: Final = 1.5 * KEEPALIVE_S
"""A silent client is given up by the broker after this, and its will is said (MQTT 5.0, 3.1.2.10)."""
CLIENT_WAITS_S: Final = 2.0 * KEEPALIVE_S
"""A silent broker is given up by the client after this: measured with aiomqtt (reliability.md, finding 9)."""
ANSWER_S: Final = 5.0
"""A connection or publish not answered by then has failed; as in `protocols.aio.mqtt`."""
RETRY_FIRST_S: Final = 0.2
RETRY_MAX_S: Final = 2.0
INFLIGHT_MAX: Final = 64
"""Publishes without an answer; more wait their turn. As in `protocols.aio.mqtt`."""
INBOX_MAX: Final = 2000
"""Arrivals waiting for a program; the newest message is lost and counted. As in `protocols.aio.mqtt`."""
LANE_MAX: Final = 1000
"""Messages under way in one direction, Mosquitto's own bound for a client; the newest is lost and counted."""
RETAINED_MAX: Final = 10_000
"""Topics with a kept message: five for each of 200 vessels, ten times over. Beyond it the message is not kept."""
SHORE_LINE: Final = LinkQuality(delay_s=0.001, jitter_s=0.001)
"""The station stands beside the broker."""
LTE: Final = LinkQuality(delay_s=0.04, jitter_s=0.03, loss=0.005)
"""A coastal mobile link: 40 to 70 ms one way, one piece in 200 late by a retransmission."""

Note = Callable[..., None]
"""Writes to the world's log: who, what happened, fields."""
Deliver = Callable[[], None]


class Lane:
    """One direction of one connection: in order, late, held while the link is silent, bounded."""

    def __init__(self, link: Link, dice: random.Random) -> None:
        """Begin empty."""
        self._link, self._dice = link, dice
        self._waiting: deque[tuple[float, Deliver]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._last_s = 0.0
        self.dropped_count = 0

    def send(self, deliver: Deliver) -> bool:
        """Have `deliver` called at the far end when it gets there; False: the lane is full, it never will."""
        if len(self._waiting) >= LANE_MAX:
            self.dropped_count += 1
            return False
        now_s = asyncio.get_running_loop().time()
        self._last_s = max(self._last_s, now_s + lateness_s(self._link.quality, self._dice))
        self._waiting.append((self._last_s, deliver))
        self.wake()
        return True

    def wake(self) -> None:
        """Set the timer for the next arrival; a silent link has none."""
        if self._timer is None and self._waiting and not self._link.quality.cut:
            self._timer = asyncio.get_running_loop().call_at(self._waiting[0][0], self._arrive)

    def hold(self) -> None:
        """Let nothing arrive until `wake`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Lose what is under way."""
        self.hold()
        self._waiting.clear()

    def _arrive(self) -> None:
        self._timer = None
        _, deliver = self._waiting.popleft()
        self.wake()
        deliver()


class Connection:
    """One connection between a client and the broker, from its first packet until both ends have given it up."""

    def __init__(self, port: SimPort, dice: random.Random) -> None:
        """Begin with nothing under way."""
        self.port = port
        self.up, self.down = Lane(port.link, dice), Lane(port.link, dice)
        self.is_open_ashore = False
        """The broker has a session for it."""
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Why the client's end is over."""
        self.stood: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the broker has answered, or the client's end is over."""

    def end(self, reason: str) -> None:
        """End the client's side."""
        if not self.stood.done():
            self.stood.set_result(None)
        if not self.ended.done():
            self.ended.set_result(reason)
        self.up.close()


class Link:
    """What one vessel's, or the shore's, connections run over; a cut strikes all of them."""

    def __init__(self, name: str, quality: LinkQuality, broker: SimBroker) -> None:
        """Begin whole."""
        self.name, self.quality = name, quality
        self._broker = broker
        self._connections: list[Connection] = []
        self._watches: list[asyncio.TimerHandle] = []

    def open(self, connection: Connection) -> None:
        """Note a connection over this link."""
        self._connections.append(connection)

    def forget(self, connection: Connection) -> None:
        """Forget a connection that is over at both ends."""
        if connection in self._connections and connection.ended.done() and not connection.is_open_ashore:
            self._connections.remove(connection)

    def set_quality(self, quality: LinkQuality) -> None:
        """Change delay, jitter, loss, or cut and restore: `quality.cut` is silent, reset, or empty for whole."""
        was_cut, self.quality = self.quality.cut, quality
        for watch in self._watches:
            watch.cancel()
        self._watches.clear()
        if quality.cut == "reset":
            self._end_ashore("connection reset")
            self._end_aboard("connection reset")
        elif quality.cut == "silent":
            for connection in self._connections:
                connection.up.hold()
                connection.down.hold()
            later = asyncio.get_running_loop().call_later
            self._watches.append(later(BROKER_WAITS_S, self._end_ashore, "no word within the keepalive"))
            self._watches.append(later(CLIENT_WAITS_S, self._end_aboard, "no word within the keepalive"))
        elif was_cut:
            self._mend()

    def _mend(self) -> None:
        """Go on where both ends still have the connection; an end that the other gave up is told by a reset."""
        for connection in tuple(self._connections):
            if connection.is_open_ashore and connection.ended.done():
                self._broker.detach(connection, "the client was gone", say_will=True)
            elif not connection.is_open_ashore and connection.port.has(connection):
                connection.end("connection reset")
            connection.up.wake()
            connection.down.wake()

    def _end_ashore(self, reason: str) -> None:
        for connection in tuple(self._connections):
            self._broker.detach(connection, reason, say_will=True)

    def _end_aboard(self, reason: str) -> None:
        for connection in tuple(self._connections):
            connection.end(reason)
            self.forget(connection)


class SimBroker:
    """Retained messages, subscriptions, wills; sessions end with their connection (clean start)."""

    def __init__(self, seed: int, clock: Clock, note: Note) -> None:
        """Begin with nobody connected; `note` is told of every connection, message and loss."""
        self._seed, self.clock, self.note = seed, clock, note
        self.links: dict[str, Link] = {}
        self._sessions: dict[str, Connection] = {}
        self._retained: dict[str, bytes] = {}
        self.taps: list[Callable[[str, str, bytes], None]] = []
        """Told (client, topic, payload) of every message the broker takes: a listener in the middle."""

    def link(self, name: str, quality: LinkQuality) -> Link:
        """Return the link called `name`; made with `quality` when it is new."""
        return self.links.setdefault(name, Link(name, quality, self))

    def port(
        self, client: str, link: Link, subscriptions: Sequence[str], will: Will | None = None, *, way: str = ""
    ) -> SimPort:  # fmt: skip
        """Return the message port of a client, not yet connected; `way` is told with all it says."""
        dice = random.Random(f"{self._seed}/network/{client}")
        return SimPort(client, link, self, subscriptions, will, dice, way=way)

    def attach(self, connection: Connection) -> None:
        """Begin a session: the retained messages that it asked for come first."""
        port = connection.port
        older = self._sessions.get(port.client)
        if older is not None:
            self.detach(older, "taken over", say_will=True)
        connection.is_open_ashore = True
        self._sessions[port.client] = connection
        self.note("broker", "session", client=port.client)
        connection.down.send(lambda: port.opened(connection))
        for topic, payload in self._retained.items():
            if port.wants(topic):
                self._give(connection, Message(topic, payload, retained=True))

    def detach(self, connection: Connection, reason: str, *, say_will: bool) -> None:
        """End a session; its will is said unless the client took leave."""
        if not connection.is_open_ashore:
            return
        port = connection.port
        connection.is_open_ashore = False
        connection.down.close()
        if self._sessions.get(port.client) is connection:
            del self._sessions[port.client]
        self.note("broker", "session-ended", client=port.client, reason=reason)
        if say_will and port.will is not None:
            self.take(port.client, port.will.topic, port.will.payload, retain=False)
        port.link.forget(connection)

    def take(self, client: str, topic: str, payload: bytes, *, retain: bool, way: str = "") -> None:
        """Take a message and give it to whoever asked for its topic now; a stranger on the broker calls this too."""
        self.note("broker", "message", client=client, topic=topic, payload=payload)
        for tap in self.taps:
            tap(client, topic, payload)
        if retain and payload and (topic in self._retained or len(self._retained) < RETAINED_MAX):
            self._retained[topic] = payload
        elif retain and not payload:
            self._retained.pop(topic, None)
        for connection in tuple(self._sessions.values()):
            if connection.port.wants(topic):
                self._give(connection, Message(topic, payload, retained=False, way=way))

    def _give(self, connection: Connection, message: Message) -> None:
        if not connection.down.send(lambda: connection.port.arrived(connection, message)):
            self.note("broker", "dropped", client=connection.port.client, topic=message.topic)


class SimPort:
    """One client's connection, which re-establishes itself: a `MessagePort`."""

    def __init__(
        self, client: str, link: Link, broker: SimBroker, subscriptions: Sequence[str], will: Will | None,
        dice: random.Random, *, way: str = "",
    ) -> None:  # fmt: skip
        """Prepare; nothing is opened before `run`."""
        self.client, self.link, self.will, self._way = client, link, will, way
        self._broker, self._dice = broker, dice
        self._filters = [pattern.split("/") for pattern in subscriptions]
        self._inbox: asyncio.Queue[Arrival] = asyncio.Queue()  # bounded by arrived: connection changes are never lost
        self._connection: Connection | None = None
        self._is_connected = False
        self._window = asyncio.Semaphore(INFLIGHT_MAX)
        self._answers: dict[int, asyncio.Future[bool]] = {}
        self._number = self._connections = self._dropped_count = self._carried_bytes = 0

    @property
    def connected(self) -> bool:
        """True between Connected and Disconnected."""
        return self._is_connected

    @property
    def dropped_count(self) -> int:
        """Arrivals lost because the inbox was full."""
        return self._dropped_count

    @property
    def carried_bytes(self) -> int:
        """Bytes of payloads both ways so far: packets have no headers here."""
        return self._carried_bytes

    def has(self, connection: Connection) -> bool:
        """Return whether this port holds `connection` as open."""
        return self._connection is connection and self.connected

    def wants(self, topic: str) -> bool:
        """Return whether a subscription matches `topic`; `+` stands for one level."""
        levels = topic.split("/")
        return any(
            len(pattern) == len(levels) and all(p in ("+", level) for p, level in zip(pattern, levels, strict=True))
            for pattern in self._filters
        )

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        pause_s = RETRY_FIRST_S
        while True:
            reason = await self._one_connection()
            if reason:
                pause_s = RETRY_FIRST_S
                self._inbox.put_nowait(Disconnected(reason))
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def receive(self) -> Arrival:
        """Wait for and return the next arrival, in order."""
        return await self._inbox.get()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Hand `payload` to the broker and return True when it acknowledged; False when it could not be sent.

        `expiry_s` changes nothing here: this broker holds messages for nobody who is away.
        """
        del expiry_s
        connection = self._connection
        if connection is None or not self.connected:
            return False
        self._number += 1
        number = self._number
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S), self._window:
                self._answers[number] = answer
                if not connection.up.send(lambda: self._ashore(connection, number, topic, payload, retain=retain)):
                    return False
                self._carried_bytes += len(payload)
                return await answer
        except TimeoutError:
            return False
        finally:
            self._answers.pop(number, None)

    def opened(self, connection: Connection) -> None:
        """Take the broker's word that the session stands."""
        if self._connection is connection and not connection.stood.done():
            self._connections += 1
            self._is_connected = True
            connection.stood.set_result(None)
            self._inbox.put_nowait(Connected(self._connections))

    def arrived(self, connection: Connection, message: Message) -> None:
        """Take a message at the client's end."""
        if not self.has(connection):
            return
        if self._inbox.qsize() >= INBOX_MAX:
            self._dropped_count += 1
            return
        self._carried_bytes += len(message.payload)
        self._inbox.put_nowait(message)

    async def _one_connection(self) -> str:
        """Connect and stay until the connection ends; return why it ended, empty when it never stood."""
        if self.link.quality.cut == "reset":
            return ""
        connection = self._connection = Connection(self, self._dice)
        self.link.open(connection)
        connection.up.send(lambda: self._broker.attach(connection))
        try:
            async with asyncio.timeout(ANSWER_S):
                await connection.stood
        except TimeoutError:
            connection.end("no answer")
        is_over = False
        try:
            reason = await connection.ended
            is_over = True
            return reason if self.connected else ""
        finally:
            self._close(connection, take_leave=not is_over)

    def _close(self, connection: Connection, *, take_leave: bool) -> None:
        connection.end("took leave")
        self._is_connected = False
        self._connection = None
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(False)
        if take_leave:
            self._broker.detach(connection, "took leave", say_will=False)
        self.link.forget(connection)

    def _ashore(self, connection: Connection, number: int, topic: str, payload: bytes, *, retain: bool) -> None:
        """At the broker: take the message and send the acknowledgement back."""
        if not connection.is_open_ashore:
            return
        self._broker.take(self.client, topic, payload, retain=retain, way=self._way)
        connection.down.send(lambda: self._acknowledged(number))

    def _acknowledged(self, number: int) -> None:
        answer = self._answers.get(number)
        if answer is not None and not answer.done():
            answer.set_result(True)
