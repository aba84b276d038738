"""A catalogue changes; what was kept before keeps its meaning, ashore on a real PostgreSQL and through the API's own cores."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from farhelm.export.run import Wanted, export
from farhelm.export.shore import Source
from protocols.link import codec
from protocols.link.batch import Batch, Column
from protocols.link.birth import Birth
from shoreside import catalogue
from shoreside.ingest.readable import Reading
from shoreside.ports import Work
from shoreside.store import catalogues
from shoreside.store.connection import Readers
from shoreside.store.postgres import PostgresStore
from telemetry.catalogue import Catalogue, standard_catalogue
from tests.shore_house import TOKENS, House

ROUTE = "/api/v1/vessels/kestrel/samples"
NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
OLD = standard_catalogue(["ME_LOP", "NAV_LAT"])
NEW = Catalogue(tuple(
    replace(channel, unit="kPa", high=1000.0, resolution=0.5) if channel.short_id == "ME_LOP" else channel for channel in OLD
))  # fmt: skip


def birth(made: Catalogue) -> bytes:
    """Return a birth with this catalogue."""
    return Birth(
        "kestrel", "KESTREL", "cargo", 0, None, 50.0, 10.0, 1, 0, made.hash, made.to_wire(), (), {}, None, bytes(32)
    ).to_bytes()


def batch(seq: int, made: Catalogue, at: datetime, lop: float) -> Batch:
    """Return one scan of the lub oil pressure."""
    one = np.array([0], np.int32)
    return Batch(
        "kestrel", 1, seq, made.hash, historical=False, scan_utc_ns=np.array([int(at.timestamp()) * 10**9], np.int64),
        columns=(Column("ME_LOP", one, np.array([lop]), np.zeros(1, np.uint8)),), targets=(),
    )  # fmt: skip


async def test_history_is_described_with_the_catalogue_it_was_made_with(database_url: str) -> None:
    """From bar to kPa at noon of the second day: each span is told in its own unit, and the change is named."""
    store, readers = PostgresStore(database_url), Readers(database_url)
    await store.load()
    day = timedelta(days=1)
    await store.commit(Work(births=(("kestrel", OLD.hash, birth(OLD)),), batches=(batch(1, OLD, NOON, 4.2),)))
    await store.commit(Work(births=(("kestrel", NEW.hash, birth(NEW)),), batches=(batch(3, NEW, NOON + day, 415.0),)))
    # A batch of the old catalogue comes late: it belongs to its own time.
    await store.commit(Work(batches=(batch(2, OLD, NOON + timedelta(hours=6), 4.1),)))
    now = catalogue.channels(NEW.to_wire())
    units: dict[str, tuple[str, list[str]]] = {}
    for name, start, end in (
        ("old", NOON - day, NOON + day / 2), ("new", NOON + day / 2, NOON + 2 * day), ("both", NOON - day, NOON + 2 * day),
        ("never", NOON - 9 * day, NOON - 8 * day),
    ):  # fmt: skip
        then = await catalogues.then(readers, "kestrel", (start, end), ("ME_LOP", "NAV_LAT", "GONE"), now)
        units[name] = then.channels["ME_LOP"]["unit"], then.changed
    assert units == {"old": ("bar", []), "new": ("kPa", []), "both": ("kPa", ["ME_LOP"]), "never": ("kPa", [])}
    found = await catalogues.versions(readers, "kestrel", NOON - day, NOON + 2 * day)
    assert [(v.hash, v.first, v.last) for v in found] == [
        (NEW.hash, NOON + day, NOON + day), (OLD.hash, NOON, NOON + timedelta(hours=6)),
    ]  # fmt: skip
    assert await store.birth("kestrel", OLD.hash) == birth(OLD)
    await store.close()
    await readers.close()


async def test_a_batch_that_the_ledger_knows_does_not_move_the_span_of_its_catalogue(database_url: str) -> None:
    """The negative control: the same (epoch, seq) with another hash and time is a duplicate, and says nothing."""
    store, readers = PostgresStore(database_url), Readers(database_url)
    await store.load()
    await store.commit(Work(births=(("kestrel", OLD.hash, birth(OLD)),), batches=(batch(1, OLD, NOON, 4.2),)))
    await store.commit(Work(batches=(batch(1, NEW, NOON + timedelta(days=3), 415.0),)))
    found = await catalogues.versions(readers, "kestrel", NOON - timedelta(days=9), NOON + timedelta(days=9))
    assert [version.hash for version in found] == [OLD.hash]
    await store.close()
    await readers.close()


def test_a_batch_whose_catalogue_is_not_known_waits_and_is_never_read_with_another() -> None:
    """The newer catalogue is known, the older is not: its batch is held, asked for, and read as it was made."""
    reading = Reading()
    reading.take_birth(Birth.from_bytes(birth(NEW)))
    from protocols.link.legend import Legend

    old = codec.encode(batch(1, OLD, NOON, 4.2), Legend.from_wire(OLD.hash, OLD.to_wire()))
    assert reading.read("kestrel", old, 0.0) is None
    held = reading.take_birth(Birth.from_bytes(birth(OLD)))
    assert held == [old]
    read = reading.read("kestrel", held[0], 1.0)
    assert read is not None
    assert read[0].catalogue_hash == OLD.hash
    assert read[0].columns[0].values[0] == 4.2


async def kept_both(url: str) -> None:
    """Commit a day with the old catalogue (bar), then one with the new (kPa), with an hour of both between them."""
    store = PostgresStore(url)
    at = [(OLD, 0, 4.2), (OLD, 13, 4.1), (NEW, 12, 410.0), (NEW, 24, 415.0)]
    await store.commit(Work(births=(("kestrel", OLD.hash, birth(OLD)),)))
    await store.commit(Work(births=(("kestrel", NEW.hash, birth(NEW)),)))
    await store.commit(Work(batches=tuple(
        batch(seq, made, NOON + timedelta(hours=hours), value) for seq, (made, hours, value) in enumerate(at, 1)
    )))  # fmt: skip
    await store.close()


async def test_each_row_of_csv_has_the_unit_and_the_hash_of_its_catalogue(house: House) -> None:
    """Where samples of one time were made with two catalogues, which cannot be told apart, both are named, never one guessed."""
    await kept_both(house.shore.config.database)
    query = {"channels": "ME_LOP", "from": (NOON - timedelta(days=1)).isoformat(), "format": "csv",
             "to": (NOON + timedelta(days=2)).isoformat()}  # fmt: skip
    for extra in ({}, {"limit": "100"}):
        answer = await house.http.get(ROUTE, params={**query, **extra}, headers=house.token("viewer"))
        rows = [(row["value"], row["unit"], row["catalogue"]) for row in csv.DictReader(io.StringIO(answer.text))]
        assert [rows[n] for n in (0, 1, 3)] == [
            ("4.2", "bar", OLD.hash), ("410.0", "kPa", NEW.hash), ("415.0", "kPa", NEW.hash)
        ]  # fmt: skip
        assert [set(text.split("|")) for text in rows[2]] == [{"4.1"}, {"bar", "kPa"}, {OLD.hash, NEW.hash}]
    hours = await house.http.get(ROUTE, params={**query, "bucket": "3600"}, headers=house.token("viewer"))
    buckets = [(row["last"], row["unit"]) for row in csv.DictReader(io.StringIO(hours.text))]
    assert [buckets[0], buckets[-1]] == [("4.2", "bar"), ("415.0", "kPa")]
    told = (await house.http.get(ROUTE, params={**query, "format": "json"}, headers=house.token("viewer"))).json()
    assert [row["hash"] for row in told["catalogues"]] == [NEW.hash, OLD.hash]
    assert told["changed"] == ["ME_LOP"]


async def test_an_export_describes_each_day_with_its_own_catalogue(house: House, tmp_path: Path) -> None:
    """CSV by the row, Parquet in the schema (whole records), ISO 19848 by the list that the day's file names."""
    await kept_both(house.shore.config.database)

    def run(form: str) -> None:
        source = Source(house.url, TOKENS["viewer"])
        wanted = Wanted(
            "kestrel", NOON - timedelta(hours=12), NOON + timedelta(hours=36), ("ME_LOP",), form, None, tmp_path
        )
        export(source, wanted, NOON + timedelta(days=9), lambda _part, _rows: None)
        source.close()

    for form in ("csv", "parquet", "iso19848"):
        await asyncio.to_thread(run, form)
    first, second = (tmp_path / f"vessel=kestrel/day=2026-09-{day}" for day in (21, 22))
    rows = [list(csv.DictReader((day / "samples.csv").read_text().splitlines())) for day in (first, second)]
    assert [(row["value"], row["unit"], row["catalogue"]) for row in rows[0]] == [("4.2", "bar", OLD.hash)]
    assert rows[1][-1]["unit"] == "kPa"
    metadata = pq.read_schema(first / "samples.parquet").metadata
    assert json.loads(metadata[b"farhelm.channels"])["ME_LOP"]["unit"] == "bar"
    (described,) = json.loads(metadata[b"farhelm.catalogues"])
    assert described["hash"] == OLD.hash
    assert described["channels"]["ME_LOP"]["local_id"].startswith("/dnv")
    series = json.loads((first / "samples.json").read_text())
    named = series["Package"]["TimeSeriesData"][0]["DataConfiguration"]["ID"]
    listed = json.loads((tmp_path / f"vessel=kestrel/channels-{OLD.hash}.json").read_text())
    assert named == listed["Package"]["Header"]["DataChannelListID"]["ID"] == f"farhelm-{OLD.hash}"
    (channel,) = listed["Package"]["DataChannelList"]["DataChannel"]
    assert channel["Property"]["Unit"]["UnitSymbol"] == "bar"
