"""What a picture is made of, asked from a shore over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import numpy as np

from farhelm.conn.access import AccessError
from farhelm.export.meaning import Meaning, catalogues_of
from farhelm.export.shore import Source
from farhelm.plot.series import Floats, Series, of_columns

POINTS_WANTED: Final = 2_000
"""About as many as a picture has columns; a longer span is asked for in buckets."""
WIDTHS_S: Final = (1.0, 10.0, 60.0, 300.0, 600.0, 3600.0, 21_600.0, 86_400.0)
RAW_MAX_S: Final = 1800.0
"""A span up to this is drawn from its samples: 9,000 of a channel at five a second."""
_BUCKET: Final = ("mean", "low", "high", "good", "stale", "invalid", "out_of_range", "frozen", "manual")


@dataclass(frozen=True, slots=True)
class Span:
    """Of which vessel, from when to when."""

    vessel: str
    start: datetime
    end: datetime

    @property
    def query(self) -> dict[str, str]:
        """As parameters of a request."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    @property
    def words(self) -> str:
        """For a title."""
        return f"{self.vessel}, {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"


def bucket_for(length_s: float) -> float | None:
    """Return a width of buckets that suits a picture of so many seconds; None: samples."""
    if length_s <= RAW_MAX_S:
        return None
    return next((width for width in WIDTHS_S if length_s / width <= POINTS_WANTED), WIDTHS_S[-1])


def series(source: Source, span: Span, names: tuple[str, ...], bucket_s: float | None) -> list[Series]:
    """Return the channels of a span; raise AccessError for one that the vessel has not and then had not, and for words."""
    known = source.meanings(span.vessel, span.start, span.end)
    records = {name: record for vessel in reversed(known) for name, record in vessel.channels.items()}
    unknown = [name for name in names if name not in records]
    if unknown:
        raise AccessError(f"{span.vessel} has no channel {', '.join(unknown)}; it has {', '.join(records)}")
    words = [name for name in names if records[name]["kind"] == "text"]
    if words:
        raise AccessError(f"{', '.join(words)}: words cannot be drawn")
    meaning = Meaning(names, known)
    return [of_columns(*_columns(source, span, records[name], bucket_s, meaning), bucket_s) for name in names]


def _columns(
    source: Source, span: Span, record: dict[str, object], bucket_s: float | None, meaning: Meaning
) -> tuple[dict[str, object], dict[str, Any]]:
    name = str(record["short_id"])
    query = {**span.query, "channels": name, **({"bucket": f"{bucket_s:g}"} if bucket_s is not None else {})}
    wanted = ("value", "quality") if bucket_s is None else _BUCKET
    with source.samples(span.vessel, query) as reader:
        then = {
            **source.described(reader.schema).get(name, {}),
            "unit": meaning.units(catalogues_of(reader.schema), name),
        }
        table = reader.read_all()
    columns = {
        wish: np.asarray(table[wish].to_numpy(), dtype=np.float64 if wish != "quality" else np.int64) for wish in wanted
    }
    columns["time"] = np.asarray(table["time"].to_numpy()).astype("datetime64[us]").astype(np.int64)
    return {**record, **then}, columns


def track(source: Source, span: Span) -> tuple[Floats, float]:
    """Return rows of longitude (deg), latitude (deg), UTC (s), and the step they were thinned to; raise AccessError for none."""
    answer = source.answer(f"/vessels/{span.vessel}/track", span.query)
    points = np.array(answer["points"], dtype=np.float64).reshape(-1, 3)
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        raise AccessError(f"the shore has no track of {span.vessel} in that span")
    points[:, 2] /= 1000.0
    return points, float(str(answer["step_s"] or 0.0))


def completeness(source: Source, span: Span, names: tuple[str, ...] = ()) -> tuple[list[str], Floats, Floats]:
    """Return channels (`names`, or all), hours (UTC s) and, by channel and hour, the share received of what was to be expected.

    NaN where nothing was. Seconds of which batches are missing count too: samples are expected only up to the last word of
    an hour.
    """
    answer = source.answer(f"/vessels/{span.vessel}/completeness", {**span.query, "channels": ",".join(names)})
    rows = cast("list[list[Any]]", answer["completeness"])
    if not rows:
        raise AccessError(f"the shore has heard nothing of {span.vessel} in that span")
    channels = sorted({str(row[0]) for row in rows})
    first = min(int(row[1]) for row in rows) // 1000
    hours_s = np.arange(first, max(int(row[1]) for row in rows) // 1000 + 1, 3600, dtype=np.float64)
    share = np.full((len(channels), len(hours_s)), np.nan)
    for channel, hour_ms, _, expected, received, _, _, missing_s, _ in rows:
        if expected:
            came = min(received / expected, 1.0, 1.0 - min(missing_s, 3600.0) / 3600.0)
            share[channels.index(channel), (hour_ms // 1000 - first) // 3600] = came
    return channels, hours_s, share
