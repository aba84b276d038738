"""Orders in the operator's terms: telegraph steps, speeds, courses; judged as what they become, and kept (CMD-06, CMD-08)."""

from __future__ import annotations

import pytest

from control.limits import ControlConfig
from control.translate import TRIM_S
from protocols.link.orders import TELEGRAPH_STEPS
from tests.control_rig import VESSEL, Rig, example_table


def conned() -> Rig:
    """Return a ship that Ann has; she heads 080 and makes good 085, the current sets her to starboard."""
    ship = Rig()
    ship.values["NAV_COG"] = 85.0
    ship.look()
    ship.take("ann")
    return ship


def moved(ship: Rig, order_id: str) -> list[tuple[str, float | None]]:
    """Return what was ordered for one order."""
    return [(move[1].kind, move[1].value) for move in ship.moves if move[2] == order_id]


@pytest.mark.parametrize(
    ("step", "percent"),
    [("stop", 0.0), ("dead_slow_ahead", 25.0), ("slow_ahead", 40.0), ("half_ahead", 55.0), ("full_ahead", 70.0)],
)
def test_a_telegraph_step_is_the_vessels_own_propulsion(step: str, percent: float) -> None:
    """Proves CMD-06, CMD-08: it supersedes a propulsion order and succeeds by the engine's own speed."""
    ship = conned()
    before = ship.say("conn.propulsion", {"propulsion_pct": 60})
    order = ship.say("conn.telegraph", {"step": step})
    assert ship.state(before) == "SUPERSEDED"
    assert moved(ship, order.id) == [("propulsion", percent)]
    ship.values["ME_RPM"] = 204.5 * percent / 100.0
    ship.forward(0.5)
    assert ship.state(order) == "SUCCEEDED"


def test_an_astern_step_is_judged_as_the_reversal_that_it_is() -> None:
    """Proves INT-05, INT-04: at 102 rpm ahead refused; a vessel without a telegraph refuses every step."""
    ship = conned()
    assert ship.reasons(ship.say("conn.telegraph", {"step": "slow_astern"})) == [("reversal", "INT-05")]
    ship.values["ME_RPM"] = 10.0
    ship.look()
    order = ship.say("conn.telegraph", {"step": "slow_astern"})
    assert moved(ship, order.id) == [("propulsion", -40.0)]
    table = example_table()
    del table["telegraph"]
    bare = Rig(config=ControlConfig.from_mapping(VESSEL, table))
    bare.take("ann")
    for step in TELEGRAPH_STEPS:
        assert ("no_telegraph", "INT-04") in bare.reasons(bare.say("conn.telegraph", {"step": step})), step
        bare.forward(0.2)


def test_a_speed_is_made_by_revolutions_and_trimmed_until_it_is_there() -> None:
    """Proves CMD-06: 7 kn are 50 % of 14; she makes 6, gets a little more each ten seconds, no more than 15 %."""
    ship = conned()
    order = ship.say("conn.speed", {"speed_kn": 7.0})
    assert moved(ship, order.id) == [("propulsion", 50.0)]
    ship.values["NAV_SOG"] = 6.0
    ship.forward(TRIM_S + 0.5)
    assert moved(ship, order.id)[1:] == [("propulsion", 52.1)]
    ship.forward(120.0)
    last_pct = moved(ship, order.id)[-1][1]
    assert last_pct is not None
    assert 64.0 < last_pct <= 65.0
    assert ship.state(order) == "executing"
    ship.values["NAV_SOG"] = 6.8
    ship.forward(6.0)
    assert ship.state(order) == "SUCCEEDED"
    # Kept on after its success: the sea calms down.
    ship.values["NAV_SOG"] = 8.5
    ship.forward(TRIM_S + 1.0)
    assert moved(ship, order.id)[-1][1] < 65.0  # type: ignore[operator] # a propulsion is a number


