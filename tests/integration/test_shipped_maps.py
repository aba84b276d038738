"""The register maps that come with the agent: they load, feed channels that are there, and read a unit as its maker says."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protocols.aio.clock import SystemClock
from protocols.modbus.register_map import RegisterMap
from protocols.modbus.registers import words_of
from protocols.reading import Quality, Reading, Value
from shipside.config.modbus import MAPS, ModbusConfig, channel_faults
from shipside.sensors.modbus_bus import tcp_unit
from shipside.sensors.poller import Poller
from telemetry.catalogue import standard_catalogue
from tests.modbus_kit import TcpUnits, UnitOf, until
from tests.shared_folder import shared

ROOT = Path(__file__).parents[2]
GENSET: dict[int, tuple[int, ...]] = {
    0x304: (1,), 0x400: (420,), 0x401: (0xFFF6,), 0x402: (95,), 0x403: (0xFFFC,), 0x404: (142,), 0x405: (138,), 0x406: (1500,),
    0x407: (501,), 0x408: (0, 2309), 0x40A: (0, 2312), 0x40C: (0, 2301), 0x40E: (0, 4001), 0x410: (0, 4003), 0x412: (0, 3999),
    0x414: (0, 1204), 0x416: (0xFFFF, 0xFFFF), 0x418: (0, 1198), 0x41A: (0, 0), 0x41C: (0, 27_000), 0x41E: (0, 27_100),
    0x420: (0xFFFF, 0xFFF0), 0x600: (1, 15_585), 0x706: (0x0036, 0xEE80),
}  # fmt: skip
"""What a controller would hold: 32-bit values high word first, one sender broken (0xFFFC), one phase not fitted."""
GENSET_SAYS: dict[str, Value | None] = {
    "mode": 1.0, "oil_pressure": 420.0, "coolant_temperature": -10.0, "oil_temperature": 95.0, "fuel_level": None,
    "charge_alternator_voltage": 14.2, "battery_voltage": 13.8, "engine_speed": 1500.0, "frequency": 50.1,
    "voltage_l1_n": 230.9, "voltage_l2_n": 231.2, "voltage_l3_n": 230.1, "voltage_l1_l2": 400.1, "voltage_l2_l3": 400.3,
    "voltage_l3_l1": 399.9, "current_l1": 120.4, "current_l2": None, "current_l3": 119.8, "power_l1": 27_000.0,
    "power_l2": 27_100.0, "power_l3": -16.0, "power_total": 81.121, "run_time": 3_600_000.0,
}  # fmt: skip
BATTERY = {
    258: (0xFF38,), 259: (2641,), 260: (1280,), 261: (0xFFB5,), 262: (213,), 263: (1320,), 264: (0,), 265: (153,), 266: (873,),
    267: (2,), 303: (648,), 304: (0xFFFF,),
}  # fmt: skip
BATTERY_SAYS: dict[str, Value | None] = {
    "power": -200.0, "voltage": 26.41, "starter_voltage": 12.8, "current": -7.5, "temperature": 21.3, "mid_voltage": 13.2,
    "consumed_charge": -15.3, "state_of_charge": 87.3, "alarm": 2.0, "time_to_go": 64_800.0, "state_of_health": None,
}  # fmt: skip
SHIPPED = pytest.mark.parametrize(
    ("name", "held", "says"),
    [("deep-sea-gencomm", GENSET, GENSET_SAYS), ("victron-gx-battery", BATTERY, BATTERY_SAYS)],
    ids=["genset", "battery"],
)


def shipped(name: str) -> RegisterMap:
    return RegisterMap.from_mapping(tomllib.loads((MAPS / f"{name}.toml").read_text(encoding="utf-8")))


def unit_of(held: dict[int, tuple[int, ...]]) -> UnitOf:
    words = {address + place: word for address, words in held.items() for place, word in enumerate(words)}
    return UnitOf({"holding": words})


def test_every_map_feeds_channels_that_are_there_and_names_its_source() -> None:
    files = sorted(MAPS.glob("*.toml"))
    assert len(files) >= 2
    for file in files:
        unit = ModbusConfig("it", "host", 502, 1, 1.0, shipped(file.stem))
        assert channel_faults([unit], standard_catalogue()) == []
        assert "# Source: " in file.read_text(encoding="utf-8")


@SHIPPED
async def test_a_unit_is_read_as_its_maker_says(
    name: str, held: dict[int, tuple[int, ...]], says: dict[str, Value | None]
) -> None:
    """Every register, those without a channel too, from a unit on a socket that holds known words."""
    found: dict[str, Reading] = {}
    registers, far = shipped(name), TcpUnits({10: unit_of(held)})
    async with far.listening() as port:
        unit = tcp_unit("it", "127.0.0.1", port, 10, SystemClock())
        for wanted in registers.all_ranges():
            words = await unit.read(wanted.table, wanted.address, wanted.count)
            found |= {register.name: reading for register, reading in registers.named(wanted, words)}
        unit.close()
    assert {key: reading.value for key, reading in found.items()} == pytest.approx(says)
    for key, reading in found.items():
        assert (reading.quality is Quality.GOOD) is (says[key] is not None)


@SHIPPED
async def test_what_the_agent_polls_are_the_channels(
    name: str, held: dict[int, tuple[int, ...]], says: dict[str, Value | None]
) -> None:
    registers, came = shipped(name), list[Reading]()
    far = TcpUnits({10: unit_of(held)})
    async with far.listening() as port:
        import asyncio

        unit = tcp_unit("it", "127.0.0.1", port, 10, SystemClock())
        task = asyncio.create_task(Poller(unit, registers, 1.0, SystemClock()).run(came.append))
        wanted = {register.channel: says[register.name] for register in registers.registers if register.channel}
        await until(lambda: len(came) >= len(wanted))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        unit.close()
    assert {reading.channel: reading.value for reading in came} == pytest.approx(wanted)
    assert len(registers.ranges()) <= 2


def test_the_battery_is_as_victrons_own_list_has_it() -> None:
    """Address, coding and factor of every register, held against the published list."""
    codings = {"uint16": "u16", "int16": "s16", "uint32": "u32", "int32": "s32"}
    with shared("data/modbus/victron_attributes.csv").open(encoding="utf-8", newline="") as file:
        listed = {int(row[4]): row for row in csv.reader(file) if row[0] == "com.victronenergy.battery"}
    for register in shipped("victron-gx-battery").registers:
        row = listed[register.address]
        assert register.coding == codings[row[5]]
        assert register.scale == pytest.approx(1.0 / float(row[6]))
        assert not register.writable


def test_nothing_shipped_can_be_written() -> None:
    """A map from public facts is for looking; what may be ordered is for whoever knows the plant."""
    refused: list[Callable[[], Any]] = []
    for file in MAPS.glob("*.toml"):
        refused += [lambda register=register: words_of(register, 0.0) for register in shipped(file.stem).registers]
    assert len(refused) > 20
    for attempt in refused:
        with pytest.raises(Exception, match="is not for writing"):
            attempt()
