"""The authority and the two people, one call at a time: what each answers, and what is told of it at 1 Hz."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import pytest

from control.approval import PAIRS, objections, second_of
from control.authority import Authority, Holder, Numbers
from control.believed import ROLE_LEVELS, Believed, rights
from control.ladder import ACTIONS, Ladder, LadderInputs
from protocols.link.events import Reason
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain, approve, open_envelope, public_bytes, sign
from tests.control_rig import example_config, key_of

LIMITS = example_config().authority
ANN = Holder("ann", "Busan", "console-ann", "session-1", "operator", "setpoint", b"k1")
BOB = Holder("bob", "Ulsan", "console-bob", "session-2", "operator", "direct", b"k2")


def held() -> Authority:
    authority = Authority(LIMITS, Numbers(7))
    assert authority.request("order-1", ANN, 100.0)
    assert authority.confirm(ANN, 8, 101.0)
    return authority


def test_a_new_authority_is_nobodys_and_says_so() -> None:
    """Proves AUT-01, AUT-02: at power-up; no lease, nothing due."""
    authority = Authority(LIMITS, Numbers(7))
    told = authority.facts(100.0)
    assert (told.station, told.phase, told.person, told.fencing, told.lease_age_s) == ("none", "held", "", 7, None)
    assert (authority.deadline(), authority.has_lease(0.0), authority.release(1.0)) == (None, False, False)


def test_what_the_state_does_not_allow_answers_no_and_changes_nothing() -> None:
    """Proves AUT-03: a second request, an answer to none, a force against the bridge, a release of what is not held."""
    asked = held()
    assert asked.request("order-2", BOB, 102.0) is True
    assert asked.request("order-3", ANN, 103.0) is False
    assert asked.pending is not None
    assert asked.pending.order_id == "order-2"
    assert held().answer(grant=True, now_s=102.0) is False
    assert held().answer(grant=False, now_s=102.0) is False
    assert held().release_local(102.0) is False
    bridge = held()
    bridge.take_local("mate")
    assert (bridge.force("order-2", BOB, 102.0), bridge.release(102.0)) == (False, False)
    assert (bridge.holder, bridge.fencing) == (Holder("mate", role="bridge", level="direct"), 9)
    assert bridge.confirm(ANN, 8, 103.0) is False


def test_a_denied_request_is_forgotten_and_the_holder_stays() -> None:
    """Proves AUT-03: it can be asked again at once."""
    authority = held()
    authority.request("order-2", BOB, 102.0)
    assert authority.answer(grant=False, now_s=103.0) is True
    assert (authority.pending, authority.holder, authority.phase) == (None, ANN, "held")
    assert authority.request("order-3", BOB, 104.0) is True


def test_what_lapses_rolls_back_once_and_says_what_it_was() -> None:
    """Proves AUT-03: the request at its time, then the grant at its own; the state is the one before."""
    authority = held()
    authority.request("order-2", BOB, 102.0)
    assert authority.deadline() == 102.0 + LIMITS.answer_s
    lapsed = authority.tick(102.0 + LIMITS.answer_s)
    assert lapsed is not None
    assert (lapsed.order_id, authority.phase, authority.pending, authority.deadline()) == (
        "order-2",
        "held",
        None,
        None,
    )
    assert authority.tick(999.0) is None
    authority.request("order-3", BOB, 110.0)
    authority.answer(grant=True, now_s=111.0)
    assert authority.deadline() == 111.0 + LIMITS.confirm_s
    assert authority.tick(111.0 + LIMITS.confirm_s) is not None
    assert (authority.station, authority.phase, authority.holder) == ("remote", "held", ANN)


def test_a_release_leaves_nobody_and_grants_to_who_waits() -> None:
    """Proves AUT-03: the waiting request needs no answer any more; what was granted already keeps its number."""
    free = held()
    assert free.release(102.0) is True
    assert (free.station, free.holder.person, free.pending) == ("none", "", None)
    waiting = held()
    waiting.request("order-2", BOB, 102.0)
    assert waiting.release(103.0) is True
    assert waiting.pending is not None
    assert (waiting.phase, waiting.pending.fencing, waiting.pending.until_s) == ("granted", 9, 103.0 + LIMITS.confirm_s)
    assert waiting.confirm(BOB, 9, 104.0) is True
    granted = held()
    granted.request("order-2", BOB, 102.0)
    granted.answer(grant=True, now_s=103.0)
    granted.release(104.0)
    assert granted.pending is not None
    assert (granted.pending.fencing, granted.fencing_top) == (9, 9)


def test_the_bridge_lets_go_and_who_waited_is_granted() -> None:
    """Proves AUT-03, AUT-06: nobody has it until he has confirmed."""
    authority = held()
    authority.take_local("mate")
    assert authority.request("order-2", BOB, 102.0) is True
    assert authority.phase == "requested"
    assert authority.release_local(103.0) is True
    assert (authority.station, authority.phase) == ("none", "granted")


def test_all_that_is_told_at_1_hz() -> None:
    """Proves AUT-02: holder, age of the lease, who asks and for how long; the number is that of the grant once there is one."""
    authority = held()
    authority.request("order-2", BOB, 102.0)
    told = authority.facts(103.5)
    assert (told.station, told.phase, told.person, told.roc, told.console) == (
        "remote", "requested", "ann", "Busan", "console-ann"
    )  # fmt: skip
    assert (told.lease_age_s, told.fencing, told.pending_id, told.pending_person) == (2.5, 8, "order-2", "bob")
    assert told.pending_left_s == LIMITS.answer_s - 1.5
    assert authority.facts(999.0).pending_left_s == 0.0
    authority.answer(grant=True, now_s=104.0)
    assert authority.facts(104.0).fencing == 9
    authority.take_local("mate")
    assert (authority.facts(105.0).lease_age_s, authority.facts(105.0).pending_left_s) == (None, None)


def test_the_steps_of_the_ladder_have_their_words_and_what_ended_stays_a_reason() -> None:
    """Proves FBK-06: while latched a reason is told on although its cause has gone; each once, the most severe first."""
    ladder = Ladder(example_config().link)
    silent = LadderInputs(example_config().link.silent_s, 0.0, False, False, False, False)
    gone = dataclasses.replace(silent, silence_s=0.0, has_fire_or_flood=True)
    ladder.receive(silent, 1_000)
    ladder.receive(gone, 2_000)
    ladder.receive(gone, 3_000)
    assert [(one.name, one.since_ms) for one in ladder.reasons()] == [("fire_or_flood", 2_000), ("link_silent", 1_000)]
    assert list(ACTIONS) == ["L0", "L1", "L2", "L3", "L4", "L5", "L6"]
    ladder.leave()
    assert (ladder.step, ladder.reasons()) == ("L0", ())


def test_the_countdown_to_each_step_is_in_seconds() -> None:
    """Proves FBK-03: from silence now to L2, L3, L4 and L5; never below nothing."""
    limits, told = example_config().link, list[float | None]()
    ladder = Ladder(limits)
    for silence_s in (0.0, limits.silent_s, limits.lost_s, limits.lost_s + limits.grace_s):
        ladder.receive(LadderInputs(silence_s, 0.0, False, False, False, False), 0)
        told.append(ladder.next_step(silence_s)[1])
    assert told == [limits.silent_s, limits.lost_s - limits.silent_s, limits.grace_s,
                    limits.fallback_s - limits.lost_s - limits.grace_s]  # fmt: skip
    assert ladder.next_step(limits.fallback_s + 9.0)[1] == 0.0


WATCH, TOP = {"operator", "supervisor", "master"}, {"supervisor", "master"}


def test_the_pairs_are_these() -> None:
    """Proves CMD-10, EST-02: who may ask and who may approve, word for word."""
    assert {kind: (set(pair.issuers), set(pair.approvers), pair.one_is) for kind, pair in PAIRS.items()} == {
        "stop.reset": (WATCH, WATCH, "master"), "generator.stop": (WATCH | {"maintainer"}, TOP, ""),
        "roster": ({"master"}, TOP, ""), "grant": ({"master"}, TOP, ""),
    }  # fmt: skip


def person(name: str, role: str, seed: int, *granted: str) -> RosterEntry:
    return RosterEntry(name, role, "Busan", "", public_bytes(key_of(seed)), granted, 0, 2**62)


def always(found: RosterEntry) -> Callable[[bytes, int], RosterEntry]:
    def lookup(key_id: bytes, utc_ns: int) -> RosterEntry:
        del key_id, utc_ns
        return found

    return lookup


def facts_of(reasons: Iterable[Reason]) -> list[tuple[object, ...]]:
    return [(one.name, one.rule, one.value, one.limit) for one in reasons]


@pytest.mark.parametrize(
    ("kind", "issuer", "approver", "expected"),
    [
        ("stop.reset", ("sue", "operator"), ("kim", "master", "approve"), []),
        ("stop.reset", ("sue", "viewer"), ("kim", "master", "approve"),
         [("issuer_role", "CMD-10", "viewer", "master, operator, supervisor")]),
        ("stop.reset", ("sue", "operator"), ("kim", "supervisor", "approve"),
         [("no_master", "EST-02", "operator, supervisor", "master")]),
        ("stop.reset", ("sue", "master"), ("sue", "supervisor", "approve"), [("same_person", "CMD-10", "sue", None)]),
        ("stop.reset", ("sue", "operator"), ("kim", "master", "stop"), [("approver_right", "CMD-10", "stop", "approve")]),
        ("generator.stop", ("sue", "operator"), ("kim", "operator", "approve"),
         [("approver_role", "CMD-10", "operator", "master, supervisor")]),
        ("conn.heading", ("sue", "operator"), ("kim", "master", "approve"),
         [("nobody_may", "CMD-10", "conn.heading", None)]),
    ],
)  # fmt: skip
def test_two_people_are_enough_only_as_the_table_says(
    kind: str, issuer: tuple[str, str], approver: tuple[str, str, str], expected: list[tuple[object, ...]]
) -> None:
    """Proves CMD-10, EST-02, CMD-07: each objection alone, with its value and what would have been right."""
    second = person(approver[0], approver[1], 2, approver[2])
    envelope = open_envelope(approve(sign(Domain.ORDER, b"order", key_of(1)), Domain.ORDER, key_of(2)), approvable=True)
    assert facts_of(objections(kind, envelope, person(*issuer, 1), always(second), 0)) == expected


@pytest.mark.parametrize(
    ("signed", "name"),
    [
        (sign(Domain.ORDER, b"order", key_of(1)), "approval_missing"),
        (approve(sign(Domain.ORDER, b"order", key_of(1)), Domain.ORDER, key_of(1)), "same_key"),
        (approve(sign(Domain.ORDER, b"order", key_of(1)), Domain.ROSTER, key_of(2)), "approval_bad"),
        (approve(sign(Domain.ORDER, b"order", key_of(1)), Domain.ORDER, key_of(3)), "approval_bad"),
    ],
)
def test_a_second_signature_is_anothers_over_the_same_bytes(signed: bytes, name: str) -> None:
    """Proves CMD-10: none, his own again, for another use, of another key than the roster's."""
    second = person("kim", "master", 2, "approve")
    found = objections(
        "stop.reset", open_envelope(signed, approvable=True), person("sue", "operator", 1), always(second), 0
    )
    assert [(one.name, one.rule) for one in found] == [(name, "CMD-10")]


