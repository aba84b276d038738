"""The MQTT 5 driver behind `MessagePort`, over aiomqtt; the move to its successor touches this file only."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import aiomqtt
from paho.mqtt.enums import LogLevel
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from protocols.aio.carried import Carried
from protocols.aio.port import Arrival, Connected, Disconnected, Message, Will
from protocols.aio.refusal import Refusal, Refusals, refusal, unreadable
from protocols.link.heartbeats import WAY_NAME_MAX
from protocols.link.keyfile import ENCRYPTED

INBOX_MAX: Final = 2000
"""Arrivals waiting for the program; at 100 batches/s this is 20 s of a stalled program. Full: the newest is lost."""
INFLIGHT_MAX: Final = 64
"""Unacknowledged publishes; the spool's window is the same."""
PUBLISH_TIMEOUT_S: Final = 5.0
"""A publish the broker has not acknowledged by then counts as not sent; twice the longest GEO round trip seen."""
UNSENT_MAX_BYTES: Final = 16 * 1024
"""Bytes that may wait unsent in the kernel: 0.5 s of a 256 kbit/s link, so that what is said next is not said late."""
_NOTSENT_LOWAT: Final = getattr(socket, "TCP_NOTSENT_LOWAT", 25)
"""The option's number on Linux, where this Python does not name it."""
SOCKET_OPTIONS: Final[list[tuple[int, int, int | bytes]]] = [
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), (socket.IPPROTO_TCP, _NOTSENT_LOWAT, UNSENT_MAX_BYTES),
]  # fmt: skip
WAY: Final = "way"
"""User property of a message (MQTT 5, 3.3.2.3.7), which a broker passes on as it is; a bridge of an earlier version drops it."""
_MAX_PACING_RATE: Final = getattr(socket, "SO_MAX_PACING_RATE", 47)
"""Likewise, of the option that spreads what the kernel sends."""
RENEWAL_LOOK_S: Final = 2.0
"""How often the certificate's file is looked at: a new one is used at once, by a new connection."""
CARRIED_LOOK_S: Final = 2.0
"""How often the kernel is asked what the connection has carried: of one that breaks so long is not known."""
RETRY_FIRST_S: Final = 0.2
RETRY_MAX_S: Final = 2.0
"""Longest pause between connection attempts: a heartbeat link must not wait longer than its own L2 limit of 3.5 s."""
Option: TypeAlias = tuple[int, int, int | bytes]
"""Level, number and value of a socket's option."""
_UNLIMITED: Final = b"\xff" * 4
_SILENT: Final = logging.getLogger("farhelm.mqtt.driver")
"""The driver's own lines: what they tell, this port tells by its answers and by why a connection ended."""
_SILENT.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and as whom we speak.

    From a URL `mqtt://user:password@host:port`, or with certificates `mqtts://host:port?ca=FILE&cert=FILE&key=FILE`.
    """

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    ca: str = ""
    """File of the authority that is believed; empty: the machine's own."""
    cert: str = ""
    """File of our certificate; empty: we have none, and say who we are by name and password."""
    key: str = ""
    """File of its key."""

    @classmethod
    def from_url(cls, url: str) -> Broker:
        """Return the parts of `url`; raise ValueError with a sentence when it is not an MQTT URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"broker URL {url!r} is not of the form mqtt://user:password@host:port")
        tls = parts.scheme == "mqtts"
        files = dict(parse_qsl(parts.query, keep_blank_values=True))
        if (files and not tls) or not set(files) <= {"ca", "cert", "key"} or ("cert" in files) != ("key" in files):
            raise ValueError(
                f"broker URL {url!r}: after ? stand ca, cert and key of an mqtts:// URL, cert with its key"
            )
        return cls(
            parts.hostname, parts.port or (8883 if tls else 1883),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None, tls, **files,
        )  # fmt: skip

    def context(self) -> ssl.SSLContext | None:
        """Return what TLS needs, read anew from the files; None without TLS. Raise OSError when a file cannot be read."""
        if not self.tls:
            return None
        for name in filter(None, (self.ca, self.cert, self.key)):
            Path(name).open("rb").close()  # the errors of ssl do not say which file it was
        context = ssl.create_default_context(cafile=self.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.cert:
            context.load_cert_chain(self.cert, self.key, self._no_password)
        return context

    def _no_password(self) -> str:
        """Answer for an encrypted key: left alone, the driver would ask at the terminal and hold everything up meanwhile."""
        raise PermissionError(errno.EACCES, ENCRYPTED, self.key)

    def written(self) -> tuple[float, ...]:
        """Return when the files were last written; what cannot be read counts as never."""
        files = [Path(name) for name in (self.ca, self.cert) if name]
        return tuple(file.stat().st_mtime if file.exists() else 0.0 for file in files)


class _Client(aiomqtt.Client):
    """The driver, on a loop that forgets a connection when it is reset (uvloop closes its poll, and tells nobody).

    A write that the loop no longer watches ends the connection here and now, not seconds later with the keepalive.
    """

    complaint = ""
    """The driver's last, until the connection stands: by TLS 1.3 our certificate is refused after the greeting, and the
    driver then lets who waits wait in vain."""

    def overhear(self, *, wanted: bool) -> None:
        """Keep the driver's complaints, or no longer."""
        self._client.on_log = self._overheard if wanted else None

    def wait_for_greeting(self, seconds: float) -> None:
        """Let the greeting, certificates and all, take so long: the driver's own limit is 5 s, whatever it is told beside."""
        self._client.connect_timeout = seconds

    def ask_each(self, seconds: int) -> None:
        """Ask after so long a silence whether it stands. Before, a greeting may take as long as the broker was told."""
        driver: Any = self._client
        driver._keepalive = seconds  # noqa: SLF001 - it has no other way

    def _overheard(self, client: Any, userdata: Any, level: int, text: str) -> None:
        del client, userdata
        if level == LogLevel.MQTT_LOG_ERR:
            self.complaint = text

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
        del userdata
        self._loop.call_soon_threadsafe(self._watch_writable, client, sock)  # paho calls from its connecting thread too

    def _watch_writable(self, client: Any, sock: Any) -> None:
        try:  # the descriptor is asked for now: a socket closed meanwhile has -1, and never another connection's number
            self._loop.add_writer(sock.fileno(), self._write, client)
        except (RuntimeError, OSError, ValueError) as error:
            self._end(error)

    def _write(self, client: Any) -> None:
        try:
            client.loop_write()
        except Exception as error:  # noqa: BLE001 - whatever it is, the connection is broken, as in the driver
            self._end(error)

    def set_option(self, option: Option) -> None:
        """Set an option of the connection's socket; one that is just ending needs none."""
        sock: Any = self._client.socket()
        with suppress(OSError):
            if sock is not None:
                sock.setsockopt(*option)

    def seen_by(self, carried: Carried) -> None:
        """Let `carried` see what the connection has carried."""
        carried.look(self._client.socket())

    def _end(self, error: Exception) -> None:
        if not self._disconnected.done():
            self._disconnected.set_exception(error)


