"""Figures of a measurement: percentiles, and the memory of processes as the kernel counts it."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.demo_rig import ROOT, Demo

MB = 1_000_000


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of `values` do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, min(len(ranked) - 1, -(-len(ranked) * int(percent) // 100) - 1))]


def told(what: str, values_ms: Sequence[float], limit_ms: float) -> str:
    """Return one line of a report, and keep the figures below test-results/ for a comparison."""
    p50, p99, worst = percentile(values_ms, 50), percentile(values_ms, 99), max(values_ms)
    keep(what, {"n": len(values_ms), "p50_ms": p50, "p99_ms": p99, "max_ms": worst, "limit_ms": limit_ms})
    return f"{what}: n {len(values_ms)}, p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {worst:.1f} ms (limit {limit_ms:.0f})"


@dataclass(frozen=True)
class Ratio:
    """What one of our parts costs beside a peer or a limit, both measured in the same rounds."""

    what: str
    goal: str
    """What the ratio should be, in words: `at least 3`."""
    ratios: tuple[float, ...]
    """Ours over theirs, a round each."""
    notes: str = ""

    @property
    def median(self) -> float:
        """Return the middle of the rounds: what is quoted."""
        return statistics.median(self.ratios)

    def told(self) -> str:
        """Return one line of the table, and keep the figures in test-results/bench.json."""
        low, high = min(self.ratios), max(self.ratios)
        keep(self.what, {"median": self.median, "min": low, "max": high, "rounds": len(self.ratios)})
        return f"{self.what:52s} {self.median:8.3f} ({low:.3f}..{high:.3f})  goal {self.goal}  {self.notes}"


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


def keep(what: str, figures: dict[str, float]) -> None:
    """Write figures to test-results/bench.json beside those of the other measurements."""
    path = ROOT / "test-results" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    known: dict[str, object] = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps({**known, what: figures}, indent=1, sort_keys=True) + "\n")


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
