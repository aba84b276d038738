"""Voyages and the report of a day, found in what is kept of a vessel's position, speed and fuel."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, cast

import numpy as np
from fastapi import APIRouter, Query

from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho
from shoreside.api.spans import From, To, moment, utc_ms, window
from shoreside.store.history import History, Span, on_grid
from shoreside.store.rows import moment as moment_of
from telemetry.voyages import Fix, Leg, Voyage, voyages

router = APIRouter(tags=["voyages"])

DAYS_MAX: Final = 92
"""Of one answer: a quarter, 132,000 minutes."""
STEP_S: Final = 60.0
"""Fixes looked at: one a minute; a ship of 20 kn goes a third of a mile in it, and no arrival is dated better."""
CHANNELS: Final = ("NAV_SOG", "ME_FUEL")
EXTREMES: Final = {"NAV_SOG": "high", "WND_TWS": "high", "NAV_ROLL": "both", "NAV_DPTK": "low", "ME_LOAD": "high"}
"""What a day's report says of these channels: the highest, the lowest, or both."""
_COUNTS: Final = """
SELECT kind, count(*) FROM event
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND time >= %s AND time < %s GROUP BY kind
"""
_LADDER: Final = """
SELECT time, body ->> 'from', body ->> 'to', body ->> 'action', body -> 'reasons' FROM event
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND time >= %s AND time < %s AND kind = 'ladder' ORDER BY time LIMIT 200
"""
"""Of a day: a ship that changes her step more often is a fault that the count of all of them shows."""
_ORDERS: Final = (
    "SELECT state, count(*) FROM order_record WHERE vessel = %s AND time >= %s AND time < %s GROUP BY state"
)
_ALERTS: Final = """
SELECT text, priority, min(time), count(*) FROM alert_change
WHERE vessel = %s AND time >= %s AND time < %s AND state = 'unacknowledged' GROUP BY text, priority ORDER BY min(time) LIMIT 50
"""
_HELD: Final = "SELECT sum(received), sum(expected) FROM completeness(%s, %s, %s)"


@router.get("/vessels/{vessel}/voyages")
async def found(vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None) -> dict[str, object]:
    """Return the voyages of a span, the first first: departure, arrival, legs, distance, time, speed, fuel by the mile.

    Left out is what lies before the span: a voyage that was under way then says `begun_before`.
    """
    who.require("read")
    shore.vessel(vessel)
    made = await _voyages(shore, vessel, *_span(shore, start, to))
    return {"voyages": [_told(each) for each in made]}


@router.get("/vessels/{vessel}/report")
async def report(
    vessel: str, shore: TheShore, who: TheWho, day: Annotated[str, Query(description="UTC day, 2026-11-26")]
) -> dict[str, object]:
    """Return what a day's report says: position at noon, voyages, extremes, orders, alerts, what the data are worth."""
    who.require("read")
    shore.vessel(vessel)
    start = moment(day)
    if start != start.replace(hour=0, minute=0, second=0, microsecond=0):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{day!r} is no UTC day: write it like 2026-11-26.")
    end, history = start + timedelta(days=1), History(shore.readers)
    until = min(end, moment_of(shore.clock.utc_ns()))
    if until <= start:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "That day has not begun yet.")
    held = await history.all(_HELD, vessel, start, until)
    return {
        "vessel": vessel, "day": f"{start:%Y-%m-%d}", "from_utc_ms": utc_ms(start), "to_utc_ms": utc_ms(until),
        "is_over": until == end,
        "voyages": [_told(each) for each in await _voyages(shore, vessel, start, until)],
        "noon": await _at(history, vessel, start + timedelta(hours=12)),
        "extremes": await _extremes(history, vessel, start, until),
        "events": {str(kind): count for kind, count in await history.all(_COUNTS, vessel, start, end)},
        "orders": {str(state): count for state, count in await history.all(_ORDERS, vessel, start, end)},
        "ladder": [_step(row) for row in await history.all(_LADDER, vessel, start, end)],
        "alerts": [
            {"text": text, "priority": priority, "utc_ms": utc_ms(first) if isinstance(first, datetime) else None, "count": count}
            for text, priority, first, count in await history.all(_ALERTS, vessel, start, end)
        ],
        "completeness_pct": _part_pct(held[0] if held else (None, None)),
    }  # fmt: skip


def _span(shore: Shore, start: str | None, end: str | None) -> tuple[datetime, datetime]:
    since, to = window(shore, start, end)
    if to - since > timedelta(days=DAYS_MAX):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for at most {DAYS_MAX} days.")
    return since, to


