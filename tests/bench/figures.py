"""Figures of a measurement: percentiles, and the memory of processes as the kernel counts it."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocols.aio.clock import SystemClock
from tests.demo_rig import ROOT, Demo
from tests.evidence import commit

MB = 1_000_000


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of `values` do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, min(len(ranked) - 1, -(-len(ranked) * int(percent) // 100) - 1))]


@dataclass(frozen=True)
class Figure:
    """One row of what `make bench` prints: a figure, how far it ranged, and what it should be."""

    what: str
    value: float
    unit: str = ""
    goal: str = ""
    """`at least 3`, `at most 0.6`; empty where the figure stands beside others and has none of its own."""
    span: tuple[float, float] | None = None
    """Least and greatest of the rounds whose middle `value` is; None where it was measured once."""
    notes: str = ""

    @property
    def is_met(self) -> bool | None:
        """Return whether the goal is met; None where there is none."""
        if not self.goal:
            return None
        bound, number = self.goal.rsplit(" ", 1)
        return {"at least": self.value >= float(number), "at most": self.value <= float(number)}[bound]

    def told(self) -> str:
        """Return its line."""
        span = f"({self.span[0]:.4g} to {self.span[1]:.4g})" if self.span else ""
        verdict = {True: "met", False: "NOT MET", None: ""}[self.is_met]
        shown = f"{self.value:.4g}{' ' + self.unit if self.unit else ''}"
        return f"{self.what:62s} {shown:>12s} {span:20s} {self.goal:15s} {verdict:8s} {self.notes}".rstrip()


RUN: Final = f"{commit()} {SystemClock().utc_ns()}"
"""Names this run beside each figure that is kept of it: the commit, and when."""
TABLE: Final[list[Figure]] = []
"""The rows of this run, in the order in which they were measured."""


def report(figure: Figure, **beside: float) -> None:
    """Print a row at once, put it into this run's table and, with figures beside it, into test-results/bench.json."""
    TABLE.append(figure)
    print(f"\n{figure.told()}")
    span = {"min": figure.span[0], "max": figure.span[1]} if figure.span else {}
    stated: dict[str, object] = {
        "value": figure.value,
        "unit": figure.unit,
        "goal": figure.goal,
        "is_met": figure.is_met,
        "notes": figure.notes,
        "run": RUN,
    }
    keep(figure.what, {**stated, **span, **beside})


def report_ratio(what: str, goal: str, ratios: Sequence[float], notes: str = "") -> None:
    """Report ours over a peer's or a limit's, both of the same rounds: the middle of `ratios`."""
    report(Figure(what, statistics.median(ratios), "", goal, (min(ratios), max(ratios)), notes), rounds=len(ratios))


def report_times(what: str, values_ms: Sequence[float], limit_ms: float) -> None:
    """Report the 99th percentile of times against their limit, with the middle and the worst beside it."""
    p50, p99, worst = percentile(values_ms, 50), percentile(values_ms, 99), max(values_ms)
    notes = f"n {len(values_ms)}, p50 {p50:.1f} ms, max {worst:.1f} ms"
    report(
        Figure(f"{what}, p99", p99, "ms", f"at most {limit_ms:g}", None, notes), n=len(values_ms), p50=p50, max=worst
    )


def table() -> list[str]:
    """Return the lines of this run's table, and last how many goals were met."""
    if not TABLE:
        return []
    judged = [row for row in TABLE if row.is_met is not None]
    missed = [row.what for row in judged if not row.is_met]
    ending = f"{len(judged) - len(missed)} of {len(judged)} goals met" + (
        f"; not met: {'; '.join(missed)}" if missed else ""
    )
    return [*(row.told() for row in TABLE), ending]


def rounds(ours: Callable[[], float], theirs: Callable[[], float], count: int = 5) -> tuple[float, ...]:
    """Return ours / theirs of `count` rounds, run in turn (A B, B A, ...), each a figure in CPU seconds or a rate."""
    found: list[float] = []
    for number in range(count):
        if number % 2 == 0:
            a, b = ours(), theirs()
        else:
            b, a = theirs(), ours()
        found.append(a / b)
    return tuple(found)


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds (user and system) of this process that `work` takes, to the microsecond.

    `os.times` counts in ticks of 10 ms: of a round of 70 ms that is a seventh.
    """
    before_s = time.process_time()
    work()
    return time.process_time() - before_s


def keep(what: str, figures: Mapping[str, object]) -> None:
    """Write figures to test-results/bench.json beside those of the other measurements."""
    path = ROOT / "test-results" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    known: dict[str, object] = json.loads(path.read_text()) if path.is_file() else {}
    known.pop(what, None)  # the order is that of measuring
    path.write_text(json.dumps({**known, what: figures}, indent=1) + "\n")


@dataclass(frozen=True)
class Memory:
    """Memory of one process, bytes."""

    rss: int
    """Resident, pages shared with others counted in full."""
    pss: int
    """Resident, each shared page divided by the number of its users: these add up."""
    private: int
    """Resident and of this process alone."""


def memory(pid: int) -> Memory:
    """Return the memory of `pid` from the kernel's own summary (smaps_rollup)."""
    fields = {
        line.split(":")[0]: int(line.split()[1]) * 1024
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    }
    return Memory(fields["Rss"], fields["Pss"], fields["Private_Clean"] + fields["Private_Dirty"])


def together(parts: Sequence[Memory]) -> Memory:
    """Return what processes hold together; `rss` counts what they share (the same libraries) once."""
    private = sum(part.private for part in parts)
    return Memory(private + max(part.rss - part.private for part in parts), sum(part.pss for part in parts), private)


def family(pid: int) -> list[int]:
    """Return `pid` and all its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def demo_memory(demo: Demo) -> dict[str, Memory]:
    """Return the memory of each process of a demo with all it started, by name; the demo itself as `demo`."""
    rows = Demo.read(demo.folder).facts
    found = {}
    for row in rows["processes"]:
        found[str(row["name"])] = together([memory(pid) for pid in family(int(row["pid"]))])
    return {**found, "demo": memory(int(rows["pid"]))}
