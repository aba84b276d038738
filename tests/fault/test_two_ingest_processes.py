"""Two ingest processes share one subscription and one of them is killed: each batch and event is kept exactly once."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.shore_crew import Crew, KeepingShip, at_sea, running_crew
from tests.shore_kit import Ship

BATCHES = 240
SAMPLES_PER_BATCH = 4


async def _is_ready(url: str) -> None:
    async with httpx.AsyncClient() as http, asyncio.timeout(60):
        while True:
            try:
                if (await http.get(f"{url}/healthz")).json()["status"] == "ok":
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)


def _rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(query.encode()).fetchall()


async def _batches_of(url: str) -> float:
    async with httpx.AsyncClient() as http:
        lines = (await http.get(f"{url}/metrics")).text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("farhelm_shore_batches_total ")))


async def _half_is_lost_with_the_process(crew: Crew, keeping: KeepingShip, trusting: KeepingShip) -> None:
    """Stop one process, let both ships speak, and kill it: what the broker had handed to it is gone."""
    crew.signal("second", signal.SIGSTOP)
    for ship in (keeping, trusting):
        ship.make(40)
        await ship.send()
    crew.signal("second", signal.SIGKILL)


@pytest.mark.timeout(240)
async def test_one_of_two_ingest_processes_is_killed(database_url: str, tmp_path: Path) -> None:
    """Proves R2 for ingest, and R8 with two writers: 0 lost, 0 doubled, acknowledgements that are true.

    Negative control: a ship that trusts the broker's word, and sends nothing twice, loses batches in the same run.
    """
    ship = Ship()
    async with running_crew(database_url, tmp_path, ship) as crew:
        first, second = crew.start("first", "ingest"), crew.start("second", "ingest")
        await asyncio.gather(_is_ready(first), _is_ready(second))
        async with (
            at_sea(KeepingShip(ship, crew, "k")) as keeping,
            at_sea(KeepingShip(Ship("trusting", seed=9), crew, "t")) as trusting,
        ):
            # Both work: the broker hands each about half, out of order for either of them.
            for _ in range(4):
                keeping.make(30)
                await keeping.send()
                await asyncio.sleep(0.2)
            await keeping.settle(60)
            shares = [await _batches_of(url) for url in (first, second)]
            assert min(shares) >= 20, shares
            # One is killed in mid-flow.
            await _half_is_lost_with_the_process(crew, keeping, trusting)
            # The other takes over what the ship sends again; a third one joins.
            keeping.make(BATCHES - keeping.made)
            third = crew.start("third", "ingest")
            await keeping.settle(90)
            await _is_ready(third)
            # All of it once more, for whoever gets it: nothing is added, all is acknowledged again.
            keeping.batches = {seq: ship.batch(seq) for seq in range(1, BATCHES + 1)}
            await keeping.settle(90)
    ledger = _rows(database_url, "SELECT seq FROM batch_ledger JOIN vessel ON id = vessel_id WHERE slug = 'kestrel'")
    assert sorted(ledger) == [(seq,) for seq in range(1, BATCHES + 1)]
    doubled = "SELECT channel_id, time FROM sample JOIN vessel ON id = vessel_id WHERE slug = 'kestrel'"
    samples = _rows(database_url, doubled)
    assert len(samples) == len(set(samples)) == BATCHES * SAMPLES_PER_BATCH
    progress = _rows(
        database_url, "SELECT seqs::text FROM batch_progress JOIN vessel ON id = vessel_id WHERE slug = 'kestrel'"
    )
    assert progress == [(f"{{[1,{BATCHES + 1})}}",)]
    events = _rows(
        database_url, "SELECT seq FROM event JOIN vessel ON id = vessel_id WHERE slug = 'kestrel' ORDER BY seq"
    )
    assert events == [(seq,) for seq in range(1, BATCHES // 10 + 1)]
    assert _rows(database_url, "SELECT count(*) = max(id) FROM ledger") == [(True,)]
    assert _rows(database_url, "SELECT * FROM gap") == []
    lost = 40 - len(
        _rows(database_url, "SELECT 1 FROM batch_ledger JOIN vessel ON id = vessel_id WHERE slug='trusting'")
    )
    assert lost > 0, "the negative control lost nothing: the fault was none"
    for name in ("first", "third"):
        for line in (tmp_path / f"{name}.log").read_text().splitlines():
            assert json.loads(line)["level"] != "error", line
