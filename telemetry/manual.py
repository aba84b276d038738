"""Values entered by hand: who said so, when, and until when they hold. A measured value always goes before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from protocols.reading import Quality, Reading, Value
from telemetry.channel import Channel
from telemetry.derived import is_measured
from telemetry.picture import Picture


@dataclass(frozen=True, slots=True)
class ManualValue:
    """One value entered by hand."""

    channel: str
    value: Value
    """In the channel's unit."""
    who: str
    since_utc_ns: int
    until_utc_ns: int
    """From then on it is INVALID: nobody has looked since."""

    @property
    def source(self) -> str:
        """Name under which the picture knows it."""
        return f"manual/{self.who}"


class ManualEntries:
    """Gives the manual values of one vessel while they hold: those of the configuration, and those entered since."""

    def __init__(self, entries: Sequence[ManualValue], channels: Mapping[str, Channel]) -> None:
        """Know the entries whose channels are among `channels`."""
        self._channels = channels
        self._configured = [entry for entry in entries if entry.channel in channels]
        self._entered: dict[str, ManualValue] = {}
        self._told: dict[str, str] = {}
        """{channel: source under which a value was given last}"""

    def enter(self, entries: Sequence[ManualValue]) -> None:
        """Take what is entered at run time in the place of all that was; it goes before the configuration's."""
        self._entered = {entry.channel: entry for entry in entries if entry.channel in self._channels}

    def tick(self, picture: Picture, now_s: float, utc_ns: int) -> Iterator[tuple[str, Reading]]:
        """Yield (source, reading) for each entry that holds now, and INVALID for one that held and has run out or was ended."""
        holding = {
            entry.channel: entry
            for entry in (*self._configured, *self._entered.values())
            if entry.since_utc_ns <= utc_ns < entry.until_utc_ns
        }
        for channel, source in self._told.items():
            if channel not in holding or holding[channel].source != source:
                yield source, Reading(channel, None, self._channels[channel].unit, Quality.INVALID)
        for channel, entry in holding.items():
            if not is_measured(picture, channel, entry.source, now_s):
                self._told[channel] = entry.source
                yield entry.source, Reading(channel, entry.value, self._channels[channel].unit, Quality.MANUAL)