def test_a_course_is_steered_against_the_drift_and_kept() -> None:
    """Proves CMD-06: 5 deg of set to starboard are 5 deg of lead; when the set grows the heading follows."""
    ship = conned()
    order = ship.say("conn.course", {"course_deg": 90.0, "rate_deg_min": 20.0})
    assert moved(ship, order.id) == [("heading", 85.0)]
    assert ship.moves[-1][1].rate_deg_min == 20.0
    ship.values.update(NAV_HDG=85.0, NAV_COG=90.5)
    ship.forward(6.0)
    assert ship.state(order) == "SUCCEEDED"
    ship.values.update(NAV_COG=94.0)
    ship.forward(TRIM_S + 0.5)
    assert moved(ship, order.id)[-1] == ("heading", 81.0)


def test_a_kept_course_and_speed_are_told_beside_what_they_became_until_another_order_ends_them() -> None:
    """Proves CMD-08: the heartbeat tells the course and the heading that makes it; after a heading order no course is told."""
    ship = conned()
    ship.say("conn.course", {"course_deg": 90.0})
    ship.say("conn.speed", {"speed_kn": 7.0})
    told = ship.supervisor.facts(ship.now_s).setpoints
    assert told == {"heading_deg": 85.0, "course_deg": 90.0, "propulsion_pct": 50.0, "speed_kn": 7.0}
    ship.say("conn.heading", {"heading_deg": 85.0})
    ship.say("conn.telegraph", {"step": "half_ahead"})
    assert ship.supervisor.facts(ship.now_s).setpoints == {"heading_deg": 85.0, "propulsion_pct": 55.0}


def test_without_a_believable_drift_the_course_is_the_heading_and_without_a_course_it_is_refused() -> None:
    """Proves INT-02: turning hard, or lying still, there is no drift to be steered against; no COG, no course order."""
    for values in ({"NAV_COG": 150.0}, {"NAV_SOG": 0.5}):
        ship = conned()
        ship.values.update(values)
        ship.look()
        order = ship.say("conn.course", {"course_deg": 90.0})
        assert moved(ship, order.id) == [("heading", 90.0)]
    ship = conned()
    del ship.values["NAV_COG"]
    ship.look()
    assert ship.reasons(ship.say("conn.course", {"course_deg": 90.0})) == [("input_absent", "INT-02")]


@pytest.mark.parametrize("how", ["another order", "a stop", "the bridge", "the ladder", "unknown speed"])
def test_nothing_is_trimmed_that_is_not_in_force_any_more(how: str) -> None:
    """Proves CMD-08, FBK-01: superseded, stopped, taken by the bridge, on the ladder, or with nothing to trim by."""
    ship = conned()
    order = ship.say("conn.speed", {"speed_kn": 7.0})
    ship.values["NAV_SOG"] = 6.0
    ship.forward(1.0)
    if how == "another order":
        ship.say("conn.propulsion", {"propulsion_pct": 40})
    elif how == "a stop":
        ship.stop("sue")
    elif how == "the bridge":
        ship.bridge("take")
    elif how == "the ladder":
        ship.beating = None
        ship.forward(10.0)
    else:
        del ship.values["NAV_SOG"]
    count = len(moved(ship, order.id))
    ship.forward(30.0)
    assert len(moved(ship, order.id)) == count


@pytest.mark.parametrize(
    ("kind", "args", "reason"),
    [
        ("conn.speed", {"speed_kn": 12.0}, ("propulsion_range", "INT-04")),
        ("conn.course", {"course_deg": 90.0, "rate_deg_min": 46.0}, ("rate_range", "INT-04")),
        ("conn.telegraph", {"step": "full_ahead"}, ("remote_control_off", "INT-03")),
    ],
)
def test_they_are_judged_as_what_they_become(kind: str, args: dict[str, float | str], reason: tuple[str, str]) -> None:
    """Proves INT-03, INT-04: 12 kn would be 86 %, the phase allows 85."""
    ship = conned()
    if kind == "conn.telegraph":
        ship.values["ME_RDY"] = False
        ship.look()
    assert reason in ship.reasons(ship.say(kind, dict(args)))
