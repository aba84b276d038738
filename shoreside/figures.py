"""What a station counts about itself, for its metrics, and how it tells of an order. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from shoreside.ports import OrderNote, Work

NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class Figures:
    """Counts since the start."""

    commits: int = 0
    commit_s: float = 0.0
    """Seconds spent in commits, the time in which the store was away included."""
    commit_last_s: float = 0.0
    ingest_lag_s: float = 0.0
    """From the last scan of the newest live batch of the last commit to its being durable, by the clocks of both ends."""
    acks: int = 0
    orders: Counter[str] = field(default_factory=Counter[str])
    """Orders passed on, by what became of them here: sent, REFUSED, UNKNOWN."""

    def committed(self, work: Work, took_s: float, utc_ns: int) -> None:
        """Count a commit that took `took_s` and ended at `utc_ns`."""
        self.commits += 1
        self.commit_s += took_s
        self.commit_last_s = took_s
        scans = [
            int(batch.scan_utc_ns[-1]) for batch in work.batches if not batch.historical and len(batch.scan_utc_ns)
        ]
        if scans:
            self.ingest_lag_s = (utc_ns - max(scans)) / NS_PER_S


def order_line(note: OrderNote) -> dict[str, object]:
    """Return what every log line about an order says; the id is the same from the console to the actuator and back."""
    return {
        "order_id": note.order_id, "vessel": note.vessel, "kind": note.kind, "state": note.state, "person": note.person,
        "source": note.source, "said_utc_ms": note.utc_ns // 1_000_000,
    }  # fmt: skip
