"""A ship that wakes at her deadlines alone, as her shell does: each step at its moment, and never a wake that does nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from control.messages import Journal, Reconnected
from control.supervisor import REVIEW_S
from tests.control_rig import Rig

AFTER_S = 0.002
"""A step is looked for a millisecond after its moment."""


def sleep(ship: Rig, seconds: float) -> list[float]:
    """Let time pass with no arrival; return when she woke. Whoever wakes at the moment he fell asleep turns in a circle."""
    until_s, woke = ship.now_s + seconds, list[float]()
    while (at_s := ship.supervisor.deadline()) <= until_s:
        assert not woke or at_s > woke[-1]
        ship.now_s = max(ship.now_s, at_s)
        ship.supervisor.tick(ship.now_s)
        ship.drain()
        woke.append(ship.now_s)
    ship.now_s = until_s
    return woke


def heard(ship: Rig, level: str = "setpoint") -> float:
    """Give the conn to Ann, who is heard once more off the beat of the reviews and then no more; return when."""
    ship.take("ann", level)
    ship.beating = None
    ship.now_s = round(ship.now_s + 0.37, 3)
    ship.beat("ann")
    return ship.now_s


@pytest.mark.parametrize("level", ["setpoint", "direct"])
def test_silence_is_answered_at_its_moment_though_nothing_arrives(level: str) -> None:
    """Proves FBK-01, FBK-03: L2, L3, L4 and L5 within 2 ms of their times, by deadlines alone; sooner under direct control."""
    ship = Rig()
    began_s, limits = heard(ship, level), ship.config.link
    silent_s = limits.silent_direct_s if level == "direct" else limits.silent_s
    expected = [silent_s, limits.lost_s, limits.lost_s + limits.grace_s, limits.fallback_s]
    climbed: list[float] = []
    for after_s, step in zip(expected, ("L2", "L3", "L4", "L5"), strict=True):
        sleep(ship, began_s + after_s - 0.63 - ship.now_s)
        ship.supervisor.tick(ship.now_s)  # something else has woken her: the next look would come too late
        sleep(ship, 0.629)
        assert ship.step < step
        sleep(ship, 0.001 + AFTER_S)
        assert ship.step == step
        climbed.append(ship.now_s - began_s - AFTER_S)
    assert climbed == pytest.approx(expected)


def test_an_empty_chair_is_answered_at_its_moment_though_its_console_beats() -> None:
    """Proves AUT-05, FBK-01: the lease of 15 s first, then the ladder's own times, by deadlines alone."""
    ship = Rig()
    began_s, limits = heard(ship), ship.config.link
    for after_s, step in ((limits.silent_s, "L2"), (limits.lost_s, "L3"), (limits.fallback_s, "L5")):
        moment_s = began_s + ship.config.authority.lease_s + after_s
        while ship.now_s < moment_s - 0.6:
            sleep(ship, min(1.0, moment_s - 0.6 - ship.now_s))
            ship.beat("ann", present=False)
        ship.supervisor.tick(ship.now_s)
        sleep(ship, 0.599)
        assert ship.step < step
        sleep(ship, 0.001 + AFTER_S)
        assert ship.step == step


def test_what_a_flapping_link_was_silent_for_is_counted_to_its_moment() -> None:
    """Proves FBK-01: what silence the last look saw is carried over a heartbeat; with it she is lost, to the moment."""
    ship = Rig()
    heard(ship)
    sleep(ship, 4.0)
    assert ship.step == "L2"
    ship.beat("ann")
    ship.supervisor.tick(ship.now_s)
    carried_s = ship.supervisor.watch.silence_s(ship.now_s)
    assert 4.0 - REVIEW_S <= carried_s <= 4.0
    sleep(ship, ship.config.link.lost_s - carried_s - 0.4)
    ship.supervisor.tick(ship.now_s)
    sleep(ship, 0.399)
    assert ship.step == "L2"
    sleep(ship, 0.001 + AFTER_S)
    assert ship.step == "L3"


def test_she_looks_twice_a_second_and_no_oftener() -> None:
    """Proves S6: half a second is the longest between two looks; a climbed ladder and a bridge in control make it no less."""
    ship = Rig()
    heard(ship)
    acts: list[Callable[[], None]] = [
        lambda: None, lambda: ship.forward(60.0), lambda: ship.bridge("take"), lambda: ship.bridge("release"),
    ]  # fmt: skip
    for act in acts:
        act()
        ship.supervisor.tick(ship.now_s)
        woke = sleep(ship, 10.0)
        gaps = [after - before for before, after in itertools.pairwise(woke)]
        assert max(gaps) == pytest.approx(0.5)
        assert len(woke) <= 20 + 4


