"""Whom the ship believes, one paper at a time: rosters, grants, their versions, and what a revocation leaves."""

from __future__ import annotations

import dataclasses

import pytest

from control.believed import Believed
from protocols.link.events import Reason
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain, approve, open_envelope, public_bytes, sign
from tests.control_rig import key_of

MASTER = key_of(200)
KIM = RosterEntry("kim", "master", "Busan", "", public_bytes(key_of(5)), ("approve",), 0, 2**62)
ANN = RosterEntry("ann", "operator", "Busan", "", public_bytes(key_of(1)), ("setpoint",), 0, 2**62)
GRANT = Grant("petrel", "g1", "kim", ("Busan",), ("conn",), ("setpoint",), 100, 200, 3)


def ship() -> Believed:
    believed = Believed("petrel", public_bytes(MASTER))
    assert roster(believed, 4) == ""
    return believed


def roster(believed: Believed, version: int, *people: RosterEntry, vessel: str = "petrel", seed: int = 200) -> str:
    paper = Roster(vessel, version, people or (KIM, ANN))
    return believed.take_roster(sign(Domain.ROSTER, paper.to_bytes(), key_of(seed)), 0)


def grant(believed: Believed, paper: Grant = GRANT, seed: int = 200) -> str:
    return believed.take_grant(sign(Domain.GRANT, paper.to_bytes(), key_of(seed)), 0)


def names(believed: Believed, utc_ns: int = 150) -> list[tuple[str, str]]:
    return [(one.name, one.rule) for one in believed.lapsed(utc_ns)]


def test_only_the_masters_own_papers_for_this_ship_are_taken() -> None:
    """Proves CMD-12, AUT-07: another key, another ship, noise; each says why, and nothing has changed."""
    believed = ship()
    assert "key" in roster(believed, 5, seed=77)
    assert roster(believed, 5, vessel="kestrel") == "the roster is for kestrel"
    assert believed.take_roster(b"noise", 0) != ""
    other = sign(Domain.ROSTER, Roster("petrel", 5, (KIM,)).to_bytes(), MASTER)
    assert "signature" in believed.take_roster(other[:-1] + bytes([other[-1] ^ 1]), 0)
    assert "key" in grant(believed, seed=77)
    assert grant(believed, dataclasses.replace(GRANT, vessel="kestrel")) == "the grant is for kestrel"
    assert believed.take_grant(b"noise", 0) != ""
    assert (believed.roster_version, believed.grant, believed.grant_version) == (4, None, 0)


def test_a_roster_goes_up_only_and_the_same_again_is_no_news() -> None:
    """Proves CMD-12: a lower version and the same version with other people are refused; who is gone is unknown."""
    believed = ship()
    assert roster(believed, 4) == ""
    assert roster(believed, 4, KIM) == "version 4 is not above 4"
    assert roster(believed, 3, KIM) == "version 3 is not above 4"
    assert believed.holder(ANN.key_id, 0) == ANN
    assert roster(believed, 5, KIM) == ""
    assert getattr(believed.holder(ANN.key_id, 0), "name", "") == "unknown_key"
    assert believed.roster_version == 5


def test_a_grant_goes_up_only_and_what_was_revoked_stays_revoked() -> None:
    """Proves AUT-07: the same again is no news, a lower one and another of the same version are refused."""
    believed = ship()
    assert [grant(believed), grant(believed)] == ["", ""]
    assert grant(believed, dataclasses.replace(GRANT, version=2)) == "version 2 is not above 3"
    assert grant(believed, dataclasses.replace(GRANT, valid_to_utc_ns=201)) == "version 3 is not above 3"
    assert (names(believed), believed.is_revoked) == ([], False)
    assert believed.revoke_grant() is True
    assert (names(believed), believed.is_revoked, believed.revoked_version) == ([("no_grant", "AUT-07")], True, 3)
    assert believed.revoke_grant() is False
    assert "revoked aboard" in grant(believed)
    assert "above 3" in grant(believed)
    assert grant(believed, dataclasses.replace(GRANT, version=4)) == ""
    assert (names(believed), believed.is_revoked) == ([], False)


@pytest.mark.parametrize(
    ("utc_ns", "name"), [(99, "grant_not_valid_now"), (100, ""), (199, ""), (200, "grant_not_valid_now")]
)
def test_a_grant_is_worth_something_in_its_time(utc_ns: int, name: str) -> None:
    """Proves AUT-07: the first nanosecond of its window and not the last."""
    believed = ship()
    grant(believed)
    assert names(believed, utc_ns) == ([(name, "AUT-07")] if name else [])


