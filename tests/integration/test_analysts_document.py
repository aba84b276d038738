"""docs/analyst.md: every question it asks by HTTP, by SQL and by the command line is one that a shore answers as it says."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import psycopg
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from farhelm.__main__ import app
from protocols.aio.clock import SystemClock
from protocols.link.batch import Batch, Column
from protocols.link.events import Event
from shoreside.ports import Work
from shoreside.store.postgres import PostgresStore
from shoreside.store.rows import moment
from tests.shore_house import TOKENS, House
from tests.store_kit import Point, batch_of

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ASKED: Final = [
    (line, path.strip("'\""))
    for kind, block in BLOCKS if kind in ("", "sh") for line in block.splitlines()
    for path in re.findall(r"\$ ask ('[^']+'|\S+)", line)
]  # fmt: skip
"""Each line that asks by HTTP, with its path."""


@pytest.fixture
async def kept(house: House) -> House:
    """A shore that keeps the last half hour of a ship, some of it not good, some words, an event."""
    store, minute_ns = PostgresStore(house.shore.config.database), 60 * 10**9
    first_ns = (SystemClock().utc_ns() - 30 * minute_ns) // minute_ns * minute_ns
    hash_ = house.ship.catalogue.hash
    await store.commit(Work(births=(("kestrel", hash_, house.ship.birth()[1]),)))
    spoken = {
        "NAV_SOG": 10.2,
        "NAV_HDG": 80.0,
        "NAV_LAT": 34.9,
        "NAV_LON": 129.1,
        "ME_RPM": 61.0,
        "NAV_DPTT": float("nan"),
    }
    points = [
        Point(name, s * 1000, value, 2 if name == "NAV_DPTT" else 0)
        for s in range(1500)
        for name, value in spoken.items()
    ]
    numbers = batch_of(points, 1)
    shifted = numbers.scan_utc_ns - numbers.scan_utc_ns[0] + first_ns
    await store.commit(Work(batches=(replace(numbers, catalogue_hash=hash_, scan_utc_ns=shifted),)))
    words = Column("NAV_UTC", np.arange(2, dtype=np.int32), ("2026-11-26T17:44:55.78Z", "x"), np.zeros(2, np.uint8))
    await store.commit(Work(
        batches=(Batch("kestrel", 1, 2, hash_, False, shifted[:2], (words,), ()),),
        events=((Event("kestrel", "b", 1, 0, int(shifted[0]), "ladder", {}), b"signed"),),
    ))  # fmt: skip
    await store.close()
    return house


def test_the_document_is_looked_at() -> None:
    assert len(ASKED) >= 12
    assert sum(kind == "sql" for kind, _ in BLOCKS) >= 5
    assert len(commands()) >= 6


async def test_each_question_by_http_is_answered(kept: House) -> None:
    """As the analyst that the document has; where it prints `fields`, they are those of the answer."""
    for line, path in ASKED:
        answer = await kept.http.get(f"/api/v1/{path}", headers=kept.token("viewer"))
        assert answer.status_code == 200, (line, answer.text)
        for name in re.findall(r"jq -c '\.(\w+)", line):
            assert name in answer.json(), (line, answer.text)
    fields = re.findall(r"^(\[\"channel\",.*\])$", TEXT, re.MULTILINE)
    paths = [path for line, path in ASKED if ".fields" in line]
    assert len(fields) == len(paths) >= 3
    for path, told in zip(paths, fields, strict=True):
        assert (await kept.http.get(f"/api/v1/{path}", headers=kept.token("viewer"))).json()["fields"] == json.loads(
            told
        )
    (head,) = re.findall(r"^(channel,start_utc_ms,.*)$", TEXT, re.MULTILINE)
    csv = next(path for _, path in ASKED if "format=csv" in path)
    assert (await kept.http.get(f"/api/v1/{csv}", headers=kept.token("viewer"))).text.splitlines()[0] == head


async def test_each_question_by_sql_is_answered_to_an_account_that_only_reads(kept: House) -> None:
    """The account is made as the document says; it sees no person, token or key, and changes nothing."""
    statements = [
        each for kind, block in BLOCKS if kind == "sql" and "read_parquet" not in block for each in block.split(";")
    ]
    url = kept.shore.config.database
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "DROP OWNED BY analyst"
            if owner.execute("SELECT FROM pg_roles WHERE rolname = 'analyst'").fetchone() is not None
            else "SELECT"
        )
        owner.execute("DROP ROLE IF EXISTS analyst")
        for each in [each for each in statements if "ROLE" in each or "GRANT" in each]:
            owner.execute(each.encode())
    asked = [each for each in statements if "SELECT" in each and "GRANT" not in each]
    asked.append("SELECT * FROM completeness('kestrel', now() - interval '2 hours', now())")
    named = re.findall(
        r"^\| (`[^|]+`) \|",
        TEXT[TEXT.index("| table | a row is |") : TEXT.index("Time is `timestamptz`")],
        re.MULTILINE,
    )
    tables = {word for names in named for word in re.findall(r"`(\w+)`", names)}
    assert len(tables) > 25
    with psycopg.connect(url.replace("farhelm@", "analyst@"), autocommit=True) as analyst:
        for each in asked:
            analyst.execute(each.encode())
        assert analyst.execute(asked[-1].encode()).rowcount > 5
        for secret in ("person", "session", "api_token", "console_key", "passkey"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                analyst.execute(f"TABLE {secret}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(b"DELETE FROM sample")
    with psycopg.connect(url, autocommit=True) as owner:
        missing = [name for name in tables if owner.execute("SELECT to_regclass(%s)", (name,)).fetchone() == (None,)]
        assert missing == []
        owner.execute("DROP OWNED BY analyst")
        owner.execute("DROP ROLE analyst")


def commands() -> list[list[str]]:
    """Return the words of each `farhelm export` and `farhelm plot` that the document shows."""
    lines = [
        line
        for _, block in BLOCKS
        for line in block.splitlines()
        if line.startswith(("$ farhelm export", "$ farhelm plot"))
    ]
    return [shlex.split(line.removeprefix("$ farhelm ")) for line in lines]


async def test_each_command_runs_and_the_lake_is_read_as_it_says(
    kept: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exports as they stand, of this demo's time; the lines of Python print what the day's files hold."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    facts = {"console_url": kept.url, "tokens": {"analyst": TOKENS["viewer"]}}
    (tmp_path / "demo" / "demo.json").write_text(json.dumps(facts))
    yesterday = f"{moment(SystemClock().utc_ns() - 86_400 * 10**9):%Y-%m-%d}"
    for words in [each for each in commands() if each[0] == "export"]:
        began = words.index("--from") + 1
        ran = await asyncio.to_thread(CliRunner().invoke, app, [*words[:began], yesterday, *words[began + 1 :]])
        assert ran.exit_code == 0, ran.output
        assert re.search(r"^\d+ rows in [123] files below ", ran.output, re.MULTILINE), ran.output
    rows = pq.read_table("lake").to_pylist()
    with psycopg.connect(kept.shore.config.database) as database:
        count = database.execute("SELECT count(*) FROM sample").fetchone()
    assert count == (len(rows),)
    (python,) = [block for kind, block in BLOCKS if kind == "python"]
    day = f"{moment(SystemClock().utc_ns() - 30 * 60 * 10**9):%Y-%m-%d}"
    schema = pq.read_schema(f"lake/vessel=kestrel/day={day}/samples.parquet")
    assert json.loads(schema.metadata[b"farhelm.channels"])["NAV_SOG"]["local_id"] in TEXT
    for key in re.findall(r'metadata\[b"([^"]+)"\]', python):
        assert key.encode() in schema.metadata
