"""What the ladder does with orders in force and in progress, told without a ship: which it ends, judges, and sails on by."""

from __future__ import annotations

import pytest

from control.command import Record
from control.messages import Setpoint
from control.verifier import Station
from protocols.link.orders import Order
from tests.control_rig import UTC_NS, Rig
from tests.unit.test_control_direct import at_the_stick
from tests.unit.test_control_phases import KEEP, with_phases
from tests.unit.test_control_watchkeeping import BACK_S, Bridge

FAILING_S = 5.0
"""A rule must fail for this long."""


def order_in_progress(ship: Bridge) -> Record:
    """Return an order of ann's that is executing."""
    made = Order(
        "turn", "petrel", "conn", "conn.heading", {"heading_deg": 170.0}, "ann", "c", "s", 1, 1, "b", 10**9, UTC_NS
    )
    record = Record("turn", "digest", made, "executing")
    ship.known.add(record)
    return record


def test_from_the_third_step_on_orders_in_progress_are_over_and_on_the_second_they_go_on() -> None:
    """Proves FBK-01, CMD-02: FAILED with the step and what she does; a short silence ends nothing."""
    ship = Bridge()
    record = order_in_progress(ship)
    assert (ship.look(3.5), record.state) == ("L2", "executing")
    assert (ship.look(6.5), record.state) == ("L3", "FAILED")
    (why,) = record.reasons
    assert (why.name, why.rule, why.value) == ("ladder", "FBK-01", "L3")
    assert why.text == "The ship went to step L3 (slowing down on heading) while the order was in progress."


def test_a_leg_that_was_declared_is_sailed_on_and_its_end_is_the_hold() -> None:
    """Proves FBK-01: two minutes of silence lead to L3 and no further; with the next leg she holds, or goes on to L5."""
    ship = Bridge()
    ship.leg.continues = ship.leg.is_following = True
    assert ship.look(10.0) == "L3"
    assert (ship.moves(), ship.watch.safe.entry, ship.watch.has_the_ship) == ([], None, False)
    assert ship.watch.action == "sailing on along the declared leg"
    assert ship.look(110.0) == "L3"
    assert ship.moves() == []
    ship.leg.continues = False
    assert ship.look(1.0) == "L5"
    assert ship.moves()[-1] == ("controlled_stop", 0.0, "ladder L5")


@pytest.mark.parametrize("is_heard", [False, True], ids=["within the grace", "heard again, and nobody has resumed"])
def test_a_declared_leg_that_ends_on_the_third_step_is_followed_by_the_hold(is_heard: bool) -> None:
    """Proves FBK-01: the next leg was not declared, so she holds at once, also where beats come that resume nothing."""
    ship = Bridge()
    ship.leg.continues = ship.leg.is_following = True
    record = order_in_progress(ship)
    ship.look(10.0)
    assert record.state == "executing"
    ship.look(1.0, heard=is_heard)
    assert ship.moves() == []
    ship.leg.continues = False
    assert ship.look(0.5, heard=is_heard) == "L3"
    assert ship.moves() == [("heading", 80.0, "ladder L3"), ("propulsion", 20.0, "ladder L3")]
    assert (ship.watch.has_the_ship, record.state) == (True, "FAILED")
    assert (ship.look(0.5, heard=is_heard), ship.moves()) == ("L3", [])


def test_an_order_in_force_that_a_rule_fails_for_five_seconds_is_the_fallback() -> None:
    """Proves FBK-01, INT-03: one late sentence stops no ship; the fault that lasts does, and is told."""
    ship = Bridge()
    ship.execution.actuate(Setpoint("heading", 80.0), "ann's order")
    ship.values["STG_PMP1"] = 0.0
    assert (ship.look(0.5, heard=True), ship.look(FAILING_S - 0.1, heard=True)) == ("L0", "L0")
    # It was mended for a moment: the five seconds begin anew.
    ship.values["STG_PMP1"] = 1.0
    ship.look(0.1, heard=True)
    ship.values["STG_PMP1"] = 0.0
    assert (ship.look(0.1, heard=True), ship.look(FAILING_S - 0.1, heard=True)) == ("L0", "L0")
    assert ship.look(0.1, heard=True) == "L5"
    assert [one["name"] for one in ship.told()[0]["failing"]] == ["steering_pump"]
    assert [one["name"] for one in ship.told()[0]["reasons"]] == ["order_failing"]
    # Back on L0 at the operator's word: told without what failed, and five seconds until it fails again.
    ship.link.good_for_s = BACK_S
    ship.execution.outbox.clear()
    assert ship.watch.resume(ship.now_s) == []
    assert ship.told()[0]["failing"] == []
    assert (ship.look(0.1, heard=True), ship.look(FAILING_S - 0.1, heard=True), ship.look(0.1, heard=True)) == (
        "L0",
        "L0",
        "L5",
    )


