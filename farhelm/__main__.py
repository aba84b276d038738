"""`farhelm`: one command, a program or tool a subcommand."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from farhelm import certificates
from farhelm.chart.cli import app as chart
from farhelm.conn.cli import app as conn
from farhelm.decode import decode
from farhelm.doctor.cli import doctor
from farhelm.drill.cli import app as drill
from farhelm.export.cli import export
from farhelm.keys.cli import app as keys
from farhelm.ledger import app as ledger
from farhelm.plot.cli import plot
from farhelm.replay import replay
from farhelm.route.cli import app as route
from farhelm.tables.cli import tables
from farhelm.trace import trace
from farhelm.voyages import voyages

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode="rich",
    help="Farhelm watches and steers autonomous ships from ashore. [b]farhelm demo[/b] shows everything on this machine.",
)  # fmt: skip
app.command()(decode)
app.add_typer(certificates.app, name="certificates")
app.add_typer(chart, name="chart")
app.command()(doctor)
app.command()(export)
app.add_typer(keys, name="keys")
app.add_typer(ledger, name="ledger")
app.command()(plot)
app.command()(replay)
app.add_typer(route, name="route")
app.command()(tables)
app.command()(trace)
app.command()(voyages)
app.add_typer(conn, name="conn")
app.add_typer(drill, name="drill")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"farhelm {version('farhelm')}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    is_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:  # fmt: skip
    """Take what is common to all subcommands."""


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the console on 127.0.0.1.")] = 8000,
    data: Annotated[Path, typer.Option(help="Folder of everything the demo keeps; a second start resumes.")] = Path(
        ".demo"
    ),
    vessels: Annotated[int, typer.Option(min=1, max=3, help="How many simulated ships.")] = 3,
    duration: Annotated[float | None, typer.Option(help="Stop by itself after this many seconds.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every noise in the simulation.")] = 42,
    speed: Annotated[float, typer.Option(help="Simulated seconds per second.")] = 1.0,
    recording: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FILE[:SPEED]", help="A recorded vessel beside them, watched only; repeatable."),
    ] = None,
    *,
    split: Annotated[
        bool, typer.Option("--split", help="The station as four processes: live, api, and ingest twice.")
    ] = False,
    links: Annotated[
        bool,
        typer.Option("--links", help="Each ship's link through the simulators: delay, loss and cuts as you set them."),
    ] = False,
) -> None:
    """Start everything on this machine: database, broker, ships, their agents, the shore and the console.

    Examples:
      farhelm demo

      farhelm demo --port 9000 --data /tmp/farhelm --vessels 1 --duration 600

      farhelm demo --recording plaka=plaka.log.gz:10

      farhelm demo --vessels 1 --links     (docs/engineer.md 2: a satellite's delay, a link that is cut)
    """
    from farhelm.demo.run import DemoOptions, run

    raise typer.Exit(run(DemoOptions(port, data, vessels, duration, seed, speed, tuple(recording or ()), split, links)))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def agent(context: typer.Context) -> None:
    r"""Run the agent aboard: [b]farhelm agent --config agent.toml \[--role collector|safety] \[--check][/b]."""
    _become("shipside", context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def shore(context: typer.Context) -> None:
    """Run the station ashore: [b]farhelm shore --config shore.toml[/b]."""
    _become("shoreside", context.args)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def simulate(context: typer.Context) -> None:
    """Run simulated ships on real sockets: [b]farhelm simulate --vessels 2 --seed 7 --ports-file ports.json[/b].

    A recorded bridge instead: [b]farhelm simulate --recording ship.log.gz --port 10110 --speed 10[/b].
    """
    _become("simulators", context.args)


def _become(module: str, arguments: list[str]) -> None:
    """Become the program, so that nothing of the command line stays in its memory."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - ourselves


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
