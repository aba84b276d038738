"""Is the operator still there, and does he hear us: heartbeats in, silence, round trip, loss. Loses fast, regains slowly.

A beat proves that his words arrive here; the newest of our own heartbeats that it echoes proves that ours arrive there. Who
sees nothing of the ship has not got her, however well she hears him: silence counts from the older of the two.
Only the holder's authenticated beats are told to it. A beat counts when its sequence is higher than any before in its
session: a replay keeps nothing alive (FBK-04).
"""

from __future__ import annotations

from collections import deque
from typing import Final

from control.limits import LinkLimits
from protocols.link.heartbeats import OperatorHeartbeat

ECHOES_MAX: Final = 320
"""Own heartbeats remembered for their echo: a minute at the 5 Hz of direct control, longer than any round trip we work with."""
LOSS_WINDOW: Final = 20
"""Beats over which loss is counted; at 1 Hz ten per cent is two of them."""
GAP_S: Final = 2.5
"""A pause longer than this breaks the run of continuous beats: two missed at 1 Hz."""


class LinkWatch:
    """The link to the holder of the authority, since boot or since the holder changed."""

    def __init__(self, limits: LinkLimits, now_s: float) -> None:
        """Begin in silence: armed from boot, not from first contact."""
        self._limits = limits
        self._sent: dict[int, int] = {}
        """{sequence: monotonic ms at which it was sent}"""
        self.replayed_count = 0
        self.reset(now_s)

    def reset(self, now_s: float) -> None:
        """Begin anew with another holder: nothing heard yet."""
        self._heard_s = self._echoed_s = now_s
        self._echoed_seq = -1
        self._run_since_s: float | None = None
        self._session, self._seq = "", -1
        self._seqs: deque[int] = deque(maxlen=LOSS_WINDOW)
        self.made_at_s: float | None = None
        """When the last beat that counted was made, at the latest that she can tell; None: its echo is none of hers."""
        self.round_trip_ms: float | None = None
        self._echo = ("", 0, now_s)
        self._poor_since_s: float | None = None

    def sent(self, seq: int, mono_ms: int) -> None:
        """Note one of our own heartbeats, whose echo will tell the round trip."""
        self._sent[seq] = mono_ms
        if len(self._sent) > ECHOES_MAX:
            del self._sent[min(self._sent)]

    def heard(self, beat: OperatorHeartbeat, now_s: float, now_ms: int, boot_id: str) -> bool:
        """Take an authenticated beat of the holder; return False when it is a replay or of another session order."""
        if beat.session == self._session and beat.seq <= self._seq:
            self.replayed_count += 1
            return False
        if beat.session != self._session:
            self._seqs.clear()
        if self._run_since_s is None or now_s - self.heard_at_s > GAP_S:
            self._run_since_s = now_s
        self._session, self._seq, self._heard_s = beat.session, beat.seq, now_s
        self._seqs.append(beat.seq)
        self._echo = (beat.session, beat.seq, now_s)
        self.made_at_s = None
        if beat.boot_id == boot_id:
            self._measure(beat, now_ms)
        self._judge(now_s)
        return True

    def silence_s(self, now_s: float) -> float:
        """Return seconds since the last beat that counted, or since the last heartbeat of ours that was heard."""
        return now_s - self.heard_at_s

    @property
    def heard_at_s(self) -> float:
        """When the last beat that counted came or the last of ours was heard, the older; from when the watch began."""
        return min(self._heard_s, self._echoed_s)

    @property
    def is_unheard(self) -> bool:
        """True while beats come that echo nothing new: the operator speaks and hears nothing of the ship."""
        return self._echoed_s + GAP_S < self._heard_s

    def run_s(self, now_s: float) -> float:
        """Return for how long beats have come without a break; 0 when they have stopped."""
        if self._run_since_s is None or now_s - self.heard_at_s > GAP_S:
            return 0.0
        return now_s - self._run_since_s

    def poor_s(self, now_s: float) -> float:
        """Return for how long the link has been over its limits of round trip or loss; 0 when it is not."""
        return 0.0 if self._poor_since_s is None else now_s - self._poor_since_s

    @property
    def loss_pct(self) -> float:
        """Share of the last beats that did not come, per cent."""
        if not self._seqs:
            return 0.0
        expected = self._seqs[-1] - self._seqs[0] + 1
        return round(100.0 * (1.0 - len(self._seqs) / expected), 1)

    def echo(self, now_s: float) -> tuple[str, int, int]:
        """Return (session, sequence, held ms) of the last accepted beat for our next heartbeat."""
        session, seq, at_s = self._echo
        return session, seq, max(0, round((now_s - at_s) * 1000))

    def _measure(self, beat: OperatorHeartbeat, now_ms: int) -> None:
        sent_ms = self._sent.get(beat.echo_seq)
        if sent_ms is None:
            return
        trip = now_ms - sent_ms - beat.echo_held_ms
        self.round_trip_ms = float(trip) if trip >= 0 else None
        # Heard somewhere between its sending and now, less the time he held it; a beat that comes late proves little.
        heard_ms = sent_ms + min(max(trip, 0), self._limits.degraded_round_trip_ms)
        self.made_at_s = min(now_ms, heard_ms + beat.echo_held_ms) / 1000.0
        if beat.echo_seq > self._echoed_seq:
            self._echoed_seq, self._echoed_s = beat.echo_seq, max(self._echoed_s, heard_ms / 1000.0)

    def _judge(self, now_s: float) -> None:
        trip = self.round_trip_ms
        is_slow = trip is not None and trip > self._limits.degraded_round_trip_ms
        if not is_slow and self.loss_pct <= self._limits.degraded_loss_pct:
            self._poor_since_s = None
        elif self._poor_since_s is None:
            self._poor_since_s = now_s
