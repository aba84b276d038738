"""KVLCC2 against published figures: MARIN's free-running turns and the criteria of IMO MSC.137(76)."""

from __future__ import annotations

import math

import pytest

from simulators.vessel.manoeuvres import Approach, initial_turning, stopping_reach, turning_circle, zigzag
from simulators.vessel.mmg import balanced_rps
from simulators.vessel.motion import CALM, KNOT_MPS, Actuators, Motion, step
from simulators.vessel.ships import KVLCC2, KVLCC2_L7, KVLCC2_L7_TEST_RPS
from simulators.vessel.steering import SteeringSpec

SPEED_MPS = 15.5 * KNOT_MPS
PUBLISHED_ADVANCE, PUBLISHED_DIAMETER = 3.25, 3.34
SCALE = math.sqrt(320.0 / 7.0)


@pytest.fixture(scope="module")
def approach() -> Approach:
    return Approach(SPEED_MPS, balanced_rps(KVLCC2, SPEED_MPS))


@pytest.fixture(scope="module")
def model_approach() -> Approach:
    return Approach(SPEED_MPS / SCALE, KVLCC2_L7_TEST_RPS, SteeringSpec(rate_degps=2.34 * SCALE), dt_s=0.02)


def test_she_holds_her_approach_speed_at_89_rpm(approach: Approach) -> None:
    """The resistance scaled by ITTC-1957 gives a self-propulsion point near the ship's own 91.6 rpm."""
    assert approach.shaft_rps * 60 == pytest.approx(89.3, abs=0.1)

    motion = Motion(surge_mps=SPEED_MPS)
    for _ in range(6000):
        motion = step(KVLCC2, motion, Actuators(0.0, approach.shaft_rps), CALM, 0.1)
    assert motion.surge_mps == pytest.approx(SPEED_MPS, rel=1e-3)


@pytest.mark.parametrize(("rudder_deg", "tolerance"), [(35.0, 0.07), (-35.0, 0.08)])
def test_the_35_degree_turn_agrees_with_the_published_one(
    approach: Approach, rudder_deg: float, tolerance: float
) -> None:
    """SIMMAN 2008: starboard advance 3.25 L, tactical diameter 3.34 L; the port turn within 8 % of the same."""
    turn = turning_circle(KVLCC2, approach, rudder_deg)

    assert turn.advance == pytest.approx(PUBLISHED_ADVANCE, rel=tolerance)
    assert turn.tactical_diameter == pytest.approx(PUBLISHED_DIAMETER, rel=tolerance)
    assert 0.3 < turn.speed_left < 0.55


def test_port_and_starboard_are_not_mirror_images(approach: Approach) -> None:
    """One propeller turning right-handed: a model that gives both turns alike has lost gamma_R or C2."""
    starboard = turning_circle(KVLCC2, approach, 35.0)
    port = turning_circle(KVLCC2, approach, -35.0)

    assert abs(port.advance - starboard.advance) > 0.01


def test_the_7_m_model_turns_as_her_free_running_test(model_approach: Approach) -> None:
    """Printed coefficients without any scaling, 10.4 rps, rudder at once: advance 3.25 L, diameter 3.34 L."""
    turn = turning_circle(KVLCC2_L7, model_approach, 35.0)

    assert turn.advance == pytest.approx(PUBLISHED_ADVANCE, rel=0.04)
    assert turn.tactical_diameter == pytest.approx(PUBLISHED_DIAMETER, rel=0.04)


@pytest.mark.parametrize(
    ("angle_deg", "first", "second"),
    [(10.0, 5.1, 13.3), (-10.0, 7.2, 9.0), (20.0, 10.2, 14.6), (-20.0, 13.7, 11.7)],
)
def test_the_7_m_models_zigzags_agree_with_another_code(
    model_approach: Approach, angle_deg: float, first: float, second: float
) -> None:
    """Against shipmmg 0.0.11 at 10.4 rps, an independent code of the same paper: within 10 %."""
    found = zigzag(KVLCC2_L7, model_approach, angle_deg, abs(angle_deg))

    assert found[0] == pytest.approx(first, rel=0.10)
    assert found[1] == pytest.approx(second, rel=0.10)


def test_imo_turning_and_initial_turning(approach: Approach) -> None:
    """MSC.137(76) 5.3.1 and 5.3.2: advance 4.5 L, tactical diameter 5 L, 10 deg within 2.5 L."""
    for side in (1.0, -1.0):
        turn = turning_circle(KVLCC2, approach, side * 35.0)
        assert turn.advance <= 4.5
        assert turn.tactical_diameter <= 5.0
        assert initial_turning(KVLCC2, approach, side * 10.0, 10.0) <= 2.5


def test_imo_overshoots(approach: Approach) -> None:
    """MSC.137(76) 5.3.3: with L/V at or above 30 s the limits are 20, 40 and 25 deg."""
    assert KVLCC2.length_m / approach.speed_mps >= 30.0

    for side in (1.0, -1.0):
        first, second = zigzag(KVLCC2, approach, side * 10.0, 10.0)
        assert first <= 20.0
        assert second <= 40.0
        assert zigzag(KVLCC2, approach, side * 20.0, 20.0)[0] <= 25.0


def test_she_stops_but_no_criterion_is_claimed(approach: Approach) -> None:
    """No published stop of KVLCC2 exists; only that an astern order takes the way off in a believable distance."""
    reach = stopping_reach(KVLCC2, approach, -0.65 * approach.shaft_rps)

    assert 5.0 < reach < 20.0


def test_a_ship_without_way_is_damped_and_does_not_run_away() -> None:
    """Below the paper's range cross-flow drag takes over: a spun hull comes to rest, finite at every step."""
    motion = Motion(sway_mps=0.5, yaw_radps=math.radians(0.5))
    for _ in range(36_000):
        motion = step(KVLCC2, motion, Actuators(), CALM, 0.1)
        assert math.isfinite(motion.surge_mps)
    assert abs(math.degrees(motion.yaw_radps)) < 0.02
    assert abs(motion.sway_mps) < 0.1
