"""`farhelm export` writes what the shore has, whole or not at all, and goes on where it was broken off."""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from farhelm.__main__ import app
from farhelm.conn.access import AccessError
from farhelm.export.iso19848 import IsoFile
from farhelm.export.meaning import Meaning
from farhelm.export.run import Done, Wanted, days, export
from farhelm.export.shore import Source, Vessel
from farhelm.options import moment
from protocols.link.batch import Batch, Column
from shoreside.ports import Work
from shoreside.store.connection import connect
from shoreside.store.postgres import PostgresStore
from shoreside.store.retention import Retention, drop_old
from shoreside.store.rollup import roll
from telemetry.catalogue import Catalogue, standard_catalogue
from tests.shared_folder import shared
from tests.shore_house import TOKENS, House
from tests.store_kit import NOON_NS, Point, batch_of

NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
DAY_MS = 86_400_000
POINTS = [
    Point(channel, day * DAY_MS + step * 60_000, float("nan") if step == 7 else 10.0 * day + step, 2 if step == 7 else 0)
    for channel in ("NAV_SOG", "NAV_HDG") for day in range(3) for step in range(20)
]  # fmt: skip


async def exported(house: House, folder: Path, form: str = "parquet", **changes: Any) -> Done:
    """Commit the points (which adds nothing the second time), then export three days of them as an analyst would."""
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=tuple(batch_of(POINTS[n::4], n + 1) for n in range(4))))
    await store.close()
    wanted = {"channels": ("NAV_SOG", "NAV_HDG"), "bucket_s": None, **changes}
    asked = Wanted(
        "kestrel", NOON - timedelta(hours=12), NOON + timedelta(hours=60), form=form, folder=folder, **wanted
    )
    told: list[float] = []

    def run() -> Done:
        source = Source(house.url, TOKENS["viewer"])
        try:
            return export(source, asked, NOON + timedelta(days=9), lambda part, _: told.append(part))
        finally:
            source.close()

    done = await asyncio.to_thread(run)
    assert told == sorted(told)
    assert told[-1] == 1.0
    return done


async def test_parquet_lies_by_vessel_and_day_with_units_and_quality(house: House, tmp_path: Path) -> None:
    """Every sample is there with its quality; the schema says units; a second run has nothing left to do."""
    lake = tmp_path / "lake"
    assert await exported(house, lake) == Done(3, 0, 120)
    paths = sorted(lake.rglob("*.parquet"))
    assert [str(path.relative_to(lake)) for path in paths] == [
        f"vessel=kestrel/day=2026-09-{day}/samples.parquet" for day in (21, 22, 23)
    ]
    schema = pq.read_schema(paths[0])
    assert json.loads(schema.metadata[b"farhelm.channels"])["NAV_SOG"]["unit"] == "kn"
    assert json.loads(schema.metadata[b"farhelm.channels"])["NAV_SOG"]["local_id"].startswith("/dnv")
    assert json.loads(schema.metadata[b"farhelm.quality"])["2"] == "invalid"
    rows = pq.read_table(lake).to_pylist()
    assert sorted(((row["channel"], row["time"], row["value"], row["quality"]) for row in rows), key=str) == sorted(
        ((p.channel, NOON + timedelta(milliseconds=p.ms), None if p.quality else p.value, p.quality) for p in POINTS),
        key=str,
    )
    assert {(row["vessel"], str(row["day"])) for row in rows} == {("kestrel", f"2026-09-{day}") for day in (21, 22, 23)}
    assert await exported(house, lake) == Done(0, 3, 0)
    paths[1].unlink()
    assert await exported(house, lake) == Done(1, 2, 40)
    assert await exported(house, lake, channels=("NAV_SOG",)) == Done(3, 0, 60)


async def test_what_came_late_is_fetched_and_what_the_shore_has_dropped_stays(house: House, tmp_path: Path) -> None:
    """Five samples come late to the second day; then the first day is past keeping, and the vessel is refitted.

    A nightly run made neither better: late samples stayed away, and the refit replaced each old day by an empty file.
    """
    lake = tmp_path / "lake"
    for folder in (lake, tmp_path / "all"):
        await exported(house, folder, **({} if folder == lake else {"channels": ()}))
    store = PostgresStore(house.shore.config.database)
    late = [Point("NAV_SOG", DAY_MS + 3_600_000 + n, 5.0, 0) for n in range(5)]
    await store.commit(Work(batches=(batch_of(late, 90, historical=True),)))
    await store.close()
    assert await exported(house, lake) == Done(1, 2, 45)
    assert await exported(house, lake) == Done(0, 3, 0)
    assert len(pq.read_table(lake)) == 125
    connection = await connect(house.shore.config.database)
    await roll(connection, NOON + timedelta(days=9), 1000)
    await connection.execute("UPDATE partition_record SET made = first")
    assert "sample_20260921" in await drop_old(connection, Retention(1, 1, None), NOON + timedelta(days=2, hours=-1))
    await connection.close()
    house.ship.catalogue = Catalogue(tuple(standard_catalogue(["NAV_SOG", "NAV_HDG"])))
    house.port.bring(*house.ship.birth())
    async with asyncio.timeout(10):
        while house.ship.catalogue.hash not in await present(house):  # noqa: ASYNC110 - the shore tells nobody that it is kept
            await asyncio.sleep(0.05)
    assert await exported(house, lake) == Done(0, 3, 0)
    (lake / ".export.json").write_text(
        (lake / ".export.json").read_text().replace("T00:00:00", "T00:00:01")
    )  # as by another request
    assert (await exported(house, lake)).spared == 1
    assert len(pq.read_table(lake)) == 125
    assert (await exported(house, tmp_path / "all", channels=())).written == 1
    assert len(pq.read_table(tmp_path / "all")) == 125


