"""A track that is plainly clear of an area is not held against its margin; the answer is the one that laying the margin gives."""

from __future__ import annotations

import math
import random

import pytest
from shapely.geometry.base import BaseGeometry

from control import geometry
from control.geometry import Crossing, Plane, Track, first_crossing
from control.limits.records import Area

SEEDS = range(600)
LATITUDE_DEG, LONGITUDE_DEG = 34.9, 129.0
PLANE = Plane(LATITUDE_DEG, LONGITUDE_DEG)


def areas_of(dice: random.Random) -> list[Area]:
    """Return areas of 3 to 12 corners up to 6 km from the ship, some crossing themselves, of both kinds."""
    made = list[Area]()
    for number in range(dice.randint(1, 3)):
        middle = dice.uniform(-3000.0, 3000.0), dice.uniform(-3000.0, 3000.0)
        turns = sorted(dice.uniform(0.0, math.tau) for _ in range(dice.randint(3, 12)))
        if dice.random() < 0.2:
            dice.shuffle(turns)
        reach_m = dice.uniform(50.0, 6000.0)
        corners = [(middle[0] + reach_m * dice.uniform(0.3, 1.0) * math.sin(turn), middle[1] + reach_m * math.cos(turn))
                   for turn in turns]  # fmt: skip
        kind = dice.choice(("allowed", "no_go"))
        made.append(Area(kind, f"area {number}", tuple(PLANE.position(*corner) for corner in corners)))  # type: ignore[arg-type]
    return made


def track_of(dice: random.Random) -> Track:
    """Return a way of some kilometres with a turn in it, or the point where she lies."""
    if dice.random() < 0.1:
        return [(0.0, 0.0), (0.0, 0.0)]
    return geometry.turn_track(dice.uniform(0, 360), dice.uniform(0, 360), dice.uniform(20, 800), dice.uniform(0, 600),
                               dice.uniform(10, 5000))  # fmt: skip


def told(seed: int) -> Crossing | None:
    """Return what a seed's track meets."""
    dice = random.Random(seed)
    areas, track = areas_of(dice), track_of(dice)
    return first_crossing(PLANE, track, areas, dice.choice((0.0, dice.uniform(0.0, 500.0))))


def test_a_track_that_is_clear_is_told_without_laying_the_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """INT-06 says the same with and without the short cut, crossing by crossing and metre by metre, over 600 seas."""
    short = [told(seed) for seed in SEEDS]
    assert sum(found is None for found in short) > 50
    assert sum(found is not None and found.distance_m > 0.0 for found in short) > 50
    monkeypatch.setattr(geometry, "_is_well_clear", lambda *_: False)
    assert [told(seed) for seed in SEEDS] == short


def test_a_short_cut_that_forgets_the_margin_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: clear of the area itself is not clear of its margin."""
    short = [told(seed) for seed in SEEDS]

    def careless(line: BaseGeometry, shape: BaseGeometry, area: Area, _margin_m: float) -> bool:
        return not line.intersects(shape) if area.kind == "no_go" else bool(shape.contains(line))

    monkeypatch.setattr(geometry, "_is_well_clear", careless)
    assert [told(seed) for seed in SEEDS] != short
