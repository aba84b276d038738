"""The safety process: authority, interlocks, ladder and actuators of one vessel, apart from collection and uplink.

It needs neither of them: it has its own inputs, its own connections and its own journal. The deciding loop feeds, drains,
sends and re-arms; equipment and network are served by tasks of their own, so that a dead one delays no decision.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control.messages import (
    Actuate,
    Arrival,
    BridgeLine,
    Emit,
    Journaled,
    JournalFailed,
    LedgerState,
    Local,
    Output,
    Reconnected,
    SignedStop,
    Speak,
)  # fmt: skip
from control.messages import Journal as JournalRecord
from control.situation import CYCLES_S, Situation
from control.supervisor import Supervisor
from protocols.aio.port import Connected, Message
from protocols.errors import ProtocolError
from protocols.link import topics
from protocols.link.acks import EventAck
from protocols.link.heartbeats import plain
from shipside.actuators.helm import Helm
from shipside.commanding.alertline import AlertPort
from shipside.commanding.arrivals import ARRIVALS, NEVER_RETAINED
from shipside.commanding.beliefs import BeliefFiles
from shipside.commanding.cadence import HEARTBEAT_S, Cadence, idle_s_of
from shipside.commanding.ledgering import Ledgering
from shipside.commanding.manual_desk import ManualDesk
from shipside.commanding.observer import Observer
from shipside.commanding.outward import Outward
from shipside.commanding.panel import NOT_KEPT, PANEL_REFUSALS, PANEL_WORDS
from shipside.commanding.seeing import situation_of
from shipside.commanding.strokes import Stroke, caused, is_ours_after, no_watchdog
from shipside.commanding.surrounding import Lookout
from shipside.commanding.ways import OneWay, Ways
from shipside.config import AgentConfig
from shipside.ports import Clock, LineSource, MessagePort, PanelPort, ReadingSource
from shipside.storage.durable import SpoolError
from shipside.storage.journal import Journal
from shipside.storage.unkept import Unkept, places

STEP_S: Final = 0.1
"""Longest pause of the deciding loop: the fastest rule looks at facts of 10 Hz."""
STALL_S: Final = 0.5
"""When the deciding loop has not run for this long the PLC's watchdog is not stroked any more (FBK-04)."""
JUDGED_ANEW_S: Final = 0.05
"""A write that took longer has the situation looked at again: facts may be 0.5 s old at the most (S4)."""
DECIDE_MAX: Final = 1000
"""Rounds of one drain; an order makes three. Reaching it is a fault of ours, and is told."""
Say = Callable[..., None]
UNWRITTEN_MAX: Final = 64
"""Setpoints whose writing is still to be logged while the equipment is away; the last are in force."""


