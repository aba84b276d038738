"""A greeting that takes its time, as one with certificates does over 250 bytes a second, is no silence."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from protocols.aio.mqtt import Broker, MqttPort

LONG_AGO_S = -1e6


async def test_silence_is_counted_from_the_end_of_the_greeting() -> None:
    """The driver counts from before it: one longer than the keepalive was ended at the driver's first look, each time."""
    port = MqttPort(Broker.from_url("mqtt://none.invalid"), "kestrel", [], keepalive_s=30, answer_s=90.0)
    made: Any = port._new_client()
    driver = made._client
    assert driver.connect_timeout == 90.0
    driver._last_msg_out = driver._last_bytes_received = LONG_AGO_S
    ours, theirs = socket.socketpair()
    with ours, theirs:
        made._on_socket_open(driver, None, ours)
        await asyncio.sleep(0)
        made._on_socket_close(driver, None, ours)
        await asyncio.sleep(0)
    assert min(driver._last_msg_out, driver._last_bytes_received) > LONG_AGO_S


def test_a_port_of_any_other_bearer_waits_five_seconds() -> None:
    """A dead broker is left for another attempt before the ladder comes to L3."""
    made: Any = MqttPort(Broker.from_url("mqtt://none.invalid"), "kestrel", [])
    assert made._answer_s == 5.0
