"""Modbus units behind one connection or on one serial line: one request outstanding, and a dead unit that stalls nobody.

The frames and PDUs are ours rather than pymodbus' (README, Decisions); its framers and its server are what the tests hold them
against. Nothing is sent twice by this file: who asks decides whether to ask again, and each request has a number of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from protocols.errors import MalformedError
from protocols.modbus import pdu
from protocols.modbus.exchange import Exchange
from protocols.modbus.frames import Frames, TcpFrames
from shipside.ports import Clock, EquipmentError, RefusedError, SilentError, Table
from shipside.sensors.modbus_line import Line, TcpLine

TIMEOUT_S: Final = 1.0
"""A PLC answers within milliseconds; one that takes longer cannot be in a control loop."""
REOPEN_FIRST_S: Final = 0.2
REOPEN_MAX_S: Final = 5.0
"""Longest pause before a lost connection is opened again; the first try is made at once."""
SILENCES_MAX: Final = 2
"""Requests in a row without an answer after which a TCP connection is opened anew: a half-dead one gives no error."""
PROBE_REST: Final = 4.0
"""Units that do not answer together take the bus for at most a fifth of its time: after each such wait they rest 4 times it."""


class ModbusBus:
    """One connection or line, with the units behind it."""

    def __init__(
        self, line: Line, frames: Frames, clock: Clock, timeout_s: float = TIMEOUT_S, reopen_max_s: float = REOPEN_MAX_S
    ) -> None:
        """Speak over `line`, which is opened by the first request and again after each loss."""
        self._line, self._exchange, self._clock = line, Exchange(frames), clock
        self.timeout_s, self._reopen_max_s = timeout_s, reopen_max_s
        self._lock, self._probing = asyncio.Lock(), asyncio.Lock()
        self._answer: asyncio.Future[bytes] | None = None
        self._units: set[int] = set()
        self._dead: set[int] = set()
        self._is_open = self._is_proven = False
        self._silences = 0
        self._problem = ""
        self._reopen_at_s, self._reopen_pause_s = 0.0, 0.0
        self._probe_at_s = self._heard_s = 0.0

    @property
    def foreign_count(self) -> int:
        """Answers to no question of ours: late, of another transaction, of another unit."""
        return self._exchange.foreign_count

    @property
    def noise_count(self) -> int:
        """Bytes that belonged to no frame."""
        return self._exchange.noise_count

    def join(self, unit: int) -> None:
        """Count a unit to this bus: one that is alone need not make room for others when it is dead."""
        self._units.add(unit)

    def close(self) -> None:
        """Let the connection go; the next request opens another."""
        self._line.close()
        self._is_open = False

    async def ask(self, unit: int, request: bytes) -> bytes:
        """Send one request and return the answer's PDU; raise OSError, MalformedError, or TimeoutError for silence.

        Units take turns. One that did not answer last waits until the others have had their part of the time.
        """
        if unit not in self._dead or len(self._units) == 1:
            return await self._in_turn(unit, request)
        async with self._probing:
            await self._until(self._probe_at_s)
            began_s = self._clock.now_s()
            try:
                return await self._in_turn(unit, request)
            finally:
                now_s = self._clock.now_s()
                self._probe_at_s = now_s + PROBE_REST * min(now_s - began_s, self.timeout_s)

    async def _in_turn(self, unit: int, request: bytes) -> bytes:
        while True:
            late_until_s = self._exchange.late_until_s(unit)
            if late_until_s is not None:
                await self._until(late_until_s)
            async with self._lock:
                if self._exchange.late_until_s(unit) != late_until_s:
                    continue  # it fell silent while this request waited for its turn
                if not self._is_open or self._line.quiet_s > 0.0:
                    await self._ready()
                return await self._talk(unit, request)

    async def _until(self, at_s: float) -> None:
        pause_s = at_s - self._clock.now_s()
        if pause_s > 0.0:
            await asyncio.sleep(pause_s)

    async def _ready(self) -> None:
        """Open the line where it is not, and keep the silence it needs; raise OSError when it cannot be opened."""
        if not self._is_open:
            if self._clock.now_s() < self._reopen_at_s:
                raise OSError(self._problem)
            try:
                async with asyncio.timeout(self.timeout_s):
                    await self._line.open(self._received, self._lost)
            except (OSError, ValueError, TimeoutError) as error:
                self._later(str(error) or f"no connection within {self.timeout_s:g} s")
                raise OSError(self._problem) from error
            self._is_open, self._is_proven, self._silences = True, False, 0
            self._exchange.opened()
        elif self._line.quiet_s > 0.0:
            await self._until(self._heard_s + self._line.quiet_s)

    def _later(self, problem: str) -> None:
        """Wait with the next opening, longer each time until somebody answers."""
        self._problem = problem
        self._reopen_at_s = self._clock.now_s() + self._reopen_pause_s
        self._reopen_pause_s = min(max(REOPEN_FIRST_S, 2.0 * self._reopen_pause_s), self._reopen_max_s)

    async def _talk(self, unit: int, request: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._answer = answer
        timer = loop.call_later(self.timeout_s, self._overdue, answer)
        try:
            self._line.send(self._exchange.ask(unit, request))
            found = await answer
        except TimeoutError:
            self._silent(unit)
            raise
        except OSError as error:
            self._end(str(error))
            raise
        finally:
            timer.cancel()
            self._answer = None
            if self._exchange.is_waiting:
                self._exchange.give_up(self._clock.now_s(), self.timeout_s)
        self._dead.discard(unit)
        self._is_proven, self._silences, self._reopen_pause_s = True, 0, 0.0
        return found

    def _overdue(self, answer: asyncio.Future[bytes]) -> None:
        if not answer.done():
            answer.set_exception(TimeoutError())

    def _silent(self, unit: int) -> None:
        self._dead.add(unit)
        self._silences += 1
        if self._line.is_renewed and (not self._is_proven or self._silences >= SILENCES_MAX):
            self._end("no answer")

    def _received(self, chunk: bytes) -> None:
        if self._line.quiet_s > 0.0:
            self._heard_s = self._clock.now_s()
        try:
            found = self._exchange.receive(chunk)
        except MalformedError as error:
            self._lost(str(error))
            return
        if found is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result(found)

    def _lost(self, problem: str) -> None:
        """Note that the line is no more; whoever waits is told."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(OSError(problem))
        else:
            self._end(problem)

    def _end(self, problem: str) -> None:
        if self._is_open:
            self.close()
            self._later(problem)


