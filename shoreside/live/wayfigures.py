"""How each of a vessel's ways to the shore does, by what came over it: how late, how evenly, how much of it. Pure.

Copies of one heartbeat come over all her ways. Over which one came, its connection tells beside the bytes, and nobody signs that:
so these are figures to look at, and nothing is decided by them. Where it is not told, nothing is known of a way: that is no zero.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from protocols.console.standing import BroughtJson
from protocols.link.heartbeats import WAYS_MAX, VesselHeartbeat, Way
from shoreside.live.linkfigures import LOOKS_MAX, TRIPS_MAX, mean_change, per_second
from shoreside.live.linkgrades import LinkGrades

BEAT_MS: Final = 1000
"""Between two heartbeats of hers at most (control.md, L0); more often she beats at level direct and on a change."""
HALF_MS: Final = BEAT_MS // 2 - 1
"""By so much a gap may begin before the window: what was missing before it is not counted, what was within it is."""
BEATS: Final = 20
"""Seconds of hers that loss is counted over, as she counts that of her operator's beats: at 1 Hz ten per cent is two."""
LATE_S: Final = 10.0
"""How late a heartbeat may be before it counts as missing: after that the keepalive has ended a connection that carries none."""
LOOKED_MAX: Final = 2 * LOOKS_MAX
"""Looks of which one so old is sought: they come about each second, some a little sooner; twice as often they still reach."""
COME_MAX: Final = 256
"""Heartbeats remembered of one way: 20 s of them at 5 Hz, and as many again told on a change. The oldest goes first."""


UNKNOWN: Final[BroughtJson] = {
    "jitter_ms": None, "one_way_ms": None, "loss_pct": None, "age_ms": None, "received_bytes_s": None,
    "grades": {"round_trip": None, "loss": None, "age": None},
}  # fmt: skip
"""A way of which nothing came that tells so."""


@dataclass(slots=True)
class _Way:
    """What came over one way since she started, or since the first that told so."""

    first_ms: int
    """Of her monotonic clock, as all that end in `_ms` and come from her."""
    heard_at_s: float
    received_bytes: int = 0
    grades: LinkGrades = field(default_factory=LinkGrades)
    one_way_ms: float | None = None
    come_ms: list[int] = field(default_factory=list[int])
    """When she made those that came: the last twenty seconds' in order, and the one before."""
    transits_ms: deque[float] = field(default_factory=lambda: deque[float](maxlen=TRIPS_MAX))
    """How long each took, but for what lies between the zeros of two monotonic clocks."""
    looks: deque[tuple[float, int]] = field(default_factory=lambda: deque[tuple[float, int]](maxlen=LOOKS_MAX))

    def take(self, beat: VesselHeartbeat, now_s: float, utc_ns: int) -> None:
        """Take a heartbeat that came; one that has come over this way before changes nothing."""
        made_ms, come = beat.mono_ms, self.come_ms
        at = bisect_left(come, made_ms)
        if come and (come[at : at + 1] == [made_ms] or made_ms <= come[-1] - BEATS * BEAT_MS):
            return
        if now_s - self.heard_at_s > LATE_S:
            self.transits_ms.clear()  # another connection: what it takes is no change of what the former took
        self.heard_at_s = now_s
        if at == len(come):  # one that was overtaken tells how the last ones came no more
            self.transits_ms.append(now_s * 1000.0 - made_ms)
            self.one_way_ms = round((utc_ns - beat.utc_ns) / 1e6, 1) if beat.utc_trusted else None
        insort(come, made_ms)
        self.first_ms = min(self.first_ms, made_ms)
        del come[: max(bisect_right(come, come[-1] - BEATS * BEAT_MS) - 1, len(come) - COME_MAX, 0)]

    def loss_pct(self, due_ms: int) -> float:
        """Return the share of her last twenty seconds without a heartbeat over this way, per cent.

        `due_ms`: the newest that would have come by now if it came at all, over whichever way she was heard.
        """
        end_ms = max(self.come_ms[-1], due_ms)
        start_ms = end_ms - BEATS * BEAT_MS
        since = bisect_right(self.come_ms, start_ms)
        missing, before_ms = 0, max(self.come_ms[max(since - 1, 0)], start_ms - HALF_MS)
        for made_ms in self.come_ms[since:]:
            missing += max(0, round((made_ms - before_ms) / BEAT_MS) - 1)
            before_ms = made_ms
        missing += round((end_ms - max(before_ms, start_ms)) / BEAT_MS)
        expected = min(BEATS, round((end_ms - self.first_ms) / BEAT_MS) + 1)
        return round(100.0 * min(missing, expected) / expected, 1)


