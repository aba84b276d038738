"""The real application on a real port with a real database: who may ask what, and what is answered."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from protocols.aio.clock import SystemClock
from protocols.link import signing, topics
from protocols.link.stop import StopRequest
from shoreside import people
from shoreside.api import app
from shoreside.api.auth import Auth
from shoreside.api.shore import Shore
from shoreside.config import ShoreConfig
from shoreside.station import Station
from shoreside.stop import StopRelay
from shoreside.store.connection import Readers
from shoreside.store.people import People
from shoreside.store.postgres import PostgresStore
from tests.shore_kit import LIMITS, MASTER, NOON_NS, OPERATOR, ULID, MemoryPort, Ship

TOKENS = {role: f"{role}-token-of-at-least-32-characters" for role in ("viewer", "operator", "supervisor", "master")}
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
    async def console(self, ticket: str | None = None) -> AsyncIterator[ClientConnection]:
        """Open a console socket with a fresh ticket."""
        if ticket is None:
            ticket = (await self.http.post("/api/v1/ticket", headers=self.origin)).json()["ticket"]
        uri = f"{self.url.replace('http', 'ws')}/api/v1/console?ticket={ticket}"
        async with connect(uri, additional_headers=self.origin) as opened:
            yield opened


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Run a shore on a free port, with one ship that was born, ann and vic."""
    (tmp_path / "index.html").write_text("<title>console</title>")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)  # so that a stalled client is felt soon
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ship, port, stop_port, clock = Ship(), MemoryPort(), MemoryPort(), SystemClock()
    store, readers = PostgresStore(database_url), Readers(database_url)
    everyone = People(readers)
    station = Station(clock, port, store, (ship.config(),), LIMITS)
    known = (ship.config(),)
    config = ShoreConfig("127.0.0.1", 0, (url,), "", "", database_url, tmp_path, None, True, "t", LIMITS, known)
    shore = Shore(config, clock, station, StopRelay(clock, stop_port), readers, everyone,
                  Auth(everyone, clock, secure=False), "test")  # fmt: skip
    server = uvicorn.Server(uvicorn.Config(
        app.create(shore), ws="websockets-sansio", log_config=None, lifespan="off", ws_per_message_deflate=False,
        timeout_graceful_shutdown=2, ws_max_size=65536,
    ))  # fmt: skip
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the test runner has its own
    running = asyncio.create_task(station.run())
    serving = asyncio.create_task(server._serve([listener]))
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
    await serving
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
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


async def test_a_watch_logs_in_and_out(house: House) -> None:
    """Wrong name and wrong password sound the same; the cookie is for this site only; the end ends the socket too."""
    # Nobody: every room is closed.
    assert "Log in" in is_problem(await house.http.get("/api/v1/vessels"), 401)
    wrong = is_problem(await house.login(word="wrong"), 401)
    assert is_problem(await house.login(person="nobody"), 401) == wrong
    # Ann.
    answer = await house.login()
    assert answer.status_code == 200
    assert answer.json() == {"person": "ann", "role": "operator", "roles": ["operator"], "roc": "roc-1", "demo": True}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert (await house.http.get("/api/v1/me")).json()["person"] == "ann"
    async with house.console() as opened:
        assert (await until(opened, "welcome"))["person"] == "ann"
        # She leaves: the socket is closed, the cookie worth nothing.
        kept = dict(house.http.cookies)
        assert (await house.http.post("/api/v1/logout", headers=house.origin)).status_code == 204
        with pytest.raises(ConnectionClosed):
            await until(opened, "never")
    house.http.cookies.update(kept)
    is_problem(await house.http.get("/api/v1/me"), 401)


async def test_guessing_is_slow(house: House) -> None:
    """The sixth try within a minute is refused, whether the password is right or not."""
    for _ in range(5):
        is_problem(await house.login(word="guess"), 401)
    answer = await house.login()
    assert "wait" in is_problem(answer, 429)
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("origin", "token", "status"),
    [("ours", False, 200), ("https://evil.example", False, 403), ("null", False, 403), (None, False, 403),
     ("ours", True, 200), (None, True, 200), ("https://evil.example", True, 403)],
)  # fmt: skip
async def test_only_our_own_pages_change_anything(house: House, origin: str | None, token: bool, status: int) -> None:
    """The full product: our page, another's, an opaque one, none; with the cookie, with a program's token."""
    await house.login()
    headers = house.token("operator") if token else {}
    if origin is not None:
        headers = {**headers, "Origin": house.url if origin == "ours" else origin}
    if token:
        house.http.cookies.clear()
    answer = await house.http.post("/api/v1/ticket", headers=headers)
    assert answer.status_code == status, answer.text
    if status != 200:
        is_problem(answer, status)


