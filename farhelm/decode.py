"""`farhelm decode`: what a recording of NMEA 0183, AIS and NMEA 2000 holds."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from protocols.aio.clock import Clock, SystemClock
from protocols.aio.recorded import lines_of
from protocols.recording import RecordingReader, line_json, totals_json

PROGRESS_LINES = 50_000
"""Lines between two words of progress on a terminal: a few a second."""


class Format(StrEnum):
    """What is printed."""

    jsonl = "jsonl"
    summary = "summary"


def decode(
    file: Annotated[Path, typer.Argument(help="Recording: plain or .gz; with TAG blocks, line times or neither.")],
    output: Annotated[
        Format, typer.Option("--format", help="jsonl: one object a line; summary: one object for all.")
    ] = Format.jsonl,
) -> None:
    """Read a recording of NMEA 0183, AIS or NMEA 2000 (candump, Actisense, Yacht Devices) and print what it holds.

    Examples:
      farhelm decode plaka.log.gz --format summary

      farhelm decode gofree.log | jq 'select(.ais.mmsi == 244660000)'
    """
    if not file.is_file():
        typer.echo(f"farhelm decode: there is no file {file}", err=True)
        raise typer.Exit(1)
    try:
        _decode(file, output, SystemClock())
    except BrokenPipeError:  # the reader of our output has enough: `farhelm decode FILE | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more as it ends
    except (OSError, EOFError) as error:
        typer.echo(f"farhelm decode: {file} cannot be read: {error}", err=True)
        raise typer.Exit(1) from error


def _decode(file: Path, output: Format, clock: Clock) -> None:
    reader, begun_s = RecordingReader(), clock.cpu_s()
    show = sys.stderr.isatty()
    for number, raw in enumerate(lines_of(file), 1):
        line = reader.read(raw)
        if output is Format.jsonl:
            sys.stdout.write(json.dumps(line_json(number, line)) + "\n")
        elif show and number % PROGRESS_LINES == 0:
            sys.stderr.write(f"\r{number} lines")
    if show and output is Format.summary:
        sys.stderr.write("\r")
    totals, used_s = reader.finish(), clock.cpu_s() - begun_s
    if output is Format.summary:
        rate = round(totals.lines / used_s, 1) if used_s > 0.0 else None
        sys.stdout.write(json.dumps(totals_json(totals, rate), indent=2) + "\n")
