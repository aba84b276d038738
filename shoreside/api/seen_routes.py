"""What operators saw: screens of consoles, heartbeats as they were told, and when what was measured came."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter

from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho
from shoreside.api.spans import From, To, window
from shoreside.live.recording import Heard, Screen
from shoreside.ports import StoreDownError
from shoreside.store.seen import Seen, UnkeptError

router = APIRouter(tags=["history"])
_log = logging.getLogger(__name__)

KEEP_S: Final = 5.0
"""Between two writings: one transaction of some rows."""
SPAN_MAX: Final = timedelta(hours=2)
"""Longest span of one answer: a stretch of the fastest replay is 40 min."""


@router.get("/vessels/{vessel}/seen")
async def seen(vessel: str, shore: TheShore, who: TheWho, start: From = None, to: To = None) -> dict[str, object]:
    """Return what is needed to show a span as it was seen; at most two hours.

    `screens`: what every console showed, whichever vessel; `heard`: the vessel's heartbeat as consoles were told of it;
    `sources`: which source each value was taken from when the span began, and each change within it, by her own time;
    `received`: [first, last, came, late] of what was measured, UTC ms: what came late no console's instruments showed.
    """
    who.require("read")
    shore.vessel(vessel)
    since, until = window(shore, start, to)
    if until - since > SPAN_MAX:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Ask for at most two hours.")
    kept = Seen(shore.readers)
    return {
        "screens": await kept.screens(since, until), "heard": await kept.heard(vessel, since, until),
        "sources": await kept.sources(vessel, since, until), "received": await kept.received(vessel, since, until),
    }  # fmt: skip


async def keep(shore: Shore) -> None:
    """Write what was recorded every few seconds until cancelled; while the database is away it waits, within bounds."""
    await shore.station.recalled.wait()
    while True:
        await asyncio.sleep(KEEP_S)
        await _write(shore, shore.station.recording.take())


async def keep_rest(shore: Shore) -> None:
    """Write the spans that are not over, at the end of the program."""
    if shore.station.role.consoles and shore.station.recalled.is_set():
        with suppress(asyncio.CancelledError):
            await _write(shore, shore.station.recording.take(everything=True))


async def _write(shore: Shore, rows: list[Screen | Heard]) -> None:
    """Keep rows: all together, or, where the database will not take one of them, each by itself."""
    recording = shore.station.recording
    if not rows:
        return
    try:
        await Seen(shore.readers).keep(rows)
    except StoreDownError:
        recording.put_back(rows)
    except UnkeptError as error:
        if len(rows) > 1:
            for row in rows:
                await _write(shore, [row])
        else:  # again and again it would hold up all that come later
            recording.lost_count += 1
            _log.warning("a row of what was seen cannot be kept: %s", error)
