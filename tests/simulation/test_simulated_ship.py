"""A whole simulated ship: she steers, answers the telegraph and fails as told."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from simulators.devices.plc_readings import DISCRETE_SIZE, INPUT_SIZE, discrete_bits, input_words, readings
from simulators.devices.sentence import framed
from simulators.fleet import FLEET, KESTREL, OTTER, PETREL_SPEC, VesselSpec
from simulators.ship import Ship
from simulators.vessel.motion import Environment

BREEZE = Environment(0.15, 0.1, 7.0, 240.0)


def forward(ship: Ship, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        ship.advance(0.1)


@pytest.mark.parametrize(("spec", "seconds"), [(KESTREL, 420.0), (OTTER, 40.0), (PETREL_SPEC, 200.0)])
def test_a_heading_order_brings_her_round_and_she_stays(spec: VesselSpec, seconds: float) -> None:
    # Wind and current on the quarter; 33 deg to starboard are ordered by HTC.
    ship = Ship(spec, 42, 0, BREEZE)
    forward(ship, 60.0)
    wanted = round(ship.heading_deg + 33.0) % 360
    ship.autopilot.receive(framed(f"INHTC,V,,,H,N,,10.0,,,{wanted:05.1f},,,T,C"), ship.now_s)

    # She has the time a ship of her kind needs, and is then within two degrees for five minutes on end.
    forward(ship, seconds)
    for _ in range(300):
        forward(ship, 1.0)
        assert abs(math.remainder(wanted - ship.heading_deg, 360.0)) < 2.0


def test_the_otter_keeps_her_heading_at_full_speed_too() -> None:
    """At 6 kn her hull is directionally unstable (Munk moment) and one motor is at its end: only a firm hand holds."""
    ship = Ship(replace(OTTER, start=replace(OTTER.start, percent=100.0, speed_kn=6.2)), 42, 0, BREEZE)
    forward(ship, 30.0)
    for _ in range(120):
        forward(ship, 1.0)
        assert abs(math.remainder(OTTER.start.heading_deg - ship.heading_deg, 360.0)) < 2.0


@pytest.mark.parametrize("spec", FLEET)
def test_she_begins_in_steady_state(spec: VesselSpec) -> None:
    ship = Ship(spec, 42, 0)
    speed = ship.truth().sog_kn
    forward(ship, 120.0)
    assert ship.truth().sog_kn == pytest.approx(speed, rel=0.15)
    assert math.remainder(ship.heading_deg - spec.start.heading_deg, 360.0) == pytest.approx(0.0, abs=0.5)


def test_dead_reckoning_agrees_with_the_geodesic() -> None:
    """An hour on 080: the distance over ground from start to end is speed times time (mean radius, 0.5 %)."""
    ship = Ship(KESTREL, 42, 0)
    lat, lon = ship.latitude_deg, ship.longitude_deg
    run = 0.0
    for _ in range(3600):
        forward(ship, 1.0)
        run += ship.truth().sog_kn / 3600.0
    north = (ship.latitude_deg - lat) * 60.0
    east = (ship.longitude_deg - lon) * 60.0 * math.cos(math.radians((lat + ship.latitude_deg) / 2))
    assert math.hypot(north, east) == pytest.approx(run, rel=0.005)
    assert math.degrees(math.atan2(east, north)) == pytest.approx(80.0, abs=0.5)


def test_full_astern_reverses_only_after_the_shaft_has_slowed() -> None:
    ship = Ship(KESTREL, 42, 0)
    ship.plc.write(2, [0x10000 - 650])
    rpm = []
    for _ in range(600):
        forward(ship, 1.0)
        rpm.append(ship.engine.rpm)
        if ship.motion.surge_mps <= 0.0:
            break
    # The fall is without a jump until the shaft has slowed to 30 % of full.
    started = next(index for index, value in enumerate(rpm) if value <= 0.0)
    assert rpm[started - 1] <= 0.31 * KESTREL.engine.full_rpm
    assert min(rpm) == pytest.approx(-0.65 * KESTREL.engine.full_rpm, rel=0.02)


@pytest.mark.parametrize(("spec", "speed_kn"), [(KESTREL, 15.3), (PETREL_SPEC, 13.0), (OTTER, 6.26)])
def test_full_ahead_gives_the_speed_and_stays_inside_the_catalogue(spec: VesselSpec, speed_kn: float) -> None:
    """Channel ranges of the catalogue: power 0..50 000 kW, torque 5 000 kNm, fuel 10 000 l/h, load 120 %."""
    ship = Ship(replace(spec, start=replace(spec.start, percent=100.0, speed_kn=speed_kn)), 42, 0)
    forward(ship, 600.0)
    assert ship.truth().water_long_kn == pytest.approx(speed_kn, rel=0.01)

    # Hard over, where the propeller takes most: the load limit holds.
    ship.plc.write(5, [350])
    ship.plc.write(4, [1])
    for _ in range(600):
        forward(ship, 1.0)
        found = readings(ship)
        assert 0.0 <= found["shaft_power"] <= min(50_000.0, 1.02 * spec.engine.rated_kw)
        assert abs(found["shaft_torque"]) <= 5_000.0
        assert 0.0 <= found["fuel_flow"] <= 10_000.0


def test_a_stuck_rudder_is_stuck_until_cleared() -> None:
    ship = Ship(KESTREL, 42, 0)
    ship.set_fault("rudder_stuck", "on")
    ship.plc.write(5, [100])
    ship.plc.write(4, [1])
    forward(ship, 30.0)
    assert ship.steering.rudder_deg == pytest.approx(0.0, abs=0.5)
    assert ship.truth().rudder_order_deg == 10.0
    ship.clear_fault("rudder_stuck")
    forward(ship, 10.0)
    assert ship.steering.rudder_deg == 10.0


def test_a_dead_autopilot_says_nothing_and_keeps_its_rudder() -> None:
    ship = Ship(KESTREL, 42, 0)
    forward(ship, 2.0)
    ship.autopilot.outbox()
    ship.set_fault("autopilot_dead", "on")
    ship.autopilot.receive(framed("INHTC,V,,,H,N,,10.0,,,150.0,,,T,C"), ship.now_s)
    forward(ship, 20.0)
    assert ship.autopilot.outbox() == []
    assert ship.autopilot.course.heading_deg == KESTREL.start.heading_deg
    ship.clear_fault("autopilot_dead")
    forward(ship, 2.0)
    assert len(ship.autopilot.outbox()) >= 1


def test_line_noise_spoils_some_lines_and_the_same_seed_the_same_ones() -> None:
    def lines(seed: int, noisy: str) -> list[bytes]:
        ship = Ship(KESTREL, seed, 0)
        ship.set_fault("line_noise", noisy)
        said: list[bytes] = []
        for _ in range(600):
            forward(ship, 0.1)
            said += [line.sentence for line in ship.sentences_due()]
        return said

    clean, noisy = lines(42, "off"), lines(42, "on")
    assert len(clean) == len(noisy)
    spoilt = sum(a != b for a, b in zip(clean, noisy, strict=True)) / len(clean)
    assert 0.03 < spoilt < 0.07
    assert noisy == lines(42, "on")


def test_a_dead_plc_holds_its_outputs() -> None:
    ship = Ship(KESTREL, 42, 0)
    ship.set_fault("plc_dead", "on")
    ship.plc.write(2, [0])
    forward(ship, 60.0)
    assert ship.engine.rpm > 50.0


def test_the_emergency_stop_takes_the_way_off() -> None:
    ship = Ship(PETREL_SPEC, 42, 0)
    ship.plc.emergency_stop()
    forward(ship, 120.0)
    assert ship.engine.rpm == pytest.approx(0.0, abs=1.0)
    assert ship.truth().sog_kn < 7.6  # from 9.0


@pytest.mark.parametrize("spec", FLEET)
def test_every_register_has_a_reading_and_tables_are_whole(spec: VesselSpec) -> None:
    ship = Ship(spec, 42, 0)
    forward(ship, 5.0)
    assert all(math.isfinite(value) for value in readings(ship).values())
    assert len(input_words(ship)) == INPUT_SIZE
    assert len(discrete_bits(ship)) == DISCRETE_SIZE
    assert all(0 <= word <= 0xFFFF for word in input_words(ship))


def test_the_otter_says_not_available_for_what_she_has_not() -> None:
    assert input_words(Ship(OTTER, 42, 0))[9] == 0xFFFF
