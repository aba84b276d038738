"""The ship's ports wired straight to a simulated ship behave as they would over sockets."""

from __future__ import annotations

import asyncio

import pytest

from shipside.ports import EquipmentError, LineOutput, LineSource, RegisterPort
from simulators.devices.sentence import framed
from simulators.devices.wired import WiredAutopilot, WiredPlc
from simulators.fleet import KESTREL
from simulators.ship import Ship


async def test_the_wired_plc_reads_writes_and_refuses() -> None:
    ship = Ship(KESTREL, 42, 0)
    ship.advance(0.1)
    plc: RegisterPort = WiredPlc(ship)

    assert (await plc.read("input", 32, 1))[0] == 650
    assert list(await plc.read("discrete", 0, 3)) == [1, 1, 1]
    await plc.write("holding", 2, [300])
    assert list(await plc.read("holding", 2, 1)) == [300]
    for bad in (plc.read("input", 30, 10), plc.read("coil", 0, 1), plc.read("holding", 99, 1)):
        with pytest.raises(EquipmentError):
            await bad
    with pytest.raises(EquipmentError, match="ILLEGAL_VALUE"):
        await plc.write("holding", 2, [1001])
    with pytest.raises(EquipmentError):
        await plc.write("input", 0, [1])


async def test_a_dead_plc_does_not_answer() -> None:
    ship = Ship(KESTREL, 42, 0)
    ship.set_fault("plc_dead", "on")
    with pytest.raises(EquipmentError, match="does not answer"):
        await WiredPlc(ship).read("input", 0, 1)


async def test_the_wired_autopilot_answers_at_once_and_each_second() -> None:
    ship = Ship(KESTREL, 42, 0)
    wire = WiredAutopilot(ship)
    output: LineOutput = wire
    source: LineSource = wire
    heard: list[bytes] = []
    listening = asyncio.create_task(source.run(heard.extend))
    await asyncio.sleep(0)
    assert await output.send(framed("INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,C").rstrip())
    assert any(b",H,T,20.0,10.0,,20.0,95.0," in line for line in heard)
    before = len(heard)
    for _ in range(30):
        ship.advance(0.1)
        wire.deliver()
    assert len(heard) - before == 3
    assert source.facts().lines_count == len(heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert not source.facts().is_open
