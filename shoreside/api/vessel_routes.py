"""What is known of the vessels, now and before."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import cast

from fastapi import APIRouter

from shoreside.api.auth import Who
from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho, to_base64
from shoreside.api.spans import From, Limit, To, moment, utc_ms, window
from shoreside.live import views
from shoreside.plain import as_map
from shoreside.store.catalogues import versions
from shoreside.store.history import History

router = APIRouter(tags=["vessels"])


@router.get("/vessels")
async def vessels(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return all vessels as the fleet list shows them."""
    who.require("read")
    await shore.station.sharing.refresh()
    now_s = shore.clock.now_s()
    return {"vessels": [views.summary(state, now_s) for state in shore.station.downlink.states.values()]}


@router.get("/vessels/{vessel}")
async def vessel_now(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return what the vessel is (null before its first birth) and its last heartbeat."""
    who.require("read")
    await shore.station.sharing.refresh()
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


@router.get("/vessels/{vessel}/catalogues")
async def catalogue_versions(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None
) -> dict[str, object]:  # fmt: skip
    """Return the catalogues that the samples of a span were made with, latest first, each with its channels."""
    who.require("read")
    shore.vessel(vessel)
    found = await versions(shore.readers, vessel, *window(shore, start, to))
    return {"catalogues": [
        {
            "hash": version.hash, "first_utc_ms": utc_ms(version.first), "last_utc_ms": utc_ms(version.last),
            "channels": list(version.channels.values()),
        }
        for version in found
    ]}  # fmt: skip


@router.get("/vessels/{vessel}/latest")
async def latest(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the latest value of every channel: [short_id, value, quality, utc_ms]."""
    who.require("read")
    await shore.station.sharing.refresh()
    rows = list(shore.vessel(vessel).latest.values())
    return {**views.values_message(vessel, rows, shore.clock.utc_ns() // 1_000_000)}


@router.get("/vessels/{vessel}/targets")
async def targets(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the AIS targets the vessel heard in the last ten minutes."""
    who.require("read")
    await shore.station.sharing.refresh()
    return {"targets": list(shore.vessel(vessel).targets.values())}


_TARGETS_AT = """
SELECT DISTINCT ON (r.mmsi) r.mmsi, r.time, r.latitude_deg, r.longitude_deg, r.sog_kn, r.cog_deg, r.heading_deg,
  r.doubt, r.track, t.report
FROM ais_report r LEFT JOIN ais_target t ON t.vessel_id = r.vessel_id AND t.mmsi = r.mmsi
WHERE r.vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND r.time > %s AND r.time <= %s
  AND r.latitude_deg IS NOT NULL AND r.longitude_deg IS NOT NULL
ORDER BY r.mmsi, r.time DESC LIMIT 200
"""
_OF_TARGET = ("name", "ship_type", "length_m", "beam_m")
"""What a target said of itself; it is told as it was said last, for it does not change."""


@router.get("/vessels/{vessel}/targets/at")
async def targets_at(vessel: str, shore: TheShore, who: TheWho, time: str) -> dict[str, object]:
    """Return the targets the vessel had heard in the ten minutes before `time` (ISO 8601 or UTC ms), each as it was then."""
    who.require("read")
    shore.vessel(vessel)
    at = moment(time)
    rows = await History(shore.readers).all(_TARGETS_AT, vessel, at - timedelta(minutes=10), at)
    names = ("mmsi", "utc_ms", "latitude_deg", "longitude_deg", "sog_kn", "cog_deg", "heading_deg", "doubt", "track")
    made: list[dict[str, object]] = []
    for row in rows:
        report = as_map(row[9]) or {}
        made.append(
            {**dict(zip(names, _timed(row[:9], 1), strict=True)), **{name: report.get(name) for name in _OF_TARGET}}
        )
    return {"targets": made}


@router.get("/vessels/{vessel}/alerts")
async def alerts(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the alerts of ship and shore that are not normal."""
    who.require("read")
    await shore.station.sharing.refresh()
    return {"alerts": list(shore.vessel(vessel).alerts.values())}


_ALERT_CHANGES = """
SELECT time, source, alert_id, text, priority, category, state, person FROM alert_change
WHERE vessel = %s AND time >= %s AND time < %s ORDER BY time DESC, id DESC LIMIT %s
"""


@router.get("/vessels/{vessel}/alerts/history")
async def alert_changes(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None, limit: Limit = 500
) -> dict[str, object]:
    """Return every change of an alert, the latest first; `person` is who answered it ashore, empty for other changes."""
    names = ("utc_ms", "source", "alert_id", "text", "priority", "category", "state", "person")
    found, is_cut = await _listed(shore, who, vessel, _ALERT_CHANGES, names, start, to, limit)
    return {"alerts": found, "is_cut": is_cut}


_EVENTS = """
SELECT boot_id, seq, mono_ms, time, kind, body FROM event
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND time >= %s AND time < %s ORDER BY time DESC LIMIT %s
"""


@router.get("/vessels/{vessel}/events")
async def events(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None, limit: Limit = 500
) -> dict[str, object]:
    """Return the vessel's events, the latest first."""
    names = ("boot_id", "seq", "mono_ms", "utc_ms", "kind", "body")
    found, is_cut = await _listed(shore, who, vessel, _EVENTS, names, start, to, limit)
    return {"events": found, "is_cut": is_cut}


_DRILLS = """
SELECT body, time FROM event
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND time >= %s AND time < %s
  AND kind = 'drill' AND body ->> 'state' = 'ended' ORDER BY time DESC LIMIT %s
"""


@router.get("/vessels/{vessel}/drills")
async def drills(
    vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None, limit: Limit = 500
) -> dict[str, object]:
    """Return the drills that have ended, the latest first: what was rehearsed, by whom, his time, and whether it was good enough.

    As the ship has scored them: `took_s` is null where it was not done.
    """
    told, is_cut = await _listed(shore, who, vessel, _DRILLS, ("body", "utc_ms"), start, to, limit)
    ended = [{**cast("dict[str, object]", drill["body"]), "utc_ms": drill["utc_ms"]} for drill in told]
    return {"drills": ended, "is_cut": is_cut}


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
    names = ("order_id", "kind", "args", "person", "console", "state", "detail", "reasons", "utc_ms")
    found, is_cut = await _listed(shore, who, vessel, _ORDERS, names, start, to, limit)
    return {"orders": found, "is_cut": is_cut}


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


async def _listed(
    shore: Shore, who: Who, vessel: str, query: str, names: tuple[str, ...], start: str | None, to: str | None, limit: int
) -> tuple[list[dict[str, object]], bool]:  # fmt: skip
    """Return the rows of a query for one vessel and span, and whether there are more than `limit`.

    Their columns are called `names`; utc_ms is the row's time.
    """
    who.require("read")
    shore.vessel(vessel)
    rows = await History(shore.readers).all(query, vessel, *window(shore, start, to), limit + 1)
    told = [dict(zip(names, _timed(row, names.index("utc_ms")), strict=True)) for row in rows[:limit]]
    return told, len(rows) > limit


def _timed(row: tuple[object, ...], index: int) -> list[object]:
    time = row[index]
    return [*row[:index], utc_ms(time) if isinstance(time, datetime) else None, *row[index + 1 :]]
