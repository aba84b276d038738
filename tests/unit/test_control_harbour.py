"""The fallback state `safe_harbour`: the way home from wherever she is, fix by fix, without a ship around it (FBK-02)."""

from __future__ import annotations

import dataclasses
import math

import pytest
import shapely

from control.command import KnownOrders
from control.depths import DepthChart, Feature
from control.execution import Execution
from control.geometry import Plane
from control.harbour import SafeHarbour, ways_home
from control.limits import Area, ControlConfig, Grounding, HarbourWay
from control.messages import Setpoint
from control.situation import Fact, Situation
from control.voyage import Voyage
from protocols.link.heartbeats import Disagreed
from protocols.link.passage import Mark
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

LATITUDE_DEG, LONGITUDE_DEG = 34.93, 129.05
PLANE = Plane(LATITUDE_DEG, LONGITUDE_DEG)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Return (longitude_deg, latitude_deg) so many metres from where the voyages begin."""
    return PLANE.position(east_m, north_m)


EASTWARD = tuple((longitude, LATITUDE_DEG) for longitude in (129.09, 129.13, 129.17))
"""Three waypoints in a straight line, 3.65 km apart, the first as far east of her."""
WAY = HarbourWay(EASTWARD, 700.0, 150.0, 50.0, 400.0)
NORTHWARD = dataclasses.replace(WAY, marks=((LONGITUDE_DEG, 34.97), (LONGITUDE_DEG, 35.0)))
BENT = dataclasses.replace(WAY, marks=(at(3000.0, 0.0), at(3000.0, -4000.0)))
"""East, and at the mark to starboard: due south to the end."""


def no_go(name: str, west_m: float, south_m: float, east_m: float, north_m: float) -> Area:
    """Return a rectangle where she may not be."""
    corners = ((west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m))
    return Area("no_go", name, tuple(at(*corner) for corner in corners))


def config(way: HarbourWay | None = WAY, *areas: Area, chart: DepthChart | None = None) -> ControlConfig:
    """Return the example's with this way home in her coastal phase, and nothing else around her but `areas`."""
    base = example_config()
    coastal = dataclasses.replace(base.phases["coastal"], harbour=way)
    return dataclasses.replace(
        base, phases={"coastal": coastal}, areas=areas, chart=chart, grounding=Grounding(6.2, 1.5, "allow")
    )


class Voyager:
    """A ship that is put wherever a test wants her; she carries out what is ordered."""

    def __init__(self, of: ControlConfig) -> None:
        """Lie where the voyages begin, heading east at 9 kn."""
        self.execution, self.voyage = Execution(of, KnownOrders()), Voyage(of)
        self.home = SafeHarbour(self.voyage, self.execution)
        self.now_s = 100.0
        self.values: dict[str, float] = {"NAV_HDG": 90.0, "NAV_SOG": 9.0, "NAV_COG": 90.0, "NAV_DPTK": 60.0}
        self.disagreements: tuple[Disagreed, ...] = ()
        self.place(0.0, 0.0)

    def place(self, east_m: float, north_m: float) -> None:
        """Put her so many metres from where the voyages begin."""
        longitude_deg, latitude_deg = at(east_m, north_m)
        self.values |= {"NAV_LAT": latitude_deg, "NAV_LON": longitude_deg}

    @property
    def situation(self) -> Situation:
        """What she knows now."""
        facts = {name: Fact(value, Quality.GOOD, 0.1) for name, value in self.values.items()}
        return Situation(facts, UTC_NS, disagreements=self.disagreements)

    def begin(self) -> list[tuple[str, str, str]]:
        """Set out; return (name, rule, text) of each reason why not."""
        return [(one.name, one.rule, one.text) for one in self.home.begin(self.situation, self.now_s)]

    def steer(self, after_s: float = 1.0) -> list[Setpoint]:
        """Let time pass, and carry out what is ordered then."""
        self.now_s += after_s
        found = self.home.steer(self.situation, self.now_s)
        for setpoint in found:
            self.execution.actuate(setpoint, "test")
        return found

    def objections(self, after_s: float = 0.0) -> list[str]:
        """Return the names of what speaks against going on, so much later."""
        self.now_s += after_s
        return [one.name for one in self.home.objections(self.situation, self.now_s)]


