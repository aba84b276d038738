"""Other ships: the latest of each AIS target, static and dynamic parts put together, bounded and forgotten in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from protocols.link.batch import TargetReport

TARGETS_MAX: Final = 2_000
"""Most targets kept; a busy strait shows about 1,000. The one unheard for longest goes first."""
FORGET_S: Final = 600.0
"""A target unheard for 10 minutes is forgotten: three times the longest interval of a ship at anchor (ITU-R M.1371)."""
_NOTHING: Final = (None,) * 5
"""The static parts of a report that has none."""


@dataclass(slots=True)
class _Kept:
    report: TargetReport
    heard_s: float
    changed: bool


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
        kept = self._kept.pop(report.mmsi, None)
        if kept is not None:
            report = _merged(kept.report, report)
        elif len(self._kept) >= TARGETS_MAX:
            del self._kept[next(iter(self._kept))]
            self._dropped_count += 1
        self._kept[report.mmsi] = _Kept(report, now_s, changed=True)  # last in order: heard last

    def take_news(self, now_s: float, count_max: int) -> tuple[TargetReport, ...]:
        """Return at most `count_max` targets heard since last taken, longest waiting first; forget the old."""
        for mmsi in [mmsi for mmsi, kept in self._kept.items() if now_s - kept.heard_s > FORGET_S]:
            del self._kept[mmsi]
        return tuple(self._take(count_max))

    def _take(self, count_max: int) -> Iterator[TargetReport]:
        for kept in self._kept.values():
            if count_max <= 0:
                return
            if kept.changed:
                kept.changed = False
                count_max -= 1
                yield kept.report


def _merged(known: TargetReport, report: TargetReport) -> TargetReport:
    """Return `known` with the parts that `report` brings; a position that is lost is lost, it does not linger."""
    static = report.ship_type, report.name, report.callsign, report.length_m, report.beam_m
    is_static_only = report.latitude_deg is None and report.sog_kn is None and static != _NOTHING
    motion = known if is_static_only else report
    return TargetReport(
        known.mmsi, motion.utc_ns, motion.latitude_deg, motion.longitude_deg, motion.sog_kn, motion.cog_deg,
        motion.heading_deg, motion.rot_deg_min, motion.nav_status,
        known.ship_type if report.ship_type is None else report.ship_type,
        known.name if report.name is None else report.name,
        known.callsign if report.callsign is None else report.callsign,
        known.length_m if report.length_m is None else report.length_m,
        known.beam_m if report.beam_m is None else report.beam_m,
    )  # fmt: skip
