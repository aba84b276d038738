"""INT-07: water under the keel now, by the sounder, and along the predicted track, by the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from control import station
from control.collision import own_ship
from control.depths import Shoal
from control.geometry import Track
from control.limits import ControlConfig, Grounding
from control.prediction import predicted_track
from control.situation import Situation
from protocols.link.events import Reason

if TYPE_CHECKING:
    from control.context import Context

KEEL: Final = "NAV_DPTK"
HERE: Final[Track] = [(0.0, 0.0), (1.0, 0.0)]
"""Her place on her own plane, as a track of a metre."""


def water_enough(context: Context) -> list[Reason]:
    """INT-07: refuse what the sounder or the chart says is too shallow, and say so where neither can tell."""
    limits = context.config.grounding
    if limits is None or not is_judged(context.kind):
        return []
    return [*_now(context, limits), *_ahead(context, limits)]


def is_judged(kind: str) -> bool:
    """Return whether an order of `kind` moves her, and so is held against the water."""
    moves = kind.startswith("conn.") or kind == "route.activate"
    return moves and kind not in ("conn.controlled_stop", "conn.phase")


def on_her_way(situation: Situation, config: ControlConfig) -> list[Reason]:
    """Return why she may not go on where she steers by herself (INT-07): too little water now, or nothing that tells of it.

    To a loiter point and home nobody watches the sounder for her. Empty: she may, or nothing is judged.
    """
    limits = config.grounding
    if limits is None:
        return []
    under_m, age_s = situation.number(KEEL), situation.age_s(KEEL)
    if under_m is not None:
        return _shallow(under_m, limits, age_s)
    if limits.without_chart != "sounder" or _is_on_chart(situation, config):
        return []
    return [_unsounded(limits, age_s)]


def _is_on_chart(situation: Situation, config: ControlConfig) -> bool:
    own = own_ship(situation)
    return own is not None and config.chart is not None and config.chart.covers(own.plane, HERE)


def _now(context: Context, limits: Grounding) -> list[Reason]:
    under_m, age_s = context.number(KEEL), context.situation.age_s(KEEL)
    if under_m is not None:
        return _shallow(under_m, limits, age_s)
    if limits.without_chart != "sounder" or _charted_track(context) is not None:
        return []
    return [_unsounded(limits, age_s)]


def _shallow(under_m: float, limits: Grounding, age_s: float | None) -> list[Reason]:
    if under_m >= limits.ukc_m_min:
        return []
    text = f"There are {under_m:.1f} m under the keel; the limit is {limits.ukc_m_min:g} m."
    return [Reason("under_keel", "INT-07", text, round(under_m, 1), limits.ukc_m_min, "m", age_s)]


def _unsounded(limits: Grounding, age_s: float | None) -> Reason:
    text = "No chart shows her way and the depth under the keel is not known: this vessel may then only be stopped."
    return Reason("depth_unknown", "INT-07", text, None, limits.ukc_m_min, "m", age_s)


def _charted_track(context: Context) -> Track | None:
    """Return the predicted track where the whole of it lies on a chart; None without one, or where her place is not known."""
    chart, own = context.config.chart, own_ship(context.situation)
    if chart is None or own is None:
        return None
    track = predicted_track(context, own.heading_deg, own.speed_kn, context.config.limits.look_ahead_s)
    return track if chart.covers(own.plane, track) else None


def _ahead(context: Context, limits: Grounding) -> list[Reason]:
    chart, own = context.config.chart, own_ship(context.situation)
    if own is None or context.kind == "route.activate":
        return []  # INT-02 has already refused it; a route's legs are held against the chart as a whole (CMD-09)
    phase, track = context.config.limits, _charted_track(context)
    if chart is None or track is None:
        if limits.without_chart != "refuse":
            return []
        text = "No chart is loaded for the predicted track: this vessel takes no such order without one."
        return [Reason("no_chart", "INT-07", text, None, "a chart of the whole look-ahead")]
    room_m = phase.margin_m + context.config.hull.beam_m / 2.0 + station.room_m(context)
    shoal = chart.first_shoal(own.plane, track, room_m)
    return [] if shoal is None else [_reason(shoal, chart.needed_m, phase.look_ahead_s)]


def _reason(shoal: Shoal, needed_m: float, look_ahead_s: float) -> Reason:
    where = "is on it already" if shoal.distance_m <= 0.0 else f"{shoal.distance_m:.0f} m ahead"
    text = f"The predicted track meets {shoal.words} ({where}) within {look_ahead_s / 60.0:g} min; {needed_m:.1f} m are needed."
    return Reason("shoal", "INT-07", text, shoal.depth_m, round(needed_m, 1), "m")
