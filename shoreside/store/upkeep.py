"""The store's own work behind the commits: roll-ups every few seconds, retention every hour. One task, its own connection.

Every process that keeps runs it, so that whichever lives does the work; a lock of the database lets one work at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from protocols.aio.clock import Clock
from shoreside.ports import StoreDownError
from shoreside.store.connection import Connection, connect
from shoreside.store.retention import Retention, drop_old, empty_undated
from shoreside.store.rollup import roll
from shoreside.store.seen import drop_seen
from shoreside.store.turn import alone

PAUSE_S: Final = 5.0
"""Between two looks for minutes that are over: with the minute itself and its 15 s of grace, roll-ups are 80 s behind."""
BUSY_PAUSE_S: Final = 0.2
"""While more is due (after an outage): the database breathes between two transactions."""
RETENTION_S: Final = 3600.0
STEP_S: Final = 3600.0
"""A clock that gains or loses more than this against the monotonic one between two looks was set, or has gone mad."""
HELD_S: Final = 86_400.0
"""So long nothing is dropped after such a step: time for somebody to see it. A wrong year must not cost the history."""
RETRY_S: Final = 5.0


class Upkeep:
    """Keeps roll-ups up with the samples and drops what is past keeping."""

    def __init__(self, url: str, clock: Clock, keep: Retention, log: Callable[[str, dict[str, object]], None]) -> None:
        """Prepare; nothing is opened before `run`."""
        self._url, self._clock, self._keep, self._log = url, clock, keep, log
        self._retained_s: float | None = None
        self._apart_s: float | None = None
        self._held_until_s = float("-inf")
        self.minutes_rolled = 0
        """Vessel-minutes rolled up since the start."""
        self.partitions_dropped = 0

    async def run(self) -> None:
        """Work until cancelled, on a database brought to its schema; one that is away is tried again every few seconds."""
        while True:
            try:
                connection = await connect(self._url)
                try:
                    await self._work(connection)
                finally:
                    await connection.close()
            except (StoreDownError, psycopg.Error, OSError) as error:
                self._log("the store's upkeep waits", {"error": str(error).strip().partition("\n")[0]})
            await asyncio.sleep(RETRY_S)

    async def _work(self, connection: Connection) -> None:
        while True:
            async with alone(connection) as is_ours:
                rolled = await roll(connection, self._now()) if is_ours else 0
                self.minutes_rolled += rolled
                if is_ours and not rolled:
                    await self._retain(connection)
            await asyncio.sleep(BUSY_PAUSE_S if rolled else PAUSE_S)

    async def _retain(self, connection: Connection) -> None:
        now_s = self._clock.now_s()
        if self._is_clock_doubtful(now_s):
            return
        if self._retained_s is not None and now_s - self._retained_s < RETENTION_S:
            return
        self._retained_s = now_s
        for name in await drop_old(connection, self._keep, self._now()):
            self.partitions_dropped += 1
            self._log("past keeping, dropped", {"partition": name})
        seen = await drop_seen(connection, self._keep.raw_days, self._now())
        if seen:
            self._log("past keeping, deleted", {"screens_and_heartbeats": seen})
        for name in await empty_undated(connection, self._keep, self._now()):
            self._log("past keeping, emptied", {"partition": name})

    def _is_clock_doubtful(self, now_s: float) -> bool:
        """Return whether the wall clock was set within the last day."""
        apart_s = self._clock.utc_ns() / 1e9 - now_s
        if self._apart_s is not None and abs(apart_s - self._apart_s) > STEP_S:
            self._held_until_s = now_s + HELD_S
            self._log("the clock was set: nothing is dropped for a day", {"step_s": round(apart_s - self._apart_s)})
        self._apart_s = apart_s
        return now_s < self._held_until_s

    def _now(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self._clock.utc_ns() // 1000)