async def test_a_socket_opens_for_a_fresh_ticket_from_our_page_only(house: House) -> None:
    """Used, invented, missing tickets and other origins are refused; a program comes with its token alone."""
    await house.login()
    ticket = (await house.http.post("/api/v1/ticket", headers=house.origin)).json()["ticket"]
    ws = f"{house.url.replace('http', 'ws')}/api/v1/console"
    cookie = {"Cookie": f"farhelm={house.http.cookies['farhelm']}"}
    # Another's page cannot use it, nor can the cookie alone open a socket.
    for uri, headers in (
        (f"{ws}?ticket={ticket}", {"Origin": "https://evil.example"}), (f"{ws}?ticket={ticket}", {}),
        (ws, {**house.origin, **cookie}), (f"{ws}?ticket=invented", house.origin),
    ):  # fmt: skip
        with pytest.raises(InvalidStatus):
            await connect(uri, additional_headers=headers)
    # Ours can, once.
    async with house.console(ticket) as opened:
        await until(opened, "welcome")
    with pytest.raises(InvalidStatus):
        async with house.console(ticket):
            pass
    async with connect(ws, additional_headers=house.token("viewer")) as opened:
        assert (await until(opened, "welcome"))["roles"] == ["viewer"]


async def test_live_values_history_and_acknowledgement(house: House) -> None:
    """A batch goes to the console, into the database, back as acknowledgement; history gives the same numbers."""
    await house.login()
    async with house.console() as opened:
        await opened.send(json.dumps({"type": "subscribe", "vessel": "kestrel"}))
        described = await until(opened, "vessel")
        assert described["name"] == "Kestrel"
        headings = [10.0, 350.0, 350.0, 10.0, 20.0, 40.0]
        for seq, heading_deg in enumerate(headings, start=1):
            house.port.bring(*house.ship.batch(seq, heading_deg=heading_deg))
        values = await until(opened, "values")
        assert values["vessel"] == "kestrel"
    await house.port.wait_for(topics.ACK)
    # Raw, page by page.
    first, end = NOON_NS // 1_000_000 + 1000, NOON_NS // 1_000_000 + 60_000
    query = {"channels": "NAV_HDG,NAV_SOG", "from": str(first), "to": str(end), "limit": "5"}
    rows: list[list[object]] = []
    while True:
        page = (await house.http.get("/api/v1/vessels/kestrel/samples", params=query)).json()
        rows.extend(page["samples"])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [row[2] for row in rows if row[0] == "NAV_HDG"] == headings
    assert [row[1] for row in rows if row[0] == "NAV_SOG"] == [first + 1000 * n for n in range(6)]
    # In buckets of 4 s from the first sample: [10, 350, 350, 10] and [20, 40]; a heading's mean is on the circle.
    asked = {"channels": "NAV_HDG", "from": str(first), "to": str(end), "bucket": "4"}
    buckets = (await house.http.get("/api/v1/vessels/kestrel/samples", params=asked)).json()["buckets"]
    assert [row[:5] + row[6:] for row in buckets] == [
        ["NAV_HDG", first, 4, 10.0, 350.0, 10.0], ["NAV_HDG", first + 4000, 2, 20.0, 40.0, 40.0],
    ]  # fmt: skip
    assert buckets[0][5] == pytest.approx(0.0, abs=1e-9)
    assert buckets[1][5] == pytest.approx(30.0)
    text = await house.http.get("/api/v1/vessels/kestrel/samples", params={**asked, "format": "csv"})
    assert text.text.splitlines()[1].startswith(f"NAV_HDG,{first},4,10.0,350.0,")
    span = {"from": str(first), "to": str(end)}
    track = (await house.http.get("/api/v1/vessels/kestrel/track", params=span)).json()["points"]
    assert track[0] == [129.0, 35.0001, first]
    assert len(track) == 6
    health = (await house.http.get("/healthz")).json()
    assert health["status"] == "ok"
    assert health["vessels"][0]["vessel"] == "kestrel"
    assert "farhelm_shore_batches_total 6.0" in (await house.http.get("/metrics")).text


