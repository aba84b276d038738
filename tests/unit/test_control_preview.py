"""The shore's preview by itself: how old a mirror may be, what is unknown and never allowed, and each word of the heartbeat."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import pytest

from control.depths import unseen
from control.limits import ControlConfig, Grounding
from control.preview import Asker, Mirror, Preview, context_of, preview
from control.surroundings import Surroundings, Targets
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import Disagreed, RemoteAccess, RouteAboard, VesselHeartbeat
from protocols.link.passage import hash_of
from tests.control_rig import Rig
from tests.property.test_preview_is_the_verdict import ROUTES, heartbeat
from tests.unit.test_control_collision import target
from tests.unit.test_control_engineering import take_engineering
from tests.unit.test_control_phases import with_phases
from tests.unit.test_control_station import able

ANN = Asker("ann", "console-ann", "session-ann")
HEADING: dict[str, Plain] = {"heading_deg": 90.0}
GOOD = ROUTES["good"]


@cache
def _at_sea() -> tuple[Mirror, VesselHeartbeat]:
    ship = Rig(config=with_phases())
    ship.take("ann")
    ship.say("conn.propulsion", {"propulsion_pct": 20.0})
    return Mirror(None, 0.0, ship.situation(), ship.config, {hash_of(GOOD): GOOD}), heartbeat(ship)


def mirrored(age_s: float = 0.0, config: ControlConfig | None = None, **beat: Any) -> Mirror:
    """Return what the shore knows of a ship that Ann has, her heartbeat changed as asked."""
    mirror, heard = _at_sea()
    told = dataclasses.replace(heard, **beat)
    return dataclasses.replace(mirror, heartbeat=told, heartbeat_age_s=age_s, config=config or mirror.config)


def names(found: Preview) -> list[tuple[str, str]]:
    """Return (name, rule) of each reason."""
    return [(one.name, one.rule) for one in found.reasons]


def asked(kind: str, args: dict[str, Plain] | None = None, asker: Asker = ANN, **mirror: Any) -> list[str]:
    """Return the verdict and the names of its reasons."""
    found = preview(kind, args or {}, asker, mirrored(**mirror))
    return [found.verdict, *(name for name, _ in names(found))]


def state(**changes: Any) -> dict[str, Any]:
    """Return the conn as Ann has it, changed as asked."""
    return {"authority": dataclasses.replace(_at_sea()[1].authority, **changes)}


@pytest.mark.parametrize(
    ("age_s", "verdict"), [(0.0, "allowed"), (3.5, "allowed"), (3.51, "unknown"), (600.0, "unknown")]
)
def test_a_mirror_older_than_silence_is_unknown_and_never_allowed(age_s: float, verdict: str) -> None:
    """Proves INT-02: dense at the 3.5 s after which the ship herself calls the link silent; the reason tells the age."""
    found = preview("conn.heading", HEADING, ANN, mirrored(age_s))
    assert found.verdict == verdict
    assert (context_of("conn.heading", HEADING, mirrored(age_s)) is None) == (verdict == "unknown")
    if verdict == "unknown":
        (old,) = found.reasons
        assert (old.name, old.rule, old.value, old.limit, old.unit, old.age_s) == (
            "mirror_old", "INT-02", round(age_s, 1), 3.5, "s", round(age_s, 1),
        )  # fmt: skip


def test_a_ship_that_was_never_heard_is_unknown_without_an_age() -> None:
    """Proves INT-02: absent is not old."""
    never = dataclasses.replace(_at_sea()[0], heartbeat_age_s=0.0)
    found = preview("conn.heading", HEADING, ANN, never)
    assert (found.verdict, names(found)) == ("unknown", [("mirror_old", "INT-02")])
    assert (found.reasons[0].value, found.reasons[0].age_s) == (None, None)
    assert context_of("conn.heading", HEADING, never) is None


def test_an_order_that_could_not_be_sent_is_refused_for_its_arguments() -> None:
    """Proves CMD-01: before anything is asked of the mirror."""
    found = preview("conn.heading", {"heading_deg": "north"}, ANN, mirrored(age_s=600.0))
    assert (found.verdict, names(found)) == ("refused", [("malformed", "CMD-01")])


def test_what_her_sources_disagree_about_her_heartbeat_tells() -> None:
    """Proves INT-12: the shore measures one value each; two positions apart refuse a heading as aboard."""
    assert asked("conn.heading", HEADING) == ["allowed"]
    apart = (Disagreed("position", 300.0, "m", "GNSS 1", "GNSS 2"),)
    assert asked("conn.heading", HEADING, disagreed=apart)[0] == "refused"
    stale = dataclasses.replace(mirrored(), situation=dataclasses.replace(mirrored().situation, disagreements=apart))
    assert preview("conn.heading", HEADING, ANN, stale).verdict == "allowed"


NONE_LEFT = RemoteAccess(0, (Reason("no_grant", "AUT-07", "Revoked."),))


@pytest.mark.parametrize(
    ("kind", "args", "asker", "verdict"),
    [
        ("conn.heading", HEADING, ANN, ["refused", "no_grant"]),
        ("conn.controlled_stop", {}, ANN, ["allowed"]),
        ("alert.take", {"alert_id": "drill"}, ANN, ["allowed"]),
        ("alert.acknowledge", {"alert_id": "drill"}, ANN, ["allowed"]),
        ("alert.acknowledge", {"alert_id": "drill"}, Asker("vic", "v", "s"), ["allowed"]),
        ("alert.silence", {"alert_id": "drill"}, Asker("vic", "v", "s"), ["allowed"]),
        ("order.cancel", {"order_id": "x"}, Asker("bob", "b", "s"), ["allowed"]),
        ("authority.release", {}, ANN, ["allowed"]),
        ("authority.confirm", {}, ANN, ["refused", "no_grant"]),
        ("authority.request", {"level": "setpoint"}, Asker("bob", "b", "s"), ["refused", "no_grant"]),
        ("authority.force", {"level": "setpoint", "reason": "ill"}, Asker("sue", "b", "s"), ["refused", "no_grant"]),
    ],
)
def test_without_a_grant_nobody_takes_or_steers_and_whoever_has_her_may_stop_and_let_go(
    kind: str, args: dict[str, Plain], asker: Asker, verdict: list[str]
) -> None:
    """Proves AUT-07: the heartbeat says why there is no remote access; negative control: with a grant each is allowed."""
    assert asked(kind, args, asker, access=NONE_LEFT) == verdict
    assert asked(kind, args, asker, access=None) == ["allowed"]
    assert asked(kind, args, asker, access=RemoteAccess(600)) == ["allowed"]


@pytest.mark.parametrize(
    ("kind", "args", "changes", "asker", "verdict"),
    [
        ("authority.request", {"level": "direct"}, {}, ANN, ["refused", "already_in_control"]),
        ("authority.request", {"level": "direct"}, {"phase": "requested"}, ANN, ["allowed"]),
        ("authority.request", {"level": "direct"}, {"station": "none"}, ANN, ["allowed"]),
        ("authority.request", {"level": "direct"}, {}, Asker("bob", "console-ann", "session-ann"), ["allowed"]),
        ("authority.request", {"level": "direct"}, {}, Asker("ann", "other", "session-ann"), ["allowed"]),
        ("authority.request", {"level": "direct"}, {}, Asker("ann", "console-ann", "other"), ["allowed"]),
        ("authority.release", {}, {}, ANN, ["allowed"]),
        ("authority.release", {}, {}, Asker("bob", "b", "s"), ["refused", "not_in_control"]),
        ("authority.release", {}, {"station": "local"}, ANN, ["refused", "not_in_control"]),
        ("authority.resume", {}, {}, ANN, ["allowed"]),
        ("authority.resume", {}, {}, Asker("bob", "b", "s"), ["refused", "not_in_control"]),
        ("authority.confirm", {}, {}, Asker("bob", "b", "s"), ["allowed"]),
    ],
)
def test_who_may_ask_for_give_back_and_resume_the_conn(
    kind: str, args: dict[str, Plain], changes: dict[str, Any], asker: Asker, verdict: list[str]
) -> None:
    """Proves AUT-03, INT-01: the holder is one person at one console in one session; roles are the ship's to judge."""
    found = preview(kind, args, asker, mirrored(**state(**changes)))
    assert [found.verdict, *(name for name, _ in names(found))] == verdict
    rules = {"already_in_control": "AUT-03", "not_in_control": "INT-01"}
    assert [(one.rule, one.value) for one in found.reasons] == [(rules[name], asker.person) for name in verdict[1:]]


