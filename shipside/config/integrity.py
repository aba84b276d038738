"""How the ship's own data are watched: limits of what two sources may differ by, of what a position may do."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from shipside.config.reader import Reader
from telemetry.agreement import AgreementLimits
from telemetry.integrity import IntegrityRules

AGREEMENT: Final[dict[str, tuple[float, float]]] = {
    "position_m": (1.0, 100_000.0), "heading_deg": (0.1, 180.0), "speed_kn": (0.1, 100.0), "on_s": (0.0, 600.0),
    "off_s": (0.0, 600.0),
}  # fmt: skip
"""{name in [agreement]: smallest and greatest value}; what is left out is as in `telemetry.agreement`."""


def read_integrity(reader: Reader) -> IntegrityRules:
    """Return what [agreement] says."""
    return IntegrityRules(
        agreement=AgreementLimits(**_numbers(reader, "agreement", AGREEMENT, AgreementLimits())),
    )


def _numbers(reader: Reader, table: str, known: dict[str, tuple[float, float]], default: object) -> dict[str, float]:
    """Return a number for each field of the record `default`, from the table or from the record."""
    source = reader.table(table)
    return {
        field.name: reader.number(source, field.name, table, *known[field.name], getattr(default, field.name))
        for field in fields(default)  # type: ignore[arg-type] # a dataclass, said by its callers
    }
