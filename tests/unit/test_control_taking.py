"""Orders as they come: what is told, counted and remembered of each, before any rule of the ship is asked (CMD-01, CMD-03)."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from control.messages import LedgerState, SignedOrder
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.orders import Order
from protocols.link.signing import Domain
from tests.control_rig import KEYS, Rig, key_of

NOT_BELIEVED = "not believed: the id, person and kind are only what the bytes claim"


def told(ship: Rig) -> dict[str, Plain]:
    """Return the body of the last order event."""
    return [event.body for event in ship.events if event.kind == "order"][-1]


def why(body: dict[str, Plain]) -> list[tuple[object, object]]:
    """Return (name, rule) of each reason of an event."""
    reasons = body["reasons"]
    assert isinstance(reasons, list)
    return [(reason["name"], reason["rule"]) for reason in reasons if isinstance(reason, dict)]


def unbelieved(ship: Rig, encoded: bytes) -> dict[str, Plain]:
    """Give bytes that nobody can believe; return what is told of them: nothing else has come of it."""
    before, moves, records = len(ship.events), len(ship.moves), len(ship.journal)
    ship.feed(SignedOrder(encoded))
    assert (len(ship.events), len(ship.moves), len(ship.journal)) == (before + 1, moves, records)
    return told(ship)


def digest(body: bytes) -> str:
    """Return by what name the ship tells of signed bytes."""
    return hashlib.sha256(body).hexdigest()[:16]


def test_bytes_that_are_no_envelope_claim_nothing_and_are_counted() -> None:
    """Proves CMD-01: whatever comes is answered, and so often it is counted."""
    ship = Rig()
    for count, encoded in enumerate((b"", b"\xff" * 40, cbor.encode([b"", b"", b""])), start=1):
        body = unbelieved(ship, encoded)
        assert why(body) == [("malformed", "CMD-01")]
        assert body == {
            "order_id": "", "kind": "", "person": "", "console": "", "hash": digest(b""), "state": "REJECTED", "args": {},
            "reasons": body["reasons"], "authentic": False, "detail": NOT_BELIEVED,
        }  # fmt: skip
        assert ship.supervisor.taking.refused == {"malformed": count}


def test_a_key_that_nobody_knows_is_told_under_what_its_bytes_claim() -> None:
    """Proves CMD-12: as a claim, marked as one, each word cut at 64; nothing of it is remembered as an order."""
    ship = Rig()
    made = ship.order("conn.heading", {"heading_deg": 95})
    claimed: dict[str, Plain] = {"id": "i" * 70, "kind": "k" * 70, "person": "p" * 70, "console": "c" * 70, "args": {}}
    for source, body in (
        (made.to_bytes(), (made.id, "conn.heading", "ann", "console-ann")),
        (cbor.encode(claimed), ("i" * 64, "k" * 64, "p" * 64, "c" * 64)),
        (cbor.encode({"id": 5}), ("5", "", "", "")),
        (b"\xff", ("", "", "", "")),
    ):
        found = unbelieved(ship, signing.sign(Domain.ORDER, source, key_of(77)))
        assert tuple(found[name] for name in ("order_id", "kind", "person", "console")) == body
        assert (found["hash"], found["authentic"], found["state"]) == (digest(source), False, "REJECTED")
        assert why(found) == [("unknown_key", "CMD-12")]
    assert ship.supervisor.taking.refused == {"unknown_key": 4}
    # The id was only claimed: who has the right to it uses it.
    ship.take("ann")
    again = dataclasses.replace(ship.order("conn.heading", {"heading_deg": 95}), id=made.id)
    assert ship.send(again) == "executing"
    assert told(ship)["authentic"] is True


def test_what_a_known_key_has_signed_and_is_no_order_is_malformed() -> None:
    """Proves CMD-01: verified first, parsed after: her own key, and no kind that there is."""
    ship = Rig()
    source = cbor.encode(
        cbor.decode_map(ship.order("conn.heading", {"heading_deg": 1}).to_bytes()) | {"kind": "conn.jump"}
    )
    body = unbelieved(ship, signing.sign(Domain.ORDER, source, KEYS["ann"]))
    assert why(body) == [("malformed", "CMD-01")]
    assert body["kind"] == "conn.jump"
    assert ship.supervisor.taking.refused == {"malformed": 1}


def test_an_order_that_comes_again_is_answered_with_what_is_known_of_it() -> None:
    """Proves CMD-03: the same bytes get the stored answer, count as nothing refused, and are written down no second time."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    events, records = len(ship.events), len(ship.journal)
    ship.send(order)
    assert (len(ship.events), len(ship.journal)) == (events + 1, records)
    assert (told(ship)["state"], told(ship)["reasons"]) == ("executing", [])
    assert ship.supervisor.taking.refused == {}


