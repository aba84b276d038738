"""Planes, tracks and fences as figures, dense at each limit, without a ship around them (INT-06, and L6 for the fence)."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from control.geometry import (
    KNOT_MPS,
    Plane,
    Track,
    arc_track,
    first_crossing,
    is_beyond,
    shape_of,
    straight,
    turn_track,
)  # fmt: skip
from control.limits.records import Area


def plane() -> Plane:
    """Return the plane of all these tests; made in each, for what an import has made no test looks at."""
    return Plane(35.0, 129.0)


EAST_M, NORTH_M = 91_287.8, 110_940.9
"""Of a degree at 35 N on WGS84, from tables."""


def area(kind: str, west_m: float, south_m: float, east_m: float, north_m: float, name: str = "") -> Area:
    """Return a rectangle so far from the plane's origin."""
    corners = ((west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m))
    return Area(kind, name or kind, tuple(plane().position(*corner) for corner in corners))  # type: ignore[arg-type] # of the two kinds


def length_m(track: Track) -> float:
    """Return how long a track is, point by point."""
    return sum(math.dist(one, other) for one, other in itertools.pairwise(track))


def test_a_degree_is_as_long_as_the_tables_say_and_a_position_goes_both_ways() -> None:
    """Proves INT-06: at 35 N and at the equator, east and north; over the antimeridian the shorter way."""
    assert plane().xy(130.0, 35.0) == pytest.approx((EAST_M, 0.0), abs=1.0)
    assert plane().xy(129.0, 34.0) == pytest.approx((0.0, -NORTH_M), abs=1.0)
    assert Plane(0.0, 0.0).xy(1.0, 1.0) == pytest.approx((111_319.5, 110_574.3), abs=1.0)
    edge = Plane(0.0, 179.5)
    assert edge.xy(-179.5, 0.0)[0] == pytest.approx(111_319.5, abs=1.0)
    assert edge.position(111_319.5, 0.0) == pytest.approx((-179.5, 0.0), abs=1e-4)
    assert plane().position(500.0, -700.0) == pytest.approx((129.0 + 500.0 / EAST_M, 35.0 - 700.0 / NORTH_M), abs=1e-6)
    assert Plane(0.0, 0.0).xy(1.0, 0.0)[0] == pytest.approx(111_319.491, abs=0.005)
    assert pytest.approx(1852.0) == 3600.0 * KNOT_MPS
    for one, places in (
        (plane(), [(129.5, 35.2), (128.4, 34.1)]),
        (edge, [(-179.5, 1.0), (178.0, -1.0), (-178.0, 0.0)]),
        (Plane(0.0, -90.0), [(90.3, 0.0)]),
    ):
        east_m, north_m = one.xy_of_many(
            np.array([place[0] for place in places]), np.array([place[1] for place in places])
        )
        assert list(zip(east_m, north_m, strict=True)) == [pytest.approx(one.xy(*place)) for place in places]


@pytest.mark.parametrize(("target", "side"), [(90.0, 1.0), (270.0, -1.0)])
def test_a_turn_is_a_reach_an_arc_and_a_straight_way(target: float, side: float) -> None:
    """Proves INT-06: 200 m, a quarter of a circle of 300 m, and what is left of 1,500 m."""
    track = turn_track(0.0, target, 300.0, 200.0, 1500.0)
    assert track[:2] == [(0.0, 0.0), pytest.approx((0.0, 200.0))]
    assert len(track) == 1 + 1 + 18 + 1
    assert track[-2] == pytest.approx((side * 300.0, 500.0), abs=0.5)
    assert track[-1] == pytest.approx((side * (300.0 + 1500.0 - 200.0 - 150.0 * math.pi), 500.0), abs=0.5)
    assert length_m(track) == pytest.approx(1500.0)


def test_a_turn_ends_where_its_length_ends_and_less_than_a_degree_is_none() -> None:
    """Proves INT-06: within the reach, within the arc; a degree and less begins at once and needs no reach."""
    assert turn_track(0.0, 90.0, 300.0, 200.0, 120.0)[-1] == pytest.approx((0.0, 120.0))
    cut = turn_track(0.0, 90.0, 300.0, 200.0, 200.0 + 50.0 * math.pi)
    assert cut[-1] == pytest.approx((300.0 * (1.0 - math.cos(math.pi / 6.0)), 200.0 + 150.0), abs=0.5)
    assert length_m(cut) == pytest.approx(200.0 + 50.0 * math.pi)
    # Without the reach the arc of a degree begins at the ship.
    assert turn_track(0.0, 1.0, 300.0, 200.0, 1000.0)[1] == (0.0, 0.0)
    assert turn_track(0.0, 1.1, 300.0, 200.0, 1000.0)[1] == pytest.approx((0.0, 200.0))
    assert turn_track(350.0, 10.0, 300.0, 0.0, 1000.0)[-1][0] > 0.0
    assert turn_track(350.0, 349.0, 300.0, 0.0, 1000.0)[-1][0] < 0.0
    assert turn_track(45.0, 45.0, 300.0, 200.0, 1000.0)[-1] == pytest.approx((707.1, 707.1), abs=0.1)
    assert turn_track(0.0, 90.0, 300.0, 200.0, 0.0)[-1] == pytest.approx((0.0, 0.0))


