"""Wrong passwords, invented people, other people's pages: one word for all, as slow for all, and nobody else is put out."""

from __future__ import annotations

import json
import statistics
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from protocols.aio.clock import SystemClock
from shoreside.api.auth import LOGINS_PER_MINUTE
from tests.shore_house import House, is_problem, running_house, until

EVIL = {"Origin": "https://evil.example"}
UNLIKE = 4.0
"""A login that skips the hash is over ten times faster; a busy machine makes two medians differ by less than this."""
ODD_NAMES = (
    "ann\x00",
    "\x00",
    "ann'; DROP TABLE person; --",
    "a" * 64,
    "\u202eann",
    "\U0001f6a2",
    "ANN",
    " ann",
    "\ud800",
)


@pytest.fixture
async def station(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Run a shore with ann and vic."""
    async with running_house(database_url, tmp_path) as house:
        yield house


def from_address(station: House, number: int) -> httpx.AsyncClient:
    """Return a client that comes from an address of its own: tries are counted by address as well."""
    return httpx.AsyncClient(
        base_url=station.url, transport=httpx.AsyncHTTPTransport(local_address=f"127.0.0.{number}")
    )  # fmt: skip


async def test_an_unknown_name_is_as_slow_and_sounds_as_a_wrong_password(station: House) -> None:
    """The same status, the same words, no cookie, and about the same time: nobody learns who works here."""
    clock = SystemClock()
    took: dict[str, list[float]] = {"ann": [], "nobody": []}
    bodies: set[str] = set()
    for number, name in enumerate(took, 2):
        async with from_address(station, number) as http:
            for _ in range(LOGINS_PER_MINUTE):
                began_s = clock.now_s()
                answer = await http.post(
                    "/api/v1/login", json={"person": name, "password": "x"}, headers=station.origin
                )
                took[name].append(clock.now_s() - began_s)
                is_problem(answer, 401)
                assert "set-cookie" not in answer.headers
                bodies.add(answer.text)
    assert len(bodies) == 1
    known, unknown = (statistics.median(each) for each in took.values())
    assert known / UNLIKE < unknown < known * UNLIKE


async def test_a_shift_that_comes_on_watch_behind_one_address_is_let_in(station: House) -> None:
    """Right passwords are no guesses: twice as many log in from one place within a minute; guesses after them still count."""
    for _ in range(2 * LOGINS_PER_MINUTE):
        assert (await station.login()).status_code == 200
    for _ in range(LOGINS_PER_MINUTE):
        is_problem(await station.login(word="guess"), 401)
    assert "Too many tries" in is_problem(await station.login(), 429)


async def test_guessing_locks_out_the_guesser_alone(station: House) -> None:
    """A guesser at an address of his own is stopped; who is in stays in, programs go on, others log in."""
    assert (await station.login()).status_code == 200
    async with station.console() as opened, from_address(station, 2) as guesser, from_address(station, 3) as other:
        await until(opened, "welcome")
        for number in range(LOGINS_PER_MINUTE):
            guess = {"person": f"guess-{number}", "password": "x"}
            is_problem(await guesser.post("/api/v1/login", json=guess, headers=station.origin), 401)
        refused = await guesser.post(
            "/api/v1/login", json={"person": "vic", "password": "battery staple"}, headers=station.origin
        )
        assert "Too many tries" in is_problem(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1
        # Nobody else is any the worse for it.
        assert (await station.http.get("/api/v1/me")).json()["person"] == "ann"
        assert (await station.http.get("/api/v1/vessels", headers=station.token("viewer"))).status_code == 200
        good = await other.post(
            "/api/v1/login", json={"person": "vic", "password": "battery staple"}, headers=station.origin
        )
        assert good.status_code == 200
        await opened.send("{")
        await until(opened, "problem")


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
async def test_odd_names_are_wrong_names(station: House, name: str) -> None:
    """Zero bytes, quotes, half characters, look-alikes: none is a fault of the shore, none is ann."""
    body = json.dumps({"person": name, "password": "correct horse"})
    headers = {**station.origin, "Content-Type": "application/json"}
    answer = await station.http.post("/api/v1/login", content=body, headers=headers)
    assert answer.status_code in (401, 422), answer.text
    is_problem(answer, answer.status_code)
    assert "set-cookie" not in answer.headers
    assert (await station.login()).status_code == 200


@pytest.mark.parametrize("address", ["orders/%00", "vessels/%00", "vessels/kestrel/samples?channels=A%00", "%00"])
async def test_zero_bytes_in_an_address(station: House, address: str) -> None:
    """The store cannot hold one: refused before anybody looks for it, and not as a fault of the shore."""
    answer = await station.http.get(f"/api/v1/{address}", headers=station.token("viewer"))
    assert "zero byte" in is_problem(answer, 400)


@pytest.mark.parametrize(
    "password", ["", "correct horse ", "Correct horse", "correct horse\x00", "\ud800", "x" * 257], ids=ascii
)
async def test_odd_passwords_are_wrong_passwords(station: House, password: str) -> None:
    body = json.dumps({"person": "ann", "password": password})
    headers = {**station.origin, "Content-Type": "application/json"}
    answer = await station.http.post("/api/v1/login", content=body, headers=headers)
    assert answer.status_code in (401, 422), answer.text
    is_problem(answer, answer.status_code)
    assert (await station.login()).status_code == 200


@pytest.mark.parametrize("origin", [EVIL, {"Origin": "null"}, {}, {"Origin": "http://127.0.0.1.evil.example"}], ids=str)
async def test_a_login_from_another_page(station: House, origin: dict[str, str]) -> None:
    """Right name and password from a wrong page: 403 with the reason, no cookie, and no try is counted for it."""
    right = {"person": "ann", "password": "correct horse"}
    for _ in range(LOGINS_PER_MINUTE + 1):
        answer = await station.http.post("/api/v1/login", json=right, headers=origin)
        detail = is_problem(answer, 403)
        assert "may not use this station" in detail if origin else "says no Origin" in detail
        assert "set-cookie" not in answer.headers
    assert (await station.login()).status_code == 200


async def test_a_socket_from_another_page_is_told_why(station: House) -> None:
    """403 with the reason in the same shape as every error; the ticket is not used up, and other sockets live on."""
    await station.login()
    ticket = (await station.http.post("/api/v1/ticket", headers=station.origin)).json()["ticket"]
    ws = f"{station.url.replace('http', 'ws')}/api/v1/console"
    async with station.console() as opened:
        await until(opened, "welcome")
        for uri, headers, word in (
            (f"{ws}?ticket={ticket}", EVIL, "Pages of https://evil.example"), (f"{ws}?ticket={ticket}", {}, "no Origin"),
            (f"{ws}?ticket=invented", station.origin, "No valid ticket"), (ws, station.origin, "No valid ticket"),
            (ws, {**EVIL, **station.token("operator")}, "Pages of https://evil.example"),
            (ws, {"Authorization": "Bearer invented"}, "No valid ticket"),
        ):  # fmt: skip
            with pytest.raises(InvalidStatus) as refused:
                await connect(uri, additional_headers=headers)
            answer = refused.value.response
            assert answer.status_code == 403
            assert answer.headers["content-type"] == "application/problem+json"
            assert word in json.loads(answer.body or b"{}")["detail"]
        await opened.send("{")
        await until(opened, "problem")
    async with station.console(ticket) as again:
        assert (await until(again, "welcome"))["person"] == "ann"
