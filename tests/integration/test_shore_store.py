"""The store on a real PostgreSQL: what is committed is there once, whole, and remembered."""

from __future__ import annotations

import contextlib

import numpy as np
import psycopg
import pytest

from protocols.console.alerts import AlertJson
from protocols.link.batch import Batch, Column, TargetReport
from protocols.link.cbor import Plain
from protocols.link.events import Event, Reason
from protocols.link.ledger import Entry, faults
from shoreside.ingest.parts import parts_of
from shoreside.ports import OrderNote, StoreDownError, Work
from shoreside.store import batches
from shoreside.store.loading import SOURCES_MAX
from shoreside.store.migrate import SchemaError
from shoreside.store.numbers import Numbers
from shoreside.store.postgres import PostgresStore
from tests.postgres_rig import TIMESCALE

NOON_NS = 1_790_000_000_000_000_000


def batch(seq: int, *, epoch: int = 1, first_ns: int = NOON_NS, vessel: str = "kestrel") -> Batch:
    """Return two scans of a position, a void heading in the second, a text and one target."""
    scans = np.array([first_ns + seq * 1_000_000_000, first_ns + seq * 1_000_000_000 + 200_000_000], dtype=np.int64)
    both, good = np.array([0, 1], dtype=np.int32), np.zeros(2, dtype=np.uint8)
    return Batch(
        vessel, epoch, seq, "hash", historical=False, scan_utc_ns=scans,
        columns=(
            Column("NAV_LAT", both, np.array([35.0, 35.1]), good),
            Column("NAV_LON", both, np.array([129.0, 129.1]), good),
            Column("NAV_HDG", both, np.array([95.5, np.nan]), np.array([0, 2], dtype=np.uint8)),
            Column("NAV_MODE", np.array([0], dtype=np.int32), ("track\0",), np.zeros(1, dtype=np.uint8)),
        ),
        targets=(TargetReport(440_000_001, int(scans[0]), 35.01, 129.01, 12.0, 90.0, None, None, 0, 70,
                              "NAME" if seq == 1 else None, None, 120.0, 20.0),),
    )  # fmt: skip


def event(seq: int, kind: str = "ladder") -> tuple[Event, bytes]:
    """Return an event with its (here unsigned) bytes."""
    made = Event("kestrel", "boot-1", seq, 1000 * seq, NOON_NS + seq, kind, {"from": "L0", "to": "L1\0", "reasons": []})
    return made, made.to_bytes()


