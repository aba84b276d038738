"""`farhelm voyages`: what a shore found of a vessel's voyages, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, cast

import typer

from farhelm.options import Demo, End, Start, Token, Url, Vessel, now, span

DASHES: Final = "---"
FIELDS: Final = (
    "departed", "from", "arrived", "to", "legs", "distance_nm", "under_way_h", "average_kn", "fuel_l", "fuel_l_nm", "gap_h",
)  # fmt: skip
"""Columns of a voyage, units in their names; empty (in the table ---) is not known, and an arrival that has not been."""
Told = dict[str, object]


class Form(StrEnum):
    """How voyages are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def voyages(
    vessel: Vessel, *, start: Start, end: End = "",
    form: Annotated[Form, typer.Option("--format", help="How they are printed.")] = Form.table,
    demo: Demo = None, url: Url = "", token: Token = "",
) -> None:  # fmt: skip
    """Print the voyages of a vessel: departure, arrival, legs, distance, time, average speed, fuel, fuel by the mile.

    They are found in what the shore has kept of position, speed and fuel flow: under way from 1 kn, a stay after 15 minutes
    of rest, a port after two hours. At most 92 days at a time.

    Examples:
      farhelm voyages otter --demo .demo --from 2026-11-25

      farhelm voyages otter --url https://roc.example --from 2026-09-01 --to 2026-12-01 --format csv
    """
    from farhelm.conn.access import AccessError, way_in
    from farhelm.export.shore import Source

    first, last = span(start, end, now())
    try:
        source = Source(*way_in(demo, url, token, "analyst"))
        try:
            answer = source.answer(f"/vessels/{vessel}/voyages", {"from": first.isoformat(), "to": last.isoformat()})
        finally:
            source.close()
    except (AccessError, OSError) as error:
        typer.echo(f"farhelm voyages: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(printed(cast("list[Told]", answer["voyages"]), form), nl=False)


def printed(found: Sequence[Told], form: Form) -> str:
    """Return the voyages in `form`, with a line end."""
    if form is Form.json:
        return json.dumps(list(found), indent=1) + "\n"
    rows = [_row(voyage) for voyage in found]
    if form is Form.csv:
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerows([FIELDS, *rows])
        return written.getvalue()
    if not rows:
        return "no voyages in that time\n"
    shown = [FIELDS, *([cell or DASHES for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(FIELDS))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in shown
    )


def _row(voyage: Told) -> list[str]:
    departed, arrived = cast("Told", voyage["departed"]), cast("Told", voyage["arrived"])
    begun_before, is_open = bool(voyage["begun_before"]), bool(voyage["is_open"])
    return [
        "" if begun_before else _time(departed), _place(departed), "" if is_open else _time(arrived), _place(arrived),
        str(len(cast("list[Told]", voyage["legs"]))), _number(voyage["distance_nm"], 2), _hours(voyage["under_way_s"]),
        _number(voyage["average_kn"], 2), _number(voyage["fuel_l"], 1), _number(voyage["fuel_l_nm"], 2), _hours(voyage["gap_s"]),
    ]  # fmt: skip


def _time(place: Told) -> str:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=float(str(place["utc_ms"])))
    return time.strftime("%Y-%m-%dT%H:%MZ")


def _place(place: Told) -> str:
    latitude, longitude = float(str(place["latitude_deg"])), float(str(place["longitude_deg"]))
    return f"{abs(latitude):.3f}{'N' if latitude >= 0 else 'S'} {abs(longitude):.3f}{'E' if longitude >= 0 else 'W'}"


def _hours(seconds: object) -> str:
    return f"{float(str(seconds)) / 3600:.2f}"


def _number(value: object, digits: int) -> str:
    return "" if value is None else f"{float(str(value)):.{digits}f}"
