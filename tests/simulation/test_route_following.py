"""The demo's petrel follows a route in wind and current: within its width, on its arcs, told before each turn."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

import pytest

from control.alerts import Alerts
from control.command import KnownOrders
from control.execution import Execution
from control.geometry import Plane
from control.limits import ControlConfig
from control.messages import Actuate, Emit, Setpoint
from control.navigator import Navigator
from control.passage import faults, pieces, turn_deg
from control.situation import Fact, Situation
from control.tracking import Follower
from control.voyage import Voyage
from protocols.link.orders import Order
from protocols.link.passage import Mark, Passage, hash_of
from protocols.reading import Quality
from simulators import commissioning
from simulators.devices.autopilot import Course
from simulators.fleet import PETREL_SPEC
from simulators.loop import START_UTC_NS
from simulators.ship import Ship
from simulators.vessel.motion import Environment
from simulators.world import WEATHER

CONFIG = ControlConfig.from_mapping("petrel", commissioning.control_table(PETREL_SPEC))
XTD_M = 120.0
RADIUS_M = 700.0
STEP_S = 0.1
HOUR_S = 3600.0


def mark(latitude: float, longitude: float) -> Mark:
    return Mark("", latitude, longitude, RADIUS_M, XTD_M, XTD_M, False, 12.0, 0, False)


ROUTE = Passage("trial", 1, (mark(34.9135, 129.140), mark(34.919, 129.185), mark(34.885, 129.215), mark(34.885, 129.260),
                             mark(34.905, 129.275)))  # fmt: skip
"""From the petrel's start: turns of 55 deg to starboard, 54 and 58 to port. Inside the sea she may be in."""


@dataclass
class Log:
    """What one voyage was, each second."""

    off_m: list[tuple[int, bool, float]] = field(default_factory=list[tuple[int, bool, float]])
    """(leg, turning, metres from leg or arc as the ship's true place has it)"""
    arcs_m: list[float] = field(default_factory=list[float])
    told: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    alerts: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    legs: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])


def seen(ship: Ship) -> Situation:
    """Return what her instruments would say, without their noise."""
    fix = ship.fix()
    values = {"NAV_LAT": ship.latitude_deg, "NAV_LON": ship.longitude_deg, "NAV_HDG": ship.heading_deg,
              "NAV_SOG": fix.sog_kn, "NAV_COG": fix.cog_deg}  # fmt: skip
    return Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()})


def order(kind: str, **args: object) -> Order:
    return Order("0" * 26, "petrel", "conn", kind, args, "ann", "c", "s", 1, 1, "b", 1, 1)  # type: ignore[arg-type]


def steered(ship: Ship, setpoint: Setpoint) -> None:
    """Give the autopilot what HTC would say."""
    turn = "N" if setpoint.rate_deg_min is None else "T"
    ship.autopilot.set_course(Course("H", turn=turn, rate_degpmin=setpoint.rate_deg_min, heading_deg=setpoint.value))  # type: ignore[arg-type]


def sail(environment: Environment, *, confirms: bool = True, passage: Passage = ROUTE, tracking: object = None) -> Log:
    """Load, activate and follow a route to its end with the petrel; return what happened."""
    config = CONFIG if tracking is None else dataclasses.replace(CONFIG, tracking=tracking)  # type: ignore[arg-type]
    ship, voyage, alerts, log = (
        Ship(PETREL_SPEC, 3, START_UTC_NS, environment),
        Voyage(config),
        Alerts(config.alerts),
        Log(),
    )
    execution = Execution(config, KnownOrders())
    navigator = Navigator(voyage, execution, alerts)
    navigator.load(order("route.load", route=passage.to_bytes()))
    activate = order("route.activate", route_hash=hash_of(passage.to_bytes()))
    assert navigator.activate_objections(activate, seen(ship)) == []
    navigator.activate(activate)
    truth = Follower(passage, config.tracking, 1)  # type: ignore[arg-type]
    steps = 0
    while navigator.is_following and steps < 3 * HOUR_S / STEP_S:
        steps += 1
        ship.advance(STEP_S)
        if steps % 10:
            continue
        navigator.look(seen(ship), ship.now_s, is_held=False)
        for output in execution.outbox:
            if isinstance(output, Actuate):
                steered(ship, output.setpoint)
            elif isinstance(output, Emit):
                log.told.append(dict(output.body))
        execution.outbox.clear()
        for change in alerts.outbox():
            log.alerts.append((ship.now_s, str(change["alert_id"]), str(change["state"])))
            if confirms and change["state"] == "unacknowledged":
                alerts.acknowledge(str(change["alert_id"]), ship.now_s)
        found = truth.look(ship.latitude_deg, ship.longitude_deg, ship.fix().sog_kn)
        log.off_m.append((found.leg, found.is_turning, found.cross_track_m))
        if not log.legs or log.legs[-1][1] != found.leg:
            log.legs.append((ship.now_s, found.leg))
    return log


