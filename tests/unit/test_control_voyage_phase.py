"""Whether a phase may be put in force over what is in force now, one setpoint at a time (FBK-02, INT-04, INT-06, INT-10)."""

from __future__ import annotations

import dataclasses

import pytest

from control.context import Setpoints
from control.limits import Area, ControlConfig, Keep
from control.limits.records import EnvelopeRow
from control.situation import Fact, Situation
from control.voyage import Voyage, phase_record
from protocols.link import cbor
from protocols.link.cbor import Plain
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

HERE = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_SOG": 3.0, "NAV_COG": 80.0, "WND_TWS": 6.0}
BERTH_WATER = Area(
    "allowed", "berth water", ((129.03, 34.92), (129.07, 34.92), (129.07, 34.94), (129.03, 34.94)), ("berth",)
)
"""2 km to each side, a kilometre north and south."""


def config() -> ControlConfig:
    """Return the example that keeps her station, and a phase `berth` which is narrower in everything."""
    base = example_config()
    coastal = dataclasses.replace(base.phases["coastal"], keep=Keep(50.0, 20.0, radius_m_max=200.0))
    berth = dataclasses.replace(
        coastal, ahead_pct_max=30.0, rudder_deg_max=10.0, rudder_slow_deg_max=15.0, heading_rate_deg_min_max=20.0, margin_m=20.0,
        keep=Keep(50.0, 20.0, radius_m_max=100.0), envelope=(EnvelopeRow("wind", "WND_TWS", None, 10.0),),
    )  # fmt: skip
    hull = dataclasses.replace(base.hull, keeps_station=True, stop_reach_m=100.0)
    return dataclasses.replace(
        base, hull=hull, phases={"coastal": coastal, "berth": berth}, areas=(), all_areas=(BERTH_WATER,), grounding=None
    )


def against(
    setpoints: Setpoints, phase: str = "berth", *, age_s: float = 0.1, **changes: float
) -> list[tuple[str, str]]:
    """Return (name, rule) of what speaks against the phase, with this in force."""
    facts = {name: Fact(value, Quality.GOOD, age_s) for name, value in (HERE | changes).items()}
    found = Voyage(config()).objections(phase, setpoints, Situation(facts, UTC_NS))
    return [(one.name, one.rule) for one in found]


@pytest.mark.parametrize(
    ("setpoints", "reason"),
    [
        (Setpoints(propulsion_pct=30.0), None), (Setpoints(propulsion_pct=30.1), "propulsion_range"),
        (Setpoints(rudder_deg=15.0), None), (Setpoints(rudder_deg=15.1), "rudder_range"),
        (Setpoints(station_radius_m=100.0), None), (Setpoints(station_radius_m=100.1), "station_radius"),
    ],
)  # fmt: skip
def test_each_setpoint_in_force_must_be_within_the_limits_of_the_phase(
    setpoints: Setpoints, reason: str | None
) -> None:
    """Proves FBK-02, INT-04: dense at the limits of the phase that is asked for; in the one in force all of them are."""
    assert against(setpoints) == ([] if reason is None else [(reason, "INT-04")])
    assert against(setpoints, "coastal") == []


@pytest.mark.parametrize(("heading_deg", "is_clear"), [(80.0, True), (270.0, True), (350.0, False), (0.0, False)])
def test_the_heading_in_force_must_lead_to_where_she_may_be_in_the_phase(heading_deg: float, *, is_clear: bool) -> None:
    """Proves FBK-02, INT-06: the predicted track of the very heading, held against the areas of the phase that is asked for."""
    assert against(Setpoints(heading_deg=heading_deg), NAV_SOG=8.0) == (
        [] if is_clear else [("allowed_area", "INT-06")]
    )
    assert against(Setpoints(heading_deg=heading_deg), "coastal", NAV_SOG=8.0) == []


@pytest.mark.parametrize(("rudder_deg", "age_s", "allowed"), [(15.0, 1.0, True), (15.0, 1.1, False), (10.0, 1.1, True)])
def test_a_rudder_in_force_is_judged_as_direct_control_is(rudder_deg: float, age_s: float, *, allowed: bool) -> None:
    """Proves FBK-02, INT-02, INT-04: a speed older than a second is none for it, and the limit of full speed counts."""
    reason = [] if allowed else [("rudder_range", "INT-04")]
    assert [one for one in against(Setpoints(rudder_deg=rudder_deg), age_s=age_s) if one[1] == "INT-04"] == reason


@pytest.mark.parametrize(("heading_deg", "is_clear"), [(350.0, False), (80.0, True)])
def test_the_propulsion_in_force_is_judged_on_the_heading_in_force(heading_deg: float, *, is_clear: bool) -> None:
    """Proves FBK-02, INT-06: hardly moving yet she stays clear; at 30 % she turns out of the water of the phase."""
    slow = {"NAV_SOG": 0.4, "NAV_LAT": 34.9365}
    assert against(Setpoints(heading_deg=heading_deg), **slow) == []
    both = Setpoints(heading_deg=heading_deg, propulsion_pct=30.0)
    assert against(both, **slow) == ([] if is_clear else [("allowed_area", "INT-06")])


def test_wind_that_is_too_much_for_the_phase_is_told_once() -> None:
    """Proves FBK-02, INT-10: three setpoints are in force, and one wind blows."""
    both = Setpoints(heading_deg=80.0, propulsion_pct=20.0, station_radius_m=60.0)
    assert against(both, WND_TWS=10.0) == []
    assert against(both, WND_TWS=10.1) == [("wind", "INT-10")]
    assert against(Setpoints(), WND_TWS=10.1) == []  # nothing is in force that could be too much


def test_every_setpoint_that_is_too_much_is_told() -> None:
    """Proves CMD-07, FBK-02: rudder and propulsion, each by its own rule."""
    both = Setpoints(rudder_deg=-20.0, propulsion_pct=60.0)
    assert against(both) == [("rudder_range", "INT-04"), ("propulsion_range", "INT-04")]


def test_a_phase_that_she_has_not_is_refused_with_those_that_she_has() -> None:
    """Proves FBK-02: asked for, and known."""
    (found,) = Voyage(config()).objections("open_sea", Setpoints(), Situation({}))
    assert (found.name, found.rule, found.value, found.limit) == (
        "phase_unknown",
        "FBK-02",
        "open_sea",
        "coastal, berth",
    )


def test_a_change_is_told_with_who_made_it_and_from_where() -> None:
    """Proves FBK-02: limits and areas are those of the new phase from then on."""
    voyage, told = Voyage(config()), list[dict[str, Plain]]()
    voyage.change("berth", told.append, "mate", "bridge")
    assert told == [{"from": "coastal", "to": "berth", "person": "mate", "console": "bridge"}]
    assert (voyage.phase, voyage.config.limits.ahead_pct_max) == ("berth", 30.0)


@pytest.mark.parametrize(("kept", "begins"), [("", "coastal"), ("berth", "berth"), ("open_sea", "coastal")])
def test_she_begins_in_the_phase_of_before_where_she_still_has_it(kept: str, begins: str) -> None:
    """Proves FBK-02: a restart does not go back to wider limits."""
    assert Voyage(config(), kept).phase == begins
    assert cbor.decode_map(phase_record("berth")) == {"t": "phase", "name": "berth"}
