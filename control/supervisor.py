"""The supervisor: permission rises on one edge and falls for many reasons; the ship decides, whoever asks.

Five verbs: `receive`, `tick`, `deadline`, `outbox`, `facts`. Nothing here waits, sends, logs or reads a clock. A `Journal`
in the outbox must be on disk, and `Journaled` received, before anything that comes after it for that order moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from control import command
from control.admission import Admission, not_in_control, unrecorded, wrong_signer
from control.alerts import Alerts
from control.authority import Authority
from control.believed import Believed
from control.collision import CollisionWatch
from control.command import KnownOrders, Record, Restored
from control.emergency import EmergencyStop
from control.execution import Execution
from control.handover import Handover
from control.interlock import DIRECT, STOPS, Context, verdict
from control.limits import ControlConfig
from control.linkwatch import LinkWatch
from control.localpanel import LocalPanel
from control.messages import (
    Arrival,
    Emit,
    HeartbeatNow,
    Journaled,
    JournalFailed,
    LedgerState,
    Local,
    Output,
    SignedGrant,
    SignedHeartbeat,
    SignedOrder,
    SignedRoster,
    SignedStop,
)  # fmt: skip
from control.situation import NOTHING_KNOWN, Situation
from control.standing import Facts, standing_alerts
from control.stopping import Stopping
from control.voyage import Voyage, phase_record
from control.watchkeeping import Watchkeeping
from protocols.errors import ProtocolError
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.roster import RosterEntry
from protocols.link.signing import Domain

REVIEW_S: Final = 0.5
"""How often orders in force, link and inputs are judged: the ladder must be entered within T + 0.5 s (S6)."""


class Supervisor:
    """The authority over one vessel's actuators."""

    def __init__(
        self, config: ControlConfig, master_public_key: bytes, boot_id: str, now_s: float,
        restored: Restored | None = None,
    ) -> None:  # fmt: skip
        """Begin with no permission; `restored` is what the journal of former boots tells, None on a new ship."""
        self._config, self._boot_id = config, boot_id
        restored = restored or Restored(0, ())
        self.believed = Believed(config.vessel, master_public_key)
        self.believed.grant_version, self.believed.revoked_version = restored.grant_taken, restored.grant_revoked
        self.authority = Authority(config.authority, restored.fencing)
        self.link = LinkWatch(config.link, now_s)
        self._known, self._admission, self.alerts = KnownOrders(), Admission(), Alerts()
        self.voyage = Voyage(config, restored.phase)
        self.execution = Execution(config, self._known)
        self.execution.deeds["conn.phase"] = self._change_phase
        self.watch = Watchkeeping(self.voyage, self.authority, self.link, self.execution)
        self.emergency = EmergencyStop(config.vessel, self.believed)
        self._stopping = Stopping(self.voyage, self.emergency, self.execution)
        self._handover = Handover(config, self.authority, self.believed, self.link, self.execution, self.watch)
        self._panel = LocalPanel(self._handover, self._stopping, self.believed, self.execution)
        self.collision = CollisionWatch()
        self.situation = NOTHING_KNOWN
        self.beats_refused_count = 0
        self._journal_problem, self._ledger_problem = "", ""
        self._next_review_s = now_s
        for record in restored.records:
            self._known.add(record)

    def receive(self, arrival: Arrival, now_s: float) -> None:
        """Take one arrival at monotonic `now_s`."""
        if isinstance(arrival, Situation):
            self.situation = arrival
            self.execution.verify(arrival, now_s)
        elif isinstance(arrival, SignedOrder):
            self._take_order(arrival.encoded, now_s)
        elif isinstance(arrival, SignedHeartbeat):
            self._take_heartbeat(arrival.encoded, now_s)
        elif isinstance(arrival, SignedStop):
            self._stopping.receive(arrival.encoded, self.situation.utc_ns)
        elif isinstance(arrival, Journaled):
            self.execution.journaled(arrival.number, lambda order: self._judge(order, now_s), now_s)
        elif isinstance(arrival, JournalFailed):
            self._journal_problem = arrival.problem
            self.execution.journal_failed(arrival.number, arrival.problem)
        elif isinstance(arrival, LedgerState):
            self._ledger_problem = arrival.problem
        elif isinstance(arrival, Local):
            self._take_local(arrival, now_s)
        else:
            self._take_belief(arrival)

    def tick(self, now_s: float) -> None:
        """Do what is due at `now_s`: answers that did not come, the ladder, alerts."""
        self._handover.tick(now_s)
        self.watch.look(self.situation, now_s)
        self.execution.verify(self.situation, now_s)
        for name, is_active in standing_alerts(
            self.watch.ladder.step, self.situation, self.emergency, self.watch.safe
        ).items():
            self.alerts.want(name, active=is_active, now_s=now_s)
        self.alerts.want("collision-danger", active=self._is_near(now_s), now_s=now_s)
        self.alerts.want("journal", active=bool(self._journal_problem), now_s=now_s)
        self.alerts.want("ledger", active=bool(self._ledger_problem), now_s=now_s)
        self.alerts.tick(now_s)
        self._next_review_s = now_s + REVIEW_S

    def _is_near(self, now_s: float) -> bool:
        return self.collision.look(self.situation, self.voyage.config, now_s)

    def deadline(self) -> float | None:
        """Return when `tick` is due at the latest; it may always come sooner."""
        ladder_in_s = self.watch.ladder.deadline_in_s(0.0, is_direct=self.authority.holder.level == "direct")
        silent_at_s = self.link.heard_at_s + (ladder_in_s if ladder_in_s is not None else REVIEW_S)
        due = [self._next_review_s, self.authority.deadline(), self.execution.deadline()]
        if silent_at_s > self._next_review_s - REVIEW_S and self.authority.station != "local":
            due.append(silent_at_s)
        return min(at_s for at_s in due if at_s is not None)

    def outbox(self) -> list[Output]:
        """Take what is to be done, in order."""
        taken, self.execution.outbox = self.execution.outbox, []
        changes = self.alerts.outbox()
        return [*taken, *(Emit("alert", body) for body in changes), *([HeartbeatNow()] if changes else [])]

    def facts(self, now_s: float) -> Facts:
        """Return what the vessel's heartbeat tells of control."""
        silence_s = self.watch.silence_s(now_s)
        setpoints, ladder = self.execution.setpoints, self.watch.ladder
        next_step, next_in_s = ("", None) if self.authority.station == "local" else ladder.next_step(silence_s)
        in_force = (
            ("heading_deg", setpoints.heading_deg), ("rudder_deg", setpoints.rudder_deg),
            ("propulsion_pct", setpoints.propulsion_pct),
        )  # fmt: skip
        return Facts(
            step=ladder.step, reasons=ladder.reasons(), next_step=next_step, next_step_in_s=next_in_s,
            authority=self.authority.facts(now_s), stop_latched=self.emergency.latched is not None,
            echo=self.link.echo(now_s), round_trip_ms=self.link.round_trip_ms, loss_pct=self.link.loss_pct,
            setpoints={name: value for name, value in in_force if value is not None}, phase=self.voyage.phase,
            roster_version=self.believed.roster_version, alerts=self.alerts.active(), action=self.watch.action,
        )  # fmt: skip

    def _take_order(self, encoded: bytes, now_s: float) -> None:
        """Verify first, parse after (CMD-01); what cannot be believed is refused under the id that it claims."""
        try:
            envelope = signing.open_envelope(encoded)
        except ProtocolError as error:
            self._refuse(b"", Reason("malformed", "CMD-01", f"The order cannot be read: {error}."))
            return
        entry = self.believed.signer(Domain.ORDER, envelope, self.situation.utc_ns)
        if isinstance(entry, Reason):
            self._refuse(envelope.body, entry)
            return
        try:
            order = Order.from_bytes(envelope.body)
        except ProtocolError as error:
            self._refuse(envelope.body, Reason("malformed", "CMD-01", f"The order cannot be read: {error}."))
            return
        self._take_believed(order, entry, command.digest_of(envelope.body), now_s)

    def _refuse(self, body: bytes, reason: Reason) -> None:
        claimed = _claimed(body)
        reasons: list[Plain] = [reason.plain()]
        told: dict[str, Plain] = {
            "hash": command.digest_of(body), "state": "REJECTED", "args": {}, "reasons": reasons, "authentic": False,
            "detail": "not believed: the id, person and kind are only what the bytes claim",
        }  # fmt: skip
        self.execution.outbox.append(Emit("order", {**claimed, **told}))

    def _take_believed(self, order: Order, entry: RosterEntry, digest: str, now_s: float) -> None:
        known = self._known.get(order.id)
        if known is not None and known.digest == digest:
            self.execution.outbox.append(Emit("order", known.body()))  # same id, same bytes: the stored answer again
            return
        record = Record(order.id, digest, order)
        if known is not None:
            text = "This id was used for another order."
            record.state, record.reasons = "REJECTED", [Reason("id_reused", "CMD-03", text, digest, known.digest)]
            self.execution.outbox.append(Emit("order", record.body()))
            return
        self._known.add(record)
        self.execution.outbox.append(Emit("order", record.body()))
        late = self._admission.too_late(order, self._boot_id, round(now_s * 1000))
        if late:
            self.execution.end(record, "EXPIRED", late)
            return
        objections = wrong_signer(order, entry, self._config.vessel) + self._admission.objections(order, entry, now_s)
        objections += unrecorded(order, self._ledger_problem)
        if objections:
            self.execution.end(record, "REJECTED", objections)
            return
        self._dispatch(record, order, entry, now_s)

    def _dispatch(self, record: Record, order: Order, entry: RosterEntry, now_s: float) -> None:
        simple: dict[str, Callable[[Order], list[Reason]]] = {
            "order.cancel": self._cancel,
            "alert.acknowledge": self._acknowledge,
            "stop.reset": self._stopping.refuse_reset,
        }
        if order.kind.startswith("authority."):
            self._handover.receive(record, order, entry, self.situation, now_s)
        elif order.kind in simple:
            reasons = self._control_reasons(order, now_s) if order.kind == "order.cancel" else []
            reasons = reasons or simple[order.kind](order)
            self.execution.end(record, "REJECTED" if reasons else "SUCCEEDED", reasons)
        else:
            reasons = self._judge(order, now_s)
            if reasons:
                self.execution.end(record, "REJECTED", reasons)
            else:
                self.execution.accept(record)

    def _judge(self, order: Order, now_s: float) -> list[Reason]:
        """Return every reason against a setpoint order at this moment."""
        reasons = verdict(
            Context(
                order.kind, order.args, self.situation, self.voyage.config, self.execution.setpoints,
                self.link.round_trip_ms, self.emergency.latched is not None, tuple(self._control_reasons(order, now_s)),
            )
        )  # fmt: skip
        if order.kind == "conn.phase":
            reasons += self.voyage.objections(str(order.args["phase"]), self.execution.setpoints, self.situation)
        if order.kind not in STOPS:
            reasons += [*self.watch.objections(), *self.believed.lapsed(self.situation.utc_ns)]
        if self._journal_problem:
            text = f"The command journal is damaged ({self._journal_problem}); re-arm aboard."
            reasons.append(Reason("journal", "CMD-13", text))
        return reasons + unrecorded(order, self._ledger_problem)

    def _control_reasons(self, order: Order, now_s: float) -> list[Reason]:
        needs = "direct" if order.kind in DIRECT else ORDER_KINDS[order.kind].level
        state = self.authority.facts(now_s)
        return list(not_in_control(state, order.person, order.console, order.session, order.fencing, needs))

    def _change_phase(self, order: Order) -> None:
        """Put the phase of an order that every rule allows in force."""
        self._put_in_force(str(order.args["phase"]), order.person, order.console)

    def _put_in_force(self, phase: str, person: str, console: str) -> None:
        self.execution.journal(phase_record(phase), "phase")
        self.voyage.change(phase, lambda body: self.execution.tell_event("phase", body), person, console)

    def _cancel(self, order: Order) -> list[Reason]:
        if self.execution.cancel(str(order.args["order_id"])):
            return []
        return [Reason("nothing_to_cancel", "CMD-02", "No order of that id is in progress.")]

    def _acknowledge(self, order: Order) -> list[Reason]:
        if self.alerts.acknowledge(str(order.args["alert_id"])):
            return []
        return [Reason("nothing_to_acknowledge", "ALT-02", "That alert cannot be acknowledged now, or not from here.")]

    def _take_heartbeat(self, encoded: bytes, now_s: float) -> None:
        beat = self._believed_beat(encoded)
        if beat is None or not self.link.heard(beat, now_s, round(now_s * 1000), self._boot_id):
            self.beats_refused_count += 1
        elif beat.present:
            self.authority.renew(now_s)

    def _believed_beat(self, encoded: bytes) -> OperatorHeartbeat | None:
        """Return the beat when it is the holder's own; anybody else's counts for nothing."""
        try:
            envelope = signing.open_envelope(encoded)
            entry = self.believed.signer(Domain.HEARTBEAT, envelope, self.situation.utc_ns)
            if isinstance(entry, Reason):
                return None
            beat = OperatorHeartbeat.from_bytes(envelope.body)
        except ProtocolError:
            return None
        holder = self.authority.holder
        named = (beat.vessel, beat.person, entry.key_id, beat.console, beat.session)
        is_holder = named == (self._config.vessel, holder.person, holder.key_id, holder.console, holder.session)
        is_current = self.authority.fencing <= beat.fencing <= self.authority.fencing_top
        return beat if is_holder and is_current and self.authority.station == "remote" else None

    def _take_local(self, local: Local, now_s: float) -> None:
        if local.do == "rearm":
            self._journal_problem = ""
            self._keep_grant()
        if local.do == "phase":
            if not self.voyage.objections(local.phase, self.execution.setpoints, self.situation):
                self._put_in_force(local.phase, local.person, "bridge")
            return
        self._panel.receive(local, now_s)
        self.watch.look(self.situation, now_s)

    def _keep_grant(self) -> None:
        """Have the journal keep which grants were taken and revoked; a damaged one is replaced only by re-arming."""
        record = command.grant_record(self.believed.grant_version, self.believed.revoked_version)
        self.execution.journal(record, "grant")

    def _take_belief(self, arrival: SignedRoster | SignedGrant) -> None:
        believed = self.believed
        if isinstance(arrival, SignedRoster):
            what, before, problem = "roster", believed.signed_roster, believed.take_roster(arrival.encoded)
            version, is_known = believed.roster_version, before == believed.signed_roster
        else:
            what, highest, held = "grant", believed.grant_version, believed.grant
            problem = believed.take_grant(arrival.encoded)
            version, is_known = believed.grant_version, held == believed.grant
            if highest != version and not self._journal_problem:
                self._keep_grant()
        if is_known and not problem:
            return  # the retained one came again
        body: dict[str, Plain] = {
            "what": what, "version": version, "result": "refused" if problem else "taken", "detail": problem,
        }  # fmt: skip
        self.execution.outbox += [Emit("roster", body), HeartbeatNow()]


def _claimed(body: bytes) -> dict[str, Plain]:
    """Return what unbelieved bytes claim to be, for the record; empty texts where they cannot be read."""
    try:
        source = cbor.decode_map(body)
    except ProtocolError:
        source = {}
    claims = {"order_id": "id", "kind": "kind", "person": "person", "console": "console"}
    return {name: str(source.get(field, ""))[:64] for name, field in claims.items()}
