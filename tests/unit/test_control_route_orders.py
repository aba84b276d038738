"""Routes by order: loaded whole, kept over a restart, activated, suspended, and what the ladder makes of them."""

from __future__ import annotations

import dataclasses

import pytest

from control.limits import ControlConfig
from protocols.link.cbor import Plain
from protocols.link.passage import Mark, Passage, hash_of
from tests.control_rig import Rig, example_config


def mark(latitude: float, longitude: float, *, continues: bool = False) -> Mark:
    return Mark("", latitude, longitude, 600.0, 150.0, 150.0, False, 12.0, 0, continues)


EAST = Passage("east", 1, (mark(34.929, 129.040), mark(34.938, 129.110), mark(34.915, 129.160)))
"""Its first leg passes the rig's ship 50 m off, on a course near hers."""
AUTONOMOUS = Passage("alone", 1, (*EAST.marks[:1], dataclasses.replace(EAST.marks[1], continues=True), *EAST.marks[2:]))


def loaded(passage: Passage = EAST, config: ControlConfig | None = None) -> Rig:
    ship = Rig(config=config)
    ship.take("ann")
    assert ship.state(ship.say("route.load", {"route": passage.to_bytes()})) == "SUCCEEDED"
    return ship


def args_of(passage: Passage, **more: Plain) -> dict[str, Plain]:
    return {"route_hash": hash_of(passage.to_bytes()), **more}


def told(ship: Rig) -> list[tuple[str, str]]:
    return [(str(e.body["what"]), str(e.body["why"])) for e in ship.events if e.kind == "route"]


