"""A connection to a real broker ends at whatever moment of its making it is told to."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Connected, Disconnected
from tests.agent_kit import VESSEL, broker, until
from tests.free_ports import free_port

ENDED_IN_S = 8.0
"""An end waits for the broker's answer to the farewell, 5 s at most."""
MAX_PACING_RATE = 47
"""SO_MAX_PACING_RATE, which Python does not name."""
UNLIMITED = 0xFFFFFFFF
TURNS_MAX = 60
"""Turns of the loop after which the last try is cancelled: connecting and subscribing take some 30."""


async def test_cancelled_at_every_turn_of_connecting(tmp_path: Path) -> None:
    port_number = free_port()
    with broker(tmp_path, port_number):
        url = Broker.from_url(f"mqtt://shore:right@127.0.0.1:{port_number}")
        first = MqttPort(url, "first", [f"farhelm/v1/{VESSEL}/up/#"])
        task = asyncio.create_task(first.run())
        await until(lambda: first.connected)
        assert isinstance(await first.receive(), Connected)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        tasks: list[asyncio.Task[None]] = []
        for turns in range(TURNS_MAX):
            topics = [f"farhelm/v1/{VESSEL}/up/{number}" for number in range(4)]
            task = asyncio.create_task(MqttPort(url, f"try-{turns}", topics).run())
            for _ in range(turns):
                await asyncio.sleep(0.0003)
            task.cancel()
            tasks.append(task)
        done, pending = await asyncio.wait(tasks, timeout=ENDED_IN_S)
        for task in pending:
            task.cancel()
    assert not pending
    assert len(done) == TURNS_MAX


async def test_a_connection_that_the_loop_no_longer_watches_ends_with_the_next_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reset can close the loop's own watch of a socket (uvloop): the end must not wait for the keepalive, 60 s here."""
    unheeded: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: unheeded.append(context))
    with broker(tmp_path, number := free_port()):
        port = MqttPort(Broker.from_url(f"mqtt://shore:right@127.0.0.1:{number}"), "first", [], keepalive_s=60)
        task = asyncio.create_task(port.run())
        await until(lambda: port.connected)
        assert isinstance(await port.receive(), Connected)

        # the loop has lost the socket: it refuses to watch it
        def closed(*_: object) -> None:
            raise RuntimeError("unable to perform operation; the handler is closed")

        with monkeypatch.context() as broken:
            broken.setattr(loop, "add_writer", closed)
            async with asyncio.timeout(ENDED_IN_S / 4):
                assert not await port.publish("a", b"1" * 4_000_000)
                ended = await port.receive()
        assert isinstance(ended, Disconnected)
        assert "closed" in ended.reason

        # and a new connection takes over
        async with asyncio.timeout(ENDED_IN_S):
            assert isinstance(await port.receive(), Connected)
            assert await port.publish("a", b"1")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert not unheeded


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel spreads what is sent on Linux only")
async def test_the_kernel_spreads_what_is_sent_as_it_is_told(tmp_path: Path) -> None:
    """Read back from the kernel: at the start, after the bearer has changed, and on the connection that comes next."""
    with broker(tmp_path, number := free_port()):
        url = Broker.from_url(f"mqtt://shore:right@127.0.0.1:{number}")
        port = MqttPort(url, "first", [], bytes_s_max=30_400.0)

        def told() -> int:
            assert port._client is not None
            sock: Any = port._client._client.socket()
            return int.from_bytes(sock.getsockopt(socket.SOL_SOCKET, MAX_PACING_RATE, 4), sys.byteorder)

        task = asyncio.create_task(port.run())
        await until(lambda: port.connected)
        assert told() == 30_400
        port.spread(None)
        assert told() == UNLIMITED
        port.spread(950_000.0)
        assert told() == 950_000
        assert port._client is not None
        port._client._end(OSError("torn"))
        await until(lambda: not port.connected)
        port.spread(1_000.0)
        await until(lambda: port.connected)
        assert told() == 1_000
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
