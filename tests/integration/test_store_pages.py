"""Long answers: pages while late samples come, of many channels, streams that are held by the page or break off; tracks."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pyarrow as pa
import pytest

from shoreside.ports import StoreDownError, Work
from shoreside.store import history
from shoreside.store.connection import Readers, connect
from shoreside.store.history import Block, History, Span
from shoreside.store.postgres import PostgresStore
from shoreside.store.rollup import roll
from tests.integration.test_store_history import NOON, ROUTE, WHOLE, kept, points
from tests.shore_house import House
from tests.store_kit import NOON_NS, Point, batch_of

__all__ = ["kept"]  # a fixture


async def test_a_track_tells_its_gaps_in_full_thinned_and_simplified(house: House) -> None:
    """A straight leg of an hour, twenty minutes of it silent: the route draws no line through them, whatever it leaves out."""
    await house.login()
    store = PostgresStore(house.shore.config.database)
    said = [Point(name, s * 1000, start + s * 1e-5, 0) for s in range(3600) if not 1200 <= s < 2400
            for name, start in (("NAV_LAT", 54.0), ("NAV_LON", 10.0))]  # fmt: skip
    await store.commit(Work(batches=(batch_of(said, 1),)))
    await store.close()
    noon_ms = NOON_NS // 1_000_000
    gap = [noon_ms + 1199_000, noon_ms + 2400_000]
    for hours, more, count in (
        (1, {"tolerance_m": "5"}, 4),
        (1, {}, 2400),
        (24, {}, 141),
        (400, {"tolerance_m": "5"}, 4),
    ):
        span = {"from": NOON.isoformat(), "to": (NOON + timedelta(hours=hours)).isoformat()}
        found = (await house.http.get("/api/v1/vessels/kestrel/track", params={**span, **more})).json()
        times = [point[2] for point in found["points"]]
        ((since, until),) = found["gaps"]
        assert len(times) == count
        assert since in times
        assert until in times
        assert gap[0] - 18_000 <= since <= gap[0]
        assert gap[1] <= until <= gap[1] + 18_000


async def many(url: str, hours: int) -> None:
    """Put a channel's samples of so many hours, one a second, into the store, as after a long voyage; none is rolled up."""
    readers = Readers(url)
    async with readers.connection() as connection:
        await connection.execute("INSERT INTO vessel (slug) VALUES ('kestrel') ON CONFLICT DO NOTHING")
        await connection.execute("INSERT INTO channel (short_id) VALUES ('NAV_SOG') ON CONFLICT DO NOTHING")
        await connection.execute(
            "INSERT INTO sample SELECT v.id, c.id, t, sin(extract(epoch FROM t)::float), 0 FROM vessel v, channel c,"
            " generate_series(%s::timestamptz, %s::timestamptz, '1 second') t WHERE slug = 'kestrel' AND short_id = 'NAV_SOG'",
            (NOON, NOON + timedelta(hours=hours, seconds=-1)),
        )  # fmt: skip
    await readers.close()


