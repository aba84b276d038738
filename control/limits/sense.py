"""What must hold between the numbers of a `[control]` table, so that no state is promised that cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping

from control.limits.records import (
    ENVELOPE_WORDS,
    AlertLimits,
    ApprovalLimits,
    Area,
    Hull,
    Keep,
    LinkLimits,
    Machine,
    PhaseLimits,
    Response,
)  # fmt: skip

APPROVE_S: tuple[float, float] = (60.0, 120.0)
"""Shortest and longest life of a critical order (CMD-10)."""
OPERATOR_S: tuple[float, float] = (10.0, 600.0)
"""An operator's longest time to answer: nobody sees, judges and orders in less; beyond it she is not watched."""
ESCALATE_S_MAX = 300.0
"""IEC 62923-1 5.2.3 by MSC.302(87): a warning escalates after five minutes at most (ALT-04)."""


def disorder(link: LinkLimits) -> list[str]:
    """Return a fault when the steps of the ladder would not come in their order."""
    if link.silent_direct_s <= link.silent_s < link.lost_s < link.lost_s + link.grace_s < link.fallback_s:
        return []
    return ["control.link: silent_direct_s <= silent_s < lost_s < lost_s + grace_s < fallback_s does not hold"]


def nonsense(
    hull: Hull, phases: Mapping[str, PhaseLimits], areas: tuple[Area, ...], *, follows_routes: bool
) -> list[str]:  # fmt: skip
    """Return a fault for each hold or fallback state that this ship could never reach (FBK-02)."""
    faults: list[str] = []
    for name, limits in phases.items():
        where = f"control.phases.{name}"
        if limits.hold == "station_keep" and not hull.keeps_station:
            faults.append(f"{where}.hold is 'station_keep', but hull.keeps_station is false")
        if limits.hold == "station_keep" and limits.keep is None:
            faults.append(f"[{where}.keep] is missing: the hold 'station_keep' needs it")
        faults += _keep_faults(where, limits)
        if limits.fallback == "loiter":
            faults += _loiter_faults(name, limits, areas)
        if limits.fallback == "safe_harbour":
            faults += _harbour_faults(name, limits, areas, follows_routes=follows_routes)
    return faults


def _keep_faults(where: str, limits: PhaseLimits) -> list[str]:
    """The circle of a station has a width, and the phase allows the propulsion that pulls her to its middle."""
    keep = limits.keep
    if keep is None:
        return []
    faults: list[str] = []
    if keep.radius_m_max is not None and keep.radius_m_max < keep.radius_m:
        faults.append(f"{where}.keep.radius_m_max is {keep.radius_m_max:g}, below radius_m")
    return faults + _pull_faults(f"{where}.keep", keep, limits)


def _pull_faults(where: str, keep: Keep, limits: PhaseLimits) -> list[str]:
    if 0.0 < keep.approach_pct <= keep.strongest_pct <= limits.ahead_pct_max:
        return []
    return [f"{where}: 0 < approach_pct <= approach_pct_max <= ahead_pct_max does not hold"]


def _loiter_faults(phase: str, limits: PhaseLimits, areas: tuple[Area, ...]) -> list[str]:
    """The point must be inside every allowed area and outside every no-go area that counts in the phase."""
    point = limits.loiter
    if point is None:
        return [f"[control.phases.{phase}.loiter] is missing: the fallback 'loiter' needs it"]
    faults = _outside(phase, "loiter", (point.longitude_deg, point.latitude_deg), areas)
    return faults + _pull_faults(f"control.phases.{phase}.loiter", point.keep, limits)


def _harbour_faults(
    phase: str, limits: PhaseLimits, areas: tuple[Area, ...], *, follows_routes: bool
) -> list[str]:  # fmt: skip
    """The ship can follow routes, and every waypoint lies where she may be; its legs are judged when she sets out."""
    if limits.harbour is None:
        return [f"[control.phases.{phase}.harbour] is missing: the fallback 'safe_harbour' needs it"]
    faults = [] if follows_routes else ["[control.tracking] is missing: the fallback 'safe_harbour' follows a route"]
    for number, mark in enumerate(limits.harbour.marks, start=1):
        faults += _outside(phase, f"harbour waypoint {number}", mark, areas)
    return faults


def _outside(phase: str, what: str, place: tuple[float, float], areas: tuple[Area, ...]) -> list[str]:
    from control import geometry  # noqa: PLC0415 - only a place to go to needs shapes; the collector has none

    counting = [area for area in areas if not area.phases or phase in area.phases]
    beyond = geometry.is_beyond(place[1], place[0], counting, 0.0)
    return [] if beyond is None else [f"control.phases.{phase}.{what} lies outside what {beyond.name!r} allows"]


def unjudged(phases: Mapping[str, PhaseLimits]) -> list[str]:
    """Return a fault for each condition that a phase neither judges nor says that it does not, or nobody can meet (INT-10)."""
    faults: list[str] = []
    for name, limits in phases.items():
        judged = {row.what for row in limits.envelope}
        where = f"control.phases.{name}"
        faults += [
            f"{where}: no [[envelope]] row judges the {word}, and not_judged does not name it"
            for word in ENVELOPE_WORDS
            if word not in judged and word not in limits.not_judged
        ]
        faults += [f"{where}.envelope: {row.what} has neither low nor high" for row in limits.envelope
                   if row.low is None and row.high is None]  # fmt: skip
        faults += [f"{where}.envelope: {row.what} has its low {row.low:g} above its high {row.high:g}"
                   for row in limits.envelope if row.low is not None and row.high is not None and row.low > row.high]  # fmt: skip
        faults += [f"{where}.not_judged names {word!r}, none of {', '.join(ENVELOPE_WORDS)}"
                   for word in limits.not_judged if word not in ENVELOPE_WORDS]  # fmt: skip
    return faults


def out_of_bounds(
    approval: ApprovalLimits | None,
    alerts: AlertLimits | None,
    machinery: tuple[Machine, ...],
    response: Response | None,
) -> list[str]:
    """Return a fault for each number that a rule bounds, and for two machines of one name."""
    faults: list[str] = []
    low, high = APPROVE_S
    if approval is not None and not low <= approval.approve_s <= high:
        faults.append(f"control.approval.approve_s is {approval.approve_s:g}, outside {low:g}..{high:g}")
    if alerts is not None and not 0.0 < alerts.repeat_s <= alerts.escalate_s <= ESCALATE_S_MAX:
        faults.append(f"control.alerts: 0 < repeat_s <= escalate_s <= {ESCALATE_S_MAX:g} does not hold")
    quickest, slowest = OPERATOR_S
    if response is not None and not quickest <= response.operator_s <= slowest:
        faults.append(f"control.response.operator_s is {response.operator_s:g}, outside {quickest:g}..{slowest:g}")
    names = [machine.name for machine in machinery]
    return faults + [f"two machines are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
