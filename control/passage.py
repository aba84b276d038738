"""A route held against the ship: geometry, turns, fence, speeds and times; every fault is listed (CMD-09)."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

from control import geometry
from control.geometry import KNOT_MPS, Plane
from control.limits import ControlConfig
from protocols.link.events import Reason
from protocols.link.passage import Mark, Passage

PIECE_M: Final = 5_000.0
"""Rhumb lines and great circles are followed in straight pieces of this on average; a chord of 5 km is 0.5 m off at 80 N."""
PIECES_MAX: Final = 400
"""Most pieces of one route aboard: 2,000 km. Each is held against each area, and the ship decides nothing else meanwhile."""
TURN_DEG_MAX: Final = 150.0
"""Sharper turns cannot be rounded off within the legs that meet; they are two waypoints."""
LEG_M_MIN: Final = 1.0
LATITUDE_DEG_MAX: Final = 85.0
"""Nearer to a pole neither plane nor rhumb line means much."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight part of a leg."""

    leg: int
    """Index of the mark it leads to."""
    start: tuple[float, float]
    """(longitude_deg, latitude_deg)"""
    end: tuple[float, float]
    length_m: float
    course_deg: float


def pieces(passage: Passage) -> list[Piece]:
    """Return the route as straight pieces, at most PIECES_MAX + 1 of them."""
    found: list[Piece] = []
    for number, (before, after) in enumerate(zip(passage.marks, passage.marks[1:], strict=False), start=1):
        points = _points(before, after)
        for start, end in itertools.pairwise(points):
            found.append(_piece(number, start, end))
            if len(found) > PIECES_MAX:
                return found
    return found


def _piece(leg: int, start: tuple[float, float], end: tuple[float, float]) -> Piece:
    middle = (start[1] + end[1]) / 2.0
    east_m, north_m = Plane(middle, start[0]).xy(*end)
    north_m -= Plane(middle, start[0]).xy(*start)[1]
    return Piece(leg, start, end, math.hypot(east_m, north_m), math.degrees(math.atan2(east_m, north_m)) % 360.0)


def _points(before: Mark, after: Mark) -> list[tuple[float, float]]:
    """Return points along the leg from `before` to `after`, ends included, PIECE_M apart or less on average."""
    rough_m = _rough_m(before, after)
    count = max(1, min(PIECES_MAX + 1, math.ceil(rough_m / PIECE_M)))
    along = _great_circle if after.is_great_circle else _rhumb
    inner = [along(before, after, number / count) for number in range(1, count)]
    return [(before.longitude_deg, before.latitude_deg), *inner, (after.longitude_deg, after.latitude_deg)]


def _rough_m(before: Mark, after: Mark) -> float:
    """Return a length that is not below that of the leg by either geometry."""
    east_deg = abs(math.remainder(after.longitude_deg - before.longitude_deg, 360.0))
    widest = math.cos(math.radians(min(abs(before.latitude_deg), abs(after.latitude_deg))))
    if before.latitude_deg * after.latitude_deg < 0.0:
        widest = 1.0
    return 111_700.0 * math.hypot(after.latitude_deg - before.latitude_deg, east_deg * widest)


def _rhumb(before: Mark, after: Mark, part: float) -> tuple[float, float]:
    """Return the point at `part` of the isometric latitude: on a rhumb line it grows with longitude."""
    start, end = (math.asinh(math.tan(math.radians(one.latitude_deg))) for one in (before, after))
    latitude = math.degrees(math.atan(math.sinh(start + (end - start) * part)))
    east_deg = math.remainder(after.longitude_deg - before.longitude_deg, 360.0)
    return math.remainder(before.longitude_deg + east_deg * part, 360.0), latitude


def _great_circle(before: Mark, after: Mark, part: float) -> tuple[float, float]:
    """Return the point at `part` of the great circle, on the sphere; the two lie further apart than a piece."""
    one, other = _vector(before), _vector(after)
    angle = math.acos(max(-1.0, sum(a * b for a, b in zip(one, other, strict=True))))
    first, second = math.sin((1.0 - part) * angle) / math.sin(angle), math.sin(part * angle) / math.sin(angle)
    x, y, z = (first * a + second * b for a, b in zip(one, other, strict=True))
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _vector(mark: Mark) -> tuple[float, float, float]:
    latitude, longitude = math.radians(mark.latitude_deg), math.radians(mark.longitude_deg)
    return math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)


