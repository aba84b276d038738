"""What a route has against an order about it, dense at each limit: which route and leg, how far off, on what course (CMD-09)."""

from __future__ import annotations

import dataclasses

import pytest

from control.geometry import Plane
from control.limits import ControlConfig
from control.routing import activate_faults, bound, leg_of, load_faults
from control.situation import Fact, Situation
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.passage import Mark, Passage, hash_of
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

BASE = example_config()
CONFIG = dataclasses.replace(BASE, areas=(), grounding=None)
"""A route is taken up within 40 deg of its leg."""
PLANE = Plane(34.93, 129.05)


def mark(east_m: float, north_m: float) -> Mark:
    """Return a mark whose leg is 150 m wide to port, 250 m to starboard."""
    longitude, latitude = PLANE.position(east_m, north_m)
    return Mark("", latitude, longitude, 600.0, 150.0, 250.0, False, 12.0, 0, False)


ROUTE = Passage("east", 7, (mark(0.0, 0.0), mark(4000.0, 0.0), mark(4000.0, 4000.0)))
"""East, and north from the second mark."""
BYTES = ROUTE.to_bytes()
ARGS: dict[str, Plain] = {"route_hash": hash_of(BYTES)}


def seen(east_m: float = 500.0, north_m: float = 0.0, heading_deg: float = 90.0, missing: str = "") -> Situation:
    """Return where she is and what her head is."""
    longitude, latitude = PLANE.position(east_m, north_m)
    values = {"NAV_LAT": latitude, "NAV_LON": longitude, "NAV_HDG": heading_deg, "NAV_SOG": 9.0, "NAV_COG": heading_deg}
    return Situation(
        {name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items() if name != missing}, UTC_NS
    )


def against(
    situation: Situation, encoded: bytes = BYTES, config: ControlConfig = CONFIG, **more: Plain
) -> list[Reason]:
    """Return what speaks against following the route."""
    return activate_faults({**ARGS, **more}, encoded, config, situation)


def names(reasons: list[Reason]) -> list[str]:
    """Return the names of reasons, which are all of one rule."""
    assert {one.rule for one in reasons} <= {"CMD-09"}
    return [one.name for one in reasons]


def test_a_route_is_loaded_whole_while_none_is_followed() -> None:
    """Proves CMD-09: its faults are those of the route itself; bytes that are none, and a text, are no route."""
    assert load_faults({"route": BYTES}, CONFIG, is_following=False) == []
    assert names(load_faults({"route": BYTES}, CONFIG, is_following=True)) == ["route_active"]
    for noise in (b"", b"noise", "text", 5):
        assert names(load_faults({"route": noise}, CONFIG, is_following=False)) == ["route_malformed"]
    tight = dataclasses.replace(
        ROUTE, marks=(ROUTE.marks[0], dataclasses.replace(ROUTE.marks[1], radius_m=100.0), ROUTE.marks[2])
    )
    assert names(load_faults({"route": tight.to_bytes()}, CONFIG, is_following=False)) == ["radius"]


def test_without_tracking_or_a_route_nothing_is_followed() -> None:
    """Proves CMD-09: a vessel that follows none, and one that has none aboard."""
    assert names(against(seen(), config=dataclasses.replace(CONFIG, tracking=None))) == ["no_tracking"]
    assert names(against(seen(), b"")) == ["no_route"]
    assert against(seen()) == []


def test_another_route_than_the_one_that_is_loaded_is_told_by_both_names() -> None:
    """Proves CMD-09, CMD-07: twelve digits of each, enough to tell two apart and short enough to be read out."""
    (found,) = against(seen(), route_hash="f" * 64)
    assert found.rule == "CMD-09"
    assert (found.name, found.value, found.limit) == ("other_route", "f" * 12, hash_of(BYTES)[:12])
    assert "'east' revision 7" in found.text


@pytest.mark.parametrize(("leg", "is_one"), [(0, False), (1, True), (2, True), (3, False), (500, False)])
def test_a_leg_is_one_of_those_there_are(leg: int, *, is_one: bool) -> None:
    """Proves CMD-09: two legs lead to the second and the third mark; where none is named it is the first."""
    there = seen() if leg < 2 else seen(4000.0, 1000.0, 0.0)
    found = against(there, leg=leg)
    assert names(found) == ([] if is_one else ["no_such_leg"])
    if not is_one:
        assert (found[0].value, found[0].limit) == (leg, 2)
        assert "1 to 2" in found[0].text
        assert bound({**ARGS, "leg": leg}, BYTES, CONFIG, there) == {}


def test_the_leg_is_the_one_named_and_else_the_first() -> None:
    """Proves CMD-09: a number of the wire may be a whole one or not; a text is none."""
    assert [leg_of(args) for args in ({}, {"leg": 2}, {"leg": 2.0}, {"leg": "2"}, {"leg": None})] == [1, 2, 2, 1, 1]


