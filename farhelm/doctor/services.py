"""Greets a broker and a database with the credentials that the programs use. Judges nothing; each look is bounded."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
import struct
from typing import Final
from urllib.parse import urlsplit

from farhelm.doctor.probes import CONNECT_S, said
from farhelm.doctor.seen import BrokerSeen, DatabaseSeen
from protocols.aio.clock import Clock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Message
from protocols.aio.refusal import unreadable

ROUND_TRIP_S: Final = 6.0
"""Longest wait for a connection and for a message's way there and back; a publish alone may take 5 s."""
RETURN_S: Final = 2.0
"""Longest wait for a message whose acknowledgement has come: accounts that may not hear their own wait in vain."""
END_S: Final = 1.0
"""Longest wait for the driver's end: while it connects it may overhear a cancellation, which `asyncio.run` repeats."""
TOPIC: Final = "farhelm/doctor"
"""Beside the programs' own topics: nobody listens there."""
EXPIRY_S: Final = 5
CONNACK: Final = 2
CONNACK_BYTES: Final = 4


def broker(url: str, clock: Clock) -> BrokerSeen:
    """Greet the broker of `url` and send one message through it."""
    found = Broker.from_url(url)
    return asyncio.run(_broker(found, clock))


async def _broker(wanted: Broker, clock: Clock) -> BrokerSeen:
    at, person = f"{wanted.host}:{wanted.port}", wanted.username or ""
    try:
        tls = wanted.context()
    except ssl.SSLError as error:
        return BrokerSeen(at, person, str(error))
    except OSError as error:
        found = unreadable(error)
        return BrokerSeen(at, person, f"{found.problem}: {found.said}", do=found.do)
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(wanted.host, wanted.port, ssl=tls)
    except (OSError, TimeoutError) as error:
        return BrokerSeen(at, person, str(error) if isinstance(error, ssl.SSLError) else said(error))
    try:
        code, problem = await _greeted(reader, writer, wanted)
    finally:
        writer.close()
    if code != 0:
        return BrokerSeen(at, person, problem, is_reached=True, code=code)
    acknowledged_ms, returned_ms = await _round_trip(wanted, clock)
    problem = "" if acknowledged_ms is not None else f"none within {ROUND_TRIP_S:g} s"
    return BrokerSeen(at, person, problem, is_reached=True, code=code, acknowledged_ms=acknowledged_ms,
                      returned_ms=returned_ms)  # fmt: skip


async def _greeted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, broker: Broker
) -> tuple[int | None, str]:  # fmt: skip
    """Say hello by hand, for the reason code that the driver keeps to itself; return it, None with why there is none."""
    try:
        async with asyncio.timeout(CONNECT_S):
            writer.write(hello(broker.username, broker.password))
            await writer.drain()
            answer = await reader.readexactly(CONNACK_BYTES)
    except TimeoutError:
        return None, f"no answer within {CONNECT_S:g} s"
    except ssl.SSLError as error:  # by TLS 1.3 a certificate of ours is refused after the greeting
        return None, str(error)
    except (OSError, asyncio.IncompleteReadError):
        return None, "the connection was closed"
    return (answer[3], "") if answer[0] >> 4 == CONNACK else (None, "its answer is not MQTT")


def hello(username: str | None, password: str | None) -> bytes:
    """Return an MQTT 5 CONNECT (clean start, keep-alive 5 s) under a name of its own."""
    flags = 0x02 | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    parts = [f"farhelm-doctor-{secrets.token_hex(4)}", *(part for part in (username, password) if part is not None)]
    texts = b"".join(struct.pack(">H", len(part.encode())) + part.encode() for part in parts)
    body = b"\x00\x04MQTT\x05" + struct.pack(">BHB", flags, 5, 0) + texts
    length, left = b"", len(body)
    while left > 0x7F:  # noqa: PLR2004 - seven bits a byte
        length, left = length + bytes((left & 0x7F | 0x80,)), left >> 7
    return b"\x10" + length + bytes((left,)) + body


async def _round_trip(broker: Broker, clock: Clock) -> tuple[float | None, float | None]:
    """Send one message to a topic of our own; return the milliseconds to its acknowledgement and to its return."""
    topic = f"{TOPIC}/{secrets.token_hex(8)}"
    port = MqttPort(broker, f"farhelm-doctor-{secrets.token_hex(4)}", [topic])
    running = asyncio.create_task(port.run(), name="driver")
    acknowledged_ms: float | None = None
    returned_ms: float | None = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ROUND_TRIP_S):
            await port.receive()
            begun_s = clock.now_s()
            if await port.publish(topic, b"", expiry_s=EXPIRY_S):
                acknowledged_ms = (clock.now_s() - begun_s) * 1000
                async with asyncio.timeout(RETURN_S):
                    while not isinstance(await port.receive(), Message):
                        pass
                returned_ms = (clock.now_s() - begun_s) * 1000
    running.cancel()
    await asyncio.wait({running}, timeout=END_S)
    return acknowledged_ms, returned_ms


def database(url: str) -> DatabaseSeen:
    """Connect to the database of `url` and read which schema it has."""
    import psycopg

    from shoreside.store import hypertables, migrate

    parts = urlsplit(url)
    at = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
    build = migrate.files_of_build()
    try:
        with psycopg.connect(url, connect_timeout=int(CONNECT_S), autocommit=True) as opened:
            about = opened.execute(
                "SELECT current_setting('server_version'), pg_database_size(current_database()),"
                " to_regclass('migration') IS NOT NULL,"
                " EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')"
            ).fetchone() or ("", 0, False, False)
            rows = opened.execute("SELECT name, sha256 FROM migration").fetchall() if about[2] else None
    except psycopg.Error as error:
        return DatabaseSeen(at, said(error))
    applied = None if rows is None else {str(name): str(digest) for name, digest in rows}
    if any(name.startswith(hypertables.PREFIX) for name in applied or ()):
        build |= migrate.files_of_timescale()
    return DatabaseSeen(at, "", f"PostgreSQL {about[0]}", int(about[1]), applied, build, bool(about[3]))