def turn_deg(way: list[Piece], mark: int) -> float:
    """Return by how much the course changes at a mark, to starboard positive; 0 at the first and the last."""
    into = next((piece for piece in reversed(way) if piece.leg == mark), None)
    out = next((piece for piece in way if piece.leg == mark + 1), None)
    return 0.0 if into is None or out is None else math.remainder(out.course_deg - into.course_deg, 360.0)


def cut_m(radius_m: float, angle_deg: float) -> float:
    """Return how far before (and after) a mark the arc of a turn begins (and ends)."""
    return radius_m * math.tan(math.radians(min(abs(angle_deg), TURN_DEG_MAX) / 2.0))


def faults(passage: Passage, config: ControlConfig) -> list[Reason]:
    """Return everything that is wrong with a route for this ship in the phase in force; an empty list takes it."""
    if len(passage.marks) < 2:  # noqa: PLR2004 - from somewhere to somewhere
        return [_fault("marks", f"{len(passage.marks)} waypoints; a route has at least 2.", len(passage.marks), 2)]
    polar = [
        _fault("latitude", f"Waypoint {number} lies at {mark.latitude_deg:.1f} deg; routes end at {LATITUDE_DEG_MAX:g}.",
               mark.latitude_deg, LATITUDE_DEG_MAX, "deg")
        for number, mark in enumerate(passage.marks, start=1) if abs(mark.latitude_deg) > LATITUDE_DEG_MAX
    ]  # fmt: skip
    if polar:
        return polar
    way = pieces(passage)
    if len(way) > PIECES_MAX:
        far_km = PIECES_MAX * PIECE_M / 1000.0
        return [_fault("too_long", f"The route is longer than {far_km:g} km: load it in parts.", None, far_km, "km")]
    return [
        *_turns(passage, way, config), *_widths(passage, config), *_fence(passage, way, config),
        *_depths(passage, way, config), *_speeds(passage, config), *_times(passage, way, config),
    ]  # fmt: skip


def _fault(name: str, text: str, value: float | None, limit: float | str, unit: str = "") -> Reason:
    rounded = None if value is None else round(value, 1)
    return Reason(name, "CMD-09", text, rounded, limit if isinstance(limit, str) else round(limit, 1), unit)


def _turns(passage: Passage, way: list[Piece], config: ControlConfig) -> list[Reason]:
    """Radii the ship can turn, and legs long enough for the arcs at both their ends."""
    found: list[Reason] = []
    smallest_m = config.hull.turn_radius_m
    cuts: list[float] = []
    for number, mark in enumerate(passage.marks):
        angle, name = turn_deg(way, number), f"Waypoint {number + 1}"
        cuts.append(cut_m(mark.radius_m, angle))
        if abs(angle) > TURN_DEG_MAX:
            found.append(
                _fault("turn", f"{name} turns by {abs(angle):.0f} deg; make it two.", abs(angle), TURN_DEG_MAX, "deg")
            )
        elif abs(angle) >= 1.0 and mark.radius_m < smallest_m:
            text = f"{name} turns on {mark.radius_m:.0f} m; the ship turns on {smallest_m:.0f} m at least."
            found.append(_fault("radius", text, mark.radius_m, smallest_m, "m"))
    lengths = [0.0] * len(passage.marks)
    for piece in way:
        lengths[piece.leg] += piece.length_m
    for number in range(1, len(lengths)):
        needed_m = cuts[number - 1] + cuts[number]
        if lengths[number] < max(needed_m, LEG_M_MIN):
            text = f"The leg to waypoint {number + 1} is {lengths[number]:.0f} m long; its turns need {needed_m:.0f} m."
            found.append(_fault("leg_length", text, lengths[number], needed_m, "m"))
    return found


def _widths(passage: Passage, config: ControlConfig) -> list[Reason]:
    """A leg is wider than the ship."""
    return [
        _fault("xtd", f"The leg to waypoint {number} allows {width:.0f} m to {side}; the ship is {config.hull.beam_m:g} m "
               "wide.", width, config.hull.beam_m, "m")
        for number, mark in enumerate(passage.marks[1:], start=2)
        for side, width in (("port", mark.port_xtd_m), ("starboard", mark.starboard_xtd_m)) if width < config.hull.beam_m
    ]  # fmt: skip


