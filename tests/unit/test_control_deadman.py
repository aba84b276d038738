"""The dead man, frame by frame and millisecond by millisecond (DMN-01, DMN-02, DMN-03)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from control.deadman import DeadMan
from protocols.link.frames import DirectFrame

NOW_MS = 50_000
FRAME = DirectFrame("petrel", "ann", "console", "session", 1, 5, "boot", NOW_MS, 7, NOW_MS, False, 10.0, 50.0)


def frame(**changes: Any) -> DirectFrame:
    """Return a frame of now, just moved by hand, with changes."""
    return dataclasses.replace(FRAME, **changes)


def refused(changes: dict[str, Any], deadman: DeadMan | None = None, now_ms: int = NOW_MS) -> list[tuple[Any, ...]]:
    """Return (name, rule, value, limit, unit) of each objection."""
    found = (deadman or DeadMan()).objections(frame(**changes), now_ms)
    return [(reason.name, reason.rule, reason.value, reason.limit, reason.unit) for reason in found]


@pytest.mark.parametrize(
    ("age_ms", "is_refused"), [(1000, False), (1001, True), (0, False), (-500, False), (-501, True)]
)
def test_a_frame_lives_for_a_second_and_may_seem_made_half_a_second_from_now(age_ms: int, *, is_refused: bool) -> None:
    """Proves CMD-04, DMN-01: to the millisecond on both sides."""
    expected = [("frame_old", "CMD-04", age_ms, 1000, "ms")] if is_refused else []
    assert refused({"made_ms": NOW_MS - age_ms}) == expected


@pytest.mark.parametrize(
    ("still_ms", "held", "is_refused"),
    [(1000, False, False), (1001, False, True), (-500, False, False), (-501, False, True), (60_000, True, False)],
)
def test_a_hand_has_moved_within_the_second_or_holds_the_switch(still_ms: int, *, held: bool, is_refused: bool) -> None:
    """Proves DMN-01: nobody at the stick is no frame, however often it comes."""
    expected = [("nobody_there", "DMN-01", still_ms, 1000, "ms")] if is_refused else []
    assert refused({"moved_ms": NOW_MS - still_ms, "held": held}) == expected


def test_a_frame_is_new_in_turn_and_in_what_the_device_delivered() -> None:
    """Proves DMN-01: a replay and a frozen device count for nothing; both are told at once."""
    deadman = DeadMan()
    assert refused({}, deadman) == []
    deadman.seen(frame())
    replay, frozen = ("frame_replayed", "DMN-01", 5, 5, ""), ("stick_frozen", "DMN-01", 7, 8, "")
    assert refused({}, deadman) == [replay, frozen]
    assert refused({"seq": 6}, deadman) == [frozen]
    assert refused({"inputs": 8}, deadman) == [replay]
    assert refused({"seq": 6, "inputs": 8}, deadman) == []
    deadman.seen(frame(seq=3, inputs=2))  # out of turn: what was seen is not forgotten
    assert refused({}, deadman) == [replay, frozen]
    assert refused({"session": "another"}, deadman) == []
    deadman.seen(frame(session="another", seq=0, inputs=0))
    assert refused({"session": "another", "seq": 1, "inputs": 1}, deadman) == []
    assert refused({"seq": 0, "inputs": 0}) == []
    assert [row[0] for row in refused({"seq": -1, "inputs": -1})] == ["frame_replayed", "stick_frozen"]


def test_without_a_frame_that_counts_comes_neutral_and_then_the_hold_once_each() -> None:
    """Proves DMN-02: at one second and at three, counted from the hand's last movement; off it does nothing."""
    deadman = DeadMan()
    assert (deadman.state, deadman.look(100.0), deadman.deadline()) == ("off", None, None)
    deadman.heard(frame(moved_ms=49_750), 50.0)
    assert (deadman.state, deadman.deadline()) == ("alive", 50.75)
    seen = [(at_s, deadman.look(at_s)) for at_s in (50.0, 50.7, 50.75, 51.0, 52.7, 52.75, 60.0)]
    assert [one for one in seen if one[1]] == [(50.75, "neutral"), (52.75, "hold")]
    assert (deadman.state, deadman.deadline()) == ("hold", None)
    deadman.heard(frame(moved_ms=59_000, held=True), 60.0)
    assert (deadman.state, deadman.look(60.9), deadman.deadline()) == ("alive", None, 61.0)
    assert (deadman.look(61.0), deadman.deadline()) == ("neutral", 63.0)
    deadman.heard(frame(moved_ms=70_400), 70.0)  # a console's clock that is ahead makes no movement of tomorrow
    assert deadman.deadline() == 71.0


@pytest.mark.parametrize(
    ("rudder_deg", "propulsion_pct", "deflected"), [(0.0, 0.0, False), (1.0, 0.0, True), (0.0, -1.0, True)]
)
def test_a_stick_is_deflected_while_it_commands_anything(
    rudder_deg: float, propulsion_pct: float, *, deflected: bool
) -> None:
    """Proves DMN-03: whoever lets go of it leaves neutral behind; one that is let go already leaves nothing."""
    deadman = DeadMan()
    assert deadman.let_go() is False
    deadman.heard(frame(rudder_deg=rudder_deg, propulsion_pct=propulsion_pct), 50.0)
    assert (deadman.let_go(), deadman.state, deadman.let_go()) == (deflected, "off", False)
    deadman.heard(frame(rudder_deg=rudder_deg, propulsion_pct=propulsion_pct), 50.0)
    deadman.look(51.5)
    assert (deadman.state, deadman.let_go()) == ("neutral", False)
