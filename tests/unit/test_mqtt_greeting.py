"""A greeting that takes its time, as one with certificates does over 250 bytes a second, is no silence."""

from __future__ import annotations

from typing import Any

import pytest

from protocols.aio.mqtt import Broker, MqttPort


@pytest.mark.parametrize(("keepalive_s", "answer_s", "greeted_s"), [(5, None, 5.0), (30, 90.0, 90.0), (60, 10.0, 10.0)])
async def test_no_greeting_is_longer_than_the_silence_that_the_driver_bears(
    keepalive_s: int, answer_s: float | None, greeted_s: float
) -> None:
    """It counts a greeting as silence and ended each that outlasted the keepalive; one that stands is asked as wanted."""
    broker = Broker.from_url("mqtt://none.invalid")
    made: Any = MqttPort(broker, "kestrel", [], keepalive_s=keepalive_s, answer_s=answer_s)._new_client()
    driver = made._client
    assert (driver.connect_timeout, made.timeout) == (greeted_s, greeted_s)
    assert made._keepalive == max(keepalive_s, greeted_s)
    made.ask_each(keepalive_s)
    assert driver._keepalive == keepalive_s
