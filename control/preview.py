"""The same rules ashore: a no greys the button and says why, a yes only means "ask" (control.md, opening).

The shore's mirror of a ship is always late. When it is older than its limit the preview says *unknown*, never *allowed*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from control import drill, grounding, routing
from control.admission import not_in_control
from control.context import DIRECT, STOPS, Context, Setpoints
from control.interlock import verdict
from control.ladder import LATCHED_FROM
from control.limits import ControlConfig
from control.situation import Situation
from control.translate import asked
from control.voyage import Voyage
from protocols.errors import MalformedError
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import STEPS, AuthorityState, VesselHeartbeat
from protocols.link.orders import ORDER_KINDS, check_arguments

FOR_ANYBODY: Final = frozenset(("order.cancel", "alert.acknowledge", "alert.silence"))
"""Kinds that need no conn and move nothing themselves, beside those about authority: roles, keys and phases are the ship's to
judge, not the mirror's."""
TAKING: Final = frozenset(("authority.request", "authority.force", "authority.confirm"))
"""Kinds with which somebody ashore comes to have something of the ship: none without a grant (AUT-07)."""
MIRROR_AGE_MAX_S: Final = 3.5
"""Oldest vessel heartbeat a preview uses: the time after which the ship itself calls the link silent."""


IN_FORCE: Final = ("heading_deg", "rudder_deg", "propulsion_pct", "station_radius_m")
"""Names under which a heartbeat tells what is in force, in the order of `Setpoints`."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """What the shore knows of a ship."""

    heartbeat: VesselHeartbeat | None
    """Last heartbeat; None when there was none."""
    heartbeat_age_s: float
    situation: Situation
    """What the shore has measured; what her sources disagree about her heartbeat tells."""
    config: ControlConfig
    routes: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """Routes that went through this station, by hash: what an activation is judged by."""
    is_chart_seen: bool = True
    """False: she carries a chart that is not in `config`, which holds an unseen one (`depths.unseen`) in its place."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who looks at the button."""

    person: str
    console: str
    session: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the ship would say, as far as the shore can know."""

    verdict: Literal["allowed", "refused", "unknown"]
    reasons: tuple[Reason, ...]


def preview(kind: str, args: dict[str, Plain], asker: Asker, mirror: Mirror) -> Preview:
    """Return what the ship would say to a setpoint order of `asker` now; `args` as the order would carry them."""
    try:
        check_arguments(kind, args)
    except MalformedError as error:
        return Preview("refused", (Reason("malformed", "CMD-01", f"{error}."),))
    beat = mirror.heartbeat
    if beat is None or mirror.heartbeat_age_s > MIRROR_AGE_MAX_S:
        age_s = None if beat is None else round(mirror.heartbeat_age_s, 1)
        text = "The ship has not been heard for too long to say what she would answer."
        return Preview("unknown", (Reason("mirror_old", "INT-02", text, age_s, MIRROR_AGE_MAX_S, "s", age_s),))
    mirror = replace(mirror, situation=replace(mirror.situation, disagreements=beat.disagreed))
    reasons = ship_reasons(kind, args, asker, beat, mirror)
    if not reasons and kind == "route.activate" and beat.route is not None and beat.route.hash not in mirror.routes:
        text = "The route aboard did not come through this station: only the ship can say whether she may follow it."
        return Preview("unknown", (Reason("route_unknown", "CMD-09", text, beat.route.hash[:12]),))
    if not reasons and not mirror.is_chart_seen and _asks_chart(kind, mirror.config):
        text = "Judged aboard: this station does not have the chart that the ship holds such an order against."
        return Preview("unknown", (Reason("chart_aboard", "INT-07", text),))
    return Preview("refused" if reasons else "allowed", tuple(reasons))


def _asks_chart(kind: str, config: ControlConfig) -> bool:
    return config.grounding is not None and (kind == "route.load" or grounding.is_judged(kind))


def context_of(kind: str, args: dict[str, Plain], mirror: Mirror) -> Context | None:
    """Return what an order would be judged by, authority and link left out; None without a fresh heartbeat."""
    beat = mirror.heartbeat
    if beat is None or mirror.heartbeat_age_s > MIRROR_AGE_MAX_S:
        return None
    config = _config(beat, mirror)
    wish = asked(kind, args, config, mirror.situation)
    return Context(
        wish.kind, wish.args, mirror.situation, config, _setpoints(beat), beat.round_trip_ms, beat.stop_latched
    )


def _config(beat: VesselHeartbeat, mirror: Mirror) -> ControlConfig:
    """Return the limits of the phase the ship says she is in."""
    return mirror.config.in_phase(beat.phase) if beat.phase in mirror.config.phases else mirror.config


def _setpoints(beat: VesselHeartbeat) -> Setpoints:
    return Setpoints(*(beat.setpoints.get(name) for name in IN_FORCE))


def ship_reasons(
    kind: str, args: dict[str, Plain], asker: Asker, beat: VesselHeartbeat, mirror: Mirror
) -> list[Reason]:
    """Return the reasons the ship's own rules give on the mirrored facts."""
    gone = [] if beat.access is None or kind in STOPS else [*beat.access.reasons]
    if kind in FOR_ANYBODY or kind.startswith("authority."):
        return [*_authority_reasons(kind, asker, beat.authority), *(gone if kind in TAKING else [])]
    needs = "direct" if kind in DIRECT else ORDER_KINDS[kind].level
    group = ORDER_KINDS[kind].group
    state = beat.authority if group == "conn" else beat.engineering
    if state is None:
        text = f"Nothing of the group {group} may be ordered."
        return [Reason("no_such_group", "AUT-01", text, group)]
    authority = not_in_control(state, asker.person, asker.console, asker.session, state.fencing, needs, group)
    config, setpoints = _config(beat, mirror), _setpoints(beat)
    encoded = mirror.routes.get(beat.route.hash, b"") if beat.route is not None else b""
    bound = routing.bound(args, encoded, config, mirror.situation) if kind == "route.activate" else {}
    wish = asked(kind, {**args, **bound}, config, mirror.situation)
    reasons = [*wish.reasons, *([] if kind.startswith(("drill.", "alert.")) else gone)]
    reasons += verdict(
        Context(
            wish.kind, wish.args, mirror.situation, config, setpoints, beat.round_trip_ms, beat.stop_latched, authority
        )
    )
    if kind == "conn.phase":
        reasons += Voyage(config).objections(str(args["phase"]), setpoints, mirror.situation)
    reasons += drill.refusals(config) if kind == "drill.begin" else []
    reasons += _route_reasons(kind, args, encoded, beat, replace(mirror, config=config))
    if STEPS.index(beat.step) >= LATCHED_FROM and kind not in STOPS and group == "conn":
        text = f"The ship is on step {beat.step} ({beat.action}); resume the conn first."
        reasons.append(Reason("ladder", "FBK-01", text, beat.step, "L0 or L1"))
    return reasons


