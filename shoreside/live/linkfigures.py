"""How evenly a vessel's round trips come, how long her heartbeats take, how much of her arrives. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from protocols.link.heartbeats import VesselHeartbeat

TRIPS_MAX: Final = 11
"""Round trips that jitter is reckoned over: ten changes, ten seconds at a beat a second."""
WAYS_MAX: Final = 30
"""Heartbeats whose way here tells whether the clocks can be right: half a minute, longer than a burst on a bearer lasts."""
LOOKS_MAX: Final = 11
"""Looks at the count of bytes, about a second apart: ten seconds, which hold one batch of the slowest bearer."""


@dataclass(slots=True)
class LinkFigures:
    """Jitter, one way and bytes a second of one vessel."""

    clocks_apart_s: float | None = None
    """From where on clocks are called apart (CMD-05); None: not known here, and then no one way is told."""
    received_bytes: int = 0
    """Payload of every message in her name since this process started, what is refused or comes twice too; no headers."""
    _trips_ms: deque[float] = field(default_factory=lambda: deque[float](maxlen=TRIPS_MAX))
    _looks: deque[tuple[float, int]] = field(default_factory=lambda: deque[tuple[float, int]](maxlen=LOOKS_MAX))
    _session: tuple[str, str] = ("", "")
    _seq: int = -1
    _ways_ms: deque[float] = field(default_factory=lambda: deque[float](maxlen=WAYS_MAX))
    _boot_id: str = ""

    def take(self, beat: VesselHeartbeat) -> None:
        """Take the round trip of a heartbeat where it is a new one; another session, or another start of hers, begins anew."""
        session = (beat.boot_id, beat.echo_session)
        if session != self._session or beat.round_trip_ms is None:
            self._trips_ms.clear()
            self._session, self._seq = session, -1
        if beat.round_trip_ms is None or beat.echo_seq <= self._seq:
            return
        self._seq = beat.echo_seq
        self._trips_ms.append(beat.round_trip_ms)

    def arrive(self, beat: VesselHeartbeat, utc_ns: int) -> None:
        """Take when a heartbeat came, by the shore's UTC; one whose sender does not trust her own clock begins anew."""
        if beat.boot_id != self._boot_id or not beat.utc_trusted:
            self._ways_ms.clear()
            self._boot_id = beat.boot_id
        if beat.utc_trusted:
            self._ways_ms.append((utc_ns - beat.utc_ns) / 1e6)

    def look(self, now_s: float) -> None:
        """Note the count of bytes; called about each second."""
        self._looks.append((now_s, self.received_bytes))

    @property
    def jitter_ms(self) -> float | None:
        """Return the mean change from one round trip to the next over the last ten; None before there are two."""
        return mean_change(self._trips_ms)

    @property
    def is_timed(self) -> bool:
        """Return whether both clocks can be right, as far as her heartbeats tell.

        They cannot where hers is not trusted, where one of the last thirty came before it was sent, and where even their quickest
        took longer than clocks may be apart: then a clock is wrong, here or there, and no figure is better than a false one.
        """
        if not self._ways_ms or self.clocks_apart_s is None:
            return False
        return 0.0 <= min(self._ways_ms) <= self.clocks_apart_s * 1000.0

    @property
    def one_way_ms(self) -> float | None:
        """Return how long the last heartbeat took from ship to shore by both clocks, as wrong as these are; None: not known."""
        return round(self._ways_ms[-1], 1) if self.is_timed else None

    @property
    def received_bytes_s(self) -> float | None:
        """Return payload bytes a second over the last ten seconds, 0 where nothing came; None before two looks."""
        return per_second(self._looks)


def mean_change(values_ms: Iterable[float]) -> float | None:
    """Return the mean change from one value to the next, milliseconds; None before there are two."""
    changes = [abs(after - before) for before, after in pairwise(values_ms)]
    return round(sum(changes) / len(changes), 1) if changes else None


def per_second(looks: Sequence[tuple[float, int]]) -> float | None:
    """Return how much a count grew a second from the first look (seconds, count) to the last; None before there are two."""
    if not looks:
        return None
    (first_s, first), (last_s, last) = looks[0], looks[-1]
    return round((last - first) / (last_s - first_s), 1) if last_s > first_s else None