@pytest.mark.parametrize(
    ("changes", "group", "level", "expected"),
    [
        ({}, "conn", "setpoint", []),
        ({"rocs": ("Ulsan",)}, "conn", "setpoint", [("grant_roc", "AUT-07", "Busan", "Ulsan")]),
        ({"groups": ("engineering",)}, "conn", "setpoint", [("grant_group", "AUT-07", "conn", "engineering")]),
        (
            {"levels": ("observe", "direct")},
            "conn",
            "setpoint",
            [("grant_level", "AUT-07", "setpoint", "observe, direct")],
        ),
        ({"master": ""}, "conn", "setpoint", [("no_grant", "AUT-12", None, None)]),
    ],
)
def test_a_grant_opens_what_it_names(
    changes: dict[str, object], group: str, level: str, expected: list[tuple[object, ...]]
) -> None:
    """Proves AUT-07, AUT-12, CMD-07: centre, group and level, each with what was asked and what is granted."""
    believed = ship()
    grant(believed, dataclasses.replace(GRANT, **changes))  # type: ignore[arg-type] # fields, given by the test
    found = believed.access(ANN, group, level, 150)
    assert [(one.name, one.rule, one.value, one.limit) for one in found] == expected


def test_without_a_grant_nobody_has_access_and_that_is_the_only_reason() -> None:
    """Proves AUT-07: a ship that never had one."""
    assert [(one.name, one.rule) for one in ship().access(ANN, "conn", "setpoint", 150)] == [("no_grant", "AUT-07")]


NS = 1_000_000_000


@pytest.mark.parametrize(
    ("left_ns", "left_s"),
    [(3601 * NS, None), (3601 * NS - 1, 3600), (3600 * NS, 3600), (NS, 1), (NS - 1, 0), (1, 0)],
)
def test_what_is_left_of_a_grant_is_told_within_its_last_hour(left_ns: int, left_s: int | None) -> None:
    """Proves AUT-07: whole seconds, rounded down, so that nobody counts on one more than there is; before that, nothing."""
    believed = ship()
    grant(believed, dataclasses.replace(GRANT, valid_to_utc_ns=10_000 * NS))
    found = believed.remote_access(10_000 * NS - left_ns)
    assert (None if found is None else (found.left_s, found.reasons)) == (None if left_s is None else (left_s, ()))


def test_where_there_is_no_access_the_reason_is_told_in_its_place() -> None:
    """Proves AUT-07, AUT-12: never granted, over, revoked, of a Master who is none any more."""
    never = ship().remote_access(150)
    assert never is not None
    assert (never.left_s, [one.name for one in never.reasons]) == (0, ["no_grant"])
    believed = ship()
    grant(believed)
    over = believed.remote_access(200)
    assert over is not None
    assert (over.left_s, [one.name for one in over.reasons]) == (0, ["grant_not_valid_now"])
    believed.revoke_grant()
    revoked = believed.remote_access(150)
    assert revoked is not None
    assert [(one.name, one.rule, one.value) for one in revoked.reasons] == [("no_grant", "AUT-07", 3)]


def test_the_grant_is_of_a_master_who_is_one_now() -> None:
    """Proves AUT-12: the first nanosecond of his key and not the last; who is, is named; a roster without any asks for none."""
    believed = ship()
    grant(believed)
    until = dataclasses.replace(KIM, valid_from_utc_ns=120, valid_to_utc_ns=180)
    deputy = dataclasses.replace(KIM, person="lee", public_key=public_bytes(key_of(9)))
    assert roster(believed, 5, until, deputy, ANN) == ""
    for utc_ns, is_current in ((119, False), (120, True), (179, True), (180, False)):
        found = believed.lapsed(utc_ns)
        assert [(one.name, one.rule, one.value, one.limit) for one in found] == (
            [] if is_current else [("no_current_master", "AUT-12", "kim", "lee")]
        )
    assert roster(believed, 6, ANN) == ""
    assert believed.lapsed(150) == []


def test_a_grant_that_was_never_taken_can_still_be_revoked_once() -> None:
    """Proves AUT-07: after a restart the ship knows the number alone; what is revoked is revoked, and there is no more to do."""
    believed = ship()
    assert believed.revoke_grant() is False
    assert not believed.is_revoked
    believed.grant_version = 3
    assert not believed.is_revoked
    assert believed.revoke_grant() is True
    assert (believed.is_revoked, believed.revoke_grant()) == (True, False)
    assert "revoked aboard" in grant(believed)


SUE = RosterEntry("sue", "supervisor", "Busan", "", public_bytes(key_of(3)), ("approve",), 0, 2**62)


LEE = dataclasses.replace(KIM, person="lee", public_key=public_bytes(key_of(9)))
"""The Master's deputy."""


def two(*what: str) -> Believed:
    """Return a ship that asks for a second signature, kim, sue and ann aboard."""
    believed = Believed("petrel", public_bytes(MASTER), frozenset(what))
    assert roster(believed, 4, KIM, SUE, ANN) == ""  # the first ever is the Master's alone
    return believed


def doubly(domain: Domain, paper: Roster | Grant, second: int) -> bytes:
    """Return a paper of the Master's that a second person has signed too."""
    return approve(sign(domain, paper.to_bytes(), MASTER), domain, key_of(second))


