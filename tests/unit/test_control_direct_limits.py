"""A stick's frames at their very limits: how many a second, and what a refusal says whole (DMN-01, CMD-07, INT-01)."""

from __future__ import annotations

import pytest

from control.direct import RATE_MAX, TELL_S
from control.messages import SignedFrame
from protocols.link import cbor
from tests.control_rig import Rig
from tests.unit.test_control_direct import Stick, at_the_stick


def refusals(ship: Rig) -> list[tuple[object, object, object, object]]:
    """Return (name, rule, value, limit) of the first reason of each refusal told."""
    told = [e.body["reasons"] for e in ship.events if e.kind == "direct" and e.body["state"] == "refused"]
    return [
        (one[0]["name"], one[0]["rule"], one[0]["value"], one[0]["limit"])
        for one in told
        if isinstance(one, list) and isinstance(one[0], dict)
    ]


def test_a_refusal_names_who_has_her_and_the_level_that_is_needed() -> None:
    """Proves INT-01, CMD-07: another's stick, and the holder's own at the level setpoint."""
    ship, _ = at_the_stick()
    Stick(ship, "bob").send()
    assert refusals(ship) == [("not_in_control", "INT-01", "bob", "ann")]
    ship = Rig()
    ship.take("ann")
    Stick(ship).send()
    assert refusals(ship) == [("level_too_low", "INT-01", "setpoint", "direct")]


def test_the_first_refusal_of_a_boot_is_told_at_once() -> None:
    """Proves CMD-07: half a second after the machine's own start too; the next within a second is counted only."""
    ship = Rig(now_s=0.0)
    ship.forward(0.5)
    stick = Stick(ship)
    stick.send()
    stick.send()
    assert [one[0] for one in refusals(ship)] == ["not_in_control"]
    assert ship.supervisor.direct.refused["not_in_control"] == 2


@pytest.mark.parametrize(("after_s", "read"), [(0.9, RATE_MAX), (1.0, RATE_MAX + 1)])
def test_twenty_frames_a_second_are_read_and_the_second_is_the_last_twentys(after_s: float, read: int) -> None:
    """Proves DMN-01: counted from the first of the last twenty; at a whole second the next is read."""
    ship = Rig()
    began_s = ship.now_s
    ship.feed(SignedFrame(b"noise"))
    ship.now_s = began_s + 0.5
    for _ in range(RATE_MAX - 1):
        ship.feed(SignedFrame(b"noise"))
    ship.now_s = began_s + after_s
    ship.feed(SignedFrame(b"noise"))
    assert ship.supervisor.direct.refused["malformed"] == read
    assert ship.supervisor.direct.refused["too_many"] == RATE_MAX + 1 - read


def test_what_is_told_and_written_of_a_stick_is_whole() -> None:
    """Proves CMD-07, CMD-13: the event names person, reasons and how many frames counted for nothing; the record the session."""
    ship, stick = at_the_stick()
    stick.work(0.3)
    (record,) = [cbor.decode_map(one) for one in ship.journal if b"direct" in one]
    assert record == {
        "t": "direct", "person": "ann", "session": "session-ann", "fencing": ship.supervisor.authority.fencing,
    }  # fmt: skip
    begun = next(e.body for e in ship.events if e.kind == "direct" and e.body["state"] == "begun")
    assert begun == {"state": "begun", "person": "ann", "reasons": [], "refused": 0}
    Stick(ship, "bob").send()
    told = next(e.body for e in ship.events if e.kind == "direct" and e.body["state"] == "refused")
    assert (told["person"], told["refused"]) == ("bob", 1)


def test_a_refusal_is_told_each_second_and_not_sooner() -> None:
    """Proves CMD-07: at a whole second again; a tenth before it is counted only."""
    ship, _ = at_the_stick()
    other = Stick(ship, "bob")
    other.send()
    ship.forward(0.9)
    other.send()
    assert len(refusals(ship)) == 1
    ship.forward(0.1)
    other.send()
    assert len(refusals(ship)) == 2
    assert (RATE_MAX, TELL_S) == (20, 1.0)


def test_the_stick_that_is_back_ends_the_hold_of_the_dead_man() -> None:
    """Proves DMN-02: from its first frame on she does what it says; on the ladder no frame ends what the ladder holds."""
    ship, stick = at_the_stick()
    stick.work(2.0)
    ship.forward(4.0)
    assert ship.supervisor.watch.safe.entry is not None
    stick.work(0.1)
    assert ship.supervisor.watch.safe.entry is None
    left = [e.body for e in ship.events if e.kind == "entry" and e.body["result"] == "left"]
    assert [(body["cause"], body["why"]) for body in left] == [("DMN-02", "the stick is back")]
