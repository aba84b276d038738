"""What the shore knows of each vessel right now. Pure: it is told what arrived and when, and answers with values."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from control.depths import DepthChart
from control.limits import ConfigError, ControlConfig
from protocols.console.alerts import AlertJson
from protocols.console.channels import ChannelJson
from protocols.console.messages import OrderMessage, TrackPoint, ValueRow
from protocols.console.orderable import DrillJson
from protocols.console.traffic import TargetJson
from protocols.link.batch import Batch, Column, TargetReport
from protocols.link.birth import Birth
from protocols.link.heartbeats import VesselHeartbeat
from protocols.link.passage import hash_of
from protocols.reading import Quality
from shoreside import catalogue
from shoreside.live.linkfigures import LinkFigures
from shoreside.live.linkgrades import LinkGrades
from shoreside.live.wayfigures import WayFigures
from shoreside.plain import as_map

NS_PER_MS: Final = 1_000_000
TRACK_STEP_MS: Final = 10_000
TRACK_MAX: Final = 1000
"""Points of the live track: 2 h 46 min at 10 s; 36 kB in one frame. The oldest goes first; history has the rest."""
TARGETS_MAX: Final = 2000
"""Targets kept per vessel; AIS saturates near 2,000 stations in range. The longest silent goes first."""
TARGET_LIFE_S: Final = 600.0
"""Ten minutes without a report: class A at anchor reports each 3 min (ITU-R M.1371)."""
SCAN_MS_MAX: Final = 1_000
"""Longest pause between two scans of a ship, on the slowest bearer."""
ROUTES_MAX: Final = 4
"""Routes kept of a vessel, 48 kB each at most: the one aboard, and those that are being tried."""
ORDERS_MAX: Final = 50
"""Orders shown again on subscribe; the history route has the rest."""
BATCH_S_MAX: Final = 120.0
"""Longest batch that is waited for, whatever its times say; those of the narrowest bearer take 70 and 80 s."""
ALERTS_MAX: Final = 500
"""Alerts kept per vessel; the oldest goes first."""


@dataclass(slots=True)
class VesselState:
    """One vessel as last heard."""

    vessel: str
    birth: Birth | None = None
    """Without its catalogue, which is four fifths of what a vessel takes in memory: `channels` is what is shown of it."""
    control: ControlConfig | None = None
    """The ship's own limits, for previews; None where the birth has none that this build can read."""
    chart: DepthChart | None = None
    """The chart she says she carries, as her rule reads it; None where this station does not have that file (yet)."""
    channels: dict[str, ChannelJson] = field(default_factory=dict[str, ChannelJson])
    circular: frozenset[str] = frozenset()
    """Channels that wrap at 360 deg: their means are taken on the circle."""
    latest: dict[str, ValueRow] = field(default_factory=dict[str, ValueRow])
    sources: dict[str, str] = field(default_factory=dict[str, str])
    """{channel: source it is taken from} as told since her last birth; one that is left out was not told."""
    heartbeat: VesselHeartbeat | None = None
    heartbeat_at_s: float | None = None
    clock_skew_s: float | None = None
    """Vessel's UTC minus the shore's when the last heartbeat arrived; None before the first."""
    collector_alive: bool = False
    data_at_s: float | None = None
    """Monotonic time of the last live batch; None before the first of this run."""
    batches_s: tuple[float, float] = (0.0, 0.0)
    """How long her last two live batches were made: the first after an outage is cut short, and tells little of the next."""
    sample_count: int = 0
    samples_per_s: float = 0.0
    """Mean of the last ten seconds."""
    counted: deque[tuple[float, int]] = field(default_factory=lambda: deque[tuple[float, int]](maxlen=11))
    link: LinkFigures = field(default_factory=LinkFigures)
    grades: LinkGrades = field(default_factory=LinkGrades)
    ways: WayFigures = field(default_factory=WayFigures)
    forged_count: int = 0
    """Messages in this vessel's name whose signature did not hold, since the last good birth."""
    misnamed_count: int = 0
    """Births refused because their records are not those of the catalogue they name, since the last good one."""
    targets: dict[int, TargetJson] = field(default_factory=dict[int, TargetJson])
    heard: dict[int, tuple[int, float]] = field(default_factory=dict[int, tuple[int, float]])
    """By MMSI: time of the target's last report, UTC ms, and when it was first seen here, monotonic."""
    track: deque[TrackPoint] = field(default_factory=lambda: deque[TrackPoint](maxlen=TRACK_MAX))
    orders: dict[str, OrderMessage] = field(default_factory=dict[str, OrderMessage])
    routes: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Routes of orders that went through this station, by hash, the newest ROUTES_MAX."""
    alerts: dict[tuple[str, str], AlertJson] = field(default_factory=dict[tuple[str, str], AlertJson])
    """By (source, alert id)."""
    seat: tuple[str, float] | None = None
    """Who has her conn and gives no sign of life at his console, and when that was said last, monotonic; None: nobody."""
    drill: DrillJson | None = None
    """The last drill that she told of; None: none since this station started."""


def take_route(state: VesselState, encoded: bytes) -> None:
    """Keep a route that went through, for the preview of its activation; the oldest goes when there are too many."""
    state.routes[hash_of(encoded)] = encoded
    if len(state.routes) > ROUTES_MAX:
        del state.routes[next(iter(state.routes))]


def take_birth(state: VesselState, birth: Birth) -> None:
    """Learn what the vessel is; raise MalformedError when its catalogue cannot be read. Raising, it has changed nothing."""
    channels, circular, control = (
        catalogue.channels(birth.catalogue), catalogue.circular(birth.catalogue), _control(birth),
    )  # fmt: skip
    state.channels, state.circular, state.control = channels, circular, control
    if state.birth is not None and state.birth.utc_ns != birth.utc_ns:
        state.sources.clear()  # she tells them anew; an earlier release does not, and then they are not known any more
    state.birth = replace(birth, catalogue=None)


def _control(birth: Birth) -> ControlConfig | None:
    plain = as_map(birth.control)
    try:
        return ControlConfig.from_mapping(birth.vessel, plain) if plain is not None else None
    except ConfigError:
        return None  # a ship of another version: its orders are not previewed, only the ship judges them


def take_batch(state: VesselState, batch: Batch, now_s: float) -> list[ValueRow]:
    """Take the newest value of each channel of a live batch; return those that are newer than what was known."""
    state.data_at_s, state.batches_s = now_s, (state.batches_s[1], _length_s(batch))
    fresh: list[ValueRow] = []
    for column in batch.columns:
        row = _last_row(state, batch, column)
        known = state.latest.get(column.channel)
        if row is not None and (known is None or row[3] >= known[3]):
            state.latest[column.channel] = row
            fresh.append(row)
    extend_track(state)
    return fresh


def _length_s(batch: Batch) -> float:
    """Return how long one like it may be in the making, with a scan more, seconds; 0 for a scan that goes by itself."""
    scans = batch.scan_utc_ns
    if len(scans) < 2:  # noqa: PLR2004 - one scan has no length
        return 0.0
    span_s = float(scans[-1] - scans[0]) / 1e9
    return min(max(span_s * (len(scans) + 1) / (len(scans) - 1), 0.0), BATCH_S_MAX)


def _last_row(state: VesselState, batch: Batch, column: Column) -> ValueRow | None:
    if not len(column.scan):
        return None
    quality = int(column.quality[-1])
    fresh: list[int] = np.flatnonzero(column.quality != int(Quality.STALE)).tolist()
    *before, scan_ms = (
        int(batch.scan_utc_ns[int(column.scan[index])]) // NS_PER_MS for index in (*fresh[-1:], len(column.scan) - 1)
    )
    utc_ms = _measured_ms(state, column.channel, quality, scan_ms, *before)
    if isinstance(column.values, tuple):
        return column.channel, column.values[-1], quality, utc_ms
    number = float(column.values[-1])
    channel = state.channels.get(column.channel)
    if not np.isfinite(number):
        return column.channel, None, quality, utc_ms
    value = bool(number) if channel is not None and channel["kind"] == "boolean" else number
    return column.channel, value, quality, utc_ms


def _measured_ms(state: VesselState, short_id: str, quality: int, scan_ms: int, *before_ms: int) -> int:
    """Return when the value of a sample was measured: of a stale one that is not when a scan found it stale.

    The ship tells once that a channel is stale, in the first scan past its maximum age: so it was measured that long before,
    to within a scan, and exactly when a fresh sample of about that time is known.
    """
    if quality != Quality.STALE:
        return scan_ms
    channel, known = state.channels.get(short_id), state.latest.get(short_id)
    about_ms = scan_ms - (round(channel["max_age_s"] * 1000) if channel is not None else 0)
    heard = [*before_ms, *([known[3]] if known is not None else [])]
    return max((ms for ms in heard if about_ms - SCAN_MS_MAX <= ms <= scan_ms), default=about_ms)


def recall_latest(state: VesselState, rows: tuple[ValueRow, ...]) -> None:
    """Take latest values from the store, where booleans are kept as 0 and 1; newer ones stay."""
    for short_id, value, quality, scan_ms in rows:
        utc_ms = _measured_ms(state, short_id, quality, scan_ms)
        channel = state.channels.get(short_id)
        boolean = channel is not None and channel["kind"] == "boolean" and value is not None
        known = state.latest.get(short_id)
        if known is None or known[3] < utc_ms:
            state.latest[short_id] = (short_id, bool(value) if boolean else value, quality, utc_ms)


def recall_track(state: VesselState, points: tuple[TrackPoint, ...]) -> None:
    """Take the track from the store, before the points already here."""
    since_ms = state.track[0][2] if state.track else None
    state.track.extendleft(reversed([point for point in points if since_ms is None or point[2] < since_ms]))


def measure_rate(state: VesselState, now_s: float) -> None:
    """Measure samples and bytes per second over the last ten seconds, and grade the link; called about each second."""
    state.link.look(now_s)
    state.ways.look(now_s)
    grade_link(state, now_s)
    state.counted.append((now_s, state.sample_count))
    (first_s, first), (last_s, last) = state.counted[0], state.counted[-1]
    state.samples_per_s = (last - first) / (last_s - first_s) if last_s > first_s else 0.0


def number(state: VesselState, channel: str) -> float | None:
    """Return the latest value of a numeric channel; None where there is none."""
    row = state.latest.get(channel)
    return row[1] if row is not None and isinstance(row[1], float) else None


def extend_track(state: VesselState) -> None:
    """Add the present position to the track where it is ten seconds newer than the last point."""
    latitude, longitude = number(state, "NAV_LAT"), number(state, "NAV_LON")
    if latitude is None or longitude is None:
        return
    utc_ms = state.latest["NAV_LAT"][3]
    if not state.track or utc_ms - state.track[-1][2] >= TRACK_STEP_MS:
        state.track.append((longitude, latitude, utc_ms))


def target_json(report: TargetReport) -> TargetJson | None:
    """Return a target as the console shows it; None where it has no position."""
    if report.latitude_deg is None or report.longitude_deg is None:
        return None
    return {
        "mmsi": report.mmsi, "utc_ms": report.utc_ns // NS_PER_MS, "latitude_deg": report.latitude_deg,
        "longitude_deg": report.longitude_deg, "sog_kn": report.sog_kn, "cog_deg": report.cog_deg,
        "heading_deg": report.heading_deg, "name": report.name, "ship_type": report.ship_type,
        "length_m": report.length_m, "beam_m": report.beam_m, "doubt": report.doubt, "track": report.track,
    }  # fmt: skip


def take_targets(state: VesselState, reports: tuple[TargetReport, ...]) -> list[TargetJson]:
    """Take AIS reports; return the targets that changed. A field not in the newer report keeps the older's value."""
    changed: list[TargetJson] = []
    for report in reports:
        target = target_json(report)
        known = state.targets.pop(report.mmsi, None)
        if target is None or (known is not None and known["utc_ms"] > target["utc_ms"]):
            if known is not None:
                state.targets[report.mmsi] = known
            continue
        if known is not None:
            _keep_static(target, known)
        state.targets[report.mmsi] = target  # at the end: the order is that of the last report
        changed.append(target)
    while len(state.targets) > TARGETS_MAX:
        del state.targets[next(iter(state.targets))]
    return changed