def test_an_order_needs_its_holder_his_level_and_a_group_that_she_has() -> None:
    """Proves INT-01, AUT-01: of another console, at a lower level, of machines that she has not or that nobody holds."""
    assert asked("conn.heading", HEADING, Asker("bob", "b", "s")) == ["refused", "not_in_control"]
    assert asked("conn.rudder", {"rudder_deg": 5.0}) == ["refused", "level_too_low"]
    assert asked("conn.rudder", {"rudder_deg": 5.0}, **state(level="direct")) == ["allowed"]
    pump: dict[str, Plain] = {"machine": "steering pump 2"}
    found = preview("pump.start", pump, ANN, mirrored(engineering=None))
    assert (found.verdict, names(found), found.reasons[0].value) == (
        "refused",
        [("no_such_group", "AUT-01")],
        "engineering",
    )
    ship = Rig()
    take_engineering(ship)
    machines = ship.supervisor.facts(ship.now_s).engineering
    mia = Asker("mia", "console-mia", "session-mia")
    assert asked("pump.start", pump, mia, engineering=machines) == ["allowed"]
    assert asked("pump.start", pump, ANN, engineering=machines) == ["refused", "not_in_control"]
    # The ladder that holds the ship stops no pump.
    assert asked("pump.start", pump, mia, engineering=machines, step="L3") == ["allowed"]


