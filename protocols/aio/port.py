"""The port through which both ends reach the broker; MQTT is one way to fill it, the simulated network another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came from the broker."""

    topic: str
    payload: bytes
    retained: bool
    """True when the broker kept it from before: a retained order is never obeyed (CMD-04)."""
    way: str = ""
    """Over which of its sender's several ways it came, by the word of that connection; signed by nobody, so for figures alone.
    Empty: not told."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection stands (again); everything retained must be published anew, subscriptions are in place."""

    number: int
    """1 for the first connection of this process, growing."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone; what was not acknowledged must be assumed lost."""

    reason: str


Arrival = Message | Connected | Disconnected


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we fall silent."""

    topic: str
    payload: bytes


class MessagePort(Protocol):
    """A connection to the broker that re-establishes itself."""

    @property
    def connected(self) -> bool:
        """True between Connected and Disconnected."""
        ...

    @property
    def dropped_count(self) -> int:
        """Arrivals lost because the inbox was full; QoS 1 senders will not resend them, our own acks make them."""
        ...

    @property
    def carried_bytes(self) -> int:
        """Bytes of all IP packets of its connections so far, both ways, to within some seconds; 0 where nobody counts them."""
        ...

    async def run(self) -> None:
        """Keep the connection until cancelled; the program runs this as one task."""
        ...

    async def receive(self) -> Arrival:
        """Wait for and return the next arrival, in order."""
        ...

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Hand `payload` to the broker (QoS 1) and return True when it acknowledged; False when it could not be sent.

        A broker's acknowledgement is not durability. `expiry_s` bounds how long the broker may hold it for an absent
        receiver; None: the broker's own limit. Never raises for a lost connection.
        """
        ...
