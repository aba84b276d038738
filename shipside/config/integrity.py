"""How the ship's own data are watched: limits of what two sources may differ by, of what a position may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Final

from shipside.config.inputs import InputConfig
from shipside.config.reader import Reader
from shipside.config.vessel import VesselConfig
from telemetry.agreement import AgreementLimits
from telemetry.ghosts import GhostLimits
from telemetry.integrity import IntegrityRules
from telemetry.linewatch import LineList
from telemetry.plausibility import PlausibilityLimits

AGREEMENT: Final[dict[str, tuple[float, float]]] = {
    "position_m": (1.0, 100_000.0), "heading_deg": (0.1, 180.0), "speed_kn": (0.1, 100.0), "on_s": (0.0, 600.0),
    "off_s": (0.0, 600.0),
}  # fmt: skip
"""{name in [agreement]: smallest and greatest value}; what is left out is as in `telemetry.agreement`."""
PLAUSIBILITY: Final[dict[str, tuple[float, float]]] = {
    "jump_m": (1.0, 100_000.0), "drag_mps": (0.1, 100.0), "drag_s": (0.0, 600.0), "current_mps_max": (0.1, 20.0),
    "growth_mps": (0.01, 20.0), "frozen_s": (1.0, 600.0), "frozen_m": (1.0, 10_000.0), "clock_s": (1.1, 600.0),
    "back_s": (0.0, 3600.0),
}  # fmt: skip
"""{name in [plausibility]: smallest and greatest value}; what is left out is as in `telemetry.plausibility`."""


TARGETS: Final[dict[str, tuple[float, float]]] = {
    "speed_kn_max": (1.0, 1000.0), "range_nm_max": (1.0, 10_000.0), "turn_deg_min_max": (1.0, 720.0),
}  # fmt: skip
"""{name in [targets]: smallest and greatest value}; what is left out is as in `telemetry.ghosts`."""


def read_integrity(
    reader: Reader, vessel: VesselConfig, inputs: Sequence[InputConfig], ranking: Mapping[str, tuple[str, ...]]
) -> IntegrityRules:
    """Return what [agreement], [plausibility] and [targets] say; recordings are not held against the ship's own way."""
    return IntegrityRules(
        agreement=AgreementLimits(**_numbers(reader, "agreement", AGREEMENT, AgreementLimits())),
        plausibility=PlausibilityLimits(**_numbers(reader, "plausibility", PLAUSIBILITY, PlausibilityLimits())),
        length_m=vessel.length_m, unwatched=frozenset(source.name for source in inputs if not source.is_live),
        lists={
            source.name: LineList(frozenset(source.talkers), frozenset(source.formatters))
            for source in inputs
            if source.talkers or source.formatters
        },
        ranking={channel: sources for channel, sources in ranking.items() if channel != "*"},
        ghosts=GhostLimits(**_numbers(reader, "targets", TARGETS, GhostLimits())), mmsi=vessel.mmsi,
    )  # fmt: skip


def _numbers(reader: Reader, table: str, known: dict[str, tuple[float, float]], default: object) -> dict[str, float]:
    """Return a number for each field of the record `default`, from the table or from the record."""
    source = reader.table(table)
    return {
        field.name: reader.number(source, field.name, table, *known[field.name], getattr(default, field.name))
        for field in fields(default)  # type: ignore[arg-type] # a dataclass, said by its callers
    }
