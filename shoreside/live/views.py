"""The messages of the console, made from what the shore knows. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, cast

from control.envelope import latency_limit_ms
from control.limits import ControlConfig
from protocols.console.alerts import AlertJson, AlertsMessage
from protocols.console.messages import (
    AuthorityJson,
    EventMessage,
    FleetMessage,
    OrderMessage,
    ReasonJson,
    StatusMessage,
    TrackMessage,
    ValueRow,
    ValuesMessage,
    VesselMessage,
    VesselSummary,
)
from protocols.console.standing import RespondJson, WayJson
from protocols.console.traffic import TargetsMessage
from protocols.link.events import Event, Reason
from protocols.link.heartbeats import PERIOD_MS, AuthorityState, VesselHeartbeat, Way
from shoreside.live import orderable
from shoreside.live.answering import answered_by
from shoreside.live.event_lines import event_text, said
from shoreside.live.fleet import NS_PER_MS, VesselState, number
from shoreside.ports import OrderNote

PRIORITIES: Final = ("caution", "warning", "alarm", "emergency alarm")
"""Rising (IEC 62923-1)."""
ALERT_STATES: Final = ("normal", "unacknowledged", "silenced", "acknowledged", "rectified-unacknowledged",
                       "responsibility-transferred")  # fmt: skip
NEVER_HEARD_MS: Final = 2**31 - 1
"""Age of a heartbeat that never came."""


def reason_json(reason: Reason) -> ReasonJson:
    """Return a reason as the console shows it."""
    return {
        "name": reason.name, "rule": reason.rule, "text": reason.text, "value": reason.value, "limit": reason.limit,
        "unit": reason.unit, "age_s": reason.age_s,
    }  # fmt: skip


def order_message(note: OrderNote, *, live: bool) -> OrderMessage:
    """Return one state of an order."""
    return {
        "type": "order", "vessel": note.vessel, "order_id": note.order_id, "kind": note.kind, "args": note.args,
        "person": note.person, "console": note.console, "state": note.state,
        "reasons": [reason_json(reason) for reason in note.reasons], "detail": note.detail,
        "utc_ms": note.utc_ns // NS_PER_MS, "live": live,
    }  # fmt: skip


def vessel_message(state: VesselState) -> VesselMessage | None:
    """Return what the vessel is; None before its first birth."""
    birth = state.birth
    if birth is None:
        return None
    return {
        "type": "vessel", "vessel": state.vessel, "name": birth.name, "ship_type": birth.ship_type, "mmsi": birth.mmsi,
        "imo": birth.imo, "length_m": birth.length_m, "beam_m": birth.beam_m, "catalogue_hash": birth.catalogue_hash,
        "channels": list(state.channels.values()),
        "areas": [
            {"kind": "no_go" if kind == "no_go" else "allowed", "name": name, "points": list(ring)}
            for kind, name, ring in birth.areas
        ],
        "limits": birth.limits, "ship_time_offset_h": birth.ship_time_offset_h, "takes_orders": birth.control is not None,
        "functions": [
            {"notation": claim.notation, "function": claim.function, "control": claim.control, "place": claim.place}
            for claim in birth.functions
        ],
        **orderable.of_vessel(state.control),
    }  # fmt: skip


def summary(state: VesselState, now_s: float) -> VesselSummary:
    """Return the vessel's row of the fleet list."""
    birth, beat = state.birth, state.heartbeat
    position = state.latest.get("NAV_LAT")
    return {
        "vessel": state.vessel, "name": birth.name if birth else state.vessel,
        "ship_type": birth.ship_type if birth else "", "mmsi": birth.mmsi if birth else 0,
        "length_m": birth.length_m if birth else 0.0, "beam_m": birth.beam_m if birth else 0.0,
        "latitude_deg": number(state, "NAV_LAT"), "longitude_deg": number(state, "NAV_LON"),
        "heading_deg": number(state, "NAV_HDG"), "cog_deg": number(state, "NAV_COG"),
        "sog_kn": number(state, "NAV_SOG"), "position_utc_ms": position[3] if position else None,
        "data_age_ms": _age_ms(state.data_at_s, now_s), "step": beat.step if beat else "",
        "station": beat.authority.station if beat else "none", "person": beat.authority.person if beat else "",
        "roc": beat.authority.roc if beat else "", "round_trip_ms": beat.round_trip_ms if beat else None,
        "highest_alert": highest(list(state.alerts.values())), "alert_count": len(state.alerts),
        "heartbeat_age_ms": _age_ms(state.heartbeat_at_s, now_s),
        "heartbeat_period_ms": beat.period_ms if beat else PERIOD_MS,
        "safety_depth_m": orderable.safety_depth_m(state.control),
    }  # fmt: skip


