"""Which profile of the link fits what is measured: round trip, loss, age of the queue. Pure, with hysteresis, and says why.

It goes down at once when the link cannot carry what is sent, and up only after it has been good for long (lessons.md, edge-link).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from shipside.config.link import BEARERS, Bearer

ORDER: Final = ("lte", "leo", "geo", "narrow")
"""Profiles from the widest bearer to the narrowest."""
ROUND_TRIP_S_MAX: Final = {"lte": 2.0, "leo": 4.0, "geo": 20.0}
"""Median time to the shore's acknowledgement above which a profile asks too much: thrice what is usual, commit included."""
LOSS_PCT_MAX: Final = 10.0
QUEUE_S_MAX: Final = {"lte": 20.0, "leo": 40.0, "geo": 180.0}
"""Age of the oldest live batch not acknowledged; a link that falls behind by this does not catch up at this rate."""
DOWN_S: Final = 10.0
"""How long a link must be bad before the profile goes down."""
UP_S: Final = 120.0
"""How long it must be good for the next wider profile; doubled after each return, so that nothing flaps."""
UP_S_MAX: Final = 3600.0
GOOD: Final = 0.5
"""Good means within this share of the limits of the wider profile."""
RECENT: Final = 32
"""Acknowledgements that are looked at; 6 s on LTE, 5 min on GEO."""


OUTAGE_S: Final = 60.0
"""How long the link must be away before batches get longer: a short cut, and a restart in it, cost nothing."""
OUTAGE_BATCH_S: Final = 10.0
"""Length of a batch while nobody can be watching, as on GEO: a kill loses this long, a month of LTE's scans is held."""


class Outage:
    """How long batches are: the bearer's length for those who watch; while the link is away, one that a month fits in."""

    def __init__(self) -> None:
        """Begin without a link, as every start does."""
        self._away_since_s: float | None = None

    def batch_s(self, bearer: Bearer, now_s: float, *, is_connected: bool) -> float:
        """Return the length of the batch that is being collected at `now_s`; live again at once when the link is back."""
        if is_connected:
            self._away_since_s = None
            return bearer.batch_s
        if self._away_since_s is None:
            self._away_since_s = now_s
        is_long = now_s - self._away_since_s >= OUTAGE_S
        return max(bearer.batch_s, OUTAGE_BATCH_S) if is_long else bearer.batch_s


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """How the link does."""

    round_trip_s: float | None
    """Median of the last acknowledgements; None before the first."""
    loss_pct: float
    """Batches that had to be sent again, of those sent lately."""
    queue_s: float
    """Age of the oldest batch sent and not acknowledged."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of profile."""

    before: str
    after: str
    reason: str


class BearerChoice:
    """Chooses a profile; one that is fixed by configuration is only measured."""

    def __init__(self, name: str, *, is_fixed: bool) -> None:
        """Begin with the profile `name`, the widest there is."""
        self._widest, self._name, self._is_fixed = name, name, is_fixed
        self._trips: deque[float] = deque(maxlen=RECENT)
        self._outcomes: deque[bool] = deque(maxlen=RECENT)
        self._queue_s = 0.0
        self._bad_since_s: float | None = None
        self._good_since_s: float | None = None
        self._up_s = UP_S
        self._outbox: list[Change] = []

    @property
    def name(self) -> str:
        """Name of the profile in use."""
        return self._name

    @property
    def bearer(self) -> Bearer:
        """The profile in use."""
        return BEARERS[self._name]

    def acknowledged(self, round_trip_s: float) -> None:
        """Take the time from sending a batch to the shore's acknowledgement."""
        self._trips.append(round_trip_s)
        self._outcomes.append(True)

    def lost(self, count: int) -> None:
        """Take batches whose acknowledgement did not come in time."""
        self._outcomes.extend([False] * min(count, RECENT))

    def disconnected(self) -> None:
        """Forget what was measured: a link that is down is no slow one."""
        self._trips.clear()
        self._outcomes.clear()
        self._bad_since_s = self._good_since_s = None

    def facts(self) -> LinkFigures:
        """Return how the link does."""
        trips = sorted(self._trips)
        lost = 100.0 * self._outcomes.count(False) / len(self._outcomes) if self._outcomes else 0.0
        return LinkFigures(trips[len(trips) // 2] if trips else None, lost, self._queue_s)

    def tick(self, now_s: float, queue_s: float) -> None:
        """Judge the link at `now_s`, with a queue whose oldest is `queue_s` old."""
        self._queue_s = queue_s
        if self._is_fixed or True not in self._outcomes:  # a shore that does not answer at all is no narrow bearer
            return
        bad = self._reason(self._name, 1.0)
        self._bad_since_s = None if not bad else (now_s if self._bad_since_s is None else self._bad_since_s)
        wider = self._wider()
        is_good = not bad and wider is not None and not self._reason(wider, GOOD)
        self._good_since_s = None if not is_good else (now_s if self._good_since_s is None else self._good_since_s)
        if self._bad_since_s is not None and now_s - self._bad_since_s >= DOWN_S and self._name != ORDER[-1]:
            self._up_s = min(self._up_s * 2, UP_S_MAX)
            self._change(ORDER[ORDER.index(self._name) + 1], bad)
        elif wider is not None and self._good_since_s is not None and now_s - self._good_since_s >= self._up_s:
            self._change(wider, f"the link has been good for {self._up_s:.0f} s")

    def outbox(self) -> list[Change]:
        """Return the changes since the last call, and forget them."""
        taken, self._outbox = self._outbox, []
        return taken

    def _wider(self) -> str | None:
        at = ORDER.index(self._name)
        return ORDER[at - 1] if at > ORDER.index(self._widest) else None

    def _reason(self, name: str, share: float) -> str:
        """Return why the link is worse than `share` of what profile `name` allows; empty when it is not."""
        if name not in ROUND_TRIP_S_MAX:
            return ""
        figures = self.facts()
        for value, limit, words in (
            (figures.round_trip_s or 0.0, ROUND_TRIP_S_MAX[name], "round trip {:.1f} s"),
            (figures.loss_pct, LOSS_PCT_MAX, "{:.0f} % sent again"),
            (figures.queue_s, QUEUE_S_MAX[name], "queue {:.0f} s old"),
        ):
            if value > limit * share:
                return words.format(value) + f", limit {limit * share:g}"
        return ""

    def _change(self, after: str, reason: str) -> None:
        self._outbox.append(Change(self._name, after, reason))
        self._name = after
        self._trips.clear()
        self._outcomes.clear()
        self._bad_since_s = self._good_since_s = None
