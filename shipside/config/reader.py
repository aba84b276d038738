"""Reading a parsed TOML file: what is missing or wrong becomes a fault with its place, and reading goes on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from shipside.config.seal import Seal

ROWS_MAX: Final = 32
"""Most inputs, or Modbus units, of one vessel; a bridge with every sensor on its own line has 20."""


@dataclass(slots=True)
class Reader:
    """One file being read, and its faults so far."""

    source: Mapping[str, object]
    folder: Path
    seal: Seal
    """What its files must be."""
    faults: list[str] = field(default_factory=list[str])

    def toml(self, path: Path) -> Mapping[str, object]:
        """Return what a file of the configuration holds; raise OSError, UnicodeDecodeError or tomllib.TOMLDecodeError."""
        return tomllib.loads(self.seal.text(path))

    def table(self, name: str) -> Mapping[str, object]:
        """Return the table `name`; an empty one where there is none, or none that is a table."""
        value = self.source.get(name, {})
        if isinstance(value, Mapping):
            return cast("Mapping[str, object]", value)
        self.faults.append(f"[{name}] is not a table")
        return {}

    def rows(self, name: str) -> list[Mapping[str, object]]:
        """Return the tables of the list `name`."""
        value = self.source.get(name, [])
        if isinstance(value, list) and len(cast("list[object]", value)) <= ROWS_MAX:
            return [row for row in cast("list[object]", value) if isinstance(row, Mapping)]
        self.faults.append(f"[[{name}]] is not a list of at most {ROWS_MAX} tables")
        return []

    def text(self, table: Mapping[str, object], name: str, where: str, default: str | None = None) -> str:
        """Return a text that is not empty; `default`, which may be empty, where it is missing."""
        value = table.get(name, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        self.faults.append(f"{where}.{name} is missing or no text")
        return ""

    def number(
        self, table: Mapping[str, object], name: str, where: str, low: float, high: float, default: float | None = None
    ) -> float:  # fmt: skip
        """Return a finite number within `low` to `high`; `default` where it is missing; `low` with a fault otherwise."""
        value = table.get(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self.faults.append(f"{where}.{name} is {value!r}, not a number within {low:g}..{high:g}")
        return low

    def port(self, table: Mapping[str, object], where: str, *, low: int = 1) -> int:
        """Return a TCP or UDP port."""
        return int(self.number(table, "port", where, low, 65535))

    def path(self, table: Mapping[str, object], name: str, where: str) -> Path:
        """Return a path, relative to the folder of the file."""
        return self.folder / self.text(table, name, where)

    def existing(self, table: Mapping[str, object], name: str, where: str) -> Path | None:
        """Return the path of a file that must be there; None where none is named."""
        if name not in table:
            return None
        path = self.path(table, name, where)
        if not path.is_file():
            self.faults.append(f"{where}.{name}: there is no file {path}")
        return path
