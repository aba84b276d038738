"""Which AIS targets cannot be what they say: too fast, in two places, too far, with our own number, turning as no ship does.

AIS is sent in the clear by anybody; a doubted target is told, never hidden (reliability.md D2). Time is that of reception.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from telemetry.plane import KNOT_MPS, NM_M, difference_deg, is_within

GhostReason = Literal["speed", "two-places", "range", "own-number", "turn-rate"]

DOUBT_WORDS: Final[dict[str, str]] = {
    "speed": "it says or ran more than any ship does",
    "two-places": "it is in two places at once",
    "range": "it is farther off than AIS reaches",
    "own-number": "it sends our own number",
    "turn-rate": "its rate of turn does not fit its headings",
}
"""{reason: its words in a refusal}"""
KNOWN_MAX: Final = 2_000
"""Most targets remembered, as in `telemetry.targets`; the one unheard for longest goes first."""
AIRCRAFT: Final = 9
"""Message of search and rescue aircraft: fast, and heard from afar."""
SHIPS: Final = frozenset((1, 2, 3, 18, 19, 27))
"""Messages of ships; base stations and aids stand still and may be repeated from afar."""
STEP_MIN_S: Final = 2.0
"""Reports come through queues: two of one target may arrive together though sent 2 s apart."""
SLACK_M: Final = 300.0
"""Between two fixes of one ship: late reports at 30 kn, and a receiver that changes."""
FORGET_S: Final = 600.0
"""After this long a ship may be anywhere."""
TURN_STEP_S: Final = 30.0
"""Longest time over which a rate of turn is held against the headings."""
TURN_SHOWN_DEG_MIN: Final = 60.0
TURN_SLACK_DEG: Final = 30.0
"""A rate of turn from this on must be seen in the heading, to within this much."""


@dataclass(frozen=True, slots=True)
class GhostLimits:
    """What a target may do."""

    speed_kn_max: float = 60.0
    """Fastest ship that is believed; high-speed craft make 45."""
    range_nm_max: float = 100.0
    """Farther is not heard on VHF but in a rare duct; base stations and aids may be repeated from afar and are not judged."""
    turn_deg_min_max: float = 360.0
    """A whole circle in a minute; only planing boats turn faster, and they send no rate."""


class TargetFix(NamedTuple):
    """One position report as it was received; None: not available. A tuple, because hundreds are made a second."""

    type: int
    """AIS message type."""
    mmsi: int
    is_own_ship: bool
    """True for VDO: what our own transponder says of us."""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    sog_kn: float | None = None
    heading_deg: float | None = None
    rot_deg_min: float | None = None


@dataclass(slots=True)
class _Known:
    at_s: float
    place: tuple[float, float]
    heading_deg: float | None
    rot_deg_min: float | None
    other: tuple[float, tuple[float, float]] | None = None
    """Where it was before it went somewhere it could not reach."""


class GhostWatch:
    """Remembers where each target was and says what is impossible."""

    def __init__(self, own_mmsi: int, limits: GhostLimits) -> None:
        """`own_mmsi` 0: not known, then nobody can be sending it."""
        self._own_mmsi, self._limits = own_mmsi, limits
        self._known: dict[int, _Known] = {}

    def receive(self, fix: TargetFix, own: tuple[float, float] | None, now_s: float) -> GhostReason | None:
        """Take a report; return why it cannot be true. `own`: our position, None where it is not known."""
        if fix.is_own_ship:
            return None
        if self._own_mmsi and fix.mmsi == self._own_mmsi:
            return "own-number"
        if fix.type not in SHIPS:
            return None
        stated = self._stated(fix)
        if fix.latitude_deg is None or fix.longitude_deg is None:
            return stated
        place = (fix.latitude_deg, fix.longitude_deg)
        moved = self._moved(fix, place, now_s)
        if stated or moved:
            return stated or moved
        if own is not None and not is_within(place, own, self._limits.range_nm_max * NM_M):
            return "range"
        return None

    def _stated(self, fix: TargetFix) -> GhostReason | None:
        """Judge what the report says of itself."""
        if fix.sog_kn is not None and fix.sog_kn > self._limits.speed_kn_max:
            return "speed"
        if fix.rot_deg_min is not None and abs(fix.rot_deg_min) > self._limits.turn_deg_min_max:
            return "turn-rate"
        return None

    def _moved(self, fix: TargetFix, place: tuple[float, float], now_s: float) -> GhostReason | None:
        """Judge the report against the one before, and keep it."""
        before = self._known.pop(fix.mmsi, None)
        if len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        known = self._known[fix.mmsi] = _Known(now_s, place, fix.heading_deg, fix.rot_deg_min)
        if before is None or now_s - before.at_s > FORGET_S:
            return None
        if self._reaches(before.place, place, now_s - before.at_s):
            known.other = before.other
            return self._turned(before, fix, now_s - before.at_s)
        known.other = (before.at_s, before.place)
        if before.other is not None and self._reaches(before.other[1], place, now_s - before.other[0]):
            return "two-places"
        return "speed"

    def _reaches(self, start: tuple[float, float], end: tuple[float, float], step_s: float) -> bool:
        run_m = self._limits.speed_kn_max * KNOT_MPS * max(step_s, STEP_MIN_S)
        return is_within(end, start, run_m + SLACK_M)

    @staticmethod
    def _turned(before: _Known, fix: TargetFix, step_s: float) -> GhostReason | None:
        """Judge the rate of turn against the headings: one that is told must be seen."""
        rates, headings = (before.rot_deg_min, fix.rot_deg_min), (before.heading_deg, fix.heading_deg)
        if None in rates or None in headings or not STEP_MIN_S <= step_s <= TURN_STEP_S:
            return None
        mean = sum(rate or 0.0 for rate in rates) / 2.0
        turn_deg = difference_deg(headings[1] or 0.0, headings[0] or 0.0)
        wanted_deg = mean * step_s / 60.0
        is_told = min(abs(rate or 0.0) for rate in rates) >= TURN_SHOWN_DEG_MIN
        return "turn-rate" if is_told and abs(turn_deg - wanted_deg) > TURN_SLACK_DEG else None