def test_a_way_home_is_one_where_the_phase_has_it_and_she_can_follow_routes() -> None:
    """Proves FBK-02: the way alone is not enough, nor is the tracking; without either nothing is set out on."""
    whole = config()
    for of, is_there in (
        (whole, True), (config(None), False), (dataclasses.replace(whole, tracking=None), False),
    ):  # fmt: skip
        ship = Voyager(of)
        assert ship.home.is_there is is_there
        assert [name for name, _, _ in ship.begin()] == ([] if is_there else ["no_harbour_route"])
        assert bool(ship.steer()) is is_there
    refused = Voyager(config(None)).begin()[0]
    assert refused[1] == "FBK-02"


@pytest.mark.parametrize("missing", ["NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"])
def test_she_sets_out_only_from_where_she_knows_that_she_is(missing: str) -> None:
    """Proves FBK-02, INT-02: position, heading and speed are needed; and receivers that disagree are no position."""
    ship = Voyager(config())
    del ship.values[missing]
    assert [(name, rule) for name, rule, _ in ship.begin()] == [("no_fix", "FBK-02")]
    assert ship.steer() == []
    apart = Voyager(config())
    apart.disagreements = (Disagreed("position", 240.0, "m", "one", "other"),)
    assert [name for name, _, _ in apart.begin()] == ["no_fix"]


def test_the_ways_home_lead_to_each_waypoint_the_nearest_first_and_on_to_the_end() -> None:
    """Proves FBK-02: the widths and radii are those of the file; her own place is the first mark of each."""
    longitude_deg, latitude_deg = 129.127, LATITUDE_DEG + 0.001
    found = ways_home(WAY, latitude_deg, longitude_deg)
    here = (longitude_deg, latitude_deg)
    assert [[(mark.longitude_deg, mark.latitude_deg) for mark in one.marks] for one in found] == [
        [here, *EASTWARD[1:]], [here, *EASTWARD], [here, *EASTWARD[2:]],
    ]  # fmt: skip
    assert {mark for one in found for mark in one.marks} == {
        Mark("", place[1], place[0], 700.0, 150.0, 150.0, False, 0.0, 0, False) for place in (here, *EASTWARD)
    }
    assert {(one.id, one.revision) for one in found} == {("safe harbour", 1)}


def test_she_joins_at_the_nearest_waypoint_that_she_can_come_to() -> None:
    """Proves FBK-02: the way to the nearest is barred, that to the next is not; where all are, the nearest's bar is told."""
    marks = (at(0.0, -3000.0), at(4000.0, -3000.0))
    way, wall = dataclasses.replace(WAY, marks=marks), no_go("wall", -600.0, -1800.0, 600.0, -1500.0)
    other = no_go("other wall", 2500.0, -6000.0, 2700.0, 6000.0)
    free, joining, barred = (Voyager(config(way, *areas)) for areas in ((), (wall,), (wall, other)))
    for ship in (free, joining):
        assert ship.begin() == []
    straight = math.degrees(math.atan2(4000.0, -3000.0))
    assert free.steer()[0] == Setpoint("heading", 180.0)
    assert joining.steer()[0] == Setpoint("heading", pytest.approx(straight, abs=0.2))
    ((name, rule, text),) = barred.begin()
    assert (name, rule) == ("harbour_barred", "FBK-02")
    assert "'wall'" in text
    assert barred.steer() == []


PIT = (200.0, -900.0, 1500.0, -260.0)
"""Off the way and its width, beside a southerly track, and where she comes to when she turns to port from a southerly heading."""


