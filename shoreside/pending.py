"""What waits to be committed: bounded, and whatever does not fit is left to the ship, who keeps it until our word."""

from __future__ import annotations

from typing import Final

from protocols.console.messages import AlertJson
from protocols.link.batch import Batch
from protocols.link.events import Event
from shoreside.ports import OrderNote, Work

BATCHES_MAX: Final = 2000
"""Batches waiting for the store: 40 s of 50 vessels at one a second. Refused when full; the ship sends them again."""
EVENTS_MAX: Final = 5000
"""Events waiting; refused when full, the ship sends them again."""
NOTES_MAX: Final = 5000
"""Order states and alerts of the shore waiting; the newest is dropped when full and counted: the ship's own events
tell the same later."""
BATCHES_PER_COMMIT: Final = 200
"""Batches in one transaction: above this only the acknowledgement's latency grows, no longer the speed."""


class Pending:
    """Lists that grow by what arrives and shrink by commits."""

    def __init__(self) -> None:
        """Start empty."""
        self.dropped_count = 0
        self._births: dict[str, tuple[str, str, bytes]] = {}
        self._keys: dict[str, bytes] = {}
        self._batches: dict[tuple[str, int, int], Batch] = {}
        self._events: dict[tuple[str, str, int], tuple[Event, bytes]] = {}
        self._orders: list[OrderNote] = []
        self._alerts: dict[tuple[str, str, str], tuple[str, AlertJson]] = {}
        self._gaps: list[tuple[str, str, int, int]] = []
        self._flying: frozenset[tuple[str, int | str, int]] = frozenset()
        """Keys of the batches and events that are being committed now."""

    @property
    def count(self) -> int:
        """Items waiting."""
        lists = (self._births, self._keys, self._batches, self._events, self._orders, self._alerts, self._gaps)
        return sum(len(items) for items in lists)

    def birth(self, vessel: str, catalogue_hash: str, encoded: bytes) -> None:
        """Queue a birth; the latest of each vessel counts."""
        self._births[vessel] = (vessel, catalogue_hash, encoded)

    def key(self, vessel: str, public_key: bytes) -> None:
        """Queue a key pinned on first sight."""
        self._keys[vessel] = public_key

    def has_batch(self, key: tuple[str, int, int]) -> bool:
        """Return True when the batch (vessel, epoch, seq) waits already."""
        return key in self._batches or key in self._flying

    def batch(self, batch: Batch) -> bool:
        """Queue a batch; return False, having counted it, when there is no room."""
        if len(self._batches) >= BATCHES_MAX:
            self.dropped_count += 1
            return False
        self._batches[batch.vessel, batch.epoch, batch.seq] = batch
        return True

    def has_event(self, key: tuple[str, str, int]) -> bool:
        """Return True when the event (vessel, boot id, seq) waits already."""
        return key in self._events or key in self._flying

    def event(self, event: Event, signed: bytes) -> bool:
        """Queue an event; return False, having counted it, when there is no room."""
        if len(self._events) >= EVENTS_MAX:
            self.dropped_count += 1
            return False
        self._events[event.vessel, event.boot_id, event.seq] = (event, signed)
        return True

    def order(self, note: OrderNote) -> None:
        """Queue a state of an order."""
        if len(self._orders) >= NOTES_MAX:
            self.dropped_count += 1
            return
        self._orders.append(note)

    def alert(self, vessel: str, alert: AlertJson) -> None:
        """Queue the latest state of an alert."""
        self._alerts[vessel, alert["source"], alert["alert_id"]] = (vessel, alert)

    def gap(self, vessel: str, stream: str, first: int, last: int) -> None:
        """Queue a range that will never come."""
        self._gaps.append((vessel, stream, first, last))

    def take(self) -> Work | None:
        """Return and forget what is committed next, oldest first; None when nothing waits."""
        if not self.count:
            return None
        keys = list(self._batches)[:BATCHES_PER_COMMIT]
        batches = tuple(self._batches.pop(key) for key in keys)
        work = Work(
            tuple(self._births.values()), tuple(self._keys.items()), batches, tuple(self._events.values()),
            tuple(self._orders), tuple(self._alerts.values()), tuple(self._gaps),
        )  # fmt: skip
        self._flying = frozenset((*keys, *self._events))
        for items in (self._births, self._keys, self._events, self._orders, self._alerts, self._gaps):
            items.clear()
        return work

    def settle(self) -> None:
        """Forget what was taken last: it is committed."""
        self._flying = frozenset()
