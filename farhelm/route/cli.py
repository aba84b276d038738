"""`farhelm route check FILE`: every fault of an RTZ file, and whether the ship of a configuration could follow it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Routes in the exchange format of ECDIS (RTZ 1.0 to 1.2).")


@app.callback()
def _route() -> None:
    """Routes in the exchange format of ECDIS (RTZ 1.0 to 1.2)."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="An RTZ file.")],
    config: Annotated[
        Path | None, typer.Option(help="The agent's configuration: is the route one for this ship?")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Write a drawing of the route here (SVG).")] = None,
    revision: Annotated[int, typer.Option(min=0, help="Revision under which the ship would keep it.")] = 1,
    continues: Annotated[
        str, typer.Option(help="Waypoint ids, with commas: the legs to these are sailed on without a link.")
    ] = "",
    schedule: Annotated[int | None, typer.Option(help="Id of the schedule whose times are taken.")] = None,
) -> None:
    """Tell every fault of a route; end with 1 when there is one."""
    from control.limits import ControlConfig
    from farhelm.route.picture import draw
    from protocols.rtz.passage import passage_of
    from protocols.rtz.route import read

    found = read(_content(file))
    faults, control = list(found.faults), None
    if found.route is not None:
        kept = "; kept in the file, not acted on" if found.route.extensions else ""
        print(
            f"{found.route.name}: RTZ {found.route.version}, {len(found.route.waypoints)} waypoints, "
            f"{len(found.route.schedules)} schedules, {len(found.route.extensions)} extensions{kept}"
        )
    if found.route is not None and not faults:
        made = passage_of(found.route, revision, _ids(continues), schedule)
        faults += made.faults
        for told in made.told:
            print(f"note: {told}")
        control = _control(config) if config is not None else None
        if made.passage is not None:
            faults += _of_the_ship(made.passage.to_bytes(), control)
        if made.passage is not None and picture is not None:
            areas = control.areas if isinstance(control, ControlConfig) else ()
            picture.write_text(draw(made.passage, areas), encoding="utf-8")
            print(f"drawn: {picture}")
    for fault in faults:
        print(f"fault: {fault}")
    print(f"{len(faults)} faults" if faults else "no fault" + ("" if config else "; no ship was looked at (--config)"))
    raise typer.Exit(1 if faults else 0)


def _of_the_ship(encoded: bytes, control: object) -> list[str]:
    from control.limits import ControlConfig
    from control.passage import faults
    from protocols.errors import MalformedError
    from protocols.link.passage import Passage, hash_of

    print(f"for the ship: {len(encoded)} bytes, hash {hash_of(encoded)}")
    try:
        passage = Passage.from_bytes(encoded)
    except MalformedError as error:
        return [f"{error}"]
    if not isinstance(control, ControlConfig):
        return []
    return [f"{reason.name}: {reason.text}" for reason in faults(passage, control)]


def _control(path: Path) -> object:
    from control.limits import ConfigError
    from shipside.config import load

    try:
        return load(path, dict(os.environ)).control
    except (ConfigError, OSError) as error:
        sys.stderr.write(f"{path}: {error}\n")
        raise typer.Exit(2) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        sys.stderr.write(f"{file}: {error.strerror}\n")
        raise typer.Exit(2) from error


def _ids(text: str) -> frozenset[int]:
    try:
        return frozenset(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a list of whole numbers", param_hint="--continues") from error