ONE_ONLY = "This needs a second person, who signs exactly these bytes; only one signature came."


def test_where_rosters_take_two_the_masters_alone_changes_nothing() -> None:
    """Proves CMD-10: the same again is no news; approved by a supervisor it is taken; by an operator, or unknown, it is not."""
    believed = two("roster")
    new = Roster("petrel", 5, (KIM, SUE))
    assert roster(believed, 5, KIM, SUE) == ONE_ONLY
    assert (believed.roster_version, roster(believed, 4, KIM, SUE, ANN)) == (4, "")
    assert believed.take_roster(doubly(Domain.ROSTER, new, 1), 0) == "The key of ann has no right to approve."
    assert "Of the approver" in believed.take_roster(doubly(Domain.ROSTER, new, 77), 0)
    assert believed.roster_version == 4
    assert believed.take_roster(doubly(Domain.ROSTER, new, 3), 0) == ""
    assert believed.roster_version == 5
    # The roster's only Master is not the second person of his own roster, with no grant either; beside a deputy he may be.
    own, six = "kim cannot be the second person of an own roster", Roster("petrel", 6, (KIM, SUE, LEE))
    assert believed.take_roster(doubly(Domain.ROSTER, six, 5), 0) == own
    assert believed.take_roster(doubly(Domain.ROSTER, six, 3), 0) == ""
    assert believed.take_roster(doubly(Domain.ROSTER, Roster("petrel", 7, (KIM, SUE, LEE)), 5), 0) == ""
    # Grants are the Master's alone there; of the roster of a Master whose grant is in force he is not the second himself.
    assert grant(believed) == ""
    again = doubly(Domain.ROSTER, Roster("petrel", 8, (KIM, SUE, ANN)), 5)
    assert believed.take_roster(again, 0) == own


def test_where_grants_take_two_the_masters_alone_opens_nothing() -> None:
    """Proves CMD-10, AUT-07: nor does one that the Master has approved for himself; the same again is no news."""
    believed = two("grant")
    assert grant(believed) == ONE_ONLY
    own = "kim cannot be the second person of an own grant"
    assert believed.take_grant(doubly(Domain.GRANT, GRANT, 5), 150) == own  # the first ever as well
    assert believed.grant is None
    assert believed.take_grant(doubly(Domain.GRANT, GRANT, 3), 150) == ""
    assert grant(believed) == ""
    assert grant(believed, dataclasses.replace(GRANT, version=4)) == ONE_ONLY
    assert believed.take_grant(doubly(Domain.GRANT, dataclasses.replace(GRANT, version=4), 5), 150) == own
    assert believed.grant_version == 3
    assert roster(believed, 5, KIM) == ""


def test_a_signature_is_of_a_key_that_is_known_and_of_these_bytes() -> None:
    """Proves CMD-12: each by its name; the same bytes under another domain are other bytes."""
    believed = ship()
    body = GRANT.to_bytes()
    good = open_envelope(sign(Domain.ORDER, body, key_of(1)))
    assert believed.signer(Domain.ORDER, good, 0) == ANN
    assert believed.signer(Domain.STOP, good, 0) == BAD
    assert believed.signer(Domain.ORDER, dataclasses.replace(good, body=body + b"x"), 0) == BAD
    stranger = open_envelope(sign(Domain.ORDER, body, key_of(77)))
    found = believed.signer(Domain.ORDER, stranger, 0)
    assert isinstance(found, Reason)
    assert (found.name, found.rule) == ("unknown_key", "CMD-12")


BAD = Reason("bad_signature", "CMD-12", "The signature does not hold: the bytes are not what was signed.")


@pytest.mark.parametrize(("utc_ns", "is_his"), [(99, False), (100, True), (199, True), (200, False)])
def test_a_key_is_somebodys_in_its_time(utc_ns: int, is_his: bool) -> None:
    """Proves CMD-12: the first nanosecond and not the last, for a signature as for who has the conn."""
    believed = ship()
    ann = dataclasses.replace(ANN, valid_from_utc_ns=100, valid_to_utc_ns=200)
    assert roster(believed, 5, KIM, ann) == ""
    envelope = open_envelope(sign(Domain.ORDER, b"body", key_of(1)))
    for found in (believed.holder(ann.key_id, utc_ns), believed.signer(Domain.ORDER, envelope, utc_ns)):
        if is_his:
            assert found == ann
        else:
            assert isinstance(found, Reason)
            assert (found.name, found.rule) == ("key_not_valid_now", "CMD-12")
            assert found.text == "The key of ann is not valid at the ship's time."


def test_the_first_version_ever_is_revoked_like_any_other() -> None:
    """Proves AUT-07: a grant of version 1."""
    believed = ship()
    assert grant(believed, dataclasses.replace(GRANT, version=1)) == ""
    assert believed.revoke_grant()
    assert believed.is_revoked
