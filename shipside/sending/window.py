"""Which batch goes next and which must go again: live first, then history, nothing forgotten before the shore's word.

Batches have ranks, 0 the most worth: within live and within history the lower rank goes first.

Pure: the shell tells it what was made, sent, acknowledged and lost; it keeps no batch, only sequence numbers in flight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocols.link.acks import BatchAck

HISTORY_MAX: Final = 64
"""Historical batches in flight at most: 64 of 5 s fill a GEO round trip at any rate this link has."""
LIVE_MAX: Final = 64
"""Live batches in flight at most: 13 s at 5 Hz. A newer one is then left to history, where nothing is lost."""
RESEND_MAX_S: Final = 60.0
"""Longest time-out: a shore whose database is down for an hour gets a full window once a minute, and one batch of it after each
first time-out."""


TRIES: Final = 3
"""So often a batch of history goes without an answer while the shore answers others: it may be one that the shore cannot read."""
RIDDLES_MAX: Final = 4096
"""Such batches known at once, half an hour of LTE; any further one holds its place in the row."""


@dataclass(frozen=True, slots=True)
class Send:
    """One batch to send."""

    seq: int
    historical: bool


RANKS: Final = 2
"""Samples, and what comes in bulk (spool.CLASSES)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the spool is to be asked for: `count` sequences of a rank above `after`."""

    after: int
    count: int
    rank: int


@dataclass(slots=True)
class _Flight:
    historical: bool
    due_s: float
    answers: int
    """How many answers the shore had given when it was sent."""


class Window:
    """The sender's end of the link for one epoch of the spool."""

    def __init__(self, epoch: int, last_seq: int, resend_after_s: float) -> None:
        """Begin with everything up to `last_seq` as history; wait `resend_after_s` for an acknowledgement."""
        self._epoch = epoch
        self._last_seq = last_seq
        self._resend_first_s = resend_after_s
        self._resend_s = resend_after_s
        self._is_connected = False
        self._live: tuple[deque[int], ...] = tuple(deque[int]() for _ in range(RANKS))
        self._history: deque[int] = deque()
        """Of the lowest rank that is not exhausted."""
        self._flight: dict[int, _Flight] = {}
        self._cursors = [0] * RANKS
        self._is_exhausted = [False] * RANKS
        self._held = frozenset[int]()
        self._resent_count = 0
        self._probe_s = 0.0
        """While the time-out has grown: when one batch goes again all the same, to learn whether the shore is back."""
        self._answers = 0
        """Answers that acknowledged something in flight."""
        self._tries: dict[int, int] = {}
        """How often a batch stayed unanswered while the shore answered others."""
        self._riddles = set[int]()
        """Batches with TRIES of them: they let all others go first, and are tried again after RESEND_MAX_S."""
        self._riddles_due_s = 0.0
        self._is_heard_again = False
        """The shore has acknowledged after a silence: nothing is waited for any longer than at first."""

    @property
    def resent_count(self) -> int:
        """Batches whose acknowledgement did not come in time."""
        return self._resent_count

    @property
    def in_flight_count(self) -> int:
        """Batches sent and not yet acknowledged."""
        return len(self._flight)

    def connected(self) -> None:
        """The link stands: all that is not acknowledged is sent again from the oldest, as history."""
        self._is_connected = True
        self._resend_s = self._resend_first_s
        self._riddles.clear()
        self._tries.clear()
        self._rewind(0)

    def disconnected(self) -> None:
        """The link is gone: what was in flight must be taken as lost."""
        self._is_connected = False
        self._flight.clear()
        for queue in self._live:
            queue.clear()
        self._history.clear()

    def resend_after(self, resend_after_s: float) -> None:
        """Wait this long for an acknowledgement from now on."""
        self._resend_first_s = self._resend_s = resend_after_s

    def hold(self, ranks: Iterable[int]) -> None:
        """Send nothing of `ranks` until told otherwise: it waits in the spool, and what is in flight may still arrive."""
        held = frozenset(ranks)
        if held == self._held:
            return
        self._held = held
        for rank in held:
            self._live[rank].clear()
        self._rewind(0)

    def refound(self) -> None:
        """The spool has got batches back that were made long ago: look through it again."""
        self._rewind(0)

    def made(self, seq: int, rank: int = 0) -> None:
        """A batch has been written to the spool."""
        self._last_seq = seq
        live_in_flight = sum(1 for flight in self._flight.values() if not flight.historical)
        live = live_in_flight + sum(len(queue) for queue in self._live)
        if self._is_connected and rank not in self._held and live < LIVE_MAX:
            self._live[rank].append(seq)
        else:
            self._is_exhausted[rank] = False

    def wanted(self) -> Wanted | None:
        """Return what the spool is to be asked for; None: for nothing."""
        room = HISTORY_MAX - len(self._history) - sum(1 for flight in self._flight.values() if flight.historical)
        if not self._is_connected or room <= 0 or self._history:
            return None
        rank = next((rank for rank in range(RANKS) if not self._is_exhausted[rank] and rank not in self._held), None)
        return None if rank is None else Wanted(self._cursors[rank], room, rank)

    def offer(self, wanted: Wanted, seqs: Sequence[int]) -> None:
        """Take what the spool has of what was `wanted`, ascending; none means that there is no more history of it."""
        if not seqs:
            self._is_exhausted[wanted.rank] = True
            return
        self._cursors[wanted.rank] = seqs[-1]
        known = self._flight.keys() | self._riddles | set(self._live[wanted.rank])
        self._history.extend(seq for seq in seqs if seq not in known)

    def take(self, now_s: float, *, is_history_held: bool = False) -> Send | None:
        """Return the batch to send now, which counts as sent; None when there is none, or only history while that is held."""
        if not self._is_connected:
            return None
        live = next((queue for queue in self._live if queue), None)
        queue = live or (None if is_history_held else self._history)
        if not queue:
            return None
        seq = queue.popleft()
        self._flight[seq] = _Flight(live is None, now_s + self._resend_s, self._answers)
        return Send(seq, live is None)

    def failed(self, seq: int) -> None:
        """Batch `seq` could not be handed over: it is sent again."""
        if self._flight.pop(seq, None) is not None:
            self._rewind(seq - 1)

    def gone(self, seq: int) -> None:
        """Batch `seq` is no longer in the spool: dropped, damaged, or acknowledged meanwhile."""
        self._flight.pop(seq, None)
        self._riddles.discard(seq)
        self._tries.pop(seq, None)

    def receive(self, ack: BatchAck) -> tuple[int, tuple[int, ...]]:
        """Return (through, selected): what may now be deleted; nothing for another epoch or what was never made."""
        if ack.epoch != self._epoch or ack.through_seq > self._last_seq:
            return 0, ()
        selected = tuple(seq for seq in ack.selected if seq <= self._last_seq)
        had = [seq for seq in self._flight if seq <= ack.through_seq or seq in selected]
        for seq in had:
            del self._flight[seq]
            self._is_heard_again |= self._resend_s > self._resend_first_s
            self._resend_s = self._resend_first_s
        self._answers += bool(had)
        for seq in [seq for seq in self._tries if seq <= ack.through_seq or seq in selected]:
            del self._tries[seq]
            self._riddles.discard(seq)
        return ack.through_seq, selected

    def deadline(self) -> float | None:
        """Return when the next acknowledgement is overdue, or a batch goes again to ask; None when nothing is in flight."""
        due_s = min((flight.due_s for flight in self._flight.values()), default=None)
        return min(due_s, self._probe_s) if due_s is not None and self._is_stuck() else due_s

    def _is_stuck(self) -> bool:
        """Return whether patience has grown and nothing new can go: what goes is what the shore's first word answers."""
        return self._resend_s > self._resend_first_s and len(self._flight) >= HISTORY_MAX + LIVE_MAX

    def tick(self, now_s: float) -> None:
        """Give up waiting for what is overdue: it becomes history and is sent again, each time more patiently.

        The first word of the shore after a silence ends that patience: what was sent into the silence is lost, most likely. So
        that there is a first word although the window is full, its oldest batch then goes again after each first time-out.
        """
        if self._is_heard_again:
            self._is_heard_again = False
            for flight in self._flight.values():
                flight.due_s = min(flight.due_s, now_s + self._resend_first_s)
        self._ask_riddles(now_s)
        overdue = [seq for seq, flight in self._flight.items() if now_s >= flight.due_s]
        if overdue:
            self._resend_s = min(self._resend_s * 2, RESEND_MAX_S)
        elif self._is_stuck() and now_s >= self._probe_s:
            overdue = [min(self._flight)]
        if not overdue:
            return
        for seq in overdue:
            self._unanswered(seq, self._flight.pop(seq), now_s)
        self._probe_s = now_s + self._resend_first_s
        self._resent_count += len(overdue)
        self._rewind(min(overdue) - 1)

    def _unanswered(self, seq: int, flight: _Flight, now_s: float) -> None:
        """Count that a batch of history stayed unanswered, where the shore has answered others since it was sent."""
        if not flight.historical or flight.answers == self._answers or len(self._tries) >= RIDDLES_MAX:
            return
        self._tries[seq] = self._tries.get(seq, 0) + 1
        if self._tries[seq] >= TRIES:
            self._riddles_due_s = self._riddles_due_s if self._riddles else now_s + RESEND_MAX_S
            self._riddles.add(seq)

    def _ask_riddles(self, now_s: float) -> None:
        """Once a RESEND_MAX_S let the riddles go once more: what the shore lacked may have come."""
        if self._riddles and now_s >= self._riddles_due_s and all(self._is_exhausted) and not self._history:
            first = min(self._riddles)
            self._tries.update(dict.fromkeys(self._riddles, TRIES - 1))
            self._riddles.clear()
            self._rewind(first - 1)

    def _rewind(self, cursor: int) -> None:
        """Look through the spool again from above `cursor`, or from the first not sent yet if that is lower."""
        first = min(cursor, *(seq - 1 for seq in self._history), cursor)
        self._cursors = [min(each, first) for each in self._cursors]
        self._history.clear()
        self._is_exhausted = [False] * RANKS
