"""Before an order is looked at: right ship, right boot, in time, in sequence, not too many (CMD-01, CMD-03, CMD-04, CMD-14)."""

from __future__ import annotations

from collections import deque
from typing import Final

from control.authority import Holder
from protocols.link.events import Reason
from protocols.link.heartbeats import AuthorityState
from protocols.link.orders import GROUPS, ORDER_KINDS, Order
from protocols.link.roster import RosterEntry

RATE_MAX: Final = 10
"""Orders a second and vessel (CMD-14)."""
NEVER_LIMITED: Final = frozenset(("authority.release", "conn.controlled_stop"))
"""Stop and release are always taken."""
FOR_EACH_GROUP: Final = frozenset((*(kind for kind in ORDER_KINDS if kind.startswith("authority.")), "order.cancel"))
"""Kinds that are for the group they name."""
AHEAD_SLACK_MS: Final = 500
"""A deadline may lie this much further ahead than the kind's life: rounding and the clock's step between two beats."""
SESSIONS_MAX: Final = 200
"""Sessions whose sequence is remembered; an operations centre opens a few a watch. The oldest is forgotten: its orders
are then stopped by their deadline and by the fencing number."""


class Admission:
    """Sequence of each session, and the rate of all."""

    def __init__(self, approve_s: float) -> None:
        """Begin having seen nothing; a critical order lives for `approve_s` at most (CMD-10)."""
        self._approve_s = approve_s
        self._seqs: dict[tuple[bytes, str], int] = {}
        self._times_s: deque[float] = deque(maxlen=RATE_MAX)

    def too_late(self, order: Order, boot_id: str, now_ms: int) -> list[Reason]:
        """Return why the order's time is over: its deadline is in another boot or has passed (CMD-04)."""
        if order.boot_id != boot_id:
            text = "The order was made for another start of this ship's control; nothing older is ever carried out."
            return [Reason("other_boot", "CMD-04", text, order.boot_id, boot_id)]
        if now_ms <= order.deadline_ms:
            return []
        late_s = (now_ms - order.deadline_ms) / 1000.0
        text = f"The order came {late_s:.1f} s after its deadline."
        return [Reason("deadline", "CMD-04", text, round(late_s, 3), 0.0, "s")]

    def objections(self, order: Order, entry: RosterEntry, now_s: float) -> list[Reason]:
        """Return every formal reason against an order that is in time, and note its sequence and its coming."""
        kind = ORDER_KINDS[order.kind]
        reasons: list[Reason] = []
        ahead_ms = order.deadline_ms - round(now_s * 1000)
        life_s = min(kind.life_s, self._approve_s) if kind.significance == "critical" else kind.life_s
        if ahead_ms > life_s * 1000 + AHEAD_SLACK_MS:
            text = f"The deadline is {ahead_ms / 1000:.1f} s ahead; orders of this kind live {life_s:g} s."
            reasons.append(Reason("deadline_too_far", "CMD-04", text, ahead_ms / 1000, life_s, "s"))
        if order.group not in (GROUPS if order.kind in FOR_EACH_GROUP else (kind.group,)):
            text = f"{order.kind} belongs to the group {kind.group}."
            reasons.append(Reason("wrong_group", "CMD-01", text, order.group, kind.group))
        last = self._seqs.get((entry.key_id, order.session), -1)
        if order.seq <= last:
            text = f"Sequence {order.seq} is not above {last}: the order is a replay or came out of turn."
            reasons.append(Reason("out_of_sequence", "CMD-03", text, order.seq, last))
        else:
            self._note((entry.key_id, order.session), order.seq)
        return reasons + self._too_many(order, now_s)

    def _note(self, session: tuple[bytes, str], seq: int) -> None:
        self._seqs.pop(session, None)
        self._seqs[session] = seq
        if len(self._seqs) > SESSIONS_MAX:
            del self._seqs[next(iter(self._seqs))]

    def _too_many(self, order: Order, now_s: float) -> list[Reason]:
        if order.kind in NEVER_LIMITED:
            return []
        if len(self._times_s) == RATE_MAX and now_s - self._times_s[0] < 1.0:
            text = f"More than {RATE_MAX} orders came within a second."
            return [Reason("too_many", "CMD-14", text, RATE_MAX + 1, RATE_MAX, "1/s")]
        self._times_s.append(now_s)
        return []


def wrong_signer(order: Order, entry: RosterEntry, vessel: str) -> list[Reason]:
    """Return why the order is not the signer's own or not for this vessel (CMD-12)."""
    reasons: list[Reason] = []
    if order.vessel != vessel:
        reasons.append(Reason("other_vessel", "CMD-01", "The order is for another vessel.", order.vessel, vessel))
    if order.person != entry.person:
        text = f"The order names {order.person}, but the key is {entry.person}'s."
        reasons.append(Reason("not_the_signer", "CMD-12", text, order.person, entry.person))
    if entry.console and order.console != entry.console:
        text = "The key belongs to another console."
        reasons.append(Reason("other_console", "CMD-12", text, order.console, entry.console))
    return reasons


def holder_of(order: Order, entry: RosterEntry, level: str) -> Holder:
    """Return the operator of an order as a holder of authority at `level`."""
    return Holder(order.person, entry.roc, order.console, order.session, entry.role, level, entry.key_id)


def not_in_control(
    state: AuthorityState, person: str, console: str, session: str, fencing: int, needs: str, group: str = "conn",
    held: int = 0,
) -> tuple[Reason, ...]:  # fmt: skip
    """Return INT-01's reasons: the issuer is not the holder, his number is old, or his level is too low (AUT-08).

    `held` is the holder's own number, 0 where it is not known: while the conn is granted to somebody else `state` tells the new
    one, and he may order with either. One that was given meanwhile to another, who let it lapse, is as old as any.
    """
    if state.station != "remote":
        who = "the bridge" if state.station == "local" else "nobody"
        text = f"The {group} is held by {who}; request it first."
        return (Reason("not_in_control", "INT-01", text, person, who),)
    if (state.person, state.console, state.session) != (person, console, session):
        text = f"The {group} is held by {state.person} of {state.roc} at {state.console or 'a program'}."
        return (Reason("not_in_control", "INT-01", text, person, state.person),)
    may_be_held = state.phase == "granted" and fencing == (held or fencing)
    if fencing != state.fencing and not may_be_held:
        text = f"The order carries fencing number {fencing}; in force is {state.fencing}."
        return (Reason("old_fencing_number", "INT-01", text, fencing, state.fencing),)
    if needs == "direct" and state.level != "direct":
        text = "This order needs the level direct; the conn was given at the level setpoint."
        return (Reason("level_too_low", "INT-01", text, state.level, needs),)
    return ()


TAKES_CONTROL: Final = frozenset(("authority.request", "authority.force", "authority.confirm"))
"""Orders that end in a fencing number: one that is not on the disk would be given again after a restart (AUT-08)."""


def unjournaled(order: Order, problem: str) -> list[Reason]:
    """Return why nobody may take control while the command journal is damaged (CMD-13)."""
    if not problem or order.kind not in TAKES_CONTROL:
        return []
    return [Reason("journal", "CMD-13", f"The command journal is damaged ({problem}); re-arm aboard.")]


def unrecorded(order: Order, problem: str) -> list[Reason]:
    """Return why an order is refused while the ledger cannot be written; stop and release never are (LED-04)."""
    if not problem or order.kind in NEVER_LIMITED:
        return []
    text = f"The ledger aboard cannot be written ({problem}); only stop and release are taken."
    return [Reason("ledger", "LED-04", text)]
