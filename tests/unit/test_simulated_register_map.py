"""The committed register maps are those of the PLC's table, and the agent's reader understands them as meant."""

from __future__ import annotations

import tomllib

import pytest

from protocols.modbus.register_map import RegisterMap
from protocols.modbus.registers import value_of, words_of
from protocols.reading import Quality
from simulators.devices.plc import Plc
from simulators.devices.plc_readings import discrete_bits, input_words, readings
from simulators.fleet import FLEET, KESTREL, VesselSpec
from simulators.register_map import FOLDER, document
from simulators.ship import Ship


def agents_map(spec: VesselSpec) -> RegisterMap:
    return RegisterMap.from_mapping(tomllib.loads((FOLDER / f"{spec.slug}.toml").read_text()))


@pytest.mark.parametrize("spec", FLEET)
def test_the_file_is_what_the_table_makes(spec: VesselSpec) -> None:
    assert (FOLDER / f"{spec.slug}.toml").read_text() == document(spec)


@pytest.mark.parametrize("spec", FLEET)
def test_the_agent_reads_what_the_ship_means(spec: VesselSpec) -> None:
    ship = Ship(spec, 42, 0)
    for _ in range(50):
        ship.advance(0.1)
    words, bits, true = input_words(ship), [int(bit) for bit in discrete_bits(ship)], readings(ship)
    found = agents_map(spec)
    for register in found.registers:
        if register.table in {"input", "discrete"}:
            table = words if register.table == "input" else bits
            read = value_of(register, table[register.address : register.address + register.words])
            assert read == pytest.approx(true[register.name], abs=register.scale)
    assert not spec.absent_channels & {register.channel for register in found.registers}


def test_a_whole_poll_is_two_requests_and_gives_every_channel_good() -> None:
    ship = Ship(KESTREL, 42, 0)
    ship.advance(0.1)
    found = agents_map(KESTREL)
    ranges = found.ranges()
    assert {(entry.table, entry.address, entry.count) for entry in ranges} == {
        ("discrete", 0, 5),  # what feeds a channel; the registers behind it feed none, and are not asked for
        ("input", 0, 32),
    }
    tables = {"input": input_words(ship), "discrete": [int(bit) for bit in discrete_bits(ship)]}
    read = [reading for entry in ranges for reading in found.readings(entry, tables[entry.table])]
    assert {reading.channel for reading in read} >= {"ME_RPM", "ME_PWR", "STG_PMP1", "ME_RDY", "TNK_FO1P", "GEN1_FRQ"}
    assert {reading.quality for reading in read} == {Quality.GOOD}


def test_what_the_agent_writes_the_plc_obeys() -> None:
    plc, found = Plc(), agents_map(KESTREL)
    for name, value in (("propulsion_order", -32.5), ("rudder_order", -12.5), ("direct_steering", 1.0)):
        register = found[name]
        assert plc.write(register.address, words_of(register, value)) is None
    orders = plc.step(0.1)
    assert (orders.percent, orders.rudder_deg) == (-32.5, -12.5)
