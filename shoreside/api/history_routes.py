"""What was: samples raw and in buckets as JSON, CSV and Arrow, in pages or as one stream; tracks."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse

from protocols.link.birth import Birth
from shoreside.api.answers import Asked, arrow_pieces, csv_of, csv_pieces
from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho
from shoreside.api.spans import From, To, moment, utc_ms, window
from shoreside.store import arrow, catalogues
from shoreside.store.history import BUCKETS_MAX, LIMIT_MAX, History, Span, level_for, on_grid
from shoreside.track import gaps, simplified

router = APIRouter(tags=["history"])

CHANNELS_MAX: Final = 100
TRACK_MAX: Final = 5_000
"""Points of a track that is thinned evenly."""
POSITIONS_MAX: Final = 500_000
"""Positions that a track is simplified from: 28 hours at five a second; a longer span is thinned to that first."""
PAGE_DEFAULT: Final = 10_000
Form = Literal["json", "csv", "arrow"]
Kind = Literal["number", "text"]


@router.get("/vessels/{vessel}/samples", response_model=None)
async def samples(
    vessel: str, shore: TheShore, who: TheWho, channels: Annotated[str, Query(description="comma-separated short ids")],
    start: From = None, to: To = None,
    bucket: Annotated[float | None, Query(ge=0.001, le=31_536_000, description="seconds")] = None,
    limit: Annotated[int | None, Query(ge=1, le=LIMIT_MAX, description="rows of a page; csv and arrow without it: all")] = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    form: Annotated[Form, Query(alias="format")] = "json",
    kind: Annotated[Kind | None, Query(description="of a channel that was both within the span: which of them")] = None,
) -> Response:  # fmt: skip
    """Return samples, raw or in buckets; channels of words (texts) by themselves, and raw only.

    `channels` says what each channel meant then, by the catalogue its samples were made with; `changed` names those whose
    meaning changed within the span; `catalogues` lists the versions. In csv each row has its unit and its catalogue's hash.
    A page is in order of time, and `next_cursor` (header `x-next-cursor`) gives the next. As csv or arrow without `limit` and
    `cursor`, everything comes as one stream, channel by channel.
    """
    who.require("read")
    names = _listed(channels)
    if not 0 < len(names) <= CHANNELS_MAX:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for 1 to {CHANNELS_MAX} channels.")
    await _refuse_strange(shore, vessel, names)
    span = Span(vessel, names, *window(shore, start, to))
    if bucket is not None:
        span = on_grid(span, bucket)
        count = (span.end - span.start).total_seconds() / bucket
        if count > BUCKETS_MAX:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"{count:.0f} buckets are more than {BUCKETS_MAX}: ask for wider ones."
            )
    asked = await _asked(shore, span, bucket, kind)
    if form != "json" and limit is None and cursor is None:
        return await _streamed(shore, asked, form)
    after = _read_cursor(cursor, span)
    if after is not None and start is not None:
        _refuse_strayed(after[0], span, bucket)
    return await _paged(shore, asked, limit or PAGE_DEFAULT, after, form)


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


def _listed(channels: str) -> tuple[str, ...]:
    """Return the names between commas, each once, without the blanks around them."""
    return tuple(dict.fromkeys(name.strip() for name in channels.split(",") if name.strip()))


async def _refuse_strange(shore: Shore, vessel: str, names: tuple[str, ...]) -> None:
    """Raise a 422 Problem that names the channels which the vessel has not and never had."""
    strange = frozenset(names) - shore.vessel(vessel).channels.keys()
    if strange:
        strange = await History(shore.readers).unknown(vessel, strange)
    if strange:
        listed = ", ".join(name for name in names if name in strange)
        detail = f"Unknown channels: {listed}. /api/v1/vessels/{vessel}/channels lists those of the vessel."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


async def _asked(shore: Shore, span: Span, bucket_s: float | None, kind: Kind | None) -> Asked:
    """Return what an answer is about, described as it was then; raise a 422 Problem where it cannot be one answer."""
    state = shore.vessel(span.vessel)
    then = await catalogues.then(shore.readers, span.vessel, (span.start, span.end), span.channels, state.channels)
    are_words = _are_words(then, span.channels) if kind is None else kind == "text"
    if are_words and bucket_s is not None:
        detail = f"{', '.join(span.channels)}: words have no mean; ask without `bucket`."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return Asked(span, bucket_s, are_words, then, then.circular(state.circular))


def _are_words(then: catalogues.Then, names: tuple[str, ...]) -> bool:
    """Return whether the channels were words in the span; raise a 422 Problem where they were not all of one kind."""
    kinds = {name: then.kinds(name) for name in names}
    words = [name for name in names if "text" in kinds[name]]
    both = [name for name in words if len(kinds[name]) > 1]
    if both:
        detail = f"{', '.join(both)}: numbers and words within the span; ask with kind=number and with kind=text."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    if words and len(words) < len(names):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{', '.join(words)}: words, not numbers; ask for them apart.")
    return bool(words)


async def _paged(shore: Shore, asked: Asked, limit: int, after: tuple[datetime, str] | None, form: Form) -> Response:
    history, span, bucket_s = History(shore.readers), asked.span, asked.bucket_s
    if bucket_s is None:
        block = await history.samples(span, limit, after, are_words=asked.are_words)
    else:
        block = await history.buckets(span, bucket_s, limit, asked.circular, after)
    more = f"{block.last[0].isoformat()}~{block.last[1]}" if len(block) >= limit else None
    if form == "json":
        level = level_for(bucket_s) if bucket_s is not None else None
        told = asked.then.channels
        head = {
            "channels": [told[name] for name in span.channels if name in told], "changed": asked.then.changed,
            "catalogues": asked.catalogues(), "fields": asked.fields, "next_cursor": more,
            "rollup": level.name if level is not None else None,
        }  # fmt: skip
        text = await asked.json_text(head, "samples" if bucket_s is None else "buckets", block)
        return Response(text, media_type="application/json")
    headers = {"x-next-cursor": more} if more is not None else {}
    if form == "csv":
        return Response(asked.csv_head() + await asked.csv_text(block), media_type="text/csv", headers=headers)
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


def _refuse_strayed(after: datetime, span: Span, bucket_s: float | None) -> None:
    """Raise a 422 Problem for a cursor that no page of this question can have ended with."""
    off_grid = bucket_s is not None and (after - span.start) % timedelta(seconds=bucket_s)
    if not span.start <= after < span.end or off_grid:
        detail = "The cursor is of another question: repeat `from`, `to`, `channels` and `bucket` as they were."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


_COMPLETENESS = "SELECT * FROM completeness(%s, %s, %s)"
_HOURS_MAX: Final = 24 * 31
"""Hours of one answer, by 200 channels 150,000 rows."""


@router.get("/vessels/{vessel}/completeness", response_model=None)
async def completeness(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None,
    channels: Annotated[str, Query(description="comma-separated short ids; left out: all")] = "",
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:  # fmt: skip
    """Return, by channel and hour, the samples expected, received, recovered (came late) and missing, and the reason."""
    who.require("read")
    shore.vessel(vessel)
    first, last = window(shore, start, to)
    if last - first > timedelta(hours=_HOURS_MAX):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for at most {_HOURS_MAX} hours.")
    wanted = _listed(channels)
    await _refuse_strange(shore, vessel, wanted)
    found = await History(shore.readers).all(_COMPLETENESS, vessel, first, last)
    fields = ["channel", "hour_utc_ms", "unit", "expected", "received", "recovered", "missing", "missing_s", "reason"]
    rows = [
        [channel, utc_ms(hour), *rest]
        for channel, hour, *rest in found
        if isinstance(hour, datetime) and (not wanted or channel in wanted)
    ]
    if form == "csv":
        return Response(csv_of([fields, *rows]), media_type="text/csv")
    return JSONResponse({"fields": fields, "completeness": rows})


@router.get("/vessels/{vessel}/track", response_model=None)
async def track(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None,
    tolerance_m: Annotated[float | None, Query(gt=0, le=100_000, description="metres; without it: thinned evenly")] = None,
) -> Response:  # fmt: skip
    """Return the own ship's track, [longitude_deg, latitude_deg, utc_ms], with as few points as the tolerance allows.

    No position left out is farther than `tolerance_m` from the line; `step_s` says which positions were looked at at all:
    null for all, else one in so many seconds. Without a tolerance: at most 5,000 points, evenly spread. `gaps` are the spans
    without a position, [from, to] in UTC ms, both of points: a line between those would be made up.
    """
    who.require("read")
    shore.vessel(vessel)
    span = Span(vessel, (), *window(shore, start, to))
    length_s = (span.end - span.start).total_seconds()
    step_s = max(1.0, length_s / TRACK_MAX) if tolerance_m is None else _step_s(length_s)
    found = await History(shore.readers).positions(span, step_s)
    starts: list[int] = gaps(found["time"], step_s).tolist()
    silent = [[int(found["time"][place]) // 1000 for place in (start - 1, start)] for start in starts]
    if tolerance_m is not None and len(found["time"]):
        kept = await asyncio.to_thread(simplified, found["longitude_deg"], found["latitude_deg"], tolerance_m, starts)
        found = {name: values[kept] for name, values in found.items()}
    if len(found["time"]) > LIMIT_MAX:
        detail = (
            f"{len(found['time'])} points are more than {LIMIT_MAX}: ask with a larger tolerance or a shorter span."
        )
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    columns = (found["longitude_deg"].tolist(), found["latitude_deg"].tolist(), (found["time"] // 1000).tolist())
    points = [list(point) for point in zip(*columns, strict=True)]
    return JSONResponse({"points": points, "step_s": step_s, "gaps": silent})


def _step_s(length_s: float) -> float | None:
    """Return the step at which positions are looked at; None: all, five a second at most."""
    step_s = length_s / POSITIONS_MAX
    return None if step_s <= 0.2 else float(-(-step_s // 1))  # noqa: PLR2004 - five scans a second