class SafetyShell:
    """The shell around `control.Supervisor`."""

    def __init__(
        self, config: AgentConfig, clock: Clock, ways: Ways, inputs: Sequence[LineSource],
        pollers: Sequence[ReadingSource], helm: Helm, panel: PanelPort, journal: Journal,
        key: Ed25519PrivateKey, boot_id: str, say: Say,
    ) -> None:  # fmt: skip
        """Prepare; nothing runs before `run`."""
        self._config, self._clock, self.ways = config, clock, ways
        self._inputs, self._pollers, self._helm, self._panel = inputs, pollers, helm, panel
        self._journal, self._boot_id, self._say = journal, boot_id, say
        self.alert_line: AlertPort | None = None
        self._lookout = Lookout(config, clock)
        self.listening = self._lookout.traffic.listening
        self.outward = Outward(config.vessel.id, boot_id, clock, ways, journal, key)
        self._unkept = Unkept(places(config.journal, config.spool), config.journal)
        self.ledgering = Ledgering(config.vessel.id, journal, self.outward)
        self.supervisor: Supervisor | Observer = self._supervisor()
        self._beliefs = BeliefFiles(config, say)
        wanted = config.control.channels if config.control else frozenset[str]()
        self._used = (*CYCLES_S, *sorted(wanted - set(CYCLES_S)))
        self.stroke: Stroke = no_watchdog
        """Strokes the watchdog in each round of the deciding loop."""
        self._is_ours = False
        """Whether anything of ours is in force at the equipment: what the watchdog has to end."""
        self._seq, self._cadence = 0, Cadence(idle_s_of(config))
        self._wake, self._helm_wake = asyncio.Event(), asyncio.Event()
        self._beat_due_s = clock.now_s()
        self._decided_s = clock.now_s()
        self._told_journal = ""
        self._manual = ManualDesk(config, clock, self.listening.enter_manual, self.outward.record)
        self._unwritten: list[dict[str, object]] = []
        """Setpoints the equipment has not taken yet, as they are logged."""
        self._behind_stop: list[Output] = []
        """What follows from a stop and is not the stop: it waits until the equipment has been told (EST-04)."""
        self.retained_count = 0
        """Retained orders, heartbeats and stops: never obeyed (CMD-04)."""

    def _supervisor(self) -> Supervisor | Observer:
        from control import command  # noqa: PLC0415 - beside its only use

        if self._config.control is None:
            return Observer()
        records, damaged = self._journal.records()
        records += self._unkept.found  # the higher number of each counts
        now_s = self._clock.now_s()
        made = Supervisor(
            self._config.control, self._config.master_public_key, self._boot_id, now_s, command.restore(records)
        )
        if damaged:
            made.receive(JournalFailed(0, f"{damaged} damaged records"), now_s)
        if self._unkept.found:
            made.receive(JournalFailed(0, "a former boot could not write all of it"), now_s)
        return made

    async def run(self) -> None:
        """Run until cancelled."""
        for arrival in self._beliefs.arrivals():
            self._feed(arrival)
        async with asyncio.TaskGroup() as group:
            for way in self.ways:
                for port, name in ((way.port, "link"), (way.stop_port, "stop-link")):
                    group.create_task(port.run(), name=f"{name} {way.name}")
                    group.create_task(self._receive(way, port), name=f"{name} arrivals {way.name}")
                group.create_task(self.outward.send_heartbeats(way), name=f"heartbeats {way.name}")
            for source in self._inputs:
                group.create_task(source.run(self.listening.lines_taker(source.name)), name=f"input {source.name}")
            for poller in self._pollers:
                name = poller.facts().name
                group.create_task(poller.run(self.listening.take_polled(name)), name=f"modbus {name}")
            group.create_task(self._panel.run(self.take_panel), name="panel")
            if self.alert_line is not None:
                group.create_task(self.alert_line.run(lambda line: self._feed(BridgeLine(line))), name="bridge alerts")
            group.create_task(self.outward.send_events(), name="events")
            group.create_task(self._actuate(), name="helm")
            group.create_task(self._decide(), name="deciding")

    async def _decide(self) -> None:
        """Feed, drain, send, re-arm."""
        while True:
            now_s = self._clock.now_s()
            self._decided_s = now_s
            self.listening.watch_utc(now_s)
            self.listening.derive(now_s)
            self.listening.data_alerts(now_s)  # told by the collector; here they are looked at for INT-12
            self.supervisor.receive(self._situation(now_s), now_s)
            self.supervisor.tick(now_s)
            self._drain(now_s)
            self.outward.look(now_s)
            if self.ledgering.tick(now_s):
                self._tell_journal(now_s)
            if now_s >= self._beat_due_s:
                self._beat(now_s, at_once=False)
            self.stroke(is_ours=self._is_ours)
            due_s = min(now_s + STEP_S, self._beat_due_s, self.supervisor.deadline() or now_s + STEP_S)
            self._wake.clear()
            try:
                async with asyncio.timeout(max(0.005, due_s - self._clock.now_s())):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _drain(self, now_s: float) -> None:
        """Carry out what the supervisor has decided; a journal record is on disk before anything after it moves."""
        changed = False
        for _ in range(DECIDE_MAX):
            outputs, self._behind_stop = [*self._behind_stop, *self.supervisor.outbox()], []
            if not outputs:
                break
            for output in outputs:
                changed = self._carry_out(output, now_s) or changed
        else:
            self._say("fault", problem="the supervisor's outbox does not come to rest")
        if changed:
            self._beat(now_s)

    def _carry_out(self, output: Output, now_s: float) -> bool:
        """Do one thing; return True when the heartbeat should tell of it at once."""
        if isinstance(output, JournalRecord):
            self._write(output, now_s)
        elif isinstance(output, Actuate):
            wanted: dict[str, object] = {
                "kind": output.setpoint.kind, "value": output.setpoint.value, **caused(output.cause)
            }  # fmt: skip
            self._say("actuate", **wanted)
            self._is_ours = is_ours_after(self._is_ours, output.setpoint)
            self._helm.order(output.setpoint)
            self._unwritten.append(wanted)
            self._helm_wake.set()
        elif isinstance(output, Emit):
            self.outward.tell(output, now_s)
            self._tell_journal(now_s)
            self._say(output.kind, **{key: value for key, value in output.body.items() if key != "kind"})
            if output.kind == "roster":
                self._beliefs.keep_roster(self.supervisor)
        elif isinstance(output, Speak):
            if self.alert_line is not None:
                self.alert_line.say(output.line)
        else:
            return True
        return False

    def _tell_journal(self, now_s: float) -> None:
        """Say once that events and ledger cannot be written, and once that they can again; the rules hear it (LED-04)."""
        if self.outward.problem != self._told_journal:
            self._told_journal = self.outward.problem
            self.supervisor.receive(LedgerState(self._told_journal), now_s)
            self._say("journal", problem=self._told_journal, unkept=self.outward.unkept_count)

    def _write(self, output: JournalRecord, now_s: float) -> None:
        try:
            self._journal.write(output.record, output.standing)
        except SpoolError as error:
            self._say("journal", problem=str(error))
            if output.standing:
                self._unkept.keep(output.standing, output.record)
            self.supervisor.receive(JournalFailed(output.number, str(error)), now_s)
            return
        self._unkept.kept(output.standing)
        written_s = (
            self._clock.now_s()
        )  # a slow disk takes its time, and the order is judged again at this moment (CMD-04)
        if written_s - now_s > JUDGED_ANEW_S:
            self.supervisor.receive(self._situation(written_s), written_s)
        self.supervisor.receive(Journaled(output.number), written_s)

    async def _actuate(self) -> None:
        """Serve the equipment; while the deciding loop is stalled the watchdog is left to run out."""
        told: list[str] = []
        while True:
            now_s = self._clock.now_s()
            if now_s - self._decided_s < STALL_S:
                wanted, self._unwritten = self._unwritten, []
                problems = await self._helm.work(now_s)
                if problems:
                    self._unwritten = [*wanted, *self._unwritten][-UNWRITTEN_MAX:]
                for setpoint in [] if problems else wanted:
                    self._say("written", **setpoint)
                if problems != told:
                    told = problems
                    self._say("equipment", problems=problems)
            self._helm_wake.clear()
            try:
                async with asyncio.timeout(STEP_S):
                    await self._helm_wake.wait()
            except TimeoutError:
                continue

    def _situation(self, now_s: float) -> Situation:
        return situation_of(self.listening, self._lookout, self._used, self._clock.utc_ns(), now_s)

    async def _receive(self, way: OneWay, port: MessagePort) -> None:
        while True:
            arrival = await port.receive()
            if isinstance(arrival, Message):
                self.take_message(arrival, way)
                continue
            if port is way.port:
                way.connected(is_up=isinstance(arrival, Connected))
            if isinstance(arrival, Connected):
                if self.ways.is_first_to_stand(way):
                    self.outward.connected()
                    self._feed(Reconnected())
                    self.ledgering.connected()
                self._beat(self._clock.now_s())
            self._say("link", arrival=type(arrival).__name__, way=way.name)

    def take_message(self, message: Message, way: OneWay) -> None:
        """Take one message of either connection of a way, and decide on it at once."""
        try:
            _, leaf = topics.split(message.topic)
            if message.retained and leaf in NEVER_RETAINED:  # before the next line: it must not hide the live one
                self.retained_count += 1
                return
            if self.ways.has_come(way, leaf, message):
                return
            if leaf == topics.EVENT_ACK:
                self.outward.acknowledged(EventAck.from_bytes(message.payload))
                return
            if leaf == topics.LEDGER:
                self.ledgering.take(message.payload, self._clock.now_s())
                return
        except ProtocolError as error:
            self._say("bad-message", problem=str(error))
            return
        make = ARRIVALS.get(leaf)
        if leaf == topics.STOP:
            self._stop_first(SignedStop(message.payload))
        elif make is not None:
            self._feed(make(message.payload))

    def _stop_first(self, stop: SignedStop) -> None:
        """Move the equipment before anything is judged, written or told: a slow disk holds no stop up (EST-04)."""
        now_s = self._clock.now_s()
        self._drain(now_s)  # what was decided before comes before
        self.supervisor.receive(stop, now_s)
        outputs = self.supervisor.outbox()
        for output in outputs:
            if isinstance(output, Actuate):
                self._carry_out(output, now_s)
        self._behind_stop += [output for output in outputs if not isinstance(output, Actuate)]
        self._wake.set()

    def _feed(self, arrival: Arrival) -> None:
        now_s = self._clock.now_s()
        self.supervisor.receive(self._situation(now_s), now_s)
        self.supervisor.receive(arrival, now_s)
        self._drain(now_s)
        self._wake.set()

    def _beat(self, now_s: float, *, at_once: bool = True) -> None:
        """Say how we are, signed; the loop that decides makes it, so that it cannot outlive it (FBK-04).

        The bridge is told each time; the shore `at_once`, or when it is owed one.
        """
        self._seq += 1
        facts = self.supervisor.facts(now_s)
        period_s = self._cadence.period_s(facts)
        self._beat_due_s = now_s + min(period_s, HEARTBEAT_S)
        trusted = self.listening.is_utc_trusted
        heartbeat = self.outward.heartbeat(self._seq, facts, now_s, utc_trusted=trusted, period_s=period_s)
        if at_once or self._cadence.is_due(facts, now_s):
            self._cadence.sent(facts, now_s)
            self.supervisor.sent(self._seq, heartbeat.mono_ms)
            self.outward.beat(heartbeat)
        self._panel.push(json.dumps({"status": plain(heartbeat)}))

    def take_panel(self, request: str) -> str:
        """Take one request of the bridge and return its answer, both JSON objects (`shipside/commanding/panel.py`)."""
        try:
            asked: object = json.loads(request)
        except ValueError:
            asked = None
        source = cast("dict[str, object]", asked) if isinstance(asked, dict) else {}
        do, person, wanted = source.get("do"), source.get("person", "bridge"), source.get("id", "")
        phase = source.get("phase", "")
        if do == "status":
            self._beat(self._clock.now_s(), at_once=False)
            return json.dumps({"answer": "status", "ok": True})
        if do == "manual":
            return self._manual.answer(source)
        if do == "read_keys":
            return self._beliefs.read_again(self._feed, self.supervisor)
        if (
            do not in PANEL_WORDS
            or not isinstance(person, str)
            or not isinstance(wanted, str)
            or not isinstance(phase, str)
        ):
            text = f"the panel knows {', '.join(PANEL_WORDS)}, manual, read_keys and status"
            return json.dumps({"answer": str(do)[:20], "ok": False, "reasons": [{"name": "unknown", "text": text}]})
        before = self.supervisor.facts(self._clock.now_s())
        if do == "rearm":
            self._rearm()
        self._feed(Local(do, person[:64], wanted, phase[:20]))
        after = self.supervisor.facts(self._clock.now_s())
        believed = self.supervisor.believed if isinstance(self.supervisor, Supervisor) else None
        done = {
            "grant": before.authority.phase == "requested" and after.authority.phase == "granted",
            "deny": before.authority.phase == "requested" and after.authority.phase == "held",
            "release": before.authority.station == "local" and after.authority.station == "none",
            "take": after.authority.station == "local",
            "emergency_stop": after.stop_latched,
            "reset_stop": before.stop_latched and not after.stop_latched,
            "phase": after.phase == phase,
            "acknowledge": before.alerts != after.alerts or wanted in after.alerts,
            "silence": wanted in after.alerts,
            "revoke_access": believed is not None and believed.is_revoked,
        }.get(str(do), True)
        text = PANEL_REFUSALS.get(str(do), f"{do} is not possible now")
        reasons = [] if done else [{"name": "not_now", "text": text}]
        if done and do == "revoke_access" and not self._unkept.is_kept:
            reasons = [{"name": "not_kept", "text": NOT_KEPT}]
        return json.dumps({"answer": do, "ok": done, "reasons": reasons})

    def _rearm(self) -> None:
        try:
            self._journal.rearm()
            for name, record in list(self._unkept.waiting.items()):  # what no journal took is in it from now on
                self._journal.write(record, name)
                self._unkept.kept(name)
        except SpoolError as error:
            self._say("journal", problem=str(error))
