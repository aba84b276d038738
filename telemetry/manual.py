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
    """Gives the manual values of one vessel while they hold."""

    def __init__(self, entries: Sequence[ManualValue], channels: Mapping[str, Channel]) -> None:
        """Know the entries whose channels are among `channels`."""
        self._entries = [entry for entry in entries if entry.channel in channels]
        self._channels = channels
        self._told: set[str] = set()

    def tick(self, picture: Picture, now_s: float, utc_ns: int) -> Iterator[tuple[str, Reading]]:
        """Yield (source, reading) for each entry that holds now, and INVALID for one that held and has run out."""
        for entry in self._entries:
            unit = self._channels[entry.channel].unit
            if not entry.since_utc_ns <= utc_ns < entry.until_utc_ns:
                if entry.channel in self._told:
                    yield entry.source, Reading(entry.channel, None, unit, Quality.INVALID)
            elif not is_measured(picture, entry.channel, entry.source, now_s):
                self._told.add(entry.channel)
                yield entry.source, Reading(entry.channel, entry.value, unit, Quality.MANUAL)
