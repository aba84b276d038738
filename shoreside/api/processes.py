"""What one process of the station tells the others of itself: that it is there, what is wrong, what it lost or refused."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

from shoreside.api.health import faults
from shoreside.api.metrics import ShoreCollector
from shoreside.api.shore import Shore
from shoreside.ports import StoreDownError
from shoreside.store.administration import Figure, Process
from shoreside.store.rows import moment

REPORT_S: Final = 10.0
"""Between two reports: one row of a kilobyte; who has not spoken for three of them is shown as silent."""
FIGURES: Final = (
    "farhelm_shore_pending_dropped", "farhelm_shore_inbox_dropped", "farhelm_shore_sayings_dropped",
    "farhelm_shore_refused", "farhelm_shore_unread", "farhelm_shore_unforeseen", "farhelm_shore_over_share",
    "farhelm_shore_frames_dropped", "farhelm_shore_consoles_closed", "farhelm_shore_conflated",
    "farhelm_shore_seen_lost", "farhelm_shore_stops_failed",
)  # fmt: skip
"""Counters of what was lost, refused or replaced, in the order in which they are shown; of others `/metrics` tells."""


def told(shore: Shore) -> Process:
    """Return what this process says of itself now."""
    now = moment(shore.clock.utc_ns())
    started = now - timedelta(seconds=shore.clock.now_s() - shore.started_s)
    wrong = faults(shore)
    counted: dict[str, list[Figure]] = {
        family.name: [(family.name, next(iter(sample.labels.values()), ""), sample.value) for sample in family.samples]
        for family in ShoreCollector(shore, degraded=bool(wrong)).collect()
    }
    figures = [row for name in FIGURES for row in counted.get(name, ())]
    return Process(shore.name, shore.station.role.name, shore.version, started, now, wrong, figures)


async def report(shore: Shore) -> None:
    """Report every few seconds until cancelled; while the database is away nobody could read it."""
    await shore.station.recalled.wait()
    while True:
        with suppress(StoreDownError):
            await shore.people.administration.report(told(shore))
        await asyncio.sleep(REPORT_S)
