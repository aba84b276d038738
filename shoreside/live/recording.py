"""What consoles showed, and what they were told of each ship's heartbeat, in rows for a replay. Pure.

Views, not pictures: a row when a screen changes. A heartbeat is a row only when it says something new, or half a minute has
passed: about 3,000 rows a day of a ship on a good link. What a row does not hold to the millisecond, it holds to a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from protocols.link.heartbeats import AuthorityState, RemoteAccess
from shoreside.live import views
from shoreside.live.fleet import VesselState

RUN_MS: Final = 30_000
"""Longest span of one row of a heartbeat: what is lost with a process that dies."""
AGAIN_MS: Final = 300_000
"""A screen that does not change is told again: one that is not is of a process that died with it."""
LOOK_MS: Final = 5_000
"""A screen of which only the look changed is a row this often at most: a chart that is dragged for a minute is twelve."""
DUE_MAX: Final = 10_000
"""Rows that wait for the database, about 10 MB: half an hour of 50 ships. The oldest go first, and are counted."""
LATE_LEASE_S: Final = 2.0
"""A lease is renewed each second; from here on each second of its age is a row."""
LAST_MINUTE_S: Final = 60
FIGURES_MS: Final = 10_000
"""Jitter and bytes a second are means of ten seconds: one sample each ten seconds tells them, within the row and adding none."""
_LEFT_OUT: Final = frozenset((
    "type", "vessel", "heard", "heartbeat_age_ms", "boot_id", "seq", "mono_ms", "utc_ms", "echo_session", "echo_seq",
    "echo_held_ms", "alerts", "jitter_ms", "received_bytes_s", "one_way_ms",
))  # fmt: skip
"""Of a status: what every beat says anew, what the row says itself, alerts, whose changes are kept, and what `figures` tell."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What one console shows."""

    utc_ms: int
    socket: str
    person: str
    console: str
    session: str
    vessel: str | None
    view: str
    """Empty: closed."""
    palette: str
    language: str
    hidden: bool
    look: str = ""
    """Place and zoom of the chart, or the span of the history; empty: none is told."""


Figures = tuple[int, int | None, int | None, int | None]
"""Milliseconds since the span began, then jitter_ms, received_bytes_s and one_way_ms, whole as shown; None: not known."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A vessel's heartbeat over a span in which it said the same."""

    vessel: str
    since_ms: int
    through_ms: int
    last_ms: int
    gap_ms: int
    status: dict[str, object]
    figures: tuple[Figures, ...] = ()


Key = tuple[object, ...]


