"""INT-08: no order brings the ship too near another without a reason given; and the watch for who comes too near anyway."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from control import station
from control.encounter import DUTIES, EncounterClass, Mover, sector_class
from control.geometry import KNOT_MPS, Plane
from control.limits import ControlConfig
from control.prediction import Leg, closest, drift_mps, timed, track_of_length
from control.situation import Situation
from control.surroundings import Numbers, Target
from protocols.link.events import Reason

if TYPE_CHECKING:
    from control.context import Context

NM_M: Final = 1852.0
TOLD_MAX: Final = 5
"""Targets told of in one refusal, the first to be met first; the others are counted."""
BETTER_M: Final = 10.0
"""A closest point this much farther than without the order is better: the first move of an avoidance is never refused."""
CONFIRM: Final = "Order it again with a collision_reason if it must be."
REASON_ARGUMENT: Final = "collision_reason"
"""Argument by which the operator confirms that he has seen the danger, in his own words (INT-08)."""
WITHOUT_RULE: Final = frozenset(("conn.rudder", "conn.controlled_stop", "conn.direct", "conn.phase"))
"""Direct control is excepted, but the alert sounds; stopping is always allowed; the others move nothing."""


@dataclass(frozen=True, slots=True)
class Own:
    """Our own ship as the rule needs her."""

    plane: Plane
    heading_deg: float
    speed_kn: float
    course_deg: float | None
    """Over ground; None where it is not known, then nothing is known of the drift."""

    @property
    def mover(self) -> Mover:
        """Herself at the origin of her plane."""
        return Mover(0.0, 0.0, self.heading_deg if self.course_deg is None else self.course_deg, self.speed_kn)


@dataclass(frozen=True, slots=True)
class Passing:
    """How one target passes, if the order is carried out."""

    target: Target
    age_s: float
    cpa_m: float
    tcpa_s: float
    encounter: EncounterClass
    """How the two ships meet now; "safe" when she passes clear."""
    is_within_limits: bool
    """Nearer than the limit, no later than the limit."""


def own_ship(situation: Situation) -> Own | None:
    """Return our own ship; None while position, heading or speed is not known (INT-02 says so)."""
    latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
    heading, speed_kn = situation.number("NAV_HDG"), situation.number("NAV_SOG")
    if latitude is None or longitude is None or heading is None or speed_kn is None:
        return None
    return Own(Plane(latitude, longitude), heading, speed_kn, situation.number("NAV_COG"))


def motions(context: Context, own: Own, run_s: float) -> list[list[Leg]]:
    """Return what she may do for the order: at the speed she has, and, where another is ordered, at that one too."""
    if context.kind == station.KIND:
        return [[Leg(0.0, run_s, 0.0, 0.0, 0.0, 0.0)]]  # she lies where she is, held against the drift
    drift = drift_mps(own.heading_deg, own.speed_kn, own.course_deg)
    propulsion = context.arg("propulsion_pct")
    speeds_kn = [own.speed_kn]
    if propulsion is not None:
        speeds_kn.append(abs(propulsion) / 100.0 * context.config.hull.speed_full_kn)
    found: list[list[Leg]] = []
    for speed_kn in speeds_kn:
        run_m = abs(speed_kn) * KNOT_MPS * run_s
        track = track_of_length(context, own.heading_deg, own.speed_kn, run_m)
        found.append(timed(track, speed_kn, run_s, drift))
    return found


def passings(context: Context, own: Own) -> list[Passing]:
    """Return how every target would pass, in the order of their list; the nearest of all motions she may make."""
    limits, around = context.config.limits, context.situation.surroundings
    runs = [closest(legs, own.plane, around, math.inf) for legs in motions(context, own, limits.tcpa_s)]
    made: list[Passing] = []
    for number, target in enumerate(around.targets.listed):
        cpa_m, tcpa_s = min((float(cpa[number]), float(at[number])) for cpa, at in runs)
        made.append(_passing(context.config, own, target, around.since_s, cpa_m, tcpa_s))
    return made


def _passing(config: ControlConfig, own: Own, target: Target, since_s: float, cpa_m: float, tcpa_s: float) -> Passing:
    is_near = cpa_m < config.limits.cpa_m
    kind: EncounterClass = "safe"
    if is_near:
        course_deg = target.course_deg
        east_m, north_m = own.plane.xy(target.longitude_deg, target.latitude_deg)
        other = Mover(east_m, north_m, 0.0 if course_deg is None else course_deg, target.sog_kn or 0.0)
        kind = sector_class(own.mover, other, config.encounter)
    return Passing(target, target.age_s + since_s, cpa_m, tcpa_s, kind, is_near)


def clear_of_traffic(context: Context) -> list[Reason]:
    """INT-08: an order that brings a target nearer than the limit needs the operator's reason with it."""
    own = own_ship(context.situation)
    moves = context.kind.startswith("conn.") or context.kind == "route.activate"
    if not moves or context.kind in WITHOUT_RULE or own is None or context.word(REASON_ARGUMENT):
        return []
    return [*_lookout(context), *_near(context, own)]


