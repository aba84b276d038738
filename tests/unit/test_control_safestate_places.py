"""Safe states that are a place on the sea, without a ladder: a station is kept, a loiter point is come to, a position is lost."""

from __future__ import annotations

import math

import pytest

from control.messages import Setpoint
from protocols.link.events import Reason
from protocols.link.heartbeats import Disagreed
from tests.unit.test_control_phases import KEEP, LOITER, with_phases
from tests.unit.test_control_safestate import AT_SEA, NO_FIX, Hull, Way, keeper, loiterer

M_EAST = math.degrees(1.0 / (6_371_000.0 * math.cos(math.radians(34.93))))
"""Degrees of longitude that are a metre there, to a third of a per cent."""


@pytest.mark.parametrize(
    ("heading_deg", "steady"),
    [(80.04, ("heading", 80.0)), (359.97, ("heading", 0.0)), (None, ("rudder", 0.0))],
)
def test_a_station_is_where_she_is_within_the_circle_that_is_ordered(
    heading_deg: float | None, steady: tuple[str, float]
) -> None:
    """Proves CMD-06, INT-04: the bow stays, the engine stops, and the heartbeat tells where and how wide."""
    ship = keeper()
    if heading_deg is None:
        del ship.values["NAV_HDG"]
    else:
        ship.values["NAV_HDG"] = heading_deg
    station = ship.station(100.0)
    assert station is not None
    assert (station.point.latitude_deg, station.point.longitude_deg) == (34.93, 129.05)
    assert (station.stopped_kn, station.within_s) == (2.0, 120.0)
    assert ship.moves() == [(*steady, "order"), ("propulsion", 0.0, "order")]
    assert [(body["cause"], body["limit_s"]) for body in ship.told()] == [("order", 120.0)]
    assert ship.safe.keeps_station
    assert ship.safe.in_force() == {
        "station_radius_m": 100.0, "station_latitude_deg": 34.93, "station_longitude_deg": 129.05,
    }  # fmt: skip
    # It yields: she is taken from her station by any other order.
    ship.execution.actuate(Setpoint("heading", 10.0), "ann's order")
    ship.look(1.0)
    assert (ship.safe.keeps_station, ship.safe.in_force()) == (False, {})


def test_a_station_without_a_position_is_a_stop_that_says_so() -> None:
    """Proves FBK-02: there is nowhere to stay; she stops, shows her signals, and the order has no point to wait for."""
    ship = keeper()
    ship.values = dict(NO_FIX)
    assert ship.station() is None
    assert (ship.state, ship.safe.has_no_fix, ship.safe.keeps_station, ship.safe.in_force()) == (
        "stop",
        True,
        False,
        {},
    )
    assert ship.results() == [("station_keep", "replaced", "by stop")]
    assert [(one["name"], one["rule"]) for one in ship.told()[0]["reasons"]] == [("no_fix", "FBK-02")]
    assert ship.moves() == [("heading", 80.0, "order"), ("controlled_stop", 0.0, "order")]
    # It yields as the station would have.
    ship.execution.actuate(Setpoint("rudder", 5.0), "ann's order")
    ship.look(1.0)
    assert (ship.state, ship.safe.has_no_fix) == ("", False)


def set_off(ship: Hull, east_m: float) -> None:
    """Put her so far to the east of where she was."""
    ship.values["NAV_LON"] = 129.05 + east_m * M_EAST


def test_she_is_pulled_back_to_her_station_and_lies_still_within_it() -> None:
    """Proves FBK-02: bearing and propulsion beyond the circle; nothing is ordered twice; stopped when she is there."""
    ship = keeper()
    ship.hold()
    assert ship.look(1.0) == [("propulsion", 0.0, "ladder L3")]
    # Set off by the current: towards the point, at the approach's propulsion, ordered once.
    set_off(ship, 70.0)
    assert ship.look(1.0) == [("heading", 270.0, "ladder L3"), ("propulsion", 15.0, "ladder L3")]
    assert ship.look(1.0) == []
    # Within the share of the radius at which she is there, the engine stops, and the heading is let be.
    set_off(ship, 30.0)
    ship.values["NAV_LAT"] = 34.93 + 0.00005
    assert ship.look(1.0) == [("propulsion", 0.0, "ladder L3")]
    assert ship.look(1.0) == []
    # She drifts about within the circle: nothing moves.
    set_off(ship, 55.0)
    assert ship.look(1.0) == []


