"""How much memory the demo and each of its processes take."""

from __future__ import annotations

from tests.bench.figures import MB, Figure, demo_memory, report, together
from tests.demo_rig import Demo, let_pass

AGENT_MB = 100
DEMO_MB = 1200
SETTLE_S = 20.0
"""Collecting for a while first: windows, caches and the database's buffers fill."""


def test_memory(demo: Demo) -> None:
    """Prints RSS and PSS of every process; the agent (collector and safety process) and the whole demo have limits."""
    let_pass(SETTLE_S)
    found = demo_memory(demo)
    for name, one in sorted(found.items(), key=lambda row: -row[1].pss):
        print(f"  {name:20s} RSS {one.rss / MB:7.1f} MB   PSS {one.pss / MB:7.1f} MB")
    agents = {
        row["vessel"]: [found[f"{role}-{row['vessel']}"] for role in ("collector", "safety")]
        for row in demo.facts["vessels"]
    }
    for vessel, parts in agents.items():
        rss, once = sum(one.rss for one in parts) / MB, together(parts).rss / MB
        notes = f"{rss:.1f} with shared pages twice"
        report(
            Figure(f"agent {vessel}, RSS of both processes", once, "MB", f"at most {AGENT_MB:g}", None, notes),
            rss_sum=rss,
        )
    total = sum(one.pss for one in found.values()) / MB
    counted = sum(one.rss for one in found.values()) / MB
    notes = f"PSS {total:.0f} MB"
    report(
        Figure("demo, RSS, shared pages counted again", counted, "MB", f"at most {DEMO_MB:g}", None, notes), pss=total
    )
    assert counted < DEMO_MB