@pytest.mark.parametrize("what", ["area", "shoal"])
@pytest.mark.parametrize(("heading_deg", "is_barred"), [(180.0, True), (90.0, False), (0.0, False)])
def test_the_first_turn_onto_the_way_is_judged_like_a_heading_order(
    what: str, heading_deg: float, *, is_barred: bool
) -> None:
    """Proves FBK-02, INT-06, INT-07: fence and chart; on the way's own course already, or from the other side, it is free."""
    west_m, south_m, east_m, north_m = PIT
    shape = shapely.box(*at(west_m, south_m), *at(east_m, north_m))
    chart = DepthChart([Feature("depth", 2.0, shape)], shapely.box(128.0, 34.0, 130.0, 36.0), 7.7)
    ship = Voyager(config(WAY, no_go("pit", *PIT)) if what == "area" else config(WAY, chart=chart))
    ship.values["NAV_HDG"] = heading_deg
    found = ship.begin()
    assert [name for name, _, _ in found] == (["harbour_barred"] if is_barred else [])
    if is_barred:
        assert ("pit" if what == "area" else "a charted depth of 2.0 m") in found[0][2]


def test_the_first_turn_is_to_the_bearing_of_the_waypoint_and_no_other() -> None:
    """Proves FBK-02, INT-06: she heads along the way; what lies on either beam does not bar it, what lies ahead does."""
    beams = (no_go("north", -200.0, 300.0, 1500.0, 900.0), no_go("south", -200.0, -900.0, 1500.0, -300.0))
    assert Voyager(config(WAY, *beams)).begin() == []


@pytest.mark.parametrize(("beside_m", "is_barred"), [(76.0, False), (74.0, True)])
def test_the_way_west_is_judged_on_its_very_course(beside_m: float, *, is_barred: bool) -> None:
    """Proves FBK-02, INT-06: a narrow way, a rock 1.5 km on beside it: a degree further north the turn would meet it."""
    westward = dataclasses.replace(WAY, marks=(at(-4000.0, 0.0), at(-8000.0, 0.0)), xtd_m=25.0)
    ship = Voyager(config(westward, no_go("rock", -1640.0, beside_m, -1500.0, 300.0)))
    ship.values["NAV_HDG"] = 270.0
    assert bool(ship.begin()) is is_barred  # 75 m to each side are hers


def test_she_is_ordered_what_has_changed_and_once_a_second() -> None:
    """Proves FBK-02: heading and propulsion at the first fix; then nothing until the heading differs by half a degree."""
    ship = Voyager(config())
    assert ship.steer() == []  # nobody has set out
    assert not ship.home.has_arrived(ship.situation)
    assert ship.begin() == []
    assert ship.steer(0.0) == [Setpoint("heading", 90.0), Setpoint("propulsion", 50.0)]
    ship.place(500.0, 100.0)  # 100 m to port of it
    assert ship.steer(0.9) == []
    (heading,) = ship.steer(0.1)
    assert heading.kind == "heading"
    assert heading.value is not None
    assert 97.0 < heading.value < 120.0
    assert heading.rate_deg_min is None
    assert ship.steer() == []
    # The engine is not where the way has it: it is ordered anew.
    ship.execution.actuate(Setpoint("propulsion", 20.0), "somebody")
    assert ship.steer() == [Setpoint("propulsion", 50.0)]


@pytest.mark.parametrize(("apart_deg", "ordered"), [(0.4, False), (0.5, True), (-0.5, True), (-0.4, False)])
def test_a_heading_is_ordered_from_half_a_degree_on(apart_deg: float, *, ordered: bool) -> None:
    """Proves FBK-02: dense at the limit, over north as elsewhere."""
    for way, course_deg in ((WAY, 90.0), (NORTHWARD, 0.0)):
        ship = Voyager(config(way))
        assert ship.begin() == []
        ship.execution.actuate(Setpoint("heading", (course_deg - apart_deg) % 360.0), "somebody")
        assert ("heading" in [one.kind for one in ship.steer()]) is ordered


