"""The store on PostgreSQL: one writer connection, group commits by binary COPY, a ledger row per batch."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from protocols.aio.clock import Clock, SystemClock
from protocols.link.birth import Birth
from protocols.link.closing import Closing
from shoreside.ingest.parts import parts_of
from shoreside.ports import Remembered, StoreDownError, Word, Work
from shoreside.store import acts, batches, catalogues, closings, coverage, loading, records
from shoreside.store.connection import Connection, connect
from shoreside.store.hypertables import Timescale
from shoreside.store.migrate import migrate
from shoreside.store.numbers import Numbers


class PostgresStore:
    """A Store; it owns its connection, opens it when needed and again after each failure."""

    def __init__(self, url: str, timescale: Timescale | None = None, clock: Clock | None = None) -> None:
        """Prepare; nothing is opened before the first call. `clock`: whose time the database is told, the machine's if None."""
        self._url, self._timescale, self._clock = url, timescale, clock or SystemClock()
        self._connection: Connection | None = None
        self._numbers: Numbers | None = None
        self.refused_count = 0
        """Batches the database would not take for what they hold; recorded in `gap`, acknowledged, lost."""

    async def load(self) -> Remembered:
        """Bring the schema forward and return what is known; raise StoreDownError when it cannot be reached."""
        connection = await self._ready()
        try:
            numbers = Numbers(connection, self._clock)
            await migrate(connection, numbers.now(), self._timescale)
            await coverage.note_earlier(numbers)
            return await loading.load(connection, numbers.now())
        except psycopg.OperationalError as error:
            raise await self._broken(error) from error

    async def commit(self, work: Work) -> int:
        """Make `work` durable in one transaction and return the samples that were new.

        Whatever is raised, the connection is made anew: what was learnt in the transaction does not stand.
        """
        try:
            return await self._commit(work)
        except StoreDownError:
            raise
        except Exception as error:
            await self._broken(error)
            raise

    async def _commit(self, work: Work) -> int:
        try:
            return await self._commit_once(work)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            await self._broken(error)
            return await self._commit_singly(work)
        except (psycopg.Error, OSError) as error:
            raise await self._broken(error) from error

    async def birth(self, vessel: str, catalogue_hash: str) -> bytes | None:
        """Return a birth message that carries that catalogue, if one is known; raise StoreDownError."""
        return await self._bytes(catalogues.BIRTH, vessel, catalogue_hash)

    async def closing(self, vessel: str, epoch: int, seq: int) -> Closing | None:
        """Return where a vessel's channels stood after a committed batch, if that is kept; raise StoreDownError."""
        encoded = await self._bytes(closings.QUERY, vessel, epoch, seq)
        return None if encoded is None else Closing.from_bytes(encoded)

    async def _bytes(self, query: LiteralString, *arguments: object) -> bytes | None:
        """Return the one value of a query, on a connection of its own: it must not step into a running COPY."""
        try:
            connection = await connect(self._url)
            async with connection:
                cursor = await connection.execute(query, arguments)
                row = await cursor.fetchone()
        except (psycopg.Error, OSError) as error:
            raise StoreDownError(str(error)) from error
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    async def save_word(self, what: Word, vessel: str, version: int, signed: bytes) -> None:
        """Keep signed bytes of the Master; raise StoreDownError when they were not kept."""
        try:
            connection = await connect(self._url)  # its own: it must not step into a running COPY
            async with connection, connection.transaction():
                numbers = Numbers(connection, self._clock)
                cursor = await connection.execute(
                    "INSERT INTO master_word (vessel, what, version, signed, taken) VALUES (%s, %s, %s, %s, %s)"
                    " ON CONFLICT DO NOTHING RETURNING version", (vessel, what, version, signed, numbers.now()),
                )  # fmt: skip
                if await cursor.fetchone() is not None:
                    await records.enter_act(numbers, acts.of_word(what, vessel, version, signed))
        except psycopg.Error as error:
            raise StoreDownError(str(error)) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = self._numbers = None

    async def _ready(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._url)
        return self._connection

    async def _broken(self, error: Exception) -> StoreDownError:
        """Drop the connection and all that was learnt in a transaction that may not stand."""
        await self.close()
        text = str(error).strip() or type(error).__name__
        return StoreDownError(text.splitlines()[0])

    async def _commit_once(self, work: Work) -> int:
        connection = await self._ready()
        if self._numbers is None or self._numbers.connection is not connection:
            self._numbers = Numbers(connection, self._clock)
        numbers = self._numbers
        async with connection.transaction():
            await _births(numbers, work)
            fresh = await batches.write(numbers, work.batches, work.arrived)
            await records.write(numbers, work)
            await closings.keep(connection, [(await numbers.vessel(one.vessel), one) for one in work.closings])
        return sum(batch.sample_count for batch in fresh)

    async def _commit_singly(self, work: Work) -> int:
        """Commit the parts one by one, so that one the database will not take costs itself only."""
        added = 0
        for _, part in parts_of(work):
            try:
                added += await self._commit_once(part)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                await self._broken(error)
                self.refused_count += 1
                gaps = [(b.vessel, f"refused batch {b.epoch}", b.seq, b.seq) for b in part.batches]
                gaps.extend((e.vessel, f"refused event {e.boot_id}", e.seq, e.seq) for e, _ in part.events)
                await self._commit_once(Work(gaps=tuple(gaps)))
            except (psycopg.Error, OSError) as error:
                raise await self._broken(error) from error
        return added


async def _births(numbers: Numbers, work: Work) -> None:
    for vessel, key in work.keys:
        vessel_id = await numbers.vessel(vessel)
        await numbers.connection.execute(
            "UPDATE vessel SET public_key = coalesce(public_key, %s) WHERE id = %s", (key, vessel_id)
        )
    for vessel, digest, encoded in work.births:
        vessel_id = await numbers.vessel(vessel)
        is_present = not Birth.from_bytes(encoded).historical
        if is_present:
            await numbers.connection.execute(
                "UPDATE vessel SET birth = %s, birth_time = %s, catalogue_hash = %s WHERE id = %s",
                (encoded, numbers.now(), digest, vessel_id),
            )
        await numbers.connection.execute(
            "INSERT INTO catalogue VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (vessel_id, digest, numbers.now(), encoded),
        )
        for channel in coverage.channels_of(encoded):
            channel_id = await numbers.channel(channel.short_id)
            note = coverage.note_channel if is_present else coverage.note_meaning
            await note(numbers.connection, vessel_id, channel_id, digest, channel)
