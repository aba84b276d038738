"""Lines that belong together by their TAG blocks (`g:line-total-id`): put together in whatever order they come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from protocols.nmea0183.tagblock import TagBlock

OPEN_MAX: Final = 64
"""Groups waiting for lines; ids go to 99 and a sender has a few open at once. The oldest is given up and counted."""

Line = TypeVar("Line")


@dataclass(slots=True)
class _Open(Generic[Line]):
    total: int
    lines: dict[int, Line | None] = field(default_factory=dict[int, Line | None])
    """None: a line that was used when it came, and only keeps its place."""


class GroupAssembler(Generic[Line]):
    """Collects the lines of groups, per source."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._open: dict[tuple[str, int], _Open[Line]] = {}
        self.lost_count = 0
        """Lines of groups that were given up: another one took the id, or too many waited."""

    @property
    def waiting_count(self) -> int:
        """Lines waiting for the rest of their group."""
        return sum(_held(waiting) for waiting in self._open.values())

    def receive(self, tag: TagBlock | None, line: Line | None, sender: str = "") -> list[Line] | None:
        """Return all lines of the group that `line` completes, in order; None while some are missing.

        A line of no group, or of a group of one, is whole by itself. `line` None: it was used already, and is no longer given.
        `sender`: whose it is, where that is known better than by its own block.
        """
        group = None if tag is None else tag.group
        if tag is None or group is None or group.total == 1:
            return [] if line is None else [line]
        key = (sender or tag.source or "", group.id)
        waiting = self._open.get(key)
        if waiting is None or waiting.total != group.total or group.line in waiting.lines:
            self._give_up(key)
            waiting = self._open[key] = _Open(group.total)
        waiting.lines[group.line] = line
        if len(waiting.lines) == group.total:
            del self._open[key]
            return [each for _, each in sorted(waiting.lines.items(), key=lambda held: held[0]) if each is not None]
        if len(self._open) > OPEN_MAX:
            self._give_up(next(iter(self._open)))
        return None

    def _give_up(self, key: tuple[str, int]) -> None:
        dropped = self._open.pop(key, None)
        if dropped is not None:
            self.lost_count += _held(dropped)


def _held(waiting: _Open[Line]) -> int:
    """Return how many lines wait to be given."""
    return sum(each is not None for each in waiting.lines.values())