@pytest.mark.parametrize(("way", "course_deg", "steered_deg"), [(WAY, 90.0, 84.0), (NORTHWARD, 0.0, 354.0)])
def test_she_is_set_across_and_heads_up_against_it(way: HarbourWay, course_deg: float, steered_deg: float) -> None:
    """Proves FBK-02: made good is the way's course; the drift of 6 deg to starboard is taken off, and counted once a second."""
    ship = Voyager(config(way))
    ship.values |= {"NAV_HDG": course_deg, "NAV_COG": course_deg}
    assert ship.begin() == []
    ship.steer(0.0)
    ship.values["NAV_COG"] = course_deg + 6.0
    for _ in range(200):
        ship.steer()
    assert ship.execution.setpoints.heading_deg == pytest.approx(steered_deg, abs=0.6)
    # Without a course made good, what was found stays.
    del ship.values["NAV_COG"]
    ship.steer()
    assert ship.execution.setpoints.heading_deg == pytest.approx(steered_deg, abs=0.6)
    # Setting out again begins without it.
    ship.values["NAV_COG"] = course_deg
    assert ship.begin() == []
    ship.steer(0.0)
    assert ship.execution.setpoints.heading_deg == course_deg


def test_in_a_turn_the_rate_that_the_arc_needs_goes_with_the_heading() -> None:
    """Proves FBK-02: on 700 m at 9 kn 29.6 deg/min at 1.3 times; the end of the way is not looked for in the turn."""
    way = dataclasses.replace(BENT, arrive_m=5000.0)
    ship = Voyager(config(way))
    assert ship.begin() == []
    ship.steer(0.0)
    ship.place(2300.0, 0.0)  # past the wheel-over, 850 m before the mark
    found = ship.steer()
    assert [one.kind for one in found] == ["heading"]
    assert found[0].rate_deg_min == pytest.approx(
        1.3 * 9.0 * 1852.0 / 3600.0 / 700.0 * 60.0 * 180.0 / math.pi, abs=0.05
    )
    assert found[0].rate_deg_min == round(found[0].rate_deg_min or 0.0, 1)
    assert not ship.home.has_arrived(ship.situation)
    # On the last leg, within its 5 km: there she stops.
    ship.values["NAV_HDG"] = ship.values["NAV_COG"] = 180.0
    ship.place(3000.0, -1200.0)
    assert ship.steer() == [Setpoint("controlled_stop", 0.0)]


@pytest.mark.parametrize(("before_m", "arrives"), [(401.0, False), (399.0, True), (-1.0, True), (-300.0, True)])
def test_she_stops_so_far_before_the_end_as_the_file_says(before_m: float, *, arrives: bool) -> None:
    """Proves FBK-02: her stopping distance before the last mark; past it too; and then nothing is ordered any more."""
    ship = Voyager(config())
    assert ship.begin() == []
    ship.steer(0.0)
    end_m = PLANE.xy(*EASTWARD[-1])[0]
    ship.place(end_m - before_m, 0.0)
    found = ship.steer()
    assert (found == [Setpoint("controlled_stop", 0.0)]) is arrives
    assert ship.home.has_arrived(ship.situation) is arrives
    if arrives:
        ship.place(end_m - before_m - 1000.0, 30.0)
        assert ship.steer(2.0) == []
    # Who does not know her own speed cannot say that she has come to rest.
    del ship.values["NAV_SOG"]
    assert not ship.home.has_arrived(ship.situation)


def test_past_the_end_she_stops_where_no_distance_is_given() -> None:
    """Proves FBK-02: the last mark itself is the end."""
    ship = Voyager(config(dataclasses.replace(WAY, arrive_m=0.0)))
    assert ship.begin() == []
    end_m = PLANE.xy(*EASTWARD[-1])[0]
    ship.place(end_m - 2.0, 0.0)
    assert [one.kind for one in ship.steer(0.0)] == ["heading", "propulsion"]
    ship.place(end_m + 2.0, 0.0)
    assert ship.steer() == [Setpoint("controlled_stop", 0.0)]


