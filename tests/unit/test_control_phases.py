"""Voyage phases: each has its own limits, hold and fallback state; every entry into one is measured and told (FBK-02)."""

from __future__ import annotations

from typing import Any

import pytest

from control.limits import ConfigError, ControlConfig
from control.situation import Situation
from protocols.link.events import Reason
from tests.control_rig import VESSEL, Rig, example_table

LOITER = {"latitude_deg": 34.90, "longitude_deg": 129.10, "radius_m": 200.0, "approach_pct": 30.0}
HARBOUR = {"marks": [[129.10, 34.94], [129.15, 34.94]], "turn_radius_m": 400.0, "xtd_m": 150.0, "approach_pct": 40.0,
           "arrive_m": 300.0}  # fmt: skip
KEEP = {"radius_m": 60.0, "approach_pct": 15.0}


def with_phases(*, hull: dict[str, Any] | None = None, coastal: dict[str, Any] | None = None) -> ControlConfig:
    """Return the example with a narrow phase `berth` beside the coastal one, each changed as asked."""
    table = example_table()
    table["hull"] |= hull or {}
    first = table["phases"]["coastal"]
    first |= coastal or {}
    table["phases"]["berth"] = first | {
        "ahead_pct_max": 30.0, "rudder_deg_max": 35.0, "hold_pct": 0.0, "stop_pct": 0.0, "fallback": "stop",
        "hold": "slow_down_on_heading",
    }  # fmt: skip
    table["phases"]["open_sea"] = first | {"stop_pct": 25.0, "fallback": "anchor_readiness"}
    return ControlConfig.from_mapping(VESSEL, table)


def entries(ship: Rig) -> list[tuple[str, str]]:
    """Return (state, result) of every entry told."""
    return [(str(e.body["state"]), str(e.body["result"])) for e in ship.events if e.kind == "entry"]


def lose_the_link(ship: Rig, seconds: float) -> None:
    """Let the operator fall silent for so long."""
    ship.beating = None
    ship.forward(seconds)


def test_a_phase_is_put_in_force_by_an_order_and_its_limits_count_from_then_on() -> None:
    """Proves FBK-02, INT-04: 70 % is allowed in coastal waters and refused at berth."""
    ship = Rig(config=with_phases())
    ship.take("ann")
    assert ship.state(ship.say("conn.propulsion", {"propulsion_pct": 25})) == "executing"
    changed = ship.say("conn.phase", {"phase": "berth"})
    assert ship.state(changed) == "SUCCEEDED"
    assert ship.supervisor.facts(ship.now_s).phase == "berth"
    assert [e.body["to"] for e in ship.events if e.kind == "phase"] == ["berth"]
    refused = ship.say("conn.propulsion", {"propulsion_pct": 70})
    assert ship.reasons(refused) == [("propulsion_range", "INT-04")]


def test_a_phase_is_refused_while_what_is_in_force_would_not_be_allowed_in_it() -> None:
    """Proves FBK-02: at 70 % ahead she is slowed down first; a phase she has no limits for is refused too."""
    ship = Rig(config=with_phases())
    ship.take("ann")
    ship.say("conn.propulsion", {"propulsion_pct": 70})
    assert ship.reasons(ship.say("conn.phase", {"phase": "berth"})) == [("propulsion_range", "INT-04")]
    assert ship.reasons(ship.say("conn.phase", {"phase": "port_approach"})) == [("phase_unknown", "FBK-02")]
    assert ship.supervisor.voyage.phase == "coastal"
    ship.bridge("phase", phase="berth", person="mate")
    assert ship.supervisor.voyage.phase == "coastal"


def test_nobody_without_the_conn_changes_the_phase_but_the_bridge_does() -> None:
    """Proves FBK-02, INT-01: an operator who does not hold the conn is refused; the bridge needs no key."""
    ship = Rig(config=with_phases())
    assert ship.reasons(ship.say("conn.phase", {"phase": "berth"})) == [("not_in_control", "INT-01")]
    ship.bridge("phase", phase="berth", person="mate")
    assert ship.supervisor.voyage.phase == "berth"
    told = [e.body for e in ship.events if e.kind == "phase"]
    assert [(body["from"], body["to"], body["person"]) for body in told] == [("coastal", "berth", "mate")]