def test_an_id_that_is_used_again_is_refused_and_the_first_order_stands() -> None:
    """Proves CMD-03: told with both digests, counted each time; the first order is still the one of that id."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    other = dataclasses.replace(order, args={"heading_deg": 300}, seq=order.seq + 50)
    for count in (1, 2):
        ship.send(other)
        body = told(ship)
        reasons = body["reasons"]
        assert isinstance(reasons, list)
        assert isinstance(reasons[0], dict)
        assert (body["state"], body["hash"], body["authentic"]) == ("REJECTED", digest(other.to_bytes()), True)
        assert (reasons[0]["name"], reasons[0]["rule"]) == ("id_reused", "CMD-03")
        assert (reasons[0]["value"], reasons[0]["limit"]) == (digest(other.to_bytes()), digest(order.to_bytes()))
        assert ship.supervisor.taking.refused == {"id_reused": count}
    ship.send(order)
    assert (told(ship)["state"], told(ship)["hash"]) == ("executing", digest(order.to_bytes()))
    assert ship.supervisor.execution.setpoints.heading_deg == 95.0


@pytest.mark.parametrize(("late_ms", "state"), [(0, "executing"), (1, "EXPIRED")])
def test_an_order_is_taken_until_its_last_millisecond(late_ms: int, state: str) -> None:
    """Proves CMD-04: dense at the deadline, which is in the ship's own milliseconds since her boot."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95}, deadline_ms=round(ship.now_s * 1000) - late_ms)
    assert ship.state(order) == state
    received = [
        event.body["state"] for event in ship.events if event.kind == "order" and event.body["order_id"] == order.id
    ]
    assert received[0] == "received"
    assert ship.reasons(order) == ([("deadline", "CMD-04")] if late_ms else [])
    assert ship.supervisor.taking.refused == ({"deadline": 1} if late_ms else {})


def test_every_formal_reason_against_an_order_is_told_and_counted() -> None:
    """Proves CMD-01, CMD-03, CMD-07, CMD-12: another ship's, another person's, out of turn; what is wrong with it all at once."""
    ship = Rig()
    ship.take("ann")
    moves = len(ship.moves)
    made = ship.order("conn.heading", {"heading_deg": 95})
    wrong = dataclasses.replace(made, vessel="kestrel", person="bob", seq=0)
    assert ship.send(wrong, KEYS["ann"]) == "REJECTED"
    names = {"other_vessel", "not_the_signer", "out_of_sequence"}
    assert {name for name, _ in ship.reasons(wrong)} == names
    assert ship.supervisor.taking.refused == dict.fromkeys(names, 1)
    assert len(ship.moves) == moves


def test_a_critical_order_needs_the_second_signature_and_no_other_does() -> None:
    """Proves CMD-10: with one it is refused; both are checked over the same bytes before anything else is asked."""
    ship = Rig()
    alone = ship.order("stop.reset", {}, "kim")
    assert ship.send(alone) == "REJECTED"
    assert {rule for _, rule in ship.reasons(alone)} == {"CMD-10"}
    both = ship.order("stop.reset", {}, "kim")
    ship.send_approved(both, "sue")
    assert "CMD-10" not in {rule for _, rule in ship.reasons(both)}
    bent = ship.order("stop.reset", {}, "kim")
    assert ship.send_approved(bent, "sue", key_of(99)) == "REJECTED"
    assert {rule for _, rule in ship.reasons(bent)} == {"CMD-10"}
    # It is a plain order that is sent as it always was.
    ship.take("ann")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"


def test_nothing_but_stop_and_release_is_taken_while_the_ledger_cannot_be_written() -> None:
    """Proves LED-04: the objection comes with the others of a first look."""
    ship = Rig()
    ship.take("ann")
    ship.feed(LedgerState("disk full"))
    order: Order = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.reasons(order) == [("ledger", "LED-04")]
    assert ship.supervisor.taking.refused == {"ledger": 1}
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"