class MqttPort:
    """A self-healing MQTT 5 connection with clean sessions: what matters is resent by our own acknowledgements."""

    def __init__(
        self, broker: Broker, client_id: str, subscriptions: Sequence[str], *, will: Will | None = None,
        keepalive_s: int = 5, bytes_s_max: float | None = None, on_refusal: Callable[[Refusal], None] | None = None,
        way: str = "", answer_s: float | None = None,
    ) -> None:  # fmt: skip
        """Prepare a connection; nothing is opened before `run`. `keepalive_s` finds dead sockets, it is no watch.

        `bytes_s_max`: what the kernel sends a second at most, spread evenly, so that no burst stands before what others say
        over the same link; None: as fast as it likes. `on_refusal` is told what no waiting mends, at once and then seldom.
        `way` is told with every message, at most 16 characters: this connection is one of several; empty: nothing is told.
        `answer_s`: how long greeting, subscription and each publish may take; None: 5 s.
        """
        self._broker, self._way = broker, way
        self._on_refusal, self._refusals = on_refusal, Refusals()
        self._client_id = client_id
        self._subscriptions = tuple(subscriptions)
        self._will = will
        self._keepalive_s, self._answer_s = keepalive_s, PUBLISH_TIMEOUT_S if answer_s is None else answer_s
        self._spreading = _spreading(bytes_s_max)
        self._inbox: asyncio.Queue[Arrival] = asyncio.Queue()  # bounded by _put: connection changes are never lost
        self._client: _Client | None = None
        self._dropped_count = 0
        self._carried = Carried()
        self._connections = 0
        self._unanswered: set[asyncio.Timeout] = set()  # as many as there are publishes, bounded by their callers

    @property
    def connected(self) -> bool:
        """True between Connected and Disconnected."""
        return self._client is not None

    @property
    def dropped_count(self) -> int:
        """Arrivals lost because the inbox was full."""
        return self._dropped_count

    @property
    def carried_bytes(self) -> int:
        """Bytes of all IP packets of its connections so far, both ways, as the kernel counts them."""
        if self._client is not None:
            self._client.seen_by(self._carried)
        return self._carried.total_bytes

    def spread(self, bytes_s_max: float | None) -> None:
        """Let the kernel send no more a second from now on, on this connection and later ones; None: as fast as it likes."""
        self._spreading = _spreading(bytes_s_max)
        if self._client is not None:
            self._client.set_option(self._spreading)

    async def receive(self) -> Arrival:
        """Wait for and return the next arrival, in order."""
        return await self._inbox.get()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Hand `payload` to the broker and return True when it acknowledged; False when it could not be sent.

        The end of the connection is an answer: who speaks need not wait for the time limit to speak on the next one.
        """
        client = self._client
        if client is None:
            return False
        properties = self._properties(expiry_s)
        try:
            async with asyncio.timeout(self._answer_s) as limit:
                self._unanswered.add(limit)
                try:
                    await client.publish(
                        topic, payload, qos=1, retain=retain, properties=properties, timeout=self._answer_s
                    )
                finally:
                    self._unanswered.discard(limit)
        except (aiomqtt.MqttError, TimeoutError, ValueError):  # ValueError: paho's own word for a closed socket
            _heed_cancellation()
            return False
        _heed_cancellation()
        return True

    def _properties(self, expiry_s: int | None) -> Properties | None:
        if expiry_s is None and not self._way:
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho types no constructor
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        if self._way:
            properties.UserProperty = (WAY, self._way)
        return properties

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
        new: _Client | None = None
        try:
            new = self._new_client()
            new.overhear(wanted=self._on_refusal is not None)
            async with new as client:
                client.overhear(wanted=False)
                client.ask_each(self._keepalive_s)
                _heed_cancellation()
                if self._subscriptions:  # in one packet: each would cost a round trip before anything is sent
                    await client.subscribe([(pattern, SubscribeOptions(qos=1)) for pattern in self._subscriptions])
                    _heed_cancellation()
                self._connections += 1
                self._client = client
                self._refusals.over()
                self._put(Connected(self._connections))
                try:
                    if await self._pass_on(client):
                        return "the certificate has changed"
                finally:
                    self._answer_all()
                    self._carried.ended()
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            self._tell(error, new)
            return f"{error}: {error.__cause__}" if error.__cause__ else str(error)
        finally:
            self._client = None
        return "the connection was closed"

    def _tell(self, error: Exception, client: _Client | None) -> None:
        """Tell that a connection was refused, where it was; `client` is None where we had nothing to connect with."""
        if client is None and isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            found: Refusal | None = unreadable(error)
        else:
            found = refusal(f"{error} {'' if client is None else client.complaint}".strip())
        if found is not None and self._on_refusal and self._refusals.take(found, asyncio.get_running_loop().time()):
            self._on_refusal(found)

    def _answer_all(self) -> None:
        """End the waiting of all that were said on this connection: no answer comes any more."""
        self._client = None
        for limit in self._unanswered:
            limit.reschedule(0.0)

    async def _pass_on(self, client: _Client) -> bool:
        """Pass messages on until the connection ends; return True when it is ended for a new certificate."""
        try:
            async with asyncio.timeout(None) as renewal:
                watch = asyncio.create_task(self._end_with_certificate(renewal), name="certificate")
                count = asyncio.create_task(self._count_carried(client), name="carried bytes")
                try:
                    async for message in client.messages:
                        way = way_of(message.properties)
                        self._put(Message(str(message.topic), bytes(message.payload), bool(message.retain), way))
                finally:
                    watch.cancel()
                    count.cancel()
        except TimeoutError:
            return True
        return False

    async def _count_carried(self, client: _Client) -> None:
        while True:
            client.seen_by(self._carried)
            await asyncio.sleep(CARRIED_LOOK_S)

    async def _end_with_certificate(self, renewal: asyncio.Timeout) -> None:
        """End the connection when the files of our certificate were written anew."""
        before = self._broker.written()
        while before and self._broker.written() == before:  # noqa: ASYNC110 - the kernel gives no event on every file system
            await asyncio.sleep(RENEWAL_LOOK_S)
        if before:
            renewal.reschedule(asyncio.get_running_loop().time())

    def _new_client(self) -> _Client:
        will = self._will
        made = _Client(
            self._broker.host, self._broker.port, username=self._broker.username, password=self._broker.password,
            identifier=self._client_id, protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=max(self._keepalive_s, round(self._answer_s)),
            clean_start=True, socket_options=[*SOCKET_OPTIONS, self._spreading],
            tls_context=self._broker.context(), max_inflight_messages=INFLIGHT_MAX,
            will=aiomqtt.Will(will.topic, will.payload, qos=1) if will else None, timeout=self._answer_s, logger=_SILENT,
        )  # fmt: skip
        made.wait_for_greeting(self._answer_s)
        return made

    def _put(self, arrival: Arrival) -> None:
        if isinstance(arrival, Message) and self._inbox.qsize() >= INBOX_MAX:
            self._dropped_count += 1
            return
        self._inbox.put_nowait(arrival)


def _spreading(bytes_s_max: float | None) -> Option:
    """Return the option of a socket that sends so much a second at most; None: as much as it likes."""
    return socket.SOL_SOCKET, _MAX_PACING_RATE, _UNLIMITED if bytes_s_max is None else max(int(bytes_s_max), 1)


def way_of(properties: Properties | None) -> str:
    """Return the way that a message's properties tell; empty where they tell none, two, or one too long to be a name."""
    told: list[tuple[str, str]] = getattr(properties, "UserProperty", [])  # paho has no attribute for what did not come
    ways = [value for name, value in told if name == WAY]
    return ways[0] if len(ways) == 1 and len(ways[0]) <= WAY_NAME_MAX else ""


def _heed_cancellation() -> None:
    """Raise CancelledError where this task was told to end and the driver lost the word.

    aiomqtt waits with asyncio.wait_for, which on 3.11 answers with the result, and forgets a cancellation that came in the
    same turn of the loop (cpython issue 86296); a program would then never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