def test_a_restart_stays_in_the_phase_that_was_put_in_force() -> None:
    """Proves FBK-02: the journal keeps it; a restart does not go back to wider limits."""
    ship = Rig(config=with_phases())
    ship.bridge("phase", phase="berth")
    again = Rig(now_s=5000.0, journal=ship.journal, config=with_phases())
    assert again.supervisor.voyage.phase == "berth"
    # Negative control: a vessel whose file no longer has the phase begins with the file's own.
    table = example_table()
    other = Rig(now_s=6000.0, journal=ship.journal, config=ControlConfig.from_mapping(VESSEL, table))
    assert other.supervisor.voyage.phase == "coastal"


def test_what_emergency_stop_means_follows_the_phase_in_force() -> None:
    """Proves EST-03, FBK-02: at open sea it is slow ahead, in coastal waters all stop."""
    for phase, percent in (("coastal", 0.0), ("open_sea", 25.0)):
        ship = Rig(config=with_phases())
        ship.bridge("phase", phase=phase)
        ship.stop("sue")
        assert [(move[1].kind, move[1].value) for move in ship.moves] == [("emergency_stop", percent)]


def test_the_entry_of_hold_and_stop_is_measured() -> None:
    """Proves FBK-02: begun, entered with the time it took, left; the words of the heartbeat are the state's."""
    ship = Rig(config=with_phases())
    ship.take("ann")
    lose_the_link(ship, 12.0)
    assert ship.supervisor.facts(ship.now_s).action == "slowing down on heading"
    ship.values["ME_RPM"] = 0.2 * 204.5
    ship.forward(1.0)
    entered = [e.body for e in ship.events if e.kind == "entry" and e.body["result"] == "entered"]
    assert [(body["state"], body["phase"], body["limit_s"]) for body in entered] == [
        ("slow_down_on_heading", "coastal", 120.0)
    ]
    assert isinstance(entered[0]["took_s"], float)
    assert 0.5 < entered[0]["took_s"] < 4.0
    ship.forward(50.0)
    assert ship.supervisor.facts(ship.now_s).action == "fallback: stopping on heading"
    ship.values["NAV_SOG"] = 1.0
    ship.forward(1.0)
    assert entries(ship) == [
        ("slow_down_on_heading", "begun"), ("slow_down_on_heading", "entered"), ("slow_down_on_heading", "left"),
        ("stop", "begun"), ("stop", "entered"),
    ]  # fmt: skip
    ship.bridge("take", person="mate")
    assert entries(ship)[-1] == ("stop", "left")


def test_a_hold_that_is_late_is_alarmed_and_a_stop_that_is_late_is_l6() -> None:
    """Proves FBK-02, FBK-01: the engine does not answer; the limits of hold and stop pass, and all stop follows."""
    ship = Rig(config=with_phases(coastal={"hold_entry_s": 20.0, "stop_entry_s": 100.0}))
    ship.take("ann")
    lose_the_link(ship, 32.0)
    assert ("slow_down_on_heading", "late") in entries(ship)
    assert "entry-late" in ship.supervisor.alerts.active()
    ship.forward(60.0)
    assert ship.step == "L5"
    ship.forward(80.0)
    assert ship.step == "L6"
    assert "fallback_impossible" in {reason.name for reason in ship.supervisor.facts(ship.now_s).reasons}
    assert ship.moves[-1][1].kind == "neutral"


def test_the_loiter_point_is_steered_for_and_kept() -> None:
    """Proves FBK-02: heading and propulsion towards the point, none at it, again when she has drifted off."""
    ship = Rig(config=with_phases(coastal={"fallback": "loiter", "loiter": LOITER}))
    ship.take("ann")
    lose_the_link(ship, 62.0)
    assert ship.supervisor.facts(ship.now_s).action == "fallback: going to the loiter point"
    setpoints = ship.supervisor.execution.setpoints
    assert setpoints.heading_deg == pytest.approx(126.1, abs=1.0)  # from 34.93 N 129.05 E to 34.90 N 129.10 E
    assert setpoints.propulsion_pct == 30.0
    # She arrives: the engine stops.
    ship.values.update(NAV_LAT=34.9001, NAV_LON=129.1001)
    ship.forward(1.0)
    assert entries(ship)[-1] == ("loiter", "entered")
    assert ship.supervisor.execution.setpoints.propulsion_pct == 0.0
    # She drifts within the radius: nothing moves; beyond it she goes back.
    ship.values.update(NAV_LAT=34.9015)
    moves = len(ship.moves)
    ship.forward(5.0)
    assert len(ship.moves) == moves
    ship.values.update(NAV_LAT=34.905)
    ship.forward(1.0)
    assert ship.supervisor.execution.setpoints.propulsion_pct == 30.0


