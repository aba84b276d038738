"""The fallback state `safe_harbour`: the ship follows the phase's own route home, from where she is (FBK-02).

The route stands in the configuration, so nobody ashore can change it. From where she is the way leads to the nearest of its
waypoints from which all that follows, the way there included, is a route for this ship: turns, fence and depths are judged as
those of any other. Where there is none, or she leaves what was judged, the state is replaced by a stop.
"""

from __future__ import annotations

import math
from typing import Final

from control import keeping
from control.collision import own_ship
from control.context import Context
from control.execution import Execution
from control.geometry import Plane
from control.interlock import verdict
from control.limits import HarbourWay
from control.messages import Setpoint
from control.passage import faults
from control.situation import Situation
from control.tracking import Follower, Guidance, drifting
from control.voyage import Voyage
from protocols.link.events import Reason
from protocols.link.passage import Mark, Passage

EVERY_S: Final = 1.0
"""As often as the receivers tell a position."""
STEER_DEG: Final = 0.5
"""Smaller changes of the heading are not ordered: the autopilot would never come to rest."""
FIX_S: Final = 10.0
"""Without position, heading or speed for this long she stops: INT-02's ceiling."""
JUDGED: Final = ("INT-06", "INT-07")
"""Rules by which the first turn, onto the way, is judged like a heading order."""


class SafeHarbour:
    """One ship's way home."""

    def __init__(self, voyage: Voyage, execution: Execution) -> None:
        """Use the way of the phase in force; where it has none the state cannot be entered."""
        self._voyage, self._execution = voyage, execution
        self._follower: Follower | None = None
        self._way: HarbourWay | None = None
        """The one she has set out on, whatever phase is put in force meanwhile."""
        self._drift_deg, self._due_s, self._seen_s = 0.0, 0.0, 0.0
        self._guidance: Guidance | None = None
        self._has_arrived = False

    @property
    def is_there(self) -> bool:
        """Whether the phase in force has a way home, and the ship can follow one."""
        return self._voyage.config.limits.harbour is not None and self._voyage.config.tracking is not None

    def begin(self, situation: Situation, now_s: float) -> list[Reason]:
        """Set out from here; return why she cannot."""
        self._follower, self._way, self._guidance, self._has_arrived = None, None, None, False
        found = self._joined(situation)
        if isinstance(found, Reason):
            return [found]
        self._follower, self._way = found, self._voyage.config.limits.harbour
        self._drift_deg, self._due_s, self._seen_s = 0.0, now_s, now_s
        return []

    def bars(self, situation: Situation) -> list[Reason]:
        """Return why she could not set out from here; nothing is begun."""
        found = self._joined(situation)
        return [found] if isinstance(found, Reason) else []

    def _joined(self, situation: Situation) -> Follower | Reason:
        """Return what follows the route home from here, or why there is none."""
        way, tracking, now = self._voyage.config.limits.harbour, self._voyage.config.tracking, keeping.here(situation)
        if way is None or tracking is None:
            return Reason("no_harbour_route", "FBK-02", "This phase has no safe harbour route.")
        if now is None or own_ship(situation) is None:
            return Reason("no_fix", "FBK-02", "There is no position to go by: the ship stops and shows her signals.")
        barred: list[Reason] = []
        for passage in ways_home(way, now.latitude_deg, now.longitude_deg):
            found = faults(passage, self._voyage.config) or self._first_turn(passage, situation)
            if not found:
                return Follower(passage, tracking, 1)
            barred = barred or found
        why = barred[0].text if barred else "it has no waypoint."
        return Reason("harbour_barred", "FBK-02", f"The safe harbour route cannot be joined from here: {why}")

    def _first_turn(self, passage: Passage, situation: Situation) -> list[Reason]:
        start, first = passage.marks[0], passage.marks[1]
        east_m, north_m = Plane(start.latitude_deg, start.longitude_deg).xy(first.longitude_deg, first.latitude_deg)
        heading_deg = math.degrees(math.atan2(east_m, north_m)) % 360.0
        asked = Context(
            "conn.heading", {"heading_deg": heading_deg}, situation, self._voyage.config, self._execution.setpoints, None,
            is_stop_latched=False,
        )  # fmt: skip
        return verdict(asked, JUDGED)

    def objections(self, situation: Situation, now_s: float) -> list[Reason]:
        """Return why she cannot go on: no position any more, or off the way that was judged."""
        if keeping.here(situation) is None or own_ship(situation) is None:
            if now_s - self._seen_s >= FIX_S:
                return [Reason("no_fix", "FBK-02", "The position is lost: the ship stops and shows her signals.")]
            return []
        self._seen_s = now_s
        found = self._guidance
        if found is None:
            return []
        allowed_m = found.width_m + self._voyage.config.limits.margin_m
        if abs(found.cross_track_m) <= allowed_m:
            return []
        text = f"She is {abs(found.cross_track_m):.0f} m off the safe harbour route; {allowed_m:.0f} m were judged."
        return [Reason("off_harbour_route", "FBK-02", text, round(abs(found.cross_track_m)), round(allowed_m), "m")]

    def steer(self, situation: Situation, now_s: float) -> list[Setpoint]:
        """Return what is to be ordered now: a heading where it has changed, the way's propulsion, a stop at its end."""
        own, now, way = own_ship(situation), keeping.here(situation), self._way
        if (
            self._follower is None
            or own is None
            or now is None
            or way is None
            or self._has_arrived
            or now_s < self._due_s
        ):
            return []
        self._due_s = now_s + EVERY_S
        found = self._guidance = self._follower.look(now.latitude_deg, now.longitude_deg, own.speed_kn)
        if found.is_over or (found.is_last_leg and found.to_wheel_over_m <= way.arrive_m):
            self._has_arrived = True
            return [Setpoint("controlled_stop", 0.0)]
        self._drift_deg = drifting(self._drift_deg, own.speed_kn, own.course_deg, own.heading_deg, found)
        heading_deg = round(found.course_deg - self._drift_deg, 1) % 360.0
        in_force, wanted = self._execution.setpoints, list[Setpoint]()
        ordered = in_force.heading_deg
        if ordered is None or abs(math.remainder(heading_deg - ordered, 360.0)) >= STEER_DEG:
            rate = None if found.rate_deg_min is None else round(found.rate_deg_min, 1)
            wanted.append(Setpoint("heading", heading_deg, rate))
        if in_force.propulsion_pct != way.approach_pct:
            wanted.append(Setpoint("propulsion", way.approach_pct))
        return wanted

    def has_arrived(self, situation: Situation) -> bool:
        """Return whether she has come to the end of the way, where her engine is stopped and she runs out."""
        return self._has_arrived and situation.number("NAV_SOG") is not None


def ways_home(way: HarbourWay, latitude_deg: float, longitude_deg: float) -> list[Passage]:
    """Return the routes from here to each waypoint of `way` and on to its end, the nearest waypoint first."""
    plane = Plane(latitude_deg, longitude_deg)
    start = (longitude_deg, latitude_deg)
    joins = sorted(range(len(way.marks)), key=lambda number: math.hypot(*plane.xy(*way.marks[number])))
    return [
        Passage("safe harbour", 1, tuple(_mark(point, way) for point in (start, *way.marks[number:])))
        for number in joins
    ]  # fmt: skip


def _mark(point: tuple[float, float], way: HarbourWay) -> Mark:
    return Mark("", point[1], point[0], way.turn_radius_m, way.xtd_m, way.xtd_m, is_great_circle=False,
                speed_max_kn=0.0, eta_utc_s=0, continues=False)  # fmt: skip
