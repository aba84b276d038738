"""From a console's screen and a ship's heartbeat to what the replay asks for, by way of a real database."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from protocols.aio.clock import SystemClock
from shoreside.api import seen_routes
from shoreside.live.recording import Heard, Screen
from shoreside.store.seen import Seen, drop_seen
from tests.shore_house import House, is_problem, until
from tests.shore_kit import NOON_NS

SCREEN = {"type": "screen", "console": "console-1", "session": "s-1", "vessel": "kestrel", "view": "conning", "palette": "night",
          "language": "ko", "hidden": False}  # fmt: skip


async def seen(house: House, **span: Any) -> Any:
    """Return what the replay is told; of the last minute where nothing else is said."""
    utc_ms = SystemClock().utc_ns() // 1_000_000
    asked = {"from": str(utc_ms - 60_000), "to": str(utc_ms + 1000), **span}
    answer = await house.http.get("/api/v1/vessels/kestrel/seen", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_two_consoles_and_a_heartbeat_are_kept_and_told(house: House) -> None:
    """What each console showed, and when it was closed; what both were told of the ship; nonsense is kept by nobody."""
    await house.login()
    async with house.console() as first, house.console() as second:
        await until(first, "welcome")
        await first.send(json.dumps({**SCREEN, "look": "own z13 course"}))
        await second.send(
            json.dumps({**SCREEN, "console": "console-2", "vessel": None, "view": "fleet", "hidden": True})
        )
        await second.send(json.dumps({**SCREEN, "view": 7}))
        assert "view" in str((await until(second, "problem"))["detail"])
        await second.send(json.dumps({**SCREEN, "look": "o" * 61}))
        assert "longer than 60" in str((await until(second, "problem"))["detail"])
        await second.send(json.dumps({**SCREEN, "palette": "night\0"}))
        assert "no store keeps" in str((await until(second, "problem"))["detail"])
        house.port.bring(*house.ship.heartbeat(1, utc_ns=SystemClock().utc_ns()))
        async with asyncio.timeout(10):
            while house.shore.station.recording.open_count < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        while house.shore.station.hub.count:  # noqa: ASYNC110 - both have left
            await asyncio.sleep(0.05)
    await seen_routes.keep_rest(house.shore)
    told = await seen(house)
    shown = [(one["console"], one["vessel"], one["view"], one["palette"], one["hidden"]) for one in told["screens"]]
    assert sorted(shown[:2], key=str) == [
        ("console-1", "kestrel", "conning", "night", False), ("console-2", None, "fleet", "night", True),
    ]  # fmt: skip
    assert [view for _, _, view, _, _ in shown[2:]] == ["", ""]
    assert {one["console"]: one["look"] for one in told["screens"][:2]} == {
        "console-1": "own z13 course",
        "console-2": "",
    }
    assert {one["person"] for one in told["screens"]} == {"ann"}
    assert len({one["socket"] for one in told["screens"]}) == 2
    (beat,) = told["heard"]
    assert beat["status"]["round_trip_ms"] == 12.0
    assert beat["status"]["grades"]["round_trip"] == "good"
    assert [len(sample) for sample in beat["figures"]] == [4] * len(beat["figures"])
    assert beat["figures"][0][0] == 0
    assert beat["last_utc_ms"] <= beat["through_utc_ms"]
    is_problem(await house.http.get("/api/v1/vessels/kestrel/seen", params={"from": "0", "to": "86400000"}), 422)


async def test_the_sources_of_then_are_told_from_the_events_that_are_kept(house: House) -> None:
    """What held when the span began and the change within it; the station itself knows only what holds now."""
    house.port.bring(*house.ship.event(1, "source", {"now": {"gyro1": ["NAV_HDG"]}}))
    house.port.bring(*house.ship.event(2, "source", {"channel": "NAV_HDG", "to": "gyro2"}))
    await house.login()
    noon_ms = NOON_NS // 1_000_000
    span, told = {"from": str(noon_ms + 1500), "to": str(noon_ms + 10_000)}, {"sources": [{}]}
    async with asyncio.timeout(10):
        while len(told["sources"]) < 2:
            await asyncio.sleep(0.05)
            told = await seen(house, **span)
    assert [(row["utc_ms"] - noon_ms, row["is_whole"], row["sources"]) for row in told["sources"]] == [
        (1500, True, {"NAV_HDG": "gyro1"}), (2000, False, {"NAV_HDG": "gyro2"}),
    ]  # fmt: skip


async def test_what_came_late_is_told_as_late(house: House, database_url: str) -> None:
    """Two batches that came at once and one late: each with its own time of coming, which is not that of its commit."""
    utc_ns = SystemClock().utc_ns()
    for seq, historical in ((1, False), (2, False), (3, True)):
        house.port.bring(*house.ship.batch(seq, historical=historical))
    async with asyncio.timeout(10):
        while house.shore.station.committed_samples < 12:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await house.login()
    noon_ms = NOON_NS // 1_000_000
    told = (await seen(house, **{"from": str(noon_ms), "to": str(noon_ms + 10_000)}))["received"]
    assert [(first - noon_ms, last - noon_ms, late) for first, last, _, late in told] == [
        (1000, 1000, False), (2000, 2000, False), (3000, 3000, True),
    ]  # fmt: skip
    assert all(0 <= came - utc_ns // 1_000_000 < 10_000 for _, _, came, _ in told)
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        rows = await (await connection.execute("SELECT received < clock_timestamp() FROM batch_ledger")).fetchall()
    assert rows == [(True,)] * 3


async def test_rows_that_no_database_takes_hold_nothing_up(house: House) -> None:
    """They are counted as lost, each by itself; those they came with and the next are kept."""
    recording = house.shore.station.recording
    status: dict[str, object] = {"action": "a\0b", "loss_pct": float("nan")}
    ms = NOON_NS // 1_000_000
    beside = Heard("kestrel", ms - 500, ms - 500, ms - 500, 0, {"action": "beside"})
    recording.put_back([Heard("kestrel", ms, ms, ms, 0, status), beside])
    await seen_routes.keep_rest(house.shore)
    assert recording.lost_count == 1
    recording.put_back([Heard("kestrel", ms, ms, ms, 0, {"action": "a\0b"})])
    await seen_routes.keep_rest(house.shore)
    assert recording.lost_count == 1
    told = await Seen(house.shore.readers).heard(
        "kestrel", *(datetime.fromtimestamp(ms / 1000 + s, tz=UTC) for s in (-1, 1))
    )
    assert [row["status"] for row in told] == [{"action": "beside"}, {"action": "a\ufffdb"}]


async def test_what_was_seen_goes_with_the_samples(house: House, database_url: str) -> None:
    """Past the days that samples are kept a screen shows nothing: it is deleted; kept for ever where samples are."""
    day = 86_400_000
    screen = Screen(NOON_NS // 1_000_000, "s", "ann", "c", "s", None, "fleet", "day", "en", hidden=False)
    rows = [dataclasses.replace(screen, utc_ms=screen.utc_ms + n * day) for n in range(3)]
    await Seen(house.shore.readers).keep([*rows])
    now = datetime.fromtimestamp(rows[2].utc_ms / 1000, tz=UTC) + timedelta(hours=1)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        assert await drop_seen(connection, None, now) == 0
        assert await drop_seen(connection, 1, now) == 2
        left = await (await connection.execute("SELECT count(*) FROM screen")).fetchone()
    assert left == (1,)
