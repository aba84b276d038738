"""A console at which nobody has acted for long only shows, until the password is given again."""

from __future__ import annotations

import json

from shoreside.api.auth import VIEW_ONLY
from shoreside.api.shore import to_base64
from tests.shore_house import House, is_problem, until

WORD = "correct horse"


async def test_a_session_that_rests_looks_and_does_nothing_until_the_password_is_given(house: House) -> None:
    """Orders, answers and offers are refused by page and socket alike; looking goes on, and the emergency stop needs no seat."""
    await house.login()
    order = {"signed": to_base64(house.ship.order())}
    async with house.console() as opened:
        # Somebody is there: the ship's house passes the order on.
        assert (await house.http.get("/api/v1/me")).json()["view_only"] is False
        assert (
            await house.http.post("/api/v1/vessels/kestrel/orders", json=order, headers=house.origin)
        ).status_code == 202
        # Nobody is there any more.
        assert (await house.http.post("/api/v1/rest", headers=house.origin)).status_code == 204
        assert (await house.http.get("/api/v1/me")).json()["view_only"] is True
        refused = await house.http.post("/api/v1/vessels/kestrel/orders", json=order, headers=house.origin)
        assert "Give your password" in is_problem(refused, 403)
        assert refused.json()["type"] == VIEW_ONLY
        # The socket that was opened before is refused likewise, and goes on showing.
        await opened.send(json.dumps({"type": "order", "vessel": "kestrel", **order}))
        assert "Give your password" in str((await until(opened, "problem"))["detail"])
        assert (await house.http.get("/api/v1/vessels/kestrel/ledger")).status_code == 200
        # That nobody answers at the seat is still told, and the emergency stop goes its own way.
        await opened.send(json.dumps({"type": "seat", "vessel": "kestrel", "answers": False}))
        stopped = await house.http.post("/stop/kestrel", json=order, headers=house.origin)
        assert stopped.status_code in (202, 400)  # judged by its bytes, not by who sits there
        # A wrong password wakes nobody; the right one does, here and on the socket.
        wrong = await house.http.post("/api/v1/wake", json={"password": "wrong"}, headers=house.origin)
        assert is_problem(wrong, 403) == "The password is wrong."
        assert (await house.http.get("/api/v1/me")).json()["view_only"] is True
        right = await house.http.post("/api/v1/wake", json={"password": WORD}, headers=house.origin)
        assert right.status_code == 204
        again = await house.http.post("/api/v1/vessels/kestrel/orders", json=order, headers=house.origin)
        assert again.status_code == 202
    seat = house.shore.station.downlink.states["kestrel"].seat
    assert seat is not None
    assert seat[0] == "ann"


async def test_a_session_rests_by_itself_alone_and_a_program_never(house: House) -> None:
    """Another browser of the same person goes on; a new log-in is awake; a token has no seat."""
    await house.login()
    first = dict(house.http.cookies)
    await house.http.post("/api/v1/rest", headers=house.origin)
    house.http.cookies.clear()
    await house.login()
    assert (await house.http.get("/api/v1/me")).json()["view_only"] is False
    house.http.cookies.clear()
    house.http.cookies.update(first)
    assert (await house.http.get("/api/v1/me")).json()["view_only"] is True
    # It is kept in the database: a shore that is begun anew, or another of its processes, knows it too.
    house.shore.auth.forget([*house.shore.auth._known])  # pyright: ignore[reportPrivateUsage]
    assert (await house.http.get("/api/v1/me")).json()["view_only"] is True
    house.http.cookies.clear()
    for path, body in (("rest", None), ("wake", {"password": WORD})):
        answer = await house.http.post(f"/api/v1/{path}", json=body, headers=house.token("operator"))
        is_problem(answer, 403)
    assert (await house.http.get("/api/v1/me", headers=house.token("operator"))).json()["view_only"] is False
