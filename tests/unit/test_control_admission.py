"""Admission, dense at each of its limits: in time, in turn, not too many, of this ship, this boot and this signer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest

from control.admission import (
    Admission,
    holder_of,
    not_in_control,
    unjournaled,
    unrecorded,
    wrong_signer,
)  # fmt: skip
from control.authority import Holder
from protocols.link.events import Reason
from protocols.link.heartbeats import AuthorityState
from protocols.link.orders import GROUPS, ORDER_KINDS, Order
from protocols.link.roster import RosterEntry

NOW_S = 1000.0
APPROVE_S = 120.0
ANN = RosterEntry("ann", "operator", "Busan", "console-ann", b"k" * 32, ("setpoint",), 0, 2**62)
HEADING = Order("01J", "petrel", "conn", "conn.heading", {}, "ann", "console-ann", "s1", 7, 1, "boot-1", 1_005_000, 0)
HELD = AuthorityState(
    "remote", "ann", "Busan", "console-ann", "s1", "operator", "setpoint", 7, 0.5, "held", "", "", "", None
)


def order(**changes: object) -> Order:
    return dataclasses.replace(HEADING, **changes)  # type: ignore[arg-type] # fields of the order, given by the test


def refused(desk: Admission, made: Order, now_s: float = NOW_S) -> list[tuple[str, str]]:
    return [(reason.name, reason.rule) for reason in desk.objections(made, ANN, now_s)]


@pytest.mark.parametrize(("now_ms", "is_late"), [(1_004_999, False), (1_005_000, False), (1_005_001, True)])
def test_an_order_is_in_time_up_to_its_deadline(now_ms: int, *, is_late: bool) -> None:
    """Proves CMD-04: the last millisecond counts, the next does not."""
    found = Admission(APPROVE_S).too_late(order(), "boot-1", now_ms)
    assert [(reason.name, reason.value) for reason in found] == ([("deadline", 0.001)] if is_late else [])


def test_an_order_for_another_boot_is_never_in_time() -> None:
    """Proves CMD-04: however far its deadline lies ahead."""
    assert [reason.name for reason in Admission(APPROVE_S).too_late(order(), "boot-2", 0)] == ["other_boot"]


@pytest.mark.parametrize(("kind", "life_s"), [("conn.heading", 10.0), ("conn.rudder", 1.0), ("stop.reset", APPROVE_S)])
@pytest.mark.parametrize(("more_ms", "is_refused"), [(500, False), (501, True)])
def test_no_deadline_lies_further_ahead_than_the_kind_lives(
    kind: str, life_s: float, more_ms: int, *, is_refused: bool
) -> None:
    """Proves CMD-04, CMD-10: half a second of slack, and the time of an approval for what is critical."""
    until_ms = round((NOW_S + min(life_s, ORDER_KINDS[kind].life_s)) * 1000) + more_ms
    made = order(kind=kind, group=ORDER_KINDS[kind].group, deadline_ms=until_ms)
    assert refused(Admission(APPROVE_S), made) == ([("deadline_too_far", "CMD-04")] if is_refused else [])


@pytest.mark.parametrize(
    ("approve_s", "more_ms", "is_refused"), [(30.0, 500, False), (30.0, 501, True), (9e9, 501, True)]
)
def test_a_critical_order_lives_no_longer_than_its_approval_may_take(
    approve_s: float, more_ms: int, *, is_refused: bool
) -> None:
    """Proves CMD-10, CMD-04: the shorter of the vessel's time for the second person and the kind's own; others have their own."""
    life_s = min(approve_s, ORDER_KINDS["stop.reset"].life_s)
    reset = order(kind="stop.reset", deadline_ms=round((NOW_S + life_s) * 1000) + more_ms)
    assert bool(refused(Admission(approve_s), reset)) is is_refused
    assert refused(Admission(1.0), order(deadline_ms=round((NOW_S + 10.0) * 1000))) == []


@pytest.mark.parametrize("kind", sorted(ORDER_KINDS))
@pytest.mark.parametrize("group", [*GROUPS, "galley"])
def test_an_order_is_for_the_group_of_its_kind(kind: str, group: str) -> None:
    """Proves CMD-01, AUT-01: who holds one group orders nothing of another; authority and cancel are for any there is."""
    is_any = kind.startswith("authority.") or kind == "order.cancel"
    wanted = group in GROUPS if is_any else group == ORDER_KINDS[kind].group
    assert (("wrong_group", "CMD-01") not in refused(Admission(APPROVE_S), order(kind=kind, group=group))) is wanted


def test_the_sequence_of_a_session_goes_up() -> None:
    """Proves CMD-03: the same number again and a lower one are replays; another session and another key count alone."""
    desk, other = Admission(APPROVE_S), dataclasses.replace(ANN, public_key=b"x" * 32)
    assert refused(desk, order(seq=0)) == []
    assert refused(desk, order(seq=0)) == [("out_of_sequence", "CMD-03")]
    assert refused(desk, order(seq=5)) == []
    assert refused(desk, order(seq=4)) == [("out_of_sequence", "CMD-03")]
    assert refused(desk, order(seq=4, session="s2")) == []
    assert desk.objections(order(seq=4), other, NOW_S) == []


def test_two_hundred_sessions_are_remembered_and_the_oldest_goes() -> None:
    """Proves CMD-03: memory is bounded; a session that speaks again is young."""
    desk = Admission(APPROVE_S)
    for number in range(200):
        assert refused(desk, order(session=f"s{number}", seq=9), NOW_S + number) == []
    assert refused(desk, order(session="s0", seq=10), NOW_S + 200) == []
    assert refused(desk, order(session="s1", seq=9), NOW_S + 201) == [("out_of_sequence", "CMD-03")]
    assert refused(desk, order(session="new", seq=9), NOW_S + 202) == []  # the two hundred and first: s1 is forgotten
    assert refused(desk, order(session="s1", seq=9), NOW_S + 203) == []
    assert refused(desk, order(session="s0", seq=10), NOW_S + 204) == [("out_of_sequence", "CMD-03")]


def test_ten_orders_a_second_and_no_more() -> None:
    """Proves CMD-14: dense in number and time; what is refused does not count against the next."""
    desk = Admission(APPROVE_S)
    assert [refused(desk, order(seq=seq)) for seq in range(10)] == [[]] * 10
    assert refused(desk, order(seq=10)) == [("too_many", "CMD-14")]
    assert refused(desk, order(seq=11), NOW_S + 0.999) == [("too_many", "CMD-14")]
    assert refused(desk, order(seq=12), NOW_S + 1.0) == []


def test_the_second_is_that_of_the_tenth_order_back() -> None:
    """Proves CMD-14: a window that slides; at 1.0 s the first of ten, a tenth apart, has left it and no other has."""
    desk = Admission(APPROVE_S)
    assert [refused(desk, order(seq=seq), NOW_S + seq / 10) for seq in range(10)] == [[]] * 10
    assert refused(desk, order(seq=10), NOW_S + 0.95) == [("too_many", "CMD-14")]
    assert refused(desk, order(seq=11), NOW_S + 1.0) == []
    assert refused(desk, order(seq=12), NOW_S + 1.05) == [("too_many", "CMD-14")]


def facts_of(reasons: Iterable[Reason]) -> list[tuple[object, ...]]:
    return [(one.name, one.rule, one.value, one.limit, one.unit) for one in reasons]


def test_each_refusal_names_its_rule_value_limit_and_unit() -> None:
    """Proves CMD-07: what an operator is told of each formal refusal."""
    desk = Admission(APPROVE_S)
    assert facts_of(desk.too_late(order(), "boot-2", 0)) == [("other_boot", "CMD-04", "boot-1", "boot-2", "")]
    assert facts_of(desk.too_late(order(), "boot-1", 1_007_500)) == [("deadline", "CMD-04", 2.5, 0.0, "s")]
    far = desk.objections(order(seq=0, deadline_ms=1_020_000, group="galley"), ANN, NOW_S)
    assert facts_of(far) == [
        ("deadline_too_far", "CMD-04", 20.0, 10.0, "s"),
        ("wrong_group", "CMD-01", "galley", "conn", ""),
    ]
    assert facts_of(desk.objections(order(seq=-1, session="s9"), ANN, NOW_S)) == [
        ("out_of_sequence", "CMD-03", -1, -1, "")
    ]
    for seq in range(1, 9):
        desk.objections(order(seq=seq), ANN, NOW_S)
    assert facts_of(desk.objections(order(seq=9), ANN, NOW_S)) == [("too_many", "CMD-14", 11, 10, "1/s")]
    assert facts_of(wrong_signer(order(vessel="kestrel", person="bob", console="x"), ANN, "petrel")) == [
        ("other_vessel", "CMD-01", "kestrel", "petrel", ""), ("not_the_signer", "CMD-12", "bob", "ann", ""),
        ("other_console", "CMD-12", "x", "console-ann", ""),
    ]  # fmt: skip
    assert facts_of(unrecorded(order(), "disk full"))[0][:2] == ("ledger", "LED-04")


@pytest.mark.parametrize(("station", "who"), [("none", "nobody"), ("local", "the bridge")])
def test_who_has_it_instead_is_said(station: str, who: str) -> None:
    """Proves CMD-07, AUT-02: nobody or the bridge; of the conn, where no group is named."""
    state = dataclasses.replace(HELD, station=station)
    found = not_in_control(state, "ann", "console-ann", "s1", 7, "setpoint")
    assert [(one.limit, f"The conn is held by {who};" in one.text) for one in found] == [(who, True)]
    granted = dataclasses.replace(HELD, phase="granted")
    assert not_in_control(granted, "ann", "console-ann", "s1", 0, "setpoint") == ()  # his own number is not known here


@pytest.mark.parametrize("kind", ["conn.controlled_stop", "authority.release"])
def test_stop_and_release_are_never_too_many_nor_unrecorded(kind: str) -> None:
    """Proves CMD-14, LED-04: a hundred in one instant, with the ledger broken."""
    desk = Admission(APPROVE_S)
    assert [refused(desk, order(kind=kind, seq=seq)) for seq in range(100)] == [[]] * 100
    assert unrecorded(order(kind=kind), "disk full") == []
    assert [reason.name for reason in unrecorded(order(), "disk full")] == ["ledger"]
    assert unrecorded(order(), "") == []


@pytest.mark.parametrize("kind", sorted(ORDER_KINDS))
def test_nobody_takes_control_on_a_damaged_journal(kind: str) -> None:
    """Proves CMD-13, AUT-08: request, force and confirm give numbers, which must not be given twice; the rest goes on here."""
    takes = kind in ("authority.request", "authority.force", "authority.confirm")
    found = [(reason.name, reason.rule) for reason in unjournaled(order(kind=kind), "torn page")]
    assert found == ([("journal", "CMD-13")] if takes else [])
    assert unjournaled(order(kind=kind), "") == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"vessel": "kestrel"}, ["other_vessel"]),
        ({"person": "bob"}, ["not_the_signer"]),
        ({"console": "console-bob"}, ["other_console"]),
        ({"vessel": "kestrel", "person": "bob", "console": ""}, ["other_vessel", "not_the_signer", "other_console"]),
    ],
)
def test_an_order_is_its_signers_own_and_for_this_ship(changes: dict[str, str], names: list[str]) -> None:
    """Proves CMD-12, CMD-07: all reasons at once; a key that names no console is good at any."""
    assert [reason.name for reason in wrong_signer(order(**changes), ANN, "petrel")] == names
    assert wrong_signer(order(console="x"), dataclasses.replace(ANN, console=""), "petrel") == []


@pytest.mark.parametrize(
    ("state", "who", "name"),
    [
        ({}, {}, ""),
        ({"station": "none"}, {}, "not_in_control"),
        ({"station": "local"}, {}, "not_in_control"),
        ({}, {"person": "bob"}, "not_in_control"),
        ({}, {"console": "x"}, "not_in_control"),
        ({}, {"session": "x"}, "not_in_control"),
        ({}, {"fencing": 6}, "old_fencing_number"),
        ({}, {"fencing": 8}, "old_fencing_number"),
        ({"phase": "granted", "fencing": 8}, {"held": 7}, ""),
        ({"phase": "granted", "fencing": 8}, {"fencing": 8, "held": 7}, ""),
        ({"phase": "granted", "fencing": 8}, {"fencing": 6, "held": 7}, "old_fencing_number"),
        ({"phase": "granted", "fencing": 9}, {"fencing": 8, "held": 7}, "old_fencing_number"),
        ({"phase": "granted", "fencing": 9}, {"fencing": 10, "held": 7}, "old_fencing_number"),
        ({}, {"needs": "direct"}, "level_too_low"),
        ({"level": "direct"}, {"needs": "direct"}, ""),
    ],
)
def test_who_is_in_control_is_the_holder_with_his_number_and_level(
    state: dict[str, object], who: dict[str, object], name: str
) -> None:
    """Proves INT-01, AUT-08: each of the holder's marks, alone; while another is granted his own number goes on."""
    asked: dict[str, object] = {
        "person": "ann", "console": "console-ann", "session": "s1", "fencing": 7, "needs": "setpoint"
    }  # fmt: skip
    found = not_in_control(dataclasses.replace(HELD, **state), **(asked | who))  # type: ignore[arg-type] # by name
    assert [(reason.name, reason.rule) for reason in found] == ([(name, "INT-01")] if name else [])


def test_a_holder_is_whom_the_order_and_the_roster_name() -> None:
    """Proves AUT-02: person, centre, console, session, role, level and key."""
    assert holder_of(order(), ANN, "direct") == Holder(
        "ann", "Busan", "console-ann", "s1", "operator", "direct", ANN.key_id
    )
