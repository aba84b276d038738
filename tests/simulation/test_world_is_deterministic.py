"""One seed, one world: the same seed writes the same log byte for byte, in any process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VOYAGE = """
import sys
from simulators.loop import run
from simulators.world import World

async def voyage(seed):
    async with World(seed, ("otter", "petrel")) as world:
        ann = world.operator("ann", "otter")
        await ann.take()
        await ann.order("conn.heading", heading_deg=95.0)
        await world.forward(seconds=10)
        world.cut("otter")
        await world.forward(seconds=20)
        world.restore("otter")
        world.cut("petrel", "reset")
        await world.forward(seconds=10)
    return world.log

sys.stdout.buffer.write(run(voyage(int(sys.argv[1]))))
"""
"""Orders, both kinds of cut, two vessels: what the programs do in it passes through every part of the world."""


def sail(seed: int, hash_seed: str) -> bytes:
    """Return the log of the voyage, sailed in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", VOYAGE, str(seed)], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True, check=False, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_the_same_seed_writes_the_same_log_in_another_process_and_another_seed_another() -> None:
    # The same voyage, in two processes whose sets and dicts hash differently: not one byte differs.
    first, again = sail(7, "1"), sail(7, "4242")
    assert first == again

    # It is a log worth comparing: every part of the world speaks in it, and time never goes back.
    entries = [json.loads(line) for line in first.splitlines()]
    assert {
        "broker", "store", "world", "station", "ann", "otter/ship", "otter/collector", "otter/safety", "otter/bridge",
        "petrel/ship",
    } <= {entry["who"] for entry in entries}  # fmt: skip
    assert {"message", "session-ended", "commit", "truth", "actuate", "ladder"} <= {entry["event"] for entry in entries}
    times = [entry["t"] for entry in entries]
    assert times == sorted(times)
    assert len(entries) > 1000

    # Another seed: another sea, other noise, another log. Without this the comparison above might compare nothing.
    assert sail(8, "1") != first
