"""What it costs the ship to judge: INT-08 with 500 targets, and the alert's watch over them, in CPU time of one judgement."""

from __future__ import annotations

import dataclasses
import random

import shapely

from control.collision import clear_of_traffic, dangers
from control.context import Context, Setpoints
from control.depths import DepthChart, Feature
from control.grounding import water_enough
from control.interlock import verdict
from control.limits import Grounding
from control.surroundings import Target
from tests.bench.figures import Figure, cpu_s, report
from tests.control_rig import Rig

TARGETS = 500
JUDGED = 400
LIMIT_MS = 1.0
"""To verify and judge one command, our own aim."""


def busy_strait() -> Rig:
    """Return the ship among 500 targets within 20 miles, all under way."""
    dice, ship = random.Random(8), Rig()
    ship.targets = [
        Target(
            f"MMSI {number:09d}", "ais", 34.93 + dice.uniform(-0.3, 0.3), 129.05 + dice.uniform(-0.4, 0.4),
            dice.uniform(0.0, 20.0), dice.uniform(0.0, 360.0), None, dice.uniform(0.0, 90.0),
        )
        for number in range(TARGETS)
    ]  # fmt: skip
    ship.look()
    ship.take("ann")
    return ship


def grounded(ship: Rig) -> list[Context]:
    """Return orders on a chart of 2,000 shoals of 200 m around the ship."""
    dice = random.Random(7)
    shoals = [
        Feature(
            "depth",
            1.0,
            shapely.Point(129.05 + dice.uniform(-0.3, 0.3), 34.93 + dice.uniform(-0.12, 0.15)).buffer(0.001),
        )
        for _ in range(2000)
    ]
    chart = DepthChart(shoals, shapely.box(128.0, 34.0, 130.0, 36.0), 7.7)
    config = dataclasses.replace(ship.config, chart=chart, grounding=Grounding(6.2, 1.5, "refuse"))
    return [
        Context("conn.heading", {"heading_deg": float(number * 7 % 360)}, ship.situation(), config, Setpoints(), 80.0,
                is_stop_latched=False)
        for number in range(JUDGED)
    ]  # fmt: skip


def tell(what: str, total_s: float, notes: str = "") -> None:
    report(Figure(f"{what}, CPU", total_s / JUDGED * 1000.0, "ms", f"at most {LIMIT_MS:g}", None, notes))


def test_judging_among_five_hundred_targets() -> None:
    ship = busy_strait()
    situation = ship.situation()
    contexts = [
        Context("conn.heading", {"heading_deg": float(number * 7 % 360)}, situation, ship.config, Setpoints(), 80.0,
                is_stop_latched=False)
        for number in range(JUDGED)
    ]  # fmt: skip
    refused = sum(bool(clear_of_traffic(context)) for context in contexts)  # and warm
    assert refused > 0
    watched = cpu_s(lambda: [dangers(situation, ship.config) for _ in range(JUDGED)])
    ruled = cpu_s(lambda: [clear_of_traffic(context) for context in contexts])
    whole = cpu_s(lambda: [verdict(context) for context in contexts])
    charted = grounded(ship)
    watered = cpu_s(lambda: [water_enough(context) for context in charted])
    tell("INT-07 along 6 min, 2,000 features, one order", watered)
    tell("INT-08, 500 targets, one order", ruled, f"{refused} of {JUDGED} need a reason")
    tell("all rules, 500 targets, one order", whole)
    tell("collision watch, 500 targets, once a second", watched)
