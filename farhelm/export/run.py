"""The export itself: a file a day, each asked for as one stream, with memory for one page of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from farhelm.conn.access import AccessError
from farhelm.export import files
from farhelm.export.iso19848 import channel_list
from farhelm.export.meaning import Meaning, catalogues_of
from farhelm.export.shore import CHANNELS_PER_REQUEST, Source, Vessel

DAY: Final = timedelta(days=1)
Progress = Callable[[float, int], None]
"""Told how much is done (0 to 1) and how many rows were written."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported."""

    vessel: str
    start: datetime
    end: datetime
    channels: tuple[str, ...]
    """Short ids; empty: all that are, or in the span were, numbers or booleans, or all words."""
    form: str
    """parquet, csv or iso19848."""
    bucket_s: float | None
    """Width of buckets instead of samples; None: samples."""
    folder: Path
    are_words: bool = False
    """Where no channels are named: all of words instead of all numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """Numbers or words: a table of its own each."""

    folder: Path
    stem: str
    """Of its files' names."""
    channels: tuple[str, ...]
    kind: str
    """number (booleans too) or text, as the shore is asked for them."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an export did."""

    written: int
    """Files."""
    kept: int
    """Files that were there whole from an earlier run."""
    rows: int
    spared: int = 0
    """Of those kept: files with more than the shore still has of that day."""


def days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of a span by UTC day."""
    while start < end:
        until = min(start.replace(hour=0, minute=0, second=0, microsecond=0) + DAY, end)
        yield start, until
        start = until


def export(source: Source, wanted: Wanted, now: datetime, told: Progress) -> Done:
    """Write what is wanted; raise AccessError.

    A day that is over and was written by the same request is left as it is, unless samples have come late since. A file is
    never replaced by one with less of the same: what the shore has dropped since is there only.
    """
    known = source.meanings(wanted.vessel, wanted.start, wanted.end)
    meanings, total = Meanings(source, known), Done(0, 0, 0)
    parts = _parts(known, wanted)
    for number, part in enumerate(parts):
        before = (number, len(parts), total.rows)
        done = _export_part(source, replace(wanted, folder=part.folder), meanings, part, now, _within(told, *before))
        total = Done(
            total.written + done.written, total.kept + done.kept, total.rows + done.rows, total.spared + done.spared
        )  # fmt: skip
    told(1.0, total.rows)
    return total


def _within(told: Progress, number: int, count: int, rows: int) -> Progress:
    return lambda done, fresh: told((number + done) / count, rows + fresh)


def _export_part(
    source: Source, wanted: Wanted, meanings: Meanings, part: Part, now: datetime, told: Progress
) -> Done:  # fmt: skip
    folder = wanted.folder
    folder.mkdir(parents=True, exist_ok=True)
    record, spans = files.Record(folder), list(days(wanted.start, wanted.end))
    meanings.met.clear()
    written = kept = rows = spared = 0
    for number, (start, end) in enumerate(spans):
        name = f"vessel={wanted.vessel}/day={start:%Y-%m-%d}/{part.stem}{files.SUFFIXES[wanted.form]}"
        request: dict[str, object] = {
            "from": start.isoformat(), "to": end.isoformat(), "bucket_s": wanted.bucket_s,
            "channels": list(part.channels) if wanted.channels else "all",
        }  # fmt: skip
        known = record.rows(name) if record.has(name, request) else None
        if end <= now and known is not None and not _came_late(source, wanted, part, (start, end), known):
            kept += 1
            continue
        day = _Day(source, wanted, meanings, part, now, (number, len(spans), rows), told)
        fresh = day.write(start, end, folder / name, min(record.rows(name), 1) if known is None else known)
        if fresh is None:
            kept, spared = kept + 1, spared + 1
            continue
        written, rows = written + 1, rows + fresh
        if end <= now:
            record.add(name, request, fresh)
    if wanted.form == "iso19848":
        _list_channels(folder, meanings, part.channels, now)
    return Done(written, kept, rows, spared)


def _came_late(source: Source, wanted: Wanted, part: Part, span: tuple[datetime, datetime], known: int) -> bool:
    """Return whether the shore has more samples of a span than were written; of buckets and words it is not asked."""
    if wanted.bucket_s is not None or part.kind != "number":
        return False
    counted = source.count(wanted.vessel, part.channels, *span)
    return counted is not None and counted > known


def _parts(known: Sequence[Vessel], wanted: Wanted) -> list[Part]:
    """Return the tables to write; raise AccessError for a channel that the vessel has not and in the span had not.

    A channel that was a number and became a word is in both.
    """
    kinds: dict[str, set[bool]] = {}
    for name, record in [entry for vessel in known for entry in vessel.channels.items()]:
        kinds.setdefault(name, set()).add(record["kind"] == "text")
    unknown = [name for name in wanted.channels if name not in kinds]
    if unknown:
        raise AccessError(f"{wanted.vessel} has no channel {', '.join(unknown)}; it has {', '.join(kinds)}")
    counted, spoken = (_named(kinds, wanted, are_words=words) for words in (False, True))
    silent = [name for name in spoken if name not in counted]
    if silent and wanted.bucket_s is not None:
        raise AccessError(f"{', '.join(silent)}: words have no buckets")
    stem = "samples" if wanted.bucket_s is None else f"buckets_{wanted.bucket_s:g}s"
    parts = [Part(wanted.folder, stem, counted, "number")] if counted else []
    beside = wanted.folder.with_name(f"{wanted.folder.name}-texts") if counted else wanted.folder
    return parts + ([Part(beside, "texts", spoken, "text")] if spoken and wanted.bucket_s is None else [])


def _named(kinds: dict[str, set[bool]], wanted: Wanted, *, are_words: bool) -> tuple[str, ...]:
    """Return the channels of one table; `kinds`: by channel whether it is, or was, words."""
    if not wanted.channels and are_words != wanted.are_words:
        return ()
    return tuple(name for name, words in kinds.items() if are_words in words and name in (wanted.channels or kinds))


class Meanings:
    """What channels meant by each catalogue of a vessel; the whole records of one are asked for once."""

    def __init__(self, source: Source, known: Sequence[Vessel]) -> None:
        """Know these catalogues, the present one first."""
        self._source, self.now = source, known[0]
        self._known: dict[str, Vessel] = {one.catalogue_hash: one for one in known}
        self.met: dict[str, Vessel] = {}
        """Catalogues by which values that were written are described, by hash, the first met first."""

    def of(self, told: list[dict[str, object]]) -> list[Vessel]:
        """Return the catalogues that an answer lists, latest first; where it lists none that is kept, the present one."""
        hashes = [str(row["hash"]) for row in told if row["kept"]] or [self.now.catalogue_hash]
        for digest in hashes:
            if digest not in self._known:
                self._known[digest] = self._source.vessel(self.now.vessel, digest)
            self.met[digest] = self._known[digest]
        return [self._known[digest] for digest in hashes]


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def ship_id(vessel: Vessel) -> str:
    """Return the ship's id of ISO 19848: her IMO number where she has one, else her name here."""
    return f"IMO{vessel.imo}" if vessel.imo is not None else vessel.vessel


