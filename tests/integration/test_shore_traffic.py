"""What passes through a real shore: values, orders, keys, stops; and one stalled browser among the healthy."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.link import signing, topics
from protocols.link.stop import StopRequest
from shoreside.api import sending
from tests.shore_house import House, is_problem, until
from tests.shore_kit import MASTER, NOON_NS, OPERATOR, ULID


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
    assert [row[:5] + row[6:7] for row in buckets] == [
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
    record: dict[str, Any] = {}
    told: list[str] = []
    async with asyncio.timeout(10):  # the record follows the screen: it is written after the socket was told
        while len(told) < len(("received", "accepted", "executing", "SUCCEEDED")):
            await asyncio.sleep(0.02)
            record = (await house.http.get(f"/api/v1/orders/{ULID}")).json()
            told = [state["state"] for state in record.get("states", []) if state["source"] == "ship"]
    assert house.port.of(topics.EVENT_ACK)
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


@pytest.mark.alone
async def test_one_stalled_browser_disturbs_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One client stops reading; the other has every batch at once, the stalled one loses only what was replaced."""
    for bound in ("SEND_BUFFER_BYTES", "WRITE_HIGH_BYTES"):
        monkeypatch.setattr(sending, bound, 4096)  # so that a stalled client is felt soon
    await house.login()
    async with house.console() as stalled, house.console() as healthy:
        for opened in (stalled, healthy):
            await opened.send(json.dumps({"type": "subscribe", "vessel": "kestrel"}))
            await until(opened, "track")
        stalled.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        stalled.transport.pause_reading()
        slowest_s = 0.0
        for seq in range(1, 201):
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
        while latest_ms < NOON_NS // 1_000_000 + 200_000:
            values = await until(stalled, "values")
            rows = values["values"]
            assert isinstance(rows, list)
            gaps, latest_ms = int(str(values["gap_count"])), int(str(rows[-1][3]))  # pyright: ignore[reportUnknownArgumentType]
        assert gaps > 100
        assert house.shore.station.hub.count == 2
