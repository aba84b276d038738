"""How long there is until somebody must act, beside how long a person takes to: the one must be longer than the other.

After Rødseth, Lien Wennersberg and Nordahl, Towards approval of autonomous ship systems by their operational envelope (J. Mar.
Sci. Technol. 27, 2022): the response deadline T_DL of what lies ahead, and the operator's longest response time T_MR.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from control import geometry
from control.collision import NM_M, Own, Passing, own_ship
from control.context import Context, Setpoints
from control.geometry import KNOT_MPS, Track
from control.limits import ControlConfig, Hull
from control.prediction import predicted_track
from control.situation import Situation
from protocols.link.heartbeats import RespondBy

SPEED_FLOOR_KN: Final = 1.0
"""Below it she meets nothing that lies still, and gets out of a ship's way no sooner than at it."""
EVERY_S: Final = 1.0
"""How often it is looked at: as often as it is told."""


def manoeuvre_s(hull: Hull, speed_kn: float) -> float:
    """Return how long before she meets something she must begin to turn: her reach and the radius of her turn, at her speed."""
    return (hull.reach_m + hull.turn_radius_m) / (max(abs(speed_kn), SPEED_FLOOR_KN) * KNOT_MPS)


def respond_by(
    situation: Situation, config: ControlConfig, setpoints: Setpoints, dangers: Sequence[Passing], *, is_on_route: bool
) -> RespondBy | None:
    """Return the last moment to act for what her present motion meets first, and for whom or what.

    None: nothing within what is looked ahead, her motion is not known, or she has no table `response`. `dangers`: who comes
    too near, the first to be met first. On a route only ships are looked at: its legs were held against chart and areas.
    """
    own = own_ship(situation)
    if own is None or config.response is None:
        return None
    met = [(one.tcpa_s, f"{one.target.name} at {one.cpa_m / NM_M:.2f} NM") for one in dangers[:1]]
    if not is_on_route and own.speed_kn >= SPEED_FLOOR_KN:
        met += _boundaries(own, situation, config, setpoints)
    if not met:
        return None
    meets_s, what = min(met)
    left_s = max(0.0, meets_s - manoeuvre_s(config.hull, own.speed_kn))
    return RespondBy(int(left_s), config.response.operator_s, what)


def _boundaries(
    own: Own, situation: Situation, config: ControlConfig, setpoints: Setpoints
) -> list[tuple[float, str]]:  # fmt: skip
    """Return when she meets the first area and the first shoal, on the heading that is ordered or else the one she has."""
    heading_deg = own.heading_deg if setpoints.heading_deg is None else setpoints.heading_deg
    asked = Context(
        "conn.heading", {"heading_deg": heading_deg}, situation, config, setpoints, None, is_stop_latched=False
    )
    track = predicted_track(asked, own.heading_deg, own.speed_kn, config.limits.look_ahead_s)
    speed_mps = own.speed_kn * KNOT_MPS
    crossing = geometry.first_crossing(own.plane, track, config.areas, config.limits.margin_m)
    met = [] if crossing is None else [(crossing.distance_m / speed_mps, f"the edge of {crossing.area.name!r}")]
    return met + [(distance_m / speed_mps, words) for distance_m, words in _shoals(own, config, track)]


def _shoals(own: Own, config: ControlConfig, track: Track) -> list[tuple[float, str]]:
    chart = config.chart
    if chart is None or not chart.covers(own.plane, track):
        return []
    shoal = chart.first_shoal(own.plane, track, config.limits.margin_m + config.hull.beam_m / 2.0)
    return [] if shoal is None else [(shoal.distance_m, shoal.words)]


class RespondWatch:
    """The last moment to act as it was last looked at, once a second."""

    def __init__(self) -> None:
        """Begin with nothing ahead."""
        self._due_s = 0.0
        self.by: RespondBy | None = None
        """None as `respond_by` says."""

    def look(
        self, situation: Situation, config: ControlConfig, setpoints: Setpoints, dangers: Sequence[Passing], now_s: float,
        *, is_on_route: bool,
    ) -> bool:  # fmt: skip
        """Return whether there is less time than an operator takes."""
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            self.by = respond_by(situation, config, setpoints, dangers, is_on_route=is_on_route)
        return self.by is not None and self.by.left_s < self.by.operator_s
