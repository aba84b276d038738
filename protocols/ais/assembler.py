"""Parts of AIS messages to whole ones, per source and channel; orphans are counted, nothing waits for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

PARTS_MAX: Final = 9
"""The field has one digit; a message of five slots takes at most five sentences."""
OPEN_MAX: Final = 64
"""Messages waiting for their parts; a busy coast opens 20 a second and closes them within one. The oldest is dropped."""
APART_MAX: Final = 20
"""Parts, of any message, between two of one message. Receivers write them one behind the other; the sequential id of a part
comes again after ten messages, and a part left over from the first must not be joined to the eleventh."""
FILLS: Final = ("0", "1", "2", "3", "4", "5")
_COUNTS: Final = {str(count): count for count in range(1, PARTS_MAX + 1)}
_COUNT, _NUMBER, _ID, _CHANNEL, _PAYLOAD, _FILL = range(6)


class Part(NamedTuple):
    """One VDM or VDO sentence; a tuple, because some are made every second."""

    total: int
    """Parts of its message."""
    number: int
    """1..total."""
    key: str
    """Source, formatter, sequential id and channel: parts of one message share it."""
    payload: str
    fill: str
    is_own_ship: bool


@dataclass(slots=True)
class _Open:
    count: int
    last: int
    """Number of its latest part among all parts received."""
    parts: dict[int, Part]


def part_of(source: str, formatter: str, fields: Sequence[str]) -> Part | None:
    """Return the part in the fields of a VDM or VDO; None when count, number or fill are not what they must be."""
    if len(fields) < _FILL + 1 or fields[_FILL] not in FILLS:
        return None
    count, number = _COUNTS.get(fields[_COUNT], 0), _COUNTS.get(fields[_NUMBER], 0)
    if not 1 <= number <= count:
        return None
    key = f"{source}/{formatter}/{fields[_ID]}/{fields[_CHANNEL]}"
    row = (count, number, key, fields[_PAYLOAD], fields[_FILL], formatter == "VDO")
    return tuple.__new__(Part, row)


class Assembler:
    """Collects the parts of messages in any order."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._open: dict[str, _Open] = {}
        self._received = 0
        self.orphan_count = 0
        """Parts of messages that were never completed."""

    def receive(self, part: Part) -> list[Part] | None:
        """Return all parts of the message that `part` completes, in order; None while some are missing."""
        total, number, key = part.total, part.number, part.key
        if total == 1:
            return [part]
        self._received += 1
        waiting = self._open.get(key)
        if waiting is not None and self._is_another(waiting, part):
            self._drop(key)
            waiting = None
        if waiting is None:
            waiting = self._open[key] = _Open(total, self._received, {})
            if len(self._open) > OPEN_MAX:
                self._drop(next(iter(self._open)))
        parts, waiting.last = waiting.parts, self._received
        parts[number] = part
        if len(parts) < total:
            return None
        self._open.pop(key, None)
        return [parts[number] for number in range(1, total + 1)]

    @property
    def waiting_count(self) -> int:
        """Parts waiting for the rest of their message."""
        return sum(len(waiting.parts) for waiting in self._open.values())

    def _is_another(self, waiting: _Open, part: Part) -> bool:
        """Tell whether `part` belongs to another message than the one that waits under its key."""
        is_late = self._received - waiting.last > APART_MAX
        return is_late or waiting.count != part.total or part.number in waiting.parts

    def _drop(self, key: str) -> None:
        dropped = self._open.pop(key, None)
        if dropped is not None:
            self.orphan_count += len(dropped.parts)
