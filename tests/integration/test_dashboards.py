"""Each query of the dashboards runs on a database as our migrations make it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest

from shoreside import people
from shoreside.ports import Work
from shoreside.store.connection import Readers
from shoreside.store.people import People
from shoreside.store.postgres import PostgresStore
from tests.shore_house import SEED
from tests.shore_kit import Ship
from tests.store_kit import NOON_NS, Point, asked, batch_of

BOARDS = sorted((Path(__file__).parents[2] / "deploy/grafana/dashboards").glob("*.json"))


def queries() -> list[str]:
    """Return every SQL query of the dashboards, variables and macros put in."""
    found: list[str] = []
    for path in BOARDS:
        board = json.loads(path.read_text())
        found += [target["rawSql"] for panel in board["panels"] for target in panel["targets"] if "rawSql" in target]
        found += [variable["query"] for variable in board["templating"]["list"]]
    return [plain(query) for query in found]


def plain(query: str, since: str = "now() - interval '1 hour'", until: str = "now()", step_ms: int = 10_000) -> str:
    """Return a query with Grafana's variables and macros put in."""
    query = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {since} AND {until}", query)
    named = {"$__timeFrom()": since, "$__timeTo()": until, "$__interval_ms": str(step_ms), "$vessel": "kestrel",
             "$channel": "'NAV_HDG'"}  # fmt: skip
    for name, value in named.items():
        query = query.replace(name, value)
    assert "$" not in query, query
    return query


def panel(title: str) -> str:
    """Return the first query of the panel of that title."""
    found = [each for path in BOARDS for each in json.loads(path.read_text())["panels"] if each["title"] == title]
    return str(found[0]["targets"][0]["rawSql"])


async def test_every_query_of_a_dashboard_runs(database_url: str) -> None:
    """Views, tables and columns exist; one that does not is an error (negative control)."""
    store = PostgresStore(database_url)
    await store.load()
    await store.close()
    assert len(queries()) >= 8
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        for query in queries():
            await connection.execute(query.encode())
        with pytest.raises(psycopg.errors.UndefinedColumn):
            await connection.execute(queries()[0].replace("b.sum", "b.summ").encode())


async def test_the_panels_tell_the_truth_about_a_heading_a_track_and_a_gap(database_url: str) -> None:
    """Two minutes about north with their mean at north, a track of so many points as the picture has steps, half an hour lost.

    The mean of 350 and 10 was drawn as south, and each position of a month was sent to the browser.
    """
    store, ship = PostgresStore(database_url), Ship()
    await store.load()
    await store.commit(Work(births=(("kestrel", ship.catalogue.hash, ship.birth()[1]),)))
    for number, seconds in enumerate((range(120), range(1800, 1920)), 1):
        said = [Point(name, s * 1000, value, 0) for s in seconds for name, value in (
            ("NAV_HDG", 350.0 if s % 2 else 10.0), ("NAV_LAT", 54.0), ("NAV_LON", 10.0 + s * 1e-5),
        )]  # fmt: skip
        await store.commit(Work(batches=(batch_of(said, number),)))
    await store.close()
    since = f"to_timestamp({NOON_NS // 10**9})"
    span = (since, f"{since} + interval '1 hour'")
    means = [row[2] for row in asked(database_url, plain(panel("Mean of each minute"), *span))]
    assert len(means) == 4
    assert all(min(mean, 360.0 - mean) < 1e-6 for mean in means)
    assert len(asked(database_url, plain(panel("Track"), *span))) == 24
    ((_, _, share),) = asked(database_url, plain(panel("Received of expected, each hour"), *span))
    assert share == pytest.approx(240 / 1920, rel=0.01)
    assert [row[1] for row in asked(database_url, plain(panel("Hours in which something is missing"), *span))] == [
        "NAV_HDG"
    ]


SECRET = ("person", "session", "api_token", "passkey", "challenge", "ticket", "login_attempt", "station_key")
READER = (
    (Path(__file__).parents[2] / "deploy/postgres/10-reader.sh")
    .read_text()
    .partition("<<'SQL'\n")[2]
    .partition("\nSQL")[0]
)


async def test_the_role_that_reads_for_grafana_sees_no_secret_and_changes_nothing(database_url: str) -> None:
    """The role is made as deploy/ makes it, which may read all tables: second factors and the station's key were among them."""
    store, readers = PostgresStore(database_url), Readers(database_url)
    await store.load()
    await store.commit(Work(batches=(batch_of([Point("NAV_HDG", 0, 1.0, 0)], 1),)))
    await people.seed(People(readers), SEED)
    await readers.close()
    await store.close()
    statements = [each for each in READER.replace(":'password'", "'x'").split(";") if "ROLE" in each or "GRANT" in each]
    assert len(statements) == 4
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS reader")
        for each in statements:
            owner.execute(each.encode())
        assert owner.execute("SELECT count(*) FROM person").fetchone() == (2,)
        hidden = owner.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
        )
        assert {str(name) for (name,) in hidden} == set(SECRET)
    with psycopg.connect(database_url.replace("farhelm@", "reader@"), autocommit=True) as reader:
        for table in SECRET:
            assert reader.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table  # noqa: S608 - ours
        assert reader.execute("SELECT count(*) FROM sample").fetchone() == (1,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("DELETE FROM sample")
        reader.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DELETE FROM sample")
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("DROP ROLE reader")
