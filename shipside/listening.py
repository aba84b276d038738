"""From lines to the picture: what both processes aboard do with what their inputs give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from protocols.nmea0183.datagram import LineCounter
from protocols.nmea0183.grouping import GroupAssembler
from protocols.nmea0183.moment import is_rolled_over, judged
from protocols.nmea0183.sender import Senders
from protocols.nmea0183.sentence import Rejected, Sentence, parse_line, readings
from protocols.nmea0183.summed import Summed
from protocols.reading import Reading
from shipside.config import AgentConfig
from shipside.ports import Clock, InputFacts, TakeLines
from telemetry.agreement import Disagreement
from telemetry.alerts import DataAlert
from telemetry.derived import SOURCE as DERIVED_SOURCE
from telemetry.derived import Deriver
from telemetry.ghosts import TargetFix
from telemetry.health_channels import SourceCounts
from telemetry.integrity import Integrity
from telemetry.manual import ManualEntries, ManualValue
from telemetry.picture import Picture
from telemetry.sources import SourceSelector

if TYPE_CHECKING:  # their tables are loaded where a ship has a bus, see `_bus_lines`
    from protocols.ais.report import AisReport
    from protocols.nmea2000.heard import N2kLines

AIS: Final = ("VDM", "VDO")
TRACKED: Final = ("TTM", "TTD", "TLL")
ALERTS: Final = ("ALR", "ALF", "ALC", "ARC")
GROUPED: Final = frozenset({*TRACKED, *ALERTS})
"""Messages of several sentences that a TAG block may number; they are taken in their order, once all are there."""
HANDED_OVER: Final = GROUPED | frozenset(AIS)
UTC: Final = "NAV_UTC"
"""The channel of a receiver's date, which week roll-over and dead batteries make wrong."""
FAULT_REASON: Final = "fault"
"""Why a line gave nothing that met a fault of our own program."""
OWN: Final = "agent"
"""Source of what the agent says of itself."""
DERIVE_S: Final = 1.0
"""How often channels are derived: as often as wind, log and receivers speak."""
TakeSentence = Callable[[str, str, Sentence], None]
"""Takes a sentence: of which input, of which speaker (the input, and the sender where its lines say one), and itself."""
TakeReport: TypeAlias = "Callable[[AisReport], None]"
Met = Callable[[str, Exception], None]
"""Takes a fault of our program: of which input the line was, and the error."""
Parse = Callable[[Sequence[bytes]], Iterable[Sentence | Rejected]]
"""From the lines of one read to what each of them is, in their order."""


def one_by_one(lines: Sequence[bytes]) -> Iterable[Sentence | Rejected]:
    """Return what each line is; who has numpy does it faster, by `protocols.nmea0183.batch`."""
    return map(parse_line, lines)


