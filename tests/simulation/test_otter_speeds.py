"""The Otter USV against the reference program's steady figures."""

from __future__ import annotations

import math

import pytest

from simulators.vessel.motion import CALM, Actuators, Motion, step
from simulators.vessel.otter import SHAFT_MAX_RADPS, SHAFT_MIN_RADPS, OtterHull, trim_push_n


def steady(port_radps: float, starboard_radps: float) -> Motion:
    mean = (port_radps + starboard_radps) / 2 / (2 * math.pi)
    half = (port_radps - starboard_radps) / 2 / (2 * math.pi)
    motion = Motion()
    for _ in range(1200):
        motion = step(OtterHull(), motion, Actuators(0.0, mean, half), CALM, 0.05)
    return motion


@pytest.mark.parametrize(("shaft_radps", "speed_mps"), [(50, 0.801), (80, 1.929), (100, 2.982), (103.93, 3.220)])
def test_straight_speeds_within_one_percent(shaft_radps: float, speed_mps: float) -> None:
    assert steady(shaft_radps, shaft_radps).surge_mps == pytest.approx(speed_mps, rel=0.01)


def test_turning_with_both_ahead() -> None:
    """(100, 80) rad/s: speed within 1 %; the yaw rate comes 2 % low because trim in the turn is quasi-static here."""
    motion = steady(100, 80)

    assert motion.surge_mps == pytest.approx(2.328, rel=0.01)
    assert math.degrees(motion.yaw_radps) == pytest.approx(15.1, rel=0.025)


def test_turning_on_the_spot() -> None:
    assert math.degrees(steady(80, -80).yaw_radps) == pytest.approx(14.9, rel=0.01)


def test_the_motors_end_where_they_end() -> None:
    """More than the limit gives no more thrust."""
    assert pytest.approx(103.93, abs=0.01) == SHAFT_MAX_RADPS
    assert pytest.approx(-101.7, abs=0.1) == SHAFT_MIN_RADPS
    assert steady(200, 200).surge_mps == pytest.approx(3.220, rel=0.01)


def test_the_trim_push_is_small_and_named() -> None:
    """Without it 50 rad/s would give 0.714 m/s: the push is what separates the two."""
    assert trim_push_n(0.0) == pytest.approx(6.5, abs=0.5)
    assert trim_push_n(3.22) == pytest.approx(10.3, abs=0.5)