@pytest.mark.parametrize("why", ["no fix", "no fix on the way", "blocked", "late", "no route"])
def test_a_fallback_state_that_cannot_be_reached_is_replaced_by_a_stop(why: str) -> None:
    """Proves FBK-02: without a position she stops and shows signals; behind a no-go area, too late, without a route."""
    coastal: dict[str, Any] = {"fallback": "loiter", "loiter": LOITER, "fallback_entry_s": 100.0}
    if why == "no route":
        coastal = {"fallback": "safe_harbour", "harbour": HARBOUR}
    if why == "blocked":  # the anchorage lies between her and the point
        coastal["loiter"] = LOITER | {"latitude_deg": 35.02, "longitude_deg": 129.22}
    ship = Rig(config=with_phases(coastal=coastal))
    if why == "blocked":
        ship.values.update(NAV_LAT=34.95, NAV_LON=129.22)
    if why == "no route":
        ship.supervisor.watch.safe.harbour = None
    ship.take("ann")
    if why == "no fix":
        ship.values.pop("NAV_LAT")
    lose_the_link(ship, 62.0)
    if why == "no fix on the way":
        ship.values.pop("NAV_LAT")
        ship.forward(1.0)
    if why == "late":
        ship.forward(105.0)
    replaced = [e.body for e in ship.events if e.kind == "entry" and e.body["result"] == "replaced"]
    name = {"blocked": "loiter_blocked", "late": "entry_late", "no route": "no_harbour_route"}.get(why, "no_fix")
    assert name in str(replaced[0]["reasons"])
    assert [move[1].kind for move in ship.moves if move[2] == "ladder L5"][-1] == "controlled_stop"
    assert ship.supervisor.watch.safe.words == "stopping on heading"
    assert ("no-fix" in ship.supervisor.alerts.active()) is why.startswith("no fix")


def test_a_harbour_route_is_followed_where_somebody_has_loaded_one() -> None:
    """Proves FBK-02: whoever follows routes is asked to begin, to steer, and whether she has arrived."""
    from control.messages import Setpoint

    class Route:
        arrived = False

        def begin(self, situation: Situation, now_s: float) -> list[Reason]:
            del situation, now_s
            return []

        def steer(self, situation: Situation, now_s: float) -> list[Setpoint]:
            del situation, now_s
            return [Setpoint("heading", 200.0)]

        def has_arrived(self, situation: Situation) -> bool:
            del situation
            return self.arrived

        def objections(self, situation: Situation, now_s: float) -> list[Reason]:
            del situation, now_s
            return []

    route = Route()
    ship = Rig(config=with_phases(coastal={"fallback": "safe_harbour", "harbour": HARBOUR}))
    ship.supervisor.watch.safe.harbour = route
    ship.take("ann")
    lose_the_link(ship, 62.0)
    assert ship.supervisor.execution.setpoints.heading_deg == 200.0
    assert entries(ship)[-1] == ("safe_harbour", "begun")
    route.arrived = True
    ship.forward(1.0)
    assert entries(ship)[-1] == ("safe_harbour", "entered")


def test_the_ladder_follows_the_phases_own_way_home_and_gives_it_up_without_a_position() -> None:
    """Proves FBK-02: a heading towards its first waypoint and the way's propulsion; no position for 10 s is a stop."""
    ship = Rig(config=with_phases(coastal={"fallback": "safe_harbour", "harbour": HARBOUR}))
    ship.take("ann")
    lose_the_link(ship, 62.0)
    assert entries(ship)[-1] == ("safe_harbour", "begun")
    moves = {move[1].kind: move[1].value for move in ship.moves if move[2] == "ladder L5"}
    assert moves["heading"] == pytest.approx(76.0, abs=4.0)
    assert moves["propulsion"] == 40.0
    assert ship.supervisor.facts(ship.now_s).action == "fallback: following the safe harbour route"
    ship.values.pop("NAV_LAT")
    ship.forward(9.0)
    assert entries(ship)[-1] == ("safe_harbour", "begun")
    ship.forward(2.0)
    assert entries(ship)[-1] == ("safe_harbour", "replaced")
    assert "no-fix" in ship.supervisor.alerts.active()