class Recording:
    """Gathers rows until they are taken."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.lost_count = 0
        """Rows that went because the database was away for too long."""
        self.passed_count = 0
        """Looks that were passed over, because another followed within LOOK_MS."""
        self._due: deque[Screen | Heard] = deque()
        self._runs: dict[str, tuple[Key, Heard]] = {}
        self._shown: dict[str, Screen] = {}
        self._told: dict[str, Screen] = {}
        """By socket: what it shows, and the row that stands for it."""

    @property
    def open_count(self) -> int:
        """Screens that have a row and spans that are not over."""
        return len(self._told) + len(self._runs)

    def show(self, screen: Screen) -> None:
        """Take a console's word on its screen; it becomes a row at the next look, so one a second at most."""
        before = self._shown.get(screen.socket)
        told = self._told.get(screen.socket)
        if before is not None and told is not None and before.look not in (screen.look, told.look):
            self.passed_count += 1
        self._shown[screen.socket] = screen

    def leave(self, socket: str, utc_ms: int) -> None:
        """Note that a console's connection has ended."""
        shown, told = self._shown.pop(socket, None), self._told.pop(socket, None)
        if shown is not None:
            if told is None or not _is_same(shown, told):
                self._put(shown)
            self._put(replace(shown, utc_ms=utc_ms, view=""))

    def look(self, states: Iterable[VesselState], now_s: float, utc_ms: int) -> None:
        """Note what has changed since the last look; called about each second."""
        for socket, screen in self._shown.items():
            told = self._told.get(socket)
            if told is None or not _is_same(screen, replace(told, look=screen.look)):
                self._tell(screen)
            elif screen.look != told.look:
                if not 0 <= utc_ms - told.utc_ms < LOOK_MS:
                    self._tell(replace(screen, utc_ms=utc_ms))
            elif utc_ms - told.utc_ms >= AGAIN_MS:
                self._tell(replace(screen, utc_ms=utc_ms))
        for state in states:
            if state.heartbeat is not None and state.heartbeat_at_s is not None:
                self._hear(state, now_s, utc_ms, utc_ms - round((now_s - state.heartbeat_at_s) * 1000))

    def take(self, *, everything: bool = False) -> list[Screen | Heard]:
        """Return and forget the rows that are whole; `everything`: also spans that are not over, at the end."""
        if everything:
            for _, run in self._runs.values():
                self._put(run)
            self._runs.clear()
        made = list(self._due)
        self._due.clear()
        return made

    def put_back(self, rows: list[Screen | Heard]) -> None:
        """Take rows back that the database did not take."""
        self._due.extendleft(reversed(rows))
        self._bound()

    def _tell(self, screen: Screen) -> None:
        self._told[screen.socket] = screen
        self._put(screen)

    def _hear(self, state: VesselState, now_s: float, utc_ms: int, last_ms: int) -> None:
        key, known = _key(state), self._runs.get(state.vessel)
        if known is not None and known[0] == key and known[1].through_ms <= utc_ms < known[1].since_ms + RUN_MS:
            run = known[1]
            gap_ms = max(run.gap_ms, last_ms - run.last_ms) if run.last_ms >= run.since_ms else run.gap_ms
            told = run.figures
            if utc_ms - run.since_ms >= told[-1][0] + FIGURES_MS:
                told = (*told, _figures(state, utc_ms - run.since_ms))
            longer = replace(run, through_ms=utc_ms, last_ms=max(run.last_ms, last_ms), gap_ms=gap_ms, figures=told)
            self._runs[state.vessel] = (key, longer)
            return
        if known is not None:
            self._put(known[1])
        status = {name: part for name, part in views.status_message(state, now_s).items() if name not in _LEFT_OUT}
        self._runs[state.vessel] = (key, Heard(state.vessel, utc_ms, utc_ms, last_ms, 0, status, (_figures(state, 0),)))

    def _put(self, row: Screen | Heard) -> None:
        self._due.append(row)
        self._bound()

    def _bound(self) -> None:
        while len(self._due) > DUE_MAX:
            self._due.popleft()
            self.lost_count += 1


def _figures(state: VesselState, since_ms: int) -> Figures:
    jitter_ms, received, one_way_ms = (
        None if figure is None else round(figure)
        for figure in (state.link.jitter_ms, state.link.received_bytes_s, state.link.one_way_ms)
    )
    return since_ms, jitter_ms, received, one_way_ms


def _is_same(one: Screen, other: Screen) -> bool:
    return replace(one, utc_ms=0) == replace(other, utc_ms=0)


def _key(state: VesselState) -> Key:
    """Return what makes a heartbeat say something new: all that is shown of it, figures by steps that a person would notice."""
    beat = state.heartbeat
    assert beat is not None  # noqa: S101 - asked only of a vessel that was heard
    return (
        beat.step, tuple(reason.name for reason in beat.reasons), beat.next_step, _whole(beat.next_step_in_s),
        _held(beat.authority), None if beat.engineering is None else _held(beat.engineering), beat.stop_latched, beat.phase,
        beat.roster_version, beat.action, tuple(sorted(beat.setpoints.items())), state.collector_alive,
        None if beat.round_trip_ms is None else beat.round_trip_ms // 100, beat.loss_pct // 2, _ending(beat.access),
        None if beat.respond is None else (beat.respond.left_s // 10, beat.respond.what),
        tuple((way.name, way.is_connected) for way in beat.ways), tuple(state.grades.told.values()), state.ways.grades(),
        beat.period_ms,
    )  # fmt: skip


def _held(authority: AuthorityState) -> Key:
    lease_s = authority.lease_age_s
    late_s = None if lease_s is None or lease_s < LATE_LEASE_S else int(lease_s)
    return (
        authority.station, authority.person, authority.console, authority.session, authority.level, authority.fencing,
        authority.phase, authority.pending_id, _whole(authority.pending_left_s), late_s,
    )  # fmt: skip


def _ending(access: RemoteAccess | None) -> Key:
    """Return what is told of the grant: its last hour by the minute, its last minute by the second, and why there is none."""
    if access is None:
        return ()
    left = access.left_s if access.left_s < LAST_MINUTE_S else access.left_s // LAST_MINUTE_S * LAST_MINUTE_S
    return (left, tuple(reason.name for reason in access.reasons))


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)
