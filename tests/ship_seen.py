"""A running ship as her equipment shows her: what her PLC has in force, whether it has tripped, and which processes she has."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path

from protocols.modbus.frames import TcpFrames
from protocols.modbus.pdu import read_request, values_in
from protocols.modbus.registers import Table


@dataclass
class Ship:
    """A running ship and her agent."""

    folder: Path
    plc_port: int
    agent: int

    def read(self, table: Table, address: int) -> int:
        """Return one word of the PLC, read on a connection of its own."""
        frames, request = TcpFrames(), read_request(table, address, 1)
        with socket.create_connection(("127.0.0.1", self.plc_port), 2) as connection:
            connection.settimeout(2)
            connection.sendall(frames.frame(1, 1, request))
            while not (answered := frames.feed(connection.recv(300))):
                pass
        return values_in(table, 1, answered[0].pdu)[0]

    @property
    def is_tripped(self) -> bool:
        """Whether the PLC's own watchdog has driven her to neutral."""
        return self.read("discrete", 5) == 1

    @property
    def in_force_pct(self) -> float:
        """What the engine is ordered to do now."""
        word = self.read("input", 32)
        return (word - 65_536 if word >= 32_768 else word) / 10.0

    def child(self, role: str) -> int:
        """Return the process of a role aboard; raise LookupError while there is none."""
        for path in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                is_ours = f"\nPPid:\t{self.agent}\n" in path.read_text()
                if is_ours and role in path.with_name("cmdline").read_text().split("\0"):
                    return int(path.parent.name)
        raise LookupError(role)

    def has(self, role: str, but: int) -> bool:
        """Return whether a role runs as another process than `but`."""
        with contextlib.suppress(LookupError):
            return self.child(role) != but
        return False

    @property
    def log(self) -> str:
        """What the agent has said."""
        return (self.folder / "agent.log").read_text()
