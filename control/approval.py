"""Two people for what is critical: who may ask, who may approve, both checked aboard over the same bytes (CMD-10, EST-02).

The approver signs exactly the bytes that the issuer signed; one bit altered in between, and the approval is worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.roster import RosterEntry
from protocols.link.signing import Domain, Envelope

APPROVE: Final = "approve"
"""The right that a key needs to approve what another has signed."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two people of one critical thing."""

    issuers: frozenset[str]
    """Roles that may ask."""
    approvers: frozenset[str]
    """Roles that may approve."""
    one_is: str = ""
    """Role that one of the two must have; empty: none in particular."""


_WATCH: Final = frozenset(("operator", "supervisor", "master"))
PAIRS: Final[dict[str, Pair]] = {
    "stop.reset": Pair(_WATCH, _WATCH, one_is="master"),
    "generator.stop": Pair(_WATCH | {"maintainer"}, frozenset(("supervisor", "master"))),
    "roster": Pair(frozenset(("master",)), frozenset(("supervisor", "master"))),
    "grant": Pair(frozenset(("master",)), frozenset(("supervisor", "master"))),
}
"""{order kind, or word of the Master: who it takes}. A critical kind that is not listed is refused: nobody may."""

Lookup = Callable[[bytes, int], RosterEntry | Reason]
"""From (key id, ship's UTC ns) to the person of the roster in force, or the reason why that key is nobody's now."""


def objections(kind: str, envelope: Envelope, issuer: RosterEntry, lookup: Lookup, utc_ns: int) -> list[Reason]:
    """Return every reason why the two signatures of a critical order are not enough; an empty list when they are."""
    pair = PAIRS.get(kind)
    if pair is None:
        return [Reason("nobody_may", "CMD-10", f"No two roles are named that may order {kind}.", kind)]
    reasons: list[Reason] = []
    if issuer.role not in pair.issuers:
        text = f"{issuer.person} ({issuer.role}) may not ask for this."
        reasons.append(Reason("issuer_role", "CMD-10", text, issuer.role, _list(pair.issuers)))
    approver = approver_of(Domain.ORDER, envelope, lookup, utc_ns)
    if isinstance(approver, Reason):
        return [*reasons, approver]
    reasons += _of_pair(pair, approver)
    if approver.person == issuer.person:
        text = f"{issuer.person} cannot approve an own order: it takes a second person."
        reasons.append(Reason("same_person", "CMD-10", text, approver.person))
    if pair.one_is and pair.one_is not in (issuer.role, approver.role):
        text = f"One of the two must be {pair.one_is}: they are {issuer.role} and {approver.role}."
        reasons.append(Reason("no_master", "EST-02", text, f"{issuer.role}, {approver.role}", pair.one_is))
    return reasons


def approver_of(domain: Domain, envelope: Envelope, lookup: Lookup, utc_ns: int) -> RosterEntry | Reason:
    """Return who approved `envelope`, or why nobody of the roster did."""
    if not envelope.approval:
        text = "This needs a second person, who signs exactly these bytes; only one signature came."
        return Reason("approval_missing", "CMD-10", text)
    if envelope.approver_key_id == envelope.key_id:
        return Reason("same_key", "CMD-10", "Both signatures are of one key: it takes a second person's.")
    entry = lookup(envelope.approver_key_id, utc_ns)
    if isinstance(entry, Reason):
        return Reason("approver_" + entry.name, "CMD-10", f"Of the approver: {entry.text}")
    try:
        signing.verify_approval(domain, envelope, entry.public_key)
    except ProtocolError:
        text = "The approval was given for other bytes than these, or is no signature of that key."
        return Reason("approval_bad", "CMD-10", text, entry.person)
    return entry


def second_of(what: str, domain: Domain, envelope: Envelope, lookup: Lookup, utc_ns: int, master: str) -> str:
    """Return why a roster or grant lacks its second signature, in words; empty when it has one.

    `master`: the person whose key the first signature is, who cannot be the second; empty: not known.
    """
    approver = approver_of(domain, envelope, lookup, utc_ns)
    if isinstance(approver, Reason):
        return approver.text
    reasons = _of_pair(PAIRS[what], approver)
    if reasons:
        return reasons[0].text
    return f"{master} cannot be the second person of an own {what}" if approver.person == master else ""


def _of_pair(pair: Pair, approver: RosterEntry) -> list[Reason]:
    reasons: list[Reason] = []
    if APPROVE not in approver.rights:
        text = f"The key of {approver.person} has no right to approve."
        reasons.append(Reason("approver_right", "CMD-10", text, ", ".join(approver.rights), APPROVE))
    if approver.role not in pair.approvers:
        text = f"{approver.person} ({approver.role}) may not approve this."
        reasons.append(Reason("approver_role", "CMD-10", text, approver.role, _list(pair.approvers)))
    return reasons


def _list(roles: frozenset[str]) -> str:
    return ", ".join(sorted(roles))