def test_a_waypoint_in_a_straight_line_is_not_the_end() -> None:
    """Proves FBK-02: due east no course changes at the first two of the three; she goes by both of them, and on."""
    ship = Voyager(config())
    assert ship.begin() == []
    ship.steer(0.0)
    for longitude_deg, _ in EASTWARD[:-1]:
        mark_m = PLANE.xy(longitude_deg, LATITUDE_DEG)[0]
        for before_m in (399.0, 1.0, -1.0):
            ship.place(mark_m - before_m, 0.0)
            assert ship.steer() == []
            assert not ship.home.has_arrived(ship.situation)
    assert ship.execution.setpoints.propulsion_pct == 50.0


def test_a_second_way_home_is_a_new_one() -> None:
    """Proves FBK-02: she arrived, was taken out again, and is left alone a second time; a way that is barred leaves none."""
    ship = Voyager(config())
    assert ship.begin() == []
    ship.place(PLANE.xy(*EASTWARD[-1])[0] - 100.0, 0.0)
    ship.steer()
    assert ship.home.has_arrived(ship.situation)
    ship.place(0.0, 0.0)
    assert ship.begin() == []
    assert not ship.home.has_arrived(ship.situation)
    assert ship.objections() == []  # of the way that she was on before nothing is left to be off
    assert [one.kind for one in ship.steer(0.0)] == ["heading", "propulsion"]
    del ship.values["NAV_LAT"]
    assert [name for name, _, _ in ship.begin()] == ["no_fix"]
    ship.place(0.0, 0.0)
    assert ship.steer(5.0) == []


@pytest.mark.parametrize("other", [None, dataclasses.replace(WAY, approach_pct=80.0, arrive_m=3000.0)])
def test_a_phase_that_is_put_in_force_on_the_way_leaves_her_the_way_she_set_out_on(other: HarbourWay | None) -> None:
    """Proves FBK-02: one without a way home, and one with another: she neither steams on unsteered nor changes over half-way."""
    of = config()
    berth = dataclasses.replace(of.phases["coastal"], harbour=other)
    ship = Voyager(dataclasses.replace(of, phases={**of.phases, "berth": berth}))
    assert ship.begin() == []
    ship.steer(0.0)
    ship.voyage.change("berth", lambda _: None, "mate", "bridge")
    ship.place(500.0, 100.0)
    assert [one.kind for one in ship.steer()] == ["heading"]
    ship.place(PLANE.xy(*EASTWARD[-1])[0] - 399.0, 0.0)
    assert ship.steer() == [Setpoint("controlled_stop", 0.0)]
    # Setting out anew she goes by what the phase has.
    assert [name for name, _, _ in ship.begin()] == ([] if other else ["no_harbour_route"])


@pytest.mark.parametrize("missing", ["NAV_LAT", "NAV_SOG"])
def test_ten_seconds_without_a_position_end_the_way(missing: str) -> None:
    """Proves FBK-02, INT-02: dense at ten seconds from the last fix, each fix begins them anew; meanwhile nothing is ordered."""
    ship = Voyager(config())
    assert ship.begin() == []
    ship.steer(0.0)
    held = ship.values.pop(missing)
    assert ship.objections(9.9) == []
    ship.place(0.0, 0.0)
    ship.values[missing] = held
    assert ship.objections() == []
    del ship.values[missing]
    assert ship.steer(9.9) == []
    assert ship.objections() == []
    found = ship.home.objections(ship.situation, ship.now_s + 0.1)
    assert [(one.name, one.rule) for one in found] == [("no_fix", "FBK-02")]


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_she_stops_where_she_is_off_what_was_judged(side: float) -> None:
    """Proves FBK-02: the width of the leg and the phase's margin, 150 m and 50 m, to either side, and no further."""
    ship = Voyager(config())
    assert ship.begin() == []
    ship.place(1000.0, side * 500.0)
    assert ship.objections() == []  # not steered yet: nothing is known of where she is on it
    ship.place(1000.0, side * 199.0)
    ship.steer()
    assert ship.objections() == []
    ship.place(1000.0, side * 201.0)
    ship.steer()
    (found,) = ship.home.objections(ship.situation, ship.now_s)
    assert (found.name, found.rule, found.value, found.limit, found.unit) == (
        "off_harbour_route",
        "FBK-02",
        201,
        200,
        "m",
    )
    assert "201 m off" in found.text
