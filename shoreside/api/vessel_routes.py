"""What is known of the vessels, now and before."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from shoreside import views
from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho, to_base64
from shoreside.store.history import BUCKETS_MAX, LIMIT_MAX, History, Span

router = APIRouter(tags=["vessels"])

CHANNELS_MAX = 100
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


def _window(shore: Shore, start: str | None, end: str | None) -> tuple[datetime, datetime]:
    to = moment(end) if end is not None else moment(str(shore.clock.utc_ns() // 1_000_000))
    since = moment(start) if start is not None else to - timedelta(hours=1)
    if since >= to:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "`from` must lie before `to`.")
    return since, to


@router.get("/vessels")
async def vessels(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return all vessels as the fleet list shows them."""
    who.require("read")
    await shore.station.refresh()
    now_s = shore.clock.now_s()
    return {"vessels": [views.summary(state, now_s) for state in shore.station.downlink.states.values()]}


@router.get("/vessels/{vessel}")
async def vessel_now(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return what the vessel is (null before its first birth) and its last heartbeat."""
    who.require("read")
    await shore.station.refresh()
    state, now_s = shore.vessel(vessel), shore.clock.now_s()
    return {
        "vessel": vessel, "summary": views.summary(state, now_s), "description": views.vessel_message(state),
        "status": views.status_message(state, now_s), "server_utc_ms": shore.clock.utc_ns() // 1_000_000,
        "samples_per_s": state.samples_per_s,
    }  # fmt: skip


@router.get("/vessels/{vessel}/channels")
async def channels(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the data channels of the vessel's catalogue."""
    who.require("read")
    return {"channels": list(shore.vessel(vessel).channels.values())}


@router.get("/vessels/{vessel}/latest")
async def latest(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the latest value of every channel: [short_id, value, quality, utc_ms]."""
    who.require("read")
    await shore.station.refresh()
    return {**views.values_message(shore.vessel(vessel), shore.clock.utc_ns() // 1_000_000)}


@router.get("/vessels/{vessel}/targets")
async def targets(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the AIS targets the vessel heard in the last ten minutes."""
    who.require("read")
    await shore.station.refresh()
    return {"targets": list(shore.vessel(vessel).targets.values())}


@router.get("/vessels/{vessel}/alerts")
async def alerts(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the alerts of ship and shore that are not normal."""
    who.require("read")
    await shore.station.refresh()
    return {"alerts": list(shore.vessel(vessel).alerts.values())}


@router.get("/vessels/{vessel}/samples", response_model=None)
async def samples(
    vessel: str, shore: TheShore, who: TheWho, channels: Annotated[str, Query(description="comma-separated short ids")],
    start: From = None, to: To = None,
    bucket: Annotated[float | None, Query(gt=0, le=31_536_000, description="seconds")] = None, limit: Limit = 10_000,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response | dict[str, object]:  # fmt: skip
    """Return samples, raw or in buckets, in order of time; `next_cursor` gives the next page."""
    who.require("read")
    names = await _known(shore, vessel, channels)
    span = Span(vessel, names, *_window(shore, start, to))
    if bucket is not None:
        return await _in_buckets(shore, span, bucket, limit, cursor, form)
    after = _read_cursor(cursor)
    if after is not None and not after[1].isdigit():
        raise _no_cursor()
    found = await History(shore.readers).samples(span, limit, None if after is None else (after[0], int(after[1])))
    more = f"{found[-1].time.isoformat()}~{found[-1].channel_id}" if len(found) == limit else None
    rows = [[s.channel, utc_ms(s.time), s.value, s.quality] for s in found]
    return _answer(form, ["channel", "utc_ms", "value", "quality"], rows, "samples", more)


async def _known(shore: Shore, vessel: str, channels: str) -> tuple[str, ...]:
    """Return the channels asked for; raise a 422 Problem that names those which neither vessel nor history has."""
    known = shore.vessel(vessel).channels
    names = tuple(name for name in channels.split(",") if name)
    if not 0 < len(names) <= CHANNELS_MAX:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for 1 to {CHANNELS_MAX} channels.")
    strange = frozenset(names) - known.keys()
    if strange:
        strange = await History(shore.readers).unknown(strange)
    if strange:
        listed = ", ".join(name for name in dict.fromkeys(names) if name in strange)
        detail = f"Unknown channels: {listed}. /api/v1/vessels/{vessel}/channels lists those of the vessel."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return names


async def _in_buckets(
    shore: Shore, span: Span, bucket_s: float, limit: int, cursor: str | None, form: str
) -> Response | dict[str, object]:  # fmt: skip
    count = (span.end - span.start).total_seconds() / bucket_s
    if count > BUCKETS_MAX:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{count:.0f} buckets are more than {BUCKETS_MAX}.")
    circular = shore.vessel(span.vessel).circular & frozenset(span.channels)
    made = await History(shore.readers).buckets(span, bucket_s, limit, circular, _read_cursor(cursor))
    more = f"{made[-1].start.isoformat()}~{made[-1].channel}" if len(made) == limit else None
    fields = ["channel", "start_utc_ms", "count", "low", "high", "mean", "last"]
    rows = [[b.channel, utc_ms(b.start), b.count, b.low, b.high, b.mean, b.last] for b in made]
    return _answer(form, fields, rows, "buckets", more)


def _read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    time, _, last = cursor.partition("~")
    if not last:
        raise _no_cursor()
    return moment(time.replace(" ", "+")), last


def _no_cursor() -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor is none of ours.")


def _answer(
    form: str, fields: list[str], rows: Sequence[Sequence[object]], name: str, next_cursor: str | None
) -> Response | dict[str, object]:
    if form == "json":
        return {"fields": fields, name: rows, "next_cursor": next_cursor}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(fields)
    writer.writerows(rows)
    headers = {"x-next-cursor": next_cursor} if next_cursor is not None else {}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


@router.get("/vessels/{vessel}/track")
async def track(vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None) -> dict[str, object]:
    """Return the own ship's track, [longitude_deg, latitude_deg, utc_ms], thinned evenly to at most 5,000 points."""
    who.require("read")
    shore.vessel(vessel)
    points = await History(shore.readers).track(vessel, *_window(shore, start, to))
    return {"points": [[longitude, latitude, utc_ms(time)] for longitude, latitude, time in points]}


_EVENTS = """
SELECT boot_id, seq, mono_ms, time, kind, body FROM event
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND time >= %s AND time < %s ORDER BY time DESC LIMIT %s
"""


@router.get("/vessels/{vessel}/events")
async def events(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None, limit: Limit = 500
) -> dict[str, object]:
    """Return the vessel's events, the latest first."""
    who.require("read")
    shore.vessel(vessel)
    rows = await History(shore.readers).all(_EVENTS, vessel, *_window(shore, start, to), limit)
    names = ("boot_id", "seq", "mono_ms", "utc_ms", "kind", "body")
    return {"events": [dict(zip(names, _timed(row, 3), strict=True)) for row in rows]}


_ORDERS = """
SELECT id, kind, args, person, console, state, detail, reasons, time FROM order_record
WHERE vessel = %s AND time >= %s AND time < %s ORDER BY time DESC LIMIT %s
"""
_ORDER = """
SELECT id, vessel, kind, args, person, console, state, detail, reasons, time, signed FROM order_record WHERE id = %s
"""
_STATES = "SELECT state, time, source, reasons, detail FROM order_state WHERE order_id = %s ORDER BY time"


@router.get("/vessels/{vessel}/orders")
async def orders(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None, limit: Limit = 500
) -> dict[str, object]:
    """Return the vessel's orders with their last states, the latest first."""
    who.require("read")
    shore.vessel(vessel)
    rows = await History(shore.readers).all(_ORDERS, vessel, *_window(shore, start, to), limit)
    names = ("order_id", "kind", "args", "person", "console", "state", "detail", "reasons", "utc_ms")
    return {"orders": [dict(zip(names, _timed(row, 8), strict=True)) for row in rows]}


@router.get("/orders/{order_id}")
async def order(order_id: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return one order: what was asked, every state it went through, and the signed bytes."""
    who.require("read")
    history = History(shore.readers)
    rows = await history.all(_ORDER, order_id)
    if not rows:
        raise Problem(HTTPStatus.NOT_FOUND, f"No order {order_id!r} is known.")
    names = ("order_id", "vessel", "kind", "args", "person", "console", "state", "detail", "reasons", "utc_ms")
    made = dict(zip(names, _timed(rows[0][:10], 9), strict=True))
    signed = rows[0][10]
    states = await history.all(_STATES, order_id)
    state_names = ("state", "utc_ms", "source", "reasons", "detail")
    return {
        **made, "signed": to_base64(signed) if isinstance(signed, bytes) else None,
        "states": [dict(zip(state_names, _timed(row, 1), strict=True)) for row in states],
    }  # fmt: skip


def _timed(row: tuple[object, ...], index: int) -> list[object]:
    time = row[index]
    return [*row[:index], utc_ms(time) if isinstance(time, datetime) else None, *row[index + 1 :]]
