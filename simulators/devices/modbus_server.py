"""The PLC core behind pymodbus: one Modbus TCP server on loopback, unit 1."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from simulators.devices.line_port import HOST
from simulators.devices.plc import HOLDING, Refusal
from simulators.devices.plc_readings import DISCRETE_SIZE, INPUT_SIZE, discrete_bits, input_words
from simulators.ship import Ship

UNIT = 1
_HOLDING_SIZE = max(register.address for register in HOLDING.values()) + 1
_WRITES = frozenset({6, 16, 22, 23})
_COILS = frozenset({1, 5, 15})
_READ_DISCRETE, _READ_INPUT = 2, 4
_EXCEPTIONS = {
    Refusal.ILLEGAL_ADDRESS: ExcCodes.ILLEGAL_ADDRESS,
    Refusal.ILLEGAL_VALUE: ExcCodes.ILLEGAL_VALUE,
    Refusal.BUSY: ExcCodes.DEVICE_BUSY,
}


class PlcServer:
    """Serves one ship's PLC; a dead PLC (fault `plc_dead`) takes the connection and says nothing."""

    def __init__(self, ship: Ship, port: int) -> None:
        """Serve `ship` on loopback `port` (0: a free one)."""
        self.port = port
        self._ship = ship

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; raise OSError when the port is taken."""
        device = SimDevice(
            UNIT,
            (
                [SimData(0, count=16, values=False, datatype=DataType.BITS)],
                [SimData(0, count=(DISCRETE_SIZE + 15) // 16 * 16, values=False, datatype=DataType.BITS)],
                [SimData(0, count=_HOLDING_SIZE, values=0, datatype=DataType.REGISTERS)],
                [SimData(0, count=INPUT_SIZE, values=0, datatype=DataType.REGISTERS)],
            ),
            action=self._action,
        )
        server = ModbusTcpServer(device, address=(HOST, self.port))
        if not await server.listen():
            raise OSError(f"the PLC of {self._ship.spec.slug} cannot listen on {HOST}:{self.port}: the port is taken")
        listener = server.transport
        if isinstance(listener, asyncio.Server):
            self.port = listener.sockets[0].getsockname()[1]
        ready()
        try:
            await asyncio.Event().wait()
        finally:
            await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it unannotated

    async def _action(
        self,
        function: int,
        _start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Fill what is read and take what is written; pymodbus calls this before it answers."""
        while self._ship.switches.plc_dead:  # noqa: ASYNC110  never answers; the client's own time-out ends it
            await asyncio.sleep(1.0)
        if function in _COILS:  # this PLC has none; pymodbus wants a block all the same
            return ExcCodes.ILLEGAL_ADDRESS
        if function in _WRITES and values is not None:
            refusal = self._ship.plc.write(address, [int(value) for value in values])
            return None if refusal is None else _EXCEPTIONS[refusal]
        if function == _READ_INPUT:
            registers[:INPUT_SIZE] = input_words(self._ship)
        elif function == _READ_DISCRETE:
            for word in range((DISCRETE_SIZE + 15) // 16):
                registers[word] = 0
            for number, bit in enumerate(discrete_bits(self._ship)):
                registers[number // 16] |= int(bit) << (number % 16)
        else:
            held = self._ship.plc.holding(address, count)
            if isinstance(held, list):
                registers[address : address + count] = held
        return None
