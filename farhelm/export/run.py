"""The export itself: a file a day, each asked for as one stream, with memory for one page of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from farhelm.conn.access import AccessError
from farhelm.export import files
from farhelm.export.iso19848 import channel_list
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
    """Short ids; empty: all that are numbers or booleans."""
    form: str
    """parquet, csv or iso19848."""
    bucket_s: float | None
    """Width of buckets instead of samples; None: samples."""
    folder: Path


@dataclass(frozen=True, slots=True)
class Done:
    """What an export did."""

    written: int
    """Files."""
    kept: int
    """Files that were there whole from an earlier run."""
    rows: int


def days(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of a span by UTC day."""
    while start < end:
        until = min(start.replace(hour=0, minute=0, second=0, microsecond=0) + DAY, end)
        yield start, until
        start = until


def export(source: Source, wanted: Wanted, now: datetime, told: Progress) -> Done:
    """Write what is wanted; raise AccessError. A day that is over and was written by the same request is left as it is."""
    vessel = source.vessel(wanted.vessel)
    channels = _chosen(vessel, wanted.channels)
    folder = wanted.folder
    folder.mkdir(parents=True, exist_ok=True)
    record, parts = files.Record(folder), list(days(wanted.start, wanted.end))
    written = kept = rows = 0
    for number, (start, end) in enumerate(parts):
        name = _name(wanted, start)
        request: dict[str, object] = {
            "from": start.isoformat(), "to": end.isoformat(), "channels": list(channels), "bucket_s": wanted.bucket_s,
            "catalogue": vessel.catalogue_hash,
        }  # fmt: skip
        if end <= now and record.has(name, request):
            kept += 1
            continue
        day = _Day(source, wanted, vessel, channels, now, (number, len(parts), rows), told)
        fresh = day.write(start, end, folder / name)
        written, rows = written + 1, rows + fresh
        if end <= now:
            record.add(name, request, fresh)
    if wanted.form == "iso19848":
        _list_channels(folder, vessel, channels, now)
    told(1.0, rows)
    return Done(written, kept, rows)


def _chosen(vessel: Vessel, wanted: tuple[str, ...]) -> dict[str, dict[str, object]]:
    numeric = {name: record for name, record in vessel.channels.items() if record["kind"] != "text"}
    unknown = [name for name in wanted if name not in numeric]
    if unknown:
        raise AccessError(
            f"{vessel.vessel} has no channel {', '.join(unknown)} of numbers; it has {', '.join(numeric)}"
        )
    return {name: record for name, record in numeric.items() if not wanted or name in wanted}


def _name(wanted: Wanted, start: datetime) -> str:
    what = "samples" if wanted.bucket_s is None else f"buckets_{wanted.bucket_s:g}s"
    return f"vessel={wanted.vessel}/day={start:%Y-%m-%d}/{what}{files.SUFFIXES[wanted.form]}"


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def ship_id(vessel: Vessel) -> str:
    """Return the ship's id of ISO 19848: her IMO number where she has one, else her name here."""
    return f"IMO{vessel.imo}" if vessel.imo is not None else vessel.vessel


def _list_channels(
    folder: Path, vessel: Vessel, channels: dict[str, dict[str, object]], now: datetime
) -> None:  # fmt: skip
    made = channel_list(ship_id(vessel), vessel.catalogue_hash, _iso(now), channels)
    part = folder / f"vessel={vessel.vessel}" / ".channels.part"
    part.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    files.finish(part, part.with_name("channels.json"))


@dataclass(frozen=True, slots=True)
class _Day:
    """One file to be."""

    source: Source
    wanted: Wanted
    vessel: Vessel
    channels: dict[str, dict[str, object]]
    now: datetime
    place: tuple[int, int, int]
    """Which day of how many, and the rows before it."""
    told: Progress

    def write(self, start: datetime, end: datetime, final: Path) -> int:
        """Write the file `final` with what the shore has from `start` to `end`; return its rows."""
        final.parent.mkdir(parents=True, exist_ok=True)
        part = final.with_name(f".{final.name}.part")
        writer: files.Writer | None = None
        rows = 0
        try:
            for batch in self._batches(start, end):
                if writer is None:
                    writer = files.begin(self.wanted.form, part, batch.schema, self.channels, self._header(start, end))
                writer.write(batch)
                rows += batch.num_rows
        finally:
            if writer is not None:
                writer.close()
        files.finish(part, final)
        return rows

    def _batches(self, start: datetime, end: datetime) -> Iterator[Any]:
        """Yield record batches, an empty one first, so that a day without a sample has a file too."""
        names = list(self.channels)
        number, count, before = self.place
        rows = 0
        for first in range(0, len(names), CHANNELS_PER_REQUEST):
            asked = names[first : first + CHANNELS_PER_REQUEST]
            query = {"channels": ",".join(asked), "from": _iso(start), "to": _iso(end)}
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

    def _header(self, start: datetime, end: datetime) -> dict[str, object]:
        configuration = {"ID": f"farhelm-{self.vessel.catalogue_hash}", "TimeStamp": _iso(self.now)}
        return {
            "ShipID": ship_id(self.vessel), "TimeSpan": {"Start": _iso(start), "End": _iso(end)},
            "DateCreated": _iso(self.now), "Author": "Farhelm", "DataConfiguration": configuration,
        }  # fmt: skip


def _empty(schema: Any) -> Any:
    return files.pa.RecordBatch.from_pylist([], schema=schema)


def moment(text: str) -> datetime:
    """Return the time in `text` (ISO 8601, a day or more exactly; UTC where no zone is said); raise ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