@pytest.mark.parametrize(("radius_m", "side"), [(400.0, 1.0), (-400.0, -1.0)])
def test_a_steady_turn_is_a_circle_once_round_at_most(radius_m: float, side: float) -> None:
    """Proves INT-06: a quarter, the whole, and no more than the whole."""
    quarter = arc_track(0.0, radius_m, 200.0 * math.pi)
    assert quarter[-1] == pytest.approx((side * 400.0, 400.0), abs=1.0)
    assert len(quarter) == 1 + 18
    for run_m in (800.0 * math.pi, 5000.0):
        whole = arc_track(90.0, radius_m, run_m)
        assert whole[-1] == pytest.approx((0.0, 0.0), abs=1e-6)
        assert length_m(whole) == pytest.approx(800.0 * math.pi)
    assert arc_track(90.0, radius_m, 0.0) == [(0.0, 0.0), (0.0, 0.0)]
    assert arc_track(90.0, radius_m, 10.0)[-1] == pytest.approx((10.0, -side * 0.125), abs=0.01)


def test_a_straight_way_and_a_ship_that_lies_still() -> None:
    """Proves INT-06: a track of no length is a point, for a line of none meets nothing."""
    assert straight(plane(), 129.01, 35.02) == [(0.0, 0.0), pytest.approx(plane().xy(129.01, 35.02))]
    assert shape_of([(1.0, 2.0), (1.0, 2.0)]).geom_type == "Point"
    assert (shape_of([(1.0, 2.0)]).x, shape_of([(1.0, 2.0)]).y) == (1.0, 2.0)  # type: ignore[attr-defined] # it is a point
    assert shape_of([(1.0, 2.0), (1.0, 2.0), (1.0, 3.0)]).geom_type == "LineString"


NORTH: Track = [(0.0, 0.0), (0.0, 1000.0)]


def crossed(track: Track, *areas: Area, margin_m: float = 50.0) -> tuple[str, float] | None:
    """Return (name, distance) of the first boundary."""
    found = first_crossing(plane(), track, areas, margin_m)
    return None if found is None else (found.area.name, found.distance_m)


@pytest.mark.parametrize(
    ("forbidden", "distance_m"),
    [
        (area("no_go", -100.0, 500.0, 100.0, 700.0), 450.0),
        (area("no_go", 49.5, 500.0, 100.0, 700.0), 500.0),
        (area("no_go", 50.5, 500.0, 100.0, 700.0), None),
        (area("no_go", -100.0, 1049.5, 100.0, 1200.0), 999.5),
        (area("no_go", -100.0, 1050.5, 100.0, 1200.0), None),
        (area("no_go", -100.0, -200.0, 100.0, -49.0), 0.0),
        (area("no_go", -100.0, -200.0, 100.0, -51.0), None),
        (area("no_go", -100.0, -100.0, 100.0, 100.0), 0.0),
        (area("allowed", -100.0, -100.0, 100.0, 600.0), 550.0),
        (area("allowed", -100.0, -100.0, 100.0, 1050.5), None),
        (area("allowed", -49.0, -100.0, 100.0, 2000.0), 0.0),
        (area("allowed", -51.0, -100.0, 100.0, 2000.0), None),
        (area("allowed", 200.0, -100.0, 300.0, 2000.0), 0.0),
    ],
)
def test_a_track_meets_a_boundary_at_its_margin(forbidden: Area, distance_m: float | None) -> None:
    """Proves INT-06: 50 m before it, 50 m beside it, at once where she is there already."""
    found = crossed(NORTH, forbidden)
    assert found == (None if distance_m is None else (forbidden.kind, pytest.approx(distance_m, abs=8.0)))


