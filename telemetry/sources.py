"""Which of several sources of a channel is believed: ranked, quick to leave a silent one, slow to come back.

A source is named `input/talker` (gnss-fore/GP), `input:sender/talker` where its lines say who sends them (net:GP0001/GP), or
by its input or Modbus unit alone; a ranking may name it by all of it or by part, see `names_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

SOURCES_MAX: Final = 8
"""Most sources kept per channel; four receivers on two networks. The readings of any further one are not used."""
SWITCHES_MAX: Final = 256
"""Most switches waiting to be taken; the oldest is dropped and counted, for a flutter must not fill the memory."""


NAMES_MAX: Final = 1024
"""Sources whose names are remembered: a ship has some tens."""


@lru_cache(NAMES_MAX)
def names_of(source: str) -> tuple[str, ...]:
    """Return the names by which a source may be called: whole, without its sender, without its talker, its input alone."""
    speaker, _, talker = source.partition("/")
    name = speaker.partition(":")[0]
    return source, f"{name}/{talker}", speaker, name


@dataclass(frozen=True, slots=True)
class SourceSwitch:
    """A channel changed the source that is believed."""

    channel: str
    before: str
    after: str


@dataclass(slots=True)
class _Heard:
    good_at_s: float = -1e18
    good_since_s: float = -1e18


@dataclass(slots=True)
class _Choice:
    selected: str = ""
    best: str = ""
    """The best ranked source that was ever believed."""
    max_age_s: float = 0.0
    heard: dict[str, _Heard] = field(default_factory=dict[str, _Heard])


class SourceSelector:
    """Chooses a source per channel; the shell is told each switch."""

    def __init__(self, ranking: Mapping[str, tuple[str, ...]], hold_off_s: float) -> None:
        """`ranking` maps a channel, or `*` for all others, to its sources, best first; unlisted ones come after.

        A better source that returns must be good for `hold_off_s` seconds without a break before it is believed again.
        """
        self._ranking = dict(ranking)
        self._hold_off_s = hold_off_s
        self._choices: dict[str, _Choice] = {}
        self._switches: list[SourceSwitch] = []
        self._dropped_count = 0

    def receive(self, channel: str, source: str, now_s: float, max_age_s: float, *, good: bool) -> bool:
        """Note that `source` spoke; return True when its reading is the one to show."""
        choice = self._choices.get(channel)
        if choice is None:
            choice = self._choices[channel] = _Choice()
        choice.max_age_s = max_age_s
        heard = choice.heard.get(source)
        if heard is None:
            if len(choice.heard) >= SOURCES_MAX:
                return False
            heard = choice.heard[source] = _Heard()
        if good:
            if now_s - heard.good_at_s > max_age_s:
                heard.good_since_s = now_s
            heard.good_at_s = now_s
        if good and source != choice.selected and self._takes_over(channel, choice, source, now_s, max_age_s):
            self._select(channel, choice, source)
        return choice.selected in ("", source)

    def outbox(self) -> tuple[SourceSwitch, ...]:
        """Return the switches since the last call, and forget them."""
        switches, self._switches = tuple(self._switches), []
        return switches

    def selected(self, channel: str) -> str:
        """Return the source believed for `channel`; empty when none was good yet."""
        choice = self._choices.get(channel)
        return choice.selected if choice else ""

    def believed(self) -> dict[str, str]:
        """Return {channel: source believed} of every channel that has ever had a good one."""
        return {channel: choice.selected for channel, choice in self._choices.items() if choice.selected}

    def fallen_back(self, now_s: float) -> dict[str, tuple[str, str]]:
        """Return {channel: (source left, source believed)} where the best source once believed was left.

        A better ranked one counts as left until it is believed again, one of the same rank until it is good again.
        """
        return {
            name: (choice.best, choice.selected)
            for name, choice in self._choices.items()
            if choice.best != choice.selected and self._is_left(name, choice, now_s)
        }

    def _is_left(self, channel: str, choice: _Choice, now_s: float) -> bool:
        if self._rank(channel, choice.best) < self._rank(channel, choice.selected):
            return True
        return now_s - choice.heard[choice.best].good_at_s > choice.max_age_s

    def _takes_over(self, channel: str, choice: _Choice, source: str, now_s: float, max_age_s: float) -> bool:
        if not choice.selected or now_s - choice.heard[choice.selected].good_at_s > max_age_s:
            return True
        better = self._rank(channel, source) < self._rank(channel, choice.selected)
        return better and now_s - choice.heard[source].good_since_s >= self._hold_off_s

    def _rank(self, channel: str, source: str) -> int:
        ranked = self._ranking.get(channel, self._ranking.get("*", ()))
        names = names_of(source)
        return next((place for place, entry in enumerate(ranked) if entry in names), len(ranked))

    def _select(self, channel: str, choice: _Choice, source: str) -> None:
        before, choice.selected = choice.selected, source
        if not choice.best or self._rank(channel, source) < self._rank(channel, choice.best):
            choice.best = source
        if not before:
            return
        if len(self._switches) >= SWITCHES_MAX:
            del self._switches[0]
            self._dropped_count += 1
        self._switches.append(SourceSwitch(channel, before, source))
