"""Where the ship would go for an order: her track on the plane at her position, and when she is where (INT-06, INT-08)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from control import geometry, station
from control.geometry import KNOT_MPS, Plane, Track
from control.surroundings import Numbers, Surroundings

if TYPE_CHECKING:
    from control.context import Context

DRIFT_KN_MIN: Final = 1.0
"""Below this speed over ground the course of a receiver swings about, and no drift is read from it."""
STILL_M2PS2: Final = 1e-6
"""Square of the relative speed (1 mm/s) below which two ships keep their distance."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight part of a motion, at a steady speed; metres and m/s east and north of the ship's present position."""

    start_s: float
    run_s: float
    east_m: float
    north_m: float
    east_mps: float
    north_mps: float


def predicted_track(context: Context, heading_deg: float, speed_kn: float, run_s: float) -> Track:
    """Return the track of the order over `run_s` on the ship's plane, from the origin, at the faster of the speeds."""
    if context.kind == station.KIND:
        run_m = station.run_m(context, speed_kn)
        return geometry.turn_track(heading_deg, heading_deg, context.config.hull.turn_radius_m, 0.0, run_m)
    propulsion = context.arg("propulsion_pct")
    ordered_kn = 0.0 if propulsion is None else abs(propulsion) / 100.0 * context.config.hull.speed_full_kn
    run_m = max(abs(speed_kn), ordered_kn) * KNOT_MPS * run_s
    return track_of_length(context, heading_deg, speed_kn, run_m)


def track_of_length(context: Context, heading_deg: float, speed_kn: float, run_m: float) -> Track:
    """Return the track of the order, `run_m` long."""
    hull, limits = context.config.hull, context.config.limits
    propulsion, rudder_deg = context.arg("propulsion_pct"), context.arg("rudder_deg")
    if rudder_deg is not None and abs(rudder_deg) >= 1.0:
        # Radius grows as the rudder angle shrinks; `turn_radius_m` is that of the largest rudder allowed.
        radius_m = hull.turn_radius_m * limits.rudder_slow_deg_max / rudder_deg
        return geometry.arc_track(heading_deg, radius_m, run_m)
    if propulsion is not None and propulsion < 0.0 and speed_kn <= 0.5:  # noqa: PLR2004 - knots: she gathers sternway
        astern_deg = heading_deg + 180.0
        return geometry.turn_track(astern_deg, astern_deg, hull.turn_radius_m, hull.reach_m, run_m)
    in_force = context.setpoints.heading_deg
    target = context.arg("heading_deg")
    target = target if target is not None else (in_force if context.kind == "conn.propulsion" else None)
    radius_m = _radius_m(context, speed_kn)
    return geometry.turn_track(heading_deg, heading_deg if target is None else target, radius_m, hull.reach_m, run_m)


def _radius_m(context: Context, speed_kn: float) -> float:
    """Return the radius of the turn: the hull's, or the larger one that the ordered rate gives at this speed."""
    rate = context.arg("rate_deg_min")
    hull_m = context.config.hull.turn_radius_m
    if rate is None or rate <= 0.0:
        return hull_m
    return max(hull_m, abs(speed_kn) * KNOT_MPS / math.radians(rate / 60.0))


