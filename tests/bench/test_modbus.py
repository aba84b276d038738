"""What reading Modbus costs: ranges merged against one register a read, and our bus against libmodbus and pymodbus.

One server in a process of its own; the CPU seconds of this process only are counted, on uvloop, five rounds in turn.
libmodbus is at hand after `apt-get install libmodbus5`; without it its row is skipped, and said.
"""

from __future__ import annotations

import asyncio
import ctypes
import ctypes.util
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import pytest
import uvloop

from protocols.aio.clock import SystemClock
from protocols.modbus.register_map import RegisterMap
from shipside.sensors.modbus_bus import ModbusUnit, tcp_unit
from tests.bench.figures import Figure, report, report_ratio, rounds

REGISTERS = 200
READ = 100
POLLS = 150
SERVER = """
import asyncio, struct, uvloop

class Unit(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.held = transport, b""

    def data_received(self, data):
        self.held += data
        while len(self.held) >= 12:
            number, _, _, unit, function, first, count = struct.unpack_from(">HHHBBHH", self.held)
            self.held = self.held[12:]
            words = struct.pack(f">{count}H", *range(first, first + count))
            self.transport.write(struct.pack(">HHHBBB", number, 0, 3 + len(words), unit, function, len(words)) + words)

async def main():
    server = await asyncio.get_running_loop().create_server(Unit, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""
MEMORY = """
import asyncio, gc, re, struct, sys
import cbor2, cryptography, aiomqtt  # what the agent has anyway
def held():
    gc.collect()
    return int(re.search(r"Private_Dirty:\\s+(\\d+)", open("/proc/self/smaps_rollup").read()).group(1))
before = held()
exec(sys.argv[1])
print(held() - before)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The server's port."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.terminate()


def registers(count_max: int) -> RegisterMap:
    """Return a map of 200 registers with a channel each, read `count_max` at a time."""
    rows = [
        {"name": f"r{address}", "table": "holding", "address": address, "coding": "u16", "scale": 0.1, "unit": "bar",
         "channel": f"C{address}"}
        for address in range(REGISTERS)
    ]  # fmt: skip
    return RegisterMap.from_mapping({"register": rows, "count_max": count_max})


def on_uvloop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def polled(port: int, wanted: RegisterMap, polls: int) -> float:
    """Return CPU seconds per value of polling a map, values decoded and judged."""

    async def poll() -> float:
        unit, found = tcp_unit("it", "127.0.0.1", port, 1, SystemClock()), {}
        ranges = wanted.ranges()
        await unit.read("holding", 0, 1)
        took_s = await cpu_of(lambda: one_poll(unit, wanted, ranges, polls, found))
        unit.close()
        assert found == {f"C{address}": pytest.approx(address * 0.1) for address in range(REGISTERS)}
        return took_s / (polls * REGISTERS)

    return float(on_uvloop(poll()))


async def one_poll(
    unit: ModbusUnit, wanted: RegisterMap, ranges: Sequence[Any], polls: int, found: dict[str, object]
) -> None:
    """Poll `polls` times."""
    for _ in range(polls):
        for each in ranges:
            for reading in wanted.readings(each, await unit.read(each.table, each.address, each.count)):
                found[reading.channel] = reading.value


async def cpu_of(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Return the CPU seconds that `work` takes."""
    before_s = time.process_time()
    await work()
    return time.process_time() - before_s


def test_ranges_merged_against_one_register_a_read(port: int) -> None:
    """Prints CPU per value, decoded: 200 registers in two reads against 200 reads."""
    merged, single = registers(READ), registers(1)
    assert (len(merged.ranges()), len(single.ranges())) == (2, REGISTERS)
    found = rounds(lambda: polled(port, merged, POLLS), lambda: polled(port, single, POLLS // 15))
    report_ratio("Modbus CPU/value, ranges merged / one register a read", "at most 0.05", found)


def ours_per_read(port: int, reads: int) -> float:
    """Return CPU seconds per read of 100 registers, over our bus."""

    async def work() -> float:
        unit = tcp_unit("it", "127.0.0.1", port, 1, SystemClock())
        assert list(await unit.read("holding", 7, READ)) == list(range(7, 7 + READ))

        async def read() -> None:
            for _ in range(reads):
                await unit.read("holding", 7, READ)

        took_s = await cpu_of(read)
        unit.close()
        return took_s / reads

    return float(on_uvloop(work()))


def pymodbus_per_read(port: int, reads: int) -> float:
    """Return the same with pymodbus' asynchronous client."""
    from pymodbus.client import AsyncModbusTcpClient

    async def work() -> float:
        client = AsyncModbusTcpClient("127.0.0.1", port=port)
        assert await client.connect()
        assert (await client.read_holding_registers(7, count=READ)).registers == list(range(7, 7 + READ))

        async def read() -> None:
            for _ in range(reads):
                await client.read_holding_registers(7, count=READ)

        took_s = await cpu_of(read)
        client.close()
        return took_s / reads

    return float(on_uvloop(work()))


def libmodbus_per_read(library: ctypes.CDLL, port: int, reads: int) -> float:
    """Return the same with libmodbus, called straight from Python."""
    library.modbus_new_tcp.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.modbus_new_tcp(b"127.0.0.1", port))
    words = (ctypes.c_uint16 * READ)()
    assert library.modbus_connect(context) == 0
    assert library.modbus_read_registers(context, 7, READ, words) == READ
    assert list(words) == list(range(7, 7 + READ))

    before_s = time.process_time()
    for _ in range(reads):
        library.modbus_read_registers(context, 7, READ, words)
    took_s = time.process_time() - before_s
    library.modbus_close(context)
    library.modbus_free(context)
    return took_s / reads


def test_against_pymodbus_at_the_same_ranges(port: int) -> None:
    """Prints CPU per read of 100 registers, both on uvloop; and what each adds to the memory of a process like the agent's."""
    found = rounds(lambda: ours_per_read(port, 2000), lambda: pymodbus_per_read(port, 2000))
    report_ratio("Modbus CPU/read of 100, ours / pymodbus, uvloop", "at most 0.4", found)
    held = {
        name: int(
            subprocess.run([sys.executable, "-c", MEMORY, line], check=True, capture_output=True, text=True).stdout
        )
        for name, line in (
            ("ours", "import shipside.sensors.modbus_bus"),
            ("pymodbus", "import pymodbus.client"),
        )
    }
    notes = f"pymodbus.client {held['pymodbus']} kB"
    report(
        Figure("Modbus import, private memory", float(held["ours"]), "kB", "", None, notes),
        pymodbus=float(held["pymodbus"]),
    )


def test_against_libmodbus_at_the_same_ranges(port: int) -> None:
    """Prints CPU per read of 100 registers against the C library."""
    name = ctypes.util.find_library("modbus")
    if name is None:
        pytest.skip("libmodbus is not on this machine: apt-get install libmodbus5")
    library = ctypes.CDLL(name)
    found = rounds(lambda: ours_per_read(port, 2000), lambda: libmodbus_per_read(library, port, 2000))
    report_ratio("Modbus CPU/read of 100, ours / libmodbus (C)", "at most 3", found)
