"""A `[control]` table that is wrong in one place gives that one fault, in words; at each limit it is still right (CMD-01)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from control.limits import ConfigError, ControlConfig
from tests.control_rig import VESSEL, example_config, example_table

Table = dict[str, Any]
SQUARE = [[129.0, 34.9], [129.1, 34.9], [129.1, 35.0], [129.0, 35.0]]


def faults(*changes: tuple[str, Any]) -> list[str]:
    """Return the faults of the example with values set by their dotted names; a value of KeyError is left out."""
    table = example_table()
    for path, value in changes:
        *parents, name = path.split(".")
        place: Any = table
        for parent in parents:
            place = place[int(parent)] if isinstance(place, list) else place[parent]
        if value is KeyError:
            del place[name]
        elif isinstance(place, list):
            place[int(name)] = value
        else:
            place[name] = value
    try:
        ControlConfig.from_mapping(VESSEL, table)
    except ConfigError as error:
        return error.faults
    return []


LADDER = ["control.link: silent_direct_s <= silent_s < lost_s < lost_s + grace_s < fallback_s does not hold"]
NONE = "control.phase 'coastal' is none of the phases given (none)"
UNJUDGED = "control.phases.coastal: no [[envelope]] row judges the {}, and not_judged does not name it"
ALERTS = ["control.alerts: 0 < repeat_s <= escalate_s <= 300 does not hold"]


@pytest.mark.parametrize(
    ("path", "right", "wrong", "told"),
    [
        ("link.silent_direct_s", 3.5, 3.51, LADDER), ("link.silent_s", 9.9, 10.0, LADDER), ("link.grace_s", 49.9, 50.0, LADDER),
        ("link.grace_s", 0.1, 0.0, LADDER), ("link.fallback_s", 15.1, 15.0, LADDER),
        ("alerts.escalate_s", 300.0, 300.1, ALERTS), ("alerts.repeat_s", 300.0, 300.1, ALERTS),
        ("alerts.repeat_s", 0.1, 0.0, ALERTS),
        ("approval.approve_s", 60.0, 59.9, ["control.approval.approve_s is 59.9, outside 60..120"]),
        ("approval.approve_s", 120.0, 120.1, ["control.approval.approve_s is 120.1, outside 60..120"]),
        ("hull.beam_m", 0, -0.1, ["control.hull.beam_m is -0.1, not a number of at least 0"]),
        ("hull.beam_m", 22, KeyError, ["control.hull.beam_m is missing: a limit has no default"]),
        ("hull.beam_m", 22.5, "wide", ["control.hull.beam_m is 'wide', not a number"]),
        ("hull.beam_m", 1e6, math.inf, ["control.hull.beam_m is inf, not a number"]),
        ("hull.beam_m", 1.0, True, ["control.hull.beam_m is True, not a number"]),
        ("hull.keeps_station", True, 1, ["control.hull.keeps_station is 1; it must be true or false"]),
        ("hull.colour", KeyError, 1.0, ["control.hull.colour is not known"]),
        ("colour", KeyError, 1.0, ["control.colour is not known"]),
        ("telegraph.slow_pct", 41, "x", ["control.telegraph.slow_pct is 'x', not a number"]),
        ("tracking.announce_s", 41, "x", ["control.tracking.announce_s is 'x', not a number"]),
        ("grounding.draught_m", 7, "x", ["control.grounding.draught_m is 'x', not a number"]),
        ("machinery.0.name", "x" * 64, "x" * 65,
         [f"control.machinery[0].name is {'x' * 65!r}; it must be a text of 1 to 64 characters"]),
        ("machinery.0.name", "x", "", ["control.machinery[0].name is ''; it must be a text of 1 to 64 characters"]),
        ("machinery.0.name", "steering pump 3", "steering pump 2", ["two machines are called 'steering pump 2'"]),
        ("machinery.0.kind", "generator", "winch", ["control.machinery[0].kind is 'winch'; this version knows pump, generator"]),
        ("machinery", [], {}, ["control.machinery is not a list of at most 50"]),
        ("actuators", "simulated", "toys", ["control.actuators is 'toys'; this version knows real, simulated"]),
        ("phase", "coastal", "berth", ["control.phase 'berth' is none of the phases given (coastal)"]),
        ("grounding.without_chart", "refuse", "guess",
         ["control.grounding.without_chart is 'guess'; this version knows refuse, sounder, allow"]),
        ("approval.roster", "master_and_second", "anybody",
         ["control.approval.roster is 'anybody'; this version knows master, master_and_second"]),
        ("phases.coastal.envelope.0.high", 1e9, 1e9 + 0.5,
         ["control.phases.coastal.envelope[0].high is 1000000000.5, outside -1e+09..1e+09", UNJUDGED.format("wind")]),
        ("phases.coastal.envelope.1.low", -1e9, -1e9 - 0.5,
         ["control.phases.coastal.envelope[1].low is -1000000000.5, outside -1e+09..1e+09", UNJUDGED.format("speed")]),
        ("phases.coastal.envelope.0.high", 20.0, KeyError, ["control.phases.coastal.envelope: wind has neither low nor high"]),
        ("phases.coastal.envelope.1.low", KeyError, "x", ["control.phases.coastal.envelope[1].low is 'x', not a number",
         UNJUDGED.format("speed")]),
        ("phases.coastal.not_judged", ["visibility", "sea"], ["sea"],
         [UNJUDGED.format("visibility")]),
        ("phases.coastal.not_judged", ["visibility", "sea", "wind"], ["visibility", "sea", "mood"],
         ["control.phases.coastal.not_judged names 'mood', none of wind, sea, visibility, speed"]),
        ("phases.coastal.hold", "slow_down_on_heading", "sink",
         ["control.phases.coastal.hold is 'sink'; this version knows slow_down_on_heading, station_keep", NONE]),
        ("areas", [], "here", ["control.areas is not a list of at most 100"]),
        ("areas.0.name", "a", "", ["control.areas[0].name is missing: refusals name the area"]),
        ("areas.0.name", "a", 7, ["control.areas[0].name is missing: refusals name the area"]),
        ("areas.0.kind", "no_go", "maybe", ["control.areas[0].kind is 'maybe', none of allowed, no_go"]),
        ("areas.0.phases", ["berth"], ["berth", "space"],
         ["control.areas[0].phases names space, none of open_sea, coastal, port_approach, berth"]),
        ("areas.0", {"kind": "allowed", "name": "a", "ring": SQUARE}, 7, ["control.areas[0] is not a table"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_else(path: str, right: Any, wrong: Any, told: list[str]) -> None:
    """Proves CMD-01: no limit has a default, none may be nonsense; the value beside it is taken."""
    if right is not KeyError:
        assert faults((path, right)) == []
    assert faults((path, wrong)) == told


@pytest.mark.parametrize(
    "ring",
    [SQUARE[:2], [*SQUARE[:3], [129.0]], [*SQUARE[:3], [129.0, "x"]], [*SQUARE[:3], [180.1, 0.0]], [*SQUARE[:3], [0.0, 90.1]],
     [*SQUARE[:3], [-180.1, 0.0]], [*SQUARE[:3], [129.0, math.nan]], [*SQUARE[:3], [129.0, 35.0, 1.0]], "ring", None,
     [[129.0, 34.9]] * 5001],
    ids=range(11),
)  # fmt: skip
def test_a_ring_that_is_none_is_a_fault(ring: Any) -> None:
    """Proves INT-06: three to five thousand points, longitude first, on the globe."""
    told = ["control.areas[1].ring is not a ring of at least 3 points [longitude_deg, latitude_deg]"]
    assert faults(("areas.1.ring", ring)) == told


@pytest.mark.parametrize(
    "ring", [SQUARE[:3], [*SQUARE[:3], [180, 90]], [*SQUARE[:3], [-180.0, -90.0]], [[129.0, 34.9]] * 5000]
)
def test_a_ring_at_its_limits_is_taken(ring: Any) -> None:
    """Proves INT-06: at the antimeridian and at a pole too."""
    assert faults(("areas.1.ring", ring)) == []


def test_lists_have_an_end() -> None:
    """Proves INT-06: each area is looked at for each order, each machine and condition for each of its kind."""
    area = {"kind": "no_go", "name": "a", "ring": SQUARE}
    machine = example_table()["machinery"][0]
    machines = [machine | {"name": f"pump {number}"} for number in range(51)]
    assert faults(("areas", [area] * 100)) == faults(("machinery", machines[:50])) == []
    assert faults(("areas", [area] * 101)) == ["control.areas is not a list of at most 100"]
    assert faults(("machinery", machines)) == ["control.machinery is not a list of at most 50"]


@pytest.mark.parametrize("name", ["hull", "link", "authority", "verify", "encounter", "approval", "alerts"])
def test_a_table_that_is_missing_is_a_fault_and_hides_no_other(name: str) -> None:
    """Proves CMD-01: every one of them is needed; what is wrong elsewhere is told as well."""
    assert faults((name, KeyError)) == [f"[control.{name}] is missing"]
    assert faults((name, 7), ("actuators", "toys")) == [
        f"[control.{name}] is missing", "control.actuators is 'toys'; this version knows real, simulated",
    ]  # fmt: skip


def test_a_vessel_has_phases_and_only_those_there_are() -> None:
    """Proves FBK-02: one at least; a phase that nobody knows is a fault, and its name is told with those there are."""
    assert faults(("phases", {})) == ["[control.phases] is missing: give at least one phase", NONE]
    assert faults(("phases", 7)) == ["[control.phases] is missing: give at least one phase", NONE]
    assert faults(("phases.space", {})) == ["control.phases.space is none of open_sea, coastal, port_approach, berth"]
    assert faults(("phases.coastal", 7)) == ["[control.phases.coastal] is missing", NONE]
    first = {"space": {}} | example_table()["phases"]  # the good one after it is read all the same
    assert faults(("phases", first)) == ["control.phases.space is none of open_sea, coastal, port_approach, berth"]


HOME = {
    "marks": [[129.05, 34.9], [129.1, 34.95]],
    "turn_radius_m": 400.0,
    "xtd_m": 150.0,
    "approach_pct": 40.0,
    "arrive_m": 300.0,
}
SPOT = {"latitude_deg": 34.9, "longitude_deg": 129.1, "radius_m": 200.0, "approach_pct": 30.0}
KEEP = {"radius_m": 60.0, "approach_pct": 15.0}
COASTAL = "phases.coastal"
STATES: list[tuple[list[tuple[str, Any]], list[str]]] = [
    ([("hull.keeps_station", True), (f"{COASTAL}.hold", "station_keep"), (f"{COASTAL}.keep", KEEP)],
     []),
    ([(f"{COASTAL}.hold", "station_keep"), (f"{COASTAL}.keep", KEEP)],
     [f"control.{COASTAL}.hold is 'station_keep', but hull.keeps_station is false"]),
    ([("hull.keeps_station", True), (f"{COASTAL}.hold", "station_keep")],
     [f"[control.{COASTAL}.keep] is missing: the hold 'station_keep' needs it"]),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT)], []),
    ([("areas", []), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": -90.0, "longitude_deg": -180.0})], []),
    ([("areas", []), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": 90.0, "longitude_deg": 180.0})], []),
    ([(f"{COASTAL}.loiter", SPOT | {"latitude_deg": 90.5})],
     [f"control.{COASTAL}.loiter.latitude_deg is 90.5, outside -90..90"]),
    ([(f"{COASTAL}.loiter", SPOT | {"longitude_deg": -180.5})],
     [f"control.{COASTAL}.loiter.longitude_deg is -180.5, outside -180..180"]),
    ([(f"{COASTAL}.fallback", "loiter")], [f"[control.{COASTAL}.loiter] is missing: the fallback 'loiter' needs it"]),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"longitude_deg": 129.22, "latitude_deg": 34.98})],
     [f"control.{COASTAL}.loiter lies outside what 'anchorage' allows"]),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": 35.0999955})], []),  # 0.5 m inside
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": 35.1000045})],
     [f"control.{COASTAL}.loiter lies outside what 'trial area' allows"]),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": 34.7})],
     [f"control.{COASTAL}.loiter lies outside what 'trial area' allows"]),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": 34.7}), ("areas.0.phases", ["berth"])],
     []),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"latitude_deg": 34.7}), ("areas.0.phases", ["coastal"])],
     [f"control.{COASTAL}.loiter lies outside what 'trial area' allows"]),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"approach_pct_max": 85.0})], []),
    ([(f"{COASTAL}.fallback", "loiter"), (f"{COASTAL}.loiter", SPOT | {"approach_pct_max": 29.0})],
     [f"control.{COASTAL}.loiter: 0 < approach_pct <= approach_pct_max <= ahead_pct_max does not hold"]),
    ([(f"{COASTAL}.fallback", "safe_harbour"), (f"{COASTAL}.harbour", HOME)], []),
    ([(f"{COASTAL}.fallback", "safe_harbour")],
     [f"[control.{COASTAL}.harbour] is missing: the fallback 'safe_harbour' needs it"]),
    ([(f"{COASTAL}.fallback", "safe_harbour"), (f"{COASTAL}.harbour", HOME), ("tracking", KeyError)],
     ["[control.tracking] is missing: the fallback 'safe_harbour' follows a route"]),
    ([(f"{COASTAL}.fallback", "safe_harbour"), (f"{COASTAL}.harbour", HOME | {"marks": [[129.05, 34.9], [129.22, 34.98]]})],
     [f"control.{COASTAL}.harbour waypoint 2 lies outside what 'anchorage' allows"]),
    ([(f"{COASTAL}.harbour", HOME | {"marks": [[129.05, 34.9]]})],
     [f"control.{COASTAL}.harbour.marks is not a list of 2 to 50 points [longitude_deg, latitude_deg]"]),
    ([(f"{COASTAL}.harbour", HOME | {"marks": [[129.05, 34.9]] * 51})],
     [f"control.{COASTAL}.harbour.marks is not a list of 2 to 50 points [longitude_deg, latitude_deg]"]),
    ([(f"{COASTAL}.harbour", HOME | {"marks": [[129.05, 34.9]] * 50})], []),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), STATES, ids=range(len(STATES)))
def test_no_state_is_promised_that_she_could_not_reach(changes: list[tuple[str, Any]], told: list[str]) -> None:
    """Proves FBK-02: station, loiter point and harbour have what they need, where the ship may be in that phase."""
    assert faults(*changes) == told


def test_what_goes_ashore_is_read_back_as_the_same() -> None:
    """Proves CMD-07: the preview judges by the very limits of the ship, with and without what may be left out."""
    whole = example_table() | {"actuators": "simulated"}
    whole["phases"]["coastal"] |= {"harbour": HOME, "loiter": SPOT | {"approach_pct_max": 60.0}, "keep": KEEP}
    whole["areas"][0]["phases"] = ["coastal", "berth"]
    bare = example_table()
    for name in ("telegraph", "tracking", "grounding", "machinery", "areas"):
        del bare[name]
    for table in (example_table(), whole, bare):
        config = ControlConfig.from_mapping(VESSEL, table)
        assert ControlConfig.from_mapping(VESSEL, config.to_plain()) == config
    assert example_config().channels >= {"WND_TWS", "NAV_SOG", "STG_PMP1", "GEN1_RPM"}
    assert ControlConfig.from_mapping(VESSEL, whole).actuators == "simulated"
    assert example_config().limits == example_config().phases["coastal"]
    assert None not in (example_config().telegraph, example_config().tracking, example_config().grounding)
    assert (example_config().actuators, ControlConfig.from_mapping(VESSEL, bare).tracking) == ("real", None)


def test_the_areas_of_a_phase_count_in_it_alone() -> None:
    """Proves FBK-02, INT-06: an area without phases counts in all of them; a phase she has not is none to change to."""
    table = example_table()
    table["phases"]["berth"] = table["phases"]["coastal"]
    table["areas"][1]["phases"] = ["berth"]
    config = ControlConfig.from_mapping(VESSEL, table)
    assert [area.name for area in config.areas] == ["trial area"]
    there = config.in_phase("berth")
    assert ([area.name for area in there.areas], there.phase) == (["trial area", "anchorage"], "berth")
    assert [area.name for area in there.in_phase("coastal").areas] == ["trial area"]
    missing: Callable[[], object] = lambda: config.in_phase("open_sea")  # noqa: E731 - one word
    with pytest.raises(KeyError):
        missing()
