"""What is in a recording: each line with its readings or its reason, and the totals of all.

Recordings come with TAG blocks, with receiver's trailers (`...*5C,...,1325394060`), with comments (`#`), or bare. The time
of a line is its TAG block's `c`, the trailer's last Unix time, or else the UTC that the sentences themselves tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from protocols.ais.reader import BAD_FIELDS, AisReader
from protocols.ais.report import AisReport
from protocols.nmea0183.sentence import Rejected, Sentence, parse_line, readings
from protocols.nmea0183.typed import fields_of
from protocols.nmea2000.recording import Group, GroupReader
from protocols.reading import Reading

TRAILER_TIME_DIGITS: Final = 10
MMSI_MAX: Final = 1_000_000
"""Distinct MMSI counted; a year of a busy coast hears some 50,000."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a recording."""

    sentence: Sentence | None
    rejected: str
    """Why the line gives nothing; empty when it is a known sentence."""
    text: str
    """The line where it was rejected, or what the AIS decoder says against it."""
    readings: list[Reading]
    ais: AisReport | None
    """The message that this line completes; None for other sentences and for all parts but the last."""
    group: Group | None = None
    """A frame or a message of NMEA 2000; then there is no sentence."""


@dataclass(slots=True)
class Totals:
    """Counts over a recording."""

    lines: int = 0
    sentences: int = 0
    """Good framing and a good or absent checksum, of known formatters or not."""
    no_checksum: int = 0
    rejected: Counter[str] = field(default_factory=Counter[str])
    by_sentence: Counter[str] = field(default_factory=Counter[str])
    by_group: Counter[int] = field(default_factory=Counter[int])
    """Messages of NMEA 2000 by the number of their group."""
    fast_packets_lost: int = 0
    ais_by_type: Counter[int] = field(default_factory=Counter[int])
    ais_undecoded: Counter[str] = field(default_factory=Counter[str])
    ais_faults: Counter[str] = field(default_factory=Counter[str])
    """Fields of AIS messages out of range or cut off; the rest of the message was read."""
    mmsi: set[int] = field(default_factory=set[int])
    first_time: str | None = None
    last_time: str | None = None


class RecordingReader:
    """Reads a recording line by line; never raises."""

    def __init__(self) -> None:
        """Begin with an empty count."""
        self.totals = Totals()
        self._ais_reader = AisReader()
        self._groups = GroupReader()
        self._line_time: str | None = None
        self._own_first: str | None = None
        self._own_last: str | None = None

    def read(self, raw: bytes) -> Line:
        """Return what the line `raw` (with or without its line end) holds."""
        self.totals.lines += 1
        stripped = raw.strip()
        if not stripped or stripped.startswith(b"#"):
            return self._reject("comment" if stripped else "empty", stripped.decode("utf-8", "replace"))
        parsed = parse_line(stripped)
        if isinstance(parsed, Rejected):
            group = self._groups.read(stripped)
            return self._reject(parsed.reason, parsed.text) if group is None else self._group(group, parsed.text)
        self._count(parsed)
        if parsed.formatter in ("VDM", "VDO"):
            return self._ais(parsed)
        found = readings(parsed)
        if isinstance(found, str):
            self.totals.rejected[found] += 1
            return Line(parsed, found, stripped.decode("ascii", "replace"), [], None)
        self._own_time(found)
        return Line(parsed, "", "", found, None)

    def finish(self) -> Totals:
        """Return the totals at the end; parts of AIS messages that never came whole are counted."""
        assembler = self._ais_reader.assembler
        self.totals.fast_packets_lost = self._groups.lost_count
        self.totals.ais_faults = self._ais_reader.faults
        orphans = assembler.orphan_count + assembler.waiting_count
        if orphans:
            self.totals.ais_undecoded["orphan part"] = orphans
        if self.totals.first_time is None:
            self.totals.first_time, self.totals.last_time = self._own_first, self._own_last
        return self.totals

    def _reject(self, reason: str, text: str) -> Line:
        self.totals.rejected[reason] += 1
        return Line(None, reason, text, [], None)

    def _count(self, sentence: Sentence) -> None:
        self.totals.sentences += 1
        self.totals.no_checksum += not sentence.has_checksum
        self.totals.by_sentence[sentence.address] += 1
        self._heard_at(_line_time(sentence))

    def _heard_at(self, time: str | None) -> None:
        if time is not None:
            self.totals.first_time = min(time, self.totals.first_time or time)
            self.totals.last_time = max(time, self.totals.last_time or time)

    def _group(self, group: Group, text: str) -> Line:
        self._heard_at(group.frame.utc if "T" in group.frame.utc else None)
        if group.reason:
            self.totals.rejected[group.reason] += 1
            return Line(None, group.reason, text, [], None, group)
        if group.heard is None:
            return Line(None, "", "", [], None, group)
        self.totals.by_group[group.frame.pgn] += 1
        self._own_time(group.heard.readings)
        if group.heard.report is not None:
            self._ship(group.heard.report)
        return Line(None, "", "", group.heard.readings, group.heard.report, group)

    def _ais(self, sentence: Sentence) -> Line:
        source = "" if sentence.tag is None or sentence.tag.source is None else sentence.tag.source
        report = self._ais_reader.receive(source, sentence.formatter, sentence.fields)
        if report is None:
            return Line(sentence, "", "", [], None)
        if report == BAD_FIELDS:
            self.totals.rejected["fields"] += 1
            return Line(sentence, "fields", BAD_FIELDS, [], None)
        if isinstance(report, str):
            self.totals.ais_undecoded[report] += 1
            return Line(sentence, "", report, [], None)
        self._ship(report)
        return Line(sentence, "", "", [], report)

    def _ship(self, report: AisReport) -> None:
        self.totals.ais_by_type[report.type] += 1
        if len(self.totals.mmsi) < MMSI_MAX:
            self.totals.mmsi.add(report.mmsi)

    def _own_time(self, found: list[Reading]) -> None:
        for reading in found:
            if reading.channel == "NAV_UTC" and isinstance(reading.value, str):
                self._own_first = self._own_first or reading.value
                self._own_last = reading.value


