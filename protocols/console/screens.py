"""What a console tells of its own screen, so that a replay can show what its operator saw: views, not pictures."""

from __future__ import annotations

from typing import Final, Literal, NotRequired, TypedDict


class ScreenMessage(TypedDict):
    """What this console shows; sent when it changes, and on each new socket."""

    type: Literal["screen"]
    console: str
    session: str
    vessel: str | None
    """Whose view is open; null: of none."""
    view: Literal["fleet", "account", "admin", "conning", "route", "engine", "phase", "drill", "alerts", "history", "report",
                  "replay", "ledger"]  # fmt: skip
    palette: Literal["bright", "day", "dusk", "night"]
    language: str
    hidden: bool
    """True while the page is not in sight: another tab, a minimised window, a locked screen."""
    look: NotRequired[str]
    """How the view stands, coarse (ui/src/replay/look.ts): of a chart its place (`own`: it follows the ship), zoom and what is
    up; of the history its span; of a list the first row in sight; left out or empty: nothing of it. LOOK_LENGTH_MAX at most."""


LOOK_LENGTH_MAX: Final = 60
"""Characters of a look: two numbers of milliseconds, or a place, a zoom and a word, and the row of a list beside it."""


class ShownJson(TypedDict):
    """What a console showed from a moment on, until its next one."""

    utc_ms: int
    socket: str
    """Names one connection of one console."""
    person: str
    console: str
    session: str
    vessel: str | None
    view: str
    """Empty: the console was closed, or its connection lost."""
    palette: str
    language: str
    hidden: bool
    look: str


class HeardJson(TypedDict):
    """What consoles were told of a vessel's heartbeat over a span in which it did not change."""

    since_utc_ms: int
    through_utc_ms: int
    """Up to here the record holds; half a minute at most from `since_utc_ms`."""
    last_utc_ms: int
    """When the last heartbeat of the span reached the shore; before the span where none did."""
    gap_ms: int
    """Longest wait from one heartbeat to the next within the span."""
    status: dict[str, float | str | bool | None]
    """Parts of StatusMessage as they were at the beginning."""
    figures: list[tuple[int, float | None, float | None, float | None]]
    """[milliseconds since the span began, jitter_ms, received_bytes_s, one_way_ms] each ten seconds; empty: not recorded."""


class SourcedJson(TypedDict):
    """From which source aboard values were taken from a moment on."""

    utc_ms: int
    is_whole: bool
    """True: of what is not named here the source was not told; False: it stays as it was."""
    sources: dict[str, str]
    """{channel: source}"""
