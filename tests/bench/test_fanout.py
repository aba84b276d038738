"""CPU of sending one message to many consoles, beside uvicorn with one send for each client, in the same run."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import report_ratio, rounds

CLIENTS, COUNT = 200, 25
"""Consoles of one vessel, as many as a station takes, and batches in 5 s."""
LAST = f'"server_utc_ms":{COUNT - 1},'.encode()
SERVER = Path(__file__).with_name("fanout_server.py")
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class _Client(asyncio.Protocol):
    """Counts values messages by the word that stands once in each; answers no ping, so a round stays below 9 s."""

    def __init__(self) -> None:
        self.count, self.is_open, self.is_through, self._rest = 0, False, False, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        held = self._rest + data
        self.is_open = self.is_open or b"}" in data  # the greeting
        self.count += held.count(b'"gap_count":')
        self.is_through = self.is_through or LAST in held
        self._rest = b"" if held.endswith(b"}") else held[-len(LAST) :]


async def _all(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not met():  # noqa: ASYNC110 - they read in callbacks
            await asyncio.sleep(0.05)


async def _round(side: str) -> float:
    listener = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)
    listener.set_inheritable(True)
    with subprocess.Popen(  # noqa: ASYNC220 - started and left to run
        [sys.executable, str(SERVER), side, str(listener.fileno())], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        pass_fds=[listener.fileno()], cwd=SERVER.parents[2], env={"PYTHONPATH": "."}, text=True,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        loop, port = asyncio.get_running_loop(), listener.getsockname()[1]
        opened = [await loop.create_connection(_Client, "127.0.0.1", port) for _ in range(CLIENTS)]
        await _all(lambda: all(client.is_open for _, client in opened))
        child.stdin.write(f"{COUNT}\n")
        child.stdin.flush()
        cpu_s = (await asyncio.to_thread(child.stdout.readline)).split()[0]
        await _all(lambda: all(client.is_through for _, client in opened))
        counts = [client.count for _, client in opened]
        assert counts == [COUNT] * CLIENTS, (side, min(counts))  # nothing was conflated: both sent all to everybody
        for transport, _ in opened:
            transport.close()
        child.stdin.write("end\n")
        child.stdin.flush()
    listener.close()
    return float(cpu_s) / (COUNT * CLIENTS)


def test_fan_out_costs_less_than_a_send_for_each() -> None:
    """Prints CPU per batch and console, ours over uvicorn's, both with one encoding; every console got everything.

    Of a ship at 5 Hz: values and targets of each batch, status and fleet each second. Ours gathers what comes together.
    """
    seen: dict[str, list[float]] = {"ours": [], "theirs": []}

    def measured(side: str) -> Callable[[], float]:
        def run() -> float:
            seen[side].append(asyncio.run(_round(side)))
            return seen[side][-1]

        return run

    ratios = rounds(measured("ours"), measured("theirs"))
    notes = ", ".join(f"{side} {sorted(found)[len(found) // 2] * 1e6:.1f} us" for side, found in seen.items())
    report_ratio("console fan-out, CPU per batch, over uvicorn", "at most 0.6", ratios, notes)
