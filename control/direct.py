"""Direct control: frames judged as orders are, one by one, and carried out; without them the dead man acts (DMN-01 to DMN-03).

Decision, 2026-11-26: a frame is no order. Ten a second cannot each be on disk first; the session is (CMD-13): its record is
written before its first frame moves anything, and its beginning, each refusal, neutral, hold and end are told.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from control.authority import Authority
from control.believed import Believed
from control.deadman import DeadMan
from control.execution import Execution
from control.judging import Judge
from control.messages import Setpoint
from control.situation import Situation
from control.voyage import Voyage
from control.watchkeeping import Watchkeeping
from protocols.errors import ProtocolError
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.frames import DirectFrame
from protocols.link.roster import RosterEntry
from protocols.link.signing import Domain

RATE_MAX: Final = 20
"""Frames a second that are looked at: twice the 10 Hz of a stick. The rest is dropped unread and counted."""
TELL_S: Final = 1.0
"""A refusal is told at most this often; all are counted."""


class DirectControl:
    """The stick's way to rudder and propulsion."""

    def __init__(
        self, boot_id: str, believed: Believed, authority: Authority, voyage: Voyage, execution: Execution,
        watch: Watchkeeping, judge: Judge,
    ) -> None:  # fmt: skip
        """Begin with nobody at a stick."""
        self._boot_id, self._believed, self._authority = boot_id, believed, authority
        self._voyage, self._execution, self._watch, self._judge = voyage, execution, watch, judge
        self.deadman = DeadMan()
        self.refused: Counter[str] = Counter()
        """Frames that counted for nothing, by the reason's name."""
        self._times_s: deque[float] = deque(maxlen=RATE_MAX)
        self._told_s = -TELL_S
        self._session, self._opening, self._is_open = "", 0, False

    def receive(self, encoded: bytes, situation: Situation, now_s: float) -> None:
        """Take one signed frame."""
        if len(self._times_s) == RATE_MAX and now_s - self._times_s[0] < 1.0:
            self.refused["too_many"] += 1
            return
        self._times_s.append(now_s)
        try:
            envelope = signing.open_envelope(encoded)
            entry = self._believed.signer(Domain.FRAME, envelope, situation.utc_ns)
            frame = None if isinstance(entry, Reason) else DirectFrame.from_bytes(envelope.body)
        except ProtocolError:
            self.refused["malformed"] += 1
            return
        if frame is None or isinstance(entry, Reason):
            self.refused[entry.name if isinstance(entry, Reason) else "malformed"] += 1
            return
        reasons = self._objections(frame, entry, situation, now_s)
        if reasons:
            self._refuse(frame, reasons, now_s)
        elif self._is_on_disk(frame):
            self._follow(frame, now_s)

    def _objections(self, frame: DirectFrame, entry: RosterEntry, situation: Situation, now_s: float) -> list[Reason]:
        """Return why a frame counts for nothing; whose it is first, for nobody else's may make the holder's old."""
        holder = self._authority.holder
        named = (frame.vessel, frame.person, entry.key_id, frame.console, frame.session, frame.fencing, frame.boot_id)
        wanted = (
            self._voyage.config.vessel, holder.person, holder.key_id, holder.console, holder.session,
            self._authority.fencing, self._boot_id,
        )  # fmt: skip
        if self._authority.station != "remote" or named != wanted or entry.person != frame.person:
            text = "The frame is not of the operator who has the conn, or carries an old number."
            return [Reason("not_in_control", "INT-01", text, frame.person, holder.person)]
        if holder.level != "direct":
            text = "A stick needs the level direct; the conn was given at the level setpoint."
            return [Reason("level_too_low", "INT-01", text, holder.level, "direct")]
        formal = self.deadman.objections(frame, round(now_s * 1000))
        self.deadman.seen(frame)
        args: dict[str, Plain] = {"rudder_deg": frame.rudder_deg, "propulsion_pct": frame.propulsion_pct}
        return formal or self._judge.direct(args, situation)

    def _refuse(self, frame: DirectFrame, reasons: list[Reason], now_s: float) -> None:
        self.refused.update(reason.name for reason in reasons)
        if now_s - self._told_s >= TELL_S:
            self._told_s = now_s
            self._tell("refused", frame.person, reasons)

    def _is_on_disk(self, frame: DirectFrame) -> bool:
        """Return whether this session's record is on disk; the first frame has it written and moves nothing."""
        if frame.session != self._session:
            self._session, self._is_open = frame.session, False
            self._opening = self._execution.journal(
                cbor.encode({"t": "direct", "person": frame.person, "session": frame.session, "fencing": frame.fencing})
            )
        return self._is_open

    def journaled(self, number: int) -> None:
        """The record of the session is on disk: from now on its frames move her."""
        self._is_open = self._is_open or number == self._opening

    def _follow(self, frame: DirectFrame, now_s: float) -> None:
        before, in_force = self.deadman.state, self._execution.setpoints
        self.deadman.heard(frame, now_s)
        if before != "alive":
            self._tell("begun" if before == "off" else "back", frame.person, [])
            if self._watch.safe.entry is not None and not self._watch.ladder.is_latched:
                self._watch.safe.end(now_s, "the stick is back")
        if in_force.rudder_deg != frame.rudder_deg:
            self._execution.actuate(Setpoint("rudder", frame.rudder_deg), "DMN-01")
        if in_force.propulsion_pct != frame.propulsion_pct:
            self._execution.actuate(Setpoint("propulsion", frame.propulsion_pct), "DMN-01")

    def look(self, situation: Situation, now_s: float) -> None:
        """Act for want of frames: neutral, then the hold of the phase (DMN-02); the ladder goes before."""
        entered = self.deadman.look(now_s)
        if entered is None or self._watch.ladder.is_latched:
            return
        self._tell(entered, self._authority.holder.person, [])
        if entered == "neutral":
            self._neutral("DMN-02")
        else:
            self._watch.safe.begin_hold(situation, now_s, "DMN-02")

    def let_go(self) -> bool:
        """The conn moves on: a deflected stick ends in neutral, it is not held (DMN-03); return whether it was."""
        was_on = self.deadman.state != "off"
        was_deflected = self.deadman.let_go()
        self._session, self._is_open = "", False
        if was_deflected:
            self._neutral("DMN-03")
        if was_on:
            self._tell("ended", self._authority.holder.person, [])
        return was_deflected

    def _neutral(self, cause: str) -> None:
        self._execution.actuate(Setpoint("rudder", 0.0), cause)
        self._execution.actuate(Setpoint("propulsion", self._voyage.config.limits.neutral_pct), cause)

    def _tell(self, state: str, person: str, reasons: list[Reason]) -> None:
        body: dict[str, Plain] = {
            "state": state, "person": person, "reasons": [reason.plain() for reason in reasons],
            "refused": sum(self.refused.values()),
        }  # fmt: skip
        self._execution.tell_event("direct", body)
