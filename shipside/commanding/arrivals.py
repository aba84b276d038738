"""What the safety process listens to, and what each message is to the supervisor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from control.messages import (
    Arrival,
    SignedFrame,
    SignedGrant,
    SignedHeartbeat,
    SignedOrder,
    SignedRoster,
    SignedStop,
)  # fmt: skip
from protocols.link import topics


def subscriptions(vessel: str) -> tuple[str, ...]:
    """Return what the safety process listens to, the emergency stop left out: it has a connection of its own."""
    leaves = (
        topics.ORDER,
        topics.HEARTBEAT_DOWN,
        topics.DIRECT,
        topics.ROSTER,
        topics.GRANT,
        topics.EVENT_ACK,
        topics.LEDGER,
    )
    return tuple(topics.topic(vessel, leaf) for leaf in leaves)


ARRIVALS: Final[dict[str, Callable[[bytes], Arrival]]] = {
    topics.ORDER: SignedOrder,
    topics.HEARTBEAT_DOWN: SignedHeartbeat,
    topics.DIRECT: SignedFrame,
    topics.STOP: SignedStop,
    topics.ROSTER: SignedRoster,
    topics.GRANT: SignedGrant,
}
"""{leaf: what it carries}"""
NEVER_RETAINED: Final = (topics.ORDER, topics.DIRECT, topics.HEARTBEAT_DOWN, topics.STOP)
"""What is never obeyed when the broker has kept it (CMD-04)."""