async def count(url: str, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    connection = await psycopg.AsyncConnection.connect(url)
    async with connection:
        cursor = await connection.execute(query.encode())
        return await cursor.fetchall()


async def test_duplicates_and_disorder_add_nothing(database_url: str) -> None:
    """Batches come reordered, doubled within one commit and again after a restart; each sample is there once."""
    store = PostgresStore(database_url)
    await store.load()
    # Out of order, with one delivered twice in the same transaction.
    assert await store.commit(Work(batches=(batch(3), batch(1), batch(3)))) == 14
    # The rest, with one delivered again.
    assert await store.commit(Work(batches=(batch(2), batch(1)))) == 7
    # After a restart of the shore all of them come once more, and then those of a new spool aboard.
    await store.close()
    second = PostgresStore(database_url)
    known = await second.load()
    assert known.batches == {("kestrel", 1): ((1, 3),)}
    assert await second.commit(Work(batches=(batch(1), batch(2), batch(3)))) == 0
    assert await second.commit(Work(batches=(batch(1, epoch=2),))) == 7
    await second.close()
    assert await count(database_url, "SELECT count(*), count(value) FROM sample") == [(24, 20)]
    assert await count(database_url, "SELECT count(*) FROM position") == [(8,)]
    assert await count(database_url, "SELECT report->>'name' FROM ais_target") == [("NAME",)]
    assert await count(database_url, "SELECT DISTINCT value FROM text_sample") == [("track\ufffd",)]
    assert await count(database_url, "SELECT name FROM partition_record WHERE parent = 'sample'") == [
        ("sample_20260921",)
    ]
    assert len(await count(database_url, "SELECT tableoid FROM sample GROUP BY 1")) == 1


async def test_a_batch_that_meets_a_fault_of_ours_costs_itself(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of its commit stands, not even what was learnt in it; in parts the others are kept, and it too once mended."""
    real = batches._targets

    async def odd(numbers: Numbers, fresh: tuple[Batch, ...]) -> None:
        await real(numbers, fresh)
        if any(one.seq == 2 for one in fresh):
            raise OverflowError("date value out of range")

    store = PostgresStore(database_url)
    await store.load()
    before = NOON_NS - 86_400_000_000_000
    await store.commit(Work(batches=tuple(batch(7, vessel=vessel, first_ns=before) for vessel in ("kestrel", "otter"))))
    monkeypatch.setattr(batches, "_targets", odd)
    whole = Work(batches=tuple(batch(seq, vessel=vessel) for vessel in ("kestrel", "otter") for seq in (1, 2)))
    with pytest.raises(OverflowError):
        await store.commit(whole)
    assert await count(database_url, "SELECT count(*) FROM batch_ledger") == [(2,)]
    for _, part in parts_of(whole):
        with contextlib.suppress(OverflowError):
            assert await store.commit(part) == 7
    kept = "SELECT slug, seq FROM batch_ledger JOIN vessel ON id = vessel_id WHERE seq < 7 ORDER BY 1, 2"
    assert await count(database_url, kept) == [("kestrel", 1), ("otter", 1)]
    monkeypatch.setattr(batches, "_targets", real)
    assert await store.commit(whole) == 14
    await store.close()
    # The day, whose partition was made in the transaction that did not stand, has been made again: none lies undated.
    places = await count(database_url, "SELECT DISTINCT tableoid::regclass::text FROM sample")
    assert len(places) == 2
    assert not [place for (place,) in places if "undated" in str(place)]


async def test_values_come_back_as_they_went_in(database_url: str) -> None:
    """Binary rows hold the right channel, time, value and quality; a void value is NULL and stays void."""
    store = PostgresStore(database_url)
    await store.load()
    await store.commit(Work(batches=(batch(1),)))
    await store.close()
    rows = await count(
        database_url,
        "SELECT short_id, (extract(epoch FROM time) * 1000)::bigint, value, quality FROM sample"
        " JOIN channel ON channel.id = channel_id ORDER BY 1, 2",
    )
    first_ms = NOON_NS // 1_000_000 + 1000
    assert rows == [
        ("NAV_HDG", first_ms, 95.5, 0), ("NAV_HDG", first_ms + 200, None, 2), ("NAV_LAT", first_ms, 35.0, 0),
        ("NAV_LAT", first_ms + 200, 35.1, 0), ("NAV_LON", first_ms, 129.0, 0), ("NAV_LON", first_ms + 200, 129.1, 0),
    ]  # fmt: skip


@pytest.mark.skipif(TIMESCALE is not None, reason="a hypertable has no default partition: it makes every chunk")
async def test_a_clock_gone_mad_fills_the_default_partition_only(database_url: str) -> None:
    """Samples of 60 distinct days in one commit are all kept; a later commit into one of those days works too."""
    store = PostgresStore(database_url)
    await store.load()
    day_ns = 86_400_000_000_000
    assert await store.commit(Work(batches=tuple(batch(n, first_ns=n * day_ns) for n in range(1, 61)))) == 420
    assert await store.commit(Work(batches=(batch(61, first_ns=60 * day_ns),))) == 7
    await store.close()
    assert await count(database_url, "SELECT count(*) FROM sample") == [(366,)]
    assert await count(database_url, "SELECT count(*) FROM sample_undated") == [(126,)]


async def test_where_values_are_taken_from_is_remembered_oldest_first(database_url: str) -> None:
    """Of each vessel the newest events of that kind and no others; the control is an event of another kind."""
    store = PostgresStore(database_url)
    await store.load()
    changes = ({"channel": "NAV_HDG", "to": f"gyro-{number}"} for number in range(SOURCES_MAX))
    bodies: list[dict[str, Plain]] = [{"now": {"gyro/HE": ["NAV_HDG"]}}, *changes]
    told = [
        Event("kestrel", "boot-1", 2 + n, 0, NOON_NS + n * 10**9, "source", body) for n, body in enumerate(bodies)
    ]  # fmt: skip
    heron = Event("heron", "boot-1", 1, 0, NOON_NS, "source", bodies[0])
    await store.commit(Work(events=(event(1), *((each, each.to_bytes()) for each in (heron, *reversed(told))))))
    known = await store.load()
    await store.close()
    assert known.sources == {
        "kestrel": tuple((each.utc_ns, each.body) for each in told[1:]), "heron": ((NOON_NS, bodies[0]),),
    }  # fmt: skip


async def test_events_are_chained_and_remembered(database_url: str) -> None:
    """Each event is entered once, the chain holds, and the ranges, orders and alerts come back at the next start."""
    store = PostgresStore(database_url)
    await store.load()
    note = OrderNote("01JD8Z6T5Y9K3B7M2N4P6Q8R0S", "kestrel", "conn.heading", {"heading_deg": 95.0}, "ann", "c1",
                     b"signed", "sent", (), "", NOON_NS, "shore")  # fmt: skip
    refused = OrderNote(note.order_id, "kestrel", "conn.heading", {"heading_deg": 95.0}, "ann", "c1", None, "REJECTED",
                        (Reason("no_go_area", "INT-06", "Too close.", 0.2, 0.5, "NM", 0.4),), "", NOON_NS + 1,
                        "ship")  # fmt: skip
    alert: AlertJson = {"alert_id": "a1", "text": "Rudder", "priority": "alarm", "category": "B",
                        "state": "unacknowledged", "since_utc_ms": NOON_NS // 1_000_000, "source": "ship",
                        "advice": "Look.", "sounds": 2, "is_escalated": False, "answered": "shore", "person": ""}  # fmt: skip
    await store.commit(Work(events=(event(1), event(2)), orders=(note, refused), alerts=(("kestrel", alert),)))
    await store.commit(Work(alerts=(("kestrel", alert),)))
    await store.commit(Work(alerts=(("kestrel", {**alert, "state": "acknowledged", "person": "ann"}),)))
    await store.commit(Work(events=(event(2), event(4)), gaps=(("kestrel", "event boot-1", 3, 3),)))
    await store.save_word("roster", "kestrel", 1, b"one")
    await store.save_word("roster", "kestrel", 2, b"two")
    known = await store.load()
    await store.close()
    assert sorted(known.events["kestrel", "boot-1"]) == [(1, 2), (3, 3), (4, 4)]
    assert [(n.state, n.signed, n.reasons) for n in known.orders] == [("REJECTED", b"signed", refused.reasons)]
    assert known.alerts == (("kestrel", {**alert, "state": "acknowledged", "person": "ann"}),)
    # Of an alert each change is a line, and a word told twice is none.
    changes = await count(database_url, "SELECT alert_id, state, person FROM alert_change ORDER BY id")
    assert changes == [("a1", "unacknowledged", ""), ("a1", "acknowledged", "ann")]
    assert known.words == {("kestrel", "roster"): b"two"}
    rows = await count(database_url, "SELECT id, cause, signed, hash FROM ledger ORDER BY id")
    # Three events, the shore's own word on the order, Ann's on the alert, and the two rosters; a second delivery added nothing.
    assert [cause for _, cause, _, _ in rows].count(f"order {note.order_id} of ann sent") == 1
    assert len(rows) == 3 + 1 + 1 + 2
    assert faults(Entry(*row) for row in rows) == []


async def test_a_database_that_is_away_is_said_to_be_away() -> None:
    """Nothing is half done, the word is StoreDownError."""
    store = PostgresStore("postgresql://farhelm@127.0.0.1:1/none")
    with pytest.raises(StoreDownError):
        await store.load()
    with pytest.raises(StoreDownError):
        await store.commit(Work(batches=(batch(1),)))


@pytest.mark.sessions
async def test_a_connection_cut_in_the_middle_is_made_anew(database_url: str) -> None:
    """The server ends our connection; that commit fails whole, the next one works."""
    store = PostgresStore(database_url)
    await store.load()
    await count(
        database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    with pytest.raises(StoreDownError):
        await store.commit(Work(batches=(batch(1),)))
    assert await store.commit(Work(batches=(batch(1),))) == 7
    await store.close()


async def test_a_database_of_a_newer_build_is_refused(database_url: str) -> None:
    """The schema is never guessed at."""
    store = PostgresStore(database_url)
    await store.load()
    await count(database_url, "INSERT INTO migration VALUES ('9999_later.sql', 'x') RETURNING 1")
    with pytest.raises(SchemaError, match="newer build"):
        await store.load()
    await store.close()
