"""Modbus units on a serial line reach both processes aboard: one master asks, the other process is handed what it reads."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from control.limits import ConfigError
from protocols.aio.clock import SystemClock
from protocols.modbus.answers import Answer, answer_in
from protocols.modbus.ranges import ReadRange
from protocols.reading import Quality, Reading
from shipside.config import AgentConfig, load
from shipside.ports import ReadingSource
from shipside.sensors.poller import Poller
from shipside.sensors.units import HandedUnit, SharedUnit, Units
from tests.agent_kit import VESSEL, broker, ear, program
from tests.free_ports import free_port
from tests.modbus_kit import SerialUnits, UnitOf, until

ROOT = Path(__file__).parents[2]
REGISTERS = ROOT / "simulators/registers/kestrel.toml"
AGENT = """
[vessel]
id = "kestrel"
name = "KESTREL"
length_m = 89.0
beam_m = 13.4
[broker]
url = "mqtt://kestrel:right@127.0.0.1:1883"
{units}
[spool]
path = "spool.db"
[safety]
journal = "journal.db"
plc = "plc"
autopilot_port = 4000
[keys]
master_public_key = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
vessel_key = "vessel.pem"
"""
MAP = """
[[register]]
name = "soc"
table = "holding"
address = 266
coding = "u16"
scale = 0.1
unit = "%"
channel = "BAT_SOC"
[[register]]
name = "order"
table = "holding"
address = 0
coding = "u16"
writable = true
low = 0
high = 9
"""
PLC = f'[[modbus]]\nname = "plc"\nhost = "127.0.0.1"\nport = 5020\nregisters = "{REGISTERS}"\n'
BATTERY = '[[modbus]]\nname = "battery"\npath = "ttyBATTERY"\nbaud = 19200\nunit = 225\nregisters = "map.toml"\nperiod_s = 0.1\n'


def configuration(folder: Path, units: str, *, commanded: bool = True) -> AgentConfig:
    (folder / "map.toml").write_text(MAP)
    text = AGENT.format(units=units) + ((ROOT / "control/example.toml").read_text() if commanded else "")
    (folder / "agent.toml").write_text(text)
    return load(folder / "agent.toml", {})


def faults(folder: Path, units: str) -> str:
    with pytest.raises(ConfigError) as caught:
        configuration(folder, units)
    return "\n".join(caught.value.faults)


@asynccontextmanager
async def reading(source: ReadingSource, into: list[Reading]) -> AsyncGenerator[None]:
    task = asyncio.create_task(source.run(into.append))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_both_processes_have_the_readings_of_one_master(tmp_path: Path) -> None:
    units = {225: UnitOf({"holding": {266: 873}})}
    config, clock = configuration(tmp_path, PLC + BATTERY), SystemClock()
    safety: list[Reading] = []
    collector: list[Reading] = []
    async with SerialUnits(units, tmp_path / "ttyBATTERY").plugged_in():
        shared = Units(config, clock).of_safety(lambda _event, **_fields: None)[1]
        handed = Units(config, clock).of_collector()[1]
        assert isinstance(shared, SharedUnit)
        assert isinstance(handed, HandedUnit)
        heard: list[bytes] = []
        handed.hear = heard.append
        async with reading(handed, collector), reading(shared, safety):
            await until(lambda: len(safety) >= 5 and len(collector) >= 5)
        wanted = Reading("BAT_SOC", pytest.approx(87.3), "%", Quality.GOOD)
        assert safety[0] == collector[0] == wanted
        assert shared.facts().name == handed.facts().name == "battery"
        assert heard
        assert answer_in(heard[0]) == Answer(225, ReadRange("holding", 266, 1), (873,))
    # The line was asked by one of them: one request for each reading, and one that may be on its way at the end.
    assert len(units[225].requests) <= len(safety) + 1


@pytest.mark.timeout(90)
async def test_a_battery_on_a_serial_line_is_seen_ashore_from_a_commanded_vessel(tmp_path: Path) -> None:
    """Both processes as they run aboard, the map that comes with the agent, and the line pulled and put back."""
    port, plc = free_port(), free_port()
    battery = UnitOf({"holding": dict.fromkeys(range(258, 268), 0) | {259: 2641, 266: 873}})
    text = AGENT.format(units=PLC.replace("5020", str(plc)) + BATTERY.replace("map.toml", "victron-gx-battery"))
    text = text.replace("kestrel", VESSEL).replace("127.0.0.1:1883", f"127.0.0.1:{port}").replace("4000", str(plc))
    (tmp_path / "agent.toml").write_text(text + (ROOT / "control/example.toml").read_text())
    line = SerialUnits({225: battery}, tmp_path / "ttyBATTERY")
    with (
        broker(tmp_path, port),
        program(["-m", "shipside", "--config", str(tmp_path / "agent.toml")], tmp_path / "agent.log"),
    ):
        async with ear(port) as shore, line.plugged_in():
            await until(lambda: shore.latest.get("BAT_SOC") == (87.3, Quality.GOOD), 40)
            assert shore.latest["BAT_VLT"] == (26.41, Quality.GOOD)
            line.pull()
            await asyncio.sleep(0.5)
            battery.words["holding"][266] = 861
            line.plug_in()
            await until(lambda: shore.latest["BAT_SOC"] == (86.1, Quality.GOOD), 40)
    assert "Traceback" not in (tmp_path / "agent.log").read_text()


def test_on_a_vessel_that_is_watched_only_the_collector_asks(tmp_path: Path) -> None:
    config = configuration(tmp_path, PLC + BATTERY, commanded=False)
    units = Units(config, SystemClock())
    assert [type(each) for each in units.of_collector()] == [Poller, Poller]
    assert [each.facts().name for each in units.of_safety(lambda _event, **_fields: None)] == ["plc"]


def test_units_of_one_address_share_a_connection_and_orders_have_their_own(tmp_path: Path) -> None:
    second = PLC.replace('"plc"', '"thruster"').replace("port = 5020", "port = 5020\nunit = 2")
    config = configuration(tmp_path, PLC + second)
    units = Units(config, SystemClock())
    first, other = (units._poller(each)._unit for each in config.modbus)
    assert first._bus is other._bus  # type: ignore[attr-defined]
    assert units.for_orders(config.modbus[0])._bus is not first._bus  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("units", "word"),
    [
        (PLC + BATTERY + 'host = "a"\n', "modbus[1].host does not go with a serial line"),
        (PLC + "baud = 9600\n", "modbus[0].baud does not go with host and port"),
        (PLC + BATTERY + 'parity = "mark"\n', "modbus[1].parity is 'mark'"),
        (PLC + BATTERY.replace("225", "0"), "modbus[1].unit is 0"), (PLC + BATTERY.replace("225", "248"), "unit is 248"),
        (PLC + PLC, "two Modbus units are called 'plc'"),
        (PLC + BATTERY + BATTERY.replace('"battery"', '"second"').replace("19200", "9600"), "baud, parity, stop_bits and"),
        (PLC.replace('host = "127.0.0.1"\nport = 5020', 'path = "ttyBATTERY"\nbaud = 19200') + BATTERY,
         "the PLC 'plc' shares its serial line with battery"),
        (PLC + BATTERY.replace("map.toml", "no-such-map"), "maps that come with the agent are"),
        (PLC + BATTERY.replace("map.toml", "none.toml"), "registers (none.toml): No such file"),
    ],
)  # fmt: skip
def test_each_fault_of_a_unit_has_its_word(tmp_path: Path, units: str, word: str) -> None:
    assert word in faults(tmp_path, units)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("BAT_SOC", "BAT_SOD", "register soc feeds BAT_SOD, which is no channel"),
        ('"%"', '"V"', "register soc is in V, the channel BAT_SOC in %"),
        ("BAT_SOC", "FIRE_ALM", "register soc is a number, the channel FIRE_ALM a boolean"),
        (
            'coding = "u16"\nscale = 0.1',
            'coding = "u16"\nstates = {"0" = "x"}',
            "is a text, the channel BAT_SOC a number",
        ),
    ],
)
def test_what_a_map_feeds_must_be_there(tmp_path: Path, old: str, new: str, word: str) -> None:
    (tmp_path / "wrong.toml").write_text(MAP.replace(old, new, 1))
    assert tomllib.loads((tmp_path / "wrong.toml").read_text())
    assert word in faults(tmp_path, PLC + BATTERY.replace("map.toml", "wrong.toml"))
