"""`/healthz` for people and programs that watch the shore, `/metrics` for Prometheus; neither needs a login."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from starlette.responses import Response

from shoreside.api.metrics import ShoreCollector
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
    return [*found, *shore.station.downlink.unforeseen.words()]


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


@router.get("/metrics")
async def metrics(shore: TheShore) -> Response:
    """Return the figures in Prometheus's text form."""
    registry = CollectorRegistry()
    registry.register(ShoreCollector(shore, degraded=bool(faults(shore))))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")
