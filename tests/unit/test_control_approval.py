"""Two people for what is critical: the whole negative matrix, aboard (CMD-10, EST-02)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from control import approval
from control.limits import ControlConfig
from control.messages import SignedGrant, SignedOrder, SignedRoster
from protocols.errors import MalformedError
from protocols.link import signing
from protocols.link.orders import Order
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from tests.control_rig import KEYS, MASTER, RIGHTS, UTC_NS, VESSEL, YEAR_NS, Rig, example_table, key_of, signed_roster


def stopped() -> Rig:
    """Return a ship with a latched emergency stop."""
    ship = Rig()
    ship.stop("sue")
    return ship


def test_the_master_and_a_second_person_reset_the_stop_from_ashore() -> None:
    """Proves EST-02, CMD-10: two signatures over the same bytes; nobody holds the conn, and the journal has it first."""
    for issuer, approver in (("sue", "kim"), ("kim", "sue")):
        ship = stopped()
        before = len(ship.journal)
        order = ship.order("stop.reset", person=issuer)
        assert ship.send_approved(order, approver) == "SUCCEEDED"
        assert len(ship.journal) > before
        assert ship.moves[-1][1].kind == "reset_stop"
        assert ship.supervisor.facts(ship.now_s).stop_latched is False
        told = [e.body for e in ship.events if e.kind == "stop"][-1]
        assert (told["state"], told["person"], told["console"]) == ("reset", issuer, f"console-{issuer}")
        # The engine stays where it is: orders are given anew.
        assert all(move[1].kind != "propulsion" for move in ship.moves)


def nobody(ship: Rig, order: Order) -> bytes:
    del ship
    return signing.sign(Domain.ORDER, order.to_bytes(), KEYS["kim"])


def approved_by(person: str) -> Callable[[Rig, Order], bytes]:
    return lambda _, order: signing.approve(
        signing.sign(Domain.ORDER, order.to_bytes(), KEYS[order.person]), Domain.ORDER, KEYS[person]
    )


def stranger(ship: Rig, order: Order) -> bytes:
    del ship
    return signing.approve(signing.sign(Domain.ORDER, order.to_bytes(), KEYS["kim"]), Domain.ORDER, key_of(99))


def altered(ship: Rig, order: Order) -> bytes:
    """Sue approves one order; its approval is put under another of the same kind."""
    first = signing.open_envelope(approved_by("sue")(ship, order), approvable=True)
    other = dataclasses.replace(order, issued_utc_ns=order.issued_utc_ns + 1)
    second = signing.open_envelope(signing.sign(Domain.ORDER, other.to_bytes(), KEYS["kim"]))
    return signing.cbor.encode([second.key_id, second.body, second.signature, first.approver_key_id, first.approval])


def for_a_roster(ship: Rig, order: Order) -> bytes:
    """Sue's approval was given for another use of the same bytes."""
    del ship
    return signing.approve(signing.sign(Domain.ORDER, order.to_bytes(), KEYS["kim"]), Domain.ROSTER, KEYS["sue"])


def a_signature(ship: Rig, order: Order) -> bytes:
    """Sue signed the order as her own; that is no approval."""
    del ship
    first = signing.open_envelope(signing.sign(Domain.ORDER, order.to_bytes(), KEYS["kim"]))
    hers = signing.open_envelope(signing.sign(Domain.ORDER, order.to_bytes(), KEYS["sue"]))
    return signing.cbor.encode([first.key_id, first.body, first.signature, hers.key_id, hers.signature])


def revoked(ship: Rig, order: Order) -> bytes:
    """A new roster without Sue came before the order did."""
    ship.feed(SignedRoster(signed_roster(2, ("ann", "bob", "kim"))))
    return approved_by("sue")(ship, order)


def out_of_time(ship: Rig, order: Order) -> bytes:
    """Sue's key has ended meanwhile; the Master's has not."""
    entries = tuple(
        RosterEntry(person, RIGHTS[person][0], "Busan", "", signing.public_bytes(KEYS[person]), RIGHTS[person][1],
                    UTC_NS - YEAR_NS, UTC_NS + (0 if person == "sue" else YEAR_NS))
        for person in ("kim", "sue")
    )  # fmt: skip
    ship.feed(SignedRoster(signing.sign(Domain.ROSTER, Roster(VESSEL, 2, entries).to_bytes(), MASTER)))
    return approved_by("sue")(ship, order)


