"""The tables of the ladder and of the authority, word for word as control.md has them: a change of policy is seen here."""

from __future__ import annotations

import dataclasses
import itertools
from typing import get_args

import pytest

from control.authority import EVENTS, TRANSITIONS, Authority, Event, Holder, Numbers, same_operator
from control.ladder import LADDER, Ladder, LadderInputs
from tests.control_rig import example_config

LIMITS = example_config().link
AUTHORITY = example_config().authority
QUIET = LadderInputs(0.0, 0.0, False, False, False, False)
ANN = Holder("ann", "Busan", "console-ann", "session-1", "operator", "setpoint", b"k1")
BOB = Holder("bob", "Busan", "console-bob", "session-2", "operator", "setpoint", b"k2")
POLICY = [
    ("L1", "link_degraded", {"poor_s": LIMITS.degraded_for_s}),
    ("L2", "link_silent", {"silence_s": LIMITS.silent_s}),
    ("L3", "link_lost", {"silence_s": LIMITS.lost_s}),
    ("L4", "grace", {"silence_s": LIMITS.lost_s + LIMITS.grace_s}),
    ("L5", "fallback", {"silence_s": LIMITS.fallback_s}),
    ("L5", "order_failing", {"order_failing": True}),
    ("L6", "fallback_impossible", {"is_fallback_impossible": True}),
    ("L6", "left_area", {"has_left_area": True}),
    ("L6", "fire_or_flood", {"has_fire_or_flood": True}),
]
"""(step, reason, the input that brings it at its limit)"""


def test_the_ladder_has_these_rungs_and_no_others() -> None:
    """Proves FBK-01, FBK-06: steps and the names of their reasons, as the replay and the alerts know them."""
    assert [(rung.step, rung.name) for rung in LADDER] == [(step, name) for step, name, _ in POLICY]


@pytest.mark.parametrize(("step", "name", "given"), POLICY)
def test_each_reason_brings_its_step_at_its_limit_and_not_before(step: str, name: str, given: dict[str, float]) -> None:
    """Proves FBK-01: dense at each limit; the reason keeps its name and the moment it began."""
    ladder = Ladder(LIMITS)
    before = {key: False if value is True else value - 0.001 for key, value in given.items()}
    ladder.receive(dataclasses.replace(QUIET, **before), 5_000)  # type: ignore[arg-type] # fields by name
    assert ladder.step < step
    assert ladder.receive(dataclasses.replace(QUIET, **given), 6_000) == step  # type: ignore[arg-type] # likewise
    assert (ladder.reasons()[0].name, ladder.reasons()[0].since_ms) == (name, 6_000)


@pytest.mark.parametrize(
    ("input_name", "worst_s", "step"), [("poor_s", 99.0, "L0"), ("silence_s", LIMITS.lost_s, "L3")]
)
def test_from_the_second_step_on_nothing_goes_back_by_itself(input_name: str, worst_s: float, step: str) -> None:
    """Proves FBK-01: a link that was poor and is not is no matter; one that was lost is, until the operator says so."""
    ladder = Ladder(LIMITS)
    ladder.receive(dataclasses.replace(QUIET, **{input_name: worst_s}), 0)  # type: ignore[arg-type] # a field by name
    assert ladder.receive(QUIET, 1_000) == step
    ladder.leave()
    assert ladder.receive(QUIET, 2_000) == "L0"


def test_direct_control_is_silent_sooner() -> None:
    """Proves FBK-01: 2 s at level direct, and only there."""
    inputs = dataclasses.replace(QUIET, silence_s=LIMITS.silent_direct_s)
    assert Ladder(LIMITS).receive(dataclasses.replace(inputs, is_direct=True), 0) == "L2"
    assert Ladder(LIMITS).receive(inputs, 0) == "L0"


