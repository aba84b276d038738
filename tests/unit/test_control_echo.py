"""The ship that is not heard: her operator speaks and sees nothing of her, and the ladder counts from what he last heard."""

from __future__ import annotations

import pytest

from control.limits import LinkLimits
from control.linkwatch import ECHOES_MAX, LinkWatch
from protocols.link.heartbeats import OperatorHeartbeat
from tests.control_rig import Rig

LIMITS = LinkLimits(1000.0, 10.0, 5.0, 2000.0, 3.5, 2.0, 10.0, 5.0, 60.0, 10.0)


def beat(seq: int, echo_seq: int, held_ms: int = 0, boot_id: str = "boot") -> OperatorHeartbeat:
    """Return a beat of ann that echoes one of ours."""
    return OperatorHeartbeat(
        "petrel", "ann", "c", "s", 1, seq, boot_id, echo_seq, held_ms, present=True, issued_utc_ns=0
    )


def watching(now_s: float = 100.0) -> LinkWatch:
    """Return a watch whose first heartbeat has just been sent."""
    link = LinkWatch(LIMITS, now_s)
    link.sent(1, round(now_s * 1000))
    return link


def test_the_ladder_is_climbed_in_time_though_the_operator_is_heard() -> None:
    """Proves FBK-01, FBK-05: nothing the ship says arrives; L2 at 3.5 s, L3 at 10, L5 at 60, and the reason says why."""
    ship = Rig()
    ship.take("ann")
    ship.forward(12.0)
    assert ship.step == "L0"
    ship.is_heard = False
    lost_s = ship.supervisor.link.heard_at_s
    reached: dict[str, float] = {}
    while ship.step != "L5":
        ship.forward(0.1)
        reached.setdefault(ship.step, round(ship.now_s - lost_s, 2))
    assert [reached[step] for step in ("L2", "L3", "L5")] == pytest.approx([3.5, 10.0, 60.0], abs=0.5)
    told = [e.body for e in ship.events if e.kind == "ladder" and e.body["to"] == "L3"]
    assert told[0]["why"] == "the operator is heard and hears nothing of the ship"
    assert (
        ship.station == "remote"
    )  # his presence is proved, so the lease runs; the ship is on her fallback state all the same


def test_being_heard_again_restores_nothing_until_he_says_so() -> None:
    """Proves FBK-01: ten seconds of echoes without a break, then the operator's word."""
    ship = Rig()
    ship.take("ann")
    ship.forward(12.0)
    ship.is_heard = False
    ship.forward(12.0)
    assert ship.step == "L3"
    ship.is_heard = True
    ship.forward(8.0)
    assert ship.reasons(ship.say("authority.resume")) == [("link_not_back", "FBK-01")]
    ship.forward(5.0)
    assert ship.step == "L3"
    assert ship.state(ship.say("authority.resume")) == "SUCCEEDED"
    assert ship.step == "L0"


def test_an_operator_who_hears_her_holds_her() -> None:
    """Negative control: with each heartbeat echoed nothing is ever climbed."""
    ship = Rig()
    ship.take("ann")
    ship.forward(120.0)
    assert ship.step == "L0"


@pytest.mark.parametrize(
    ("said", "is_new"),
    [
        (beat(5, 1), True),
        (beat(5, 0), False),  # never sent
        (beat(5, 99), False),  # not sent yet
        (beat(5, 1, boot_id="another"), False),
    ],
)
def test_only_an_echo_of_what_was_sent_in_this_boot_counts(said: OperatorHeartbeat, is_new: bool) -> None:
    """Proves FBK-04: a number that was never said proves nothing; the beat itself still counts as his voice."""
    link = watching()
    assert link.heard(said, 101.0, 101_000, "boot")
    assert (link.silence_s(101.0) < 1.0) == is_new


def test_the_same_echo_again_proves_nothing_new() -> None:
    """Proves FBK-04: a stuck page goes on saying the number of the last heartbeat it saw."""
    link = watching()
    link.heard(beat(1, 1), 100.1, 100_100, "boot")
    for second in range(1, 9):
        link.heard(beat(1 + second, 1, held_ms=second * 1000), 100.1 + second, 100_100 + second * 1000, "boot")
    assert link.silence_s(108.1) == pytest.approx(8.0)
    assert link.is_unheard
    assert link.run_s(108.1) == 0.0


@pytest.mark.parametrize(
    ("arrives_s", "held_ms", "heard_s"),
    [
        (100.1, 0, 100.1),  # the way there and back
        (101.0, 900, 100.1),  # held for a beat's time: he heard it then, not now
        (109.0, 0, 101.0),  # comes far too late: at most the round trip that still counts as good
        (100.1, 5000, 100.0),  # says it was held longer than it exists: no sooner than it was sent
        (100.1, -9000, 101.0),  # says it was held less than nothing
    ],
)
def test_when_he_heard_it_is_never_guessed_in_his_favour(arrives_s: float, held_ms: int, heard_s: float) -> None:
    """Proves FBK-04: a late or untrue echo cannot make the silence shorter than the link's own limit."""
    link = watching()
    link.heard(beat(1, 1, held_ms), arrives_s, round(arrives_s * 1000), "boot")
    assert link.silence_s(120.0) == pytest.approx(120.0 - min(heard_s, arrives_s))


def test_the_memory_of_sent_heartbeats_is_bounded() -> None:
    """An echo older than a minute of direct control is none; the newest are known."""
    link = watching()
    for seq in range(2, 2 * ECHOES_MAX):
        link.sent(seq, 100_000 + seq)
    link.heard(beat(1, 1), 101.0, 101_000, "boot")
    assert link.round_trip_ms is None
    link.heard(beat(2, 2 * ECHOES_MAX - 1), 101.0, 101_000, "boot")
    assert link.round_trip_ms is not None