@pytest.mark.parametrize("role", sorted(ROLE_LEVELS))
@pytest.mark.parametrize(("group", "level"), [("conn", "setpoint"), ("conn", "direct"), ("engineering", "setpoint"),
                                              ("engineering", "direct"), ("conn", "observe")])  # fmt: skip
def test_a_role_has_its_most_whatever_its_key_was_given(role: str, group: str, level: str) -> None:
    """Proves AUT-11: a key with every right; a viewer steers nothing, the maintainer has no conn."""
    most = {("conn", "setpoint"): WATCH, ("conn", "direct"): WATCH, ("engineering", "setpoint"): WATCH | {"maintainer"},
            ("engineering", "direct"): set[str](), ("conn", "observe"): set(ROLE_LEVELS)}  # fmt: skip
    found = rights(person("x", role, 1, "observe", "setpoint", "direct"), group, level)
    expected = [] if role in most[group, level] else [("role_too_low", "AUT-11", role, level)]
    assert facts_of(found) == expected


@pytest.mark.parametrize(("granted", "allowed"), [("setpoint", True), ("conn/setpoint", True), ("engineering/setpoint", False),
                                                  ("direct", False), ("observe", False)])  # fmt: skip
def test_a_right_is_for_its_group_and_level(granted: str, *, allowed: bool) -> None:
    """Proves AUT-11: without a group it is for all that the role may have; an unknown level is nobody's."""
    found = rights(person("x", "operator", 1, granted), "conn", "setpoint")
    assert facts_of(found) == ([] if allowed else [("no_right", "AUT-11", granted, "setpoint")])
    assert [one.name for one in rights(person("x", "master", 1, granted), "conn", "magic")] == ["no_right"]


