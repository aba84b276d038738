"""Offers of the conn: who has it offers it to one person, who accepts or declines (AUT-03). Pure; a word that moves nothing.

Accepted, the other's console signs its request, and the holder's console its answer: the ship takes those two, and knows
of no offer. What is offered here and not answered ends by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from protocols.console.offers import OfferJson, OffersMessage
from protocols.link.heartbeats import AuthorityState
from shoreside.commanding.seats import CONNS_MAX, conns_of
from shoreside.live.fleet import VesselState

OFFER_S: Final = 60.0
"""Time to open the vessel's view, look at her, and answer; an older offer was made in another situation."""
TAKING_S: Final = 30.0
"""From acceptance to the conn: the ship's 10 s for the answer, 10 s for the confirmation, and the way."""
SHOWN_S: Final = 10.0
"""How long is told what came of an offer."""
OPEN: Final = frozenset(("open", "accepted"))
State = Literal["open", "accepted", "taken", "declined", "withdrawn", "expired", "void"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer, or what came of it."""

    vessel: str
    person: str
    session: str
    """Of the holder's console, as the ship names it."""
    to: str
    state: State
    until_s: float
    by_console: str = ""


class OfferError(Exception):
    """What was asked of an offer cannot be; the message says why."""


class Offers:
    """The offers of all vessels, one of each at most."""

    def __init__(self) -> None:
        """Begin with none."""
        self._offers: dict[str, Offer] = {}

    def make(
        self, vessel: str, person: str, session: str, to: str, states: Mapping[str, VesselState], people: Collection[str],
        now_s: float, most: int = CONNS_MAX,
    ) -> None:  # fmt: skip
        """Offer the conn; raise OfferError unless it is this console's to offer and `to` could take it."""
        held = _authority(states, vessel)
        if held is None or (held.station, held.person, held.session) != ("remote", person, session):
            raise OfferError(f"The conn of {vessel} is not this console's to offer.")
        if held.phase != "held":
            raise OfferError("Another request is pending; answer it first.")
        if to == person or to not in people:
            raise OfferError(f"{to or 'Nobody'} has no console open at which the conn could be taken.")
        others = [each for each in conns_of(to, states) if each != vessel]
        if len(others) >= most:
            raise OfferError(f"{to} has the conn of {', '.join(others)}.")
        self._offers[vessel] = Offer(vessel, person, session, to, "open", now_s + OFFER_S)

    def answer(self, vessel: str, person: str, console: str, *, accepts: bool, now_s: float) -> None:
        """Accept or decline; raise OfferError unless it stands open and was made to `person`."""
        offer = self._offers.get(vessel)
        if offer is None or offer.state != "open" or offer.to != person or now_s >= offer.until_s:
            raise OfferError(f"No offer of the conn of {vessel} to you stands open.")
        if accepts:
            self._offers[vessel] = replace(offer, state="accepted", until_s=now_s + TAKING_S, by_console=console)
        else:
            self._end(offer, "declined", now_s)

    def withdraw(self, vessel: str, person: str, now_s: float) -> None:
        """Take an offer back, also one that was accepted; raise OfferError unless `person` made it."""
        offer = self._offers.get(vessel)
        if offer is None or offer.state not in OPEN or offer.person != person:
            raise OfferError(f"You have made no offer of the conn of {vessel} that stands.")
        self._end(offer, "withdrawn", now_s)

    def tick(self, states: Mapping[str, VesselState], now_s: float) -> None:
        """End what has run out or was overtaken by the ship's own word, and forget what has been told."""
        for offer in list(self._offers.values()):
            if offer.state not in OPEN:
                if now_s >= offer.until_s:
                    del self._offers[offer.vessel]
                continue
            held = _authority(states, offer.vessel)
            if held is not None and (held.station, held.person) == ("remote", offer.to):
                self._end(offer, "taken", now_s)
            elif held is None or (held.station, held.person, held.session) != ("remote", offer.person, offer.session):
                self._end(offer, "void", now_s)
            elif now_s >= offer.until_s:
                self._end(offer, "expired", now_s)

    def message(self, people: Collection[str], now_s: float) -> OffersMessage:
        """Return what every console is told."""
        return {
            "type": "offers",
            "offers": [_told(offer, now_s) for offer in self._offers.values()],
            "people": sorted(people),
        }

    def _end(self, offer: Offer, state: State, now_s: float) -> None:
        self._offers[offer.vessel] = replace(offer, state=state, until_s=now_s + SHOWN_S)


def _authority(states: Mapping[str, VesselState], vessel: str) -> AuthorityState | None:
    state = states.get(vessel)
    return None if state is None or state.heartbeat is None else state.heartbeat.authority


def _told(offer: Offer, now_s: float) -> OfferJson:
    left_s = round(max(0.0, offer.until_s - now_s), 1) if offer.state in OPEN else 0.0
    return {
        "vessel": offer.vessel, "person": offer.person, "to": offer.to, "state": offer.state,
        "by_console": offer.by_console, "left_s": left_s,
    }  # fmt: skip
