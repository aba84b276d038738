"""TCP connections that notice that the other side is gone: a cable pulled gives no error by itself, for ever."""

from __future__ import annotations

import socket
from typing import Final

IDLE_S: Final = 10
"""Silence before the kernel asks whether the other side is still there: the slowest instrument speaks each 10 s."""
INTERVAL_S: Final = 5
PROBES: Final = 3
"""Unanswered probes until the connection is given up: 10 + 3 x 5 s, within the 30 s after which a line counts as silent."""
UNACKNOWLEDGED_MS: Final = 25_000
"""The same for bytes of ours that nobody acknowledges, which keepalive does not watch: else 15 minutes of retransmission."""
OPTIONS: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE_S),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL_S),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS),
)
"""(level, option, value)"""


def keep_alive(connection: object) -> None:
    """Set the options on a connected TCP socket, as asyncio gives it; anything else (None, a pipe) is left alone."""
    setsockopt = getattr(connection, "setsockopt", None)
    if setsockopt is not None:
        for level, option, value in OPTIONS:
            setsockopt(level, option, value)
