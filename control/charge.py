"""What the authority of a function group is over, and what a change of hands does to it (AUT-01)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from control.authority import Authority
from control.execution import Execution
from control.limits import ControlConfig
from control.linkwatch import LinkWatch
from control.machinery import Machinery
from control.situation import Situation
from control.watchkeeping import Watchkeeping
from protocols.link.events import OrderState, Reason

CONN: Final = "conn"
"""Steering, propulsion and route."""
ENGINEERING: Final = "engineering"
"""Pumps, generators and tanks."""


class Charge(Protocol):
    """What is handed over."""

    group: str

    ready_inputs: tuple[str, ...]
    """What must be known before the group can be handed over (AUT-03)."""

    def end_orders(self, state: OrderState, reason: Reason) -> None:
        """End the group's orders in progress."""
        ...

    def taken(self, situation: Situation) -> None:
        """A new operator has confirmed: load what is in force from what the ship does (AUT-04)."""
        ...

    def let_go(self) -> None:
        """The bridge has taken it: leave the equipment to her."""
        ...

    def resume(self, now_s: float) -> list[Reason]:
        """Take the operator's word after a regained link; return why not."""
        ...


class ConnCharge:
    """Steering, propulsion and route."""

    group = CONN
    ready_inputs: tuple[str, ...] = ("NAV_HDG", "ME_RPM", "ME_RDY")
    """Setpoints are loaded from these."""

    def __init__(
        self, config: ControlConfig, execution: Execution, watch: Watchkeeping, let_stick_go: Callable[[], bool]
    ) -> None:  # fmt: skip
        """Act on the parts given; `let_stick_go` ends direct control and says whether a stick was deflected (DMN-03)."""
        self._config, self._execution, self._watch = config, execution, watch
        self._let_stick_go, self._was_deflected = let_stick_go, False

    def end_orders(self, state: OrderState, reason: Reason) -> None:
        """End every order that moves her; a deflected stick goes to neutral (DMN-03)."""
        self._was_deflected = self._let_stick_go()
        self._execution.end_all(state, reason)

    def taken(self, situation: Situation) -> None:
        """Load heading and propulsion, unless the ladder holds: then she goes on with what she does."""
        self._watch.leave_when_back = self._watch.ladder.is_latched
        if not self._watch.ladder.is_latched:
            rpm = situation.number("ME_RPM")
            actual_pct = None if rpm is None else 100.0 * rpm / self._config.hull.rpm_full
            kept_pct = None if self._was_deflected else actual_pct  # neutral stands: it is not held
            self._execution.load_actual(situation.number("NAV_HDG"), kept_pct)

    def let_go(self) -> None:
        """Leave autopilot and engine to the bridge."""
        self._execution.release()

    def resume(self, now_s: float) -> list[Reason]:
        """Leave the ladder, where the link has been good for long enough."""
        return self._watch.resume(now_s)


class EngineeringCharge:
    """Pumps, generators and tanks; what runs goes on running when the group changes hands."""

    group = ENGINEERING
    ready_inputs: tuple[str, ...] = ("ME_RDY",)

    def __init__(self, machinery: Machinery) -> None:
        """Act on the machines given."""
        self._machinery = machinery

    def end_orders(self, state: OrderState, reason: Reason) -> None:
        """End the orders that wait or are being verified."""
        self._machinery.end_all(state, reason)

    def taken(self, situation: Situation) -> None:
        """Load nothing: a machine runs or it does not."""

    def let_go(self) -> None:
        """Leave the machines as they are."""

    def resume(self, now_s: float) -> list[Reason]:
        """There is no ladder for machines: nothing is to be resumed."""
        del now_s
        return []


@dataclass(frozen=True, slots=True)
class Group:
    """One function group: who has it, who is heard of him, what it is over."""

    authority: Authority
    link: LinkWatch
    charge: Charge