def test_the_first_boundary_counts_and_a_ship_that_lies_still_meets_what_she_lies_in() -> None:
    """Proves INT-06: whatever the order of the areas; without any she meets nothing."""
    near, far = area("no_go", -10.0, 300.0, 10.0, 400.0, "near"), area("no_go", -10.0, 600.0, 10.0, 700.0, "far")
    assert crossed(NORTH, far, near) == ("near", pytest.approx(250.0, abs=1.0))
    assert crossed(NORTH, near, far, margin_m=0.0) == ("near", pytest.approx(300.0, abs=0.1))
    assert crossed(NORTH) is None
    east: Track = [(0.0, 0.0), (1000.0, 0.0)]
    assert crossed(east, area("no_go", 600.0, -10.0, 700.0, 10.0)) == ("no_go", pytest.approx(550.0, abs=1.0))
    to_and_fro: Track = [(0.0, 0.0), (0.0, 1000.0), (200.0, 1000.0), (200.0, 0.0)]
    assert crossed(to_and_fro, area("no_go", -50.0, 400.0, 250.0, 500.0)) == ("no_go", pytest.approx(350.0, abs=1.0))
    assert crossed(NORTH, area("no_go", -5000.0, -5000.0, 5000.0, 5000.0)) == ("no_go", 0.0)
    (near_start,) = [crossed(NORTH, area("no_go", -100.0, 50.5, 100.0, 70.0))]
    assert near_start == ("no_go", pytest.approx(0.5, abs=0.1))
    still: Track = [(0.0, 350.0), (0.0, 350.0)]
    assert crossed(still, near) == ("near", 0.0)
    assert crossed(still, far) is None
    assert crossed(still, area("allowed", 100.0, 0.0, 200.0, 700.0)) == ("allowed", 0.0)


def test_a_ring_that_crosses_itself_is_what_it_encloses() -> None:
    """Proves INT-06: a fence drawn as a bow tie is both of its halves, and no wider than drawn."""
    corners = ((0.0, 0.0), (200.0, 200.0), (200.0, 0.0), (0.0, 200.0))
    tie = plane().polygon(Area("no_go", "tie", tuple(plane().position(*corner) for corner in corners)))
    assert tie.is_valid
    assert tie.area == pytest.approx(2.0 * 200.0 * 100.0 / 2.0, rel=1e-3)
    for west_m in (0.0, 105.0):
        lobe: Track = [(west_m + 45.0, -300.0), (west_m + 45.0, 500.0)]
        ring = Area("no_go", "tie", tuple(plane().position(*corner) for corner in corners))
        assert crossed(lobe, ring, margin_m=5.0) is not None
    spike = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (0.0, 0.0), (-500.0, -500.0))
    assert (
        plane().polygon(Area("no_go", "spike", tuple(plane().position(*corner) for corner in spike))).geom_type
        == "Polygon"
    )
    in_a_line = tuple(plane().position(east_m, 0.0) for east_m in (0.0, 100.0, 50.0))
    nothing = plane().polygon(Area("no_go", "line", in_a_line))
    assert (nothing.geom_type, nothing.is_empty) == ("Polygon", True)
    assert plane().polygon(area("no_go", 0.0, 0.0, 200.0, 100.0)).area == pytest.approx(20_000.0, rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "box", "is_out"),
    [
        ("allowed", (-500.0, -500.0, 500.0, 500.0), False),
        ("allowed", (99.0, -500.0, 500.0, 500.0), False),
        ("allowed", (101.0, -500.0, 500.0, 500.0), True),
        ("no_go", (-99.0, -500.0, 500.0, 500.0), False),
        ("no_go", (-101.0, -500.0, 500.0, 500.0), True),
        ("no_go", (101.0, -500.0, 500.0, 500.0), False),
        ("no_go", (-500.0, 300.0, 500.0, 900.0), False),
    ],
)
def test_she_is_beyond_a_fence_by_more_than_a_hundred_metres(
    kind: str, box: tuple[float, float, float, float], *, is_out: bool
) -> None:
    """Proves FBK-01: L6 outside what is allowed, or inside what is not, by more than the margin."""
    one = area(kind, *box)
    assert (is_beyond(35.0, 129.0, (one,), 100.0) is one) is is_out
    harmless = area("no_go", 4000.0, 4000.0, 5000.0, 5000.0)
    assert (is_beyond(35.0, 129.0, (harmless, one), 100.0) is one) is is_out


def test_the_margin_is_kept_to_the_metre_and_none_is_a_margin() -> None:
    """Proves FBK-01: 100.3 m outside is beyond 100 m, east or north; with none, whoever lies inside is not beyond it."""
    for box in ((100.3, -500.0, 500.0, 500.0), (-500.0, 100.3, 500.0, 500.0)):
        assert is_beyond(35.0, 129.0, (area("allowed", *box),), 100.0) is not None
    inside, far = area("allowed", -500.0, -500.0, 500.0, 500.0), area("no_go", 600.0, 600.0, 700.0, 700.0)
    assert is_beyond(35.0, 129.0, (inside, far), 0.0) is None
    assert is_beyond(35.0, 129.0, (area("no_go", -5.0, -5.0, 5.0, 5.0),), 0.0) is not None
