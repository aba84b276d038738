"""`/healthz` for people and programs that watch the shore, `/metrics` for Prometheus; neither needs a login."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from shoreside.api.shore import Shore, TheShore

router = APIRouter(tags=["health"])


def faults(shore: Shore) -> list[str]:
    """Return what is wrong with the shore itself, in words; empty when nothing is."""
    found: list[str] = []
    if not shore.station.connected:
        found.append("no connection to the broker")
    if shore.station.role.passes and not shore.stop.connected:
        found.append("no connection to the broker for the emergency stop")
    if not shore.station.store_up:
        found.append("no connection to the database: live values are shown, nothing is stored or acknowledged")
    return found


@router.get("/healthz")
async def healthz(shore: TheShore) -> dict[str, object]:
    """Return the status (`ok` or `degraded` with reasons), the version, and each vessel's ages, step and rate."""
    now_s, found = shore.clock.now_s(), faults(shore)
    states = list(shore.station.downlink.states.values())
    return {
        "status": "degraded" if found else "ok", "faults": found, "version": shore.version,
        "role": shore.station.role.name,
        "samples_per_s": round(sum(state.samples_per_s for state in states), 1),
        "pending": shore.station.downlink.pending.count, "consoles": shore.station.hub.count,
        "vessels": [
            {
                "vessel": state.vessel, "step": state.heartbeat.step if state.heartbeat is not None else None,
                "data_age_s": None if state.data_at_s is None else round(now_s - state.data_at_s, 3),
                "heartbeat_age_s": None if state.heartbeat_at_s is None else round(now_s - state.heartbeat_at_s, 3),
                "samples_per_s": round(state.samples_per_s, 1),
            }
            for state in states
        ],
    }  # fmt: skip


class _ShoreCollector(Collector):
    def __init__(self, shore: Shore) -> None:
        self._shore = shore

    def collect(self) -> Iterator[Metric]:
        """Return all figures as of now."""
        station = self._shore.station
        downlink, now_s = station.downlink, self._shore.clock.now_s()
        degraded = bool(faults(self._shore))
        dropped = downlink.pending.dropped_count
        yield GaugeMetricFamily("farhelm_shore_degraded", "1 while broker or database is away", degraded)
        yield CounterMetricFamily("farhelm_shore_batches", "Batches received", downlink.batch_count)
        yield CounterMetricFamily("farhelm_shore_samples_committed", "Samples committed", station.committed_samples)
        yield GaugeMetricFamily("farhelm_shore_pending", "Items waiting for the store", downlink.pending.count)
        yield CounterMetricFamily("farhelm_shore_pending_dropped", "Items refused: queue full", dropped)
        yield CounterMetricFamily("farhelm_shore_sayings_dropped", "Acks dropped: queue full", station.sayings_dropped)
        yield CounterMetricFamily("farhelm_shore_inbox_dropped", "Messages lost: inbox full", station.inbox_dropped)
        yield GaugeMetricFamily("farhelm_shore_consoles", "Consoles connected", station.hub.count)
        yield CounterMetricFamily("farhelm_shore_stops_sent", "Emergency stops passed on", self._shore.stop.sent_count)
        refused = CounterMetricFamily("farhelm_shore_refused", "Messages refused", labels=["reason"])
        for reason, count in sorted(downlink.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        ages = GaugeMetricFamily("farhelm_vessel_data_age_seconds", "Age of the last live batch", labels=["vessel"])
        rates = GaugeMetricFamily("farhelm_vessel_samples_per_second", "Samples per second", labels=["vessel"])
        for state in downlink.states.values():
            if state.data_at_s is not None:
                ages.add_metric([state.vessel], now_s - state.data_at_s)
            rates.add_metric([state.vessel], state.samples_per_s)
        yield ages
        yield rates


@router.get("/metrics")
async def metrics(shore: TheShore) -> Response:
    """Return the figures in Prometheus's text form."""
    registry = CollectorRegistry()
    registry.register(_ShoreCollector(shore))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")
