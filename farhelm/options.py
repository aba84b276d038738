"""What several subcommands ask for: which vessel, whose shore, and from when to when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from protocols.aio.clock import SystemClock

Vessel = Annotated[str, typer.Argument(help="Vessel id, e.g. otter.")]
Demo = Annotated[
    Path | None, typer.Option("--demo", help="Data folder of a running `farhelm demo`.", envvar="FARHELM_DEMO")
]
Url = Annotated[str, typer.Option("--url", help="Where the shore is: http(s)://host:port.", envvar="FARHELM_URL")]
Token = Annotated[str, typer.Option("--token", help="API token.", envvar="FARHELM_TOKEN", show_envvar=True)]
Start = Annotated[
    str,
    typer.Option("--from", help="First moment, ISO 8601 (UTC where no zone is said): 2026-11-25 or 2026-11-25T10:00."),
]
End = Annotated[str, typer.Option("--to", help="Moment after the last; left out: now.")]


def moment(text: str) -> datetime:
    """Return the time in `text` (ISO 8601, a day or more exactly; UTC where no zone is said); raise ValueError."""
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"{text!r} is no time: write 2026-11-25, 2026-11-25T10:00 or 2026-11-25T10:00+09:00"
        ) from error


def now() -> datetime:
    """Return this computer's UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=SystemClock().utc_ns() // 1000)


def span(start: str, end: str, until: datetime) -> tuple[datetime, datetime]:
    """Return the span that --from and --to name, to `until` where no end is said; raise BadParameter where it is none."""
    try:
        first, last = moment(start), moment(end) if end else until
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--from/--to") from error
    if first >= last:
        raise typer.BadParameter("--from must lie before --to", param_hint="--from")
    return first, last


def listed(names: str) -> tuple[str, ...]:
    """Return the names between commas, each once, in their order."""
    return tuple(dict.fromkeys(name for name in names.split(",") if name))
