"""History from the roll-up that serves, in pages and streams that leave nothing out, as JSON, CSV and Arrow alike."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from protocols.link.batch import Batch, Column
from shoreside.ports import Work
from shoreside.store import history
from shoreside.store.connection import Readers, connect
from shoreside.store.history import Block, History, Span, bucket_query, level_for, on_grid, whole_queries
from shoreside.store.postgres import PostgresStore
from shoreside.store.rollup import roll
from telemetry.catalogue import standard_catalogue
from tests.shore_house import House, is_problem
from tests.store_kit import NOON_NS, Point, asked, batch_of

NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHANNELS = ("NAV_SOG", "NAV_HDG", "ENG_RPM")
ROUTE = "/api/v1/vessels/kestrel/samples"


def points() -> list[Point]:
    """Return two hours of three channels, one of them sparse, some without a value."""
    chance, made = random.Random(1), []
    for channel, step_ms in (("NAV_SOG", 10_000), ("NAV_HDG", 7_300), ("ENG_RPM", 1_500_000)):
        for ms in range(0, 7_200_000, step_ms):
            is_void = chance.random() < 0.1
            made.append(Point(channel, ms, float("nan") if is_void else chance.uniform(0, 359), 2 if is_void else 0))
    return made


async def filled(url: str) -> PostgresStore:
    """Return a store with those two hours, half of them rolled up, and four samples that came in two epochs."""
    store = PostgresStore(url)
    await store.load()
    everything = points()
    parts = [everything[start::5] for start in range(5)]
    await store.commit(Work(batches=tuple(batch_of(part, seq) for seq, part in enumerate(parts, 1))))
    await store.commit(Work(batches=(batch_of(everything[:4], 1, epoch=2),)))
    connection = await connect(url)
    await roll(connection, NOON + timedelta(hours=1))
    await connection.close()
    return store


@pytest.fixture
async def kept(database_url: str) -> AsyncIterator[History]:
    """The history of that store."""
    store, readers = await filled(database_url), Readers(database_url)
    yield History(readers)
    await readers.close()
    await store.close()


WHOLE = Span("kestrel", CHANNELS, NOON, NOON + timedelta(hours=2))


async def rows_of(blocks: AsyncIterator[Block]) -> list[tuple[object, ...]]:
    return [tuple(row) for block in [block async for block in blocks] for row in block.rows()]


@pytest.mark.parametrize(("bucket_s", "level"), [
    (0.5, None), (1, "1s"), (30, "1s"), (90, "1s"), (60, "1min"), (600, "1min"), (3600, "1h"), (86_400, "1h"), (1.5, None),
])  # fmt: skip
def test_a_width_is_served_by_the_widest_rollup_that_divides_it(bucket_s: float, level: str | None) -> None:
    found = level_for(bucket_s)
    assert (found.name if found is not None else None) == level


def test_a_span_is_widened_to_whole_rollups_only() -> None:
    ragged = Span("v", (), NOON + timedelta(seconds=17.3), NOON + timedelta(seconds=99.1))
    wide = on_grid(ragged, 60)
    assert (wide.start, wide.end) == (NOON, NOON + timedelta(seconds=120))
    assert on_grid(ragged, 0.5) == ragged


async def test_pages_and_streams_leave_nothing_out(kept: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples of one channel and time in two epochs too, at every page size; a page is bounded, whatever the span."""
    whole = sorted(tuple(row) for row in (await kept.samples(WHOLE, 50_000, None)).rows() if row[2] is not None)
    assert len([p for p in points() if p.quality == 0]) + len([p for p in points()[:4] if p.quality == 0]) == len(whole)
    monkeypatch.setattr(history, "PAGE_ROWS", 100)
    blocks = [block async for block in kept.stream_samples(WHOLE)]
    assert max(len(block) for block in blocks) <= 104
    assert sorted(tuple(row) for block in blocks for row in block.rows() if row[2] is not None) == whole
    for limit in (1, 2, 3, 500):
        span, after, paged = Span("kestrel", CHANNELS, NOON, NOON + timedelta(minutes=2)), None, []
        while len(block := await kept.samples(span, limit, after)):
            paged += block.rows()
            after = block.last
        assert sorted(paged, key=str) == sorted((await kept.samples(span, 50_000, None)).rows(), key=str)
        assert [row[1] for row in paged] == sorted(row[1] for row in paged)