def _keep_static(target: TargetJson, known: TargetJson) -> None:
    target["name"] = target["name"] if target["name"] is not None else known["name"]
    target["ship_type"] = target["ship_type"] if target["ship_type"] is not None else known["ship_type"]
    target["length_m"] = target["length_m"] if target["length_m"] is not None else known["length_m"]
    target["beam_m"] = target["beam_m"] if target["beam_m"] is not None else known["beam_m"]


def drop_old_targets(state: VesselState, now_s: float) -> None:
    """Forget targets not heard for ten minutes by the monotonic clock: a clock that is set moves none of them."""
    for mmsi, target in list(state.targets.items()):
        utc_ms, since_s = state.heard.get(mmsi, (None, now_s))
        if utc_ms != target["utc_ms"]:
            state.heard[mmsi] = (target["utc_ms"], now_s)
        elif now_s - since_s > TARGET_LIFE_S:
            del state.targets[mmsi]
    for mmsi in state.heard.keys() - state.targets.keys():
        del state.heard[mmsi]


def take_heartbeat(state: VesselState, beat: VesselHeartbeat, now_s: float, utc_ns: int, way: str = "") -> bool:
    """Take a verified heartbeat; return False for one that is not newer, of which only the figures of its `way` are told."""
    state.ways.take(beat, way, now_s, utc_ns)
    known = state.heartbeat
    if known is not None and known.boot_id == beat.boot_id and beat.seq <= known.seq:
        return False
    grade_link(state, now_s)  # how long one waited for this one, which is over now
    skew_s = (beat.utc_ns - utc_ns) / 1e9
    state.heartbeat, state.heartbeat_at_s, state.clock_skew_s = beat, now_s, skew_s
    state.link.take(beat)
    state.link.arrive(beat, utc_ns)
    grade_link(state, now_s)
    return True


