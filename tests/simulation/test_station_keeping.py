"""Her station is kept: the Otter's hull in wind and current under the order `conn.station_keep` (CMD-06, FBK-02)."""

from __future__ import annotations

import copy
import math
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
from tests.control_rig import VESSEL, Rig
from tests.simulation.test_safe_harbour import obeyed, seen

KEEP: Final = {"radius_m": 8.0, "radius_m_max": 60.0, "approach_pct": 25.0, "approach_pct_max": 80.0}
STEP_S: Final = 0.1
LOOK_S: Final = 0.5
FRESH: Final = Environment(0.0, 0.4, 8.0, 270.0)
"""Sixteen knots of wind and 0.8 knots of current, both from the west."""


def able(keep: dict[str, float]) -> ControlConfig:
    """Return the simulated Otter's limits with this table `keep`; nobody else is at sea, and there is no sounder."""
    made = copy.deepcopy(cast("dict[str, Any]", commissioning.control_table(OTTER)))
    made["phases"]["coastal"] |= {"keep": keep, "without_lookout": "allow"}
    made["grounding"]["without_chart"] = "allow"
    return ControlConfig.from_mapping(VESSEL, made)


class Voyage:
    """The simulated Otter under the ship's own rules, and how far she is from her station."""

    def __init__(self, environment: Environment, config: ControlConfig) -> None:
        """Let Ann take her and bring her to half her power on an easterly heading for a minute."""
        self.ship, self.rig = Ship(OTTER, 3, START_UTC_NS, environment), Rig(config=config)
        self._done = 0
        self.point: tuple[float, float] | None = None
        self.away_m: list[float] = []
        self._look()
        self.rig.take("ann")
        self.rig.say("conn.heading", {"heading_deg": 90.0})
        self.rig.say("conn.propulsion", {"propulsion_pct": 50.0})
        self.forward(60.0)

    def _look(self) -> None:
        situation = seen(self.ship)
        for name in ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "NAV_COG", "ME_RPM"):
            self.rig.values[name] = situation.number(name) or 0.0
        self.rig.look()

    def forward(self, seconds: float) -> None:
        """Let her sail; the ship obeys what her supervisor has the actuators do."""
        for _ in range(round(seconds / LOOK_S)):
            for _ in range(round(LOOK_S / STEP_S)):
                self.ship.advance(STEP_S)
            self._look()
            self.rig.forward(LOOK_S)
            for _, setpoint, _ in self.rig.moves[self._done :]:
                obeyed(self.ship, setpoint)
            self._done = len(self.rig.moves)
            if self.point is not None:
                plane = Plane(*self.point)
                self.away_m.append(math.hypot(*plane.xy(self.ship.longitude_deg, self.ship.latitude_deg)))

    def keep(self, radius_m: float) -> str:
        """Order the station, let her settle for five minutes; return how the order ended and forget how she got there."""
        order = self.rig.say("conn.station_keep", {"radius_m": radius_m})
        self.point = (self.ship.latitude_deg, self.ship.longitude_deg)
        self.forward(300.0)
        self.away_m.clear()
        return self.rig.state(order)


@pytest.mark.parametrize(
    ("environment", "radius_m"), [(CALM, 8.0), (WEATHER, 8.0), (FRESH, 8.0), (FRESH, 20.0), (WEATHER, 40.0)]
)
def test_she_lies_within_her_circle_in_wind_and_current(environment: Environment, radius_m: float) -> None:
    """Proves CMD-06, FBK-02: SUCCEEDED, and for ten minutes never outside the circle; the ladder has no part in it."""
    voyage = Voyage(environment, able(KEEP))
    assert voyage.keep(radius_m) == "SUCCEEDED"
    voyage.forward(600.0)
    print(f"\nfarthest {max(voyage.away_m):.1f} m of {radius_m:g} m")  # noqa: T201 - a figure
    assert max(voyage.away_m) <= radius_m
    assert voyage.rig.step == "L0"


def test_one_weak_pull_does_not_hold_her() -> None:
    """Negative control: a quarter of her power, the same everywhere, loses her in a fresh breeze, and the order says so."""
    voyage = Voyage(FRESH, able({name: value for name, value in KEEP.items() if name != "approach_pct_max"}))
    assert voyage.keep(20.0) == "FAILED"
    voyage.forward(60.0)
    assert min(voyage.away_m) > 20.0
