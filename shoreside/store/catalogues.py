"""Which catalogue a vessel's samples were made with, by day, and what its channels meant then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from protocols.console.channels import ChannelJson
from protocols.errors import ProtocolError
from protocols.link.batch import Batch
from protocols.link.birth import Birth
from shoreside import catalogue
from shoreside.store.connection import Connection, Readers

VERSIONS_MAX: Final = 100
"""Most versions of one answer, the latest ones; a vessel is refitted a few times a year."""
_NS_PER_DAY: Final = 86_400 * 10**9
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOTE: Final = """
INSERT INTO catalogue_use VALUES (%s, %s, %s, %s, %s) ON CONFLICT (vessel_id, hash, day) DO UPDATE SET
  first_time = least(catalogue_use.first_time, EXCLUDED.first_time),
  last_time = greatest(catalogue_use.last_time, EXCLUDED.last_time)
"""
_VERSIONS: Final = """
SELECT u.hash, min(u.first_time), max(u.last_time), (array_agg(c.birth))[1]
FROM catalogue_use u JOIN vessel v ON v.id = u.vessel_id LEFT JOIN catalogue c ON c.vessel_id = v.id AND c.hash = u.hash
WHERE v.slug = %(vessel)s AND u.day BETWEEN (%(start)s AT TIME ZONE 'UTC')::date AND (%(end)s AT TIME ZONE 'UTC')::date
  AND u.first_time < %(end)s AND u.last_time >= %(start)s
GROUP BY u.hash ORDER BY max(u.last_time) DESC LIMIT %(limit)s
"""
_USES: Final = """
SELECT u.hash, u.first_time, u.last_time FROM catalogue_use u JOIN vessel v ON v.id = u.vessel_id
WHERE v.slug = %(vessel)s AND u.day BETWEEN (%(start)s AT TIME ZONE 'UTC')::date AND (%(end)s AT TIME ZONE 'UTC')::date
  AND u.first_time < %(end)s AND u.last_time >= %(start)s
