"""The interlocks: a list of named rules, each `Context -> reasons`; the verdict is all reasons of all rules (INT-01..).

A rule that lacks an input fails with that as its reason, it never passes (INT-02).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from control import envelope, geometry, machinerules, station
from control.collision import clear_of_traffic
from control.context import DIRECT, STOPS, Context
from control.geometry import Plane
from control.grounding import water_enough
from control.limits import PhaseLimits
from control.prediction import predicted_track
from protocols.link.events import Reason

INPUTS: Final[dict[str, tuple[str, ...]]] = {
    "conn.heading": ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY"),
    "conn.rudder": ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "STG_RUD_S"),
    "conn.propulsion": ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "ME_RPM"),
    "conn.direct": ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "STG_RUD_S", "ME_RPM"),
    "conn.controlled_stop": (),
    "conn.station_keep": ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "ME_RPM"),
    "route.activate": ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "NAV_COG", "ME_RDY"),
}
"""What each order depends on. A controlled stop depends on nothing: stopping is always allowed."""
ROUTES: Final = frozenset(("route.load", "route.activate", "route.suspend"))
"""Orders about a route: its legs are held against the fence when it is loaded and when it is activated (CMD-09)."""
MACHINES: Final = frozenset(machinerules.STARTS)
STILL: Final = frozenset((*STOPS, *MACHINES, "conn.phase"))
"""Orders that ask nothing of steering gear and engine but, at most, to stop."""


def holds_authority(context: Context) -> list[Reason]:
    """INT-01: the issuer holds the authority with the current fencing number, role and level."""
    return list(context.authority)


def inputs_fresh(context: Context) -> list[Reason]:
    """INT-02: inputs the order depends on are present, valid and fresh."""
    direct = context.kind in DIRECT
    found = [context.situation.objection(channel, direct=direct) for channel in INPUTS.get(context.kind, ())]
    return [reason for reason in found if reason is not None]


def equipment_ready(context: Context) -> list[Reason]:
    """INT-03: a steering pump runs and the engine's remote control is active."""
    if context.kind in STILL:
        return []
    reasons: list[Reason] = []
    situation = context.situation
    if context.number("ME_RDY") == 0.0:
        text = "Remote control of the engine is not active: the selector aboard is on local."
        reasons.append(Reason("remote_control_off", "INT-03", text, 0.0, 1.0, "", situation.age_s("ME_RDY")))
    pumps = [context.number(channel) for channel in ("STG_PMP1", "STG_PMP2")]
    if context.kind != "conn.propulsion" and not any(pumps):
        age_s = situation.age_s("STG_PMP1")
        word = "not known" if pumps == [None, None] else "stopped"
        text = f"No steering gear pump is known to run (pump 1 and 2: {word})."
        reasons.append(Reason("steering_pump", "INT-03", text, word, "running", "", age_s))
    return reasons


def within_range(context: Context) -> list[Reason]:
    """INT-04: rudder, propulsion and heading rate stay inside the operational envelope of the phase."""
    limits, situation = context.config.limits, context.situation
    asked, speed_kn = context.arg, context.number("NAV_SOG")
    slow = speed_kn is not None and abs(speed_kn) < limits.rudder_speed_kn
    rudder_max = limits.rudder_slow_deg_max if slow else limits.rudder_deg_max
    checks = (
        ("rudder_range", "rudder", asked("rudder_deg"), -rudder_max, rudder_max, "deg"),
        ("propulsion_range", "propulsion", asked("propulsion_pct"), -limits.astern_pct_max, limits.ahead_pct_max, "%"),
        ("rate_range", "rate of turn", asked("rate_deg_min"), 0.0, limits.heading_rate_deg_min_max, "deg/min"),
        ("heading_range", "heading", asked("heading_deg"), 0.0, 360.0, "deg"),
    )
    age_s = situation.age_s("NAV_SOG")
    return [
        Reason(
            name, "INT-04", f"A {word} of {value:g} {unit} is outside {low:g}..{high:g} {unit} of this phase.", value,
            high if value > high else low, unit, age_s if name == "rudder_range" else None,
        )
        for name, word, value, low, high, unit in checks
        if value is not None and not low <= value <= high
    ]  # fmt: skip


def within_rate(context: Context) -> list[Reason]:
    """INT-05: no larger step than the hull and engine allow; the direction reverses only after rpm has fallen."""
    limits = context.config.limits
    reasons: list[Reason] = []
    rudder, before = context.arg("rudder_deg"), context.number("STG_RUD_S")
    if rudder is not None and before is not None and abs(rudder - before) > limits.rudder_step_deg_max:
        text = f"The rudder would change by {abs(rudder - before):.1f} deg at once; the limit is "
        reasons.append(
            Reason(
                "rudder_step", "INT-05", f"{text}{limits.rudder_step_deg_max:g} deg.", round(abs(rudder - before), 1),
                limits.rudder_step_deg_max, "deg", context.situation.age_s("STG_RUD_S"),
            )
        )  # fmt: skip
    propulsion = context.arg("propulsion_pct")
    return reasons if propulsion is None else reasons + _propulsion_rate(context, propulsion, limits)


