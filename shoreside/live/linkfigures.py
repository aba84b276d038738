"""How evenly a vessel's round trips come and how much of her arrives, from what reaches this process. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from protocols.link.heartbeats import VesselHeartbeat

TRIPS_MAX: Final = 11
"""Round trips that jitter is reckoned over: ten changes, ten seconds at a beat a second."""
LOOKS_MAX: Final = 11
"""Looks at the count of bytes, about a second apart: ten seconds, which hold one batch of the slowest bearer."""


@dataclass(slots=True)
class LinkFigures:
    """Jitter and bytes a second of one vessel."""

    received_bytes: int = 0
    """Payload of every message in her name since this process started, what is refused or comes twice too; no headers."""
    _trips_ms: deque[float] = field(default_factory=lambda: deque[float](maxlen=TRIPS_MAX))
    _looks: deque[tuple[float, int]] = field(default_factory=lambda: deque[tuple[float, int]](maxlen=LOOKS_MAX))
    _session: tuple[str, str] = ("", "")
    _seq: int = -1

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

    def look(self, now_s: float) -> None:
        """Note the count of bytes; called about each second."""
        self._looks.append((now_s, self.received_bytes))

    @property
    def jitter_ms(self) -> float | None:
        """Return the mean change from one round trip to the next over the last ten; None before there are two."""
        changes = [abs(after - before) for before, after in pairwise(self._trips_ms)]
        return round(sum(changes) / len(changes), 1) if changes else None

    @property
    def received_bytes_s(self) -> float | None:
        """Return payload bytes a second over the last ten seconds, 0 where nothing came; None before two looks."""
        if not self._looks:
            return None
        (first_s, first), (last_s, last) = self._looks[0], self._looks[-1]
        return round((last - first) / (last_s - first_s), 1) if last_s > first_s else None