def test_the_route_is_one_for_the_ship() -> None:
    """Proves CMD-09: it has no fault for the petrel, and turns both ways."""
    assert faults(ROUTE, CONFIG) == []
    turns = [round(turn_deg(pieces(ROUTE), number)) for number in (1, 2, 3)]
    assert turns[0] > 40
    assert turns[1] < -40


@pytest.mark.parametrize(
    "environment", [WEATHER, Environment(0.6, 0.0, 10.0, 90.0)], ids=["the demo's", "a knot across and 10 m/s"]
)
def test_she_keeps_the_width_of_every_leg_and_the_radius_of_every_turn(environment: Environment) -> None:
    """Proves CMD-09: the demo's ship, its autopilot and its sea: never beyond the cross-track distance, end reached."""
    log = sail(environment)
    assert log.told[-1]["why"] == "the last waypoint is reached"
    assert [leg for _, leg in log.legs] == [1, 2, 3, 4]
    for leg in (1, 2, 3, 4):
        straight = [abs(off) for one, turning, off in log.off_m if one == leg and not turning]
        assert max(straight) < XTD_M, (leg, max(straight))
    turning = [abs(off) for _, is_turning, off in log.off_m if is_turning]
    assert len(turning) > 100
    assert max(turning) < XTD_M
    assert not [name for _, name, _ in log.alerts if name in ("off-track", "turn-unconfirmed")]


def test_each_turn_is_announced_and_an_unconfirmed_one_is_an_alarm() -> None:
    """Proves CMD-09: three minutes before each wheel-over a warning; not acknowledged, an alarm 30 s after it; she turns."""
    log = sail(WEATHER, confirms=False)
    assert [leg for _, leg in log.legs] == [1, 2, 3, 4]
    announced = [at for at, name, state in log.alerts if (name, state) == ("course-change", "unacknowledged")]
    overdue = [at for at, name, state in log.alerts if (name, state) == ("turn-unconfirmed", "unacknowledged")]
    assert announced
    for at, leg in log.legs[1:2]:
        assert leg == 2
        assert 120.0 < at - announced[0] < 240.0
        assert overdue[0] - at == pytest.approx(30.0, abs=2.0)
    ends = [at for at, name, state in log.alerts if (name, state) == ("route-end", "unacknowledged")]
    assert len(ends) == 1


def test_the_width_would_not_be_kept_without_the_guidance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: no drift reckoned with and a look-ahead of a hundred miles: she leaves the leg, and is told so."""
    assert CONFIG.tracking is not None
    monkeypatch.setattr(Navigator, "_drift", lambda *_: 0.0)
    blind = dataclasses.replace(CONFIG.tracking, lookahead_min_m=2e5, lookahead_max_m=2e5)
    log = sail(Environment(0.6, 0.0, 10.0, 90.0), tracking=blind)
    assert max(abs(off) for _, _, off in log.off_m) > XTD_M
    assert "off-track" in [name for _, name, _ in log.alerts]


def test_the_plane_of_the_start_is_the_petrels() -> None:
    """The route begins where the demo puts her: on its first leg, heading along it."""
    start = PETREL_SPEC.start
    east_m, north_m = Plane(ROUTE.marks[0].latitude_deg, ROUTE.marks[0].longitude_deg).xy(
        start.longitude_deg, start.latitude_deg
    )
    assert math.hypot(east_m, north_m) < 1500.0
