"""What an analyst may ask wrongly is answered with what to do, and never with something else than was asked."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from shoreside.ports import TooLongError, Work
from shoreside.store.connection import Readers
from shoreside.store.postgres import PostgresStore
from telemetry.catalogue import Catalogue, standard_catalogue
from tests.shore_house import House, is_problem, running_house
from tests.shore_kit import Ship
from tests.store_kit import NOON_NS, Point, batch_of

NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
VESSEL = "/api/v1/vessels/kestrel"
SPAN = {"from": NOON.isoformat(), "to": (NOON + timedelta(minutes=10)).isoformat()}
ASKED = {"channels": "NAV_SOG", **SPAN}


@pytest.fixture
async def kept(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A shore with ten minutes of speed, one channel that an earlier catalogue had, and one of another vessel."""
    store = PostgresStore(database_url)
    await store.load()
    former = Ship()
    former.catalogue = Catalogue(tuple(replace(c, short_id="OLD_LOG") for c in standard_catalogue(["NAV_SOG"])))
    await store.commit(Work(births=(("kestrel", former.catalogue.hash, former.birth()[1]),)))
    await store.commit(Work(batches=(
        batch_of([Point("NAV_SOG", s * 1000, 10.0, 0) for s in range(600)], 1),
        batch_of([Point("OTT_ONLY", 0, 1.0, 0)], 1, vessel="otter"),
    )))  # fmt: skip
    await store.close()
    async with running_house(database_url, tmp_path) as house:
        await house.login()
        yield house


async def asked(house: House, path: str = "/samples", **changes: str) -> httpx.Response:
    """Ask for the ten minutes with changes; a trailing underscore is none of the parameter's name."""
    query = {**(ASKED if path == "/samples" else {}), **{name.rstrip("_"): value for name, value in changes.items()}}
    return await house.http.get(VESSEL + path, params=query)


async def test_seconds_and_years_are_not_taken_for_milliseconds(kept: House) -> None:
    """Each would have been a time of 1970, and the answer all there is."""
    for text in ("1790596800", "26", "-1", "2026"):
        assert "13 digits" in is_problem(await asked(kept, from_=text), 422)


async def test_a_day_of_eight_digits_is_that_day(kept: House) -> None:
    """The basic form of ISO 8601, as the command line has it too."""
    found = (await asked(kept, from_="20260921", to="20260922")).json()
    assert len(found["samples"]) == 600
    assert (await asked(kept, from_="20260922", to="20260923")).json()["samples"] == []


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-09-21T12:00 02:00", "2016-12-31T23:59:60Z", "nan", "1e12", "\u0663", ""]
)
async def test_what_is_no_time_is_told_with_one_that_is(kept: House, text: str) -> None:
    told = is_problem(await asked(kept, from_=text), 422)
    assert repr(text) in told
    assert "2026-11-25T10:00Z" in told
    assert "%2B" in told


ROUTES_WITH_TIMES: list[tuple[str, dict[str, str]]] = [
    ("/samples", {}), ("/samples", {"bucket": "86400"}), ("/samples", {"bucket": "86400", "format": "csv"}),
    ("/completeness", {}), ("/track", {}), ("/events", {}), ("/catalogues", {}), ("/voyages", {}), ("/seen", {}),
]  # fmt: skip


BEYOND = ("0001-01-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59.999999", "9999-12-31T23:59-05:00", "-62135596800000",
          "99999999999999", "9" * 30)  # fmt: skip


async def test_the_ends_of_the_calendar_break_nothing(kept: House) -> None:
    for text, side in itertools.product(BEYOND, ("from", "to")):
        for path, more in ROUTES_WITH_TIMES:
            told = is_problem(await asked(kept, path, **{**more, side: text}), 422)
            assert text in told, (path, more)
        is_problem(await asked(kept, "/targets/at", time=text), 422)
        is_problem(await asked(kept, "/report", day=text), 422)