@pytest.mark.parametrize(("step", "latched"), [("L0", False), ("L1", False), ("L2", True), ("L6", True)])
def test_the_ladder_is_against_all_but_a_stop_from_its_second_step_on(step: str, latched: bool) -> None:
    """Proves FBK-01: the reason says which step and what she does there."""
    found = preview("conn.heading", HEADING, ANN, mirrored(step=step, action="holding"))
    assert names(found) == [("ladder", "FBK-01")] * latched
    if latched:
        assert (found.reasons[0].value, found.reasons[0].limit) == (step, "L0 or L1")
        assert found.reasons[0].text == f"The ship is on step {step} (holding); resume the conn first."
    assert asked("conn.controlled_stop", step=step) == ["allowed"]


def test_the_limits_are_those_of_the_phase_that_she_says_she_is_in() -> None:
    """Proves FBK-02, INT-04: 70 % is allowed in coastal waters and refused at berth; a phase unknown here changes nothing."""
    assert asked("conn.propulsion", {"propulsion_pct": 70.0}) == ["allowed"]
    assert asked("conn.propulsion", {"propulsion_pct": 70.0}, phase="berth") == ["refused", "propulsion_range"]
    assert asked("conn.propulsion", {"propulsion_pct": 70.0}, phase="port_approach") == ["allowed"]
    context = context_of("conn.propulsion", {"propulsion_pct": 70.0}, mirrored(phase="berth"))
    assert context is not None
    assert context.config.phase == "berth"