def test_anchor_readiness_stops_her_and_says_when_she_is_ready() -> None:
    """Proves FBK-02: stopped first, then the alert that names what to do."""
    ship = Rig(config=with_phases(coastal={"fallback": "anchor_readiness"}))
    ship.take("ann")
    lose_the_link(ship, 62.0)
    assert ship.moves[-1][1].kind == "controlled_stop"
    assert "anchor" not in ship.supervisor.alerts.active()
    ship.values["NAV_SOG"] = 0.5
    ship.forward(1.0)
    assert "anchor" in ship.supervisor.alerts.active()


def test_a_hull_that_can_keeps_her_station_where_she_was_lost() -> None:
    """Proves FBK-02: the hold is the point where L3 began; she goes back to it when the current sets her off."""
    config = with_phases(hull={"keeps_station": True}, coastal={"hold": "station_keep", "keep": KEEP})
    ship = Rig(config=config)
    ship.take("ann")
    lose_the_link(ship, 12.0)
    assert ship.supervisor.facts(ship.now_s).action == "keeping her station"
    assert ship.supervisor.execution.setpoints.propulsion_pct == 0.0
    ship.values["NAV_SOG"] = 0.3
    ship.forward(1.0)
    assert entries(ship)[-1] == ("station_keep", "entered")
    ship.values["NAV_LON"] = 129.052  # 180 m to the east
    ship.forward(1.0)
    setpoints = ship.supervisor.execution.setpoints
    assert setpoints.heading_deg == pytest.approx(270.0, abs=1.0)
    assert setpoints.propulsion_pct == 15.0


@pytest.mark.parametrize(
    ("hull", "coastal", "fault"),
    [
        ({}, {"hold": "station_keep", "keep": KEEP}, "hull.keeps_station is false"),
        ({"keeps_station": True}, {"hold": "station_keep"}, "[control.phases.coastal.keep] is missing"),
        ({}, {"fallback": "loiter"}, "[control.phases.coastal.loiter] is missing"),
        (
            {},
            {"fallback": "loiter", "loiter": LOITER | {"latitude_deg": 36.0}},
            "lies outside what 'trial area' allows",
        ),
        (
            {},
            {"fallback": "loiter", "loiter": LOITER | {"latitude_deg": 34.98, "longitude_deg": 129.22}},
            "'anchorage'",
        ),
        ({}, {"fallback": "loiter", "loiter": LOITER | {"latitude_deg": 91.0}}, "latitude_deg is 91.0"),
        ({"keeps_station": 1}, {}, "keeps_station is 1; it must be true or false"),
        ({}, {"fallback": "hope"}, "fallback is 'hope'"),
    ],
)
def test_a_state_that_could_never_be_reached_does_not_start(
    hull: dict[str, Any], coastal: dict[str, Any], fault: str
) -> None:
    """Proves FBK-02: what the hull, the fence or a missing table forbids is a fault of the configuration."""
    with pytest.raises(ConfigError) as raised:
        with_phases(hull=hull, coastal=coastal)
    assert fault in str(raised.value)


def test_an_area_may_count_in_some_phases_only() -> None:
    """Proves FBK-02, INT-06: the anchorage is closed in coastal waters and open at berth."""
    table = example_table()
    table["phases"]["berth"] = table["phases"]["coastal"]
    table["areas"][1]["phases"] = ["coastal"]
    config = ControlConfig.from_mapping(VESSEL, table)
    for phase, state in (("coastal", "REJECTED"), ("berth", "executing")):
        ship = Rig(config=config)
        ship.values.update(NAV_LAT=34.957, NAV_LON=129.22)
        ship.bridge("phase", phase=phase)
        ship.take("ann")
        assert ship.state(ship.say("conn.heading", {"heading_deg": 0})) == state
    assert ControlConfig.from_mapping(VESSEL, config.to_plain()) == config
