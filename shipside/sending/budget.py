"""What went over the link: bytes by month, bearer and class, and how much of the month's budget that is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

OVERHEAD_BYTES: Final = 160
"""Of each message beside its payload: topic and MQTT header, TLS record, TCP/IP both ways, the answer; an estimate (162 measured
over TLS on an idle loopback), by which what the kernel counts is shared out among the classes. What is over is upkeep."""
UPKEEP: Final = "upkeep"
"""The class of what keeps the connection: greetings, keepalives, what the network lost, what the estimate does not cover."""
COMMAND: Final = "command"
"""The class of all that the safety process says and hears: heartbeats both ways, orders, their answers, stops."""
MONTHS_MAX: Final = 24
"""Months remembered; what is older is in the accounts ashore."""
AIS_HELD_PCT: Final = 80.0
"""From here on AIS targets wait for the next month, or for a cheaper bearer."""
HISTORY_HELD_PCT: Final = 95.0
"""From here on history waits too; live samples and events go on."""
SAMPLES_HELD_PCT: Final = 100.0
"""From here on only events are sent; heartbeats and orders are never held, they have their own connection."""
MB: Final = 1e6
Row = tuple[str, str, str, int]
"""(month, bearer, class, bytes)"""


def month_of(utc_ns: int) -> str:
    """Return the month of a time, e.g. `2026-11`."""
    return datetime.fromtimestamp(utc_ns / 1e9, UTC).strftime("%Y-%m")


class Meter:
    """Counts bytes."""

    def __init__(self, rows: list[Row], budget_bytes: int) -> None:
        """Go on from `rows`, as `rows` gave them; `budget_bytes` a month, 0: there is no budget."""
        self._bytes: Counter[tuple[str, str, str]] = Counter({(a, b, c): count for a, b, c, count in rows})
        self._budget_bytes = budget_bytes
        self._shared_out = 0
        """Bytes counted of our own connection since the start."""

    def add(self, month: str, bearer: str, what: str, payload_bytes: int) -> None:
        """Count a message that went to the broker or came from it."""
        self._bytes[month, bearer, what] += payload_bytes + OVERHEAD_BYTES
        self._shared_out += payload_bytes + OVERHEAD_BYTES

    def settle(self, month: str, bearer: str, carried_bytes: int) -> None:
        """Count as upkeep what our connection has carried since the start (`carried_bytes`) beyond all that is counted."""
        over = carried_bytes - self._shared_out
        if over > 0:
            self._bytes[month, bearer, UPKEEP] += over
            self._shared_out = carried_bytes

    def hear(self, month: str, bearer: str, carried_bytes: int) -> None:
        """Count what the safety process's connections have carried over a bearer since it was last asked."""
        if carried_bytes > 0:
            self._bytes[month, bearer, COMMAND] += carried_bytes

    def used_pct(self, month: str) -> float | None:
        """Return how much of the month's budget is used, per cent; None where there is no budget."""
        if self._budget_bytes <= 0:
            return None
        return 100.0 * self.month_bytes(month) / self._budget_bytes

    def month_rows(self, month: str) -> dict[tuple[str, str], int]:
        """Return the bytes of a month by (bearer, class)."""
        return {(bearer, what): count for (each, bearer, what), count in sorted(self._bytes.items()) if each == month}

    def cost(self, month: str, price: Callable[[str], float]) -> float:
        """Return what a month has cost by the `price` of a megabyte over each bearer."""
        return sum(count / MB * price(bearer) for (bearer, _), count in self.month_rows(month).items())

    def month_bytes(self, month: str) -> int:
        """Return the bytes of a month."""
        return sum(count for (each, _, _), count in self._bytes.items() if each == month)

    def rows(self) -> list[Row]:
        """Return all counts, sorted; the last MONTHS_MAX months."""
        months = sorted({month for month, _, _ in self._bytes})[-MONTHS_MAX:]
        return [(*key, count) for key, count in sorted(self._bytes.items()) if key[0] in months]
