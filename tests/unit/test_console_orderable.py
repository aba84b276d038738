"""What a console is told may be ordered beside course and speed, and how the demo's ships differ by their voyage phase."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from control.limits import ControlConfig, Grounding
from control.preview import Asker
from farhelm.demo import people, phases
from protocols.link.events import Event
from protocols.link.heartbeats import AuthorityState, RespondBy, VesselHeartbeat, Way
from protocols.link.orders import GROUPS, PHASES
from protocols.link.roster import Grant
from protocols.link.signing import Domain, open_envelope, sign
from shipside.birth import birth_of
from shoreside.commanding import preview
from shoreside.live.event_lines import event_text
from shoreside.live.fleet import VesselState
from shoreside.live.orderable import drill_of, of_vessel
from shoreside.live.views import status_message, summary
from simulators import commissioning, fleet
from simulators.bridge_watch import Mate
from simulators.fleet import PETREL_SPEC
from simulators.waters import HANDLING
from tests.shore_kit import NOON_NS, Ship

EXAMPLE = Path(__file__).parents[2] / "control" / "example.toml"
ANN = AuthorityState("remote", "ann", "ROC", "c", "s", "operator", "setpoint", 3, 0.5, "held", "", "", "", None)
DRILL = {
    "id": "01JD8Z6T5Y9K3B7M2N4P6Q8R0S", "exercise": "link_loss", "state": "ended", "person": "ann", "console": "c",
    "by": "sue", "took_s": 4.25, "limit_s": 30.0, "passed": True, "why": "done",
}  # fmt: skip


def state() -> VesselState:
    """Return a ship whose machines ann has, and whose conn nobody has."""
    config = ControlConfig.from_mapping("kestrel", tomllib.loads(EXAMPLE.read_text("utf-8"))["control"])
    beat = VesselHeartbeat.from_bytes(open_envelope(Ship().heartbeat(1)[1]).body)
    made = VesselState("kestrel", control=config)
    made.heartbeat, made.heartbeat_at_s = dataclasses.replace(beat, engineering=ANN), 99.5
    return made


def test_machines_and_phases_are_told_without_the_registers_that_move_them() -> None:
    """Proves AUT-01, FBK-02 at the console: what may be ordered, by which read-back, and each phase with its own limits."""
    told = of_vessel(state().control)
    assert [machine["name"] for machine in told["machinery"]] == ["steering pump 1", "steering pump 2", "generator 1"]
    assert all("register" not in machine for machine in told["machinery"])
    assert (told["machinery"][2]["channel"], told["machinery"][2]["running_above"]) == ("GEN1_RPM", 600.0)
    (coastal,) = told["phases"]
    assert (coastal["name"], coastal["hold"], coastal["limits"]["ahead_pct_max"]) == (
        "coastal",
        "slow_down_on_heading",
        85.0,
    )
    assert [row["what"] for row in coastal["envelope"]] == ["wind", "speed"]
    assert told["actuators"] == "real"  # the example says nothing: left out is real
    nothing = {"machinery": [], "phases": [], "telegraph": {}, "actuators": "", "safety_depth_m": None}
    assert of_vessel(None) == nothing


def test_the_water_she_needs_is_told_and_not_guessed() -> None:
    """Draught and clearance, for her chart's shades and the fleet's; nothing where her configuration has neither."""
    ship = state()
    assert ship.control is not None
    deep = dataclasses.replace(ship.control, grounding=Grounding(6.2, 1.5, "allow"))
    assert of_vessel(deep)["safety_depth_m"] == 7.7
    assert summary(dataclasses.replace(ship, control=deep), 100.0)["safety_depth_m"] == 7.7
    assert of_vessel(dataclasses.replace(deep, grounding=None))["safety_depth_m"] is None


def test_the_telegraph_is_told_from_full_astern_to_full_ahead_and_not_at_all_where_there_is_none() -> None:
    """Proves CMD-06 at the console: her own per cents by step; a vessel that takes no steps has none to offer."""
    config = state().control
    assert config is not None
    told = of_vessel(config)["telegraph"]
    assert list(told.values()) == [-70.0, -55.0, -40.0, -25.0, 0.0, 25.0, 40.0, 55.0, 70.0]
    assert (told["stop"], told["half_ahead"], told["dead_slow_astern"]) == (0.0, 55.0, -25.0)
    assert of_vessel(dataclasses.replace(config, telegraph=None))["telegraph"] == {}


def test_the_status_has_the_holder_of_the_machines_and_the_latency_limit_of_her_speed() -> None:
    """Proves AUT-02, INT-09 at the console: who has engineering, and what direct control would need; unknown is null."""
    ship = state()
    told = status_message(ship, 100.0)
    assert told["engineering"] is not None
    assert told["engineering"]["person"] == "ann"
    assert told["direct_limit_ms"] == 2000.0  # her full speed would allow 3150 ms: the configured limit is lower
    ship.latest["NAV_SOG"] = ("NAV_SOG", 40.0, 0, NOON_NS // 1_000_000)
    told = status_message(ship, 100.0)
    assert told["direct_limit_ms"] == pytest.approx(1102.6, abs=0.5)
    assert told["lease_s"] == 15.0
    nothing_ahead = {"left_s": None, "operator_s": 60.0, "what": "", "fallback": "", "barred": ""}
    assert told["respond"] == nothing_ahead
    assert ship.heartbeat is not None
    ship.heartbeat = dataclasses.replace(ship.heartbeat, respond=RespondBy(41, 60.0, "the edge of 'Bank'"))
    again = VesselHeartbeat.from_bytes(ship.heartbeat.to_bytes())
    assert again == ship.heartbeat
    assert status_message(ship, 100.0)["respond"] == nothing_ahead | {"left_s": 41, "what": "the edge of 'Bank'"}
    assert told["ways"] == []  # one way alone
    ship.heartbeat = dataclasses.replace(ship.heartbeat, ways=(Way("lte", True, 81.5), Way("leo", False, None)))
    unmeasured = {
        "jitter_ms": None, "one_way_ms": None, "loss_pct": None, "age_ms": None, "received_bytes_s": None,
        "grades": {"round_trip": None, "loss": None, "age": None},
    }  # fmt: skip
    assert status_message(ship, 100.0)["ways"] == [
        {"name": "lte", "is_connected": True, "round_trip_ms": 81.5} | unmeasured,
        {"name": "leo", "is_connected": False, "round_trip_ms": None} | unmeasured,
    ]
    assert status_message(VesselState("unheard"), 100.0)["direct_limit_ms"] is None
    assert status_message(VesselState("unheard"), 100.0)["lease_s"] is None
    assert status_message(VesselState("unheard"), 100.0)["respond"] is None


@pytest.mark.parametrize(("session", "expected"), [("s", "INT-02"), ("another", "INT-01")])
def test_a_machine_is_previewed_by_its_own_name_and_holder(session: str, expected: str) -> None:
    """Proves CMD-07: the answer says which machine it is about; another session is not the holder."""
    asked = preview.Question("r", "pump.start", {"machine": "steering pump 2"}, Asker("ann", "c", session))
    told = preview.answer(state(), asked, preview.Moment(100.0, NOON_NS))
    assert told["subject"] == "steering pump 2"
    rules = {reason["rule"] for reason in told["reasons"]}
    assert expected in rules
    assert ("INT-01" in rules) is (session != "s")


def test_a_drill_is_told_as_she_scored_it_and_what_is_none_is_left() -> None:
    """The event as it came; an exercise that nobody knows, and any other event, is no drill."""
    event = Event("kestrel", "b", 1, 0, NOON_NS, "drill", dict(DRILL))
    assert drill_of(event) == {**DRILL, "utc_ms": NOON_NS // 1_000_000}
    assert event_text(event) == "Drill link_loss of ann ended, 4.2 s (done)"
    assert drill_of(dataclasses.replace(event, body={**DRILL, "exercise": "fire"})) is None
    assert drill_of(dataclasses.replace(event, kind="ladder")) is None
    begun = drill_of(dataclasses.replace(event, body={**DRILL, "took_s": None, "state": "begun", "passed": False}))
    assert begun is not None
    assert (begun["took_s"], begun["passed"]) == (None, False)


@pytest.mark.parametrize("spec", fleet.FLEET, ids=["kestrel", "otter", "petrel"])
def test_the_ships_of_the_demo_have_four_phases_each_tighter_than_the_one_before(spec: fleet.VesselSpec) -> None:
    """Proves FBK-02: less power, less room, more rudder towards the berth; a craft without a rudder keeps her station."""
    found = tomllib.loads(phases.tables(spec))["control"]["phases"]
    assert tuple(found) == PHASES
    for name, is_rising in (
        ("ahead_pct_max", False),
        ("cpa_m", False),
        ("look_ahead_s", False),
        ("rudder_deg_max", True),
    ):
        values = [found[phase][name] for phase in PHASES]
        assert values == sorted(set(values), reverse=not is_rising)
    assert found["port_approach"]["fallback"] == "anchor_readiness"
    assert (found["port_approach"]["hold"] == "station_keep") is (not spec.has_rudder)


def test_the_masters_grant_of_an_older_demo_is_renewed_with_both_groups(tmp_path: Path) -> None:
    """Proves AUT-07: a grant that named the conn alone is replaced by one of a higher version; a whole one stays as it is."""
    people.write_beliefs(tmp_path, "otter", [], NOON_NS)
    path = tmp_path / "beliefs" / "otter.grant"
    first = path.read_bytes()
    assert Grant.from_bytes(open_envelope(first).body).groups == GROUPS
    people.write_beliefs(tmp_path, "otter", [], NOON_NS)
    assert path.read_bytes() == first
    old = dataclasses.replace(Grant.from_bytes(open_envelope(first).body), groups=("conn",), version=4)
    path.write_bytes(sign(Domain.GRANT, old.to_bytes(), people.key_of(people.key_path(tmp_path, "master"))))
    people.write_beliefs(tmp_path, "otter", [], NOON_NS)
    renewed = Grant.from_bytes(open_envelope(path.read_bytes()).body)
    assert (renewed.groups, renewed.version) == (GROUPS, 5)


def test_the_simulated_mate_grants_the_machines_as_well_as_the_conn() -> None:
    """Each request after its second, the one not instead of the other; what is asked of an operator ashore is not his."""
    mate = Mate()
    asked = {"station": "local", "phase": "requested"}
    both: dict[str, object] = {
        "step": "L0", "authority": {**asked, "pending_id": "conn-1"}, "engineering": {**asked, "pending_id": "engine-1"},
    }  # fmt: skip
    assert mate.receive(both, 0.0) == []
    assert mate.tick(0.9) == []
    assert [word["id"] for word in mate.tick(1.0)] == ["conn-1", "engine-1"]
    both["engineering"] = {"station": "remote", "phase": "requested", "pending_id": "engine-2"}
    assert mate.receive(both, 2.0) == []
    assert mate.tick(9.0) == []


def test_her_birth_tells_where_a_turn_really_begins(tmp_path: Path) -> None:
    """A console counts down to the wheel-over less what she goes on before she answers, and then to her alarm, as she does."""
    limits = birth_of(commissioning.agent_config(PETREL_SPEC, 1, tmp_path), bytes(32), 1, NOON_NS).limits
    assert limits["wheel_reach_m"] == HANDLING["petrel"].wheel_reach_m
    assert limits["confirm_s"] == commissioning.control_table(PETREL_SPEC)["tracking"]["confirm_s"]
