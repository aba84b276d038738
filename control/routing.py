"""What a route itself has against an order about it: judged alike aboard and, for the preview, ashore (CMD-09)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from control import passage as rules
from control.collision import own_ship
from control.limits import ControlConfig
from control.situation import Situation
from control.tracking import Follower
from protocols.errors import MalformedError
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.passage import Passage, hash_of

Args = Mapping[str, Plain]


def load_faults(args: Args, config: ControlConfig, *, is_following: bool) -> list[Reason]:
    """Return every fault of the route that an order to load it carries."""
    encoded = args["route"]
    try:
        passage = Passage.from_bytes(encoded if isinstance(encoded, bytes) else b"")
    except MalformedError as error:
        return [Reason("route_malformed", "CMD-09", f"The route cannot be read: {error}.")]
    if is_following:
        return [Reason("route_active", "CMD-09", "A route is being followed: suspend it before another is loaded.")]
    return rules.faults(passage, config)


def activate_faults(args: Args, encoded: bytes, config: ControlConfig, situation: Situation) -> list[Reason]:
    """Return every reason against following the route loaded, `encoded` (empty: none), from the leg that an order names."""
    if config.tracking is None:
        return [Reason("no_tracking", "CMD-09", "This vessel has no [control.tracking]: she follows no route.")]
    if not encoded:
        return [Reason("no_route", "CMD-09", "No route is loaded.")]
    passage, loaded, wanted = Passage.from_bytes(encoded), hash_of(encoded), str(args["route_hash"])
    if wanted != loaded:
        text = f"The route loaded is {passage.id!r} revision {passage.revision} ({loaded[:12]}), another than ordered."
        return [Reason("other_route", "CMD-09", text, wanted[:12], loaded[:12])]
    leg = leg_of(args)
    if not 1 <= leg < len(passage.marks):
        text = f"Leg {leg} is none of 1 to {len(passage.marks) - 1}."
        return [Reason("no_such_leg", "CMD-09", text, leg, len(passage.marks) - 1)]
    own = own_ship(situation)
    if own is None:
        return []  # INT-02 has already refused it
    reasons = rules.faults(passage, config)  # the phase may be another than when it was loaded
    latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
    found = Follower(passage, config.tracking, leg).look(latitude or 0.0, longitude or 0.0, own.speed_kn)
    if abs(found.cross_track_m) > found.width_m:
        text = f"The ship is {abs(found.cross_track_m):.0f} m off leg {leg}, which is {found.width_m:.0f} m wide there."
        reasons.append(Reason("off_track", "CMD-09", text, round(abs(found.cross_track_m)), round(found.width_m), "m"))
    off_deg = abs(math.remainder(found.course_deg - own.heading_deg, 360.0))
    if off_deg > config.tracking.join_deg_max:
        text = f"The ship heads {off_deg:.0f} deg off the leg; turn to it first."
        reasons.append(Reason("off_course", "CMD-09", text, round(off_deg), config.tracking.join_deg_max, "deg"))
    return reasons


def bound(args: Args, encoded: bytes, config: ControlConfig, situation: Situation) -> dict[str, Plain]:
    """Return the heading an activation would begin with, for the rules that look ahead (INT-08); empty without one."""
    own, leg = own_ship(situation), leg_of(args)
    latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
    if not encoded or config.tracking is None or own is None or latitude is None or longitude is None:
        return {}
    passage = Passage.from_bytes(encoded)
    if not 1 <= leg < len(passage.marks):
        return {}
    return {"heading_deg": Follower(passage, config.tracking, leg).look(latitude, longitude, own.speed_kn).course_deg}


def leg_of(args: Args) -> int:
    """Return the leg that an activation names; the first where it names none."""
    leg = args.get("leg", 1)
    return int(leg) if isinstance(leg, int | float) else 1
