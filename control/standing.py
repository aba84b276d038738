"""How the ship stands: the facts for the heartbeat, and the conditions of the standing alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from control.emergency import EmergencyStop
from control.safestate import SafeState
from control.situation import Situation
from protocols.link.heartbeats import (
    STEPS,
    ActiveReason,
    AuthorityState,
    Disagreed,
    RemoteAccess,
    RespondBy,
    RouteAboard,
    Step,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What control tells for the vessel's heartbeat; names and units as in protocols.link.heartbeats."""

    step: Step
    reasons: tuple[ActiveReason, ...]
    next_step: str
    next_step_in_s: float | None
    authority: AuthorityState
    stop_latched: bool
    echo: tuple[str, int, int]
    """(session, sequence, held ms) of the last accepted operator heartbeat."""
    round_trip_ms: float | None
    loss_pct: float
    setpoints: dict[str, float]
    phase: str
    roster_version: int
    alerts: tuple[str, ...]
    action: str
    engineering: AuthorityState | None = None
    """None where nothing of that group may be ordered."""
    disagreed: tuple[Disagreed, ...] = ()
    route: RouteAboard | None = None
    """None where none is loaded."""
    access: RemoteAccess | None = None
    """None while a grant is in force that does not end within the hour."""
    respond: RespondBy | None = None
    """None as `control.respond.respond_by` says."""


ENDS_SOON_S: Final = 900
"""A grant that ends within a quarter of an hour is a caution while somebody ashore has the ship: time to sign the next one."""


def access_alerts(access: RemoteAccess | None, *, is_remote: bool) -> dict[str, bool]:
    """Return for the alerts of the remote-access grant whether each holds; `is_remote`: somebody ashore has something of her."""
    is_over = is_remote and access is not None and bool(access.reasons)
    is_ending = is_remote and access is not None and not is_over and access.left_s <= ENDS_SOON_S
    return {"access-ended": is_over, "access-ending": is_ending}


def standing_alerts(
    step: Step, situation: Situation, emergency: EmergencyStop, safe: SafeState
) -> dict[str, bool]:  # fmt: skip
    """Return for each standing alert whether its condition holds now."""
    height, entry = STEPS.index(step), safe.entry
    return {
        "link-degraded": step == "L1",
        "link-silent": step == "L2",
        "link-lost": height in (STEPS.index("L3"), STEPS.index("L4")),
        "fallback": step == "L5",
        "distress": step == "L6",
        "emergency-stop": emergency.latched is not None,
        "entry-late": safe.is_impossible or (entry is not None and entry.is_late),
        "no-fix": safe.has_no_fix,
        "anchor": entry is not None and entry.state == "anchor_readiness" and entry.entered_s is not None,
        "heading-input": situation.objection("NAV_HDG") is not None,
        "position-input": any(situation.objection(channel) is not None for channel in ("NAV_LAT", "NAV_LON")),
    }