async def present(house: House) -> str:
    """Return what the shore answers of the vessel's present catalogue."""
    return (await house.http.get("/api/v1/vessels/kestrel/catalogue", headers=house.token("viewer"))).text


async def test_what_was_broken_off_has_no_name_and_is_made_whole_by_the_next_run(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link is cut in the middle of the second day: one whole file, no half one under its name."""
    lake, asked = tmp_path / "lake", Source.samples
    count = itertools.count()

    @contextmanager
    def cut(self: Source, vessel: str, query: dict[str, str]) -> Iterator[Any]:
        with asked(self, vessel, query) as reader:
            yield reader if next(count) == 0 else Cut(reader)

    monkeypatch.setattr(Source, "samples", cut)
    with pytest.raises(AccessError, match="cut"):
        await exported(house, lake)
    assert [path.parent.name for path in lake.rglob("samples.*")] == ["day=2026-09-21"]
    monkeypatch.setattr(Source, "samples", asked)
    assert await exported(house, lake) == Done(2, 1, 80)
    assert len(pq.read_table(lake)) == 120
    assert list(lake.rglob("*.part")) == []


class Cut:
    """A reader whose link is cut after its first batch."""

    def __init__(self, reader: Any) -> None:
        """Read from `reader` until then."""
        self.schema, self._reader = reader.schema, reader

    def __iter__(self) -> Iterator[Any]:
        yield next(iter(self._reader))
        raise AccessError("cut")


def lines_of(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file."""
    return list(csv.reader(path.read_text("utf-8").splitlines()))


async def test_csv_says_unit_and_quality_in_words(house: House, tmp_path: Path) -> None:
    await exported(house, tmp_path / "csv", "csv")
    rows = lines_of(tmp_path / "csv/vessel=kestrel/day=2026-09-21/samples.csv")
    assert rows[0] == ["channel", "time", "unit", "value", "quality", "catalogue"]
    assert rows[1] == ["NAV_SOG", "2026-09-21T12:00:00.000000+00:00", "kn", "0.0", "good", "hash"]
    assert rows[8] == ["NAV_SOG", "2026-09-21T12:07:00.000000+00:00", "kn", "", "invalid", "hash"]
    assert len(rows) == 41
    assert await exported(house, tmp_path / "hours", "csv", bucket_s=3600.0) == Done(3, 0, 6)
    rows = lines_of(tmp_path / "hours/vessel=kestrel/day=2026-09-22/buckets_3600s.csv")
    assert rows[1][:7] == ["NAV_SOG", "2026-09-22T12:00:00.000000+00:00", "kn", "19", "10.0", "29.0", rows[1][6]]


async def test_iso_19848_files_hold_to_the_published_schemas(house: House, tmp_path: Path) -> None:
    """TimeSeriesData and DataChannelList, with local ids; each broken on purpose is refused, so the schemas bite."""
    folder = shared("data/vis")
    await exported(house, tmp_path, "iso19848")
    series = json.loads((tmp_path / "vessel=kestrel/day=2026-09-22/samples.json").read_text("utf-8"))
    listed = json.loads((tmp_path / "vessel=kestrel/channels.json").read_text("utf-8"))
    for name, made in (("TimeSeriesData", series), ("DataChannelList", listed)):
        judge = jsonschema.Draft202012Validator(json.loads((folder / f"{name}.schema.json").read_text("utf-8")))
        assert list(judge.iter_errors(made)) == []
        assert list(judge.iter_errors({"Package": {**made["Package"], "Header": {"ShipID": 7}}}))
    tables = series["Package"]["TimeSeriesData"][0]["TabularData"]
    ids = [channel["DataChannelID"]["LocalID"] for channel in listed["Package"]["DataChannelList"]["DataChannel"]]
    assert sorted(table["DataChannelID"][0] for table in tables) == sorted(ids)
    assert [(table["NumberOfDataSet"], len(table["DataSet"])) for table in tables] == [(20, 20), (20, 20)]
    assert tables[0]["DataSet"][7] == {"TimeStamp": "2026-09-22T12:07:00.000000Z", "Value": [""], "Quality": ["2"]}
    assert series["Package"]["Header"]["ShipID"] == "IMO9123456"


def test_iso_19848_has_no_exponents_and_booleans_as_it_writes_them(tmp_path: Path) -> None:
    """Just east of Greenwich a longitude is 2e-07 in Python's words, which is no decimal of XML Schema; a switch is 1 or 0."""
    records: dict[str, dict[str, object]] = {"NAV_LON": {"kind": "number"}, "FIRE_ALM": {"kind": "boolean"}}
    header: dict[str, object] = {"ShipID": "x", "DataConfiguration": {}}
    file = IsoFile(tmp_path / "x.json", Meaning(tuple(records), [Vessel("x", None, "h", records)]), [], header)
    rows = [("NAV_LON", 2e-07), ("NAV_LON", -129.5), ("NAV_LON", None), ("FIRE_ALM", 1.0), ("FIRE_ALM", 0.0)]
    file.write(pa.RecordBatch.from_pylist([
        {"channel": name, "time": NOON, "value": value, "quality": 0} for name, value in rows
    ]))  # fmt: skip
    file.close()
    tables = json.loads((tmp_path / "x.json").read_text())["Package"]["TimeSeriesData"][0]["TabularData"]
    assert [[row["Value"][0] for row in table["DataSet"]] for table in tables] == [
        ["0.0000002", "-129.5", ""], ["1", "0"],
    ]  # fmt: skip


async def test_words_have_a_folder_of_their_own(house: House, tmp_path: Path) -> None:
    """Named together with numbers they go beside them, alone into the folder itself; as CSV and Parquet, an empty day too."""
    store = PostgresStore(house.shore.config.database)
    scans = np.arange(3, dtype=np.int32)
    column = Column("NAV_UTC", scans, ("a,b", "na\u00efve", "c"), np.zeros(3, dtype=np.uint8))
    made = Batch("kestrel", 7, 1, "hash", False, NOON_NS + scans.astype(np.int64) * 10**9, (column,), ())
    await store.commit(Work(batches=(made,)))
    await store.close()
    assert await exported(house, tmp_path / "lake", channels=("NAV_SOG", "NAV_UTC")) == Done(6, 0, 63)
    assert pq.read_table(tmp_path / "lake").num_rows == 60
    assert pq.read_table(tmp_path / "lake-texts")["value"].to_pylist() == ["a,b", "na\u00efve", "c"]
    assert await exported(house, tmp_path / "words", "csv", channels=(), are_words=True) == Done(3, 0, 3)
    rows = lines_of(tmp_path / "words/vessel=kestrel/day=2026-09-21/texts.csv")
    assert [row[3:5] for row in rows] == [["value", "quality"], ["a,b", "good"], ["na\u00efve", "good"], ["c", "good"]]
    with pytest.raises(AccessError, match="words have no buckets"):
        await exported(house, tmp_path / "none", channels=("NAV_UTC",), bucket_s=60.0)


async def test_what_cannot_be_exported_is_said(house: House, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="no channel NAV_HDNG"):
        await exported(house, tmp_path, channels=("NAV_HDNG",))
    stranger = Source(house.url, "x" * 40)
    with pytest.raises(AccessError, match="401: Log in first"):
        await asyncio.to_thread(stranger.vessel, "kestrel")
    stranger.close()
    run = CliRunner()
    for words, told in (
        (["otter", "--from", "2026-11-25", "--out", "x"], "say where the shore is"),
        (["otter", "--from", "soon", "--out", "x", "--url", "http://h"], "'soon' is no time: write 2026-11-25"),
        (["otter", "--from", "0001-01-01T00:00+14:00", "--out", "x", "--url", "http://h"], "is no time: write"),
        (
            ["otter", "--from", "2026-11-25", "--out", "x", "--url", "http://h", "--bucket", "604800"],
            "a file holds a day",
        ),
        (
            ["otter", "--from", "2026-11-25", "--out", "x", "--url", "http://h", "--bucket", "7000"],
            "a file holds a day",
        ),
        (["otter", "--from", "2026-11-25", "--to", "2026-11-24", "--out", "x", "--url", "http://h"], "must lie before"),
    ):
        answer = run.invoke(app, ["export", *words])
        assert answer.exit_code != 0
        assert told in answer.output
    assert "farhelm export otter" in run.invoke(app, ["export", "--help"]).output


def test_a_span_is_cut_at_midnight() -> None:
    parts = list(days(moment("2026-11-25T22:00"), moment("2026-11-27T01:00+02:00")))
    assert [(start.hour, end.hour, (end - start).total_seconds() / 3600) for start, end in parts] == [
        (22, 0, 2),
        (0, 23, 23),
    ]
