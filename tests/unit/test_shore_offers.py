"""Offers of the conn: a word between two consoles that ends by itself, and never goes before the ship's own."""

from __future__ import annotations

import dataclasses

import pytest

from protocols.link import signing
from protocols.link.heartbeats import VesselHeartbeat
from shoreside.commanding.offers import OFFER_S, SHOWN_S, TAKING_S, OfferError, Offers
from shoreside.live.fleet import VesselState
from tests.shore_kit import Ship

BEAT = VesselHeartbeat.from_bytes(signing.open_envelope(Ship().heartbeat(1)[1]).body)
Fleet = dict[str, VesselState]
PEOPLE = ("ann", "bob", "sue")


def held(
    station: str = "remote", person: str = "ann", session: str = "s-ann", phase: str = "held", **others: str
) -> dict[str, VesselState]:
    """Return the otter as she says who has her, and other vessels by who has them."""
    states: Fleet = {vessel: VesselState(vessel) for vessel in ("otter", *others)}
    for vessel, (where, who, which, how) in {
        "otter": (station, person, session, phase), **{v: ("remote", p, "s", "held") for v, p in others.items()}
    }.items():  # fmt: skip
        authority = dataclasses.replace(BEAT.authority, station=where, person=who, session=which, phase=how)  # type: ignore[arg-type]
        states[vessel].heartbeat = dataclasses.replace(BEAT, authority=authority)
    return states


def offered(states: Fleet | None = None, to: str = "bob") -> Offers:
    """Return an offer of ann's, made at 0 s."""
    offers = Offers()
    offers.make("otter", "ann", "s-ann", to, states or held(), PEOPLE, 0.0)
    return offers


def told(offers: Offers, now_s: float = 0.0) -> list[tuple[str, str, float]]:
    """Return what consoles are told: to whom, state, seconds left."""
    return [(one["to"], one["state"], one["left_s"]) for one in offers.message(PEOPLE, now_s)["offers"]]


@pytest.mark.parametrize(
    ("states", "to", "word"),
    [
        (held("local", "", ""), "bob", "not this console's"), (held(person="sue"), "bob", "not this console's"),
        (held(session="s-other-tab"), "bob", "not this console's"), (held(phase="requested"), "bob", "pending"),
        (held(), "ann", "no console"), (held(), "vic", "no console"), (held(), "", "no console"),
        (held(petrel="bob"), "bob", "petrel"), ({}, "bob", "not this console's"),
    ],
)  # fmt: skip
def test_only_who_has_the_conn_offers_it_and_only_to_who_could_take_it(states: Fleet, to: str, word: str) -> None:
    """Proves AUT-10: nobody is offered a second conn. The bridge, another console, another tab offer nothing here."""
    with pytest.raises(OfferError, match=word):
        offered(states or {"petrel": VesselState("petrel")}, to)


def test_an_offer_is_accepted_by_whom_it_was_made_to_and_ends_with_the_ships_word() -> None:
    """Proves AUT-03 as far as the shore goes: accepted is not taken; the ship says who has her."""
    offers = offered()
    with pytest.raises(OfferError):
        offers.answer("otter", "sue", "c-sue", accepts=True, now_s=1.0)
    offers.answer("otter", "bob", "c-bob", accepts=True, now_s=10.0)
    assert told(offers, 10.0) == [("bob", "accepted", TAKING_S)]
    assert offers.message(PEOPLE, 10.0)["offers"][0]["by_console"] == "c-bob"
    with pytest.raises(OfferError):
        offers.answer("otter", "bob", "c-bob", accepts=False, now_s=11.0)
    offers.tick(held(), 12.0)
    assert told(offers, 12.0)[0][1] == "accepted"
    offers.tick(held(person="bob", session="s-bob"), 13.0)
    assert told(offers, 13.0) == [("bob", "taken", 0.0)]
    offers.tick(held(person="bob"), 13.0 + SHOWN_S)
    assert told(offers) == []


@pytest.mark.parametrize(
    ("states", "at_s", "state"),
    [
        (held(), OFFER_S - 0.1, "open"), (held(), OFFER_S, "expired"), (held("local", "mate", ""), 1.0, "void"),
        (held("none", "", ""), 1.0, "void"), (held(person="sue"), 1.0, "void"), (held(session="s-2"), 1.0, "void"),
        (held(person="bob"), 1.0, "taken"),
    ],
)  # fmt: skip
def test_an_offer_ends_by_itself(states: Fleet, at_s: float, state: str) -> None:
    """In time, by the bridge, by a lapse, by a takeover: what the ship says goes before what was offered."""
    offers = offered()
    offers.tick(states, at_s)
    assert told(offers, at_s)[0][1] == state


def test_one_that_was_not_answered_in_time_is_not_accepted_late() -> None:
    """Not even before the next tick; nor is one that ended."""
    offers = offered()
    with pytest.raises(OfferError, match="stands open"):
        offers.answer("otter", "bob", "c", accepts=True, now_s=OFFER_S)
    offers.withdraw("otter", "ann", 1.0)
    for _ in range(2):
        with pytest.raises(OfferError):
            offers.withdraw("otter", "ann", 1.0)
        with pytest.raises(OfferError):
            offers.answer("otter", "bob", "c", accepts=True, now_s=2.0)


def test_an_accepted_one_that_comes_to_nothing_expires_and_can_be_taken_back() -> None:
    """The ship refused the request, or nobody confirmed; the holder may also think again. Another offer replaces it."""
    offers = offered()
    offers.answer("otter", "bob", "c", accepts=True, now_s=0.0)
    offers.tick(held(), TAKING_S)
    assert told(offers)[0][1] == "expired"
    again = offered()
    again.answer("otter", "bob", "c", accepts=True, now_s=0.0)
    with pytest.raises(OfferError):
        again.withdraw("otter", "bob", 1.0)
    again.withdraw("otter", "ann", 1.0)
    again.make("otter", "ann", "s-ann", "sue", held(), PEOPLE, 2.0)
    again.answer("otter", "sue", "c-sue", accepts=False, now_s=3.0)
    assert told(again, 3.0) == [("sue", "declined", 0.0)]