@pytest.mark.parametrize(
    ("silence_s", "is_direct", "expected_s"),
    [(1.0, False, LIMITS.silent_s - 1.0), (1.0, True, LIMITS.silent_direct_s - 1.0), (99.0, True, 0.0)],
)
def test_the_ladder_says_when_silence_alone_leads_on(silence_s: float, *, is_direct: bool, expected_s: float) -> None:
    """Proves FBK-03: the countdown of the console, and when the deciding loop must look again."""
    assert Ladder(LIMITS).deadline_in_s(silence_s, is_direct=is_direct) == pytest.approx(expected_s)


def test_the_countdown_names_each_next_step_and_ends_with_the_last() -> None:
    """Proves FBK-03: from L0 by L2, L3, L4 to L5; after it silence leads nowhere."""
    ladder, told = Ladder(LIMITS), list[str]()
    for silence_s in (0.0, LIMITS.silent_s, LIMITS.lost_s, LIMITS.lost_s + LIMITS.grace_s, LIMITS.fallback_s):
        ladder.receive(dataclasses.replace(QUIET, silence_s=silence_s), 0)
        told.append(ladder.next_step(silence_s)[0])
    assert told == ["L2", "L3", "L4", "L5", ""]


BRIDGE = {"take_local": "local held"}
WAYS: dict[str, dict[str, str]] = {
    "none held": {"request": "none granted", "force": "none granted"} | BRIDGE,
    "none granted": {"confirm": "remote held", "pending_lapsed": "none held"} | BRIDGE,
    "none requested": {},
    "local held": {"request": "local requested", "release_local": "none held"} | BRIDGE,
    "local requested": {
        "grant": "local granted", "deny": "local held", "pending_lapsed": "local held", "release_local": "none granted",
    } | BRIDGE,
    "local granted": {
        "confirm": "remote held", "pending_lapsed": "local held", "release_local": "none granted",
    } | BRIDGE,
    "remote held": {"request": "remote requested", "force": "remote granted", "release": "none held"} | BRIDGE,
    "remote requested": {
        "grant": "remote granted", "deny": "remote held", "pending_lapsed": "remote held", "force": "remote granted",
        "release": "none granted",
    } | BRIDGE,
    "remote granted": {
        "confirm": "remote held", "pending_lapsed": "remote held", "release": "none granted",
    } | BRIDGE,
}  # fmt: skip
"""{state: {event: state}}: nobody ashore forces the bridge, and from every state that can be the bridge may take."""


def test_the_authority_goes_these_ways_and_no_others() -> None:
    """Proves AUT-01, AUT-03, AUT-06, AUT-09: the whole table, word for word."""
    table = {" ".join(state): {event: " ".join(to) for event, to in row.items()} for state, row in TRANSITIONS.items()}
    assert table == WAYS
    assert {event for row in WAYS.values() for event in row} == set(get_args(Event)) == set(EVENTS)


def held() -> Authority:
    authority = Authority(AUTHORITY, Numbers(7))
    authority.request("order-1", ANN, 100.0)
    assert authority.confirm(ANN, 8, 101.0)
    return authority


@pytest.mark.parametrize(("later_s", "has"), [(AUTHORITY.lease_s, True), (AUTHORITY.lease_s + 0.001, False)])
def test_a_lease_ends_with_its_time(later_s: float, *, has: bool) -> None:
    """Proves AUT-05: dense at 15 s from the confirmation and from each renewal."""
    authority = held()
    assert authority.has_lease(101.0 + later_s) is has
    authority.renew(110.0)
    assert authority.has_lease(110.0 + later_s) is has
    assert authority.lease_ends_s() == 110.0 + AUTHORITY.lease_s


@pytest.mark.parametrize(("later_s", "lapses"), [(-0.001, False), (0.0, True)])
def test_an_unanswered_request_and_an_unconfirmed_grant_lapse_at_their_time(later_s: float, *, lapses: bool) -> None:
    """Proves AUT-03: 10 s each; the previous holder keeps the conn and his number."""
    authority = held()
    authority.request("order-2", BOB, 105.0)
    if not lapses:
        assert authority.tick(105.0 + AUTHORITY.answer_s + later_s) is None
    assert authority.answer(grant=True, now_s=106.0)
    assert (authority.tick(106.0 + AUTHORITY.confirm_s + later_s) is not None) is lapses
    assert (authority.holder, authority.fencing, authority.pending is None) == (ANN, 8, lapses)


