"""Who speaks on an input, and how often: what is on no list, who is new, and who speaks too often (reliability.md D3).

An input is a wire that anybody aboard may tap. A list of what its instruments say shuts everything else out; without one,
only what changes against the first minutes can be told, and it is told, not shut out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

LineFinding = Literal["input-unlisted", "input-new-source", "input-rate"]

LEARN_S: Final = 300.0
"""An input is learned for this long from its first line: the slowest instrument speaks each minute."""
WINDOW_S: Final = 2.5
"""Time over which lines are counted; a burst is found in the second window at the latest, within 5 s."""
RATE_TIMES: Final = 1.5
RATE_MORE: Final = 2
"""Too often: in one window more than this many times, and this many lines more, than ever in a window while learning."""
FINDING_S: Final = 5.0
"""How long a finding holds after the last line that caused it."""
SPEAKERS_MAX: Final = 200
"""Most addresses known per input; 116,000 lines of a yacht have 15. Any further one is told as new, and not counted."""
UNEVEN: Final = frozenset({"VDM", "VDO", "TXT", "ALR", "ALF", "ALC", "ARC", "TTM", "TLL"})
"""Sentences that come as the sea has it: targets, alerts, texts. Their rate says nothing."""


@dataclass(frozen=True, slots=True)
class LineList:
    """What may come over an input; an empty list: anything."""

    talkers: frozenset[str] = frozenset()
    formatters: frozenset[str] = frozenset()

    def has(self, talker: str, formatter: str) -> bool:
        """Return whether the list lets the sentence pass."""
        is_talker = not self.talkers or talker in self.talkers
        return is_talker and (not self.formatters or formatter in self.formatters)


@dataclass(slots=True)
class _Speaker:
    began_s: float
    is_even: bool
    """Its rate says something."""
    is_first: bool
    """Its talker was heard from the first minutes on: it is never new."""
    count: int = 0
    most: int = 0
    """Most lines of one window while learning."""
    spare: float = 0.0
    """Lines that a silence before this window may have held back: a line that was stuck gives them all at once."""
    spoke_s: float = 0.0


@dataclass(slots=True)
class _Input:
    heard_first_s: float
    talkers: dict[str, float]
    """When each talker was heard first."""
    speakers: dict[str, _Speaker]


class LineWatch:
    """Watches the lines of every input; one look into a table a line."""

    def __init__(self, lists: Mapping[str, LineList]) -> None:
        """`lists`: what may come over an input, by its name."""
        self._lists = dict(lists)
        self._inputs: dict[str, _Input] = {}
        self._found: dict[tuple[LineFinding, str], float] = {}

    def receive(self, source: str, talker: str, formatter: str, now_s: float, sender: str = "") -> bool:
        """Take the address of one sentence of input `source`; False: it is on no list and must not be used.

        `sender`: who says it, where its line tells: each is known by itself, though it has the talker of another.
        """
        allowed = self._lists.get(source)
        if allowed is not None and not allowed.has(talker, formatter):
            self._tell("input-unlisted", f"{source}/{talker}{formatter}", now_s)
            return False
        heard = self._inputs.get(source)
        if heard is None:
            heard = self._inputs[source] = _Input(now_s, {}, {})
        is_learning = now_s - heard.heard_first_s < LEARN_S
        is_even = formatter not in UNEVEN
        who = f"{source}/{talker}"
        if sender and is_even:  # behind a receiver of AIS stand hundreds, and what they say comes as the sea has it
            who, talker = f"{source}:{sender}/{talker}", f"{sender}/{talker}"
        address = talker + formatter
        speaker = heard.speakers.get(address)
        if speaker is None or not speaker.is_first:
            self._judge_talker(who, talker, heard, now_s, is_learning=is_learning)
        if speaker is None:
            if len(heard.speakers) >= SPEAKERS_MAX:
                return True
            is_first = heard.talkers.get(talker) == heard.heard_first_s
            speaker = heard.speakers[address] = _Speaker(now_s, is_even, is_first, spoke_s=now_s)
        if speaker.is_even and not self._count(speaker, now_s, is_learning=is_learning):
            self._tell("input-rate", who + formatter, now_s)
        return True

    def findings(self, now_s: float) -> dict[tuple[LineFinding, str], float]:
        """Return {(finding, about what): when last} of the last FINDING_S; older ones are forgotten."""
        self._found = {key: at_s for key, at_s in self._found.items() if now_s - at_s <= FINDING_S}
        return self._found

    def _judge_talker(self, who: str, talker: str, heard: _Input, now_s: float, *, is_learning: bool) -> None:
        """A talker that comes later is told as new until it, too, has been heard for LEARN_S."""
        first_s = heard.talkers.get(talker)
        if first_s is None:
            if len(heard.talkers) < SPEAKERS_MAX:
                first_s = heard.talkers[talker] = now_s if not is_learning else heard.heard_first_s
            else:
                first_s = now_s
        if first_s > heard.heard_first_s and now_s - first_s < LEARN_S:
            self._tell("input-new-source", who, now_s)

    @staticmethod
    def _count(speaker: _Speaker, now_s: float, *, is_learning: bool) -> bool:
        """Count one line of `speaker`; return whether it speaks no more often than it used to."""
        silence_s = now_s - speaker.spoke_s
        speaker.spoke_s = now_s
        if now_s - speaker.began_s >= WINDOW_S:
            is_next = now_s - speaker.began_s < 2 * WINDOW_S
            speaker.began_s = speaker.began_s + WINDOW_S if is_next else now_s
            speaker.count, speaker.spare = 0, 0.0
        if silence_s > WINDOW_S:
            speaker.spare = speaker.most * silence_s / WINDOW_S
        speaker.count += 1
        if is_learning or not speaker.most:
            speaker.most = max(speaker.most, speaker.count)
            return True
        usual = speaker.most + speaker.spare
        return speaker.count <= usual * RATE_TIMES or speaker.count <= usual + RATE_MORE

    def tell_unranked(self, channel: str, source: str, now_s: float) -> None:
        """Take that `source` gave `channel`, whose list of sources does not name it."""
        self._tell("input-new-source", f"{source} {channel}", now_s)

    def _tell(self, finding: LineFinding, subject: str, now_s: float) -> None:
        if len(self._found) < SPEAKERS_MAX or (finding, subject) in self._found:
            self._found[(finding, subject)] = now_s