def _line_time(sentence: Sentence) -> str | None:
    """Return the UTC at which the line was received, as ISO 8601 text; None where it does not say."""
    seconds = None if sentence.tag is None else sentence.tag.time_s
    if seconds is None and sentence.trailer:
        last = sentence.trailer.rpartition(",")[2]
        seconds = float(last) if last.isdecimal() and len(last) == TRAILER_TIME_DIGITS else None
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return None


def line_json(number: int, line: Line) -> dict[str, object]:
    """Return one object of `farhelm decode --format jsonl`; `number` counts lines from 1."""
    found: dict[str, object] = {"line": number}
    if line.group is not None and not line.rejected:
        found |= line.group.plain()
    elif line.rejected or line.sentence is None:
        return {"line": number, "rejected": line.rejected, "text": line.text}
    else:
        found |= {"sentence": line.sentence.formatter, "talker": line.sentence.talker, **_fields_json(line.sentence)}
    found["readings"] = [
        {"channel": r.channel, "value": r.value, "unit": r.unit, "quality": r.quality.name.lower()}
        for r in line.readings
    ]
    if line.ais is not None:
        found["ais"] = line.ais.plain()
    elif line.text:
        found["ais_problem"] = line.text
    return found


def _fields_json(sentence: Sentence) -> dict[str, object]:
    """Return all typed fields and why others have no value; the bare texts where the sentence has no form."""
    typed = fields_of(sentence)
    if typed is None:
        return {"fields": sentence.fields}
    faults = {name: fault.value for name, fault in typed.faults.items()}
    return {"fields": typed.values, "faults": faults} if faults else {"fields": typed.values}


def totals_json(totals: Totals, lines_per_cpu_s: float | None) -> dict[str, object]:
    """Return the object of `farhelm decode --format summary`."""
    return {
        "lines": totals.lines,
        "sentences": totals.sentences,
        "no_checksum": totals.no_checksum,
        "rejected": dict(sorted(totals.rejected.items())),
        "by_sentence": dict(sorted(totals.by_sentence.items(), key=lambda item: (-item[1], item[0]))),
        "by_group": {str(number): count for number, count in sorted(totals.by_group.items())},
        "fast_packets_lost": totals.fast_packets_lost,
        "ais_by_type": {str(number): count for number, count in sorted(totals.ais_by_type.items())},
        "ais_undecoded": dict(sorted(totals.ais_undecoded.items())),
        "ais_faults": dict(sorted(totals.ais_faults.items())),
        "mmsi": len(totals.mmsi),
        "first_time": totals.first_time,
        "last_time": totals.last_time,
        "lines_per_cpu_s": lines_per_cpu_s,
    }
