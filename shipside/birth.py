"""What a vessel says of herself: the birth message made of her configuration."""

from __future__ import annotations

from dataclasses import replace

from control.limits import ControlConfig
from protocols.link.birth import Birth
from shipside.config import AgentConfig


def birth_of(config: AgentConfig, public_key: bytes, epoch: int, utc_ns: int, *, historical: bool = False) -> Birth:
    """Return the birth of the vessel of `config`; a historical one tells a catalogue and nothing of her as she is."""
    vessel, control = config.vessel, config.control
    tracking = None if control is None else control.tracking
    limits = {} if control is None else {
        "rudder_deg_max": control.limits.rudder_slow_deg_max, "ahead_pct_max": control.limits.ahead_pct_max,
        "astern_pct_max": control.limits.astern_pct_max, "speed_full_kn": control.hull.speed_full_kn,
        "rpm_full": control.hull.rpm_full, "cpa_m": control.limits.cpa_m, "tcpa_s": control.limits.tcpa_s,
        "lease_s": control.authority.lease_s, "turn_radius_m": control.hull.turn_radius_m,
        **({} if tracking is None else {"wheel_reach_m": tracking.wheel_reach_m, "confirm_s": tracking.confirm_s}),
    }  # fmt: skip
    areas = () if control is None else tuple((area.kind, area.name, area.ring) for area in control.areas)
    return Birth(
        vessel.id, vessel.name, vessel.ship_type, vessel.mmsi, vessel.imo, vessel.length_m, vessel.beam_m,
        epoch, utc_ns, config.catalogue.hash, config.catalogue.to_wire(), areas, limits,
        None if control is None else control.to_plain(), public_key, historical, vessel.ship_time_offset_h,
        _chart(control), vessel.functions,
    )  # fmt: skip


def catalogue_birth_of(birth: Birth) -> Birth:
    """Return a historical birth with the catalogue of `birth` and nothing else that may be left out."""
    return replace(
        birth, historical=True, areas=(), limits={}, control=None, ship_time_offset_h=None, chart=None, functions=()
    )


def _chart(control: ControlConfig | None) -> str | None:
    """Return the name of the chart she is judged by (INT-07), empty without one; None where depth is not judged."""
    if control is None or control.grounding is None:
        return None
    return "" if control.chart is None else control.chart.name