async def test_within_them_every_route_answers(kept: House) -> None:
    """The first half hour there is, and the last."""
    first, last = "1900-01-01", "2261-12-31T23:59:59.999999"
    for near in ({"from": first, "to": "1900-01-01T00:30"}, {"from": "2261-12-31T23:30", "to": last}):
        for path, more in ROUTES_WITH_TIMES:
            assert (await asked(kept, path, **{**near, **more})).status_code == 200, (path, more)
    for edge in (first, last):
        assert (await asked(kept, "/targets/at", time=edge)).status_code == 200
    assert (await asked(kept, "/report", day=first)).status_code == 200


async def test_a_report_is_of_a_day(kept: House) -> None:
    assert "2026-11-26" in is_problem(await asked(kept, "/report", day="2026-09-21T12:00"), 422)
    assert (await asked(kept, "/report", day="20260921")).json()["day"] == "2026-09-21"


async def test_a_bucket_that_cannot_be_is_refused(kept: House) -> None:
    """Also where the span is so short that there were few of them."""
    for bucket in ("0", "-1", "nan", "inf", "1e-9", "0.0005"):
        is_problem(await asked(kept, bucket=bucket, to=(NOON + timedelta(milliseconds=1)).isoformat()), 422)
        is_problem(await asked(kept, bucket=bucket, format="csv"), 422)


async def test_a_channel_is_hers_or_is_refused(kept: House) -> None:
    """One of another vessel, and one misspelt, are named; one that she had before is hers, with blanks around it too."""
    for path in ("/samples", "/completeness"):
        told = is_problem(await asked(kept, path, **{**SPAN, "channels": "NAV_SOG,OTT_ONLY,nav_sog"}), 422)
        assert "Unknown channels: OTT_ONLY, nav_sog." in told
        assert (await asked(kept, path, **{**SPAN, "channels": " OLD_LOG , NAV_SOG"})).status_code == 200
    assert "1 to 100 channels" in is_problem(await asked(kept, channels=" , "), 422)


async def test_a_cursor_of_another_question_is_refused(kept: House) -> None:
    """It would lead out of the span, or to buckets on a grid of their own; the right one goes on."""
    page = (await asked(kept, limit="10")).json()
    following = (await asked(kept, limit="10", cursor=page["next_cursor"])).json()["samples"]
    assert following[0][1] == page["samples"][-1][1] + 1000
    changes: tuple[dict[str, str], ...] = (
        {"cursor": "2020-01-01~NAV_SOG"}, {"cursor": "2030-01-01~NAV_SOG"},
        {"cursor": "2026-09-21T12:00:01~NAV_SOG", "bucket": "60"},
        {"cursor": page["next_cursor"], "from": (NOON + timedelta(minutes=5)).isoformat()},
    )  # fmt: skip
    for change in changes:
        assert "another question" in is_problem(await asked(kept, **change), 422), change
    assert (await asked(kept, cursor="2026-09-21T12:02:00~NAV_SOG", bucket="60")).json()["buckets"][0][1] % 60_000 == 0


async def test_a_route_that_is_none_is_no_page_of_the_console(kept: House) -> None:
    """A misspelt route answered with the console's first page, 200; the console's own paths still do."""
    for path in ("/api/v1/vessels/kestrel/sampels", "/api/v2/vessels", "/api/v1/"):
        assert "openapi.json" in is_problem(await kept.http.get(path), 404)
    assert (await kept.http.get("/vessels/kestrel/history")).text.startswith("<title>")
    assert (await kept.http.get("/api/v1/openapi.json")).status_code == 200
    is_problem(await kept.http.post("/api/v1/vessels", headers=kept.origin), 405)


async def test_a_question_that_takes_too_long_is_not_told_as_a_database_that_is_away(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped, and the answer says what to ask instead; asked again it would only be stopped again."""
    monkeypatch.setattr("shoreside.store.connection.STATEMENT_TIMEOUT_MS", 1000)
    readers = Readers(database_url)
    with pytest.raises(TooLongError):
        await readers.all("SELECT pg_sleep(5)")
    await readers.close()
    async with running_house(database_url, tmp_path) as house:
        await house.login()
        with psycopg.connect(database_url) as other:
            other.execute("LOCK TABLE sample IN ACCESS EXCLUSIVE MODE")
            async with asyncio.timeout(10):
                answer: Any = await asked(house)
            assert "shorter span" in is_problem(answer, 504)
            assert "retry-after" not in answer.headers
        assert (await asked(house)).status_code == 200