def test_a_change_of_phase_is_judged_by_what_is_in_force() -> None:
    """Proves FBK-02: each of the four setpoints has its place, whichever way the heartbeat tells them."""
    berth: dict[str, Plain] = {"phase": "berth"}
    assert asked("conn.phase", berth, setpoints={}) == ["allowed"]
    assert asked("conn.phase", berth, setpoints={"propulsion_pct": 70.0}) == ["refused", "propulsion_range"]
    assert asked("conn.phase", berth, setpoints={"rudder_deg": 35.1}) == ["refused", "rudder_range"]
    assert asked("conn.phase", berth, setpoints={"heading_deg": 361.0}) == ["refused", "heading_range"]
    kept = {"station_radius_m": 60.0}
    assert asked("conn.phase", berth, config=able(), setpoints=kept)[0] == "refused"
    assert asked("conn.phase", {"phase": "port_approach"}) == ["refused", "phase_unknown"]
    told = {"station_radius_m": 4.0, "heading_deg": 1.0, "rudder_deg": 2.0, "propulsion_pct": 3.0}
    context = context_of("conn.heading", HEADING, mirrored(setpoints=told))
    assert context is not None
    in_force = context.setpoints
    assert (in_force.heading_deg, in_force.rudder_deg, in_force.propulsion_pct, in_force.station_radius_m) == (
        1.0,
        2.0,
        3.0,
        4.0,
    )


def test_the_link_and_a_latched_stop_are_as_the_heartbeat_tells() -> None:
    """Proves INT-09, INT-11: two seconds to and fro are too many for a rudder; a latched stop is against everything."""
    rudder: dict[str, Plain] = {"rudder_deg": 5.0}
    assert asked("conn.rudder", rudder, **state(level="direct"), round_trip_ms=2000.1)[0] == "refused"
    assert asked("conn.heading", HEADING, stop_latched=True) == ["refused", "emergency_stop"]
    context = context_of("conn.rudder", rudder, mirrored(round_trip_ms=80.0, stop_latched=True))
    assert context is not None
    assert (context.round_trip_ms, context.is_stop_latched, context.kind) == (80.0, True, "conn.rudder")


def test_a_telegraph_step_is_judged_as_the_propulsion_that_it_becomes() -> None:
    """Proves INT-04: half ahead is 55 % there and is refused at berth, by the context that a trial shows as well."""
    step: dict[str, Plain] = {"step": "half_ahead"}
    assert asked("conn.telegraph", step) == ["allowed"]
    assert asked("conn.telegraph", step, phase="berth") == ["refused", "propulsion_range"]
    context = context_of("conn.telegraph", step, mirrored())
    assert context is not None
    assert (context.kind, context.args) == ("conn.propulsion", {"propulsion_pct": 55.0})


def test_a_drill_is_refused_by_real_actuators_whoever_grants_access() -> None:
    """Proves INT-03: a vessel that does not say that hers are simulated; a word to end one says nothing of them."""
    assert asked("drill.begin", {"exercise": "takeover"}) == ["refused", "real_actuators"]
    assert asked("drill.end") == ["allowed"]
    simulated = dataclasses.replace(mirrored().config, actuators="simulated")
    assert asked("drill.begin", {"exercise": "takeover"}, config=simulated, access=NONE_LEFT) == ["allowed"]


ABOARD = RouteAboard(hash_of(GOOD), 0)
ACTIVATE: dict[str, Plain] = {"route_hash": hash_of(GOOD)}


def test_a_route_is_judged_as_far_as_this_station_knows_the_one_aboard() -> None:
    """Proves CMD-09: loaded through here it is judged whole; another's is unknown; none and a different one are refused."""
    assert asked("route.activate", ACTIVATE, route=ABOARD) == ["allowed"]
    assert asked("route.activate", ACTIVATE | {"leg": 9}, route=ABOARD) == ["refused", "no_such_leg"]
    assert asked("route.activate", ACTIVATE, route=None) == ["refused", "no_route"]
    other = RouteAboard("0" * 64, 0)
    (found,) = preview("route.activate", ACTIVATE, ANN, mirrored(route=other)).reasons
    assert (found.name, found.rule, found.value, found.limit) == ("other_route", "CMD-09", hash_of(GOOD)[:12], "0" * 12)
    assert "0" * 12 in found.text
    unknown = preview("route.activate", {"route_hash": "0" * 64}, ANN, mirrored(route=other))
    assert (unknown.verdict, names(unknown), unknown.reasons[0].value) == (
        "unknown", [("route_unknown", "CMD-09")], "0" * 12,
    )  # fmt: skip
    # What is against it anyway is said, known or not; other orders do not care whose route is aboard.
    assert asked("route.activate", {"route_hash": "0" * 64}, route=other, stop_latched=True) == [
        "refused",
        "emergency_stop",
    ]
    assert asked("conn.heading", HEADING, route=other) == ["allowed"]
    # A heading out of the area is the heading that is ordered, not the one of the route.
    base = mirrored(route=ABOARD)
    facts = {**base.situation.facts, "NAV_LAT": dataclasses.replace(base.situation.facts["NAV_LAT"], value=34.804)}
    near = dataclasses.replace(base, situation=dataclasses.replace(base.situation, facts=facts))
    assert names(preview("conn.heading", {"heading_deg": 180.0}, ANN, near)) == [("allowed_area", "INT-06")]


