"""A chained batch reaches another ingest process than its base did, after the first has died: PostgreSQL has the closing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import numpy as np

from protocols.aio.clock import SystemClock
from protocols.link import codec, topics
from protocols.link.acks import BatchAck
from protocols.link.batch import Batch, Column
from protocols.link.legend import Legend
from shoreside import roles
from shoreside.station import Station
from shoreside.store.connection import Readers
from shoreside.store.postgres import PostgresStore
from shoreside.store.shared import SharedPostgres
from tests.shore_kit import LIMITS, NOON_NS, MemoryPort, Ship
from tests.store_kit import asked

SCANS = 20
VALUES = "SELECT value FROM sample JOIN channel ON channel.id = channel_id WHERE short_id = 'NAV_HDG' ORDER BY time"


@asynccontextmanager
async def ingesting(url: str, ship: Ship) -> AsyncGenerator[MemoryPort]:
    """Run an ingest process of its own on the database; at the end it dies with all it knows."""
    port, store, readers = MemoryPort(), PostgresStore(url), Readers(url)
    station = Station(
        SystemClock(), port, store, (ship.config(),), LIMITS, role=roles.INGEST, shared=SharedPostgres(readers)
    )
    running = asyncio.create_task(station.run())
    try:
        port.bring(*ship.birth())
        yield port
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await readers.close()
        await store.close()


def made(ship: Ship, seq: int) -> Batch:
    """Return twenty scans of a heading that turns by a tenth of a degree each."""
    scans = np.arange(SCANS, dtype=np.int32)
    start = (seq - 1) * SCANS
    times = NOON_NS + (start + scans.astype(np.int64)) * 10**9
    headings = np.round(90.0 + (start + scans) * 0.1, 2)
    column = Column("NAV_HDG", scans, headings, np.zeros(SCANS, dtype=np.uint8))
    return Batch(
        ship.vessel, 1, seq, ship.catalogue.hash, historical=False, scan_utc_ns=times, columns=(column,), targets=(),
        is_base=True,
    )  # fmt: skip


def chain(ship: Ship) -> tuple[bytes, bytes]:
    """Return a whole batch and one that is chained to it."""
    legend = Legend.from_wire(ship.catalogue.hash, ship.catalogue.to_wire())
    whole, closing = codec.encode_with_closing(made(ship, 1), legend)
    chained, _ = codec.encode_with_closing(made(ship, 2), legend, closing)
    return whole, chained


async def acked(port: MemoryPort, count: int = 1) -> BatchAck:
    """Return the newest acknowledgement of batches."""
    return BatchAck.from_bytes((await port.wait_for(topics.ACK, count))[-1])


async def test_another_process_reads_a_chained_batch_with_the_closing_the_first_had_committed(
    database_url: str,
) -> None:
    """The first commits the base and dies; the second has never seen it, asks the database, and stores the right values."""
    ship = Ship()
    whole, chained = chain(ship)
    async with ingesting(database_url, ship) as first:
        first.bring(ship.topic(topics.BATCH), whole)
        assert await acked(first) == BatchAck(1, 1, ())
    async with ingesting(database_url, ship) as second:
        second.bring(ship.topic(topics.BATCH), chained)
        assert await acked(second) == BatchAck(1, 2, ())
    stored = [value for (value,) in asked(database_url, VALUES)]
    assert stored == [round(90.0 + n * 0.1, 2) for n in range(2 * SCANS)]
    assert asked(database_url, "SELECT seq FROM closing ORDER BY 1") == [(1,), (2,)]


async def test_without_the_closing_the_batch_is_asked_for_anew_and_never_guessed(database_url: str) -> None:
    """The negative control: the closing is gone; nothing of the chained batch is stored, a key frame is asked for and stored."""
    ship = Ship()
    whole, chained = chain(ship)
    async with ingesting(database_url, ship) as first:
        first.bring(ship.topic(topics.BATCH), whole)
        await acked(first)
    assert asked(database_url, "DELETE FROM closing RETURNING seq") == [(1,)]
    async with ingesting(database_url, ship) as second:
        second.bring(ship.topic(topics.BATCH), chained)
        assert (await acked(second)).again == (2,)
        assert len(asked(database_url, VALUES)) == SCANS
        legend = Legend.from_wire(ship.catalogue.hash, ship.catalogue.to_wire())
        second.bring(ship.topic(topics.BATCH), codec.encode_with_closing(made(ship, 2), legend)[0])
        assert await acked(second, 2) == BatchAck(1, 2, ())
    assert len(asked(database_url, VALUES)) == 2 * SCANS
