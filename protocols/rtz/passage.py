"""From an RTZ route to the one the ship keeps, and back to a file; what is missing for a ship to follow it is a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protocols.link.passage import MARKS_MAX, NAME_MAX, Mark, Passage
from protocols.rtz.route import NAMESPACES, RtzRoute, Schedule, Waypoint
from protocols.rtz.tree import Element, write

NM_M: Final = 1852.0
_NEWEST: Final = next(space for space, version in NAMESPACES.items() if version == "1.2")


@dataclass(frozen=True, slots=True)
class PassageMade:
    """A route for the ship, or none, and why not."""

    passage: Passage | None
    faults: tuple[str, ...]
    told: tuple[str, ...]
    """What the file says and the ship's route does not carry, in words."""


def passage_of(
    route: RtzRoute, revision: int, continues: frozenset[int] = frozenset(), schedule_id: int | None = None
) -> PassageMade:  # fmt: skip
    """Return the ship's route made of `route`.

    `continues`: ids of waypoints whose leg (the one that leads there) is sailed on without a link. `schedule_id`: whose
    times are taken; None takes none.
    """
    faults: list[str] = []
    schedule = next((one for one in route.schedules if one.id == schedule_id), None)
    if schedule_id is not None and schedule is None:
        faults.append(f"there is no schedule {schedule_id}")
    known = {waypoint.id for waypoint in route.waypoints}
    faults += [f"there is no waypoint {one} whose leg could continue" for one in sorted(continues - known)]
    if len(route.waypoints) > MARKS_MAX:
        faults.append(f"{len(route.waypoints)} waypoints; the ship takes {MARKS_MAX}")
    etas = _etas(schedule)
    last = len(route.waypoints) - 1
    marks = [
        _mark(one, etas, continues, is_first=number == 0, is_last=number == last, faults=faults)
        for number, one in enumerate(route.waypoints)
    ]
    if len(route.name) > NAME_MAX:
        faults.append(f"routeName has {len(route.name)} characters; the ship takes {NAME_MAX}")
    if faults:
        return PassageMade(None, tuple(faults), ())
    return PassageMade(Passage(route.name, revision, tuple(marks)), (), _told(route, schedule_id))


def _etas(schedule: Schedule | None) -> dict[int, int]:
    """Return the times of a schedule: what a person entered goes before what was calculated."""
    found: dict[int, int] = {}
    for element in (*schedule.calculated, *schedule.manual) if schedule is not None else ():
        if element.eta_utc_s is not None:
            found[element.waypoint_id] = round(element.eta_utc_s)
    return found


def _mark(
    waypoint: Waypoint, etas: dict[int, int], continues: frozenset[int], *, is_first: bool, is_last: bool,
    faults: list[str],
) -> Mark:  # fmt: skip
    where, leg, radius_nm = f"waypoint {waypoint.id}", waypoint.leg, waypoint.radius_nm
    if radius_nm is None and not (is_first or is_last):
        faults.append(f"{where} has no turn radius, and the default waypoint has none")
    for side, value in (("portside", leg.port_xtd_nm), ("starboard", leg.starboard_xtd_nm)):
        if value is None and not is_first:
            faults.append(f"{where} has no {side} cross-track distance, and the default waypoint has none")
    if len(waypoint.name) > NAME_MAX:
        faults.append(f"{where}: a name of {len(waypoint.name)} characters; the ship takes {NAME_MAX}")
    return Mark(
        waypoint.name[:NAME_MAX], waypoint.latitude_deg, waypoint.longitude_deg, (radius_nm or 0.0) * NM_M,
        (leg.port_xtd_nm or 0.0) * NM_M, (leg.starboard_xtd_nm or 0.0) * NM_M, leg.geometry == "orthodrome",
        leg.speed_max_kn or 0.0, etas.get(waypoint.id, 0), waypoint.id in continues,
    )  # fmt: skip


def _told(route: RtzRoute, schedule_id: int | None) -> tuple[str, ...]:
    told = [f"extension {one} is not carried aboard" for one in route.extensions]
    told += [f"schedule {one.id} is not carried aboard" for one in route.schedules if one.id != schedule_id]
    return (*told, *(f"{what} were not read" for what in route.document.dropped))


def file_of(passage: Passage) -> bytes:
    """Return an RTZ 1.2 file of a route the ship keeps; ids count from 1."""

    def element(name: str, attributes: dict[str, str], *children: Element) -> Element:
        return Element((_NEWEST, name), {("", key): value for key, value in attributes.items()}, children)

    def waypoint(number: int, mark: Mark) -> Element:
        position = element("position", {"lat": f"{mark.latitude_deg:.8f}", "lon": f"{mark.longitude_deg:.8f}"})
        own = {"id": f"{number}", "revision": "0", "name": mark.name, "radius": f"{mark.radius_m / NM_M:.6f}"}
        leg = {
            "portsideXTD": f"{mark.port_xtd_m / NM_M:.6f}", "starboardXTD": f"{mark.starboard_xtd_m / NM_M:.6f}",
            "geometryType": "Orthodrome" if mark.is_great_circle else "Loxodrome",
        }  # fmt: skip
        leg |= {"speedMax": f"{mark.speed_max_kn:g}"} if mark.speed_max_kn else {}
        return element("waypoint", own, position, *([element("leg", leg)] if number > 1 else []))

    waypoints = (waypoint(number, mark) for number, mark in enumerate(passage.marks, start=1))
    info = element("routeInfo", {"routeName": passage.id})
    return write(element("route", {"version": "1.2"}, info, element("waypoints", {}, *waypoints)))