def test_a_request_lapses_at_its_moment_for_every_group() -> None:
    """Proves AUT-03: ten seconds after it was asked, and not at the next look."""
    for group, person in (("conn", "ann"), ("engineering", "mia")):
        ship = Rig()
        ship.bridge("take")
        ship.now_s += 0.21
        asked_s = ship.now_s
        request = ship.say("authority.request", {"level": "setpoint"}, person, group=group)
        sleep(ship, ship.config.authority.answer_s - 0.01)
        assert ship.state(request) == "executing"
        sleep(ship, 0.02)
        assert ship.state(request) == "REJECTED"
        assert ship.now_s - asked_s == pytest.approx(ship.config.authority.answer_s + 0.01)


def test_an_order_without_effect_fails_at_the_end_of_its_window_though_nothing_is_measured_any_more() -> None:
    """Proves CMD-06: no arrival of telemetry is needed to say that none showed the effect."""
    ship = Rig()
    ship.take("ann")
    ship.values["NAV_HDG"] = 80.0
    order = ship.say("conn.heading", {"heading_deg": 95})
    ends_s = ship.supervisor.execution.deadline()
    assert ends_s is not None
    while ship.state(order) == "executing" and ship.now_s < ends_s + 5.0:
        ship.beat("ann")
        sleep(ship, 0.5)
    assert ship.state(order) == "FAILED"
    assert ship.now_s - ends_s <= 0.5


def standing(ship: Rig) -> dict[str, bytes]:
    """Return the standing records among what is to be done, by name; the journal has them then."""
    found: dict[str, bytes] = {}
    while outputs := ship.supervisor.outbox():
        for output in outputs:
            if isinstance(output, Journal):
                found |= {output.standing: output.record} if output.standing else {}
                ship.write(output)
    return found


def test_what_must_outlive_every_restart_stands_in_the_journal_under_names_of_its_own() -> None:
    """Proves AUT-08, ALT-07, CMD-05: a journal on disk knows them by these names; a new one would stand beside the old."""
    ship = Rig()
    ship.journal_held = True
    ship.say("authority.request", {"level": "setpoint"})
    assert "standing='fencing'" in "".join(ship.log)
    ship = Rig()
    ship.take("ann")
    ship.now_s += 4000.0
    ship.supervisor.receive(ship.situation(), ship.now_s)
    ship.supervisor.tick(ship.now_s)
    assert {"time", "alerts"} <= standing(ship).keys()
    ship = Rig()
    ship.supervisor.receive(ship.situation(), ship.now_s)
    ship.journal_held = True
    names: set[str] = set()
    for do, fields in (
        ("take", {}),
        ("phase", {"phase": "coastal", "person": "mate"}),
        ("revoke_access", {"person": "mate"}),
    ):
        ship.bridge(do, **fields)
        names |= {one for one in ("fencing", "phase", "grant") if f"standing='{one}'" in "".join(ship.log)}
    assert names == {"fencing", "phase", "grant"}


def test_an_hour_is_written_down_once_and_never_by_a_journal_that_has_failed() -> None:
    """Proves CMD-05, CMD-13: the time of the ship is kept each hour."""
    ship = Rig()
    ship.forward(1.0)
    assert sum(b"utc_ns" in record for record in ship.journal) == 1
    ship.now_s += 3600.0
    ship.forward(1.0)
    assert sum(b"utc_ns" in record for record in ship.journal) == 2
    ship.feed(Reconnected())
    ship.journal_works = False
    ship.take("ann")
    ship.journal_works = True
    before = len(ship.journal)
    ship.now_s += 3600.0
    ship.forward(1.0)
    assert not any(b"utc_ns" in record for record in ship.journal[before:])


def test_a_machine_that_does_not_answer_is_given_up_at_the_end_of_its_window() -> None:
    """Proves CMD-06: ten seconds after the register was written, at that moment and no sooner; the reason says what was seen."""
    for shown, word in ((False, "still shows stopped"), (None, "is not known")):
        ship = Rig()
        ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
        ship.say("authority.confirm", {}, "mia", group="engineering")
        order = ship.say("pump.start", {"machine": "steering pump 2"}, "mia")
        sleep(ship, 9.9)
        if shown is None:
            del ship.values["STG_PMP2"]
        ship.look()
        assert ship.state(order) == "executing"
        sleep(ship, 0.1)
        reasons = ship.told(order)["reasons"]
        assert isinstance(reasons, list)
        (told,) = reasons
        assert isinstance(told, dict)
        assert (ship.state(order), told["value"], told["limit"]) == ("FAILED", word, "running")
