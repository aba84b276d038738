"""A route as RTZ tells it: waypoints, the leg to each, schedules; every fault listed, defaults filled in, units RTZ's own.

Source: RTZ 1.0 (IEC 61174:2015 Annex S), 1.1 and 1.2 (CIRM). The three differ in names that we keep as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Final, Literal

from protocols.errors import MalformedError
from protocols.rtz.tree import Document, Element, parse

NAMESPACES: Final = {
    "http://www.cirm.org/RTZ/1/0": "1.0",
    "http://www.cirm.org/RTZ/1/1": "1.1",
    "http://www.cirm.org/RTZ/1/2": "1.2",
}
"""{namespace of a route file: its version}"""
WAYPOINTS_MAX: Final = 1_000
"""Most waypoints of one route; ECDIS makers allow 200 to 1,000."""
RADIUS_NM_DEFAULT: Final = 0.0
Geometry = Literal["loxodrome", "orthodrome"]


@dataclass(frozen=True, slots=True)
class Leg:
    """The leg that leads to a waypoint; None where neither it nor the default waypoint says."""

    port_xtd_nm: float | None = None
    starboard_xtd_nm: float | None = None
    safety_contour_m: float | None = None
    safety_depth_m: float | None = None
    geometry: Geometry = "loxodrome"
    speed_min_kn: float | None = None
    speed_max_kn: float | None = None
    draught_forward_m: float | None = None
    draught_aft_m: float | None = None
    static_ukc_m: float | None = None
    dynamic_ukc_m: float | None = None


@dataclass(frozen=True, slots=True)
class Waypoint:
    """One waypoint."""

    id: int
    name: str
    latitude_deg: float
    longitude_deg: float
    radius_nm: float | None
    """Turn radius; None where neither it nor the default waypoint says."""
    leg: Leg


@dataclass(frozen=True, slots=True)
class ScheduleElement:
    """When the ship is to be at, or to leave, one waypoint."""

    waypoint_id: int
    etd_utc_s: float | None = None
    eta_utc_s: float | None = None
    speed_kn: float | None = None
    """Speed on the leg to the waypoint."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule: what a person entered, and what was calculated from it."""

    id: int
    name: str
    manual: tuple[ScheduleElement, ...]
    calculated: tuple[ScheduleElement, ...]


@dataclass(frozen=True, slots=True)
class RtzRoute:
    """A route file; `document` is all of it, extensions included, for writing it again."""

    name: str
    version: str
    waypoints: tuple[Waypoint, ...]
    schedules: tuple[Schedule, ...]
    extensions: tuple[str, ...]
    """What extensions the file holds, as manufacturer/name version; they are kept, and nothing here acts on them."""
    document: Document


@dataclass(frozen=True, slots=True)
class RouteRead:
    """What a file gave: a route, or none, and everything that is wrong with it."""

    route: RtzRoute | None
    faults: tuple[str, ...] = field(default=())


_LEG: Final = (
    ("portsideXTD", "port_xtd_nm"), ("starboardXTD", "starboard_xtd_nm"), ("safetyContour", "safety_contour_m"),
    ("safetyDepth", "safety_depth_m"), ("speedMin", "speed_min_kn"), ("speedMax", "speed_max_kn"),
    ("draughtForward", "draught_forward_m"), ("draughtAft", "draught_aft_m"), ("staticUKC", "static_ukc_m"),
    ("dynamicUKC", "dynamic_ukc_m"),
)  # fmt: skip
"""(attribute of a leg, our name); all are numbers of at least 0."""
_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")


def read(content: bytes) -> RouteRead:
    """Return the route in a file and all its faults; no route where it has not even the shape of one."""
    try:
        document = parse(content)
    except MalformedError as error:
        return RouteRead(None, (f"{error}",))
    root = document.root
    version = NAMESPACES.get(root.name[0])
    if root.name[1] != "route" or version is None:
        return RouteRead(
            None, (f"the root is {root.name[1]!r} of {root.name[0]!r}, not a route of RTZ 1.0, 1.1 or 1.2",)
        )
    faults: list[str] = []
    if root.get("version") != version:
        faults.append(f"version is {root.get('version')!r}, but the namespace is that of {version}")
    name = _route_name(root, faults)
    waypoints = _waypoints(root, faults)
    schedules = _schedules(root, {waypoint.id for waypoint in waypoints}, faults)
    return RouteRead(RtzRoute(name, version, waypoints, schedules, _extensions(root), document), tuple(faults))


def _route_name(root: Element, faults: list[str]) -> str:
    named = root.one("routeInfo")
    name = (named.get("routeName") or "").strip() if named is not None else ""
    if not name:
        faults.append("routeInfo has no routeName")
    return name