@pytest.mark.parametrize(
    ("ordered_deg", "again"),
    [(272.0, False), (272.1, True), (268.0, False), (267.9, True), (90.0, True)],
)
def test_a_bearing_that_changes_by_two_degrees_or_less_is_not_steered_anew(ordered_deg: float, again: bool) -> None:
    """Proves FBK-02: the autopilot comes to rest; dense about the limit on both sides of the bearing of 270 deg."""
    ship = keeper()
    ship.hold()
    set_off(ship, 70.0)
    ship.look(1.0)
    ship.execution.setpoints = type(ship.execution.setpoints)(ordered_deg, None, 15.0)
    assert [kind for kind, _, _ in ship.look(1.0)] == ["heading"] * again


def test_a_bearing_across_north_is_as_near_as_it_is() -> None:
    """Proves FBK-02: 358.1 and 1.4 deg are within two degrees of it; a station due north is steered for by nought."""
    ship = keeper()
    ship.hold()
    ship.values["NAV_LAT"] = 34.93 - 70.0 / 111_000.0
    set_off(ship, 0.03)  # the bearing is 359.98
    assert ship.look(1.0)[0] == ("heading", 0.0, "ladder L3")
    for ordered_deg, again in ((358.1, False), (357.5, True), (1.4, False), (2.5, True)):
        ship.execution.setpoints = type(ship.execution.setpoints)(ordered_deg, None, 15.0)
        assert ship.look(1.0) == [("heading", 0.0, "ladder L3")] * again, ordered_deg


def test_the_pull_ends_with_the_station_unless_somebody_has_ordered_the_engine_since() -> None:
    """Proves FBK-02: left to herself she would drive on at 15 %; an order of the engine is not undone."""
    # Ended while pulling: the engine stops.
    ship = keeper()
    ship.hold()
    set_off(ship, 70.0)
    ship.look(1.0)
    ship.execution.outbox.clear()
    ship.safe.end(ship.now_s, "resumed")
    assert ship.moves() == [("propulsion", 0.0, "ladder L3")]
    # The engine was ordered since: it stays as ordered, although the rudder's order alone would not have kept it.
    ship = keeper()
    ship.station(60.0)
    set_off(ship, 70.0)
    ship.look(1.0)
    ship.execution.actuate(Setpoint("propulsion", 50.0), "ann's order")
    assert ship.look(1.0) == []
    assert ship.execution.setpoints.propulsion_pct == 50.0
    # The rudder was ordered: the engine's pull goes with the station.
    ship = keeper()
    ship.station(60.0)
    set_off(ship, 70.0)
    ship.look(1.0)
    ship.execution.actuate(Setpoint("rudder", 5.0), "ann's order")
    assert ship.look(1.0) == [("propulsion", 0.0, "order")]
    # Lying still there is nothing to stop; a hold that slows her down keeps what it has ordered.
    for still in (keeper(), Hull()):
        still.hold()
        still.look(1.0)
        still.execution.outbox.clear()
        still.safe.end(still.now_s, "resumed")
        assert still.moves() == []


def test_a_position_that_is_lost_or_disputed_ends_the_station_in_a_stop() -> None:
    """Proves FBK-02: no fix, half a fix, two receivers that disagree; she stops on her heading and shows her signals."""
    for lost in ("NAV_LAT", "NAV_LON", "both disagree"):
        ship = keeper()
        ship.hold()
        ship.look(1.0)
        if lost in ship.values:
            del ship.values[lost]
        else:
            ship.disagreements = (Disagreed("position", 120.0, "m", "gnss 1", "gnss 2"),)
        moved = ship.look(1.0)
        assert ship.results() == [("station_keep", "replaced", "by stop")], lost
        assert [(one["name"], one["rule"]) for one in ship.told()[0]["reasons"]] == [("no_fix", "FBK-02")], lost
        assert moved[-1] == ("controlled_stop", 0.0, "ladder L3"), lost
        assert (ship.state, ship.safe.has_no_fix) == ("stop", True), lost
    # Negative control: a hold that needs no position is not ended by its loss.
    ship = Hull()
    ship.hold()
    ship.values = dict(NO_FIX)
    ship.look(1.0)
    assert (ship.state, ship.safe.has_no_fix) == ("slow_down_on_heading", False)


