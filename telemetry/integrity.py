"""The watch over the ship's own data: sources compared, limits kept, switches told; all of it ends in alerts.

Each finding has a core of its own; here they meet one picture and one list of alerts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from protocols.nmea0183.moment import EARLIEST_NS
from protocols.reading import Quality, Reading
from telemetry.agreement import APART, Agreement, AgreementLimits, Disagreement, Place, Quantity
from telemetry.alerts import DataAlert, DataAlerts
from telemetry.channel import Channel
from telemetry.ghosts import GhostLimits, GhostReason, GhostWatch, TargetFix
from telemetry.limits import LimitWatch
from telemetry.linewatch import LineFinding, LineList, LineWatch
from telemetry.picture import Picture
from telemetry.plausibility import Doubt, PlausibilityLimits, PositionWatch
from telemetry.reckoning import DeadReckoning
from telemetry.sources import SOURCES_MAX, names_of
from telemetry.utcwatch import UtcWatch

LOOK_S: Final = 1.0
"""How often the believed values are looked at: alarms of an engine room are judged each second."""
COMPARED: Final[dict[Quantity, tuple[tuple[str, ...], str, str]]] = {
    "position": (("NAV_LAT", "NAV_LON"), "position-disagree", "m"),
    "heading": (("NAV_HDG",), "heading-disagree", "deg"),
    "speed": (("NAV_SOG",), "speed-disagree", "kn"),
}
"""{quantity: (channels that make it, kind of alert, unit)}"""


FROM_SATELLITES: Final = frozenset({"NAV_LAT", "NAV_LON", "NAV_SOG", "NAV_COG"})
"""What a receiver whose position is doubted is not believed for either."""
OF_RECEIVERS: Final = FROM_SATELLITES | {"NAV_UTC"}
MOMENTS_MAX: Final = 16
"""Moments remembered: each is asked about some times while it is heard."""
DOUBTS: Final[tuple[Doubt, ...]] = ("position-jump", "position-frozen", "position-drag", "gnss-time")

DOUBTED_MAX: Final = 50
"""Most AIS targets doubted at once; a swarm of ghosts is told by the first fifty."""
DOUBTED_S: Final = 60.0
"""A target is doubted for this long after its last impossible report: ships under way report each 2 to 10 s."""


@dataclass(frozen=True, slots=True)
class IntegrityRules:
    """What the watch judges by."""

    agreement: AgreementLimits = field(default_factory=AgreementLimits)
    plausibility: PlausibilityLimits = field(default_factory=PlausibilityLimits)
    length_m: float = 100.0
    """The ship's length: how far she slips in a turn."""
    unwatched: frozenset[str] = frozenset()
    """Inputs whose positions are not held against the ship's own way: recordings, which run at a speed of their own."""
    lists: Mapping[str, LineList] = field(default_factory=dict[str, LineList])
    """What may come over an input, by its name."""
    ranking: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Sources by channel, best first: one that is not among them is told."""
    ghosts: GhostLimits = field(default_factory=GhostLimits)
    mmsi: int = 0
    """Own number; 0: not known."""


class Integrity:
    """Watches one picture."""

    def __init__(self, channels: Mapping[str, Channel], rules: IntegrityRules) -> None:
        """Watch the channels of `channels` by `rules`."""
        self._rules = rules
        self._agreement = Agreement(rules.agreement)
        self._reckoning = DeadReckoning(rules.length_m)
        self._positions: dict[str, PositionWatch] = {}
        self.lines = LineWatch(rules.lists)
        self.utc = UtcWatch()
        """Whether the agent's own UTC may be believed."""
        self._ghosts = GhostWatch(rules.mmsi, rules.ghosts)
        self._doubted: dict[int, tuple[float, GhostReason]] = {}
        self._limits = LimitWatch(channels)
        self._freezing = [name for name, channel in channels.items() if channel.frozen_s is not None]
        self.alerts = DataAlerts()
        self._looked_s: float | None = None
        self._left: set[str] = set()
        self._lines_told: set[tuple[LineFinding, str]] = set()

    def receive(self, readings: list[Reading], source: str, picture: Picture, now_s: float) -> list[Reading]:
        """Return the readings of one sentence of `source` as they may be believed, before `picture` takes them.

        What a receiver says of a position that is doubted is INVALID: it carries no value, so that no interlock can use it.
        """
        if self._rules.ranking:
            self._tell_unranked(readings, source, now_s)
        for channel, value, _, _ in readings:
            if channel in OF_RECEIVERS and value is not None:
                return self._plausible(readings, source, picture, now_s)
        return readings

    def _tell_unranked(self, readings: list[Reading], source: str, now_s: float) -> None:
        for reading in readings:
            ranked = self._rules.ranking.get(reading.channel)
            if ranked is not None and source not in ranked and not any(name in ranked for name in names_of(source)):
                self.lines.tell_unranked(reading.channel, source, now_s)

    def _plausible(self, readings: list[Reading], source: str, picture: Picture, now_s: float) -> list[Reading]:
        """Return what a receiver gave, without the values while its position is doubted."""
        found = {reading.channel: reading for reading in readings if reading.value is not None}
        watch = self._position_watch(source, is_position="NAV_LAT" in found)
        if watch is None:
            return readings
        utc_s = _utc_s(found.get("NAV_UTC"))
        if utc_s is not None:
            watch.clock(utc_s, now_s)
        latitude, longitude = found.get("NAV_LAT"), found.get("NAV_LON")
        if latitude is not None and longitude is not None:
            self._reckon(picture, now_s)
            watch.receive(float(latitude.value or 0.0), float(longitude.value or 0.0), now_s)
        return [_doubted(reading) for reading in readings] if watch.doubt else readings

    def receive_utc(self, reading: Reading, source: str, picture: Picture, now_s: float) -> None:
        """Take a receiver's word on our own clock, as it was told: a clock that is years off would call it INVALID.

        It counts from a receiver whose position is watched and not doubted, and which is the one believed where there are
        several; a date of before EARLIEST_NS is a receiver's error.
        """
        watch, utc_s = self._positions.get(source), _utc_s(reading)
        latest = picture.latest(reading.channel, now_s)
        is_believed = latest is None or latest.source == source
        if watch is not None and not watch.doubt and is_believed and utc_s is not None and utc_s * 1e9 >= EARLIEST_NS:
            self.utc.receive(utc_s, now_s)

    def receive_target(self, fix: TargetFix, picture: Picture, now_s: float) -> GhostReason | None:
        """Take an AIS report; return why it cannot be true, which an alert tells as well. Nothing is hidden for it."""
        latitude, longitude = picture.good_number("NAV_LAT", now_s), picture.good_number("NAV_LON", now_s)
        own = None if latitude is None or longitude is None else (latitude, longitude)
        reason = self._ghosts.receive(fix, own, now_s)
        if reason is not None and (fix.mmsi in self._doubted or len(self._doubted) < DOUBTED_MAX):
            self._doubted[fix.mmsi] = (now_s, reason)
        return reason

    def doubt_of(self, mmsi: int, now_s: float) -> GhostReason | None:
        """Return why what a target says cannot be true, as long as the doubt lasts; None without one."""
        at_s, reason = self._doubted.get(mmsi, (-math.inf, None))
        return reason if now_s - at_s <= DOUBTED_S else None

    def _tell_lines_and_ghosts(self, now_s: float) -> None:
        found = self.lines.findings(now_s)
        for finding, subject in self._lines_told | set(found):
            self.alerts.want(finding, subject, active=(finding, subject) in found, now_s=now_s)
        self._lines_told = {key for key in self._lines_told | set(found) if self.alerts.knows(*key)}
        for mmsi, (at_s, reason) in list(self._doubted.items()):
            is_doubted = now_s - at_s <= DOUBTED_S
            self.alerts.want("ais-doubt", f"{mmsi:09d}", active=is_doubted, now_s=now_s, detail=reason)
            if not is_doubted and not self.alerts.knows("ais-doubt", f"{mmsi:09d}"):
                del self._doubted[mmsi]

    def _position_watch(self, source: str, *, is_position: bool) -> PositionWatch | None:
        watch = self._positions.get(source)
        is_watched = is_position and self._rules.unwatched.isdisjoint(names_of(source))
        if watch is None and is_watched and len(self._positions) < SOURCES_MAX:
            watch = self._positions[source] = PositionWatch(self._reckoning, self._rules.plausibility)
        return watch

    def _reckon(self, picture: Picture, now_s: float) -> None:
        """Carry the dead reckoning on; with headings that disagree there is none."""
        heading_deg = None if self._agreement.found("heading") else picture.good_number("NAV_HDG", now_s)
        speed_kn, across_kn = picture.good_number("NAV_STW", now_s), picture.good_number("NAV_STWT", now_s)
        self._reckoning.receive(now_s, heading_deg, speed_kn, across_kn)

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return what sources disagree about, as of the last tick."""
        found = (self._agreement.found(quantity) for quantity in APART)
        return tuple(each for each in found if each is not None)

    def tick(self, picture: Picture, now_s: float) -> tuple[DataAlert, ...]:
        """Look at the picture, at most once a LOOK_S; return the alerts raised or rectified since the last call."""
        if self._looked_s is None or now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            self._compare(picture, now_s)
            self._tell_switches(picture.fallen_back(now_s), now_s)
            for source, watch in self._positions.items():
                for doubt in DOUBTS:
                    self.alerts.want(doubt, source, active=watch.doubt == doubt, now_s=now_s, detail=watch.detail)
            self._tell_lines_and_ghosts(now_s)
            self.alerts.want("utc-doubt", "clock", active=not self.utc.is_trusted, now_s=now_s, detail=self.utc.detail)
            facts = picture.facts(now_s)
            for name in self._freezing:
                is_frozen = name in facts and facts[name].quality is Quality.FROZEN
                self.alerts.want("channel-frozen", name, active=is_frozen, now_s=now_s)
            for crossing in self._limits.receive(facts, now_s):
                self.alerts.want(
                    crossing.kind, crossing.channel, active=crossing.is_beyond, now_s=now_s, detail=crossing.detail
                )
        return self.alerts.outbox()

    def _compare(self, picture: Picture, now_s: float) -> None:
        for quantity, (channels, kind, unit) in COMPARED.items():
            found = self._agreement.receive(quantity, _good(picture, channels, now_s), now_s)
            detail = "" if found is None else f"{found.first} {found.second} {found.apart:.0f} {unit}"
            self.alerts.want(kind, "sources", active=found is not None, now_s=now_s, detail=detail)

    def _tell_switches(self, fallen_back: Mapping[str, tuple[str, str]], now_s: float) -> None:
        """One alert for each source that was left for a worse one, whatever the number of its channels (ALT-09)."""
        left: dict[str, list[str]] = defaultdict(list)
        taken: dict[str, str] = {}
        for channel, (before, after) in fallen_back.items():
            left[before].append(channel)
            taken[before] = after
        for source in self._left | set(left):
            detail = f"now {taken[source]} for {' '.join(sorted(left[source]))}" if source in left else ""
            self.alerts.want("source-switch", source, active=source in left, now_s=now_s, detail=detail)
        self._left |= set(left)


def _doubted(reading: Reading) -> Reading:
    if reading.channel not in FROM_SATELLITES:
        return reading
    return Reading(reading.channel, None, reading.unit, Quality.INVALID)


def _utc_s(reading: Reading | None) -> float | None:
    """Return seconds since 1970 of a NAV_UTC reading; None where there is none, or in a leap second."""
    return _moment_s(reading.value) if reading is not None and isinstance(reading.value, str) else None


@lru_cache(MOMENTS_MAX)
def _moment_s(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _good(picture: Picture, channels: tuple[str, ...], now_s: float) -> dict[str, Place]:
    """Return the numbers of `channels` of each source that has all of them GOOD."""
    found: dict[str, dict[str, float]] = {}
    for channel in channels:
        for latest in picture.all_sources(channel, now_s):
            if latest.quality is Quality.GOOD and isinstance(latest.value, float):
                found.setdefault(latest.source, {})[channel] = latest.value
    return {
        source: tuple(have[channel] for channel in channels)
        for source, have in found.items()
        if len(have) == len(channels)
    }
