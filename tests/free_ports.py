"""Ports for tests: each process of a run has a range of its own below the ephemeral ports, and gives none out twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from farhelm.demo.ports import is_free

FIRST: Final = 18_000
WIDTH: Final = 750
"""Ports of one process; four processes end where the ports of a demo begin, so that a test and a demo do not meet."""


def _turns() -> Iterator[int]:
    """Return the ports of this process, round and round, a starting place for each process that is not one of a pair."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    first = FIRST + WIDTH * (1 + int(worker[2:]) % 3 if worker.startswith("gw") else 0)
    skip = os.getpid() * 37 % WIDTH
    while True:
        for turn in range(WIDTH):
            yield first + (skip + turn) % WIDTH


_TURNS = _turns()


def free_port() -> int:
    """Return a port that nobody holds; each is given out once in thousands, for who is told it binds it a moment later."""
    return next(port for port, _ in zip(_TURNS, range(WIDTH), strict=False) if is_free(port))
