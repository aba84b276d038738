"""A task that is told to end ends, at whatever point the driver beneath it loses the word."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import aiomqtt
import pytest

from protocols.aio.mqtt import Broker, MqttPort

ENDED_IN_S = 2.0
"""Much longer than an end takes; a lost cancellation would last for ever."""


class _DeafClient:
    """A driver that forgets the cancellation of its task once, at one of its waits, as asyncio.wait_for does on 3.11."""

    complaint = ""

    def __init__(self, deaf_at: str, reached: asyncio.Event, error: Exception | None) -> None:
        self._deaf_at, self._reached, self._error = deaf_at, reached, error
        self.messages = self

    async def _wait(self, where: str) -> None:
        if where != self._deaf_at or self._reached.is_set():
            return
        self._reached.set()
        try:
            await asyncio.sleep(3600.0)
        except asyncio.CancelledError:
            if self._error is not None:
                raise self._error from None

    def overhear(self, *, wanted: bool) -> None:
        """Complain of nothing."""

    def ask_each(self, seconds: int) -> None:
        """Ask nobody."""

    async def __aenter__(self) -> Self:
        await self._wait("connect")
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._wait("disconnect")

    async def subscribe(self, patterns: list[tuple[str, Any]]) -> None:
        assert [pattern for pattern, _ in patterns] == ["a", "b"]  # all in one packet
        await self._wait("subscribe")

    async def publish(self, *_args: Any, **_options: Any) -> None:
        await self._wait("publish")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        if self._deaf_at == "disconnect":
            raise aiomqtt.MqttError("the broker is gone")
        await asyncio.sleep(3600.0)


def port_with(
    deaf_at: str, reached: asyncio.Event, error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> MqttPort:
    port = MqttPort(Broker.from_url("mqtt://none.invalid"), "test", ["a", "b"])
    monkeypatch.setattr(port, "_new_client", lambda: _DeafClient(deaf_at, reached, error))
    return port


async def ends(task: asyncio.Task[Any]) -> bool:
    """Cancel `task` once; return True when it ended by it."""
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=ENDED_IN_S)
    if not done:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return bool(done) and task.cancelled()


@pytest.mark.parametrize("error", [None, aiomqtt.MqttError("lost"), OSError("lost")], ids=["answered", "mqtt", "os"])
@pytest.mark.parametrize("deaf_at", ["connect", "subscribe", "disconnect"])
async def test_a_connection_ends_when_told(
    deaf_at: str, error: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()
    task = asyncio.create_task(port_with(deaf_at, reached, error, monkeypatch).run())
    async with asyncio.timeout(ENDED_IN_S):
        await reached.wait()
    assert await ends(task)


@pytest.mark.parametrize("error", [None, aiomqtt.MqttError("lost"), ValueError("lost")], ids=["acked", "mqtt", "paho"])
async def test_who_publishes_ends_when_told(error: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = asyncio.Event()
    port = port_with("publish", reached, error, monkeypatch)
    running = asyncio.create_task(port.run())

    async def speak() -> None:
        while True:
            await port.publish("a", b"")
            await asyncio.sleep(0)

    await asyncio.sleep(0.01)
    assert port.connected
    speaking = asyncio.create_task(speak())
    await reached.wait()
    assert await ends(speaking)
    assert await ends(running)


async def test_a_publish_that_is_only_late_is_no_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The port's own time limit cancels too: that stays a publish not sent."""
    monkeypatch.setattr("protocols.aio.mqtt.PUBLISH_TIMEOUT_S", 0.01)
    port = port_with("publish", asyncio.Event(), aiomqtt.MqttError("late"), monkeypatch)
    running = asyncio.create_task(port.run())
    await asyncio.sleep(0.01)
    assert not await port.publish("a", b"")
    assert await ends(running)
