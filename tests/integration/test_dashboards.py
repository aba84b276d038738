"""Each query of the dashboards runs on a database as our migrations make it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest

from shoreside.store.postgres import PostgresStore

BOARDS = sorted((Path(__file__).parents[2] / "deploy/grafana/dashboards").glob("*.json"))


def queries() -> list[str]:
    """Return every SQL query of the dashboards, variables and macros put in."""
    found: list[str] = []
    for path in BOARDS:
        board = json.loads(path.read_text())
        found += [target["rawSql"] for panel in board["panels"] for target in panel["targets"] if "rawSql" in target]
        found += [variable["query"] for variable in board["templating"]["list"]]
    plain = [re.sub(r"\$__timeFilter\(([^)]*)\)", r"\1 > now() - interval '1 hour'", query) for query in found]
    return [query.replace("$vessel", "kestrel").replace("$channel", "'NAV_HDG'") for query in plain]


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