async def test_an_order_goes_out_as_it_came_and_its_answers_come_back(house: House) -> None:
    """The very bytes go down; the ship's words come to the socket and the record; whoever may not order is refused."""
    await house.login()
    signed = house.ship.order()
    body = {"signed": base64.b64encode(signed).decode()}
    async with house.console() as opened:
        await opened.send(json.dumps({"type": "subscribe", "vessel": "kestrel"}))
        await until(opened, "vessel")
        await opened.send(json.dumps({"type": "order", "vessel": "kestrel", **body}))
        assert (await until(opened, "order"))["state"] == "sent"
        assert house.port.of(topics.ORDER) == [signed]
        for seq, state in enumerate(("received", "accepted", "executing", "SUCCEEDED"), start=1):
            house.port.bring(*house.ship.order_event(seq, state))
            assert (await until(opened, "order"))["state"] == state
    await house.port.wait_for(topics.EVENT_ACK)
    record = (await house.http.get(f"/api/v1/orders/{ULID}")).json()
    told = [state["state"] for state in record["states"] if state["source"] == "ship"]
    assert told == ["received", "accepted", "executing", "SUCCEEDED"]
    assert record["signed"] == body["signed"]
    # One flipped byte: the shore passes it on, the ship is to refuse it.
    flipped = signed[:-1] + bytes([signed[-1] ^ 1])
    answer = await house.http.post(
        "/api/v1/vessels/kestrel/orders", json={"signed": base64.b64encode(flipped).decode()}, headers=house.origin
    )
    assert answer.status_code == 202
    assert house.port.of(topics.ORDER)[-1] == flipped
    # A viewer, another person's order, an unknown vessel, no base64.
    url = "/api/v1/vessels/kestrel/orders"
    assert "viewer" in is_problem(await house.http.post(url, json=body, headers=house.token("viewer")), 403)
    other = {"signed": base64.b64encode(house.ship.order(person="eve")).decode()}
    is_problem(await house.http.post(url, json=other, headers=house.origin), 403)
    is_problem(await house.http.post("/api/v1/vessels/none/orders", json=body, headers=house.origin), 404)
    is_problem(await house.http.post(url, json={"signed": "%"}, headers=house.origin), 422)
    is_problem(await house.http.post(url, json={}, headers=house.origin), 422)
    # Without a broker the answer is REFUSED with the reason, not silence.
    house.port.connected = False
    refused = await house.http.post(url, json=body, headers=house.token("operator"))
    assert refused.json()["state"] == "REFUSED"
    assert refused.json()["reasons"][0]["name"] == "no_broker"


async def test_a_key_is_enrolled_by_the_masters_word(house: House) -> None:
    """Proves CMD-12 ashore: pending until the Master's roster comes; another's, older or damaged ones are refused."""
    await house.login()
    key = signing.public_bytes(OPERATOR)
    async with house.console() as opened:
        assert (await until(opened, "welcome"))["key_state"] == "none"
        asked = {"console": "console-1", "public_key": base64.b64encode(key).decode()}
        answer = await house.http.post("/api/v1/keys", json=asked, headers=house.origin)
        assert answer.json() == {"key_state": "pending"}
        assert (await until(opened, "key"))["key_state"] == "pending"
        listed = (await house.http.get("/api/v1/enrolments", headers=house.token("master"))).json()["enrolments"]
        assert [(one["person"], one["key_state"]) for one in listed] == [("ann", "pending")]

        async def put(signed: bytes) -> httpx.Response:
            body = {"signed": base64.b64encode(signed).decode()}
            return await house.http.put("/api/v1/roster", json=body, headers=house.token("master"))

        is_problem(await put(house.ship.roster(1, key, signer=Ed25519PrivateKey.generate())), 403)
        damaged = house.ship.roster(1, key)
        is_problem(await put(damaged[:-1] + bytes([damaged[-1] ^ 1])), 403)
        word = house.ship.roster(2, key)
        assert (await put(word)).json() == {"vessel": "kestrel", "version": 2}
        assert await until(opened, "key") == {"type": "key", "key_state": "enrolled", "roster_version": 2}
        is_problem(await put(house.ship.roster(2, key)), 409)
        # Retained for the ship, and again after each new connection.
        await house.port.wait_for(topics.ROSTER)
        assert (house.ship.topic(topics.ROSTER), word, True) in house.port.sent
        house.port.reconnect()
        assert await house.port.wait_for(topics.ROSTER, 2) == [word, word]
        # Taken out of the roster: revoked.
        await put(house.ship.roster(3, signing.public_bytes(MASTER)))
        assert (await until(opened, "key"))["key_state"] == "revoked"
    is_problem(await house.http.put("/api/v1/roster", json={"signed": ""}, headers=house.origin), 403)


