"""The time there is beside the time an operator takes: told while something lies ahead, a warning where it is too short."""

from __future__ import annotations

import dataclasses
import math

import pytest
import shapely

from control.context import Setpoints
from control.depths import DepthChart
from control.geometry import KNOT_MPS
from control.limits import Area, ConfigError, ControlConfig, Response
from control.navigator import Navigator
from control.respond import RespondWatch, manoeuvre_s, respond_by
from protocols.link.heartbeats import RespondBy, RouteAboard
from tests.control_rig import Rig, example_config
from tests.unit.test_control_collision import EAST_M, target
from tests.unit.test_control_depths import NEEDED_M, SEA, rock

SPEED_KN = 9.0


def wall(ahead_m: float) -> ControlConfig:
    """Return a vessel whose no-go area begins so far east of the rig's place; she has no other."""
    west, east = 129.05 + ahead_m / EAST_M, 129.05 + (ahead_m + 2_000.0) / EAST_M
    ring = ((west, 34.90), (east, 34.90), (east, 34.96), (west, 34.96))
    area = Area("no_go", "Bank", ring)
    return dataclasses.replace(example_config(), areas=(area,), all_areas=(area,))


def heading_east(config: ControlConfig) -> Rig:
    """Return a ship bound for it at nine knots, and an operator who has her."""
    ship = Rig(config=config)
    ship.values |= {"NAV_HDG": 90.0, "NAV_COG": 90.0, "NAV_SOG": SPEED_KN}
    ship.look()
    ship.take("ann")
    ship.forward(3.0)
    return ship


def by(ship: Rig) -> RespondBy | None:
    """Return what her heartbeat tells of it."""
    return ship.supervisor.facts(ship.now_s).respond


def is_warned(ship: Rig) -> bool:
    """Return whether the warning stands."""
    return "too-little-time" in ship.supervisor.facts(ship.now_s).alerts


def ahead_m(config: ControlConfig, left_s: float) -> float:
    """Return how far off the area begins that leaves so many seconds to act."""
    run_s = left_s + manoeuvre_s(config.hull, SPEED_KN)
    return run_s * SPEED_KN * KNOT_MPS + config.limits.margin_m


@pytest.mark.parametrize("left_s", [0.0, 30.0, 58.0, 65.0, 90.0])
def test_an_area_ahead_leaves_so_much_time_and_less_than_an_operator_takes_is_a_warning(left_s: float) -> None:
    """Proves ALT-01: too little time is the time to the area less her own turn, below the sixty seconds of her operator."""
    ship = heading_east(wall(ahead_m(example_config(), left_s)))
    told = by(ship)
    assert told is not None
    assert abs(told.left_s - left_s) <= 3
    assert (told.operator_s, told.what) == (60.0, "the edge of 'Bank'")
    assert is_warned(ship) == (left_s < 60.0)


def test_a_turn_away_ends_it_and_the_bridge_is_not_warned() -> None:
    """She heads for it with the conn ashore, turns away, heads for it again with the bridge's own hand on her."""
    ship = heading_east(wall(ahead_m(example_config(), 20.0)))
    assert is_warned(ship)
    # The operator orders her away: the predicted track is that of the order at once, and five seconds later it is over.
    ship.say("conn.heading", {"heading_deg": 270})
    ship.forward(8.0)
    assert by(ship) is None
    assert ship.supervisor.alerts.state_of("too-little-time") in ("normal", "rectified-unacknowledged")
    # Nobody ashore has her: the time is told, and nobody there is warned of it.
    alone = Rig(config=wall(ahead_m(example_config(), 20.0)))
    alone.values |= {"NAV_HDG": 90.0, "NAV_COG": 90.0, "NAV_SOG": SPEED_KN}
    alone.look()
    alone.forward(5.0)
    assert by(alone) is not None
    assert not is_warned(alone)


def test_another_ship_counts_as_an_area_does() -> None:
    """One who comes head on at nine knots is met in half of the time; the ship is named with how near she comes."""
    config = dataclasses.replace(example_config(), areas=(), all_areas=())
    ship = Rig(config=config)
    ship.targets = [target(80.0, 5000.0, 260.0, 9.0, age_s=0.0)]
    ship.look()
    ship.take("ann")
    ship.forward(3.0)
    told = by(ship)
    assert told is not None
    assert told.what.startswith("HAEUNDAE STAR (440998001) at 0.0")
    meets_s = 5000.0 / (18.0 * KNOT_MPS)
    assert told.left_s == pytest.approx(meets_s - manoeuvre_s(config.hull, 9.0), abs=8.0)


def test_on_a_route_only_ships_are_looked_at_and_standing_still_meets_nothing() -> None:
    """A route's legs were held against the areas; a ship that lies still runs into none."""
    config = wall(ahead_m(example_config(), 20.0))
    ship = heading_east(config)
    situation = ship.supervisor.situation
    assert respond_by(situation, config, Setpoints(), (), is_on_route=False) is not None
    assert respond_by(situation, config, Setpoints(), (), is_on_route=True) is None
    ship.values |= {"NAV_SOG": 0.2}
    ship.look()
    assert respond_by(ship.supervisor.situation, config, Setpoints(), (), is_on_route=False) is None


