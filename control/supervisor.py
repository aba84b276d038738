"""The supervisor: permission rises on one edge and falls for many reasons; the ship decides, whoever asks.

Five verbs: `receive`, `tick`, `deadline`, `outbox`, `facts`. Nothing here waits, sends, logs or reads a clock. A `Journal`
in the outbox must be on disk, and `Journaled` received, before anything that comes after it for that order moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from control import station
from control.admission import Admission
from control.alerts import Alerts
from control.authority import Authority, Numbers
from control.bam import BridgeAlerts
from control.beats import Beats
from control.beliefdesk import BeliefDesk
from control.believed import Believed
from control.charge import CONN, ENGINEERING, ConnCharge, EngineeringCharge, Group
from control.collision import CollisionWatch
from control.command import KnownOrders, Record, Restored
from control.direct import DirectControl
from control.drill import Drill
from control.emergency import EmergencyStop
from control.execution import Execution
from control.handover import Handover
from control.judging import Judge
from control.ladder import LATCHED_FROM
from control.limits import ControlConfig
from control.linkwatch import LinkWatch
from control.localpanel import LocalPanel
from control.machinerules import STARTS
from control.machinery import Machinery
from control.messages import (
    Arrival,
    BridgeLine,
    Emit,
    HeartbeatNow,
    Journal,
    Journaled,
    JournalFailed,
    LedgerState,
    Local,
    Output,
    Reconnected,
    SignedFrame,
    SignedHeartbeat,
    SignedOrder,
    SignedStop,
    Speak,
)  # fmt: skip
from control.navigator import Navigator
from control.preparing import Preparing
from control.respond import RespondWatch
from control.shiptime import ShipTime
from control.situation import NOTHING_KNOWN, Situation
from control.standing import Facts, access_alerts, standing_alerts
from control.stopping import Stopping
from control.taking import Taking
from control.translate import asked
from control.verifier import Expectation
from control.voyage import Voyage, phase_record
from control.watchkeeping import Watchkeeping
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import STEPS
from protocols.link.orders import Order
from protocols.link.roster import RosterEntry

ROUNDING_S: Final = 0.001
"""A step is looked for this much after its moment: seconds in floats must not make it come a whole review late."""
DISAGREED_MAX: Final = 8
"""Most disagreements of one heartbeat; there are three quantities that two sources can tell."""
REVIEW_S: Final = 0.5
"""How often orders in force, link and inputs are judged: the ladder must be entered within T + 0.5 s (S6)."""


class Supervisor:
    """The authority over one vessel's actuators."""

    def __init__(
        self, config: ControlConfig, master_public_key: bytes, boot_id: str, now_s: float,
        restored: Restored | None = None,
    ) -> None:  # fmt: skip
        """Begin with no permission; `restored` is what the journal of former boots tells, None on a new ship."""
        self._config = config
        restored = restored or Restored(0, ())
        self.believed = Believed(config.vessel, master_public_key, _two_sign(config))
        self.believed.grant_version, self.believed.revoked_version = restored.grant_taken, restored.grant_revoked
        self._time, self._clock_utc_ns = ShipTime(restored.utc_ns), 0
        self._known, self.alerts = KnownOrders(), Alerts(config.alerts)
        self.voyage, self.execution = Voyage(config, restored.phase), Execution(config, self._known)
        self.machinery = Machinery(config, self.execution)
        self.authority = Authority(config.authority, numbers := Numbers(restored.fencing))
        self.link = LinkWatch(config.link, now_s)
        self.navigator = Navigator(self.voyage, self.execution, self.alerts, restored.route)
        self.watch = Watchkeeping(self.voyage, self.authority, self.link, self.execution, self.navigator)
        self.groups = {
            CONN: Group(self.authority, self.link, ConnCharge(config, self.execution, self.watch, self._let_stick_go))
        }
        if config.machinery:
            authority, charge = Authority(config.authority, numbers), EngineeringCharge(self.machinery)
            self.groups[ENGINEERING] = Group(authority, LinkWatch(config.link, now_s), charge)
        self.emergency = EmergencyStop(config.vessel, self.believed, restored.stop)
        self._stopping = Stopping(self.voyage, self.emergency, self.execution)
        self._handovers = {
            name: Handover(config, group.authority, self.believed, group.link, self.execution, group.charge)
            for name, group in self.groups.items()
        }
        self._panel = LocalPanel(tuple(self._handovers.values()), self._stopping, self.believed, self.execution)
        self._judge = Judge(
            self.voyage, self.believed, self.groups, self.execution, self.watch, self.emergency, self.navigator
        )
        self.direct = DirectControl(
            boot_id, self.believed, self.authority, self.voyage, self.execution, self.watch, self._judge
        )  # fmt: skip
        self.beats = Beats(config.vessel, boot_id, self.believed, self.groups, self.execution)
        self.drill = self._drills(config)
        self._beliefs = BeliefDesk(self.believed, self.execution)
        admission = Admission(config.approval.approve_s)
        self.taking = Taking(
            config.vessel, boot_id, self.believed, self._known, admission, self.execution, self._dispatch,
            self._judge.unrecorded,
        )  # fmt: skip
        self.execution.deeds |= self.navigator.deeds()
        self.execution.translate, self.execution.begins[station.KIND] = self._translate, self._keep_station
        self.execution.deeds |= {"conn.phase": self._change_phase, "stop.reset": self._stopping.reset_by}
        self.collision, self.respond = CollisionWatch(), RespondWatch()
        self.situation, self._seen_s = NOTHING_KNOWN, now_s
        self._bam, self.preparing = BridgeAlerts(self.alerts), Preparing(self.voyage, self.watch.safe)
        if restored.alerts:
            self.alerts.restore(restored.alerts, now_s)
        self._next_review_s = now_s
        for record in restored.records:
            self._known.add(record)

    def _drills(self, config: ControlConfig) -> Drill:
        """Return the desk for drills, its orders known and judged."""
        made = Drill(
            config, self.authority, self.watch, self.emergency, self.beats, self._handovers[CONN], self.execution
        )
        self._judge.further = made.objections
        self.execution.deeds |= made.deeds()
        return made

    def receive(self, arrival: Arrival, now_s: float) -> None:
        """Take one arrival at monotonic `now_s`."""
        if isinstance(arrival, Situation):
            self._see(arrival, now_s)
        elif isinstance(arrival, SignedOrder):
            self.taking.receive(arrival.encoded, self.situation.utc_ns, now_s)
        elif isinstance(arrival, SignedHeartbeat):
            self.beats.receive(arrival.encoded, self.situation, self._clock_utc_ns, now_s)
        elif isinstance(arrival, SignedFrame):
            self.direct.receive(arrival.encoded, self.situation, now_s)
        elif isinstance(arrival, SignedStop):
            self._stopping.receive(arrival.encoded, self.situation.utc_ns)
        elif isinstance(arrival, BridgeLine):
            self._bam.receive(arrival.line, now_s, self._clock_utc_ns / 1e9)
        elif isinstance(arrival, Journaled | JournalFailed | LedgerState | Reconnected):
            self._hear(arrival, now_s)
        elif isinstance(arrival, Local):
            self._take_local(arrival, now_s)
        else:
            self._beliefs.receive(arrival, self.situation.utc_ns, may_journal=not self._judge.journal_problem)

    def tick(self, now_s: float) -> None:
        """Do what is due at `now_s`: answers that did not come, the ladder, alerts."""
        for handover in self._handovers.values():
            handover.tick(now_s)
        self.drill.look(now_s)
        self.watch.look(self.situation, now_s)
        self.direct.look(self.situation, now_s)
        is_held = self.watch.has_the_ship or self.authority.station != "remote"
        self.navigator.look(self.situation, now_s, is_held=is_held)
        self._see_effects(now_s)
        self.execution.trim(self.situation, self.voyage.config, now_s)
        if ENGINEERING in self._handovers:
            self._handovers[ENGINEERING].let_lapse(now_s)
        record = None if self._judge.journal_problem else self._time.record_due(now_s)
        if record is not None:
            self.execution.journal(record, "time")
        self._want_alerts(now_s)
        self._bam.tick(now_s)
        self._next_review_s = now_s + REVIEW_S

    def deadline(self) -> float:
        """Return when `tick` is due at the latest, never what it has seen to; it may always come sooner."""
        ladder_in_s = self.watch.ladder.deadline_in_s(0.0, is_direct=self.authority.holder.level == "direct")
        due = [self._next_review_s, self.execution.deadline(), self.machinery.deadline(),
               self.direct.deadman.deadline()]  # fmt: skip
        due += [group.authority.deadline() for group in self.groups.values()]
        since_s = self.watch.silent_since_s
        if ladder_in_s is not None and since_s is not None:
            due.append(since_s + ladder_in_s + ROUNDING_S)
        looked_s = self._next_review_s - REVIEW_S
        return min(at_s for at_s in due if at_s is not None and at_s > looked_s)

    def sent(self, seq: int, mono_ms: int) -> None:
        """Note that the vessel's heartbeat `seq` was sent: its echo tells the round trip, and that it was heard."""
        for group in self.groups.values():
            group.link.sent(seq, mono_ms)

    def outbox(self) -> list[Output]:
        """Take what is to be done, in order."""
        taken, self.execution.outbox = self.execution.outbox, []
        changes = self.alerts.outbox()
        if changes and not self._judge.journal_problem:  # an acknowledgement is not lost by a restart (ALT-07)
            taken.append(Journal(self.execution.next_number(), self.alerts.record(), "alerts"))
        self._bam.changed(changes, self._seen_s, self._clock_utc_ns / 1e9)
        said = [Speak(line) for line in self._bam.outbox()]
        return [*taken, *(Emit("alert", body) for body in changes), *([HeartbeatNow()] if changes else []), *said]

    def facts(self, now_s: float) -> Facts:
        """Return what the vessel's heartbeat tells of control."""
        silence_s = self.watch.silence_s(now_s)
        ladder = self.watch.ladder
        next_step, next_in_s = ("", None) if self.authority.station == "local" else ladder.next_step(silence_s)
        engineering = self.groups.get(ENGINEERING)
        return Facts(
            step=ladder.step, reasons=ladder.reasons(), next_step=next_step, next_step_in_s=next_in_s,
            authority=self.authority.facts(now_s), stop_latched=self.emergency.latched is not None,
            echo=self.link.echo(now_s), round_trip_ms=self.link.round_trip_ms, loss_pct=self.link.loss_pct,
            setpoints=self.execution.in_force() | self.watch.safe.in_force(), phase=self.voyage.phase,
            roster_version=self.believed.roster_version, alerts=self.alerts.active(), action=self.watch.action,
            engineering=None if engineering is None else engineering.authority.facts(now_s),
            disagreed=self.situation.disagreements[:DISAGREED_MAX], route=self.navigator.aboard,
            access=self.believed.remote_access(self.situation.utc_ns), respond=self.preparing.told(self.respond.by),
        )  # fmt: skip

    def _hear(self, arrival: Journaled | JournalFailed | LedgerState | Reconnected, now_s: float) -> None:
        """Take what the shell has to say of disk and link."""
        if isinstance(arrival, Journaled):
            self.execution.journaled(arrival.number, self._judge_at(now_s), now_s)
            self.machinery.journaled(arrival.number)
            self.direct.journaled(arrival.number)
            self.machinery.look(self.situation, self._judge_at(now_s), now_s)
        elif isinstance(arrival, JournalFailed):
            self._judge.journal_problem = arrival.problem
            self.execution.journal_failed(arrival.number, arrival.problem)
            self.machinery.journal_failed(arrival.number, arrival.problem)
        elif isinstance(arrival, Reconnected):
            self.execution.tell_event("alerts", {"alerts": self.alerts.all()})
        else:
            self._judge.ledger_problem = arrival.problem

    def _see(self, situation: Situation, now_s: float) -> None:
        """Take what the ship knows now; her UTC is judged before anything rests on it."""
        self._clock_utc_ns, self._seen_s = situation.utc_ns, now_s
        utc_ns = self._time.judged(situation.utc_ns, now_s, is_trusted=situation.is_utc_trusted)
        self.situation = replace(situation, utc_ns=utc_ns)
        self._see_effects(now_s)

    def _see_effects(self, now_s: float) -> None:
        self.execution.verify(self.situation, now_s)
        self.machinery.look(self.situation, self._judge_at(now_s), now_s)

    def _judge_at(self, now_s: float) -> Callable[[Order], list[Reason]]:
        return lambda order: self._judge.reasons(order, self.situation, now_s)

    def _want_alerts(self, now_s: float) -> None:
        wanted = standing_alerts(self.watch.ladder.step, self.situation, self.emergency, self.watch.safe)
        wanted |= {
            "journal": bool(self._judge.journal_problem), "ledger": bool(self._judge.ledger_problem),
            "clocks-apart": self.beats.clocks_apart, "drill": self.drill.running is not None,
            "collision-danger": self.collision.look(self.situation, self.voyage.config, now_s),
        }  # fmt: skip
        wanted["too-little-time"] = self._is_time_short(now_s)
        is_remote = any(group.authority.station == "remote" for group in self.groups.values())
        wanted |= access_alerts(self.believed.remote_access(self.situation.utc_ns), is_remote=is_remote)
        for name, is_active in wanted.items():
            self.alerts.want(name, active=is_active, now_s=now_s)
        if self.authority.station != "remote" or STEPS.index(self.watch.ladder.step) >= LATCHED_FROM:
            self.alerts.give_back(now_s)  # who took responsibility ashore is not heard any more (ALT-08)
        self.alerts.tick(now_s)

    def _is_time_short(self, now_s: float) -> bool:
        """Return whether what lies ahead leaves the operator who has the conn less time than he takes."""
        aboard = self.navigator.aboard
        is_short = self.respond.look(
            self.situation, self.voyage.config, self.execution.setpoints, self.collision.dangers, now_s,
            is_on_route=aboard is not None and aboard.leg > 0,
        )  # fmt: skip
        self.execution.outbox += self.preparing.look(self.respond.by, self.situation, now_s)
        return is_short and self.authority.station == "remote" and not self.watch.has_the_ship

    def _dispatch(self, record: Record, order: Order, entry: RosterEntry, now_s: float) -> None:
        """Give an order that is formally in order to whoever carries it out."""
        handover = self._handovers.get(order.group)
        if order.kind.startswith("authority.") and handover is not None:
            handover.receive(record, order, entry, self.situation, now_s)
        elif order.kind.startswith("alert."):
            self._close(record, self._answer_alert(order, now_s))
        elif order.kind == "order.cancel":
            self._close(record, self._judge.control(order, now_s) or self._cancel(order))
        elif order.kind.startswith("authority."):
            self._close(record, self._judge.control(order, now_s))
        elif order.kind.startswith("drill.") and (strange := self.drill.strangers(order, entry)):
            self._close(record, strange)
        elif reasons := self._judge.reasons(order, self.situation, now_s):
            self._close(record, reasons)
        elif order.kind in STARTS:
            self.machinery.accept(record, order)
        else:
            self.execution.accept(record)

    def _translate(self, order: Order) -> tuple[str, dict[str, Plain]]:
        wish = asked(order.kind, order.args, self.voyage.config, self.situation)
        return wish.kind, wish.args

    def _keep_station(self, order: Order, now_s: float) -> Expectation:
        radius_m = self._translate(order)[1]["radius_m"]
        return self.watch.keep_station(order.id, float(cast("float", radius_m)), self.situation, now_s)

    def _let_stick_go(self) -> bool:
        return self.direct.let_go()

    def _close(self, record: Record, reasons: list[Reason]) -> None:
        self.execution.end(record, "REJECTED" if reasons else "SUCCEEDED", reasons)

    def _change_phase(self, order: Order) -> None:
        """Put the phase of an order that every rule allows in force."""
        self._put_in_force(str(order.args["phase"]), order.person, order.console)

    def _put_in_force(self, phase: str, person: str, console: str) -> None:
        self.execution.journal(phase_record(phase), "phase")
        self.voyage.change(phase, lambda body: self.execution.tell_event("phase", body), person, console)

    def _cancel(self, order: Order) -> list[Reason]:
        order_id = str(order.args["order_id"])
        if self.execution.cancel(order_id) if order.group == CONN else self.machinery.cancel(order_id):
            return []
        return [Reason("nothing_to_cancel", "CMD-02", "No order of that id is in progress.")]

    def _answer_alert(self, order: Order, now_s: float) -> list[Reason]:
        """Take a word about an alert: acknowledged, silenced, or the conn's holder takes it over (ALT-03, ALT-05, ALT-08)."""
        name, age_s = str(order.args["alert_id"]), order.args.get("picture_age_s")
        if order.kind == "alert.take":
            reasons = self._judge.control(order, now_s)
            if not reasons and not self.alerts.transfer(name, now_s):
                reasons = [Reason("nothing_to_take", "ALT-08", "Responsibility for that alert cannot be taken now.")]
            return reasons
        if order.kind == "alert.silence":
            done = self.alerts.silence(name, now_s)
            return (
                []
                if done
                else [Reason("nothing_to_silence", "ALT-03", "That alert makes no sound that could be silenced.")]
            )
        if self.alerts.acknowledge(name, now_s, float(age_s) if isinstance(age_s, int | float) else None):
            return []
        return [Reason("nothing_to_acknowledge", "ALT-02", "That alert cannot be acknowledged now, or not from here.")]

    def _take_local(self, local: Local, now_s: float) -> None:
        if local.do == "rearm":
            self._judge.journal_problem = ""
            self._beliefs.keep_grant()
        if local.do == "phase":
            if not self._judge.phase_reasons(local.phase, self.situation):
                self._put_in_force(local.phase, local.person, "bridge")
            return
        if local.do == "acknowledge":
            self.alerts.acknowledge(local.id, now_s)
        elif local.do == "silence":
            self.alerts.silence(local.id, now_s)
        self._panel.receive(local, now_s)
        self.watch.look(self.situation, now_s)


def _two_sign(config: ControlConfig) -> frozenset[str]:
    """Return what takes the Master's signature and a second one."""
    signers = {"roster": config.approval.roster, "grant": config.approval.grant}
    return frozenset(what for what, who in signers.items() if who == "master_and_second")