def test_an_approver_who_is_nobody_now_is_named_as_such() -> None:
    """Proves CMD-10, CMD-12: why the second key counts for nothing, under the rule of two people."""
    envelope = open_envelope(approve(sign(Domain.ORDER, b"order", key_of(1)), Domain.ORDER, key_of(2)), approvable=True)
    gone = Reason("key_not_valid_now", "CMD-12", "Over.")
    found = objections("stop.reset", envelope, person("sue", "operator", 1), lambda _, __: gone, 0)
    assert facts_of(found) == [("approver_key_not_valid_now", "CMD-10", None, None)]


def test_the_first_reason_against_a_second_person_is_what_the_master_reads() -> None:
    """Proves CMD-10: right before role; the Master is no second person of an own grant; a supervisor is."""
    envelope = open_envelope(approve(sign(Domain.GRANT, b"grant", key_of(1)), Domain.GRANT, key_of(2)), approvable=True)

    def told(second: RosterEntry) -> str:
        return second_of("grant", Domain.GRANT, envelope, always(second), 0, "kim")

    assert told(person("vic", "viewer", 2, "observe")) == "The key of vic has no right to approve."
    assert told(person("vic", "viewer", 2, "approve")) == "vic (viewer) may not approve this."
    assert told(person("kim", "master", 2, "approve")) == "kim cannot be the second person of an own grant"
    assert told(person("sue", "supervisor", 2, "approve")) == ""


