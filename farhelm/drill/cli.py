"""`farhelm drill`: the commands; what they run is imported when they run."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from farhelm.conn.cli import Key, Person, State
from farhelm.options import Demo, Token, Url, Vessel

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="rich",
    help="Rehearse the loss of the link, the taking over and the emergency stop; a vessel with real actuators refuses.",
    epilog="Exit codes: 0 SUCCEEDED, 2 REJECTED or REFUSED (and words that are no command), 3 anything else.",
)  # fmt: skip

EXERCISES = ("link-loss", "takeover", "emergency-stop")


@app.command()
def begin(
    vessel: Vessel, exercise: Annotated[str, typer.Argument(help="link-loss, takeover or emergency-stop.")],
    *, demo: Demo = None, url: Url = "", token: Token = "", key: Key = None, person: Person = "", state: State = None,
) -> None:  # fmt: skip
    """Begin a drill for whoever has the conn; a supervisor's key begins it for somebody else.

    link-loss: the ship hears nobody for 20 s; be there, then resume the conn. takeover: the bridge takes her for 5 s; take
    her back. emergency-stop: press the stop. The ship takes the time: `farhelm drill list`.

    Examples:
      farhelm drill begin otter link-loss --as sue --demo .demo
    """
    from farhelm.conn.access import AccessError, Options, find
    from farhelm.conn.errand import Goal
    from farhelm.conn.run import errand

    if exercise not in EXERCISES:
        raise typer.BadParameter(f"{exercise!r} is none of {', '.join(EXERCISES)}", param_hint="EXERCISE")
    goal = Goal("drill.begin", {"exercise": exercise.replace("-", "_")}, releases=False)
    try:
        access = find(Options(vessel, demo, url, token, key, person, state))
    except AccessError as error:
        typer.echo(f"farhelm drill: {error}", err=True)
        raise typer.Exit(3) from error
    raise typer.Exit(errand(access, goal))


@app.command(name="list")
def listing(
    vessel: Vessel, *, demo: Demo = None, url: Url = "", token: Token = "",
    start: Annotated[str, typer.Option("--from", help="First moment, ISO 8601; left out: an hour ago.")] = "",
) -> None:  # fmt: skip
    """Print the drills that have ended, one JSON object each, the latest first.

    Examples:
      farhelm drill list otter --demo .demo
    """
    import httpx

    from farhelm.conn.access import AccessError, Options, find

    try:
        access = find(Options(vessel, demo, url, token, None, "", None))
        answer = httpx.get(
            f"{access.url}/api/v1/vessels/{vessel}/drills", params={"from": start} if start else {}, timeout=30,
            headers={"Authorization": f"Bearer {access.token}"},
        )  # fmt: skip
        answer.raise_for_status()
    except (AccessError, httpx.HTTPError) as error:
        typer.echo(f"farhelm drill: {error}", err=True)
        raise typer.Exit(3) from error
    drills = answer.json()["drills"]
    if not drills:
        typer.echo(f"no drill of {vessel} in that time", err=True)  # beside the lines that a program reads
    for drill in drills:
        typer.echo(json.dumps(drill, ensure_ascii=False))
