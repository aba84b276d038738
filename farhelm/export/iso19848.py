"""ISO 19848 time series and data channel lists as JSON (Annex: TimeSeriesData, DataChannelList)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from farhelm.export.meaning import Meaning

NAMING: Final = {"NamingRule": "dnv", "NamingSchemeVersion": "v2", "ReferenceURL": "https://docs.vista.dnv.com"}
QUALITY_CODING: Final = "0 good, 1 stale, 2 invalid, 3 out of range, 4 frozen, 5 manual"


class IsoFile:
    """A package of TimeSeriesData, each of one catalogue, with a table per channel named by its local id; written row by row.

    A day with two catalogues names each where its rows are; where the time does not tell which of two it was, and their units
    differ, both.
    """

    def __init__(
        self, path: Path, meaning: Meaning, told: Sequence[dict[str, object]], header: dict[str, object]
    ) -> None:  # fmt: skip
        """Begin a package with its header (ShipID, TimeSpan, DateCreated, and the DataConfiguration apart).

        `told`: the catalogues that the answer lists, latest first; of one alone all rows are.
        """
        self._meaning, self._told = meaning, told if len(told) > 1 else ()
        self._switches = {name for name, record in meaning.channels.items() if record.get("kind") == "boolean"}
        self._configuration = cast("dict[str, object]", header["DataConfiguration"])
        self._file = path.open("w", encoding="utf-8")
        self._file.write('{"Package": {"Header": ')
        self._file.write(json.dumps({key: value for key, value in header.items() if key != "DataConfiguration"}))
        self._file.write(', "TimeSeriesData": [')
        self._series: str | None = None
        self._channel: str | None = None
        self._count = 0

    def write(self, batch: Any) -> None:
        """Add the rows of a record batch; those of a channel follow each other."""
        columns = (batch.column(name).to_pylist() for name in ("channel", "time", "value", "quality"))
        for channel, time, value, quality in zip(*columns, strict=True):
            series = self._series_of(channel, time.timestamp() * 1000)
            if series != self._series:
                self._begin_series(series)
            if channel != self._channel:
                self._begin_table(channel)
            row = {
                "TimeStamp": time.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "Value": [self._text(channel, value)], "Quality": [str(quality)],
            }  # fmt: skip
            self._file.write((", " if self._count else "") + json.dumps(row))
            self._count += 1

    def close(self) -> None:
        """End the package."""
        if self._series is None:
            self._begin_series("")
        self._end_table()
        self._file.write("]}]}}\n")
        self._file.close()

    def _series_of(self, channel: str, time_ms: float) -> str:
        """Return the hash of the catalogue of a value, several with a bar between them; empty: that of the header."""
        if not self._told:
            return ""
        unit, hashes = self._meaning.at(time_ms, self._told, channel)
        return hashes if "|" in unit else hashes.partition("|")[0]

    def _begin_series(self, series: str) -> None:
        self._end_table()
        named = {"ID": "|".join(f"farhelm-{digest}" for digest in series.split("|"))} if series else {}
        self._file.write("" if self._series is None else "]}, ")
        configuration = json.dumps({**self._configuration, **named})
        self._file.write('{"DataConfiguration": ' + configuration + ', "TabularData": [')
        self._series, self._channel = series, None

    def _begin_table(self, channel: str) -> None:
        self._end_table()
        begun = ", " if self._channel is not None else ""
        self._channel, self._count = channel, 0
        name = json.dumps([self._meaning.identified((self._series or "").partition("|")[0], channel)])
        self._file.write(f'{begun}{{"NumberOfDataChannel": 1, "DataChannelID": {name}, "DataSet": [')

    def _end_table(self) -> None:
        if self._channel is not None:
            self._file.write(f'], "NumberOfDataSet": {self._count}}}')

    def _text(self, channel: str, value: float | str | None) -> str:
        """Return a value as ISO 19848 has those of its format: decimals without an exponent, booleans as 1 and 0."""
        if value is None or isinstance(value, str):
            return value or ""
        return str(int(value)) if channel in self._switches else format(Decimal(repr(value)), "f")


def channel_list(
    ship_id: str, catalogue_hash: str, created: str, channels: dict[str, dict[str, object]]
) -> dict[str, object]:  # fmt: skip
    """Return the DataChannelList package that the time series refer to."""
    identity = {"ID": f"farhelm-{catalogue_hash}", "TimeStamp": created}
    header = {
        "ShipID": ship_id, "DataChannelListID": identity, "VersionInformation": NAMING, "Author": "Farhelm",
        "DateCreated": created,
    }  # fmt: skip
    listed = [_channel(record) for record in channels.values()]
    return {"Package": {"Header": header, "DataChannelList": {"DataChannel": listed}}}


def _channel(record: dict[str, object]) -> dict[str, object]:
    properties: dict[str, object] = {
        "DataChannelType": {"Type": "Inst", "UpdateCycle": record["cycle_s"]},
        "Format": {"Type": {"number": "Decimal", "boolean": "Boolean"}.get(str(record["kind"]), "String")},
        "QualityCoding": QUALITY_CODING, "Name": record["name"],
    }  # fmt: skip
    if record.get("unit"):
        properties["Unit"] = {"UnitSymbol": record["unit"]}
    if record.get("low") is not None and record.get("high") is not None:
        properties["Range"] = {"High": record["high"], "Low": record["low"]}
    named = {"LocalID": record.get("local_id") or record["short_id"], "ShortID": record["short_id"]}
    return {"DataChannelID": named, "Property": properties}
