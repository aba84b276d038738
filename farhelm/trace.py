"""`farhelm trace`: one order through the logs of all programs, from the console's click to the actuator and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, cast

import typer

CHAIN: Final = (
    ("passed by the shore", "order passed", ""), ("received aboard", "order", "received"),
    ("accepted aboard", "order", "accepted"), ("ordered from the equipment", "actuate", ""),
    ("taken by the equipment", "written", ""), ("ended aboard", "order", "SUCCEEDED"),
    ("told to the consoles", "order told", "SUCCEEDED"), ("kept ashore", "order kept", "SUCCEEDED"),
)  # fmt: skip
"""(in words, event of the log line, state in it; empty: any): what an order that succeeded leaves behind."""
BROKEN: Final = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One log line that names the order."""

    utc_ms: int
    process: str
    event: str
    state: str
    fields: dict[str, object]


def steps_of(order_id: str, lines: Iterable[str]) -> list[Step]:
    """Return the steps of one order among log lines, by time; lines that are no JSON, or of other orders, are passed over."""
    found: list[Step] = []
    for line in lines:
        if order_id not in line:
            continue
        try:
            read: object = json.loads(line)
        except ValueError:
            continue
        fields = cast("dict[str, object]", read) if isinstance(read, dict) else {}
        utc_ms = fields.get("utc_ms")
        if isinstance(utc_ms, int) and fields.get("order_id") == order_id:
            found.append(Step(
                utc_ms, str(fields.get("process", "")), str(fields.get("event", "")),
                str(fields.get("state", "")), fields,
            ))  # fmt: skip
    return sorted(found, key=lambda step: step.utc_ms)


def missing(steps: list[Step]) -> list[str]:
    """Return the links of the chain that no step stands for, in words; empty for an unbroken trace."""
    seen = {(step.event, state) for step in steps for state in ("", step.state)}
    return [words for words, event, state in CHAIN if (event, state) not in seen]


def trace(
    order_id: Annotated[str, typer.Argument(help="The order's id, as console, events and logs show it.")],
    logs: Annotated[Path, typer.Option(help="Folder with the programs' logs (*.log), ship's and shore's.")] = Path(
        ".demo/logs"
    ),
) -> None:
    """Follow one order through the logs of all programs and print its steps with their times.

    Ends with 1 where a link of the chain from console to actuator and back is missing; times are of each program's own clock.

    Examples:
      farhelm trace 01JD8Z6T5Y9K3B7M2N4P6Q8R0S --logs .demo/logs
    """
    lines = (line for path in sorted(logs.glob("**/*.log")) for line in path.read_text(errors="replace").splitlines())
    steps = steps_of(order_id, lines)
    if not steps:
        found = len(list(logs.glob("**/*.log")))
        looked = (
            f"{found} logs (*.log) below {logs}" if logs.is_dir() else f"there is no folder {logs}: say --logs FOLDER"
        )
        typer.echo(f"farhelm trace: no line names order {order_id!r}; {looked}", err=True)
        raise typer.Exit(BROKEN)
    issued = next((step.fields["said_utc_ms"] for step in steps if step.event == "order passed"), steps[0].utc_ms)
    start_ms = issued if isinstance(issued, int) else steps[0].utc_ms
    print(f"{0:8d} ms  {'console':16s} signed")
    for step in steps:
        value = step.fields.get("value", "")
        print(f"{step.utc_ms - start_ms:8d} ms  {step.process:16s} {step.event} {step.state or value}")
    broken = missing(steps)
    print("the trace is unbroken" if not broken else "missing: " + "; ".join(broken))
    raise typer.Exit(BROKEN if broken else 0)
