"""Writes docs/figures.md, the table of the last `make bench`, from test-results/bench.json.

    python -m tests.figures_page test-results/bench.json --output docs/figures.md

A row is a figure of the last run, never of one before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

HEAD: Final = """# Figures: what was measured, beside what, and what it should be

Written by `make figures` from `make bench` on {date}, commit `{commit}`, {cores} cores; do not edit.
A figure without a unit is a ratio: ours over a peer's or a limit's in the same run, the middle of its rounds, in CPU seconds
where it is of CPU. Machines differ, ratios less so; run `make bench` (ten minutes, nothing else at work) for those of yours.
{met} of {judged} goals were met.

| what | figure | least to greatest | goal | | beside it |
|---|---|---|---|---|---|
"""


def of_last_run(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the figures of the run that came last, in the order in which they were measured; empty where there are none."""
    rows = {what: row for what, row in kept.items() if "run" in row}
    last = max((row["run"] for row in rows.values()), key=lambda run: int(run.split()[1]), default="")
    return {what: row for what, row in rows.items() if row["run"] == last}


def page(found: Mapping[str, Mapping[str, Any]], cores: int) -> str:
    """Return the document of one run's figures."""
    of, utc_ns = next(iter(found.values()))["run"].split()
    date = datetime.fromtimestamp(int(utc_ns) / 1e9, UTC).strftime("%Y-%m-%d")
    judged = [row for row in found.values() if row["is_met"] is not None]
    head = HEAD.format(date=date, commit=of, cores=cores, met=sum(row["is_met"] for row in judged), judged=len(judged))
    return head + "".join(f"{_row(what, row)}\n" for what, row in found.items())


def _row(what: str, row: Mapping[str, Any]) -> str:
    span = f"{row['min']:.4g} to {row['max']:.4g}" if "min" in row else ""
    verdict = {True: "met", False: "**not met**", None: ""}[row["is_met"]]
    figure = f"{row['value']:.4g} {row['unit']}".strip()
    cells = (what, figure, span, row["goal"], verdict, row["notes"])
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def main() -> None:
    """Read the figures, write the file, and say which goals were not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.figures_page", description=__doc__)
    parser.add_argument("figures", type=Path, help="what `make bench` has written")
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    asked = parser.parse_args()
    found = of_last_run(json.loads(asked.figures.read_text(encoding="utf-8")))
    asked.output.write_text(page(found, os.cpu_count() or 0), encoding="utf-8")
    missed = [what for what, row in found.items() if row["is_met"] is False]
    sys.stdout.write(f"{asked.output}: {len(found)} figures{'; not met: ' if missed else ''}{'; '.join(missed)}\n")


if __name__ == "__main__":
    main()
