"""The envelope of remote operation and what must agree before an order may rest on it (INT-09, INT-10, INT-12)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from control.geometry import KNOT_MPS
from control.limits import ControlConfig
from protocols.link.events import Reason

if TYPE_CHECKING:
    from control.context import Context

SLIP_DEG: Final = 5.0
"""How far her heading may run on in one round trip at the hardest turn: what AUT-04 calls bumpless for a rudder (ours)."""
SPEED_FLOOR_KN: Final = 1.0
"""Below it she is judged as at it: standing still no delay would be too long."""
USES: Final[dict[str, tuple[str, ...]]] = {
    "conn.heading": ("position", "heading", "speed"),
    "conn.propulsion": ("position", "speed"),
    "conn.station_keep": ("position", "heading", "speed"),
    "route.activate": ("position", "heading", "speed"),
}
"""{order kind: quantities it rests on}. Direct orders are steered by eye, and a controlled stop rests on nothing."""


def latency_limit_ms(config: ControlConfig, speed_kn: float | None) -> float:
    """Return the longest round trip for direct control: the configured one, or the lower one of her turning circle.

    Hard over she turns at v / R; in one round trip the heading runs on by at most SLIP_DEG. Source of the idea: a ship's
    critical latency follows from her turning circle (Appl. Sci. 2021, 11, 10987). Without a speed the full one counts.
    """
    hull = config.hull
    fast_kn = max(SPEED_FLOOR_KN, hull.speed_full_kn if speed_kn is None else abs(speed_kn))
    turning_ms = 1000.0 * math.radians(SLIP_DEG) * hull.turn_radius_m / (fast_kn * KNOT_MPS)
    return round(min(config.link.direct_round_trip_ms_max, turning_ms), 1)


def link_good(context: Context) -> list[Reason]:
    """INT-09: direct control is refused above the vessel's latency limit, and while the latency is not known."""
    if not context.is_direct:
        return []
    limit_ms = latency_limit_ms(context.config, context.number("NAV_SOG"))
    trip_ms = context.round_trip_ms
    if trip_ms is None:
        text = "The round trip of this link has not been measured yet; direct control needs it."
        return [Reason("round_trip_unknown", "INT-09", text, None, limit_ms, "ms")]
    if trip_ms <= limit_ms:
        return []
    text = f"The round trip is {trip_ms:.0f} ms; direct control is refused above {limit_ms:.0f} ms at this speed."
    return [Reason("round_trip", "INT-09", text, trip_ms, limit_ms, "ms")]


def within_envelope(context: Context) -> list[Reason]:
    """INT-10: wind, sea, visibility, speed and whatever else the phase names are as remote operation needs them."""
    if context.is_stop:
        return []
    reasons: list[Reason] = []
    situation, phase = context.situation, context.config.phase
    for row in context.config.limits.envelope:
        value, age_s = situation.number(row.channel), situation.age_s(row.channel)
        if value is None:
            missing = situation.objection(row.channel)
            why = "it is no number" if missing is None else missing.text
            text = f"The {row.what} is not known, and {phase} needs it: {why}"
            reasons.append(Reason(f"{row.what}_unknown", "INT-10", text, None, row.high, "", age_s))
        elif (row.low is not None and value < row.low) or (row.high is not None and value > row.high):
            limit = row.low if row.low is not None and value < row.low else row.high
            text = f"The {row.what} ({row.channel}) is {value:g}; remote operation in {phase} ends at {limit:g}."
            reasons.append(Reason(row.what, "INT-10", text, value, limit, "", age_s))
    return reasons


def sources_agree(context: Context) -> list[Reason]:
    """INT-12: no order rests on a quantity about which two independent sources disagree."""
    used = USES.get(context.kind, ())
    return [
        Reason(
            f"{found.quantity}_disagrees", "INT-12",
            f"{found.first} and {found.second} differ by {found.apart:.1f} {found.unit} in {found.quantity}: which is right "
            "nobody knows.",
            round(found.apart, 1), "agreement", found.unit,
        )
        for found in context.situation.disagreements
        if found.quantity in used
    ]  # fmt: skip
