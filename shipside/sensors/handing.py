"""Which inputs the safety process hands on to the collector, and where: the same answer for both, and for the configuration."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

UNSHARED: Final = frozenset(("tcp_server", "udp", "serial"))
"""Kinds that one process alone can read: on a commanded vessel the safety process does, and hands the lines on."""
SOCKET_PATH_BYTES_MAX: Final = 107
"""Longest path of a Unix socket on Linux."""


def handing_socket(journal: Path, number: int) -> Path:
    """Return where the lines of input `number` are handed from the safety process to the collector."""
    return journal.with_name(f"lines-{number}.sock")


def unit_socket(journal: Path, number: int) -> Path:
    """Return where the readings of Modbus unit `number`, on a serial line, are handed on."""
    return journal.with_name(f"units-{number}.sock")


def faults(journal: Path, inputs: Iterable[tuple[str, str]], units: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return a fault for each of `inputs` (name, kind), and of `units` (name, serial device), that could not be handed on."""
    wanted = [(name, handing_socket(journal, number)) for number, (name, kind) in enumerate(inputs) if kind in UNSHARED]
    wanted += [(name, unit_socket(journal, number)) for number, (name, path) in enumerate(units) if path]
    return [
        f"safety.journal: input {name!r} is handed on through {path}, which has more than {SOCKET_PATH_BYTES_MAX} bytes; "
        "choose a folder with a shorter name"
        for name, path in wanted
        if len(str(path).encode()) > SOCKET_PATH_BYTES_MAX
    ]