async def _voyages(shore: Shore, vessel: str, start: datetime, end: datetime) -> list[Voyage]:
    history = History(shore.readers)
    span = on_grid(Span(vessel, CHANNELS, start, end), STEP_S)
    places = await history.positions(span, STEP_S)
    means: dict[str, dict[int, float]] = {name: {} for name in CHANNELS}
    async for block in history.stream_buckets(span, STEP_S, frozenset()):
        for number, time, mean in zip(
            *(block.arrays[name].tolist() for name in ("channel_id", "time", "mean")), strict=True
        ):
            if mean == mean:  # noqa: PLR0124 - no value is NaN
                means[block.names[number]][time // 60_000_000] = mean
    fixes = [
        Fix(time / 1e6, latitude, longitude, means["NAV_SOG"].get(time // 60_000_000), means["ME_FUEL"].get(time // 60_000_000))
        for time, longitude, latitude in zip(
            *(np.asarray(places[name]).tolist() for name in ("time", "longitude_deg", "latitude_deg")), strict=True
        )
    ]  # fmt: skip
    return await asyncio.to_thread(voyages, fixes)


def _told(voyage: Voyage) -> dict[str, object]:
    return {
        "departed": _place(voyage.departed), "arrived": _place(voyage.arrived), "is_open": voyage.is_open,
        "begun_before": voyage.legs[0].is_begun_before, "distance_nm": _rounded(voyage.distance_nm, 2),
        "under_way_s": voyage.under_way_s, "stayed_s": voyage.stayed_s, "average_kn": _rounded(voyage.average_kn, 2),
        "fuel_l": _rounded(voyage.fuel_l, 1), "fuel_l_nm": _rounded(voyage.fuel_l_nm, 2),
        "gap_s": sum(leg.gap_s for leg in voyage.legs), "legs": [_leg(leg) for leg in voyage.legs],
    }  # fmt: skip


def _leg(leg: Leg) -> dict[str, object]:
    return {
        "departed": _place(leg.departed), "arrived": _place(leg.arrived), "distance_nm": _rounded(leg.distance_nm, 2),
        "under_way_s": leg.under_way_s, "average_kn": _rounded(leg.average_kn, 2), "fuel_l": _rounded(leg.fuel_l, 1),
        "fuel_l_nm": _rounded(leg.fuel_l_nm, 2), "gap_s": leg.gap_s, "sog_max_kn": _rounded(leg.sog_max_kn, 1),
    }  # fmt: skip


def _step(row: tuple[object, ...]) -> dict[str, object]:
    """Return one change of the ladder: when, from where to where, what she does then, and each reason as she told it."""
    time, former, step, action, reasons = row
    told = cast("list[dict[str, object]]", reasons) if isinstance(reasons, list) else []
    return {
        "utc_ms": utc_ms(time) if isinstance(time, datetime) else None, "from": former or "", "to": step or "",
        "action": action or "", "reasons": [str(reason.get("text") or reason.get("name") or "") for reason in told],
    }  # fmt: skip


def _place(fix: Fix) -> dict[str, object]:
    return {"utc_ms": round(fix.utc_s * 1000), "latitude_deg": fix.latitude_deg, "longitude_deg": fix.longitude_deg}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


async def _at(history: History, vessel: str, time: datetime) -> dict[str, object] | None:
    """Return where the vessel was within five minutes after `time`; None: not known."""
    found = await history.positions(Span(vessel, (), time, time + timedelta(minutes=5)), STEP_S)
    if not len(found["time"]):
        return None
    return {
        "utc_ms": int(found["time"][0]) // 1000, "latitude_deg": float(found["latitude_deg"][0]),
        "longitude_deg": float(found["longitude_deg"][0]),
    }  # fmt: skip


async def _extremes(history: History, vessel: str, start: datetime, end: datetime) -> list[dict[str, object]]:
    """Return lowest and highest of the channels of EXTREMES that have values, with when."""
    span = on_grid(Span(vessel, tuple(EXTREMES), start, end), STEP_S)
    made: dict[tuple[str, str], tuple[float, int]] = {}
    async for block in history.stream_buckets(span, STEP_S, frozenset()):
        columns = (block.arrays[name].tolist() for name in ("channel_id", "time", "low", "high"))
        for number, time, low, high in zip(*columns, strict=True):
            channel = block.names[number]
            for side, value, sign in (("low", low, -1), ("high", high, 1)):
                if value != value or EXTREMES[channel] not in (side, "both"):  # noqa: PLR0124 - no value is NaN
                    continue
                known = made.get((channel, side))
                if known is None or sign * value > sign * known[0]:
                    made[channel, side] = (value, time // 1000)
    return [
        {"channel": channel, "side": side, "value": value, "utc_ms": time}
        for (channel, side), (value, time) in made.items()
    ]


def _part_pct(row: tuple[object, ...]) -> float | None:
    received, expected = (float(str(value)) if value is not None else 0.0 for value in row)
    return round(100.0 * received / expected, 2) if expected > 0.0 else None
