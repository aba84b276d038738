"""The local panel: the bridge's own way to the safety process, on a loopback TCP port, one JSON object a line.

It needs neither link nor shore (AUT-06). Whoever can reach the port is aboard, on the bridge.

Requests (bridge to ship), each answered on the same connection in order:

    {"do": "take", "person": "mate"}                     take local control, always granted
    {"do": "grant", "id": "<pending_id>"}                grant the remote request that is pending
    {"do": "deny", "id": "<pending_id>"}                 deny it
    {"do": "release"}                                    give up local control; the holder becomes none
    {"do": "emergency_stop", "person": "mate"}           stop, latched (EST-01)
    {"do": "reset_stop", "person": "mate"}               reset the latched stop aboard (EST-02)
    {"do": "phase", "phase": "berth", "person": "mate"}  put another voyage phase in force
    {"do": "acknowledge", "id": "<alert>"}               acknowledge an alert; "silence" silences it for 30 s
    {"do": "read_keys"}                                  read the roster and the grant put aboard, without link or restart
    {"do": "status"}                                     answer with the status now
    {"do": "manual", "channel": "DRF_FWD", "value": 4.2, "hold_s": 86400, "person": "mate"}
                                                         enter a value by hand; null ends it

Answers: {"answer": "take", "ok": true}, or {"answer": "take", "ok": false, "reasons": [{"name", "rule", "text", ...}]}.
`person` is optional (default "bridge"); `id` is optional and means the request pending now.

Pushes (ship to bridge), once after connecting, then at 1 Hz and on every change:

    {"status": {... protocols.link.heartbeats.plain of the vessel's heartbeat ...}}

`status.authority.phase == "requested"` with `station == "local"` is the question to the bridge: answer `grant` or `deny`
with `status.authority.pending_id`. A connection that does not read keeps only the newest status.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Final

PANEL_WORDS: Final = (
    "take", "grant", "deny", "release", "emergency_stop", "reset_stop", "revoke_access", "rearm", "phase", "acknowledge",
    "silence",
)  # fmt: skip

PANEL_REFUSALS: Final = {
    "phase": "she has no such phase, or what is ordered now is not allowed in it: slow down first",
    "revoke_access": "no grant has reached this ship, so there is none to revoke; take local control to keep the shore out",
}
NOT_KEPT: Final = (
    "revoked until the next restart only, for no disk takes it: take the ship's link down before a restart"
)
CLIENTS_MAX: Final = 8
"""Bridge, wings, engine control room and spares; a further connection is refused with a word."""
LINE_MAX_BYTES: Final = 4096
"""Longest request; the longest of ours has under 200 bytes. A longer one ends the connection."""
ANSWERS_MAX: Final = 32
"""Answers waiting for one connection; when full the connection is ended: whoever asks must read."""


class _Client:
    """One connection: answers in order, and the newest status."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._answers: list[str] = []
        self._status = ""
        self._wake = asyncio.Event()

    def answer(self, line: str) -> bool:
        self._answers.append(line)
        self._wake.set()
        return len(self._answers) <= ANSWERS_MAX

    def push(self, status: str) -> None:
        self._status = status
        self._wake.set()

    async def write(self) -> None:
        """Write what waits until the connection ends."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            lines, self._answers = self._answers, []
            if self._status:
                lines.append(self._status)
                self._status = ""
            self.writer.write("".join(f"{line}\n" for line in lines).encode())
            await self.writer.drain()


class TcpPanel:
    """The panel on a TCP port of this machine."""

    def __init__(self, host: str, port: int) -> None:
        """Listen on `host`:`port` once `run` is awaited; port 0 takes a free one."""
        self._host = host
        self._port = port
        self._clients: dict[int, _Client] = {}
        self._next_client = 1
        self._status = ""
        self._take: Callable[[str], str] | None = None
        self._listener: socket.socket | None = None

    @property
    def port(self) -> int:
        """Port listened on."""
        return self._port

    def push(self, status: str) -> None:
        """Send `status` to everyone at the panel; never waits."""
        self._status = status
        for client in self._clients.values():
            client.push(status)

    def listen(self) -> None:
        """Take the port; raise OSError when somebody else has it. Before anything runs, so that nothing runs in vain."""
        self._listener = socket.create_server((self._host, self._port))
        self._port = self._listener.getsockname()[1]

    async def run(self, take: Callable[[str], str]) -> None:
        """Serve until cancelled; raise OSError when the port is not taken yet and is not to be had."""
        self._take = take
        if self._listener is None:
            self.listen()
        server = await asyncio.start_server(self._serve, sock=self._listener, limit=LINE_MAX_BYTES)
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for client in tuple(self._clients.values()):
                client.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self._next_client = self._next_client, self._next_client + 1
        if len(self._clients) >= CLIENTS_MAX:
            writer.write(b'{"answer": "", "ok": false, "reasons": [{"text": "the panel has its most connections"}]}\n')
            writer.close()
            return
        client = self._clients[number] = _Client(writer)
        if self._status:
            client.push(self._status)
        writing = asyncio.create_task(client.write(), name=f"panel-{number}")
        try:
            # a broken connection or an overlong line ends it; 3.11 logs a cancelled handler as an error
            with contextlib.suppress(OSError, ValueError, asyncio.CancelledError):
                await self._read(reader, client)
        finally:
            del self._clients[number]
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await writing
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, client: _Client) -> None:
        take = self._take
        while take is not None and (line := await reader.readline()):
            if not client.answer(take(line.decode(errors="replace").strip())):
                return
