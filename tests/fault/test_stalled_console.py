"""One of fifty consoles stops reading: nobody else notices, and it is closed. The naive loop is the negative control."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect

from shoreside.api import serving
from tests.bench.figures import MB, Figure, report
from tests.shore_house import TOKENS, House, running_house

pytestmark = pytest.mark.alone

CONSOLES = 50
RATE_HZ = 5.0
RUN_S = 12.0
GAP_P99_S = 1.0
CLOSED_WITHIN_S = 10.0
MEMORY_BYTES = 50_000_000


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncGenerator[House]:
    """Run a shore with one ship."""
    async with running_house(database_url, tmp_path) as running:
        yield running


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _never_reads(url: str, header: str, first: bytes) -> socket.socket:
    """Return a raw socket that has upgraded, said one thing, and will not read again."""
    parts = urlsplit(url)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (parts.hostname, parts.port))
    key = base64.b64encode(os.urandom(16)).decode()
    await loop.sock_sendall(raw, (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{header}\r\n"
    ).encode())  # fmt: skip
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(raw, 1)
    assert b" 101 " in answer
    masked = bytes([0x81, 0x80 | len(first)]) + bytes(4) + first  # a mask of zeros leaves the text as it is
    await loop.sock_sendall(raw, masked)
    return raw


async def _watch(opened: ClientConnection, kind: str, heard_s: list[float]) -> None:
    async for text in opened:
        if json.loads(text)["type"] == kind:
            heard_s.append(asyncio.get_running_loop().time())  # noqa: PERF401 - each as it comes, not at the end


def _gaps(heard_s: list[float], until_s: float) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise([*heard_s, until_s])]


@pytest.mark.timeout(180)
async def test_one_stalled_of_fifty_consoles_disturbs_nobody(house: House) -> None:
    """Proves R11: others' gap p99 at most 1 s; the one that never reads is closed within 10 s; memory at most 50 MB."""
    loop = asyncio.get_running_loop()
    subscribe = json.dumps({"type": "subscribe", "vessel": "kestrel"})
    url = f"{house.url}/api/v1/console"
    hub = house.shore.station.hub
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(
                connect(url.replace("http", "ws"), additional_headers=house.token("viewer"))
            )
            for _ in range(CONSOLES - 1)
        ]
        for one in opened:
            await one.send(subscribe)
        header = f"Authorization: Bearer {TOKENS['viewer']}\r\n"
        stalled = await _never_reads(url, header, subscribe.encode())
        stack.callback(stalled.close)
        heard: list[list[float]] = [[] for _ in opened]
        watching = [asyncio.create_task(_watch(one, "values", times)) for one, times in zip(opened, heard, strict=True)]
        await asyncio.sleep(1.0)
        assert hub.count == CONSOLES
        before, began_s, left_s = _resident_bytes(), loop.time(), None
        for seq in itertools.count(1):
            house.port.bring(*house.ship.batch(seq))
            await asyncio.sleep(1 / RATE_HZ)
            if left_s is None and hub.count < CONSOLES:
                left_s = loop.time()
            if loop.time() - began_s > RUN_S:
                break
        ended_s = loop.time()
        grown = _resident_bytes() - before
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    gaps = sorted(gap for times in heard for gap in _gaps(times, ended_s))
    assert all(len(times) > RUN_S * RATE_HZ / 2 for times in heard)
    p99_s = gaps[int(len(gaps) * 0.99)]
    assert left_s is not None, "the stalled console was never closed"
    notes = f"{left_s - began_s:.1f} s until it was closed, {grown / MB:.0f} MB more"
    report(
        Figure("one of 50 consoles stalled: the others' gap, p99", p99_s, "s", f"at most {GAP_P99_S:g}", None, notes)
    )
    assert p99_s <= GAP_P99_S, gaps[-10:]
    assert left_s - began_s <= CLOSED_WITHIN_S
    assert grown <= MEMORY_BYTES


@pytest.mark.timeout(120)
async def test_the_naive_loop_is_stopped_by_one_who_does_not_read() -> None:
    """Negative control: a loop that sends to each in turn leaves the healthy console with nothing, for good."""
    application, sockets = FastAPI(), list[WebSocket]()

    @application.websocket("/naive")
    async def naive(one: WebSocket) -> None:
        await one.accept()
        sockets.append(one)
        try:
            await one.receive_text()
            await asyncio.Event().wait()
        except WebSocketDisconnect:
            return

    async def broadcast() -> None:
        text = json.dumps({"type": "values", "filler": "x" * 60_000})
        while True:
            for one in sockets:
                await one.send_text(text)
            await asyncio.sleep(0.05)

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/naive"
    server = uvicorn.Server(serving.settings(application))
    serving_task = asyncio.create_task(server._serve([listener]))
    loop, heard = asyncio.get_running_loop(), list[float]()
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    async with connect(url.replace("http", "ws")) as healthy:
        watching = asyncio.create_task(_watch(healthy, "values", heard))
        stalled = await _never_reads(url, "", b"x")
        sending = asyncio.create_task(broadcast())
        await asyncio.sleep(4.0)
        assert _gaps(heard, loop.time())[-1] > 2 * GAP_P99_S, "the naive loop was not stopped: the fault was none"
        stalled.close()
        for task in (sending, watching):
            task.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)
    server.should_exit = True
    await serving_task
