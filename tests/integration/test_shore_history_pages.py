"""The history says when it stops short, and refuses what it does not know: nothing is left out in silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from protocols.link import topics
from tests.shore_house import House, is_problem
from tests.shore_kit import NOON_NS

FIRST_MS = NOON_NS // 1_000_000 + 1000
ROUTE = "/api/v1/vessels/kestrel/samples"
ASKED = {"channels": "NAV_SOG,NAV_HDG,NAV_LAT", "from": str(FIRST_MS), "to": str(FIRST_MS + 60_000), "bucket": "4"}


@pytest.fixture
async def kept(house: House) -> House:
    """A shore that keeps ten seconds of a ship, and somebody logged in."""
    await house.login()
    for seq in range(1, 11):
        house.port.bring(*house.ship.batch(seq, heading_deg=float(seq)))
    await house.port.wait_for(topics.ACK)
    return house


async def pages(house: House, **changes: str) -> list[list[list[Any]]]:
    """Return the pages of buckets, each of one answer."""
    found: list[list[list[Any]]] = []
    query = {**ASKED, **changes}
    while True:
        page = (await house.http.get(ROUTE, params=query)).json()
        found.append(page["buckets"])
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 9, 10])
async def test_buckets_come_in_pages_that_leave_nothing_out(kept: House, limit: int) -> None:
    """Three channels in three buckets: the pages together are the one answer, whatever their size."""
    (whole,) = await pages(kept)
    assert [row[:3] for row in whole] == [
        [name, FIRST_MS + 4000 * number, count]
        for number, count in enumerate((4, 4, 2)) for name in ("NAV_HDG", "NAV_LAT", "NAV_SOG")
    ]  # fmt: skip
    paged = await pages(kept, limit=str(limit))
    assert all(len(page) <= limit for page in paged)
    assert [row for page in paged for row in page] == whole


async def test_a_cut_answer_says_so_in_csv_too(kept: House) -> None:
    cut = await kept.http.get(ROUTE, params={**ASKED, "limit": "2", "format": "csv"})
    assert len(cut.text.splitlines()) == 3
    assert cut.headers["x-next-cursor"]
    whole = await kept.http.get(ROUTE, params={**ASKED, "format": "csv"})
    assert "x-next-cursor" not in whole.headers


@pytest.mark.parametrize("bucket", [{"bucket": "4"}, {}], ids=["buckets", "raw"])
async def test_unknown_channels_are_named(kept: House, bucket: dict[str, str]) -> None:
    told = is_problem(
        await kept.http.get(ROUTE, params={"channels": "NAV_HDG,NAV_HDNG,SPEED", **bucket}), 422
    )  # fmt: skip
    assert "NAV_HDNG, SPEED" in told
    assert "NAV_HDG," not in told


@pytest.mark.parametrize("cursor", ["x", "x~y", "~", "2026-11-25T00:00:00~"])
@pytest.mark.parametrize("bucket", [{"bucket": "4"}, {}], ids=["buckets", "raw"])
async def test_a_cursor_of_somebody_else_is_refused(kept: House, cursor: str, bucket: dict[str, str]) -> None:
    is_problem(await kept.http.get(ROUTE, params={"channels": "NAV_HDG", "cursor": cursor, **bucket}), 422)


async def test_a_list_that_stops_short_says_so(kept: House) -> None:
    """Events come latest first, so many; whether these are all is told, to the last one."""
    for seq, state in enumerate(("received", "accepted", "SUCCEEDED"), 1):
        kept.port.bring(*kept.ship.order_event(seq, state))
    async with asyncio.timeout(10):
        while len((await listed(kept, 500))["events"]) < 3:  # noqa: ASYNC110 - what HTTP answers has no event
            await asyncio.sleep(0.05)
    found = [await listed(kept, limit) for limit in (1, 2, 3, 500)]
    assert [(len(each["events"]), each["is_cut"]) for each in found] == [(1, True), (2, True), (3, False), (3, False)]
    for name in ("orders", "alerts/history", "drills"):
        answer = await kept.http.get(
            f"/api/v1/vessels/kestrel/{name}", params={"from": "2026-01-01", "to": "2200-01-01"}
        )
        assert answer.json()["is_cut"] is False


async def listed(house: House, limit: int) -> dict[str, Any]:
    """Return so many events of all time."""
    asked = {"from": "2026-01-01", "to": "2200-01-01", "limit": str(limit)}
    found: dict[str, Any] = (await house.http.get("/api/v1/vessels/kestrel/events", params=asked)).json()
    return found
