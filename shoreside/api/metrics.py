"""The figures of one shore process for Prometheus, whatever its role; those of another role stay at zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from shoreside.api.shore import Shore


class ShoreCollector(Collector):
    """All figures as of now."""

    def __init__(self, shore: Shore, *, degraded: bool) -> None:
        """Tell of `shore`."""
        self._shore, self._is_degraded = shore, degraded

    def collect(self) -> Iterator[Metric]:
        """Return all figures."""
        role = GaugeMetricFamily("farhelm_shore_role", "1 for the role of this process", labels=["role", "version"])
        role.add_metric([self._shore.station.role.name, self._shore.version], 1)
        yield role
        yield GaugeMetricFamily("farhelm_shore_degraded", "1 while faults are told at /healthz", self._is_degraded)
        yield GaugeMetricFamily(
            "farhelm_shore_loop_lag_seconds", "Worst delay of the loop in 15 s", self._shore.lag.worst_s
        )
        yield from self._ingest()
        yield from self._refusals()
        yield from self._upkeep()
        yield from self._consoles()
        yield from self._vessels()

    def _ingest(self) -> Iterator[Metric]:
        station, figures = self._shore.station, self._shore.station.figures
        pending = station.downlink.pending
        yield CounterMetricFamily("farhelm_shore_batches", "Batches received", station.downlink.batch_count)
        yield CounterMetricFamily("farhelm_shore_samples_committed", "Samples committed", station.committed_samples)
        yield SummaryMetricFamily("farhelm_shore_commit_seconds", "Commits", figures.commits, figures.commit_s)
        yield GaugeMetricFamily("farhelm_shore_commit_last_seconds", "The last commit", figures.commit_last_s)
        yield GaugeMetricFamily("farhelm_shore_ingest_lag_seconds", "Last scan to commit, live", figures.ingest_lag_s)
        yield CounterMetricFamily("farhelm_shore_acks", "Acknowledgements of batches and events", figures.acks)
        yield GaugeMetricFamily("farhelm_shore_pending", "Items waiting for the store", pending.count)
        yield GaugeMetricFamily("farhelm_shore_pending_batches", "Batches waiting for the store", pending.batch_count)

    def _refusals(self) -> Iterator[Metric]:
        station = self._shore.station
        pending, downlink = station.downlink.pending, station.downlink
        yield CounterMetricFamily("farhelm_shore_pending_dropped", "Items refused: queue full", pending.dropped_count)
        yield CounterMetricFamily(
            "farhelm_shore_sayings_dropped", "Acks dropped: queue full", station.sayings.dropped_count
        )
        yield CounterMetricFamily("farhelm_shore_inbox_dropped", "Messages lost: inbox full", station.inbox_dropped)
        yield _by("farhelm_shore_refused", "Messages refused", "reason", downlink.refused)
        yield _by(
            "farhelm_shore_unread", "Batches given up for want of another", "reason", downlink.intake.reading.refused
        )
        met = {vessel or "unknown": count for vessel, count in downlink.unforeseen.counts.items()}
        yield _by("farhelm_shore_unforeseen", "Messages and looks given up for a fault of this program", "vessel", met)
        yield _by("farhelm_shore_over_share", "Batches and events over their vessel's share", "vessel", pending.refused)

    def _upkeep(self) -> Iterator[Metric]:
        upkeep = self._shore.upkeep
        rolled, dropped = (upkeep.minutes_rolled, upkeep.partitions_dropped) if upkeep is not None else (0, 0)
        yield CounterMetricFamily("farhelm_shore_rollup_minutes", "Vessel-minutes rolled up by this process", rolled)
        yield CounterMetricFamily("farhelm_shore_partitions_dropped", "Partitions dropped by this process", dropped)

    def _consoles(self) -> Iterator[Metric]:
        hub, figures = self._shore.station.hub, self._shore.station.figures
        yield GaugeMetricFamily("farhelm_shore_consoles", "Consoles connected", hub.count)
        yield CounterMetricFamily(
            "farhelm_shore_conflated", "Values replaced before they were sent", hub.conflated_count
        )
        closed = {"overrun": hub.overrun_count, "stalled": hub.stalled_count}
        yield _by("farhelm_shore_consoles_closed", "Consoles closed by us", "reason", closed)
        yield CounterMetricFamily("farhelm_shore_frames_dropped", "Messages too long for a frame", hub.too_long_count)
        yield CounterMetricFamily(
            "farhelm_shore_seen_lost",
            "Rows of what consoles showed that were not kept",
            self._shore.station.recording.lost_count,
        )
        yield CounterMetricFamily(
            "farhelm_shore_looks_passed",
            "Looks of a chart or a history that were passed over, another following within 5 s",
            self._shore.station.recording.passed_count,
        )
        yield _by("farhelm_shore_orders", "Orders passed on", "state", figures.orders)
        yield CounterMetricFamily("farhelm_shore_stops_sent", "Emergency stops passed on", self._shore.stop.sent_count)
        yield CounterMetricFamily(
            "farhelm_shore_stops_failed", "Emergency stops NOT passed on", self._shore.stop.failed_count
        )

    def _vessels(self) -> Iterator[Metric]:
        now_s = self._shore.clock.now_s()
        ages = GaugeMetricFamily("farhelm_vessel_data_age_seconds", "Age of the last live batch", labels=["vessel"])
        beats = GaugeMetricFamily(
            "farhelm_vessel_heartbeat_age_seconds", "Age of the last heartbeat", labels=["vessel"]
        )
        rates = GaugeMetricFamily("farhelm_vessel_samples_per_second", "Samples per second", labels=["vessel"])
        for state in self._shore.station.downlink.states.values():
            if state.data_at_s is not None:
                ages.add_metric([state.vessel], now_s - state.data_at_s)
            if state.heartbeat_at_s is not None:
                beats.add_metric([state.vessel], now_s - state.heartbeat_at_s)
            rates.add_metric([state.vessel], state.samples_per_s)
        yield from (ages, beats, rates)


def _by(name: str, text: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    made = CounterMetricFamily(name, text, labels=[label])
    for value, count in sorted(counts.items()):
        made.add_metric([value], count)
    return made
