"""Modbus units that are dead, late, noisy, refusing or no Modbus at all: each costs itself, and no wrong value is taken.

Proves test 18 of what long-lived services have taught: one slave dead, a late RTU reply, a TCP answer of another number.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocols.aio.clock import SystemClock
from protocols.modbus.frames import RtuFrames, TcpFrames
from protocols.modbus.register_map import RegisterMap
from protocols.reading import Quality, Reading
from shipside.ports import EquipmentError, RefusedError, SilentError
from shipside.sensors.modbus_bus import ModbusBus, ModbusUnit
from shipside.sensors.modbus_line import SerialLine, TcpLine
from shipside.sensors.poller import Poller
from tests.modbus_kit import SerialUnits, TcpUnits, UnitOf, until

TIMEOUT_S = 0.2
PERIOD_S = 0.05
MAP = RegisterMap.from_mapping({
    "register": [
        {"name": "rpm", "table": "input", "address": 0, "coding": "u16", "unit": "rpm", "channel": "ME_RPM"},
        {"name": "load", "table": "input", "address": 1, "coding": "u16", "unit": "%", "channel": "ME_LOAD"},
        {"name": "order", "table": "holding", "address": 0, "coding": "u16", "writable": True, "low": 0, "high": 9},
    ]
})  # fmt: skip


def unit(rpm: int = 750, mood: str = "good", **more: float) -> UnitOf:
    return UnitOf({"input": {0: rpm, 1: 51}, "holding": {0: 0}}, mood, **more)  # type: ignore[arg-type]


class Rig:
    """A bus, the units behind it, and what is done alike over TCP and over a serial line."""

    def __init__(self, far: TcpUnits | SerialUnits, bus: ModbusBus) -> None:
        """Have a bus to what is far."""
        self.far, self.bus, self.units = far, bus, far.units
        self.read: dict[int, list[Reading]] = {number: [] for number in self.units}
        self.pollers: dict[int, Poller] = {}

    def unit(self, number: int) -> ModbusUnit:
        return ModbusUnit(f"unit{number}", self.bus, number)

    @asynccontextmanager
    async def polling(self) -> AsyncGenerator[None]:
        """Poll every unit, each by a task of its own, as the agent does."""
        units = {number: self.unit(number) for number in self.units}
        clock = SystemClock()
        self.pollers = {number: Poller(port, MAP, PERIOD_S, clock) for number, port in units.items()}
        tasks = [asyncio.create_task(one.run(self.read[number].append)) for number, one in self.pollers.items()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def more(self, number: int, count: int = 5, seconds: float = 10.0) -> None:
        wanted = len(self.read[number]) + count
        await until(lambda: len(self.read[number]) >= wanted, seconds)


@asynccontextmanager
async def rig(kind: str, units: dict[int, UnitOf], folder: Path) -> AsyncGenerator[Rig]:
    clock = SystemClock()
    if kind == "tcp":
        far = TcpUnits(units)
        async with far.listening() as port:
            found = Rig(far, ModbusBus(TcpLine("127.0.0.1", port), TcpFrames(), clock, TIMEOUT_S))
            yield found
            found.bus.close()
            return
    line = SerialUnits(units, folder / "ttyMODBUS")
    async with line.plugged_in() as path:
        found = Rig(line, ModbusBus(SerialLine(path, 115_200, "even", 1), RtuFrames(), clock, TIMEOUT_S))
        yield found
        found.bus.close()


BOTH = pytest.mark.parametrize("kind", ["tcp", "serial"])


@BOTH
async def test_a_dead_unit_backs_off_alone_and_stalls_nobody(kind: str, tmp_path: Path) -> None:
    """Three units on one bus, two of them dead: the third is read on, and the dead take a fifth of the time at most."""
    units = {1: unit(700), 2: unit(mood="dead"), 3: unit(mood="dead")}
    clock = SystemClock()
    async with rig(kind, units, tmp_path) as bus, bus.polling():
        await until(lambda: bool(units[2].requests and units[3].requests))
        began_s, before = clock.now_s(), len(bus.read[1])
        await asyncio.sleep(3.0)
        gone_s, polls = clock.now_s() - began_s, (len(bus.read[1]) - before) / 2
        assert polls > 0.6 * gone_s / PERIOD_S
        asked = len(units[2].requests) + len(units[3].requests)
        assert 2 <= asked <= 2 + 0.25 * (gone_s + 1.0) / TIMEOUT_S
        assert {reading.value for reading in bus.read[1]} == {700.0, 51.0}
        assert bus.read[2] == bus.read[3] == []
        dead = bus.pollers[2].facts()
        assert not dead.is_open
        assert "does not answer within 0.2 s" in dead.problem
        assert dead.lost_count >= 1
        # It lives again: it is read again, without anybody's doing.
        units[2].mood = "good"
        await bus.more(2)
        assert bus.pollers[2].facts().is_open


@BOTH
async def test_a_late_answer_is_dropped_and_counted(kind: str, tmp_path: Path) -> None:
    """The answer to the first question comes while the second is out; it had another value, and is not taken for it."""
    units = {1: unit(111, "late", late_s=1.5 * TIMEOUT_S)}
    async with rig(kind, units, tmp_path) as bus:
        port = bus.unit(1)
        with pytest.raises(SilentError):
            await port.read("input", 0, 1)
        units[1].mood, units[1].words["input"][0] = "good", 222
        assert list(await port.read("input", 0, 1)) == [222]
        if kind == "serial":  # over TCP the connection that had never answered is closed, and the late answer with it
            assert bus.bus.foreign_count == 1


async def test_a_careless_client_takes_the_late_serial_answer_for_the_new_one(tmp_path: Path) -> None:
    """Negative control: the same line without the pause gives the old value as new."""
    units = {1: unit(111, "late", late_s=1.5 * TIMEOUT_S)}
    async with rig("serial", units, tmp_path) as bus:
        bus.bus._exchange.give_up = lambda _now_s, _late_s: None  # type: ignore[method-assign]
        port = bus.unit(1)
        with pytest.raises(SilentError):
            await port.read("input", 0, 1)
        units[1].mood, units[1].words["input"][0] = "late", 222
        assert list(await port.read("input", 0, 1)) == [111]


async def test_over_tcp_a_late_answer_does_not_cost_the_connection_of_the_others(tmp_path: Path) -> None:
    units = {1: unit(111), 2: unit(50)}
    async with rig("tcp", units, tmp_path) as bus:
        one, two = bus.unit(1), bus.unit(2)
        await one.read("input", 0, 1)
        units[1].mood, units[1].late_s = "late", 1.5 * TIMEOUT_S
        with pytest.raises(SilentError):
            await one.read("input", 0, 1)
        units[1].mood, units[1].words["input"][0] = "good", 222
        assert list(await two.read("input", 0, 1)) == [50]
        assert list(await one.read("input", 0, 1)) == [222]
        await until(lambda: bus.bus.foreign_count == 1)
        assert isinstance(bus.far, TcpUnits)
        assert bus.far.connections == 1


@BOTH
async def test_one_request_is_outstanding_however_many_ask(kind: str, tmp_path: Path) -> None:
    units = {number: unit(number) for number in range(1, 6)}
    async with rig(kind, units, tmp_path) as bus:
        answers: Sequence[Sequence[int]] = await asyncio.gather(
            *(bus.unit(number).read("input", 0, 1) for number in units for _ in range(10))
        )
        assert [answer[0] for answer in answers] == [number for number in units for _ in range(10)]
        if isinstance(bus.far, TcpUnits):
            assert bus.far.outstanding_max == 1
            assert bus.far.connections == 1


async def test_an_answer_of_another_number_is_no_answer(tmp_path: Path) -> None:
    units = {1: unit(mood="foreign")}
    async with rig("tcp", units, tmp_path) as bus:
        with pytest.raises(SilentError):
            await bus.unit(1).read("input", 0, 1)
        assert bus.bus.foreign_count == 1
        units[1].mood = "good"
        assert list(await bus.unit(1).read("input", 0, 1)) == [750]


async def test_noise_on_the_serial_line_costs_itself(tmp_path: Path) -> None:
    """Bytes before and behind every answer, and chatter while nobody asks."""
    units = {1: unit(mood="noise")}
    async with rig("serial", units, tmp_path) as bus:
        assert isinstance(bus.far, SerialUnits)
        port = bus.unit(1)
        for _ in range(20):
            assert list(await port.read("input", 0, 2)) == [750, 51]
            bus.far.say(b"\x55\xaa\x00")
        assert bus.bus.noise_count >= 60


@pytest.mark.parametrize(("kind", "word"), [("tcp", "no Modbus"), ("serial", "does not answer")])
async def test_garbage_is_no_value_and_passes(kind: str, word: str, tmp_path: Path) -> None:
    """A web server at the port; a checksum that does not fit. No value, and all is well when the unit is itself again."""
    units = {1: unit(mood="garbage")}
    async with rig(kind, units, tmp_path) as bus:
        for _ in range(3):
            with pytest.raises(EquipmentError, match=word):
                await bus.unit(1).read("input", 0, 1)
        units[1].mood = "good"
        async with asyncio.timeout(5):
            while True:
                try:
                    assert list(await bus.unit(1).read("input", 0, 1)) == [750]
                    break
                except EquipmentError:  # the port is left alone for a moment after each such answer
                    await asyncio.sleep(0.05)
        assert bus.bus.noise_count > 0


@BOTH
@pytest.mark.parametrize("code", [1, 2, 3, 4, 6, 11])
async def test_a_unit_that_refuses_is_told_and_its_neighbour_read_on(kind: str, code: int, tmp_path: Path) -> None:
    units = {1: unit(mood="exception", exception=code), 2: unit()}
    async with rig(kind, units, tmp_path) as bus:
        with pytest.raises(RefusedError) as caught:
            await bus.unit(1).read("input", 0, 1)
        assert caught.value.code == code
        async with bus.polling():
            await bus.more(2, 10)
        assert bus.read[1] == []


@BOTH
async def test_a_port_that_goes_and_comes_back(kind: str, tmp_path: Path) -> None:
    """The gateway is switched off and on; the adapter is pulled and put back under the same name."""
    units = {1: unit(700)}
    async with rig(kind, units, tmp_path) as bus, bus.polling():
        await bus.more(1)
        port = 0
        if isinstance(bus.far, SerialUnits):
            bus.far.pull()
        else:
            port = bus.far.port
            for writer in bus.far._writers:
                writer.close()
            bus.units[1].mood = "dead"
        await until(lambda: not bus.pollers[1].facts().is_open)
        count = len(bus.read[1])
        units[1].words["input"][0] = 900
        if isinstance(bus.far, SerialUnits):
            bus.far.plug_in()
        else:
            assert port
            bus.units[1].mood = "good"
        await bus.more(1)
        assert bus.read[1][count] == Reading("ME_RPM", 900.0, "rpm", Quality.GOOD)


@BOTH
async def test_what_is_written_stands_and_is_confirmed(kind: str, tmp_path: Path) -> None:
    units = {1: unit()}
    async with rig(kind, units, tmp_path) as bus:
        await bus.unit(1).write("holding", 0, [7, 8])
        assert units[1].words["holding"] == {0: 7, 1: 8}
        units[1].mood = "exception"
        with pytest.raises(RefusedError, match="device failure"):
            await bus.unit(1).write("holding", 0, [1])