def test_a_route_is_loaded_whole_and_followed_by_a_second_order() -> None:
    """Proves CMD-09: loading moves nothing; activating the very bytes begins to steer; the event tells hash, not bytes."""
    ship = loaded()
    moves = len(ship.moves)
    order = next(e for e in reversed(ship.events) if e.kind == "order" and e.body["kind"] == "route.load")
    assert order.body["args"] == {"route_hash": hash_of(EAST.to_bytes())}
    ship.forward(3.0)
    assert len(ship.moves) == moves
    assert ship.state(ship.say("route.activate", args_of(EAST))) == "SUCCEEDED"
    ship.forward(2.0)
    _, setpoint, cause = ship.moves[-1]
    assert (setpoint.kind, cause) == ("heading", "route")
    assert setpoint.value is not None
    assert 70.0 < setpoint.value < 90.0
    assert told(ship) == [("loaded", "by ann"), ("activated", "by ann")]


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ({"route_hash": "0" * 64}, "other_route"), (args_of(EAST, leg=3), "no_such_leg"), (args_of(EAST, leg=2), "off_track"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused_with_its_reason(args: dict[str, Plain], name: str) -> None:
    """Proves CMD-09: another route than the one loaded, a leg it has not, a leg she is not on."""
    ship = loaded()
    order = ship.say("route.activate", args)
    assert ship.state(order) == "REJECTED"
    assert (name, "CMD-09") in ship.reasons(order)
    assert not ship.supervisor.navigator.is_following


def test_the_rules_of_all_orders_hold_for_routes_too() -> None:
    """Proves CMD-09, INT-01, INT-02, INT-03: fencing number, inputs, equipment, course; no route, and no table to follow by."""
    ship = loaded()
    assert ("old_fencing_number", "INT-01") in ship.reasons(ship.say("route.activate", args_of(EAST), fencing=0))
    assert ("not_in_control", "INT-01") in ship.reasons(ship.say("route.activate", args_of(EAST), "bob"))
    ship.values["ME_RDY"] = False
    ship.look()
    assert ("remote_control_off", "INT-03") in ship.reasons(ship.say("route.activate", args_of(EAST)))
    ship.values.update(ME_RDY=True, NAV_HDG=180.0)
    ship.look()
    assert ("off_course", "CMD-09") in ship.reasons(ship.say("route.activate", args_of(EAST)))
    del ship.values["NAV_COG"]
    ship.look()
    assert ("input_absent", "INT-02") in ship.reasons(ship.say("route.activate", args_of(EAST)))
    bare = Rig()
    bare.take("ann")
    assert bare.reasons(bare.say("route.activate", args_of(EAST))) == [("no_route", "CMD-09")]
    without = loaded(config=dataclasses.replace(example_config(), tracking=None))
    assert without.reasons(without.say("route.activate", args_of(EAST))) == [("no_tracking", "CMD-09")]


def test_a_route_with_faults_or_no_route_at_all_is_not_loaded() -> None:
    """Proves CMD-09: refused with every fault; the one loaded before stays."""
    ship = loaded()
    wide = dataclasses.replace(EAST, marks=(*EAST.marks[:2], mark(35.2, 129.16)))
    order = ship.say("route.load", {"route": wide.to_bytes()})
    assert ("allowed_area", "CMD-09") in ship.reasons(order)
    assert ship.reasons(ship.say("route.load", {"route": b"noise"})) == [("route_malformed", "CMD-09")]
    assert ship.reasons(ship.say("route.load", {"route": "text"})) == [("malformed", "CMD-01")]
    assert ship.supervisor.navigator.passage == EAST
    assert ship.state(ship.say("route.activate", args_of(EAST))) == "SUCCEEDED"
    assert ship.reasons(ship.say("route.load", {"route": EAST.to_bytes()})) == [("route_active", "CMD-09")]


def test_a_restart_keeps_the_route_and_follows_none() -> None:
    """Proves CMD-09, AUT-01: the journal has the bytes; permission does not come back with them."""
    ship = loaded()
    ship.say("route.activate", args_of(EAST))
    again = Rig(now_s=5000.0, journal=ship.journal)
    assert again.supervisor.navigator.passage == EAST
    assert not again.supervisor.navigator.is_following
    again.forward(3.0)
    assert again.moves == []


@pytest.mark.parametrize("how", ["suspend", "heading", "rudder", "bridge", "stop", "release"])
def test_whatever_else_steers_ends_the_following(how: str) -> None:
    """Proves CMD-09: an order, the bridge, an emergency stop, a release; and it does not begin again by itself."""
    ship = Rig()
    ship.take("ann", "direct")
    ship.supervisor.link.round_trip_ms = 80.0
    ship.say("route.load", {"route": EAST.to_bytes()})
    ship.say("route.activate", args_of(EAST))
    ship.forward(2.0)
    assert ship.supervisor.navigator.is_following
    if how == "suspend":
        ship.say("route.suspend")
    elif how == "heading":
        ship.say("conn.heading", {"heading_deg": 95})
    elif how == "rudder":
        ship.say("conn.rudder", {"rudder_deg": 5})
    elif how == "bridge":
        ship.bridge("take")
    elif how == "stop":
        ship.stop("ann")
    else:
        ship.say("authority.release")
    ship.forward(0.2)
    assert not ship.supervisor.navigator.is_following
    moves = len([move for move in ship.moves if move[2] == "route"])
    ship.forward(5.0)
    assert len([move for move in ship.moves if move[2] == "route"]) == moves
    assert told(ship)[-1][0] == "suspended"


def silence(ship: Rig, seconds: float) -> None:
    ship.beating = None
    ship.forward(seconds)


def test_the_ladder_ends_the_following_unless_the_leg_was_declared() -> None:
    """Proves FBK-01, CMD-09: L3 takes the ship; on a declared leg she sails on at L3 beyond the time of L5, until it ends."""
    ship = loaded()
    ship.say("route.activate", args_of(EAST))
    silence(ship, 12.0)
    assert ship.step == "L3"
    assert not ship.supervisor.navigator.is_following
    ship = loaded(AUTONOMOUS)
    ship.say("route.activate", args_of(AUTONOMOUS))
    silence(ship, 90.0)
    assert ship.step == "L3"
    assert ship.supervisor.navigator.is_following
    assert ship.supervisor.facts(ship.now_s).action.startswith("sailing on along the declared leg")
    assert "propulsion" not in [move[1].kind for move in ship.moves if "ladder" in move[2]]
    # The leg ends: past its wheel-over the next one was not declared, and the ladder goes where silence leads.
    ship.values.update(NAV_LAT=34.9377, NAV_LON=129.108)
    ship.forward(3.0)
    assert ship.step == "L5"
    assert not ship.supervisor.navigator.is_following


def test_the_fence_ahead_of_a_bend_stops_no_ship_that_will_turn() -> None:
    """Proves CMD-09, INT-06: straight on she would meet the anchorage; her route turns before it, and no rung is climbed."""
    bend = Passage("bend", 1, (mark(34.945, 129.22), mark(34.9605, 129.22), mark(34.9605, 129.26)))
    bend = dataclasses.replace(bend, marks=tuple(dataclasses.replace(one, radius_m=300.0) for one in bend.marks))
    ship = Rig()
    ship.values.update(NAV_LAT=34.954, NAV_LON=129.22, NAV_HDG=0.0, NAV_COG=0.0)
    ship.look()
    ship.take("ann")
    assert ship.state(ship.say("route.load", {"route": bend.to_bytes()})) == "SUCCEEDED"
    assert ship.state(ship.say("route.activate", args_of(bend))) == "SUCCEEDED"
    ship.values.update(NAV_LAT=34.9555)
    ship.forward(8.0)
    assert ship.step == "L0"
    # Negative control: the same heading as a plain order in force fails INT-06, and the ladder acts on it.
    ship.say("route.suspend")
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 0})) == [("no_go_area", "INT-06")]
    ship.forward(8.0)
    assert ship.step == "L5"


def test_without_a_position_for_ten_seconds_the_following_ends() -> None:
    """Proves CMD-09, INT-02: it is not steered blind: no guess of where she is."""
    ship = loaded()
    ship.say("route.activate", args_of(EAST))
    ship.forward(2.0)
    ship.ages_s["NAV_LAT"] = 5.0
    ship.forward(9.0)
    ship.forward(4.0)
    assert not ship.supervisor.navigator.is_following


def test_another_ship_on_the_first_leg_needs_a_reason() -> None:
    """Proves INT-08, CMD-09: an activation looks along the leg it begins with."""
    from tests.unit.test_control_collision import target

    ship = loaded()
    ship.values.update(NAV_HDG=55.0, NAV_COG=55.0)  # straight on she would pass clear
    ship.targets = [target(81.0, 3000.0, 261.0, 9.0)]
    ship.look()
    order = ship.say("route.activate", args_of(EAST))
    assert ship.reasons(order) == [("close_quarters", "INT-08")]
    assert ship.state(ship.say("route.activate", args_of(EAST, collision_reason="she alters, VHF 13"))) == "SUCCEEDED"
