"""What is worth a line in the log: an input that comes or goes, what was rejected, a disk that fills. Decides, opens nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from shipside.ports import InputFacts

REJECTED_EVERY_S: Final = 10.0
"""Rejections are told together this often, while there are new ones: a line of noise a second would fill the log."""
DISK_PCT: Final = (80.0, 95.0)
"""A disk this full is told: first for whoever plans, then for whoever must act."""
Line = dict[str, object]


class Lookout:
    """Remembers what was told, so that each change is told once."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._told: dict[str, str] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._due_s = 0.0
        self._disk_level = 0

    def changes(self, facts: Sequence[InputFacts]) -> list[Line]:
        """Return a line for each input that has come or gone since the last call; not for one that is just being opened."""
        lines: list[Line] = []
        for one in facts:
            state = _state(one)
            if state is None or self._told.get(one.name) == state:
                continue
            self._told[one.name] = state
            lines.append({"input": one.name, "is_open": one.is_open, "problem": one.problem})
        return lines

    def rejections(
        self, facts: Sequence[InputFacts], rejected: Mapping[str, Counter[str]], now_s: float
    ) -> list[Line]:  # fmt: skip
        """Return the counts to date of each input that has rejected more since they were last told."""
        if now_s < self._due_s:
            return []
        self._due_s = now_s + REJECTED_EVERY_S
        lines: list[Line] = []
        for one in facts:
            counts = dict(rejected.get(one.name, {}))
            if one.rejected_count:
                counts["no_line"] = one.rejected_count
            if counts != self._counts.get(one.name, {}):
                self._counts[one.name] = counts
                lines.append({"input": one.name, "lines": one.lines_count, "rejected": counts})
        return lines

    def disk(self, used_pct: float | None) -> Line | None:
        """Return a line when a disk's use has passed a limit, either way; None otherwise."""
        if used_pct is None:
            return None
        level = sum(used_pct >= limit for limit in DISK_PCT)
        if level == self._disk_level:
            return None
        self._disk_level = level
        problem = ("", "the disk fills", "the disk is nearly full: in an outage the oldest batches will make room")[
            level
        ]
        return {"used_pct": round(used_pct, 1), "problem": problem}


def _state(one: InputFacts) -> str | None:
    """Return what an input's state is told by: while it is away, not each new try's own words."""
    if one.is_open:
        return f"open {one.problem}"
    return "away" if one.reconnects_count or one.rejected_count else None
