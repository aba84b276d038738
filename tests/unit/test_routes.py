"""Routes: RTZ files of all versions read and written again whole, hostile ones refused, every fault listed at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from control.limits import ControlConfig
from control.passage import PIECE_M, faults, pieces, turn_deg
from farhelm.route.cli import app
from protocols.errors import MalformedError
from protocols.link.passage import BYTES_MAX, Mark, Passage, hash_of
from protocols.rtz.passage import file_of, passage_of
from protocols.rtz.route import read
from protocols.rtz.tree import DEPTH_MAX, Document, Element, parse, write
from tests.control_rig import EXAMPLE, example_config
from tests.shared_folder import shared

SAMPLES = {
    "DefaultWaypoint.rtz": ("1.2", 12, 0, 0), "JPNGO_STLAW_BASE_RTZ.rtz": ("1.2", 6, 0, 0),
    "RTZ1.0MandatoryElementsAndAttributes.rtz": ("1.0", 6, 0, 0),
    "RTZ1.1AllOptionalElementsAndAttributes.rtz": ("1.1", 6, 2, 7),
    "RTZ1.2AllOptionalElementsAndAttributes.rtz": ("1.2", 6, 2, 9),
}  # fmt: skip
"""{file: (version, waypoints, schedules, extensions)}, counted by hand."""


def sample(name: str) -> bytes:
    return shared(f"data/routes/{name}").read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read_and_written_again_whole(name: str) -> None:
    """Proves CMD-09: nothing of the file is lost but comments, and those are told; extensions stay to the last attribute."""
    found = read(sample(name))
    assert found.faults == ()
    assert found.route is not None
    made = found.route
    assert (made.version, len(made.waypoints), len(made.schedules), len(made.extensions)) == SAMPLES[name]
    again = read(write(made.document.root))
    assert again.faults == ()
    assert again.route is not None
    assert again.route.document.root == made.document.root
    assert dataclasses.replace(again.route, document=made.document) == made
    assert again.route.document.dropped == ()
    assert sum(int(told.split()[0]) for told in made.document.dropped) == sample(name).count(b"<!--")


def test_values_and_defaults_are_those_of_the_file() -> None:
    """The default waypoint fills in what a waypoint leaves out; what it says itself wins; times are UTC."""
    found = read(sample("RTZ1.2AllOptionalElementsAndAttributes.rtz")).route
    assert found is not None
    first, pilots, ocean = found.waypoints[:3]
    assert (first.id, first.name, first.latitude_deg, first.radius_nm) == (11, "Hitachi LNG Terminal", 36.4846, 0.6)
    assert (pilots.radius_nm, pilots.leg.geometry, pilots.leg.port_xtd_nm) == (0.3, "loxodrome", 0.1)
    assert (ocean.leg.geometry, ocean.leg.port_xtd_nm, ocean.leg.speed_max_kn) == ("orthodrome", 1.1, 18.0)
    element = found.schedules[0].manual[-1]
    assert (element.waypoint_id, element.eta_utc_s, element.speed_kn) == (5, 1_582_839_522.0, 20.0)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<route xmlns="http://www.cirm.org/RTZ/1/2" version="1.2"><routeInfo routeName="&b;"/></route>"""
FILE = b"""<!DOCTYPE route [<!ENTITY x SYSTEM "file:///etc/passwd">]><route xmlns="http://www.cirm.org/RTZ/1/2">&x;</route>"""


@pytest.mark.parametrize(
    "hostile", [BOMB, FILE, b"", b"\x00", b"<route", b"<a/><b/>", b"&x;", b"<a>" * 40 + b"</a>" * 40, b"\xff\xfe<\x00",
                b'<?xml version="1.0" encoding="klingon"?><a/>'],
)  # fmt: skip
def test_hostile_files_are_refused_with_a_word(hostile: bytes) -> None:
    """Entities are never expanded and no file is named: a document type is refused before anything in it is read."""
    with pytest.raises(MalformedError):
        parse(hostile)
    found = read(hostile)
    assert found.route is None
    assert len(found.faults) == 1


def test_nesting_has_its_limit() -> None:
    """At the limit it is read, beyond it is not."""
    assert isinstance(parse(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX), Document)
    with pytest.raises(MalformedError):
        parse(b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1))


@given(st.binary(max_size=400))
def test_no_bytes_raise(content: bytes) -> None:
    """Whatever comes is a route with its faults, or none with one."""
    found = read(content)
    assert found.faults or found.route is not None


_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=12)
_NAME = st.sampled_from(["route", "leg", "extension", "x-y", "a.b"])
_SPACE = st.sampled_from(["", "http://www.cirm.org/RTZ/1/2", "urn:other", "urn:third"])
_ATTRIBUTES = st.dictionaries(st.tuples(_SPACE, _NAME), _TEXT, max_size=3)


