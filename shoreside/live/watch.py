"""The shore's own alerts: a table of conditions over what is known of a vessel. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from protocols.console.alerts import AlertJson
from shoreside.config import AlertLimits
from shoreside.live.fleet import NS_PER_MS, VesselState


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and by which limits, a vessel is judged."""

    now_s: float
    started_s: float
    """When the station began to listen: before the limit has passed since then, silence means nothing."""
    limits: AlertLimits


@dataclass(frozen=True, slots=True)
class Condition:
    """One alert of the shore."""

    alert_id: str
    priority: Literal["emergency alarm", "alarm", "warning", "caution"]
    category: Literal["A", "B", "C"]
    advice: str
    """Decision aid: what to do."""
    text: Callable[[VesselState, Moment], str | None]
    """The sentence while the condition holds, else None. It must not change while the condition lasts."""


def _heartbeat_silent(state: VesselState, moment: Moment) -> str | None:
    if state.birth is not None and state.birth.control is None:
        return None  # a vessel that is only watched has no safety process
    since_s = moment.started_s if state.heartbeat_at_s is None else state.heartbeat_at_s
    limit_s = moment.limits.heartbeat_silent_s + (0.0 if state.heartbeat is None else state.heartbeat.spare_s)
    return f"No vessel heartbeat for more than {limit_s:g} s" if moment.now_s - since_s > limit_s else None


def _data_stale(state: VesselState, moment: Moment) -> str | None:
    since_s = moment.started_s if state.data_at_s is None else state.data_at_s
    limit_s = moment.limits.data_stale_s + max(state.batches_s)
    return f"No live data for more than {limit_s:g} s" if moment.now_s - since_s > limit_s else None


def _clock_skew(state: VesselState, moment: Moment) -> str | None:
    skew_s, limit_s = state.clock_skew_s, moment.limits.clock_skew_s
    if skew_s is None or abs(skew_s) <= limit_s:
        return None
    return f"Clocks of ship and shore differ by more than {limit_s:g} s (CMD-05)"


def _key_differs(state: VesselState, moment: Moment) -> str | None:
    del moment
    return "Messages signed with another key than this vessel's were refused" if state.forged_count else None


def _catalogue_differs(state: VesselState, moment: Moment) -> str | None:
    del moment
    return "A birth was refused: its channels are not those of the catalogue it names" if state.misnamed_count else None


SEAT_SILENT: Final = "shore.seat-silent"
"""Told on every console, whatever it shows: whoever hears it goes there (MSC.128(75))."""
SEAT_S: Final = 15.0
"""A console says each 5 s that nobody answers; two missing ones, and it is over, or she is no longer in its hands."""


def _seat_silent(state: VesselState, moment: Moment) -> str | None:
    if state.seat is None or state.heartbeat is None or moment.now_s - state.seat[1] > SEAT_S:
        return None
    person, holder = state.seat[0], state.heartbeat.authority
    if (holder.station, holder.person) != ("remote", person):
        return None  # she has changed hands: whoever has her now is asked by his own console
    return f"{person} has the conn and gives no sign of life at his console"


CONDITIONS: Final = (
    Condition(
        "shore.heartbeat-silent",
        "alarm",
        "B",
        "Speak to the bridge by other means; no orders.",
        _heartbeat_silent,
    ),
    Condition(SEAT_SILENT, "alarm", "B", "Go there; a supervisor takes the conn.", _seat_silent),
    Condition("shore.data-stale", "warning", "B", "Trust no value on the screen; look at the collector.", _data_stale),
    Condition("shore.clock-skew", "warning", "B", "Set the wrong clock: ship's or station's.", _clock_skew),
    Condition("shore.key-differs", "alarm", "B", "Somebody else speaks in her name: find out who.", _key_differs),
    Condition("shore.catalogue-differs", "warning", "B", "Have her configuration looked at.", _catalogue_differs),
)


def changes(state: VesselState, moment: Moment, utc_ns: int) -> list[AlertJson]:
    """Return the shore alerts of `state` that begin or end now."""
    made: list[AlertJson] = []
    for condition in CONDITIONS:
        text = condition.text(state, moment)
        known = state.alerts.get(("shore", condition.alert_id))
        if text is not None and known is None:
            made.append({
                "alert_id": condition.alert_id, "text": text, "priority": condition.priority,
                "category": condition.category, "state": "unacknowledged", "since_utc_ms": utc_ns // NS_PER_MS,
                "source": "shore", "advice": condition.advice, "sounds": 1, "is_escalated": False, "answered": "shore",
                "person": "",
            })  # fmt: skip
        elif text is None and known is not None:
            made.append({**known, "state": "normal"})
    return made
