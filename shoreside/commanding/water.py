"""A ship's limits with the chart that she is judged by (INT-07), as far as this station has the very same file. Pure."""

from __future__ import annotations

from dataclasses import replace

from control.depths import unseen
from control.limits import ControlConfig
from shoreside.live.fleet import VesselState
from shoreside.live.orderable import safety_depth_m


def with_chart(state: VesselState) -> tuple[ControlConfig, bool] | None:
    """Return the ship's limits with her chart, and False where only she has it; None where her limits are not known.

    A chart that is not here is one that is silent in her place: no depth of it speaks against an order, nor for one.
    """
    control, needed_m = state.control, safety_depth_m(state.control)
    if control is None:
        return None
    told = None if state.birth is None else state.birth.chart
    if needed_m is None or told == "":
        return control, True
    chart = state.chart
    if chart is None or chart.name != told or chart.needed_m != needed_m:
        return replace(control, chart=unseen(needed_m)), False
    return replace(control, chart=chart), True