@given(
    st.recursive(
        st.builds(Element, st.tuples(_SPACE, _NAME), _ATTRIBUTES, st.just(()), _TEXT.map(str.strip)),
        lambda inner: st.builds(
            Element, st.tuples(_SPACE, _NAME), _ATTRIBUTES, st.lists(inner, max_size=3).map(tuple), st.just("")
        ),
        max_leaves=12,
    )
)
def test_any_tree_comes_back_as_it_was(root: Element) -> None:
    """Namespaces, quotes, ampersands and newlines in attributes included."""
    assert parse(write(root)).root == root


ALL_WRONG = b"""<route xmlns="http://www.cirm.org/RTZ/1/2" version="1.1"><routeInfo/>
<waypoints><waypoint id="1"><position lat="91" lon="10"/></waypoint>
<waypoint id="2" radius="-1" name="B"><position lat="x" lon="200"/><leg geometryType="straight" speedMax="fast"/></waypoint>
<waypoint id="3"/><waypoint id="q"><position lat="1" lon="nan"/></waypoint>
<waypoint id="4"><position lat="1" lon="2"/></waypoint><waypoint id="4"><position lat="1" lon="3"/></waypoint></waypoints>
<schedules><schedule id="1"><manual><scheduleElement waypointId="9" eta="yesterday"/></manual></schedule></schedules></route>"""
WORDS = (
    "version is '1.1', but the namespace is that of 1.2", "routeInfo has no routeName", "waypoint 1: lat is 91, outside",
    "waypoint 2 (B): lat is 'x', not a number", "waypoint 2 (B): lon is 200, outside", "waypoint 3 has no position",
    "waypoint 4: id is 'q', not a whole number", "waypoint 4: lon is 'nan', not a number", "two waypoints have the id 4",
    "schedule 1 manual, waypoint 9: the route has no such waypoint", "eta is 'yesterday', not a time",
)  # fmt: skip


def test_every_fault_of_a_file_is_told_at_once() -> None:
    """Proves CMD-09: eleven faults in one file are eleven words, each with its place."""
    found = read(ALL_WRONG).faults
    for word in WORDS:
        assert sum(word in fault for fault in found) == 1, (word, found)
    assert len(found) == len(WORDS)


def mark(latitude: float, longitude: float, **changes: object) -> Mark:
    made = Mark("", latitude, longitude, 400.0, 100.0, 100.0, False, 12.0, 0, False)
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type] # fields of a mark, given by the test


GOOD = Passage("trial", 1, (mark(34.90, 129.00), mark(34.90, 129.10), mark(34.95, 129.12)))


def names(passage: Passage, config: ControlConfig | None = None) -> list[str]:
    return [reason.name for reason in faults(passage, config or example_config())]


def test_a_good_route_has_no_fault() -> None:
    """Proves CMD-09: within the fence, on the ship's radius, with legs that take the turns."""
    assert names(GOOD) == []


@pytest.mark.parametrize(
    ("number", "changes", "name"),
    [
        (1, {"radius_m": 259.9}, "radius"), (1, {"radius_m": 20_000.0}, "leg_length"),
        (1, {"latitude_deg": 34.90, "longitude_deg": 129.0}, "leg_length"), (2, {"port_xtd_m": 21.9}, "xtd"),
        (2, {"speed_max_kn": 14.1}, "speed"), (2, {"latitude_deg": 35.2}, "allowed_area"),
        (2, {"latitude_deg": 34.985, "longitude_deg": 129.22}, "no_go_area"), (2, {"latitude_deg": 85.1}, "latitude"),
        (2, {"latitude_deg": 34.9, "longitude_deg": 129.001}, "turn"),
    ],
)  # fmt: skip
def test_each_fault_has_its_name(number: int, changes: dict[str, object], name: str) -> None:
    """Proves CMD-09: one change to the good route, one fault more, by its name and with value and limit."""
    marks = list(GOOD.marks)
    marks[number] = dataclasses.replace(marks[number], **changes)  # type: ignore[arg-type]
    found = faults(Passage("trial", 1, tuple(marks)), example_config())
    assert name in [reason.name for reason in found]
    assert all(reason.rule == "CMD-09" and reason.limit is not None for reason in found)


def test_all_faults_of_a_route_are_listed_together() -> None:
    """Proves CMD-09: radius, width, speed, area and times in one answer."""
    marks = (mark(34.90, 129.00, eta_utc_s=1000), mark(34.90, 129.10, radius_m=10.0, port_xtd_m=1.0, speed_max_kn=50.0),
             mark(35.20, 129.12, eta_utc_s=1001))  # fmt: skip
    assert set(names(Passage("trial", 1, marks))) == {"radius", "xtd", "speed", "allowed_area", "schedule_speed"}
    late = (mark(34.90, 129.00, eta_utc_s=1000), mark(34.90, 129.10, eta_utc_s=1000))
    assert names(Passage("trial", 1, late)) == ["schedule"]


def test_a_leg_as_wide_as_its_distance_is_held_against_the_fence() -> None:
    """Proves CMD-09: what the cross-track distance allows must be allowed: dense at 50 m of margin and 100 m of width."""
    edge = 34.8 + 150.0 / 110_930.0  # the allowed area begins at 34.8 N
    near = tuple(mark(edge + off / 110_930.0, 129.0 + step / 10) for step in (0, 1) for off in (2.0,))
    over = tuple(mark(edge + off / 110_930.0, 129.0 + step / 10) for step in (0, 1) for off in (-2.0,))
    assert names(Passage("trial", 1, near)) == []
    assert names(Passage("trial", 1, over)) == ["allowed_area"]