class ModbusUnit:
    """One unit of a bus, as the agent's register port."""

    def __init__(self, name: str, bus: ModbusBus, number: int) -> None:
        """Name unit `number` of `bus`."""
        self._name, self._bus, self._number = name, bus, number
        bus.join(number)

    @property
    def name(self) -> str:
        """Name of the unit in the configuration."""
        return self._name

    @property
    def foreign_count(self) -> int:
        """Answers on its bus that belonged to no question of ours."""
        return self._bus.foreign_count

    async def read(self, table: Table, address: int, count: int) -> Sequence[int]:
        """Return `count` registers (0..65535) or bits (0, 1) from `address`; raise EquipmentError."""
        answer = await self._ask(pdu.read_request(table, address, count))
        return pdu.values_in(table, count, answer)

    async def write(self, table: Table, address: int, values: Sequence[int]) -> None:
        """Write coils or holding registers from `address`; raise EquipmentError."""
        await self._ask(pdu.write_request(table, address, values))

    def close(self) -> None:
        """Let the connection go, for the other units of the bus too; the next request opens another."""
        self._bus.close()

    async def _ask(self, request: bytes) -> bytes:
        try:
            return pdu.checked(request, await self._bus.ask(self._number, request))
        except pdu.ExceptionAnswerError as error:
            raise RefusedError(f"{self._name} refused: {error}", error.code) from error
        except TimeoutError as error:
            raise SilentError(f"{self._name} does not answer within {self._bus.timeout_s:g} s") from error
        except OSError as error:
            raise EquipmentError(f"{self._name} cannot be reached: {error}") from error
        except MalformedError as error:
            raise EquipmentError(f"{self._name} gave {error}") from error


def tcp_unit(
    name: str, host: str, port: int, number: int, clock: Clock, *,
    timeout_s: float = TIMEOUT_S, reopen_max_s: float = REOPEN_MAX_S,
) -> ModbusUnit:  # fmt: skip
    """Return a unit behind a TCP connection of its own."""
    return ModbusUnit(name, ModbusBus(TcpLine(host, port), TcpFrames(), clock, timeout_s, reopen_max_s), number)