def test_the_loiter_point_is_made_for_at_its_own_propulsion_and_reached_within_its_radius() -> None:
    """Proves FBK-02: bearing and 30 % at once; 200 m off she is there; beyond, she is called back."""
    ship = loiterer()
    ship.fallback()
    assert ship.moves() == []
    assert ship.safe.words == "going to the loiter point"
    moved = ship.look(1.0)
    assert moved == [("heading", moved[0][1], "ladder L5"), ("propulsion", 30.0, "ladder L5")]
    assert moved[0][1] == pytest.approx(126.2, abs=0.5)
    assert not ship.safe.keeps_station
    assert ship.safe.in_force() == {}
    ship.values.update(NAV_LAT=34.90, NAV_LON=129.10 + 190.0 * M_EAST)
    ship.look(1.0)
    assert ship.results() == [("loiter", "entered", "")]
    # Nearer than 0.6 of the radius she lies still; what ends it does not stop an engine that does not pull.
    ship.values["NAV_LON"] = 129.10
    assert ship.look(1.0) == [("propulsion", 0.0, "ladder L5")]
    ship.values["NAV_LON"] = 129.10 - 210.0 * M_EAST
    assert ship.look(1.0) == [("heading", 90.0, "ladder L5"), ("propulsion", 30.0, "ladder L5")]
    ship.execution.outbox.clear()
    ship.safe.end(ship.now_s, "resumed")
    assert ship.moves() == []


@pytest.mark.parametrize(
    ("values", "name", "has_no_fix"), [(NO_FIX, "no_fix", True), (AT_SEA | {"NAV_LAT": 34.70}, "loiter_blocked", False)]
)
def test_a_loiter_point_that_cannot_be_made_for_is_a_stop(
    values: dict[str, float], name: str, has_no_fix: bool
) -> None:
    """Proves FBK-02: without a position, or with the fence between: told as replaced, never as begun."""
    ship = loiterer()
    ship.values = dict(values)
    ship.fallback()
    (told,) = ship.told()
    assert (told["state"], told["result"], told["why"]) == ("loiter", "replaced", "by stop")
    assert [one["name"] for one in told["reasons"]] == [name]
    assert (ship.state, ship.safe.has_no_fix) == ("stop", has_no_fix)
    assert ship.moves()[-1] == ("controlled_stop", 0.0, "ladder L5")


def test_a_pull_of_one_per_cent_is_a_pull() -> None:
    """Proves FBK-02: the smallest craft is turned towards her station and stopped when it ends like any other."""
    ship = keeper(keep=KEEP | {"approach_pct": 1.0})
    ship.hold()
    set_off(ship, 70.0)
    assert ship.look(1.0) == [("heading", 270.0, "ladder L3"), ("propulsion", 1.0, "ladder L3")]
    ship.execution.outbox.clear()
    ship.safe.end(ship.now_s, "resumed")
    assert ship.moves() == [("propulsion", 0.0, "ladder L3")]


def test_a_phase_with_a_loiter_point_holds_where_she_is() -> None:
    """Proves FBK-02: the point is for the fallback alone; a hold neither makes for it nor asks whether she could."""
    ship = loiterer()
    ship.hold()
    assert ship.look(1.0) == []
    assert (ship.state, ship.execution.setpoints.heading_deg) == ("slow_down_on_heading", 80.0)
    # From outside the fence the point is barred: her station is kept all the same, and the fallback is a stop.
    ship = keeper(fallback="loiter", loiter=LOITER)
    ship.values["NAV_LAT"] = 34.70
    ship.hold()
    assert ship.state == "station_keep"
    ship.fallback()
    assert ship.state == "stop"


def test_a_station_asks_nothing_of_the_way_home() -> None:
    """Proves FBK-02: a way that is barred from here is the fallback's matter; it is not even asked to begin."""
    way = Way()
    way.against_begin = [Reason("harbour_barred", "FBK-02", "It cannot be joined from here.")]
    config = with_phases(hull={"keeps_station": True}, coastal={"hold": "station_keep", "keep": KEEP})
    ship = Hull(config, way)
    ship.hold()
    assert (ship.state, way.begun_s) == ("station_keep", [])
