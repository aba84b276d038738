"""A shore that writes into a real database beside a real collector, and what its ledger says of the ship's batches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from tests.agent_kit import VESSEL
from tests.shore_crew import CONFIG
from tests.shore_kit import Ship

_LEDGER = """
SELECT epoch, seq, historical, received FROM batch_ledger JOIN vessel ON id = vessel_id WHERE slug = %s ORDER BY seq
"""
_HEADINGS = """
SELECT time, value FROM sample JOIN channel ON channel.id = channel_id JOIN vessel ON vessel.id = vessel_id
WHERE slug = %s AND short_id = 'NAV_HDG' AND quality = 0 ORDER BY time
"""
_TWICE = "SELECT vessel_id, channel_id, time FROM sample GROUP BY 1, 2, 3 HAVING count(*) > 1 LIMIT 5"
_KEPT = """
SELECT (SELECT coalesce(sum(samples), 0) FROM batch_ledger),
  (SELECT count(*) FROM sample) + (SELECT count(*) FROM text_sample)
"""
_GAPS = "SELECT stream, first_seq, last_seq FROM gap JOIN vessel ON id = vessel_id WHERE slug = %s"


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch in the ledger."""

    epoch: int
    seq: int
    historical: bool
    received: datetime


def ingest(folder: Path, broker_url: str, database_url: str, port: int) -> list[str]:
    """Write the configuration of a shore that knows the agent's vessel; return the arguments of its ingest process."""
    text = CONFIG.format(broker=broker_url, database=database_url, key=Ship().public_key.hex())
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{port}") + f"[vessels.{VESSEL}]\n"
    (folder / "shore.toml").write_text(text)
    return ["-m", "shoreside", "--config", str(folder / "shore.toml"), "--role", "ingest"]


@dataclass(frozen=True, slots=True)
class Ashore:
    """What the database holds at one moment."""

    kept: list[Kept]
    """The vessel's batches, in order."""
    headings: list[tuple[datetime, float]]
    """Its good headings, degrees, by the ship's time."""
    twice: list[Any]
    """Samples of any vessel of which there are two."""
    listed: int
    """Samples that the ledger lists, of all vessels."""
    stored: int
    """Samples that are there."""
    gaps: list[Any]
    """Gaps of the vessel that the shore tells."""


def ashore(database_url: str, vessel: str = VESSEL) -> Ashore:
    """Return what the database holds now, all of one snapshot; nothing while the shore has not made its tables."""
    with psycopg.connect(database_url, options="-c timezone=UTC") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        def answer(query: str, *arguments: str) -> list[Any]:
            return connection.execute(query.encode(), arguments).fetchall()

        if answer("SELECT to_regclass('gap')") == [(None,)]:
            return Ashore([], [], [], 0, 0, [])
        listed, stored = answer(_KEPT)[0]
        kept = [Kept(*row) for row in answer(_LEDGER, vessel)]
        headings = [(time, float(value)) for time, value in answer(_HEADINGS, vessel)]
        return Ashore(kept, headings, answer(_TWICE), listed, stored, answer(_GAPS, vessel))


async def once(database_url: str, holds: Callable[[Ashore], bool], seconds: float) -> Ashore:
    """Wait until something holds of what is ashore; return it as it was then."""
    async with asyncio.timeout(seconds):
        while not holds(now := ashore(database_url)):  # noqa: ASYNC110 - other programs write there
            await asyncio.sleep(0.2)
    return now


def missing(kept: list[Kept]) -> list[int]:
    """Return the sequences up to the last one that were not kept; the first is 1."""
    return sorted(set(range(1, max((row.seq for row in kept), default=0) + 1)) - {row.seq for row in kept})


def skips(degrees: list[float]) -> list[tuple[float, float]]:
    """Return the neighbours that are not one degree apart, as the lines of the agent's tests are."""
    return [(a, b) for a, b in pairwise([-1.0, *degrees]) if round(b - a) % 360 != 1]


def judge(now: Ashore) -> None:
    """Assert that each batch and each heading fed was kept, once, and each sample that the ledger lists."""
    assert len({row.epoch for row in now.kept}) == 1
    assert missing(now.kept) == []
    assert skips([value for _, value in now.headings]) == []
    assert now.twice == []
    assert now.listed == now.stored > 0
    assert now.gaps == []
