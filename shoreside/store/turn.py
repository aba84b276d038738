"""One worker at a time, however many programs there are: an advisory lock of the database for as long as a run takes.

Held for a run and not for a life: a worker that was stopped in its tracks between two runs holds nobody up.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from shoreside.store.connection import Connection

UPKEEP: Final = 0x726F_6C6C
"""Number of the lock under which roll-ups are made and old partitions dropped ('roll')."""


@asynccontextmanager
async def alone(connection: Connection, number: int = UPKEEP) -> AsyncGenerator[bool]:
    """Hold the lock `number` while the block runs; yield False at once where another session has it.

    The session that has it may take it again. It ends with the session, whatever becomes of the program.
    """
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (number,))
    if await cursor.fetchone() != (True,):
        yield False
        return
    try:
        yield True
    finally:
        if not connection.closed:
            await connection.execute("SELECT pg_advisory_unlock(%s)", (number,))
