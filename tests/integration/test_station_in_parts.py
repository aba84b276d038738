"""The station as four processes (live, api, ingest twice) with a real ship: what each role serves, and that all of it fits.

As `docker-compose.yml` runs it, but on the embedded database and broker: `farhelm demo --split`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import httpx
import psycopg
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from farhelm.conn.access import Options, find
from farhelm.conn.session import ulid
from protocols.link import signing
from protocols.link.orders import Order
from protocols.link.signing import Domain
from tests.demo_rig import ROOT, Demo, start_demo, stop_demo, wait_until

SHIP = "otter"
INGEST = ("shore-ingest-1", "shore-ingest-2")
STATES = ["sent", "received", "accepted", "executing", "SUCCEEDED"]
Row = tuple[str, float | None, int, int]
"""Channel, value, quality, UTC ms."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo in parts for this module."""
    process, running = start_demo(tmp_path_factory.mktemp("parts"), "--vessels", "2", "--seed", "7", "--split")
    yield running
    stop_demo(process)


def http(demo: Demo, part: str, role: str = "operator") -> httpx.Client:
    """Return a client of one process, with the token of `role`."""
    headers = {"Authorization": f"Bearer {demo.token(role)}"}
    return httpx.Client(base_url=demo.facts["station"][part], headers=headers, timeout=10)


def status(client: httpx.Client) -> dict[str, Any]:
    """Return the vessel's last heartbeat as a process has it."""
    told: dict[str, Any] = client.get(f"/api/v1/vessels/{SHIP}").json()["status"]
    return told


def figure(demo: Demo, part: str, name: str) -> float:
    """Return one figure of one process."""
    with http(demo, part) as client:
        lines = client.get("/metrics").text.splitlines()
    return float(next(line.split()[-1] for line in lines if line.startswith(f"{name} ")))


def told_by(demo: Demo, part: str) -> list[dict[str, Any]]:
    """Return what a process wrote into its log."""
    return [json.loads(line) for line in (demo.folder / "logs" / f"{part}.log").read_text().splitlines()]


async def watched(demo: Demo, seconds: float) -> list[Row]:
    """Return the values that a program sees on the socket of `live` in so many seconds."""
    address = demo.facts["station"]["shore-live"].replace("http", "ws") + "/api/v1/console"
    rows: list[Row] = []
    async with connect(address, additional_headers={"Authorization": f"Bearer {demo.token('viewer')}"}) as socket:
        await socket.send(json.dumps({"type": "subscribe", "vessel": SHIP}))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == "values":
                        rows.extend((row[0], row[1], row[2], row[3]) for row in message["values"])
    return rows


def in_history(demo: Demo, part: str, channel: str, first_ms: int, last_ms: int) -> list[tuple[int, float | None]]:
    """Return the history's samples of a channel, both ends included."""
    asked = {"channels": channel, "from": str(first_ms), "to": str(last_ms + 1)}
    with http(demo, part, "analyst") as client:
        answer = client.get(f"/api/v1/vessels/{SHIP}/samples", params=asked)
    assert answer.status_code == 200, answer.text
    return [(row[1], row[2]) for row in answer.json()["samples"]]


def test_each_process_says_its_role(demo: Demo) -> None:
    """Four processes, each of one role and well; both ingest processes get a part of what the ship sends."""
    for part in demo.facts["station"]:
        with http(demo, part) as client:
            health = client.get("/healthz").json()
        assert (part.split("-")[1], health["status"]) == (health["role"], "ok")
    wait_until(lambda: all(figure(demo, part, "farhelm_shore_batches_total") >= 3 for part in INGEST), 40, "both share")


def test_what_live_shows_is_what_api_has_kept(demo: Demo) -> None:
    """Values seen on the socket of `live` within seconds of their making stand in the history that `api` answers from."""
    rows = asyncio.run(watched(demo, 6.0))
    seen = [(time, value) for name, value, _, time in rows if name == "NAV_HDG"]
    assert len(seen) >= 4
    with http(demo, "shore-live") as client:
        now_ms = client.get(f"/api/v1/vessels/{SHIP}").json()["server_utc_ms"]
    assert 0 <= now_ms - seen[-1][0] < 5_000

    def kept() -> bool:
        have = in_history(demo, "shore-api", "NAV_HDG", seen[0][0] - 1_000, seen[-1][0] + 1_000)
        return {time for time, _ in seen} <= {time for time, _ in have}

    wait_until(kept, 20, "the history has what was seen live")
    have = dict(in_history(demo, "shore-api", "NAV_HDG", seen[0][0], seen[-1][0]))
    assert all(have[time] == pytest.approx(value, abs=1e-9) for time, value in seen)


def test_api_tells_the_present_from_the_database(demo: Demo) -> None:
    """The latest values of `api`, which hears no batch, follow those of `live` within ten seconds; so does the picture."""

    def latest(part: str) -> dict[str, Row]:
        with http(demo, part) as client:
            return {row[0]: tuple(row) for row in client.get(f"/api/v1/vessels/{SHIP}/latest").json()["values"]}

    wait_until(lambda: latest("shore-api").keys() >= {"NAV_LAT", "NAV_HDG"}, 20, "api has values")
    live, api = latest("shore-live"), latest("shore-api")
    assert abs(live["NAV_HDG"][3] - api["NAV_HDG"][3]) < 10_000
    with http(demo, "shore-api") as client:
        wait_until(lambda: status(client)["step"] == "L0", 20, "api hears heartbeats")
        assert SHIP in {row["vessel"] for row in client.get("/api/v1/vessels").json()["vessels"]}