@pytest.mark.parametrize("form", ["csv", "arrow"])
async def test_a_long_answer_takes_the_memory_of_a_page(
    house: House, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of a channel by the second, 86,400 samples: whatever the answer's length, what is held is a page of it.

    Negative control: with a page as long as the answer all of it is held.
    """
    await many(house.shore.config.database, 24)
    query = {
        "channels": "NAV_SOG",
        "from": NOON.isoformat(),
        "to": (NOON + timedelta(hours=72)).isoformat(),
        "format": form,
    }

    async def peak_bytes() -> int:
        lengths = 0
        tracemalloc.start(1)
        async with house.http.stream("GET", ROUTE, params=query, headers=house.token("viewer"), timeout=60) as answer:
            async for piece in answer.aiter_bytes():
                lengths += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert lengths > 86_400 * 20
        return peak

    monkeypatch.setattr(history, "PAGE_ROWS", 2_000)
    await peak_bytes()  # what the first question loads stays
    paged = await peak_bytes()
    monkeypatch.setattr(history, "PAGE_ROWS", 1_000_000)
    whole = await peak_bytes()
    assert paged * 2 < whole


async def test_pages_neither_lose_nor_repeat_what_was_there_while_late_samples_come(
    kept: History, database_url: str
) -> None:
    """Between any two pages a late batch is committed, before and behind the cursor, rolled up or not.

    What was there when the first page was asked for comes once, in order; of what came late only such as lies behind the
    cursor, and never a row twice. The same of buckets, whose figures are those of when their page was asked for.
    """
    store = PostgresStore(database_url)
    await store.load()
    connection = await connect(database_url)
    span, chance = replace(WHOLE, end=NOON + timedelta(minutes=20)), random.Random(3)
    before = [tuple(row) for row in (await kept.samples(span, 50_000, None)).rows()]
    starts = {(row[0], row[1]) for row in (await kept.buckets(span, 60, 50_000, frozenset(), None)).rows()}
    late: set[tuple[str, int]] = set()

    async def bring(seq: int) -> None:
        points = {(name, chance.randrange(1_200_000)): 1.0 for name in ("NAV_SOG", "NAV_HDG")}
        await store.commit(Work(batches=(
            batch_of([Point(name, ms, value, 0) for (name, ms), value in points.items()], seq, epoch=3, historical=True),
        )))  # fmt: skip
        late.update((name, NOON_NS // 10**6 + ms) for name, ms in points)
        if seq % 3 == 0:
            await roll(connection, NOON + timedelta(hours=9), 5)

    after, seen, seq = None, list[tuple[object, ...]](), 0
    while len(block := await kept.samples(span, 10, after)):
        seen += [tuple(row) for row in block.rows()]
        after, seq = block.last, seq + 1
        await bring(seq)
    assert seq > 20
    came = [row for row in seen if (row[0], row[1]) in late]
    assert max(Counter(repr(row) for row in came).values()) == 1
    counted = Counter(repr(row) for row in seen) - Counter(repr(row) for row in came)
    assert counted == Counter(repr(row) for row in before) - Counter(repr(row) for row in came)
    assert [row[1] for row in seen] == sorted(row[1] for row in seen)
    after, told = None, list[tuple[object, ...]]()
    while len(block := await kept.buckets(span, 60, 7, frozenset(), after)):
        told += [(row[0], row[1]) for row in block.rows()]
        after, seq = block.last, seq + 1
        await bring(seq)
    assert len(told) == len(set(told))
    assert starts <= set(told)
    await connection.close()
    await store.close()


async def test_a_track_has_no_point_where_she_was_some_seconds_before(house: House) -> None:
    """The receiver falls silent: its last position is told once more as stale, 3 s later, and is no point of the track."""
    await house.login()
    store = PostgresStore(house.shore.config.database)
    said = [Point(name, s * 1000, start + min(s, 9) * 1e-4, int(s == 12)) for s in (*range(10), 12)
            for name, start in (("NAV_LAT", 54.0), ("NAV_LON", 10.0))]  # fmt: skip
    await store.commit(Work(batches=(batch_of(said, 1),)))
    await store.close()
    span = {"from": NOON.isoformat(), "to": (NOON + timedelta(minutes=1)).isoformat()}
    points = (await house.http.get("/api/v1/vessels/kestrel/track", params=span)).json()["points"]
    assert [point[2] - NOON_NS // 1_000_000 for point in points] == [s * 1000 for s in range(10)]
    page = (await house.http.get(ROUTE, params={**span, "channels": "NAV_LAT"})).json()["samples"]
    assert [row[3] for row in page] == [0] * 10 + [1]  # the samples have it, with its quality


@pytest.mark.parametrize("form", ["csv", "arrow"])
async def test_a_stream_that_breaks_off_is_seen_by_its_reader(
    house: House, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away after the first page: what came looks like no whole answer, to a client of HTTP and to Arrow."""
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=(batch_of(points(), 1),)))
    await store.close()
    monkeypatch.setattr(history, "PAGE_ROWS", 100)
    asked_before = History.samples

    async def gone(self: History, span: Span, *rest: Any, **more: Any) -> Block:
        if rest[1] is not None:
            raise StoreDownError("the server closed the connection")
        return await asked_before(self, span, *rest, **more)

    monkeypatch.setattr(History, "samples", gone)
    query = {
        "channels": "NAV_SOG",
        "from": NOON.isoformat(),
        "to": (NOON + timedelta(hours=2)).isoformat(),
        "format": form,
    }
    came: list[bytes] = []

    async def read() -> None:
        async with house.http.stream("GET", ROUTE, params=query, headers=house.token("viewer")) as answer:
            assert answer.status_code == 200
            async for piece in answer.aiter_bytes():
                came.append(piece)  # noqa: PERF401 - what came before it broke off stays

    with pytest.raises(httpx.RemoteProtocolError):
        await read()
    assert came
    if form == "arrow":
        reader = pa.ipc.open_stream(b"".join(came))
        assert reader.read_next_batch().num_rows == 100
        with pytest.raises((StopIteration, pa.ArrowInvalid, OSError)):
            reader.read_next_batch()


async def test_pages_of_many_channels_read_no_more_than_some_pages(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty channels, some once a minute and one that spoke once: every page size gives every row once, in order.

    A page is full unless it is the last. Of buckets too. Negative control: bounded by the first channel's share alone, pages
    would end early, as if all had been told.
    """
    chance = random.Random(9)
    every_ms = {f"C{number:02d}": chance.choice((1000, 1000, 5000, 60_000)) for number in range(20)} | {"ONCE": 10**9}
    said = [Point(name, ms + number, float(number), 0) for number, (name, step) in enumerate(every_ms.items())
            for ms in range(0, 600_000, step)]  # fmt: skip
    store, readers = PostgresStore(database_url), Readers(database_url)
    await store.load()
    await store.commit(Work(batches=(batch_of(said, 1), batch_of(said[:3], 1, epoch=2))))
    kept, span = History(readers), Span("kestrel", tuple(every_ms), NOON, NOON + timedelta(hours=1))
    whole = [tuple(row) for row in (await kept.samples(span, 50_000, None)).rows()]
    assert len(whole) == len(said) + 3
    for limit in (7, 40, 500, 3000):
        pages, after = list[list[tuple[object, ...]]](), None
        while len(block := await kept.samples(span, limit, after)):
            pages.append([tuple(row) for row in block.rows()])
            after = block.last
        assert [row for page in pages for row in page] == whole, limit
        assert all(len(page) >= limit for page in pages[:-1]), limit
    minutes = [tuple(row) for row in (await kept.buckets(span, 60, 50_000, frozenset(), None)).rows()]
    for limit in (3, 40, 100):
        found, after = list[tuple[object, ...]](), None
        while len(block := await kept.buckets(span, 60, limit, frozenset(), after)):
            found += [tuple(row) for row in block.rows()]
            after = block.last
            assert len(block) == limit or len(found) == len(minutes), limit
        assert found == minutes, limit
    monkeypatch.setattr(history, "_HORIZON", history._HORIZON.replace("%(each)s - 1", "0"))
    assert len(await kept.samples(span, 3000, None)) < 3000
    await readers.close()
    await store.close()
