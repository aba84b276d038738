"""The files of an export: written beside their final name and renamed when whole, so that no half file is ever taken for one."""

from __future__ import annotations

import csv
import importlib
import json
import os
from pathlib import Path
from typing import Any, Final, Protocol, cast

from farhelm.export.iso19848 import IsoFile
from farhelm.export.meaning import Meaning, catalogues_of
from farhelm.export.shore import QUALITIES

pa: Any = importlib.import_module("pyarrow")  # it comes without types
parquet: Any = importlib.import_module("pyarrow.parquet")


class Writer(Protocol):
    """What takes record batches of the history."""

    def write(self, batch: Any) -> None:
        """Add the rows of a pyarrow RecordBatch."""
        ...

    def close(self) -> None:
        """End the file."""
        ...


class ParquetFile:
    """Parquet with the schema as the shore gave it: units and ranges by channel, qualities by number, in its metadata."""

    def __init__(self, path: Path, schema: Any, meaning: Meaning) -> None:
        """Begin a file; its metadata have the whole records of the catalogues that its values were made with."""
        whole = {one.catalogue_hash: {name: one.channels[name] for name in meaning.names if name in one.channels}
                 for one in meaning.catalogues}  # fmt: skip
        rows = [{**row, "channels": whole.get(str(row["hash"]), {})} for row in catalogues_of(schema)]
        told = {b"farhelm.channels": json.dumps(meaning.channels).encode(),
                b"farhelm.catalogues": json.dumps(rows).encode()}  # fmt: skip
        self._schema = schema.with_metadata({**schema.metadata, **told})
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, batch: Any) -> None:
        """Add the rows of a record batch."""
        self._writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


class CsvFile:
    """CSV with unit and catalogue in each row and qualities as words; no value is an empty field."""

    def __init__(self, path: Path, schema: Any, meaning: Meaning) -> None:
        """Begin a file with its line of names."""
        self._meaning, self._told = meaning, catalogues_of(schema)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(["channel", "time", "unit", *schema.names[2:], "catalogue"])

    def write(self, batch: Any) -> None:
        """Add the rows of a record batch."""
        times = batch.column("time").to_pylist()
        names = batch.column("channel").to_pylist()
        meant = self._meant(names, [time.timestamp() * 1000 for time in times])
        columns: list[list[Any]] = [names, [time.isoformat(timespec="microseconds") for time in times]]
        columns.append([unit for unit, _ in meant])
        for name in batch.schema.names[2:]:
            values = batch.column(name).to_pylist()
            columns.append([QUALITIES[value] for value in values] if name == "quality" else values)
        columns.append([digest for _, digest in meant])
        self._writer.writerows(zip(*columns, strict=True))

    def _meant(self, names: list[str], times_ms: list[float]) -> list[tuple[str, str]]:
        """Return unit and catalogue of each row; where one catalogue is told for all of it, without a look at each."""
        if len(self._told) > 1:
            return [self._meaning.at(time, self._told, name) for name, time in zip(names, times_ms, strict=True)]
        always = {name: self._meaning.at(float(str(self._told[0]["first_utc_ms"])) if self._told else 0.0, self._told, name)
                  for name in dict.fromkeys(names)}  # fmt: skip
        return [always[name] for name in names]

    def close(self) -> None:
        """End the file."""
        self._file.close()


SUFFIXES: Final = {"parquet": ".parquet", "csv": ".csv", "iso19848": ".json"}


def begin(form: str, path: Path, schema: Any, meaning: Meaning, header: dict[str, object]) -> Writer:
    """Return a writer of `form` (parquet, csv or iso19848) on `path`."""
    if form == "parquet":
        return ParquetFile(path, schema, meaning)
    if form == "csv":
        return CsvFile(path, schema, meaning)
    return IsoFile(path, meaning, catalogues_of(schema), header)


def finish(part: Path, final: Path) -> None:
    """Give a whole file its final name, its bytes on the disk before it."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(final)


class Record:
    """What an export has done, in its folder: a second run leaves out what is there whole."""

    def __init__(self, folder: Path) -> None:
        """Read the record of `folder`, empty where there is none or it is none."""
        self._path = folder / ".export.json"  # a dot: what reads a folder of Parquet passes it over
        self._folder = folder
        try:
            known: object = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        self._done = cast("dict[str, dict[str, object]]", known) if isinstance(known, dict) else {}

    def has(self, name: str, request: dict[str, object]) -> bool:
        """Return whether the file `name` is there whole and was made by the same request."""
        known = self._done.get(name)
        return known is not None and known.get("request") == request and (self._folder / name).is_file()

    def rows(self, name: str) -> int:
        """Return the rows of the file `name` as it was written last; 0 where it is not known."""
        rows = self._done.get(name, {}).get("rows")
        return rows if isinstance(rows, int) and (self._folder / name).is_file() else 0

    def add(self, name: str, request: dict[str, object], rows: int) -> None:
        """Enter a whole file."""
        self._done[name] = {"request": request, "rows": rows}
        part = self._folder / ".export.part"
        part.write_text(json.dumps(self._done, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        part.replace(self._path)