def two_keys_of_one(ship: Rig, order: Order) -> bytes:
    """The Master approves with the key of another console."""
    keys = (("kim", KEYS["kim"]), ("kim", key_of(42)))
    entries = tuple(
        RosterEntry(person, *RIGHTS[person][:1], "Busan", "", signing.public_bytes(key), RIGHTS[person][1],
                    UTC_NS - YEAR_NS, UTC_NS + YEAR_NS)
        for person, key in keys
    )  # fmt: skip
    ship.feed(SignedRoster(signing.sign(Domain.ROSTER, Roster(VESSEL, 2, entries).to_bytes(), MASTER)))
    return signing.approve(signing.sign(Domain.ORDER, order.to_bytes(), KEYS["kim"]), Domain.ORDER, key_of(42))


NOT_ENOUGH: dict[str, tuple[Callable[[Rig, Order], bytes], str, str]] = {
    "one signature": (nobody, "kim", "approval_missing"),
    "the same key twice": (approved_by("kim"), "kim", "same_key"),
    "the same person with another key": (two_keys_of_one, "kim", "same_person"),
    "altered after the approval": (altered, "kim", "approval_bad"),
    "an approval of another use": (for_a_roster, "kim", "approval_bad"),
    "a signature that is no approval": (a_signature, "kim", "approval_bad"),
    "a key nobody knows": (stranger, "kim", "approver_unknown_key"),
    "a person whose key was revoked": (revoked, "kim", "approver_unknown_key"),
    "a key whose time is over": (out_of_time, "kim", "approver_key_not_valid_now"),
    "a role that may not approve": (approved_by("vic"), "kim", "approver_role"),
    "a key without the right": (approved_by("bob"), "kim", "approver_right"),
    "no Master among them": (approved_by("sue"), "ann", "no_master"),
    "a role that may not ask": (approved_by("kim"), "vic", "issuer_role"),
}
"""{what is wrong: (what is sent, who issues it, the reason)}"""


@pytest.mark.parametrize("what", NOT_ENOUGH)
def test_what_is_not_two_people_over_the_same_bytes_is_refused(what: str) -> None:
    """Proves CMD-10, EST-02: each with its reason; the stop stays latched and nothing moves."""
    make, issuer, name = NOT_ENOUGH[what]
    ship = stopped()
    moves = len(ship.moves)
    order = ship.order("stop.reset", person=issuer)
    ship.feed(SignedOrder(make(ship, order)))
    refused = [e.body for e in ship.events if e.kind == "order"][-1]
    assert refused["state"] == "REJECTED"
    assert name in str(refused["reasons"]), refused["reasons"]
    assert ship.supervisor.facts(ship.now_s).stop_latched is True
    assert len(ship.moves) == moves
    assert ship.supervisor.taking.refused[name] == 1


@pytest.mark.parametrize(
    ("life_s", "after_s", "state"), [(120, 119.0, "SUCCEEDED"), (120, 121.0, "EXPIRED"), (60, 61.0, "EXPIRED")]
)
def test_both_signatures_must_be_aboard_in_time(life_s: int, after_s: float, state: str) -> None:
    """Proves CMD-10, CMD-04: two minutes from the first signature, by the ship's own clock."""
    ship = stopped()
    order = ship.order("stop.reset", person="kim", deadline_ms=round(ship.now_s * 1000) + life_s * 1000)
    ship.now_s += after_s
    assert ship.send_approved(order, "sue") == state


def test_a_vessel_may_allow_less_time() -> None:
    """Proves CMD-10: with 60 s configured an order that would live for 120 s is refused."""
    table = example_table()
    table["approval"]["approve_s"] = 60.0
    ship = Rig(config=ControlConfig.from_mapping(VESSEL, table))
    ship.stop("sue")
    order = ship.order("stop.reset", person="kim")
    assert ship.send_approved(order, "sue") == "REJECTED"
    assert ("deadline_too_far", "CMD-04") in ship.reasons(order)


def test_nothing_latched_is_nothing_to_reset_and_a_replay_resets_no_later_stop() -> None:
    """Proves EST-02, CMD-03: the same bytes again get the stored answer; the next stop stays latched."""
    ship = stopped()
    order = ship.order("stop.reset", person="kim")
    assert ship.send_approved(order, "sue") == "SUCCEEDED"
    ship.stop("ann")
    assert ship.send_approved(order, "sue") == "SUCCEEDED"
    assert ship.supervisor.facts(ship.now_s).stop_latched is True
    ship.bridge("reset_stop")
    again = ship.order("stop.reset", person="kim")
    assert ship.send_approved(again, "sue") == "REJECTED"
    assert ship.reasons(again) == [("nothing_latched", "EST-02")]


@pytest.mark.parametrize("flipped", range(0, 300, 7))
def test_no_bit_of_an_approved_order_may_change(flipped: int) -> None:
    """Proves CMD-10, CMD-12: any byte of the envelope bent, and the stop stays latched."""
    ship = stopped()
    signed = bytearray(approved_by("sue")(ship, ship.order("stop.reset", person="kim")))
    signed[flipped % len(signed)] ^= 0x10
    ship.feed(SignedOrder(bytes(signed)))
    assert ship.supervisor.facts(ship.now_s).stop_latched is True


