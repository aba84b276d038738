"""What was: samples raw and in buckets as JSON, CSV and Arrow, in pages or as one stream; tracks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from protocols.link.birth import Birth
from shoreside.api.answers import Asked, arrow_pieces, csv_of, csv_pieces
from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho
from shoreside.store import arrow, catalogues
from shoreside.store.history import BUCKETS_MAX, LIMIT_MAX, History, Span, level_for, on_grid
from shoreside.track import simplified

router = APIRouter(tags=["history"])

CHANNELS_MAX: Final = 100
TRACK_MAX: Final = 5_000
"""Points of a track that is thinned evenly."""
POSITIONS_MAX: Final = 500_000
"""Positions that a track is simplified from: 28 hours at five a second; a longer span is thinned to that first."""
PAGE_DEFAULT: Final = 10_000
Form = Literal["json", "csv", "arrow"]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
From = Annotated[
    str | None, Query(alias="from", description="ISO 8601 or UTC milliseconds; default: an hour before `to`")
]
To = Annotated[str | None, Query(description="ISO 8601 or UTC milliseconds; default: now")]


def moment(text: str) -> datetime:
    """Return the time in `text` (ISO 8601, UTC where no zone is said, or UTC ms); raise a 422 Problem for another."""
    try:
        if text.lstrip("-").isdigit():
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
        parsed = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        detail = f"{text!r} is no time in ISO 8601 or UTC milliseconds."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def utc_ms(time: datetime) -> int:
    """Return a time as UTC milliseconds."""
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def utc_ms_if(time: object) -> int | None:
    """Return a time of a row as UTC milliseconds; None where it has none."""
    return utc_ms(time) if isinstance(time, datetime) else None


def window(shore: Shore, start: str | None, end: str | None) -> tuple[datetime, datetime]:
    """Return the span asked for, the last hour where nothing is said; raise a 422 Problem where it is none."""
    to = moment(end) if end is not None else moment(str(shore.clock.utc_ns() // 1_000_000))
    since = moment(start) if start is not None else to - timedelta(hours=1)
    if since >= to:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "`from` must lie before `to`.")
    return since, to


@router.get("/vessels/{vessel}/samples", response_model=None)
async def samples(
    vessel: str, shore: TheShore, who: TheWho, channels: Annotated[str, Query(description="comma-separated short ids")],
    start: From = None, to: To = None,
    bucket: Annotated[float | None, Query(gt=0, le=31_536_000, description="seconds")] = None,
    limit: Annotated[int | None, Query(ge=1, le=LIMIT_MAX, description="rows of a page; csv and arrow without it: all")] = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    form: Annotated[Form, Query(alias="format")] = "json",
) -> Response | dict[str, object]:  # fmt: skip
    """Return samples, raw or in buckets; channels of words (texts) by themselves, and raw only.

    `channels` says what each channel meant then, by the catalogue its samples were made with; `changed` names those whose
    meaning changed within the span; `catalogues` lists the versions. In csv each row has its unit and its catalogue's hash.
    A page is in order of time, and `next_cursor` (header `x-next-cursor`) gives the next. As csv or arrow without `limit` and
    `cursor`, everything comes as one stream, channel by channel.
    """
    who.require("read")
    span = Span(vessel, await _known(shore, vessel, channels), *window(shore, start, to))
    if bucket is not None:
        span = on_grid(span, bucket)
        count = (span.end - span.start).total_seconds() / bucket
        if count > BUCKETS_MAX:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{count:.0f} buckets are more than {BUCKETS_MAX}.")
    asked = await _asked(shore, span, bucket)
    if form != "json" and limit is None and cursor is None:
        return await _streamed(shore, asked, form)
    return await _paged(shore, asked, limit or PAGE_DEFAULT, _read_cursor(cursor, span), form)


@router.get("/vessels/{vessel}/catalogue")
async def catalogue(
    vessel: str, shore: TheShore, who: TheWho,
    digest: Annotated[str, Query(alias="hash", max_length=64, description="of a version; left out: the present one")] = "",
) -> dict[str, object]:  # fmt: skip
    """Return a catalogue of the vessel as the birth message has it that brought it: whole records, with local ids."""
    who.require("read")
    present = shore.vessel(vessel).birth
    found = await History(shore.readers).all(
        catalogues.BIRTH, vessel, digest or (present.catalogue_hash if present else "")
    )
    encoded = found[0][0] if found else None
    birth = Birth.from_bytes(encoded) if isinstance(encoded, bytes) else None
    if birth is None:
        what = (
            f"no catalogue {digest!r} of {vessel!r} is kept" if digest else f"{vessel!r} has not yet said what she is"
        )
        raise Problem(HTTPStatus.NOT_FOUND, f"{what[0].upper()}{what[1:]}.")
    return {"vessel": vessel, "imo": birth.imo, "hash": birth.catalogue_hash, "channels": birth.catalogue}


async def _known(shore: Shore, vessel: str, channels: str) -> tuple[str, ...]:
    """Return the channels asked for; raise a 422 Problem that names those which neither vessel nor history has."""
    known = shore.vessel(vessel).channels
    names = tuple(dict.fromkeys(name for name in channels.split(",") if name))
    if not 0 < len(names) <= CHANNELS_MAX:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for 1 to {CHANNELS_MAX} channels.")
    strange = frozenset(names) - known.keys()
    if strange:
        strange = await History(shore.readers).unknown(strange)
    if strange:
        listed = ", ".join(name for name in names if name in strange)
        detail = f"Unknown channels: {listed}. /api/v1/vessels/{vessel}/channels lists those of the vessel."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return names


async def _asked(shore: Shore, span: Span, bucket_s: float | None) -> Asked:
    """Return what an answer is about, described as it was then; raise a 422 Problem where it cannot be one answer."""
    state = shore.vessel(span.vessel)
    then = await catalogues.then(shore.readers, span.vessel, (span.start, span.end), span.channels, state.channels)
    words = [name for name in span.channels if name in then.channels and then.channels[name]["kind"] == "text"]
    if words and len(words) < len(span.channels):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{', '.join(words)}: words, not numbers; ask for them apart.")
    if words and bucket_s is not None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{', '.join(words)}: words have no mean; ask without `bucket`.")
    return Asked(span, bucket_s, bool(words), then, state.circular)


async def _paged(
    shore: Shore, asked: Asked, limit: int, after: tuple[datetime, str] | None, form: Form
) -> Response | dict[str, object]:
    history, span, bucket_s = History(shore.readers), asked.span, asked.bucket_s
    if bucket_s is None:
        block = await history.samples(span, limit, after, are_words=asked.are_words)
    else:
        block = await history.buckets(span, bucket_s, limit, asked.circular, after)
    more = f"{block.last[0].isoformat()}~{block.last[1]}" if len(block) >= limit else None
    if form == "json":
        level = level_for(bucket_s) if bucket_s is not None else None
        told = asked.then.channels
        return {
            "channels": [told[name] for name in span.channels if name in told], "changed": asked.then.changed,
            "catalogues": asked.catalogues(), "fields": asked.fields,
            "samples" if bucket_s is None else "buckets": block.rows(),
            "next_cursor": more, "rollup": level.name if level is not None else None,
        }  # fmt: skip
    headers = {"x-next-cursor": more} if more is not None else {}
    if form == "csv":
        return Response(asked.csv_head() + asked.csv_rows(block), media_type="text/csv", headers=headers)
    writer = asked.arrow_writer()
    return Response(writer.write(block) + writer.close(), media_type=arrow.MEDIA_TYPE, headers=headers)


async def _streamed(shore: Shore, asked: Asked, form: Form) -> Response:
    blocks = asked.blocks(History(shore.readers))
    first = await anext(blocks, None)  # while there is still time to answer that the database is away
    if form == "csv":
        return StreamingResponse(csv_pieces(asked, first, blocks), media_type="text/csv")
    return StreamingResponse(arrow_pieces(asked, first, blocks), media_type=arrow.MEDIA_TYPE)


def _read_cursor(cursor: str | None, span: Span) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    time, _, channel = cursor.partition("~")
    if channel not in span.channels:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor is none of ours.")
    return moment(time.replace(" ", "+")), channel


_COMPLETENESS = "SELECT * FROM completeness(%s, %s, %s)"
_HOURS_MAX: Final = 24 * 31
"""Hours of one answer, by 200 channels 150,000 rows."""


@router.get("/vessels/{vessel}/completeness", response_model=None)
async def completeness(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None,
    channels: Annotated[str, Query(description="comma-separated short ids; left out: all")] = "",
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response | dict[str, object]:  # fmt: skip
    """Return, by channel and hour, the samples expected, received, recovered (came late) and missing, and the reason."""
    who.require("read")
    shore.vessel(vessel)
    first, last = window(shore, start, to)
    if last - first > timedelta(hours=_HOURS_MAX):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for at most {_HOURS_MAX} hours.")
    wanted = frozenset(name for name in channels.split(",") if name)
    found = await History(shore.readers).all(_COMPLETENESS, vessel, first, last)
    fields = ["channel", "hour_utc_ms", "unit", "expected", "received", "recovered", "missing", "missing_s", "reason"]
    rows = [
        [channel, utc_ms(hour), *rest]
        for channel, hour, *rest in found
        if isinstance(hour, datetime) and (not wanted or channel in wanted)
    ]
    if form == "csv":
        return Response(csv_of([fields, *rows]), media_type="text/csv")
    return {"fields": fields, "completeness": rows}


@router.get("/vessels/{vessel}/track")
async def track(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None,
    tolerance_m: Annotated[float | None, Query(gt=0, le=100_000, description="metres; without it: thinned evenly")] = None,
) -> dict[str, object]:  # fmt: skip
    """Return the own ship's track, [longitude_deg, latitude_deg, utc_ms], with as few points as the tolerance allows.

    No position left out is farther than `tolerance_m` from the line; `step_s` says which positions were looked at at all:
    null for all, else one in so many seconds. Without a tolerance: at most 5,000 points, evenly spread.
    """
    who.require("read")
    shore.vessel(vessel)
    span = Span(vessel, (), *window(shore, start, to))
    length_s = (span.end - span.start).total_seconds()
    step_s = max(1.0, length_s / TRACK_MAX) if tolerance_m is None else _step_s(length_s)
    found = await History(shore.readers).positions(span, step_s)
    if tolerance_m is not None and len(found["time"]):
        kept = await asyncio.to_thread(simplified, found["longitude_deg"], found["latitude_deg"], tolerance_m)
        found = {name: values[kept] for name, values in found.items()}
    if len(found["time"]) > LIMIT_MAX:
        detail = (
            f"{len(found['time'])} points are more than {LIMIT_MAX}: ask with a larger tolerance or a shorter span."
        )
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    columns = (found["longitude_deg"].tolist(), found["latitude_deg"].tolist(), (found["time"] // 1000).tolist())
    return {"points": [list(point) for point in zip(*columns, strict=True)], "step_s": step_s}


def _step_s(length_s: float) -> float | None:
    """Return the step at which positions are looked at; None: all, five a second at most."""
    step_s = length_s / POSITIONS_MAX
    return None if step_s <= 0.2 else float(-(-step_s // 1))  # noqa: PLR2004 - five scans a second
