"""The steering gear and the engine as tables of small facts."""

from __future__ import annotations

import pytest

from simulators.vessel.engine import Engine, EngineMode, EngineSpec, reset, shut_down, step_engine
from simulators.vessel.steering import Steering, SteeringSpec, step_steering

TWO_STROKE = EngineSpec(
    full_rpm=90.0,
    rated_kw=45_000.0,
    ramp_rpmps=0.5,
    load_program_percent=65.0,
    load_ramp_rpmps=0.05,
    spindown_s=40.0,
    reverse_below_percent=30.0,
    start_delay_s=8.0,
    idle_percent=25.0,
    propeller_m=9.86,
)


def run(engine: Engine, percent: float, seconds: float, inflow_mps: float = 3.0) -> Engine:
    for _ in range(int(seconds * 10)):
        engine = step_engine(TWO_STROKE, engine, percent, inflow_mps, 0.1)
    return engine


@pytest.mark.parametrize(
    ("pump1", "pump2", "after_10_s"),
    [(True, True, 23.4), (True, False, 11.7), (False, True, 11.7), (False, False, 0.0)],
)
def test_the_rudder_moves_as_fast_as_its_pumps(pump1: bool, pump2: bool, after_10_s: float) -> None:
    gear = Steering(pump1_running=pump1, pump2_running=pump2)
    for _ in range(100):
        gear = step_steering(SteeringSpec(), gear, 35.0, 0.1)
    assert gear.rudder_deg == pytest.approx(after_10_s)


def test_65_degrees_in_28_seconds() -> None:
    """SOLAS II-1/29.3: from 35 deg one side to 30 deg the other in at most 28 s."""
    gear = Steering(rudder_deg=35.0)
    for _ in range(280):
        gear = step_steering(SteeringSpec(), gear, -35.0, 0.1)
    assert gear.rudder_deg <= -30.0


@pytest.mark.parametrize("order", [35.0, 35.01, 90.0, -35.01])
def test_the_rudder_never_passes_its_stops(order: float) -> None:
    gear = Steering()
    for _ in range(400):
        gear = step_steering(SteeringSpec(), gear, order, 0.1)
    assert abs(gear.rudder_deg) == pytest.approx(35.0)


def test_a_stuck_rudder_hears_but_does_not_move() -> None:
    gear = step_steering(SteeringSpec(), Steering(rudder_deg=3.0, stuck=True), 20.0, 1.0)
    assert (gear.rudder_deg, gear.order_deg) == (3.0, 20.0)


def test_the_telegraph_ramps_and_the_load_program_is_slow() -> None:
    # Half ahead: the ramp of 0.5 rpm/s reaches 45 rpm in 90 s.
    engine = run(Engine(), 50.0, 60.0)
    assert engine.rpm == pytest.approx(30.0, abs=0.2)
    engine = run(engine, 50.0, 60.0)
    assert engine.rpm == pytest.approx(45.0)

    # Full ahead: fast to 65 %, then the load program.
    engine = run(engine, 100.0, 27.0)
    assert engine.rpm == pytest.approx(58.5, abs=0.2)
    engine = run(engine, 100.0, 100.0)
    assert engine.rpm == pytest.approx(63.5, abs=0.3)


def test_reversal_waits_for_the_shaft() -> None:
    # Under way at 45 rpm the telegraph is thrown full astern.
    engine = step_engine(TWO_STROKE, Engine(EngineMode.RUNNING, rpm=45.0), -65.0, 3.0, 0.1)
    assert engine.mode is EngineMode.REVERSING

    # Until the shaft is at 27 rpm nothing starts, then 8 s of brake air.
    engine = run(engine, -65.0, 20.0)
    assert engine.mode is EngineMode.REVERSING
    assert engine.rpm == pytest.approx(27.1, abs=0.2)
    assert engine.power_kw == 0.0
    engine = run(engine, -65.0, 8.7)
    assert engine.mode is EngineMode.RUNNING
    engine = run(engine, -65.0, 60.0)
    assert engine.rpm < -25.0


def test_reversal_taken_back_runs_ahead_again() -> None:
    engine = step_engine(TWO_STROKE, Engine(EngineMode.RUNNING, rpm=45.0), -65.0, 3.0, 0.1)
    engine = run(engine, 50.0, 40.0)
    assert engine.mode is EngineMode.RUNNING
    assert engine.rpm > 27.0


def test_the_load_limit_cuts_rpm() -> None:
    """Bollard pull at full rpm takes more than the rating: the governor gives less rpm, and says so."""
    engine = run(Engine(EngineMode.RUNNING, rpm=85.0), 100.0, 300.0, inflow_mps=0.0)

    assert engine.load_limited
    assert engine.rpm < 90.0
    assert engine.power_kw <= TWO_STROKE.rated_kw * 1.02


def test_an_emergency_stop_holds_until_reset() -> None:
    engine = shut_down(Engine(EngineMode.RUNNING, rpm=60.0, order_percent=65.0))
    engine = run(engine, 65.0, 400.0)
    assert (engine.mode, engine.rpm) == (EngineMode.SHUT_DOWN, 0.0)

    engine = run(reset(engine), 65.0, 10.0)
    assert engine.mode is EngineMode.RUNNING


def test_less_than_idle_is_idle_and_zero_is_stop() -> None:
    assert run(Engine(), 5.0, 120.0).rpm == pytest.approx(22.5)
    assert run(Engine(EngineMode.RUNNING, rpm=22.5), 0.0, 400.0).rpm == 0.0
