"""[metrics]: where each process tells its figures, on loopback; left out, it tells none."""

from __future__ import annotations

from dataclasses import dataclass

from shipside.config.reader import Reader


@dataclass(frozen=True, slots=True)
class MetricsConfig:
    """Loopback ports for Prometheus; 0: none."""

    collector_port: int = 0
    safety_port: int = 0


def read_metrics(reader: Reader) -> MetricsConfig:
    """Return [metrics]; the two processes cannot share a port."""
    table = reader.table("metrics")
    ports = [int(reader.number(table, name, "metrics", 0, 65535, 0)) for name in ("collector_port", "safety_port")]
    if ports[0] and ports[0] == ports[1]:
        reader.faults.append("metrics.collector_port and metrics.safety_port are the same; each process needs its own")
    return MetricsConfig(*ports)
