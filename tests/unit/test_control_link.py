"""The watch on the link, one heartbeat at a time: silence, runs, loss, round trip and echoes, dense at their limits."""

from __future__ import annotations

import dataclasses

import pytest

from control.limits import LinkLimits
from control.linkwatch import ECHOES_MAX, GAP_S, LOSS_WINDOW, LinkWatch
from protocols.link.heartbeats import OperatorHeartbeat

LIMITS = LinkLimits(1000.0, 10.0, 5.0, 2000.0, 3.5, 2.0, 10.0, 5.0, 60.0, 10.0)
BEAT = OperatorHeartbeat("petrel", "ann", "c", "s", 1, 1, "boot", 0, 0, present=True, issued_utc_ns=0)


class Link:
    """A watch, and whoever beats."""

    def __init__(self) -> None:
        """Begin to watch at 100 s."""
        self.watch = LinkWatch(LIMITS, 100.0)

    def heard(self, seq: int, at_s: float, *, trip_ms: int = 0, held_ms: int = 0, **changes: object) -> bool:
        """Let beat `seq` come, echoing one of ours that was sent so long before and held for so long."""
        self.watch.sent(seq, round(at_s * 1000) - trip_ms - held_ms)
        beat = dataclasses.replace(BEAT, seq=seq, echo_seq=seq, echo_held_ms=held_ms)
        beat = dataclasses.replace(beat, **changes)  # type: ignore[arg-type] # fields of the beat, given by the test
        return self.watch.heard(beat, at_s, round(at_s * 1000), "boot")


def test_the_watch_is_armed_from_its_beginning() -> None:
    """Proves FBK-01: silence counts before anybody was heard; there is no run, no loss and no round trip yet."""
    watch = Link().watch
    assert (watch.silence_s(107.0), watch.run_s(107.0), watch.loss_pct, watch.poor_s(107.0)) == (7.0, 0.0, 0.0, 0.0)
    assert (watch.round_trip_ms, watch.echo(100.5), watch.is_unheard) == (None, ("", 0, 500), False)


def test_a_beat_that_is_not_new_counts_for_nothing() -> None:
    """Proves FBK-04: the same sequence and a lower one are replays; they end no silence and are counted."""
    link = Link()
    assert link.heard(5, 101.0) is True
    assert link.heard(5, 104.0) is False
    assert link.heard(4, 104.0) is False
    assert (link.watch.silence_s(104.0), link.watch.replayed_count, link.watch.echo(104.0)) == (3.0, 2, ("s", 5, 3000))
    assert link.heard(1, 105.0, session="another") is True
    assert link.heard(2, 105.5, session="another") is True


@pytest.mark.parametrize(("pause_s", "run_s"), [(GAP_S, GAP_S + 1.0), (GAP_S + 0.001, 0.0)])
def test_a_pause_longer_than_two_beats_breaks_the_run(pause_s: float, run_s: float) -> None:
    """Proves FBK-01: dense at 2.5 s, both while nothing comes and when the next one does."""
    link = Link()
    link.heard(1, 101.0)
    link.heard(2, 102.0)
    assert link.watch.run_s(102.0 + pause_s) == pytest.approx(run_s)
    link.heard(3, 102.0 + pause_s)
    assert link.watch.run_s(102.0 + pause_s) == pytest.approx(run_s)


def test_silence_is_since_the_older_of_hearing_and_being_heard() -> None:
    """Proves FBK-01: he speaks and hears nothing new of her; from 2.5 s on that is said."""
    link = Link()
    link.heard(1, 101.0)
    for seq, at_s in ((2, 102.0), (3, 103.0), (4, 103.5)):
        link.heard(seq, at_s, echo_seq=1)
    assert (link.watch.silence_s(104.0), link.watch.is_unheard) == (3.0, False)
    link.heard(5, 103.501, echo_seq=1)
    assert link.watch.is_unheard is True
    link.heard(6, 104.0)
    assert (link.watch.silence_s(104.0), link.watch.is_unheard) == (0.0, False)


@pytest.mark.parametrize(
    ("trip_ms", "heard_s"), [(0, 101.0), (300, 101.0), (1000, 101.0), (1001, 100.999), (6000, 96.0)]
)
def test_a_beat_that_comes_late_proves_little(trip_ms: int, heard_s: float) -> None:
    """Proves FBK-01: he was heard by her at its sending and its way, a second of it at most; never before she began."""
    link = Link()
    link.heard(1, 101.0, trip_ms=trip_ms)
    assert link.watch.heard_at_s == pytest.approx(max(100.0, heard_s))
    assert link.watch.round_trip_ms == trip_ms


def test_the_time_he_held_it_is_no_part_of_the_way() -> None:
    """Proves INT-09: round trip without the holding; a negative one is none, and nothing is told of an unknown echo."""
    link = Link()
    link.heard(1, 101.0, trip_ms=300, held_ms=450)
    assert link.watch.round_trip_ms == 300.0
    link.heard(2, 102.0, trip_ms=-50, held_ms=50)
    assert link.watch.round_trip_ms is None
    link.heard(3, 103.0, trip_ms=200)
    link.heard(4, 104.0, echo_seq=999)
    assert link.watch.round_trip_ms == 200.0
    link.heard(5, 105.0, trip_ms=700, boot_id="another")
    assert link.watch.round_trip_ms == 200.0