def two_sign() -> Rig:
    """Return a ship whose rosters and grants take two people."""
    table = example_table()
    table["approval"] |= {"roster": "master_and_second", "grant": "master_and_second"}
    return Rig(config=ControlConfig.from_mapping(VESSEL, table))


def told(ship: Rig, what: str) -> list[object]:
    return [e.body["result"] for e in ship.events if e.kind == "roster" and e.body["what"] == what]


def test_a_roster_change_takes_two_people_where_the_vessel_asks_for_it() -> None:
    """Proves CMD-10, CMD-12: the first roster is the Master's alone; later ones need a supervisor's approval too."""
    ship = two_sign()
    assert told(ship, "roster") == ["taken"]
    alone = signed_roster(2, ("ann", "kim", "sue"))
    ship.feed(SignedRoster(alone))
    assert told(ship, "roster") == ["taken", "refused"]
    assert ship.supervisor.believed.roster_version == 1
    for approver in ("bob", "vic"):
        ship.feed(SignedRoster(signing.approve(alone, Domain.ROSTER, KEYS[approver])))
        assert ship.supervisor.believed.roster_version == 1
    ship.feed(SignedRoster(signing.approve(alone, Domain.ROSTER, KEYS["sue"])))
    assert ship.supervisor.believed.roster_version == 2
    # Who was put out by it approves no more.
    ship.feed(SignedRoster(signing.approve(signed_roster(3, ("kim", "bob")), Domain.ROSTER, KEYS["sue"])))
    ship.feed(SignedRoster(signing.approve(signed_roster(4), Domain.ROSTER, KEYS["sue"])))
    assert ship.supervisor.believed.roster_version == 3


def test_a_grant_takes_two_people_where_the_vessel_asks_for_it_and_the_master_is_not_both() -> None:
    """Proves CMD-10, AUT-07: without the second signature, or with the Master's own, it opens nothing."""
    ship = two_sign()
    assert told(ship, "grant") == ["refused"]
    grant = Grant(VESSEL, "g2", "kim", ("Busan",), ("conn",), ("setpoint",), UTC_NS - 1, UTC_NS + YEAR_NS, 2)
    signed = signing.sign(Domain.GRANT, grant.to_bytes(), MASTER)
    ship.feed(SignedGrant(signing.approve(signed, Domain.GRANT, KEYS["sue"])))
    assert told(ship, "grant") == ["refused", "taken"]
    third = dataclasses.replace(grant, version=3)
    again = signing.sign(Domain.GRANT, third.to_bytes(), MASTER)
    ship.feed(SignedGrant(signing.approve(again, Domain.GRANT, KEYS["kim"])))
    assert told(ship, "grant")[-1] == "refused"
    assert ship.supervisor.believed.grant_version == 2


def test_an_envelope_has_an_approval_only_where_one_is_asked_for() -> None:
    """Proves CMD-10: heartbeats and stops carry one signature; a fourth part alone is none."""
    ship = Rig()
    order = ship.order("stop.reset", person="kim")
    five = approved_by("sue")(ship, order)
    assert signing.open_envelope(five, approvable=True).approval
    with pytest.raises(MalformedError):
        signing.open_envelope(five)
    parts = signing.cbor.decode(five)
    assert isinstance(parts, list)
    for bent in (parts[:4], [*parts, b"x"], [*parts[:4], b"short"], [*parts[:3], b"short", parts[4]]):
        with pytest.raises(MalformedError):
            signing.open_envelope(signing.cbor.encode(bent), approvable=True)


def test_the_loser_of_a_forced_takeover_is_named_with_the_reason() -> None:
    """Proves AUT-09: the event that everybody sees, and the ledger keeps, says who lost it, to whom and why."""
    ship = Rig()
    ship.take("ann")
    ship.say("authority.force", {"level": "setpoint", "reason": "Ann is unwell"}, "sue")
    forced = next(e.body for e in ship.events if e.kind == "authority" and e.body.get("forced_from"))
    assert (forced["forced_from"], forced["reason"], forced["pending_person"]) == ("ann", "Ann is unwell", "sue")


def test_who_may_ask_and_who_may_approve_is_the_policy() -> None:
    """Proves CMD-10, EST-02: role by role; what is not listed nobody may."""
    watch, over = {"operator", "supervisor", "master"}, {"supervisor", "master"}
    found = {kind: (set(pair.issuers), set(pair.approvers), pair.one_is) for kind, pair in approval.PAIRS.items()}
    assert found == {
        "stop.reset": (watch, watch, "master"), "generator.stop": (watch | {"maintainer"}, over, ""),
        "roster": ({"master"}, over, ""), "grant": ({"master"}, over, ""),
    }  # fmt: skip
