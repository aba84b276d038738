"""A catalogue changes; what was kept before keeps its meaning, ashore on a real PostgreSQL and through the API's own cores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

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
