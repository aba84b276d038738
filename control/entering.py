"""When a hold or fallback state has been reached, and what it needs to be tried at all (FBK-02)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from control import geometry, keeping
from control.geometry import Plane
from control.keeping import Spot
from control.limits import ControlConfig, Keep
from control.messages import Setpoint
from control.situation import Situation
from protocols.link.events import Reason

NEAR_PCT: Final = 5.0
"""Propulsion this near the hold's has slowed down: what the verifier of a propulsion order takes too."""


class HarbourRoute(Protocol):
    """The way home as `SafeState` uses it; `control.harbour` follows one."""

    def begin(self, situation: Situation, now_s: float) -> list[Reason]:
        """Set out along the route; return the reasons why it cannot be followed."""
        ...

    def bars(self, situation: Situation) -> list[Reason]:
        """Return the reasons why it could not be followed from here; nothing is begun."""
        ...

    def steer(self, situation: Situation, now_s: float) -> list[Setpoint]:
        """Return what is to be ordered now."""
        ...

    def objections(self, situation: Situation, now_s: float) -> list[Reason]:
        """Return why she cannot go on along it."""
        ...

    def has_arrived(self, situation: Situation) -> bool:
        """Return whether she is at the route's end."""
        ...


@dataclass(slots=True)
class Entry:
    """One state that is being entered or kept."""

    state: str
    cause: str
    began_s: float
    limit_s: float
    point: Spot | None = None
    keep: Keep | None = None
    entered_s: float | None = None
    is_late: bool = False
    is_pulling: bool = True
    yields: bool = False
    """It ends when anything else orders steering or propulsion, or the bridge takes her; what the ladder has begun does not."""
    harbour: HarbourRoute | None = None


WORDS: Final[dict[str, str]] = {
    "slow_down_on_heading": "slowing down on heading",
    "station_keep": "keeping her station",
    "stop": "stopping on heading",
    "loiter": "going to the loiter point",
    "anchor_readiness": "stopping, ready to anchor",
    "safe_harbour": "following the safe harbour route",
}
"""{state: what the ship does, in words}"""


def actual_pct(situation: Situation, config: ControlConfig) -> float | None:
    """Return what the engine does now, per cent of full; None while its speed is not known."""
    rpm = situation.number("ME_RPM")
    return None if rpm is None else 100.0 * rpm / config.hull.rpm_full


def has_slowed(_entry: Entry, situation: Situation, config: ControlConfig) -> bool:
    """Return whether the engine turns no faster than the hold asks."""
    now_pct = actual_pct(situation, config)
    return now_pct is not None and now_pct <= config.limits.hold_pct + NEAR_PCT


def has_stopped(_entry: Entry, situation: Situation, config: ControlConfig) -> bool:
    """Return whether she makes no more way than the phase calls stopped."""
    speed_kn = situation.number("NAV_SOG")
    return speed_kn is not None and abs(speed_kn) <= config.limits.stopped_kn


def is_at_point(entry: Entry, situation: Situation, _config: ControlConfig) -> bool:
    """Return whether she lies within the radius of her point."""
    now = keeping.here(situation)
    if now is None or entry.point is None or entry.keep is None:
        return False
    return math.hypot(*keeping.way_m(now, entry.point)) <= entry.keep.radius_m


def is_kept(entry: Entry, situation: Situation, config: ControlConfig) -> bool:
    """Return whether she lies at her point and makes no way."""
    return is_at_point(entry, situation, config) and has_stopped(entry, situation, config)


def is_in_harbour(entry: Entry, situation: Situation, _config: ControlConfig) -> bool:
    """Return whether the end of the route is reached."""
    return entry.harbour is not None and entry.harbour.has_arrived(situation)


REACHED: Final[dict[str, Callable[[Entry, Situation, ControlConfig], bool]]] = {
    "slow_down_on_heading": has_slowed,
    "station_keep": is_kept,
    "stop": has_stopped,
    "loiter": is_at_point,
    "anchor_readiness": has_stopped,
    "safe_harbour": is_in_harbour,
}
"""{state: when it has been reached}"""


def blocked(now: Spot, point: Spot, radius_m: float, config: ControlConfig) -> list[Reason]:
    """Return why the straight way to `point`, or the circle about it, is none for her: the fence, or the chart (FBK-02).

    She then stops where she is. Where there is no chart of the way, `without_chart` says whether she may go.
    """
    plane = Plane(now.latitude_deg, now.longitude_deg)
    way = geometry.straight(plane, point.longitude_deg, point.latitude_deg)
    crossing = geometry.first_crossing(plane, way, config.areas, config.limits.margin_m)
    if crossing is not None:
        text = f"The way to the loiter point crosses the boundary of {crossing.area.name!r} after {crossing.distance_m:.0f} m."
        return [Reason("loiter_blocked", "FBK-02", text, round(crossing.distance_m), "a clear way", "m")]
    if config.grounding is None:
        return []
    if config.chart is None or not config.chart.covers(plane, way):
        if config.grounding.without_chart != "refuse":
            return []
        text = "No chart is loaded for all of the way to the loiter point."
        return [Reason("loiter_blocked", "FBK-02", text, None, "a chart of the whole way")]
    room_m = config.limits.margin_m + config.hull.beam_m / 2.0
    shoal = config.chart.first_shoal(plane, way, room_m) or config.chart.first_shoal(plane, way[1:], room_m + radius_m)
    if shoal is None:
        return []
    text = f"The way to the loiter point meets {shoal.words}; {config.chart.needed_m:.1f} m are needed."
    return [Reason("loiter_blocked", "FBK-02", text, shoal.depth_m, round(config.chart.needed_m, 1), "m")]