def _list_channels(folder: Path, meanings: Meanings, names: tuple[str, ...], now: datetime) -> None:
    """Write the channel list of each catalogue that the files refer to; the present one's is channels.json."""
    for digest, vessel in {**meanings.met, meanings.now.catalogue_hash: meanings.now}.items():
        channels = {name: vessel.channels[name] for name in names if name in vessel.channels}
        made = channel_list(ship_id(vessel), digest, _iso(now), channels)
        name = "channels" if vessel is meanings.now else f"channels-{digest}"
        part = folder / f"vessel={vessel.vessel}" / f".{name}.part"
        part.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        files.finish(part, part.with_name(f"{name}.json"))


@dataclass(frozen=True, slots=True)
class _Day:
    """One file to be."""

    source: Source
    wanted: Wanted
    meanings: Meanings
    part: Part
    now: datetime
    place: tuple[int, int, int]
    """Which day of how many, and the rows before it."""
    told: Progress

    def write(self, start: datetime, end: datetime, final: Path, least: int) -> int | None:
        """Write the file `final` with what the shore has from `start` to `end`; return its rows.

        None where they are less than `least`: then the file that is there stays.
        """
        final.parent.mkdir(parents=True, exist_ok=True)
        part = final.with_name(f".{final.name}.part")
        writer: files.Writer | None = None
        rows = 0
        try:
            for batch in self._batches(start, end):
                if writer is None:
                    described = self.meanings.of(catalogues_of(batch.schema))
                    header = self._header(described[0], start, end)
                    writer = files.begin(
                        self.wanted.form, part, batch.schema, Meaning(self.part.channels, described), header
                    )
                writer.write(batch)
                rows += batch.num_rows
        finally:
            if writer is not None:
                writer.close()
        if rows < least and final.is_file():
            part.unlink()
            return None
        files.finish(part, final)
        return rows

    def _batches(self, start: datetime, end: datetime) -> Iterator[Any]:
        """Yield record batches, an empty one first, so that a day without a sample has a file too."""
        names = self.part.channels
        number, count, before = self.place
        rows = 0
        for first in range(0, len(names), CHANNELS_PER_REQUEST):
            asked = names[first : first + CHANNELS_PER_REQUEST]
            query = {"channels": ",".join(asked), "from": _iso(start), "to": _iso(end), "kind": self.part.kind}
            if self.wanted.bucket_s is not None:
                query["bucket"] = f"{self.wanted.bucket_s:g}"
            with self.source.samples(self.wanted.vessel, query) as reader:
                if first == 0:
                    yield _empty(reader.schema)
                for batch in reader:
                    rows += batch.num_rows
                    at = first + asked.index(batch.column("channel")[-1].as_py()) if batch.num_rows else first
                    self.told((number + at / len(names)) / count, before + rows)
                    yield batch

    def _header(self, vessel: Vessel, start: datetime, end: datetime) -> dict[str, object]:
        configuration = {"ID": f"farhelm-{vessel.catalogue_hash}", "TimeStamp": _iso(self.now)}
        return {
            "ShipID": ship_id(vessel), "TimeSpan": {"Start": _iso(start), "End": _iso(end)},
            "DateCreated": _iso(self.now), "Author": "Farhelm", "DataConfiguration": configuration,
        }  # fmt: skip


def _empty(schema: Any) -> Any:
    return files.pa.RecordBatch.from_pylist([], schema=schema)
