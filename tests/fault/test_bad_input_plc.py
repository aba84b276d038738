"""A PLC that is not there, that comes and goes, and a register map that names what it does not have."""

from __future__ import annotations

import math
from pathlib import Path

from protocols.aio.clock import SystemClock
from protocols.reading import Quality
from tests.agent_kit import (
    MODBUS,
    TCP,
    Unit,
    agent_toml,
    broker,
    collector,
    ear,
    lines,
    program,
    run_to_end,
    said,
    until,
)
from tests.free_ports import free_port

GOOD = """
[[register]]
name = "engine_speed"
table = "input"
address = 0
coding = "s16"
scale = 0.1
unit = "rpm"
channel = "ME_RPM"
[[register]]
name = "engine_load"
table = "input"
address = 1
coding = "u16"
scale = 0.1
unit = "%"
channel = "ME_LOAD"
"""
GHOSTS = """
[[register]]
name = "ghost_beside"
table = "input"
address = 3
coding = "u32"
unit = "kW"
channel = "ME_PWR"
[[register]]
name = "ghost_afar"
table = "input"
address = 900
coding = "u16"
unit = "bar"
channel = "ME_LOP"
"""
WRONG = """
[[register]]
name = "a"
table = "inputs"
address = 0
coding = "s16"
[[register]]
name = "b"
table = "input"
address = 70000
coding = "s17"
[[register]]
name = "c"
table = "holding"
address = 1
coding = "u16"
scale = 0
colour = "red"
[[register]]
name = "d"
table = "holding"
address = 2
coding = "u16"
[[register]]
name = "d"
table = "holding"
address = 3
coding = "u16"
"""
BACK_S = 20.0
"""A dead unit is asked again within 10 s; twice that on a busy machine."""


def problems(log: Path) -> list[tuple[object, str]]:
    """Return what the log says of the PLC, in order: whether it is there, and what is wrong."""
    return [(line["is_open"], str(line["problem"])) for line in said(log, "input") if line["input"] == "plc"]


async def test_a_plc_that_is_absent_comes_goes_and_comes_back(tmp_path: Path) -> None:
    """Absent is not zero: nothing before it came, the last value marked stale after it went; the heading never stops."""
    port, plc, log = free_port(), free_port(), tmp_path / "agent.log"
    registers = tmp_path / "map.toml"
    registers.write_text(GOOD)
    unit = Unit({0: 7500, 1: 512})
    with broker(tmp_path, port):
        async with lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good) + MODBUS.format(plc, registers))
            with program(collector(path), log) as agent:
                # It is not there: the agent says so, collects on, and no value is made up.
                await until(lambda: bool(problems(log)), 20)
                assert problems(log)[0][0] is False
                assert "plc cannot be reached" in problems(log)[0][1]
                await shore.more("NAV_HDG", 10)
                assert "ME_RPM" not in shore.latest
                # It comes: values, and a word.
                async with unit.at(plc):
                    await until(lambda: shore.latest.get("ME_RPM") == (750.0, Quality.GOOD), BACK_S)
                    assert shore.latest["ME_LOAD"] == (51.2, Quality.GOOD)
                    assert problems(log)[-1] == (True, "")
                # It goes: the last value is stale, not zero; the heading goes on.
                await until(lambda: shore.latest["ME_RPM"] == (750.0, Quality.STALE), BACK_S)
                await until(lambda: problems(log)[-1][0] is False)
                await shore.more("NAV_HDG")
                # It comes back with another value.
                unit.words[0] = 6000
                async with unit.at(plc):
                    await until(lambda: shore.latest["ME_RPM"] == (600.0, Quality.GOOD), BACK_S)
                assert agent.poll() is None
            assert agent.returncode == 0
    assert len(problems(log)) <= 5  # each change once, not each try
    assert "Traceback" not in log.read_text()


async def test_registers_that_the_unit_does_not_have(tmp_path: Path) -> None:
    """One refused register spoils the request that it shares with good ones: it is found, named, and left alone."""
    port, plc, log = free_port(), free_port(), tmp_path / "agent.log"
    registers, clock = tmp_path / "map.toml", SystemClock()
    registers.write_text(GOOD + GHOSTS)
    unit = Unit({0: 7500, 1: 512, 2: 0})
    with broker(tmp_path, port):
        async with unit.at(plc), lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good) + MODBUS.format(plc, registers))
            with program(collector(path), log) as agent:
                await until(lambda: "ghost_afar" in str(problems(log)) and "ghost_beside" in str(problems(log)), 20)
                is_open, problem = problems(log)[-1]
                assert is_open is True
                assert "plc refused: illegal address (input 3: ghost_beside)" in problem
                assert "plc refused: illegal address (input 900: ghost_afar)" in problem
                # The others are read as often as before, the ghosts have no value, and are not asked for each time.
                refused, began_s = unit.refused_count, clock.now_s()
                await shore.more("ME_RPM", 10)
                await shore.more("ME_LOAD", 10)
                await shore.more("NAV_HDG")
                assert clock.now_s() - began_s < 10.0
                assert unit.refused_count == refused
                assert shore.latest["ME_RPM"] == (750.0, Quality.GOOD)
                assert not {"ME_PWR", "ME_LOP"} & set(shore.latest)
                assert not any(math.isnan(value) for value, _ in shore.latest.values())
                assert agent.poll() is None
            assert agent.returncode == 0


def test_a_register_map_with_faults_is_told_at_once(tmp_path: Path) -> None:
    """Every fault of the map in one go, with the register's name; the agent does not start, and leaves nothing behind."""
    registers = tmp_path / "map.toml"
    registers.write_text(WRONG)
    path = agent_toml(tmp_path, free_port(), MODBUS.format(free_port(), registers))
    ran = run_to_end(["-m", "shipside", "--config", str(path)])
    assert ran.returncode == 2
    for word in (
        "map.toml", "register a: table is 'inputs'", "register b: coding is 's17'", "register b: address is 70000",
        "register c: scale is 0", "register c: colour is not known", "two registers are called d",
    ):  # fmt: skip
        assert word in ran.stderr, word
    assert sorted(file.name for file in tmp_path.iterdir()) == ["agent.toml", "map.toml"]
