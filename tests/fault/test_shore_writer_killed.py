"""The shore is killed in the middle of its commits: what it acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

CHILD = """
import asyncio, sys
from shoreside.ports import Work
from shoreside.store.postgres import PostgresStore
from protocols.link import codec
from tests.shore_kit import Ship

async def main():
    store, ship = PostgresStore(sys.argv[1]), Ship()
    known = await store.load()
    seq = max((last for spans in known.batches.values() for _, last in spans), default=0)
    print("from", seq, flush=True)
    while True:
        part = tuple(codec.decode(ship.batch(seq + n)[1]) for n in range(1, 21))
        await store.commit(Work(batches=part))
        seq += 20
        print("committed", seq, flush=True)

asyncio.run(main())
"""
ROUNDS = 4
COMMITS_BEFORE_KILL = (3, 7, 12, 5)
SAMPLES_PER_BATCH = 4


def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(database_url: str) -> None:
    """Four kills without warning, each after some commits; the ledger and the samples agree to the row."""
    acknowledged = 0
    for rounds in range(ROUNDS):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, database_url], stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
        assert child.stdout is not None
        for _ in range(COMMITS_BEFORE_KILL[rounds] + 1):
            word, _, seq = child.stdout.readline().partition(" ")
            assert word in ("from", "committed")
            acknowledged = max(acknowledged, int(seq))
        child.kill()
        child.wait(timeout=10)
        child.stdout.close()
        with psycopg.connect(database_url) as connection:
            query = "SELECT count(*), min(seq), max(seq), sum(samples) FROM batch_ledger"
            ledger = connection.execute(query).fetchone()
            samples = connection.execute("SELECT count(*) FROM sample").fetchone()
        assert ledger is not None
        assert samples is not None
        count, first, last, listed = ledger
        # All that was acknowledged is there, in whole commits, and every sample that the ledger lists.
        assert first == 1
        assert last >= acknowledged
        assert count == last
        assert count % 20 == 0
        assert listed == samples[0] == count * SAMPLES_PER_BATCH
