"""The main engine: telegraph, ramp, governor with load limit, reversing, emergency stop. Speed-governed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

TELEGRAPH_PERCENT: dict[int, float] = {
    0: 0.0,
    1: 30.0,
    2: 40.0,
    3: 50.0,
    4: 65.0,
    5: 100.0,
    11: -30.0,
    12: -40.0,
    13: -50.0,
    14: -65.0,
    15: -65.0,
}
"""ETL step (00 stop, 01 dead slow .. 04 full, 05 navigation full; 11..14 astern, 15 crash) to percent of full rpm.

Fixed pitch, middle of WinGD's ranges (X62DF, X72DF manual 5.4.2).
"""


class EngineMode(IntEnum):
    """Where the engine stands; the number goes into a PLC register."""

    STOPPED = 0
    RUNNING = 1
    REVERSING = 2
    """Fuel cut, waiting for the shaft to slow before the other direction is started."""
    SHUT_DOWN = 3
    """Emergency stop: no fuel until it is reset."""


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine with its propeller's torque curve."""

    full_rpm: float
    """100 % on the telegraph."""
    rated_kw: float
    """Load 100 %; the governor cuts rpm so that shaft power stays below."""
    ramp_rpmps: float
    """Up to `load_program_percent` of full rpm."""
    load_program_percent: float
    load_ramp_rpmps: float
    """Above `load_program_percent`: the slow load program."""
    spindown_s: float
    """Time constant with which the shaft slows without fuel."""
    reverse_below_percent: float
    """A fixed-pitch two-stroke waits for 20 to 40 % of full rpm before it starts astern."""
    start_delay_s: float
    """Brake air and start the other way."""
    idle_percent: float
    """Least speed the engine can run at; an order between 0 and this is taken as this. 0 for an electric motor."""
    propeller_m: float
    torque: tuple[float, float, float] = (0.029, -0.013, -0.014)
    """K_Q = q0 + q1 J + q2 J2, read from the Wageningen B-series for four blades, P/D 0.72: our estimate. It makes
    shaft power and load, and does not move the ship but through the load limit."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine's state."""

    mode: EngineMode = EngineMode.STOPPED
    rpm: float = 0.0
    """Actual, negative astern."""
    order_percent: float = 0.0
    """Telegraph, -100..100 % of full rpm."""
    wait_s: float = 0.0
    """Seconds left of a reversal's start delay."""
    power_kw: float = 0.0
    load_limited: bool = False


def shaft_power_kw(spec: EngineSpec, rpm: float, inflow_mps: float) -> float:
    """Return the power the propeller takes, kW, never negative."""
    q0, q1, q2 = spec.torque
    shaft = abs(rpm) / 60.0
    through = max(0.0, inflow_mps) / spec.propeller_m if rpm > 0 else 0.0
    torque = 1025.0 * spec.propeller_m**5 * (q0 * shaft**2 + q1 * shaft * through + q2 * through**2)
    return max(0.0, 2 * math.pi * shaft * torque / 1000.0)


def step_engine(spec: EngineSpec, engine: Engine, order_percent: float, inflow_mps: float, dt_s: float) -> Engine:
    """Return the engine `dt_s` later with the telegraph at `order_percent` (-100..100) and this propeller inflow."""
    order = max(-100.0, min(100.0, order_percent))
    if order and abs(order) < spec.idle_percent:
        order = math.copysign(spec.idle_percent, order)
    following = _next_mode(spec, replace(engine, order_percent=order), dt_s)
    if following.mode is EngineMode.RUNNING:
        following = _run(spec, following, inflow_mps, dt_s)
    else:
        rpm = following.rpm * math.exp(-dt_s / spec.spindown_s)
        following = replace(following, rpm=0.0 if abs(rpm) < 0.001 * spec.full_rpm else rpm, load_limited=False)
    fuelled = following.mode is EngineMode.RUNNING
    return replace(following, power_kw=shaft_power_kw(spec, following.rpm, inflow_mps) if fuelled else 0.0)


def _next_mode(spec: EngineSpec, engine: Engine, dt_s: float) -> Engine:
    if engine.mode is EngineMode.SHUT_DOWN:
        return engine
    target = engine.order_percent
    slow = abs(engine.rpm) <= spec.reverse_below_percent / 100.0 * spec.full_rpm
    opposite = target * engine.rpm < 0
    if engine.mode is EngineMode.REVERSING:
        if target == 0.0:
            return replace(engine, mode=EngineMode.STOPPED, wait_s=0.0)
        if not opposite and engine.wait_s <= 0.0:
            return replace(engine, mode=EngineMode.RUNNING)
        wait = engine.wait_s - dt_s if slow else engine.wait_s
        if wait > 0.0 or not slow:
            return replace(engine, wait_s=wait)
        return replace(engine, mode=EngineMode.RUNNING, wait_s=0.0, rpm=0.0 if opposite else engine.rpm)
    if opposite and spec.idle_percent > 0.0:
        return replace(engine, mode=EngineMode.REVERSING, wait_s=spec.start_delay_s)
    if target == 0.0:
        # A two-stroke is stopped by cutting its fuel; an electric motor is ramped down.
        stopped = spec.idle_percent > 0.0 or engine.rpm == 0.0
        return replace(engine, mode=EngineMode.STOPPED if stopped else EngineMode.RUNNING)
    return replace(engine, mode=EngineMode.RUNNING)


def _run(spec: EngineSpec, engine: Engine, inflow_mps: float, dt_s: float) -> Engine:
    target = engine.order_percent / 100.0 * spec.full_rpm
    programmed = abs(engine.rpm) >= spec.load_program_percent / 100.0 * spec.full_rpm and abs(target) > abs(engine.rpm)
    travel = (spec.load_ramp_rpmps if programmed else spec.ramp_rpmps) * dt_s
    rpm = engine.rpm + max(-travel, min(travel, target - engine.rpm))
    power = shaft_power_kw(spec, rpm, inflow_mps)
    if power <= spec.rated_kw:
        return replace(engine, rpm=rpm, load_limited=False)
    # Power goes roughly with the cube of rpm: cut to what the rating allows.
    return replace(engine, rpm=rpm * (spec.rated_kw / power) ** (1.0 / 3.0), load_limited=True)


def shut_down(engine: Engine) -> Engine:
    """Return the engine with its fuel cut by the emergency stop; it stays so until `reset`."""
    return replace(engine, mode=EngineMode.SHUT_DOWN, wait_s=0.0)


def reset(engine: Engine) -> Engine:
    """Return the engine ready to be started again, telegraph at stop."""
    if engine.mode is not EngineMode.SHUT_DOWN:
        return engine
    return replace(engine, mode=EngineMode.STOPPED, order_percent=0.0)
