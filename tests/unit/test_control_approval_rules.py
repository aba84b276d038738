"""Who may order and approve what is critical, each reason whole: name, rule, value and limit (CMD-10, EST-02, CMD-07)."""

from __future__ import annotations

import pytest

from control import approval
from control.approval import PAIRS
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.roster import RosterEntry
from protocols.link.signing import Domain, Envelope
from tests.control_rig import KEYS, RIGHTS, UTC_NS, YEAR_NS

BODY = b"what is ordered"


def entry(person: str, role: str = "", rights: tuple[str, ...] | None = None) -> RosterEntry:
    """Return a person of the roster, in another role or with other rights where they are named."""
    own_role, own_rights = RIGHTS[person]
    public = signing.public_bytes(KEYS[person])
    return RosterEntry(
        person, role or own_role, "Busan", "", public, own_rights if rights is None else rights,
        UTC_NS - YEAR_NS, UTC_NS + YEAR_NS,
    )  # fmt: skip


def signed(issuer: str = "sue", approver: str = "kim", *, approves: bytes = BODY) -> Envelope:
    """Return the issuer's signature over BODY with the approver's over `approves`."""
    first = signing.sign(Domain.ORDER, BODY, KEYS[issuer])
    if not approver:
        return signing.open_envelope(first, approvable=True)
    whole = signing.open_envelope(signing.approve(first, Domain.ORDER, KEYS[approver]), approvable=True)
    if approves == BODY:
        return whole
    other = signing.approve(signing.sign(Domain.ORDER, approves, KEYS[issuer]), Domain.ORDER, KEYS[approver])
    bad = signing.open_envelope(other, approvable=True)
    return Envelope(whole.key_id, whole.body, whole.signature, bad.approver_key_id, bad.approval)


def found(
    kind: str, issuer: RosterEntry, approver: RosterEntry | Reason, envelope: Envelope
) -> list[tuple[str, str, object, object]]:
    """Return (name, rule, value, limit) of every reason against the two."""
    reasons = approval.objections(kind, envelope, issuer, lambda _key, _utc: approver, UTC_NS)
    return [(one.name, one.rule, one.value, one.limit) for one in reasons]


def test_a_critical_kind_for_which_nobody_is_named_is_for_nobody() -> None:
    """Proves CMD-10: a kind without its pair is refused, though the two be the Master and a supervisor."""
    assert found("ballast.dump", entry("kim"), entry("sue"), signed("kim", "sue")) == [
        ("nobody_may", "CMD-10", "ballast.dump", None)
    ]
    # Negative control: the same two may reset a stop.
    assert found("stop.reset", entry("kim"), entry("sue"), signed("kim", "sue")) == []


@pytest.mark.parametrize(
    ("issuer", "approver", "envelope", "expected"),
    [
        (entry("sue"), entry("kim"), signed(approver=""), ("approval_missing", "CMD-10", None, None)),
        (entry("sue"), entry("sue"), signed("sue", "sue"), ("same_key", "CMD-10", None, None)),
        (entry("sue"), Reason("unknown_key", "CMD-12", "No such key."), signed(),
         ("approver_unknown_key", "CMD-10", None, None)),
        (entry("sue"), entry("kim"), signed(approves=b"something else"), ("approval_bad", "CMD-10", "kim", None)),
        (entry("sue"), entry("kim", rights=("observe", "stop")), signed(),
         ("approver_right", "CMD-10", "observe, stop", "approve")),
        (entry("kim"), entry("sue", role="viewer"), signed("kim", "sue"),
         ("approver_role", "CMD-10", "viewer", ", ".join(sorted(PAIRS["stop.reset"].approvers)))),
        (entry("vic"), entry("kim"), signed("vic"),
         ("issuer_role", "CMD-10", "viewer", ", ".join(sorted(PAIRS["stop.reset"].issuers)))),
        (entry("kim"), entry("kim"), signed("sue", "kim"), ("same_person", "CMD-10", "kim", None)),
        (entry("sue"), entry("kim", role="supervisor"), signed(),
         ("no_master", "EST-02", "supervisor, supervisor", "master")),
    ],
)  # fmt: skip
def test_each_thing_that_speaks_against_the_two_is_named_whole(
    issuer: RosterEntry, approver: RosterEntry | Reason, envelope: Envelope, expected: tuple[str, str, object, object]
) -> None:
    """Proves CMD-10, EST-02, CMD-07: the reason's name, the rule it is of, what was found and what is asked for."""
    assert expected in found("stop.reset", issuer, approver, envelope)


def test_the_second_signature_of_a_roster_is_told_by_its_first_fault() -> None:
    """Proves CMD-10: a person of the wrong role without the right to approve is told of the right first."""
    told = approval.second_of(
        "roster", Domain.ORDER, signed("kim", "vic"), lambda _key, _utc: entry("vic"), UTC_NS, "kim"
    )
    both = approval.objections(
        "stop.reset", signed("kim", "vic"), entry("kim"), lambda _key, _utc: entry("vic"), UTC_NS
    )
    assert [one.name for one in both][:2] == ["approver_right", "approver_role"]
    assert told == both[0].text
