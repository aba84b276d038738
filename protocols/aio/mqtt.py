"""The MQTT 5 driver behind `MessagePort`, over aiomqtt; the move to its successor touches this file only."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from protocols.aio.port import Arrival, Connected, Disconnected, Message, Will

INBOX_MAX: Final = 2000
"""Arrivals waiting for the program; at 100 batches/s this is 20 s of a stalled program. Full: the newest is lost."""
INFLIGHT_MAX: Final = 64
"""Unacknowledged publishes; the spool's window is the same."""
PUBLISH_TIMEOUT_S: Final = 5.0
"""A publish the broker has not acknowledged by then counts as not sent; twice the longest GEO round trip seen."""
RETRY_FIRST_S: Final = 0.2
RETRY_MAX_S: Final = 2.0
"""Longest pause between connection attempts: a heartbeat link must not wait longer than its own L2 limit of 3.5 s."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and as whom we speak; from a URL `mqtt://user:password@host:port` or `mqtts://`."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool

    @classmethod
    def from_url(cls, url: str) -> Broker:
        """Return the parts of `url`; raise ValueError with a sentence when it is not an MQTT URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"broker URL {url!r} is not of the form mqtt://user:password@host:port")
        tls = parts.scheme == "mqtts"
        return cls(
            parts.hostname, parts.port or (8883 if tls else 1883),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None, tls,
        )  # fmt: skip


class MqttPort:
    """A self-healing MQTT 5 connection with clean sessions: what matters is resent by our own acknowledgements."""

    def __init__(
        self, broker: Broker, client_id: str, subscriptions: Sequence[str], *, will: Will | None = None,
        keepalive_s: int = 5, tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        """Prepare a connection; nothing is opened before `run`. `keepalive_s` finds dead sockets, it is no watch."""
        self._broker = broker
        self._client_id = client_id
        self._subscriptions = tuple(subscriptions)
        self._will = will
        self._keepalive_s = keepalive_s
        self._tls = tls if tls is not None else (ssl.create_default_context() if broker.tls else None)
        self._inbox: asyncio.Queue[Arrival] = asyncio.Queue()  # bounded by _put: connection changes are never lost
        self._client: aiomqtt.Client | None = None
        self._dropped_count = 0
        self._connections = 0

    @property
    def connected(self) -> bool:
        """True between Connected and Disconnected."""
        return self._client is not None

    @property
    def dropped_count(self) -> int:
        """Arrivals lost because the inbox was full."""
        return self._dropped_count

    async def receive(self) -> Arrival:
        """Wait for and return the next arrival, in order."""
        return await self._inbox.get()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Hand `payload` to the broker and return True when it acknowledged; False when it could not be sent."""
        client = self._client
        if client is None:
            return False
        properties: Properties | None = None
        if expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho types no constructor
            properties.MessageExpiryInterval = expiry_s
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await client.publish(
                    topic, payload, qos=1, retain=retain, properties=properties, timeout=PUBLISH_TIMEOUT_S
                )
        except (aiomqtt.MqttError, TimeoutError, ValueError):  # ValueError: paho's own word for a closed socket
            _heed_cancellation()
            return False
        _heed_cancellation()
        return True

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        pause_s = RETRY_FIRST_S
        while True:
            before = self._connections
            reason = await self._one_connection()
            _heed_cancellation()
            if self._connections > before:
                pause_s = RETRY_FIRST_S
                self._put(Disconnected(reason))
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _one_connection(self) -> str:
        """Connect, subscribe and pass messages on until the connection ends; return why it ended."""
        try:
            async with self._new_client() as client:
                _heed_cancellation()
                for pattern in self._subscriptions:
                    await client.subscribe(pattern, qos=1)
                    _heed_cancellation()
                self._connections += 1
                self._client = client
                self._put(Connected(self._connections))
                async for message in client.messages:
                    self._put(Message(str(message.topic), bytes(message.payload), bool(message.retain)))
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            return str(error)
        finally:
            self._client = None
        return "the connection was closed"

    def _new_client(self) -> aiomqtt.Client:
        will = self._will
        return aiomqtt.Client(
            self._broker.host, self._broker.port, username=self._broker.username, password=self._broker.password,
            identifier=self._client_id, protocol=aiomqtt.ProtocolVersion.V5, keepalive=self._keepalive_s,
            clean_start=True, socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            tls_context=self._tls, max_inflight_messages=INFLIGHT_MAX,
            will=aiomqtt.Will(will.topic, will.payload, qos=1) if will else None, timeout=PUBLISH_TIMEOUT_S,
        )  # fmt: skip

    def _put(self, arrival: Arrival) -> None:
        if isinstance(arrival, Message) and self._inbox.qsize() >= INBOX_MAX:
            self._dropped_count += 1
            return
        self._inbox.put_nowait(arrival)


def _heed_cancellation() -> None:
    """Raise CancelledError where this task was told to end and the driver lost the word.

    aiomqtt waits with asyncio.wait_for, which on 3.11 answers with the result, and forgets a cancellation that came in the
    same turn of the loop (cpython issue 86296); a program would then never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