@pytest.mark.parametrize("station", ["none", "local"])
def test_orders_in_force_are_judged_while_somebody_ashore_has_her(station: str) -> None:
    """Proves FBK-01: nobody's orders, and the bridge's own, are not the ladder's to end."""
    ship = Bridge()
    ship.execution.actuate(Setpoint("heading", 80.0), "ann's order")
    ship.values["STG_PMP1"] = 0.0
    ship.conn.station = station
    ship.look(0.1, heard=True)
    assert ship.look(FAILING_S + 1.0, heard=True) == "L0"


def test_what_is_in_force_decides_which_inputs_may_be_missing() -> None:
    """Proves INT-02: a rudder order needs its feedback, a heading order does not; a station needs no way ahead; none, nothing."""

    def step(in_force: Setpoint | None, lost: str, **leg: bool) -> str:
        ship = Bridge()
        if in_force is not None:
            ship.execution.actuate(in_force, "ann's order")
        for name, value in leg.items():
            setattr(ship.leg, name, value)
        del ship.values[lost]
        ship.look(0.1, heard=True)
        return ship.look(FAILING_S, heard=True)

    assert step(Setpoint("rudder", 5.0), "STG_RUD_S") == "L5"
    assert step(Setpoint("heading", 80.0), "NAV_LAT") == "L5"
    assert step(Setpoint("heading", 80.0), "STG_RUD_S") == "L0"
    assert step(Setpoint("heading", 80.0), "NAV_COG") == "L0"
    assert step(Setpoint("heading", 80.0), "NAV_COG", is_following=True) == "L5"
    assert step(Setpoint("propulsion", 50.0), "NAV_HDG") == "L0"
    assert step(None, "NAV_HDG") == "L0"


def test_a_heading_in_force_towards_the_fence_is_judged_by_where_it_leads() -> None:
    """Proves INT-06: the order's own heading, not the one she has; on a route, and at her station, straight on is not her way."""
    config = with_phases(hull={"keeps_station": True}, coastal={"keep": KEEP})
    near = 34.8 + 0.004
    ship = Bridge(config)
    ship.values["NAV_LAT"] = near
    ship.execution.actuate(Setpoint("heading", 180.0), "ann's order")
    ship.look(0.1, heard=True)
    assert ship.look(FAILING_S, heard=True) == "L5"
    assert [one["name"] for one in ship.told()[0]["failing"]] == ["allowed_area"]
    route = Bridge(config)
    route.values["NAV_LAT"], route.leg.is_following = near, True
    route.execution.actuate(Setpoint("heading", 180.0), "route")
    route.look(0.1, heard=True)
    assert route.look(FAILING_S, heard=True) == "L0"


def test_a_rudder_in_force_is_judged_by_the_turn_it_makes() -> None:
    """Proves INT-06: 1.3 km off the fence and heading for it, amidships leads out of the area, twenty degrees do not."""
    for rudder_deg, step in ((0.0, "L5"), (20.0, "L0"), (-20.0, "L0")):
        ship = Bridge()
        ship.values.update(NAV_LAT=34.8 + 0.012, NAV_HDG=180.0, NAV_COG=180.0)
        ship.execution.actuate(Setpoint("rudder", rudder_deg), "ann's order")
        ship.look(0.1, heard=True)
        assert ship.look(FAILING_S, heard=True) == step, rudder_deg


def test_a_station_is_judged_by_where_she_lies_and_by_what_keeps_her_there() -> None:
    """Proves INT-02, INT-06: 300 m off the fence with her bow to it she lies well; an engine unknown keeps none."""
    config = with_phases(hull={"keeps_station": True}, coastal={"keep": KEEP})
    for lost, step in (("", "L0"), ("ME_RPM", "L5")):
        ship = Bridge(config)
        ship.values.update(NAV_LAT=34.8 + 0.0027, NAV_HDG=180.0, NAV_COG=180.0, NAV_SOG=1.5)
        ship.watch.keep_station("order", 60.0, ship.situation, ship.now_s)
        ship.values.pop(lost, None)
        ship.look(0.1, heard=True)
        assert ship.look(FAILING_S, heard=True) == step, lost


