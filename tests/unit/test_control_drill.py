"""Drills: the ship makes the trouble, everything is in force meanwhile, she takes the time; with real actuators she refuses."""

from __future__ import annotations

from typing import Any

import pytest

from control.limits import ConfigError, ControlConfig
from control.preview import Asker, Mirror, preview
from tests.control_rig import VESSEL, Rig, example_table
from tests.property.test_preview_is_the_verdict import heartbeat


def config(actuators: str | None = "simulated") -> ControlConfig:
    """Return the example with simulated actuators, or with what is said."""
    table = example_table()
    if actuators is not None:
        table["actuators"] = actuators
    return ControlConfig.from_mapping(VESSEL, table)


def at_sea(actuators: str | None = "simulated") -> Rig:
    """Return a ship that ann has the conn of, on L0."""
    ship = Rig(config=config(actuators))
    ship.take("ann")
    ship.forward(12.0)
    assert ship.step == "L0"
    return ship


def told(ship: Rig) -> list[dict[str, Any]]:
    """Return what the ship has told of drills, in order."""
    return [dict(event.body) for event in ship.events if event.kind == "drill"]


def begun(exercise: str, person: str = "ann") -> Rig:
    """Return a ship on which a drill has just begun."""
    ship = at_sea()
    assert ship.state(ship.say("drill.begin", {"exercise": exercise}, person)) == "SUCCEEDED"
    assert told(ship)[-1]["state"] == "begun"
    return ship


def test_the_loss_of_the_link_is_rehearsed_on_the_real_ladder_and_timed_until_she_is_resumed() -> None:
    """Proves AUT-11: L2, L3 and L4 come as they would; from the moment she can be resumed his time runs; he is told."""
    ship = begun("link_loss")
    ship.forward(4.0)
    assert ship.step == "L2"
    assert "drill" in ship.supervisor.alerts.active()
    ship.forward(13.0)
    assert ship.step == "L4"
    ship.forward(14.0)  # the 20 s are over, and ten of heartbeats
    assert [one["state"] for one in told(ship)] == ["begun", "ready"]
    ship.forward(3.0)
    assert ship.state(ship.say("authority.resume")) == "SUCCEEDED"
    ship.forward(0.2)
    last = told(ship)[-1]
    assert (last["state"], last["passed"], last["person"], last["why"]) == ("ended", True, "ann", "done")
    assert 3.0 < last["took_s"] < 5.0
    assert ship.step in ("L0", "L1")  # the beats she did not hear count as lost
    assert ship.supervisor.drill.running is None


def test_the_bridge_takes_over_and_she_is_taken_back() -> None:
    """Proves AUT-06, AUT-03: the bridge, played by the ship, gives her to who asks; who had the conn has it again."""
    ship = begun("takeover", "sue")
    ship.forward(1.0)
    assert ship.station == "local"
    ship.forward(5.0)
    assert ship.station == "local"
    ship.forward(2.0)
    ship.beating = None
    ship.say("authority.request", {"level": "setpoint"})
    ship.forward(0.2)  # the ship herself grants it
    assert ship.supervisor.authority.phase == "granted"
    ship.take("ann")
    last = told(ship)[-1]
    assert (last["state"], last["passed"], last["person"], last["by"]) == ("ended", True, "ann", "sue")
    assert 2.0 <= last["took_s"] < 4.0


def test_the_emergency_stop_is_rehearsed_with_the_stop_itself() -> None:
    """Proves EST-02: it is latched like any other, and stays so when the drill has ended."""
    ship = begun("emergency_stop")
    ship.forward(2.0)
    ship.stop("ann")
    ship.forward(0.2)
    assert told(ship)[-1]["passed"]
    assert told(ship)[-1]["took_s"] == pytest.approx(2.0, abs=0.3)
    assert ship.supervisor.emergency.latched is not None


@pytest.mark.parametrize("exercise", ["link_loss", "takeover", "emergency_stop"])
def test_what_is_not_done_in_time_is_not_passed_and_leaves_no_trouble_behind(exercise: str) -> None:
    """Negative control: nobody does anything; the drill ends by itself, unpassed, and her beats are heard again."""
    ship = begun(exercise)
    ship.forward(170.0)
    last = told(ship)[-1]
    assert (last["state"], last["passed"], last["took_s"]) == ("ended", False, None)
    assert ship.supervisor.drill.running is None
    assert ship.supervisor.beats.deaf_until_s == 0.0
    assert ship.station != "local"


@pytest.mark.parametrize("actuators", ["real", None])
def test_a_ship_with_real_actuators_refuses(actuators: str | None) -> None:
    """Proves INT-03: her own word, from her own configuration, where nothing is said too; the preview says the same."""
    ship = at_sea(actuators)
    refused = ship.say("drill.begin", {"exercise": "link_loss"})
    assert ship.reasons(refused) == [("real_actuators", "INT-03")]
    assert told(ship) == []
    mirror = Mirror(heartbeat(ship), 0.0, ship.situation(), ship.config)
    asked = preview("drill.begin", {"exercise": "link_loss"}, Asker("ann", "console-ann", "session-ann"), mirror)
    assert asked.verdict == "refused"
    assert "real_actuators" in [reason.name for reason in asked.reasons]


def test_nobody_else_begins_one_and_none_begins_out_of_order() -> None:
    """Proves AUT-11: bob has neither the conn nor the right; nobody's conn, a second drill and a latched stop are refused."""
    ship = at_sea()
    assert ship.reasons(ship.say("drill.begin", {"exercise": "takeover"}, "bob")) == [("no_right", "AUT-11")]
    assert ship.reasons(ship.say("drill.end")) == [("no_drill", "INT-03")]
    ship.say("drill.begin", {"exercise": "link_loss"})
    assert ("drill_running", "INT-03") in ship.reasons(ship.say("drill.begin", {"exercise": "takeover"}, "sue"))
    assert ship.state(ship.say("drill.end", {}, "sue")) == "SUCCEEDED"
    assert told(ship)[-1]["why"] == "ended by sue"
    ship.stop("ann")
    assert ("not_in_order", "INT-01") in ship.reasons(ship.say("drill.begin", {"exercise": "takeover"}, "sue"))
    nobody = Rig(config=config())
    assert nobody.reasons(nobody.say("drill.begin", {"exercise": "takeover"}, "sue")) == [("not_in_order", "INT-01")]


def test_the_bridge_itself_ends_a_drill() -> None:
    """Proves AUT-06: a hand on the panel is no rehearsal."""
    ship = begun("link_loss")
    ship.forward(1.0)
    ship.bridge("take", person="mate")
    ship.forward(0.2)
    assert told(ship)[-1]["why"] == "the bridge has taken over"
    assert ship.station == "local"


def test_a_word_that_is_neither_is_a_fault() -> None:
    """A misspelt word refuses to start: it must not make real actuators of simulated ones, nor the other way round."""
    with pytest.raises(ConfigError, match="actuators"):
        config("simulatd")
