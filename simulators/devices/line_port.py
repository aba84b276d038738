"""Line-based TCP and UDP outputs on loopback: any number of clients, a bounded queue each, what is lost is counted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable

from simulators.devices.sentence import datagrams_450, tagged

HOST = "127.0.0.1"
_QUEUE_CHUNKS = 100
"""Ticks of 0.1 s kept for a client that does not read: ten seconds; then its oldest is lost and counted."""
_CLIENTS_MAX = 32
"""Connections to one port; a further one is closed at once."""
_LINE_MAX_BYTES = 1024
"""Longest line taken from a client; a longer one ends its connection."""
_TAG_NUMBER_MAX = 999
"""TAG block line number wraps after this; IEC 61162-450."""


class _Client:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.waiting: deque[bytes] = deque()
        self.wake = asyncio.Event()

    async def write(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            while self.waiting:
                self.writer.write(self.waiting.popleft())
                await self.writer.drain()


class LinePort:
    """A TCP server that sends what it is given to everyone and passes on the lines it hears."""

    def __init__(self, port: int, heard: Callable[[bytes], bytes | None] | None = None) -> None:
        """Listen on loopback `port` (0: a free one); `heard` may return an answer for that client alone."""
        self.port = port
        self.lost = 0
        """Chunks lost by clients that did not read."""
        self.had_listener = asyncio.Event()
        """Set by the first client and for ever."""
        self._heard = heard
        self._clients: dict[int, _Client] = {}
        self._next = 0

    def send(self, chunk: bytes) -> None:
        """Queue `chunk` for every client; never waits."""
        for client in self._clients.values():
            if len(client.waiting) >= _QUEUE_CHUNKS:
                client.waiting.popleft()
                self.lost += 1
            client.waiting.append(chunk)
            client.wake.set()

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; `ready` is called when the port is open. Raise OSError when it is taken."""
        server = await asyncio.start_server(self._serve, HOST, self.port, limit=_LINE_MAX_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for client in tuple(self._clients.values()):
                client.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= _CLIENTS_MAX:
            writer.close()
            return
        number, self._next = self._next, self._next + 1
        client = self._clients[number] = _Client(writer)
        self.had_listener.set()
        writing = asyncio.create_task(client.write(), name=f"line-port-{self.port}-{number}")
        try:
            with contextlib.suppress(OSError, ValueError):  # a broken connection or an overlong line ends it
                await self._listen(reader, client)
        finally:
            del self._clients[number]
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await writing
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader, client: _Client) -> None:
        while line := await reader.readline():
            answer = self._heard(line) if self._heard else None
            if answer is not None:
                client.waiting.append(answer)
                client.wake.set()


class UdpOutput:
    """Sends lines as datagrams to one loopback port, whether anyone listens or not."""

    def __init__(self, port: int) -> None:
        """Send to loopback `port`."""
        self._address = (HOST, port)
        self._socket = _datagram_socket()

    def send(self, lines: list[bytes]) -> None:
        """Send each line in its own datagram, as most bridge equipment does."""
        for line in lines:
            _send(self._socket, line, self._address)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


GROUPS_450: dict[str, str] = {
    "MISC": "239.192.0.1",
    "TGTD": "239.192.0.2",
    "SATD": "239.192.0.3",
    "NAVD": "239.192.0.4",
}
"""IEC 61162-450 transmission groups used here. The standard's own ports are 60001..60004; each vessel has one instead,
because three ships share this machine."""


class MulticastOutput:
    """Sends tagged sentences to the 61162-450 groups, on the loopback interface only."""

    def __init__(self, port: int) -> None:
        """Send to `port` of every group of `GROUPS_450`."""
        self._port = port
        self._socket = _datagram_socket()
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HOST))
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)  # never leaves this machine
        self._numbers: dict[str, int] = {}

    def send(self, group: str, lines: list[tuple[str, bytes]]) -> None:
        """Send (source, sentence) pairs to one group in as few datagrams as fit."""
        packed = [tagged(line, source, self._number(source)) for source, line in lines]
        for datagram in datagrams_450(packed):
            _send(self._socket, datagram, (GROUPS_450[group], self._port))

    def _number(self, source: str) -> int:
        number = self._numbers.get(source, 0) % _TAG_NUMBER_MAX + 1
        self._numbers[source] = number
        return number

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _datagram_socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(0.0)
    return made


def _send(made: socket.socket, payload: bytes, address: tuple[str, int]) -> None:
    # A full buffer or an absent listener loses the datagram: that is what UDP is.
    with contextlib.suppress(OSError):
        made.sendto(payload, address)
