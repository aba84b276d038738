"""The table of control/README.md: how many mutants of each module a test notices, and on which day that was seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.mutants import ROOT

README: Final = ROOT / "control" / "README.md"
BEGIN: Final = "<!-- mutation: written by `make mutation ARGS=--keep` -->\n"
END: Final = "<!-- mutation ends -->\n"
_HEAD: Final = (
    "| module | mutants | killed | may live, with a reason | killed or reasoned | seen |\n|---|--:|--:|--:|--:|---|\n"
)
_ROW: Final = re.compile(r"\| `(control[\w.]*)` \| (\d+) \| (\d+) \| (\d+) \| [\d.]+ % \| ([\d-]+) \|")


@dataclass(frozen=True)
class Score:
    """What came out of one module."""

    mutants: int
    killed: int
    reasoned: int
    """Of those that live, how many have their line in `control/mutants.toml`."""
    seen: str
    """The day, as ISO 8601 has it."""

    @property
    def pct(self) -> float:
        """Return how many of 100 are noticed, or may live for a reason that is written down."""
        return 100.0 * (self.killed + self.reasoned) / max(1, self.mutants)


def read_scores(text: str) -> dict[str, Score]:
    """Return the scores that stand in the table of a README."""
    rows = _ROW.findall(text[text.index(BEGIN) : text.index(END)])
    return {name: Score(int(all_), int(killed), int(reasoned), day) for name, all_, killed, reasoned, day in rows}


def with_scores(text: str, new: Mapping[str, Score]) -> str:
    """Return a README with new scores in its table; a module that is not among them keeps its row."""
    rows = read_scores(text) | dict(new)
    before, after = text[: text.index(BEGIN)], text[text.index(END) + len(END) :]
    lines = [_line(f"`{name}`", rows[name]) for name in sorted(rows)]
    whole = Score(
        sum(row.mutants for row in rows.values()), sum(row.killed for row in rows.values()),
        sum(row.reasoned for row in rows.values()), max((row.seen for row in rows.values()), default="never"),
    )  # fmt: skip
    return before + BEGIN + _HEAD + "".join(lines) + _line(f"all {len(rows)} asked", whole) + END + after


def _line(name: str, row: Score) -> str:
    return f"| {name} | {row.mutants} | {row.killed} | {row.reasoned} | {row.pct:.1f} % | {row.seen} |\n"
