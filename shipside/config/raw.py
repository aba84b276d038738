"""The raw log: where every received line is kept, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shipside.config.reader import Reader

DAYS: Final = 30.0
"""Long enough for a decoder's bug to be found in port (architecture.md 4)."""
MB_MAX: Final = 5000.0
"""30 days of 100 lines a second, at 20 bytes a line compressed."""


@dataclass(frozen=True, slots=True)
class RawConfig:
    """Where received lines are kept, and how many."""

    folder: Path
    days: float
    bytes_max: int


def read_raw(reader: Reader) -> RawConfig | None:
    """Return what [raw] says; None where there is no such table: then no raw log is kept."""
    if "raw" not in reader.source:
        return None
    table = reader.table("raw")
    return RawConfig(
        reader.path(table, "path", "raw"), reader.number(table, "days", "raw", 0.1, 366.0, DAYS),
        int(reader.number(table, "mb_max", "raw", 1.0, 1e6, MB_MAX) * 1e6),
    )  # fmt: skip
