"""Modbus units for tests, behind a TCP port or on a pty, that can be told to misbehave; their frames are pymodbus' own."""

from __future__ import annotations

import asyncio
import os
import pty
import struct
import tty
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pymodbus.framer import FramerRTU

READS = {3: "holding", 4: "input"}
ILLEGAL_ADDRESS = 2


@dataclass
class UnitOf:
    """One unit: its registers by table and address, and its mood."""

    words: dict[str, dict[int, int]]
    mood: str = "good"
    """good, dead, late, exception, noise (before and behind the answer), garbage, foreign (another number or unit)."""
    late_s: float = 0.3
    exception: int = 4
    requests: list[bytes] = field(default_factory=list[bytes])

    def answer(self, request: bytes) -> bytes:
        """Return the PDU that answers a PDU."""
        self.requests.append(request)
        if self.mood == "exception":
            return bytes((request[0] | 0x80, self.exception))
        function, first, count = struct.unpack_from(">BHH", request)
        if function == 16:
            values = struct.unpack_from(f">{count}H", request, 6)
            self.words.setdefault("holding", {}).update(zip(range(first, first + count), values, strict=True))
            return request[:5]
        table = self.words.get(READS.get(function, ""), {})
        if any(address not in table for address in range(first, first + count)):
            return bytes((function | 0x80, ILLEGAL_ADDRESS))
        return struct.pack(f">BB{count}H", function, 2 * count, *(table[at] for at in range(first, first + count)))


@dataclass
class TcpUnits:
    """Units behind one TCP port, as behind a gateway."""

    units: dict[int, UnitOf]
    connections: int = 0
    outstanding_max: int = 0
    """Most requests that were ever on the way at once."""
    port: int = 0
    _waiting: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    _late: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while header := await reader.read(7):
                body = await reader.readexactly(int.from_bytes(header[4:6], "big") - 1)
                self._waiting += 1
                self.outstanding_max = max(self.outstanding_max, self._waiting)
                await self._answer(header, body, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, header: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        unit = self.units.get(header[6])
        if unit is None or unit.mood == "dead":
            if unit is not None:
                unit.requests.append(body)
            self._waiting -= 1
            return
        pdu = unit.answer(body)
        number = b"\xff\xfe" if unit.mood == "foreign" else header[:2]
        frame = number + b"\0\0" + struct.pack(">HB", len(pdu) + 1, header[6]) + pdu
        if unit.mood == "garbage":
            frame = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        if unit.mood == "late":
            later = asyncio.create_task(self._write_late(writer, frame, unit.late_s))
            self._late.add(later)
            later.add_done_callback(self._late.discard)
            return
        await asyncio.sleep(0)
        self._waiting -= 1
        writer.write(frame)

    async def _write_late(self, writer: asyncio.StreamWriter, frame: bytes, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self._waiting -= 1
        if not writer.is_closing():
            writer.write(frame)

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncGenerator[int]:
        """Listen at a port (0: a free one); at the end every connection is cut."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self.port
        finally:
            server.close()
            for task in tuple(self._late):
                task.cancel()
            for writer in self._writers:
                writer.close()
            await asyncio.sleep(0.05)


class SerialUnits:
    """Units on a serial line: the other end of a pty whose name is kept behind a link, as an adapter's is by udev."""

    def __init__(self, units: dict[int, UnitOf], link: Path) -> None:
        """Have `units`; nothing is plugged in yet."""
        self.units, self.link = units, link
        self._held = b""
        self._ends: tuple[int, int] | None = None

    def plug_in(self) -> None:
        """Make the device and its name."""
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self._ends = (ours, theirs)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(theirs))
        asyncio.get_running_loop().add_reader(ours, self._ready)

    def pull(self) -> None:
        """Take the device away, and its name."""
        if self._ends is None:
            return
        asyncio.get_running_loop().remove_reader(self._ends[0])
        self.link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def say(self, octets: bytes) -> None:
        """Put bytes on the line; with nothing plugged in they are lost."""
        if self._ends is not None:
            os.write(self._ends[0], octets)

    def _ready(self) -> None:
        assert self._ends is not None
        try:
            self._held += os.read(self._ends[0], 4096)
        except OSError:
            return
        while len(self._held) >= 8:
            length = 9 + self._held[6] if self._held[1] in (15, 16) else 8
            if len(self._held) < length:
                return
            frame, self._held = self._held[:length], self._held[length:]
            self._answer(frame)

    def _answer(self, frame: bytes) -> None:
        assert FramerRTU.compute_CRC(frame[:-2]).to_bytes(2, "big") == frame[-2:]
        unit = self.units.get(frame[0])
        if unit is None or unit.mood == "dead":
            if unit is not None:
                unit.requests.append(frame[1:-2])
            return
        answer = rtu_frame(frame[0], unit.answer(frame[1:-2]))
        if unit.mood == "noise":
            answer = b"\xff\x04\x00" + answer + b"\x7e\x00"
        if unit.mood == "garbage":
            answer = answer[:-1] + bytes((answer[-1] ^ 0x40,))
        after_s = unit.late_s if unit.mood == "late" else 0.0
        asyncio.get_running_loop().call_later(after_s, self.say, answer)

    @asynccontextmanager
    async def plugged_in(self) -> AsyncGenerator[str]:
        """Be plugged in until the end of the block; return the device's name."""
        self.plug_in()
        try:
            yield str(self.link)
        finally:
            self.pull()


def rtu_frame(unit: int, pdu: bytes) -> bytes:
    """Return the serial frame of a PDU, as pymodbus makes it."""
    body = bytes((unit,)) + pdu
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - real sockets and terminals, there is no event to wait for
            await asyncio.sleep(0.005)
