"""The trial manoeuvre: where an order would take the ship and how near it would bring her to the others, before it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from control.collision import Passing, motions, own_ship, passings
from control.context import Context

PASSINGS_MAX: Final = 20
"""Targets listed, those within the limits first, then by distance: more is no list to decide by."""
TRIED: Final = frozenset(("conn.heading", "conn.rudder", "conn.propulsion", "conn.station_keep"))
"""Kinds of orders whose track is predicted."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where she will be, and when."""

    longitude_deg: float
    latitude_deg: float
    in_s: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What comes of an order, as far as course and speed of all go on."""

    track: tuple[Mark, ...]
    """Set by the drift there is now; at the ordered speed where one is ordered."""
    passings: tuple[Passing, ...]


def trial(context: Context) -> Trial | None:
    """Return what comes of the order of `context`; None for one that moves nothing, or while she does not know where she is."""
    own = own_ship(context.situation)
    if own is None or context.kind not in TRIED:
        return None
    legs = motions(context, own, context.config.limits.tcpa_s)[-1]
    marks = [(leg.east_m, leg.north_m, leg.start_s) for leg in legs]
    if legs:
        end = legs[-1]
        marks.append(
            (end.east_m + end.east_mps * end.run_s, end.north_m + end.north_mps * end.run_s, end.start_s + end.run_s)
        )
    found = sorted(passings(context, own), key=lambda one: (not one.is_within_limits, one.cpa_m))
    return Trial(
        tuple(Mark(*own.plane.position(east_m, north_m), at_s) for east_m, north_m, at_s in marks),
        tuple(found[:PASSINGS_MAX]),
    )