def test_a_station_order_says_what_must_show() -> None:
    """Proves CMD-06: kind, radius, moment, and where; it has the ship from then on, and yields to nobody on the ladder."""
    ship = Bridge(with_phases(hull={"keeps_station": True}, coastal={"keep": KEEP}))
    found = ship.watch.keep_station("order", 100.0, ship.situation, 100.0)
    assert (found.kind, found.target, found.since_s) == ("conn.station_keep", 100.0, 100.0)
    assert isinstance(found.station, Station)
    assert ship.watch.has_the_ship
    # The link is lost: the station is the ladder's own from then on.
    assert ship.look(10.0) == "L3"
    ship.execution.actuate(Setpoint("rudder", 5.0), "late order")
    ship.look(0.5)
    assert ship.watch.safe.keeps_station


def test_a_course_is_not_trimmed_for_an_operator_who_is_lost() -> None:
    """Proves FBK-01, FBK-02: she holds the heading that she has through hold and stop, whichever way the current sets her."""
    ship = Rig()
    ship.take("ann")
    course, speed = ship.say("conn.course", {"course_deg": 80.0}), ship.say("conn.speed", {"speed_kn": 7.0})
    ship.beating = None
    ship.forward(9.0)
    assert {"course_deg", "speed_kn"} <= ship.supervisor.facts(ship.now_s).setpoints.keys()
    ship.forward(2.0)
    assert ship.step == "L3"
    assert ship.supervisor.facts(ship.now_s).setpoints == {"heading_deg": 80.0, "propulsion_pct": 20.0}
    held = len(ship.moves)
    ship.values["NAV_COG"] = 90.0
    ship.forward(60.0)
    assert ship.step == "L5"
    assert [(move[1].kind, move[2]) for move in ship.moves[held:]] == [("controlled_stop", "ladder L5")]
    # Negative control: with her operator there the same current is steered against.
    other = Rig()
    other.take("ann")
    kept = other.say("conn.course", {"course_deg": 80.0})
    other.values["NAV_COG"] = 90.0
    other.forward(11.0)
    assert ("heading", 70.0, kept.id) in [(move[1].kind, move[1].value, move[2]) for move in other.moves]
    assert (ship.state(course), ship.state(speed)) != ("executing", "executing")


def test_a_dead_mans_hold_goes_on_when_the_link_falls_silent_too() -> None:
    """Proves DMN-02, FBK-01: let go, she keeps her station; silence takes it over as it is, point and all."""
    ship, stick = at_the_stick(
        with_phases(hull={"keeps_station": True}, coastal={"hold": "station_keep", "keep": KEEP})
    )
    stick.work(2.0)
    ship.forward(4.0)
    entry = ship.supervisor.watch.safe.entry
    assert entry is not None
    assert (entry.state, entry.cause, ship.supervisor.execution.setpoints.rudder_deg) == ("station_keep", "DMN-02", 0.0)
    ship.beating = None
    ship.forward(3.0)
    assert ship.step == "L2"
    assert ship.supervisor.watch.safe.entry is entry
    ship.forward(8.0)
    assert ship.step == "L3"
    assert ship.supervisor.watch.safe.entry is entry
    assert [one.body["result"] for one in ship.events if one.kind == "entry"] == ["begun"]


def test_a_hold_after_a_dead_man_leaves_the_engine_in_neutral() -> None:
    """Proves DMN-02, FBK-02: the engine still turns when the hold begins; it is not ordered ahead again for that."""
    ship, stick = at_the_stick()
    stick.work(2.0)
    ship.forward(4.0)
    assert ship.supervisor.watch.safe.keeps_station is False
    assert ship.supervisor.watch.has_the_ship
    assert ship.supervisor.execution.setpoints.propulsion_pct == 0.0
    ship.beating = None
    ship.forward(12.0)
    assert (ship.step, ship.supervisor.execution.setpoints.propulsion_pct) == ("L3", 0.0)
