"""Which source each channel is taken from, told so that nobody has to guess it (class demands 39, 41). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TELL_EVERY_S: Final = 10.0
"""Channels that are first heard are told together this often: a start is a few events, not one for each channel."""
CHANNELS_AT_ONCE: Final = 250
"""Most channels of one telling: 250 short ids take about 3 kB of the 64 kB of an event. The others come at the next look."""


class SourceTelling:
    """Remembers the source of each channel that was told last; what differs is due."""

    def __init__(self) -> None:
        """Begin with nothing told, and all of it due."""
        self._told: dict[str, str] = {}
        self._due_s: float | None = None

    def begin(self) -> None:
        """Tell all of it anew at the next look: who listens has forgotten what was told, as after each birth."""
        self._told.clear()
        self._due_s = None

    def switched(self, channel: str, source: str) -> None:
        """Note that `channel` was told to come from `source` now, by an event of its own."""
        self._told[channel] = source

    def is_due(self, now_s: float) -> bool:
        """Return whether `tick` would look, at most every TELL_EVERY_S: to gather what is believed is not free."""
        return self._due_s is None or now_s >= self._due_s

    def tick(self, believed: Mapping[str, str], now_s: float) -> dict[str, list[str]]:
        """Return {source: its channels} of what is believed and was not told so; empty where nothing is due."""
        if not self.is_due(now_s):
            return {}
        untold = [channel for channel, source in believed.items() if self._told.get(channel) != source]
        told: dict[str, list[str]] = {}
        for channel in untold[:CHANNELS_AT_ONCE]:
            self._told[channel] = believed[channel]
            told.setdefault(believed[channel], []).append(channel)
        if believed:
            self._due_s = None if len(untold) > CHANNELS_AT_ONCE else now_s + TELL_EVERY_S
        return told
