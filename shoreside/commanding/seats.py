"""How much one operator may have: the conn of one vessel, and three more in view beside it (AUT-10). Pure.

A rule of the shore: no ship knows of the others. Whoever goes round the shore is stopped by nobody but his own ship.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from protocols.console.messages import PreviewMessage
from protocols.link.events import Reason
from protocols.link.orders import Order
from shoreside.config import OperatorLoad
from shoreside.live.fleet import VesselState
from shoreside.live.views import reason_json

CONNS_MAX, MONITORS_MAX = OperatorLoad().conns, OperatorLoad().monitors
"""Vessels under conn, and in view beside them, of one person, where the station's file says nothing else."""
ANSWERED: Final = frozenset(("authority.request", "authority.force", "authority.confirm"))
"""Kinds by which a conn is taken."""


def conns_of(person: str, states: Mapping[str, VesselState]) -> list[str]:
    """Return the vessels whose conn `person` has, as they said last; one that is silent still counts: nobody took it."""
    return [
        vessel
        for vessel, state in states.items()
        if state.heartbeat is not None
        and (state.heartbeat.authority.station, state.heartbeat.authority.person) == ("remote", person)
    ]


def may_take(order: Order, states: Mapping[str, VesselState], most: int = CONNS_MAX) -> Reason | None:
    """Return why the shore does not pass on an order that takes a conn: its issuer has that of `most` others already."""
    if order.kind not in ANSWERED or order.group != "conn":
        return None
    return conn_elsewhere(order.person, order.vessel, states, most)


def conn_elsewhere(person: str, vessel: str, states: Mapping[str, VesselState], most: int = CONNS_MAX) -> Reason | None:
    """Return why `person` is not given the conn of `vessel`: of `most` others he has it; None where nothing forbids it."""
    others = [each for each in conns_of(person, states) if each != vessel]
    if len(others) < most:
        return None
    what = "release it first" if most == 1 else f"{most} at one time are this station's limit; release one first"
    text = f"{person} has the conn of {', '.join(others)}; {what}."
    return Reason("conn_elsewhere", "AUT-10", text, ", ".join(others), most)


def with_load(
    message: PreviewMessage, person: str, states: Mapping[str, VesselState], most: int = CONNS_MAX
) -> PreviewMessage:
    """Return what a console is told before it asks for the conn of a vessel: the ship's word, and this station's own."""
    reason = conn_elsewhere(person, message["vessel"], states, most) if message["kind"] in ANSWERED else None
    if reason is None:
        return message
    return {**message, "verdict": "refused", "reasons": [*message["reasons"], reason_json(reason)]}


def may_watch(
    person: str, vessel: str, watched: Iterable[str], states: Mapping[str, VesselState], most: int = MONITORS_MAX
) -> Reason | None:
    """Return why a console may not turn to `vessel`: its operator has a conn and `most` others in view already."""
    mine = conns_of(person, states)
    others = {each for each in watched if each not in mine} - {vessel}
    if not mine or vessel in mine or len(others) < most:
        return None
    text = f"You have the conn of {mine[0]} and {len(others)} more in view; close one first."
    return Reason("too_many_views", "AUT-10", text, len(others) + 1, most)
