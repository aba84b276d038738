"""`farhelm conn`: the commands; what they run is imported when they run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farhelm.options import Demo, Token, Url, Vessel

if TYPE_CHECKING:  # httpx, websockets and cryptography are loaded by the command that needs them
    from farhelm.conn.access import Access, Options
    from farhelm.conn.errand import Goal

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode="rich",
    help="Take and release the conn of a vessel, order, stop and watch her: from a script what the console does.",
    epilog="Exit codes: 0 SUCCEEDED, 2 REJECTED or REFUSED (and words that are no command), 3 anything else.",
)  # fmt: skip

Key = Annotated[Path | None, typer.Option("--key", help="PEM file of the Ed25519 key that signs.")]
Person = Annotated[
    str, typer.Option("--as", help="Whose key it is; else the demo's first operator, or whom the roster names.")
]
State = Annotated[
    Path | None, typer.Option("--state", help="Folder that keeps the session; else in the demo's or your state folder.")
]
Take = Annotated[bool, typer.Option("--take", help="Take the conn first where you do not hold it.")]
Keep = Annotated[
    bool, typer.Option("--keep", help="Do not release what --take took; without heartbeats the ladder starts.")
]
Timeout = Annotated[float, typer.Option("--timeout", min=1.0, help="Longest wait for the order's end, seconds.")]


@app.command()
def take(
    vessel: Vessel, *, demo: Demo = None, url: Url = "", token: Token = "", key: Key = None, person: Person = "",
    state: State = None,
    level: Annotated[str, typer.Option("--level", help="setpoint, or direct (rudder orders need it).")] = "setpoint",
    hold: Annotated[
        float | None, typer.Option("--hold", min=0.0, help="Hold the conn for so many seconds, then release it.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Hold the conn until Ctrl-C, then release it.")] = False,
) -> None:  # fmt: skip
    """Take the conn: request, confirm, then heartbeats for as long as it holds.

    With neither --hold nor --keep it ends when the conn is taken, and no heartbeats follow: the next command of the same
    session goes on, but after 3.5 s without one the ship goes down her ladder. Whoever holds the conn by a program
    answers for being there while it runs. With the conn already held and the ship on her ladder, the conn is resumed.

    Examples:
      farhelm conn take otter --demo .demo --hold 60

      farhelm conn take otter --demo .demo --level direct --keep
    """
    from farhelm.conn.access import Options
    from farhelm.conn.errand import Goal

    if level not in ("setpoint", "direct"):
        raise typer.BadParameter(f"{level!r} is neither setpoint nor direct", param_hint="--level")
    if keep and hold is not None:
        raise typer.BadParameter("--hold and --keep contradict each other")
    hold_s = math.inf if keep else hold
    goal = Goal(takes=True, level=level, hold_s=hold_s, releases=hold_s is not None)
    _errand(Options(vessel, demo, url, token, key, person, state), goal)


@app.command()
def release(
    vessel: Vessel, *, demo: Demo = None, url: Url = "", token: Token = "", key: Key = None, person: Person = "",
    state: State = None,
) -> None:  # fmt: skip
    """Release the conn that this session holds; refused by the ship where it does not.

    Examples:
      farhelm conn release otter --demo .demo
    """
    from farhelm.conn.access import Options
    from farhelm.conn.errand import RELEASE, Goal

    _errand(Options(vessel, demo, url, token, key, person, state), Goal(RELEASE, releases=False))


@app.command(context_settings={"ignore_unknown_options": True})
def order(
    vessel: Vessel,
    words: Annotated[
        list[str], typer.Argument(metavar="ORDER", help="heading 095, rudder -5, propulsion 40, station radius=20, stop.")
    ],
    *, demo: Demo = None, url: Url = "", token: Token = "", key: Key = None, person: Person = "",
    state: State = None, take: Take = False, keep: Keep = False, timeout: Timeout = 900.0,
) -> None:  # fmt: skip
    """Give an order and wait for its end, with heartbeats meanwhile.

    The ship refuses it unless this session holds the conn. With --take it is taken first where it is not held, and
    released afterwards whatever the end, unless --keep is given; a conn that was held before stays held.

    Examples:
      farhelm conn order otter heading 095 --take --demo .demo

      farhelm conn order otter heading_deg=95 rate_deg_min=60 --demo .demo

      farhelm conn order otter rudder -5 --take --demo .demo

      farhelm conn order otter propulsion 40 --timeout 120 --demo .demo
    """
    from farhelm.conn.access import Options
    from farhelm.conn.errand import Goal
    from farhelm.conn.words import WordsError, order_of

    try:
        kind, args = order_of(words)
    except WordsError as error:
        raise typer.BadParameter(str(error), param_hint="ORDER") from error
    level = "direct" if kind == "conn.rudder" else "setpoint"
    goal = Goal(kind, args, takes=take, level=level, releases=not keep, timeout_s=timeout)
    _errand(Options(vessel, demo, url, token, key, person, state), goal)


@app.command()
def stop(
    vessel: Vessel, *, demo: Demo = None, url: Url = "", token: Token = "", key: Key = None, person: Person = "",
    state: State = None, take: Take = False, keep: Keep = False, timeout: Timeout = 900.0,
    emergency: Annotated[
        bool, typer.Option("--emergency", help="Emergency stop: needs no conn; latched aboard, and reset only there.")
    ] = False,
) -> None:  # fmt: skip
    """Stop the ship: a controlled stop, which needs the conn, or the emergency stop, which needs only the key.

    Examples:
      farhelm conn stop otter --take --demo .demo

      farhelm conn stop otter --emergency --demo .demo
    """
    from farhelm.conn.access import Options
    from farhelm.conn.errand import Goal
    from farhelm.conn.words import STOP

    options = Options(vessel, demo, url, token, key, person, state)
    if emergency:
        _emergency(options)
    _errand(options, Goal(STOP, takes=take, releases=not keep, timeout_s=timeout))


@app.command()
def watch(
    vessel: Vessel, *, demo: Demo = None, url: Url = "", token: Token = "", key: Key = None, person: Person = "",
    state: State = None,
    duration: Annotated[float | None, typer.Option("--duration", min=0.0, help="End after so many seconds.")] = None,
) -> None:  # fmt: skip
    """Print what is heard of a vessel until Ctrl-C: heartbeats, holder and ladder changes, orders, alerts, events.

    Examples:
      farhelm conn watch otter --demo .demo

      farhelm conn watch otter --demo .demo --duration 60 | jq 'select(.type == "ladder")'
    """
    from farhelm.conn.access import Options
    from farhelm.conn.run import watch as run

    access = _access(Options(vessel, demo, url, token, key, person, state))
    raise typer.Exit(run(access, duration))


def _access(options: Options) -> Access:
    """Return the way in; end with a word and code 3 where there is none."""
    from farhelm.conn.access import AccessError, find

    try:
        return find(options)
    except AccessError as error:
        typer.echo(f"farhelm conn: {error}", err=True)
        raise typer.Exit(3) from error


def _errand(options: Options, goal: Goal) -> None:
    from farhelm.conn.run import errand

    raise typer.Exit(errand(_access(options), goal))


def _emergency(options: Options) -> None:
    from farhelm.conn.run import emergency

    raise typer.Exit(emergency(_access(options)))
