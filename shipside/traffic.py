"""AIS aboard: from sentences to the targets that are news, and to the judgement whether a report can be true."""

from __future__ import annotations

from typing import Final

from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from protocols.link.batch import TargetReport
from protocols.nmea0183.batch import parse_lines
from protocols.nmea0183.sentence import Sentence
from shipside.config import AgentConfig
from shipside.listening import Listening
from shipside.ports import Clock
from telemetry.ghosts import TargetFix
from telemetry.targets import TargetTable

TARGETS_PER_BATCH: Final = 200
"""AIS targets of one batch: the busiest strait's news of 10 s."""


class Traffic:
    """Other ships as one vessel hears them, with what else she hears."""

    def __init__(self, config: AgentConfig, clock: Clock) -> None:
        """Listen for the vessel of `config`."""
        self._own_mmsi, self._clock = config.vessel.mmsi, clock
        self.listening = Listening(config, clock, self._take, self._take_report, parse_lines)
        self.targets, self.ais = TargetTable(), AisReader()
        self.heard_s: float | None = None
        """When AIS last said anything, of whomever, own ship included: the receiver lives. None: not since the start."""

    def take_news(self, now_s: float) -> tuple[TargetReport, ...]:
        """Return what is new of the targets since the last call, TARGETS_PER_BATCH at most."""
        return self.targets.take_news(now_s, TARGETS_PER_BATCH)

    def _take(self, source: str, sentence: Sentence) -> None:
        """Take one AIS sentence."""
        report = self.ais.receive(source, sentence.formatter, sentence.fields)
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
        self.listening.take_target(fix, now_s)
        if report.is_own_ship or report.mmsi == self._own_mmsi:
            return
        if report.is_of_somebody and report.is_of_target:
            target = TargetReport(
                report.mmsi, self._clock.utc_ns(), report.latitude_deg, report.longitude_deg, report.sog_kn,
                report.cog_deg, report.heading_deg, report.rot_deg_min, report.nav_status, report.ship_type,
                report.name, report.callsign, report.length_m, report.beam_m,
            )  # fmt: skip
            self.targets.receive(target, now_s)
