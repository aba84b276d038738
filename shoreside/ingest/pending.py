"""What waits to be committed: bounded, and whatever does not fit is left to the ship, who keeps it until our word.

Each vessel has its share, and a commit takes from each in turn: one that floods is refused, counted, and delays nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from typing import Final

from protocols.console.alerts import AlertJson
from protocols.link.batch import Batch
from protocols.link.closing import Closing
from protocols.link.events import Event
from shoreside.ingest.turns import Turns
from shoreside.ports import BatchKey, OrderNote, Work

BATCHES_MAX: Final = 2000
"""Batches waiting for the store: 40 s of 50 vessels at one a second. Refused when full; the ship sends them again."""
BATCHES_OF_ONE_MAX: Final = 256
"""Batches of one vessel waiting: twice what a ship has in flight, so that only one that floods ever meets it."""
SAMPLES_OF_ONE_MAX: Final = 1_000_000
"""Samples of one vessel waiting, about 21 MB; a ship's 128 batches of 10 s at 200 channels/s are a quarter of it."""
BIRTHS_OF_ONE_MAX: Final = 32
"""Births of one vessel waiting, each of another catalogue; a ship tells at most 16 of an outage beside her own. One that makes up
catalogues loses the oldest of them, which is counted."""
EVENTS_MAX: Final = 5000
"""Events waiting; refused when full, the ship sends them again."""
EVENTS_OF_ONE_MAX: Final = 500
"""Events of one vessel waiting; a ship sends 32 ahead of our word."""
NOTES_MAX: Final = 5000
"""Order states and alerts of the shore waiting; the newest is dropped when full and counted: the ship's own events
tell the same later."""
BATCHES_PER_COMMIT: Final = 200
"""Batches in one transaction: above this only the acknowledgement's latency grows, no longer the speed."""
OF_ONE_PER_COMMIT: Final = 32
"""Batches, and events, of one vessel in one transaction, so that a flood does not make it long for the others: still 145
batches a second of one vessel."""
EVENTS_PER_COMMIT: Final = 200
"""Events in one transaction: each is chained and takes about a millisecond there."""

EventKey = tuple[str, str, int]
"""(vessel, boot id, seq)."""


class Pending:
    """Lists that grow by what arrives and shrink by commits."""

    def __init__(self) -> None:
        """Start empty."""
        self.dropped_count = 0
        self.refused: Counter[str] = Counter()
        """Batches and events refused because their vessel's share was full, by vessel: not acknowledged, so not lost."""
        self._births: dict[tuple[str, str, bool], tuple[str, str, bytes]] = {}
        self._keys: dict[str, bytes] = {}
        self._batches: Turns[BatchKey, Batch] = Turns()
        self._closings: dict[BatchKey, Closing] = {}
        self._arrived: dict[BatchKey, int] = {}
        self._events: Turns[EventKey, tuple[Event, bytes]] = Turns()
        self._samples: Counter[str] = Counter()
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

    @property
    def batch_count(self) -> int:
        """Batches waiting."""
        return len(self._batches)

    def birth(self, vessel: str, catalogue_hash: str, encoded: bytes, *, historical: bool = False) -> None:
        """Queue a birth: the latest of each catalogue, in the order in which they came, for the last is the vessel as she is.

        Each counts: a catalogue in force while the database was away is that of the batches which wait beside it.
        """
        key = (vessel, catalogue_hash, historical)
        self._births.pop(key, None)
        self._births[key] = (vessel, catalogue_hash, encoded)
        of_one = [each for each in self._births if each[0] == vessel]
        if len(of_one) > BIRTHS_OF_ONE_MAX:
            del self._births[of_one[0]]
            self.dropped_count += 1

    def key(self, vessel: str, public_key: bytes) -> None:
        """Queue a key pinned on first sight."""
        self._keys[vessel] = public_key

    def admits(self, vessel: str) -> bool:
        """Return whether another batch of `vessel` has room; one that has none is counted."""
        if self._batches.waiting(vessel) >= BATCHES_OF_ONE_MAX or self._samples[vessel] >= SAMPLES_OF_ONE_MAX:
            self.refused[vessel] += 1
            return False
        return self._has_room(self._batches, BATCHES_MAX)

    def has_batch(self, key: BatchKey) -> bool:
        """Return True when the batch (vessel, epoch, seq) waits already."""
        return key in self._batches or key in self._flying

    def batch(self, batch: Batch, closing: Closing | None = None, utc_ns: int | None = None) -> bool:
        """Queue a batch that came at `utc_ns`, and its closing; return False, having counted it, when there is no room."""
        if not self.admits(batch.vessel):
            return False
        key = (batch.vessel, batch.epoch, batch.seq)
        count = batch.sample_count  # before it is in: `take` reckons with it again
        self._batches.put(key, batch)
        self._samples[batch.vessel] += count
        if closing is not None:
            self._closings[key] = closing
        if utc_ns is not None:
            self._arrived[key] = utc_ns
        return True

    def has_event(self, key: EventKey) -> bool:
        """Return True when the event (vessel, boot id, seq) waits already."""
        return key in self._events or key in self._flying

    def event(self, event: Event, signed: bytes) -> bool:
        """Queue an event; return False, having counted it, when there is no room."""
        if self._events.waiting(event.vessel) >= EVENTS_OF_ONE_MAX:
            self.refused[event.vessel] += 1
            return False
        if not self._has_room(self._events, EVENTS_MAX):
            return False
        self._events.put((event.vessel, event.boot_id, event.seq), (event, signed))
        return True

    def _has_room(self, waiting: Sized, most: int) -> bool:
        self.dropped_count += len(waiting) >= most
        return len(waiting) < most

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
        """Return and forget what is committed next, of each vessel the oldest first; None when nothing waits."""
        if not self.count:
            return None
        batches = self._batches.take(BATCHES_PER_COMMIT, OF_ONE_PER_COMMIT)
        events = self._events.take(EVENTS_PER_COMMIT, OF_ONE_PER_COMMIT)
        for batch in batches.values():
            self._samples[batch.vessel] -= batch.sample_count
        self._samples += Counter()  # forgets the vessels that have none waiting
        closings = tuple(self._closings.pop(key) for key in batches if key in self._closings)
        work = Work(
            tuple(self._births.values()), tuple(self._keys.items()), tuple(batches.values()), tuple(events.values()),
            tuple(self._orders), tuple(self._alerts.values()), tuple(self._gaps), closings,
            {key: self._arrived.pop(key) for key in batches if key in self._arrived},
        )  # fmt: skip
        self._flying = frozenset((*batches, *events))
        for items in (self._births, self._keys, self._orders, self._alerts, self._gaps):
            items.clear()
        return work

    def settle(self) -> None:
        """Forget what was taken last: it is committed."""
        self._flying = frozenset()