class Listening:
    """Parses lines and polled values into one picture; one bad line costs itself and is counted by its reason."""

    def __init__(self, config: AgentConfig, clock: Clock, takers: Mapping[str, TakeSentence] | None = None,
                 take_report: TakeReport | None = None, parse: Parse = one_by_one) -> None:  # fmt: skip
        """Listen for the channels of the catalogue.

        Sentences of AIS, of tracked targets and of alerts go to those who take their formatters, AIS groups to
        `take_report`, or nowhere.
        """
        self._clock, self._parse = clock, parse
        self._takers = dict(takers or {})
        self._take_report = take_report
        self._groups: dict[str, GroupAssembler[Sentence]] = {}
        self._senders: dict[str, Senders] = {}
        self._summed: dict[str, Summed] = {}
        self._buses = frozenset(entry.name for entry in config.inputs if entry.protocol == "nmea2000")
        self.n2k = _bus_lines() if self._buses else None
        self.picture = Picture(config.catalogue.by_id, SourceSelector(config.ranking, config.hold_off_s))
        self.rejected: dict[str, Counter[str]] = {}
        """Lines that gave nothing: by input, by reason."""
        self.lost: dict[str, LineCounter] = {}
        """Lines lost by the numbers of their TAG blocks, by input."""
        self.met: Met | None = None
        """Told when a line or value of an input meets a fault of ours, which then costs it alone; None: it is raised."""
        self._deriver = Deriver(config.catalogue.by_id)
        self._manual = ManualEntries(config.manual, config.catalogue.by_id)
        self._derive_due_s = 0.0
        self._integrity = Integrity(config.catalogue.by_id, config.integrity)

    def lines_taker(self, source: str) -> TakeLines:
        """Return what takes the lines of the input called `source`."""
        return lambda lines: self.take_lines(source, lines)

    def take_line(self, source: str, line: bytes) -> None:
        """Take one line of the input called `source`."""
        self.take_lines(source, (line,))

    def take_lines(self, source: str, lines: Sequence[bytes]) -> None:
        """Take the lines of one read of the input called `source`: they came at one moment, which is now."""
        left = self._take_to_fault(source, lines)
        while left:
            left = self._take_to_fault(source, left)

    def _take_to_fault(self, source: str, lines: Sequence[bytes]) -> Sequence[bytes]:
        """Take lines; return those behind one that met a fault of ours, which cost it alone. None are left where none did."""
        taken = 0
        try:
            if self.n2k is not None and source in self._buses:
                for line in lines:
                    self._take_frame(self.n2k, source, line)
                    taken += 1
                return ()
            now_s, utc_ns = self._clock.now_s(), self._clock.utc_ns()
            for sentence in self._parsed(source, lines):
                if isinstance(sentence, Sentence):
                    self._take_sentence(source, sentence, now_s, utc_ns)
                else:
                    self.reject(source, sentence.reason)
                taken += 1
        except Exception as error:  # noqa: BLE001 - a fault of ours costs the line, where somebody is told of it
            self._meet(source, error)
            self.reject(source, FAULT_REASON)
            return lines[taken + 1 :]
        return ()

    def _parsed(self, source: str, lines: Sequence[bytes]) -> Iterable[Sentence | Rejected]:
        try:
            return self._parse(lines)
        except Exception as error:  # noqa: BLE001 - likewise
            self._meet(source, error)
            return one_by_one(lines)  # none was taken yet: only the one that it cannot read is lost

    def _meet(self, source: str, error: Exception) -> None:
        """Tell of a fault of ours, where somebody is to be told and goes on; raise it otherwise."""
        if self.met is None:
            raise error
        self.met(source, error)

    def _take_sentence(self, source: str, sentence: Sentence, now_s: float, utc_ns: int) -> None:
        talker, formatter, _, tag, has_checksum, *_ = sentence
        sender = ""
        if tag is not None:
            self.lost.setdefault(source, LineCounter()).receive(tag)
            sender = self._senders.setdefault(source, Senders()).of(tag)
        summed = self._summed.get(source)
        if summed is None:
            summed = self._summed[source] = Summed()
        if not summed.is_whole(talker, formatter, now_s, has_checksum=has_checksum):
            self.reject(source, "checksum")
            return
        if not self._integrity.lines.receive(source, talker, formatter, now_s, sender):
            self.reject(source, "unlisted")
            return
        speaker = f"{source}:{sender}" if sender else source
        is_grouped = formatter in GROUPED
        if is_grouped or (tag is not None and tag.group is not None):
            self._hand_over_group(source, speaker, sentence, is_used=not is_grouped)
        if formatter in AIS:
            self._hand_over(source, speaker, sentence)
        if formatter in HANDED_OVER:
            return
        found = readings(sentence)
        if isinstance(found, str):
            self.reject(source, found)
        elif found:
            self._receive(found, f"{speaker}/{talker}", now_s, utc_ns)

    def _hand_over(self, source: str, speaker: str, sentence: Sentence) -> None:
        """Give a sentence that is no reading to whoever takes its kind; AIS has numbers of its own and puts itself together."""
        take = self._takers.get(sentence.formatter)
        if take is not None:
            take(source, speaker, sentence)

    def _hand_over_group(self, source: str, speaker: str, sentence: Sentence, *, is_used: bool) -> None:
        """Give the lines of a group, once all are there, each to who takes its kind; one `is_used` already keeps its place."""
        groups = self._groups.setdefault(source, GroupAssembler())
        for each in groups.receive(sentence.tag, None if is_used else sentence, speaker) or ():
            self._hand_over(source, speaker, each)

    def _take_frame(self, lines: N2kLines, source: str, line: bytes) -> None:
        """Take one line of an input of NMEA 2000; groups that feed nothing are no fault."""
        heard = lines.receive(source, line)
        if isinstance(heard, str):
            self.reject(source, heard)
        elif heard is not None:
            what = str(heard.message.pgn.number) if heard.report is None else AIS[0]  # both come as the sea has it
            now_s = self._clock.now_s()
            self._integrity.lines.receive(source, heard.speaker, what, now_s)
            if heard.report is None:
                self._receive(heard.readings, f"{source}/{heard.speaker}", now_s, self._clock.utc_ns())
            elif self._take_report is not None:
                self._take_report(heard.report)

    def reject(self, source: str, reason: str) -> None:
        """Count a line of the input called `source` that gave nothing."""
        self.rejected.setdefault(source, Counter())[reason] += 1

    def take_polled(self, source: str) -> Callable[[Reading], None]:
        """Return what takes the readings of the Modbus unit called `source`."""

        def take(reading: Reading) -> None:
            now_s = self._clock.now_s()
            try:
                self._integrity.lines.receive(source, "", reading.channel, now_s)
                self._receive([reading], source, now_s, self._clock.utc_ns())
            except Exception as error:  # noqa: BLE001 - likewise
                self._meet(source, error)
                self.reject(source, FAULT_REASON)

        return take

    def take_target(self, fix: TargetFix, now_s: float) -> str | None:
        """Judge an AIS report; return why its target is doubted, which is shown all the same. An alert tells it too."""
        self._integrity.receive_target(fix, self.picture, now_s)
        return self._integrity.doubt_of(fix.mmsi, now_s)

    def doubt_of(self, mmsi: int) -> str | None:
        """Return why an AIS target is doubted now, as `telemetry.ghosts` names it; None when it is not."""
        return self._integrity.doubt_of(mmsi, self._clock.now_s())

    def take_own(self, readings: Iterable[Reading]) -> None:
        """Take what the agent says of itself; there is nothing to hold it against."""
        now_s, utc_ns = self._clock.now_s(), self._clock.utc_ns()
        for reading in readings:
            self.picture.receive(reading, OWN, now_s, utc_ns)

    def counts(self, facts: InputFacts) -> SourceCounts:
        """Return what is known of a source, by its own word and by what its lines gave."""
        errors = facts.rejected_count + sum(self.rejected.get(facts.name, Counter()).values())
        numbered = self.lost.get(facts.name)
        grouped = self._groups.get(facts.name)
        lost = facts.lost_count + (numbered.lost_count if numbered else 0) + (grouped.lost_count if grouped else 0)
        return SourceCounts(facts.name, facts.lines_count, errors, lost, facts.last_line_s)

    def derive(self, now_s: float) -> None:
        """Put into the picture what is derived from it and what was entered by hand, at most once a DERIVE_S."""
        if now_s < self._derive_due_s:
            return
        utc_ns = self._clock.utc_ns()
        for source, reading in self._manual.tick(self.picture, now_s, utc_ns):
            self.picture.receive(reading, source, now_s, utc_ns)
        self.derive_again(now_s, utc_ns)

    def derive_again(self, now_s: float, utc_ns: int) -> None:
        """Put into the picture what is derived from it, likewise: of lines of before, in which nothing was entered by hand."""
        if now_s < self._derive_due_s:
            return
        self._derive_due_s = now_s + DERIVE_S
        for reading in self._deriver.tick(self.picture, now_s):
            self.picture.receive(reading, DERIVED_SOURCE, now_s, utc_ns)

    def enter_manual(self, values: Sequence[ManualValue]) -> None:
        """Take the values that were entered by hand at run time in the place of all that were."""
        self._manual.enter(values)

    @property
    def counters(self) -> Deriver:
        """What counts distance and fuel."""
        return self._deriver

    @property
    def is_utc_trusted(self) -> bool:
        """Whether our own UTC may be believed, as of the last `watch_utc`."""
        return self._integrity.utc.is_trusted

    def watch_utc(self, now_s: float) -> None:
        """Look at our own UTC; no timer rests on it. To be called at once after `now_s` was read, before any work."""
        self._integrity.utc.tick(self._clock.utc_ns() / 1e9, now_s)

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return what independent sources disagree about, as of the last look at the data."""
        return self._integrity.disagreements()

    def data_alerts(self, now_s: float) -> tuple[DataAlert, ...]:
        """Return the alerts about data that were raised or rectified since the last call."""
        return self._integrity.tick(self.picture, now_s)

    def _receive(self, found: list[Reading], source: str, now_s: float, utc_ns: int) -> None:
        for place, reading in enumerate(found):
            if reading[0] == UTC:
                found[place] = self._dated(reading, source, now_s, utc_ns)
        for reading in self._integrity.receive(found, source, self.picture, now_s):
            self.picture.receive(reading, source, now_s, utc_ns)

    def _dated(self, reading: Reading, source: str, now_s: float, utc_ns: int) -> Reading:
        """Return a receiver's moment as it may be believed; its word on our own clock counts unless its weeks rolled over."""
        if not is_rolled_over(reading, utc_ns):
            self._integrity.receive_utc(reading, source, self.picture, now_s)
        return judged(reading, utc_ns)


def _bus_lines() -> N2kLines:
    """Return what reads NMEA 2000: its tables are 5 MB of a process, paid by ships that have a bus."""
    from protocols.nmea2000.heard import N2kLines  # noqa: PLC0415 - as it says

    return N2kLines()
