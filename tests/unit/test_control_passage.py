"""A route held against the ship, at each limit: the line of its legs, turns, widths, fence, water, speeds and times (CMD-09)."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import pytest
import shapely

from control.depths import DepthChart, Feature, chart_bytes, chart_of
from control.geometry import KNOT_MPS, Plane
from control.limits import Area, ControlConfig, Grounding
from control.passage import LATITUDE_DEG_MAX, PIECES_MAX, cut_m, faults, pieces, turn_deg
from protocols.link.cbor import Plain
from protocols.link.passage import Mark, Passage
from tests.control_rig import example_config

CONFIG = example_config()
"""She turns on 260 m, is 22 m wide and makes 14 kn; the fence keeps 50 m of margin."""
OPEN = dataclasses.replace(CONFIG, areas=())
M_NORTH = 110_930.0
"""Metres of a degree of latitude at 34.9 N."""
Row = tuple[str, Plain, Plain, str]


def mark(latitude: float, longitude: float, **changes: Any) -> Mark:
    """Return a waypoint that the ship can take."""
    return dataclasses.replace(Mark("", latitude, longitude, 400.0, 100.0, 100.0, False, 12.0, 0, False), **changes)


def route(*marks: Mark) -> Passage:
    """Return a route of these waypoints."""
    return Passage("trial", 1, marks)


def rows(passage: Passage, config: ControlConfig = OPEN) -> list[Row]:
    """Return (name, value, limit, unit) of each fault."""
    found = faults(passage, config)
    assert {one.rule for one in found} <= {"CMD-09"}
    return [(one.name, one.value, one.limit, one.unit) for one in found]


def turning(by_deg: float, radius_m: float = 400.0, leg_m: float = 5000.0) -> Passage:
    """Return a route that goes north on the equator and turns to starboard by so much, on legs of so many metres."""
    north, east = leg_m * math.cos(math.radians(by_deg)), leg_m * math.sin(math.radians(by_deg))
    middle = leg_m / 110_574.3
    last = mark(middle + north / 110_574.3, east / 111_319.5)
    return route(mark(0.0, 0.0), mark(middle, 0.0, radius_m=radius_m), last)


def test_a_long_leg_is_followed_in_pieces_of_five_kilometres_and_each_knows_its_leg() -> None:
    """Proves CMD-09: 1,113 km along the equator; the pieces meet, are alike, and add up to the leg."""
    way = pieces(route(mark(0.0, 10.0), mark(0.0, 20.0), mark(0.01, 20.0)))
    first = [piece for piece in way if piece.leg == 1]
    assert len(first) == 224
    assert [piece.leg for piece in way] == [1] * 224 + [2]
    assert all(one.end == other.start for one, other in itertools.pairwise(way))
    assert (way[0].start, first[-1].end) == ((10.0, 0.0), (20.0, 0.0))
    assert {round(piece.length_m, 1) for piece in first} == {round(1_113_194.9 / 224, 1)}
    assert {round(piece.course_deg, 6) for piece in first} == {90.0}
    assert way[-1].course_deg == pytest.approx(0.0, abs=1e-9)
    assert way[-1].length_m == pytest.approx(1105.74, abs=0.1)


@pytest.mark.parametrize(
    ("start", "end", "course_deg"),
    [
        ((0.0, 0.0), (0.0, 1.0), 90.0),
        ((0.0, 0.0), (0.0, -1.0), 270.0),
        ((1.0, 0.0), (0.0, 0.0), 180.0),
        ((0.0, 179.5), (0.0, -179.5), 90.0),
        ((0.0, -179.5), (0.0, 179.5), 270.0),
        ((-1.0, 0.0), (1.0, 2.0), 45.2),
    ],
)
def test_a_rhumb_line_keeps_its_course_the_shorter_way_round(
    start: tuple[float, float], end: tuple[float, float], course_deg: float
) -> None:
    """Proves CMD-09: to all quarters, over the antimeridian either way, over the equator; no piece is longer than 5 km."""
    way = pieces(route(mark(*start), mark(*end)))
    assert {round(piece.course_deg, 1) for piece in way} == {course_deg}
    assert max(piece.length_m for piece in way) <= 5_000.0
    assert (way[0].start, way[-1].end) == ((start[1], start[0]), (end[1], end[0]))
    assert all(-180.0 <= piece.start[0] <= 180.0 for piece in way)
    assert len(way) == (64 if course_deg == 45.2 else 23)


def test_a_rhumb_line_far_north_divides_the_stretched_latitude() -> None:
    """Proves CMD-09: from 60 N to 70 N at 45 deg the middle lies north of the mean latitude, where Mercator's chart has it."""
    stretched = [math.asinh(math.tan(math.radians(latitude))) for latitude in (60.0, 70.0)]
    east_deg = math.degrees(stretched[1] - stretched[0])
    way = pieces(route(mark(60.0, 0.0), mark(70.0, east_deg)))
    middle = way[len(way) // 2]
    assert {round(piece.course_deg) for piece in way} == {45}
    assert max(piece.length_m for piece in way) < 6_000.0
    share = len(way) // 2 / len(way)
    latitude = math.degrees(math.atan(math.sinh(stretched[0] + share * (stretched[1] - stretched[0]))))
    assert middle.start == pytest.approx((east_deg * share, latitude))
    assert latitude > 65.2


def test_a_great_circle_runs_over_its_vertex() -> None:
    """Proves CMD-09: twenty degrees of longitude at 60 N; half way it is where the sphere says, and as far as from there on."""
    way = pieces(route(mark(60.0, 30.0), mark(60.0, 50.0, is_great_circle=True)))
    assert len(way) == 224
    vertex_deg = math.degrees(math.atan(math.tan(math.radians(60.0)) / math.cos(math.radians(10.0))))
    assert way[111].end == pytest.approx((40.0, vertex_deg))
    assert way[0].length_m == pytest.approx(way[-1].length_m, rel=1e-4)
    assert (round(way[0].course_deg), round(way[-1].course_deg)) == (81, 99)
    # A quarter of the angle is where the sphere says too: the parts grow with the angle, not with the chord.
    angle = 2.0 * math.asin(math.cos(math.radians(60.0)) * math.sin(math.radians(10.0)))
    quarter = math.asin(math.sin(math.radians(vertex_deg)) * math.cos(angle / 4.0))
    assert way[55].end[1] == pytest.approx(math.degrees(quarter))
    # Over the equator, to the other side of the date line.
    way = pieces(route(mark(-1.0, 179.0), mark(1.0, -179.0, is_great_circle=True)))
    over = min(way, key=lambda piece: abs(piece.end[1]))
    assert abs(over.end[0]) == pytest.approx(180.0, abs=0.03)
    assert max(piece.length_m for piece in way) <= 5_000.0


def test_a_route_of_more_than_two_thousand_kilometres_is_loaded_in_parts() -> None:
    """Proves CMD-09: four hundred pieces are taken, the next is not; a leg to the other end of the world hangs nobody."""
    per_leg = 5_000.0 / 111_700.0
    whole = [mark(0.0, number * per_leg * 0.999, radius_m=0.0) for number in range(PIECES_MAX + 1)]
    assert (len(pieces(route(*whole))), rows(route(*whole))) == (400, [])
    longer = [*whole, mark(0.01, whole[-1].longitude_deg)]
    assert rows(route(*longer)) == [("too_long", None, 2000.0, "km")]
    assert rows(route(mark(0.0, 0.0), mark(0.0, 30.0))) == [("too_long", None, 2000.0, "km")]
    opposite = route(mark(1.0, -175.0), mark(-1.0, 5.0, is_great_circle=True))
    assert [name for name, *_ in rows(opposite)] == ["too_long"]
    for is_great_circle in (False, True):
        far = route(mark(30.0, 0.0), mark(-30.0, 180.0, is_great_circle=is_great_circle), mark(0.0, 0.0))
        assert len(pieces(far)) == 401
        assert rows(far) == [("too_long", None, 2000.0, "km")]


def test_a_route_leads_from_somewhere_to_somewhere_and_not_to_a_pole() -> None:
    """Proves CMD-09: two waypoints at least; 85 deg is taken, a hair beyond is not, whichever pole and waypoint."""
    assert rows(route()) == [("marks", 0, 2, "")]
    assert rows(route(mark(34.9, 129.0))) == [("marks", 1, 2, "")]
    assert rows(route(mark(LATITUDE_DEG_MAX, 0.0), mark(84.99, 0.0))) == []
    assert rows(route(mark(-85.04, 0.0), mark(-84.99, 0.0))) == [("latitude", -85.0, 85.0, "deg")]
    (polar,) = faults(route(mark(84.9, 0.0), mark(85.04, 0.0)), OPEN)
    assert polar.text == "Waypoint 2 lies at 85.0 deg; routes end at 85."


@pytest.mark.parametrize("by_deg", [-120.0, -30.0, 30.0, 120.0])
def test_a_turn_is_signed_and_none_at_the_ends(by_deg: float) -> None:
    """Proves CMD-09: to starboard positive, over north as well."""
    way = pieces(turning(by_deg))
    assert turn_deg(way, 1) == pytest.approx(by_deg, abs=0.2)
    assert (turn_deg(way, 0), turn_deg(way, 2)) == (0.0, 0.0)


def test_an_arc_begins_by_radius_and_half_the_turn_before_its_waypoint() -> None:
    """Proves CMD-09: ninety degrees take the radius; to port as to starboard; none takes more than the sharpest."""
    assert cut_m(400.0, 90.0) == cut_m(400.0, -90.0) == pytest.approx(400.0)
    assert cut_m(400.0, 0.0) == 0.0
    assert cut_m(400.0, 170.0) == cut_m(400.0, 150.0) == pytest.approx(400.0 * math.tan(math.radians(75.0)))


@pytest.mark.parametrize(
    ("by_deg", "radius_m", "found"),
    [
        (0.9, 1.0, []),
        (1.1, 1.0, [("radius", 1.0, 260.0, "m")]),
        (-1.1, 1.0, [("radius", 1.0, 260.0, "m")]),
        (90.0, 260.0, []),
        (90.0, 259.9, [("radius", 259.9, 260.0, "m")]),
        (149.5, 260.0, []),
        (-149.5, 260.0, []),
    ],
)
def test_a_turn_is_one_that_she_can_make(by_deg: float, radius_m: float, found: list[Row]) -> None:
    """Proves CMD-09: on her own radius or wider; what hardly turns needs none."""
    assert rows(turning(by_deg, radius_m)) == found


@pytest.mark.parametrize("by_deg", [150.6, -150.6])
def test_a_turn_that_is_too_sharp_is_two(by_deg: float) -> None:
    """Proves CMD-09: told by how much, and nothing of its radius."""
    (name, value, limit, unit), *rest = rows(turning(by_deg, 10.0))
    assert (name, limit, unit, rest) == ("turn", 150.0, "deg", [])
    assert value == pytest.approx(150.6, abs=0.2)


def test_a_leg_is_as_long_as_the_turns_at_both_its_ends() -> None:
    """Proves CMD-09: two turns of ninety degrees on 400 m need 800 m between them; at the ends there is no turn."""

    def zigzag(leg_m: float) -> Passage:
        step = leg_m / 111_319.5
        return route(mark(-0.1, 0.0), mark(0.0, 0.0), mark(0.0, step), mark(0.1, step))

    assert rows(zigzag(803.0)) == []
    ((name, value, limit, unit),) = rows(zigzag(797.0))
    assert (name, value, unit) == ("leg_length", 797.0, "m")
    assert limit == pytest.approx(800.0, abs=0.5)
    assert limit == round(float(str(limit)), 1)
    (short,) = faults(zigzag(797.0), OPEN)
    assert short.text == "The leg to waypoint 3 is 797 m long; its turns need 800 m."
    # A leg of several pieces is as long as all of them.
    assert rows(turning(90.0, 6000.0, 6100.0)) == []
    # Two waypoints at one place are none.
    assert [name for name, *_ in rows(route(mark(0.0, 0.0), mark(0.9 / 110_574.3, 0.0)))] == ["leg_length"]
    assert rows(route(mark(0.0, 0.0), mark(1.1 / 110_574.3, 0.0))) == []


@pytest.mark.parametrize("side", ["port", "starboard"])
def test_a_leg_is_wider_than_the_ship_to_either_side(side: str) -> None:
    """Proves CMD-09: her beam is enough, less is not; the first waypoint has no leg."""
    width = f"{side}_xtd_m"
    assert rows(route(mark(0.0, 0.0, **{width: 1.0}), mark(0.05, 0.0, **{width: 22.0}))) == []
    (narrow,) = faults(route(mark(0.0, 0.0), mark(0.05, 0.0, **{width: 21.9})), OPEN)
    assert (narrow.name, narrow.value, narrow.limit, narrow.unit) == ("xtd", 21.9, 22.0, "m")
    assert narrow.text == f"The leg to waypoint 2 allows 22 m to {side}; the ship is 22 m wide."


def fenced(*areas: Area) -> ControlConfig:
    """Return the ship with these areas alone."""
    return dataclasses.replace(CONFIG, areas=areas)


def area(kind: str, south: float, north: float, name: str = "box") -> Area:
    """Return an area from 128.9 to 129.5 E."""
    ring = ((128.9, south), (129.5, south), (129.5, north), (128.9, north))
    example = next(one for one in CONFIG.areas if one.kind == kind)
    return dataclasses.replace(example, name=name, ring=ring)


def test_a_leg_is_held_against_the_fence_as_wide_as_its_wider_side() -> None:
    """Proves CMD-09, INT-06: margin and the wider side, dense at a no-go area's edge; each area once for each leg."""
    config = fenced(area("no_go", 34.90, 34.95))
    for widths in ({"port_xtd_m": 200.0}, {"starboard_xtd_m": 200.0}):
        for off_m, found in ((252.0, []), (248.0, [("no_go_area", 250.0, "clear", "m")])):
            edge = 34.90 - off_m / M_NORTH
            assert rows(route(mark(edge, 129.0), mark(edge, 129.05, **widths)), config) == found
    edge = 34.90 - 100.0 / M_NORTH
    long = faults(route(mark(edge, 129.0), mark(edge, 129.2), mark(edge, 129.4)), config)
    assert [one.name for one in long] == ["no_go_area", "no_go_area"]
    assert [one.text for one in long] == [
        f"The leg to waypoint {number}, 150 m to each side, enters the no-go area 'box'." for number in (2, 3)
    ]
    both = fenced(area("no_go", 34.90, 34.95), area("no_go", 34.90, 34.93, "other"))
    assert len(rows(route(mark(edge, 129.0), mark(edge, 129.2)), both)) == 2
    (out,) = faults(route(mark(34.90, 129.0), mark(34.99, 129.0)), fenced(area("allowed", 34.8, 34.95)))
    assert rows(route(mark(34.90, 129.0), mark(34.94, 129.1)), fenced(area("allowed", 34.8, 35.0))) == []
    clear = area("no_go", 35.2, 35.3, "far off")
    assert len(rows(route(mark(edge, 129.0), mark(edge, 129.2)), fenced(clear, area("no_go", 34.90, 34.95)))) == 1
    assert (out.name, out.value, out.limit, out.unit) == ("allowed_area", 150.0, "clear", "m")
    assert "leaves the allowed area 'box'" in out.text


NEEDED_M = 7.7


def charted(without: str, *features: Feature, until: float = 129.5) -> ControlConfig:
    """Return the ship with a chart from 128.9 E on, deep but for what is said; what to do without one."""
    sea = shapely.box(128.9, 34.8, until, 35.1)
    chart: DepthChart = chart_of(chart_bytes("test", [Feature("depth", 20.0, sea), *features], sea), NEEDED_M)
    grounding = Grounding(6.2, 1.5, without)  # type: ignore[arg-type] # one of its words, given by the test
    return dataclasses.replace(OPEN, grounding=grounding, chart=chart)


def beside(off_m: float, kind: str, depth_m: float | None) -> Feature:
    """Return something of a chart so many metres north of 34.90 N, from 129.02 to 129.04 E."""
    south = 34.90 + off_m / M_NORTH
    return Feature(kind, depth_m, shapely.box(129.02, south, 129.04, south + 0.01))  # type: ignore[arg-type] # a word


@pytest.mark.parametrize(
    ("kind", "depth_m", "words"),
    [
        ("depth", 1.8, "1.8 m"),
        ("obstruction", None, "an unknown depth"),
        ("obstruction", 3.0, "3.0 m"),
        ("land", None, "land"),
    ],
)
@pytest.mark.parametrize("widths", [{"port_xtd_m": 300.0}, {"starboard_xtd_m": 300.0}], ids=["port", "starboard"])
def test_a_leg_has_water_enough_as_wide_as_its_wider_side(
    kind: str, depth_m: float | None, words: str, widths: dict[str, float]
) -> None:
    """Proves CMD-09, INT-07: dense at the width; what lies there is told once a leg with what is needed."""
    way = route(mark(34.90, 129.0), mark(34.90, 129.06, **widths))
    assert rows(way, charted("allow", beside(302.0, kind, depth_m))) == []
    (shoal,) = faults(way, charted("allow", beside(298.0, kind, depth_m)))
    assert (shoal.name, shoal.value, shoal.limit, shoal.unit) == ("shoal", depth_m, 7.7, "m")
    assert shoal.text == f"The leg to waypoint 2 meets {words}; 7.7 m are needed."
    again = route(mark(34.90, 129.0), mark(34.90, 129.06, **widths), mark(34.90, 129.01, **widths))
    texts = [one.text for one in faults(again, charted("allow", beside(298.0, kind, depth_m))) if one.name == "shoal"]
    assert [text[:24] for text in texts] == ["The leg to waypoint 2 me", "The leg to waypoint 3 me"]


def test_a_leg_off_the_chart_is_what_the_vessels_setting_says() -> None:
    """Proves CMD-09, INT-07: refused once a leg, or let pass; the legs on the chart are judged all the same."""
    way = route(mark(34.90, 129.0), mark(34.90, 129.06), mark(34.90, 129.3))
    shoal = beside(0.0, "depth", 1.8)
    refused = faults(way, charted("refuse", shoal, until=129.1))
    assert [(one.name, one.limit) for one in refused] == [("shoal", 7.7), ("no_chart", "a chart")]
    assert refused[1].text == "No chart is loaded for all of the leg to waypoint 3."
    for without in ("allow", "sounder"):
        assert [name for name, *_ in rows(way, charted(without, shoal, until=129.1))] == ["shoal"]
    none = dataclasses.replace(charted("refuse"), chart=None)
    assert [name for name, *_ in rows(way, none)] == ["no_chart", "no_chart"]
    assert rows(way, dataclasses.replace(none, grounding=Grounding(6.2, 1.5, "allow"))) == []
    assert rows(way, dataclasses.replace(none, grounding=None)) == []


def test_no_leg_allows_more_than_she_makes() -> None:
    """Proves CMD-09: full speed is allowed, more is not; the first waypoint has no leg."""
    assert rows(route(mark(0.0, 0.0, speed_max_kn=30.0), mark(0.05, 0.0, speed_max_kn=14.0))) == []
    (fast,) = faults(route(mark(0.0, 0.0), mark(0.05, 0.0, speed_max_kn=14.1)), OPEN)
    assert (fast.name, fast.value, fast.limit, fast.unit) == ("speed", 14.1, 14.0, "kn")
    assert fast.text == "The leg to waypoint 2 allows 14.1 kn; the ship makes 14 kn."


def timed(*etas_s: int, speeds_kn: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Passage:
    """Return a route east along the equator, 10 km a leg, with times at its waypoints and speeds of its legs."""
    step = 10_000.0 / 111_319.5
    return route(*(
        mark(0.0, number * step, eta_utc_s=eta_s, speed_max_kn=speeds_kn[number]) for number, eta_s in enumerate(etas_s)
    ))  # fmt: skip


def seconds(metres: float, speed_kn: float) -> int:
    """Return in how many whole seconds so far is made at a speed."""
    return math.ceil(metres / (speed_kn * KNOT_MPS))


def test_times_follow_one_another_and_no_faster_than_she_goes() -> None:
    """Proves CMD-09: at full speed in time, a few seconds less is not; equal and earlier times are out of order."""
    fast_s = seconds(10_000.0, 14.0)
    assert rows(timed(1000, 1000 + fast_s)) == []
    assert rows(timed(1000, 0)) == rows(timed(0, 1000)) == []
    ((name, value, limit, unit),) = rows(timed(1000, 1000 + fast_s - 10))
    assert (name, value, limit, unit) == ("schedule_speed", 14.1, 14.0, "kn")
    (late,) = faults(timed(1000, 1000 + fast_s - 10), OPEN)
    assert late.text == "To be at waypoint 2 in time takes 14.1 kn; allowed are 14 kn."
    for at_s, value in ((1000, 0.0), (990, -10.0)):
        (wrong,) = faults(timed(1000, at_s), OPEN)
        assert (wrong.name, wrong.value, wrong.limit, wrong.unit) == ("schedule", value, 0.0, "s")
        assert wrong.text == "Waypoint 2 is to be reached before waypoint 1."


def test_a_time_counts_from_the_last_that_is_told_over_the_legs_between() -> None:
    """Proves CMD-09: two legs from the first to the third; the slowest of the two is what they are sailed at."""
    both_s = seconds(20_000.0, 14.0)
    assert rows(timed(1000, 0, 1000 + both_s)) == []
    assert [name for name, *_ in rows(timed(1000, 0, 1000 + both_s - 10))] == ["schedule_speed"]
    # Each time that is told is a new beginning.
    leg_s = seconds(10_000.0, 14.0)
    assert rows(timed(1000, 1000 + leg_s, 1000 + 2 * leg_s)) == []
    assert len(rows(timed(1000, 1000 + leg_s - 10, 1000 + 2 * leg_s - 20))) == 2
    # Another leg's limit counts for no other time.
    assert rows(timed(1000, 1000 + leg_s, 0, speeds_kn=(0.0, 0.0, 5.0))) == []
    # A limit of either leg counts for both; one of a leg that is over, or that has none, does not.
    slow_s = seconds(20_000.0, 10.0)
    for speeds in ((0.0, 10.0, 0.0), (0.0, 0.0, 10.0), (0.0, 12.0, 10.0)):
        assert rows(timed(1000, 0, 1000 + slow_s, speeds_kn=speeds)) == []
        ((_, _, limit, _),) = rows(timed(1000, 0, 1000 + slow_s - 10, speeds_kn=speeds))
        assert limit == 10.0
    assert rows(timed(0, 1000, 1000 + leg_s, speeds_kn=(5.0, 5.0, 0.0))) == []


@pytest.mark.parametrize("is_water", [False, True], ids=["fence", "water"])
@pytest.mark.parametrize("quarter", ["north", "east"])
def test_a_leg_begins_at_its_waypoint_to_half_a_metre(is_water: bool, quarter: str) -> None:
    """Proves CMD-09, INT-06, INT-07: the start is held against area and shoal where it lies, leading away from both."""
    plane = Plane(34.90, 129.0)
    for off_m, is_clear in ((0.5, True), (-0.5, False)):
        gap_m = off_m + (100.0 if is_water else 150.0)
        west, south = plane.position(gap_m if quarter == "east" else -3000.0, gap_m if quarter == "north" else -3000.0)
        away = plane.position(-2000.0 if quarter == "east" else 0.0, -2000.0 if quarter == "north" else 0.0)
        way = route(mark(34.90, 129.0), mark(away[1], away[0]))
        ring = ((west, south), (129.5, south), (129.5, 35.0), (west, 35.0))
        no_go = dataclasses.replace(area("no_go", 34.8, 34.9), ring=ring)
        config = charted("allow", Feature("depth", 1.8, shapely.Polygon(ring))) if is_water else fenced(no_go)
        assert (rows(way, config) == []) is is_clear, off_m