def _fence(passage: Passage, way: list[Piece], config: ControlConfig) -> list[Reason]:
    """Every leg, as wide as its cross-track distance and the margin, stays where the ship may be; one word an area and leg."""
    found: dict[tuple[int, str], Reason] = {}
    for piece in way:
        mark = passage.marks[piece.leg]
        wide_m = config.limits.margin_m + max(mark.port_xtd_m, mark.starboard_xtd_m)
        plane = Plane(piece.start[1], piece.start[0])
        for area in config.areas:
            key = (piece.leg, area.name)
            if (
                key in found
                or geometry.first_crossing(plane, [(0.0, 0.0), plane.xy(*piece.end)], (area,), wide_m) is None
            ):
                continue
            what = "enters the no-go area" if area.kind == "no_go" else "leaves the allowed area"
            text = f"The leg to waypoint {piece.leg + 1}, {wide_m:.0f} m to each side, {what} {area.name!r}."
            found[key] = _fault("no_go_area" if area.kind == "no_go" else "allowed_area", text, wide_m, "clear", "m")
    return list(found.values())


def _depths(passage: Passage, way: list[Piece], config: ControlConfig) -> list[Reason]:
    """Every leg, as wide as its cross-track distance, has water enough on the chart; without one the vessel's setting says."""
    if config.grounding is None:
        return []
    found: dict[tuple[int, str], Reason] = {}
    for piece in way:
        mark, plane = passage.marks[piece.leg], Plane(piece.start[1], piece.start[0])
        track = [(0.0, 0.0), plane.xy(*piece.end)]
        if config.chart is None or not config.chart.covers(plane, track):
            if config.grounding.without_chart == "refuse":
                text = f"No chart is loaded for all of the leg to waypoint {piece.leg + 1}."
                found.setdefault((piece.leg, "no_chart"), _fault("no_chart", text, None, "a chart"))
            continue
        shoal = config.chart.first_shoal(plane, track, max(mark.port_xtd_m, mark.starboard_xtd_m))
        if shoal is not None:
            water = (
                "land"
                if shoal.kind == "land"
                else "an unknown depth"
                if shoal.depth_m is None
                else f"{shoal.depth_m:.1f} m"
            )
            text = f"The leg to waypoint {piece.leg + 1} meets {water}; {config.chart.needed_m:.1f} m are needed."
            found.setdefault((piece.leg, "shoal"), _fault("shoal", text, shoal.depth_m, config.chart.needed_m, "m"))
    return list(found.values())


def _speeds(passage: Passage, config: ControlConfig) -> list[Reason]:
    full_kn = config.hull.speed_full_kn
    return [
        _fault("speed", f"The leg to waypoint {number} allows {mark.speed_max_kn:g} kn; the ship makes {full_kn:g} kn.",
               mark.speed_max_kn, full_kn, "kn")
        for number, mark in enumerate(passage.marks[1:], start=2) if mark.speed_max_kn > full_kn
    ]  # fmt: skip


def _times(passage: Passage, way: list[Piece], config: ControlConfig) -> list[Reason]:
    """Times follow one another, and no faster than leg and ship allow."""
    found: list[Reason] = []
    last: tuple[int, int] | None = None
    for number, mark in enumerate(passage.marks):
        if not mark.eta_utc_s:
            continue
        if last is not None:
            found += _time(passage, way, config, last, (number, mark.eta_utc_s))
        last = (number, mark.eta_utc_s)
    return found


def _time(
    passage: Passage, way: list[Piece], config: ControlConfig, last: tuple[int, int], now: tuple[int, int]
) -> list[Reason]:  # fmt: skip
    (before, before_s), (number, at_s) = last, now
    if at_s <= before_s:
        text = f"Waypoint {number + 1} is to be reached before waypoint {before + 1}."
        return [_fault("schedule", text, float(at_s - before_s), 0.0, "s")]
    needed_m = sum(piece.length_m for piece in way if before < piece.leg <= number)
    speed_kn = needed_m / (at_s - before_s) / KNOT_MPS
    limits = [mark.speed_max_kn for mark in passage.marks[before + 1 : number + 1] if mark.speed_max_kn]
    allowed_kn = min([config.hull.speed_full_kn, *limits])
    if speed_kn <= allowed_kn:
        return []
    text = f"To be at waypoint {number + 1} in time takes {speed_kn:.1f} kn; allowed are {allowed_kn:g} kn."
    return [_fault("schedule_speed", text, speed_kn, allowed_kn, "kn")]
