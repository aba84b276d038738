"""Which figures the two processes aboard tell; how they are told stands in `metrics.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shipside.metrics import Family, many, of_inputs, of_rejections, one
from shipside.ports import LineSource
from telemetry.link_channels import LinkCounts

if TYPE_CHECKING:
    from shipside.collector import Collector
    from shipside.commanding.safety import SafetyShell
    from shipside.commanding.ways import Ways
    from shipside.storage.spool import Spool


def of_collector(collector: Collector, spool: Spool, now_s: float) -> list[Family]:
    """Return what the collector tells beside its link."""
    facts, window, link = collector.facts(), collector.uplink.window, collector.uplink.counts()
    return [
        *of_inputs(facts, now_s), of_rejections(collector.listening.rejected),
        one("farhelm_agent_spool_batches", "gauge", "Batches not acknowledged", spool.count),
        one("farhelm_agent_spool_bytes", "gauge", "Bytes of batches not acknowledged", spool.bytes_held),
        one("farhelm_agent_spool_age_seconds", "gauge", "Age of the oldest batch not acknowledged", link.oldest_s),
        many("farhelm_agent_spool_damaged_total", "counter", "What was found damaged on the disk",
             [({"what": what}, float(count)) for what, count in spool.damages.items()]),
        one("farhelm_agent_unspooled_total", "counter", "Batches that could not be written", collector.uplink.unspooled_count),
        one("farhelm_agent_window_in_flight", "gauge", "Batches sent, not yet acknowledged", window.in_flight_count),
        one("farhelm_agent_resent_total", "counter", "Batches sent again", window.resent_count),
        *of_link(link),
        one("farhelm_agent_scans_missed_total", "counter", "Scans that came too late", collector.scans_missed_count),
    ]  # fmt: skip


def of_link(link: LinkCounts) -> list[Family]:
    """Return how the link does; what is not known has no value."""
    sent = [({"bearer": bearer, "class": what}, float(count)) for (bearer, what), count in link.month_bytes.items()]
    trip = [] if link.round_trip_s is None else [(dict[str, str](), link.round_trip_s)]
    used = [] if link.budget_pct is None else [(dict[str, str](), link.budget_pct / 100.0)]
    return [
        many("farhelm_agent_link_round_trip_seconds", "gauge", "To the shore's acknowledgement, median of the last", trip),
        one("farhelm_agent_link_loss_ratio", "gauge", "Batches sent again, of those sent lately", link.loss_pct / 100.0),
        many("farhelm_agent_link_bearer", "gauge", "1 for the bearer profile in use", [({"bearer": link.bearer}, 1.0)]),
        many("farhelm_agent_link_month_bytes", "gauge", "Bytes of this month", sent),
        one("farhelm_agent_link_month_cost", "gauge", "Cost of this month by the configured prices", link.month_cost),
        many("farhelm_agent_link_budget_used_ratio", "gauge", "Of the month's data budget", used),
    ]  # fmt: skip


def of_ways(ways: Ways) -> list[Family]:
    """Return how each way to the shore does, where there are several; a round trip that is not known has no value."""
    told = ways.told()
    trips = [({"way": way.name}, way.round_trip_ms / 1000.0) for way in told if way.round_trip_ms is not None]
    return [
        many("farhelm_agent_way_connected", "gauge", "1 while the way carries, by way",
             [({"way": way.name}, float(way.is_connected)) for way in told]),
        many("farhelm_agent_way_round_trip_seconds", "gauge", "To the broker and back, by way", trips),
        many("farhelm_agent_way_received_bytes_total", "counter", "Payload received, by way",
             [({"way": way.name}, float(way.received_bytes)) for way in ways]),
        many("farhelm_agent_way_heard_age_seconds", "gauge", "Since anything came, by way",
             [({"way": way.name}, way.heard_age_s) for way in ways if way.heard_age_s is not None]),
        many("farhelm_agent_way_alone_total", "counter", "Messages that came over this way and over no other in 10 s",
             [({"way": way.name}, float(ways.alone(way))) for way in ways]),
        one("farhelm_agent_twice_total", "counter", "Messages that had come over another way", ways.twice_count),
    ] if told else []  # fmt: skip


def of_safety(shell: SafetyShell, inputs: Sequence[LineSource], now_s: float) -> list[Family]:
    """Return what the safety process tells beside its link."""
    return [
        *of_inputs([source.facts() for source in inputs], now_s), of_rejections(shell.listening.rejected),
        one("farhelm_agent_events_unkept_total", "counter", "Events that could not be kept", shell.outward.unkept_count),
        one("farhelm_agent_retained_refused_total", "counter", "Retained orders never obeyed", shell.retained_count),
        *of_ways(shell.ways),
    ]  # fmt: skip