async def test_only_live_serves_consoles_and_ingest_serves_nobody(demo: Demo) -> None:
    """`api` refuses the console socket, an ingest process has no route but its health and figures, not even a log-in."""
    for part, said in (("shore-api", {421}), *((part, {403, 404}) for part in INGEST)):
        address = demo.facts["station"][part].replace("http", "ws") + "/api/v1/console"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(address, additional_headers={"Authorization": f"Bearer {demo.token('viewer')}"}):
                pass
        assert refused.value.response.status_code in said
    for part in INGEST:
        with http(demo, part, "master") as client:
            assert client.get("/metrics").status_code == 200
            assert client.get("/api/v1/vessels").status_code == 404
            assert client.post(f"/api/v1/vessels/{SHIP}/orders", json={"signed": ""}).status_code == 404
            assert client.post(f"/stop/{SHIP}", json={"signed": ""}).status_code == 404


def states_of(demo: Demo, order_id: str) -> list[str]:
    """Return the states of an order as `api` has them from the database, in their order."""
    with http(demo, "shore-api") as client:
        found = client.get(f"/api/v1/orders/{order_id}")
    return [row["state"] for row in found.json()["states"]] if found.status_code == 200 else []


def test_an_order_passed_by_live_is_told_by_api(demo: Demo) -> None:
    """Proves CMD-07 over four processes: passed by `live`, answered by the ship, kept by an ingest, told by `api`."""
    command = [sys.executable, "-m", "farhelm", "conn", "order", SHIP, "heading", "095", "--take"]
    ran = subprocess.run(
        [*command, "--demo", str(demo.folder)], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert ran.returncode == 0, ran.stderr
    lines = [line for line in map(json.loads, ran.stdout.splitlines()) if line.get("kind") == "conn.heading"]
    assert [line["state"] for line in lines] == STATES
    told = wait_until(
        lambda: (states := states_of(demo, lines[0]["order_id"]))[-1:] == ["SUCCEEDED"] and states, 15, "api has it"
    )
    assert set(STATES) <= set(told)


def test_an_order_passed_by_api_reaches_the_ship_as_the_role_allows(demo: Demo) -> None:
    """A viewer's is refused ashore; an operator's goes through `api` too, and the ship says why not: she has not the conn."""
    access = find(Options(SHIP, demo.folder, "", "", None, "ann", None))
    with http(demo, "shore-live") as client:
        state = wait_until(lambda: (now := status(client))["boot_id"] and now, 20, "live hears heartbeats")
    order = Order(
        ulid(state["utc_ms"]), SHIP, "conn", "conn.heading", {"heading_deg": 100.0}, "ann", "", "s-of-a-test",
        state["authority"]["fencing"], 1, state["boot_id"], state["mono_ms"] + 10_000, state["utc_ms"] * 1_000_000,
    )  # fmt: skip
    body = {"signed": base64.b64encode(signing.sign(Domain.ORDER, order.to_bytes(), access.key)).decode()}
    with http(demo, "shore-api", "viewer") as client:
        assert client.post(f"/api/v1/vessels/{SHIP}/orders", json=body).status_code == 403
    with http(demo, "shore-api") as client:
        answer = client.post(f"/api/v1/vessels/{SHIP}/orders", json=body)
    assert (answer.status_code, answer.json()["state"]) == (202, "sent")
    wait_until(lambda: "REJECTED" in states_of(demo, order.id), 20, "the ship's word is in the database")
    with http(demo, "shore-api") as client:
        rows = client.get(f"/api/v1/vessels/{SHIP}/orders").json()["orders"]
    mine = next(row for row in rows if row["order_id"] == order.id)
    assert [reason["rule"] for reason in mine["reasons"]] == ["INT-01"]


@pytest.mark.soak
def test_live_stays_when_an_ingest_process_is_killed(demo: Demo) -> None:
    """One ingest process is killed: the socket goes on without a pause, and each batch stands in the ledger, once."""
    old = Demo.read(demo.folder).pid(INGEST[0])
    os.kill(old, signal.SIGKILL)
    rows = asyncio.run(watched(demo, 8.0))
    times = sorted({time for name, _, _, time in rows if name == "NAV_HDG"})
    assert len(times) >= 5
    assert max(b - a for a, b in pairwise(times)) <= 2_000
    wait_until(lambda: Demo.read(demo.folder).pid(INGEST[0]) != old, 30, "it was started again")

    def whole() -> bool:
        with psycopg.connect(demo.facts["database_dsn"]) as database:
            holes = (
                "SELECT count(*) FROM batch_progress WHERE seqs <> int8multirange(range_merge(seqs)) OR lower(seqs) > 1"
            )
            return database.execute(holes.encode()).fetchone() == (0,)

    wait_until(whole, 40, "no batch is missing")


def test_no_process_stumbled(demo: Demo) -> None:
    """No line of any process is an error; none asks for a table before it is there."""
    for part in demo.facts["station"]:
        lines = told_by(demo, part)
        assert [line for line in lines if line["level"] == "error"] == []
        assert [line for line in lines if "does not exist" in json.dumps(line)] == []
        assert [line for line in lines if line["event"] == "the store's upkeep waits"] == []
