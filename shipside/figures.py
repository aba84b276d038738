"""Which figures the two processes aboard tell; how they are told stands in `metrics.py`."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from protocols.aio.clock import Clock
from shipside.metrics import Family, of_inputs, of_rejections, one
from shipside.ports import LineSource

if TYPE_CHECKING:
    from shipside.collector import Collector
    from shipside.commanding.safety import SafetyShell
    from shipside.storage.spool import Spool

MARKS_MAX: Final = 2880
"""Marks of the newest batch, one a scrape: half a day at 15 s. An older batch is said to be at least that old."""


class Kept:
    """How old the oldest batch aboard is: from when its sequence was the newest."""

    def __init__(self, clock: Clock) -> None:
        """Know nothing from before this start."""
        self._marks: deque[tuple[int, float]] = deque([(0, clock.now_s())], maxlen=MARKS_MAX)

    def age_s(self, spool: Spool, now_s: float) -> float:
        """Return the age of the oldest batch not acknowledged, seconds, to within a scrape; 0 where there is none."""
        self._marks.append((spool.last_seq, now_s))
        oldest = spool.after(0, 1)
        if not oldest:
            return 0.0
        return now_s - next((at_s for seq, at_s in self._marks if seq >= oldest[0]), now_s)


def of_collector(collector: Collector, spool: Spool, kept: Kept, now_s: float) -> list[Family]:
    """Return what the collector tells beside its link."""
    facts, window = collector.facts(), collector.uplink.window
    return [
        *of_inputs(facts, now_s), of_rejections(collector.listening.rejected),
        one("farhelm_agent_spool_batches", "gauge", "Batches not acknowledged", spool.count),
        one("farhelm_agent_spool_bytes", "gauge", "Bytes of batches not acknowledged", spool.bytes_held),
        one("farhelm_agent_spool_age_seconds", "gauge", "Age of the oldest batch not acknowledged", kept.age_s(spool, now_s)),
        one("farhelm_agent_spool_damaged_total", "counter", "Batches found damaged", spool.damaged_count),
        one("farhelm_agent_unspooled_total", "counter", "Batches that could not be written", collector.uplink.unspooled_count),
        one("farhelm_agent_window_in_flight", "gauge", "Batches sent, not yet acknowledged", window.in_flight_count),
        one("farhelm_agent_resent_total", "counter", "Batches sent again", window.resent_count),
        one("farhelm_agent_scans_missed_total", "counter", "Scans that came too late", collector.scans_missed_count),
    ]  # fmt: skip


def of_safety(shell: SafetyShell, inputs: Sequence[LineSource], now_s: float) -> list[Family]:
    """Return what the safety process tells beside its link."""
    return [
        *of_inputs([source.facts() for source in inputs], now_s), of_rejections(shell.listening.rejected),
        one("farhelm_agent_events_unkept_total", "counter", "Events that could not be kept", shell.outward.unkept_count),
        one("farhelm_agent_retained_refused_total", "counter", "Retained orders never obeyed", shell.retained_count),
    ]  # fmt: skip