@pytest.mark.parametrize(("leg", "is_told"), [(None, True), (0, True), (1, False), (2, False)])
def test_a_route_that_is_followed_hides_the_area_and_one_that_is_only_loaded_does_not(
    leg: int | None, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves ALT-01: from its first leg on; a route that lies aboard steers nobody clear of anything."""
    ship = heading_east(wall(ahead_m(example_config(), 20.0)))
    assert by(ship) is not None
    aboard = None if leg is None else RouteAboard("0" * 64, leg)
    monkeypatch.setattr(Navigator, "aboard", property(lambda _: aboard))
    ship.forward(6.0)
    assert (by(ship) is not None) is is_told


def test_without_the_table_nothing_is_told_and_a_foolish_one_is_a_fault() -> None:
    """A limit has no default in code: who does not say how long his operators take is told nothing."""
    config = dataclasses.replace(wall(ahead_m(example_config(), 20.0)), response=None)
    ship = heading_east(config)
    assert by(ship) is None
    assert not is_warned(ship)
    for operator_s in (9.9, 600.1, math.inf):
        plain = example_config().to_plain() | {"response": {"operator_s": operator_s}}
        with pytest.raises(ConfigError, match="response"):
            ControlConfig.from_mapping("kestrel", plain)
    for operator_s in (10.0, 600.0):
        plain = example_config().to_plain() | {"response": {"operator_s": operator_s}}
        assert ControlConfig.from_mapping("kestrel", plain).response == Response(operator_s)


def test_her_own_turn_takes_the_longer_the_slower_she_is() -> None:
    """Reach and radius at her speed; below a knot as at a knot."""
    hull = example_config().hull
    run_m = hull.reach_m + hull.turn_radius_m
    assert manoeuvre_s(hull, 10.0) == pytest.approx(run_m / (10.0 * KNOT_MPS))
    assert manoeuvre_s(hull, -10.0) == manoeuvre_s(hull, 10.0)
    assert manoeuvre_s(hull, 0.0) == manoeuvre_s(hull, 1.0) == pytest.approx(run_m / KNOT_MPS)


def charted(ahead_m: float, beside_m: float, sea: shapely.Polygon = SEA) -> ControlConfig:
    """Return a vessel with a chart on which one rock lies so far east of the rig's place and so far north of her way."""
    chart = DepthChart([rock(ahead_m, beside_m)], sea, NEEDED_M)
    return dataclasses.replace(example_config(), areas=(), all_areas=(), chart=chart)


def test_a_rock_of_her_chart_counts_within_her_margin_and_half_her_beam() -> None:
    """A chart that ends ahead of her tells nothing of what she meets first, and nothing is guessed from it."""
    config = example_config()
    room_m = config.limits.margin_m + config.hull.beam_m / 2.0
    told = by(heading_east(charted(1_500.0, -10.0)))
    assert told is not None
    assert told.what == "a charted depth of 2.0 m"
    assert told.left_s == pytest.approx(1_500.0 / (9.0 * KNOT_MPS) - manoeuvre_s(config.hull, 9.0), abs=5.0)
    assert by(heading_east(charted(1_500.0, room_m - 2.0))) is not None
    assert by(heading_east(charted(1_500.0, room_m + 2.0))) is None
    assert by(heading_east(charted(1_500.0, -10.0, shapely.box(128.0, 34.0, 129.055, 36.0)))) is None


def test_what_is_met_first_counts_and_what_is_too_near_leaves_nothing() -> None:
    """An area close ahead and a ship far off: the area; nearer than her own turn there is no time at all, and never less."""
    config = wall(ahead_m(example_config(), 30.0))
    ship = heading_east(config)
    ship.targets = [target(90.0, 9000.0, 270.0, 9.0, age_s=0.0)]
    ship.forward(3.0)
    told = by(ship)
    assert told is not None
    assert told.what == "the edge of 'Bank'"
    ship.targets = [target(90.0, 300.0, 270.0, 9.0, age_s=0.0)]
    ship.forward(3.0)
    told = by(ship)
    assert told is not None
    assert (told.left_s, told.what[:8]) == (0, "HAEUNDAE")
    assert heading_east(wall(ahead_m(example_config(), -30.0))).supervisor.respond.by == RespondBy(
        0, 60.0, "the edge of 'Bank'"
    )


def test_it_is_looked_at_once_a_second_and_as_long_as_he_takes_is_long_enough() -> None:
    """From the first moment of a boot on; at a knot she still meets what lies still."""
    config = wall(ahead_m(example_config(), 30.0))
    situation = heading_east(config).supervisor.situation
    watch = RespondWatch()
    assert watch.look(situation, config, Setpoints(), (), 0.0, is_on_route=False)
    assert watch.by is not None
    left_s = float(watch.by.left_s)
    for operator_s, is_short, at_s in ((left_s, True, 0.99), (left_s, False, 1.0), (left_s + 1.0, True, 2.0)):
        asked = dataclasses.replace(config, response=Response(operator_s))
        assert watch.look(situation, asked, Setpoints(), (), at_s, is_on_route=False) is is_short
    slow = heading_east(wall(150.0))
    slow.values |= {"NAV_SOG": 1.0}
    slow.look()
    assert respond_by(slow.supervisor.situation, wall(150.0), Setpoints(), (), is_on_route=False) is not None
