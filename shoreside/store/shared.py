"""What one of several processes asks the database, because it knows only its own part by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, TypeVar

from shoreside.ports import BatchStream, EventStream, Ledger, Remembered, Spans, Word
from shoreside.store import loading
from shoreside.store.connection import Connection, Readers, Row

_Stream = TypeVar("_Stream")
_BATCHES: Final = """
SELECT slug, epoch, lower(r), upper(r) - 1 FROM unnest(%s::text[], %s::bigint[]) AS asked(slug, epoch)
JOIN vessel USING (slug) JOIN batch_progress USING (epoch), unnest(seqs) AS r
WHERE vessel.id = batch_progress.vessel_id ORDER BY 1, 2, 3
"""
_EVENTS: Final = """
SELECT slug, boot_id, lower(r), upper(r) - 1 FROM (
  SELECT slug, boot_id, range_agg(span) AS seqs FROM (
    SELECT slug, asked.boot_id, int8range(seq, seq, '[]') AS span
    FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS asked(slug, boot_id, above) JOIN vessel USING (slug)
    JOIN event ON event.vessel_id = vessel.id AND event.boot_id = asked.boot_id AND seq > above
    UNION ALL
    SELECT slug, asked.boot_id, int8range(first_seq, last_seq, '[]')
    FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS asked(slug, boot_id, above) JOIN vessel USING (slug)
    JOIN gap ON gap.vessel_id = vessel.id AND stream = 'event ' || asked.boot_id AND last_seq > above
  ) AS spans GROUP BY 1, 2) AS held, unnest(seqs) AS r ORDER BY 1, 2, 3
"""


class SharedPostgres:
    """A SharedStore on a pool of readers."""

    def __init__(self, readers: Readers) -> None:
        """Use connections of `readers`."""
        self._readers = readers

    async def ledger(self, batches: Collection[BatchStream], events: Mapping[EventStream, int]) -> Ledger:
        """Return what is committed of these streams, of events above the sequence given; raise StoreDownError."""
        held: dict[BatchStream, Spans] = {}
        heard: dict[EventStream, Spans] = {}
        if not batches and not events:
            return Ledger()
        async with self._readers.connection() as connection:
            if batches:
                asked = [[vessel for vessel, _ in batches], [epoch for _, epoch in batches]]
                for row in await _all(connection, _BATCHES, *asked):
                    _extend(held, (str(row[0]), int(str(row[1]))), row)
            if events:
                above = [
                    [vessel for vessel, _ in events], [boot_id for _, boot_id in events], list(events.values())
                ]  # fmt: skip
                for row in await _all(connection, _EVENTS, *above, *above):
                    _extend(heard, (str(row[0]), str(row[1])), row)
        return Ledger(held, heard)

    async def now(self) -> Remembered:
        """Return the latest values, targets, alerts that are not normal, and orders; raise StoreDownError."""
        async with self._readers.connection() as connection:
            return await loading.now(connection, self._readers.now())

    async def words(self) -> dict[tuple[str, Word], bytes]:
        """Return the latest signed roster and grant of each vessel; raise StoreDownError."""
        async with self._readers.connection() as connection:
            return await loading.words(connection)


async def _all(connection: Connection, query: str, *arguments: object) -> list[Row]:
    cursor = await connection.execute(query.encode(), arguments)
    return await cursor.fetchall()


def _extend(held: dict[_Stream, Spans], stream: _Stream, row: Row) -> None:
    held[stream] = (*held.get(stream, ()), (int(str(row[2])), int(str(row[3]))))
