"""The route aboard: loaded whole, activated and suspended by orders, followed while nothing else steers (CMD-09).

It steers by heading orders, each second, against the drift there is. Whatever else takes the heading (an order, the ladder,
the bridge, an emergency stop) ends the following; only a new activation begins it again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from control import routing
from control.alerts import Alerts
from control.collision import own_ship
from control.execution import Execution
from control.geometry import KNOT_MPS
from control.messages import Setpoint
from control.situation import Situation
from control.tracking import TURN_DEG_MIN, Follower, Guidance, drifting
from control.voyage import Voyage
from protocols.link import cbor
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import RouteAboard
from protocols.link.orders import Order
from protocols.link.passage import Passage, hash_of

EVERY_S: Final = 1.0
"""As often as the receivers tell a position."""
STEER_DEG: Final = 0.5
"""Smaller changes of the heading are not ordered: the autopilot would never come to rest."""
WAITING: Final = ("unacknowledged", "silenced")
"""States of an alert that nobody has acknowledged yet."""
FIX_S: Final = 10.0
"""Without a position for this long the following ends: INT-02's ceiling."""


class Navigator:
    """One ship's route, and how she follows it."""

    def __init__(self, voyage: Voyage, execution: Execution, alerts: Alerts, kept: bytes = b"") -> None:
        """Begin with the route of before the restart loaded, and none followed."""
        self._voyage, self._execution, self._alerts = voyage, execution, alerts
        self.encoded = b""
        self.passage: Passage | None = None
        self._follower: Follower | None = None
        self.guidance: Guidance | None = None
        self._expected: tuple[float | None, float | None] = (None, None)
        """Heading and rudder in force as the route left them: with any other, something else has steered."""
        self._drift_deg, self._due_s, self._fix_s, self._wheel_s = 0.0, 0.0, 0.0, 0.0
        if kept:
            self._keep(kept)

    @property
    def is_following(self) -> bool:
        """True while the route steers."""
        return self._follower is not None

    @property
    def continues(self) -> bool:
        """True on a leg that was declared, before departure, to be sailed on without a link."""
        return self._follower is not None and self._follower.mark.continues

    @property
    def aboard(self) -> RouteAboard | None:
        """The route loaded, as the heartbeat tells of it; None where there is none."""
        leg = 0 if self._follower is None else self._follower.leg
        return RouteAboard(hash_of(self.encoded), leg) if self.encoded else None

    def deeds(self) -> dict[str, Callable[[Order], None]]:
        """Return what the orders about a route do, by kind."""
        return {
            "route.load": self.load, "route.activate": self.activate,
            "route.suspend": lambda order: self.suspend(f"by {order.person}"),
        }  # fmt: skip

    def objections(self, order: Order, situation: Situation) -> list[Reason]:
        """Return what the route itself has against an order about it."""
        if order.kind == "route.load":
            return routing.load_faults(order.args, self._voyage.config, is_following=self.is_following)
        return self.activate_objections(order, situation) if order.kind == "route.activate" else []

    def load(self, order: Order) -> None:
        """Keep the route of an order that every rule allows, over restarts too."""
        encoded = order.args["route"]
        if isinstance(encoded, bytes):
            self._execution.journal(route_record(encoded), "route")
            self._keep(encoded)
            self._tell("loaded", f"by {order.person}")

    def _keep(self, encoded: bytes) -> None:
        self.encoded, self.passage = encoded, Passage.from_bytes(encoded)

    def activate_objections(self, order: Order, situation: Situation) -> list[Reason]:
        """Return every reason against following the loaded route from the leg that an order names."""
        return routing.activate_faults(order.args, self.encoded, self._voyage.config, situation)

    def bound(self, order: Order, situation: Situation) -> dict[str, Plain]:
        """Return the heading an activation would begin with, for the rules that look ahead (INT-08); empty without one."""
        return routing.bound(order.args, self.encoded, self._voyage.config, situation)

    def activate(self, order: Order) -> None:
        """Begin to follow; the next look steers."""
        passage, tracking = self.passage, self._voyage.config.tracking
        if passage is not None and tracking is not None:
            self._execution.supersede_steering(order.id)
            self._follower = Follower(passage, tracking, routing.leg_of(order.args))
            self._expected = self._in_force()
            self._due_s, self._fix_s, self._drift_deg = 0.0, math.inf, 0.0
            self._tell("activated", f"by {order.person}")

    def suspend(self, why: str) -> None:
        """Stop following; the heading last ordered stays in force."""
        if self._follower is not None:
            self._follower, self.guidance = None, None
            self._tell("suspended", why)

    def look(self, situation: Situation, now_s: float, *, is_held: bool) -> None:
        """Steer, once a second; `is_held`: the ladder has the ship. Alerts are wanted or not each time."""
        if is_held:
            self.suspend("the ladder, the bridge or a station that is kept has taken over")
        elif self._in_force() != self._expected:
            self.suspend("something else steers")
        if self._follower is not None and now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            self._steer(self._follower, situation, now_s)
        self._want_alerts(situation, now_s)

    def _in_force(self) -> tuple[float | None, float | None]:
        return self._execution.setpoints.heading_deg, self._execution.setpoints.rudder_deg

    def _steer(self, follower: Follower, situation: Situation, now_s: float) -> None:
        own = own_ship(situation)
        latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
        if own is None or latitude is None or longitude is None:
            self._fix_s = min(self._fix_s, now_s)
            if now_s - self._fix_s >= FIX_S:
                self.suspend("no position, heading or speed")
            return
        self._fix_s = math.inf
        before = follower.leg
        found = self.guidance = follower.look(latitude, longitude, own.speed_kn)
        if found.is_over:
            self.suspend("the last waypoint is reached")
            return
        if follower.leg != before:
            self._wheel_s = now_s
            self._tell("leg", f"bound for waypoint {found.leg + 1}")
        heading_deg = round(found.course_deg - self._drift(own.speed_kn, own.course_deg, own.heading_deg), 1) % 360.0
        ordered = self._expected[0]
        if (
            ordered is None
            or self._expected[1] is not None
            or abs(math.remainder(heading_deg - ordered, 360.0)) >= STEER_DEG
        ):
            rate = None if found.rate_deg_min is None else round(found.rate_deg_min, 1)
            self._execution.actuate(Setpoint("heading", heading_deg, rate), "route")
            self._expected = self._in_force()

    def _drift(self, speed_kn: float, course_deg: float | None, heading_deg: float) -> float:
        """Return the drift angle, smoothed; none while she turns or hardly moves."""
        self._drift_deg = drifting(self._drift_deg, speed_kn, course_deg, heading_deg, self.guidance)
        return self._drift_deg

    def _want_alerts(self, situation: Situation, now_s: float) -> None:
        tracking, found = self._voyage.config.tracking, self.guidance
        speed_mps = (situation.number("NAV_SOG") or 0.0) * KNOT_MPS
        is_near = (
            tracking is not None and found is not None and found.to_wheel_over_m <= speed_mps * tracking.announce_s
        )
        is_last = found is not None and found.is_last_leg
        turns = found is not None and (found.is_turning or abs(found.next_turn_deg) >= TURN_DEG_MIN)
        want = self._alerts.want
        want("off-track", active=found is not None and abs(found.cross_track_m) > found.width_m, now_s=now_s)
        want("course-change", active=is_near and turns, now_s=now_s)
        want("route-end", active=is_near and is_last, now_s=now_s)
        is_open = found is not None and found.is_turning and self._alerts.state_of("course-change") in WAITING
        late = tracking is not None and is_open and now_s - self._wheel_s >= tracking.confirm_s
        want("turn-unconfirmed", active=late, now_s=now_s)

    def _tell(self, what: str, why: str) -> None:
        passage = self.passage
        body: dict[str, Plain] = {
            "what": what, "why": why, "hash": hash_of(self.encoded) if self.encoded else "",
            "id": passage.id if passage else "", "revision": passage.revision if passage else 0,
            "leg": self._follower.leg if self._follower else 0,
        }  # fmt: skip
        self._execution.tell_event("route", body)


def route_record(encoded: bytes) -> bytes:
    """Return what the journal keeps of the route: the exact bytes (CMD-09)."""
    return cbor.encode({"t": "route", "route": encoded})