def _waypoints(root: Element, faults: list[str]) -> tuple[Waypoint, ...]:
    listed = root.one("waypoints")
    if listed is None:
        faults.append("there are no waypoints")
        return ()
    default = listed.one("defaultWaypoint")
    default_radius = _number(default, "radius", "defaultWaypoint", faults) if default is not None else None
    default_leg = _leg(default, Leg(), "defaultWaypoint", faults)
    found: list[Waypoint] = []
    given = listed.all("waypoint")
    if not 2 <= len(given) <= WAYPOINTS_MAX:  # noqa: PLR2004 - from somewhere to somewhere
        faults.append(f"{len(given)} waypoints; a route has 2 to {WAYPOINTS_MAX}")
    for number, element in enumerate(given[:WAYPOINTS_MAX], start=1):
        where = f"waypoint {number}" + (f" ({element.get('name')})" if element.get("name") else "")
        made = _waypoint(element, where, faults)
        if made is not None:
            radius = _number(element, "radius", where, faults)
            leg = _leg(element, default_leg, where, faults)
            found.append(replace(made, radius_nm=default_radius if radius is None else radius, leg=leg))
    ids = [waypoint.id for waypoint in found]
    faults += [f"two waypoints have the id {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    return tuple(found)


def _waypoint(element: Element, where: str, faults: list[str]) -> Waypoint | None:
    identity = _whole(element, "id", where, faults)
    position = element.one("position")
    if position is None:
        faults.append(f"{where} has no position")
        return None
    latitude = _number(position, "lat", where, faults, -90.0, 90.0, required=True)
    longitude = _number(position, "lon", where, faults, -180.0, 180.0, required=True)
    if identity is None or latitude is None or longitude is None:
        return None
    return Waypoint(identity, (element.get("name") or "").strip(), latitude, longitude, None, Leg())


def _leg(element: Element | None, default: Leg, where: str, faults: list[str]) -> Leg:
    leg = element.one("leg") if element is not None else None
    if leg is None:
        return default
    values: dict[str, float] = {}
    for attribute, name in _LEG:
        value = _number(leg, attribute, where, faults)
        if value is not None:
            values[name] = value
    made = replace(default, **values)  # type: ignore[arg-type] # numbers of the names in _LEG
    geometry = leg.get("geometryType")
    if geometry is None:
        return made
    if geometry.lower() not in ("loxodrome", "orthodrome"):
        faults.append(f"{where}: geometryType is {geometry!r}, neither Loxodrome nor Orthodrome")
        return made
    return replace(made, geometry="orthodrome" if geometry.lower() == "orthodrome" else "loxodrome")


def _schedules(root: Element, known: set[int], faults: list[str]) -> tuple[Schedule, ...]:
    listed = root.one("schedules")
    found: list[Schedule] = []
    for number, element in enumerate(listed.all("schedule") if listed is not None else (), start=1):
        where = f"schedule {number}"
        identity = _whole(element, "id", where, faults)

        def elements(part: str, element: Element = element, where: str = where) -> tuple[ScheduleElement, ...]:
            within = element.one(part)
            made = [_element(one, f"{where} {part}", known, faults) for one in
                    (within.all("scheduleElement") if within is not None else ())]  # fmt: skip
            return tuple(one for one in made if one is not None)

        manual, calculated = elements("manual"), elements("calculated")
        found.append(Schedule(identity or 0, (element.get("name") or "").strip(), manual, calculated))
    return tuple(found)


def _element(element: Element, where: str, known: set[int], faults: list[str]) -> ScheduleElement | None:
    identity = _whole(element, "waypointId", where, faults)
    if identity is None:
        return None
    where = f"{where}, waypoint {identity}"
    if identity not in known:
        faults.append(f"{where}: the route has no such waypoint")
    return ScheduleElement(
        identity, _moment(element, "etd", where, faults), _moment(element, "eta", where, faults),
        _number(element, "speed", where, faults),
    )  # fmt: skip


def _moment(element: Element, name: str, where: str, faults: list[str]) -> float | None:
    """Return a time of the file as seconds of UTC; without a zone it is UTC."""
    text = element.get(name)
    if text is None:
        return None
    try:
        if not _UTC.fullmatch(text.strip()):
            raise ValueError  # noqa: TRY301 - the same word for both
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        faults.append(f"{where}: {name} is {text!r}, not a time like 2026-11-26T08:00:00Z")
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)).timestamp()  # noqa: UP017


def _value(
    element: Element, name: str, where: str, faults: list[str], convert: Callable[[str], float], kind: str
) -> float | None:  # fmt: skip
    text = element.get(name)
    if text is None:
        return None
    try:
        value = convert(text.strip())
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    faults.append(f"{where}: {name} is {text!r}, not {kind}")
    return None


def _number(
    element: Element, name: str, where: str, faults: list[str], low: float = 0.0, high: float = math.inf, *,
    required: bool = False,
) -> float | None:  # fmt: skip
    if required and element.get(name) is None:
        faults.append(f"{where} has no {name}")
    value = _value(element, name, where, faults, float, "a number")
    if value is None or low <= value <= high:
        return value
    faults.append(f"{where}: {name} is {value:g}, outside {low:g}..{high:g}")
    return None


def _whole(element: Element, name: str, where: str, faults: list[str]) -> int | None:
    if element.get(name) is None:
        faults.append(f"{where} has no {name}")
    value = _value(element, name, where, faults, lambda text: float(int(text)), "a whole number")
    return None if value is None else int(value)


def _extensions(root: Element) -> tuple[str, ...]:
    found: list[str] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.name == (root.name[0], "extension"):
            found.append(f"{element.get('manufacturer')}/{element.get('name')} {element.get('version')}")
        else:
            waiting += reversed(element.children)
    return tuple(found)
