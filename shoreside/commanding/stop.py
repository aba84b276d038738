"""The emergency stop's way through the shore: its own connection, no login, no database, no station (EST-01).

The signature is checked aboard. What is bounded here is only what a stranger could flood: size and rate.
"""

from __future__ import annotations

from typing import Final, Literal

from protocols.aio.clock import Clock
from protocols.aio.port import MessagePort
from protocols.errors import ProtocolError
from protocols.link import signing, topics
from shoreside.rates import Rates

SIZE_MAX_BYTES: Final = 1024
"""A signed stop takes about 250 bytes."""
Result = Literal["sent", "malformed", "rate", "no_broker"]


class StopRelay:
    """Passes signed stops on, unchanged."""

    def __init__(self, clock: Clock, port: MessagePort) -> None:
        """Use `port`, a connection of its own with the stop's credential; run it as a task beside the station."""
        self._clock = clock
        self._port = port
        self._rates = Rates(per_s=10.0, burst=50)
        self.sent_count = 0
        self.failed_count = 0

    @property
    def connected(self) -> bool:
        """True while the stop's own connection to the broker stands."""
        return self._port.connected

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        await self._port.run()

    async def pass_on(self, vessel: str, signed: bytes, address: str) -> Result:
        """Pass a signed stop to its vessel; say whether the broker has it."""
        try:
            topic = topics.topic(vessel, topics.STOP)
            if len(signed) > SIZE_MAX_BYTES:
                return "malformed"
            signing.open_envelope(signed)
        except ProtocolError:
            return "malformed"
        if not self._rates.take(address, self._clock.now_s()):
            return "rate"
        sent = await self._port.publish(topic, signed)
        self.sent_count += sent
        self.failed_count += not sent
        return "sent" if sent else "no_broker"