def test_who_may_observe_may_advise() -> None:
    """Proves AUT-11: advice moves nothing; without the right to look there is none."""
    assert rights(person("x", "viewer", 1, "observe"), "conn", "advise") == []
    assert facts_of(rights(person("x", "viewer", 1, "setpoint"), "conn", "advise")) == [
        ("no_right", "AUT-11", "setpoint", "advise")
    ]


def test_a_ship_that_never_had_a_grant_has_none_to_revoke() -> None:
    """Proves AUT-07: nothing is believed and nothing revoked before the Master has signed it."""
    believed = Believed("petrel", public_bytes(key_of(200)))
    assert (believed.grant_version, believed.roster_version, believed.is_revoked) == (0, 0, False)
    assert believed.revoke_grant() is False
    assert facts_of(believed.lapsed(0)) == [("no_grant", "AUT-07", None, None)]


def believing(master: str = "kim") -> Believed:
    """Return a ship with a grant of `master` and a roster on which Kim is Master from 10 ns to 20 ns."""
    believed = Believed("petrel", public_bytes(key_of(200)))
    kim = RosterEntry("kim", "master", "Busan", "", public_bytes(key_of(5)), ("approve",), 10, 20)
    assert believed.take_roster(sign(Domain.ROSTER, Roster("petrel", 1, (kim,)).to_bytes(), key_of(200)), 0) == ""
    grant = Grant("petrel", "g1", master, ("Busan",), ("conn",), ("setpoint",), 5, 30, 1)
    assert believed.take_grant(sign(Domain.GRANT, grant.to_bytes(), key_of(200)), 0) == ""
    return believed


@pytest.mark.parametrize(("utc_ns", "name"), [(9, "no_current_master"), (10, ""), (19, ""), (20, "no_current_master")])
def test_a_grant_is_worth_what_its_master_is(utc_ns: int, name: str) -> None:
    """Proves AUT-12, AUT-07: dense at both ends of the Master's time, by the ship's clock."""
    assert [one.name for one in believing().lapsed(utc_ns)] == ([name] if name else [])


def test_a_grant_of_somebody_who_is_not_her_master_is_none() -> None:
    """Proves AUT-12: another's name, or nobody's."""
    assert facts_of(believing("sue").lapsed(15)) == [("no_current_master", "AUT-12", "sue", "kim")]
    assert facts_of(believing("").lapsed(15)) == [("no_grant", "AUT-12", None, None)]


def test_a_supervisor_takes_from_another_operator_and_confirms_like_anybody() -> None:
    """Proves AUT-09, AUT-03: the holder is not asked; a number of the grant's own, and until then nothing changes."""
    authority = held()
    assert (authority.allows("force"), authority.allows("grant")) == (True, False)
    assert authority.force("order-2", BOB, 102.0) is True
    assert authority.pending is not None
    assert (authority.phase, authority.pending.fencing, authority.holder) == ("granted", 9, ANN)
    assert authority.confirm(BOB, 9, 103.0) is True


def test_nobody_confirms_before_he_is_granted() -> None:
    """Proves AUT-03, AUT-08: a request has no number yet, and nought is none."""
    authority = held()
    authority.request("order-2", BOB, 102.0)
    assert authority.confirm(BOB, 0, 103.0) is False
    assert (authority.holder, authority.phase) == (ANN, "requested")


def test_the_first_number_of_a_new_ship_is_one_and_a_request_has_none() -> None:
    """Proves AUT-08, AUT-03: nothing was ever given before the first grant, and a request that waits gives nothing."""
    authority = held()
    assert authority.request("order-2", BOB, 102.0)
    assert authority.pending is not None
    assert authority.pending.fencing == 0
    assert Numbers().give() == 1
