"""Who may order: one authority per function group, given by a handshake, with a lease and a fencing number (AUT-01..09).

Everything that changes the holder is in `TRANSITIONS`; an event that is not listed for a state changes nothing. The file
does not know why an event was allowed: the supervisor checks keys, roles, grant and readiness before it tells an event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from control.limits import AuthorityLimits
from protocols.link.heartbeats import AuthorityPhase, AuthorityState, Station

Event = Literal[
    "request", "grant", "deny", "confirm", "release", "force", "take_local", "release_local", "pending_lapsed",
]  # fmt: skip
EVENTS: Final[tuple[Event, ...]] = (
    "request", "grant", "deny", "confirm", "release", "force", "take_local", "release_local", "pending_lapsed",
)  # fmt: skip
State = tuple[Station, AuthorityPhase]

TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    ("none", "held"): {
        "request": ("none", "granted"),  # nobody to ask: the Master's remote-access grant is the leave (AUT-07)
        "force": ("none", "granted"),
        "take_local": ("local", "held"),
    },
    ("none", "granted"): {
        "confirm": ("remote", "held"),
        "pending_lapsed": ("none", "held"),
        "take_local": ("local", "held"),
    },
    ("local", "held"): {
        "request": ("local", "requested"),  # the bridge is asked; nobody ashore can force it (AUT-06)
        "release_local": ("none", "held"),
        "take_local": ("local", "held"),
    },
    ("local", "requested"): {
        "grant": ("local", "granted"),
        "deny": ("local", "held"),
        "pending_lapsed": ("local", "held"),
        "release_local": ("none", "granted"),
        "take_local": ("local", "held"),
    },
    ("local", "granted"): {
        "confirm": ("remote", "held"),
        "pending_lapsed": ("local", "held"),
        "release_local": ("none", "granted"),
        "take_local": ("local", "held"),
    },
    ("remote", "held"): {
        "request": ("remote", "requested"),
        "force": ("remote", "granted"),
        "release": ("none", "held"),
        "take_local": ("local", "held"),
    },
    ("remote", "requested"): {
        "grant": ("remote", "granted"),
        "deny": ("remote", "held"),
        "pending_lapsed": ("remote", "held"),
        "force": ("remote", "granted"),
        "release": ("none", "granted"),
        "take_local": ("local", "held"),
    },
    ("remote", "granted"): {
        "confirm": ("remote", "held"),
        "pending_lapsed": ("remote", "held"),  # a grant not confirmed rolls back to the previous holder (AUT-03)
        "release": ("none", "granted"),
        "take_local": ("local", "held"),
    },
    ("none", "requested"): {},  # cannot be: with nobody to ask a request is granted at once
}
"""{(station, phase): {event: (station, phase)}}; what is not listed is refused and changes nothing."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One operator at one console of one operations centre, or the bridge."""

    person: str
    roc: str = ""
    console: str = ""
    session: str = ""
    role: str = ""
    level: str = ""
    key_id: bytes = b""


NOBODY: Final = Holder("")


@dataclass(frozen=True, slots=True)
class Pending:
    """A request waiting for its answer, or a grant waiting for its confirmation."""

    order_id: str
    who: Holder
    until_s: float
    fencing: int = 0
    """Number given with the grant; 0 before it."""


class Numbers:
    """Fencing numbers of one vessel: each is given once, whichever group it is for (AUT-08)."""

    def __init__(self, top: int = 0) -> None:
        """Go on above `top`, the highest ever given, kept over restarts."""
        self.top = top

    def give(self) -> int:
        """Return a number higher than any before."""
        self.top += 1
        return self.top


