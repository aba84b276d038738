"""A catalogue changes; what was kept before keeps its meaning, ashore on a real PostgreSQL and through the API's own cores."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest

from farhelm.conn.access import AccessError
from farhelm.export.run import Done, Wanted, export
from farhelm.export.shore import Source
from farhelm.plot import asking
from farhelm.plot.series import Series
from protocols.link import codec
from protocols.link.batch import Batch, Column
from protocols.link.birth import Birth
from shoreside import catalogue
from shoreside.ingest.pending import BIRTHS_OF_ONE_MAX, Pending
from shoreside.ingest.readable import Reading
from shoreside.ports import Work
from shoreside.store import catalogues
from shoreside.store.connection import Readers
from shoreside.store.postgres import PostgresStore
from telemetry.catalogue import Catalogue, standard_catalogue
from tests.shared_folder import shared
from tests.shore_house import TOKENS, House, is_problem

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


WAS = Catalogue(tuple(
    replace(channel, short_id="OLD_HDG") if channel.short_id == "NAV_HDG"
    else replace(channel, kind="text", unit="", low=None, high=None) if channel.short_id == "ME_LOP" else channel
    for channel in standard_catalogue(["ME_LOP", "NAV_HDG", "NAV_LAT"])
))  # fmt: skip
"""Of before a refit: the heading by another name, and the lub oil pressure in words."""


async def kept_refit(url: str) -> None:
    """Commit an hour of a heading about north and a word of WAS at noon, then a number of OLD, who has no such heading."""
    store = PostgresStore(url)
    await store.commit(Work(births=(("kestrel", WAS.hash, birth(WAS)),)))
    await store.commit(Work(births=(("kestrel", OLD.hash, birth(OLD)),)))
    scans = np.arange(2, dtype=np.int32)
    columns = (Column("OLD_HDG", scans, np.array([350.0, 10.0]), np.zeros(2, np.uint8)),
               Column("ME_LOP", scans[:1], ("low",), np.zeros(1, np.uint8)))  # fmt: skip
    before = replace(
        batch(1, WAS, NOON, 0.0),
        scan_utc_ns=int(NOON.timestamp()) * 10**9 + scans.astype(np.int64) * 10**9,
        columns=columns,
    )
    await store.commit(Work(batches=(before, batch(2, OLD, NOON + timedelta(hours=1), 4.2))))
    await store.close()


async def asked(house: House, **query: str) -> httpx.Response:
    span = {"from": (NOON - timedelta(hours=1)).isoformat(), "to": (NOON + timedelta(hours=2)).isoformat()}
    return await house.http.get(ROUTE, params={**span, **query}, headers=house.token("viewer"))


async def test_a_heading_of_before_a_refit_has_its_mean_on_the_circle(house: House) -> None:
    """The present catalogue does not know it: its mean of 350 and 10 was 180, south."""
    await kept_refit(house.shore.config.database)
    for form in ({}, {"limit": "10"}):
        text = (await asked(house, channels="OLD_HDG", bucket="3600", format="csv", **form)).text
        (row,) = csv.DictReader(io.StringIO(text))
        assert min(float(row["mean"]), 360.0 - float(row["mean"])) < 1e-6, row
    (bucket,) = (await asked(house, channels="OLD_HDG", bucket="3600")).json()["buckets"]
    assert min(bucket[5], 360.0 - bucket[5]) < 1e-6


async def test_a_channel_that_was_words_and_is_a_number_is_told_by_halves_and_never_as_one(house: House) -> None:
    """Each kind where it is asked for; without, a refusal that says how: one half was left out in silence."""
    await kept_refit(house.shore.config.database)
    refused = await asked(house, channels="ME_LOP")
    assert "ME_LOP: numbers and words" in is_problem(refused, 422)
    assert "kind=text" in refused.text
    values = {kind: [row[2] for row in (await asked(house, channels="ME_LOP", kind=kind)).json()["samples"]]
              for kind in ("number", "text")}  # fmt: skip
    assert values == {"number": [4.2], "text": ["low"]}
    assert "no mean" in is_problem(await asked(house, channels="ME_LOP", kind="text", bucket="60"), 422)


async def test_an_export_holds_what_the_present_catalogue_does_not_know(house: House, tmp_path: Path) -> None:
    """All numbers, without a name said: the former heading is among them, the words go apart, nothing is lost or refused."""
    await kept_refit(house.shore.config.database)

    def run(folder: str, form: str = "csv", **more: Any) -> Done:
        source = Source(house.url, TOKENS["viewer"])
        span = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
        wanted = Wanted("kestrel", *span, form=form, folder=tmp_path / folder,
                        **{"channels": (), "bucket_s": None, **more})  # fmt: skip
        try:
            return export(source, wanted, NOON + timedelta(days=9), lambda _part, _rows: None)
        finally:
            source.close()

    day = "vessel=kestrel/day=2026-09-21"
    assert await asyncio.to_thread(run, "all") == Done(1, 0, 3)
    rows = list(csv.DictReader((tmp_path / "all" / day / "samples.csv").read_text().splitlines()))
    assert [(row["channel"], row["value"], row["unit"], row["catalogue"]) for row in rows] == [
        ("ME_LOP", "4.2", "bar", OLD.hash), ("OLD_HDG", "350.0", "deg", WAS.hash), ("OLD_HDG", "10.0", "deg", WAS.hash),
    ]  # fmt: skip
    assert await asyncio.to_thread(run, "words", are_words=True) == Done(1, 0, 1)
    assert await asyncio.to_thread(run, "named", channels=("ME_LOP", "OLD_HDG")) == Done(2, 0, 4)
    assert "low" in (tmp_path / "named-texts" / day / "texts.csv").read_text()
    assert await asyncio.to_thread(run, "hours", channels=("ME_LOP",), bucket_s=3600.0) == Done(1, 0, 1)
    with pytest.raises(AccessError, match="no channel NEVER"):
        await asyncio.to_thread(run, "none", channels=("NEVER",))
    assert await asyncio.to_thread(run, "iso", form="iso19848") == Done(1, 0, 3)
    series = json.loads((tmp_path / "iso" / day / "samples.json").read_text())
    entries = series["Package"]["TimeSeriesData"]
    named = {table["DataChannelID"][0] for entry in entries for table in entry["TabularData"]}
    assert len(named) == 2
    assert all(name.startswith("/dnv") for name in named)


async def test_a_picture_of_before_a_refit_is_drawn_from_what_was_then(house: House) -> None:
    await kept_refit(house.shore.config.database)

    def run() -> list[Series]:
        source = Source(house.url, TOKENS["viewer"])
        try:
            span = asking.Span("kestrel", NOON - timedelta(hours=1), NOON + timedelta(hours=2))
            return asking.series(source, span, ("OLD_HDG",), None)
        finally:
            source.close()

    (drawn,) = await asyncio.to_thread(run)
    assert (drawn.unit, drawn.is_circular, drawn.values.tolist()) == ("deg", True, [350.0, 10.0])


async def test_two_catalogues_of_one_commit_are_both_kept_and_the_later_is_the_vessels_own(database_url: str) -> None:
    """The database was away while the ship was started anew with another catalogue: both births wait, with batches of both."""
    pending, store = Pending(), PostgresStore(database_url)
    await store.load()
    pending.birth("kestrel", OLD.hash, birth(OLD))
    pending.batch(batch(1, OLD, NOON, 4.2))
    pending.birth("kestrel", NEW.hash, birth(NEW))
    pending.batch(batch(2, NEW, NOON + timedelta(hours=1), 415.0))
    work = pending.take()
    assert work is not None
    await store.commit(work)
    assert [await store.birth("kestrel", made.hash) for made in (OLD, NEW)] == [birth(OLD), birth(NEW)]
    assert (await store.load()).births == {"kestrel": birth(NEW)}
    await store.close()


def test_births_that_wait_are_in_the_order_of_the_last_word_and_bounded() -> None:
    """Back to a former catalogue: that is the vessel's own again. One that makes catalogues up fills no memory."""
    pending = Pending()
    for made in (OLD, NEW, OLD):
        pending.birth("kestrel", made.hash, birth(made))
    pending.birth("kestrel", OLD.hash, b"of old samples", historical=True)
    work = pending.take()
    assert work is not None
    assert [encoded for _, _, encoded in work.births] == [birth(NEW), birth(OLD), b"of old samples"]
    for number in range(5 * BIRTHS_OF_ONE_MAX):
        pending.birth("kestrel", f"{number}", b"")
    pending.birth("otter", OLD.hash, birth(OLD))
    assert (pending.count, pending.dropped_count) == (BIRTHS_OF_ONE_MAX + 1, 4 * BIRTHS_OF_ONE_MAX)