@dataclass(slots=True)
class WayFigures:
    """All ways of one vessel that tell themselves apart, by name; as many as a heartbeat can name."""

    _ways: dict[str, _Way] = field(default_factory=dict[str, _Way])
    _boot_id: str = ""
    _told: dict[str, Way] = field(default_factory=dict[str, Way])
    """What her newest heartbeat says of each."""
    _newest_ms: int = -1
    _looks: deque[tuple[float, int]] = field(default_factory=lambda: deque[tuple[float, int]](maxlen=LOOKED_MAX))
    """Her newest heartbeat over any way, about each second."""
    _untold_at_s: float | None = None
    """When a heartbeat last came that tells no way."""

    def take(self, beat: VesselHeartbeat, way: str, now_s: float, utc_ns: int) -> None:
        """Take a verified heartbeat, the second copy of it too; `way` as its connection tells, empty: it tells none.

        Her other starts begin anew; a name that she does not sign is none of hers.
        """
        if beat.boot_id != self._boot_id:
            self._ways.clear()
            self._looks.clear()
            self._boot_id, self._newest_ms, self._untold_at_s = beat.boot_id, -1, None
        if beat.mono_ms > self._newest_ms:
            self._newest_ms, self._told = beat.mono_ms, {each.name: each for each in beat.ways[:WAYS_MAX]}
        if way not in self._told:
            self._untold_at_s = now_s
            return
        if way not in self._ways:
            self._ways[way] = _Way(beat.mono_ms, now_s)
        self._grade(way, now_s)  # how long one waited for this one, which is over now
        self._ways[way].take(beat, now_s, utc_ns)
        self._grade(way, now_s)

    def count(self, way: str, size_bytes: int) -> None:
        """Count what came over a way, whatever it was."""
        if way in self._ways:
            self._ways[way].received_bytes += size_bytes

    def look(self, now_s: float) -> None:
        """Note how far she was heard and how much came, and grade; called about each second.

        A way that brought nothing for ten seconds, while heartbeats come that tell none, is not known any more: they may be its.
        """
        self._looks.append((now_s, self._newest_ms))
        is_untold = self._untold_at_s is not None and now_s - self._untold_at_s <= LATE_S
        for name in [name for name, way in self._ways.items() if is_untold and now_s - way.heard_at_s > LATE_S]:
            del self._ways[name]
        for name, way in self._ways.items():
            way.looks.append((now_s, way.received_bytes))
            self._grade(name, now_s)

    def told(self, name: str, now_s: float, *, is_timed: bool) -> BroughtJson:
        """Return what is known of a way; `is_timed`: the clocks of ship and shore can be right, so that one way has a meaning."""
        way = self._ways.get(name)
        if way is None:
            return UNKNOWN
        is_fresh = now_s - way.heard_at_s <= LATE_S
        return {
            "jitter_ms": mean_change(way.transits_ms) if is_fresh else None,
            "one_way_ms": way.one_way_ms if is_fresh and is_timed else None,
            "loss_pct": way.loss_pct(self._due_ms(now_s)), "age_ms": _age_ms(way, now_s),
            "received_bytes_s": per_second(way.looks), "grades": way.grades.told,
        }  # fmt: skip

    def grades(self) -> tuple[tuple[str, tuple[object, ...]], ...]:
        """Return the grades of each way that is known, for what records their changes."""
        return tuple((name, tuple(way.grades.told.values())) for name, way in self._ways.items())

    def _due_ms(self, now_s: float) -> int:
        """Return what was her newest heartbeat ten seconds ago, or at the last look before; -1 while nobody had looked."""
        return next((newest_ms for at_s, newest_ms in reversed(self._looks) if now_s - at_s >= LATE_S), -1)

    def _grade(self, name: str, now_s: float) -> None:
        way, told = self._ways[name], self._told.get(name)
        way.grades.look(
            round_trip_ms=None if told is None else told.round_trip_ms,
            loss_pct=way.loss_pct(self._due_ms(now_s)) if way.come_ms else None, age_ms=float(_age_ms(way, now_s)), now_s=now_s,
        )  # fmt: skip


def _age_ms(way: _Way, now_s: float) -> int:
    return int((now_s - way.heard_at_s) * 1000)
