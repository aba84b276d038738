"""The watchdog: a process of its own that drives the actuators to neutral when the deciding process stalls (FBK-04).

It imports nothing of the agent but how a log line looks. The safety process leaves it a file with the very bytes to send and to
whom, and strokes it by a datagram in every round of its deciding loop. No stroke for half a second while something of ours is in
force: the bytes go out, again and again, until the strokes come back. Beside it stands the PLC's own register, which needs no
process at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import tomllib
from pathlib import Path
from typing import Final, cast

from protocols.aio.clock import SystemClock
from shipside import logline

STALL_S: Final = 0.5
"""How long the deciding loop may not be heard; it runs each 0.1 s."""
CONNECT_S: Final = 0.5
"""Longest wait for a connection or an answer of the equipment."""
NOT_NEEDED: Final = 4
"""Exit code where the configuration has no [control]: there is nothing to drive, and the parent starts it no more."""
ANSWER_BYTES_MAX: Final = 260
OURS, IDLE = b"1", b"0"
"""What a stroke says: something of ours is in force, or nothing is."""


def orders_path(journal: Path) -> Path:
    """Return the file with the bytes to send, beside the journal."""
    return journal.with_name("watchdog.json")


def socket_path(journal: Path) -> Path:
    """Return the socket on which strokes come, beside the journal."""
    return journal.with_name("watchdog.sock")


class Watchdog:
    """One watch over one safety process."""

    def __init__(self, journal: Path) -> None:
        """Listen beside `journal`; raise OSError when that cannot be."""
        self._orders = orders_path(journal)
        self._parent = os.getppid()
        path = socket_path(journal)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(STALL_S)
        self.is_ours = False
        self.is_told = False
        self.neutral_count = 0

    def run(self) -> None:
        """Watch until told to end, or until the parent is gone."""
        while not self.is_told and os.getppid() == self._parent:
            self.look()

    def look(self) -> None:
        """Wait for one stroke; without one, drive to neutral if something was in force."""
        try:
            self.is_ours = self._socket.recv(1) == OURS
        except TimeoutError:
            if self.is_ours:
                self.neutral_count += 1
                problems = self.drive()
                if self.neutral_count in (1, 10) or self.neutral_count % 100 == 0:
                    word = f"; {'; '.join(problems)}" if problems else ""
                    problem = f"the deciding process is silent: neutral was ordered{word}"
                    told = {"times": self.neutral_count, "problem": problem}
                    logline.write(SystemClock(), "watchdog", "silent", told)
        else:
            self.neutral_count = 0

    def drive(self) -> list[str]:
        """Send the bytes of neutral to the equipment; return what could not be done."""
        try:
            listed = cast("list[dict[str, object]]", json.loads(self._orders.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            return [f"{self._orders.name} cannot be read: {error}"]
        problems = (_sent(order) for order in listed)
        return [problem for problem in problems if problem]


def _sent(order: dict[str, object]) -> str:
    """Send one row of the file; return an empty text, or what went wrong."""
    host, port = str(order["host"]), int(str(order["port"]))
    try:
        with socket.create_connection((host, port), CONNECT_S) as connection:
            connection.settimeout(CONNECT_S)
            for line in cast("list[str]", order["send"]):
                connection.sendall(bytes.fromhex(line))
                if order["answers"] is True:
                    connection.recv(ANSWER_BYTES_MAX)
    except OSError as error:
        return f"{order['name']} at {host}:{port}: {error}"
    return ""


def journal_of(config: Path) -> Path | None:
    """Return where the journal lies by a configuration file; None on a vessel that is only watched."""
    source = tomllib.loads(config.read_text(encoding="utf-8"))
    if "control" not in source:
        return None
    return config.parent / str(source["safety"]["journal"])


def main(config: Path) -> int:
    """Run the watchdog of one agent; return 0 when told to end, 4 where there is nothing to watch."""
    journal = journal_of(config)
    if journal is None:
        return NOT_NEEDED
    journal.parent.mkdir(parents=True, exist_ok=True)
    dog = Watchdog(journal)

    def told(_number: int, _frame: object) -> None:
        dog.is_told = True

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    with contextlib.suppress(KeyboardInterrupt):
        dog.run()
    return 0
