"""A queue with a lane for each vessel, taken from in turn, so that one that floods delays nobody but itself. Pure."""

from __future__ import annotations

from collections import Counter, deque
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=tuple[object, ...])
Item = TypeVar("Item")


class Turns(Generic[Key, Item]):
    """Items by key, whose first part is the vessel; each lane is first in, first out."""

    def __init__(self) -> None:
        """Start empty."""
        self._lanes: dict[object, dict[Key, Item]] = {}
        """In the order in which the vessels have their turn; no empty one."""
        self._count = 0

    def __len__(self) -> int:
        """Items waiting."""
        return self._count

    def __contains__(self, key: Key) -> bool:
        """Return True when `key` waits."""
        return key in self._lanes.get(key[0], {})

    def waiting(self, vessel: str) -> int:
        """Items of one vessel waiting."""
        return len(self._lanes.get(vessel, {}))

    def put(self, key: Key, item: Item) -> None:
        """Add an item at the end of its vessel's lane; one of the same key is replaced where it stands."""
        lane = self._lanes.setdefault(key[0], {})
        self._count += key not in lane
        lane[key] = item

    def take(self, most: int, of_one: int) -> dict[Key, Item]:
        """Return and forget up to `most` items, one of each vessel in turn, up to `of_one` of each.

        Whoever was cut off comes first next time.
        """
        taken: dict[Key, Item] = {}
        turns: Counter[object] = Counter()
        waiting = deque(self._lanes)
        while waiting and len(taken) < most:
            vessel = waiting.popleft()
            lane = self._lanes.pop(vessel)
            key = next(iter(lane))
            taken[key] = lane.pop(key)
            turns[vessel] += 1
            if lane:
                self._lanes[vessel] = lane
                if turns[vessel] < of_one:
                    waiting.append(vessel)
        self._count -= len(taken)
        return taken