async def test_the_stop_needs_no_login_and_no_database(house: House) -> None:
    """Proves EST-01 ashore: its own connection; no cookie, no origin; the exact bytes; junk and floods are bounded."""
    await house.shore.readers.close()
    stop = StopRequest("kestrel", "ann", "console-1", ULID, NOON_NS)
    signed = signing.sign(signing.Domain.STOP, stop.to_bytes(), OPERATOR)
    body = {"signed": base64.b64encode(signed).decode()}
    assert (await house.http.post("/stop/kestrel", json=body)).status_code == 202
    assert (await house.http.post("/stop/kestrel", content=signed)).status_code == 202
    assert house.stop_port.of("stop") == [signed, signed]
    assert house.port.of("stop") == []
    is_problem(await house.http.post("/stop/kestrel", content=b"junk"), 400)
    is_problem(await house.http.post("/stop/kestrel", json={"signed": 1}), 422)
    house.stop_port.connected = False
    assert "NOT sent" in is_problem(await house.http.post("/stop/kestrel", content=signed), 503)


async def test_one_stalled_browser_disturbs_nobody(house: House) -> None:
    """One client stops reading; the other has every batch at once, the stalled one loses only what was replaced."""
    await house.login()
    async with house.console() as stalled, house.console() as healthy:
        for opened in (stalled, healthy):
            await opened.send(json.dumps({"type": "subscribe", "vessel": "kestrel"}))
            await until(opened, "track")
        stalled.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        stalled.transport.pause_reading()
        slowest_s = 0.0
        for seq in range(1, 601):
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            house.port.bring(*house.ship.batch(seq))
            while True:
                values = await until(healthy, "values")
                rows = values["values"]
                assert isinstance(rows, list)
                if rows and rows[-1][3] == NOON_NS // 1_000_000 + seq * 1000:
                    break
            slowest_s = max(slowest_s, loop.time() - began_s)
        assert slowest_s < 1.0
        # The stalled one comes back: the latest of each channel is there, and it is told what it missed.
        stalled.transport.resume_reading()
        gaps = 0
        latest_ms = 0
        while latest_ms < NOON_NS // 1_000_000 + 600_000:
            values = await until(stalled, "values")
            rows = values["values"]
            assert isinstance(rows, list)
            gaps, latest_ms = int(str(values["gap_count"])), rows[-1][3]
        assert gaps > 100
        assert house.shore.station.hub.count == 2


async def test_errors_are_problems_and_pages_are_guarded(house: House) -> None:
    """Unknown paths, methods, bodies and queries are answered in one shape; every page carries the strict policy."""
    await house.login()
    is_problem(await house.http.get("/api/v1/nothing.json"), 404)
    is_problem(await house.http.get("/api/v1/vessels/none"), 404)
    is_problem(await house.http.get("/api/v1/vessels/kestrel/samples", params={"channels": ""}), 422)
    is_problem(await house.http.get("/api/v1/vessels/kestrel/samples", params={"channels": "A", "from": "soon"}), 422)
    is_problem(await house.http.get("/api/v1/vessels/kestrel/samples", params={"channels": "A", "cursor": "x"}), 422)
    is_problem(await house.http.post("/api/v1/login", content=b"{", headers=house.origin), 422)
    is_problem(await house.http.post("/api/v1/login", content=b"x" * 300_000, headers=house.origin), 413)
    page = await house.http.get("/fleet/kestrel")
    assert page.text == "<title>console</title>"
    assert "worker-src 'self' blob:" in page.headers["content-security-policy"]
    assert (await house.http.get("/api/v1/openapi.json")).json()["paths"]["/api/v1/vessels"]


async def test_a_socket_answers_nonsense_with_a_problem(house: House) -> None:
    """Nonsense costs itself; the socket lives on and previews say unknown while the mirror is old."""
    await house.login()
    async with house.console() as opened:
        for nonsense in ("{", "[]", '{"type": "fire"}', '{"type": "subscribe", "vessel": 7}', '{"type": "order"}'):
            await opened.send(nonsense)
            assert (await until(opened, "problem"))["title"]
        asked = {"type": "preview", "vessel": "kestrel", "request_id": "r1", "kind": "conn.heading"}
        await opened.send(json.dumps({**asked, "args": {"heading_deg": 95}}))
        assert (await until(opened, "preview"))["verdict"] == "unknown"
        await opened.send(json.dumps({**asked, "args": {"heading_deg": 400}}))
        assert (await until(opened, "preview"))["verdict"] == "refused"
