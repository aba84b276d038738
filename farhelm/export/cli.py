"""`farhelm export`: the command."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farhelm.options import Demo, End, Start, Token, Url, Vessel, listed, now, span

if TYPE_CHECKING:  # loaded by the command that needs it
    from farhelm.export.run import Wanted


_DAY_US = 86_400_000_000


class Form(StrEnum):
    """Kinds of files."""

    parquet = "parquet"
    csv = "csv"
    iso19848 = "iso19848"


def export(
    vessel: Vessel, *,
    out: Annotated[Path, typer.Option("--out", help="Folder of the files, made where it is missing.")],
    start: Start, end: End = "",
    channels: Annotated[str, typer.Option("--channels", help="Short ids with commas; left out: all numbers, now or then.")] = "",
    texts: Annotated[bool, typer.Option("--texts", help="All channels of words instead of all numbers.")] = False,
    form: Annotated[Form, typer.Option("--format", help="Kind of files.")] = Form.parquet,
    bucket: Annotated[
        float | None, typer.Option("--bucket", min=0.001, help="Buckets of so many seconds instead of samples.")
    ] = None,
    demo: Demo = None, url: Url = "", token: Token = "",
) -> None:  # fmt: skip
    """Write what a shore has kept of a vessel to files, one a day: OUT/vessel=V/day=YYYY-MM-DD/samples.parquet.

    Words (--texts, or named) come as texts.parquet, asked for with numbers below OUT-texts: a folder of Parquet holds one kind of
    table. Each file says by which catalogue of the vessel its values are described.

    A file has its name when it is whole. A run that was broken off goes on where it was: days that are over and were
    written by the same request stay as they are, unless samples have come late since (of buckets and words: remove the day's file
    to have it anew). No file is replaced by one with less: what the shore has dropped since is in yours only.

    Examples:
      farhelm export otter --demo .demo --from 2026-11-25 --out lake

      farhelm export otter --url https://roc.example --from 2026-11-01 --to 2026-12-01 --channels NAV_SOG --format csv --out csv

      farhelm export otter --demo .demo --from 2026-01-01 --bucket 3600 --out hours

      farhelm export otter --demo .demo --from 2026-11-25 --format iso19848 --out iso
    """
    from farhelm.conn.access import AccessError, way_in
    from farhelm.export.run import Wanted

    if texts and bucket is not None:
        raise typer.BadParameter("words have no buckets", param_hint="--texts")
    if form is Form.iso19848 and bucket is not None:
        raise typer.BadParameter("ISO 19848 files hold samples, not buckets", param_hint="--bucket")
    if bucket is not None and not _fits_a_day(bucket):
        told = "a file holds a day, and the width must go into it without rest: 60, 600, 3600, 86400"
        raise typer.BadParameter(told, param_hint="--bucket")
    asked_at = now()
    first, last = span(start, end, asked_at)
    wanted = Wanted(vessel, first, last, listed(channels), form.value, bucket, out, are_words=texts)
    try:
        _run(*way_in(demo, url, token, "analyst"), wanted, asked_at)
    except (AccessError, OSError) as error:
        typer.echo(f"farhelm export: {error}", err=True)
        raise typer.Exit(1) from error


def _fits_a_day(bucket_s: float) -> bool:
    """Return whether a day is a whole number of buckets of at least a millisecond, to the microsecond."""
    return _DAY_US % round(bucket_s * 1e6) == 0


def _run(url: str, token: str, wanted: Wanted, now: datetime) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from farhelm.export.run import export as run
    from farhelm.export.shore import Source

    source = Source(url, token)
    shown = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"),
        TextColumn("{task.fields[rows]:,} rows"), TimeRemainingColumn(), console=Console(stderr=True),
    )  # fmt: skip
    try:
        with shown:
            task = shown.add_task(f"{wanted.vessel} as {wanted.form}", total=1.0, rows=0)
            done = run(source, wanted, now, lambda part, rows: shown.update(task, completed=part, rows=rows))
    finally:
        source.close()
    kept = f", {done.kept} there before" if done.kept else ""
    less = f" ({done.spared} with more than the shore still has)" if done.spared else ""
    typer.echo(f"{done.rows} rows in {done.written} files below {wanted.folder}{kept}{less}")