@pytest.mark.parametrize(("trip_ms", "poor_s"), [(1000, 0.0), (1001, 2.0)])
def test_a_slow_link_is_poor_from_its_limit_on(trip_ms: int, poor_s: float) -> None:
    """Proves FBK-01, INT-09: over 1 s, counted from the first slow beat, and over with the first quick one."""
    link = Link()
    link.heard(1, 101.0, trip_ms=trip_ms)
    link.heard(2, 102.0, trip_ms=trip_ms)
    assert link.watch.poor_s(103.0) == poor_s
    link.heard(3, 103.0)
    assert link.watch.poor_s(104.0) == 0.0


@pytest.mark.parametrize(("missed", "loss_pct", "is_poor"), [(0, 0.0, False), (2, 9.1, False), (3, 13.0, True)])
def test_loss_is_counted_over_twenty_beats(missed: int, loss_pct: float, *, is_poor: bool) -> None:
    """Proves FBK-01: over ten per cent is poor; what has left the window counts no more."""
    link = Link()
    seqs = [*range(1, 11), *range(11 + missed, 11 + missed + LOSS_WINDOW - 10)]
    for number, seq in enumerate(seqs):
        link.heard(seq, 101.0 + number)
    assert (len(seqs), link.watch.loss_pct) == (20, loss_pct)
    assert (link.watch.poor_s(121.0) > 0.0) is is_poor
    for seq in range(seqs[-1] + 1, seqs[-1] + 1 + LOSS_WINDOW):
        link.heard(seq, 121.0 + seq / 100)
    assert (link.watch.loss_pct, link.watch.poor_s(200.0)) == (0.0, 0.0)


@pytest.mark.parametrize(("last", "loss_pct", "is_poor"), [(10, 10.0, False), (9, 11.1, True)])
def test_a_tenth_lost_is_the_limit(last: int, loss_pct: float, *, is_poor: bool) -> None:
    """Proves FBK-01: one of ten is borne, one of nine is not."""
    link = Link()
    for seq in [1, *range(3, last + 1)]:
        link.heard(seq, 101.0 + seq)
    assert link.watch.loss_pct == loss_pct
    assert (link.watch.poor_s(101.5 + last) > 0.0) is is_poor


@pytest.mark.parametrize(
    ("trip_ms", "held_ms", "made_s"),
    [(0, 0, 101.0), (300, 0, 101.0), (1000, 0, 101.0), (1001, 0, 100.999), (12_000, 0, 90.0), (12_000, 700, 90.0),
     (0, 700, 101.0), (-50, 0, 101.0)],
)  # fmt: skip
def test_when_a_beat_was_made_is_told_from_its_echo(trip_ms: int, held_ms: int, made_s: float) -> None:
    """Proves AUT-05: up to the longest round trip of a good link it is as good as now; what is beyond is its age."""
    link = Link()
    assert link.watch.made_at_s is None
    link.heard(1, 101.0, trip_ms=trip_ms, held_ms=held_ms)
    assert link.watch.made_at_s == pytest.approx(made_s)
    link.heard(2, 102.0, boot_id="an earlier one")
    assert link.watch.made_at_s is None


def test_loss_begins_anew_with_another_session() -> None:
    """Proves FBK-04: numbers of two sessions are never held against each other."""
    link = Link()
    link.heard(1, 101.0)
    link.heard(500, 102.0, session="another")
    assert link.watch.loss_pct == 0.0


def test_as_many_of_our_own_are_remembered_as_a_minute_of_direct_control_has() -> None:
    """Proves FBK-01: the oldest goes, one by one; 320 of them, a minute at 5 Hz and a little."""
    link = Link()
    for seq in range(ECHOES_MAX + 1):
        link.watch.sent(seq, 100_000 + seq)
    assert ECHOES_MAX == 320
    assert link.watch.heard(dataclasses.replace(BEAT, seq=1, echo_seq=0), 101.0, 101_000, "boot")
    assert link.watch.round_trip_ms is None
    assert link.watch.heard(dataclasses.replace(BEAT, seq=2, echo_seq=1), 101.0, 101_000, "boot")
    assert link.watch.round_trip_ms == 999.0


def test_another_holder_begins_with_nothing() -> None:
    """Proves FBK-01: nothing that the former one has proved counts for the new one."""
    link = Link()
    for seq in (5, 9, 20):
        link.heard(seq, 101.0 + seq / 100, trip_ms=1500)
    link.watch.reset(110.0)
    watch = link.watch
    assert (watch.silence_s(112.0), watch.run_s(110.0), watch.loss_pct, watch.poor_s(112.0)) == (2.0, 0.0, 0.0, 0.0)
    assert (watch.round_trip_ms, watch.echo(110.0)) == (None, ("", 0, 0))
    assert link.heard(1, 110.5) is True
