"""Other ships: from AIS and radar sentences to the targets that are news, and to the judgement whether a report can be true."""

from __future__ import annotations

from typing import Final

from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from protocols.link.batch import TargetReport
from protocols.nmea0183.batch import parse_lines
from protocols.nmea0183.sentence import Sentence
from protocols.nmea0183.typed import fields_of
from protocols.reading import Quality
from shipside.config import AgentConfig
from shipside.listening import AIS, ALERTS, TRACKED, Listening, TakeSentence
from shipside.ports import Clock
from telemetry.equipment_alerts import EquipmentAlerts
from telemetry.ghosts import TargetFix
from telemetry.picture import Picture
from telemetry.targets import TargetTable
from telemetry.tracked import Own, Tracker, TrackLost

TARGETS_PER_BATCH: Final = 200
"""AIS targets of one batch: the busiest strait's news of 10 s."""


class Traffic:
    """Other ships as one vessel hears them, with what else she hears."""

    def __init__(self, config: AgentConfig, clock: Clock) -> None:
        """Listen for the vessel of `config`."""
        self._own_mmsi, self._clock = config.vessel.mmsi, clock
        self.equipment = EquipmentAlerts()
        """What equipment says of its own alerts."""
        by_kind = ((AIS, self._take), (TRACKED, self._take_tracked), (ALERTS, self._take_alert))
        takers: dict[str, TakeSentence] = {kind: take for kinds, take in by_kind for kind in kinds}
        self.listening = Listening(config, clock, takers, self._take_report, parse_lines)
        self._tracker = Tracker(tuple(entry.name for entry in config.inputs))
        self.targets, self.ais = TargetTable(), AisReader()
        self.heard_s: float | None = None
        """When AIS or a radar last said anything, of whomever, own ship included: somebody listens. None: not since the start."""

    def take_news(self, now_s: float) -> tuple[TargetReport, ...]:
        """Return what is new of the targets since the last call, TARGETS_PER_BATCH at most."""
        return self.targets.take_news(now_s, TARGETS_PER_BATCH)

    def _take(self, source: str, speaker: str, sentence: Sentence) -> None:
        """Take one AIS sentence."""
        report = self.ais.receive(speaker, sentence.formatter, sentence.fields)
        if isinstance(report, AisReport):
            self._take_report(report)
        elif report is not None:
            self.listening.reject(source, "ais")

    def _take_report(self, report: AisReport) -> None:
        """Take what an AIS message says of a target; own ship is none, nor is who sends a text or a number of nobody."""
        self.heard_s = now_s = self._clock.now_s()
        fix = TargetFix(
            report.type, report.mmsi, report.is_own_ship, report.latitude_deg, report.longitude_deg, report.sog_kn,
            report.heading_deg, report.rot_deg_min,
        )  # fmt: skip
        doubt = self.listening.take_target(fix, now_s)
        if report.is_own_ship or report.mmsi == self._own_mmsi:
            return
        if report.is_of_somebody and report.is_of_target:
            target = TargetReport(
                report.mmsi, self._clock.utc_ns(), report.latitude_deg, report.longitude_deg, report.sog_kn,
                report.cog_deg, report.heading_deg, report.rot_deg_min, report.nav_status, report.ship_type,
                report.name, report.callsign, report.length_m, report.beam_m, doubt,
            )  # fmt: skip
            self.targets.receive(target, now_s)

    def _take_tracked(self, source: str, speaker: str, sentence: Sentence) -> None:
        """Take one sentence of a radar about the targets that it tracks."""
        said, picture, now_s = fields_of(sentence), self.listening.picture, self._clock.now_s()
        own = Own(*(_good(picture, name, now_s) for name in ("NAV_LAT", "NAV_LON", "NAV_HDG")))
        found = None
        if said is not None:
            found = self._tracker.receive(speaker, sentence.formatter, said.values, own, self._clock.utc_ns())
        if found is None:
            self.listening.reject(source, "tracked")
        else:
            self.heard_s = now_s
        for each in found or ():
            if isinstance(each, TrackLost):
                self.targets.lose(each.key)
            else:
                self.targets.receive(each, now_s)

    def _take_alert(self, source: str, speaker: str, sentence: Sentence) -> None:
        """Take one sentence of equipment about its alerts."""
        said = fields_of(sentence)
        if said is None or not self.equipment.receive(speaker, sentence.formatter, said.values):
            self.listening.reject(source, "alert")


def _good(picture: Picture, name: str, now_s: float) -> float | None:
    """Return the value of a channel that is good now; None otherwise: from old values no place is made."""
    latest = picture.latest(name, now_s)
    is_good = latest is not None and latest.quality is Quality.GOOD
    return latest.value if is_good and latest is not None and isinstance(latest.value, float) else None
