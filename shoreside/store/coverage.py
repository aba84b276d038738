"""What completeness is counted from, kept with the samples: when a vessel was heard, what came late, her channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from protocols.errors import MalformedError
from protocols.link.batch import Batch
from protocols.link.birth import Birth
from shoreside.store.connection import Connection
from shoreside.store.numbers import Numbers
from shoreside.store.rows import moment
from telemetry.catalogue import Catalogue
from telemetry.channel import Channel

HOUR_NS: Final = 3_600_000_000_000
_HEARD: Final = """
INSERT INTO vessel_hour SELECT * FROM unnest(%s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
  %s::integer[], %s::integer[], %s::bigint[], %s::double precision[])
ON CONFLICT (vessel_id, hour) DO UPDATE SET first = least(vessel_hour.first, excluded.first),
  last = greatest(vessel_hour.last, excluded.last), batches = vessel_hour.batches + excluded.batches,
  historical = vessel_hour.historical + excluded.historical, steps = vessel_hour.steps + excluded.steps,
  stepped_s = vessel_hour.stepped_s + excluded.stepped_s
"""
_RECOVERED: Final = """
INSERT INTO recovered SELECT * FROM unnest(%s::smallint[], %s::smallint[], %s::timestamptz[], %s::bigint[])
ON CONFLICT (vessel_id, hour, channel_id) DO UPDATE SET samples = recovered.samples + excluded.samples
"""
_CHANNEL: Final = """
INSERT INTO vessel_channel VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (vessel_id, channel_id) DO UPDATE SET catalogue_hash = excluded.catalogue_hash, name = excluded.name,
  unit = excluded.unit, kind = excluded.kind, low = excluded.low, high = excluded.high, cycle_s = excluded.cycle_s,
  max_age_s = excluded.max_age_s, circular = excluded.circular, local_id = excluded.local_id
"""
_CATALOGUE_CHANNEL: Final = """
INSERT INTO catalogue_channel VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_UNREAD: Final = """
SELECT c.vessel_id, c.hash, c.birth FROM catalogue c WHERE NOT EXISTS (
  SELECT FROM catalogue_channel k WHERE k.vessel_id = c.vessel_id AND k.hash = c.hash)
"""

Heard = tuple[int, int, int, int, int, float]
"""First and last scan (UTC ns), batches, historical ones, steps from scan to scan, what they took (s)."""


def heard(batches: Sequence[tuple[int, Batch]]) -> dict[tuple[int, int], Heard]:
    """Return what batches, each with its vessel's number, say of (vessel, start of the hour in UTC ns)."""
    found: dict[tuple[int, int], Heard] = {}
    for vessel_id, batch in batches:
        scans = batch.scan_utc_ns
        hours = scans // HOUR_NS
        for hour in np.unique(hours).tolist():
            mine = scans[hours == hour]
            first, last = int(mine.min()), int(mine.max())
            key = (vessel_id, hour * HOUR_NS)
            known = found.get(key, (first, last, 0, 0, 0, 0.0))
            found[key] = (
                min(known[0], first), max(known[1], last), known[2] + 1, known[3] + batch.historical,
                known[4] + len(mine) - 1, known[5] + (last - first) / 1e9,
            )  # fmt: skip
    return found


def late_samples(batches: Sequence[tuple[int, Batch]], numbers: dict[str, int]) -> dict[tuple[int, int, int], int]:
    """Return the samples of historical batches by vessel, start of the hour (UTC ns) and channel number."""
    found: defaultdict[tuple[int, int, int], int] = defaultdict(int)
    for vessel_id, batch in batches:
        if not batch.historical:
            continue
        samples = batch.numbers
        count = len(samples.channels)
        if not len(samples.scan):
            continue
        hours = (batch.scan_utc_ns // HOUR_NS)[samples.scan]
        first = int(hours.min())
        of_each = np.unique((hours - first) * count + np.repeat(np.arange(count), samples.lengths), return_counts=True)
        for both, many in zip(*(part.tolist() for part in of_each), strict=True):
            hour, place = divmod(both, count)
            if samples.channels[place] in numbers:
                found[vessel_id, (first + hour) * HOUR_NS, numbers[samples.channels[place]]] += many
    return found


async def note(connection: Connection, batches: Sequence[tuple[int, Batch]], numbers: dict[str, int]) -> None:
    """Keep what fresh batches say, in their own transaction; `numbers` are the channels' by short id."""
    hours = sorted(heard(batches).items())  # in one order everywhere, so that two writers never wait for each other
    if hours:
        rows = [
            (vessel, moment(hour), moment(first), moment(last), *counts)
            for (vessel, hour), (first, last, *counts) in hours
        ]
        await connection.execute(_HEARD, [list(column) for column in zip(*rows, strict=True)])
    late = sorted(late_samples(batches, numbers).items())
    if late:
        kept = [(vessel, channel, moment(hour), count) for (vessel, hour, channel), count in late]
        await connection.execute(_RECOVERED, [list(column) for column in zip(*kept, strict=True)])


def channels_of(encoded: bytes) -> tuple[Channel, ...]:
    """Return the channels of a birth message; none where it cannot be read."""
    try:
        return Catalogue.from_wire(Birth.from_bytes(encoded).catalogue).channels
    except MalformedError:
        return ()


async def note_channel(connection: Connection, vessel_id: int, channel_id: int, digest: str, channel: Channel) -> None:
    """Keep what a vessel's catalogue says of a channel."""
    name = channel.name.replace("\0", "\ufffd")
    await connection.execute(
        _CHANNEL,
        (vessel_id, channel_id, digest, name, channel.unit, channel.kind, channel.low, channel.high,
         channel.cycle_s, channel.max_age_s, channel.circular, channel.local_id),
    )  # fmt: skip
    await note_meaning(connection, vessel_id, channel_id, digest, channel)


async def note_meaning(connection: Connection, vessel_id: int, channel_id: int, digest: str, channel: Channel) -> None:
    """Keep what a catalogue of a vessel, which need not be her last, says that completeness is judged by."""
    row = (vessel_id, digest, channel_id, channel.unit, channel.kind, channel.cycle_s)
    await connection.execute(_CATALOGUE_CHANNEL, row)


async def note_earlier(numbers: Numbers) -> None:
    """Read the catalogues of births that were kept before their channels were."""
    cursor = await numbers.connection.execute(_UNREAD)
    for vessel_id, digest, encoded in await cursor.fetchall():
        for channel in channels_of(encoded) if isinstance(encoded, bytes) else ():
            number = await numbers.channel(channel.short_id)
            await note_meaning(numbers.connection, int(str(vessel_id)), number, str(digest), channel)
