"""She is lost on and helps herself: the Otter's hull sails to her loiter point and lies there (FBK-02, L5)."""

from __future__ import annotations

import copy
from typing import Any, Final, cast

import pytest

from control.geometry import Plane
from control.limits import ControlConfig
from simulators import commissioning
from simulators.fleet import OTTER
from simulators.loop import START_UTC_NS
from simulators.ship import Ship
from simulators.vessel.motion import CALM, Environment
from simulators.world import WEATHER
from tests.control_rig import VESSEL
from tests.simulation.test_station_keeping import FRESH, Voyage

AWAY_M: Final = 700.0
RADIUS_M: Final = 30.0
LADDER: Final = {"grace_s": 30.0, "fallback_s": 60.0}
PULL: Final = {"approach_pct": 40.0, "approach_pct_max": 80.0}


def loitering(pull: dict[str, float]) -> tuple[ControlConfig, tuple[float, float]]:
    """Return the simulated Otter's limits with a loiter point south-east of where she begins, and that point."""
    ship = Ship(OTTER, 3, START_UTC_NS, CALM)
    longitude, latitude = Plane(ship.latitude_deg, ship.longitude_deg).position(0.6 * AWAY_M, -0.8 * AWAY_M)
    made = copy.deepcopy(cast("dict[str, Any]", commissioning.control_table(OTTER)))
    made["phases"]["coastal"] |= {
        "without_lookout": "allow", "fallback": "loiter",
        "loiter": {"latitude_deg": latitude, "longitude_deg": longitude, "radius_m": RADIUS_M, **pull},
    }  # fmt: skip
    made["grounding"]["without_chart"] = "allow"
    made["link"] |= LADDER
    return ControlConfig.from_mapping(VESSEL, made), (latitude, longitude)


class Lost(Voyage):
    """She is under way with Ann at the conn, and Ann's link is cut."""

    def __init__(self, environment: Environment, pull: dict[str, float]) -> None:
        """Climb the ladder to L5."""
        config, point = loitering(pull)
        super().__init__(environment, config)
        self.rig.beating = None
        self.forward(10.0 + LADDER["fallback_s"])
        self.point = point

    def entered_s(self, within_s: float) -> float | None:
        """Return how long it took her from L5 to the point; None where she did not come."""
        for second in range(round(within_s)):
            self.forward(1.0)
            if any(event.body.get("result") == "entered" for event in self.entries()):
                return float(second)
        return None

    def entries(self) -> list[Any]:
        """Return what she told of the loiter point."""
        return [event for event in self.rig.events if event.kind == "entry" and event.body.get("state") == "loiter"]


@pytest.mark.parametrize("environment", [WEATHER, FRESH])
def test_she_sails_to_her_loiter_point_and_lies_there(environment: Environment) -> None:
    """Proves FBK-02: entered within its time, and for ten minutes never outside the circle; she asks nobody."""
    ship = Lost(environment, PULL)
    assert ship.rig.step == "L5"
    took_s = ship.entered_s(1800.0)
    assert took_s is not None
    ship.forward(300.0)
    ship.away_m.clear()
    ship.forward(600.0)
    print(f"\nthere after {took_s:.0f} s, farthest {max(ship.away_m):.1f} m of {RADIUS_M:g} m")  # noqa: T201 - a figure
    assert max(ship.away_m) <= RADIUS_M
    assert ship.rig.step == "L5"
    assert [event.body["result"] for event in ship.entries()] == ["begun", "entered"]


def test_one_weak_strength_does_not_keep_her_there() -> None:
    """Negative control: with what holds no station of hers, and the same everywhere, she is blown away from her point."""
    ship = Lost(FRESH, {"approach_pct": 25.0})
    assert [event.body["result"] for event in ship.entries()] == ["begun"]  # she is on her way, not stopped or held
    ship.entered_s(900.0)
    ship.away_m.clear()
    ship.forward(600.0)
    assert max(ship.away_m) > RADIUS_M