def grade_link(state: VesselState, now_s: float) -> None:
    """Grade what is known of the link now: by her last heartbeat, and how old that is."""
    beat = state.heartbeat
    state.grades.look(
        round_trip_ms=beat.round_trip_ms if beat else None, loss_pct=beat.loss_pct if beat else None,
        age_ms=None if beat is None or state.heartbeat_at_s is None
        else max(0.0, now_s - state.heartbeat_at_s - beat.spare_s) * 1000.0, now_s=now_s,
    )  # fmt: skip


def holders(state: VesselState) -> frozenset[str]:
    """Return the sessions of the operators who hold a function group of the vessel by her last heartbeat."""
    beat = state.heartbeat
    if beat is None:
        return frozenset()
    groups = [beat.authority] if beat.engineering is None else [beat.authority, beat.engineering]
    return frozenset(group.session for group in groups if group.session)


def take_order(state: VesselState, message: OrderMessage) -> None:
    """Keep the latest state of an order among the last fifty."""
    state.orders.pop(message["order_id"], None)
    state.orders[message["order_id"]] = {**message, "live": False}
    while len(state.orders) > ORDERS_MAX:
        del state.orders[next(iter(state.orders))]


def take_alert(state: VesselState, alert: AlertJson) -> None:
    """Keep an alert until it is normal."""
    key = (alert["source"], alert["alert_id"])
    state.alerts.pop(key, None)
    if alert["state"] != "normal":
        state.alerts[key] = alert
    while len(state.alerts) > ALERTS_MAX:
        del state.alerts[next(iter(state.alerts))]
