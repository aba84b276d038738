"""The PLC core: registers, watchdog, stops, and who is refused."""

from __future__ import annotations

import pytest

from simulators.devices.plc import HOLDING, REGISTERS, Plc, Refusal, encoded

WATCHDOG, IN_USE, PROPULSION, TELEGRAPH, DIRECT, RUDDER, CONTROLLED, EMERGENCY, RESET, PUMP1, PUMP2 = range(11)


@pytest.fixture
def plc() -> Plc:
    return Plc()


def stroke(plc: Plc, seconds: float, *, start: int = 1) -> None:
    """Stroke the watchdog twice a second."""
    for beat in range(round(seconds * 10)):
        if beat % 5 == 0:
            assert plc.write(WATCHDOG, [start + beat]) is None
        plc.step(0.1)


def test_the_map_has_no_overlap_and_every_channel_once() -> None:
    seen: set[tuple[str, int]] = set()
    for register in REGISTERS:
        width = 2 if register.coding in {"u32", "s32"} else 1
        for address in range(register.address, register.address + width):
            assert (register.table, address) not in seen
            seen.add((register.table, address))
    channels = [register.channel for register in REGISTERS if register.channel]
    assert len(channels) == len(set(channels))


def test_a_stroked_watchdog_keeps_the_orders(plc: Plc) -> None:
    # The agent takes the engine, sets half ahead and ten degrees of rudder, and strokes.
    plc.write(WATCHDOG, [1])
    plc.write(IN_USE, [1])
    plc.write(PROPULSION, [500])
    plc.write(RUDDER, [100])
    plc.write(DIRECT, [1])
    stroke(plc, 30.0)

    orders = plc.step(0.1)
    assert (orders.percent, orders.rudder_deg) == (50.0, 10.0)


def test_silence_for_a_second_drives_to_neutral(plc: Plc) -> None:
    plc.write(IN_USE, [1])
    plc.write(PROPULSION, [500])
    plc.write(RUDDER, [0x10000 - 100])
    plc.write(DIRECT, [1])
    stroke(plc, 5.0)

    # The agent dies. 0.9 s after its last stroke nothing has changed; past one second all is neutral.
    for _ in range(4):
        orders = plc.step(0.1)
    assert (orders.percent, orders.rudder_deg) == (50.0, -10.0)
    for _ in range(3):
        orders = plc.step(0.1)
    assert (orders.percent, orders.rudder_deg) == (0.0, 0.0)
    assert (plc.tripped, plc.trips) == (True, 1)

    # Stroking again does not bring the orders back, nor are new ones taken before the reset.
    plc.write(WATCHDOG, [9999])
    plc.write(PROPULSION, [500])
    assert plc.step(0.1).percent == 0.0
    plc.write(RESET, [1])
    plc.write(PROPULSION, [300])
    assert plc.step(0.1).percent == 30.0
    assert plc.step(0.1).rudder_deg is None


def test_the_same_value_is_no_stroke(plc: Plc) -> None:
    plc.write(IN_USE, [1])
    plc.write(WATCHDOG, [7])
    for _ in range(12):
        plc.write(WATCHDOG, [7])
        plc.step(0.1)
    assert plc.tripped


def test_nobody_in_remote_use_means_no_watchdog(plc: Plc) -> None:
    plc.local_order(40.0)
    for _ in range(100):
        orders = plc.step(0.1)
    assert orders.percent == 40.0


@pytest.mark.parametrize(
    ("step", "percent"), [(0, 0.0), (1, 30.0), (4, 65.0), (5, 100.0), (11, -30.0), (14, -65.0), (15, -65.0)]
)
def test_telegraph_steps(plc: Plc, step: int, percent: float) -> None:
    assert plc.write(TELEGRAPH, [step]) is None
    assert plc.step(0.1).percent == percent


@pytest.mark.parametrize(
    ("address", "values", "refusal"),
    [
        (PROPULSION, [1001], Refusal.ILLEGAL_VALUE),
        (PROPULSION, [0x10000 - 1001], Refusal.ILLEGAL_VALUE),
        (RUDDER, [351], Refusal.ILLEGAL_VALUE),
        (TELEGRAPH, [6], Refusal.ILLEGAL_VALUE),
        (IN_USE, [2], Refusal.ILLEGAL_VALUE),
        (12, [1], Refusal.ILLEGAL_ADDRESS),
        (11, [1, 1], Refusal.ILLEGAL_ADDRESS),
        (PUMP2, [1, 2], Refusal.ILLEGAL_VALUE),
        (-1, [1], Refusal.ILLEGAL_ADDRESS),
        (PROPULSION, [], Refusal.ILLEGAL_ADDRESS),
    ],
)
def test_a_bad_write_changes_nothing(plc: Plc, address: int, values: list[int], refusal: Refusal) -> None:
    before = plc.holding(0, 12)
    assert plc.write(address, values) is refusal
    assert (plc.holding(0, 12), plc.refused) == (before, 1)


def test_a_block_write_is_all_or_nothing(plc: Plc) -> None:
    assert plc.write(PROPULSION, [300, 6]) is Refusal.ILLEGAL_VALUE
    assert plc.step(0.1).percent == 0.0


def test_with_the_engine_worked_from_aboard_only_stopping_is_heard(plc: Plc) -> None:
    plc.local_order(50.0)
    plc.remote_active = False

    assert plc.write(PROPULSION, [300]) is Refusal.BUSY
    assert plc.write(DIRECT, [1]) is Refusal.BUSY
    assert plc.write(CONTROLLED, [1]) is None
    assert plc.write(EMERGENCY, [1]) is None
    assert plc.step(0.1).shut_down


def test_the_emergency_stop_is_latched(plc: Plc) -> None:
    plc.write(PROPULSION, [500])
    plc.write(EMERGENCY, [1])
    plc.write(EMERGENCY, [0])
    plc.write(PROPULSION, [500])
    orders = plc.step(0.1)
    assert (orders.shut_down, orders.percent) == (True, 0.0)

    plc.write(RESET, [2])
    orders = plc.step(0.1)
    assert (orders.shut_down, orders.percent) == (False, 0.0)


def test_a_controlled_stop_slows_down_on_heading(plc: Plc) -> None:
    plc.write(PROPULSION, [500])
    plc.write(RUDDER, [100])
    plc.write(DIRECT, [1])
    plc.write(CONTROLLED, [1])
    for _ in range(500):
        orders = plc.step(0.1)
    assert orders.percent == pytest.approx(25.0, abs=0.1)
    assert orders.rudder_deg is None  # the autopilot steers
    for _ in range(600):
        orders = plc.step(0.1)
    assert orders.percent == 0.0


def test_local_hands_end_a_trip(plc: Plc) -> None:
    plc.write(IN_USE, [1])
    for _ in range(12):
        plc.step(0.1)
    assert plc.tripped
    plc.local_order(30.0)
    assert (plc.tripped, plc.step(0.1).percent, plc.remote_in_use) == (False, 30.0, False)


def test_values_that_do_not_fit_are_cut_not_wrapped() -> None:
    speed = next(register for register in REGISTERS if register.name == "engine_speed")
    power = next(register for register in REGISTERS if register.name == "shaft_power")
    assert encoded(speed, -44.65) == [0x10000 - 446]
    assert encoded(speed, 1e9) == [0x7FFF]
    assert encoded(power, 48_000.0) == [4_800_000 >> 16, 4_800_000 & 0xFFFF]
    assert set(HOLDING) >= {"watchdog", "emergency_stop", "controlled_stop"}