def _age_ms(since_s: float | None, now_s: float) -> int | None:
    return None if since_s is None else int((now_s - since_s) * 1000)


def highest(alerts: list[AlertJson]) -> Literal["", "emergency alarm", "alarm", "warning", "caution"]:
    """Return the highest priority among `alerts`, empty when there are none."""
    found: Literal["", "emergency alarm", "alarm", "warning", "caution"] = ""
    for alert in alerts:
        if not found or PRIORITIES.index(alert["priority"]) > PRIORITIES.index(found):
            found = alert["priority"]
    return found


FLEET_PER_MESSAGE: Final = 80
"""A row takes about 500 bytes; a frame stays under 64 kB."""


def fleet_messages(states: list[VesselState], now_s: float) -> list[FleetMessage]:
    """Return the fleet list of `states`, in parts."""
    return fleet_pages([summary(state, now_s) for state in states])


def fleet_pages(rows: list[VesselSummary]) -> list[FleetMessage]:
    """Return the fleet list, in as many parts as it takes; one even where there are no vessels."""
    parts = max(1, -(-len(rows) // FLEET_PER_MESSAGE))
    return [
        {
            "type": "fleet", "part": part, "parts": parts,
            "vessels": rows[part * FLEET_PER_MESSAGE : (part + 1) * FLEET_PER_MESSAGE],
        }
        for part in range(parts)
    ]  # fmt: skip


_NOBODY: Final = AuthorityState("none", "", "", "", "", "", "", 0, None, "held", "", "", "", None)
_UNHEARD: Final = VesselHeartbeat(
    vessel="", boot_id="", seq=0, mono_ms=0, utc_ns=0, utc_trusted=False, step="L0", reasons=(), next_step="",
    next_step_in_s=None, authority=_NOBODY, stop_latched=False, echo_session="", echo_seq=0, echo_held_ms=0,
    round_trip_ms=None, loss_pct=0.0, setpoints={}, phase="", roster_version=0, alerts=(), action="",
)  # fmt: skip


def status_message(state: VesselState, now_s: float) -> StatusMessage:
    """Return the last vessel heartbeat and its age; the empty heartbeat with `heard` false before the first."""
    beat, control = state.heartbeat if state.heartbeat is not None else _UNHEARD, state.control
    age_ms = _age_ms(state.heartbeat_at_s, now_s)
    return {
        "type": "status", "vessel": state.vessel, "heard": state.heartbeat is not None,
        "heartbeat_age_ms": NEVER_HEARD_MS if age_ms is None else age_ms, "heartbeat_period_ms": beat.period_ms,
        "boot_id": beat.boot_id, "seq": beat.seq,
        "mono_ms": beat.mono_ms, "utc_ms": beat.utc_ns // NS_PER_MS, "utc_trusted": beat.utc_trusted,
        "step": beat.step,
        "reasons": [
            {"name": reason.name, "text": reason.text, "since_ms": reason.since_ms, "clears": reason.clears}
            for reason in beat.reasons
        ],
        "next_step": beat.next_step, "next_step_in_s": beat.next_step_in_s,
        "authority": authority_json(beat.authority), "stop_latched": beat.stop_latched,
        "echo_session": beat.echo_session, "echo_seq": beat.echo_seq, "echo_held_ms": beat.echo_held_ms,
        "round_trip_ms": beat.round_trip_ms, "jitter_ms": state.link.jitter_ms, "one_way_ms": state.link.one_way_ms,
        "loss_pct": beat.loss_pct, "grades": state.grades.told,
        "received_bytes_s": state.link.received_bytes_s, "setpoints": beat.setpoints,
        "phase": beat.phase, "roster_version": beat.roster_version, "alerts": list(beat.alerts),
        "action": beat.action, "collector_alive": state.collector_alive,
        "engineering": None if beat.engineering is None else authority_json(beat.engineering),
        "direct_limit_ms": None if control is None else latency_limit_ms(control, number(state, "NAV_SOG")),
        "lease_s": None if control is None else control.authority.lease_s,
        "respond": _respond(beat, control),
        "drill": state.drill, "access_left_s": None if beat.access is None else beat.access.left_s,
        "no_access": [] if beat.access is None else [reason_json(reason) for reason in beat.access.reasons],
        "ways": [_way(state, way, now_s) for way in beat.ways],
    }  # fmt: skip


def _way(state: VesselState, way: Way, now_s: float) -> WayJson:
    """Return what she says of one of her ways, and what came over it here."""
    return {
        "name": way.name, "is_connected": way.is_connected, "round_trip_ms": way.round_trip_ms,
        **state.ways.told(way.name, now_s, is_timed=state.link.is_timed),
    }  # fmt: skip


def _respond(beat: VesselHeartbeat, control: ControlConfig | None) -> RespondJson | None:
    """Return the last moment to act beside an operator's time; None where neither ship nor shore knows that time."""
    if beat.respond is not None:
        by = beat.respond
        return {
            "left_s": by.left_s, "operator_s": by.operator_s, "what": by.what, "fallback": by.fallback, "barred": by.barred,
        }  # fmt: skip
    if control is None or control.response is None:
        return None
    return {"left_s": None, "operator_s": control.response.operator_s, "what": "", "fallback": "", "barred": ""}


def authority_json(authority: AuthorityState) -> AuthorityJson:
    """Return who holds a function group."""
    return cast("AuthorityJson", {name: getattr(authority, name) for name in AuthorityState.__slots__})


def values_message(vessel: str, rows: list[ValueRow], utc_ms: int) -> ValuesMessage:
    """Return values of a vessel; the gap count comes last, for it is the only part that is a console's own."""
    return {"type": "values", "vessel": vessel, "server_utc_ms": utc_ms, "values": rows, "gap_count": 0}


def track_message(state: VesselState) -> TrackMessage:
    """Return the track of the last hours."""
    return {"type": "track", "vessel": state.vessel, "points": list(state.track)}


def targets_message(state: VesselState) -> TargetsMessage:
    """Return all targets of the last ten minutes, the 200 last heard."""
    return {"type": "targets", "vessel": state.vessel, "targets": list(state.targets.values())[-200:]}


def alerts_message(state: VesselState) -> AlertsMessage:
    """Return all alerts that are not normal, the 100 latest."""
    return {"type": "alerts", "vessel": state.vessel, "alerts": list(state.alerts.values())[-100:]}


def alert_of(event: Event) -> AlertJson | None:
    """Return the alert that an event of kind `alert` tells; None where it cannot be read."""
    body, sounds = event.body, event.body.get("sounds")
    priority, category, state = (said(body, name) for name in ("priority", "category", "state"))
    if priority not in PRIORITIES or category not in ("A", "B", "C") or state not in ALERT_STATES:
        return None
    made = {
        "alert_id": said(body, "alert_id"), "text": said(body, "text"), "priority": priority, "category": category,
        "state": state, "since_utc_ms": event.utc_ns // NS_PER_MS, "source": "ship", "advice": said(body, "advice"),
        "sounds": sounds if isinstance(sounds, int) else 1,
        "is_escalated": body.get("escalated") is True, "person": "",
        "answered": answered_by("ship", said(body, "alert_id")),
    }  # fmt: skip
    return cast("AlertJson", made)


def alerts_of(event: Event) -> list[AlertJson]:
    """Return the alerts that an event of kind `alerts` tells; what cannot be read is left out."""
    listed = event.body.get("alerts")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    found = (alert_of(replace(event, kind="alert", body=row)) for row in rows)
    return [alert for alert in found if alert is not None]


def event_message(event: Event) -> EventMessage:
    """Return an event for the list."""
    return {
        "type": "event", "vessel": event.vessel, "kind": event.kind, "text": event_text(event),
        "utc_ms": event.utc_ns // NS_PER_MS,
    }  # fmt: skip
