"""What the safety process does for its watchdog: leaves it the bytes of neutral, and strokes it in every round (FBK-04)."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from pathlib import Path
from typing import Final

from protocols.modbus.frames import TcpFrames
from protocols.modbus.pdu import write_request
from protocols.modbus.registers import words_of
from shipside.actuators.autopilot import steer_rudder
from shipside.actuators.helm import RUDDER_LIMIT_DEG
from shipside.config import AgentConfig
from shipside.watchdog import IDLE, OURS, orders_path, socket_path

NEUTRAL: Final[tuple[tuple[str, float], ...]] = (("propulsion_order", 0.0),)
"""Registers of the PLC and what neutral means there; the rudder goes amidships by the autopilot."""


def neutral_of(config: AgentConfig) -> list[dict[str, object]]:
    """Return what the watchdog is to send; to a PLC on a serial line nothing, for such a line has one master."""
    unit = next((entry for entry in config.modbus if entry.name == config.plc), None)
    made: list[dict[str, object]] = []
    if unit is not None and unit.host:
        frames = TcpFrames()
        writes = [
            write_request(
                unit.registers[name].table, unit.registers[name].address, words_of(unit.registers[name], value)
            )
            for name, value in NEUTRAL
        ]
        sent = [frames.frame(number + 1, unit.unit, pdu).hex() for number, pdu in enumerate(writes)]
        made.append({"name": unit.name, "host": unit.host, "port": unit.port, "send": sent, "answers": True})
    if config.autopilot is not None:
        line = steer_rudder(0.0, RUDDER_LIMIT_DEG) + b"\r\n"
        made.append({"name": "autopilot", "host": config.autopilot.host, "port": config.autopilot.port,
                     "send": [line.hex()], "answers": False})  # fmt: skip
    return made


class Stroking:
    """Strokes one watchdog; where there is none the datagrams go nowhere."""

    def __init__(self, journal: Path, orders: list[dict[str, object]]) -> None:
        """Leave `orders` beside `journal`; raise OSError when they cannot be written."""
        path = orders_path(journal)
        half = path.with_suffix(".new")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(orders))
        half.replace(path)
        self._to = str(socket_path(journal))
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0.0)

    def close(self) -> None:
        """Stroke nobody any more."""
        self._socket.close()

    def stroke(self, *, is_ours: bool) -> None:
        """Say that the deciding loop runs, and whether anything of ours is in force; never waits."""
        # no watchdog, or its queue is full: it is alive then, and has enough to read
        with contextlib.suppress(OSError):
            self._socket.sendto(OURS if is_ours else IDLE, self._to)
