"""A whole shore on a free port with a real database, for the tests that speak to it as consoles do."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from protocols.aio.clock import SystemClock
from protocols.aio.lag import LoopLag
from shoreside import people
from shoreside.api import app, serving
from shoreside.api.auth import Auth
from shoreside.api.shore import Shore
from shoreside.commanding.stop import StopRelay
from shoreside.config import ShoreConfig
from shoreside.station import Station
from shoreside.store.connection import Readers
from shoreside.store.people import People
from shoreside.store.postgres import PostgresStore
from tests.shore_kit import LIMITS, MemoryPort, Ship

TOKENS = {role: f"{role}-token-of-at-least-32-characters" for role in ("viewer", "operator", "supervisor", "master")}
NAMED = "http://console.test:8000"
"""Origin of a page that has a name, not a number: passkeys need one."""
SEED: list[dict[str, object]] = [
    {"name": "ann", "role": "operator", "roc": "roc-1", "password": "correct horse",
     "tokens": [{"name": role, "token": token, "role": role} for role, token in TOKENS.items()]},
    {"name": "vic", "role": "viewer", "roc": "roc-1", "password": "battery staple"},
]  # fmt: skip


@dataclass
class House:
    """A running shore and what the tests reach it by."""

    shore: Shore
    port: MemoryPort
    stop_port: MemoryPort
    ship: Ship
    url: str
    http: httpx.AsyncClient

    @property
    def origin(self) -> dict[str, str]:
        """Return the header of a page of ours."""
        return {"Origin": self.url}

    def token(self, role: str) -> dict[str, str]:
        """Return the header of a program."""
        return {"Authorization": f"Bearer {TOKENS[role]}"}

    async def login(self, person: str = "ann", word: str = "correct horse") -> httpx.Response:
        """Log in from our own page."""
        return await self.http.post("/api/v1/login", json={"person": person, "password": word}, headers=self.origin)

    @asynccontextmanager
    async def console(self, ticket: str | None = None) -> AsyncGenerator[ClientConnection]:
        """Open a console socket with a fresh ticket."""
        if ticket is None:
            ticket = (await self.http.post("/api/v1/ticket", headers=self.origin)).json()["ticket"]
        uri = f"{self.url.replace('http', 'ws')}/api/v1/console?ticket={ticket}"
        async with connect(uri, additional_headers=self.origin) as opened:
            yield opened


@asynccontextmanager
async def running_house(database_url: str, tmp_path: Path) -> AsyncGenerator[House]:
    """Run a shore on a free port, with one ship that was born, ann and vic."""
    (tmp_path / "index.html").write_text("<title>console</title>")
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ship, port, stop_port, clock = Ship(), MemoryPort(), MemoryPort(), SystemClock()
    store, readers = PostgresStore(database_url), Readers(database_url)
    everyone = People(readers)
    station = Station(clock, port, store, (ship.config(),), LIMITS)
    known = (ship.config(),)
    config = ShoreConfig("127.0.0.1", 0, (url, NAMED), "", "", database_url, tmp_path, None, True, "t", LIMITS, known)
    shore = Shore(config, clock, station, StopRelay(clock, stop_port), readers, everyone,
                  Auth(everyone, clock, secure=False), "test", LoopLag(clock))  # fmt: skip
    server = uvicorn.Server(serving.settings(app.create(shore)))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the test runner has its own
    running = asyncio.create_task(station.run())
    answering = asyncio.create_task(server._serve([listener]))  # pyright: ignore[reportPrivateUsage] - without signals
    looking = asyncio.create_task(shore.open_consoles.run(shore.auth, clock, station.hub))
    port.bring(*ship.birth())
    async with asyncio.timeout(10):
        while not (  # noqa: ASYNC110 - three programs, no common event
            server.started and station.store_up and station.downlink.states["kestrel"].birth
        ):
            await asyncio.sleep(0.01)
    await people.seed(everyone, SEED)
    async with httpx.AsyncClient(base_url=url) as http:
        yield House(shore, port, stop_port, ship, url, http)
    server.should_exit = True
    await answering
    for task in (looking, running):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await readers.close()
    await store.close()


def is_problem(response: httpx.Response, status: int) -> str:
    """Assert that `response` is a problem of `status` (RFC 9457); return its detail."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["title"]
    return str(body["detail"])


async def until(opened: ClientConnection, kind: str) -> dict[str, object]:
    """Return the next message of a kind."""
    async with asyncio.timeout(10):
        while True:
            message = json.loads(await opened.recv())
            if message["type"] == kind:
                return dict(message)
