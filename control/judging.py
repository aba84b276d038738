"""Every reason against an order at this moment: the interlocks, and what only the ship knows of who asks (CMD-07)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from control.admission import not_in_control, unjournaled, unrecorded
from control.believed import Believed
from control.charge import CONN, Group
from control.context import DIRECT, STOPS, Context
from control.emergency import EmergencyStop
from control.execution import Execution
from control.interlock import verdict
from control.navigator import Navigator
from control.situation import Situation
from control.translate import asked
from control.voyage import Voyage
from control.watchkeeping import Watchkeeping
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import ORDER_KINDS, Order

_TAKEN_WITH_LOST_KEY: Final = Reason(
    "holder_key_gone", "CMD-12",
    "The key with which control was taken is no longer in the ship's roster; whoever has a key there may take it again.",
)  # fmt: skip


class Judge:
    """Judges at acceptance and again at actuation (INT, CMD-04)."""

    def __init__(
        self, voyage: Voyage, believed: Believed, groups: Mapping[str, Group], execution: Execution, watch: Watchkeeping,
        emergency: EmergencyStop, navigator: Navigator,
    ) -> None:  # fmt: skip
        """Judge by the parts given."""
        self._voyage, self._believed, self._groups = voyage, believed, groups
        self._execution, self._watch, self._emergency = execution, watch, emergency
        self._navigator = navigator
        self.further: Callable[[Order], list[Reason]] = lambda _: []
        """What has something against an order about a drill."""
        self.journal_problem = ""
        self.ledger_problem = ""

    def reasons(self, order: Order, situation: Situation, now_s: float) -> list[Reason]:
        """Return every reason against `order`; an empty list allows it."""
        if order.kind == "stop.reset":
            return self._reset_reasons() + self._unkept(order)
        if order.kind.startswith("drill."):
            return self.further(order) + self._unkept(order)
        bound = self._navigator.bound(order, situation) if order.kind == "route.activate" else {}
        args: dict[str, Plain] = {**order.args, **bound}
        setpoints, trip_ms = self._execution.setpoints, self._groups[CONN].link.round_trip_ms
        wish = asked(order.kind, args, self._voyage.config, situation)
        reasons = [*wish.reasons]
        reasons += verdict(
            Context(
                wish.kind, wish.args, situation, self._voyage.config, setpoints, trip_ms,
                self._emergency.latched is not None, tuple(self.control(order, now_s)),
            )
        )  # fmt: skip
        if order.kind == "conn.phase":
            reasons += self.phase_reasons(str(order.args["phase"]), situation)
        reasons += self._navigator.objections(order, situation)
        if order.kind not in STOPS:
            reasons += self._access(order.group, situation)
            reasons += self._watch.objections() if order.group == CONN else []
        return reasons + self._unkept(order)

    def phase_reasons(self, phase: str, situation: Situation) -> list[Reason]:
        """Return every reason against changing to `phase` with what is in force, a station that is kept included."""
        kept_m = self._watch.safe.in_force().get("station_radius_m")
        return self._voyage.objections(phase, replace(self._execution.setpoints, station_radius_m=kept_m), situation)

    def direct(self, args: dict[str, Plain], situation: Situation) -> list[Reason]:
        """Return every reason against what a stick asks; whose stick it is, was seen before (DMN-01)."""
        setpoints, group = self._execution.setpoints, self._groups[CONN]
        reasons = verdict(
            Context(
                "conn.direct", args, situation, self._voyage.config, setpoints, group.link.round_trip_ms,
                self._emergency.latched is not None,
            )
        )  # fmt: skip
        reasons += [*self._access(CONN, situation), *self._watch.objections()]
        for what, problem in (("journal", self.journal_problem), ("ledger", self.ledger_problem)):
            if problem:
                reasons.append(Reason(what, "CMD-13", f"The {what} cannot be written ({problem})."))
        return reasons

    def control(self, order: Order, now_s: float) -> list[Reason]:
        """Return INT-01's reasons: who orders does not hold the group, or not at the level it needs."""
        group = self._groups.get(order.group)
        if group is None:
            return [
                Reason("no_such_group", "AUT-01", f"Nothing of the group {order.group} may be ordered.", order.group)
            ]
        needs = "direct" if order.kind in DIRECT else ORDER_KINDS[order.kind].level
        state = group.authority.facts(now_s)
        reasons = list(
            not_in_control(
                state,
                order.person,
                order.console,
                order.session,
                order.fencing,
                needs,
                order.group,
                group.authority.fencing,
            )
        )
        if not reasons and order.group != CONN and not group.authority.has_lease(now_s):
            text = "Your presence has not been proved within the lease; confirm that you are there."
            reasons.append(Reason("lease_lapsed", "AUT-05", text, state.lease_age_s))
        return reasons

    def _access(self, name: str, situation: Situation) -> list[Reason]:
        """Return what has changed for the holder since he took it: his key, his rights, the grant (AUT-07, AUT-11)."""
        group = self._groups.get(name)
        if group is None or group.authority.station != "remote":
            return self._believed.lapsed(situation.utc_ns)
        holder = group.authority.holder
        entry = self._believed.holder(holder.key_id, situation.utc_ns)
        if isinstance(entry, Reason):
            gone = _TAKEN_WITH_LOST_KEY if entry.name == "unknown_key" else entry
            return [gone, *self._believed.lapsed(situation.utc_ns)]
        return self._believed.access(entry, name, holder.level, situation.utc_ns)

    def _reset_reasons(self) -> list[Reason]:
        if self._emergency.latched is not None:
            return []
        return [Reason("nothing_latched", "EST-02", "No emergency stop is latched.")]

    def unrecorded(self, order: Order) -> list[Reason]:
        """Return why an order may not be taken while ledger or journal cannot keep what it does (LED-04, CMD-13)."""
        return unrecorded(order, self.ledger_problem) + unjournaled(order, self.journal_problem)

    def _unkept(self, order: Order) -> list[Reason]:
        reasons = unrecorded(order, self.ledger_problem)
        if self.journal_problem:
            text = f"The command journal is damaged ({self.journal_problem}); re-arm aboard."
            reasons.append(Reason("journal", "CMD-13", text))
        return reasons
