"""What must hold between the numbers of a `[control]` table, so that no state is promised that cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping

from control import geometry
from control.limits.records import Area, Hull, LinkLimits, PhaseLimits


def disorder(link: LinkLimits) -> list[str]:
    """Return a fault when the steps of the ladder would not come in their order."""
    if link.silent_direct_s <= link.silent_s < link.lost_s < link.lost_s + link.grace_s < link.fallback_s:
        return []
    return ["control.link: silent_direct_s <= silent_s < lost_s < lost_s + grace_s < fallback_s does not hold"]


def nonsense(hull: Hull, phases: Mapping[str, PhaseLimits], areas: tuple[Area, ...]) -> list[str]:
    """Return a fault for each hold or fallback state that this ship could never reach (FBK-02)."""
    faults: list[str] = []
    for name, limits in phases.items():
        where = f"control.phases.{name}"
        if limits.hold == "station_keep" and not hull.keeps_station:
            faults.append(f"{where}.hold is 'station_keep', but hull.keeps_station is false")
        if limits.hold == "station_keep" and limits.keep is None:
            faults.append(f"[{where}.keep] is missing: the hold 'station_keep' needs it")
        if limits.fallback == "loiter":
            faults += _loiter_faults(name, limits, areas)
    return faults


def _loiter_faults(phase: str, limits: PhaseLimits, areas: tuple[Area, ...]) -> list[str]:
    """The point must be inside every allowed area and outside every no-go area that counts in the phase."""
    point = limits.loiter
    if point is None:
        return [f"[control.phases.{phase}.loiter] is missing: the fallback 'loiter' needs it"]
    counting = [area for area in areas if not area.phases or phase in area.phases]
    beyond = geometry.is_beyond(point.latitude_deg, point.longitude_deg, counting, 0.0)
    if beyond is None:
        return []
    return [f"control.phases.{phase}.loiter lies outside what {beyond.name!r} allows"]
