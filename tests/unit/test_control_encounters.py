"""Encounters by the COLREG: every published situation gets its class, and the sectors have their edges where they are set."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control.encounter import (
    DUTIES,
    Approach,
    EncounterClass,
    Mover,
    approach,
    classify,
    is_dangerous,
    mover,
    sector_class,
)
from control.geometry import KNOT_MPS, Plane
from control.limits import EncounterAngles
from tests.shared_folder import shared

ANGLES = EncounterAngles(5.0, 5.0, 67.5, 112.5)
TITLES = {"HO": "head_on", "CR-GW": "crossing_give_way", "CR-SO": "crossing_stand_on", "OT-GW": "overtaking",
          "OT-SO": "overtaken"}  # fmt: skip
NM_M = 1852.0


def movers(situation: dict[str, Any]) -> tuple[Mover, list[Mover]]:
    """Return own ship and the targets of a published situation, on the plane at own ship."""
    place = situation["ownShip"]["waypoints"][0]["position"]
    plane = Plane(place["lat"], place["lon"])

    def made(ship: dict[str, Any]) -> Mover:
        first = ship["waypoints"][0]
        position, speed = first["position"], first["leg"]["sog"]
        return mover(plane, position["lat"], position["lon"], ship["initial"]["heading"], speed)

    return made(situation["ownShip"]), [made(ship) for ship in situation["targetShips"]]


def situations() -> list[Path]:
    return sorted(shared("data/encounters").glob("traffic_situation_*.json"))


def test_every_published_situation_is_classified_as_its_title_says() -> None:
    """Proves INT-08: 22 situations of 1 to 3 ships, each class of each target in order, all of them dangerous."""
    seen: dict[str, int] = {}
    for path in situations():
        situation = json.loads(path.read_text())
        own, targets = movers(situation)
        found = [classify(own, target, ANGLES, 0.5 * NM_M, 35 * 60.0) for target in targets]
        titled = [TITLES[word.strip()] for word in situation["title"].split(",")]
        assert [kind for kind, _ in found] == titled, path.name
        for kind, how in found:
            assert how.cpa_m < 0.02 * NM_M
            assert how.tcpa_s is not None
            assert 600.0 < how.tcpa_s < 1830.0
            seen[kind] = seen.get(kind, 0) + 1
    assert len(situations()) == 22
    assert set(seen) == set(TITLES.values())
    assert sum(seen.values()) == 48


def test_a_wrong_angle_gives_a_wrong_class() -> None:
    """Negative control: with sectors turned about, the titles do not come out."""
    own, targets = movers(json.loads(shared("data/encounters/traffic_situation_01.json").read_text()))
    assert classify(own, targets[0], replace(ANGLES, head_on_deg=0.5), 1000.0, 2000.0)[0] != "head_on"


def target_at(bearing_deg: float, range_m: float, course_deg: float, speed_kn: float) -> Mover:
    angle = math.radians(bearing_deg)
    return Mover(range_m * math.sin(angle), range_m * math.cos(angle), course_deg, speed_kn)


OWN = Mover(0.0, 0.0, 0.0, 10.0)


@pytest.mark.parametrize(
    ("bearing_deg", "course_deg", "kind"),
    [
        (0.0, 180.0, "head_on"), (5.0, 185.0, "head_on"), (-5.0, 175.0, "head_on"),
        (5.01, 184.0, "crossing_give_way"), (6.0, 180.0, "head_on"),
        (45.0, 270.0, "crossing_give_way"), (112.4, 300.0, "crossing_give_way"),
        (-45.0, 90.0, "crossing_stand_on"), (-112.4, 60.0, "crossing_stand_on"),
        (0.0, 0.0, "overtaking"), (67.4, 0.0, "overtaking"), (180.0, 0.0, "overtaken"), (-113.0, 0.0, "overtaken"),
        (90.0, 90.0, "safe"),
    ],
)  # fmt: skip
def test_the_sectors_have_their_edges(bearing_deg: float, course_deg: float, kind: str) -> None:
    """Dense at the limits: 5, 67.5 and 112.5 degrees; bows seen to starboard of each other are head-on in doubt (Rule 14)."""
    assert sector_class(OWN, target_at(bearing_deg, 4000.0, course_deg, 10.0), ANGLES) == kind


def met(seen_deg: float, shown_deg: float) -> str:
    """Return the class of a ship seen so from our bow, to whom we lie so from hers; she lies due north."""
    own, other = Mover(700.0, -300.0, -seen_deg % 360.0, 10.0), Mover(700.0, 3700.0, (180.0 - shown_deg) % 360.0, 10.0)
    return sector_class(own, other, ANGLES)


@pytest.mark.parametrize(
    ("kind", "angles"),
    [
        ("overtaken", [(113.0, 0.0), (-113.0, 0.0), (113.0, 67.5), (180.0, -67.5)]),
        ("overtaking", [(0.0, 113.0), (0.0, -113.0), (67.5, 113.0), (-67.5, 180.0)]),
        ("head_on", [(0.0, 0.0), (5.0, 5.0), (-5.0, -5.0), (5.0, -5.0), (-5.0, 5.0)]),
        ("crossing_give_way", [(5.5, 5.0), (10.0, 5.0), (0.5, -10.0), (10.0, -112.0), (112.0, 0.0), (68.0, -68.0)]),
        ("crossing_stand_on", [(5.0, 5.5), (5.0, 10.0), (-10.0, 0.5), (-112.0, 10.0), (0.0, 112.0), (-68.0, 68.0)]),
        ("head_on", [(5.5, 5.5), (67.5, 67.5), (-67.5, -67.5), (-10.0, 0.0), (0.0, -10.0), (10.0, 5.5), (5.5, 10.0)]),
        ("safe", [(112.5, 0.0), (0.0, 112.5), (113.0, 68.0), (68.0, 113.0), (10.0, -112.5), (-112.5, 10.0),
                  (68.0, 67.5), (67.5, 68.0), (-68.0, -10.0), (-10.0, -68.0)]),
    ],
)  # fmt: skip
def test_every_edge_of_every_sector_lies_where_the_settings_say(kind: str, angles: list[tuple[float, float]]) -> None:
    """Proves INT-08: at the angle itself and half a degree beside it, over north and over the stern as well."""
    assert {met(*pair) for pair in angles} == {kind}
    # The same from the south, where the direction from her to us passes over north.
    assert sector_class(Mover(0.0, 0.0, 175.0, 10.0), Mover(0.0, -4000.0, 5.0, 10.0), ANGLES) == "head_on"


def test_danger_is_nearer_than_the_limit_and_no_later_than_the_limit() -> None:
    """Proves INT-08: both edges, now, and where the distance does not change; what has passed is none."""
    for cpa_m, tcpa_s, is_so in (
        (499.9, 0.0, True), (499.9, 0.5, True), (499.9, 900.0, True), (499.9, None, True),
        (500.0, 10.0, False), (499.9, 900.1, False), (499.9, -0.1, False),
    ):  # fmt: skip
        assert is_dangerous(Approach(cpa_m, tcpa_s), 500.0, 900.0) is is_so
    assert is_dangerous(Approach(0.1, 10.0), 0.5, 900.0)
    assert not is_dangerous(Approach(0.0, 10.0), 0.0, 900.0)


def test_two_that_move_apart_by_half_a_centimetre_a_second_are_reckoned_with() -> None:
    """Proves INT-08: at the limit of what is told apart, and wherever both lie on the plane."""
    own = Mover(700.0, -300.0, 0.0, 0.0)
    crawling = Mover(1000.0, 100.0, 0.0, 0.005 * 3600.0 / 1852.0)
    assert approach(own, crawling) == Approach(pytest.approx(300.0), pytest.approx(-80_000.0))
    assert approach(own, Mover(1000.0, 100.0, 0.0, 0.0)) == Approach(pytest.approx(500.0), None)
    half_mps = approach(own, Mover(1000.0, 100.0, 180.0, 0.5 * 3600.0 / 1852.0))
    assert (half_mps.cpa_m, half_mps.tcpa_s) == (pytest.approx(300.0), pytest.approx(800.0))


def test_every_class_has_its_duty_in_words() -> None:
    """Proves INT-08: what an operator is told of each."""
    assert set(DUTIES) == set(get_args(EncounterClass))


def test_the_pair_agrees_on_who_gives_way() -> None:
    """What is crossing from starboard for one is crossing from port for the other; overtaking is being overtaken."""
    pairs = {"head_on": "head_on", "crossing_give_way": "crossing_stand_on", "crossing_stand_on": "crossing_give_way",
             "overtaking": "overtaken", "overtaken": "overtaking"}  # fmt: skip
    for path in situations():
        own, targets = movers(json.loads(path.read_text()))
        for target in targets:
            assert sector_class(target, own, ANGLES) == pairs[sector_class(own, target, ANGLES)]


def test_far_or_past_is_safe() -> None:
    """Beyond the CPA or the TCPA limit, or opening, there is no risk, whatever the angles; 0 switches the rule off."""
    ahead = target_at(0.0, 4000.0, 180.0, 10.0)
    assert classify(OWN, ahead, ANGLES, 500.0, 600.0)[0] == "head_on"
    assert classify(OWN, ahead, ANGLES, 500.0, 300.0)[0] == "safe"
    assert classify(OWN, ahead, ANGLES, 0.0, 600.0)[0] == "safe"
    assert classify(OWN, target_at(180.0, 4000.0, 180.0, 10.0), ANGLES, 500.0, 600.0)[0] == "safe"
    beside = target_at(90.0, 300.0, 0.0, 10.0)
    assert approach(OWN, beside) == Approach(pytest.approx(300.0), None)
    assert is_dangerous(approach(OWN, beside), 500.0, 600.0)
    assert not is_dangerous(approach(OWN, beside), 300.0, 600.0)


@given(
    st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(0, 360), st.floats(0, 30), st.floats(0, 360),
    st.floats(0, 30),
)  # fmt: skip
def test_the_closest_point_is_the_closest(
    east_m: float, north_m: float, course_deg: float, speed_kn: float, own_deg: float, own_kn: float
) -> None:
    """No moment before or after has the two nearer to each other; where it is told as none, they keep their distance."""
    own, other = Mover(0.0, 0.0, own_deg, own_kn), Mover(east_m, north_m, course_deg, speed_kn)
    found = approach(own, other)

    def apart_m(at_s: float) -> float:
        (own_east, own_north), (east, north) = own.velocity_mps, other.velocity_mps
        return math.hypot(east_m + (east - own_east) * at_s, north_m + (north - own_north) * at_s)

    if found.tcpa_s is None:
        assert abs(apart_m(60.0) - found.cpa_m) <= 0.01 * KNOT_MPS * 60.0 + 1e-6
        return
    slack_m = 1e-6 + 1e-9 * math.hypot(east_m, north_m) + 1e-9 * abs(found.tcpa_s)
    assert apart_m(found.tcpa_s) == pytest.approx(found.cpa_m, abs=1e-3)
    for other_s in (found.tcpa_s - 10.0, found.tcpa_s + 10.0, 0.0):
        assert apart_m(other_s) >= found.cpa_m - slack_m - 1e-3