def test_long_legs_follow_their_line() -> None:
    """A rhumb line keeps its course; a great circle runs to the north of it; both end where they should; 2,000 km at most."""
    ends = (mark(40.0, 179.0), mark(40.0, -178.0))
    rhumb = pieces(Passage("r", 1, ends))
    circle = pieces(Passage("c", 1, (ends[0], dataclasses.replace(ends[1], is_great_circle=True))))
    assert {round(piece.course_deg, 3) for piece in rhumb} == {90.0}
    assert max(piece.start[1] for piece in circle) > 40.009
    for way in (rhumb, circle):
        assert way[-1].end == (-178.0, 40.0)
        assert max(piece.length_m for piece in way) <= PIECE_M * 1.01
    # 3 degrees at 40 N on WGS84: 256.2 km by rhumb line, less by great circle.
    assert sum(piece.length_m for piece in rhumb) == pytest.approx(256_176.0, rel=2e-4)
    assert sum(piece.length_m for piece in circle) < sum(piece.length_m for piece in rhumb)
    assert names(Passage("long", 1, (mark(30.0, 0.0), mark(30.0, 40.0)))) == ["too_long"]


def test_turns_are_signed() -> None:
    """To starboard positive, none at the ends."""
    way = pieces(GOOD)
    assert turn_deg(way, 1) == pytest.approx(-71.9, abs=0.2)
    assert turn_deg(way, 0) == turn_deg(way, 2) == 0.0


def test_the_ships_route_is_its_bytes() -> None:
    """Proves CMD-09: whole, versioned, hashed: any flipped byte is another route or none; too many bytes are none."""
    encoded = GOOD.to_bytes()
    assert Passage.from_bytes(encoded) == GOOD
    for position in range(len(encoded)):
        bent = bytearray(encoded)
        bent[position] ^= 0x21
        assert hash_of(bytes(bent)) != hash_of(encoded)
        try:
            assert Passage.from_bytes(bytes(bent)) != GOOD
        except MalformedError:
            continue
    with pytest.raises(MalformedError, match="at most"):
        Passage.from_bytes(encoded + bytes(BYTES_MAX))


def test_the_ships_route_becomes_a_file_again() -> None:
    """Export: the file that is made of a ship's route reads as the same route."""
    found = read(file_of(GOOD))
    assert found.faults == ()
    assert found.route is not None
    made = passage_of(found.route, 1).passage
    assert made is not None
    for before, after in zip(GOOD.marks[1:], made.marks[1:], strict=True):
        assert after.latitude_deg == pytest.approx(before.latitude_deg, abs=1e-8)
        assert after.radius_m == pytest.approx(before.radius_m, abs=0.01)
        assert after.port_xtd_m == pytest.approx(before.port_xtd_m, abs=0.01)


def test_what_a_ship_needs_and_a_file_lacks_is_told() -> None:
    """RTZ lets radius and widths out; a ship that follows it cannot: each is a fault, and dropped parts are told."""
    bare = read(sample("RTZ1.0MandatoryElementsAndAttributes.rtz")).route
    assert bare is not None
    made = passage_of(bare, 1, frozenset((99,)), 7)
    assert made.passage is None
    assert len(made.faults) == 2 + 4 + 10
    full = read(sample("RTZ1.2AllOptionalElementsAndAttributes.rtz")).route
    assert full is not None
    made = passage_of(full, 3, frozenset((43,)), 42)
    assert made.passage is not None
    assert [one.continues for one in made.passage.marks] == [False, False, True, False, False, False]
    assert made.passage.marks[-1].eta_utc_s == 1_582_839_522
    assert sum("extension" in told for told in made.told) == 9
    assert sum("schedule 996" in told for told in made.told) == 1


def test_the_command_tells_all_and_draws(tmp_path: Path) -> None:
    """`farhelm route check`: faults and 1, no fault and 0, and a drawing with the route's name."""
    runner = CliRunner()
    wrong = tmp_path / "wrong.rtz"
    wrong.write_bytes(ALL_WRONG)
    said = runner.invoke(app, ["check", str(wrong)])
    assert said.exit_code == 1
    assert f"{len(WORDS)} faults" in said.output
    good, drawing = tmp_path / "good.rtz", tmp_path / "good.svg"
    good.write_bytes(file_of(GOOD))
    said = runner.invoke(app, ["check", str(good), "--picture", str(drawing)])
    assert said.exit_code == 0, said.output
    assert "no fault" in said.output
    assert "<title>trial</title>" in drawing.read_text()
    assert parse(drawing.read_bytes()).root.name == ("http://www.w3.org/2000/svg", "svg")
    assert runner.invoke(app, ["check", str(tmp_path / "none.rtz")]).exit_code == 2
    assert EXAMPLE.is_file()