async def test_a_day_with_two_units_has_each_value_in_its_own_in_iso_19848_and_both_on_a_picture(
    house: House, tmp_path: Path
) -> None:
    """4.1 bar and 410 kPa of one day stood in one table of kPa, and on one axis of it."""
    store = PostgresStore(house.shore.config.database)
    hour = timedelta(hours=1)
    for made in (OLD, NEW):
        await store.commit(Work(births=(("kestrel", made.hash, birth(made)),)))
    await store.commit(Work(batches=(
        batch(1, OLD, NOON, 4.2), batch(2, OLD, NOON + 2 * hour, 4.1), batch(3, NEW, NOON + hour, 410.0),
        batch(4, NEW, NOON + 3 * hour, 415.0),
    )))  # fmt: skip
    await store.close()

    def run() -> list[Series]:
        source = Source(house.url, TOKENS["viewer"])
        span = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
        wanted = Wanted("kestrel", *span, ("ME_LOP",), "iso19848", None, tmp_path)
        try:
            export(source, wanted, NOON + timedelta(days=9), lambda _part, _rows: None)
            return asking.series(source, asking.Span("kestrel", *span), ("ME_LOP",), None)
        finally:
            source.close()

    (drawn,) = await asyncio.to_thread(run)
    assert set(drawn.unit.split("|")) == {"bar", "kPa"}
    series = json.loads((tmp_path / "vessel=kestrel/day=2026-09-21/samples.json").read_text())
    judge = jsonschema.Draft202012Validator(
        json.loads((shared("data/vis") / "TimeSeriesData.schema.json").read_text("utf-8"))
    )
    assert list(judge.iter_errors(series)) == []
    told = [
        (
            entry["DataConfiguration"]["ID"],
            [row["Value"][0] for table in entry["TabularData"] for row in table["DataSet"]],
        )
        for entry in series["Package"]["TimeSeriesData"]
    ]
    (old, first), (both, between), (new, last) = told
    assert (old, first) == (f"farhelm-{OLD.hash}", ["4.2"])
    assert (set(both.split("|")), between) == ({f"farhelm-{OLD.hash}", f"farhelm-{NEW.hash}"}, ["410.0", "4.1"])
    assert (new, last) == (f"farhelm-{NEW.hash}", ["415.0"])
    units = {digest: json.loads((tmp_path / f"vessel=kestrel/channels{name}.json").read_text())["Package"]["DataChannelList"]
             ["DataChannel"][0]["Property"]["Unit"]["UnitSymbol"]
             for digest, name in ((OLD.hash, f"-{OLD.hash}"), (NEW.hash, f"-{NEW.hash}"))}  # fmt: skip
    assert units == {OLD.hash: "bar", NEW.hash: "kPa"}


async def test_a_birth_that_the_database_will_not_take_costs_no_other_vessels(database_url: str) -> None:
    """A name with a zero byte, which PostgreSQL has no room for; the birth, and the loss, of another ship stand beside it."""
    store = PostgresStore(database_url)
    await store.load()
    bad = Catalogue((replace(OLD.by_id["NAV_LAT"], short_id="NAV\x00LAT"),))
    work = Work(
        births=(("kestrel", bad.hash, birth(bad)), ("otter", OLD.hash, birth(OLD))), keys=(("otter", bytes(32)),),
        gaps=(("kestrel", "batch 1 \x00", 1, 2), ("otter", "batch 1", 3, 4)), batches=(batch(1, OLD, NOON, 4.2),),
    )  # fmt: skip
    assert await store.commit(work) == 1
    assert await store.birth("otter", OLD.hash) == birth(OLD)
    assert store.refused_count == 2
    known = await store.load()
    assert known.keys == {"otter": bytes(32)}
    assert ("kestrel", 1) in known.batches
    await store.close()
