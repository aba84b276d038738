"""`farhelm doctor`: the command, its table and its JSON."""

from __future__ import annotations

import json
import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:  # what looks is loaded by the command that looks
    from farhelm.doctor.checks import Check
    from farhelm.doctor.finding import Finding
    from protocols.aio.clock import Clock

AT_ONCE: Final = 8
"""Checks side by side: each waits for an answer, none computes."""
LISTEN_S: Final = 5.0
"""Longest wait for a device's first word unless another is asked for: instruments speak each second or two, and a wrong baud
rate gives none ever; an AIS transponder at anchor or a unit behind a radio may want more."""
LISTEN_S_MAX: Final = 600.0
"""Longer than any instrument is silent: a ship at anchor tells its place by AIS each three minutes, its name each six."""
COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(
    demo: Annotated[Path | None, typer.Option("--demo", help="Data folder of a `farhelm demo`.", envvar="FARHELM_DEMO")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="An agent's or a shore's TOML file.")] = None,
    *,
    url: Annotated[
        str, typer.Option("--url", help="A shore to compare clocks with: http(s)://host:port.", envvar="FARHELM_URL")
    ] = "",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port the console is to have.")] = 8000,
    listen_s: Annotated[
        float, typer.Option("--listen", min=0.1, max=LISTEN_S_MAX, help="Seconds for which a device's first word is waited for.")
    ] = LISTEN_S,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:  # fmt: skip
    """Look for what is wrong and say what to do about it: ports, clock, disk, broker, database, console, configuration.

    Alone it tells whether `farhelm demo` can start on this machine; with --demo how a demo fares; with --config whether
    an agent or a shore finds everything that its file names. Nothing is changed, nothing moves. Exits 1 when a check
    failed, else 0.

    Examples:
      farhelm doctor

      farhelm doctor --demo .demo

      farhelm doctor --config agent.toml --url https://roc.example

      farhelm doctor --config agent.toml --listen 200   # for an AIS at anchor

      farhelm doctor --config shore.toml --json | jq '.checks[] | select(.state != "ok")'
    """
    from farhelm.doctor import finding

    found = _run(_checks(demo, config, url.rstrip("/"), port, listen_s))
    if as_json:
        typer.echo(json.dumps(finding.plain(found), indent=1))
    else:
        _show(found)
    raise typer.Exit(finding.exit_code(found))


def _checks(demo: Path | None, config: Path | None, url: str, port: int, listen_s: float) -> list[Check]:
    """Return the checks that were asked for, in the order in which they are told."""
    from farhelm.doctor import checks
    from protocols.aio.clock import SystemClock

    clock = SystemClock()
    wanted = checks.machine(clock)
    if url:
        wanted += checks.against(url, clock)
    if demo is not None or config is None:
        wanted += _of_demo(demo, port, clock)
    if config is not None:
        wanted += _of_config(config, clock, listen_s)
    return wanted


def _of_demo(folder: Path | None, port: int, clock: Clock) -> list[Check]:
    from farhelm.doctor import checks
    from farhelm.doctor import demo as told
    from farhelm.doctor.finding import warn

    facts = told.read(folder) if folder is not None else None
    if facts is not None and folder is not None:
        disk = checks.room(folder)
        return [disk, *checks.running_demo(facts, clock, version("farhelm"))]
    wanted = checks.startable(port, folder or Path(".demo"))
    if folder is None:
        return wanted
    absent = warn("demo", f"no demo runs from {folder}: looked at is whether one could start",
                  f"start it: farhelm demo --data {folder}")  # fmt: skip
    return [lambda: [absent], *wanted]


def _of_config(path: Path, clock: Clock, listen_s: float) -> list[Check]:
    """Return the checks of a configuration file; its faults, all of them, are findings themselves."""
    from control.limits import ConfigError as AgentFaults
    from farhelm.doctor import checks, judge
    from shipside import config as ship

    try:
        if _is_shore(path):
            from shoreside import config as shore

            try:
                return checks.shore(shore.load(path, os.environ), path, clock)
            except shore.ConfigError as error:
                listed = judge.faults("config", error.faults, str(path))
                return [lambda: listed]
        return checks.agent(ship.load(path, os.environ), path, clock, listen_s)
    except AgentFaults as error:
        found = judge.faults("config", error.faults, str(path))
        return [lambda: found]


def _is_shore(path: Path) -> bool:
    """Return whether a file is a shore's; what cannot be read counts as an agent's, whose reader says why."""
    try:
        return "shore" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def _run(checks: list[Check]) -> list[Finding]:
    """Run the checks side by side; return their findings in the order of the checks."""
    from rich.console import Console

    with Console(stderr=True).status("looking ..."), ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(check) for check in checks]
        return [finding for check in running for finding in check.result()]


def _show(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from farhelm.doctor.finding import State, worst

    table = Table("", "what", "seen, and what to do", box=None, pad_edge=False, header_style="dim")
    for finding in findings:
        word = finding.state.word
        do = f"\n[bold]{escape(finding.do)}[/]" if finding.do else ""
        table.add_row(f"[{COLOURS[word]}]{word}[/]", escape(finding.name), escape(finding.text) + do)
    console = Console(highlight=False)
    console.print(table)
    counts = {state: sum(finding.state is state for finding in findings) for state in State}
    console.print(", ".join(f"{counts[state]} {state.word}" for state in State), style=COLOURS[worst(findings).word])
