"""The other ships for the safety process: its own ears, so that it needs the collector for nothing (INT-08)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from control.surroundings import NOBODY_LISTENS, Surroundings, Target, Targets, named
from protocols.link.batch import TargetReport
from shipside.config import AgentConfig
from shipside.ports import Clock
from shipside.traffic import Traffic
from telemetry.ghosts import DOUBT_WORDS

EVERY_S: Final = 1.0
"""How often the targets are laid out anew; in between they grow older."""


class Lookout:
    """Hears AIS, and tells control who is around."""

    def __init__(self, config: AgentConfig, clock: Clock) -> None:
        """Hear with the ears of `traffic.listening`."""
        self._clock = clock
        self.traffic = Traffic(config, clock)
        self._laid, self._laid_s = NOBODY_LISTENS, -EVERY_S

    def surroundings(self, now_s: float) -> Surroundings:
        """Return who is around at `now_s`."""
        if now_s - self._laid_s >= EVERY_S:
            self.traffic.targets.forget(now_s)
            heard_s = self.traffic.heard_s
            self._laid = Surroundings(Targets(self._targets(now_s)), None if heard_s is None else now_s - heard_s)
            self._laid_s = now_s
        return replace(self._laid, since_s=now_s - self._laid_s)

    def _targets(self, now_s: float) -> list[Target]:
        found: list[Target] = []
        for report, age_s in self.traffic.targets.known(now_s):
            if report.latitude_deg is not None and report.longitude_deg is not None:
                found.append(self._target(report, report.latitude_deg, report.longitude_deg, age_s))
        return found

    def _target(self, report: TargetReport, latitude_deg: float, longitude_deg: float, age_s: float) -> Target:
        doubt = report.doubt if report.track else self.traffic.listening.doubt_of(report.mmsi)
        return Target(
            named(report.name, report.track or f"{report.mmsi:09d}"), "radar" if report.track else "ais", latitude_deg,
            longitude_deg, report.sog_kn, report.cog_deg, report.heading_deg, age_s, DOUBT_WORDS.get(doubt or "", doubt or ""),
        )  # fmt: skip