def test_whoever_is_granted_confirms_and_nobody_else() -> None:
    """Proves AUT-03, AUT-08: another person, number, key, console or session confirms nothing."""
    authority = held()
    authority.request("order-2", BOB, 105.0)
    authority.answer(grant=True, now_s=106.0)
    others = [dataclasses.replace(BOB, **{name: value}) for name, value in
              (("person", "ann"), ("console", "x"), ("session", "x"), ("key_id", b"x"))]  # fmt: skip
    assert not any(authority.confirm(other, 9, 107.0) for other in others)
    assert not authority.confirm(BOB, 8, 107.0)
    assert authority.confirm(BOB, 9, 107.0)
    assert (authority.holder, authority.fencing, authority.pending) == (BOB, 9, None)


def test_the_same_operator_is_the_same_in_all_four() -> None:
    """Proves AUT-08: role and level may differ, what names him may not."""
    assert same_operator(BOB, dataclasses.replace(BOB, role="supervisor", level="direct", roc="Ulsan"))
    for name, other in itertools.product(("person", "console", "session"), ("x", "")):
        assert not same_operator(BOB, dataclasses.replace(BOB, **{name: other}))  # type: ignore[arg-type] # a text


def test_a_lapsed_lease_leaves_the_conn_to_who_asks() -> None:
    """Proves AUT-05, AUT-03: while it runs the holder is asked; from then on nobody can answer for him."""
    still, gone = held(), held()
    still.request("order-2", BOB, 101.0 + AUTHORITY.lease_s)
    gone.request("order-2", BOB, 101.0 + AUTHORITY.lease_s + 0.001)
    assert (still.phase, gone.phase) == ("requested", "granted")


def test_a_number_is_higher_than_any_before_whoever_gets_it() -> None:
    """Proves AUT-08: two groups of one vessel, the bridge between them: each number once, going up."""
    numbers = Numbers(41)
    conn, engine = Authority(AUTHORITY, numbers), Authority(AUTHORITY, numbers)
    given = list[int]()
    for _ in range(3):
        conn.take_local("mate")
        engine.take_local("mate")
        given += [conn.fencing, engine.fencing]
    assert given == list(range(42, 48))
    assert conn.fencing_top == 47


def test_what_was_wrong_is_told_while_the_ladder_is_latched_and_no_longer() -> None:
    """Proves FBK-06, FBK-01: L2 is latched and L1 is not; each reason is told once, with its first time, until it is left."""
    ladder = Ladder(LIMITS)

    def names(silence_s: float, poor_s: float, now_ms: int) -> list[tuple[str, int]]:
        ladder.receive(dataclasses.replace(QUIET, silence_s=silence_s, poor_s=poor_s), now_ms)
        return [(reason.name, reason.since_ms) for reason in ladder.reasons()]

    assert names(0.0, LIMITS.degraded_for_s, 1) == [("link_degraded", 1)]
    assert not ladder.is_latched
    assert names(0.0, 0.0, 2) == []
    assert names(LIMITS.silent_s, 0.0, 3) == [("link_silent", 3)]
    assert (ladder.step, ladder.is_latched) == ("L2", True)
    assert names(LIMITS.lost_s, 0.0, 4) == [("link_lost", 4), ("link_silent", 3)]
    assert names(0.0, 0.0, 5) == [("link_lost", 4), ("link_silent", 3)]
    assert names(LIMITS.silent_s, 0.0, 6) == [("link_lost", 4), ("link_silent", 3)]
    ladder.leave()
    assert (ladder.reasons(), ladder.is_latched) == ((), False)
