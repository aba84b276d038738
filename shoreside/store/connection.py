"""Connections to PostgreSQL: one that the writer owns, and a pool for readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shoreside.ports import StoreDownError

Row: TypeAlias = tuple[object, ...]
Connection: TypeAlias = psycopg.AsyncConnection[Row]

CONNECT_TIMEOUT_S: Final = 5
ACQUIRE_TIMEOUT_S: Final = 3.0
"""A reader waits this long for a connection, then the caller hears that the database is not there."""
STATEMENT_TIMEOUT_MS: Final = 20_000
"""A reader's longest query; the writer's are bounded by its batches."""
READERS_MAX: Final = 4
_KEEPALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


async def connect(url: str) -> Connection:
    """Return a new connection; raise StoreDownError when there is none to be had."""
    try:
        connection = await psycopg.AsyncConnection.connect(
            url, connect_timeout=CONNECT_TIMEOUT_S, autocommit=True, keepalives_idle=10, keepalives_interval=5,
            keepalives_count=3, tcp_user_timeout=15_000,
        )  # fmt: skip
        await connection.execute("SET TIME ZONE 'UTC'")
    except psycopg.Error as error:
        raise StoreDownError(_first_line(error)) from error
    return connection


class Readers:
    """A small pool for queries; after an outage a new pool is made, since an old one may wait for ever."""

    def __init__(self, url: str) -> None:
        """Prepare; nothing is opened before the first use."""
        self._url = url
        self._pool: AsyncConnectionPool[Connection] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """Lend a connection; raise StoreDownError when none can be had or it breaks."""
        pool = await self._ready_pool()
        try:
            async with pool.connection(timeout=ACQUIRE_TIMEOUT_S) as connection:
                yield connection
        except PoolTimeout as error:
            await self._discard(pool)
            raise StoreDownError("no database connection within 3 s") from error
        except psycopg.OperationalError as error:
            raise StoreDownError(_first_line(error)) from error

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close(timeout=1.0)
            self._pool = None

    async def _ready_pool(self) -> AsyncConnectionPool[Connection]:
        async with self._opening:
            if self._pool is None:
                options = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
                pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
                    self._url, min_size=1, max_size=READERS_MAX, open=False, check=AsyncConnectionPool.check_connection,
                    kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S, "options": options, **_KEEPALIVE},
                )  # fmt: skip
                await pool.open(wait=False)
                self._pool = pool
            return self._pool

    async def _discard(self, pool: AsyncConnectionPool[Connection]) -> None:
        if self._pool is pool:
            self._pool = None
            await pool.close(timeout=0.5)


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
