"""What the ship knows of itself now: the latest value of each channel from the source that is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from protocols.reading import Quality, Reading, Value
from telemetry.channel import Channel
from telemetry.quality import aged, judged
from telemetry.sources import SOURCES_MAX, SourceSelector, SourceSwitch


class Latest(NamedTuple):
    """The latest reading of one channel; a tuple, because hundreds are made a second."""

    channel: str
    value: Value | None
    """None exactly when `quality` is INVALID or OUT_OF_RANGE; a STALE value is the last good one."""
    quality: Quality
    at_s: float
    """Monotonic seconds of its arrival."""
    utc_ns: int
    """UTC of its arrival, for the record."""
    source: str


class Picture:
    """Latest value per channel of one vessel; bounded by its catalogue, whatever arrives."""

    def __init__(self, channels: Mapping[str, Channel], selector: SourceSelector) -> None:
        """Know the channels of `channels` by short id; believe the sources as `selector` says."""
        self._channels = dict(channels)
        self._selector = selector
        self._latest: dict[str, Latest] = {}
        self._by_source: dict[str, dict[str, Latest]] = {}
        self._news: dict[str, None] = {}
        self._stale_told: dict[str, None] = {}
        self._unchanged: dict[tuple[str, str], tuple[Value | None, float]] = {}
        """By channel and source: what was said last that was new, and when."""
        self._unknown_count = 0

    @property
    def unknown_count(self) -> int:
        """Readings of channels that the catalogue does not have."""
        return self._unknown_count

    def receive(self, reading: Reading, source: str, now_s: float, utc_ns: int) -> None:
        """Take a reading that `source` gave at `now_s`."""
        short_id = reading[0]
        channel = self._channels.get(short_id)
        if channel is None:
            self._unknown_count += 1
            return
        true = judged(reading, channel)
        if channel.frozen_s is not None:
            true = self._thawed(true, channel, source, now_s)
        _, value, _, quality = true
        good = quality is Quality.GOOD or quality is Quality.MANUAL
        believed = self._selector.receive(short_id, source, now_s, channel.max_age_s, good=good)
        latest: Latest = tuple.__new__(Latest, (short_id, value, quality, now_s, utc_ns, source))
        self._keep(short_id, source, latest, believed=believed)

    def _thawed(self, reading: Reading, channel: Channel, source: str, now_s: float) -> Reading:
        """Return a GOOD reading as FROZEN where its source has said the same for longer than its channel allows."""
        if channel.frozen_s is None or reading.quality is not Quality.GOOD:
            return reading
        key = (channel.short_id, source)
        value, since_s = self._unchanged.get(key, (None, now_s))
        if value != reading.value:
            if key in self._unchanged or len(self._unchanged) < SOURCES_MAX * len(self._channels):
                self._unchanged[key] = (reading.value, now_s)
            return reading
        if now_s - since_s < channel.frozen_s:
            return reading
        return Reading(reading.channel, reading.value, reading.unit, Quality.FROZEN)

    def _keep(self, short_id: str, source: str, latest: Latest, *, believed: bool) -> None:
        sources = self._by_source.get(short_id)
        if sources is None:
            sources = self._by_source[short_id] = {}
        if source in sources or len(sources) < SOURCES_MAX:
            sources[source] = latest
        if believed:
            self._latest[short_id] = latest
            self._news[short_id] = None
            self._stale_told.pop(short_id, None)

    def latest(self, short_id: str, now_s: float) -> Latest | None:
        """Return the believed value of a channel with its quality at `now_s`; None when it never spoke."""
        held = self._latest.get(short_id)
        return None if held is None else self._as_of(held, now_s)

    def good_number(self, short_id: str, now_s: float) -> float | None:
        """Return the believed value of a channel where it is a number and GOOD at `now_s`; None otherwise."""
        held = self._latest.get(short_id)
        if held is None or held.quality is not Quality.GOOD or not isinstance(held.value, float):
            return None
        return held.value if now_s - held.at_s <= self._channels[short_id].max_age_s else None

    def all_sources(self, short_id: str, now_s: float) -> tuple[Latest, ...]:
        """Return the latest of each source of a channel, in order of first hearing, for comparing them (INT-12)."""
        return tuple(self._as_of(held, now_s) for held in self._by_source.get(short_id, {}).values())

    def take_news(self, now_s: float) -> tuple[Latest, ...]:
        """Return what is new since the last call: readings received, and channels that have just become stale."""
        for short_id, held in self._latest.items():
            if short_id not in self._stale_told and self._as_of(held, now_s).quality is Quality.STALE:
                self._stale_told[short_id] = None
                self._news[short_id] = None
        news = tuple(self._as_of(self._latest[short_id], now_s) for short_id in self._news)
        self._news = {}
        return news

    def outbox(self) -> tuple[SourceSwitch, ...]:
        """Return the switches of source since the last call, and forget them."""
        return self._selector.outbox()

    def believed(self) -> dict[str, str]:
        """Return {channel: source believed}, as `SourceSelector.believed` does."""
        return self._selector.believed()

    def fallen_back(self, now_s: float) -> dict[str, tuple[str, str]]:
        """Return {channel: (source left, source believed)}, as `SourceSelector.fallen_back` does."""
        return self._selector.fallen_back(now_s)

    def facts(self, now_s: float) -> dict[str, Latest]:
        """Return the believed value of every channel that ever spoke."""
        return {short_id: self._as_of(held, now_s) for short_id, held in self._latest.items()}

    def _as_of(self, held: Latest, now_s: float) -> Latest:
        quality = aged(held.quality, now_s - held.at_s, self._channels[held.channel])
        if quality is held.quality:
            return held
        return Latest(held.channel, held.value, quality, held.at_s, held.utc_ns, held.source)