def timed(track: Track, speed_kn: float, run_s: float, drift_mps: tuple[float, float]) -> list[Leg]:
    """Return the legs of a track run at a steady `speed_kn` for `run_s`, set by `drift_mps` (east, north) all the while."""
    east_mps, north_mps = drift_mps
    legs: list[Leg] = []
    now_s, speed_mps = 0.0, abs(speed_kn) * KNOT_MPS
    for (east_m, north_m), (to_east_m, to_north_m) in itertools.pairwise(track):
        length_m = math.hypot(to_east_m - east_m, to_north_m - north_m)
        leg_s = min(length_m / speed_mps if speed_mps > 0.0 else 0.0, run_s - now_s)
        if leg_s <= 0.0:
            continue
        legs.append(
            Leg(
                now_s, leg_s, east_m + east_mps * now_s, north_m + north_mps * now_s,
                (to_east_m - east_m) / length_m * speed_mps + east_mps,
                (to_north_m - north_m) / length_m * speed_mps + north_mps,
            )
        )  # fmt: skip
        now_s += leg_s
    if run_s > now_s:  # a stopped ship lies where she is and drifts
        end_m = track[-1] if legs else track[0]
        east_m, north_m = end_m[0] + east_mps * now_s, end_m[1] + north_mps * now_s
        legs.append(Leg(now_s, run_s - now_s, east_m, north_m, east_mps, north_mps))
    return legs


def drift_mps(heading_deg: float, speed_kn: float, course_deg: float | None) -> tuple[float, float]:
    """Return what wind and current do to her: velocity over ground less the same speed along the heading; east, north."""
    if course_deg is None or abs(speed_kn) < DRIFT_KN_MIN:
        return 0.0, 0.0
    ground, bow, speed = math.radians(course_deg), math.radians(heading_deg), speed_kn * KNOT_MPS
    return speed * (math.sin(ground) - math.sin(bow)), speed * (math.cos(ground) - math.cos(bow))


def closest(legs: Sequence[Leg], plane: Plane, around: Surroundings, within_m: float) -> tuple[Numbers, Numbers]:
    """Return (CPA in metres, TCPA in seconds) of each target over the whole motion; all targets go straight on.

    Each target has been carried on from its report to now at the course and speed it told. One that cannot come within
    `within_m` in that time, even if both ran straight at each other, is left at its present distance, TCPA 0.
    """
    targets = around.targets
    east_m, north_m = plane.xy_of_many(targets.longitude_deg, targets.latitude_deg)
    age_s = targets.age_s + around.since_s
    east_m, north_m = east_m + targets.east_mps * age_s, north_m + targets.north_mps * age_s
    cpa_m, tcpa_s = np.hypot(east_m, north_m), np.zeros(len(east_m))
    reach_mps = np.hypot(targets.east_mps, targets.north_mps)
    run_m = sum(leg.run_s * math.hypot(leg.east_mps, leg.north_mps) for leg in legs)
    run_s = sum(leg.run_s for leg in legs)
    near = (cpa_m <= within_m + run_m + reach_mps * run_s).nonzero()[0]
    if len(near):
        moves = east_m[near], north_m[near], targets.east_mps[near], targets.north_mps[near]
        cpa_m[near], tcpa_s[near] = _nearest(legs, *moves)
    return cpa_m, tcpa_s


def _nearest(
    legs: Sequence[Leg], east_m: Numbers, north_m: Numbers, east_mps: Numbers, north_mps: Numbers
) -> tuple[Numbers, Numbers]:  # fmt: skip
    """Return the closest points: a row per leg, a column per target, all at once; of each column the least."""
    rows: Numbers = np.array(
        [(leg.start_s, leg.run_s, leg.east_m, leg.north_m, leg.east_mps, leg.north_mps) for leg in legs]
    )
    start_s, run_s, own_east_m, own_north_m, own_east_mps, own_north_mps = rows.T[:, :, None]
    east, north = east_m + east_mps * start_s - own_east_m, north_m + north_mps * start_s - own_north_m
    rel_east, rel_north = east_mps - own_east_mps, north_mps - own_north_mps
    closing = np.maximum(rel_east * rel_east + rel_north * rel_north, STILL_M2PS2)
    when_s = np.minimum(np.maximum(-(east * rel_east + north * rel_north) / closing, 0.0), run_s)
    distance_m2 = (east + rel_east * when_s) ** 2 + (north + rel_north * when_s) ** 2
    best, columns = distance_m2.argmin(axis=0), np.arange(len(east_m))
    return np.sqrt(distance_m2[best, columns]), (when_s + start_s)[best, columns]