def _route_reasons(
    kind: str, args: dict[str, Plain], encoded: bytes, beat: VesselHeartbeat, mirror: Mirror
) -> list[Reason]:  # fmt: skip
    """Return what the route itself has against an order about it, as far as the station knows the route aboard."""
    aboard = beat.route
    if kind == "route.load":
        return routing.load_faults(args, mirror.config, is_following=aboard is not None and aboard.leg > 0)
    if kind != "route.activate":
        return []
    wanted = str(args["route_hash"])
    if aboard is not None and wanted != aboard.hash:
        text = f"The route loaded is another than ordered ({aboard.hash[:12]})."
        return [Reason("other_route", "CMD-09", text, wanted[:12], aboard.hash[:12])]
    if aboard is not None and not encoded:
        return []  # unknown, not refused: `preview` says so
    return routing.activate_faults(args, encoded, mirror.config, mirror.situation)


def _authority_reasons(kind: str, asker: Asker, state: AuthorityState) -> list[Reason]:
    """Return what speaks against asking for, confirming or giving back the conn; setpoint rules do not apply to these."""
    has_it = state.station == "remote" and (state.person, state.console, state.session) == (
        asker.person, asker.console, asker.session,
    )  # fmt: skip
    if kind == "authority.request" and has_it and state.phase == "held":
        return [Reason("already_in_control", "AUT-03", "You have the conn already.", asker.person)]
    if kind in ("authority.release", "authority.resume") and not has_it:
        return [Reason("not_in_control", "INT-01", "You do not hold the conn; request it first.", asker.person)]
    return []