def test_a_route_is_loaded_while_none_is_followed() -> None:
    """Proves CMD-09: its faults are told; while one is followed it is suspended first."""
    load: dict[str, Plain] = {"route": GOOD}
    assert asked("route.load", load, route=None) == ["allowed"]
    assert asked("route.load", load, route=ABOARD) == ["allowed"]
    assert asked("route.load", load, route=dataclasses.replace(ABOARD, leg=1)) == ["refused", "route_active"]
    assert asked("route.load", {"route": ROUTES["too tight"]}) == ["refused", "radius"]
    assert asked("route.suspend", route=ABOARD) == ["allowed"]


@pytest.mark.parametrize(
    ("kind", "args", "judged"),
    [
        ("conn.heading", HEADING, True),
        ("route.load", {"route": GOOD}, True),
        ("route.activate", ACTIVATE, True),
        ("conn.controlled_stop", {}, False),
        ("route.suspend", {}, False),
    ],
)
def test_what_a_chart_that_is_not_here_would_judge_is_unknown(kind: str, args: dict[str, Plain], judged: bool) -> None:
    """Proves INT-07: only she has the chart; what no chart is asked about, and what is refused anyway, is answered here."""
    grounding = Grounding(6.2, 1.5, "allow")
    base = mirrored(route=ABOARD)
    config = dataclasses.replace(base.config, grounding=grounding, chart=unseen(7.7))
    unread = dataclasses.replace(base, config=config, is_chart_seen=False)
    found = preview(kind, args, ANN, unread)
    assert (found.verdict, names(found)) == (("unknown", [("chart_aboard", "INT-07")]) if judged else ("allowed", []))
    stranger = preview(kind, args, Asker("bob", "b", "s"), unread)
    assert (stranger.verdict, names(stranger)[0]) == ("refused", ("not_in_control", "INT-01"))
    # Negative controls: a chart that was read here, and a ship that is not judged by depth.
    assert preview(kind, args, ANN, base).verdict == "allowed"
    without = dataclasses.replace(base, config=dataclasses.replace(base.config, grounding=None), is_chart_seen=False)
    assert preview(kind, args, ANN, without).verdict == "allowed"


def test_an_activation_is_judged_by_the_turn_with_which_it_would_begin() -> None:
    """Proves INT-08, CMD-09: a ship lies still on the route; she heads clear of it, and would be turned to it."""
    base = mirrored(route=ABOARD)
    facts = dict(base.situation.facts)
    for name in ("NAV_HDG", "NAV_COG"):
        facts[name] = dataclasses.replace(facts[name], value=110.0)

    def verdict(bearing_deg: float) -> list[tuple[str, str]]:
        around = Surroundings(Targets([target(bearing_deg, 3000.0, 0.0, 0.0)]), 2.0)
        there = dataclasses.replace(base.situation, facts=facts, surroundings=around)
        return names(preview("route.activate", ACTIVATE, ANN, dataclasses.replace(base, situation=there)))

    assert [rule for _, rule in verdict(78.0)] == ["INT-08"]
    assert verdict(20.0) == []
