"""What TCP connections have carried, as the kernel counts it: whole IP packets both ways, TLS and what was sent again with them.

A contract counts packets. Payloads are half of them or less: the rest is headers, acknowledgements, keepalives and repair.
"""

from __future__ import annotations

import socket
import struct
from typing import Any, Final

_TCP_INFO: Final = getattr(socket, "TCP_INFO", 11)
"""The option's number on Linux."""
_INFO: Final = struct.Struct("=5xB122xQII56xQ")
"""Of Linux's `struct tcp_info` (linux/tcp.h, since 4.19): options; bytes received; segments out, in; bytes sent, repeats too."""
_TIMESTAMPS: Final = 1
"""Bit of the options: each segment carries 12 bytes of them."""
_TIMESTAMPS_BYTES: Final = 12
_HEADERS_BYTES: Final = {socket.AF_INET: 20 + 20, socket.AF_INET6: 40 + 20}
"""Of IP and TCP without options."""


def carried_bytes(sock: Any) -> int | None:
    """Return the bytes of all IP packets of a connected TCP socket so far, both ways; None where the kernel does not tell."""
    try:
        told = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _INFO.size)
        options, received, segments_out, segments_in, sent = _INFO.unpack(told)
    except (OSError, struct.error):  # closed meanwhile, or an older kernel, or none of Linux
        return None
    each = _HEADERS_BYTES.get(sock.family, _HEADERS_BYTES[socket.AF_INET6])
    each += _TIMESTAMPS_BYTES if options & _TIMESTAMPS else 0
    return int(received + sent + (segments_out + segments_in) * each)


class Carried:
    """Adds up what one connection after the other has carried."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._ended_bytes = self._open_bytes = 0

    @property
    def total_bytes(self) -> int:
        """What all connections have carried, as of the last look."""
        return self._ended_bytes + self._open_bytes

    def look(self, sock: Any) -> None:
        """See what the open connection has carried; what cannot be seen stays as it was, as where `sock` is None by now."""
        seen = None if sock is None else carried_bytes(sock)
        self._open_bytes = self._open_bytes if seen is None else max(seen, self._open_bytes)

    def ended(self) -> None:
        """Take the connection for ended; what it carried after the last look is not known."""
        self._ended_bytes, self._open_bytes = self.total_bytes, 0
