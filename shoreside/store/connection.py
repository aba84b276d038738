"""Connections to PostgreSQL: one that the writer owns, and a pool for readers, of whom none waits for a dead server.

A server that is stopped, or whose answers no longer arrive, breaks no connection: the kernel goes on to acknowledge. So the
readers look after the time themselves, and cut what hangs.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final, TypeAlias

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from protocols.aio.clock import Clock, SystemClock
from shoreside.ports import StoreDownError, TooLongError
from shoreside.store.rows import moment

Row: TypeAlias = tuple[object, ...]
Connection: TypeAlias = psycopg.AsyncConnection[Row]

CONNECT_TIMEOUT_S: Final = 5
ACQUIRE_TIMEOUT_S: Final = 3.0
"""A reader waits this long for a connection, then the caller hears that the database is not there."""
STATEMENT_TIMEOUT_MS: Final = 20_000
"""A reader's longest query; the writer's are bounded by its batches."""
SORT_MB: Final = 16
"""What a reader's query may sort in memory: the largest page, 50,000 buckets, has 5 MB; the server's 4 MB went to disk."""
READERS_MAX: Final = 4
CHECK_TIMEOUT_S: Final = 1.5
"""A pooled connection that has not answered a nothing by then is of a server that was there once."""
WATCH_AFTER_S: Final = 2.5
"""A query that takes longer is watched: the server is asked on another connection whether it is alive."""
PROBE_TIMEOUT_S: Final = 1.0
"""With the above 3.5 s until a query on a dead server ends; one that is alive may take its 20 s."""
_KEEPALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


async def connect(url: str) -> Connection:
    """Return a new connection; raise StoreDownError when there is none to be had."""
    try:
        return await psycopg.AsyncConnection.connect(
            url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True, keepalives_idle=10, keepalives_interval=5,
            keepalives_count=3, tcp_user_timeout=15_000, options="-c timezone=UTC",
        )  # fmt: skip
    except psycopg.Error as error:
        raise StoreDownError(_first_line(error)) from error


class Readers:
    """A small pool for queries; after an outage a new pool is made, since an old one may wait for ever."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Prepare; nothing is opened before the first use. `clock`: whose time the database is told, the machine's if None."""
        self._url, self._clock = url, clock or SystemClock()
        self._pool: AsyncConnectionPool[Connection] | None = None
        self._opening = asyncio.Lock()

    def now(self) -> datetime:
        """Return the time, UTC: a statement is told it, so that the database server's own clock does not matter."""
        return moment(self._clock.utc_ns())

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """Lend a connection; raise StoreDownError when none can be had or it breaks, TooLongError for a question without end."""
        pool = await self._ready_pool()
        try:
            async with pool.connection(timeout=ACQUIRE_TIMEOUT_S) as connection:
                watch = asyncio.create_task(self._watch(connection), name="reader watch")
                try:
                    yield connection
                finally:
                    watch.cancel()
        except PoolTimeout as error:
            await self._discard(pool)
            raise StoreDownError("no database connection within 3 s") from error
        except (
            psycopg.errors.UndefinedTable
        ) as error:  # asked before a process that starts has brought the schema forward
            raise StoreDownError(f"the database is not ready yet: {_first_line(error)}") from error
        except psycopg.errors.QueryCanceled as error:
            raise TooLongError(f"stopped after {STATEMENT_TIMEOUT_MS // 1000} s") from error
        except psycopg.OperationalError as error:
            raise StoreDownError(_first_line(error)) from error

    async def all(self, query: str, *arguments: object) -> list[Row]:
        """Return the rows of a query; raise StoreDownError as `connection` does."""
        async with self.connection() as connection:
            cursor = await connection.execute(query.encode(), arguments)
            return await cursor.fetchall()

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close(timeout=1.0)
            self._pool = None

    async def _watch(self, connection: Connection) -> None:
        """Cut a connection whose server does not answer others either; what waits on it fails, and says so."""
        while True:
            await asyncio.sleep(WATCH_AFTER_S)
            probe = asyncio.create_task(_answers(self._url))
            done, _ = await asyncio.wait({probe}, timeout=PROBE_TIMEOUT_S)
            if probe not in done or not probe.result():
                cut(connection)
                probe.cancel()
                return

    async def _ready_pool(self) -> AsyncConnectionPool[Connection]:
        async with self._opening:
            if self._pool is None:
                options = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC -c work_mem={SORT_MB}MB"
                pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
                    self._url, min_size=1, max_size=READERS_MAX, open=False, check=_check,
                    kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S, "options": options, **_KEEPALIVE},
                )  # fmt: skip
                await pool.open(wait=False)
                self._pool = pool
            return self._pool

    async def _discard(self, pool: AsyncConnectionPool[Connection]) -> None:
        if self._pool is pool:
            self._pool = None
            await pool.close(timeout=0.5)


def cut(connection: Connection) -> None:
    """Break a connection from below: every wait on it ends with an error at once, which no cancellation achieves."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)


async def _check(connection: Connection) -> None:
    cutting = asyncio.get_running_loop().call_later(CHECK_TIMEOUT_S, cut, connection)
    try:
        await connection.execute("")
    finally:
        cutting.cancel()


async def _answers(url: str) -> bool:
    """Return whether the server greets a new connection."""
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=2):
            return True
    except (psycopg.Error, OSError):
        return False


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
