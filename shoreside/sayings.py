"""What waits to be said to the broker: acknowledgements, orders to send again, the Master's words."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from protocols.aio.port import MessagePort
from protocols.link import topics
from shoreside.ingest.intake import Said

SAYINGS_MAX: Final = 2000
"""Acknowledgements and re-sendings waiting for the broker; the oldest goes first: the ship asks again by resending."""


class Sayings:
    """A bounded queue before the message port, so that nobody waits for the broker."""

    def __init__(self, port: MessagePort) -> None:
        """Say through `port` whatever is put here, once `run` runs."""
        self.dropped_count = 0
        self._port = port
        self._waiting: deque[Said] = deque()
        self._news = asyncio.Event()

    def put(self, topic: str, payload: bytes) -> None:
        """Have `payload` published on `topic` as soon as it is its turn; a roster or grant is retained."""
        self._waiting.append((topic, payload))
        if len(self._waiting) > SAYINGS_MAX:
            self._waiting.popleft()
            self.dropped_count += 1
        self._news.set()

    async def run(self) -> None:
        """Publish, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                topic, payload = self._waiting.popleft()
                retain = topic.endswith((topics.ROSTER, topics.GRANT))
                await self._port.publish(topic, payload, retain=retain)
