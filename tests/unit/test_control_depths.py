"""A chart as she reads it: what is too shallow for her, how far ahead it is met, and which files are none (INT-07)."""

from __future__ import annotations

import hashlib
import json
import math

import pytest
import shapely

from control import depths
from control.depths import (
    BYTES_MAX,
    ChartError,
    DepthChart,
    Feature,
    Shoal,
    chart_bytes,
    chart_of,
    name_of,
    sheet_of,
    unseen,
)  # fmt: skip
from control.geometry import Plane, Track

NEEDED_M = 7.7
SEA = shapely.box(128.0, 34.0, 130.0, 36.0)
EAST: Track = [(0.0, 0.0), (3000.0, 0.0)]


def block(plane: Plane, west_m: float, south_m: float, east_m: float, north_m: float) -> shapely.Polygon:
    """Return a rectangle on the chart, given in metres about the plane's origin."""
    return shapely.box(*plane.position(west_m, south_m), *plane.position(east_m, north_m))


HERE = Plane(34.93, 129.05)


def rock(
    east_m: float, south_m: float, depth_m: float | None = 2.0, plane: Plane = HERE, kind: depths.Kind = "depth"
) -> Feature:
    """Return something 20 m square whose south-west corner lies so far from her."""
    return Feature(kind, depth_m, block(plane, east_m, south_m, east_m + 20.0, south_m + 20.0))


def chart(*features: Feature) -> DepthChart:
    """Return a chart of these alone."""
    return DepthChart(list(features), SEA, NEEDED_M)


@pytest.mark.parametrize(
    ("depth_m", "is_hazard"), [(7.69, True), (7.7, False), (20.0, False), (0.0, True), (-1.5, True), (None, True)]
)
def test_what_has_less_water_than_she_needs_is_a_hazard(depth_m: float | None, *, is_hazard: bool) -> None:
    """Proves INT-07: dense at her draught and clearance; what dries is shallow, and an unknown depth is none she may trust."""
    found = chart(rock(500.0, -10.0, depth_m)).first_shoal(HERE, EAST, 50.0)
    assert (found is not None) is is_hazard
    if found is not None:
        assert (found.kind, found.depth_m) == ("depth", depth_m)


@pytest.mark.parametrize("latitude_deg", [0.0, 1.2, 34.93, -34.93, 60.0, 84.0, -84.0, 89.0])
@pytest.mark.parametrize("side", ["north", "south", "east", "west"])
@pytest.mark.parametrize(("beside_m", "is_met"), [(49.0, True), (49.98, True), (50.02, False), (51.0, False)])
def test_a_rock_is_met_within_the_width_to_every_side_in_every_latitude(
    latitude_deg: float, side: str, beside_m: float, *, is_met: bool
) -> None:
    """Proves INT-07: 50 m to each side of her track, from the equator, where degrees of latitude are shortest, to 89 N."""
    plane = Plane(latitude_deg, 10.0)
    track: Track = [(0.0, 0.0), (1000.0, 0.0)] if side in ("north", "south") else [(0.0, 0.0), (0.0, 1000.0)]
    low_m = beside_m if side in ("north", "east") else -beside_m - 20.0
    place = (500.0, low_m) if side in ("north", "south") else (low_m, 500.0)
    found = chart(rock(*place, plane=plane)).first_shoal(plane, track, 50.0)
    assert (found is not None) is is_met
    if found is not None:
        assert found.distance_m == pytest.approx(500.0, abs=0.5)  # where it comes abeam


@pytest.mark.parametrize("latitude_deg", [84.0, -84.0])
@pytest.mark.parametrize(("beside_m", "is_met"), [(49.9, True), (50.1, False)])
def test_a_long_track_towards_the_equator_meets_what_lies_beside_its_polar_end(
    latitude_deg: float, beside_m: float, *, is_met: bool
) -> None:
    """Proves INT-07: 30 km, over which a degree of longitude grows by a twentieth: the narrowest of them counts."""
    plane = Plane(latitude_deg, 10.0)
    track: Track = [(0.0, 0.0), (0.0, math.copysign(30_000.0, -latitude_deg))]
    assert (chart(rock(beside_m, -10.0, plane=plane)).first_shoal(plane, track, 50.0) is not None) is is_met


DATE_LINE = shapely.MultiPolygon([shapely.box(179.0, -18.0, 180.0, -16.0), shapely.box(-180.0, -18.0, -179.0, -16.0)])
"""A chart on both sides of the antimeridian, as the sea about Fiji is."""


