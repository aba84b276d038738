"""The way home: the petrel, left alone at sea, follows the phase's safe harbour route to its end and stops there (FBK-02)."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pytest

from control.command import KnownOrders
from control.execution import Execution
from control.geometry import Plane
from control.harbour import SafeHarbour
from control.limits import ConfigError, ControlConfig
from control.messages import Actuate, Emit, Setpoint
from control.safestate import SafeState
from control.situation import Fact, Situation
from control.voyage import Voyage
from protocols.reading import Quality
from simulators import commissioning
from simulators.devices.autopilot import Course
from simulators.fleet import PETREL_SPEC
from simulators.loop import START_UTC_NS
from simulators.ship import Ship
from simulators.vessel.motion import Environment
from simulators.world import WEATHER

STEP_S: Final = 0.1
MARKS: Final = [(129.185, 34.919), (129.215, 34.885), (129.260, 34.885)]
WAY: Final = {"marks": [list(point) for point in MARKS], "turn_radius_m": 700.0, "xtd_m": 150.0,
       "approach_pct": 50.0, "arrive_m": 400.0}  # fmt: skip
"""Two turns of 50 deg, all of it in the waters of the demo."""


def table(**coastal: Any) -> dict[str, Any]:
    """Return the petrel's [control] with this way home in her coastal phase."""
    made = copy.deepcopy(cast("dict[str, Any]", commissioning.control_table(PETREL_SPEC)))
    made["phases"]["coastal"] |= {
        "fallback": "safe_harbour",
        "fallback_entry_s": 6000.0,
        "harbour": dict(WAY),
    } | coastal
    return made


@dataclass
class Log:
    """What one voyage was."""

    entries: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    nearest_m: list[float] = field(default_factory=lambda: [math.inf] * len(MARKS))
    """Least distance from each waypoint."""
    why: str = ""
    engine_pct: float = math.inf


def seen(ship: Ship) -> Situation:
    """Return what her instruments would say, without their noise."""
    fix = ship.fix()
    values = {"NAV_LAT": ship.latitude_deg, "NAV_LON": ship.longitude_deg, "NAV_HDG": ship.heading_deg,
              "NAV_SOG": fix.sog_kn, "NAV_COG": fix.cog_deg, "ME_RPM": ship.engine.rpm, "NAV_DPTK": 60.0}  # fmt: skip
    return Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()})


def obeyed(ship: Ship, setpoint: Setpoint) -> None:
    """Give autopilot and engine what they would be given."""
    if setpoint.kind == "heading":
        turn = "N" if setpoint.rate_deg_min is None else "T"
        ship.autopilot.set_course(
            Course("H", turn=turn, rate_degpmin=setpoint.rate_deg_min, heading_deg=setpoint.value)  # type: ignore[arg-type]
        )
    elif setpoint.kind == "controlled_stop":
        ship.plc.stopping = True
    elif setpoint.kind == "propulsion":
        ship.plc.local_order(setpoint.value or 0.0)


def sail_home(made: dict[str, Any], limit_s: float, environment: Environment = WEATHER) -> Log:
    """Put the petrel on her fallback state where the demo begins; return what becomes of her."""
    config, log = ControlConfig.from_mapping("petrel", made), Log()
    voyage, execution = Voyage(config), Execution(config, KnownOrders())
    safe = SafeState(voyage, execution, SafeHarbour(voyage, execution))
    ship = Ship(PETREL_SPEC, 3, START_UTC_NS, environment)
    safe.begin_fallback(seen(ship), ship.now_s)
    for step in range(round(limit_s / STEP_S)):
        for output in execution.outbox:
            if isinstance(output, Actuate):
                obeyed(ship, output.setpoint)
            elif isinstance(output, Emit):
                log.entries.append((str(output.body["state"]), str(output.body["result"])))
                log.why = str(output.body["reasons"]) or log.why
        execution.outbox.clear()
        if safe.entry is None or safe.entry.entered_s is not None:
            break
        ship.advance(STEP_S)
        if step % 10 == 0:
            safe.look(seen(ship), ship.now_s)
            plane = Plane(ship.latitude_deg, ship.longitude_deg)
            log.nearest_m = [
                min(least, math.hypot(*plane.xy(*point))) for least, point in zip(log.nearest_m, MARKS, strict=True)
            ]
    log.engine_pct = execution.setpoints.propulsion_pct or 0.0
    return log


def test_she_follows_the_way_home_and_stops_at_its_end() -> None:
    """Proves FBK-02: the ship and her weather; past each waypoint within its width and turn, stopped at the last."""
    log = sail_home(table(), 7200.0, Environment(0.6, 0.0, 10.0, 90.0))  # a knot across, 10 m/s against her
    assert log.entries == [("safe_harbour", "begun"), ("safe_harbour", "entered")], log.why
    assert log.nearest_m[0] < 300.0  # the arc of a turn passes inside its waypoint
    assert log.nearest_m[1] < 300.0
    assert log.nearest_m[2] < 400.0 + 10.0
    assert log.engine_pct == 0.0  # she runs out from here: the last waypoint is set for that


def test_without_the_way_home_she_stops_where_she_is() -> None:
    """Negative control: the same loss with the fallback `stop`; she comes nowhere near the second waypoint."""
    log = sail_home(table(fallback="stop"), 1200.0)
    assert log.entries[0] == ("stop", "begun")
    assert log.nearest_m[1] > 2000.0


def test_a_way_home_that_is_barred_is_a_stop() -> None:
    """Proves FBK-02: a no-go area across it, and she stops instead of going through it."""
    made = table()
    made["areas"].append({"kind": "no_go", "name": "a wall", "ring": [[129.16, 34.80], [129.165, 34.80], [129.165, 34.99],
                                                                    [129.16, 34.99]]})  # fmt: skip
    log = sail_home(made, 600.0)
    assert ("safe_harbour", "replaced") in log.entries
    assert log.nearest_m[0] > 1000.0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"harbour": None}, "harbour] is missing"),
        ({"harbour": WAY | {"marks": [[129.185, 34.919]]}}, "marks is not a list of 2 to 50 points"),
        ({"harbour": WAY | {"marks": [[129.185, 34.919], [139.0, 34.9]]}}, "lies outside"),
        ({"harbour": WAY | {"speed": 3.0}}, "speed is not known"),
    ],
)
def test_a_way_home_that_is_none_refuses_to_start(change: dict[str, Any], fault: str) -> None:
    """Proves FBK-02: no way, one waypoint, one outside the fence, a misspelt name; each is a fault of the configuration."""
    made = table(**change)
    if change["harbour"] is None:
        del made["phases"]["coastal"]["harbour"]
    with pytest.raises(ConfigError, match="harbour") as raised:
        ControlConfig.from_mapping("petrel", made)
    assert fault in str(raised.value)


def test_without_tracking_there_is_no_way_home() -> None:
    """Proves FBK-02: a ship that follows no route is not promised one."""
    made = table()
    del made["tracking"]
    with pytest.raises(ConfigError, match="tracking"):
        ControlConfig.from_mapping("petrel", made)
