"""An hour of the demo: what each process takes at its end against what it took when it had settled."""

from __future__ import annotations

import pytest

from tests.bench.figures import MB, demo_memory, keep
from tests.demo_rig import Demo, let_pass, now

SETTLE_S = 120.0
LOOK_S = 60.0
GROWTH_MAX_PERCENT_PER_H = 5.0
"""What a process may grow in an hour; the shore's track of three ships alone is 3 x 3600 points, 1 MB."""


@pytest.mark.soak
def test_memory_stays(demo: Demo, request: pytest.FixtureRequest) -> None:
    """Prints the memory of every process each minute; none restarted, and the whole grew no more than it may."""
    duration_s = float(str(request.config.getoption("--duration")))
    let_pass(min(SETTLE_S, duration_s / 4))
    began, first = now(), demo_memory(demo)
    while (gone_s := (now() - began).total_seconds()) < duration_s:
        let_pass(min(LOOK_S, duration_s - gone_s))
        total = sum(one.pss for one in demo_memory(demo).values()) / MB
        rows = demo.get("/healthz")["vessels"]
        print(f"  {gone_s:6.0f} s  {total:7.1f} MB  " + "  ".join(f"{row['vessel']} {row['step']}" for row in rows))
    last = demo_memory(demo)
    assert [row["name"] for row in Demo.read(demo.folder).facts["processes"] if row["restarts"]] == []
    for name in sorted(first):
        print(f"  {name:20s} {first[name].pss / MB:7.1f} -> {last[name].pss / MB:7.1f} MB")
    before, after = (sum(one.pss for one in found.values()) / MB for found in (first, last))
    growth = 100.0 * (after / before - 1.0) * 3600.0 / duration_s
    keep("soak", {"first_mb": before, "last_mb": after, "growth_percent_per_h": growth, "duration_s": duration_s})
    print(f"soak: {before:.0f} MB -> {after:.0f} MB in {duration_s:.0f} s, {growth:.1f} % an hour")
    if duration_s >= 3600.0:
        assert growth <= GROWTH_MAX_PERCENT_PER_H