@pytest.mark.parametrize("east_m", [-900.0, -540.0, -500.0, 0.0, 500.0, 540.0, 900.0])
@pytest.mark.parametrize("heading", [1.0, -1.0])
def test_over_the_antimeridian_a_rock_is_met_as_anywhere(east_m: float, heading: float) -> None:
    """Proves INT-07: 532 m east of her, or west, the longitude goes from 180 to -180; rocks on this side, on it, beyond it."""
    plane = Plane(-17.0, heading * 179.995)
    track: Track = [(0.0, 0.0), (heading * 1000.0, 0.0)]
    found = DepthChart([rock(heading * east_m - 10.0, -10.0, plane=plane)], DATE_LINE, NEEDED_M)
    assert found.covers(plane, track)
    met = found.first_shoal(plane, track, 50.0)
    assert (met is not None) is (east_m >= 0.0)
    if met is not None:
        assert met.distance_m == pytest.approx(max(0.0, east_m - 10.0), abs=0.5)


@pytest.mark.parametrize(("side", "length_m"), [(1.0, 0.0), (-1.0, 0.0), (1.0, 400.0), (-1.0, 400.0)])
def test_beside_the_antimeridian_she_looks_over_it(side: float, length_m: float) -> None:
    """Proves INT-07: along it, or lying still; a rock on the other side is met within 50 m and no further."""
    plane = Plane(-17.0, side * 179.9999)  # 11 m from it
    track: Track = [(0.0, 0.0), (0.0, length_m)]
    for beside_m, is_met in ((40.0, True), (49.0, True), (51.0, False)):
        west_m = beside_m if side > 0.0 else -beside_m - 20.0
        made = DepthChart([rock(west_m, 5.0, plane=plane)], DATE_LINE, NEEDED_M)
        assert made.covers(plane, track)
        assert (made.first_shoal(plane, track, 50.0) is not None) is is_met


@pytest.mark.parametrize("longitude_deg", [163.0, -163.0, 17.0, -17.0, 0.0, 90.0])
def test_no_other_meridian_is_an_edge(longitude_deg: float) -> None:
    """Proves INT-07: she crosses it, and meets what lies beyond it."""
    plane, sea = Plane(-17.0, longitude_deg - 0.002), shapely.box(-180.0, -18.0, 180.0, -16.0)
    made = DepthChart([rock(700.0, -10.0, plane=plane)], sea, NEEDED_M)
    assert made.covers(plane, EAST)
    assert made.first_shoal(plane, EAST, 50.0) is not None


def test_a_chart_of_one_side_of_the_antimeridian_does_not_cover_the_other() -> None:
    """Proves INT-07: who sails off its edge has no chart, from whichever side she comes."""
    for half, side in ((DATE_LINE.geoms[0], 1.0), (DATE_LINE.geoms[1], -1.0)):
        made, plane = DepthChart([], half, NEEDED_M), Plane(-17.0, side * 179.995)
        assert made.covers(plane, [(0.0, 0.0), (side * 500.0, 0.0)])
        assert not made.covers(plane, [(0.0, 0.0), (side * 600.0, 0.0)])
        assert not made.covers(Plane(-17.0, -side * 179.995), [(0.0, 0.0), (side * 10.0, 0.0)])


def test_the_first_of_several_is_told_whatever_the_order_of_the_file() -> None:
    """Proves INT-07: by the distance along the track, not by the order of the chart; one that is not met is none of them."""
    far, near, aside = rock(2000.0, -10.0, 3.0), rock(800.0, 10.0, 5.0, kind="obstruction"), rock(200.0, 70.0, 1.0)
    for features in ((far, near, aside), (aside, near, far), (near, far, aside)):
        found = chart(*features).first_shoal(HERE, EAST, 50.0)
        assert found is not None
        assert (found.kind, found.depth_m) == ("obstruction", 5.0)
        assert found.distance_m == pytest.approx(800.0, abs=0.5)
    assert chart(aside).first_shoal(HERE, EAST, 50.0) is None
    assert chart().first_shoal(HERE, EAST, 50.0) is None


def test_a_shoal_that_is_only_just_touched_by_the_corridor_s_end_is_met_at_the_end() -> None:
    """Proves INT-07: the round end of the corridor is a polygon; what lies between it and the true circle counts."""
    angle = math.radians(2.8125)  # halfway between two corners of a circle of 32 to the quarter
    away_m = 50.0 - 0.005
    east_m, north_m = 3000.0 + away_m * math.cos(angle), away_m * math.sin(angle)
    needle = Feature("depth", 1.0, shapely.Polygon([HERE.position(east_m, north_m), HERE.position(east_m + 90.0, north_m + 1.0),
                                                    HERE.position(east_m + 90.0, north_m - 1.0)]))  # fmt: skip
    found = chart(needle).first_shoal(HERE, EAST, 50.0)
    assert found is not None
    assert found.distance_m == pytest.approx(3000.0, abs=0.5)


