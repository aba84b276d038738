"""What the order to keep her station is to the rules: who can, how wide, and the room it takes (INT-04, INT-06, INT-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from control.limits import ControlConfig, Keep
from protocols.link.cbor import Plain
from protocols.link.events import Reason

if TYPE_CHECKING:
    from control.context import Context

KIND: Final = "conn.station_keep"


def keep_of(config: ControlConfig) -> Keep | None:
    """Return how she keeps a station in the phase in force; None where hull or phase cannot."""
    return config.limits.keep if config.hull.keeps_station else None


def with_radius(args: dict[str, Plain], config: ControlConfig) -> dict[str, Plain]:
    """Return the arguments of an order with the circle it means: the phase's own where it names none."""
    keep = keep_of(config)
    return args if keep is None or "radius_m" in args else {**args, "radius_m": keep.radius_m}


def possible(context: Context) -> list[Reason]:
    """INT-04: hull and phase can keep a station, and no circle narrower or wider than the phase's is asked for."""
    if context.kind != KIND:
        return []
    keep, config = keep_of(context.config), context.config
    if keep is None:
        why = (
            "Her hull cannot"
            if not config.hull.keeps_station
            else f"She has no table `keep` for {config.phase}, so she cannot"
        )
        text = f"{why} keep her station by heading and propulsion orders: stop her instead."
        return [Reason("keeps_no_station", "INT-04", text)]
    radius_m = context.arg("radius_m")
    low, high = keep.radius_m, keep.widest_m
    if radius_m is None or low <= radius_m <= high:
        return []
    text = f"A circle of {radius_m:g} m is outside {low:g}..{high:g} m of this phase."
    return [Reason("station_radius", "INT-04", text, radius_m, high if radius_m > high else low, "m")]


def room_m(context: Context) -> float:
    """Return by how much she may leave her track for this order: the radius of her station, 0 for every other order."""
    return (context.arg("radius_m") or 0.0) if context.kind == KIND else 0.0


def run_m(context: Context, speed_kn: float) -> float:
    """Return how far she runs ahead before she lies at her station: her stopping reach, 0 where she makes no way."""
    return context.config.hull.stop_reach_m if abs(speed_kn) > context.config.limits.stopped_kn else 0.0
