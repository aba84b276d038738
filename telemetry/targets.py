"""Other ships: the latest of each target of AIS or radar, static and dynamic parts put together, bounded, forgotten in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from protocols.link.batch import TargetReport

TARGETS_MAX: Final = 2_000
"""Most targets kept; a busy strait shows about 1,000. The one unheard for longest goes first."""
FORGET_S: Final = 600.0
"""A target unheard for 10 minutes is forgotten: three times the longest interval of a ship at anchor (ITU-R M.1371)."""
STATIC_FROM: Final = TargetReport._fields.index("ship_type")
STATIC_TO: Final = TargetReport._fields.index("doubt")
"""Where in a report the static fields begin, and end: what follows is of each report."""
_NOTHING: Final = (None,) * (STATIC_TO - STATIC_FROM)
"""The static parts of a report that has none."""


@dataclass(slots=True)
class _Kept:
    report: TargetReport
    heard_s: float
    changed: bool
    placed_s: float
    """When it last told its position and motion."""


class TargetTable:
    """The latest report of each target."""

    def __init__(self) -> None:
        """Begin with no target."""
        self._kept: dict[int, _Kept] = {}
        self._dropped_count = 0

    @property
    def count(self) -> int:
        """Targets known now."""
        return len(self._kept)

    @property
    def dropped_count(self) -> int:
        """Targets dropped because the table was full."""
        return self._dropped_count

    def receive(self, report: TargetReport, now_s: float) -> None:
        """Take a report; a static one leaves position and motion as they were, a dynamic one the name and size."""
        kept, placed_s = self._kept.pop(report.mmsi, None), now_s
        if kept is not None:
            placed_s = kept.placed_s if _is_static(report) else now_s
            report = _merged(kept.report, report)
        elif len(self._kept) >= TARGETS_MAX:
            del self._kept[next(iter(self._kept))]
            self._dropped_count += 1
        self._kept[report.mmsi] = _Kept(report, now_s, changed=True, placed_s=placed_s)  # last in order: heard last

    def lose(self, key: int) -> None:
        """Forget a target that its radar has lost; one that is not known is no fault."""
        self._kept.pop(key, None)

    def take_news(self, now_s: float, count_max: int) -> tuple[TargetReport, ...]:
        """Return at most `count_max` targets heard since last taken, longest waiting first; forget the old."""
        self.forget(now_s)
        return tuple(self._take(count_max))

    def forget(self, now_s: float) -> None:
        """Forget the targets unheard for FORGET_S."""
        for mmsi in [mmsi for mmsi, kept in self._kept.items() if now_s - kept.heard_s > FORGET_S]:
            del self._kept[mmsi]

    def known(self, now_s: float) -> Iterator[tuple[TargetReport, float]]:
        """Return each target, and seconds since it told its position; longest unheard first."""
        for kept in self._kept.values():
            yield kept.report, now_s - kept.placed_s

    def _take(self, count_max: int) -> Iterator[TargetReport]:
        for kept in self._kept.values():
            if count_max <= 0:
                return
            if kept.changed:
                kept.changed = False
                count_max -= 1
                yield kept.report


def _is_static(report: TargetReport) -> bool:
    """Return whether a report tells who a target is, and not where."""
    return report.latitude_deg is None and report.sog_kn is None and report[STATIC_FROM:STATIC_TO] != _NOTHING


def _merged(known: TargetReport, report: TargetReport) -> TargetReport:
    """Return `known` with the parts that `report` brings; a position that is lost is lost, it does not linger."""
    static = report[STATIC_FROM:STATIC_TO]
    if static == _NOTHING:  # most reports are of motion alone
        merged: TargetReport = tuple.__new__(
            TargetReport, report[:STATIC_FROM] + known[STATIC_FROM:STATIC_TO] + report[STATIC_TO:]
        )
        return merged
    motion = known if _is_static(report) else report
    filled = tuple(
        before if now is None else now for before, now in zip(known[STATIC_FROM:STATIC_TO], static, strict=True)
    )
    return TargetReport._make((*motion[:STATIC_FROM], *filled, motion.doubt, report.track))