@pytest.mark.parametrize("bucket_s", [1, 60, 90, 600, 3600])
async def test_buckets_from_rollups_are_those_of_the_samples(
    kept: History, bucket_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half rolled up, half not: the same rows as computed from the samples, streamed and in one page."""
    circular = frozenset({"NAV_HDG"})
    found = (await kept.buckets(WHOLE, bucket_s, 50_000, circular, None)).rows()
    monkeypatch.setattr(history, "PAGE_ROWS", 7)
    streamed = await rows_of(kept.stream_buckets(WHOLE, bucket_s, circular))
    assert sorted(streamed) == sorted(tuple(row) for row in found)
    monkeypatch.setattr(history, "level_for", lambda _: None)
    raw = (await kept.buckets(WHOLE, bucket_s, 50_000, circular, None)).rows()
    assert len(found) == len(raw) > 5
    for ours, theirs in zip(found, raw, strict=True):
        assert ours[:5] + ours[6:] == theirs[:5] + theirs[6:]
        assert ours[5] == pytest.approx(theirs[5], abs=1e-9)


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("channels_count", [1, 2])
async def test_minutes_of_a_month_are_read_from_the_rollup_and_not_from_samples(
    database_url: str, channels_count: int, is_whole: bool
) -> None:
    """Where nothing is due, no sample is touched; what is due is all that is read (of the heading: several a minute)."""
    store = await filled(database_url)
    connection = await connect(database_url)
    arguments = {"vessel": 1, "channels": [2], "since": NOON - timedelta(days=15), "end": NOON + timedelta(days=15),
                 "width": 60, "name": "", "with_first": True, "limit": 50_000, "circular": [2]}  # fmt: skip
    queries = whole_queries(60) if is_whole else (bucket_query(60, channels_count),)

    async def samples_read() -> int:
        return sum([await samples_read_by(query) for query in queries])

    async def samples_read_by(query: str) -> int:
        cursor = await connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".encode(), arguments)
        (found,) = await cursor.fetchone() or ("",)
        nodes: list[dict[str, object]] = [json.loads(json.dumps(found))[0]["Plan"]]
        assert "rollup_1min" in json.dumps(found) or query is not queries[0]
        for node in nodes:
            nodes.extend(node.get("Plans", []))  # type: ignore[arg-type, call-overload]
        scans = [node for node in nodes if str(node.get("Relation Name", "")).startswith(("sample", "_hyper_"))]
        return sum(int(float(str(node["Actual Rows"])) * int(str(node["Actual Loops"]))) for node in scans)

    assert await samples_read() > 0
    await roll(connection, NOON + timedelta(hours=9), 1000)
    assert await samples_read() == 0
    await connection.close()
    await store.close()


async def test_pages_of_one_channel_are_those_of_it_among_two(kept: History) -> None:
    """One channel is asked for by a query of its own: the same buckets, page by page, none twice and none left out."""
    both = (await kept.buckets(WHOLE, 60, 50_000, frozenset(), None)).rows()
    for channel in WHOLE.channels:
        one, after, paged = replace(WHOLE, channels=(channel,)), None, list[list[object]]()
        while len(block := await kept.buckets(one, 60, 2, frozenset(), after)):
            paged += block.rows()
            after = block.last
        assert paged == [row for row in both if row[0] == channel]
        assert len(paged) > 2


async def test_json_csv_and_arrow_say_the_same(house: House) -> None:
    """Raw and in buckets, with quality; the schema says units and what a quality means."""
    await house.login()
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=(batch_of([p for p in points() if p.ms < 600_000 and p.channel != "ENG_RPM"], 1),)))
    await store.close()
    span = {"channels": "NAV_SOG,NAV_HDG", "from": NOON.isoformat(), "to": (NOON + timedelta(hours=2)).isoformat()}
    for query, name in ((span, "samples"), ({**span, "bucket": "60"}, "buckets")):
        page = (await house.http.get(ROUTE, params=query)).json()
        rows = sorted(page[name], key=str)
        assert len(rows) == (143 if name == "samples" else 20)
        text = await house.http.get(ROUTE, params={**query, "format": "csv"})
        listed = list(csv.reader(io.StringIO(text.text)))
        assert listed[0] == [*page["fields"], "unit", "catalogue"]
        units = {"NAV_SOG": "kn", "NAV_HDG": "deg"}
        assert sorted(listed[1:]) == sorted(
            [*(str(value) if value is not None else "" for value in row), units[row[0]], page["catalogues"][0]["hash"]]
            for row in rows
        )
        for extra in ({}, {"limit": "50000"}):
            answer = await house.http.get(ROUTE, params={**query, "format": "arrow", **extra})
            assert answer.headers["content-type"] == "application/vnd.apache.arrow.stream"
            table = pa.ipc.open_stream(answer.content).read_all()
            arrow_rows = [
                [row["channel"], (row["time"] - EPOCH) // timedelta(milliseconds=1), *list(row.values())[2:]]
                for row in table.to_pylist()
            ]
            assert sorted(arrow_rows, key=str) == rows
            assert json.loads(table.schema.metadata[b"farhelm.channels"])["NAV_SOG"]["unit"] == "kn"
            assert json.loads(table.schema.metadata[b"farhelm.quality"])["2"] == "invalid"
    assert page["rollup"] == "1min"
    assert asked(house.shore.config.database, "SELECT count(*) FROM sample WHERE quality = 2")[0][0] > 5


async def test_a_client_that_goes_away_in_the_middle_gives_its_connection_back(house: House) -> None:
    """Twelve streams are left half-read, four readers there are; the history still answers."""
    await house.login()
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=(batch_of(points(), 1),)))
    await store.close()
    query = {
        "channels": "NAV_SOG,NAV_HDG,ENG_RPM",
        "from": NOON.isoformat(),
        "to": (NOON + timedelta(hours=2)).isoformat(),
    }
    for _ in range(12):
        async with house.http.stream("GET", ROUTE, params={**query, "format": "arrow"}) as answer:
            assert answer.status_code == 200
    async with asyncio.timeout(10):
        assert len((await house.http.get(ROUTE, params=query)).json()["samples"]) > 1000


async def test_words_are_told_as_json_csv_and_arrow(house: House) -> None:
    """Words come raw, in pages and streams, by themselves: with numbers, or in buckets, they are refused with a reason."""
    await house.login()
    store = PostgresStore(house.shore.config.database)
    scans = np.arange(5, dtype=np.int32)
    words = ("2026-09-21T12:00:00Z", "a,b", "", "na\u00efve", "e")
    quality = np.array([0, 0, 2, 0, 1], dtype=np.uint8)
    made = Batch("kestrel", 1, 1, standard_catalogue().hash, False, NOON_NS + scans.astype(np.int64) * 10**9,
                 (Column("NAV_UTC", scans, words, quality),), ())  # fmt: skip
    await store.commit(Work(batches=(made,)))
    await store.close()
    query = {"channels": "NAV_UTC", "from": NOON.isoformat(), "to": (NOON + timedelta(hours=1)).isoformat()}
    page = (await house.http.get(ROUTE, params=query)).json()
    rows = [["NAV_UTC", NOON_NS // 10**6 + n * 1000, words[n], int(quality[n])] for n in range(5)]
    assert (page["fields"], page["samples"]) == (["channel", "utc_ms", "value", "quality"], rows)
    assert page["channels"][0]["kind"] == "text"
    paged = []
    asked_for = {**query, "limit": "2"}
    while True:
        part = (await house.http.get(ROUTE, params=asked_for)).json()
        paged.extend(part["samples"])
        if part["next_cursor"] is None:
            break
        asked_for["cursor"] = part["next_cursor"]
    assert paged == rows
    text = await house.http.get(ROUTE, params={**query, "format": "csv"})
    listed = list(csv.reader(io.StringIO(text.text)))
    assert [row[:4] for row in listed[1:]] == [[str(value) for value in row] for row in rows]
    assert {row[5] for row in listed[1:]} == {made.catalogue_hash}
    answer = await house.http.get(ROUTE, params={**query, "format": "arrow"})
    table = pa.ipc.open_stream(answer.content).read_all()
    assert [row["value"] for row in table.to_pylist()] == list(words)
    assert "NAV_UTC: words, not numbers" in is_problem(
        await house.http.get(ROUTE, params={**query, "channels": "NAV_UTC,NAV_SOG"}), 422
    )
    assert "no mean" in is_problem(await house.http.get(ROUTE, params={**query, "bucket": "60"}), 422)
    assert (await house.http.get(ROUTE, params={**query, "from": "2026-09-22"})).status_code == 422
    empty = await house.http.get(ROUTE, params={**query, "from": "2026-09-22", "to": "2026-09-23", "format": "arrow"})
    assert pa.ipc.open_stream(empty.content).read_all().num_rows == 0
