"""`farhelm chart import CELL... --out FILE`: the chart file of a ship and of the consoles, from cells with their updates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Charts for the ship's grounding rule (INT-07) and the consoles.")


@app.callback()
def _chart() -> None:
    """Charts for the ship's grounding rule (INT-07) and the consoles."""


@app.command(name="import")
def import_cells(
    cells: Annotated[
        list[Path], typer.Argument(help="S-57 cells (.000); updates .001, .002 ... beside them are applied.")
    ],
    out: Annotated[Path, typer.Option(help="File to write.")],
) -> None:
    """Write depth areas, land and obstructions of the cells into one file; end with 2 where one cannot be read."""
    import shapely
    from shapely.geometry.base import BaseGeometry

    from control.depths import Feature, chart_bytes
    from farhelm.chart.cells import read_cell

    features: list[Feature] = []
    covered: list[BaseGeometry] = []
    for cell in cells:
        try:
            found, coverage = read_cell(cell)
        except ImportError:
            sys.stderr.write("pyogrio is not installed: pip install 'farhelm[charts]'\n")
            raise typer.Exit(2) from None
        except (OSError, ValueError, RuntimeError) as error:
            sys.stderr.write(f"{cell}: {error}\n")
            raise typer.Exit(2) from error
        features += found
        covered.append(coverage)
    content = chart_bytes(", ".join(cell.stem for cell in cells), features, shapely.union_all(covered))
    out.write_bytes(content)
    counts = ", ".join(
        f"{sum(one.kind == kind for one in features)} {word}"
        for kind, word in (("depth", "depth areas"), ("land", "land areas"), ("obstruction", "obstructions"))
    )
    print(f"{out}: {counts}; {len(content)} bytes")