class Authority:
    """The authority over one function group of this vessel; power-up means nobody."""

    def __init__(self, limits: AuthorityLimits, numbers: Numbers | None = None) -> None:
        """Begin with no holder; `numbers` are shared by all groups of the vessel."""
        self._limits = limits
        self._state: State = ("none", "held")
        self._numbers = numbers if numbers is not None else Numbers()
        self.holder = NOBODY
        self.fencing = self._numbers.top
        """Number that the holder's orders must carry."""
        self.pending: Pending | None = None
        self._lease_at_s = 0.0

    @property
    def station(self) -> Station:
        """Where the authority lies: local, remote or none."""
        return self._state[0]

    @property
    def phase(self) -> AuthorityPhase:
        """held, requested or granted."""
        return self._state[1]

    @property
    def fencing_top(self) -> int:
        """Highest number given so far."""
        return self._numbers.top

    def allows(self, event: Event) -> bool:
        """Return whether the table lists `event` for the present state."""
        return event in TRANSITIONS[self._state]

    def request(self, order_id: str, who: Holder, now_s: float) -> bool:
        """Take a request; return False when the state allows none (another is pending)."""
        lapsed = self.station == "remote" and not self.has_lease(now_s)
        if not self._go("request"):
            return False
        self.pending = Pending(order_id, who, now_s + self._limits.answer_s)
        if self.phase == "granted" or lapsed:
            self._grant(now_s)
        return True

    def force(self, order_id: str, who: Holder, now_s: float) -> bool:
        """Let a supervisor take over from another operator (AUT-09); False when the state allows none (local)."""
        if not self._go("force"):
            return False
        self.pending = Pending(order_id, who, now_s)
        self._grant(now_s)
        return True

    def answer(self, *, grant: bool, now_s: float) -> bool:
        """Take the holder's answer to the pending request; False when there is none."""
        if not self._go("grant" if grant else "deny"):
            return False
        if grant:
            self._grant(now_s)
        else:
            self.pending = None
        return True

    def confirm(self, who: Holder, fencing: int, now_s: float) -> bool:
        """Make the granted operator the holder; False unless it is he, in time, with the number of the grant."""
        pending = self.pending
        if pending is None or not same_operator(pending.who, who) or pending.fencing != fencing:
            return False
        if not self._go("confirm"):
            return False
        self.holder, self.fencing, self.pending, self._lease_at_s = pending.who, fencing, None, now_s
        return True

    def release(self, now_s: float) -> bool:
        """Let go of remote control; always possible for the holder."""
        return self._let_go("release", now_s)

    def release_local(self, now_s: float) -> bool:
        """Let go of local control; a request that waited for the bridge is then granted."""
        return self._let_go("release_local", now_s)

    def take_local(self, person: str) -> None:
        """Give the bridge control: one action, always, whatever the state (AUT-06); it gets a number like any other."""
        self._go("take_local")
        self.holder, self.fencing = Holder(person, role="bridge", level="direct"), self._numbers.give()
        self.pending = None

    def renew(self, at_s: float) -> None:
        """Note that the operator was present at `at_s`: the lease begins anew from then (AUT-05); an older word ends none."""
        self._lease_at_s = max(self._lease_at_s, at_s)

    def has_lease(self, now_s: float) -> bool:
        """Return whether the operator's presence was proved within the lease; only remote control has one."""
        return self.station == "remote" and now_s - self._lease_at_s <= self._limits.lease_s

    def lease_ends_s(self) -> float:
        """Return when the lease lapses unless renewed."""
        return self._lease_at_s + self._limits.lease_s

    def tick(self, now_s: float) -> Pending | None:
        """Roll back what was not answered or confirmed in time; return it, None when nothing lapsed."""
        lapsed = self.pending
        if lapsed is None or now_s < lapsed.until_s:
            return None
        self._go("pending_lapsed")
        self.pending = None
        return lapsed

    def deadline(self) -> float | None:
        """Return when `tick` has something to do; None: never."""
        return None if self.pending is None else self.pending.until_s

    def facts(self, now_s: float) -> AuthorityState:
        """Return what is broadcast at 1 Hz (AUT-02); `fencing` is the number the next order or confirm must carry."""
        holder, pending = self.holder, self.pending
        return AuthorityState(
            self.station, holder.person, holder.roc, holder.console, holder.session, holder.role, holder.level,
            pending.fencing if pending is not None and pending.fencing else self.fencing,
            round(now_s - self._lease_at_s, 3) if self.station == "remote" else None, self.phase,
            pending.order_id if pending else "", pending.who.person if pending else "",
            pending.who.console if pending else "", round(max(0.0, pending.until_s - now_s), 3) if pending else None,
        )  # fmt: skip

    def _let_go(self, event: Event, now_s: float) -> bool:
        if not self._go(event):
            return False
        self.holder = NOBODY
        if self.pending is not None and not self.pending.fencing:
            self._grant(now_s)
        return True

    def _grant(self, now_s: float) -> None:
        """Give the pending operator a number higher than any before (AUT-03)."""
        if self.pending is None:
            return
        self._state = (self.station, "granted")
        until_s = now_s + self._limits.confirm_s
        self.pending = replace(self.pending, until_s=until_s, fencing=self._numbers.give())

    def _go(self, event: Event) -> bool:
        after = TRANSITIONS[self._state].get(event)
        if after is None:
            return False
        self._state = after
        return True


def same_operator(one: Holder, other: Holder) -> bool:
    """Return whether both are the same person with the same key at the same console in the same session (AUT-08)."""
    return (one.person, one.console, one.session, one.key_id) == (
        other.person, other.console, other.session, other.key_id,
    )  # fmt: skip