def _propulsion_rate(context: Context, propulsion_pct: float, limits: PhaseLimits) -> list[Reason]:
    reasons: list[Reason] = []
    rpm, age_s = context.number("ME_RPM"), context.situation.age_s("ME_RPM")
    if rpm is None:
        return reasons  # INT-02 has already refused it
    step_pct = abs(propulsion_pct - 100.0 * rpm / context.config.hull.rpm_full)
    if step_pct > limits.propulsion_step_pct_max:
        text = (
            f"Propulsion would change by {step_pct:.0f} % at once; the limit is {limits.propulsion_step_pct_max:g} %."
        )
        reasons.append(
            Reason("propulsion_step", "INT-05", text, round(step_pct, 1), limits.propulsion_step_pct_max, "%", age_s)
        )
    if propulsion_pct * rpm < 0.0 and abs(rpm) > limits.reversal_rpm_max:
        text = f"The engine turns {rpm:.0f} rpm the other way; reduce below {limits.reversal_rpm_max:g} rpm first."
        reasons.append(Reason("reversal", "INT-05", text, round(rpm, 1), limits.reversal_rpm_max, "rpm", age_s))
    return reasons


def inside_fence(context: Context) -> list[Reason]:
    """INT-06: position and the track predicted for this order, turn included, stay where the ship may be."""
    latitude, longitude = context.number("NAV_LAT"), context.number("NAV_LON")
    heading, speed_kn = context.number("NAV_HDG"), context.number("NAV_SOG")
    if context.kind in STILL | ROUTES or latitude is None or longitude is None or heading is None or speed_kn is None:
        return []  # stopping is always allowed; what is missing INT-02 has already refused
    limits, config = context.config.limits, context.config
    track = predicted_track(context, heading, speed_kn, limits.look_ahead_s)
    margin_m = limits.margin_m + station.room_m(context)
    crossing = geometry.first_crossing(Plane(latitude, longitude), track, config.areas, margin_m)
    if crossing is None:
        return []
    what = "enters the no-go area" if crossing.area.kind == "no_go" else "leaves the allowed area"
    where = "is there already" if crossing.distance_m <= 0.0 else f"{crossing.distance_m:.0f} m ahead"
    text = f"The predicted track {what} {crossing.area.name!r} ({where}) within {limits.look_ahead_s / 60.0:g} min."
    return [
        Reason(
            "no_go_area" if crossing.area.kind == "no_go" else "allowed_area", "INT-06", text,
            round(crossing.distance_m), "clear for the look-ahead time", "m", context.situation.age_s("NAV_LAT"),
        )
    ]  # fmt: skip


def not_stopped(context: Context) -> list[Reason]:
    """INT-11: nothing is accepted during a latched emergency stop but its reset."""
    if not context.is_stop_latched:
        return []
    return [Reason("emergency_stop", "INT-11", "The emergency stop is latched; it is reset aboard first.", "latched")]


RULES: Final[tuple[tuple[str, Callable[[Context], list[Reason]]], ...]] = (
    ("INT-01", holds_authority),
    ("INT-02", inputs_fresh),
    ("INT-03", equipment_ready),
    ("INT-04", within_range),
    ("INT-04", station.possible),
    ("INT-05", within_rate),
    ("INT-06", inside_fence),
    ("INT-07", water_enough),
    ("INT-08", clear_of_traffic),
    ("INT-09", envelope.link_good),
    ("INT-10", envelope.within_envelope),
    ("INT-11", not_stopped),
    ("INT-12", envelope.sources_agree),
)
"""Every rule in force; the verdict is the union of their reasons."""
MACHINE_RULES: Final[tuple[tuple[str, Callable[[Context], list[Reason]]], ...]] = (
    ("INT-01", holds_authority),
    ("CMD-01", machinerules.machine_known),
    ("INT-02", machinerules.read_back_fresh),
    ("INT-03", machinerules.plant_ready),
    ("INT-11", not_stopped),
)
"""The rules of an order to one machine."""
REVIEWED: Final = ("INT-02", "INT-03", "INT-06", "INT-07", "INT-10")
"""Rules that judge an order in force each second; their failing acts through the ladder."""


def verdict(context: Context, only: tuple[str, ...] = ()) -> list[Reason]:
    """Return every reason against the order, of all rules or of those named; an empty list allows it (CMD-07)."""
    rules = MACHINE_RULES if context.kind in MACHINES else RULES
    return [reason for rule, check in rules if not only or rule in only for reason in check(context)]
