"""On the way to a loiter point and home nobody watches the sounder for her: she does (FBK-02, INT-07)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import pytest
from shapely.geometry import box

from control.depths import DepthChart
from control.limits import ControlConfig
from tests.unit.test_control_phases import HARBOUR, LOITER, with_phases
from tests.unit.test_control_safestate import Hull, Way

WithoutChart = Literal["refuse", "sounder", "allow"]
PLACES = ("loiter", "safe_harbour")
AROUND, NORTH = box(128.9, 34.8, 129.3, 35.1), box(128.9, 34.95, 129.3, 35.1)
"""What a chart shows: all of her waters, or those north of her."""
UKC_M = 3.0


def going(state: str, without_chart: WithoutChart, waters: object = None) -> Hull:
    """Return a hull whose fallback takes her somewhere, with a chart of these waters, and 20 m under the keel."""
    made: ControlConfig = with_phases(coastal={"fallback": state, "loiter": LOITER, "harbour": HARBOUR})
    assert made.grounding is not None
    grounding = dataclasses.replace(made.grounding, without_chart=without_chart, ukc_m_min=UKC_M)
    chart = None if waters is None else DepthChart([], waters, 7.7)  # type: ignore[arg-type] # a shape of shapely's
    ship = Hull(dataclasses.replace(made, grounding=grounding, chart=chart), Way())
    ship.values["NAV_DPTK"] = 20.0
    return ship


def silent(ship: Hull) -> None:
    """Let the sounder say nothing any more."""
    ship.values.pop("NAV_DPTK", None)


def shallow(ship: Hull) -> None:
    """Let there be less water than her margin."""
    ship.values["NAV_DPTK"] = UKC_M - 0.1


def just_enough(ship: Hull) -> None:
    """Let there be her margin of water and no more."""
    ship.values["NAV_DPTK"] = UKC_M


def why(ship: Hull) -> list[tuple[str, str]]:
    """Return name and rule of what was said when a state was replaced."""
    return [
        (one["name"], one["rule"]) for body in ship.told() if body["result"] == "replaced" for one in body["reasons"]
    ]


@pytest.mark.parametrize("state", PLACES)
@pytest.mark.parametrize(
    ("without_chart", "waters", "trouble", "name"),
    [
        ("sounder", None, silent, "depth_unknown"),
        ("sounder", NORTH, silent, "depth_unknown"),
        ("sounder", None, shallow, "under_keel"),
        ("sounder", AROUND, shallow, "under_keel"),
        ("allow", None, shallow, "under_keel"),
        ("refuse", AROUND, shallow, "under_keel"),
        ("sounder", None, just_enough, ""),
        ("sounder", AROUND, silent, ""),
        ("refuse", AROUND, silent, ""),
        ("allow", None, silent, ""),
    ],
)
def test_she_does_not_set_out_and_does_not_go_on_without_water(
    state: str, without_chart: WithoutChart, waters: object, trouble: Callable[[Hull], None], name: str
) -> None:
    """Proves FBK-02, INT-07: where the sounder alone tells of the water and is silent, or tells of too little, she stops."""
    expected = [(name, "INT-07")] if name else []
    # The trouble is there before: she does not set out.
    ship = going(state, without_chart, waters)
    trouble(ship)
    ship.fallback()
    assert why(ship) == expected
    assert ship.state == ("stop" if name else state)
    # It comes on the way: she stops there, once.
    ship = going(state, without_chart, waters)
    ship.fallback()
    ship.look(1.0)
    assert ship.state == state
    trouble(ship)
    moved = ship.look(1.0)
    assert why(ship) == expected
    assert (ship.state, ("controlled_stop", 0.0, "ladder L5") in moved) == (("stop", True) if name else (state, False))
    ship.look(1.0)
    assert why(ship) == []


def test_a_ship_that_is_not_judged_by_depth_goes() -> None:
    """Proves FBK-02: a vessel without `[control.grounding]` goes to her point over whatever the sounder says."""
    ship = going("loiter", "sounder")
    config = dataclasses.replace(ship.voyage.config, grounding=None)
    ship = Hull(config, Way())
    shallow(ship)
    ship.fallback()
    ship.look(1.0)
    assert ship.state == "loiter"


@pytest.mark.parametrize("state", ["stop", "anchor_readiness"])
def test_a_state_that_takes_her_nowhere_asks_for_no_water(state: str) -> None:
    """Proves FBK-02: negative control: what stops her begins over any ground."""
    ship = Hull(with_phases(coastal={"fallback": state}))
    shallow(ship)
    ship.fallback()
    ship.look(1.0)
    assert (ship.state, why(ship)) == (state, [])


def test_once_she_is_there_she_stays_whatever_the_sounder_says() -> None:
    """Proves FBK-02: at her point she lies within the circle that was held against the chart; a stop there is no better."""
    ship = going("loiter", "sounder")
    ship.fallback()
    ship.values |= {"NAV_LAT": float(LOITER["latitude_deg"]), "NAV_LON": float(LOITER["longitude_deg"])}
    ship.look(1.0)
    assert [result for _, result, _ in ship.results()] == ["entered"]
    silent(ship)
    ship.look(1.0)
    assert (ship.state, why(ship)) == ("loiter", [])