ORDER BY u.first_time, u.hash LIMIT %(limit)s
"""
BIRTH: Final = "SELECT c.birth FROM catalogue c JOIN vessel v ON v.id = c.vessel_id WHERE v.slug = %s AND c.hash = %s"
"""The birth message that brought a catalogue."""
USES_MAX: Final = 20_000
"""Most days of use looked at for one answer: a catalogue a day for fifty years."""


@dataclass(frozen=True, slots=True)
class Version:
    """One catalogue of a vessel, as far as its samples lie within what was asked for."""

    hash: str
    first: datetime
    """Time of the earliest sample made with it on the days asked for."""
    last: datetime
    channels: Mapping[str, ChannelJson]
    """By short id; empty where no birth of it was ever kept."""
    circular: frozenset[str] = frozenset()
    """Its channels that wrap at 360 deg."""


def days_of(batches: Iterable[tuple[int, Batch]]) -> dict[tuple[int, str, int], tuple[int, int]]:
    """Return {(vessel, catalogue hash, day since 1970): (first, last scan in UTC ns)} of (vessel number, batch)."""
    found: dict[tuple[int, str, int], tuple[int, int]] = {}
    for vessel_id, batch in batches:
        for day in cast("list[int]", np.unique(batch.scan_utc_ns // _NS_PER_DAY).tolist()):
            times = batch.scan_utc_ns[batch.scan_utc_ns // _NS_PER_DAY == day]
            first, last = int(times.min()), int(times.max())
            key = (vessel_id, batch.catalogue_hash, day)
            known = found.get(key, (first, last))
            found[key] = (min(first, known[0]), max(last, known[1]))
    return found


async def note(connection: Connection, batches: Iterable[tuple[int, Batch]]) -> None:
    """Note with which catalogues these batches, which the ledger has just taken, were made."""
    for (vessel_id, digest, day), (first, last) in sorted(days_of(batches).items()):
        date = _EPOCH + timedelta(days=day)
        await connection.execute(_NOTE, (vessel_id, digest, date.date(), _time(first), _time(last)))


async def versions(readers: Readers, vessel: str, start: datetime, end: datetime) -> list[Version]:
    """Return the catalogues that samples of the span were made with, latest first; raise StoreDownError."""
    wanted = {"vessel": vessel, "start": start, "end": end, "limit": VERSIONS_MAX}
    async with readers.connection() as connection:
        cursor = await connection.execute(_VERSIONS, wanted)
        rows = cast("list[tuple[str, datetime, datetime, bytes | None]]", await cursor.fetchall())
    return [Version(digest, first, last, *_meaning(birth)) for digest, first, last, birth in rows]


def _meaning(birth: bytes | None) -> tuple[Mapping[str, ChannelJson], frozenset[str]]:
    if birth is None:
        return {}, frozenset()
    try:
        records = Birth.from_bytes(birth).catalogue
        return catalogue.channels(records), catalogue.circular(records)
    except ProtocolError:
        return {}, frozenset()


def _time(utc_ns: int) -> datetime:
    return _EPOCH + timedelta(microseconds=utc_ns // 1000)


@dataclass(frozen=True, slots=True)
class Use:
    """A catalogue in use on one day: from the first to the last sample made with it, UTC microseconds."""

    hash: str
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Then:
    """What channels meant in a span."""

    channels: dict[str, ChannelJson]
    """By short id, as the latest catalogue of the span says; as now where no sample of the span tells."""
    changed: list[str]
    """Short ids whose meaning changed within the span: not all their values are in the unit told."""
    versions: Sequence[Version] = ()
    """The catalogues of the span, latest first."""
    uses: Sequence[Use] = ()

    def tags(self, times_us: NDArray[np.int64], width_s: float = 0.0) -> list[str]:
        """Return the hash of the catalogue that each moment (UTC us), or span of `width_s` from it, was described by.

        Several with a bar between them where samples were made with several at that time; empty where none is known.
        """
        found = np.full(len(times_us), "", dtype=object)
        ends_us = times_us + max(int(width_s * 1e6) - 1, 0)
        for use in self.uses:
            mine = (times_us <= use.last_us) & (ends_us >= use.first_us)
            new = mine & np.array([use.hash not in tag for tag in found], dtype=bool) if mine.any() else mine
            found[new] = [f"{tag}|{use.hash}" if tag else use.hash for tag in found[new]]
        return cast("list[str]", found.tolist())

    def circular(self, now: frozenset[str]) -> frozenset[str]:
        """Return the channels that wrap at 360 deg, by the catalogue they are described by; `now` are the present one's."""
        having = {name: next((v for v in self.versions if name in v.channels), None) for name in self.channels}
        return frozenset(
            name for name, version in having.items() if name in (now if version is None else version.circular)
        )

    def kinds(self, channel: str) -> frozenset[str]:
        """Return what a channel was within the span: number, boolean or text, several where it changed; none where none tells."""
        told = {version.channels[channel]["kind"] for version in self.versions if channel in version.channels}
        if not told and channel in self.channels:
            told = {self.channels[channel]["kind"]}
        return frozenset(told)

    def unit(self, channel: str, tag: str) -> str:
        """Return the unit of a channel by the catalogues of a tag; as now where none is known."""
        by_hash = {version.hash: version.channels for version in self.versions}
        told = [by_hash[one][channel]["unit"] for one in tag.split("|") if channel in by_hash.get(one, {})]
        if not told:
            return self.channels[channel]["unit"] if channel in self.channels else ""
        return "|".join(dict.fromkeys(told))


def described(found: Sequence[Version], wanted: Iterable[str], now: Mapping[str, ChannelJson]) -> Then:
    """Return what `wanted` channels meant by the versions `found`, latest first."""
    channels, changed = dict[str, ChannelJson](), list[str]()
    for name in wanted:
        meanings = [version.channels[name] for version in found if name in version.channels]
        if meanings or name in now:
            channels[name] = meanings[0] if meanings else now[name]
        if any(meaning != meanings[0] for meaning in meanings):
            changed.append(name)
    return Then(channels, changed, found)


async def then(
    readers: Readers, vessel: str, span: tuple[datetime, datetime], wanted: Iterable[str], now: Mapping[str, ChannelJson]
) -> Then:  # fmt: skip
    """Return what channels meant in the span; raise StoreDownError."""
    meant = described(await versions(readers, vessel, *span), wanted, now)
    return replace(meant, uses=await uses(readers, vessel, *span)) if meant.versions else meant


async def uses(readers: Readers, vessel: str, start: datetime, end: datetime) -> list[Use]:
    """Return, by day, which catalogues samples of the span were made with; raise StoreDownError."""
    wanted = {"vessel": vessel, "start": start, "end": end, "limit": USES_MAX}
    async with readers.connection() as connection:
        cursor = await connection.execute(_USES, wanted)
        rows = cast("list[tuple[str, datetime, datetime]]", await cursor.fetchall())
    microsecond = timedelta(microseconds=1)
    return [
        Use(digest, (first - _EPOCH) // microsecond, (last - _EPOCH) // microsecond) for digest, first, last in rows
    ]