def _lookout(context: Context) -> list[Reason]:
    """Say so where nobody listens: no target heard is not the sea empty."""
    limits, around = context.config.limits, context.situation.surroundings
    if limits.without_lookout == "allow":
        return []
    age_s = None if around.heard_age_s is None else around.heard_age_s + around.since_s
    if age_s is not None and age_s <= limits.lookout_s:
        return []
    heard = "have not been heard since the start" if age_s is None else f"were last heard {age_s:.0f} s ago"
    text = f"AIS and radar {heard}: who is near is not known. {CONFIRM}"
    return [Reason("lookout_silent", "INT-08", text, age_s and round(age_s, 1), limits.lookout_s, "s", age_s)]


def _near(context: Context, own: Own) -> list[Reason]:
    limits, around = context.config.limits, context.situation.surroundings
    if not around.targets.listed:
        return []
    runs = [closest(legs, own.plane, around, limits.cpa_m) for legs in motions(context, own, limits.tcpa_s)]
    steady = _steady(context, own)
    found: list[tuple[float, float, int]] = []
    for number in {int(index) for cpa, _ in runs for index in (cpa < limits.cpa_m).nonzero()[0]}:
        cpa_m, tcpa_s = min((float(cpa[number]), float(at[number])) for cpa, at in runs)
        if cpa_m < steady[number] + BETTER_M:  # what makes it better is not refused
            found.append((tcpa_s, cpa_m, number))
    reasons = [
        _reason(
            context.config, _passing(context.config, own, around.targets.listed[number], around.since_s, cpa_m, tcpa_s)
        )
        for tcpa_s, cpa_m, number in sorted(found)[:TOLD_MAX]
    ]
    if len(found) > TOLD_MAX:
        text = f"{len(found) - TOLD_MAX} more targets would pass within the limit."
        reasons.append(Reason("more_targets", "INT-08", text, len(found), 0))
    return reasons


def _steady(context: Context, own: Own) -> Numbers:
    """Return each target's CPA when the ship goes on as she does, metres."""
    limits, around = context.config.limits, context.situation.surroundings
    drift = drift_mps(own.heading_deg, own.speed_kn, own.course_deg)
    return closest(straight(own, limits.tcpa_s, drift), own.plane, around, limits.cpa_m)[0]


def straight(own: Own, run_s: float, drift: tuple[float, float]) -> list[Leg]:
    """Return her motion when nothing is ordered: on as she goes."""
    east_mps, north_mps = Mover(0.0, 0.0, own.heading_deg, own.speed_kn).velocity_mps
    return [Leg(0.0, run_s, 0.0, 0.0, east_mps + drift[0], north_mps + drift[1])]


def _reason(config: ControlConfig, found: Passing) -> Reason:
    limits, target = config.limits, found.target
    name, how = "close_quarters", DUTIES[found.encounter]
    if target.doubt:
        name, how = "doubted_target", f"her report is doubted: {target.doubt}"
    elif found.age_s > limits.target_age_s_max:
        name, how = "stale_target", f"not heard for {found.age_s:.0f} s, carried on at her last course and speed"
    elif target.sog_kn is None or target.course_deg is None:
        name, how = "motion_unknown", "she tells no course or speed and is taken to lie still"
    text = (
        f"{target.name} would pass at {found.cpa_m / NM_M:.2f} NM in {found.tcpa_s / 60.0:.1f} min; the limit is "
        f"{limits.cpa_m / NM_M:.2f} NM ({how}). {CONFIRM}"
    )
    return Reason(name, "INT-08", text, round(found.cpa_m), limits.cpa_m, "m", found.age_s)


class CollisionWatch:
    """Who comes too near as things are: the alert's condition, looked at once a second."""

    EVERY_S: Final = 1.0
    """AIS and radar speak no more often of a target."""

    def __init__(self) -> None:
        """Begin with nobody near."""
        self._due_s = 0.0
        self.dangers: tuple[Passing, ...] = ()
        """Fresh and undoubted targets within the limits, the first to be met first."""

    def look(self, situation: Situation, config: ControlConfig, now_s: float) -> bool:
        """Return whether any fresh target will pass within the limits when both go on; not known is not dangerous here."""
        if now_s >= self._due_s:
            self._due_s = now_s + self.EVERY_S
            self.dangers = dangers(situation, config)
        return bool(self.dangers)


def dangers(situation: Situation, config: ControlConfig) -> tuple[Passing, ...]:
    """Return the fresh targets that pass within the limits when our ship and they go on as they do."""
    own, around, limits = own_ship(situation), situation.surroundings, config.limits
    if own is None or not around.targets.listed:
        return ()
    drift = drift_mps(own.heading_deg, own.speed_kn, own.course_deg)
    cpa_m, at_s = closest(straight(own, limits.tcpa_s, drift), own.plane, around, limits.cpa_m)
    is_fresh = around.targets.age_s + around.since_s <= limits.target_age_s_max
    found = [
        _passing(config, own, around.targets.listed[index], around.since_s, float(cpa_m[index]), float(at_s[index]))
        for index in map(int, ((cpa_m < limits.cpa_m) & is_fresh).nonzero()[0])
    ]
    return tuple(sorted((one for one in found if not one.target.doubt), key=lambda one: one.tcpa_s))
