"""The real application on a real port with a real database: who may ask what, and what is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from control.depths import Feature, chart_bytes
from tests.shore_house import House, is_problem, until

SEA = shapely.box(129.0, 34.8, 129.5, 35.0)


async def test_a_watch_logs_in_and_out(house: House) -> None:
    """Wrong name and wrong password sound the same; the cookie is for this site only; the end ends the socket too."""
    # Nobody: every room is closed.
    assert "Log in" in is_problem(await house.http.get("/api/v1/vessels"), 401)
    wrong = is_problem(await house.login(word="wrong"), 401)
    assert is_problem(await house.login(person="nobody"), 401) == wrong
    # Ann.
    answer = await house.login()
    assert answer.status_code == 200
    assert answer.json() == {
        "person": "ann", "role": "operator", "roles": ["operator"], "roc": "roc-1", "demo": True, "view_only": False,
    }  # fmt: skip
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
        asked = {
            "type": "preview",
            "vessel": "kestrel",
            "request_id": "r1",
            "kind": "conn.heading",
            "console": "console-1",
            "session": "s",
        }
        await opened.send(json.dumps({**asked, "args": {"heading_deg": 95}}))
        assert (await until(opened, "preview"))["verdict"] == "unknown"
        await opened.send(json.dumps({**asked, "args": {"heading_deg": 400}}))
        assert (await until(opened, "preview"))["verdict"] == "refused"


async def test_charts_are_for_those_who_are_logged_in(house: House, tmp_path: Path) -> None:
    """The list with what cannot be drawn, each chart compressed or plain as was asked, an unknown name a 404, nobody a 401."""
    (tmp_path / "sea.chart").write_bytes(chart_bytes("a cell", [Feature("depth", 5.0, SEA)], SEA, is_made_up=True))
    house.shore.charts.paths = (tmp_path / "sea.chart", tmp_path / "gone.chart")
    is_problem(await house.http.get("/api/v1/charts"), 401)
    told = (await house.http.get("/api/v1/charts", headers=house.token("viewer"))).json()
    (one,) = told["charts"]
    assert (one["source"], one["made_up"], one["bounds"]) == ("a cell", True, [129.0, 34.8, 129.5, 35.0])
    assert told["faults"][0].startswith("gone.chart: ")
    path = f"/api/v1/charts/{one['hash']}"
    is_problem(await house.http.get(path), 401)
    is_problem(await house.http.get("/api/v1/charts/none", headers=house.token("viewer")), 404)
    packed = await house.http.get(path, headers=house.token("viewer"))
    plain = await house.http.get(path, headers={**house.token("viewer"), "Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.headers["content-type"]) == ("gzip", "application/geo+json")
    assert packed.json() == plain.json()
    assert [feature["properties"]["kind"] for feature in plain.json()["features"]] == ["depth", "coverage"]
