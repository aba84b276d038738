"""What the ship's programs need from the world: hardware fills these ports in `agent.py`, the simulated world in tests.

Everything here is told or asked; nothing here decides. A port that loses its equipment comes back by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from protocols.aio.clock import Clock
from protocols.aio.port import MessagePort
from protocols.reading import Reading

__all__ = [
    "Clock", "EquipmentError", "InputFacts", "LineOutput", "LineSource", "MessagePort", "PanelPort", "ReadingSource",
    "RefusedError", "RegisterPort", "SilentError", "Table", "TakeLine", "TakeLines",
]  # fmt: skip

TakeLine = Callable[[bytes], None]
"""Told one line, without its end; must return at once."""
TakeLines = Callable[[list[bytes]], None]
"""Told the lines of one read as they come, in their order, without line ends; must return at once."""

Table = Literal["coil", "discrete", "input", "holding"]
"""The four Modbus tables."""


class EquipmentError(Exception):
    """Equipment that could not be reached, answered late, or refused; the message says which and why."""


class RefusedError(EquipmentError):
    """Equipment that answered and refused; `code` is its Modbus exception."""

    def __init__(self, text: str, code: int) -> None:
        """Keep words and code."""
        super().__init__(text)
        self.code = code


class SilentError(EquipmentError):
    """Equipment that did not answer in time."""


@dataclass(frozen=True, slots=True)
class InputFacts:
    """How one input is doing."""

    name: str
    is_open: bool
    lines_count: int
    """Lines passed on."""
    rejected_count: int
    """Pieces that were no line: too long, binary, a datagram with a wrong token."""
    reconnects_count: int
    last_line_s: float | None
    """Monotonic seconds of the last line; None before the first."""
    problem: str
    """Why it is not open, or what of it cannot be had, in words; empty while all is well."""
    lost_count: int = 0
    """What is known to have been said and not to have come: line numbers missing, datagrams the kernel dropped, requests
    without an answer."""


class LineSource(Protocol):
    """An input that gives lines: NMEA 0183 over any bearer, or a recording."""

    @property
    def name(self) -> str:
        """Name of the input in the configuration."""
        ...

    async def run(self, take: TakeLines) -> None:
        """Pass lines to `take` until cancelled; a recording may return at its end. Never raises for lost equipment."""
        ...

    def facts(self) -> InputFacts:
        """Return how the input is doing."""
        ...


class ReadingSource(Protocol):
    """An input that gives readings: a Modbus unit that is polled, here or by the other process."""

    hear: TakeLine
    """Takes each answer as it came, as a line (`protocols.modbus.answers`), before its readings; for the raw log."""

    async def run(self, take: Callable[[Reading], None]) -> None:
        """Pass readings to `take` until cancelled. Never raises for lost equipment."""
        ...

    def facts(self) -> InputFacts:
        """Return how the input is doing."""
        ...


class LineOutput(Protocol):
    """An output that takes lines: the autopilot's connection. The same object may be a LineSource for the answers."""

    async def send(self, line: bytes) -> bool:
        """Send one line, its end is added; return False when it could not be sent. Never raises for lost equipment."""
        ...


class RegisterPort(Protocol):
    """One Modbus unit: registers that are read and written; at most one request is outstanding."""

    @property
    def name(self) -> str:
        """Name of the unit in the configuration."""
        ...

    @property
    def foreign_count(self) -> int:
        """Answers that belonged to no question of ours: late, or of another; dropped."""
        ...

    async def read(self, table: Table, address: int, count: int) -> Sequence[int]:
        """Return `count` registers (0..65535) or bits (0, 1) from `address`; raise EquipmentError."""
        ...

    async def write(self, table: Table, address: int, values: Sequence[int]) -> None:
        """Write coils or holding registers from `address`; raise EquipmentError."""
        ...


class PanelPort(Protocol):
    """The local panel on the bridge: requests come in, status goes out."""

    async def run(self, take: Callable[[str], str]) -> None:
        """Serve until cancelled; `take` is given each request (one JSON object) and returns its answer (likewise)."""
        ...

    def push(self, status: str) -> None:
        """Send `status` (one JSON object) to everyone at the panel; never waits."""
        ...