@pytest.mark.parametrize(
    ("north_m", "off"), [(0.0, None), (149.0, None), (151.0, 150), (-249.0, None), (-251.0, 250)]
)  # fmt: skip
def test_she_is_on_the_leg_within_its_width_on_the_side_where_she_is(north_m: float, off: int | None) -> None:
    """Proves CMD-09: 150 m to port, 250 m to starboard, and how far off she is; the value is a distance."""
    found = against(seen(north_m=north_m, heading_deg=90.0 + north_m / 7.0))  # she heads back to it
    assert names(found) == ([] if off is None else ["off_track"])
    if off is not None:
        assert (found[0].value, found[0].limit, found[0].unit) == (round(abs(north_m)), off, "m")
        assert f"{abs(north_m):.0f} m off leg 1, which is {off} m wide" in found[0].text


@pytest.mark.parametrize(
    ("heading_deg", "off_deg"),
    [(90.0, None), (129.9, None), (130.1, 40), (50.1, None), (49.9, 40), (270.0, 180), (355.0, 95)],
)
def test_she_heads_along_the_leg_within_what_the_tracking_allows(heading_deg: float, off_deg: int | None) -> None:
    """Proves CMD-09: 40 deg to either side, round the compass; who heads otherwise turns first."""
    found = against(seen(heading_deg=heading_deg))
    assert names(found) == ([] if off_deg is None else ["off_course"])
    if off_deg is not None:
        assert (found[0].value, found[0].limit, found[0].unit) == (off_deg, 40.0, "deg")


def test_over_north_the_course_is_as_near_as_elsewhere() -> None:
    """Proves CMD-09: the second leg leads north; 321 and 39 deg are within 40 of it, 319 and 41 are not."""
    for heading_deg, is_refused in ((320.2, False), (39.8, False), (319.8, True), (40.2, True)):
        found = against(seen(4000.0, 1500.0, heading_deg), leg=2)
        assert names(found) == (["off_course"] if is_refused else []), heading_deg


def test_everything_against_it_is_told_at_once() -> None:
    """Proves CMD-07, CMD-09: the route's own faults in the phase of now, off the leg, off its course."""
    narrow = dataclasses.replace(CONFIG, hull=dataclasses.replace(CONFIG.hull, turn_radius_m=700.0))
    found = against(seen(north_m=400.0, heading_deg=270.0), config=narrow)
    assert names(found) == ["radius", "off_track", "off_course"]


@pytest.mark.parametrize("missing", ["NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"])
def test_who_does_not_know_where_she_is_is_refused_elsewhere(missing: str) -> None:
    """Proves INT-02: that rule has its word for it, and this one no second; there is no heading to look ahead with either."""
    assert against(seen(missing=missing)) == []
    assert bound(ARGS, BYTES, CONFIG, seen(missing=missing)) == {}


@pytest.mark.parametrize(("heading_deg", "north", "east"), [(90.0, 0.0, 0.02), (0.0, 0.02, 0.0)])
def test_on_the_equator_and_the_first_meridian_a_nought_is_a_place(
    heading_deg: float, north: float, east: float
) -> None:
    """Proves CMD-09: she lies at exactly 0 N 0 E, on her leg, be it along the one or the other."""
    marks = tuple(
        Mark("", side * north, side * east, 600.0, 150.0, 250.0, False, 12.0, 0, False) for side in (-1.0, 1.0)
    )  # fmt: skip
    encoded = Passage("nought", 1, marks).to_bytes()
    values = {"NAV_LAT": 0.0, "NAV_LON": 0.0, "NAV_HDG": heading_deg, "NAV_SOG": 9.0}
    there = Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()}, UTC_NS)
    args: dict[str, Plain] = {"route_hash": hash_of(encoded)}
    assert activate_faults(args, encoded, CONFIG, there) == []
    assert bound(args, encoded, CONFIG, there) == {"heading_deg": pytest.approx(heading_deg)}


def test_the_heading_it_would_begin_with_is_that_of_the_line_of_sight() -> None:
    """Proves INT-08, CMD-09: on the leg its course, beside it towards it; none without route or tracking."""
    assert bound(ARGS, BYTES, CONFIG, seen()) == {"heading_deg": pytest.approx(90.0, abs=0.1)}
    towards = bound(ARGS, BYTES, CONFIG, seen(north_m=100.0))["heading_deg"]
    assert isinstance(towards, float)
    assert 95.0 < towards < 130.0
    assert bound({**ARGS, "leg": 2}, BYTES, CONFIG, seen(4000.0, 1000.0, 0.0)) == {
        "heading_deg": pytest.approx(0.0, abs=0.1)
    }
    assert bound(ARGS, b"", CONFIG, seen()) == {}
    assert bound(ARGS, BYTES, dataclasses.replace(CONFIG, tracking=None), seen()) == {}
