"""Inputs of datagrams: UDP, unicast or broadcast, and the multicast groups of IEC 61162-450. What the kernel drops is counted."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Sequence
from typing import Final

from protocols.nmea0183.datagram import lines_of, refusal
from shipside.sensors.line_input import LineInput

RECEIVE_BUFFER_BYTES: Final = 1 << 20
"""Kernel buffer of a UDP input: a second of the busiest network (1,000 datagrams of 1 kB). The kernel may grant less
(net.core.rmem_max); what does not fit is dropped there, the newest first, and counted."""
DATAGRAM_BYTES_MAX: Final = 65_536
DATAGRAMS_AT_ONCE: Final = 64
"""Datagrams taken before others have their turn: 5 ms of work."""
RXQ_OVFL: Final = 40
"""SO_RXQ_OVFL of Linux, which Python has no name for: each datagram comes with how many were dropped before it."""
DROPPED: Final = struct.Struct("=I")
DROPPED_WRAP: Final = 1 << 32


class UdpInput(LineInput):
    """Listens for datagrams of whole lines."""

    bound_port = 0
    """Port listened on."""

    async def once(self) -> bool:
        """Read datagrams until the socket is lost."""
        bound = self.bind()
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[bool] = loop.create_future()
        drops = _Drops()

        def ready() -> None:
            try:
                for _ in range(DATAGRAMS_AT_ONCE):
                    datagram, beside, _, _ = bound.recvmsg(DATAGRAM_BYTES_MAX, socket.CMSG_SPACE(DROPPED.size))
                    self.lose(drops.since(beside))
                    self.receive(datagram)
            except BlockingIOError:
                return
            except OSError as error:
                if not ended.done():
                    ended.set_exception(error)

        self.bound_port = bound.getsockname()[1]
        loop.add_reader(bound.fileno(), ready)
        self.opened()
        try:
            return await ended
        finally:
            loop.remove_reader(bound.fileno())
            bound.close()

    def bind(self) -> socket.socket:
        """Return the bound socket; raise OSError when the port is taken."""
        return self._bound(self.config.host)

    def _bound(self, host: str) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            bound.setsockopt(socket.SOL_SOCKET, RXQ_OVFL, 1)
            bound.setblocking(False)  # noqa: FBT003 - the standard library takes it so
            bound.bind((host, self.config.port))
        except OSError:
            bound.close()
            raise
        return bound

    def receive(self, datagram: bytes) -> None:
        """Pass the lines of one datagram on."""
        self.pass_on([line for line in datagram.replace(b"\r", b"\n").split(b"\n") if line])


class MulticastInput(UdpInput):
    """Joins a 61162-450 transmission group."""

    def bind(self) -> socket.socket:
        """Return a socket that has joined the group on the interface; raise OSError when it cannot."""
        bound = self._bound(self.config.group)
        try:
            member = struct.pack("4s4s", socket.inet_aton(self.config.group), socket.inet_aton(self.config.interface))
            bound.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        except OSError:
            bound.close()
            raise
        return bound

    def receive(self, datagram: bytes) -> None:
        """Pass the sentences of one datagram on; one with a wrong token is dropped and counted, and what it held is told."""
        lines = lines_of(datagram)
        if lines is None:
            self.reject()
            self.problem = f"refused, as it holds no sentences: {refusal(datagram)}"  # stays, so that it is told once
            return
        self.pass_on(lines)


class _Drops:
    """What the kernel has dropped of a socket, as it tells beside each datagram that it did not."""

    def __init__(self) -> None:
        self._told = 0

    def since(self, beside: Sequence[tuple[int, int, bytes]]) -> int:
        """Return how many were dropped since the datagram before this one."""
        for level, kind, value in beside:
            if (level, kind) == (socket.SOL_SOCKET, RXQ_OVFL) and len(value) >= DROPPED.size:
                told = int(DROPPED.unpack_from(value)[0])
                dropped, self._told = (told - self._told) % DROPPED_WRAP, told
                return dropped
        return 0
