"""Free loopback ports below the ephemeral range, where no client socket will take them after the probe."""

from __future__ import annotations

import socket
from typing import Final

FIRST: Final = 21_000
END: Final = 32_000
"""First port of the ephemeral range is 32768; ports above it collided with client sockets under load."""

SLOTS: Final = 36
SLOT: Final = 300
"""Where demos begin to look: 28 ships' ports apart, by the port of their console, so that two begun at once do not meet."""
PER_VESSEL: Final = 10
USUAL: Final = 8000
"""The console's port when none is asked for: its demo looks from `FIRST` on."""


class NoPortError(Exception):
    """No free port, or the one asked for is taken; the message says what to do."""


def is_free(port: int) -> bool:
    """Return whether nothing listens on loopback `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_run(count: int, first: int = FIRST) -> int:
    """Return the first of `count` neighbouring free ports from `first` on; raise NoPortError when there are none."""
    start = first
    while start + count <= END:
        taken = next((port for port in range(start, start + count) if not is_free(port)), None)
        if taken is None:
            return start
        start = taken + 1
    raise NoPortError(f"no {count} free ports between {first} and {END} on 127.0.0.1")


def run_beside(count: int, console_port: int) -> int:
    """Return the first of `count` neighbouring free ports for the demo of a console's port; raise NoPortError when none are.

    Between the look and the server that binds lies a second: no two demos of a machine have one console's port.
    """
    try:
        return free_run(count, FIRST + SLOT * ((console_port - USUAL) % SLOTS))
    except NoPortError:
        return free_run(count)


def asked(port: int) -> int:
    """Return `port` when it is free; raise NoPortError with a word on what to do."""
    if not is_free(port):
        raise NoPortError(f"port {port} is taken; stop what listens there, or choose another: farhelm demo --port 8001")
    return port
