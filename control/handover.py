"""Authority orders: request, answer, confirm, release, force, resume; each ends in one answer (AUT-03 to AUT-09)."""

from __future__ import annotations

import math

from control import command
from control.admission import holder_of
from control.authority import Authority, Holder, same_operator
from control.believed import Believed
from control.charge import CONN, Charge
from control.command import Record
from control.execution import Execution
from control.limits import ControlConfig
from control.linkwatch import LinkWatch
from control.messages import Emit, HeartbeatNow
from control.situation import Situation
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import Order
from protocols.link.roster import RosterEntry


class Handover:
    """Who has the conn, and how it changes hands."""

    def __init__(
        self, config: ControlConfig, authority: Authority, believed: Believed, link: LinkWatch, execution: Execution,
        charge: Charge,
    ) -> None:  # fmt: skip
        """Begin with nobody in control of what is in `charge`."""
        self._config = config
        self._authority = authority
        self._believed = believed
        self._link = link
        self._execution = execution
        self._charge = charge
        self._asking: Record | None = None

    def receive(self, record: Record, order: Order, entry: RosterEntry, situation: Situation, now_s: float) -> None:
        """Take an authority order of a believed signer."""
        if order.kind == "authority.request":
            reasons = self._request(record, order, entry, situation, now_s)
            if not reasons:
                return  # ended by the answer
        elif order.kind == "authority.force":
            reasons = self._force(order, entry, situation, now_s)
        elif order.kind == "authority.confirm":
            reasons = self._confirm(order, entry, situation, now_s)
        else:
            reasons = self._of_holder(order, entry, now_s)
        self._execution.end(record, "REJECTED" if reasons else "SUCCEEDED", reasons)

    def tick(self, now_s: float) -> None:
        """Roll back what was not answered or confirmed in time (AUT-03)."""
        lapsed = self._authority.tick(now_s)
        if lapsed is not None:
            text = "The request was not answered in time; the holder stays."
            self._answered([Reason("not_answered", "AUT-03", text, None, self._config.authority.answer_s, "s")])
            self._changed("confirmation did not come in time" if lapsed.fencing else "request was not answered in time")

    def take_local(self, person: str, now_s: float) -> None:
        """Give the bridge control at once; every order in progress ends (AUT-06)."""
        self._authority.take_local(person)
        text = "The bridge has taken local control."
        self._answered([Reason("local_control", "AUT-06", text)])
        self._charge.end_orders("CANCELLED", Reason("local_control", "AUT-06", text))
        self._charge.let_go()
        self._took_number(now_s)
        self._changed("local control taken")

    def answer_local(self, *, grant: bool, request_id: str, now_s: float) -> bool:
        """Take the bridge's answer to the pending request; False when there is none, or another."""
        pending = self._authority.pending
        if self._authority.station != "local" or pending is None or request_id not in ("", pending.order_id):
            return False
        return self._answer(grant=grant, now_s=now_s, who="the bridge")

    def release_local(self, now_s: float) -> None:
        """Let the bridge give up the control that it has; the link's silence counts from now."""
        if not self._authority.release_local(now_s):
            return
        self._link.reset(now_s)
        if self._authority.phase == "granted":
            self._granted()
        self._changed("local control released")

    def let_lapse(self, now_s: float) -> None:
        """Let the group go when its holder has not been heard for the time after which the link is lost (AUT-05)."""
        is_held = self._authority.station == "remote" and self._authority.phase == "held"
        if not is_held or now_s < self._authority.lease_ends_s() + self._config.link.lost_s:
            return
        who = self._authority.holder.person
        self._authority.release(now_s)
        self._charge.end_orders("CANCELLED", Reason("lapsed", "AUT-05", f"{who} was not heard any more."))
        self._changed("the operator was not heard any more")

    def _request(
        self, record: Record, order: Order, entry: RosterEntry, situation: Situation, now_s: float
    ) -> list[Reason]:
        level = str(order.args["level"])
        reasons = self._not_ready(entry, level, situation)
        if reasons:
            return reasons
        who = holder_of(order, entry, level)
        if self._authority.station == "remote" and same_operator(self._authority.holder, who):
            return [Reason("already_in_control", "AUT-03", "You have it already.", order.person)]
        if not self._authority.request(order.id, who, now_s):
            text = "Another request is pending; wait for its answer."
            return [Reason("request_pending", "AUT-03", text)]
        self._asking = record
        self._execution.tell(record, "executing", f"asking {self._holder_word()}")
        if self._authority.phase == "granted":
            self._granted()
        self._changed("control requested")
        return []

    def _force(self, order: Order, entry: RosterEntry, situation: Situation, now_s: float) -> list[Reason]:
        if "supervise" not in entry.rights:
            text = f"{entry.person} ({entry.role}) may not force a takeover."
            return [Reason("no_right", "AUT-09", text, ", ".join(entry.rights), "supervise")]
        level = str(order.args["level"])
        reasons = self._not_ready(entry, level, situation)
        if reasons:
            return reasons
        if not self._authority.force(order.id, holder_of(order, entry, level), now_s):
            text = "The bridge has the conn, or a handover is being completed; it cannot be forced."
            return [Reason("cannot_force", "AUT-09", text, self._authority.station)]
        self._granted()
        reason = str(order.args["reason"])
        self._changed(f"takeover forced by {order.person}: {reason}", forced_from=self._holder_word(), reason=reason)
        return []

    def _confirm(self, order: Order, entry: RosterEntry, situation: Situation, now_s: float) -> list[Reason]:
        pending = self._authority.pending
        level = pending.who.level if pending is not None else "setpoint"
        reasons = self._not_ready(entry, level, situation)
        reasons += self._bumps(order, situation) if self._charge.group == CONN else []
        if reasons:
            return reasons
        if not self._authority.confirm(holder_of(order, entry, level), order.fencing, now_s):
            number = pending.fencing if pending is not None else None
            text = "Nothing is granted to you that this confirms: request the conn again."
            return [Reason("nothing_granted", "AUT-03", text, order.fencing, number)]
        text = f"{order.person} has taken the {self._charge.group}."
        self._charge.end_orders("CANCELLED", Reason("handed_over", "AUT-03", text))
        self._link.reset(now_s)
        self._charge.taken(situation)
        self._changed("control confirmed")
        return []

    def _of_holder(self, order: Order, entry: RosterEntry, now_s: float) -> list[Reason]:
        """Take release, resume and answer: the holder's own words."""
        who = holder_of(order, entry, self._authority.holder.level)
        if self._authority.station != "remote" or not same_operator(self._authority.holder, who):
            text = f"The {self._charge.group} is held by {self._holder_word()}."
            return [Reason("not_in_control", "INT-01", text, order.person, self._holder_word())]
        if order.kind == "authority.resume":
            return self._charge.resume(now_s)
        if order.kind == "authority.answer":
            return self._answered_by_holder(order, now_s)
        self._authority.release(now_s)
        self._charge.end_orders("CANCELLED", Reason("released", "AUT-03", f"{order.person} released the conn."))
        self._link.reset(now_s)
        if self._authority.phase == "granted":
            self._granted()
        self._changed("control released")
        return []

    def _answered_by_holder(self, order: Order, now_s: float) -> list[Reason]:
        pending = self._authority.pending
        asked = pending is not None and order.args["request_id"] == pending.order_id
        if asked and self._answer(grant=order.args["answer"] == "grant", now_s=now_s, who=order.person):
            return []
        return [Reason("nothing_pending", "AUT-03", "No request of that id waits for your answer.")]

    def _answer(self, *, grant: bool, now_s: float, who: str) -> bool:
        if not self._authority.answer(grant=grant, now_s=now_s):
            return False
        if grant:
            self._granted()
        else:
            self._answered([Reason("denied", "AUT-03", f"Denied by {who}.")])
        self._changed(f"request {'granted' if grant else 'denied'} by {who}")
        return True

    def _granted(self) -> None:
        """End the request that was waiting, and keep the new number for ever."""
        self._answered([])
        self._execution.journal(command.fencing_record(self._authority.fencing_top), "fencing")

    def _took_number(self, now_s: float) -> None:
        self._link.reset(now_s)
        self._execution.journal(command.fencing_record(self._authority.fencing_top), "fencing")

    def _answered(self, reasons: list[Reason]) -> None:
        if self._asking is not None:
            self._execution.end(self._asking, "REJECTED" if reasons else "SUCCEEDED", reasons)
        self._asking = None

    def _not_ready(self, entry: RosterEntry, level: str, situation: Situation) -> list[Reason]:
        """Return every reason why the ship cannot be handed to `entry` now (AUT-03, AUT-07)."""
        reasons = self._believed.access(entry, self._charge.group, level, situation.utc_ns)
        found = [situation.objection(channel) for channel in self._charge.ready_inputs]
        reasons += [reason for reason in found if reason is not None]
        if situation.number("ME_RDY") == 0.0:
            text = "Remote control of the engine is not active: the selector aboard is on local."
            reasons.append(Reason("remote_control_off", "INT-03", text, 0.0, 1.0, "", situation.age_s("ME_RDY")))
        return reasons

    def _bumps(self, order: Order, situation: Situation) -> list[Reason]:
        """Return the reasons when the receiver's loaded setpoints are far from what the ship does (AUT-04)."""
        limits = self._config.authority
        rpm = situation.number("ME_RPM")
        actual = {
            "heading_deg": (situation.number("NAV_HDG"), limits.bump_heading_deg, "deg", "NAV_HDG"),
            "rudder_deg": (situation.number("STG_RUD_S"), limits.bump_rudder_deg, "deg", "STG_RUD_S"),
            "propulsion_pct": (
                None if rpm is None else 100.0 * rpm / self._config.hull.rpm_full, limits.bump_propulsion_pct, "%",
                "ME_RPM",
            ),
        }  # fmt: skip
        reasons: list[Reason] = []
        for name, value in order.args.items():
            is_value, limit, unit, channel = actual[name]
            if is_value is None or not isinstance(value, int | float):
                reasons.append(Reason("bump", "AUT-04", f"{channel} is not known, so {name} cannot be compared."))
                continue
            off = abs(math.remainder(value - is_value, 360.0) if name == "heading_deg" else value - is_value)
            if off > limit:
                text = f"The loaded {name} is {off:.1f} {unit} from what the ship does; the limit is {limit:g} {unit}."
                reasons.append(Reason("bump", "AUT-04", text, round(off, 1), limit, unit, situation.age_s(channel)))
        return reasons

    def _holder_word(self) -> str:
        if self._authority.station == "local":
            return "the bridge"
        return self._authority.holder.person or "nobody"

    def _changed(self, cause: str, **more: Plain) -> None:
        holder: Holder = self._authority.holder
        pending = self._authority.pending
        body: dict[str, Plain] = {
            "group": self._charge.group, "cause": cause, "station": self._authority.station, "phase": self._authority.phase,
            "person": holder.person, "roc": holder.roc, "console": holder.console, "session": holder.session,
            "role": holder.role, "level": holder.level, "fencing": self._authority.fencing,
            "pending_id": pending.order_id if pending else "", "pending_person": pending.who.person if pending else "",
            **more,
        }  # fmt: skip
        self._execution.outbox += [Emit("authority", body), HeartbeatNow()]