def test_she_who_lies_still_is_on_it_or_not() -> None:
    """Proves INT-07: a track of no length is a point: nought metres to it."""
    still: Track = [(0.0, 0.0), (0.0, 0.0)]
    found = chart(rock(-10.0, 40.0)).first_shoal(HERE, still, 50.0)
    assert found == Shoal("depth", 2.0, 0.0)
    assert chart(rock(-10.0, 51.0)).first_shoal(HERE, still, 50.0) is None


def test_a_track_lies_on_the_chart_as_a_whole_or_not() -> None:
    """Proves INT-07: a chart of one kilometre to each side."""
    small = DepthChart([], block(HERE, -1000.0, -1000.0, 1000.0, 1000.0), NEEDED_M)
    assert small.covers(HERE, [(0.0, 0.0), (990.0, 0.0)])
    assert not small.covers(HERE, [(0.0, 0.0), (1010.0, 0.0)])
    assert not small.covers(HERE, [(0.0, 0.0), (1010.0, 0.0), (0.0, 10.0)])


@pytest.mark.parametrize(
    ("shoal", "words"),
    [
        (Shoal("land", None, 5.0), "land"), (Shoal("depth", 1.84, 5.0), "a charted depth of 1.8 m"),
        (Shoal("depth", None, 5.0), "a charted depth of 0.0 m"), (Shoal("obstruction", 3.0, 5.0), "an obstruction at 3.0 m"),
        (Shoal("obstruction", None, 5.0), "an obstruction of unknown depth"),
    ],
)  # fmt: skip
def test_what_lies_there_is_said_in_words(shoal: Shoal, words: str) -> None:
    """Proves CMD-07: and a depth area without a depth is said to have none."""
    assert shoal.words == words


@pytest.mark.parametrize("is_made_up", [True, False])
def test_a_chart_file_tells_back_what_was_put_into_it(*, is_made_up: bool) -> None:
    """Proves INT-07: source, areas to the centimetre, coverage, and that nobody surveyed it."""
    features = [
        rock(500.0, 0.0, 2.5),
        Feature("land", None, block(HERE, 0.0, 100.0, 50.0, 200.0)),
        rock(0.0, 0.0, None, kind="obstruction"),
    ]
    content = chart_bytes("US5WA22M", features, SEA, is_made_up=is_made_up)
    sheet = sheet_of(content)
    assert (sheet.source, sheet.is_made_up) == ("US5WA22M", is_made_up)
    assert [(one.kind, one.depth_m) for one in sheet.features] == [
        ("depth", 2.5),
        ("land", None),
        ("obstruction", None),
    ]
    assert all(
        one.shape.normalize().equals_exact(other.shape.normalize(), 2e-7)
        for one, other in zip(sheet.features, features, strict=True)
    )
    assert sheet.coverage.equals(SEA)
    assert sheet_of(chart_bytes("x", [], SEA)).is_made_up is False
    assert ("made_up" in json.loads(content)) is is_made_up
    found = chart_of(content, NEEDED_M)
    assert (found.name, found.needed_m) == (hashlib.sha256(content).hexdigest(), NEEDED_M)
    assert name_of(content) == found.name
    assert DepthChart([], SEA, NEEDED_M).name == ""
    assert "source" in json.loads(content)
    del (body := json.loads(content))["source"]
    assert sheet_of(json.dumps(body).encode()).source == ""


def ring(*metres: tuple[float, float]) -> list[tuple[float, float]]:
    """Return places on the chart, given in metres east and north of her."""
    return [HERE.position(*one) for one in metres]


