"""Offers of the conn between two consoles: a word ashore. The ship hears the request and the holder's answer, both signed."""

from __future__ import annotations

from typing import Literal, TypedDict


class OfferJson(TypedDict):
    """Who offers the conn of a vessel to whom, and what came of it."""

    vessel: str
    person: str
    """Who has the conn and offers it."""
    to: str
    state: Literal["open", "accepted", "taken", "declined", "withdrawn", "expired", "void"]
    """void: the conn went another way meanwhile."""
    by_console: str
    """Where it was accepted; empty before."""
    left_s: float
    """Until it ends by itself, at the time of sending; 0 once it has."""


class OffersMessage(TypedDict):
    """All offers of the conn, and to whom one can be made; on subscribe and on change, to every console."""

    type: Literal["offers"]
    offers: list[OfferJson]
    people: list[str]
    """Who may order and has a console open."""


class OfferMessage(TypedDict):
    """Offer the conn, take the offer back, accept or decline one that was made to you."""

    type: Literal["offer"]
    vessel: str
    act: Literal["offer", "withdraw", "accept", "decline"]
    to: str
    """Of an offer; else empty."""
    console: str
    session: str