BLOCK = ring((200.0, -20.0), (300.0, -20.0), (300.0, 20.0), (200.0, 20.0))
SPOILT: dict[str, shapely.Geometry] = {
    "a ring that crosses itself": shapely.Polygon(ring((200.0, -20.0), (300.0, 20.0), (300.0, -20.0), (200.0, 20.0))),
    "a ring that laps over": shapely.Polygon(ring((200.0, -20.0), (300.0, -20.0), (300.0, 20.0), (220.0, 20.0), (220.0, -15.0),
                                                  (280.0, -15.0), (280.0, 30.0), (200.0, 30.0))),
    "a hole outside": shapely.Polygon(BLOCK, [ring((400.0, -5.0), (410.0, -5.0), (410.0, 5.0))]),
    "a spike": shapely.Polygon([*BLOCK[:3], HERE.position(300.0, 80.0), *BLOCK[2:]]),
    "one in another": shapely.MultiPolygon([shapely.Polygon(BLOCK),
                                            shapely.Polygon(ring((220.0, -9.0), (250.0, -9.0), (250.0, 9.0)))]),
    "a ring without width": shapely.Polygon(ring((200.0, -20.0), (200.0, 20.0), (200.0, -20.0))),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
@pytest.mark.parametrize("written", [True, False])
def test_a_shoal_that_was_drawn_badly_is_a_shoal(name: str, *, written: bool) -> None:
    """Proves INT-07: written by the import or by anybody else; none of them stops her reckoning, or is passed over."""
    shape = SPOILT[name]
    assert not shape.is_valid
    good = chart_bytes("x", [Feature("depth", 2.0, shape)], SEA)
    raw = json.loads(good) | {"features": [["depth", 2.0, shapely.to_wkb(shape, hex=True)]]}
    found = chart_of(good if written else json.dumps(raw).encode(), NEEDED_M)
    assert found.first_shoal(HERE, [(0.0, 0.0), (0.0, 0.0)], 210.0) == Shoal("depth", 2.0, 0.0)
    ahead = found.first_shoal(HERE, EAST, 30.0)
    assert ahead is not None
    assert ahead.distance_m == pytest.approx(200.0, abs=1.0)


def test_a_coverage_that_was_drawn_badly_covers_what_it_encloses() -> None:
    """Proves INT-07: a bow tie of two halves: she is in one of them, or beside both."""
    tie = shapely.Polygon(ring((-2000.0, -2000.0), (2000.0, 2000.0), (2000.0, -2000.0), (-2000.0, 2000.0)))
    written = json.loads(chart_bytes("x", [], SEA)) | {"coverage": shapely.to_wkb(tie, hex=True)}
    found = chart_of(json.dumps(written).encode(), NEEDED_M)
    assert found.covers(HERE, [(1000.0, 0.0), (1500.0, 100.0)])
    assert not found.covers(HERE, [(0.0, 1000.0), (0.0, 1500.0)])


def body(**changes: object) -> bytes:
    """Return the bytes of a good chart of one depth area, changed."""
    good = json.loads(chart_bytes("x", [rock(0.0, 0.0)], SEA))
    return json.dumps(good | changes).encode()


SHAPE = shapely.to_wkb(shapely.box(129.0, 34.0, 129.1, 34.1), hex=True)
BAD = shapely.to_wkb(shapely.Point(math.inf, 34.0), hex=True)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"v": 2}, "of version 2"), ({"v": 0}, "of version 0"), ({"features": [["swamp", 1.0, SHAPE]]}, "kind 'swamp'"),
        ({"features": [["depth", "deep", SHAPE]]}, "depth 'deep'"), ({"features": [["depth", math.nan, SHAPE]]}, "depth nan"),
        ({"features": [["depth", math.inf, SHAPE]]}, "depth inf"), ({"features": [["depth", 1.0]]}, "cannot be read"),
        ({"features": [["depth", 1.0, "zz"]]}, "cannot be read"), ({"features": 5}, "cannot be read"),
        ({"features": [["depth", 1.0, BAD]]}, "no place"), ({"coverage": BAD}, "no place"),
        ({"coverage": "zz"}, "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_chart_is_refused_with_what_is_wrong(changes: dict[str, object], word: str) -> None:
    """Proves INT-07: another version, another kind, a depth or a place that is none; never half of it."""
    assert sheet_of(body()).features[0].depth_m == 2.0
    assert sheet_of(body(features=[["depth", 3, SHAPE], ["land", None, SHAPE]])).features[0].depth_m == 3.0
    with pytest.raises(ChartError, match="the chart") as raised:
        sheet_of(body(**changes))
    assert word in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"noise", b"[]", b"{}", b"5", b'{"v":1}', b"[" * 100_000])
def test_bytes_that_are_no_chart_at_all_are_refused(content: bytes) -> None:
    """Proves INT-07: each with a word and no other error."""
    with pytest.raises(ChartError):
        sheet_of(content)


def test_a_file_is_read_up_to_its_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves INT-07: dense at the limit, which is 32 MiB."""
    assert BYTES_MAX == 33_554_432
    content = body()
    monkeypatch.setattr(depths, "BYTES_MAX", len(content))
    assert sheet_of(content).source == "x"
    with pytest.raises(ChartError, match="at most"):
        sheet_of(content + b" ")


def test_the_stand_in_for_a_chart_that_only_the_ship_has_says_nothing_anywhere() -> None:
    """Proves INT-07, CMD-09: it covers the whole of the Earth, over both poles' seas and the date line, and holds no hazard."""
    found = unseen(NEEDED_M)
    assert (found.needed_m, found.hazards, found.name) == (NEEDED_M, (), "")
    for latitude, longitude in ((34.93, 129.05), (-89.9, -179.99), (89.9, 179.99), (0.0, 0.0), (-45.0, -120.0)):
        plane = Plane(latitude, longitude)
        assert found.covers(plane, [(0.0, 0.0), (1000.0, 100.0), (-1000.0, -100.0)])
        assert found.first_shoal(plane, EAST, 5000.0) is None
